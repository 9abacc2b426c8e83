"""Institutions: one that holds every account of a person, and the banks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from spendsense_pipeline.bank import requests
from spendsense_pipeline.bank.endpoints.declaration import Endpoint
from spendsense_pipeline.plaid.errors import INVALID_INSTITUTION, PlaidError
from spendsense_pipeline.plaid.responses.institutions import COUNTRY, institution

if TYPE_CHECKING:
    from spendsense_pipeline.bank.answers import Body
    from spendsense_pipeline.bank.desk import Desk
    from spendsense_pipeline.local_plaid.served import Institution

_FOUND_AT_MOST: Final = 10
"""As Plaid's search answers."""


async def _get(desk: Desk, asked: requests.InstitutionsGet) -> Body:
    options = asked.options or requests.InstitutionsOptions()
    found = _matching(desk, asked.country_codes, options.products)
    if options.oauth or options.routing_numbers:
        found = []
    page = found[asked.offset : asked.offset + asked.count]
    return {"institutions": [_shape(each) for each in page], "total": len(found)}


async def _get_by_id(desk: Desk, asked: requests.InstitutionsGetById) -> Body:
    for each in _matching(desk, asked.country_codes, None):
        if each.institution_id == asked.institution_id:
            include_status = bool(asked.options and asked.options.include_status)
            return {"institution": _shape(each, include_status=include_status)}
    raise PlaidError(
        INVALID_INSTITUTION,
        f"there is no institution {asked.institution_id!r} in the countries asked",
    )


async def _search(desk: Desk, asked: requests.InstitutionsSearch) -> Body:
    found = _matching(desk, asked.country_codes, asked.products)
    words = asked.query.lower().split()
    hits = [each for each in found if all(word in each.name.lower() for word in words)]
    if asked.options and asked.options.oauth:
        hits = []
    return {"institutions": [_shape(each) for each in hits[:_FOUND_AT_MOST]]}


def _matching(
    desk: Desk, country_codes: Iterable[str], products: Iterable[str] | None
) -> list[Institution]:
    if COUNTRY not in country_codes:
        return []
    return [
        each
        for each in desk.plaid.served.institutions
        if products is None or set(products) <= set(each.products)
    ]


def _shape(each: Institution, *, include_status: bool = False) -> Body:
    return institution(each.institution_id, each.name, each.products, include_status=include_status)


ENDPOINTS: Final = (
    Endpoint(
        "/institutions/get",
        requests.InstitutionsGet,
        _get,
        "Page through the banks.",
        differs="No logos, colours, addresses or routing numbers; `options.oauth` and"
        " `options.routing_numbers` find none.",
    ),
    Endpoint(
        "/institutions/get_by_id",
        requests.InstitutionsGetById,
        _get_by_id,
        "One bank.",
        differs="The same; `include_status` says that there are no incidents.",
    ),
    Endpoint(
        "/institutions/search",
        requests.InstitutionsSearch,
        _search,
        "Banks by words of their name.",
        differs="At most ten, by the words of a name.",
    ),
)
