"""Plaid API responses as import source: one folder per person, recognised by content, not by name.

Read: `/accounts/get` (or the accounts in any other response), `/transactions/sync` and
`/transactions/get`, `/liabilities/get` (cards, mortgages and student loans). Any number of pulls is
replayed in their order. Recurring streams are not read: they are measured anew.
"""

from spendsense_pipeline.importing.plaid.files import has_responses
from spendsense_pipeline.importing.plaid.reader import read_responses

__all__ = ["has_responses", "read_responses"]
