"""The catalogue of what can be recommended, and how an item is written."""

from __future__ import annotations

from typing import Any

import yaml

from docs.derived.markdown import code, table
from spendsense_pipeline.personas.rules import PERSONAS
from spendsense_pipeline.recommendations.conditions import in_words
from spendsense_pipeline.recommendations.facts import facts
from spendsense_pipeline.recommendations.loading import our_catalogue
from spendsense_pipeline.recommendations.products import PRODUCTS
from spendsense_pipeline.tables.advice import DISCLOSURE, FEWEST_ITEMS, MOST_ITEMS


def recommendations() -> str:
    """The catalogue of what can be recommended, and how one is written."""
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

    return code(condition.criterion or in_words(condition))


def _example_item() -> str:

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
