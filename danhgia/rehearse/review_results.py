"""Decisions from below, what the superior says, and what is annulled later, in a rehearsed year (HT)."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial

from sqlmodel import Session, col, select

from actions import shortcomings, statements
from actions.propose import kept
from actions.recognise import Award, Papers, annul_and_recognise, record_superior
from actions.waive import waive
from config.calendar import local_day
from danhgia.rehearse.review_people import Person, Year
from danhgia.rehearse.review_work import ask, in_state, paper_of, review_one, self_rate_all, state
from danhgia.rehearse.sitting import Sitting, awards, propose_and_open
from danhgia.rehearse.units import paper
from models.assessments import Assessment
from scoring.order import sequence
from scoring.rating import complete_months
from states import order
from states.advance import Move

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
VOTERS = 30
GIVERS = ("Ủy ban Kiểm tra Thành ủy", "Văn phòng Thành ủy", "Ban Tuyên giáo Thành ủy", "Sở, ngành cấp tỉnh")
RESIDENCE = ("Chi ủy nơi cư trú số 1", "Chi ủy nơi cư trú số 2")
GAP = {"targets": "20", "targets_done": "14"}
"""Exactly 70 % of the targets: in no level of the source (ANO-HT-4)."""


def waive_one(year: Year, session: Session) -> None:
    authority = year.bodies.of(session, year.skipped.body).authority
    letter = paper_of(session, year, "waiver", year.skipped)
    reason = "Tập thể đang kiện toàn sau sắp xếp bộ máy, kiểm điểm sau."
    waive(session, year.skipped.id, reason, letter, actor=authority, now=year.now)


def decide(year: Year, session: Session) -> None:
    """Whoever waits for nobody any more is decided on by its body; again as long as somebody is freed by it."""
    stage = year.stage
    blocked = order.blocked(session, stage.programme, "rating_order", stage.round_id)
    ready = [one for one in in_state(session, year, "appraising") if one.id not in blocked and not _too_new(year, one)]
    if not ready:
        return
    propose_and_open(session, stage, [one.id for one in ready])
    by_body: dict[str, list[int]] = {}
    for one in ready:
        by_body.setdefault(one.body, []).append(one.id)
    for code, ids in by_body.items():
        _sit(session, year, code, ids)
    year.agenda.put(year.now + 3 * HOUR, partial(stage.act, partial(decide, year)))


def _too_new(year: Year, one: Person) -> bool:
    return one.since is not None and complete_months(one.since, local_day(year.now)) < 6  # noqa: PLR2004  HT-11.10


def _sit(session: Session, year: Year, code: str, ids: Sequence[int]) -> None:
    chosen = awards(session, year.stage, sorted(ids))
    undecided = None
    if year.second is None and code not in {"nhom_1", "btv"}:
        year.second = undecided = min(ids)
    sitting = Sitting(year.stage, year.bodies.of(session, code), chosen)
    sitting.hold(session, undecided=undecided)
    sitting.recognise(session)
    _send_up(session, year, [one for one in ids if year.cast[one].kind == "can_bo_dien_tinh"], sitting.minutes)


def _send_up(session: Session, year: Year, ids: Sequence[int], minutes: int) -> None:
    """Whom the province manages is only reported to it (HT-10.2)."""
    for key in ids:
        move = Move(document_id=paper(session, year.stage, "report_up", f"{key:03}-TTr/CT"), minutes_id=minutes)
        year.pull(session, year.cast[key], "send_up", year.owner, move)


def hear_from_above(year: Year, session: Session) -> None:
    for one in in_state(session, year, "sent_up"):
        papers = Papers(paper(session, year.stage, "superior_decision", f"{one.id:03}-QĐ/CT"))
        level = str((kept(session, one.id) or {})["level"])
        record_superior(session, Award(one.id, level), papers, actor=year.owner, now=year.now)


def review_late(year: Year, session: Session) -> None:
    """The one that was behind, then those whose review waited for it, in order."""
    stage = year.stage
    waiting = in_state(session, year, "draft_sent")
    edges = order.graph(session, stage.programme, "review_order", stage.round_id)
    ids = {one.subject_id: one for one in waiting}
    for subject in sequence([pair for pair in edges if set(pair) <= ids.keys()], ids):
        review_one(session, year, ids[subject])
    for one in waiting:
        state(session, year, one)


def ask_late(year: Year, session: Session) -> None:
    self_rate_all(year, session)
    ask(session, year, year.at(12, 17, 17))


def annul(year: Year, session: Session) -> None:
    """Discipline that took effect after the recognition: the old level is annulled by form 03 (HT-11.8)."""
    chosen = select(Assessment).where(Assessment.round_id == year.stage.round_id, Assessment.level == "httnv")
    found = session.exec(chosen.where(Assessment.kind == "can_bo_co_so").order_by(col(Assessment.id))).first()
    if found is None:
        return
    one, authority = year.cast[found.id], year.bodies.of(session, found.body).authority
    document = paper_of(session, year, "mau-03", one)
    statements.enclose(session, one.id, "mau-03", document, actor=authority, now=year.now)
    reason = "Kỷ luật khiển trách đối với vi phạm xảy ra trong năm đánh giá."
    papers = Papers(document)
    annul_and_recognise(session, Award(one.id, "khtnv", reason), papers, actor=authority, now=year.now)
    shortcomings.conclude(
        session,
        one.id,
        "Buông lỏng quản lý tài chính của đơn vị.",
        concluded_on=local_day(year.now),
        document=document,
        actor=authority,
        now=year.now,
    )
