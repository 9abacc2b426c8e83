"""Every check, declared once: what is promised, how it is measured, what a failure means and costs.

Dagster's asset checks, the gate in front of publishing and `docs/checks.md` are made from this table.
An ERROR stops publishing and fails the run, a WARN informs. The queries themselves are in the
folders named for the assets; what they promise is the first sentence of each file.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

from spendsense_pipeline.checks import (
    completeness,
    declared,
    detection,
    expectations,
    fairness,
    guarding,
    replaying,
    scores,
)
from spendsense_pipeline.checks.invariants import INVARIANTS
from spendsense_pipeline.checks.outcome import Check
from spendsense_pipeline.checks.promises import kept, promise
from spendsense_pipeline.checks.realism import budgets_are_believable, population_is_realistic
from spendsense_pipeline.tables import tables_in
from spendsense_pipeline.tables.declaration import PipelineTable, RowCount
from spendsense_pipeline.tables.features import ONE_PER_PERSON, ONE_PER_PERSON_AND_WINDOW
from spendsense_pipeline.tables.raw import RAW_TRANSACTIONS
from spendsense_pipeline.tables.traces import DECISION_TRACES

_NO_TRUTH = "only the generator knows which streams are true"
_NOT_ASKED = "imported people have no targets and need not resemble a designed population"

_JUDGE_OTHERWISE = (
    "`spendsense calibrate` shows whom each line catches; or {} (`spendsense refresh --from-raw"
    " --config FILE`)."
)
_AS_MANY_AS_CAME = "an import has the rows that came"

_IDS_DIFFER = {
    RAW_TRANSACTIONS.name: "raw_transactions/posted_rows_replace_pending_ones.fingerprints.sql"
}

# A row count that is missed by somebody is told with who that is.
_WHO_IS_MISSING = {
    ONE_PER_PERSON: completeness.every_consenting_person,
    ONE_PER_PERSON_AND_WINDOW: completeness.every_consenting_person_in_both_windows,
}


def _declared_checks(table: PipelineTable) -> Iterable[Check]:
    """What a declaration promises of its table."""
    again = f"Materialize {table.asset} again"
    yield kept(
        table.asset,
        "schema_is_declared",
        declared.schema_is_declared(table),
        f"Columns, order and types of {table.name} are the documented ones; required values are there.",
        f"{again} with this version; if it persists, correct the declaration of {table.name} or the step that writes it.",
    )
    yield kept(
        table.asset,
        "keys_are_unique",
        declared.keys_are_unique(table, implied_by=_IDS_DIFFER.get(table.name)),
        f"No two rows of {table.name} share {' and '.join(table.primary_key)}.",
        "Remove the repeated rows from the input, or report the seed if the data were generated.",
    )
    if table.foreign_keys:
        refers_to = ", ".join(dict.fromkeys(key.table for key in table.foreign_keys))
        yield kept(
            table.asset,
            "references_exist",
            declared.references_exist(table),
            f"Every key of {table.name} that refers to {refers_to} names a row there.",
            "Add the rows referred to, or remove those that refer to nothing.",
        )
    if any(column.allowed for column in table.columns):
        yield kept(
            table.asset,
            "values_are_allowed",
            declared.values_are_allowed(table),
            f"Columns of {table.name} with a list of values hold nothing else.",
            "Correct the values shown, or map them to allowed ones when importing.",
        )
    if isinstance(table.rows, RowCount):
        yield _row_count_check(table, table.rows)
    if table.holds_only_consenting:
        yield kept(
            table.asset,
            "only_consenting_people",
            completeness.only_consenting_people(table),
            f"{table.name} holds no row of a person who has not granted consent.",
            f"Do not publish. {again}; if rows remain, the step ignores consent.",
        )


def _row_count_check(table: PipelineTable, expected: RowCount) -> Check:
    remedy = f"Materialize {table.asset} again, with what it is made from."
    if expected in _WHO_IS_MISSING:
        return kept(
            table.asset,
            "every_consenting_person",
            _WHO_IS_MISSING[expected](table),
            f"{table.name} has exactly {expected.words}.",
            remedy,
        )
    check = kept(
        table.asset,
        "row_count_is_declared",
        declared.row_count_is_declared(table, expected),
        f"Rows of {table.name}: {expected.words}.",
        remedy,
        bound=expected.words,
    )
    if table.stands_in("imports"):
        return dataclasses.replace(check, imported="skip", imported_reason=_AS_MANY_AS_CAME)
    return check


def _about(table: PipelineTable) -> Iterable[Check]:
    """The declared checks; where several tables make one asset, each names its table."""
    for check in _declared_checks(table):
        if table.name == table.asset:
            yield check
        else:
            name = f"{table.name}_{check.name}"
            yield dataclasses.replace(check, name=name, table=table.name)


_POPULATION: tuple[Check, ...] = (
    Check(
        name="budgets_are_believable",
        asset="raw_transactions",
        severity="WARN",
        description="Over the population, people spend 80 to 105 % of their income and 20 to 40 % of it on rent (medians).",
        remedy="Look at transaction_multiplier, avg_transactions_per_month and category_spending_ratios: purchases answer to what a household has left, fixed bills do not.",
        bound="median spend/income 0.80-1.05, median rent/income 0.20-0.40",
        measure=budgets_are_believable,
        imported_remedy="See whether pay, rent or purchases are missing from the rows, or come under other categories.",
        imported="warn",
    ),
    Check(
        name="population_is_realistic",
        asset="raw_transactions",
        severity="WARN",
        description="No figure of the population lies outside its band by more than chance explains; docs/realism.md has each with its source. What rests on too few cases or too short a history is not judged.",
        remedy="The bound names the figures outside. Expected when personas are targeted or a control was changed that no band follows.",
        bound="every figure within its band, or as near as chance explains",
        measure=population_is_realistic,
        imported="skip",
        imported_reason=_NOT_ASKED,
    ),
    Check(
        name="subscriptions_found_are_true",
        asset="recurring_streams",
        severity="ERROR",
        description="Precision: active subscriptions found in the transactions are ones the generator made.",
        remedy="Look at the streams shown in recurring_streams: a habit or a bill is taken for a subscription.",
        bound=f"share >= {detection.LEAST_SHARE} (- 1 stream)",
        measure=detection.subscriptions_found_are_true,
        imported="skip",
        imported_reason=_NO_TRUTH,
    ),
    Check(
        name="true_subscriptions_are_found",
        asset="recurring_streams",
        severity="ERROR",
        description="Recall: running subscriptions with at least three charges in 130 days are found.",
        remedy="Look at the charges of the merchants shown: their dates or amounts defeat the detector.",
        bound=f"share >= {detection.LEAST_SHARE} (- 1 stream)",
        measure=detection.true_subscriptions_are_found,
        imported="skip",
        imported_reason=_NO_TRUTH,
    ),
    kept(
        "decision_traces",
        "every_assignment_is_traced",
        completeness.every_consenting_person_in_both_windows(DECISION_TRACES),
        "Every assignment has exactly one decision trace.",
        "Materialize decision_traces again from the current assignments.",
    ),
    kept(
        "decision_traces",
        replaying.TRACES_REPLAY,
        replaying.traces_replay,
        "Replaying the rules from a trace alone gives the stored decision.",
        "Materialize persona_assignments and decision_traces together; if it persists, the trace leaves something out.",
    ),
    Check(
        name="coverage_is_sufficient",
        asset="persona_assignments",
        severity="ERROR",
        description="Enough consenting people are assigned a persona other than general, in both windows.",
        remedy="Lower expectations.min_coverage, or raise the controls that cause personas (cards in use, subscriptions, savings).",
        bound="expectations.min_coverage",
        measure=expectations.coverage_is_sufficient,
        imported="warn",
        imported_remedy=_JUDGE_OTHERWISE.format("lower expectations.min_coverage"),
    ),
    Check(
        name="personas_are_present",
        asset="persona_assignments",
        severity="ERROR",
        description="Natural population of 50 or more: every persona occurs in both windows.",
        remedy="Raise the control that causes the persona shown, target it, or lower expectations.min_persona_share.",
        bound="expectations.min_persona_share",
        measure=expectations.personas_are_present,
        imported="warn",
        imported_remedy=_JUDGE_OTHERWISE.format("lower expectations.min_persona_share"),
    ),
    Check(
        name="no_persona_dominates",
        asset="persona_assignments",
        severity="ERROR",
        description="Natural population: no persona takes more than its greatest share, in both windows.",
        remedy="Lower the control that causes the persona shown, or raise expectations.max_persona_share.",
        bound="expectations.max_persona_share",
        measure=expectations.no_persona_dominates,
        imported="warn",
        imported_remedy=_JUDGE_OTHERWISE.format("raise expectations.max_persona_share"),
    ),
    Check(
        name="mix_is_as_requested",
        asset="persona_assignments",
        severity="ERROR",
        description="Targeting: the assigned mix equals the requested one within the tolerance, in both windows.",
        remedy="See which targeted people were assigned something else (targets_are_assigned), or raise expectations.target_mix_tolerance.",
        bound="expectations.target_mix_tolerance",
        measure=expectations.mix_is_as_requested,
        imported="skip",
        imported_reason=_NOT_ASKED,
    ),
    Check(
        name="targets_are_assigned",
        asset="persona_assignments",
        severity="ERROR",
        description="Targeting: consenting people are assigned the persona they were dealt, in both windows.",
        remedy="Read the decision traces of the people shown; changed thresholds or a short history are the usual cause, expectations.min_target_accuracy the bound.",
        bound="expectations.min_target_accuracy",
        measure=expectations.targets_are_assigned,
        imported="skip",
        imported_reason=_NOT_ASKED,
    ),
    Check(
        name="history_shows_every_persona",
        asset="persona_assignments",
        severity="WARN",
        description="The history is long enough for every persona, or every targeted one, to show in the data.",
        remedy="Raise config.months_history to at least the months shown; until then the personas shown are left out of presence, coverage, mix and accuracy.",
        bound="0 personas",
        measure=expectations.history_shows_every_persona,
        imported="warn",
        imported_remedy="Bring a history of at least the months shown; until then the personas shown are left out of presence and coverage.",
    ),
    promise(
        "account_balances",
        "balances_follow_the_ledger",
        "This is a fault of the program: report the rows with the dataset's id.",
        imported="keep",
    ),
    promise(
        "persona_history",
        "last_month_is_as_assigned",
        "This is a fault of the program: report the rows with the dataset's id.",
        imported="keep",
    ),
    Check(
        name="groups_are_covered_alike",
        asset="fairness_report",
        severity="WARN",
        description="No demographic group's coverage differs from everybody else's by more than chance explains, and by 10 points.",
        remedy="No rule reads a demographic column: look in the fairness report for the behaviour that differs.",
        bound="difference <= the 95 % interval, at least 10 points",
        measure=fairness.groups_are_covered_alike,
        imported="warn",
    ),
    Check(
        name="evaluation_meets_targets",
        asset="evaluation",
        severity="WARN",
        description="Every figure of the evaluation that enough cases tell meets its target.",
        remedy="The bound names the figures that miss; each row of evaluation has its target and formula.",
        bound="0 figures",
        measure=scores.evaluation_meets_targets,
        imported="warn",
    ),
)

CHECKS: tuple[Check, ...] = (
    *(check for table in tables_in("checks") for check in _about(table)),
    *INVARIANTS,
    *_POPULATION,
    *guarding.CHECKS_OF_ADVICE,
)
"""All checks, in the order they are run and documented."""
