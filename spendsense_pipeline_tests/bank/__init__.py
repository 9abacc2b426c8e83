"""The local Plaid over HTTP."""
