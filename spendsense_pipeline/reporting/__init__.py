"""What the published dataset says, as data: the summary, one person, a calibration, a comparison
of two.

Every view is a record; the command line draws it or prints it as JSON. Nothing here computes a
feature or a persona.
"""
