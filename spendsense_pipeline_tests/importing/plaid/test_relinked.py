"""A bank linked again is one account; two accounts that look alike are two."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

import pytest

from spendsense_pipeline_tests.fixtures.plaid_pulls import a_sync, a_transaction, an_account, read
from spendsense_pipeline_tests.fixtures.seeds import seeds

Row = dict[str, Any]


def rows_of(account_id: str, count: int = 12, amounts: float = 0, *, first: int = 1) -> list[Row]:
    return [
        a_transaction(
            f"{account_id}-{n}", 10 + n + amounts, f"2026-05-{n:02d}", account_id=account_id
        )
        for n in range(first, first + count)
    ]


def an_item(item: str, account: Row, rows: list[Row], institution: str = "ins_1") -> Row:
    pull = a_sync(rows, accounts=[account])
    return pull | {"item": {"item_id": item, "institution_id": institution}}


def read_items(*items: Row, mapping: Any = None) -> Any:
    return read({f"ann/item_{n}/sync.json": item for n, item in enumerate(items)}, mapping)


def said_by(found: Any) -> Counter[tuple[str, float, str]]:
    rows = found.tables["transactions"]
    return Counter((row["date"], float(row["amount"]), row["name"]) for row in rows)


@pytest.mark.parametrize("persistent", ["pp1", None])
def test_an_account_linked_twice_is_one_with_the_rows_of_both(persistent: str | None) -> None:
    said = {"persistent_account_id": persistent}
    found = read_items(
        an_item("i1", an_account("A", 1, **said), rows_of("A", 14)),
        an_item("i2", an_account("B", 2, **said), rows_of("B", 12, first=4)),
    )
    assert found.balances == {"B": 2}
    assert {row["account_id"] for row in found.tables["transactions"]} == {"B"}
    assert sorted(found.amounts) == sorted([f"B-{n}" for n in range(4, 16)] + ["A-1", "A-2", "A-3"])
    assert "A and B" in found.said("note")
    assert "11 rows taken once" in found.said("note")
    assert found.count("of an account linked twice") == 11


def test_rows_alike_within_one_account_are_kept_as_often_as_either_tells_of_them() -> None:
    twice = a_transaction("x", 4, "2026-05-03")
    found = read_items(
        an_item(
            "i1",
            an_account("A", persistent_account_id="p"),
            [twice | {"account_id": "A", "transaction_id": f"a{n}"} for n in range(3)],
        ),
        an_item(
            "i2",
            an_account("B", persistent_account_id="p"),
            [twice | {"account_id": "B", "transaction_id": f"b{n}"} for n in range(2)],
        ),
    )
    assert said_by(found) == {("2026-05-03", 4.0, "CORNER SHOP"): 3}


@pytest.mark.parametrize(
    ("is_first_newer", "kept"), [(True, "A"), (False, "B")], ids=["first", "second"]
)
def test_the_newer_is_the_one_with_the_later_rows_whatever_its_folder_is_called(
    is_first_newer: bool, kept: str
) -> None:
    a, b = rows_of("A", 12), rows_of("B", 12)
    (a if is_first_newer else b).append(
        a_transaction("late", 3, "2026-06-10", account_id="A" if is_first_newer else "B")
    )
    found = read_items(an_item("i1", an_account("A"), a), an_item("i2", an_account("B"), b))
    assert set(found.balances) == {kept}


def test_three_links_are_one_account() -> None:
    items = [
        an_item(f"i{n}", an_account(name, n), rows_of(name, 12, first=1 + n))
        for n, name in enumerate("ABC")
    ]
    found = read_items(*items)
    assert found.balances == {"C": 2}
    assert len(found.tables["transactions"]) == 14
    assert {row["account_id"] for row in found.tables["transactions"]} == {"C"}


def test_an_heir_keeps_what_plaid_said_of_its_forebear() -> None:
    found = read_items(
        an_item("i1", an_account("A", persistent_account_id="p"), rows_of("A")),
        an_item("i2", an_account("B"), rows_of("B")),
        an_item(
            "i3",
            an_account("C", mask="9", persistent_account_id="p"),
            rows_of("C", 3, 50, first=20),
        ),
    )
    assert len(found.balances) == 1


def test_terms_of_a_card_follow_it() -> None:
    card = {"type": "credit", "subtype": "credit card"}
    found = read_items(
        an_item("i1", an_account("A", **card), rows_of("A"))
        | {"liabilities": {"credit": [{"account_id": "A", "minimum_payment_amount": 25}]}},
        an_item("i2", an_account("B", **card), rows_of("B")),
    )
    [terms] = found.tables["liabilities"]
    assert (terms["account_id"], terms["minimum_payment_amount"]) == ("B", "25")


def test_what_was_pending_on_the_old_link_is_not_counted_beside_what_it_posted_as() -> None:
    hold = a_transaction("hold", 40, "2026-05-10", account_id="A", pending=True)
    posted = a_transaction("posted", 46, "2026-05-12", account_id="B", name="SHELL OIL")
    found = read_items(
        an_item("i1", an_account("A", persistent_account_id="p"), [*rows_of("A"), hold]),
        an_item("i2", an_account("B", persistent_account_id="p"), [*rows_of("B"), posted]),
    )
    assert "hold" not in found.amounts
    assert "posted" in found.amounts


@pytest.mark.parametrize("seed", seeds(4, 25))
def test_two_links_that_overlap_at_random_make_the_ledger_they_are_of(seed: int) -> None:
    """Each link tells of a span of one ledger, with rows alike in it."""
    chance = random.Random(seed)
    ledger = sorted(
        (f"2026-0{chance.randrange(1, 7)}-{chance.randrange(1, 29):02d}", chance.randrange(1, 4))
        for _ in range(chance.randrange(20, 120))
    )
    begin, end = (
        chance.randrange(0, len(ledger) // 2),
        chance.randrange(len(ledger) // 2, len(ledger)),
    )
    told = {"A": ledger[:end], "B": ledger[begin:]}
    items = [
        an_item(
            name,
            an_account(name, persistent_account_id="p"),
            [
                a_transaction(f"{name}{n}", amount, day, account_id=name)
                for n, (day, amount) in enumerate(rows)
            ],
        )
        for name, rows in told.items()
    ]
    found = read_items(*items)
    truth = Counter((day, float(amount), "CORNER SHOP") for day, amount in ledger)
    expected = Counter[tuple[str, float, str]]()
    for key in truth:
        expected[key] = max(
            sum((day, float(amount)) == key[:2] for day, amount in rows) for rows in told.values()
        )
    assert said_by(found) == expected
    if ledger[begin][0] != ledger[begin - 1][0] and ledger[end][0] != ledger[end - 1][0]:
        assert said_by(found) == truth  # no day is cut in two by a link's beginning or end


@pytest.mark.parametrize("seed", seeds(3, 20))
def test_two_childrens_savings_are_never_one(seed: int) -> None:
    """The same name and mask, the same standing order, a life of their own besides."""
    shuffled = random.Random(seed)
    kids = []
    for kid in ("kid1", "kid2"):
        gift = [
            a_transaction(
                f"{kid}-{n}",
                -shuffled.randrange(500, 9_000) / 100,
                f"2026-0{shuffled.randrange(1, 7)}-{shuffled.randrange(1, 28):02d}",
                account_id=kid,
                name="DEPOSIT",
            )
            for n in range(shuffled.randrange(2, 9))
        ]
        standing = [
            a_transaction(f"{kid}-s{m}", -25, f"2026-0{m}-01", account_id=kid, name="TRANSFER")
            for m in range(1, 7)
        ]
        kids.append((an_account(kid, subtype="savings", name="Kids Savings"), gift + standing))
    apart = read_items(*(an_item(f"i{n}", *kid) for n, kid in enumerate(kids)))
    assert set(apart.balances) == {"kid1", "kid2"}
    assert len(apart.tables["transactions"]) == sum(len(rows) for _, rows in kids)
    assert "kid1 and kid2" in apart.said("note") or "kid2 and kid1" in apart.said("note")
    # one login, one response: then nothing is odd about them
    together = read(
        {
            "ann/sync.json": a_sync(
                [row for _, rows in kids for row in rows], accounts=[account for account, _ in kids]
            )
        }
    )
    assert set(together.balances) == {"kid1", "kid2"}
    assert not together.said("note")


def test_the_same_standing_order_in_one_response_is_noted_and_not_merged() -> None:
    found = read(
        {
            "ann/sync.json": a_sync(
                rows_of("A") + rows_of("B"), accounts=[an_account("A"), an_account("B")]
            )
        }
    )
    assert set(found.balances) == {"A", "B"}
    assert len(found.amounts) == 24
    assert "A and B" in found.said("note")
    assert "accounts: {set_aside: {account_id:" in found.said("note")


@pytest.mark.parametrize("persistent", ["pp1", None])
def test_an_account_that_the_mapping_leaves_out_is_nobodys_forebear(persistent: str | None) -> None:
    said = {"persistent_account_id": persistent}
    found = read_items(
        an_item("i1", an_account("A", **said), rows_of("A", 14)),
        an_item("i2", an_account("B", **said), rows_of("B", 12)),
        mapping={"accounts": {"set_aside": {"account_id": ["A"]}}},
    )
    assert set(found.balances) == {"A", "B"}  # A leaves, with its rows, when the mapping is applied
    assert len(found.amounts) == 26
    assert not found.said("note")


@pytest.mark.parametrize("difference", [{"mask": "0002"}, {"name": "Vacation"}])
def test_rows_alike_under_another_name_or_mask_are_noted_unless_one_login_has_both(
    difference: Row,
) -> None:
    a, b = an_account("A"), an_account("B") | difference
    found = read_items(an_item("i1", a, rows_of("A")), an_item("i2", b, rows_of("B")))
    assert set(found.balances) == {"A", "B"}
    assert "A and B" in found.said("note")
    other_rows = read_items(an_item("i1", a, rows_of("A")), an_item("i2", b, rows_of("B", 12, 50)))
    assert not other_rows.said("note")
    of_one = read({"ann/1.json": a_sync(rows_of("A") + rows_of("B"), accounts=[a, b])})
    assert set(of_one.balances) == {"A", "B"}
    assert bool(of_one.said("note")) == ("name" in difference)


def test_rows_that_only_the_older_link_has_are_kept_and_said() -> None:
    own = a_transaction("own", 77, "2026-05-04", account_id="A")
    said = {"persistent_account_id": "p"}
    found = read_items(
        an_item("i1", an_account("A", **said), [*rows_of("A"), own]),
        an_item("i2", an_account("B", **said), rows_of("B")),
    )
    assert found.amounts["own"] == 77
    assert "12 rows taken once, 1 that only A has on days both tell of" in found.said("note")


@pytest.mark.parametrize("difference", [{"subtype": "savings"}, {"persistent_account_id": "other"}])
def test_accounts_that_differ_are_two_without_a_word(difference: Row) -> None:
    found = read_items(
        an_item("i1", an_account("A", persistent_account_id="one"), rows_of("A")),
        an_item("i2", an_account("B") | {"persistent_account_id": None} | difference, rows_of("B")),
    )
    assert set(found.balances) == {"A", "B"}
    assert not found.said("note")


def test_what_has_its_heir_is_not_taken_for_another_as_well() -> None:
    """Children's savings of one name and mask, linked twice: their lives tell who is who."""
    lives = {
        name: rows_of(name, 12, amounts)
        for name, amounts in {"A": 0, "B": 0, "C": 50, "D": 50}.items()
    }
    found = read_items(
        a_sync(lives["A"] + lives["C"], accounts=[an_account("A"), an_account("C")]),
        a_sync(lives["B"] + lives["D"], accounts=[an_account("B"), an_account("D")]),
    )
    assert set(found.balances) == {"B", "D"}
    assert found.count("the newer account is kept") == 2
    assert found.count("may be one account") == 0


def test_accounts_of_two_banks_are_two() -> None:
    found = read_items(
        an_item("i1", an_account("A"), rows_of("A"), "ins_1"),
        an_item("i2", an_account("B"), rows_of("B"), "ins_2"),
    )
    assert set(found.balances) == {"A", "B"}
    assert not found.said("note")


@pytest.mark.parametrize("are_items_named", [True, False])
@pytest.mark.parametrize("persistent", [("p0", "p1"), (None, None)])
@pytest.mark.parametrize("order", ["BD", "DB"])
def test_two_accounts_of_a_login_linked_twice_are_each_one_with_their_own_heir(
    are_items_named: bool, persistent: tuple[str | None, str | None], order: str
) -> None:
    """One standing order feeds both: all four look alike but for a single row of twelve."""
    own = {"A": 100, "B": 100, "C": 200, "D": 200}
    links = []
    for item, pair in (("i1", "AC"), ("i2", order)):
        rows = [
            row | {"amount": own[name]} if n == 6 else row
            for name in pair
            for n, row in enumerate(rows_of(name, 12))
        ]
        accounts = [
            an_account(name, persistent_account_id=persistent[n] if item == "i1" else None)
            for n, name in enumerate(pair)
        ]
        named = {"item": {"item_id": item}} if are_items_named else {}
        links.append(a_sync(rows, accounts=accounts) | named)
    found = read_items(*links)
    assert set(found.balances) == {"B", "D"}
    assert len(found.amounts) == 24
    assert "A and B" in found.said("note")
    assert "C and D" in found.said("note")
    assert found.count("the newer account is kept") == 2


def test_an_heir_is_not_what_its_forebear_was_listed_with() -> None:
    """Of two accounts of a login one is linked again, the other goes on under its id."""
    goes_on = [*rows_of("D", 12), a_transaction("late", 3, "2026-06-10", account_id="D")]
    found = read_items(
        a_sync(rows_of("A", 12) + goes_on, accounts=[an_account("A"), an_account("D")]),
        a_sync(rows_of("B", 12), accounts=[an_account("B")]),
    )
    assert set(found.balances) == {"B", "D"}
    assert len(found.amounts) == 25
    apart = read_items(
        an_item("i1", an_account("A"), rows_of("A", 12)),
        an_item("i2", an_account("B"), rows_of("B", 12)),
        an_item("i1", an_account("D"), goes_on),
    )
    assert set(apart.balances) == {"B", "D"}


def test_an_heir_is_of_its_forebears_bank() -> None:
    late = a_transaction("late", 3, "2026-06-10", account_id="C")
    found = read_items(
        an_item("i1", an_account("A"), rows_of("A"), "ins_1"),
        a_sync(rows_of("B"), accounts=[an_account("B")]),
        an_item("i3", an_account("C"), [*rows_of("C"), late], "ins_2"),
    )
    assert set(found.balances) == {"B", "C"}


def test_accounts_of_one_item_are_two_though_no_response_lists_both() -> None:
    found = read(
        {
            "ann/a.json": an_item("i1", an_account("A"), rows_of("A")),
            "ann/b.json": an_item("i1", an_account("B"), rows_of("B")),
        }
    )
    assert set(found.balances) == {"A", "B"}


def test_without_a_mask_rows_alike_are_only_noted() -> None:
    found = read_items(
        an_item("i1", an_account("A", mask=None), rows_of("A")),
        an_item("i2", an_account("B", mask=None), rows_of("B")),
    )
    assert set(found.balances) == {"A", "B"}
    assert "A and B" in found.said("note")


def test_pending_rows_are_no_evidence() -> None:
    items = []
    for item, name in (("i1", "A"), ("i2", "B")):
        rows = rows_of(name, 5)
        rows[2]["pending"] = True
        items.append(an_item(item, an_account(name), rows))
    assert set(read_items(*items).balances) == {"A", "B"}


def test_rows_that_only_one_of_them_has_count_against_them() -> None:
    few = rows_of("B", 12)
    found = read_items(
        an_item("i1", an_account("A"), rows_of("A", 12)),
        an_item("i2", an_account("B"), [row for n, row in enumerate(few) if n % 2 or n == 0]),
    )
    assert set(found.balances) == {"A", "B"}


def test_a_name_in_other_letters_is_the_same_name() -> None:
    shouted = [row | {"name": "Corner  shop"} for row in rows_of("B")]
    found = read_items(
        an_item("i1", an_account("A"), rows_of("A")), an_item("i2", an_account("B"), shouted)
    )
    assert set(found.balances) == {"B"}


def test_what_was_pending_before_the_new_link_begins_stays() -> None:
    hold = a_transaction("hold", 40, "2026-04-10", account_id="A", pending=True)
    found = read_items(
        an_item("i1", an_account("A", persistent_account_id="p"), [*rows_of("A"), hold]),
        an_item("i2", an_account("B", persistent_account_id="p"), rows_of("B")),
    )
    assert "hold" in found.amounts


def test_the_newer_is_the_one_with_the_later_balance_then_with_the_last_pull() -> None:
    def timed(name: str, day: int) -> Row:
        return an_account(name, balances={"last_updated_datetime": f"2026-06-{day}T12:00:00Z"})

    late = a_transaction("late", 3, "2026-06-10", account_id="B")
    by_time = read_items(
        an_item("i1", timed("A", 30), rows_of("A")),
        an_item("i2", timed("B", 29), [*rows_of("B"), late]),
    )
    assert set(by_time.balances) == {"A"}
    a, b = (an_item(name, an_account(name), rows_of(name)) for name in "AB")
    by_pull = read({"ann/1.json": a, "ann/2.json": b, "ann/3.json": a})
    assert set(by_pull.balances) == {"A"}


def test_what_a_response_leaves_out_an_earlier_one_has_said() -> None:
    b = an_account("B", mask="0002")
    found = read(
        {
            "ann/1.json": a_sync(
                rows_of("A"), accounts=[an_account("A", persistent_account_id="p")]
            ),
            "ann/2.json": a_sync(rows_of("B"), accounts=[b | {"persistent_account_id": "p"}]),
            "ann/3.json": a_sync(accounts=[b | {"persistent_account_id": None}]),
        }
    )
    assert set(found.balances) == {"B"}


def test_terms_that_an_heir_has_itself_stand_and_those_of_a_first_link_reach_the_last() -> None:
    card = {"type": "credit", "subtype": "credit card"}

    def item(name: str, minimum: float | None) -> Row:
        terms = [{"account_id": name, "minimum_payment_amount": minimum}] if minimum else []
        return an_item(name, an_account(name, **card), rows_of(name)) | {
            "liabilities": {"credit": terms}
        }

    [own] = read_items(item("A", 25), item("B", 35)).tables["liabilities"]
    assert (own["account_id"], own["minimum_payment_amount"]) == ("B", "35")
    [first] = read_items(item("A", 25), item("B", None), item("C", None)).tables["liabilities"]
    assert (first["account_id"], first["minimum_payment_amount"]) == ("C", "25")


@pytest.mark.parametrize(
    ("alike", "others", "is_one"), [(5, 0, True), (4, 0, False), (18, 2, True), (17, 3, False)]
)
def test_how_many_rows_alike_are_certain(alike: int, others: int, is_one: bool) -> None:
    a = rows_of("A", alike + others)
    b = rows_of("B", alike + others)
    for row in b[1 : 1 + others]:
        row["amount"] += 1_000
    found = read_items(an_item("i1", an_account("A"), a), an_item("i2", an_account("B"), b))
    assert (len(found.balances) == 1) == is_one
    assert found.said("note")


def test_the_same_account_of_two_people_is_two() -> None:
    found = read(
        {
            "ann/sync.json": an_item("i1", an_account("A"), rows_of("A")),
            "bob/sync.json": an_item("i2", an_account("B"), rows_of("B")),
        }
    )
    assert set(found.balances) == {"A", "B"}
