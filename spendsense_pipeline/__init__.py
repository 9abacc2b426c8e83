"""SpendSense Pipeline: synthetic bank data, measured, judged and explained."""

__version__ = "0.1.0"
