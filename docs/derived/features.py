"""Every feature, and what pay, a merchant and a card payment are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from docs.derived.markdown import code, table
from spendsense_pipeline.features import definitions, inflow_words
from spendsense_pipeline.features.vocabulary import vocabulary
from spendsense_pipeline.plaid import categories
from spendsense_pipeline.tables import features as catalog
from spendsense_pipeline.tables.declaration import Column


def features() -> str:
    """Every column of the feature tables, and of the recurring streams they count."""

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


def _about_pay() -> tuple[str, ...]:
    """What pay is, and whose of a household with more than one earner is described."""

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


def _about_merchants() -> tuple[str, ...]:
    """Whose charges make a stream, and how a card payment is known."""
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
