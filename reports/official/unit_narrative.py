"""What a unit says of its criteria, in sentences: what was done well, what falls short, what it rests on."""

from collections.abc import Iterable, Iterator
from typing import Final

from reports.frame import GAP
from reports.official.frame import ROOM
from reports.official.scoring_sheet import figures
from reports.official.unit_records import Item, UnitDossier
from reports.wording import points

WELL: Final = "Những nội dung đã thực hiện tốt"
SHORT: Final = "Những mặt còn hạn chế"


def scored(item: Item) -> str:
    """The points of a criterion out of the greatest, or its degree; dotted room while it has none."""
    own = item.own
    if item.criterion.max is None:
        return own.word if own else ROOM
    return f"{own.word if own else GAP}/{points(item.criterion.max)} điểm"


def total(item: Item) -> str:
    """The points of a group, or of a criterion that stands by itself, out of the greatest."""
    if not item.is_group:
        return scored(item)
    own = item.totals.get("own")
    most = item.criterion.max
    return f"{GAP if own is None else points(own)}/{GAP if most is None else points(most)} điểm"


def told(heading: str, items: Iterable[Item]) -> Iterator[str]:
    """A heading with the criteria under it, each with its points and the words on it; dotted room without any."""
    lines = [f"+ {item.criterion.label} ({scored(item)}){_words(item)}" for item in items]
    yield f"- {heading}:" if lines else f"- {heading}: {ROOM}"
    yield from ended(lines)


def ended(lines: list[str]) -> Iterator[str]:
    """Lines of a list, each with its sign but for those that end a sentence of their own."""
    for place, line in enumerate(lines, 1):
        end = "." if place == len(lines) else ";"
        yield line if line.endswith((".", ";", "!", "?")) else f"{line}{end}"


def well(items: Iterable[Item]) -> list[Item]:
    """The criteria that lack nothing."""
    return [item for item in items if item.is_whole]


def short(items: Iterable[Item]) -> list[Item]:
    """The criteria of which something is said and that lack something."""
    return [item for item in items if item.own is not None and not item.own.entry.not_applicable and not item.is_whole]


def _words(item: Item) -> str:
    said = "; ".join(filter(None, (figures(item), item.own.note.strip() if item.own else "")))
    return f": {said}" if said else ""


def sum_of(one: UnitDossier) -> str:
    """The total of the unit's own marks; dotted room while there are none."""
    own = one.totals["own"]
    return GAP if own is None or (one.is_blank and not one.facts.zeroed) else points(own)
