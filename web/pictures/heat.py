"""A heat map: which criteria are weak, of which units or groups; the darker, the less of the points. Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from web.pictures.svg import Picture, box, drawing, letters, short
from web.words import _

NARROW, WIDE, SIGN, LONGEST = 80.0, 272.0, 6.4, 44
"""How wide the names may be, how much room a letter takes, and how many letters are shown."""
CELL, ROW, HEAD, FOOT = 30.0, 24.0, 44.0, 34.0
LEVELS: Final = (Decimal("0.95"), Decimal("0.9"), Decimal("0.8"), Decimal("0.65"), Decimal("0.5"))
"""From which share on a cell is how light; below the last it is darkest."""
LEGEND: Final = 490.0
DARK: Final = 4
NONE: Final = "–"


class Criterion(NamedTuple):
    """A criterion with the most points it may give."""

    code: str
    label: str
    ceiling: Decimal


class Row(NamedTuple):
    """A unit or a group, and what share of the points it got for each criterion, by code."""

    name: str
    shares: Mapping[str, Decimal]


def shade(share: Decimal) -> int:
    """How dark a share is: 0 is light."""
    return next((place for place, least in enumerate(LEVELS) if share >= least), len(LEVELS))


def percent(share: Decimal | None) -> str:
    """A share as a whole number of hundredths."""
    return NONE if share is None else str(round(share * 100))


def heat(key: str, title: str, criteria: Sequence[Criterion], rows: Sequence[Row]) -> Picture:
    """Rows by criteria; every cell bears its figure, so that nothing rests on shade alone."""
    names = min(WIDE, max([NARROW, *(SIGN * len(row.name) for row in rows)]))
    width = max(names + CELL * len(criteria) + 4, LEGEND)
    height = HEAD + ROW * len(rows) + FOOT
    inner = [*_heads(criteria, names)]
    for place, row in enumerate(rows):
        inner += _row(row, criteria, names, HEAD + place * ROW)
    inner += _legend(HEAD + ROW * len(rows) + 12)
    said = _said(criteria, rows)
    head = (_("Đơn vị, nhóm"), *(f"{one.code} {one.label}" for one in criteria))
    table = [(row.name, *(percent(row.shares.get(one.code)) for one in criteria)) for row in rows]
    return Picture(key, title, said, drawing(key, title, said, height, *inner, width=width), head, table, wide=True)


def _heads(criteria: Sequence[Criterion], names: float) -> list[str]:
    made: list[str] = []
    for place, one in enumerate(criteria):
        x = names + place * CELL + CELL / 2
        made.append(letters(x, HEAD - 10 - (place % 2) * 15, one.code, class_="soft", end="middle", size=11))
    return made


def _row(row: Row, criteria: Sequence[Criterion], names: float, y: float) -> list[str]:
    made: list[str] = [letters(0, y + 16, short(row.name, LONGEST))]
    for place, one in enumerate(criteria):
        share, x = row.shares.get(one.code), names + place * CELL
        dark = -1 if share is None else shade(share)
        told = f"{row.name}, {one.code}: {percent(share)} %"
        made.append(box(x, y, CELL - 1, ROW - 1, f"heat heat-{dark}" if share is not None else "heat none", told))
        class_ = "on-dark" if dark >= DARK else "on-light"
        made.append(letters(x + (CELL - 1) / 2, y + 16, percent(share), class_=class_, end="middle", size=11))
    return made


def _legend(y: float) -> list[str]:
    bounds = [f"≥ {percent(least)}" for least in LEVELS] + [f"< {percent(LEVELS[-1])}"]
    made: list[str] = [letters(0, y + 12, _("Phần trăm điểm tối đa:"), class_="soft")]
    for place, words in enumerate(bounds):
        x = 140.0 + place * 58
        made += [box(x, y + 1, 14, 14, f"heat heat-{place}"), letters(x + 19, y + 12, words, class_="soft", size=11)]
    return made


def _said(criteria: Sequence[Criterion], rows: Sequence[Row]) -> str:
    """The three criteria of which the least was got."""
    means = []
    for one in criteria:
        found = [row.shares[one.code] for row in rows if one.code in row.shares]
        if found:
            means.append((sum(found, Decimal(0)) / len(found), one))
    lowest = sorted(means, key=lambda pair: pair[0])[:3]
    told = "; ".join(f"{one.code} {one.label} ({percent(share)} %)" for share, one in lowest)
    return _("Đạt thấp nhất so với điểm tối đa: %(told)s.") % {"told": told} if told else _("Chưa có điểm nào.")
