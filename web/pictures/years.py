"""Year on year: the rounds of one programme beside each other. Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from scoring.numbers import format_points
from web.pictures.svg import WIDTH, Picture, box, drawing, letters, line, number, share, short
from web.words import _

KEY: Final = "qua-cac-nam"
LEFT, RIGHT, TOP, BOTTOM, HEIGHT = 40.0, WIDTH - 10.0, 30.0, 190.0, 222.0
MOST: Final = 6
SIDE: Final = 4.0
BAR, ROW = 18.0, 44.0
SHADES: Final = 5


class Told(NamedTuple):
    """One year: dossiers, handed in, those with a total, and the mean, least and most of these."""

    year: int
    dossiers: int
    handed_in: int
    totals: int
    mean: Decimal
    least: Decimal
    most: Decimal


def totals(years: Sequence[Told], top: Decimal) -> Picture:
    """The mean total of each year as a column, and from the least to the most as a line."""
    shown = years[-MOST:]
    scale = max([top, *(one.most for one in shown)]) or Decimal(1)
    step = (RIGHT - LEFT) / max(len(shown), 3)

    def at(value: Decimal) -> float:
        return BOTTOM - (BOTTOM - TOP) * float(max(value, Decimal(0)) / scale)

    inner: list[str] = []
    for part in range(5):
        value = scale * part / 4
        inner += [line(LEFT, at(value), RIGHT, at(value), "grid")]
        inner += [letters(LEFT - 6, at(value) + 4, _mean(value), class_="soft", end="end")]
    for place, one in enumerate(shown):
        inner += _column(one, LEFT + (place + 0.5) * step, at(one.mean), (at(one.most), at(one.least)))
    told = "; ".join(_said(one) for one in shown)
    said = f"{told[:1].upper()}{told[1:]}."
    title = _("Tổng điểm qua các năm")
    return Picture(KEY, title, said, drawing(KEY, title, said, HEIGHT, *inner), HEADS, [_row(one) for one in years])


HEADS: Final = (
    _("Năm"),
    _("Số hồ sơ"),
    _("Đã nộp"),
    _("Có tổng điểm"),
    _("Trung bình"),
    _("Thấp nhất"),
    _("Cao nhất"),
)


def _column(one: Told, x: float, mean: float, ends: tuple[float, float]) -> list[str]:
    words = letters(x, BOTTOM + 18, str(one.year), class_="strong", end="middle")
    if not one.totals:
        return [words, letters(x, BOTTOM - 8, _("chưa có điểm"), class_="soft", end="middle", size=11)]
    return [
        box(x - 24, mean, 30, BOTTOM - mean, "solid", _said(one)),
        line(x + 18, ends[0], x + 18, ends[1], "ends"),
        line(x + 12, ends[0], x + 24, ends[0], "ends"),
        line(x + 12, ends[1], x + 24, ends[1], "ends"),
        letters(x - 9, mean - 6, _mean(one.mean), class_="strong", end="middle"),
        words,
    ]


def _said(one: Told) -> str:
    if not one.totals:
        return _("năm %(year)s chưa có tổng điểm") % {"year": one.year}
    return _("năm %(year)s trung bình %(mean)s, từ %(least)s đến %(most)s (%(count)s hồ sơ)") % {
        "year": one.year,
        "mean": _mean(one.mean),
        "least": _mean(one.least),
        "most": _mean(one.most),
        "count": number(one.totals),
    }


def _row(one: Told) -> tuple[str, ...]:
    told = [_mean(value) if one.totals else "–" for value in (one.mean, one.least, one.most)]
    return (str(one.year), number(one.dossiers), number(one.handed_in), number(one.totals), *told)


def _mean(value: Decimal) -> str:
    return format_points(value.quantize(Decimal("0.01")))


def levels(years: Mapping[int, Mapping[str, int]], labels: Mapping[str, str]) -> Picture:
    """The shares of the levels, a bar a year."""
    codes = [code for code in labels if any(code in found for found in years.values())]
    inner: list[str] = []
    for place, code in enumerate(codes):
        inner += [box(SIDE, 6 + place * 20, 14, 14, f"heat heat-{_shade(place, codes)}")]
        inner += [letters(SIDE + 21, 17.5 + place * 20, short(labels[code], 44))]
    top = 14 + 20 * len(codes)
    shown = sorted(years)[-MOST:]
    for place, year in enumerate(shown):
        inner += _bar(year, years[year], codes, top + place * ROW)
    rows = [(str(year), *(number(years[year].get(code, 0)) for code in codes)) for year in sorted(years)]
    said = "; ".join(f"{year}: {_shares(years[year], codes, labels)}" for year in shown) + "."
    title, head = _("Mức xếp loại qua các năm"), (_("Năm"), *(labels[code] for code in codes))
    return Picture(KEY, title, said, drawing(KEY, title, said, top + ROW * len(shown) + 6, *inner), head, rows)


def _shade(place: int, codes: Sequence[str]) -> int:
    return round(place * SHADES / max(len(codes) - 1, 1))


def _bar(year: int, found: Mapping[str, int], codes: Sequence[str], y: float) -> list[str]:
    total, x, room = sum(found.values()), SIDE, WIDTH - 2 * SIDE
    made: list[str] = [
        letters(SIDE, y + 12, str(year), class_="strong"),
        letters(WIDTH - SIDE, y + 12, number(total), end="end"),
    ]
    for place, code in enumerate(codes):
        width = room * found.get(code, 0) / total if total else 0.0
        if width:
            made.append(box(x, y + 18, width, BAR, f"heat heat-{_shade(place, codes)}", number(found[code])))
        x += width
    return made


def _shares(found: Mapping[str, int], codes: Sequence[str], labels: Mapping[str, str]) -> str:
    total = sum(found.values())
    return ", ".join(f"{labels[code]} {share(found.get(code, 0), total)}" for code in codes if found.get(code))
