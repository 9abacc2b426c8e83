"""Judges: the rule book, the personas it assigns and how they change from night to night.

Reads features only; knows nothing of how data was generated. Names are imported from the modules
that hold them: `controls` reads the rule book, which must not load what judges.
"""
