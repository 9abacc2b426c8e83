"""The Dagster edge: one short module per stage, named as the stage. Assets, checks, jobs, the
schedule, sensors and the resource live here; what they compute lives in the domain packages.
"""
