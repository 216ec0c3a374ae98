"""Rows of a table as lines of a sheet: cleaned of markup, headings repeated left out, broken rows joined, all told."""

import html
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from intake import numbering, points
from intake.columns import Layout, Role
from intake.oddities import Kind, Oddity
from intake.points import Worth
from intake.settled import NOTHING, About, Place, Settled, value_of
from intake.tables import Row

_TAG: Final = re.compile(
    r"</?(?:p|i|b|u|s|em|strong|br|span|div|font|sup|sub|td|tr|th|table|tbody|ul|ol|li|a|o:p|h[1-6])\b[^<>]*/?>",
    re.IGNORECASE,
)
_ENTITY: Final = re.compile(
    r"&(?:#\d+|#x[0-9a-f]+|nbsp|amp|lt|gt|quot|apos|ndash|mdash|ldquo|rdquo|hellip);", re.IGNORECASE
)
_HIDDEN: Final = re.compile(r"[\u00ad\u200b-\u200f\u2028-\u202e\u2060\ufeff\ufffe\uffff\x00-\x08\x0b-\x1f\x7f-\x9f]")
_TOTAL: Final = re.compile(r"^\W*(?:tổng(?:\s+(?:cộng|điểm|số|số điểm))*|cộng)\b", re.IGNORECASE)
_TOTAL_LENGTH: Final = 60
_FOOTNOTE: Final = re.compile(r"^\W*(?:ghi chú|lưu ý|chú thích)\b|^\(?\*+\)?\s", re.IGNORECASE)
_COUNTED: Final = re.compile(r"\(?(?:\d{1,2}|[A-G])(?:\s*=.*)?\)?")
_FINISHED: Final = re.compile(r"[.;:!?…]\W*$")
_PAGE: Final = re.compile(r"(?:trang\s*)?\d{1,3}(?:/\d{1,3})?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """One criterion or option as printed; `place` and `kind` are what was settled about it.

    `is_filled`: the number was settled and the source has none.
    """

    row: int
    number: str
    text: str
    worth: Worth | None = None
    evidence: str = ""
    note: str = ""
    is_from_text: bool = False
    is_bulleted: bool = False
    place: str = ""
    kind: str = ""
    is_filled: bool = False

    @property
    def is_heading(self) -> bool:
        """Whether it is written all in capitals."""
        return self.text.isupper() and " " in self.text


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of a sheet, its printed totals, its footnotes, and what was odd."""

    lines: Sequence[Line]
    totals: Sequence[Line]
    oddities: Sequence[Oddity]


def gather(rows: Sequence[Row], layout: Layout, settled: Settled = NOTHING) -> Lines:
    """The lines of a table below its heading, with what was settled about them."""
    oddities: list[Oddity] = []
    lines: list[Line] = []
    totals: list[Line] = []
    for row in _without_headings(rows, layout, oddities):
        told: list[Oddity] = []
        line = _line(row, layout, settled, told)
        is_own = line is None or line.place in {"", Place.OWN}
        oddities += [one if is_own else one._replace(blocks=False) for one in told]
        if line is None:
            continue
        if line.place == Place.LEFT_OUT:
            oddities.append(Oddity(line.row, Kind.LEFT_OUT, f"Không đưa vào biểu: «{line.text}»."))
        elif line.place:
            _add_settled(lines, line, oddities)
        elif _is_total(line):
            totals.append(line)
        elif not line.number and _FOOTNOTE.match(line.text) and line.worth is None:
            oddities.append(Oddity(line.row, Kind.FOOTNOTE, f"Ghi chú của bảng, không phải tiêu chí: «{line.text}»."))
        else:
            _add(lines, line, oddities, is_after_total=bool(totals))
    return Lines(lines, totals, oddities)


def _without_headings(rows: Sequence[Row], layout: Layout, oddities: list[Oddity]) -> Iterable[Row]:
    heads = [_plain(head) for head in layout.heads if head.strip()]
    for at, row in enumerate(rows[layout.first :]):
        cells = [_plain(cell) for cell in row.cells if cell.strip()]
        if heads and cells and set(cells) <= set(heads):
            oddities.append(Oddity(row.number, Kind.HEADING, "Dòng tiêu đề lặp lại (sang trang); đã bỏ."))
        elif at == 0 and len(cells) > 2 and all(map(_COUNTED.fullmatch, cells)):  # noqa: PLR2004  number, content, points
            oddities.append(Oddity(row.number, Kind.HEADING, "Dòng đánh số các cột; đã bỏ."))
        elif len(cells) == 1 and _PAGE.fullmatch(cells[0]) and not layout.text(row, Role.NUMBER).strip():
            if not layout.text(row, Role.MAX).strip():
                oddities.append(Oddity(row.number, Kind.HEADING, f"Số trang «{cells[0]}» lẫn trong bảng; đã bỏ."))
            else:
                yield row
        elif cells:
            yield row


def _plain(cell: str) -> str:
    return " ".join(cell.casefold().split())


def _line(row: Row, layout: Layout, settled: Settled, oddities: list[Oddity]) -> Line | None:
    printed, text = (clean(layout.text(row, role), row.number, oddities) for role in (Role.NUMBER, Role.CONTENT))
    evidence, note = (clean(layout.text(row, role), row.number, oddities) for role in (Role.EVIDENCE, Role.NOTE))
    if row.is_cut:
        oddities.append(
            Oddity(row.number, Kind.CUT, "Nguồn kết thúc giữa dòng này: thiếu các ô sau; hãy so với bản gốc.")
        )
    _tell_filled(row, layout, oddities)
    is_bulleted = False
    if printed and not numbering.readings(printed):
        printed, text = _parted(printed, text)
    elif not printed and text:
        printed, text = numbering.split(text)
        is_bulleted = printed in numbering.BULLETS
    if not text and not printed:
        return None
    if (points_ := value_of(settled, row.number, About.POINTS)) is None:
        worth, is_from_text = _worth(row, layout, text, oddities)
    else:
        worth, is_from_text = _settled_worth(row, layout, text, points_), False
    line = Line(row.number, printed, text, worth, evidence, note, is_from_text, is_bulleted)
    return _as_settled(line, settled)


def _settled_worth(row: Row, layout: Layout, text: str, value: str) -> Worth | None:
    """The points that were settled, with what the source says of them beside: a ceiling, points taken away."""
    worth, _ = _worth(row, layout, text, [])
    return (worth or Worth(points.number("0")))._replace(points=points.number(value)) if value else None


def _as_settled(line: Line, settled: Settled) -> Line:
    number, place, kind = (value_of(settled, line.row, about) for about in (About.NUMBER, About.PLACE, About.KIND))
    is_filled = bool(number) and not line.number
    number = line.number if number is None else number
    return replace(line, number=number, place=place or "", kind=kind or "", is_filled=is_filled)


def _parted(printed: str, text: str) -> tuple[str, str]:
    """A number's cell that holds words: of a merged cell, or of a total."""
    number, rest = numbering.split(printed)
    return number, f"{rest} {text}".strip()


def clean(text: str, row: int, oddities: list[Oddity]) -> str:
    """The wording letter for letter, without left-overs of HTML, hidden characters and outer spaces, each told."""
    plain = _HIDDEN.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).replace("\u00a0", " ")
    bare = _TAG.sub("", _ENTITY.sub(lambda found: html.unescape(found[0]), plain)).replace("\u00a0", " ")
    if bare != plain:
        tags = sorted({found.lower() for found in [*_TAG.findall(plain), *_ENTITY.findall(plain)]})
        oddities.append(Oddity(row, Kind.MARKUP, f"Đã bỏ mã HTML sót lại: {' '.join(tags)}."))
    done = bare.strip()
    if plain != text or (bare != bare.strip() and bare.strip()):
        oddities.append(Oddity(row, Kind.SPACES, "Đã bỏ khoảng trắng thừa hoặc ký tự ẩn ở đầu, cuối hay trong ô."))
    if "\n" in done:
        what = f"Ô có {done.count(chr(10)) + 1} dòng chữ; đã giữ nguyên các chỗ xuống dòng trong một tiêu chí."
        oddities.append(Oddity(row, Kind.LINES, what))
    return done


def _tell_filled(row: Row, layout: Layout, oddities: list[Oddity]) -> None:
    filled = [role for role in (Role.SELF, Role.APPRAISED) if points.in_cell(layout.text(row, role))]
    if filled:
        what = "Cột tự chấm hoặc thẩm định đã có số; biểu chỉ lấy điểm tối đa, số này được bỏ qua."
        oddities.append(Oddity(row.number, Kind.FILLED_IN, what))


def _worth(row: Row, layout: Layout, text: str, oddities: list[Oddity]) -> tuple[Worth | None, bool]:
    cell = clean(layout.text(row, Role.MAX), row.number, [])
    said = points.in_text(text)
    if points.says_nothing(cell):
        return said, said is not None
    worth = points.in_cell(cell)
    if worth is None:
        what = f"Không hiểu ô điểm «{cell}»; hãy sửa thành một số."
        oddities.append(Oddity(row.number, Kind.UNCLEAR, what, blocks=True))
    elif worth.is_range:
        what = f"Ô điểm «{cell}» là một khoảng; đã lấy {points.shown(worth.points)} làm điểm tối đa."
        oddities.append(Oddity(row.number, Kind.RANGE, what))
    return worth, False


def _is_total(line: Line) -> bool:
    return not line.number and len(line.text) < _TOTAL_LENGTH and _TOTAL.match(line.text) is not None


def _add_settled(lines: list[Line], line: Line, oddities: list[Oddity]) -> None:
    """Take a line where it was said to belong."""
    if line.place == Place.OWN or not lines:
        lines.append(line)
        return
    last = lines[-1]
    oddities.append(Oddity(line.row, Kind.JOINED, f"Nối vào dòng {last.row}: «{_ending(last.text)}»."))
    words = " ".join(filter(None, (line.number, line.text)))
    gap = "\n" if line.number in numbering.BULLETS or _may_be_new(last, line) else " "
    evidence = "\n".join(filter(None, (last.evidence, line.evidence)))
    lines[-1] = replace(last, text=f"{last.text}{gap}{words}", worth=last.worth or line.worth, evidence=evidence)


def _add(lines: list[Line], line: Line, oddities: list[Oddity], *, is_after_total: bool) -> None:
    """Take a line, or join it to the one before when it continues that."""
    last = lines[-1] if lines else None
    if last is None or line.number or line.is_from_text:
        lines.append(line)
    elif is_after_total and line.worth is None:
        oddities.append(Oddity(line.row, Kind.FOOTNOTE, f"Chữ sau dòng tổng, không phải tiêu chí: «{line.text}»."))
    elif line.worth is None and (not line.is_heading or last.is_heading):
        lines[-1] = _joined(last, line, oddities)
    elif last.worth is None and line.text[:1].islower():
        lines[-1] = replace(_joined(last, line, oddities), worth=line.worth)
    else:
        lines.append(line)


def _joined(last: Line, line: Line, oddities: list[Oddity]) -> Line:
    what = f"Dòng không có số, không có điểm: đã nối vào dòng {last.row} vì là phần tiếp của «{_ending(last.text)}»."
    gap = " "
    if line.worth is not None:
        what = f"Đã nối vào dòng {last.row} vì là phần tiếp của «{_ending(last.text)}»; điểm lấy ở dòng này."
    elif _may_be_new(last, line):
        what = f"Dòng không có số, không có điểm: đã nối vào dòng {last.row}, chưa chắc là phần tiếp; hãy xem lại."
        gap = "\n"
    oddities.append(Oddity(line.row, Kind.JOINED, what))
    evidence = "\n".join(filter(None, (last.evidence, line.evidence)))
    return replace(last, text=f"{last.text}{gap}{line.text}", evidence=evidence)


def _may_be_new(last: Line, line: Line) -> bool:
    """Whether the one above seems to have ended where a line without number and points begins."""
    return line.worth is None and bool(_FINISHED.search(last.text)) and not line.text[:1].islower()


def _ending(text: str) -> str:
    return "…" + text[-30:].replace("\n", " ") if len(text) > 30 else text  # noqa: PLR2004  enough to find it
