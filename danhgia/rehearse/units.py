"""What units do in a rehearsal: score, submit, revise, ask for more time, raise difficulties, explain."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlmodel import Session

from actions import self_assess
from actions.difficulties import answer_difficulty, raise_difficulty
from actions.documents import put_document
from actions.explain import answer
from actions.extension import ask_extension, grant_extension
from actions.forward import send_up
from actions.marks import Filled
from config.calendar import LOCAL, local_day
from danhgia.rehearse.agenda import Agenda
from danhgia.rehearse.cast import Part, Unit, scores
from danhgia.rehearse.stage import Stage
from models.assessments import Assessment, items

LEVELS = ("Xuất sắc", "Tốt", "Khá")
DAY = timedelta(days=1)


def paper(session: Session, stage: Stage, kind: str, number: str) -> int:
    """A signed document of the rehearsal, by its id."""
    signer = "Phan Văn Mẫu"
    digest = stage.chance.randbytes(32).hex()
    made = put_document(
        session, kind=kind, number=number, dated=local_day(stage.at), signer=signer, file_hash=digest, now=stage.at
    )
    return made.id


def enter(agenda: Agenda, unit: Unit, closes_at: datetime) -> None:
    """Put what a unit does before and around its closing on the agenda."""
    PLAYS[unit.part](agenda, unit, closes_at)


def _during(stage: Stage, closes_at: datetime, begin: float, end: float) -> datetime:
    """An office hour at some share of the time that is left."""
    day = stage.at + (closes_at - stage.at) * stage.chance.uniform(begin, end)
    return day.astimezone(LOCAL).replace(hour=stage.chance.randint(8, 16), minute=stage.chance.randrange(60))


def _draft(agenda: Agenda, unit: Unit, at: datetime, *, part: float = 1.0) -> None:
    stage = agenda.stage
    filled = scores(stage.programme.sheet_for(unit.kind), unit.diligence, stage.chance)
    kept = dict(list(filled.items())[: max(1, int(len(filled) * part))])
    agenda.put(at, lambda: stage.act(lambda session: _save(session, stage, unit, kept)))


def _save(session: Session, stage: Stage, unit: Unit, filled: Mapping[str, Filled]) -> None:
    self_assess.save(session, unit.id, filled, actor=unit.officer, now=stage.at)


def _submit(agenda: Agenda, unit: Unit, at: datetime) -> None:
    agenda.put(at, lambda: agenda.stage.act(lambda session: submit(session, agenda.stage, unit)))


def submit(session: Session, stage: Stage, unit: Unit) -> None:
    """Submit with what the programme wants to go with it."""
    programme = stage.programme
    level = LEVELS[0 if unit.diligence > 92 else 1 if unit.diligence > 80 else 2] if programme.proposes_level else None  # noqa: PLR2004  invented shares
    document = None
    if programme.submission.report == "at_once":
        document = paper(session, stage, "self_report", f"{unit.id:02}/BC-{unit.code.upper()}")
    self_assess.submit(session, unit.id, actor=unit.head, now=stage.at, proposed_level=level, document_id=document)


def _steady(agenda: Agenda, unit: Unit, closes_at: datetime) -> None:
    begun = _during(agenda.stage, closes_at, 0.1, 0.6)
    _draft(agenda, unit, begun)
    _submit(agenda, unit, begun + timedelta(hours=agenda.stage.chance.randint(2, 60)))


def _last_hour(agenda: Agenda, unit: Unit, closes_at: datetime) -> None:
    _draft(agenda, unit, closes_at - timedelta(hours=3))
    _submit(agenda, unit, closes_at - timedelta(seconds=agenda.stage.chance.randint(1, 3500)))


def _revises(agenda: Agenda, unit: Unit, closes_at: datetime) -> None:
    stage = agenda.stage
    _steady(agenda, unit, closes_at)
    again = closes_at - timedelta(days=3)
    agenda.put(again, lambda: stage.act(lambda session: _revise(session, stage, unit)))
    _draft(agenda, unit, again + timedelta(hours=1))
    _submit(agenda, unit, again + timedelta(hours=2))


def _revise(session: Session, stage: Stage, unit: Unit) -> None:
    self_assess.revise(session, unit.id, actor=unit.officer, now=stage.at)


def _asks(agenda: Agenda, unit: Unit, closes_at: datetime) -> None:
    stage = agenda.stage
    _steady(agenda, unit, closes_at)
    raised: list[int] = []
    at = _during(stage, closes_at, 0.05, 0.3)
    agenda.put(at, lambda: raised.append(stage.act(lambda session: _raise(session, stage, unit))))
    agenda.put(at + DAY, lambda: stage.act(lambda session: _answer_difficulty(session, stage, raised[0])))


def _raise(session: Session, stage: Stage, unit: Unit) -> int:
    question = "Đơn vị mới sáp nhập bộ phận, đề nghị hướng dẫn số liệu lấy từ thời điểm nào."
    return raise_difficulty(session, unit.id, question, actor=unit.officer, now=stage.at)


def _answer_difficulty(session: Session, stage: Stage, difficulty: int) -> None:
    text = "Lấy số liệu cả năm của bộ phận đã sáp nhập, ghi rõ ở phần thuyết minh."
    answer_difficulty(session, difficulty, text, actor=stage.staff["administrator"], now=stage.at)


def _extended(agenda: Agenda, unit: Unit, closes_at: datetime) -> None:
    """Half a draft, a plea on the last day, granted after the closing, submitted on the day after (AMB-DN-1)."""
    stage = agenda.stage
    _draft(agenda, unit, closes_at - timedelta(days=2), part=0.5)
    agenda.put(closes_at - timedelta(hours=8), lambda: stage.act(lambda session: _plead(session, stage, unit)))
    agenda.put(closes_at + timedelta(hours=9), lambda: stage.act(lambda session: _grant(session, stage, unit)))
    _draft(agenda, unit, closes_at + timedelta(hours=30))
    _submit(agenda, unit, closes_at + timedelta(hours=33))


def _plead(session: Session, stage: Stage, unit: Unit) -> None:
    reason = "Trụ sở ngập do mưa lũ, chưa lấy được hồ sơ minh chứng."
    ask_extension(session, unit.id, reason, actor=unit.head, now=stage.at)


def _grant(session: Session, stage: Stage, unit: Unit) -> None:
    grant_extension(
        session,
        unit.id,
        until=local_day(stage.at + 3 * DAY),
        reason="Đơn vị bị ảnh hưởng của thiên tai, có xác nhận của chính quyền địa phương.",
        document=paper(session, stage, "extension", "12-CV/CT"),
        actor=stage.staff["administrator"],
        now=stage.at,
    )


def _forgets(agenda: Agenda, unit: Unit, closes_at: datetime) -> None:
    """Everything scored and never submitted (RULES vector 3 and the commonest cause of a zero)."""
    _draft(agenda, unit, _during(agenda.stage, closes_at, 0.4, 0.9))


def _absent(agenda: Agenda, unit: Unit, closes_at: datetime) -> None:
    """Nothing at all."""


def _late(agenda: Agenda, unit: Unit, closes_at: datetime) -> None:
    _draft(agenda, unit, closes_at - timedelta(days=1), part=0.7)
    _draft(agenda, unit, closes_at + timedelta(hours=20))
    _submit(agenda, unit, closes_at + timedelta(hours=26))


def _own(agenda: Agenda, unit: Unit, closes_at: datetime) -> None:
    """The body's own dossier is submitted and sent up two days before its closing (VG-2.5)."""
    stage = agenda.stage
    _draft(agenda, unit, closes_at - timedelta(days=4))
    _submit(agenda, unit, closes_at - timedelta(days=3))
    agenda.put(closes_at - timedelta(days=2), lambda: stage.act(lambda session: _send_up(session, stage, unit)))


def _send_up(session: Session, stage: Stage, unit: Unit) -> None:
    document = paper(session, stage, "forwarding", f"{100 + unit.id}/UBND-NV")
    send_up(session, unit.id, document, actor=stage.staff["authority"], now=stage.at)


PLAYS = {
    Part.STEADY: _steady,
    Part.LAST_HOUR: _last_hour,
    Part.REVISES: _revises,
    Part.ASKS: _asks,
    Part.EXTENDED: _extended,
    Part.FORGETS: _forgets,
    Part.ABSENT: _absent,
    Part.LATE: _late,
    Part.OWN: _own,
}


def explain(session: Session, stage: Stage, unit: Unit, request: int) -> None:
    """Answer every criterion a question names."""
    answers = {one.criterion: "Đơn vị bổ sung báo cáo số liệu và biên bản kèm theo." for one in items(session, request)}
    answer(session, request, answers, actor=unit.officer, now=stage.at)


def state_of(session: Session, unit: Unit) -> str:
    """The state of a unit's dossier."""
    return session.get_one(Assessment, unit.id).state
