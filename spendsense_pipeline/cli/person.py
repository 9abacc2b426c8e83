"""`spendsense user`: one person on one screen."""

from __future__ import annotations

import itertools
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from spendsense_pipeline.cli.output import JsonOption, plain, show, show_json, sparkline, table
from spendsense_pipeline.reporting.wording import in_unit, money, percent
from spendsense_pipeline.tables.features import LONG_WINDOW, SHORT_WINDOW, WINDOWS

if TYPE_CHECKING:
    from spendsense_pipeline.reporting.advice import Advised
    from spendsense_pipeline.reporting.person import PersonView


class Window(StrEnum):
    """The windows a person is judged over."""

    THIRTY = str(SHORT_WINDOW)
    HALF_YEAR = str(LONG_WINDOW)


def _user_ids(incomplete: str) -> list[str]:
    """Ids that begin so, for the shell's completion; none rather than an error."""
    from spendsense_pipeline.publishing.warehouse import WarehouseError, open_published
    from spendsense_pipeline.settings import Settings, SettingsError

    try:
        with open_published(Settings.from_environment()) as con:
            return [
                user_id
                for (user_id,) in con.execute(
                    "select user_id from raw_users where starts_with(user_id, ?) "
                    "order by len(user_id), user_id limit 50",
                    [incomplete],
                ).fetchall()
            ]
    except (WarehouseError, SettingsError):
        return []


UserArgument = Annotated[
    str, typer.Argument(help="Id of the person, e.g. user_0007.", autocompletion=_user_ids)
]


def user(user_id: UserArgument, as_json: JsonOption = False) -> None:
    """Show one person: accounts, cards, recurring streams, cash flow, features and persona.

    ```bash
    spendsense user user_0007
    spendsense user user_0007 --json
    ```
    """
    from spendsense_pipeline.publishing.consent import read_decisions
    from spendsense_pipeline.reporting.advice import published_items
    from spendsense_pipeline.reporting.dataset_reader import open_dataset
    from spendsense_pipeline.reporting.person import view_person
    from spendsense_pipeline.settings import Settings

    settings = Settings.from_environment()
    decision = read_decisions(settings).get(user_id)
    with open_dataset(settings) as published:
        view = view_person(published, user_id, decision=decision)
        advised = () if view.withheld else published_items(published, settings, user_id)
    if as_json:
        show_json({**plain(view), "recommendations": advised})
    else:
        show_person(view, advised)


def show_person(view: PersonView, advised: tuple[Advised, ...] = ()) -> None:
    """One person on one screen, with what is recommended to them."""
    about = ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in view.about.items())
    show(f"[bold]{view.user_id}[/bold] {view.name or ''} as of {view.as_of}", about)
    if view.withheld:
        show(f"[yellow]{view.withheld}.[/yellow]")
        return
    for decision in view.decisions:
        also = f", also {decision.secondary_persona}" if decision.secondary_persona else ""
        target = f", target {decision.target_persona}" if decision.target_persona else ""
        show(
            f"[bold]{decision.window_days} days: {decision.title}[/bold] "
            f"(severity {decision.severity:.2f}{also}{target})"
        )
        if decision.explanation:
            show(decision.explanation)
    _show_recommended(advised)
    _show_past_months(view)
    _show_events(view)
    _show_accounts(view)
    _show_streams(view)
    _show_months(view)
    _show_features(view)


def _show_recommended(advised: tuple[Advised, ...]) -> None:
    """Titles with where they stand, each once; why is for `spendsense recommendations`."""
    if not advised:
        return
    from rich.markup import escape

    show("[bold]Recommended[/bold]")
    for item in {item.recommendation_id: item for item in reversed(advised)}.values():
        show(f"  {item.state}: {escape(item.title)} ({item.kind})")
    show("")


def _show_past_months(view: PersonView) -> None:
    """The way through the history: a line per window, stretches of months with one persona."""
    if not view.past_months:
        return
    show("[bold]Month by month[/bold]")
    for days, personas in (
        (SHORT_WINDOW, [month.persona_30d for month in view.past_months]),
        (LONG_WINDOW, [month.persona_180d for month in view.past_months]),
    ):
        stretches = []
        for persona, months in itertools.groupby(
            zip(personas, view.past_months, strict=True), key=lambda pair: pair[0]
        ):
            dates = [month.as_of for _, month in months]
            first, last = f"{dates[0]:%b %Y}", f"{dates[-1]:%b %Y}"
            stretches.append(f"{persona} {first}" + (f" to {last}" if last != first else ""))
        show(f"  {days} days: {', '.join(stretches)}")
    show("")


def _show_events(view: PersonView) -> None:
    """What has happened, which only the generator knows, and when each window noticed."""
    if not view.life_events:
        return
    show("[bold]What happened[/bold] (known to the generator alone)")
    for event in view.life_events:
        until = f" until {event.ends_on}" if event.ends_on else ""
        noticed = ", ".join(
            f"after {days} days by the {window}-day window"
            for window, days in (
                (SHORT_WINDOW, event.noticed_after_days_30d),
                (LONG_WINDOW, event.noticed_after_days_180d),
            )
            if days is not None
        )
        show(
            f"  {event.happened_on}{until} {event.kind}: {event.persona_before} to "
            f"{event.persona_after}" + (f"; seen {noticed}" if noticed else "")
        )
    show("")


def _show_accounts(view: PersonView) -> None:
    rows = [
        (
            f"{account.name or account.subtype or account.type} {account.mask or ''}",
            account.subtype,
            money(account.balance_current),
            money(account.balance_limit),
            percent(account.utilization, 1),
        )
        for account in view.accounts
    ]
    headings = ("account", "kind", "balance", "limit", "used")
    show(table("Accounts", headings, rows, left=("kind",)))
    cards = [
        (
            f"{card.name or card.subtype or card.type} {card.mask or ''}",
            money(card.last_statement_balance),
            money(card.minimum_payment_amount),
            card.next_payment_due_date,
            card.is_overdue,
            None if card.apr_percentage is None else f"{card.apr_percentage} %",
        )
        for card in view.accounts
        if card.type == "credit"
    ]
    if cards:
        card_headings = ("card", "statement", "minimum", "due", "overdue", "APR")
        show(table("Cards", card_headings, cards))


def _show_streams(view: PersonView) -> None:
    rows = [
        (
            stream.merchant_name,
            stream.kind,
            stream.frequency.lower(),
            money(stream.average_amount),
            stream.predicted_next_date if stream.is_active else f"ended {stream.last_date}",
        )
        for stream in view.streams
    ]
    if rows:
        headings = ("stream", "kind", "frequency", "average", "next")
        show(table("Recurring", headings, rows, left=("kind", "frequency")))


def _show_features(view: PersonView) -> None:
    rows = [
        (
            feature.label,
            in_unit(feature.value_30d, feature.unit),
            in_unit(feature.value_180d, feature.unit),
            "; ".join(feature.lines),
        )
        for feature in view.features
    ]
    headings = ("feature", *(f"{days} days" for days in WINDOWS), "the rules' lines")
    show(table("Features", headings, rows, prose=("the rules' lines",)))


def _show_months(view: PersonView) -> None:
    if not view.months:
        return
    money_in = [float(month.money_in) for month in view.months]
    money_out = [float(month.money_out) for month in view.months]
    first, last = view.months[0].month, view.months[-1].month
    show(
        f"[bold]Cash flow by month[/bold], {first} to {last}, without own transfers and businesses",
        f"  in  {sparkline(money_in)}  {money(sum(money_in))}",
        f"  out {sparkline(money_out)}  {money(sum(money_out))}\n",
    )
