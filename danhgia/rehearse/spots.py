"""A year of bright spots: registered in spring, built, recognised from 15/10 to 30/11, reported, commended (NA)."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import partial

from sqlmodel import Session, col, select

from actions import appraise, assign, spots, statements
from actions.accounts import grant
from actions.marks import Filled
from config.calendar import end_of, start_of
from config.register import RegisterRow
from config.sheet import Entry, Sheet
from danhgia.rehearse import staff
from danhgia.rehearse.agenda import Agenda
from danhgia.rehearse.stage import CONSOLE, Stage
from danhgia.rehearse.units import paper
from models.assessments import Assessment
from models.people import Account, Subject
from states.actor import Actor, account
from states.advance import Move, advance, advance_round

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FORGOTTEN, LATE, FAILED, WITHDRAWN, LAST_DAY, EXTRA = 3, 5, 8, 11, 14, 2
"""Which of the spots, by their place, is not registered, late, not good enough, withdrawn, or recognised at the end."""


class Spot:
    """One spot with the people of its agency, and what happens to it."""

    def __init__(self, agenda: Agenda, found: Assessment, people: dict[str, Actor], place: int) -> None:
        self.agenda, self.stage, self.id, self.kind = agenda, agenda.stage, found.id, found.kind
        self.people, self.place = people, place

    def enter(self) -> None:
        """Put the whole year of the spot on the agenda, as its place in the list has it."""
        year = self.stage.year
        if self.place == FORGOTTEN:
            return
        registers = self._registered_at()
        self.put(registers + 9 * HOUR, self._register_late if self.place == LATE else self._register)
        self.put(registers + 3 * DAY, self._accept)
        if self.place == WITHDRAWN:
            self.put(start_of_day(year, 6, 3) + 9 * HOUR, self._withdraw)
            return
        sends = start_of_day(year, 10, 5) + DAY * self.stage.chance.randint(0, 30)
        self.put(sends + 10 * HOUR, self._send)
        self.put(sends + DAY + 9 * HOUR, self._appraise)
        self.put(self._decided_at(sends), self._decide)

    def _registered_at(self) -> datetime:
        year = self.stage.year
        spring = start_of_day(year, 3, 1) + DAY * self.stage.chance.randint(0, 26)
        return start_of_day(year, 4, 8) if self.place == LATE else spring

    def _decided_at(self, sends: datetime) -> datetime:
        if self.place == LAST_DAY:
            return end_of(date(self.stage.year, 11, 30)) - HOUR
        return max(sends + 3 * DAY, start_of_day(self.stage.year, 10, 15)) + 9 * HOUR

    def put(self, at: datetime, work: Callable[[Session], None]) -> None:
        """Let something happen to the spot at an instant."""
        self.agenda.put(at, lambda: self.stage.act(work))

    def _pull(self, session: Session, trigger: str, who: Actor, move: Move | None = None) -> None:
        advance(session, self.id, trigger, actor=who, now=self.stage.at, move=move or Move())

    def _name(self, session: Session) -> None:
        name, place = f"Mô hình minh họa số {self.place + 1:03}", "tổ dân phố Chạy Thử"
        spots.name_spot(session, self.id, name, place, actor=self.people["officer"], now=self.stage.at)
        self._enclose(session, "ke_hoach", "KH", self.people["officer"])

    def _enclose(self, session: Session, part: str, letters: str, who: Actor) -> int:
        document = paper(session, self.stage, part, f"{self.id:02}/{letters}-CT")
        statements.enclose(session, self.id, part, document, actor=who, now=self.stage.at)
        return document

    def _register(self, session: Session) -> None:
        self._name(session)
        listing = paper(session, self.stage, "registration", f"{self.id:02}/DS-CT")
        self._pull(session, "register", self.people["head"], Move(document_id=listing))

    def _register_late(self, session: Session) -> None:
        self._name(session)
        move = Move(
            reason="Cơ quan mới kiện toàn Ban Chỉ đạo.", document_id=paper(session, self.stage, "late", "07-CV/CT")
        )
        self._pull(session, "register_late", self.stage.staff["administrator"], move)

    def _accept(self, session: Session) -> None:
        self._pull(session, "accept", self.stage.staff["administrator"])

    def _withdraw(self, session: Session) -> None:
        self._pull(session, "withdraw", self.people["head"], Move(reason="Đơn vị không còn thực hiện mô hình này."))

    def _send(self, session: Session) -> None:
        self._enclose(session, "bao_cao_thanh_tich", "BC", self.people["officer"])
        spots.send_dossier(session, self.id, actor=self.people["head"], now=self.stage.at)

    def _appraise(self, session: Session) -> None:
        doer = self.stage.appraisers[self.id % len(self.stage.appraisers)]
        assign.assign(
            session,
            self.stage.round_id,
            [self.id],
            doer.account_id or 0,
            actor=self.stage.staff["lead"],
            now=self.stage.at,
        )
        appraise.start(session, self.id, actor=doer, now=self.stage.at)
        given = judged(self.stage.programme.sheet_for(self.kind), failed=self.place == FAILED)
        appraise.save_marks(session, self.id, given, actor=doer, now=self.stage.at)
        self._enclose(session, "tham_dinh", "TĐ", doer)

    def _decide(self, session: Session) -> None:
        if self.place == FAILED:
            move = Move(reason="Chưa đạt tiêu chí giải quyết việc khó, nhiệm vụ đang tập trung chỉ đạo.")
            self._pull(session, "refuse", self.people["authority"], move)
            return
        letter = self._enclose(session, "cong_van_de_nghi", "CV", self.people["head"])
        self._pull(session, "propose", self.people["head"], Move(document_id=letter))
        decision = paper(session, self.stage, "recognition", f"{self.id:02}/QĐ-CT")
        self._pull(session, "recognise", self.people["authority"], Move(document_id=decision))


def judged(sheet: Sheet, *, failed: bool) -> dict[str, Filled]:
    """What the appraiser says of every criterion: the last one failed, or all passed."""
    leaves = sheet.leaves()
    return {
        leaf.code: Filled(Entry(passed=not (failed and leaf is leaves[-1])), "Đối chiếu hồ sơ và kiểm tra thực tế.")
        for leaf in leaves
    }


def start_of_day(year: int, month: int, day: int) -> datetime:
    """Midnight of a day in the rehearsed year."""
    return start_of(date(year, month, day))


def write(agenda: Agenda, rows: Sequence[RegisterRow]) -> None:
    """Put the year of every agency and of the provincial bodies on the agenda."""
    stage = agenda.stage
    for spot in stage.act(lambda session: list(_cast(session, agenda, rows))):
        spot.enter()
    for month, day, work in PROVINCE:
        at = start_of_day(stage.year, month, day) + 9 * HOUR
        agenda.put(at, partial(stage.act, partial(_played, work, stage)))


def _played(work: Callable[[Session, Stage], None], stage: Stage, session: Session) -> None:
    work(session, stage)


def _cast(session: Session, agenda: Agenda, rows: Sequence[RegisterRow]) -> Iterator[Spot]:
    stage = agenda.stage
    by_id = {one.id: one.code for one in session.exec(select(Subject))}
    by_code = {row.code: row for row in rows}
    accounts = {one.email: account(one.id) for one in session.exec(select(Account))}
    chosen = select(Assessment).where(Assessment.round_id == stage.round_id).order_by(col(Assessment.id))
    for place, found in enumerate(session.exec(chosen).all()):
        row = by_code[by_id[found.agency_id or 0]]
        people = {"officer": accounts[row.email_officer], "head": accounts[row.email_head]}
        yield Spot(agenda, found, people | {"authority": _authority(session, stage, row.code, people["head"])}, place)


def _authority(session: Session, stage: Stage, body: str, head: Actor) -> Actor:
    """The head of an agency recognises at its own level (NA-5.3)."""
    who = head.account_id or 0
    grant(session, who, "authority", round_id=stage.round_id, body=body, actor=CONSOLE, now=stage.at)
    return head


def _add_extra(session: Session, stage: Stage) -> None:
    """One agency enters a further spot, and never gets as far as registering it."""
    agency = session.exec(select(Subject).where(Subject.kind == "huyen").order_by(col(Subject.id))).first()
    if agency is not None:
        spots.add_spot(
            session, stage.round_id, agency.id, "qcdc", "Tổ dân phố tự quản Chạy Thử", actor=CONSOLE, now=stage.at
        )


def _open(session: Session, stage: Stage) -> None:
    advance_round(session, stage.round_id, "open_recognition", actor=stage.staff["administrator"], now=stage.at)


def _commend(session: Session, stage: Stage) -> None:
    """Every fourth of the recognised is commended by its own level (NA-6.1)."""
    chosen = select(Assessment.id).where(Assessment.round_id == stage.round_id, Assessment.state == "recognised")
    document = paper(session, stage, "commendation", "90-QĐ/CT")
    for key in list(session.exec(chosen.order_by(col(Assessment.id))))[::4]:
        move = Move(document_id=document)
        advance(session, key, "commend", actor=stage.staff["authority"], now=stage.at, move=move)


PROVINCE = (
    (3, 12, _add_extra),
    (10, 15, _open),
    (11, 28, staff.draft_report),
    (11, 29, staff.hand_over),
    (12, 10, _commend),
    (12, 20, staff.archive),
)
"""What happens in the province on which day, besides the spots."""
