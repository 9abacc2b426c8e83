"""The words of the trade, as Plaid names them: tables, account types and the category taxonomy."""
