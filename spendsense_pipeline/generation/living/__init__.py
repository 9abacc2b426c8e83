"""Lives, day by day: what a household wants, buys, owes and moves, looking at what it has.

Behaviours plan what is known beforehand (pay, bills, orders); here the days are lived one after the
other, for all people of a shard at once. A household steers by how often it buys and what kind of
thing, never by the amount of one row: balances end where they end.
"""
