"""The local Plaid without its server: Items and their tokens, the clock, what an Item sees on a
day, syncing, and which webhooks are due. Knows no web; `bank/` answers requests with it.
"""
