"""Words that say what money into a bank account is, each with the kind of evidence it is; and words
that say nothing of who paid it.

`inflow_words.csv` holds one row per word or phrase: the evidence and the category it speaks for.
How kinds of evidence are weighed against each other stands in `named_inflows.sql`. Letters and
digits stand apart ("401 k"), as they do in a description that is read.
"""

from __future__ import annotations

import csv
import functools
from importlib import resources
from typing import Final, NamedTuple

EVIDENCE: Final = {
    "never": "not pay, even beside a payroll word: an advance on a salary, a refund",
    "benefit": "Social Security, a pension, unemployment or disability benefits",
    "wage": "says wages: payroll, salary, paycheck",
    "gig": "says by itself that somebody self-employed is paid",
    "platform": "pays people and sells to people: pay only beside a word of paying out",
    "payout": "a word of paying out; alone it says nothing",
    "contract": "an invoice or a contractor's payment",
    "other": "not pay, unless one of the above says so",
    "hint": "as other, but companies are called so too: beside a route it stays open",
    "route": "how wages usually travel: direct deposit, a payroll processor",
}
"""Kind of evidence -> what it says."""


# What is said last is what it is: a loan on a salary, but the payroll of a lender.
BORROWED_WAGES: Final = (
    " (pay|payroll|payday|paycheck|salary|wage|wages) ([a-z]+ ){0,2}"
    "(loan|loans|advance|advances|adv|lending|borrow) "
)
"""A pattern of wages that are lent, in words set apart by single blanks."""


class InflowWord(NamedTuple):
    words: str
    evidence: str
    category_detailed: str


@functools.cache
def inflow_words() -> tuple[InflowWord, ...]:
    """Every word of the list, in the order of the file."""
    source = resources.files(__package__).joinpath("inflow_words.csv")
    with source.open(encoding="utf-8") as lines:
        return tuple(InflowWord(**row) for row in csv.DictReader(lines))


PROCESSORS: Final = (
    *("adp", "gusto", "paychex", "paylocity", "paycom", "paycor", "ceridian", "dayforce"),
    *("trinet", "justworks", "rippling", "zenefits", "intuit", "quickbooks", "onpay"),
    *("surepayroll", "insperity", "isolved", "deel", "primepay"),
)
"""Names under which other people's wages travel: what else is written names the payer."""
_BANKING: Final = (
    *("ach", "achcredit", "credit", "cr", "deposit", "dep", "direct", "dir", "dirdep", "directdep"),
    *("electronic", "preauthorized", "preauth", "pmt", "payment", "pymt", "paymnt", "payments"),
    *("edi", "ppd", "ccd", "ctx", "web", "iat", "des", "desc", "descr", "id", "indn", "ind", "co"),
    *("orig", "name", "entry", "sec", "trace", "eed", "date", "ref", "no", "number", "from", "for"),
    *("to", "by", "via", "the", "of", "and", "a", "an", "on", "in", "real", "time", "instant"),
    *("transaction", "online", "mobile", "acct", "account", "checking", "savings"),
)
_PAY: Final = (
    *("payroll", "payrolls", "payrl", "payrol", "roll", "pay", "paycheck", "paychecks", "paychk"),
    *("salary", "salaries", "sal", "wage", "wages", "net", "netpay", "regular", "reg", "bonus"),
    *("weekly", "biweekly", "semimonthly", "monthly", "period", "pr", "payday", "overtime"),
    *("commission", "commissions", "payout", "payouts", "transfer", "invoice", "inv", "vendor"),
)
_FORMS: Final = ("inc", "llc", "ltd", "corp", "corporation", "company", "lp", "llp", "pllc", "plc")
PAYER_NOISE: Final = (*_BANKING, *_PAY, *_FORMS, *PROCESSORS)
"""Words of a description that say nothing of who paid."""
LEADING_WORDS: Final = (
    *("state", "city", "county", "town", "village", "university", "univ", "college", "school"),
    *("department", "dept", "united", "us", "usa", "u", "s", "american", "america", "national"),
    *("first", "new", "north", "south", "east", "west", "northern", "southern", "eastern"),
    *("western", "central", "saint", "st", "san", "santa", "los", "las", "el", "la", "le", "mt"),
    *("great", "big", "royal", "general", "global", "international", "mr", "mrs", "dr"),
)
"""Words many payers begin with: the next one belongs to the name."""
