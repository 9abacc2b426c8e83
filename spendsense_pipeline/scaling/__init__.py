"""Populations larger than one pass: ranges of people within a machine, shards across machines, and
whether the machine has room at all.

A shard's rows depend on nobody outside it, so where it is made cannot change them. What happens to
a shard stands in `shard.py`, who makes it in `engines.py`, the whole in `partitions.py`. Nothing is
imported here: asking whether there is room must not load the generator.
"""
