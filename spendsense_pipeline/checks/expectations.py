"""What is expected of the personas of a population: coverage, shares, mix and accuracy.

Every bound comes from `Expectations` and is widened by one user. A persona the history is too short
to show is left out of presence, coverage, mix and accuracy, and named in a warning of its own. In a
natural population whose controls were changed, bounds the operator did not set only warn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.checks.outcome import MAX_FAILING_ROWS, Finding, Severity
from spendsense_pipeline.checks.population import (
    PersonaShare,
    persona_mix,
)
from spendsense_pipeline.controls.evidence import least_coverage, unevidenced_personas
from spendsense_pipeline.personas.rules import GENERAL
from spendsense_pipeline.tables.features import WINDOWS

if TYPE_CHECKING:
    from spendsense_pipeline.checks.running import CheckRun

# Below this a persona with a share of a few per cent may be missing by nobody's fault.
PRESENCE_FROM_PEOPLE = 50


@dataclass(frozen=True)
class _Broken:
    """One bound that does not hold in one window."""

    window_days: int
    what: str
    figure: float
    bound: str

    def row(self) -> dict[str, Any]:
        return {
            "window_days": self.window_days,
            "what": self.what,
            "figure": round(self.figure, 4),
            "bound": self.bound,
        }


def coverage_is_sufficient(run: CheckRun) -> Finding:
    """Enough consenting people are assigned a persona other than general, in both windows."""
    least = least_coverage(run.resolved)
    broken, figures = [], []
    for days, mix in _windows(run):
        people = _people(mix)
        assigned = sum(share.assigned_count for share in mix if share.persona != GENERAL)
        if not people:
            continue
        figures.append(assigned / people)
        if assigned + 1 < least * people - 1e-9:
            broken.append(_Broken(days, "coverage", assigned / people, f">= {least:.4g}"))
    return _finding(
        broken,
        min(figures, default=None),
        f"share of consenting people assigned a persona >= {least:.4g} (- 1 person), both windows",
        _severity(run, "min_coverage", leans_on_every_persona=True),
    )


def personas_are_present(run: CheckRun) -> Finding:
    """Natural population of 50 or more: every persona has its least share, and someone."""
    if not run.resolved.is_natural:
        return _not_applicable("personas are targeted: their mix is checked instead")
    least = run.resolved.expectations.min_persona_share
    missing = _unevidenced(run)
    broken, figures = [], []
    for days, mix in _windows(run):
        people = _people(mix)
        if people < PRESENCE_FROM_PEOPLE:
            return _not_applicable(
                f"presence applies from {PRESENCE_FROM_PEOPLE} consenting people"
            )
        for share in mix:
            if share.persona in missing:
                continue
            figures.append(share.assigned_count / people)
            # One person of slack must not turn "present" into "absent".
            needed = max(least * people - 1, 1 if least > 0 else 0)
            if share.assigned_count < needed - 1e-9:
                broken.append(
                    _Broken(days, share.persona, share.assigned_count / people, f">= {least:.4g}")
                )
    return _finding(
        broken,
        min(figures, default=None),
        f"each persona's share >= {least:.4g} (- 1 person) and at least 1 person, both windows",
        _severity(run, "min_persona_share"),
    )


def no_persona_dominates(run: CheckRun) -> Finding:
    """Natural population: no persona has more than its greatest share."""
    if not run.resolved.is_natural:
        return _not_applicable("personas are targeted: their mix is checked instead")
    most = run.resolved.expectations.max_persona_share
    broken, figures = [], []
    for days, mix in _windows(run):
        people = _people(mix)
        for share in mix:
            if not people:
                continue
            figures.append(share.assigned_count / people)
            if share.assigned_count - 1 > most * people + 1e-9:
                broken.append(
                    _Broken(days, share.persona, share.assigned_count / people, f"<= {most:.4g}")
                )
    return _finding(
        broken,
        max(figures, default=None),
        f"each persona's share <= {most:.4g} (+ 1 person), both windows",
        _severity(run, "max_persona_share", leans_on_every_persona=True),
    )


def mix_is_as_requested(run: CheckRun) -> Finding:
    """Targeting: the assigned mix is the requested one within the tolerance, in both windows."""
    if run.resolved.is_natural:
        return _not_applicable("natural population: nothing was targeted")
    tolerance = run.resolved.expectations.target_mix_tolerance
    missing = _unevidenced(run)
    wanted = {key: share for key, share in _weights(run).items() if key not in missing}
    total = sum(wanted.values())
    if not total:
        return _not_applicable("the history is too short to show any of the targeted personas")
    broken, worst = [], 0.0
    for days in WINDOWS:
        mix = run.rows(
            """
            select assignment.primary_persona as persona, count(*) as people
            from persona_assignments as assignment
            join _checks_undisturbed as person on person.user_id = assignment.user_id
            where assignment.window_days = $window_days
              and person.target_persona in (select unnest($evidenced))
            group by assignment.primary_persona
            """,
            window_days=days,
            evidenced=list(wanted),
        )
        assigned = {row["persona"]: row["people"] for row in mix}
        people = sum(assigned.values())
        for persona in sorted({*wanted, *assigned} - set(missing)):
            asked = wanted.get(persona, 0.0) / total
            off = abs(assigned.get(persona, 0) - asked * people)
            worst = max(worst, off / people if people else 0.0)
            if off > tolerance * people + 1 + 1e-9:
                broken.append(
                    _Broken(
                        days,
                        persona,
                        assigned.get(persona, 0) / people,
                        f"{asked:.4g} +- {tolerance:.4g}",
                    )
                )
    return _finding(
        broken,
        worst,
        f"each persona's share within {tolerance:.4g} (+ 1 person) of the request, both windows",
        None,
    )


def targets_are_assigned(run: CheckRun) -> Finding:
    """Targeting: consenting people are assigned the persona they were dealt, in both windows."""
    if run.resolved.is_natural:
        return _not_applicable("natural population: nobody was dealt a target")
    least = run.resolved.expectations.min_target_accuracy
    people = run.rows(
        """
        select
          assignment.window_days,
          assignment.user_id,
          person.target_persona,
          assignment.primary_persona,
          assignment.matched_personas
        from persona_assignments as assignment
        join _checks_targets_in_force as person on person.user_id = assignment.user_id
        where person.is_settled
          and person.target_persona not in (select unnest($unevidenced))
        order by assignment.user_id, assignment.window_days
        """,
        unevidenced=[*_unevidenced(run), ""],
    )
    if not people:
        return _not_applicable("no consenting person has a target this history can show")
    missed = [row for row in people if row["primary_persona"] != row["target_persona"]]
    figures, passed = [], True
    for days in WINDOWS:
        targeted = sum(row["window_days"] == days for row in people)
        hits = targeted - sum(row["window_days"] == days for row in missed)
        if targeted:
            figures.append(hits / targeted)
            passed = passed and hits + 1 >= least * targeted - 1e-9
    return Finding(
        passed,
        min(figures, default=None),
        0 if passed else len(missed),
        () if passed else tuple(missed[:MAX_FAILING_ROWS]),
        bound=f"share assigned their target >= {least:.4g} (- 1 person), both windows",
    )


def history_shows_every_persona(run: CheckRun) -> Finding:
    """The history is long enough for every persona, or every targeted one, to show."""
    short = run.resolved.short_histories
    rows = tuple(
        {
            "persona": each.persona,
            "months_needed": each.months_needed,
            "months_of_history": each.months_given,
        }
        for each in short
    )
    return Finding(not short, float(len(short)), len(short), rows)


def _weights(run: CheckRun) -> dict[str, float]:
    return {persona.value: share for persona, share in run.resolved.target_weights.items()}


def _unevidenced(run: CheckRun) -> tuple[str, ...]:
    return unevidenced_personas(run.resolved.history_start, run.resolved.as_of)


def _severity(
    run: CheckRun, bound: str, *, leans_on_every_persona: bool = False
) -> Severity | None:
    """WARN where the bound is a default simulated for other controls or a longer history."""
    if not run.resolved.is_natural or run.resolved.is_given("expectations", bound):
        return None
    if not run.resolved.has_default_controls:
        return "WARN"
    return "WARN" if leans_on_every_persona and _unevidenced(run) else None


def _windows(run: CheckRun) -> list[tuple[int, list[PersonaShare]]]:
    mix = run.remembered("persona mix", lambda: persona_mix(run.con))
    return [(days, [share for share in mix if share.window_days == days]) for days in WINDOWS]


def _people(mix: list[PersonaShare]) -> int:
    return max((share.people for share in mix), default=0)


def _finding(
    broken: list[_Broken], figure: float | None, bound: str, severity: Severity | None
) -> Finding:
    rows = tuple(entry.row() for entry in broken[:MAX_FAILING_ROWS])
    return Finding(not broken, figure, len(broken), rows, severity=severity, bound=bound)


def _not_applicable(reason: str) -> Finding:
    return Finding(True, None, skipped=reason)
