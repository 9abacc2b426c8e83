"""A dataset as other people's ledgers keep it: beancount per person, OFX and QIF per account.

Posted rows only: what is pending may still change its amount, and no balance holds it.
"""

from spendsense_pipeline.publishing.exports.ledgers.beancount import write_beancount
from spendsense_pipeline.publishing.exports.ledgers.ofx import write_ofx
from spendsense_pipeline.publishing.exports.ledgers.qif import write_qif

__all__ = ["write_beancount", "write_ofx", "write_qif"]
