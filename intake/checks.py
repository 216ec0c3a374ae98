"""What is suspicious about a whole sheet: bands, letters, thresholds, repeated criteria, totals, misprints."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Final

from intake import bands, criteria, misprints, points
from intake.lines import Line
from intake.numbering import FOREIGN
from intake.oddities import Kind, Oddity
from intake.tree import Node, walk

_STRICT: Final = re.compile(r"(?:trên|hơn|dưới|>|<)\s*\d{1,3}(?:[.,]\d+)?\s*%", re.IGNORECASE)
_LOCAL: Final = re.compile(r"(?:tự|để|được)\s+(?:quy định\s+)?cụ thể h(?:óa|oá)\s+(?:tiêu chí|nội dung)", re.IGNORECASE)
_LONG: Final = 25
"""Letters of a criterion from which on the same words twice are no chance."""


def look(top: Sequence[Node], totals: Sequence[Line]) -> Iterator[Oddity]:
    """Everything that is suspicious about the criteria together."""
    options = {child.code for node in walk(top) if node.is_option_parent for child in node.children}
    for node in walk(top):
        yield from _bands(node)
        yield from _letters(node.children)
        yield from _words(node, is_option=node.code in options)
        for word in misprints.found(node.line.text):
            yield Oddity(node.line.row, Kind.TYPO, word)
    yield from _letters(top)
    yield from _duplicates(top)
    yield from _naive(top)
    yield from _totals(top, totals)


def _bands(node: Node) -> Iterator[Oddity]:
    found = [bands.band_of(child.line.text) for child in node.children] if node.is_option_parent else []
    known = [band for band in found if band is not None]
    if 2 * len(known) <= len(found):
        return
    if len(known) < len(found):
        yield Oddity(
            node.line.row, Kind.GAP, f"Chỉ {len(known)} trong {len(found)} phương án của {node.code} ghi mức phần trăm."
        )
        return
    for clash in bands.clashes(known):
        kind, how = (Kind.GAP, "không thuộc phương án nào") if clash.is_gap else (Kind.OVERLAP, "thuộc hai phương án")
        yield Oddity(node.line.row, kind, f"Các mức phần trăm của {node.code}: {clash.at} {how}.")


def _letters(brothers: Sequence[Node]) -> Iterator[Oddity]:
    letters = [node.line.number.strip(" .)") for node in brothers if node.printed.style.endswith("a")]
    foreign = [letter for letter in letters if letter in FOREIGN]
    if foreign:
        what = f"Chữ cái «{', '.join(foreign)}» không có trong bảng chữ cái tiếng Việt; giữ như nguồn."
        yield Oddity(next(n.line.row for n in brothers if n.printed.own in foreign), Kind.LETTERS, what)
    if {"d", "e"} <= set(letters) and "đ" not in letters:
        row = next(node.line.row for node in brothers if node.printed.own == "e")
        yield Oddity(row, Kind.LETTERS, "Chữ cái «đ» bị bỏ qua giữa d và e; giữ như nguồn.")


def _words(node: Node, *, is_option: bool) -> Iterator[Oddity]:
    text = node.line.text
    if not node.children and not is_option and (strict := _STRICT.search(text)):
        yield Oddity(
            node.line.row, Kind.THRESHOLD, f"Ngưỡng «{strict[0]}» không gồm chính mức đó; hãy soát lại khi chấm."
        )
    if node.children and _LOCAL.search(text):
        what = f"{node.code} giao nơi áp dụng tự cụ thể hóa: các mục con chỉ là ví dụ, hãy thay bằng tiêu chí nơi mình."
        yield Oddity(node.line.row, Kind.LOCAL, what)


def _duplicates(top: Sequence[Node]) -> Iterator[Oddity]:
    known: dict[str, list[Node]] = defaultdict(list)
    for node in walk(top):
        if not node.children and len(node.line.text) > _LONG:
            known[" ".join(node.line.text.casefold().split()).strip(" .;")].append(node)
    for first, *others in known.values():
        for other in others:
            what = f"Lời văn của {other.code} giống hệt {first.code}: có thể bị tính hai lần."
            yield Oddity(other.line.row, Kind.DUPLICATE, what)


def _naive(top: Sequence[Node]) -> Iterator[Oddity]:
    nodes = list(walk(top))
    if not any(node.is_option_parent for node in nodes):
        return
    leaves = [node.points for node in nodes if not node.children and node.extra is None]
    whole, real = sum((one for one in leaves if one is not None), Decimal(0)), criteria.worth_of(top)
    if real is not None and whole != real:
        told = f"Cộng dồn mọi dòng được {points.shown(whole)}"
        what = f"{told}; biểu chỉ có {points.shown(real)} vì phương án không cộng với nhau."
        yield Oddity(None, Kind.DOUBLE_COUNT, what)


def _totals(top: Sequence[Node], totals: Sequence[Line]) -> Iterator[Oddity]:
    real = criteria.worth_of(top)
    known = [line for line in totals if line.worth]
    if not known:
        what = (
            f"Bảng không có dòng tổng điểm; tổng tính được là {points.shown(real)}."
            if real
            else "Bảng không có dòng tổng điểm."
        )
        yield Oddity(None, Kind.NO_TOTAL, what)
    for line in known[:-1]:
        yield from _subtotal(top, line)
    if known and known[-1].worth and real is not None and known[-1].worth.points != real:
        what = f"Dòng tổng ghi {points.shown(known[-1].worth.points)}, các nhóm cộng lại được {points.shown(real)}."
        yield Oddity(known[-1].row, Kind.TOTAL, what, blocks=True, offer=points.shown(real))


def _subtotal(top: Sequence[Node], line: Line) -> Iterator[Oddity]:
    above = [node for node in top if node.line.row < line.row]
    printed = line.worth.points if line.worth else None
    whole = criteria.worth_of(above)
    own = criteria.worth_of(above[-1:])
    if printed not in {whole, own}:
        what = f"Dòng cộng giữa bảng ghi {points.shown(printed or Decimal(0))}, khác điểm của các mục phía trên."
        yield Oddity(line.row, Kind.SUBTOTAL, what)
    else:
        yield Oddity(line.row, Kind.SUBTOTAL, "Dòng cộng giữa bảng, không phải tiêu chí; đã bỏ.")


def missing(roles: Iterable[str], texts: Sequence[str]) -> Iterator[Oddity]:
    """What a table of criteria usually comes with and this one does not."""
    if "appraised" not in roles:
        yield Oddity(None, Kind.COLUMNS, "Bảng không có cột điểm thẩm định; phần mềm tự thêm cột này khi chấm.")
    if "max" not in roles:
        yield Oddity(None, Kind.COLUMNS, "Bảng không có cột điểm tối đa.")
    if not any(
        re.search(r"hoàn thành xuất sắc nhiệm vụ\s*[:(]|từ \d+ (?:điểm )?đến", text, re.IGNORECASE) for text in texts
    ):
        what = "Bảng không kèm mức xếp loại theo điểm; ngưỡng xếp loại lấy theo chương trình."
        yield Oddity(None, Kind.LEVELS, what)
