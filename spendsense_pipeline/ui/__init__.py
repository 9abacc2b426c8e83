"""The edge that people look at: the operator's room and the person's room, on NiceGUI.

A page shows what `reporting` says and does what the commands do; it holds no query and no rule.
"""
