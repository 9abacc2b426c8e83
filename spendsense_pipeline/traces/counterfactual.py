"""What could change a decision, as declared: where each criterion turns, and which turn together.

`turned.sql` holds these against a person, `judged_query` says what comes of each, and
`counterfactual.sql` picks one (docs/decisions says in which order). A missing value is not changed:
how large the change is could not be said.
"""

from __future__ import annotations

import itertools
import math

from spendsense_pipeline.personas.criteria import ABOVE, AT_LEAST, IS, Criterion, Tree

Way = tuple[Criterion, ...]


def value_that_passes(criterion: Criterion) -> float | None:
    """The nearest value that satisfies the criterion, seen from outside; None if out of range."""
    limit, step = criterion.limit, criterion.step
    if criterion.operator is IS:
        return limit
    if criterion.operator is AT_LEAST:
        return math.ceil(limit) if criterion.unit == "count" else limit
    if criterion.operator is ABOVE:
        return _within_range(criterion, limit + step)
    return _within_range(criterion, limit - step)


def value_that_fails(criterion: Criterion) -> float | None:
    """The nearest value that does not satisfy it, seen from inside; None if out of range."""
    limit, step = criterion.limit, criterion.step
    if criterion.operator is IS:
        return 0.0 if criterion.is_yes_no else limit + step
    if criterion.operator is AT_LEAST:
        return _within_range(criterion, limit - step)
    return limit  # neither "above" nor "below" includes the threshold


def ways(tree: Tree, *, wanted: bool) -> tuple[Way, ...]:
    """Every set of criteria that settles the tree: all met if it is wanted to hold, else none.

    Whatever smallest set of criteria turns the tree is the unsettled part of one of these.
    """
    if isinstance(tree, Criterion):
        return ((tree,),)
    members = [ways(member, wanted=wanted) for member in tree.members]
    if (tree.joiner == "all_of") == wanted:
        return tuple(
            tuple(itertools.chain.from_iterable(combination))
            for combination in itertools.product(*members)
        )
    return tuple(itertools.chain.from_iterable(members))


def _within_range(criterion: Criterion, value: float) -> float | None:
    value = round(value, 4)  # the finest step is a hundredth of a percent
    if criterion.lowest is not None and value < criterion.lowest:
        return None
    return value
