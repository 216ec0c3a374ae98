"""From a document to a criteria sheet: the data that `config.sheet` reads, and everything odd about it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import takewhile
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from config.sheet import Kind as Scored
from config.sheet import Sheet
from intake import bands, checks, criteria, outline, points, surroundings
from intake.columns import Layout, as_settled
from intake.lines import Line, gather
from intake.oddities import Kind, Oddity, in_order
from intake.parts import above
from intake.record import head, written
from intake.settled import NOTHING, About, Settled, value_of
from intake.sources import Source, read_source
from intake.tree import FILLED_NOTE, Node, grow, walk

STEPS: Final = (Decimal("0.25"), Decimal("0.1"), Decimal("0.05"), Decimal("0.01"), Decimal("0.0001"))
_CHOICES: Final = {Scored.CHOICE, Scored.CAPPED_CHOICE}
_OPENING: Final = re.compile(r"[\s,;:]*(?:đạt|có|từ|tỷ lệ)?[\s,;:]*$")


@dataclass(frozen=True, slots=True)
class Imported:
    """What was made of a source: `document` as YAML has it, each code's row; `sheet` None while something blocks.

    `top` and `totals` are the lines it was made of, `settled` what was taken into account.
    """

    document: Mapping[str, Any]
    rows: Mapping[str, int]
    oddities: tuple[Oddity, ...]
    sheet: Sheet | None
    source: Source
    top: tuple[Node, ...]
    totals: tuple[Line, ...]
    settled: Settled

    @property
    def layout(self) -> Layout:
        """What the columns of the source are, with what was settled about them."""
        return as_settled(self.source.layout, self.settled)

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
        """The sheet as a file that `config.sheet` loads once nothing blocks; what it came about by stands above it."""
        return head(self.oddities, self.settled) + written(self.document)


def read_sheet(path: Path) -> Imported:
    """Read the most probable sheet of a document, with nothing settled; ConfigError when it holds none."""
    return made_of(read_source(path))


def made_of(source: Source, settled: Settled = NOTHING) -> Imported:
    """What comes of a source with what was settled about it; the wording stays as it is in the source."""
    table, layout = source.table, as_settled(source.layout, settled)
    lines = gather(table.rows, layout, settled)
    top, numbered = grow(lines.lines)
    chosen = criteria.settle(top)
    before = above(table, layout)
    oddities = [*source.oddities, *table.oddities, *layout.oddities, *lines.oddities, *numbered, *chosen]
    oddities += [*checks.look(top, lines.totals), *surroundings.look(before), *outline.look(before, top)]
    oddities += checks.missing({str(role) for role in layout.columns}, [*before, *(line.text for line in lines.lines)])
    names = _names(source, before, settled, oddities)
    document = names | _document(top, lines.totals, oddities)
    sheet = _checked(document, oddities)
    rows = {node.code: node.line.row for node in walk(top)}
    return Imported(document, rows, in_order(oddities), sheet, source, tuple(top), tuple(lines.totals), settled)


def _names(source: Source, before: Sequence[str], settled: Settled, oddities: list[Oddity]) -> dict[str, Any]:
    title = value_of(settled, None, About.TITLE) or surroundings.title_of(before)
    if title is None:
        what = f"Không thấy tên biểu phía trên bảng; tạm lấy tên tệp «{source.name}»."
        oddities.append(Oddity(None, Kind.TITLE, what))
    slug = value_of(settled, None, About.SLUG) or source.slug
    return {"slug": slug, "title": title or source.name, "status": "official"}


def _checked(document: Mapping[str, Any], oddities: list[Oddity]) -> Sheet | None:
    """The sheet, when nothing in it contradicts itself and nothing odd blocks it."""
    try:
        sheet = Sheet.model_validate(document)
    except ValidationError as error:
        if not any(oddity.blocks for oddity in oddities):
            oddities += [
                Oddity(None, Kind.REFUSED, f"Biểu chưa dùng được: {one['msg']}.", blocks=True) for one in error.errors()
            ]
        return None
    return None if any(oddity.blocks for oddity in oddities) else sheet


def _document(top: Sequence[Node], totals: Sequence[Line], oddities: list[Oddity]) -> dict[str, Any]:
    printed = [line.worth.points for line in totals if line.worth]
    known = criteria.worth_of(top)
    total = printed[-1] if printed else known
    if total is None or all(node.kind in {Scored.CHECK, Scored.GROUP} and node.points is None for node in walk(top)):
        total = sum((node.points for node in top if node.points is not None and node.extra is None), Decimal(0))
    step = _step(top)
    if step != STEPS[0]:
        what = f"Có điểm không chia hết cho 0,25; bước chấm được đặt là {points.shown(step)}."
        oddities.append(Oddity(None, Kind.STEP, what))
    return {"step": step, "total": total, "criteria": [_criterion(node, oddities) for node in top]}


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
