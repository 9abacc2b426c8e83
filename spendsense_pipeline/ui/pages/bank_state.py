"""The local Plaid's state in words and tables, on the page of the banks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spendsense_pipeline.local_plaid.outbox import DELIVERED, FAILED
from spendsense_pipeline.local_plaid.shown import MOST_ITEMS, ItemShown, LocalPlaidShown
from spendsense_pipeline.local_plaid.standing import REVOKED
from spendsense_pipeline.reporting.wording import NO_DATA, counted, moment
from spendsense_pipeline.ui.markup import Markup, joined, tag
from spendsense_pipeline.ui.panels import badge, tiles
from spendsense_pipeline.ui.tables import Heading, table

if TYPE_CHECKING:
    import datetime as dt

    from spendsense_pipeline.local_plaid.outbox import Webhook
    from spendsense_pipeline.local_plaid.refusals import Refusal

_ID_SHOWN = 8
"""Letters of an Item's id; where one points at it, all."""
_ITEMS = (
    Heading("Person"),
    Heading("Standing"),
    Heading("Bank"),
    Heading("Linked", classes="wide-only"),
    Heading("Webhooks to", classes="wide-only"),
    Heading("Item", classes="wide-only"),
)
_WEBHOOKS = (
    Heading("When"),
    Heading("Webhook"),
    Heading("Outcome"),
    Heading("Item", classes="wide-only"),
)
_ERRORS = (
    Heading("When"),
    Heading("Error"),
    Heading("Item", classes="wide-only"),
)


def facts(found: LocalPlaidShown) -> Markup:
    """How it stands, in figures."""
    clock = found.clock
    told = [hook for hook in found.webhooks if hook.outcome == DELIVERED]
    lost = [hook for hook in found.webhooks if hook.outcome not in (DELIVERED, None)]
    return tiles(
        [
            (
                "Server",
                "runs" if found.is_running else "does not run",
                "apps are answered" if found.is_running else "make plaid starts it",
            ),
            (
                "Apps see",
                str(clock.as_of),
                "follows what is published"
                if clock.is_following
                else f"held; published up to {clock.published_as_of}",
            ),
            ("Items", f"{found.item_count:,}", _in_error(found)),
            (
                "Webhooks waiting",
                f"{found.waiting_count:,}",
                f"of the last {len(found.webhooks)}: {len(told)} delivered, {len(lost)} not"
                if found.webhooks
                else "none was ever due",
            ),
            (
                "Errors",
                f"{len(found.refusals):,}",
                f"the last at {moment(found.refusals[0].at)}" if found.refusals else "none so far",
            ),
        ]
    )


def items(found: LocalPlaidShown) -> Markup:
    """Whom apps have linked."""
    if not found.items:
        return _nobody(found)
    more = found.item_count - len(found.items)
    return joined(
        table(_ITEMS, map(_item, found.items), caption="Items, newest first"),
        tag("p", f"These are the newest {MOST_ITEMS}; {more:,} more are linked.", class_="note")
        if more
        else None,
    )


def webhooks(found: LocalPlaidShown) -> Markup:
    """What apps were told."""
    if not found.webhooks:
        return tag(
            "p",
            "None yet. An Item gets webhooks when it is linked with an address for them, and when"
            " days pass: by the clock, or by a night that publishes.",
            class_="note",
        )
    return table(_WEBHOOKS, map(_webhook, found.webhooks), caption="Webhooks, newest first")


def errors(found: LocalPlaidShown) -> Markup:
    """What apps were refused."""
    if not found.refusals:
        return tag("p", "None: every request so far was answered.", class_="note")
    return table(_ERRORS, map(_error, found.refusals), caption="Errors answered, newest first")


def _in_error(found: LocalPlaidShown) -> str:
    if not found.item_count:
        return "nobody is linked"
    return f"{found.broken_count:,} of them in an error" if found.broken_count else "all in order"


def _nobody(found: LocalPlaidShown) -> Markup:
    """How somebody comes to be linked."""
    begin = joined("Start the server with ", tag("code", "make plaid"), ", point")
    return joined(
        tag(
            "p",
            "Nobody is linked. ",
            "Point" if found.is_running else begin,
            " an official Plaid client at it, and link ",
            tag("code", "persona:subscription_heavy"),
            " or a person by their id. ",
            tag("code", "examples/"),
            " has an app that does.",
        )
    )


def _item(item: ItemShown) -> tuple[Markup | str, ...]:
    return (
        tag("a", item.user_id, href=f"/people/{item.user_id}") if item.is_here else item.user_id,
        _standing(item),
        joined(item.institution or NO_DATA, _small(", ".join(item.products))),
        joined(_when(item.linked_at), _small(f"apps saw {item.linked_on}")),
        item.webhooks_to or "nowhere",
        _id(item.item_id),
    )


def _standing(item: ItemShown) -> Markup:
    if item.error_code is None:
        return badge("in order", "good")
    said = ""
    if item.error_code == REVOKED:
        said = "does not consent"
    elif not item.is_here:
        said = "its world was replaced"
    return joined(badge("in an error", "bad"), " ", _code(item.error_code), _small(said))


def _webhook(hook: Webhook) -> tuple[Markup, ...]:
    kind, _, code = hook.code.partition(" ")
    colour = {DELIVERED: "good", FAILED: "bad", None: ""}.get(hook.outcome, "warn")
    tried = f"tried {counted(hook.attempts, 'time')}" if hook.attempts > 1 else None
    said = "; ".join(filter(None, (hook.detail, tried)))
    return (
        _when(hook.queued_at),
        joined(_code(code), _small(kind)),
        joined(badge(hook.outcome or "waits", colour), _small(said)),
        _id(hook.item_id),
    )


def _error(refusal: Refusal) -> tuple[Markup | str, ...]:
    return (
        _when(refusal.at),
        joined(_code(refusal.error_code), " ", refusal.endpoint, _small(refusal.message)),
        _id(refusal.item_id) if refusal.item_id else NO_DATA,
    )


def _when(at: dt.datetime) -> Markup:
    """To the second: several happen within one minute."""
    return joined(f"{at:%H:%M:%S}", _small(f"{at:%b %d}"))


def _id(item_id: str) -> Markup:
    return tag("code", f"{item_id[:_ID_SHOWN]}…", title=item_id)


def _code(name: str) -> Markup:
    """A name that may break at its underscores, where a screen is narrow."""
    first, *others = name.split("_")
    return tag("code", first, *(joined("_", tag("wbr"), part) for part in others))


def _small(said: str) -> Markup | None:
    return tag("div", said, class_="note") if said else None
