"""What is pay where nothing but a bank's line says so: by wording, and where wording leaves it open
by the payer's cadence and size.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from spendsense_pipeline.features.inflow_words import EVIDENCE, inflow_words
from spendsense_pipeline.plaid.categories import BY_CODE
from spendsense_pipeline_tests.fixtures.measured_people import (
    measured_alone,
    measured_alone_each,
    together,
)
from spendsense_pipeline_tests.fixtures.rows import AS_OF, Row, a_transaction, an_account

UNTOLD = {
    "merchant_name": None,
    "merchant_entity_id": None,
    "category_primary": None,
    "category_detailed": None,
    "payment_channel": None,
}
NOT_PAY = {
    "claims": "GEICO CLAIM PAYOUT; STATE FARM INS CLAIM PAYOUT; ALLSTATE CLAIMS PMT; "
    "USAA CLAIM SETTLEMENT; LIBERTY MUTUAL CLM PYMT; AFLAC CLAIM DIRECT DEPOSIT; "
    "METLIFE DENTAL CLAIM; TRAVELERS INDEMNITY CLAIM; HOMEOWNERS CLAIM PROCEEDS; "
    "LIFE INSURANCE PAYOUT; WARRANTY CLAIM PAYOUT; CLASS ACTION SETTLEMENT PAYOUT",
    "winnings": "DRAFTKINGS PAYOUT; FANDUEL WITHDRAWAL; BETMGM WINNINGS; POWERBALL PRIZE PAYOUT; "
    "STATE LOTTERY WINNINGS; CAESARS SPORTSBOOK PAYOUT; POKERSTARS CASHOUT; BET365 PAYOUT; "
    "PRIZEPICKS PAYOUT; CASINO JACKPOT PAYOUT; KALSHI PAYOUT; RAFFLE PRIZE; TVG PAYOUT",
    "crypto": "COINBASE INSTANT PAYOUT; KRAKEN PAYOUT; CRYPTO.COM CASHOUT; BITCOIN SALE PAYOUT; "
    "GEMINI INSTANT PAYOUT; BINANCE.US PAYOUT; BITPAY PAYOUT; CASH APP BTC SALE; "
    "ETH STAKING REWARDS; NICEHASH MINING PAYOUT; ROBINHOOD INSTANT PAYOUT",
    "reimbursements": "FSA REIMBURSEMENT PAYOUT; HSA REIMBURSEMENT; EMPLOYEE EXPENSE REIMB; "
    "EXPENSE REIMBURSEMENT PAYROLL; WAGEWORKS FSA PAYOUT; HEALTHEQUITY REIMB; "
    "CONCUR EXPENSE PAYMENT; MILEAGE REIMBURSEMENT; DEPENDENT CARE FSA PAYOUT; EXPENSIFY PAYOUT",
    "advances": "SALARY ADVANCE LOAN EARNIN; PAYROLL ADVANCE DAVE; DAILYPAY INSTANT PAYOUT; "
    "PAYCHECK ADVANCE MONEYLION; WAGE ADVANCE PAYOUT; ADVANCE ON SALARY; EARLY PAY BOOST ADVANCE; "
    "BRIGIT INSTANT; EARNED WAGE ACCESS; CASH ADVANCE PAYOUT; SALARY FINANCE LOAN; TAPCHECK",
    "refunds": "TAX REFUND PAYOUT; IRS TREAS 310 TAX REF; STATE TAX REFUND DIRECT DEP; "
    "FRANCHISE TAX BD CASTTAXRFD; AMAZON REFUND; UBER REFUND; LYFT REFUND PAYOUT; "
    "PAYROLL TAX REFUND; SALARY REFUND; DEPOSIT REFUND; TARGET RETURN; ELECTRIC CO REBATE",
    "transfers": "VENMO CASHOUT; VENMO PAYOUT; ZELLE FROM JOHN SMITH; PAYPAL INSTANT TRANSFER; "
    "CASH APP CASHOUT; APPLE CASH TRANSFER; ONLINE TRANSFER FROM CHK 1234; INTERNAL XFER; "
    "TRANSFER FROM SAVINGS; WIRE TRANSFER IN; MOBILE CHECK DEPOSIT; 401K WITHDRAWAL PAYOUT",
    "gifts": "BIRTHDAY GIFT FROM MOM; GIFT PAYOUT; GOFUNDME PAYOUT; KICKSTARTER PAYOUT; "
    "ESTATE OF A SMITH; CASH BACK REWARDS PAYOUT; RAKUTEN PAYOUT; CHECKING BONUS; "
    "REFERRAL BONUS PAYOUT; CHILD SUPPORT PAYMENT",
    "interest": "INTEREST PAYMENT; INTEREST PAYOUT; INT EARNED; APY EARNED PAYOUT; "
    "SAVINGS INTEREST CREDIT; DIVIDEND PAYOUT; DIVIDEND DIRECT DEPOSIT; VANGUARD DIVIDEND",
    "loans": "LOAN PAYOUT SOFI; LENDINGCLUB LOAN PROCEEDS; PERSONAL LOAN PAYOUT; SBA EIDL; "
    "PAYDAY LOAN DEPOSIT; SQUARE LOANS PAYOUT; STUDENT LOAN DISBURSEMENT PAYOUT; HELOC DRAW; "
    "LOAN DISBURSEMENT DIRECT DEPOSIT; SALARY LOAN PAYOUT; STRIPE CAPITAL PAYOUT",
}
PAY = {
    "payroll": "ACME INC PAYROLL; ACME CORP DES:PAYROLL ID:70000; PAYROLL; ACME PAYRL; PAYROLL0612; "
    "ORIG CO NAME:ACME CORP CO ENTRY DESCR:PAYROLL SEC:PPD; CITY OF AUSTIN PAYROLL",
    "salary": "SALARY; ACME SALARY; WAGES ACME; ACME PAYCHECK; AGRI TREAS 310 FED SAL; "
    "DFAS-CLEVELAND ACTIVE DUTY; NET PAY ACME; BIWEEKLY PAY ACME",
    "routes": "DIRECT DEP; DIRECT DEPOSIT ACME CORP; ACME CO DIR DEP; DIRDEP0612 ACME; GUSTO; "
    "GUSTO PAY 123456; ADP WAGE PAY; ADP 8842 ACME; PAYCHEX INC; PAYLOCITY CORPORATION",
    "employers whose business is not pay": "GEICO PAYROLL; COINBASE PAYROLL; "
    "DRAFTKINGS INC PAYROLL; LOANDEPOT PAYROLL; HOME LOAN CENTER PAYROLL; GIFT SHOP LLC PAYROLL; "
    "ADVANCE AUTO PARTS PAYROLL; INTEREST MEDIA GROUP PAYROLL; TRANSFER STATION PAYROLL",
    "gigs": "UBER PAYOUT; UBER USA 6787 EDI PAYMNT; RAISER 6795 EDI PAYMNT; LYFT DRIVER PAYOUT; "
    "DOORDASH, INC. DASHER PAYOUT; INSTACART PAYOUT; LYFT EXPRESS PAY CASHOUT; AMAZON FLEX",
    "self-employed": "STRIPE PAYOUT; STRIPE TRANSFER ST-A1B2C3; SQUARE INC DES:SQ210617; "
    "SQUARE PAYOUT; SHOPIFY PAYOUT; ETSY PAYOUT; UPWORK ESCROW INC PAYOUT; INVOICE PAYMENT ACME; "
    "FREELANCE WORK JUNE; CONTRACTOR PAY ACME",
}
BENEFITS = {
    "Social Security": "SSA TREAS 310 XXSOC SEC; SOCIAL SECURITY BENEFIT; RRB TREAS 310 XXRR RET",
    "pensions": "PENSION PAYMENT CALPERS; OPM1 TREAS 310 XXCIV SERV; DFAS-CLEVELAND RET NET; "
    "TEACHERS RETIREMENT SYSTEM; ANNUITY PAYMENT TIAA; STRS RETIREMENT PAYROLL",
    "unemployment": "CA EDD UI PAYMENT; NYS DOL UI DD; TEXAS WORKFORCE COMMISSION UI; "
    "UNEMPLOYMENT INS BENEFIT; MI UIA PAYMENT; OH ODJFS UI",
    "disability": "SSI TREAS 310 XXSUPP SEC; LTD BENEFIT UNUM; STATE DISABILITY INS; EDD SDI; "
    "WORKERS' COMP PAYMENT; VACP TREAS 310 XXVA BENEF; VA BENEFITS DIRECT DEP",
}


def lines_of(table: dict[str, str]) -> list[str]:
    return [line.strip() for lines in table.values() for line in lines.split(";")]


def deposits(name: str, *days_ago: int, amount: str = "900.00", **change: Any) -> list[Row]:
    return [
        a_transaction(
            f"-{amount}", AS_OF - dt.timedelta(days=d), **(UNTOLD | {"name": name} | change)
        )
        for d in days_ago
    ]


def one_each(lines: list[str], *days_ago: int, **change: Any) -> dict[str, Row]:
    """The features of people who had one such line each, on one day or on several."""
    worlds = [
        {"accounts": [an_account()], "transactions": deposits(line, *days_ago, **change)}
        for line in lines
    ]
    return dict(zip(lines, measured_alone_each(*worlds), strict=True))


BIWEEKLY = tuple(range(5, 120, 14))


def test_what_is_not_pay_in_any_wording() -> None:
    found = one_each(lines_of(NOT_PAY), 5)
    assert {
        line: row["paycheck_count"] for line, row in found.items() if row["paycheck_count"]
    } == {}


def test_what_is_not_pay_does_not_become_it_by_coming_regularly() -> None:
    found = one_each(lines_of(NOT_PAY), *BIWEEKLY)
    assert {
        line: row["paycheck_count"] for line, row in found.items() if row["paycheck_count"]
    } == {}


def test_ordinary_wordings_of_pay_are_pay() -> None:
    found = one_each(lines_of(PAY), 5)
    assert {line for line, row in found.items() if row["paycheck_count"] != 1} == set()
    assert {row["benefit_income_monthly_usd"] for row in found.values()} == {0}


def test_benefits_are_income_of_their_own() -> None:
    found = one_each(lines_of(BENEFITS), 5)
    assert {
        line
        for line, row in found.items()
        if (row["benefit_income_monthly_usd"], row["paycheck_count"]) != (900, 0)
    } == set()


EMPLOYERS = [
    "INITECH LLC",
    "ACH CREDIT GLOBEX CORP 8823",
    "SWIFT TRANSPORTATION",
    "ADVANCE AUTO PARTS",
    "COINBASE DIRECT DEP",
    "FULTON COUNTY SCHOOLS",
    "ST MARYS HOSPITAL",
    "DEPOSIT",
]


CADENCES = [(7, "weekly"), (14, "biweekly"), (15, "semimonthly"), (30, "monthly")]
at_a_cadence = together(
    {
        (line, gap): {
            "accounts": [an_account()],
            "transactions": deposits(line, *range(2, 100, gap)),
        }
        for line in EMPLOYERS
        for gap, _ in CADENCES
    },
    has_streams=False,
)


@pytest.mark.parametrize(("gap", "frequency"), CADENCES)
def test_an_employers_name_alone_is_pay_at_a_payrolls_cadence(gap: int, frequency: str) -> None:
    days = tuple(range(2, 100, gap))
    for line in EMPLOYERS:
        row = at_a_cadence((line, gap))
        within = sum(day < 30 for day in days)
        assert (line, row["paycheck_count"], row["pay_frequency"]) == (line, within, frequency)


NOT_ENOUGH: dict[str, tuple[tuple[int, ...], str]] = {
    "once": ((5,), "900.00"),
    "twice": ((5, 19), "900.00"),
    "without a cadence": ((3, 10, 31, 35, 60), "900.00"),
    "rarer than any payroll": ((5, 66, 127), "900.00"),
    "too little to live on in part": (BIWEEKLY, "120.00"),
}
not_enough = together(
    {
        (line, case): {
            "accounts": [an_account()],
            "transactions": deposits(line, *days, amount=amount),
        }
        for line in EMPLOYERS
        for case, (days, amount) in NOT_ENOUGH.items()
    },
    has_streams=False,
)


@pytest.mark.parametrize("case", NOT_ENOUGH)
def test_a_name_alone_is_not_pay_otherwise(case: str) -> None:
    assert [line for line in EMPLOYERS if not_enough((line, case))["paycheck_count"]] == []


def test_a_size_that_changes_from_time_to_time_is_no_payroll() -> None:
    amounts = ["900.00", "40.00", "2500.00", "310.00", "1200.00", "75.00", "5000.00", "600.00"]
    rows = [
        row
        for day, amount in zip(BIWEEKLY, amounts, strict=False)
        for row in deposits("INITECH LLC", day, amount=amount)
    ]
    assert measured_alone(accounts=[an_account()], transactions=rows)["paycheck_count"] == 0


def test_a_holiday_a_skipped_period_and_a_bonus_are_ordinary() -> None:
    days = (4, 19, 33, 61, 75, 89, 103)  # a day early, a fortnight left out
    rows = [row for day in days for row in deposits("INITECH LLC", day)]
    rows += deposits("INITECH LLC", 19, amount="1500.00")
    row = measured_alone(180, accounts=[an_account()], transactions=rows)
    assert (row["paycheck_count"], row["pay_frequency"]) == (8, "biweekly")


def test_small_change_under_an_employers_name_is_not_pay() -> None:
    rows = deposits("INITECH LLC", *BIWEEKLY) + deposits("INITECH LLC", 9, amount="18.40")
    row = measured_alone(180, accounts=[an_account()], transactions=rows)
    assert row["paycheck_count"] == len(BIWEEKLY)


def test_an_employer_known_by_other_lines_is_known() -> None:
    rows = deposits("INITECH LLC PAYROLL", *BIWEEKLY[2:]) + deposits("INITECH", *BIWEEKLY[:2])
    row = measured_alone(180, accounts=[an_account()], transactions=rows)
    assert (row["paycheck_count"], row["pay_frequency"]) == (len(BIWEEKLY), "biweekly")


def test_money_from_ones_own_other_account_is_not_pay() -> None:
    came = deposits("ZQX 1", *BIWEEKLY)
    left = [
        a_transaction("900.00", row["date"] - dt.timedelta(days=1), "other", **UNTOLD)
        for row in came
    ]
    accounts = [an_account(), an_account("other")]
    moved, earned = measured_alone_each(
        {"accounts": accounts, "transactions": [*came, *left]},
        {"accounts": accounts, "transactions": came},
    )
    assert (moved["paycheck_count"], earned["paycheck_count"]) == (0, 2)


def test_a_category_that_was_given_decides() -> None:
    told = [
        ("GEICO CLAIM PAYOUT", "INCOME_SALARY", 1),
        ("GEICO CLAIM PAYOUT", "INCOME_WAGES", 1),
        ("ACME INC PAYROLL", "INCOME_OTHER", 0),
        ("ACME INC PAYROLL", "TRANSFER_IN_DEPOSIT", 0),
        ("ACME INC PAYROLL", "INCOME_UNEMPLOYMENT", 0),
    ]
    worlds = [
        {
            "accounts": [an_account()],
            "transactions": deposits(name, 5, category_detailed=code, category_primary=None),
        }
        for name, code, _ in told
    ]
    found = [row["paycheck_count"] for row in measured_alone_each(*worlds)]
    assert found == [count for *_, count in told]


OF_A_PRIMARY = [
    ("ACME PAYROLL", (5,), "INCOME", 1),
    ("GEICO CLAIM PAYOUT", (5,), "INCOME", 0),
    ("VENMO CASHOUT", (5,), "INCOME", 0),
    ("INITECH LLC", (5,), "INCOME", 0),
    ("INITECH LLC", BIWEEKLY, "INCOME", 2),
    ("INITECH LLC", BIWEEKLY, "TRANSFER_IN", 0),
    ("ACME PAYROLL", (5,), "TRANSFER_IN", 0),
]
of_a_primary = together(
    {
        (name, days, primary): {
            "accounts": [an_account()],
            "transactions": deposits(name, *days, category_primary=primary),
        }
        for name, days, primary, _ in OF_A_PRIMARY
    },
    has_streams=False,
)


@pytest.mark.parametrize(("name", "days", "primary", "count"), OF_A_PRIMARY)
def test_a_primary_category_is_spelled_out_and_never_overruled(
    name: str, days: tuple[int, ...], primary: str, count: int
) -> None:
    assert of_a_primary((name, days, primary))["paycheck_count"] == count


def test_a_worded_refund_lowers_spend_and_a_claim_does_not() -> None:
    bought = a_transaction("100.00")
    spend_after = {"AMAZON REFUND": 70, "GEICO CLAIM PAYOUT": 100, "ZQX LLC": 100}
    worlds = (
        {
            "accounts": [an_account()],
            "transactions": [bought, *deposits(line, 3, amount="30.00")],
        }
        for line in spend_after
    )
    found = [row["total_spend_usd"] for row in measured_alone_each(*worlds)]
    assert dict(zip(spend_after, found, strict=True)) == spend_after


def test_the_words_are_of_declared_kinds_and_categories() -> None:
    words = inflow_words()
    assert {word.evidence for word in words} == set(EVIDENCE)
    assert {word.category_detailed for word in words if word.category_detailed} <= set(BY_CODE)
    # A word of paying out says nothing alone; every other speaks for something.
    assert {word.evidence for word in words if not word.category_detailed} == {"payout"}
    spelled = [(word.words, word.evidence) for word in words]
    assert len(spelled) == len(set(spelled))
    assert all(word.words == " ".join(word.words.lower().split()) for word in words)
