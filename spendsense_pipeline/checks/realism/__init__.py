"""How like real money the population is: figures, the bands they should lie in, and the sources.

`intervals` and `samples` say how sure a figure is, `figures` what a figure is; the other modules
hold the figures of one subject each, and `population` the checks made of them.
"""

from spendsense_pipeline.checks.realism.figures import Band, RealismFigure
from spendsense_pipeline.checks.realism.population import (
    budgets_are_believable,
    population_is_realistic,
    realism_figures,
)

__all__ = [
    "Band",
    "RealismFigure",
    "budgets_are_believable",
    "population_is_realistic",
    "realism_figures",
]
