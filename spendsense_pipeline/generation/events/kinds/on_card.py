"""What unplanned bills have in common that go on a card and stay there."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from spendsense_pipeline.generation.arrays import Flags, Floats
from spendsense_pipeline.generation.attributes import Band
from spendsense_pipeline.generation.events.declaration import Course
from spendsense_pipeline.generation.events.situation import Situation
from spendsense_pipeline.generation.labels import Fixed
from spendsense_pipeline.generation.randomness import NORMAL_QUANTILES

OF_LIMIT_SHARES: Final = (0.3, 0.64)
"""What such a bill takes of a card that then carries a balance."""


class Cost(NamedTuple):
    """What a bill comes to: log-normal, within bounds."""

    label: Fixed
    median_usd: float
    sigma: float
    range_usd: tuple[float, float]

    def usd(self, draw: Floats) -> Floats:
        """US dollars for each draw: `[N, DRAWS] -> [N]`."""
        place = (draw[:, 0] * NORMAL_QUANTILES.size).astype(np.int64)
        usd = self.median_usd * np.exp(self.sigma * NORMAL_QUANTILES[place])
        return np.asarray(np.clip(usd, *self.range_usd), dtype=np.float64)

    def course(self) -> Course:
        """The bill on the first card, which carries a balance from then on."""
        return Course(self._fits, self._charged)

    def _fits(self, at: Situation, draw: Floats) -> Flags:
        """Whose card, paid in full so far, the bill would fill for a good part."""
        least, most = OF_LIMIT_SHARES
        usd = self.usd(draw)
        fits = (usd >= least * at.limit_usd) & (usd <= most * at.limit_usd)
        has_card = (at.card_band[:, 0] == Band.LOW) & ~at.revolves
        drives = at.drives | (self.label != Fixed.CAR_REPAIR)
        return np.asarray(fits & has_card & at.is_cushioned & drives, dtype=np.bool_)

    def _charged(self, at: Situation, draw: Floats) -> Situation:
        return at.with_debt().changed(
            lump_cents=np.rint(self.usd(draw) * 100),
            lump_label=int(self.label),
            lump_on_card=True,
        )
