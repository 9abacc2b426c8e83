"""The words of the trade: table declarations, account types and the category taxonomy, as Plaid names them."""
