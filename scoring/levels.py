"""The level that a total reaches."""

from collections.abc import Sequence
from decimal import Decimal

from config.rating import Band


def level(total: Decimal, bands: Sequence[Band]) -> Band | None:
    """Return the best band that the total reaches, given from the best down; None when there are no bands."""
    return next((band for band in bands if total >= band.at_least), None)
