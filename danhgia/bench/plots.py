"""The figures of benches as pictures that stand by themselves. Pure."""

from collections.abc import Iterable, Sequence
from itertools import groupby
from math import log10
from typing import Final

from markupsafe import Markup

from danhgia.bench.cases import Result
from web.pictures.svg import WIDTH, box, drawing, letters, line, tag

STYLE: Final = Markup(
    ".picture{font-family:sans-serif;background:#fff}.solid{fill:#1d4f91}.second{fill:#8fb3de}.asked{stroke:#b3261e;"
    "stroke-width:2}.grid{stroke:#d9dce1}.axis{stroke:#5b6470}.soft{fill:#5b6470}.curve{fill:none;stroke:#1d4f91;"
    "stroke-width:2}.limit{fill:none;stroke:#b3261e;stroke-dasharray:4 4}"
)
SHADES: Final = {"sqlite": "second", "postgresql": "solid", "none": "solid"}
MOST: Final = 2.0
"""Where a bar ends, however great its ratio."""
LEFT, RIGHT, BAR = 130.0, WIDTH - 36.0, 12.0
TOP, BOTTOM, FLOOR, DECADES = 16.0, 216.0, 1e-3, 6
LABELS: Final = RIGHT - 54
GAP: Final = 11.0
"""The least distance of two labels."""


def ratios(results: Sequence[Result], asked: Sequence[float | None]) -> str:
    """A bar a figure: how fast ours is where the baseline is 1; a red line is what is asked."""
    inner: list[str] = []
    for place, (one, least) in enumerate(zip(results, asked, strict=True)):
        y = 22.0 + place * (BAR + 6)
        shown = min(one.ratio, MOST)
        inner += [
            letters(LEFT - 6, y + 10, f"{one.name}, {one.database}", end="end", size=10),
            box(LEFT, y, _along(shown) - LEFT, BAR, SHADES[one.database]),
            letters(WIDTH - 4, y + 10, f"{one.ratio:.2f}", end="end", size=10),
        ]
        if least is not None:
            inner.append(line(_along(least), y - 2, _along(least), y + BAR + 2, "asked"))
    height = 30.0 + len(results) * (BAR + 6)
    inner += [line(_along(1), 16, _along(1), height - 8, "axis"), letters(_along(1), 12, "1", end="middle", size=10)]
    said = "; ".join(f"{one.name} {one.database} {one.ratio:.2f}" for one in results)
    return _file("ratios", "Ours against the baseline", said, height, inner)


def _along(ratio: float) -> float:
    return LEFT + (RIGHT - LEFT) * ratio / MOST


def growth(results: Iterable[Result], database: str) -> str:
    """Seconds over subjects, both in powers of ten; the dashed line grows as fast as is allowed."""
    inner = [*_frame()]
    own = [one for one in results if one.database == database]
    curves = [_split(points) for _, points in groupby(own, lambda one: one.name)]
    below = BOTTOM + GAP
    for curve, last in sorted(curves, key=lambda one: one[0][-1].ours):
        below = min(_down(curve[-1].ours) + 4, below - GAP)
        inner.append(tag("path", d=_path([(one.n, one.ours) for one in curve]), class_="curve"))
        inner.append(letters(LABELS + 4, below, _told(last), size=10))
    told = [_told(last) for _, last in curves]
    inner.append(tag("path", d=_path([(500, 0.01), (50_000, 0.01 * 100**1.1)]), class_="limit"))
    title = f"Seconds over subjects, {database}"
    return _file(f"growth-{database}", title, "; ".join(told), BOTTOM + 34, inner)


def _split(points: Iterable[Result]) -> tuple[list[Result], Result]:
    """The points of a curve and its exponent."""
    found = list(points)
    return [one for one in found if one.unit == "s"], next(one for one in found if one.unit == "exponent")


def _told(exponent: Result) -> str:
    return f"{exponent.name.removeprefix('growth ')} {exponent.ours:.2f}"


def _frame() -> Iterable[str]:
    for decade in range(DECADES):
        seconds = FLOOR * 10**decade
        yield line(40, _down(seconds), LABELS, _down(seconds), "grid")
        yield letters(36, _down(seconds) + 4, f"{seconds:g}", class_="soft", end="end", size=10)
    for size in (500, 5_000, 50_000):
        yield letters(_right(size), BOTTOM + 14, f"{size:,}", class_="soft", end="middle", size=10)


def _path(points: Iterable[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{_right(size):.1f} {_down(seconds):.1f}" for size, seconds in points)


def _right(size: float) -> float:
    return 50 + (LABELS - 60) * (log10(size) - log10(500)) / 2


def _down(seconds: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * (log10(max(seconds, FLOOR)) - log10(FLOOR)) / (DECADES - 1)


def _file(key: str, title: str, said: str, height: float, inner: Iterable[str]) -> str:
    drawn = drawing(key, title, said, height, tag("style", STYLE), *inner)
    return str(drawn).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1) + "\n"
