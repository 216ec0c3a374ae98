"""From a document to a criteria sheet: the data that `config.sheet` reads, and everything odd about it."""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import takewhile
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import ValidationError

from config.sheet import Kind as Scored
from config.sheet import Sheet
from intake import bands, checks, criteria, outline, points, surroundings
from intake.columns import Layout
from intake.lines import Line, gather
from intake.oddities import Kind, Oddity, in_order, refuse
from intake.parts import whole
from intake.plain import read_csv, read_txt
from intake.tables import Row, Table, too_large
from intake.tree import FILLED_NOTE, Node, grow, walk
from intake.word import read_docx
from intake.workbook import read_xlsx

READERS: Final[Mapping[str, Callable[[Path], list[Table]]]] = {
    ".docx": read_docx,
    ".xlsx": read_xlsx,
    ".csv": read_csv,
    ".txt": read_txt,
}
STEPS: Final = (Decimal("0.25"), Decimal("0.1"), Decimal("0.05"), Decimal("0.01"), Decimal("0.0001"))
_CHOICES: Final = {Scored.CHOICE, Scored.CAPPED_CHOICE}
_NO_TABLE: Final = (
    "Không thấy bảng tiêu chí: cần một bảng có dòng tiêu đề như «TT, Nội dung, Điểm tối đa»; "
    "nếu bảng là ảnh, hãy gõ lại."
)
_OPENING: Final = re.compile(r"[\s,;:]*(?:đạt|có|từ|tỷ lệ)?[\s,;:]*$")


@dataclass(frozen=True, slots=True)
class Imported:
    """A sheet as it was read: `document` as YAML has it, with each code's row; `sheet` None while something blocks.

    `source` are the rows of the table below its heading.
    """

    document: Mapping[str, Any]
    rows: Mapping[str, int]
    oddities: tuple[Oddity, ...]
    sheet: Sheet | None
    source: tuple[Row, ...]

    @property
    def total(self) -> Decimal:
        total: Decimal = self.document["total"]
        return total

    @property
    def scored_items(self) -> int:
        return len(self._leaves())

    @property
    def choose_one(self) -> int:
        return sum(leaf["kind"] in {str(kind) for kind in _CHOICES} for leaf in self._leaves())

    def _leaves(self) -> list[Mapping[str, Any]]:
        return [one for one in _flat(self.document["criteria"]) if "children" not in one]

    def as_yaml(self) -> str:
        """The sheet as a file that `config.sheet` loads once nothing blocks; what is open stands above it."""
        told = [f"# {_place(one)}{' '.join(one.what.split())}\n" for one in self.oddities if one.blocks]
        head = "".join(["# Còn phải giải quyết trước khi dùng:\n", *told]) if told else ""
        return head + yaml.dump(self.document, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=100_000)


def read_sheet(path: Path) -> Imported:
    """Read a criteria sheet from a document; ConfigError in one Vietnamese sentence when it holds none."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise refuse(path, f"Chỉ nhập được tệp {', '.join(READERS)}; hãy lưu lại ở một trong các dạng đó.")
    try:
        tables = reader(path)
    except OSError as error:
        raise refuse(path, f"Không đọc được tệp: {os.strerror(error.errno or 0)}.") from None
    found = whole(tables)
    if found is None:
        raise refuse(path, _NO_TABLE)
    table, layout, oddities = found
    too_much = too_large(table.rows)
    if too_much:
        raise refuse(path, too_much)
    return _imported(path, table, layout, oddities)


def _imported(path: Path, table: Table, layout: Layout, oddities: list[Oddity]) -> Imported:
    lines = gather(table.rows, layout)
    if not lines.lines:
        raise refuse(path, _NO_TABLE)
    top, numbered = grow(lines.lines)
    settled = criteria.settle(top)
    before = [*table.before, *(" ".join(filter(None, row.cells)) for row in table.rows[: max(layout.first - 1, 0)])]
    title = surroundings.title_of(before)
    if title is None:
        oddities.append(Oddity(None, Kind.TITLE, f"Không thấy tên biểu phía trên bảng; tạm lấy tên tệp «{path.stem}»."))
    oddities += [*table.oddities, *layout.oddities, *lines.oddities, *numbered, *settled]
    oddities += [*checks.look(top, lines.totals), *surroundings.look(before), *outline.look(before, top)]
    oddities += checks.missing({str(role) for role in layout.columns}, [*before, *(line.text for line in lines.lines)])
    document = _document(surroundings.slug_of(path.stem), title or path.stem, top, lines.totals, oddities)
    rows = {node.code: node.line.row for node in walk(top)}
    return _checked(document, rows, oddities, tuple(table.rows[layout.first :]))


def _checked(
    document: Mapping[str, Any], rows: Mapping[str, int], oddities: list[Oddity], source: tuple[Row, ...]
) -> Imported:
    try:
        sheet = Sheet.model_validate(document)
    except ValidationError as error:
        sheet = None
        if not any(oddity.blocks for oddity in oddities):
            oddities += [
                Oddity(None, Kind.REFUSED, f"Biểu chưa dùng được: {one['msg']}.", blocks=True) for one in error.errors()
            ]
    is_open = any(oddity.blocks for oddity in oddities)
    return Imported(document, rows, in_order(oddities), None if is_open else sheet, source)


def _document(
    slug: str, title: str, top: Sequence[Node], totals: Sequence[Line], oddities: list[Oddity]
) -> Mapping[str, Any]:
    printed = [line.worth.points for line in totals if line.worth]
    known = criteria.worth_of(top)
    total = printed[-1] if printed else known
    if total is None or all(node.kind in {Scored.CHECK, Scored.GROUP} and node.points is None for node in walk(top)):
        total = sum((node.points for node in top if node.points is not None and node.extra is None), Decimal(0))
    step = _step(top)
    if step != STEPS[0]:
        what = f"Có điểm không chia hết cho 0,25; bước chấm được đặt là {points.shown(step)}."
        oddities.append(Oddity(None, Kind.STEP, what))
    document: dict[str, Any] = {"slug": slug, "title": title, "status": "official", "step": step, "total": total}
    return document | {"criteria": [_criterion(node, oddities) for node in top]}


def _step(top: Sequence[Node]) -> Decimal:
    known = [node.points for node in walk(top) if node.points is not None]
    return next((step for step in STEPS if not any(one % step for one in known)), STEPS[-1])


def _criterion(node: Node, oddities: list[Oddity]) -> dict[str, Any]:
    own: dict[str, Any] = {"code": node.code, "label": node.line.text, "kind": str(node.kind)}
    if node.points is not None and not (node.kind == Scored.GROUP and node.extra):
        own["max"] = node.points
    elif node.is_option_parent:
        own["max"] = max((child.points for child in node.children if child.points is not None), default=Decimal(0))
    notes = [FILLED_NOTE if node.is_filled else "", node.line.note]
    own |= {"note": "\n".join(filter(None, notes))} if any(notes) else {}
    evidence = [line.strip() for line in node.line.evidence.split("\n") if line.strip()]
    own |= {"evidence": evidence} if evidence else {}
    own |= _formula(node)
    if node.is_option_parent:
        return own | _options(node, oddities)
    return own | ({"children": [_criterion(child, oddities) for child in node.children]} if node.children else {})


def _formula(node: Node) -> dict[str, Any]:
    ratio = points.ratio_of(node.line.text) if node.kind == Scored.RATIO else None
    return {"done_label": ratio.done, "assigned_label": ratio.assigned} if ratio else {}


def _options(node: Node, oddities: list[Oddity]) -> dict[str, Any]:
    options = [{"code": child.code, "label": child.line.text, "points": child.points} for child in node.children]
    options = [{key: value for key, value in option.items() if value is not None} for option in options]
    found = [bands.band_of(child.line.text) for child in node.children]
    known = [band for band in found if band is not None]
    common = _common([child.line.text for child in node.children])
    if node.kind != Scored.CAPPED_CHOICE or len(known) < len(found) or not common or not bands.falls(known):
        return {"options": options}
    for option, band in zip(options, known, strict=True):
        option["share"] = str(Fraction(band.low / bands.WHOLE))
    what = f"Các mức phần trăm của {node.code} liền nhau và đủ đến 0%; tỷ lệ được tính trên «{common}», hãy soát lại."
    oddities.append(Oddity(node.line.row, Kind.SHARE, what))
    return {"options": options, "share_of": common}


def _common(texts: Sequence[str]) -> str:
    """The words with which all the texts begin, without those that lead over to a percentage."""
    words = takewhile(lambda some: len(set(some)) == 1, zip(*(text.split() for text in texts), strict=False))
    return _OPENING.sub("", " ".join(some[0] for some in words))


def _flat(criteria_: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return [one for criterion in criteria_ for one in (criterion, *_flat(criterion.get("children", ())))]


def _place(oddity: Oddity) -> str:
    return f"Dòng {oddity.row}: " if oddity.row else ""


class _Dumper(yaml.SafeDumper):
    """Writes points as the plain numbers that `config.yamlfile` reads."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002  PyYAML's own
        super().increase_indent(flow, indentless=False)


def _number(dumper: yaml.SafeDumper, value: Decimal) -> yaml.ScalarNode:
    plain = value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()
    tag = "int" if plain == plain.to_integral_value() else "float"
    return dumper.represent_scalar(f"tag:yaml.org,2002:{tag}", f"{plain:f}")


_Dumper.add_representer(Decimal, _number)
