"""Advises: for every consenting person what there is to learn and which offers are open to them,
each with a reason made of the person's own numbers.

Decides nothing about a person: personas come from `persona_assignments`, numbers from the published
features. Whether anybody may see an item is for `review` to say.
"""

from spendsense_pipeline.recommendations.build import build_recommendations
from spendsense_pipeline.recommendations.catalogue import Catalogue, catalogue_in_force

__all__ = ["Catalogue", "build_recommendations", "catalogue_in_force"]
