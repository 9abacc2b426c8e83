"""Causes: from an operator's configuration to bank data, row by row true to the cent.

Knows what behaviour a target persona has, never how it is detected: nothing here imports the
features or the rules.
"""

from spendsense_pipeline.generation.generator import (
    DEFAULT_SHARD_USERS,
    GeneratedTables,
    PersonaSkewedGenerator,
    Shard,
    generate,
    generate_shard,
)

__all__ = [
    "DEFAULT_SHARD_USERS",
    "GeneratedTables",
    "PersonaSkewedGenerator",
    "Shard",
    "generate",
    "generate_shard",
]
