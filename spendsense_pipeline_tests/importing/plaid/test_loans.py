"""Mortgages and student loans of Plaid's responses become `raw_loans`, as far as Plaid tells."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from spendsense_pipeline.checks import run_all
from spendsense_pipeline.controls import OperatorConfig
from spendsense_pipeline.importing import ImportRequest, StagedImport, stage
from spendsense_pipeline.importing.plaid.rows import months_of
from spendsense_pipeline.importing.warehouse import resolved_for
from spendsense_pipeline.publishing.exports import export_dataset
from spendsense_pipeline.publishing.provenance import write_provenance
from spendsense_pipeline.tables.dataset import DATASET
from spendsense_pipeline.tables.raw import GENERATED_TABLES, RAW_LOANS
from spendsense_pipeline_tests.fixtures.generated_people import a_population, some_people
from spendsense_pipeline_tests.fixtures.import_folders import filled
from spendsense_pipeline_tests.fixtures.plaid_loans import (
    a_liabilities_response,
    a_loan_account,
    a_mortgage,
    a_student_loan,
    unsaid,
)
from spendsense_pipeline_tests.fixtures.plaid_pulls import (
    AS_OF,
    Read,
    Row,
    a_sync,
    a_transaction,
    an_account,
    read,
    written,
)
from spendsense_pipeline_tests.fixtures.rows import insert

# What Plaid has no place for, and why.
NEVER_TOLD = {
    "interest_convention": "how days are counted",
    "principal_and_interest_usd": "a payment's part without escrow",
    "escrow_opening_usd": "a day that has passed",
    "escrow_paid_out_usd": "what the county was paid",
}
NOT_TOLD_OF_STUDENTS = {"term_months": "only when it is expected to be paid off"}
HOME, STUDIES = a_loan_account("home", "mortgage"), a_loan_account("studies")


def loans_of(response: Row, *others: Row) -> Read:
    return read({f"ann/liabilities_{n}.json": each for n, each in enumerate((response, *others))})


def test_our_own_export_read_back_has_the_loans_field_by_field(tmp_path: Path) -> None:
    resolved = some_people(90, months=2)
    con = a_population(resolved)
    con.execute(DATASET.create_sql())
    row = dict.fromkeys(DATASET.column_names, "x")
    days = {"as_of": resolved.as_of, "history_start": resolved.history_start, "seed": 42}
    insert(con, DATASET, [row | days | {"published_at": dt.datetime(2026, 7, 1)}])  # noqa: DTZ001
    export_dataset(con, (*GENERATED_TABLES, DATASET), tmp_path / "out", "plaid")
    again = filled(stage(ImportRequest(tmp_path / "out"), tmp_path / "imports"))
    for kind, is_silent_on in (
        ("mortgage", NEVER_TOLD),
        ("student", NEVER_TOLD | NOT_TOLD_OF_STUDENTS),
    ):
        told = ", ".join(name for name in RAW_LOANS.column_names if name not in is_silent_on)
        query = (
            f"select {told} from raw_loans where kind = '{kind}' and user_id in"
            " (select user_id from raw_users where consent_status = 'granted') order by all"
        )
        expected = con.execute(query).fetchall()
        assert len(expected) > 5, kind
        assert again.execute(query).fetchall() == expected
        silent = " or ".join(f"{name} is not null" for name in is_silent_on)
        query = f"select count(*) from raw_loans where kind = '{kind}' and ({silent})"
        assert again.execute(query).fetchall() == [(0,)]
    [(others,)] = again.execute(
        "select count(*) from raw_loans where kind not in ('mortgage', 'student')"
    ).fetchall()
    assert others == 0, "Plaid's lists of our loans are these two"


def test_what_a_servicer_says_is_read() -> None:
    found = loans_of(
        a_liabilities_response([HOME, STUDIES], mortgage=[a_mortgage()], student=[a_student_loan()])
    )
    home, studies = found.tables["loans"]
    assert home == {
        "account_id": "home",
        "user_id": "ann",
        "kind": "mortgage",
        "origination_date": "2018-07-19",
        "origination_principal_usd": "318000.0",
        "interest_rate_percentage": "4.125",
        "term_months": "360",
        "maturity_date": "2048-08-01",
        "last_payment_amount_usd": "2014.6",
        "last_payment_date": "2026-06-03",
        "next_payment_due_date": "2026-07-01",
        "next_monthly_payment_usd": "2014.6",
        "ytd_interest_paid_usd": "5108.4",
        "ytd_principal_paid_usd": "3391.02",
        "is_overdue": "false",
        "escrow_balance_usd": "2841.77",
        "_row": "ann/liabilities_0.json home",
    }
    assert studies == {
        "account_id": "studies",
        "user_id": "ann",
        "kind": "student",
        "origination_date": "2014-08-28",
        "origination_principal_usd": "11500.0",
        "interest_rate_percentage": "4.66",
        "maturity_date": "2030-06-28",
        "last_payment_amount_usd": "121.35",
        "last_payment_date": "2026-06-12",
        "next_payment_due_date": "2026-07-12",
        "next_monthly_payment_usd": "121.35",
        "ytd_interest_paid_usd": "130.4",
        "ytd_principal_paid_usd": "597.7",
        "is_overdue": "False",
        "_row": "ann/liabilities_0.json studies",
    }
    assert not found.said("note")
    assert not found.said("set aside")


@pytest.mark.parametrize("is_left_out", [False, True])
def test_what_a_servicer_does_not_say_is_null(is_left_out: bool) -> None:
    """Null, or not there at all: objects too."""
    home, studies = unsaid(a_mortgage()), unsaid(a_student_loan())
    if is_left_out:
        home, studies = {"account_id": "home"}, {"account_id": "studies"}
    found = loans_of(a_liabilities_response([HOME, STUDIES], mortgage=[home], student=[studies]))
    about = {"user_id", "_row", "interest_rate_percentage"}
    assert [{k: v for k, v in row.items() if k not in about} for row in found.tables["loans"]] == [
        {"account_id": "home", "kind": "mortgage"},
        {"account_id": "studies", "kind": "student"},
    ]
    assert not found.said("note")


def test_the_documents_of_these_tests_are_plaids() -> None:
    """plaid-python takes them with its type checks on, whatever is unsaid."""
    plaid = pytest.importorskip("plaid", reason="plaid-python is in the dev extra")
    from plaid.model.liabilities_get_response import LiabilitiesGetResponse

    full, student = a_mortgage(), a_student_loan()
    body = a_liabilities_response(
        [HOME, STUDIES], mortgage=[full, unsaid(full)], student=[student, unsaid(student)]
    )

    class _Answer:
        data = json.dumps(body)

    client = plaid.ApiClient(plaid.Configuration())
    understood = client.deserialize(_Answer, (LiabilitiesGetResponse,), _check_type=True)
    assert understood.liabilities.mortgage[1].interest_rate.percentage is None
    # and what the library writes of them is read alike
    as_saved = json.loads(json.dumps(understood.to_dict(), default=str))
    bodies = (body, as_saved)
    one, other = (loans_of(each).tables["loans"] for each in bodies)
    assert one == other


@pytest.mark.parametrize(
    ("term", "months"),
    [
        ("30 year", 360), ("15 years", 180), ("30-yr", 360), ("7 YEAR", 84), ("126 month", 126),
        ("360 months", 360), ("84 mos.", 84), ("360", None), ("thirty years", None), (None, None),
        ("5/1 ARM", None), ("30 year fixed", None),
    ],
)  # fmt: skip
def test_a_term_is_read_from_its_words(term: str | None, months: int | None) -> None:
    assert months_of(term) == (None if months is None else str(months))


def test_a_term_that_cannot_be_read_is_noted_and_costs_only_itself() -> None:
    odd = a_mortgage(loan_term="5/1 ARM")
    found = loans_of(a_liabilities_response([HOME], mortgage=[odd]))
    [row] = found.tables["loans"]
    assert "term_months" not in row
    assert row["maturity_date"] == "2048-08-01"
    assert "'5/1 ARM'" in found.said("note")


@pytest.mark.parametrize(
    ("past_due", "overdue"), [(0, "false"), (0.0, "false"), (310.25, "true"), (None, None)]
)
def test_a_mortgage_is_overdue_when_an_amount_is_past_due(
    past_due: float | None, overdue: str | None
) -> None:
    loan = a_mortgage(past_due_amount=past_due)
    [row] = loans_of(a_liabilities_response([HOME], mortgage=[loan])).tables["loans"]
    assert row.get("is_overdue") == overdue


def staged(folder: Path, response: Row, mapping: str | None = None) -> StagedImport:
    rows = a_sync([a_transaction("t")], accounts=[an_account()])
    written(folder / "in", {"ann/liabilities.json": response, "ann/sync.json": rows})
    path = folder / "mapping.yaml" if mapping else None
    if path and mapping:
        path.write_text(mapping, encoding="utf-8")
    return stage(ImportRequest(folder / "in", AS_OF, path, all_consented=True), folder / "imports")


def test_a_loan_of_one_who_still_studies_is_taken_as_it_is(tmp_path: Path) -> None:
    """No payment yet, the first due in years, made long ago for those who consolidated."""
    status = {"type": "in school", "end_date": "2029-05-15"}
    studying = a_student_loan(
        loan_status=status, last_payment_amount=None, last_payment_date=None,
        minimum_payment_amount=0, next_payment_due_date="2029-11-15", interest_rate_percentage=0,
        expected_payoff_date="2054-11-15", is_overdue=None,
    )  # fmt: skip
    old = a_student_loan("old", origination_date="1984-09-01", ytd_interest_paid=10.333)
    accounts = [STUDIES, a_loan_account("old")]
    found = staged(tmp_path, a_liabilities_response(accounts, student=[studying, old]))
    assert filled(found).execute(
        "select account_id, origination_date, interest_rate_percentage::varchar,"
        " next_payment_due_date, last_payment_date, is_overdue, ytd_interest_paid_usd::varchar"
        " from raw_loans order by all"
    ).fetchall() == [
        ("old", dt.date(1984, 9, 1), "4.660", dt.date(2026, 7, 12), dt.date(2026, 6, 12), False,
         "10.33"),
        ("studies", dt.date(2014, 8, 28), "0.000", dt.date(2029, 11, 15), None, None, "130.40"),
    ]  # fmt: skip
    assert [line.rows for line in found.report if "fractions of a cent" in line.text] == [1]


def test_several_loans_of_one_servicer_are_as_many_rows() -> None:
    names = [f"studies_{n}" for n in range(4)]
    accounts = [a_loan_account(name) for name in names]
    loans = [a_student_loan(name, account_number="7", sequence_number=name[-1]) for name in names]
    found = loans_of(a_liabilities_response(accounts, student=loans))
    assert [row["account_id"] for row in found.tables["loans"]] == names


@pytest.mark.parametrize(
    ("first", "second", "newest"),
    [
        ({}, {}, 1),  # the later pull
        ({"last_payment_date": "2026-06-20"}, {}, 0),  # which tells of an earlier day
        ({}, {"last_statement_issue_date": "2026-06-21"}, 1),
        ({"last_statement_issue_date": "2026-06-21"}, {}, 0),
        ({}, {"last_payment_date": "2026-07-12"}, 0),  # of a day after as_of
        ({}, {"last_payment_date": None, "last_statement_issue_date": None}, 1),  # of no day
    ],
)
def test_the_newest_pull_tells_of_a_loan(first: Row, second: Row, newest: int) -> None:
    pulls = [
        a_liabilities_response(
            [STUDIES], student=[a_student_loan(minimum_payment_amount=100 + n, **said)]
        )
        for n, said in enumerate((first, second))
    ]
    found = loans_of(*pulls)
    [row] = found.tables["loans"]
    assert float(row["next_monthly_payment_usd"]) == 100 + newest
    assert found.count("of a loan whose terms a later pull tells") == 1


def test_terms_of_an_account_linked_again_are_the_newer_accounts() -> None:
    older = a_loan_account("studies", persistent_account_id="p")
    newer = a_loan_account("again", persistent_account_id="p")
    found = loans_of(
        a_liabilities_response([older], student=[a_student_loan()]),
        a_liabilities_response([newer]),
    )
    assert [row["account_id"] for row in found.tables["loans"]] == ["again"]


def test_terms_that_cannot_stand_are_counted_with_their_reason(tmp_path: Path) -> None:
    loans = [
        a_student_loan(),
        a_student_loan(None),
        a_student_loan("unheard"),
        a_student_loan("chk"),
    ]
    others = {"line_of_credit": [{"account_id": "heloc"}], "loan": [{"account_id": "car"}]}
    card = {"account_id": "unheard_card"}
    body = a_liabilities_response([STUDIES], student=loans, credit=[card], **others)
    found = staged(tmp_path, body)
    reasons = {(line.file, line.text): line.rows for line in found.report}
    for file, text in (
        ("Plaid loans", "of no account"),
        ("Plaid loans", "of an account that no response lists"),
        ("Plaid loans", "of accounts that are no loans"),
        ("Plaid loans", "liabilities.loan, which is not read"),
        ("Plaid loans", "liabilities.line_of_credit, which is not read"),
        ("Plaid liabilities", "of an account that no response lists"),
    ):
        assert reasons[file, text] == 1, text
    query = "select account_id from raw_loans"
    assert filled(found).execute(query).fetchall() == [("studies",)]


def test_a_mapping_speaks_of_loans_too(tmp_path: Path) -> None:
    body = a_liabilities_response(
        [HOME, STUDIES], mortgage=[a_mortgage()], student=[a_student_loan()]
    )
    found = staged(tmp_path, body, "loans: {set_aside: {kind: [mortgage]}}")
    assert found.rows["raw_loans"] == 1


def test_every_check_that_is_asked_of_an_import_with_loans_passes(tmp_path: Path) -> None:
    body = a_liabilities_response(
        [HOME, STUDIES],
        mortgage=[a_mortgage(past_due_amount=90)],
        student=[unsaid(a_student_loan())],
    )
    found = staged(tmp_path, body)
    resolved = resolved_for(found, OperatorConfig())
    con = filled(found)
    write_provenance(con, resolved)
    outcomes = run_all(con, resolved, assets=["raw_loans", "raw_accounts", "raw_liabilities"])
    assert [outcome for outcome in outcomes if not outcome.passed] == []
    reasons = {
        outcome.name: outcome.skipped for outcome in outcomes if outcome.asset == "raw_loans"
    }
    asked = {name for name, reason in reasons.items() if not reason}
    assert {"schema_is_declared", "keys_are_unique", "references_exist"} <= asked
    assert reasons.keys() - asked == {
        "loans_amortise", "loan_interest_is_computed", "escrow_reconciles",
        "loan_payments_are_reported", "row_count_is_declared",
    }  # fmt: skip
    [mortgage] = con.execute("select is_overdue from raw_loans where kind = 'mortgage'").fetchall()
    assert mortgage == (True,)
