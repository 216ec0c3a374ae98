"""A decision as its form holds it: which dossiers, which results, why; tried out before anything is written."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, NoReturn

from actions import decide, decision_page, meeting_page, recognise
from actions.decide import Result
from actions.decision_page import Way
from actions.meeting_page import Around, Line
from actions.quotas import Effect
from actions.recognise import Award, Papers
from models.savepoint import savepoint
from scoring.numbers import parse_number
from states.errors import Refusal, Refused, refuse
from web import papers
from web.board import effects_of
from web.edge import Here
from web.meeting_form import ids
from web.words import _

PAPER: Final = "decision"
LONGEST: Final = 5_000


class _Tried(Exception):
    """Everything went well, and nothing of it is to stay."""


@dataclass(frozen=True, slots=True)
class Row:
    """One dossier that waits for a decision, with what stands in its fields."""

    line: Line
    is_ticked: bool
    level: str
    total: str
    reason: str


@dataclass(frozen=True, slots=True)
class Form:
    """A decision in the making."""

    around: Around
    way: Way
    rows: Sequence[Row]
    effects: Mapping[str, Sequence[Effect]]

    @property
    def ticked(self) -> list[Row]:
        """The dossiers that are on it."""
        return [row for row in self.rows if row.is_ticked]

    @property
    def is_beyond(self) -> bool:
        """Whether a quota is not, or not yet, kept with it."""
        return any(not one.verdict.held for effects in self.effects.values() for one in effects)


def form_of(here: Here, around: Around) -> Form:
    """What waits for a decision of the actor, with what was typed; untyped, all that waits is on it."""
    way = decision_page.way_of(around.programme)
    lines = decision_page.ready(here.session, around, here.actor, way) if way else []
    chosen = set(ids(here.typed.all("dossier"))) if here.typed.fields else {line.dossier.id for line in lines}
    rows = [_row(here, line, is_ticked=line.dossier.id in chosen) for line in lines]
    return Form(around, way, rows, _effects(here, around, rows))


def _row(here: Here, line: Line, *, is_ticked: bool) -> Row:
    key = line.dossier.id
    level = here.typed.get(f"level-{key}", line.voted or "")
    return Row(line, is_ticked, level, here.typed.line(f"total-{key}"), here.typed.get(f"reason-{key}").strip())


def _effects(here: Here, around: Around, rows: Sequence[Row]) -> dict[str, Sequence[Effect]]:
    """What the ticked levels do to the quotas they are under, by the name of their body."""
    ticked = [row for row in rows if row.is_ticked]
    codes = dict.fromkeys(row.line.dossier.body for row in ticked)
    labels = meeting_page.body_labels(here.session, around.programme, list(codes))
    levels = {row.line.dossier.id: row.level or None for row in ticked}
    kinds = {code: {row.line.dossier.kind for row in ticked if row.line.dossier.body == code} for code in codes}
    return {labels[code]: effects_of(here, around, code, levels, kinds=kinds[code]) for code in codes}


def settle(here: Here, form: Form, *, scan: bool) -> int:
    """Decide what is ticked, in one decision; returns its id. Refused with every reason."""
    if not form.ticked:
        raise refuse("dossiers", _("Chọn ít nhất một hồ sơ."))
    if any(len(row.reason) > LONGEST for row in form.ticked):
        raise refuse("reason", _("Lý do quá dài; rút gọn còn dưới 5.000 ký tự."))
    if form.way == "decide":
        results = [_result(row) for row in form.ticked]
        return decide.decide(here.session, form.around.id, results, actor=here.actor, now=here.now)
    document = papers.put(here, PAPER, "decision", _("quyết định"), scan=scan)
    given = [Award(row.line.dossier.id, row.level or None, row.reason) for row in form.ticked]
    own = Papers(document, minutes_of(here, form.around))
    return recognise.recognise(here.session, form.around.id, given, own, actor=here.actor, now=here.now)


def undo() -> NoReturn:
    """Take back what was tried within a savepoint."""
    raise _Tried


def try_out(here: Here, form: Form) -> list[str]:
    """What stands against deciding it so; nothing stays of the attempt."""
    return tried(here, partial(settle, here, form, scan=False))


def tried(here: Here, work: Callable[[], object]) -> list[str]:
    """What stands against some work, which is done and taken back."""
    try:
        with savepoint(here.session):
            work()
            undo()
    except _Tried:
        return []
    except Refused as refused:
        return [one.sentence for one in refused.refusals]


def minutes_of(here: Here, around: Around) -> int | None:
    """The minutes of the meeting that was named; of none but the actor's."""
    named = ids(here.typed.all("meeting"))
    known = {one.id: document for one, document in decision_page.ended_meetings(here.session, around, here.actor)}
    document = known.get(named[0]) if named else None
    return document.id if document else None


def _result(row: Row) -> Result:
    total = parse_number(row.total) if row.total else None
    if row.total and total is None:
        name = row.line.dossier.name
        raise Refused([Refusal("total", _("«%(name)s»: tổng điểm phải là số, ví dụ 92,5.") % {"name": name})])
    return Result(row.line.dossier.id, total, row.level or None, row.reason)
