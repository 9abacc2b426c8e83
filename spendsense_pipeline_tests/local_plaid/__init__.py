"""The local Plaid without its server."""
