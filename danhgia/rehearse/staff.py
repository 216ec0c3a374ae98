"""What the staff does in a rehearsal: appraise, ask, conclude, decide, announce, rank, report, archive."""

from datetime import datetime, timedelta
from decimal import Decimal

from sqlmodel import Session

from actions import appraise, assign, decide, explain, rank, report
from actions.marks import Filled
from config.programme import LevelStatus
from config.sheet import Entry, Kind
from danhgia.rehearse import units
from danhgia.rehearse.agenda import Agenda
from danhgia.rehearse.cast import Part, Unit, lower
from danhgia.rehearse.stage import Stage
from models import assessments
from models.assessments import Assessment
from scoring.levels import level
from states.actor import Actor
from states.advance import advance_round

HOUR = timedelta(hours=1)
EXPLAINED_SHARE, SILENT_SHARE, CHANGED_SHARE = 0.2, 0.15, 0.12
QUESTION = "Đề nghị làm rõ số liệu và bổ sung tài liệu kiểm chứng của các tiêu chí này."


def doers(stage: Stage, cast: list[Unit]) -> dict[int, Actor]:
    """Who appraises which dossier, in turns; the second one is handed on after a declared conflict."""
    turns = {unit.id: stage.appraisers[number % len(stage.appraisers)] for number, unit in enumerate(cast)}
    return turns | {unit.id: stage.appraisers[2] for unit in cast[1:2]}


def assign_all(session: Session, stage: Stage, cast: list[Unit]) -> None:
    """Share the dossiers among the appraisers; the first of the second one's is handed on after a declared conflict."""
    lead = stage.staff["lead"]
    for number, appraiser in enumerate(stage.appraisers):
        ids = [unit.id for unit in cast[number :: len(stage.appraisers)]]
        assign.assign(session, stage.round_id, ids, appraiser.account_id or 0, actor=lead, now=stage.at)
    if len(cast) > 1:
        reason = "Người thân là lãnh đạo của đơn vị này."
        assign.declare_conflict(session, cast[1].id, reason, actor=stage.appraisers[1], now=stage.at)
        other = stage.appraisers[2].account_id or 0
        assign.assign(session, stage.round_id, [cast[1].id], other, actor=lead, now=stage.at)


class Appraisal:
    """The appraisal of one dossier, from its opening to its conclusion."""

    def __init__(self, agenda: Agenda, unit: Unit, doer: Actor, *, explained: bool, silent: bool) -> None:
        self.agenda, self.stage, self.unit, self.doer = agenda, agenda.stage, unit, doer
        self.explained, self.silent = explained, silent

    def enter(self, at: datetime) -> None:
        """Put the appraisal on the agenda."""
        self.agenda.put(at, lambda: self.stage.act(self._open))

    def _open(self, session: Session) -> None:
        appraise.start(session, self.unit.id, actor=self.doer, now=self.stage.at)
        if self.explained:
            self._ask(session)
        else:
            self.agenda.put(self.stage.at + 3 * HOUR, lambda: self.stage.act(self._mark))

    def _ask(self, session: Session) -> None:
        codes = [leaf.code for leaf in self.stage.programme.sheet_for(self.unit.kind).leaves() if not leaf.is_extra]
        criteria = sorted(self.stage.chance.sample(codes, 2))
        closes_at = self.stage.at + timedelta(days=2)
        request = explain.ask(
            session, self.unit.id, criteria, QUESTION, closes_at=closes_at, actor=self.doer, now=self.stage.at
        )
        if not self.silent:
            self.agenda.put(self.stage.at + 28 * HOUR, lambda: self.stage.act(lambda one: self._explain(one, request)))
        self.agenda.put(closes_at + HOUR, lambda: self.stage.act(self._mark))

    def _explain(self, session: Session, request: int) -> None:
        units.explain(session, self.stage, self.unit, request)

    def _mark(self, session: Session) -> None:
        """Lower some marks with a reason, agree with the rest, conclude; a dossier without marks concludes with 0."""
        stage, lead = self.stage, self.stage.staff["lead"]
        if assessments.marks(session, self.unit.id, "self"):
            changed = self._changes(session)
            if changed:
                appraise.save_marks(session, self.unit.id, changed, actor=self.doer, now=stage.at)
            left = appraise.untouched(session, self.unit.id, actor=self.doer)
            appraise.agree_untouched(session, self.unit.id, "", left, actor=self.doer, now=stage.at)
        appraise.conclude(session, self.unit.id, actor=lead, now=stage.at)

    def _changes(self, session: Session) -> dict[str, Filled]:
        sheet, own = self.stage.programme.sheet_for(self.unit.kind), assessments.marks(session, self.unit.id, "self")
        graded = [leaf for leaf in sheet.leaves() if leaf.kind is Kind.GRADED and own[leaf.code].points > 0]
        chosen = [leaf for leaf in graded if self.stage.chance.random() < CHANGED_SHARE]
        return {
            leaf.code: Filled(
                Entry(points=lower(sheet, leaf, own[leaf.code].points, self.stage.chance)),
                "Tài liệu kiểm chứng chưa đủ thông tin.",
            )
            for leaf in chosen
        }


def appraise_all(agenda: Agenda, cast: list[Unit], begin: datetime, end: datetime) -> None:
    """Appraise every dossier between two instants; some are asked to explain, and some of those stay silent."""
    chance, appraisers = agenda.stage.chance, doers(agenda.stage, cast)
    asked = [unit for unit in cast if unit.part in {Part.STEADY, Part.LAST_HOUR, Part.REVISES, Part.ASKS}]
    for number, unit in enumerate(cast):
        explained = bool(asked) and (unit is asked[0] or (unit in asked and chance.random() < EXPLAINED_SHARE))
        silent = explained and unit is not asked[0] and chance.random() < SILENT_SHARE
        at = end if unit.part is Part.EXTENDED else begin + (end - begin) * (number / len(cast))
        Appraisal(agenda, unit, appraisers[unit.id], explained=explained, silent=silent).enter(at)


def decide_all(session: Session, stage: Stage, cast: list[Unit]) -> int:
    """One decision on every appraised dossier; returns its id."""
    results = [_result(session, stage, unit) for unit in cast]
    return decide.decide(session, stage.round_id, results, actor=stage.staff["authority"], now=stage.at)


def _result(session: Session, stage: Stage, unit: Unit) -> decide.Result:
    levels, found = stage.programme.levels, session.get_one(Assessment, unit.id)
    if levels.status is not LevelStatus.UNCONFIRMED:
        return decide.Result(unit.id)
    band = level(found.appraised_total or Decimal(0), levels.bands)
    return decide.Result(unit.id, level=band.label if band else None)


def number_and_announce(session: Session, stage: Stage, decision_id: int) -> None:
    """Give the decision its number and signed copy, and tell each unit its own result."""
    document = units.paper(session, stage, "decision", "45-QĐ/CT")
    authority = stage.staff["authority"]
    decide.number_decision(session, decision_id, document, actor=authority, now=stage.at)
    decide.announce(session, decision_id, actor=authority, now=stage.at)


def redecide_one(session: Session, stage: Stage, unit: Unit) -> int:
    """The conclusion of the superior body changes one result; the old decision stays, annulled for that dossier."""
    found = session.get_one(Assessment, unit.id)
    total = max((found.decided_total or Decimal(0)) - Decimal(1), Decimal(0))
    reason = "Theo kết luận của cấp trên khi nghe báo cáo dự thảo."
    results = [decide.Result(unit.id, total=total, level=found.level, reason=reason)]
    document = units.paper(session, stage, "conclusion", "31-KL/CT")
    return decide.redecide(
        session,
        stage.round_id,
        results,
        reason=reason,
        document_id=document,
        actor=stage.staff["authority"],
        now=stage.at,
    )


def rank_all(session: Session, stage: Stage) -> None:
    """Give every dossier its place."""
    rank.rank_round(session, stage.round_id, actor=stage.staff["administrator"], now=stage.at)


def open_decision(session: Session, stage: Stage) -> None:
    """Move the round on to the decisions."""
    advance_round(session, stage.round_id, "open_decision", actor=stage.staff["administrator"], now=stage.at)


def draft_report(session: Session, stage: Stage) -> None:
    """Seal the draft of the report."""
    report.draft(session, stage.round_id, actor=stage.staff["administrator"], now=stage.at)


def hand_over(session: Session, stage: Stage) -> None:
    """Number the report and report the round."""
    administrator = stage.staff["administrator"]
    document = units.paper(session, stage, "report", "78-BC/CT")
    report.number_report(session, stage.round_id, document, actor=administrator, now=stage.at)
    report.report(session, stage.round_id, actor=administrator, now=stage.at)


def archive(session: Session, stage: Stage) -> None:
    """Archive the round."""
    report.archive(session, stage.round_id, actor=stage.staff["administrator"], now=stage.at)
