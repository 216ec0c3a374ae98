"""An outline (*đề cương*) before the table: where it asks for other points, or for more, than the sheet does."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from difflib import SequenceMatcher
from typing import Final

from intake import points
from intake.oddities import Kind, Oddity
from intake.tree import Node

_SECTION: Final = re.compile(r"^\W*(?P<number>[IVX]+)\.\s")
_WORTH: Final = re.compile(r"/\s*(\d+(?:[.,]\d+)?)\s*điểm")
_BRACKETS: Final = re.compile(r"\([^()]*\)")
_FREQUENCY: Final = re.compile(r"\bt[ầà]n suất\b", re.IGNORECASE)
_LEAST: Final = re.compile(r"\bít nhất\b", re.IGNORECASE)
_CHOSEN: Final = re.compile(r"^\W*\+")
"""The lines below a choice, each one of its options."""
_SAME: Final = 0.8
"""The share of a criterion's words that a line of the outline holds when it is about the criterion."""
_RELATED: Final = 0.3
_MORE: Final = 3


def look(before: Sequence[str], top: Sequence[Node]) -> Iterator[Oddity]:
    """Differences between the sections of an outline and the groups of the same numbers."""
    sections = _sections(before)
    for group in top:
        lines = sections.get(group.code, ())
        for line in lines[:1]:
            yield from _other_points(line, group)
        for line in lines[1:]:
            yield from _asks_more(line, group)


def _sections(before: Sequence[str]) -> Mapping[str, list[str]]:
    """The lines of each section that is worth points, its heading first."""
    sections: dict[str, list[str]] = {}
    current: list[str] = []
    for line in before:
        found = _SECTION.match(line)
        if found and _WORTH.search(line):
            current = sections.setdefault(found["number"], [])
        current.append(line)
    return sections


def _other_points(line: str, group: Node) -> Iterator[Oddity]:
    found = _WORTH.search(line)
    if found and group.points not in {None, points.number(found[1])}:
        what = (
            f"Đề cương ghi {found[1]} điểm cho mục {group.code}, bảng ghi {points.shown(group.points or Decimal(0))}."
        )
        yield Oddity(group.line.row, Kind.OUTLINE, what)


def _asks_more(line: str, group: Node) -> Iterator[Oddity]:
    asked = [] if _CHOSEN.match(line) else _words(line)
    best = max(group.children, key=lambda item: _share(_words(item.line.text), asked), default=None)
    if best is None or not asked:
        return
    own = _words(best.line.text)
    share = _share(own, asked)
    more = asked[_end(own, asked) :]
    if share >= _SAME and len(more) >= _MORE:
        what = f"Đề cương ghi thêm so với {best.code}: «{' '.join(more)}»; chấm theo bảng."
        yield Oddity(best.line.row, Kind.OUTLINE, what)
    elif share >= _RELATED and _FREQUENCY.search(line) and _LEAST.search(best.line.text):
        what = f"Đề cương hỏi tần suất, {best.code} chỉ đòi «ít nhất»; chấm theo bảng."
        yield Oddity(best.line.row, Kind.OUTLINE, what)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", _BRACKETS.sub("", text))


def _blocks(own: Sequence[str], asked: Sequence[str]) -> list[tuple[int, int]]:
    matcher = SequenceMatcher(None, [one.casefold() for one in own], [one.casefold() for one in asked], autojunk=False)
    return [(block.b + block.size, block.size) for block in matcher.get_matching_blocks() if block.size]


def _share(own: Sequence[str], asked: Sequence[str]) -> float:
    return sum(size for _, size in _blocks(own, asked)) / max(len(own), 1)


def _end(own: Sequence[str], asked: Sequence[str]) -> int:
    """Where in the outline's words the last of the criterion's own ends."""
    return max((end for end, _ in _blocks(own, asked)), default=len(asked))
