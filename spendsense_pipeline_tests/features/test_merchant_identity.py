"""One merchant in many wordings is one; two merchants with a word in common are two."""

from __future__ import annotations

import random
import string
from typing import Any

import pytest

from spendsense_pipeline_tests.fixtures.charges import charges, found, found_each, months
from spendsense_pipeline_tests.fixtures.measured_people import measured_each, streams_of_each
from spendsense_pipeline_tests.fixtures.rows import Row, a_transaction, an_account

BARE: dict[str, Any] = {
    "merchant_name": None,
    "merchant_entity_id": None,
    "category_primary": None,
    "category_detailed": None,
}
TV = {
    "category_primary": "ENTERTAINMENT",
    "category_detailed": "ENTERTAINMENT_TV_AND_MOVIES",
}


def worded(names: list[str], amount: str = "15.49", day: int = 9, **what: Any) -> list[Row]:
    """A charge each month, its description worded so."""
    return [
        a_transaction(amount, d, **(BARE | {"name": name} | what))
        for name, d in zip(names, months(day, len(names)), strict=True)
    ]


def summary(streams: list[Row]) -> list[tuple[str, str, int]]:
    return sorted((s["kind"], s["frequency"], s["charge_count"]) for s in streams)


ONE_SUBSCRIPTION = [("subscription", "MONTHLY", 6)]

ONE_MERCHANT = {
    "a brand we list": [
        "NETFLIX.COM LOS GATOS CA",
        "NETFLIX.COM 866-579-7172 CA",
        "Netflix Los Gatos",
        "NETFLIX.COM NETFLIX.COM CA",
        "Netflix.com",
        "NETFLIX INC",
    ],
    "a listed brand behind processors": [
        "PAYPAL *SPOTIFY",
        "Spotify USA 877-7781161 NY",
        "RECURRING PAYMENT AUTHORIZED ON 03/05 SPOTIFY",
        "POS DEBIT SPOTIFY P1A2B3",
        "CHECKCARD 0412 SPOTIFY NEW YORK NY",
        "SPOTIFY STOCKHOLM",
    ],
    "codes of letters": [
        "STREAMBOX QKDJBKELWDJ",
        "STREAMBOX PWLSXNVTRQK",
        "STREAMBOX ZMXBVLQPWOE",
        "STREAMBOX RTYALKDJFHG",
        "STREAMBOX OOWIEURYTLA",
        "STREAMBOX LKAJSHDQWPO",
    ],
    "codes before the name": [
        f"{code} STREAMBOX MEMBER" for code in ("QKD", "PWL", "ZMX", "RTY", "OOW", "LKA")
    ],
    "a brand nobody listed, from many towns": [
        "QUIRKOFLIX AUSTIN TX",
        "QUIRKOFLIX INC",
        "QUIRKOFLIX.COM 866-555-0101 CA",
        "SQ *QUIRKOFLIX DALLAS TX",
        "ACH QUIRKOFLIX LLC",
        "QUIRKOFLIX AUSTIN TX",
    ],
    "two towns by turns": ["VELLUMAPP AUSTIN TX", "VELLUMAPP BOISE ID"] * 3,
    "one town, then another": ["VELLUMAPP AUSTIN TX"] * 3 + ["VELLUMAPP BOISE ID"] * 3,
    "a sign for a word": [
        "DISNEYPLUS 888-9057888 CA",
        "Disney Plus",
        "DISNEY PLUS BURBANK CA",
        "DISNEY+",
        "Disney+",
        "DISNEYPLUS.COM",
    ],
    "a short name with codes": [
        f"ZIP {code}" for code in ("QKDJB", "PWLSX", "ZMXBV", "RTYAL", "OOWIE", "LKAJS")
    ],
    "written together or apart": [
        "QUIRKO FLIX",
        "QuirkoFlix",
        "QUIRKOFLIX.COM",
        "Quirko-Flix Inc.",
        "quirko flix",
        "QUIRKOFLIX",
    ],
    "first words that many share": ["UNITED VELLUM AUSTIN", "UNITED VELLUM BOISE"] * 3,
}


def test_one_merchant_in_many_wordings() -> None:
    households = [worded(names) for names in ONE_MERCHANT.values()]
    for what, streams in zip(ONE_MERCHANT, found_each(*households), strict=True):
        assert summary(streams) == ONE_SUBSCRIPTION, what


TWO_MERCHANTS = (
    ("AMAZON PRIME*2K3L", "AMAZON MKTPL*8X1Z"),
    ("APPLE.COM/BILL 866-712-7753 CA", "APPLE STORE R123"),
    ("CITY OF AUSTIN", "CITY OF DALLAS"),
    ("UNITED HEALTHCARE", "UNITED AIRLINES"),
    ("PAYPAL *SPOTIFY", "PAYPAL *EBAY"),
    ("PAYPAL *QUIRKO", "PAYPAL *VELLUM"),
    ("SQ *JOES", "SQ *ANNS"),
    ("TST* JOES TAVERN", "TST* ANNS TAVERN"),
    ("POS DEBIT QUIRKO", "POS DEBIT VELLUM"),
    ("ONLINE PMT TO ELENA MCDONALD", "ONLINE PMT TO OSCAR MCDONALD"),
    ("FIRST BAPTIST CHURCH", "FIRST NATIONAL GYM"),
    ("DISNEY PLUS", "DISNEY STORE 0412"),
    ("QUIRKO FLIX", "QUIRKO MUSIC"),
    ("COMCAST", "QUIRKO CABLE"),
)


@pytest.mark.parametrize(
    "amounts",
    [
        ("20.00", "20.00"),
        pytest.param(("20.00", "21.00"), marks=pytest.mark.long),
        pytest.param(("12.00", "48.00"), marks=pytest.mark.long),
    ],
)
def test_two_merchants_with_a_word_in_common_stay_two(amounts: tuple[str, str]) -> None:
    """On one day of the month: as one merchant they would be one series of pairs."""
    households = [
        [*worded([one] * 6, amounts[0]), *worded([other] * 6, amounts[1], day=23)]
        for one, other in TWO_MERCHANTS
    ]
    for pair, streams in zip(TWO_MERCHANTS, found_each(*households), strict=True):
        names = {s["description"]: s["charge_count"] for s in streams}
        assert names.keys() <= set(pair), pair
        assert {s["frequency"] for s in streams} <= {"MONTHLY"}, pair
        assert set(names.values()) <= {6}, pair
        assert len({s["merchant_name"] for s in streams}) == len(streams) == 2, pair


def test_names_that_are_sometimes_missing() -> None:
    name = "NETFLIX.COM 866-579-7172 CA"
    for given in ("Netflix", "Quirkoflix"):
        called = [given, None] * 3
        for descriptor in (name, "QUIRKOFLIX 866-579-7172 CA"):
            rows = [
                a_transaction("15.49", d, **(BARE | TV | {"name": descriptor, "merchant_name": m}))
                for m, d in zip(called, months(8), strict=True)
            ]
            assert summary(found(rows)) == ONE_SUBSCRIPTION, (given, descriptor)


def test_names_missing_where_the_wording_differs_too() -> None:
    names = ["QUIRKOFLIX 866-579-7172 CA", "QUIRKOFLIX AUSTIN TX"] * 3
    rows = [
        a_transaction("15.49", d, **(BARE | TV | {"name": name, "merchant_name": given}))
        for name, given, d in zip(names, ["Quirkoflix", None] * 3, months(8), strict=True)
    ]
    assert summary(found(rows)) == ONE_SUBSCRIPTION


def test_a_payment_services_wording_lends_no_name() -> None:
    rows = [
        *worded(["PAYPAL INST XFER"] * 6, "20.00", merchant_name="Quirko"),
        *worded(["PAYPAL INST XFER"] * 6, "35.00", day=21),
    ]
    assert len({s["merchant_name"] for s in found(rows)}) == 2


def test_ids_that_appear_later() -> None:
    households = []
    for given, descriptor in (("Quirkoflix", "QUIRKOFLIX 0412"), ("Netflix", "NETFLIX.COM CA")):
        for known in range(1, 6):
            ids = [None] * known + ["m_1"] * (6 - known)
            households.append(
                [
                    a_transaction(
                        "15.49",
                        d,
                        **(BARE | TV | {"name": descriptor, "merchant_entity_id": i} | called),
                    )
                    for i, d in zip(ids, months(8), strict=True)
                    for called in [{"merchant_name": given if i else None}]
                ]
            )
    for streams in found_each(*households):
        assert summary(streams) == ONE_SUBSCRIPTION


def test_two_ids_of_one_name_lend_it_none() -> None:
    rows = [
        *worded(["QUIRKO"] * 6, "20.00", merchant_entity_id="m_1", merchant_name="Quirko"),
        *worded(["QUIRKO"] * 6, "50.00", day=20, merchant_entity_id="m_2", merchant_name="Quirko"),
        *worded(["QUIRKO"] * 6, "90.00", day=14),
    ]
    assert sorted(float(s["average_amount"]) for s in found(rows)) == [20, 50, 90]


def test_one_persons_wordings_say_nothing_of_anothers() -> None:
    mine = worded(["QUIRKO AUSTIN"] * 6)
    [alone] = found_each(mine)
    beside = found_each(mine, worded(["QUIRKO BOISE"] * 6), worded(["QUIRKO"] * 6))
    assert [s["merchant_name"] for s in beside[0]] == [s["merchant_name"] for s in alone]


PREFIXES = ("", "POS DEBIT ", "SQ *", "TST* ", "PAYPAL *", "ACH ", "RECURRING ", "CHECKCARD 0{d} ")
TAILS = ("", " {city} {state}", " {digits}", " {phone} {state}", " INC", " LLC", ".COM", " {code}")
TOWNS = (("AUSTIN", "TX"), ("BOISE", "ID"), ("LOS GATOS", "CA"), ("NEW YORK", "NY"))


def descriptor(draw: random.Random, brand: str) -> str:
    """As a bank might print it: how it was paid, the brand, and whatever follows."""
    city, state = draw.choice(TOWNS)
    return (draw.choice(PREFIXES) + brand + draw.choice(TAILS)).format(
        d=draw.randint(100, 999),
        city=city,
        state=state,
        digits=draw.randint(1000, 99999),
        phone=f"8{draw.randint(10, 99)}-{draw.randint(100, 999)}-{draw.randint(1000, 9999)}",
        code="".join(draw.choices(string.ascii_uppercase, k=9)),
    )


BRANDS = ("NETFLIX", "HULU", "QUIRKOFLIX", "VELLUM REEL", "UNITED VELLUM", "ZORBLY", "MOXIE BOX")


@pytest.mark.parametrize("seed", range(4))
def test_any_wording_of_a_brand_is_that_brand(seed: int) -> None:
    draw = random.Random(seed)
    households = []
    for _ in range(25):
        one, other = draw.sample(BRANDS, 2)
        households.append(
            worded([descriptor(draw, one) for _ in range(6)], "11.49", day=5)
            + worded([descriptor(draw, other) for _ in range(6)], "14.99", day=19)
        )
    for rows, streams in zip(households, found_each(*households), strict=True):
        facts = sorted(
            (s["frequency"], s["charge_count"], float(s["average_amount"])) for s in streams
        )
        assert facts == [("MONTHLY", 6, 11.49), ("MONTHLY", 6, 14.99)], [r["name"] for r in rows]


# What is paid for, not what a word of it may be called.
NOT_SHOPPING = (
    "ONLINE PMT TO ELENA MCDONALD",
    "PAYMENT TO TARGET DRIVE APTS",
    "ONLINE PMT TO WENDY HILTON",
    "PMT TO JOHN SHELL",
    "BILL PAY TO MARRIOTT FAMILY TRUST",
    "ACH DEBIT ELENA MCDONALD RENT",
    "MCDONALD REALTY LLC",
    "CHECKCARD 123 WENDY ST",
    "ELM PROPERTIES 12 SHELL AVE",
    "ONLINE PAYMENT TO ELENA CHURCH",
    "PAYMENT TO OSCAR STARBUCKS",
    "TUITION PAYMENT TO KROGER ACADEMY",
    "WEB PMT TO OSCAR DISNEY",
    "MAIN SUBWAY LOFTS",
)
PERSON_TO_PERSON = (
    "ZELLE TO JOHN SHELL",
    "VENMO PAYMENT CHASE MILLER",
    "ZELLE PAYMENT TO ANN SUBWAY",
)
IS_THAT_SHOP = {
    "SHELL OIL 57444 AUSTIN TX": "TRANSPORTATION_GAS",
    "POS DEBIT 0412 STARBUCKS STORE 1234": "FOOD_AND_DRINK_COFFEE",
    "CHECKCARD 0305 MCDONALD'S F1234": "FOOD_AND_DRINK_FAST_FOOD",
    "WENDYS ST LOUIS MO": "FOOD_AND_DRINK_FAST_FOOD",
    "TARGET T-1234 MINNEAPOLIS": "GENERAL_MERCHANDISE_SUPERSTORES",
    "PAYPAL *SPOTIFY": "ENTERTAINMENT_MUSIC_AND_AUDIO",
    "ONLINE PMT TO VERIZON": "RENT_AND_UTILITIES_TELEPHONE",
    "BILL PAY COMCAST 8837": "RENT_AND_UTILITIES_INTERNET_AND_CABLE",
    "DEBIT CARD PURCHASE XXXX1234 KROGER": "FOOD_AND_DRINK_GROCERIES",
    "RECURRING PAYMENT AUTHORIZED ON 03/05 NETFLIX.COM": "ENTERTAINMENT_TV_AND_MOVIES",
    "ST MARYS CHURCH": "GOVERNMENT_AND_NON_PROFIT_DONATIONS",
}


def test_a_surname_a_street_or_one_word_does_not_decide_a_category() -> None:
    households = [{"transactions": worded([name] * 6, "1250.00", day=2)} for name in NOT_SHOPPING]
    accounts = {"accounts": [an_account()]}
    found_here = streams_of_each(*(accounts | rows for rows in households))
    for name, [stream] in zip(NOT_SHOPPING, found_here, strict=True):
        assert (stream["kind"], stream["frequency"]) == ("bill", "MONTHLY"), name
    for row in measured_each(*(accounts | rows for rows in households)):
        assert (row["recurring_bill_count"], row["subscription_count"]) == (1, 0)
        assert row["monthly_bills_usd"] == pytest.approx(1250)


def test_money_sent_to_a_person_is_sent_to_a_person() -> None:
    households = [worded([name] * 6, "300.00") for name in PERSON_TO_PERSON]
    for name, [stream] in zip(PERSON_TO_PERSON, found_each(*households), strict=True):
        assert stream["kind"] == "transfer", name


def test_a_brand_where_a_payee_stands_is_that_brand() -> None:
    households = [worded([name] * 6, "30.00") for name in IS_THAT_SHOP]
    for (name, code), [stream] in zip(IS_THAT_SHOP.items(), found_each(*households), strict=True):
        assert stream["category_detailed"] == code, name


def test_a_category_on_some_rows_only_is_the_merchants() -> None:
    for given in ([True, False] * 3, [False] * 5 + [True], [True] + [False] * 5):
        rows = [
            a_transaction("15.49", d, **(BARE | {"name": "QUIRKOFLIX 88"} | (TV if known else {})))
            for known, d in zip(given, months(8), strict=True)
        ]
        assert summary(found(rows)) == ONE_SUBSCRIPTION


def test_a_month_of_each_of_many_shops_is_no_series() -> None:
    rows = [
        a_transaction(f"{20 + 7 * n}.00", d, **(BARE | {"name": f"MAPLE {word}"}))
        for n, (word, d) in enumerate(
            zip(("GRILL", "BOOKS", "TOYS", "SHOES", "NAILS", "TIRES"), months(4), strict=True)
        )
    ]
    assert found(rows) == []
    assert len(found(charges(months(4), **BARE, name="MAPLE TOYS"))) == 1
