"""How fast and how large, as ratios to what this machine can do, measured in one run.

`measure.py` does the work of one size in one process, `floors.py` what it is compared with,
`report.py` writes the page, `__main__.py` interleaves the repetitions. Nothing here is a test:
seconds depend on the machine and the hour; ratios much less.
"""
