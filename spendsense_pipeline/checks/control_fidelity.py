"""Every control beside its effect: what the operator asked for and what the rows say came of it.

All of it is measured from the tables as the control's `measured as` says, never from what the
generator dealt. Shares count everybody in the raw tables, as the controls do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.checks.running import CheckRun
from spendsense_pipeline.controls import HIGH_SPENDER_FACTOR, OperatorControls
from spendsense_pipeline.controls.model import measured_as
from spendsense_pipeline.tables.population import CONTROL_FIDELITY

if TYPE_CHECKING:
    import duckdb

    from spendsense_pipeline.controls import ResolvedConfig

# What a share may be off by: two points and one person or card.
SHARE_TOLERANCE = 0.02
# Shares of dollars: among a hundred people a few flights or sofas move a category by a point.
SPENDING_TOLERANCE = 0.03

_SHARES = (
    "consent_rate",
    "credit_card_probability",
    "joint_account_rate",
    "business_account_rate",
    "subscription_adoption_rate",
    "savings_adoption_rate",
    "overdue_probability",
    "min_payment_only_probability",
)
_DISTRIBUTIONS = (
    "credit_utilization_distribution",
    "payroll_pattern_distribution",
    "accounts_per_user_distribution",
    "region_distribution",
)
# Controls on a scale of their own: the effect rises with them but is no multiple of them.
_SCALES = (
    "irregular_income_volatility",
    "transaction_volatility",
    "seasonality",
)


@dataclass(frozen=True)
class ControlFidelity:
    """One control, or one entry of it: requested, realised, and whether that is near enough.

    `tolerance` and `within` are empty where the control has no figure to compare with: a scale
    whose effect only rises with it, or a measurement nothing was found for.
    """

    control: str
    requested: float | str | None
    realised: float | None
    tolerance: float | None
    within: bool | None
    measured_as: str


def control_fidelity(
    con: duckdb.DuckDBPyConnection, resolved: ResolvedConfig
) -> list[ControlFidelity]:
    """Measure every control: a row for each, in the order they are declared.

    Nobody asked imported people to be anything: they have none.
    """
    if resolved.is_imported:
        return []
    run = CheckRun(con, resolved)
    rows = list(_rows(resolved.controls, _Measured(run)))
    run.close()
    order = {name: place for place, name in enumerate(OperatorControls.model_fields)}
    return sorted(rows, key=lambda row: order[row.control.split(".")[0]])


def build_control_fidelity(con: duckdb.DuckDBPyConnection, resolved: ResolvedConfig) -> None:
    """Create or replace `control_fidelity`: those rows, for whoever reports them."""
    con.execute(CONTROL_FIDELITY.create_sql())
    rows = [
        (
            position,
            row.control,
            None if isinstance(row.requested, str) else row.requested,
            row.requested if isinstance(row.requested, str) else None,
            row.realised,
            row.tolerance,
            row.within,
            row.measured_as,
        )
        for position, row in enumerate(control_fidelity(con, resolved), start=1)
    ]
    if rows:
        marks = ", ".join("?" for _ in CONTROL_FIDELITY.columns)
        con.executemany(f"insert into control_fidelity values ({marks})", rows)


def recorded_fidelity(con: duckdb.DuckDBPyConnection) -> list[ControlFidelity]:
    """The rows of the table `control_fidelity`, in its order."""
    rows = con.execute(
        "select control, requested, requested_word, realised, tolerance, is_within, measured_as"
        " from control_fidelity order by position"
    ).fetchall()
    return [
        ControlFidelity(control, number if word is None else word, *found)
        for control, number, word, *found in rows
    ]


@dataclass(frozen=True)
class _Share:
    share: float | None
    units: int


def _targets_that_may_overlap() -> list[str]:
    """Personas whose way of living may show a lower-ranked persona's behaviour too."""
    from spendsense_pipeline.generation.targets import WAYS_OF_LIVING

    return [key for key, way in WAYS_OF_LIVING.items() if way.overlap]


class _Measured:
    """Everything the queries of `fidelity/` say about one dataset."""

    def __init__(self, run: CheckRun) -> None:
        self.run = run
        controls, config = run.resolved.controls, run.resolved.config
        self.ordinary_purchases = (
            config.avg_transactions_per_month * controls.transaction_multiplier
        )
        self.shares: dict[str, _Share] = {}
        for path in ("shares_of_users", "shares_of_cards"):
            for row in run.file_rows(f"fidelity/{path}.sql"):
                self.shares[row["control"]] = _Share(row["share"], int(row["units"]))
        self.shares["cash_flow_stress_rate"] = self._single("stressed_users")
        self.shares["overlap_rate"] = (
            self._single("overlapping_users", targets=_targets_that_may_overlap())
            if "persona_assignments" in run.tables
            else _Share(None, 0)
        )
        merchants = controls.custom_merchants
        self.values: dict[str, float | None] = {
            row["control"]: row["value"]
            for row in run.file_rows(
                "fidelity/amounts.sql",
                ordinary_purchases=self.ordinary_purchases,
                custom_merchants=[merchant.name for merchant in merchants],
                custom_categories=sorted({merchant.category for merchant in merchants}),
            )
        }
        users = self.shares["consent_rate"].units
        self.shares["high_spender_probability"] = _Share(
            self.values["high_spender_probability"], users
        )

    def _single(self, name: str, **parameters: Any) -> _Share:
        (row,) = self.run.file_rows(f"fidelity/{name}.sql", **parameters)
        return _Share(row["share"], int(row["units"]))

    def units(self, prefix: str) -> int:
        """How many people or cards a distribution is about."""
        found = (s.units for name, s in self.shares.items() if name.startswith(prefix + "."))
        return next(found, 0)


def _rows(controls: OperatorControls, measured: _Measured) -> Iterator[ControlFidelity]:
    for persona, weight in controls.normalized_weights.items():
        yield _share_row(f"persona_weights.{persona.value}", weight, measured, "persona_weights")
    for name in _SHARES:
        yield _share_row(name, getattr(controls, name), measured, name)
    for name in _DISTRIBUTIONS:
        for key, share in getattr(controls, name).items():
            yield _share_row(f"{name}.{key}", share, measured, name)
    yield _share_row("high_spender_probability", controls.high_spender_probability, measured)
    if controls.is_natural:
        yield _share_row("cash_flow_stress_rate", controls.cash_flow_stress_rate, measured)
    if controls.overlap_rate is not None:
        yield _share_row("overlap_rate", controls.overlap_rate, measured)
    for key, share in controls.category_spending_ratios.items():
        yield _row(
            f"category_spending_ratios.{key}",
            share,
            measured.values.get(f"category_spending_ratios.{key}", 0.0),
            SPENDING_TOLERANCE,
        )
    for name in _SCALES:
        yield _row(name, getattr(controls, name), measured.values[name], None)
    yield _row(
        "amount_distribution",
        controls.amount_distribution,
        measured.values["amount_distribution"],
        None,
    )
    if controls.custom_merchants:
        yield _row("custom_merchants", 1.0, measured.values["custom_merchants"], SHARE_TOLERANCE)
    yield from _amount_rows(controls, measured)


def _amount_rows(controls: OperatorControls, measured: _Measured) -> Iterator[ControlFidelity]:
    values = measured.values
    for name in ("subscription_monthly_spend_range", "savings_transfer_range"):
        low, high = getattr(controls, name)
        # The 5th and 95th of a hundred adopters, with room for round prices and one price rise.
        yield _row(f"{name}.low", low, values[f"{name}.low"], 0.1 * low, side="at least")
        yield _row(f"{name}.high", high, values[f"{name}.high"], 0.1 * high, side="at most")
    # Somebody may just have cancelled one.
    fewest, most = controls.subscription_count_min, controls.subscription_count_max
    name = "subscription_count_min"
    yield _row(name, fewest, values[name], 1.0, side="at least")
    yield _row(
        "subscription_count_max", most, values["subscription_count_max"], 0.0, side="at most"
    )
    growth = controls.savings_growth_target_pct
    yield _row(
        "savings_growth_target_pct", growth, values["savings_growth_target_pct"], 0.15 * growth
    )
    extra = 1 + (HIGH_SPENDER_FACTOR - 1) * controls.high_spender_probability
    expected = measured.ordinary_purchases * extra
    name = "transaction_multiplier"
    yield _row(name, expected, values[name], 0.1 * expected)


def _share_row(
    control: str, requested: float, measured: _Measured, distribution: str | None = None
) -> ControlFidelity:
    found = measured.shares.get(control)
    if found is None:
        # Nobody has it: a share of nought, of as many as the rest of the distribution is about.
        found = _Share(0.0, measured.units(distribution or control))
    if not found.units:
        return _row(control, requested, None, None)
    tolerance = SHARE_TOLERANCE + 1 / found.units
    floor = control == "credit_card_probability"
    return _row(control, requested, found.share, tolerance, side="at least" if floor else None)


def _row(
    control: str,
    requested: float | str,
    realised: float | None,
    tolerance: float | None,
    *,
    side: str | None = None,
) -> ControlFidelity:
    within: bool | None = None
    if realised is not None and tolerance is not None and not isinstance(requested, str):
        off: Any = realised - requested
        off = {"at least": -off, "at most": off}.get(side or "", abs(off))
        within = bool(off <= tolerance + 1e-9)
    text = measured_as(OperatorControls, control.split(".")[0]) or ""
    return ControlFidelity(control, requested, realised, tolerance, within, text)
