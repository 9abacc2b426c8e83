"""Bank data for other people's tests: a person of a persona or a whole population, as of any day,
in under a second and without Dagster. `pytest_plugin` offers the same as fixtures.
"""

from spendsense_pipeline.testing.people import Made, a_person, a_population

__all__ = ["Made", "a_person", "a_population"]
