"""Every kind of life event, to whom it happens and what rows show of it."""

from __future__ import annotations

from docs.derived.markdown import code, table
from spendsense_pipeline.generation.events.kinds import LIFE_EVENTS


def life_events() -> str:
    """Every kind of life event."""
    parts = [
        "# Life events",
        "Things happen to people, on a day that is known (`life_events`): from that day on they "
        "live otherwise, and the rows show it. An event begins another chapter of a life: the "
        "same person, the same home, cards and habits, with other parameters; no row is changed "
        "afterwards. How often anything happens is `life_event_rate`, which kinds "
        "`life_event_weights` (see [controls](controls.md)); people with a target change only "
        "where the rate is given. Events are dealt evenly: among a hundred people one that changes "
        "a persona comes every thirty days at the default rate, to people who are like the others. "
        "Past about a half of people a year too few are left whom something new can happen to, and "
        "less happens than was asked. Ordinary raises, rents and moves are no events and happen to "
        "everybody. How soon the windows notice is in `event_detection` and `evaluation`.",
        table(
            ("Kind", "What happens", "To whom", "Of these, a year", "Source"),
            (
                (
                    code(event.kind),
                    event.description,
                    event.whom,
                    f"{event.yearly_share:.0%}",
                    event.source,
                )
                for event in LIFE_EVENTS.values()
            ),
        ),
        "## What rows show",
    ]
    for event in LIFE_EVENTS.values():
        over = ""
        if event.lasts_days is not None:
            least, most = event.lasts_days
            over = f" It is over after {least} to {most} days."
        parts.append(f"**{code(event.kind)}**: {event.example}{over}")
    return "\n\n".join(parts)
