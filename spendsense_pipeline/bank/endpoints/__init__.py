"""Every endpoint that is served, declared once: its path, its request, who answers it. Routes, the
page about them and tests derive from here.
"""

from __future__ import annotations

from spendsense_pipeline.bank.endpoints import (
    accounts,
    clock,
    institutions,
    items,
    linking,
    sandbox,
    transactions,
)
from spendsense_pipeline.bank.endpoints.declaration import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = (
    *institutions.ENDPOINTS,
    *linking.ENDPOINTS,
    *items.ENDPOINTS,
    *accounts.ENDPOINTS,
    *transactions.ENDPOINTS,
    *sandbox.ENDPOINTS,
    *clock.ENDPOINTS,
)
