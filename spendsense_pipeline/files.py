"""Files: written whole or not at all, and how their sizes are said."""

from __future__ import annotations


def human_bytes(size: float) -> str:
    """1.2 MB."""
    for unit in ("bytes", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:,.1f} GB"
