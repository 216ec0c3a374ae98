"""Numbers as Vietnamese offices write them, and the one rounding of the house (X-N1)."""

import re
import unicodedata
from decimal import Decimal
from fractions import Fraction

_NUMBER = re.compile(r"([+-]?[0-9]{1,12})(?:([.,])([0-9]{1,6}))?(?:\s*điểm)?", re.IGNORECASE)
_THOUSANDS = 3
_PLACES = 4


def parse_number(text: str) -> Decimal | None:
    """Read "1,25", "02", "05 điểm"; a point is taken for a comma. None when it is no number or may be two.

    "1.250" is refused: one and a quarter to one reader, one thousand two hundred and fifty to another.
    """
    found = _NUMBER.fullmatch(unicodedata.normalize("NFC", text).strip())
    if found is None:
        return None
    whole, sign, fraction = found.groups(default="")
    if sign == "." and len(fraction) == _THOUSANDS:
        return None
    return Decimal(f"{whole}.{fraction or 0}")


def format_points(value: Decimal) -> str:
    """Write with a decimal comma and no needless zeros: 92,5 and 10 and 0."""
    return f"{value.normalize() + 0:f}".replace(".", ",")


def rounded(value: Fraction) -> Decimal:
    """Round an exact fraction to four decimals, a half to the even neighbour."""
    return Decimal(round(value * 10**_PLACES)).scaleb(-_PLACES)
