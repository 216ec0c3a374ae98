"""A dossier's sheet as its appraiser sees it: self and appraised marks side by side, and what is missing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from sqlmodel import Session

from actions import appraise
from actions.assign import leaves_in
from actions.self_assess import sheet_of
from config.sheet import Criterion, Entry, Sheet
from models import assessments
from models.assessments import MarkRow
from models.evidence import in_force
from scoring import marks as scoring
from scoring.marks import Totals
from scoring.numbers import format_points
from states import desk as desks
from states.actor import Actor
from states.desk_file import Asked, questions
from states.errors import NotAllowed, Refused
from states.facts import Dossier
from states.machine import choose, demand_open
from web import desk_entries
from web.evidence_view import Piece, pieces
from web.sheet_form import Fields, standing
from web.sheet_view import Row
from web.words import _


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One criterion with the fields of its appraised mark in `row`, or the head of a group, which has none.

    `mine` says whether the actor may appraise it; `agree` how many untouched marks a group offers to agree with.
    """

    criterion: Criterion
    depth: int
    anchor: str
    row: Row | None = None
    own: str = ""
    own_beside: str = ""
    own_note: str = ""
    own_fields: Fields = field(default_factory=dict)
    given: str = ""
    given_beside: str = ""
    given_note: str = ""
    mine: bool = False
    differs: bool = False
    agree: int = 0
    asked: tuple[tuple[Asked, str | None], ...] = ()

    @property
    def problem(self) -> str:
        """The sentence against what was typed."""
        return self.row.problem if self.row else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """Everything of a dossier that the pages of its appraisal show."""

    facts: Dossier
    sheet: Sheet
    own: Mapping[str, MarkRow]
    appraised: Mapping[str, MarkRow]
    mine: frozenset[str]
    parts: Sequence[str]
    files: Mapping[str, Sequence[Piece]]
    asked: Sequence[Asked]
    own_totals: Totals
    totals: Totals

    @property
    def missing(self) -> tuple[str, ...]:
        """The criteria that wait for their appraised mark, in the order of the sheet."""
        waiting = set(self.totals.missing) | (self.own.keys() - self.appraised.keys())
        return tuple(code for code in leaves_in(self.sheet, "") if code in waiting)

    @property
    def missing_mine(self) -> tuple[str, ...]:
        """Those of them that are the actor's."""
        return tuple(code for code in self.missing if code in self.mine)

    @property
    def done_mine(self) -> int:
        """How many of the actor's criteria have their mark."""
        return len(self.mine) - len(self.missing_mine)

    @property
    def untouched(self) -> frozenset[str]:
        """The actor's criteria with a self mark and none of the appraisal."""
        return frozenset(self.own.keys() - self.appraised.keys()) & self.mine


def opened(session: Session, facts: Dossier, actor: Actor) -> Opened:
    """Read a dossier, in a number of queries that no sheet changes."""
    sheet = sheet_of(facts)
    own, appraised = (assessments.marks(session, facts.id, copy) for copy in ("self", "appraised"))
    parts = desks.parts(session, actor, [facts.id]).get(facts.id, ())
    return Opened(
        facts=facts,
        sheet=sheet,
        own=own,
        appraised=appraised,
        mine=frozenset(code for part in parts for code in leaves_in(sheet, part)),
        parts=parts,
        files=_files(session, facts),
        asked=questions(session, facts.id),
        own_totals=scoring.totals(sheet, _entries(own)),
        totals=scoring.totals(sheet, _entries(appraised)),
    )


def _files(session: Session, facts: Dossier) -> dict[str, list[Piece]]:
    """What went with the submission and came with answers, by criterion."""
    files: dict[str, list[Piece]] = {}
    evidence = in_force(session, facts.id, facts.submitted_at) if facts.submitted_at else ()
    for one in pieces(session, facts, evidence):
        files.setdefault(one.criterion, []).append(one)
    return files


def _entries(marks: Mapping[str, MarkRow]) -> dict[str, Entry]:
    return {code: Entry.model_validate_json(mark.entry) for code, mark in marks.items()}


def closed_by(facts: Dossier) -> str:
    """Why marks cannot be written now; empty when they can, or when the first of them begins the appraisal."""
    workflow = facts.programme.workflow.assessment
    try:
        if workflow.steps("start_appraisal", facts.state):
            choose(facts, "start_appraisal", frozenset())
            return ""
        steps = {step.do for step in workflow.leaving(facts.state)}
        concluding = next((one for one in appraise.CONCLUDING if one in steps), None)
        if concluding is None:
            return _only_read(facts)
        demand_open(facts, concluding)
    except (Refused, NotAllowed) as refused:
        return str(refused)
    return ""


def _only_read(facts: Dossier) -> str:
    label = facts.programme.workflow.assessment.states[facts.state].label
    return _("Hồ sơ ở trạng thái «%(label)s»; điểm thẩm định chỉ để xem.") % {"label": label}


def may(facts: Dossier, trigger: str) -> bool:
    """Whether a step is open to the actor, whatever else may still be missing for it."""
    try:
        demand_open(facts, trigger)
    except (Refused, NotAllowed):
        return False
    return True


def may_ask(facts: Dossier) -> bool:
    """Whether a question may be put; the first one begins the appraisal, as the first mark does."""
    if facts.programme.workflow.assessment.steps("start_appraisal", facts.state):
        return not closed_by(facts)
    return may(facts, "ask_explanation")


def lines(dossier: Opened) -> list[Line]:
    """The whole sheet, groups and criteria, in its order."""
    return list(_lines(dossier, dossier.sheet.criteria, 0, offered=False))


def _lines(dossier: Opened, criteria: Iterable[Criterion], depth: int, *, offered: bool) -> Iterator[Line]:
    for criterion in criteria:
        if not criterion.children:
            yield line(dossier, criterion, depth)
            continue
        codes = frozenset(leaves_in(dossier.sheet, criterion.code))
        whole = codes <= dossier.mine
        agree = 0 if offered or not whole else len(codes & dossier.untouched)
        yield _head(dossier, criterion, depth, agree)
        yield from _lines(dossier, criterion.children, depth + 1, offered=offered or whole)


def _head(dossier: Opened, criterion: Criterion, depth: int, agree: int) -> Line:
    own, given = (totals.groups[criterion.code] for totals in (dossier.own_totals, dossier.totals))
    return Line(
        criterion=criterion,
        depth=depth,
        anchor=f"tc-{criterion.code}",
        own=_points(own) if dossier.own else "",
        given=_points(given),
        agree=agree,
    )


def line(dossier: Opened, criterion: Criterion, depth: int = 0) -> Line:
    """One criterion as it stands."""
    code = criterion.code
    own, given = dossier.own.get(code), dossier.appraised.get(code)
    own_entry, entry = desk_entries.entry_in(own), desk_entries.entry_in(given)
    key = f"k{leaves_in(dossier.sheet, '').index(code) + 1}"
    return Line(
        criterion=criterion,
        depth=depth,
        anchor=f"tc-{code}",
        row=desk_entries.row_of(criterion, dossier.sheet, key, given, dossier.files.get(code, ())),
        own=desk_entries.told(own_entry, own.points if own else None),
        own_beside=desk_entries.beside(criterion, own_entry),
        own_note=own.note if own else "",
        own_fields=standing(own),
        given=desk_entries.told(entry, given.points if given else None),
        given_beside=desk_entries.beside(criterion, entry),
        given_note=given.note if given else "",
        mine=code in dossier.mine,
        differs=given is not None and (own is None or entry != own_entry),
        asked=tuple((one, item.answer) for one in dossier.asked for item in one.items if item.criterion == code),
    )


def retyped(every: Sequence[Line], typed: Mapping[str, Fields], problems: Mapping[str, str]) -> list[Line]:
    """The lines with what was typed in their fields, and the sentences that stand against it."""
    return [_retyped(one, typed, problems) for one in every]


def _retyped(one: Line, typed: Mapping[str, Fields], problems: Mapping[str, str]) -> Line:
    code = one.criterion.code
    if one.row is None or code not in typed:
        return one
    return replace(one, row=desk_entries.retyped(one.row, typed[code], problems.get(code, "")))


def by_criterion(sentences: Iterable[str], codes: Iterable[str]) -> tuple[dict[str, str], list[str]]:
    """Sentences by the criterion they begin with, and those of no criterion."""
    known, told = list(codes), dict[str, str]()
    others = []
    for sentence in sentences:
        code = next((code for code in known if sentence.startswith(f"Tiêu chí {code}:")), None)
        if code is None:
            others.append(sentence)
        else:
            told[code] = f"{told[code]} {sentence}" if code in told else sentence
    return told, others


def _points(value: Decimal) -> str:
    return format_points(value)
