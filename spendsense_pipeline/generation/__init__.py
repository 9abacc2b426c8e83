"""Causes: from an operator's configuration to bank data, row by row true to the cent.

Knows what behaviour a target persona has, never how it is detected: nothing here imports the
features or the rules.
"""

from spendsense_pipeline.generation.generator import (
    GeneratedTables,
    PersonaSkewedGenerator,
    generate,
)

__all__ = [
    "GeneratedTables",
    "PersonaSkewedGenerator",
    "generate",
]
