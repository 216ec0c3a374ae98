"""The report of differences: every appraised mark that is not the self mark, with its reason (AMB-DN-11)."""

import csv
from collections.abc import Sequence
from decimal import Decimal
from io import StringIO
from itertools import groupby
from typing import Final, NamedTuple

from models.assessments import MarkRow
from reports import wording
from reports.differences_xlsx import Differing, differences_xlsx
from reports.workbook import Cover
from scoring.numbers import format_points
from states import desk as desks
from states import history
from states.desk import Desk as Found
from states.desk_file import Difference, differing
from states.hold import hold_round
from web import desk_entries
from web.answers import Answer, Download, page
from web.asks import OfRound, Own
from web.desk_queue import carried, wanted_of
from web.edge import Desk, Here
from web.words import _

desk: Final = Desk()
SEPARATOR: Final = ";"
WORKBOOK: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Line(NamedTuple):
    """One difference in words."""

    dossier: int
    name: str
    code: str
    label: str
    own: str
    own_beside: str
    given: str
    given_beside: str
    change: str
    reason: str


@desk.get("/rounds/{round_id:id}/differences", asks=Own())
def differences_page(here: Here) -> Answer:
    """Where appraised marks differ from those of the units."""
    found = desks.desk_of(here.session, here.actor, here.path["round_id"])
    is_lead = desks.is_lead(here.session, here.actor, found.id)
    every = differing(here.session, here.actor, found.id, "mark")
    if not is_lead:
        confirmed = desks.confirmed(here.session, here.actor, {one.id for one in every})
        every = [one for one in every if one.id in confirmed]
    lines = _lines(found, every)
    return page(
        "desk/differences.html",
        desk=found,
        is_lead=is_lead,
        groups=[list(group) for _key, group in groupby(lines, key=lambda line: line.dossier)],
        count=len(lines),
        query=carried(wanted_of(here.query)),
    )


def _lines(found: Found, every: Sequence[Difference]) -> list[Line]:
    return [_line(found, one) for one in _ordered(found, every)]


def _ordered(found: Found, every: Sequence[Difference]) -> list[Difference]:
    """In the order of names, and within a dossier of the sheet."""
    order = {
        kind: {leaf.code: place for place, leaf in enumerate(found.programme.sheet_for(kind).leaves())}
        for kind in {one.kind for one in every}
    }
    known = [one for one in every if one.criterion in order[one.kind]]
    known.sort(key=lambda one: (desks.name_key(one.name), one.id, order[one.kind][one.criterion]))
    return known


def _change(one: Difference) -> Decimal:
    return one.appraised.points - (one.own.points if one.own else 0)


def _line(found: Found, one: Difference) -> Line:
    leaf = found.programme.sheet_for(one.kind).leaf(one.criterion)
    own, given = desk_entries.entry_in(one.own), desk_entries.entry_in(one.appraised)
    change = _change(one)
    return Line(
        dossier=one.id,
        name=one.name,
        code=leaf.code,
        label=leaf.label,
        own=desk_entries.told(own, one.own.points if one.own else None),
        own_beside=desk_entries.beside(leaf, own),
        given=desk_entries.told(given, one.appraised.points),
        given_beside=desk_entries.beside(leaf, given),
        change=f"+{format_points(change)}" if change > 0 else format_points(change).replace("-", "−"),
        reason=one.appraised.note,
    )


@desk.post("/rounds/{round_id:id}/differences/csv", asks=OfRound("export"))
def differences_csv(here: Here) -> Answer:
    """All differences of the round as plain text in columns."""
    found, every = _handed_out(here)
    content = _table(_lines(found, every)).encode("utf-8-sig")
    return Download(content, _name(found, "csv"), "text/csv; charset=utf-8")


@desk.post("/rounds/{round_id:id}/differences/xlsx", asks=OfRound("export"))
def differences_workbook(here: Here) -> Answer:
    """All differences of the round as an Excel workbook."""
    found, every = _handed_out(here)
    mark = wording.REHEARSAL if here.place.is_rehearsal else ""
    cover = Cover(found.title, mark, found.programme.title, found.programme.bodies.owner, here.now)
    content = differences_xlsx(cover, [_differing(found, one) for one in _ordered(found, every)])
    return Download(content, _name(found, "xlsx"), WORKBOOK)


def _handed_out(here: Here) -> tuple[Found, list[Difference]]:
    """The round and all differences in it; handing them out is recorded on the round's chain."""
    facts = hold_round(here.session, here.path["round_id"], actor=here.actor, now=here.now)
    found = desks.round_as_desk(here.session, facts.id)
    history.record(here.session, facts.link, "export", {"of": "differences"}, actor=here.actor, now=here.now)
    return found, differing(here.session, here.actor, facts.id, "export")


def _name(found: Found, ending: str) -> str:
    return _("Bảng sai khác điểm - %(title)s.%(ending)s") % {"title": found.title, "ending": ending}


def _differing(found: Found, one: Difference) -> Differing:
    leaf, own = found.programme.sheet_for(one.kind).leaf(one.criterion), one.own
    return Differing(
        name=one.name,
        code=leaf.code,
        label=leaf.label,
        own=_value(own) if own else None,
        given=_value(one.appraised),
        change=_change(one),
        reason=one.appraised.note,
    )


def _value(mark: MarkRow) -> Decimal | str | None:
    """Points as a number, everything else as it is told."""
    told = desk_entries.told(desk_entries.entry_in(mark), mark.points)
    return mark.points if told == format_points(mark.points) else told or None


def _table(lines: Sequence[Line]) -> str:
    text = StringIO()
    writer = csv.writer(text, delimiter=SEPARATOR)
    head = (_("Đơn vị"), _("Tiêu chí"), _("Nội dung"), _("Tự chấm"), _("Thẩm định"), _("Chênh lệch"), _("Lý do"))
    writer.writerow(head)
    for line in lines:
        row = (line.name, line.code, line.label, line.own, line.given, line.change, line.reason)
        writer.writerow([wording.harmless(value) for value in row])
    return text.getvalue()
