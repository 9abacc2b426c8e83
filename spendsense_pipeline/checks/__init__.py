"""Promises about every table, each checked by code that shares nothing with what it checks.

A promise is a query that selects the rows breaking it, or a measurement with a bound. Publishing,
Dagster and the command line run the same checks through `run_check` and `run_all`. What a failure
does to a run is for `defs` and `publishing` to say.
"""
