"""The first part of a person's page: who they are by both windows, their balances, the way through
the months, what happened, and their accounts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spendsense_pipeline.personas.rules import persona_title
from spendsense_pipeline.reporting.balances import balances_of
from spendsense_pipeline.reporting.wording import NO_DATA, counted, money, percent
from spendsense_pipeline.tables.features import LONG_WINDOW, SHORT_WINDOW
from spendsense_pipeline.ui.markup import joined, show, tag, text
from spendsense_pipeline.ui.pages.person_balance import balance_panel
from spendsense_pipeline.ui.pages.person_subject import Part, Subject
from spendsense_pipeline.ui.panels import badge, grid, panel
from spendsense_pipeline.ui.persona_marks import persona_cell, persona_mark
from spendsense_pipeline.ui.tables import Heading, table

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.balances import Balances
    from spendsense_pipeline.reporting.dataset_reader import DatasetReader
    from spendsense_pipeline.reporting.person import Account, Decision, PersonView


def _look(published: DatasetReader, subject: Subject) -> Balances:
    return balances_of(published, subject.room.settings, subject.user_id)


def _show(subject: Subject, balances: Balances) -> None:
    view = subject.view
    with grid():
        for decision in view.decisions:
            _decision(subject, decision)
    balance_panel(balances)
    with grid():
        _months(view)
        _events(view)
    _accounts(view.accounts)


def _decision(subject: Subject, decision: Decision) -> None:
    with panel(f"{decision.window_days} days"):
        also = [key for key in decision.matched_personas if key != decision.primary_persona]
        missed = decision.target_persona not in (None, decision.primary_persona)
        show(
            joined(
                persona_mark(decision.primary_persona),
                tag("span", f"severity {percent(decision.severity)}", class_="note"),
                badge("not as asked", "warn") if missed else None,
            ),
            classes="line verdict",
        )
        text(decision.explanation or "There is no trace of this decision.")
        if also:
            show(tag("p", "Also matches ", *map(persona_mark, also), class_="note also"))
        why = subject.address(part="decision", window=decision.window_days)
        unseen = tag("span", f" by {decision.window_days} days", class_="unseen")
        show(tag("a", "Why, and what would change it", unseen, href=why))


def _months(view: PersonView) -> None:
    with panel("Month after month", "What each window said at every month’s end."):
        months = view.past_months
        if not months:
            text("The months were not judged: persona_history_months is 0.", classes="note")
            return
        rows: list[tuple[Any, ...]] = []
        for window in (SHORT_WINDOW, LONG_WINDOW):
            cells = [
                (
                    month.persona_30d if window == SHORT_WINDOW else month.persona_180d,
                    month.severity_30d if window == SHORT_WINDOW else month.severity_180d,
                )
                for month in months
            ]
            rows.append(
                (
                    f"{window} days",
                    *(
                        persona_cell(key, says=f"{persona_title(key)}, severity {percent(how)}")
                        if key
                        else NO_DATA
                        for key, how in cells
                    ),
                )
            )
        headings = [Heading("Window"), *(Heading(f"{month.as_of:%b %y}") for month in months)]
        show(table(headings, rows, caption="Personas by month"), classes="months")
        seen = {key: None for m in months for key in (m.persona_30d, m.persona_180d) if key}
        show(joined(*map(persona_mark, seen)), classes="legend")


def _events(view: PersonView) -> None:
    with panel("Life events", "What happened, known to the generator alone."):
        if not view.life_events:
            text("Nothing out of the ordinary has happened.", classes="note")
            return
        rows = [
            (
                event.kind.replace("_", " "),
                event.happened_on,
                joined(
                    persona_mark(event.persona_before), " → ", persona_mark(event.persona_after)
                ),
                _noticed(event.noticed_after_days_30d),
                _noticed(event.noticed_after_days_180d),
            )
            for event in view.life_events
        ]
        headings = (
            Heading("What"),
            Heading("When", classes="whole"),
            Heading("Lives like"),
            Heading("Seen by 30 days", classes="wide-only"),
            Heading("by 180 days", classes="wide-only"),
        )
        show(table(headings, rows, caption="Life events"))


def _noticed(days: int | None) -> str:
    return "not yet" if days is None else f"after {counted(days, 'day')}"


def _accounts(accounts: tuple[Account, ...]) -> None:
    with panel("Accounts", wide=True):
        if not accounts:
            text("There are no accounts.", classes="note")
            return
        rows = [
            (
                joined(
                    account.name or account.account_id,
                    tag("span", f" ··{account.mask}", class_="note") if account.mask else None,
                ),
                (account.subtype or account.type).replace("_", " "),
                money(account.balance_current),
                money(account.balance_available),
                money(account.balance_limit),
                percent(account.utilization),
                money(account.minimum_payment_amount),
                account.next_payment_due_date or NO_DATA,
                badge("overdue", "bad") if account.is_overdue else "",
            )
            for account in accounts
        ]
        headings = (
            Heading("Account"),
            Heading("Kind"),
            Heading("Balance", numeric=True),
            Heading("Available", numeric=True, classes="wide-only"),
            Heading("Limit", numeric=True, classes="wide-only"),
            Heading("Used", numeric=True),
            Heading("Minimum", numeric=True, classes="wide-only"),
            Heading("Due", classes="wide-only"),
            Heading(""),
        )
        show(table(headings, rows, caption="Accounts"))
        text("Balances of cards and loans are what is owed.", classes="note")


LIFE = Part("Life", _look, _show, reads=("accounts", "past_months", "life_events"))
