"""Totals: their distribution, and what units gave themselves against what they were given. Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from scoring.numbers import format_points
from web.pictures.svg import WIDTH, Picture, box, drawing, letters, line, number, short, steps, tag
from web.words import _

SPREAD, CROSS, GAP = "tong-diem", "doi-chieu", "chenh-lech"
LEFT, RIGHT, TOP, BOTTOM = 44.0, WIDTH - 10.0, 40.0, 190.0
BINS: Final = 10
SIDE: Final = 4.0
ROW: Final = 40.0
LARGEST: Final = 15.0
SMALLEST_TOLD: Final = 8.0


class Pair(NamedTuple):
    """A group, how many dossiers in it have both totals, and the mean of each."""

    name: str
    dossiers: int
    own: Decimal
    appraised: Decimal


def _edges(top: Decimal) -> list[str]:
    return [format_points(top * place / BINS) for place in range(BINS + 1)]


def _ranges(top: Decimal) -> list[str]:
    edges = _edges(top)
    below = [_("từ %(a)s đến dưới %(b)s") % {"a": edges[one], "b": edges[one + 1]} for one in range(BINS - 1)]
    return [*below, _("từ %(a)s đến %(b)s") % {"a": edges[-2], "b": edges[-1]}]


def spread(own: Sequence[int], given: Sequence[int], top: Decimal) -> Picture:
    """How many totals lie in each tenth of the scale: the units' own beside those they were given."""
    most = max(*own, *given, 1)
    scale = steps(most)
    step = (RIGHT - LEFT) / BINS
    inner: list[str] = [*_key()]
    for count in scale:
        y = BOTTOM - (BOTTOM - TOP) * count / scale[-1]
        inner += [line(LEFT, y, RIGHT, y, "grid"), letters(LEFT - 6, y + 4, number(count), class_="soft", end="end")]
    for place in range(BINS):
        for offset, counts, class_ in ((0.08, own, "hollow"), (0.5, given, "solid")):
            height = (BOTTOM - TOP) * counts[place] / scale[-1]
            told = f"{_ranges(top)[place]}: {number(counts[place])}"
            inner.append(box(LEFT + (place + offset) * step, BOTTOM - height, step * 0.42, height, class_, told))
    inner += [
        letters(LEFT + place * step, BOTTOM + 18, edge, class_="soft", end="middle", size=11)
        for place, edge in enumerate(_edges(top))
    ]
    said = _spread_said(own, given)
    rows = [(label, number(own[one]), number(given[one])) for one, label in enumerate(_ranges(top))]
    title, head = _("Phân bố tổng điểm"), (_("Khoảng điểm"), _("Tự chấm"), _("Thẩm định, quyết định"))
    return Picture(SPREAD, title, said, drawing(SPREAD, title, said, 216, *inner), head, rows)


def _key() -> list[str]:
    return [
        box(SIDE, 6, 14, 14, "hollow"),
        letters(SIDE + 21, 17.5, _("Tự chấm")),
        box(SIDE + 110, 6, 14, 14, "solid"),
        letters(SIDE + 131, 17.5, _("Thẩm định, quyết định")),
    ]


def _spread_said(own: Sequence[int], given: Sequence[int]) -> str:
    return _("%(own)s hồ sơ có tổng điểm tự chấm, %(given)s hồ sơ có điểm thẩm định hoặc quyết định.") % {
        "own": number(sum(own)),
        "given": number(sum(given)),
    }


def cross(found: Mapping[tuple[int, int], int], top: Decimal) -> Picture:
    """Where dossiers lie by both totals: on the slanting line both are alike, below it less was given."""
    side, left, bottom = 270.0, 44.0, 292.0
    step, most = side / BINS, max(found.values(), default=1)
    inner: list[str] = [tag("rect", x=left, y=bottom - side, width=side, height=side, class_="field-frame")]
    for place, edge in enumerate(_edges(top)):
        if place % 2 == 0:
            inner.append(letters(left + place * step, bottom + 18, edge, class_="soft", end="middle", size=11))
            inner.append(letters(left - 7, bottom - place * step + 4, edge, class_="soft", end="end", size=11))
            inner.append(line(left, bottom - place * step, left + side, bottom - place * step, "grid"))
            inner.append(line(left + place * step, bottom - side, left + place * step, bottom, "grid"))
    inner.append(line(left, bottom, left + side, bottom - side, "alike"))
    for (own, given), count in sorted(found.items()):
        radius = max(3.0, LARGEST * (count / most) ** 0.5)
        x, y = left + (own + 0.5) * step, bottom - (given + 0.5) * step
        inner.append(tag("circle", tag("title", number(count)), cx=x, cy=y, r=radius, class_="bubble"))
        if radius > SMALLEST_TOLD:
            inner.append(letters(x, y + 4, number(count), class_="on-dark", end="middle", size=11))
    inner += [
        letters(left + side, bottom + 36, _("Tự chấm →"), end="end"),
        letters(left, bottom - side - 8, _("↑ Thẩm định")),
    ]
    less = sum(count for (own, given), count in found.items() if given < own)
    said = _("%(all)s hồ sơ có cả hai điểm; %(less)s hồ sơ được thẩm định xuống khoảng điểm thấp hơn.") % {
        "all": number(sum(found.values())),
        "less": number(less),
    }
    ranges = _ranges(top)
    rows = [(ranges[own], ranges[given], number(count)) for (own, given), count in sorted(found.items(), reverse=True)]
    title, head = _("Tự chấm so với thẩm định"), (_("Tự chấm"), _("Thẩm định"), _("Số hồ sơ"))
    return Picture(CROSS, title, said, drawing(CROSS, title, said, 334, *inner), head, rows)


def gap(pairs: Sequence[Pair]) -> Picture:
    """The mean of both totals by group, on one scale."""
    low = min((min(one.own, one.appraised) for one in pairs), default=Decimal(0))
    high = max((max(one.own, one.appraised) for one in pairs), default=Decimal(1))
    room = max(high - low, Decimal(1))
    first, last = low - room / 10, high + room / 10

    def at(value: Decimal) -> float:
        return SIDE + 8 + float((value - first) / (last - first)) * (WIDTH - 2 * SIDE - 16)

    inner: list[str] = [
        tag("circle", cx=SIDE + 7, cy=13, r=6, class_="ring"),
        letters(SIDE + 21, 17.5, _("Tự chấm")),
        tag("circle", cx=SIDE + 117, cy=13, r=6, class_="dot"),
        letters(SIDE + 131, 17.5, _("Thẩm định")),
    ]
    for place, one in enumerate(pairs):
        y = 36 + place * ROW
        own, given = at(one.own), at(one.appraised)
        told = f"{_mean(one.own)} → {_mean(one.appraised)}"
        inner += [
            letters(SIDE, y + 10, short(one.name, 36)),
            letters(WIDTH - SIDE, y + 10, told, end="end"),
            line(SIDE, y + 24, WIDTH - SIDE, y + 24, "grid"),
            line(own, y + 24, given, y + 24, "between"),
            tag("circle", cx=own, cy=y + 24.0, r=6, class_="ring"),
            tag("circle", cx=given, cy=y + 24.0, r=4.5, class_="dot"),
        ]
    said = "; ".join(f"{one.name}: {_mean(one.own)} → {_mean(one.appraised)}" for one in pairs) + "."
    rows = [
        (one.name, number(one.dossiers), _mean(one.own), _mean(one.appraised), _signed(one.appraised - one.own))
        for one in pairs
    ]
    head = (_("Nhóm"), _("Số hồ sơ"), _("Tự chấm, trung bình"), _("Thẩm định, trung bình"), _("Chênh lệch"))
    title = _("Điểm trung bình tự chấm và thẩm định")
    return Picture(GAP, title, said, drawing(GAP, title, said, 40 + ROW * len(pairs), *inner), head, rows)


def _mean(value: Decimal) -> str:
    return format_points(value.quantize(Decimal("0.01")))


def _signed(value: Decimal) -> str:
    return f"+{_mean(value)}" if value > 0 else _mean(value).replace("-", "−")
