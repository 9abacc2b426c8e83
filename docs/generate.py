"""Writes the pages of `docs/` that are derived from declarations, or says which of them are stale.

`python docs/generate.py` writes, `--check` compares and exits 1 when a page differs. A page says
nothing its declaration does not say; to change one, change the declaration.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spendsense_pipeline.tables.declaration import Column, PipelineTable

DOCS = Path(__file__).resolve().parent
NOTICE = "<!-- Derived from the declarations by `make docs`. Edits here are overwritten. -->"


def table(headings: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table; cells may hold anything but are kept on their line."""
    titles = list(headings)
    lines = [titles, ["---"] * len(titles), *([_cell(value) for value in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cell(value: object) -> str:
    text = "" if value is None else str(value)
    return " ".join(text.split()).replace("|", "\\|")


def code(text: object) -> str:
    """Text set as code; nothing stays nothing."""
    return f"`{text}`" if text not in (None, "") else ""


def personas() -> str:
    """The rule book."""
    from spendsense_pipeline.controls import PersonaThresholds
    from spendsense_pipeline.personas import rule_text, rules
    from spendsense_pipeline.traces import reasons

    rows = (
        (
            row.priority,
            row.title,
            code(row.feature),
            f"{row.symbol} {row.threshold}",
            code(row.threshold_field) or "part of the rule",
            row.severity,
        )
        for row in rule_text.documentation()
    )
    return "\n\n".join(
        [
            "# Personas",
            "Every consenting person is judged by every rule, once for the last 30 days and once "
            "for the last 180. All matches are kept; the first in this order is the primary "
            "persona, the next the secondary. Missing data satisfies nothing.",
            rule_text.markdown(),
            "## Every criterion",
            "A threshold is set in the `thresholds` section of the operator's configuration "
            "(see [controls](controls.md)). Severity says how far somebody goes, the same way for "
            "every persona: 0 at the threshold, 1 at the full value given here, the greatest among "
            "the criteria of the primary persona that are met; at least .01 for whoever matches, 0 "
            "for general.",
            table(("Priority", "Persona", "Feature", "Criterion", "Set by", "Severity"), rows),
            "## Reason codes",
            f"A decision trace gives up to {reasons.MOST_REASONS} reasons. Codes are stable; "
            "what stands in braces is "
            "the person's own.",
            table(
                ("Code", "Reason"),
                (
                    (code(reason.code), reason.template)
                    for reason in reasons.reasons_of(rules.RULE_BOOK)
                ),
            ),
            f"With the default thresholds the rules version is "
            f"`{rules.rules_version(PersonaThresholds())}`. "
            "What each feature is: [features](features.md).",
        ]
    )


def life_events() -> str:
    """Every kind of life event."""
    from spendsense_pipeline.generation.events.kinds import LIFE_EVENTS

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


def recommendations() -> str:
    """The catalogue of what can be recommended, and how one is written."""
    from spendsense_pipeline.personas.rules import PERSONAS
    from spendsense_pipeline.recommendations.facts import facts
    from spendsense_pipeline.recommendations.loading import our_catalogue
    from spendsense_pipeline.recommendations.products import PRODUCTS
    from spendsense_pipeline.tables.advice import DISCLOSURE, FEWEST_ITEMS, MOST_ITEMS

    catalogue = our_catalogue()
    parts = [
        "# Recommendations",
        f"{len(catalogue.items)} items: things to learn, and kinds of products to consider. Each "
        "consenting person is recommended, per window, up to "
        f"{MOST_ITEMS['education']} of the former and {MOST_ITEMS['offer']} of the latter that "
        "answer what their data show, the more severe first; where fewer than "
        f"{FEWEST_ITEMS['education']} or {FEWEST_ITEMS['offer']} fit, that is stated in "
        "`recommendation_shortfalls` and nothing is added. An item fits if it is written for one "
        "of the person's personas, one of its signals holds, all of its eligibility does, and "
        "every figure its sentence cites is known. An offer of something an account shows the "
        "person to have is none. Nobody is shown an item before a named operator has approved it "
        "(`spendsense review`), unless the control `review_policy` is `automatic`.",
        f"Every item carries the sentence: *{DISCLOSURE}*",
        "## What this is not",
        "Education, not advice: nobody here knows a person's plans, debts elsewhere, health or "
        "family. Offers are kinds of products, not products; their terms are for whoever offers "
        "them to say. Eligibility says that nothing in the data speaks against an offer, not that "
        "a provider would accept somebody. Figures are of the accounts that are connected. People "
        "made up by the generator show how such a system behaves, not how people fare with it.",
        "## Write your own",
        "The control `content_catalog` takes a YAML or JSON file: a list of items, which replaces "
        "this catalogue, or `{extends: true, items: [...]}`, which adds to it (an item with the id "
        "of one of these takes its place). Every problem of a file is named before anything runs "
        "(`spendsense config check`). An item:",
        f"```yaml\n{_example_item()}```",
        "A criterion is `{feature: …, at_least | above | below | is: …}`, with `full` for the "
        "value from which a signal is as severe as can be, or `{criterion: …}`, one of the "
        "[rule book's](personas.md) at the threshold in force. Missing data satisfies nothing. A "
        "rationale holds no figure but those of its slots.",
        "## What criteria may read and sentences may say",
        table(
            ("Fact", "What it is", "Unit", "Criteria", "Sentences"),
            (
                (
                    code(fact.name),
                    fact.label if fact.origin == "features" else fact.description,
                    fact.unit,
                    "yes" if fact.is_judgeable else "",
                    "yes" if fact.is_citable else "",
                )
                for fact in facts().values()
            ),
        ),
        "## Kinds of products",
        table(
            ("Kind", "Not offered to whoever"),
            (
                (code(kind), facts()[held].label if held else "no account would show it")
                for kind, held in PRODUCTS.items()
            ),
        ),
    ]
    for persona in PERSONAS:
        parts += [f"## {persona.title}"]
        for kind in ("education", "offer"):
            items = [i for i in catalogue if i.kind == kind and persona.key in i.personas]
            rows = (
                (
                    code(item.content_id),
                    item.title,
                    item.form,
                    " or ".join(map(_condition, item.signals)),
                    " and ".join(map(_condition, item.eligibility)),
                )
                for item in items
            )
            parts.append(table((kind.title(), "Title", "Form", "Answers", "Needs"), rows))
    return "\n\n".join(parts)


def _condition(condition: Any) -> str:
    from spendsense_pipeline.recommendations.conditions import in_words

    return code(condition.criterion or in_words(condition))


def _example_item() -> str:
    import yaml

    example = {
        "content_id": "know_your_card",
        "kind": "education",
        "form": "article",
        "title": "Know your card",
        "body": "Read the statement once a month.",
        "topics": ["credit cards"],
        "personas": ["high_utilization"],
        "signals": [{"criterion": "card_use_high"}, {"feature": "card_debt_usd", "above": 1000}],
        "eligibility": [{"feature": "holds_credit_card", "is": True}],
        "rationale": "Your {card_name} is at {card_utilization} of its limit.",
        "reading_minutes": 2,
    }
    return yaml.safe_dump(example, sort_keys=False, width=96)


def features() -> str:
    """Every column of the feature tables, and of the recurring streams they count."""
    from spendsense_pipeline.tables import features as catalog

    def rows(columns: Iterable[Column]) -> Iterator[tuple[object, ...]]:
        for column in columns:
            yield (
                code(column.name),
                column.label,
                column.unit or column.type.lower(),
                column.description,
                ", ".join(code(source) for source in column.sources),
            )

    headings = ("Column", "Label", "Unit", "What it is", "From")
    streams = catalog.RECURRING_STREAMS
    return "\n\n".join(
        [
            "# Features",
            "`features_30d` and `features_180d` hold one row per consenting person with the same "
            "columns over windows of 30 and 180 days that end on `as_of`. Posted rows of personal "
            "accounts only. A missing value is null: there was nothing to measure.",
            table(headings, rows(catalog.FEATURES)),
            *_about_pay(),
            "## Recurring streams",
            streams.description,
            table(headings, rows(streams.columns)),
            *_about_merchants(),
        ]
    )


def _about_merchants() -> tuple[str, ...]:
    """Whose charges make a stream, and how a card payment is known."""
    from spendsense_pipeline.features.vocabulary import vocabulary

    return (
        "### Who a merchant is",
        "A stream is made of one merchant's charges, so who the merchant is comes first. It is "
        "decided once for each person, from all of their rows together and never from one row: "
        "`merchant_entity_id` where there is one. Otherwise `merchant_name`, or `name` without "
        "what says how it was paid (`POS DEBIT`, `SQ *`, `PAYPAL *`, `ONLINE PMT TO`), every word "
        "with a digit (store numbers, dates, telephone numbers, references), a company's form "
        "(`INC`, `.COM`) and a state at the end. A brand we list is that brand however it is "
        "worded (`NETFLIX.COM LOS GATOS CA`, `Netflix Inc`). A name or an id that only some of "
        "the rows have serves the others of the same wording, unless several merchants come under "
        "it, as under a payment service's. Two more things count as the same merchant: rests that "
        "differ only in a word seen on a single charge (`STREAMBOX QKDJBKELWDJ`, then `STREAMBOX "
        "PWLSXNVTRQK`), three charges or more of about one size; and names with the same first "
        "telling word and about the same price (`QUIRKOFLIX AUSTIN`, `QUIRKOFLIX BOISE`), unless "
        "they are charged side by side. Words that many names begin with (`CITY OF`, `UNITED`, "
        "`FIRST`, `APPLE`) tell nothing alone, so `UNITED HEALTHCARE` and `UNITED AIRLINES` are "
        "two. A check names nobody: checks never make a stream. Rows without a category are, in a "
        "stream, what the merchant's other rows are.",
        "Several contracts with one merchant stay several: told apart by price, or two on one day. "
        "What looks like one series twice a month at two prices by turns is two monthly ones when "
        "each keeps its day; every other week is 28 days and is not. Two charges a year apart "
        "are a yearly plan, also beside monthly ones.",
        "Where a category is read from a name, one word may be a surname, a street or a town: a "
        "brand of one word counts only where the payee begins, not before `ST` or `AVE`, and not "
        "in what is paid to a named payee (`ONLINE PMT TO ELENA MCDONALD`) unless bills are paid "
        "to that brand.",
        "### Card payments",
        "Money out of a bank account and as much onto a card of the same person, at most "
        f"{vocabulary()['days_between_legs']} days apart, are the two legs of a card payment "
        "whatever either is called: neither spend nor a bill. Each leg belongs to one payment, "
        "the nearest first. A row whose category says something else is left as it is; so is a "
        "brand's purchase without a word of paying a card, and a credit from a merchant the same "
        "card paid as much before.",
    )


def _about_pay() -> tuple[str, ...]:
    """What pay is, and whose of a household with more than one earner is described."""
    from spendsense_pipeline.features import definitions, inflow_words
    from spendsense_pipeline.plaid import categories

    def codes(of: Iterable[str]) -> str:
        return ", ".join(map(code, of))

    cadences = ", ".join(definitions.PAY_GAPS)
    pay, benefits = codes(categories.EARNED_INCOME_CODES), codes(categories.BENEFIT_INCOME_CODES)
    return (
        "## Pay, earners and benefits",
        f"Pay is money into a bank account whose category is {pay}; benefits are {benefits}. A "
        "detailed category that was given is taken at its word. Without one the description is "
        "read, and no word decides alone: of these kinds of evidence the first that applies holds.",
        table(("Evidence in a description", "What it says"), inflow_words.EVIDENCE.items()),
        "What stays open is pay when its payer pays as employers do: "
        f"{definitions.LEAST_UNNAMED_PAYDAYS} paydays or more at a usual gap that is {cadences}, "
        "three in four of the gaps within 30 % of it, three in four of the amounts within half of "
        f"the usual one, ${definitions.LEAST_MONTHLY_PAY_USD} a month or more, and not out of "
        "another account of the same person.",
        f"What one payer pays within {definitions.SAME_PAYDAY_DAYS} days of a payday belongs to "
        "it, so an employer who pays into two accounts on two days has one payday. A household may "
        "have several earners: payers side by side for more than "
        f"{definitions.JOB_CHANGE_DAYS} days are different earners, payers who follow one another "
        "are one earner who changed jobs (of several, the one whose pay stopped within "
        f"{definitions.JOB_CHANGE_DAYS} days before), and payers whose usual gap is longer than "
        f"{definitions.RAREST_PAYROLL_DAYS} days are clients, who take turns and are one earner's "
        f"together. The main earner has the most pay in {definitions.MAIN_EARNER_DAYS} days: "
        "`median_pay_gap_days`, `pay_frequency` and `income_variability` are theirs, "
        "`paycheck_count` and `income_monthly_usd` everybody's.",
    )


def tables() -> str:
    """Every table, where it stands and what its columns are."""
    from spendsense_pipeline.tables import TABLES

    parts = [
        "# Tables",
        "In the order data flows. A table stands in every place it can: its rows are checked, "
        "published, counted in the summary and exported, and made in shards where they belong to "
        "people. Where one is left out, its declaration says why.",
    ]
    described: dict[tuple[Column, ...], str] = {}
    for declared in TABLES:
        parts += [f"## {code(declared.name)}", declared.description, _facts(declared)]
        alike = described.setdefault(declared.columns, declared.name)
        if alike != declared.name:
            parts.append(f"Columns: those of {code(alike)}.")
            continue
        rows = (
            (
                code(column.name),
                column.type,
                column.unit,
                "yes" if column.nullable else "",
                column.description,
                ", ".join(map(code, column.allowed or ())),
            )
            for column in declared.columns
        )
        headings = ("Column", "Type", "Unit", "May be missing", "What it is", "One of")
        parts.append(table(headings, rows))
    return "\n\n".join(parts)


def _facts(declared: PipelineTable) -> str:
    """A list of what a declaration says beside its columns."""
    from spendsense_pipeline.tables.declaration import RowCount

    step, rows = declared.step, declared.rows
    facts = {
        "Made by": f"{code(step.name)} ({step.doing}), stage {step.stage.name}",
        "Rows": rows.words if isinstance(rows, RowCount) else f"any number; {rows.because}",
        "Key": ", ".join(map(code, declared.primary_key)),
        "Ordered by": ", ".join(map(code, declared.order_by)),
    }
    if declared.foreign_keys:
        facts["Refers to"] = ", ".join(code(key.table) for key in declared.foreign_keys)
    if declared.person_key:
        facts["Holds"] = (
            "only people who have consented"
            if declared.holds_only_consenting
            else f"everybody; {declared.stage.everybody_because}"
        )
    if declared.stands_in("imports"):
        facts["Imports"] = "must bring it" if declared.is_import_needed else "may bring it"
    for left_out in declared.left_out:
        facts[f"Not in {left_out.place}"] = left_out.because
    return "\n".join(f"- {name}: {said}" for name, said in facts.items())


def controls() -> str:
    """Every field an operator may set, and what the presets set."""
    from spendsense_pipeline.controls.documentation import documented
    from spendsense_pipeline.controls.form import form_fields
    from spendsense_pipeline.controls.groups import SECTION_TITLES
    from spendsense_pipeline.controls.presets import PRESET_NAMES, changes_of

    parts = [
        "# Controls",
        "What an operator may ask for. The same four sections stand in a configuration file, in "
        "Dagster's launchpad and in Python, and are checked in one place with one message.",
        "```yaml\nconfig:\n  num_users: 200\ncontrols:\n  overdue_probability: 0.25\n"
        "thresholds: {}\nexpectations: {}\n```",
    ]
    groups = {(field.section, field.name): field.group for field in form_fields()}
    for section, title in SECTION_TITLES.items():
        fields = [field for field in documented() if field.section == section]
        measured = ["Measured as"] if any(field.measured_as for field in fields) else []
        parts.append(f"## `{section}`: {title}")
        for group, together in itertools.groupby(
            fields, key=lambda field: groups[field.section, field.name]
        ):
            rows = (
                (
                    code(field.name),
                    _shown(field.default),
                    f"{field.bounds} ({field.unit})" if field.unit else field.bounds,
                    field.description,
                    *([field.measured_as] if measured else []),
                )
                for field in together
            )
            headings = ("Field", "Default", "Allowed", "Meaning", *measured)
            named = [] if group.lower() == title else [f"### {group}"]
            parts += [*named, table(headings, rows)]
    parts += ["## Presets", "A preset is a starting point: a control given beside it wins."]
    for name in PRESET_NAMES:
        changes = [f"- {code(each.name)}: {_shown(each.value)}" for each in changes_of(name)]
        parts += [f"### {code(name)}", "\n".join(changes) or "Every control at its default."]
    return "\n\n".join(parts)


def _shown(value: Any) -> str:
    if value is None:
        return "not given"
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {_shown(entry)}" for key, entry in value.items())
    if isinstance(value, list | tuple):
        is_range = len(value) == 2 and all(isinstance(end, int | float) for end in value)
        return (" to " if is_range else ", ").join(map(_shown, value)) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)


def checks() -> str:
    """Every promise about a dataset, by the asset it is made about."""
    from spendsense_pipeline.checks import CHECKS

    parts = [
        "# Checks",
        "Each run checks every promise below. A broken promise marked ERROR fails the run and "
        "nothing is published; WARN informs. A failing check shows the rows, the figure, the bound "
        "and the remedy in the UI and on the terminal.",
    ]
    for asset in dict.fromkeys(check.asset for check in CHECKS):
        rows = (
            (code(check.name), check.severity, check.description, check.bound, check.remedy)
            for check in CHECKS
            if check.asset == asset
        )
        parts += [
            f"## `{asset}`",
            table(("Check", "Severity", "Promise", "Bound", "If it fails"), rows),
        ]
    return "\n\n".join(parts)


def cli() -> str:
    """Every command with its arguments and options."""
    import typer

    from spendsense_pipeline.cli import app

    parts = [
        "# `spendsense`",
        "Exit codes: 0 all good; 1 a run or a blocking check failed; 2 the input was wrong.",
    ]
    for name, command in _commands(typer.main.get_command(app), "spendsense"):
        parts += _command(name, command)
    return "\n\n".join(parts)


def _commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    if getattr(command, "hidden", False):
        return
    yield name, command
    for child, subcommand in getattr(command, "commands", {}).items():
        yield from _commands(subcommand, f"{name} {child}")


def _command(name: str, command: Any) -> Iterator[str]:
    parameters = [
        parameter
        for parameter in command.params
        if parameter.name != "help" and not getattr(parameter, "hidden", False)
    ]
    arguments = [
        p.name.upper() if p.required else f"[{p.name.upper()}]"
        for p in parameters
        if p.param_type_name == "argument"
    ]
    following = ["COMMAND"] if getattr(command, "commands", None) else arguments
    yield f"## `{' '.join([name, *following])}`"
    if command.help:
        yield command.help.strip()
    if parameters:
        yield table(
            ("Argument or option", "Meaning", "Default"),
            ((_spelling(p), p.help, _default(p)) for p in parameters),
        )


def _spelling(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        return code(parameter.name.upper())
    takes = "" if parameter.is_flag else f" {parameter.name.strip('_').upper()}"
    names = (*parameter.opts, *parameter.secondary_opts)
    return ", ".join(code(f"{name}{takes}") for name in names)


def _default(parameter: Any) -> str:
    # A text here is what the help shows where the value itself would say nothing.
    if isinstance(getattr(parameter, "show_default", None), str):
        return str(parameter.show_default)
    is_said = parameter.default is not None and not isinstance(parameter.default, bool)
    return code(parameter.default) if is_said else ""


def formats() -> str:
    """Every ready format of an import, from its record."""
    from spendsense_pipeline.importing.formats import FORMATS

    parts = [
        "# Formats",
        "Exports that `spendsense import PATH --format NAME` reads. PATH is one file, or a folder "
        "of them: `FOLDER/<user_id>/<export>`, or the exports of one person. What an export does "
        "not say (type, limit, balance, consent) an `accounts.csv` and a `users.csv` beside it "
        "may; see the [operator guide](operator-guide.md). In the tables positive is money out.",
    ]
    for ready in FORMATS.values():
        parts += [f"## `{ready.name}`: {ready.title}", _format_facts(ready)]
        for layout in ready.layouts:
            said = layout.transactions
            theirs = {**dict(layout.optional), **dict(said.columns)}
            amount = theirs.pop("amount", None)
            if said.debit:
                amount = f"{said.debit} (out), {said.credit} (in)"
            elif said.direction:
                amount = f"{amount}; {said.direction.column} says which way"
            elif amount:
                amount = f"{amount}, {'negative' if said.negate else 'positive'} = money out"
            rows = [
                ("columns that tell it", ", ".join(map(code, layout.header))),
                ("amount", amount),
                *((code(ours), code(name)) for ours, name in theirs.items()),
                ("account is", f"{layout.type}/{layout.subtype}" if layout.type else "by its name"),
                *(((key, code(name)) for key, name in _named_columns(layout) if name)),
            ]
            parts += [f"### {layout.title}", table(("What", "Theirs"), rows)]
    return "\n\n".join(parts)


def _named_columns(layout: Any) -> Iterator[tuple[str, str | None]]:
    yield "account", layout.account
    yield "balance after a row", layout.balance
    yield "identifier", layout.their_id
    for column, words in layout.pending.items():
        yield "pending", f"{column}: {', '.join(words)}"
    for column, codes in layout.categories.items():
        yield (
            "category",
            f"{column}: {', '.join(f'{word} = {name}' for word, name in codes.items())}",
        )


def _format_facts(ready: Any) -> str:
    facts = {
        "Files": ", ".join(map(code, ready.suffixes)),
        "Signs": ready.signs,
        "Account and balance": ready.accounts,
    }
    lines = [f"- {name}: {said}" for name, said in facts.items()]
    lines += [f"- {remark}" for remark in ready.remarks]
    lines.append(f"- Described in: {', '.join(f'<{source}>' for source in ready.sources)}")
    return "\n".join(lines)


def mapping() -> str:
    """Every key of a mapping file, from the models that read it."""
    from spendsense_pipeline.importing.mapping import (
        IMPORTABLE_TABLES,
        CsvDialect,
        Direction,
        NumberFormat,
        TableMapping,
    )

    parts = [
        "# The mapping file",
        "`spendsense import PATH --mapping FILE` reads files whose columns, values, dates, numbers "
        "or signs are not ours. The file is YAML or JSON; at its top stand names of our tables "
        f"({', '.join(map(code, IMPORTABLE_TABLES))}), below each the keys that follow, all of "
        "which may be left out. A mistake in it is named with its place. Beside `--format` it wins "
        "key by key; of Plaid's responses everything but `file` and `csv` applies.",
    ]
    titles = {
        TableMapping: "Of a table",
        CsvDialect: "Under `csv`",
        NumberFormat: "Under `numbers`",
        Direction: "Under `direction`",
    }
    for model, title in titles.items():
        fields = model.model_fields.items()
        rows = ((code(field.alias or key), field.description) for key, field in fields)
        parts += [f"## {title}", str(model.__doc__), table(("Key", "Says"), rows)]
    return "\n\n".join(parts)


PAGES: dict[str, Callable[[], str]] = {
    "personas.md": personas,
    "features.md": features,
    "life-events.md": life_events,
    "tables.md": tables,
    "recommendations.md": recommendations,
    "controls.md": controls,
    "checks.md": checks,
    "cli.md": cli,
    "formats.md": formats,
    "mapping.md": mapping,
}


def endpoints() -> str:
    """What the local Plaid serves."""
    from spendsense_pipeline.bank.endpoints import ENDPOINTS

    rows = (
        (f"{code(each.path)}{' ✦' if each.is_ours else ''}", each.summary, each.differs)
        for each in ENDPOINTS
    )
    return table(("Endpoint", "Here", "Other than at Plaid"), rows)


PARTS: dict[str, dict[str, Callable[[], str]]] = {"local-plaid.md": {"endpoints": endpoints}}
"""Parts of pages that are written by hand, each between two comments that name it."""


def with_parts(text: str, parts: Mapping[str, Callable[[], str]]) -> str:
    """A page by hand with its derived parts as they should be.

    Raises:
        ValueError: a part has no place on it.
    """
    for name, part in parts.items():
        begins, ends = f"<!-- {name}: derived by `make docs` -->\n", f"<!-- /{name} -->"
        before, _, rest = text.partition(begins)
        _, closed, after = rest.partition(ends)
        if not closed:
            message = f"no place for {name}: {begins.strip()} … {ends}"
            raise ValueError(message)
        text = f"{before}{begins}{part()}\n{ends}{after}"
    return text


TRACE_SCHEMA = "../spendsense_pipeline/traces/schema.json"


def rendered() -> dict[str, str]:
    """Every page with something derived by file name, as it should be, and the schema of traces."""
    from spendsense_pipeline.traces import trace_schema

    pages = {name: f"{NOTICE}\n\n{page()}\n" for name, page in PAGES.items()}
    for name, parts in PARTS.items():
        pages[name] = with_parts((DOCS / name).read_text(encoding="utf-8"), parts)
    schema = json.dumps(trace_schema(), indent=2, ensure_ascii=False)
    return {**pages, TRACE_SCHEMA: f"{schema}\n"}


def stale(pages: Mapping[str, str], folder: Path = DOCS) -> list[str]:
    """Names of the pages that are missing or differ from what the declarations say."""
    return [
        name
        for name, text in pages.items()
        if not (folder / name).is_file() or (folder / name).read_text(encoding="utf-8") != text
    ]


def main() -> int:
    """Write the pages, or with `--check` only compare them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if stale")
    is_check = parser.parse_args().check
    pages = rendered()
    outdated = stale(pages)
    if not is_check:
        for name in outdated:
            (DOCS / name).write_text(pages[name], encoding="utf-8")
            print(f"docs/{name} written")
    elif outdated:
        names = ", ".join(f"docs/{name}" for name in outdated)
        print(f"stale: {names}. Run `make docs` and commit the result.", file=sys.stderr)
    return int(is_check and bool(outdated))


if __name__ == "__main__":
    sys.exit(main())
