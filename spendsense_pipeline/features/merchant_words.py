"""Words in a merchant's name that tell its category where the data does not.

`merchant_words.csv` holds one row per word or phrase: the side of the account it is read on (`out`:
money out; `card in`: money in on a card; money into a bank account is read by `inflow_words.py`)
and the Plaid category it stands for. A phrase is matched as whole words in lower case, punctuation
taken as blanks; the longest phrase that matches wins, so "rent a car" is not rent. The list is
ours: kinds of business (they carry to merchants nobody listed) and large US brands whose names do
not say what they do. A phrase that is a brand's name says whose (`brand`): all wordings of one
brand are one merchant, and a name of one word is only believed where a payee begins
(`phrases_found.sql`).
"""

from __future__ import annotations

import csv
import functools
from importlib import resources
from typing import Final, NamedTuple

# A category that says too little to trust over a name: what Plaid files under "other".
WEAK_CATEGORIES: Final = (
    "OTHER_OTHER",
    "GENERAL_SERVICES_OTHER_GENERAL_SERVICES",
    "GENERAL_SERVICES",
    "OTHER",
)
# The dearest charge still taken for a subscription when neither category nor name tells: above the
# price of common services ($8–45), below the usual phone bill or rent.
DEAREST_UNKNOWN_SUBSCRIPTION_CENTS: Final = 6000


class MerchantWord(NamedTuple):
    words: str
    side: str
    category_detailed: str
    brand: str | None = None  # nobody's, when the phrase names a kind of business


@functools.cache
def merchant_words() -> tuple[MerchantWord, ...]:
    """Every word of the list, in the order of the file."""
    source = resources.files(__package__).joinpath("merchant_words.csv")
    with source.open(encoding="utf-8") as lines:
        return tuple(MerchantWord(**row) for row in csv.DictReader(lines))
