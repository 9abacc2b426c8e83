"""OFX and QFX files: both versions of the syntax, several statements, identifiers, balances of their day, and
what refuses a file.
"""

from __future__ import annotations

import datetime as dt
import random
import sys
from pathlib import Path

import pytest

from spendsense_pipeline.errors import SpendSenseError
from spendsense_pipeline.importing import ImportProblemsError
from spendsense_pipeline_tests.importing.formats.imported import imported
from spendsense_pipeline_tests.importing.formats.rendered import Move

_SGML = (
    "OFXHEADER:100\r\nDATA:OFXSGML\r\nVERSION:102\r\nSECURITY:NONE\r\nENCODING:USASCII\r\n"
    "CHARSET:1252\r\nCOMPRESSION:NONE\r\nOLDFILEUID:NONE\r\nNEWFILEUID:NONE\r\n\r\n"
)
_XML = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<?OFX OFXHEADER="200" VERSION="211" SECURITY="NONE" '
    'OLDFILEUID="NONE" NEWFILEUID="NONE"?>\n'
)
_DAY = dt.date(2026, 6, 15)


def _row(cents: int, fitid: str = "", day: dt.date = _DAY, **fields: str) -> str:
    """A transaction in SGML; `cents` is positive for money out, as ours."""
    said = {
        "TRNTYPE": "DEBIT" if cents > 0 else "CREDIT",
        "DTPOSTED": f"{day:%Y%m%d}120000[-5:EST]",
        "TRNAMT": f"{-cents / 100:.2f}",
        "FITID": fitid,
        **fields,
    }
    return "<STMTTRN>" + "".join(f"<{k}>{v}" for k, v in said.items() if v) + "</STMTTRN>"


def _statement(
    *rows: str,
    number: str = "000123456789",
    kind: str = "CHECKING",
    balance: str = "887.50",
    balance_of: str = "20260630120000",
    until: str = "20260630",
    currency: str = "USD",
) -> str:
    listed = f"<BANKTRANLIST><DTSTART>20260101<DTEND>{until}{''.join(rows)}</BANKTRANLIST>"
    ledger = f"<LEDGERBAL><BALAMT>{balance}<DTASOF>{balance_of}</LEDGERBAL>"
    status = "<TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS>"
    if kind == "CARD":
        of = f"<CCACCTFROM><ACCTID>{number}</CCACCTFROM>"
        inner = f"<CCSTMTRS><CURDEF>{currency}{of}{listed}{ledger}</CCSTMTRS>"
        return (
            f"<CREDITCARDMSGSRSV1><CCSTMTTRNRS>{status}{inner}</CCSTMTTRNRS></CREDITCARDMSGSRSV1>"
        )
    of = f"<BANKACCTFROM><BANKID>1110<ACCTID>{number}<ACCTTYPE>{kind}</BANKACCTFROM>"
    inner = f"<STMTRS><CURDEF>{currency}{of}{listed}{ledger}</STMTRS>"
    return f"<BANKMSGSRSV1><STMTTRNRS>{status}{inner}</STMTTRNRS></BANKMSGSRSV1>"


def _file(*statements: str) -> str:
    signon = (
        "<SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><DTSERVER>20260630"
        "<LANGUAGE>ENG<FI><ORG>B1<FID>1</FI></SONRS></SIGNONMSGSRSV1>"
    )
    return f"{_SGML}<OFX>{signon}{''.join(statements)}</OFX>\r\n"


def _as_xml(sgml: str) -> str:
    """The same file in version 2: every element closed, entities for signs."""
    import re

    body = sgml.removeprefix(_SGML).replace("&", "&amp;")
    closed = re.sub(r"<([A-Z0-9.]+)>([^<\r\n]+)", r"<\1>\2</\1>", body)
    return _XML + closed


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("suffix", ["ofx", "QFX"])
def test_a_ledger_comes_back_from_two_overlapping_statements(
    tmp_path: Path, seed: int, suffix: str
) -> None:
    dice = random.Random(seed)
    moves = [
        Move(
            dt.date(2026, 1, 1) + dt.timedelta(days=n),
            dice.choice([450, 450, -99, dice.randrange(1, 99_999)]),
            dice.choice(["COFFEE", "A & B SHOP"]),
        )
        for n in range(0, 160, 3)
        for _ in range(dice.randrange(1, 4))
    ]
    rows = [_row(m.cents, f"F{n}", m.date, NAME=m.name) for n, m in enumerate(moves)]
    third = len(rows) // 3
    first, second = _file(_statement(*rows[: 2 * third])), _file(_statement(*rows[third:]))
    if suffix == "QFX":
        first, second = _as_xml(first), _as_xml(second)
    found = imported(tmp_path, "ofx", {f"a.{suffix}": first, f"b.{suffix}": second})
    assert found.moves() == sorted((m.date, m.cents, m.name) for m in moves)
    assert found.rows("select type, subtype, mask from raw_accounts") == [
        ("depository", "checking", "6789")
    ]


def test_bank_and_card_of_one_file_keep_their_signs_and_balances(tmp_path: Path) -> None:
    bank = _statement(
        _row(30_000, "1", NAME="CARD PAYMENT"),
        _row(-200_000, "2", NAME="ACME PAYROLL"),
        balance="1700.00",
    )
    card = _statement(
        _row(2_500, "1", NAME="A SHOP"),
        _row(-900, "2", NAME="REFUND"),
        _row(-30_000, "3", NAME="PAYMENT"),
        number="4111111111111234",
        kind="CARD",
        balance="-412.34",
    )
    found = imported(tmp_path, "ofx", {"all.ofx": _file(bank, card)})
    assert {name: cents for _, cents, name in found.moves()} == {
        "CARD PAYMENT": 30_000,
        "ACME PAYROLL": -200_000,
        "A SHOP": 2_500,
        "REFUND": -900,
        "PAYMENT": -30_000,
    }
    query = "select subtype, mask, balance_current::double, name from raw_accounts order by 1"
    assert found.rows(query) == [
        ("checking", "6789", 1700.0, "B1 checking 6789"),
        ("credit card", "1234", 412.34, "B1 credit card 1234"),
    ]


def test_no_account_number_is_kept(tmp_path: Path) -> None:
    found = imported(tmp_path, "ofx", {"x.ofx": _file(_statement(_row(450, "1", NAME="COFFEE")))})
    everything = str(
        found.rows("select * from raw_accounts") + found.rows("select * from raw_transactions")
    )
    assert "123456789" not in everything
    assert "123456789" not in str(found.staged)


def test_the_balance_is_the_newest_not_after_the_day(tmp_path: Path) -> None:
    files = {
        f"{name}.ofx": _file(
            _statement(
                _row(450, name, NAME="COFFEE"), balance=balance, balance_of=day, until="20260615"
            )
        )
        for name, balance, day in (
            ("a", "10.00", "20260531"),
            ("b", "20.00", "20260629"),
            ("c", "30.00", "20260705"),
        )
    }
    found = imported(tmp_path, "ofx", files)
    assert found.rows("select balance_current::double from raw_accounts") == [(20.0,)]


@pytest.mark.parametrize(("until", "balance"), [("20260703", 30.0), ("20260615", None)])
def test_a_later_balance_counts_only_with_every_row_up_to_it(
    tmp_path: Path, until: str, balance: float | None
) -> None:
    text = _file(
        _statement(
            _row(450, "1", NAME="COFFEE"), balance="30.00", balance_of="20260703", until=until
        )
    )
    found = imported(tmp_path, "ofx", {"x.ofx": text})
    assert found.rows("select balance_current::double from raw_accounts") == [(balance,)]
    assert ("Give --as-of 2026-07-03" in found.said("note")) == (balance is None)


def test_equal_rows_with_ids_of_their_own_are_two_and_one_id_twice_is_one(tmp_path: Path) -> None:
    twice = _row(450, "1", NAME="COFFEE")
    text = _file(
        _statement(twice, twice, _row(450, "2", NAME="COFFEE"), _row(700, "2", NAME="TEA"))
    )
    found = imported(tmp_path, "ofx", {"x.ofx": text})
    assert sorted(name for *_, name in found.moves()) == ["COFFEE", "COFFEE", "TEA"]


def test_ids_made_anew_for_each_download_are_not_used(tmp_path: Path) -> None:
    days = [dt.date(2026, 6, n) for n in range(1, 8)]
    downloads = {
        f"{name}.ofx": _file(
            _statement(*(_row(450, f"{name}{n}", day, NAME="COFFEE") for n, day in enumerate(days)))
        )
        for name in "ab"
    }
    found = imported(tmp_path, "ofx", downloads)
    assert [day for day, *_ in found.moves()] == days
    assert "never agree on a row's identifier" in found.said("note")


def test_checks_are_named_by_their_number_and_long_names_by_their_memo(tmp_path: Path) -> None:
    rows = (
        _row(100, "1", TRNTYPE="CHECK", CHECKNUM="0001234"),
        _row(200, "2", TRNTYPE="CHECK", CHECKNUM="77", NAME="Check"),
        _row(
            300,
            "3",
            NAME="A VERY LONG SHOP NAME THAT IS CU",
            MEMO="A VERY LONG SHOP NAME THAT IS CUT OFF",
        ),
        _row(400, "4", TRNTYPE="SRVCHG"),
        _row(500, "5", NAME="A & B", MEMO="other words"),
    )
    found = imported(tmp_path, "ofx", {"x.ofx": _file(_statement(*rows))})
    assert {cents: name for _, cents, name in found.moves()} == {
        100: "CHECK 1234",
        200: "CHECK 77",
        300: "A VERY LONG SHOP NAME THAT IS CUT OFF",
        400: "SRVCHG",
        500: "A & B",
    }


def test_the_day_is_the_one_written_and_a_comma_may_be_the_decimal_mark(tmp_path: Path) -> None:
    row = _row(0, "1", DTPOSTED="20260601233000.000[-8:PST]", TRNAMT="-12,50", NAME="SHOP")
    found = imported(tmp_path, "ofx", {"x.ofx": _file(_statement(row))})
    assert found.moves() == [(dt.date(2026, 6, 1), 1_250, "SHOP")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (_file(_statement(_row(1, "1", NAME="A"), currency="EUR")), "is a statement in EUR"),
        (_file(_statement(_row(1, "1", NAME="A") + _row(2, "2", NAME="B").replace("</STMTTRN>", "<CURRENCY><CURRATE>1<CURSYM>CAD</CURRENCY></STMTTRN>"))), r"transaction 2 \(FITID 2\): is in CAD"),
        (_file(_statement(_row(1, "1", NAME="A")))[:-20], "cut short"),
        (_file(_statement(_row(1, "1", NAME="A"))).replace("</BANKTRANLIST>", ""), "opens <BANKTRANLIST> more"),
        ("just words<OFX></OFX>", "is no OFX"),
        (_file(), "holds no statement of a bank account"),
        (_file("<BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>15500<SEVERITY>ERROR<MESSAGE>Signon invalid</STATUS></STMTTRNRS></BANKMSGSRSV1>"), "Signon invalid"),
        (_file(_statement(_row(1, "1", NAME="A", DTPOSTED="2026"))), r"transaction 1 \(FITID 1\)"),
        (_file(_statement(_row(1, "1", NAME="A", TRNAMT="twelve"))), "'twelve'"),
        (_file(_statement(_row(1, "1", dt.date(2026, 7, 2), NAME="A"))), "after 2026-06-30"),
    ],
)  # fmt: skip
def test_what_is_wrong_refuses_with_its_reason(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(ImportProblemsError, match=reason):
        imported(tmp_path, "ofx", {"x.ofx": text})
    assert not (tmp_path / "imports").exists()


def test_without_its_library_it_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ofxtools.Parser", None)
    with pytest.raises(SpendSenseError, match=r"pip install 'ofxtools'") as refusal:
        imported(tmp_path, "ofx", {"x.ofx": _file(_statement(_row(1, "1", NAME="A")))})
    assert refusal.value.exit_code == 2
