"""A year of the 30/70 sheet: self-scoring, appraisal from below, opinions, verification, ballots (S2, RULES 7.3)."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from operator import attrgetter

from sqlmodel import Session, col, select

from actions import answers, appraise, explain, opinions, self_assess, statements
from actions.accounts import add_account, grant
from actions.marks import Filled
from actions.propose import propose
from config.calendar import start_of
from config.register import RegisterRow
from config.sheet import Criterion, Entry, Kind
from danhgia.rehearse import cast, merits, staff
from danhgia.rehearse.agenda import Agenda
from danhgia.rehearse.cast import scores
from danhgia.rehearse.merits import LEVELS, Merit
from danhgia.rehearse.sitting import Bodies, Sitting, awards
from danhgia.rehearse.stage import CONSOLE, Stage
from danhgia.rehearse.units import paper
from models.assessments import Assessment
from models.opinions import of_body
from models.people import Account, Subject
from scoring.shares import option_for
from states import order
from states.actor import Actor, account
from states.advance import Move, advance
from states.hold import hold
from states.related import share_of_others

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SHARES = {Merit.EXCELLENT: 97, Merit.GOOD: 84, Merit.FAIR: 60, Merit.POOR: 30}
"""How often a criterion is scored in full, in percent."""
CONSULTED, EXPLAINED = 12, 9
"""Every so many-th is asked opinions on; which one explains."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One dossier with the people behind it."""

    id: int
    kind: str
    body: str
    merit: Merit
    officer: Actor
    head: Actor
    superior: Actor | None
    place: int


class Year:
    """The whole year of a round on the 30/70 sheet."""

    def __init__(self, agenda: Agenda, rows: Sequence[RegisterRow]) -> None:
        self.agenda, self.stage = agenda, agenda.stage
        self.bodies = Bodies(self.stage)
        self.cast = {one.id: one for one in self.stage.act(lambda session: list(_cast(session, self.stage, rows)))}
        free = [one for one in self.cast.values() if one.superior and one.place % CONSULTED != 1]
        self.verified = next((one for one in free if one.place > EXPLAINED), None)
        unasked = (one for one in self.cast.values() if one.place % CONSULTED != 1)
        self.explaining = max((one for one in unasked if one.place <= EXPLAINED), key=attrgetter("place"))

    def write(self) -> None:
        """Put everything on the agenda."""
        for one in self.cast.values():
            self.put(self._scores_at(one), partial(_score, one))
        for month, day, hour, work in CALENDAR:
            self.put(start_of(date(self.stage.year, month, day)) + hour * HOUR, work)

    def put(self, at: datetime, work: "Work") -> None:
        """Let something happen at an instant."""
        self.agenda.put(at, partial(self.stage.act, partial(_played, work, self)))

    def _scores_at(self, one: Unit) -> datetime:
        begin = start_of(date(self.stage.year, 12, 1)) + 8 * HOUR
        return begin + timedelta(minutes=self.stage.chance.randrange(5 * 24 * 60)) + one.place * timedelta(seconds=1)

    @property
    def now(self) -> datetime:
        return self.stage.at

    @property
    def owner(self) -> Actor:
        return self.stage.staff["administrator"]


Work = Callable[[Year, Session], None]


def _played(work: Work, year: Year, session: Session) -> None:
    work(year, session)


def _cast(session: Session, stage: Stage, rows: Sequence[RegisterRow]) -> Iterator[Unit]:
    made = add_account(session, "y-kien@chay-thu.example", name="Ủy ban Kiểm tra Đảng ủy", actor=CONSOLE, now=stage.at)
    grant(session, made, "opinion_giver", actor=CONSOLE, now=stage.at)
    stage.staff["giver"] = account(made)
    by_code = {row.code: row for row in rows}
    people = {one.email: account(one.id) for one in session.exec(select(Account))}
    chosen = select(Assessment, Subject).join(Subject, col(Subject.id) == col(Assessment.subject_id))
    chosen = chosen.where(Assessment.round_id == stage.round_id).order_by(col(Assessment.id))
    for place, (one, subject) in enumerate(session.exec(chosen).all()):
        row = by_code[subject.code]
        above = by_code.get(row.parent or "")
        officer, head = people[row.email_officer], people[row.email_head]
        superior = people[above.email_head] if above else None
        yield Unit(one.id, one.kind, one.body, merits.drawn(stage.chance), officer, head, superior, place)


def _score(one: Unit, year: Year, session: Session) -> None:
    """Score, state the figures, submit."""
    stage, sheet = year.stage, year.stage.programme.sheet_for(one.kind)
    filled = scores(sheet, SHARES[one.merit], stage.chance)
    self_assess.save(session, one.id, filled, actor=one.officer, now=stage.at)
    rating = stage.programme.rating
    stated = merits.stated(rating.statements if rating else {}, one.kind, one.merit)
    statements.state(session, one.id, stated, actor=one.officer, now=stage.at)
    self_assess.submit(session, one.id, actor=one.head, now=stage.at)


def _start(year: Year, session: Session) -> None:
    known = [staff_unit(one) for one in year.cast.values()]
    staff.assign_all(session, year.stage, known)
    doers = staff.doers(year.stage, known)
    for one in year.cast.values():
        appraise.start(session, one.id, actor=doers[one.id], now=year.now)


def staff_unit(one: Unit) -> cast.Unit:
    """The dossier as the staff of the standard year knows it."""
    return cast.Unit(one.id, "", one.kind, cast.Part.STEADY, one.officer, one.head, 90)


def _ask(year: Year, session: Session) -> None:
    """Some are asked opinions on, one is to explain."""
    year.agenda.put(year.now + DAY, partial(year.stage.act, partial(_explain, year)))
    if consulted := [one.id for one in year.cast.values() if one.place % CONSULTED == 1]:
        _consult(year, session, consulted)


def _consult(year: Year, session: Session, consulted: Sequence[int]) -> None:
    closes_at = start_of(date(year.stage.year, 12, 14))
    giver = year.stage.staff["giver"]
    question = "Đề nghị cho ý kiến về kết quả tự chấm điểm."
    ask = partial(opinions.ask, session, year.stage.round_id, "related_bodies", consulted)
    request = ask([giver.account_id or 0], question, closes_at=closes_at, actor=year.owner, now=year.now)
    asked = of_body(session, request, giver.account_id or 0)
    given = {key: answers.Answer(LEVELS[year.cast[key].merit], "Thống nhất.") for key in asked}
    first = dict(list(given.items())[: max(1, len(given) - 1)])
    answers.save(session, request, first, actor=giver, now=year.now)
    answers.send(session, request, list(first), actor=giver, now=year.now)


def _explain(year: Year, session: Session) -> None:
    one, lead = year.explaining, year.stage.staff["lead"]
    closes_at = year.now + 2 * DAY
    request = explain.ask(session, one.id, ["I.1.e"], staff.QUESTION, closes_at=closes_at, actor=lead, now=year.now)
    said = {"I.1.e": "Bổ sung quyết định công nhận chi bộ bốn tốt."}
    explain.answer(session, request, said, actor=one.officer, now=year.now)


def _verify(year: Year, session: Session) -> None:
    """Signs of disunity: the superior verifies before anything is decided (RULES 7.3)."""
    if one := year.verified:
        authority = year.bodies.of(session, one.body).authority
        move = Move(reason="Có đơn phản ánh mất đoàn kết nội bộ.")
        advance(session, one.id, "ask_verification", actor=authority, now=year.now, move=move)


def _conclude_verification(year: Year, session: Session) -> None:
    one = year.verified
    if one and one.superior:
        move = Move(document_id=paper(session, year.stage, "verification", "17-KL/CT"))
        advance(session, one.id, "conclude_verification", actor=one.superior, now=year.now, move=move)


def _decide(year: Year, session: Session) -> None:
    """From below: who waits for nobody is appraised to the end, proposed and decided on; then who waited for them."""
    stage = year.stage
    blocked = order.blocked(session, stage.programme, "rating_order", stage.round_id)
    ready = [key for key in _in_state(session, year, "appraising") if key not in blocked]
    if not ready:
        return
    for key in ready:
        _conclude(session, year, year.cast[key])
    _sit(session, year, ready)
    year.put(year.now + 4 * HOUR, _decide)


def _in_state(session: Session, year: Year, state: str) -> list[int]:
    chosen = select(Assessment.id).where(Assessment.round_id == year.stage.round_id, Assessment.state == state)
    return list(session.exec(chosen.order_by(col(Assessment.id))))


def _conclude(session: Session, year: Year, one: Unit) -> None:
    """The choice of II.3 is that of the share of those below; the rest is agreed with."""
    stage, lead = year.stage, year.stage.staff["lead"]
    leaves = stage.programme.sheet_for(one.kind).leaves()
    changed = {leaf.code: entry for leaf in leaves if (entry := _shared(session, year, one, leaf))}
    if changed:
        appraise.save_marks(session, one.id, changed, actor=lead, now=stage.at)
    left = appraise.untouched(session, one.id, actor=lead)
    appraise.agree_untouched(session, one.id, "", left, actor=lead, now=stage.at)
    propose(session, one.id, actor=lead, now=stage.at)
    appraise.conclude(session, one.id, actor=lead, now=stage.at)


def _shared(session: Session, year: Year, one: Unit, leaf: Criterion) -> Filled | None:
    share = share_of_others(hold(session, one.id, actor=year.owner, now=year.now))
    if leaf.kind is not Kind.CAPPED_CHOICE or share is None:
        return None
    option = option_for(leaf, share)
    if option is None:
        return None
    return Filled(Entry(option=option.code, points=option.points), "Theo tỷ lệ xếp loại của các tổ chức có liên quan.")


def _sit(session: Session, year: Year, ids: Sequence[int]) -> None:
    chosen = awards(session, year.stage, sorted(ids))
    for key in sorted(ids):
        advance(session, key, "open_decision", actor=year.owner, now=year.now)
    sitting = Sitting(year.stage, year.bodies.of(session, "btv"), chosen)
    sitting.hold(session)
    sitting.recognise(session)


def _of_staff(work: Callable[[Session, Stage], None]) -> Work:
    return lambda year, session: work(session, year.stage)


CALENDAR: tuple[tuple[int, int, int, Work], ...] = (
    (12, 8, 8, _start),
    (12, 9, 8, _ask),
    (12, 11, 8, _verify),
    (12, 15, 8, _decide),
    (12, 16, 7, _conclude_verification),
    (12, 16, 8, _decide),
    (12, 21, 8, _of_staff(staff.draft_report)),
    (12, 24, 8, _of_staff(staff.hand_over)),
    (12, 30, 8, _of_staff(staff.archive)),
)
"""What happens on which day and hour."""


def write(agenda: Agenda, rows: Sequence[RegisterRow]) -> None:
    """Put the year of a round on the 30/70 sheet on the agenda."""
    Year(agenda, rows).write()
