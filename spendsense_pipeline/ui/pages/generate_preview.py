"""The picture of what would be made, beside the form: who, how well every control is met, and three
of the lives. It keeps its place while a newer one is made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nicegui import ui

from spendsense_pipeline.reporting.wording import NO_DATA, counted, money, percent
from spendsense_pipeline.tables.features import LONG_WINDOW, SHORT_WINDOW
from spendsense_pipeline.ui.markup import Markup, joined, show, tag, text
from spendsense_pipeline.ui.pages.generate_words import named
from spendsense_pipeline.ui.pages.realised import fidelity_in_short, fidelity_table, mix_table
from spendsense_pipeline.ui.persona_marks import persona_dot

if TYPE_CHECKING:
    from spendsense_pipeline.preview.records import Preview, SampleLife
    from spendsense_pipeline.ui.pages.generate_desk import Desk

_ASKED = "persona_weights."


class Picture:
    """The panel; everything in it stands where it stood before."""

    def __init__(self, desk: Desk) -> None:
        """Args: the page's state, whose preview it shows."""
        self._desk = desk
        with (
            ui.element("section")
            .classes("panel picture")
            .props('id="preview" tabindex="-1" aria-label="Preview"') as self._section
        ):
            with ui.element("div").classes("line"):
                text("What this would make", element="h2")
                ui.element("span").classes("grow")
                self._status = show(joined(), element="span", classes="note status").props(
                    'role="status"'
                )
            self._figures = show(joined(), classes="picture-part")
            self._lives = show(joined(), classes="picture-part")
            with ui.element("details") as self._details:
                self._in_short = show(joined("Every control"), element="summary")
                self._controls = show(joined())
        desk.on_judged(self.refresh)
        desk.on_pictured(self.refresh)
        self.refresh()

    def refresh(self) -> None:
        """Say how it stands, and show the last picture."""
        desk, found = self._desk, self._desk.preview
        self._status.set_content(self._said())
        # Greyed is what is of no use now; what is about to be replaced only steps back.
        is_of_nothing = desk.judged.plan is None or bool(desk.failure)
        state = "behind" if is_of_nothing else "working" if desk.is_picturing else ""
        self._section.classes(add=state, remove=" ".join({"behind", "working"} - {state}))
        self._section.props(f"aria-busy={str(desk.is_picturing).lower()}")
        if found is None:
            self._figures.set_content(_nothing_yet())
            self._details.set_visibility(False)
            return
        self._details.set_visibility(True)
        self._figures.set_content(joined(_about(found), _figures(found), mix_table_of(found)))
        self._lives.set_content(joined(_remarks(found), _lives(found)))
        self._in_short.set_content(fidelity_in_short(found.controls))
        self._controls.set_content(fidelity_table(found.controls))

    def _said(self) -> Markup:
        desk = self._desk
        wrong = len(desk.judged.problems)
        if wrong:
            kept = ": the last good picture" if desk.preview else ""
            return joined(f"{counted(wrong, 'problem')} to correct{kept}")
        if desk.failure:
            return joined(desk.failure)
        if desk.is_picturing or desk.preview is None:
            return joined("making it…")
        took = desk.preview
        work = f"{took.cpu_seconds:.2f} s of one core"
        return tag("span", f"made in {took.seconds:.1f} s", title=work)


def mix_table_of(found: Preview) -> Markup:
    """Who would be assigned what, beside who is asked for."""
    shares = {(each.persona, each.window_days): each for each in found.mix}
    # Of everybody that is asked for; of the first hundred there may be a person more or less.
    asked = {
        row.control.removeprefix(_ASKED): row.requested
        for row in found.controls
        if row.control.startswith(_ASKED) and not isinstance(row.requested, str)
    }
    rows = [
        (
            each.persona,
            asked.get(each.persona),
            each.assigned_share,
            shares[each.persona, SHORT_WINDOW].assigned_share,
        )
        for each in found.mix
        if each.window_days == LONG_WINDOW
    ]
    return mix_table(rows)


def _nothing_yet() -> Markup:
    return tag("div", tag("p", "The first picture is being made.", class_="note"), class_="waiting")


def _about(found: Preview) -> Markup:
    first = (
        f"The first {found.generated_count:,} of {found.asked_count:,} people"
        if found.is_partial
        else counted(found.generated_count, "person", "people")
    )
    return tag(
        "p",
        f"{first}, {found.consenting_count:,} of whom consent,"
        f" from {found.history_start} to {found.as_of}.",
        class_="note",
    )


def _figures(found: Preview) -> Markup:
    covered = {each.window_days: each.share for each in found.coverage}
    overlap = {each.window_days: each.share for each in found.overlap}
    tiles = [
        tag(
            "div",
            tag("dt", title),
            tag("dd", percent(shares.get(LONG_WINDOW)), class_="figure"),
            tag("dd", f"{percent(shares.get(SHORT_WINDOW))} by {SHORT_WINDOW} days", class_="note"),
        )
        for title, shares in (("Coverage", covered), ("Show two or more", overlap))
    ]
    return tag("dl", *tiles, class_="pictured")


def _remarks(found: Preview) -> Markup:
    notes = (*found.short_histories, *found.without_effect)
    return joined(*(tag("p", said, class_="remark warn") for said in notes))


def _lives(found: Preview) -> Markup:
    return joined(
        tag("h3", "Lives among them") if found.lives else None,
        tag("div", *(_life(each) for each in found.lives), class_="lives"),
    )


def _life(life: SampleLife) -> Markup:
    pay = f"paid {named(life.pay_frequency).lower()}" if life.pay_frequency else "no pay"
    cards = [
        f"{card.name} {percent(card.utilization_share)} of {money(card.limit_usd)}"
        for card in life.cards
    ]
    return tag(
        "article",
        tag(
            "p",
            persona_dot(life.persona),
            tag("strong", life.name),
            f", {life.age}, {life.state}",
        ),
        tag("p", life.because),
        tag(
            "p",
            f"{named(life.household_type)}, {named(life.income_tier).lower()} income, {pay};"
            f" {_monthly(life.in_monthly_usd)} in and {_monthly(life.out_monthly_usd)} out a month",
            class_="note",
        ),
        tag("p", "; ".join(cards), class_="note") if cards else None,
        tag(
            "p",
            ", ".join(f"{each.merchant} {money(each.monthly_usd)}" for each in life.subscriptions),
            class_="note",
        )
        if life.subscriptions
        else None,
    )


def _monthly(amount: float | None) -> str:
    return NO_DATA if amount is None else f"${amount:,.0f}"
