"""Merchants, prices, employers, names and places: data files with their sources, and their loader.

README.md beside this module says what each file holds and where its numbers come from. Nothing
here is drawn at random and nothing depends on an operator except `with_custom_merchants`.
"""

from spendsense_pipeline.generation.catalog.custom import with_custom_merchants
from spendsense_pipeline.generation.catalog.loading import load_catalog
from spendsense_pipeline.generation.catalog.products import (
    AccountProducts,
    CardProducts,
    institution_id,
)
from spendsense_pipeline.generation.catalog.records import (
    BILL_KINDS,
    Billers,
    Catalog,
    Counterparties,
    Employers,
    FirstNames,
    LastNames,
    Subscriptions,
    entity_id,
)
from spendsense_pipeline.generation.catalog.sheets import CatalogError
from spendsense_pipeline.generation.catalog.shopping import (
    Merchants,
    Places,
    PostingClasses,
    PriceEndings,
    SpendingGroups,
    TripPurchases,
    VisitKinds,
)

__all__ = [
    "BILL_KINDS",
    "AccountProducts",
    "Billers",
    "CardProducts",
    "Catalog",
    "CatalogError",
    "Counterparties",
    "Employers",
    "FirstNames",
    "LastNames",
    "Merchants",
    "Places",
    "PostingClasses",
    "PriceEndings",
    "SpendingGroups",
    "Subscriptions",
    "TripPurchases",
    "VisitKinds",
    "entity_id",
    "institution_id",
    "load_catalog",
    "with_custom_merchants",
]
