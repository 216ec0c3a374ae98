"""Drawing in SVG: elements as values, every text escaped, no style but classes and attributes of presentation. Pure.

Pictures are drawn 360 units wide with letters of 12, so that they can be read on a telephone; what wants more room
(a heat map) has a width of its own and is scrolled.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from markupsafe import Markup, escape

WIDTH: Final = 360
LETTER: Final = 12
LONGEST: Final = 40


class Picture(NamedTuple):
    """A picture with what it says in words, and the table behind it; `wide` where it is scrolled sideways."""

    key: str
    title: str
    said: str
    svg: Markup
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    wide: bool = False


def tag(name: str, *inner: str, **attributes: object) -> Markup:
    """One element; `class_` is its class, an underscore a hyphen, an attribute of None is left out."""
    given = ((key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items() if value is not None)
    written = Markup("").join(Markup(' {}="{}"').format(key, _plain(value)) for key, value in given)
    if not inner:
        return Markup("<{}{}/>").format(Markup(name), written)  # noqa: S704  names of elements are ours
    content = Markup("").join(map(escape, inner))
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(name), written, content)  # noqa: S704  as above


def _plain(value: object) -> str:
    return f"{value:.1f}".removesuffix(".0") if isinstance(value, float) else str(value)


def drawing(key: str, title: str, said: str, height: float, *inner: str, width: float = WIDTH) -> Markup:
    """The whole drawing, named and described for those who do not see it."""
    return tag(
        "svg",
        tag("title", title, id=f"{key}-t"),
        tag("desc", said, id=f"{key}-d"),
        *inner,
        class_="picture",
        viewBox=f"0 0 {_plain(width)} {_plain(height)}",
        width=None if width == WIDTH else width,
        height=None if width == WIDTH else height,
        role="img",
        aria_labelledby=f"{key}-t {key}-d",
    )


def letters(x: float, y: float, text: str, *, class_: str = "", end: str | None = None, size: int = LETTER) -> Markup:
    """Words at a place; `end` is "middle" or "end" when they are not to begin there."""
    return tag("text", text, x=x, y=y, font_size=size, text_anchor=end, class_=class_ or None)


def line(x1: float, y1: float, x2: float, y2: float, class_: str) -> Markup:
    """A straight line."""
    return tag("path", d=f"M{_plain(x1)} {_plain(y1)}L{_plain(x2)} {_plain(y2)}", class_=class_)


def box(x: float, y: float, width: float, height: float, class_: str, told: str = "", **more: object) -> Markup:
    """A rectangle; `told` is what a pointer over it is told."""
    inner = [tag("title", told)] if told else []
    return tag("rect", *inner, x=x, y=y, width=width, height=height, class_=class_, **more)


def short(text: str, longest: int = LONGEST) -> str:
    """A name that fits; the whole of it stands in the table."""
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def steps(most: float) -> list[int]:
    """Where lines go on a scale of counts from 0: at most five, at whole numbers that one counts by."""
    for width in (1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1_000, 2_000, 2_500, 5_000, 10_000, 25_000, 100_000):
        if width * 4 >= most:
            return list(range(0, int(most) + width, width)) if most else [0, 1]
    return [0, int(most)]


def number(count: int) -> str:
    """A count as Vietnamese write it: 50.000."""
    return f"{count:,}".replace(",", ".")


def share(part: int, whole: int) -> str:
    """A share in words: 59,6 %."""
    return f"{100 * part / whole:.1f} %".replace(".", ",") if whole else "–"
