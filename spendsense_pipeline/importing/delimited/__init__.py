"""A CSV read in one form over the whole file: every line is a row, set aside, or named.

`form` finds how the file is written and which line holds its column names, `survey` looks at every
line, `reading` brings the rows in.
"""

from spendsense_pipeline.importing.delimited.form import find_form
from spendsense_pipeline.importing.delimited.reading import read_delimited

__all__ = ["find_form", "read_delimited"]
