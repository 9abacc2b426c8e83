"""Which rows say so: transactions, streams and accounts behind the predicates that mattered.

Ids for what is counted or summed, a reference (accounts, window, opening balance, row count, sum)
for what rests on too many rows to list. Every entry says how the value follows from it.
"""
