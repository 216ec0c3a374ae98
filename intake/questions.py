"""What is to be settled about a document that was read, row by row, and what it can be settled to.

Every oddity that is a doubt or a guess asks for something; what only tells what the reader did asks for nothing. A row
may be settled where nothing is odd too: sums that disagree may be wrong in any of their parts.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from config.sheet import Kind as Scored
from intake import numbering, points, record
from intake.columns import SETTLED, Role
from intake.oddities import Kind, Oddity
from intake.settled import LONGEST, About, Place, Settled, Settlement, asks_of, by_key
from intake.sheets import Imported, made_of
from intake.sources import Source
from intake.surroundings import LONGEST_SLUG
from intake.tree import Node, walk

_LEAVES: Final = (Scored.GRADED, Scored.BINARY, Scored.CHECK, Scored.DEGREE, Scored.BONUS, Scored.PENALTY)
_CHOICES: Final = (Scored.CHOICE, Scored.CAPPED_CHOICE)
_EXTRAS: Final = (Scored.BONUS, Scored.PENALTY)
_POINTS: Final = re.compile(r"\d{1,5}(?:[.,]\d{1,4})?")
_COLUMN: Final = re.compile(r"[1-9][0-9]?")
_SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class Unfit(ValueError):
    """A value that nothing can be settled to; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One thing of a row that can be settled: what it is now, what it may be, what it was settled to.

    `offers` are the values there are to choose from; `proposed` are points that the sums come to; `typed` whether
    another value may be typed; `is_asked` whether it is what something odd asks for first.
    """

    about: About
    stands: str
    offers: tuple[str, ...] = ()
    proposed: str = ""
    typed: bool = False
    is_asked: bool = False
    settlement: Settlement | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """A row of the source (None: the whole) with what is odd about it and what can be settled."""

    row: int | None
    oddities: tuple[Oddity, ...]
    asks: tuple[Ask, ...]

    @property
    def blocks(self) -> bool:
        """Whether the sheet cannot be used before something of it is settled otherwise."""
        return any(one.blocks for one in self.oddities)

    @property
    def is_open(self) -> bool:
        """Whether something odd is not settled."""
        return self.blocks or bool(self.left)

    @property
    def left(self) -> tuple[Oddity, ...]:
        """The doubts about which nothing was settled."""
        settled = {ask.about for ask in self.asks if ask.settlement}
        known = {ask.about for ask in self.asks}
        return tuple(
            one for one in self.oddities if (wanted := known.intersection(asks_of(one))) and not wanted & settled
        )


def points_of(found: Imported) -> dict[int | None, Point]:
    """Every row of the source, and first the whole with what is odd above the table."""
    told: dict[int | None, list[Oddity]] = {}
    for oddity in found.oddities:
        told.setdefault(oddity.row, []).append(oddity)
    nodes = {node.line.row: node for node in walk(found.top)}
    options = {child.line.row for node in nodes.values() if node.is_option_parent for child in node.children}
    shown = [row.number for row in found.source.rows if not row.is_empty]
    beyond = [oddity for oddity in found.oddities if oddity.row not in {None, *shown}]
    whole = _Row(found, None, [*told.get(None, []), *beyond])
    rows = [_Row(found, row, told.get(row, []), nodes.get(row), is_option=row in options) for row in shown]
    return {one.row: Point(one.row, tuple(one.told), tuple(one.asks())) for one in (whole, *rows)}


@dataclass(frozen=True, slots=True)
class _Row:
    """A row with what came of it."""

    found: Imported
    row: int | None
    told: Sequence[Oddity]
    node: Node | None = None
    is_option: bool = False

    def asks(self) -> Iterator[Ask]:
        """What can be settled of it."""
        for about, stands, offers in self._all():
            if about is About.WORDING and not any(about in asks_of(one) for one in self.told):
                continue
            wanted = any(about is next(iter(asks_of(one)), None) for one in self.told)
            settlement = self.found.settled.get((self.row, about))
            proposed = self._proposed() if about is About.POINTS else ""
            typed = about in {About.POINTS, About.NUMBER, About.TITLE, About.SLUG}
            yield Ask(about, stands, offers, proposed, typed, wanted, settlement)

    def _all(self) -> Iterator[tuple[About, str, tuple[str, ...]]]:
        if self.row is None:
            document = self.found.document
            yield from ((about, document[about], (document[about],)) for about in (About.TITLE, About.SLUG))
            yield from self._of_columns()
            return
        total = next((line for line in self.found.totals if line.row == self.row), None)
        if any(one.kind == Kind.HEADING for one in self.told):
            return
        if total is not None:
            worth = "" if total.worth is None else points.shown(total.worth.points)
            yield About.POINTS, worth, (worth,)
        elif self.node is not None:
            yield from self._of_node(self.node)
        else:
            yield self._place(Place.LEFT_OUT if self._is_out else Place.JOINED)
        yield About.WORDING, "", ("",)

    def _of_columns(self) -> Iterator[tuple[About, str, tuple[str, ...]]]:
        columns = self.found.layout.columns
        offers = tuple(str(at + 1) for at in range(self.found.source.width))
        for about, role in SETTLED.items():
            none = () if role is Role.CONTENT else ("",)
            yield about, str(columns[role] + 1) if role in columns else "", (*none, *offers)

    def _of_node(self, node: Node) -> Iterator[tuple[About, str, tuple[str, ...]]]:
        worth = "" if node.points is None else points.shown(node.points)
        if node.kind not in {Scored.CHECK, Scored.DEGREE}:
            yield About.POINTS, worth, (worth,)
        if not self.is_option:
            yield About.KIND, str(_kind_of(node)), tuple(map(str, kinds_for(node)))
        yield About.NUMBER, node.line.number, (node.line.number,)
        yield self._place(Place.OWN)

    def _place(self, stands: Place) -> tuple[About, str, tuple[str, ...]]:
        is_first = bool(self.found.top) and self.node is self.found.top[0]
        others = [one for one in Place if one != stands and not (is_first and one == Place.JOINED)]
        return About.PLACE, stands, (stands, *others)

    @property
    def _is_out(self) -> bool:
        return any(one.kind in {Kind.FOOTNOTE, Kind.LEFT_OUT} for one in self.told)

    def _proposed(self) -> str:
        return next((one.offer for one in self.told if one.offer), "")


def _kind_of(node: Node) -> Scored:
    if node.children and node.extra:
        return Scored(node.extra)
    return node.kind or Scored.GRADED


def kinds_for(node: Node) -> tuple[Scored, ...]:
    """How a criterion may be scored, by what stands below it and what it says."""
    if not node.children:
        return (*_LEAVES, Scored.RATIO) if points.ratio_of(node.line.text) else _LEAVES
    is_flat = len(node.children) > 1 and not any(child.children for child in node.children)
    return (Scored.GROUP, *(_CHOICES if is_flat else ()), *_EXTRAS)


def settle(point: Point, about: About, value: str) -> Settlement:
    """Settle something of a row; Unfit, in a sentence, when that cannot be. By whom and when is not told yet."""
    made = Settlement(row=point.row, about=about, value=_fit(about, value), odd=_odd(point, about))
    if not _applies(point, made):
        raise Unfit(f"Không giải quyết được {record.ABOUT[about]} ở chỗ này như vậy.")
    return made


def _odd(point: Point, about: About) -> tuple[str, ...]:
    return tuple(one.what for one in point.oddities if about in asks_of(one))


def _applies(point: Point, one: Settlement) -> bool:
    ask = next((ask for ask in point.asks if ask.about is one.about), None)
    return ask is not None and (ask.typed or one.value in ask.offers)


def _holds(point: Point, one: Settlement) -> bool:
    """Whether what was settled can be, and no other column was given the role since."""
    stands = {ask.about: ask.stands for ask in point.asks}
    return _applies(point, one) and (one.about not in SETTLED or stands[one.about] == one.value)


def _fit(about: About, value: str) -> str:
    """A value in the form in which it is kept."""
    match about:
        case About.POINTS if value:
            if not _POINTS.fullmatch(value):
                raise Unfit(f"«{value}» không phải điểm; ghi một số, ví dụ 5 hoặc 1,25.")
            return points.shown(points.number(value))
        case About.NUMBER if value and not numbering.readings(value):
            raise Unfit(f"«{value}» không phải số thứ tự; ghi như I, 1, a, 1.1 hoặc dấu gạch đầu dòng.")
        case About.SLUG if not _SLUG.fullmatch(value) or len(value) > LONGEST_SLUG:
            what = f"ghi chữ thường không dấu, số, gạch nối, không dài quá {LONGEST_SLUG} chữ."
            raise Unfit(f"«{value[:LONGEST_SLUG]}» không dùng làm mã được; {what}")
        case _ if about in SETTLED and value and not _COLUMN.fullmatch(value):
            raise Unfit(f"«{value}» không phải số của một cột.")
        case About.TITLE if not value or len(value) > LONGEST:
            raise Unfit(f"Tên biểu phải có và không dài quá {LONGEST} chữ.")
    return value


def asked(found: Imported) -> tuple[Settlement, ...]:
    """Everything that is open, as a file to be settled: with the points that the sums come to, else as it was read."""
    return tuple(
        Settlement(row=point.row, about=ask.about, value=ask.proposed or ask.stands, odd=_odd(point, ask.about))
        for point in points_of(found).values()
        for ask in _firsts(point.asks, [one for one in point.oddities if one.blocks or one in point.left])
    )


def rest(found: Imported) -> list[Settlement]:
    """Everything that is open and does not block, settled to what the reader made of it."""
    return [
        settle(point, ask.about, ask.stands)
        for point in points_of(found).values()
        for ask in _firsts(point.asks, [one for one in point.left if not one.blocks])
        if ask.stands in ask.offers or ask.typed
    ]


def _firsts(asks: Sequence[Ask], doubts: Iterable[Oddity]) -> list[Ask]:
    """Of each doubt the first thing that settles it."""
    known = {ask.about: ask for ask in asks}
    wanted = {next((about for about in asks_of(one) if about in known), None) for one in doubts}
    return [known[about] for about in About if about in wanted]


def held(source: Source, settled: Settled) -> Imported:
    """What is made of a source with what was settled; what no longer applies to its row is left out of it."""
    while True:
        found = made_of(source, settled)
        rows = points_of(found)
        left = {key: one for key, one in settled.items() if one.row in rows and _holds(rows[one.row], one)}
        if len(left) == len(settled):
            return found
        settled = left


def settled_by(source: Source, settlements: Sequence[Settlement]) -> Imported:
    """What is made of a source with settlements from elsewhere, completed by what was odd; Unfit, with the row."""
    raw = points_of(made_of(source))
    given = [_completed(raw, one) for one in settlements]
    found = held(source, by_key(given))
    for one in given:
        if one.key not in found.settled:
            raise Unfit(f"{_place(one)}không giải quyết được {record.ABOUT[one.about]} ở chỗ này như vậy.")
    return found


def _completed(rows: Mapping[int | None, Point], one: Settlement) -> Settlement:
    if one.row not in rows:
        raise Unfit(f"{_place(one)}không có dòng này trong bảng của nguồn.")
    try:
        value = _fit(one.about, one.value)
    except Unfit as wrong:
        raise Unfit(f"{_place(one)}{wrong}") from None
    return one.model_copy(update={"value": value, "odd": one.odd or _odd(rows[one.row], one.about)})


def _place(one: Settlement) -> str:
    return f"Dòng {one.row}: " if one.row else "Cả biểu: "
