"""Files that people hold, read by name: the layouts of banks and budgeting apps as data, and
readers for what is no table.

Here an export becomes rows in our words, accounts and people; what they are worth is judged where
every import is.
"""

from spendsense_pipeline.importing.formats.catalog import FORMATS, format_named
from spendsense_pipeline.importing.formats.reading import read_format

__all__ = ["FORMATS", "format_named", "read_format"]
