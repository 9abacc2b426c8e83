"""Populations larger than one pass: ranges of people within a machine, shards across machines, and
whether the machine has room at all.

A shard's rows depend on nobody outside it, so where it is made cannot change them. What happens to
a shard stands in `shard.py`, who makes it in `engines.py`, the whole in `partitions.py`.
"""

from spendsense_pipeline.scaling.engines import ENGINES, Engine, EngineError
from spendsense_pipeline.scaling.partitions import Partitions, make_partitions
from spendsense_pipeline.scaling.ranges import PEOPLE_AT_ONCE, measure_features, measure_streams
from spendsense_pipeline.scaling.room import NoRoomError, require_room
from spendsense_pipeline.scaling.shard import SHARD_TABLES, ShardTask, make_shard

__all__ = [
    "ENGINES",
    "PEOPLE_AT_ONCE",
    "SHARD_TABLES",
    "Engine",
    "EngineError",
    "NoRoomError",
    "Partitions",
    "ShardTask",
    "make_partitions",
    "make_shard",
    "measure_features",
    "measure_streams",
    "require_room",
]
