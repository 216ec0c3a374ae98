"""Lines as a tree by their printed numbers; what is filled in, missing or repeated is told."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import takewhile
from typing import Final

from config.sheet import Kind as Scored
from intake import numbering, points
from intake.lines import Line
from intake.numbering import BLANK, BULLETS, Printed
from intake.oddities import Kind, Oddity
from intake.points import Extra

CAPITALS: Final = "capitals"
FILLED_NOTE: Final = "Chữ cái, số thứ tự (trống trong nguồn) do phần mềm đặt."


@dataclass(slots=True)
class Node:
    """A line with its place: its code, and what stands below it; `kind` and `extra` are settled afterwards."""

    line: Line
    printed: Printed
    code: str
    children: list["Node"] = field(default_factory=list)
    kind: Scored | None = None
    extra: Extra | None = None
    is_filled: bool = False

    @property
    def points(self) -> Decimal | None:
        return None if self.line.worth is None else self.line.worth.points

    @property
    def is_option_parent(self) -> bool:
        """Whether its children are options of it."""
        return self.kind in {Scored.CHOICE, Scored.CAPPED_CHOICE}


def walk(nodes: Sequence[Node]) -> Iterator[Node]:
    """Every node, each before those below it."""
    for node in nodes:
        yield node
        yield from walk(node.children)


@dataclass(slots=True)
class _Path:
    """The tree so far and the way to its last node."""

    top: list[Node] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)
    codes: set[str] = field(default_factory=set)
    lasts: dict[tuple[int, str], int] = field(default_factory=dict)

    def brothers(self, depth: int) -> list[Node]:
        """Those that stand at that depth of the way."""
        return self.nodes[depth - 1].children if depth else self.top


def grow(lines: Sequence[Line]) -> tuple[list[Node], list[Oddity]]:
    """The tree of the lines, and what is odd about their numbers."""
    oddities: list[Oddity] = []
    filled = list(_fill(lines, oddities))
    path = _Path()
    for at, (line, is_filled) in enumerate(filled):
        found = numbering.readings(line.number)
        if found:
            depth, printed = _place(path, found)
        else:
            depth, printed = _place_blank(path, [one for one, _ in filled[at:]])
        _hang(path, depth, Node(line, printed, "", is_filled=is_filled or line.is_filled), oddities)
    return path.top, oddities


def _fill(lines: Sequence[Line], oddities: list[Oddity]) -> Iterator[tuple[Line, bool]]:
    at = 0
    while at < len(lines):
        run = list(takewhile(_is_blank, lines[at:]))
        after = lines[at + len(run)] if at + len(run) < len(lines) else None
        names = _names(lines[at - 1] if at else None, after, len(run)) if run else []
        for line, name in zip(run, names, strict=False):
            what = f"Thiếu số thứ tự; theo các dòng cạnh, đã đặt là «{name}» (trống trong nguồn)."
            oddities.append(Oddity(line.row, Kind.FILLED, what))
            yield replace(line, number=name), True
        if run and not names:
            yield from ((line, False) for line in run)
        if not run:
            yield lines[at], False
        at += len(run) or 1


def _is_blank(line: Line) -> bool:
    return not line.number and not line.is_heading


def _names(before: Line | None, after: Line | None, count: int) -> list[str]:
    """The numbers of a run of blank ones, where those around leave exactly as many."""
    starts = numbering.readings(before.number) if before else []
    for end in numbering.readings(after.number) if after else []:
        same = [start.place for start in starts if (start.style, start.prefix) == (end.style, end.prefix)]
        names = numbering.between(end.style, same[0] if same else 0, end.place)
        if len(names) == count and end.style not in BULLETS.values():
            return [f"{end.prefix}.{name}" if end.prefix else name for name in names]
    return []


def _place(path: _Path, found: Sequence[Printed]) -> tuple[int, Printed]:
    """How deep a numbered line stands, and which reading of its number fits there."""
    owner = _owner(path, found[0])
    if owner is not None:
        return owner + 1, found[0]
    levels = [
        (depth, one) for depth in reversed(range(len(path.nodes))) for one in found if _is_beside(path, depth, one)
    ]
    following = [(depth, one) for depth, one in levels if _follows(path, depth, one)]
    if following:
        return following[0]
    if _awaits_options(path) and numbering.is_next(found[0].style, 0, found[0].place):
        return len(path.nodes), found[0]
    styles = {node.printed.style for node in path.nodes}
    opening = [one for one in found if one.style not in styles and numbering.is_next(one.style, 0, one.place)]
    if opening or not levels:
        return len(path.nodes), (opening or found)[0]
    return levels[0]


def _owner(path: _Path, printed: Printed) -> int | None:
    """The depth of the node that a dotted number names as its parent."""
    parent = printed.prefix.rpartition(numbering.DOTTED)[2]
    above = f".{printed.style}".rpartition(numbering.DOTTED)[0]
    return next(
        (
            depth
            for depth, node in reversed(list(enumerate(path.nodes)))
            if parent and node.printed.own == parent and above.endswith(f".{node.printed.style}")
        ),
        None,
    )


def _is_beside(path: _Path, depth: int, printed: Printed) -> bool:
    return path.nodes[depth].printed.style == printed.style


def _follows(path: _Path, depth: int, printed: Printed) -> bool:
    return not _is_full(path, depth) and numbering.is_next(
        printed.style, path.nodes[depth].printed.place, printed.place
    )


def _place_blank(path: _Path, ahead: Sequence[Line]) -> tuple[int, Printed]:
    """How deep a line without a number stands: by capitals, by a choice above it, or by what its points add up to."""
    if ahead[0].is_heading:
        return 0, Printed(CAPITALS, 0, "")
    blank = Printed(BLANK, 0, "")
    last = path.nodes[-1] if path.nodes else None
    if last is None:
        return 0, blank
    depth = len(path.nodes)
    run = list(takewhile(lambda line: _is_blank(line) and line.worth is not None, ahead))
    worth = sum((line.worth.points for line in run if line.worth), Decimal(0))
    if last.printed.style in {BLANK, CAPITALS}:
        return _beside_blank(path, last, depth), blank
    is_above = (
        last.points is None or points.one_of(last.line.text) is not None or (len(run) > 1 and worth == last.points)
    )
    return (depth if is_above else depth - 1), blank


def _beside_blank(path: _Path, last: Node, depth: int) -> int:
    if last.printed.style == CAPITALS:
        return depth
    return depth - 2 if _is_full(path, depth - 1) else depth - 1


def _is_full(path: _Path, depth: int) -> bool:
    """Whether those at that depth are options, and as many as the words above them announce."""
    parent = path.nodes[depth - 1] if depth else None
    choice = points.one_of(parent.line.text) if parent else None
    return parent is not None and choice is not None and choice.of == len(parent.children)


def _awaits_options(path: _Path) -> bool:
    last = path.nodes[-1] if path.nodes else None
    return last is not None and not last.children and points.one_of(last.line.text) is not None


def _hang(path: _Path, depth: int, node: Node, oddities: list[Oddity]) -> None:
    brothers = path.brothers(depth)
    del path.nodes[depth:]
    _tell_order(path, depth, node, brothers, oddities)
    node.code = _code(path, node, brothers, oddities)
    path.codes.add(node.code)
    brothers.append(node)
    path.nodes.append(node)
    path.lasts[depth, node.printed.style] = node.printed.place


def _tell_order(path: _Path, depth: int, node: Node, brothers: Sequence[Node], oddities: list[Oddity]) -> None:
    style, index = node.printed.style, node.printed.place
    if not index:
        return
    before = next((one.printed.place for one in reversed(brothers) if one.printed.style == style), 0)
    if not before and numbering.is_next(style, path.lasts.get((depth, style), 0), index):
        return
    name = f"«{node.line.number}»"
    if index == before:
        oddities.append(Oddity(node.line.row, Kind.REPEATED, f"Số thứ tự {name} lặp lại trong cùng một nhóm."))
    elif index < before:
        oddities.append(Oddity(node.line.row, Kind.SEQUENCE, f"Số thứ tự {name} không theo thứ tự trong nhóm."))
    elif missing := numbering.between(style, before, index):
        what = f"Trước {name} thiếu số thứ tự {', '.join(missing)}; hãy xem có mất dòng nào không."
        oddities.append(Oddity(node.line.row, Kind.SEQUENCE, what))


def _code(path: _Path, node: Node, brothers: Sequence[Node], oddities: list[Oddity]) -> str:
    own = node.printed.own.replace("đ", "dd").replace("Đ", "DD")
    has_number = bool(own) and own not in BULLETS.values() and own.isascii()
    if not has_number:
        own = str(len(brothers) + 1)
    parent = path.nodes[-1] if path.nodes else None
    prefix = node.printed.prefix
    if prefix and (parent is None or prefix.rpartition(".")[2] != parent.printed.own):
        own = f"{prefix}.{own}"
    code = unique = f"{parent.code}.{own}" if parent else own
    for count in range(2, len(path.codes) + 3):
        if unique not in path.codes:
            break
        unique = f"{code}-{count}"
    if not has_number:
        what = f"Dòng không có số thứ tự riêng; đã đặt mã {unique}."
        oddities.append(Oddity(node.line.row, Kind.CODE, what))
    elif unique != code:
        oddities.append(Oddity(node.line.row, Kind.CODE, f"Mã {code} đã dùng; dòng này được đặt mã {unique}."))
    return unique
