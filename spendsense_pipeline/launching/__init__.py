"""Running our jobs, whoever launches them, and reading Dagster's books as our own records.

What the command line and the dashboard share of runs. Importing a module of it loads no Dagster:
each function that needs it does, when it is called.
"""
