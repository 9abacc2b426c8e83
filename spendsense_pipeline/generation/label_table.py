"""Makes the table of labels out of the catalog, and the lines that no catalog file holds."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Final

from spendsense_pipeline.generation.acquaintances import ACQUAINTANCES
from spendsense_pipeline.generation.catalog import Catalog, Merchants, entity_id
from spendsense_pipeline.generation.labels import Fixed, Label, Labels, LabelTable, naming
from spendsense_pipeline.plaid import categories
from spendsense_pipeline.plaid.categories import primary_of

_RECEIVED: Final = "LOAN PAYMENT RECEIVED - THANK YOU"

_FIXED: Final[dict[Fixed, Label]] = {
    Fixed.SAVINGS_OUT: Label("ONLINE TRANSFER TO SAV", None, "TRANSFER_OUT_SAVINGS"),
    Fixed.SAVINGS_IN: Label("ONLINE TRANSFER FROM CHK", None, "TRANSFER_IN_SAVINGS"),
    Fixed.WAGE_OUT: Label("ONLINE TRANSFER TO CHK", None, categories.OWN_TRANSFER_OUT),
    Fixed.WAGE_IN: Label("ONLINE TRANSFER FROM SAV", None, categories.OWN_TRANSFER_IN),
    Fixed.DRAW_IN: Label("ONLINE TRANSFER FROM CHK", None, categories.OWN_TRANSFER_IN),
    Fixed.CARD_PAYMENT_IN: Label("PAYMENT RECEIVED - THANK YOU", None, categories.CARD_PAYMENT),
    Fixed.CARD_INTEREST: Label("INTEREST CHARGE ON PURCHASES", None, categories.CARD_INTEREST),
    Fixed.LATE_FEE: Label("LATE PAYMENT FEE", None, "BANK_FEES_LATE_FEES"),
    Fixed.OVERDRAFT_FEE: Label("OVERDRAFT ITEM FEE", None, "BANK_FEES_OVERDRAFT_FEES"),
    Fixed.RETURNED_ITEM_FEE: Label("RETURNED ITEM FEE NSF", None, "BANK_FEES_INSUFFICIENT_FUNDS"),
    Fixed.SAVINGS_INTEREST: Label("INTEREST PAYMENT", None, categories.SAVINGS_INTEREST),
    Fixed.MORTGAGE_RECEIVED: Label(_RECEIVED, None, categories.LOAN_PAYMENTS["mortgage"]),
    Fixed.STUDENT_LOAN_RECEIVED: Label(_RECEIVED, None, categories.LOAN_PAYMENTS["student"]),
    Fixed.AUTO_LOAN_RECEIVED: Label(_RECEIVED, None, categories.LOAN_PAYMENTS["auto"]),
    Fixed.PERSONAL_LOAN_RECEIVED: Label(_RECEIVED, None, categories.LOAN_PAYMENTS["personal"]),
    Fixed.LOAN_INTEREST: Label("INTEREST CHARGE ON PRINCIPAL", None, categories.CARD_INTEREST),
    Fixed.ESCROW: Label("ESCROW DEPOSIT", None, categories.LOAN_PAYMENTS["mortgage"]),
    Fixed.HSA_CONTRIBUTION: Label(
        "EMPLOYER HSA CONTRIBUTION", None, "TRANSFER_IN_OTHER_TRANSFER_IN"
    ),
    Fixed.CAR_REPAIR: Label(
        "{owner}S GARAGE", "{owner}'s Garage", "GENERAL_SERVICES_AUTOMOTIVE", "in store"
    ),
    Fixed.DENTIST: Label(
        "{local} DENTAL GROUP", "{local} Dental Group", "MEDICAL_DENTAL_CARE", "in store"
    ),
    Fixed.PLUMBER: Label(
        "{owner}S PLUMBING AND HEATING",
        "{owner}'s Plumbing and Heating",
        "HOME_IMPROVEMENT_REPAIR_AND_MAINTENANCE",
    ),
    Fixed.HOSPITAL: Label(
        "{town} MEDICAL CENTER", "{town} Medical Center", "MEDICAL_OTHER_MEDICAL", "in store"
    ),
    Fixed.MOVERS: Label(
        "{local} MOVING CO", "{local} Moving Co", "GENERAL_SERVICES_OTHER_GENERAL_SERVICES"
    ),
    Fixed.RETIREMENT_PLAN: Label(
        "CORNERSTONE RETIREMENT PLAN DISTRIB",
        None,
        "TRANSFER_IN_INVESTMENT_AND_RETIREMENT_FUNDS",
    ),
    Fixed.WINDFALL: Label("MOBILE CHECK DEPOSIT", None, "TRANSFER_IN_DEPOSIT"),
    Fixed.VETERINARIAN: Label(
        "{local} ANIMAL HOSPITAL",
        "{local} Animal Hospital",
        "MEDICAL_VETERINARY_SERVICES",
        "in store",
    ),
}


@functools.lru_cache(maxsize=4)
def labels_for(catalog: Catalog) -> Labels:
    """The label table of a catalog, made once per process."""
    employers, billers, services = catalog.employers, catalog.billers, catalog.subscriptions
    fixed = [_FIXED[label] for label in Fixed]
    paid_by = [
        Label(*row, "other")
        for row in zip(
            employers.descriptors, employers.names, employers.category_detailed, strict=True
        )
    ]
    billed_by = [
        Label(*row)
        for row in zip(
            billers.descriptors,
            billers.names,
            billers.category_detailed,
            billers.payment_channel,
            strict=True,
        )
    ]
    subscribed = [
        Label(*row, "online")
        for row in zip(
            services.descriptors, services.names, services.category_detailed, strict=True
        )
    ]
    first_employer = len(fixed)
    first_biller = first_employer + len(paid_by)
    first_subscription = first_biller + len(billed_by)
    others = catalog.counterparties
    counted = [
        Label(*row)
        for row in zip(
            others.descriptors, others.merchant_names, others.category_detailed, strict=True
        )
    ]
    first_counterparty = first_subscription + len(subscribed)
    paid_off = [
        Label(descriptor, None, categories.CARD_PAYMENT)
        for descriptor in catalog.card_products.payment_descriptors
    ]
    first_card_product = first_counterparty + len(counted)
    first_shop = first_card_product + len(paid_off)
    named = [*fixed, *paid_by, *billed_by, *subscribed, *counted, *paid_off]
    shops = [*_shop_labels(catalog.merchants)]
    first_friend = first_shop + len(shops)
    friends = [counted[row] for row in naming(others) for _ in range(ACQUAINTANCES)]
    first_returned = first_friend + len(friends)
    sent_back = [row._replace(name=f"RETURNED ITEM {row.name}") for row in billed_by]
    rows = [*named, *shops, *friends, *sent_back]
    return Labels(
        catalog=catalog,
        table=LabelTable(
            name=tuple(row.name for row in rows),
            merchant_name=tuple(row.merchant_name for row in rows),
            merchant_entity_id=tuple(
                row.merchant_name and entity_id(row.merchant_name) for row in rows
            ),
            category_primary=tuple(primary_of(row.category_detailed) for row in rows),
            category_detailed=tuple(row.category_detailed for row in rows),
            payment_channel=tuple(row.payment_channel for row in rows),
        ),
        first_employer=first_employer,
        first_biller=first_biller,
        first_subscription=first_subscription,
        first_counterparty=first_counterparty,
        first_card_product=first_card_product,
        first_shop=first_shop,
        first_friend=first_friend,
        first_returned=first_returned,
    )


def _shop_labels(shops: Merchants) -> Iterator[Label]:
    """Labels of every merchant in the order `Labels.shop` counts: in store, then online."""
    for line, site, name, code in zip(
        shops.descriptors,
        shops.online_descriptors,
        shops.names,
        shops.category_detailed,
        strict=True,
    ):
        yield Label(line, name, code, "in store")
        yield Label(site, name, code, "online")
