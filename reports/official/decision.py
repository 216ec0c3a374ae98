"""The decision on results (quyết định công nhận kết quả, xếp loại): one document for many dossiers, with their list."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from docx.document import Document
from sqlmodel import Session

from reports import wording
from reports.frame import LONGEST_SUBJECT
from reports.official import frame
from reports.official.decision_records import Decided, Line, read
from reports.official.entry import File
from reports.official.frame import Official
from reports.paper import CENTER, Column, listing, tag, text
from reports.template_frame import NO, title
from scoring.numbers import format_points

NAME: Final = "decision"
_NAME: Final = Column(83, "{{ named }}", "{{ row.name }}")
_LEVEL: Final = Column(45, "{{ level_heading }}", "{{ row.level }}", CENTER)
_TABLES: Final = {
    "scored_only": (NO, Column(113, _NAME.heading, _NAME.cell), Column(40, "Điểm", "{{ row.total }}", CENTER)),
    "scored": (NO, _NAME, Column(25, "Điểm", "{{ row.total }}", CENTER), _LEVEL),
    "rated": (NO, Column(93, _NAME.heading, _NAME.cell), Column(60, _LEVEL.heading, _LEVEL.cell, CENTER)),
}


def build_template(layout: str) -> bytes:
    """The template of a layout; the list stands on an upright page of its own."""
    return frame.template(layout, lambda document: _body(document, layout), _annex, upright=True)


def _body(document: Document, layout: str) -> None:
    frame.resolved(document, layout)
    frame.articles(document)


def _annex(document: Document) -> None:
    tag(document, "if boards")
    title(document, "list", "{{ list_title }}")
    tag(document, "for board in boards")
    text(document, "{{ board.title }}", size=14, bold=True, before=8, after=4, with_next=True)
    for name, columns in _TABLES.items():
        tag(document, f"if table == '{name}'")
        listing(document, columns, "row in board.rows")
        tag(document, "endif")
    tag(document, "endfor")
    tag(document, "endif")


def make(session: Session, decision_id: int, now: datetime) -> File:  # noqa: ARG001  what it says does not depend on it
    """The decision as it stands; a draft until it has its number and its day."""
    one = read(session, decision_id)
    draft = "du-thao-" if one.is_draft else ""
    return File(f"{draft}quyet-dinh-{one.programme.slug}-{one.year}-{one.id}.docx", write(one))


def write(one: Decided) -> bytes:
    """The document; the same decision gives the same bytes."""
    official = _official(one)
    return frame.printed(NAME, official, {**frame.values(official, ["list"]), **_context(one)})


def _official(one: Decided) -> Official:
    return Official(
        head=replace(one.head, receivers=(f"Như Điều {2 + bool(one.replaced)}", *one.head.receivers)),
        type="Quyết định",
        sign="QĐ",
        about=f"công nhận kết quả {subject(one)}",
        year=one.year,
        paper=one.paper,
        bases=tuple(_bases(one)),
        draft=one.is_draft,
        rehearsal=one.rehearsal,
        made_at=one.decided_at,
    )


def subject(one: Decided) -> str:
    """What the results are of: the work of the programme, in its year."""
    return f"{wording.lower(one.programme.title)} năm {one.year}"


def _bases(one: Decided) -> Iterator[str]:
    yield from frame.cited(one.head.bases)
    if one.minutes.number or one.minutes.confidential:
        yield wording.numbered("Căn cứ Biên bản", one.minutes)
    if one.advised:
        yield f"{'Xét' if one.head.layout == 'party' else 'Theo'} đề nghị của {one.programme.bodies.owner}"


def _context(one: Decided) -> dict[str, Any]:
    alone = len(one.lines) == 1
    return {
        "decider": frame.decider(one.head),
        "articles": list(_articles(one)),
        "table": _table(one),
        "named": _named(one.lines),
        "level_heading": "Mức xếp loại" if one.rates else "Mức đơn vị đề nghị",
        "list_title": f"DANH SÁCH\n{wording.parted(f'công nhận kết quả {subject(one)}', LONGEST_SUBJECT)}",
        "boards": [] if alone else list(_boards(one.lines)),
    }


def _named(lines: Sequence[Line]) -> str:
    if all(line.person for line in lines):
        return "Họ và tên"
    return "Tên đơn vị, cá nhân" if any(line.person for line in lines) else "Tên đơn vị"


def _table(one: Decided) -> str:
    if not one.scored:
        return "rated"
    return "scored" if one.rates or any(line.proposed for line in one.lines) else "scored_only"


def _articles(one: Decided) -> Iterator[list[str]]:
    yield [*_recognised(one)]
    if one.replaced:
        cited = "; ".join(wording.numbered("Quyết định", paper) for paper in one.replaced)
        because = f" Lý do: {one.reason.rstrip('.')}." if one.reason else ""
        yield [f"Quyết định này thay thế {cited} đối với đối tượng nêu tại Điều 1.{because}"]
    concerned = "đối tượng có tên tại Điều 1" if len(one.lines) == 1 else "các đối tượng có tên trong danh sách"
    who = f"{one.programme.bodies.owner} và {concerned}" if one.advised else concerned
    yield [
        f"Quyết định này có hiệu lực kể từ ngày ký. {wording.upper(who)} chịu trách nhiệm thi hành Quyết định này./."
    ]


def _recognised(one: Decided) -> Iterator[str]:
    if len(one.lines) == 1:
        line = one.lines[0]
        yield f"Công nhận kết quả {subject(one)} của {called(line)}: {'; '.join(_result(line))}."
        return
    yield (
        f"Công nhận kết quả {subject(one)} đối với {wording.units(len(one.lines), wording.SUBJECTS)} "
        "(có danh sách kèm theo)."
    )
    counted = [(level, sum(line.level == level for line in one.lines)) for level in one.levels]
    if one.rates:
        yield "Trong đó: " + "; ".join(f"{level}: {wording.count(number)}" for level, number in counted if number) + "."


def called(line: Line) -> str:
    """A dossier as it is named in a sentence."""
    return f"đồng chí {line.name}" if line.person else line.name


def _result(line: Line) -> Iterator[str]:
    if line.total is not None:
        yield f"đạt {format_points(line.total)} điểm"
    if line.level:
        yield f"xếp loại “{line.level}”"
    elif line.proposed:
        yield f"mức xếp loại đơn vị đề nghị: “{line.proposed}”"


def _boards(lines: Sequence[Line]) -> Iterator[dict[str, Any]]:
    for kind, found in groupby(lines, lambda line: line.kind):
        yield {"title": kind, "rows": [_row(number, line) for number, line in enumerate(found, 1)]}


def _row(number: int, line: Line) -> dict[str, str]:
    return {
        "no": str(number),
        "name": line.name,
        "total": wording.points(line.total),
        "level": line.level or line.proposed or wording.NONE,
    }
