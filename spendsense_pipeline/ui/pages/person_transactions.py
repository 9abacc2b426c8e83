"""A person's transactions: searched as one types, filtered, a page at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from nicegui import ui

from spendsense_pipeline.reporting.transactions import (
    TransactionPage,
    TransactionRow,
    TransactionsAsked,
    transactions_page,
)
from spendsense_pipeline.reporting.wording import NO_DATA, counted, money
from spendsense_pipeline.ui.addresses import day_asked, number_asked
from spendsense_pipeline.ui.filters import choice_field, day_field, search_field
from spendsense_pipeline.ui.live_list import LiveList
from spendsense_pipeline.ui.markup import Markup, joined, tag, text
from spendsense_pipeline.ui.pages.person_subject import Part, Subject
from spendsense_pipeline.ui.panels import badge, panel
from spendsense_pipeline.ui.tables import Heading, pager, table

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.dataset_reader import DatasetReader

_HEADINGS = (
    Heading("Day", classes="whole"),
    Heading("What"),
    Heading("Category", classes="wide-only"),
    Heading("Account", classes="wide-only"),
    Heading("Where", classes="wide-only"),
    Heading("Amount", numeric=True),
)


def _look(published: DatasetReader, subject: Subject) -> TransactionPage:
    asked = _asked(subject.said)
    return transactions_page(published, subject.room.settings, subject.user_id, asked)


def _show(subject: Subject, first: TransactionPage) -> None:
    async def draw() -> Markup:
        found = await subject.room.reading.ask(lambda published: _look(published, subject))
        return _found(subject, found)

    said = subject.said
    transactions = LiveList(subject.path, said, draw)
    told = transactions.told
    with panel("Transactions", wide=True) as section:
        section.classes("list")
        with ui.element("div").classes("filters").props('role="search" aria-label="Transactions"'):
            search_field("Merchant, category, city or amount", said.get("q", ""), told)
            accounts = {
                each.account_id: f"{each.name or each.account_id} ··{each.mask or ''}"
                for each in subject.view.accounts
            }
            choice_field("account", "Account", said.get("account", ""), accounts, told)
            ways = {"in": "money in", "out": "money out"}
            choice_field("way", "In or out", said.get("way", ""), ways, told)
            day_field("from", "From", said.get("from", ""), told)
            day_field("to", "Through", said.get("to", ""), told)
        text("An amount finds rows of that amount; >100 and 10-20 find ranges.", classes="note")
        transactions.show(_found(subject, first))


def _asked(said: Mapping[str, str]) -> TransactionsAsked:
    way = said.get("way")
    return TransactionsAsked(
        text=said.get("q", ""),
        account_id=said.get("account"),
        first_day=day_asked("from", said.get("from", "")),
        last_day=day_asked("to", said.get("to", "")),
        direction="in" if way == "in" else "out" if way == "out" else None,
        page=number_asked("page", said.get("page", ""), otherwise=1),
    )


def _found(subject: Subject, found: TransactionPage) -> Markup:
    if found.withheld:
        return tag("p", f"{found.withheld.capitalize()}.", class_="remark warn", role="status")
    asked = {key: value for key, value in subject.said.items() if key != "page"}
    count = tag(
        "p",
        tag(
            "span",
            tag("strong", f"{found.found:,}"),
            f" of {counted(found.total, 'transaction')}",
        ),
        tag("span", f"in {money(found.money_in_usd)}"),
        tag("span", f"out {money(found.money_out_usd)}"),
        tag("a", "Show all", href=subject.address(part="transactions"))
        if found.found < found.total
        else None,
        class_="tally",
        role="status",
    )
    if not found.rows:
        return joined(count, tag("p", "Nothing is like that.", class_="nobody note"))
    steps = pager(
        page=found.page,
        size=TransactionsAsked().size,
        found=found.found,
        path=subject.path,
        asked=asked,
    )
    return joined(count, transactions_table(found.rows), steps)


def transactions_table(
    rows: Iterable[TransactionRow], *, caption: str = "Transactions, newest first"
) -> Markup:
    """Rows as a person reads them: money out is negative.

    Args:
        rows: in their order.
        caption: what they are.
    """
    return table(_HEADINGS, map(_row, rows), caption=caption)


def _row(row: TransactionRow) -> tuple[Any, ...]:
    place = ", ".join(each for each in (row.city, row.state) if each)
    bank_line = row.name if row.name and row.name != row.merchant_name else None
    return (
        row.date,
        joined(
            row.merchant_name or row.name or NO_DATA,
            tag("span", " ", badge("pending", "warn")) if row.is_pending else None,
            tag("span", bank_line, class_="note line-of-bank")
            if bank_line and row.merchant_name
            else None,
        ),
        row.category or NO_DATA,
        f"{row.account_name or row.account_id}{f' ··{row.mask}' if row.mask else ''}",
        place or row.payment_channel or NO_DATA,
        tag("span", money(-row.amount_usd), class_="gain" if row.amount_usd < 0 else None),
    )


TRANSACTIONS = Part("Transactions", _look, _show, reads=("accounts",))
