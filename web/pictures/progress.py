"""Progress by day against the deadline. Pure."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import accumulate
from typing import Final, NamedTuple

from config.calendar import date_text
from web.pictures.svg import WIDTH, Picture, drawing, letters, line, number, share, steps, tag
from web.words import _

KEY: Final = "tien-do"
LEFT, RIGHT, TOP, BOTTOM, HEIGHT = 44.0, WIDTH - 16.0, 26.0, 176.0, 216.0
DAY: Final = timedelta(days=1)
NEAR: Final = 0.6
"""From which part of the width on a word stands to the left of what it is about."""


class Closing(NamedTuple):
    """The last day of a deadline, and how many dossiers close then."""

    day: date
    dossiers: int


def progress(
    counts: Sequence[tuple[date, int]], total: int, begun: date, closing: Closing | None, now: date
) -> Picture:
    """Dossiers handed in, day by day, of `total`, from the launch to the deadline or to the last of them."""
    handed = list(zip((day for day, _count in counts), accumulate(count for _day, count in counts), strict=True))
    done = handed[-1][1] if handed else 0
    said = _said(done, total, closing)
    scale = _Scale(begun, _last(begun, closing, now, [day for day, _count in handed]), max(total, 1))
    inner = [*_grid(scale, total), *_deadline(scale, closing), *_curve(scale, handed, min(now, scale.last))]
    rows = [
        (date_text(day), number(count), number(sum_), share(sum_, total))
        for (day, count), (_day, sum_) in zip(counts, handed, strict=True)
    ]
    head = (_("Ngày"), _("Nộp trong ngày"), _("Cộng dồn"), _("Tỷ lệ"))
    return Picture(
        KEY,
        _("Tiến độ nộp theo ngày"),
        said,
        drawing(KEY, _("Tiến độ nộp theo ngày"), said, HEIGHT, *inner),
        head,
        rows,
    )


def _last(begun: date, closing: Closing | None, now: date, handed: Sequence[date]) -> date:
    """The right end: now, but not long after everything has been handed in, and never before the deadline is over."""
    over = begun if closing is None else closing.day
    return max(over + DAY, min(now, max([over, *handed]) + 3 * DAY), begun + DAY)


class _Scale(NamedTuple):
    first: date
    last: date
    most: int

    def x(self, day: date) -> float:
        return LEFT + (RIGHT - LEFT) * (day - self.first).days / (self.last - self.first).days

    def y(self, count: float) -> float:
        return BOTTOM - (BOTTOM - TOP) * count / self.most


def _said(done: int, total: int, closing: Closing | None) -> str:
    told = _("Đã nộp %(done)s trên %(total)s hồ sơ (%(share)s)") % {
        "done": number(done), "total": number(total), "share": share(done, total)
    }  # fmt: skip
    return f"{told}; {_('hết hạn ngày %(day)s') % {'day': date_text(closing.day)}}." if closing else f"{told}."


def _grid(scale: _Scale, total: int) -> list[str]:
    marks = [count for count in steps(total) if count < total * 0.9] + [total]
    made: list[str] = []
    for count in marks:
        made += [line(LEFT, scale.y(count), RIGHT, scale.y(count), "grid")]
        made += [letters(LEFT - 6, scale.y(count) + 4, number(count), class_="soft", end="end")]
    days = [scale.first + (scale.last - scale.first) * part / 2 for part in range(3)]
    for day, end in zip(days, (None, "middle", "end"), strict=True):
        made.append(letters(scale.x(day), BOTTOM + 20, f"{day:%d/%m}", class_="soft", end=end))
    return made


def _deadline(scale: _Scale, closing: Closing | None) -> list[str]:
    if closing is None or not scale.first <= closing.day <= scale.last:
        return []
    x = scale.x(closing.day + DAY)
    left = x > LEFT + (RIGHT - LEFT) * NEAR
    words = _("hết hạn %(day)s") % {"day": f"{closing.day:%d/%m}"}
    return [
        line(x, TOP - 8, x, BOTTOM, "deadline-line"),
        letters(x - 5 if left else x + 5, TOP - 10, words, class_="bad-ink", end="end" if left else None),
    ]


def _curve(scale: _Scale, handed: Sequence[tuple[date, int]], now: date) -> list[str]:
    """A staircase: what was handed in on a day is there from that day on."""
    path, before = f"M{scale.x(scale.first):.1f} {scale.y(0):.1f}", 0
    for day, count in handed:
        shown = max(day, scale.first)
        path += f"L{scale.x(shown):.1f} {scale.y(before):.1f}L{scale.x(shown):.1f} {scale.y(count):.1f}"
        before = count
    until = max([now, scale.first, *(day for day, _count in handed)])
    x, y = scale.x(min(until, scale.last)), scale.y(before)
    left = x > LEFT + (RIGHT - LEFT) * NEAR
    low = 16 if y < TOP + 14 else -10
    words = _("%(count)s đã nộp") % {"count": number(before)}
    return [
        tag("path", d=f"{path}L{x:.1f} {y:.1f}", class_="curve"),
        tag("circle", cx=x, cy=y, r=4.5, class_="dot"),
        letters(x - 4 if left else x + 8, y + low, words, class_="strong halo", end="end" if left else None),
    ]
