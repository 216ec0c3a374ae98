"""The whole year, from the launch to the archive."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from actions.launch import launch
from actions.register import take_register
from config.programme import Programme
from config.register import RegisterRow
from danhgia.rehearse import collective, review, spots, staff
from danhgia.rehearse.agenda import Agenda
from danhgia.rehearse.cast import Part, Unit, parts
from danhgia.rehearse.stage import Stage
from danhgia.rehearse.units import enter, paper
from models.assessments import Assessment
from models.people import Account, Subject
from models.rounds import milestones
from states.actor import account

DAY = timedelta(days=1)
SCRIPTS = {"kiem-diem-xep-loai": review.write, "xep-loai-tap-the": collective.write}


def play(stage: Stage, rows: Sequence[RegisterRow], until: datetime | None = None) -> Iterator[datetime]:
    """Launch on the stage's instant and play until the archive, or `until`; yields the instant of each event."""
    stage.act(lambda session: _launch(session, stage, rows))
    agenda = Agenda(stage)
    script(stage.programme)(agenda, rows)
    yield from agenda.play(until)


def script(programme: Programme) -> Callable[[Agenda, Sequence[RegisterRow]], None]:
    """What puts a whole year of a programme on the agenda."""
    if programme.workflow.intake == "open":
        return spots.write
    if programme.workflow.slug in SCRIPTS:
        return SCRIPTS[programme.workflow.slug]
    return _write


def _launch(session: Session, stage: Stage, rows: Sequence[RegisterRow]) -> None:
    administrator = stage.staff["administrator"]
    take_register(session, rows, actor=administrator, now=stage.at)
    stage.round_id = launch(
        session,
        stage.programme,
        stage.year,
        [row.code for row in rows if row.active],
        document=paper(session, stage, "launch", "150-CV/CT"),
        actor=administrator,
        now=stage.at,
        live=False,
        smtp=False,
    )


def _cast(session: Session, stage: Stage, rows: Sequence[RegisterRow]) -> list[Unit]:
    chosen = select(Assessment, Subject).join(Subject, col(Subject.id) == col(Assessment.subject_id))
    found = session.exec(chosen.where(Assessment.round_id == stage.round_id).order_by(col(Assessment.id))).all()
    people = {one.email: account(one.id) for one in session.exec(select(Account))}
    by_code = {row.code: row for row in rows}
    drawn = parts(stage.programme, [one.kind for one, _ in found], stage.chance)
    return [
        Unit(
            id=one.id,
            code=subject.code,
            kind=one.kind,
            part=part,
            officer=people[by_code[subject.code].email_officer],
            head=people[by_code[subject.code].email_head],
            diligence=stage.chance.randint(70, 98),
        )
        for (one, subject), part in zip(found, drawn, strict=True)
    ]


def _write(agenda: Agenda, rows: Sequence[RegisterRow]) -> None:
    """Everything that is known beforehand: the units around their closings, the staff after them."""
    stage = agenda.stage
    cast = stage.act(lambda session: _cast(session, stage, rows))
    closings = stage.act(lambda session: _closings(session, cast))
    self_closes = max((at for unit, at in closings if unit.part is not Part.OWN), default=max(at for _, at in closings))
    due = stage.act(lambda session: _next_milestone(session, stage, self_closes))
    for unit, at in closings:
        enter(agenda, unit, at)
    others = [unit for unit in cast if unit.part is not Part.OWN]
    _staff_work(agenda, others, self_closes + 2 * DAY, due)


def _closings(session: Session, cast: list[Unit]) -> list[tuple[Unit, datetime]]:
    closes_at = {one.id: one.closes_at for one in session.exec(select(Assessment))}
    return [(unit, closes_at[unit.id]) for unit in cast]


def _next_milestone(session: Session, stage: Stage, after: datetime) -> datetime:
    later = [one.closes_at for one in milestones(session, stage.round_id) if one.closes_at > after]
    return min(later, default=after + 20 * DAY)


def _staff_work(agenda: Agenda, cast: list[Unit], begin: datetime, due: datetime) -> None:
    stage, length = agenda.stage, due - begin
    decided: list[int] = []

    def at(share: float) -> datetime:
        return begin + length * share

    def act(when: datetime, work: object, *given: object) -> None:
        agenda.put(when, lambda: stage.act(lambda session: work(session, stage, *given)))  # type: ignore[operator]

    act(begin - DAY, staff.assign_all, cast)
    staff.appraise_all(agenda, cast, begin, begin + 3 * DAY)
    act(at(0.5), staff.open_decision)
    agenda.put(at(0.6), lambda: decided.append(stage.act(lambda session: staff.decide_all(session, stage, cast))))
    agenda.put(at(0.7), lambda: stage.act(lambda session: staff.number_and_announce(session, stage, decided[0])))
    act(at(0.74), staff.rank_all)
    act(at(0.76), staff.draft_report)
    agenda.put(at(0.8), lambda: stage.act(lambda session: _redecide(session, stage, cast)))
    act(at(0.84), staff.rank_all)
    act(at(0.9), staff.hand_over)
    act(due + DAY, staff.archive)


def _redecide(session: Session, stage: Stage, cast: list[Unit]) -> None:
    unit = next((one for one in cast if one.part is Part.STEADY), None)
    if unit is not None:
        staff.number_and_announce(session, stage, staff.redecide_one(session, stage, unit))
