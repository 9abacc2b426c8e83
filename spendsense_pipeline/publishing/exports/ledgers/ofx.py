"""OFX 2.0.3 (XML): one statement file per deposit account or card.

Money out is negative, as OFX has it, and what is owed on a card is a negative balance. FITID is
Plaid's transaction_id. A statement must have a balance: accounts without one, and those that are
neither deposits nor cards, have no file.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from xml.sax.saxutils import escape

from spendsense_pipeline.plaid.accounts import CREDIT, DEPOSITORY
from spendsense_pipeline.plaid.person import Row
from spendsense_pipeline.publishing.exports.documents import file_name
from spendsense_pipeline.publishing.exports.ledgers.accounts import (
    LedgerAccount,
    change,
    ledger_accounts,
)
from spendsense_pipeline.publishing.exports.people import people
from spendsense_pipeline.publishing.exports.selection import Selection

_HEADER = (
    '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n'
    '<?OFX OFXHEADER="200" VERSION="203" SECURITY="NONE" OLDFILEUID="NONE" NEWFILEUID="NONE"?>\n'
)
# What OFX allows: ids of accounts, names, memos (OFX 2.0.3, 11.3.1 and 11.4.3).
_LONGEST_ACCOUNT_ID, _LONGEST_NAME, _LONGEST_MEMO = 22, 32, 255
_BANK_ID = "000000000"  # there is no such routing number: nobody's bank
_ACCOUNT_TYPES = {
    "checking": "CHECKING",
    "savings": "SAVINGS",
    "money market": "MONEYMRKT",
    "cash management": "MONEYMRKT",
    "cd": "CD",
}
# Beginning of Plaid's code -> OFX's type; the first that fits.
_TYPES = (
    ("INCOME_INTEREST_EARNED", "INT"),
    ("INCOME_DIVIDENDS", "DIV"),
    ("INCOME_WAGES", "DIRECTDEP"),
    ("INCOME_SALARY", "DIRECTDEP"),
    ("BANK_FEES_INTEREST_CHARGE", "INT"),
    ("BANK_FEES", "FEE"),
    ("TRANSFER_OUT_WITHDRAWAL", "CASH"),
)


def write_ofx(selection: Selection, directory: Path, *, as_of: dt.date) -> None:
    """`<user_id>/<account_id>.ofx` of every deposit account and card.

    Args:
        selection: whose rows.
        directory: an empty one.
        as_of: the day the balances are of.
    """
    for person in people(selection):
        folder = directory / file_name(person.user_id)
        folder.mkdir()
        for account in ledger_accounts(person):
            if account.row["type"] in (DEPOSITORY, CREDIT) and account.closing is not None:
                text = _HEADER + "".join(_statement(account, as_of)) + "\n"
                path = folder / f"{file_name(account.account_id)}.ofx"
                path.write_text(text, encoding="utf-8")


def _statement(account: LedgerAccount, as_of: dt.date) -> Iterator[str]:
    is_card = account.row["type"] == CREDIT
    outer, transaction, inner = (
        ("CREDITCARDMSGSRSV1", "CCSTMTTRNRS", "CCSTMTRS")
        if is_card
        else ("BANKMSGSRSV1", "STMTTRNRS", "STMTRS")
    )
    status = "<STATUS><CODE>0</CODE><SEVERITY>INFO</SEVERITY></STATUS>"
    yield f"<OFX><SIGNONMSGSRSV1><SONRS>{status}{_day('DTSERVER', as_of)}"
    yield "<LANGUAGE>ENG</LANGUAGE></SONRS></SIGNONMSGSRSV1>"
    yield f"<{outer}><{transaction}><TRNUID>1</TRNUID>{status}<{inner}><CURDEF>USD</CURDEF>"
    yield _whose(account, is_card=is_card)
    first = account.first_day(as_of)
    yield f"<BANKTRANLIST>{_day('DTSTART', first)}{_day('DTEND', as_of)}"
    for row in account.rows:
        yield _row(row)
    yield "</BANKTRANLIST>"
    assert account.closing is not None
    yield _balance("LEDGERBAL", account.closing, as_of)
    available = account.row["balance_available"]
    if available is not None:
        yield _balance("AVAILBAL", Decimal(available), as_of)
    yield f"</{inner}></{transaction}></{outer}></OFX>"


def _whose(account: LedgerAccount, *, is_card: bool) -> str:
    identifier = f"<ACCTID>{escape(account_number(account.account_id))}</ACCTID>"
    if is_card:
        return f"<CCACCTFROM>{identifier}</CCACCTFROM>"
    kind = _ACCOUNT_TYPES.get(str(account.row["subtype"]), "CHECKING")
    return (
        f"<BANKACCTFROM><BANKID>{_BANK_ID}</BANKID>{identifier}"
        f"<ACCTTYPE>{kind}</ACCTTYPE></BANKACCTFROM>"
    )


def account_number(account_id: str) -> str:
    """The id, or where OFX has no room for it, a hash of it.

    Args:
        account_id: Plaid's.

    Returns:
        At most 22 characters.
    """
    if len(account_id) <= _LONGEST_ACCOUNT_ID:
        return account_id
    return hashlib.sha256(account_id.encode()).hexdigest()[:_LONGEST_ACCOUNT_ID]


def _row(row: Row) -> str:
    moved = change(row)
    code = str(row["category_detailed"] or row["category_primary"] or "")
    own = "XFER" if row["transfer_id"] is not None else None
    named = next((type_ for beginning, type_ in _TYPES if code.startswith(beginning)), None)
    type_ = own or named or ("CREDIT" if moved > 0 else "DEBIT")
    name = str(row["merchant_name"] or row["name"])[:_LONGEST_NAME].strip()
    memo = str(row["name"])[:_LONGEST_MEMO].strip()
    user = "" if row["authorized_date"] is None else _day("DTUSER", row["authorized_date"])
    return (
        f"<STMTTRN><TRNTYPE>{type_}</TRNTYPE>{_day('DTPOSTED', row['date'])}{user}"
        f"<TRNAMT>{moved:.2f}</TRNAMT><FITID>{escape(str(row['transaction_id']))}</FITID>"
        f"<NAME>{escape(name)}</NAME><MEMO>{escape(memo)}</MEMO></STMTTRN>"
    )


def _balance(name: str, amount: Decimal, as_of: dt.date) -> str:
    return f"<{name}><BALAMT>{amount:.2f}</BALAMT>{_day('DTASOF', as_of)}</{name}>"


def _day(name: str, day: dt.date) -> str:
    """A day without a time: OFX then takes noon of nobody's zone."""
    return f"<{name}>{day:%Y%m%d}</{name}>"
