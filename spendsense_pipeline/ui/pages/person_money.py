"""What came in and went out month by month, for what, and what repeats."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from spendsense_pipeline.reporting.cash_flow import CategorySpend, spending_of
from spendsense_pipeline.reporting.wording import NO_DATA, counted, money
from spendsense_pipeline.ui.charts import chart, dollars, names
from spendsense_pipeline.ui.markup import Markup, show, tag, text
from spendsense_pipeline.ui.pages.person_subject import Part, Subject
from spendsense_pipeline.ui.panels import badge, panel
from spendsense_pipeline.ui.shell import palette
from spendsense_pipeline.ui.tables import Heading, table

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.cash_flow import Month
    from spendsense_pipeline.reporting.dataset_reader import DatasetReader
    from spendsense_pipeline.reporting.person import Stream

_MONTHS_SHOWN = 12
_STATUS_WORDS = {
    "MATURE": ("established", "good"),
    "EARLY_DETECTION": ("early", ""),
    "TOMBSTONED": ("ended", ""),
}


def _look(published: DatasetReader, subject: Subject) -> tuple[CategorySpend, ...]:
    return spending_of(published, subject.user_id)


def _show(subject: Subject, spending: tuple[CategorySpend, ...]) -> None:
    _cash_flow(subject.view.months)
    _spending(spending)
    _streams(subject.view.streams)


def _cash_flow(months: tuple[Month, ...]) -> None:
    with panel(
        "In and out by month",
        "Money of the household, without moves between its own accounts and card payments.",
        wide=True,
    ):
        if not months:
            text("No rows yet.", classes="note")
            return
        colors = palette()
        net = [float(month.money_in - month.money_out) for month in months]
        series: list[dict[str, Any]] = [
            {
                "name": "In",
                "type": "bar",
                "color": colors.accent,
                "data": [float(month.money_in) for month in months],
            },
            {
                "name": "Out",
                "type": "bar",
                "color": colors.muted,
                "itemStyle": {"opacity": 0.55},
                "data": [float(month.money_out) for month in months],
            },
            {"name": "Left over", "type": "line", "color": colors.good, "data": net},
        ]
        kept = sum((month.money_in - month.money_out for month in months), Decimal(0))
        said = f"{counted(len(months), 'month')}, {money(kept)} left over in all."
        chart(
            {
                "legend": {},
                "xAxis": names([month.month for month in months]),
                "yAxis": dollars(),
                "series": series,
            },
            says=f"Money in and out by month: {said}",
        )
        text(f"{said} The first and the last month may be partial.", classes="note")


def _spending(spending: tuple[CategorySpend, ...]) -> None:
    months = sorted({each.month for each in spending})[-_MONTHS_SHOWN:]
    with panel("What it went for", "Spend by category and month, refunds taken off.", wide=True):
        if not months:
            text("Nothing was spent.", classes="note")
            return
        labels = {each.category: each.label for each in spending}
        spent = {(each.category, each.month): each.spend_usd for each in spending}
        totals = {
            category: sum(
                (spent.get((category, month), Decimal(0)) for month in months), Decimal(0)
            )
            for category in labels
        }
        most = max((spent.get((c, m), Decimal(0)) for c in labels for m in months), default=None)
        rows = [
            (
                labels[category],
                *(_heat(spent.get((category, month)), most) for month in months),
                tag("strong", _dollars(totals[category])),
            )
            for category in sorted(labels, key=lambda each: -totals[each])
            if any((category, month) in spent for month in months)
        ]
        headings = [
            Heading("Category"),
            *(Heading(month, numeric=True) for month in months),
            Heading("Together", numeric=True),
        ]
        show(table(headings, rows, caption="Spend by category and month"), classes="heats")


def _heat(amount: Decimal | None, most: Decimal | None) -> Markup | str:
    if amount is None:
        return ""
    share = max(0.0, float(amount / most)) if most else 0.0
    return tag("span", _dollars(amount), class_="heat", style=f"--share:{round(100 * share)}%")


def _dollars(amount: Decimal) -> str:
    return money(round(amount)).removesuffix(".00")


def _streams(streams: tuple[Stream, ...]) -> None:
    with panel("What repeats", "Charges and deposits that come again and again.", wide=True):
        if not streams:
            text("Nothing repeats yet.", classes="note")
            return
        rows = [
            (
                stream.merchant_name,
                stream.kind,
                stream.frequency.replace("_", " ").lower(),
                money(abs(stream.average_amount)),
                stream.last_date,
                stream.predicted_next_date or NO_DATA,
                badge(*_STATUS_WORDS.get(stream.status, (stream.status.lower(), ""))),
            )
            for stream in streams
        ]
        headings = (
            Heading("Whom"),
            Heading("Kind"),
            Heading("How often", classes="wide-only"),
            Heading("On average", numeric=True),
            Heading("Last", classes="wide-only"),
            Heading("Next", classes="wide-only"),
            Heading("Status"),
        )
        show(table(headings, rows, caption="Recurring streams"))


MONEY = Part("Money", _look, _show, reads=("months", "streams"))
