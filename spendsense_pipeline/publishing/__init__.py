"""Building, checking and swapping in a dataset: the files under the data directory.

Plain Python over DuckDB and the file system. What Dagster adds (assets, runs, the lock held for a
whole run) is in `defs`; what a dataset is written out to is in `publishing.exports`.
"""
