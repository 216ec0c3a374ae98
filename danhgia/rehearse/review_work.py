"""From the first draft to the last opinion: what units, cells and the bodies asked do in a rehearsed year (HT)."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from actions import answers, ballots, boxes, disciplines, on_behalf, opinions, self_assess, statements
from actions.marks import Filled
from actions.review import review, self_rate
from config.calendar import local_day
from config.sheet import Degree, Entry
from danhgia.rehearse import merits
from danhgia.rehearse.merits import LEVELS, Merit
from danhgia.rehearse.review_people import Person, Year
from danhgia.rehearse.units import paper
from models.assessments import Assessment
from models.opinions import OpinionRequest, of_body
from scoring.order import sequence
from scoring.rating import complete_months
from states import order
from states.advance import Move
from states.reading import YES

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
VOTERS = 30
LETTERS = {"mau-03": "QĐ", "discipline": "QĐ", "agreement": "CV", "waiver": "TB", "poll": "BB", "review_minutes": "BB"}
LEADERS = ("can_bo_thanh_pho", "can_bo_co_so", "can_bo_dien_tinh")
GIVERS = ("Ủy ban Kiểm tra Thành ủy", "Văn phòng Thành ủy", "Ban Tuyên giáo Thành ủy", "Sở, ngành cấp tỉnh")
RESIDENCE = ("Chi ủy nơi cư trú số 1", "Chi ủy nơi cư trú số 2")
GAP = {"targets": "20", "targets_done": "14"}
"""Exactly 70 % of the targets: in no level of the source (ANO-HT-4)."""


def exclude(year: Year, session: Session) -> None:
    """A member exempt from Party activities is not reviewed (HT-1.4)."""
    for one in year.excluded:
        statements.state(session, one.id, {"exempt": YES}, actor=one.officer, now=year.now)
        year.pull(session, one, "exclude", year.owner, Move(reason="Đảng viên được miễn sinh hoạt đảng."))


def prepare(year: Year, session: Session) -> None:
    for one in year.others:
        if one.suggested and one.superior:
            move = Move(reason="Gợi ý làm rõ trách nhiệm trong giải ngân đầu tư công.")
            year.pull(session, one, "suggest", one.superior, move)
        else:
            year.pull(session, one, "prepare", one.head)
        form = "mau-02b" if year.stage.programme.subject_kinds[one.kind].person else "mau-01"
        statements.enclose(session, one.id, form, paper_of(session, year, form, one), actor=one.officer, now=year.now)


def paper_of(session: Session, year: Year, kind: str, one: Person) -> int:
    letters = LETTERS.get(kind, "BC")
    return paper(session, year.stage, kind, f"{one.id:03}-{letters}/CT")


def agree(year: Year, session: Session) -> None:
    for one in year.others:
        if one.suggested and one.superior:
            move = Move(document_id=paper_of(session, year, "agreement", one))
            year.pull(session, one, "agree_report", one.superior, move)


def send_drafts(year: Year, session: Session) -> None:
    for one in year.others:
        if one is not year.skipped:
            year.pull(session, one, "send_draft", one.head)


def review_all(year: Year, session: Session) -> None:
    """Everybody in the order that the links ask for; the one that is behind is waited for by nobody in this order."""
    stage = year.stage
    edges = order.graph(session, stage.programme, "review_order", stage.round_id)
    by_subject = {one.subject_id: one for one in year.others}
    behind = {year.skipped.subject_id}
    for subject in sequence([pair for pair in edges if pair[1] in by_subject], by_subject):
        if behind & {before for before, after in edges if after == subject}:
            behind.add(subject)
        if subject in by_subject and subject not in behind:
            review_one(session, year, by_subject[subject])


def review_one(session: Session, year: Year, one: Person) -> None:
    review(session, one.id, paper_of(session, year, "review_minutes", one), actor=one.head, now=year.now)


def review_behind(year: Year, session: Session) -> None:
    """The one that was behind, and then those whose review waited for it."""
    year.pull(session, year.skipped, "send_draft", year.skipped.head)


def state_all(year: Year, session: Session) -> None:
    for one in year.others:
        state(session, year, one)


def state(session: Session, year: Year, one: Person) -> None:
    """Degrees and statements of a subject; some are what the guidance did not think of."""
    stage = year.stage
    found = session.get_one(Assessment, one.id)
    if found.state != "reviewed":
        return
    given = merits.degrees(stage.programme.sheet_for(one.kind), one.merit, stage.chance)
    filled = {code: Filled(_entry(degree), "Có sản phẩm cụ thể kèm theo.") for code, degree in given.items()}
    self_assess.save(session, one.id, filled, actor=one.officer, now=year.now)
    statements.state(session, one.id, _values(year, one), actor=one.officer, now=year.now)


def _entry(degree: Degree | None) -> Entry:
    return Entry(not_applicable=True) if degree is None else Entry(degree=degree)


def _values(year: Year, one: Person) -> dict[str, str]:
    rating = year.stage.programme.rating
    known = rating.statements if rating else {}
    values = merits.stated(known, one.kind, one.merit)
    return values | GAP if one is _first_leader(year) else values


def _first_leader(year: Year) -> Person | None:
    return next((one for one in year.others if one.kind == "can_bo_co_so" and one.merit is Merit.GOOD), None)


def discipline(year: Year, session: Session) -> None:
    """A member of one committee is disciplined, which fits no level; of another found and remedied by itself."""
    cells = [one for one in year.others if one.kind == "chi_bo_truc_thuoc" and one.superior]
    for number, one in enumerate(cells[:2]):
        document = paper_of(session, year, "discipline", one)
        measure = disciplines.Measure("member", local_day(year.now), document, "Đỗ Văn Mẫu", remedied=number == 1)
        made = disciplines.record_discipline(session, one.id, measure, actor=one.officer, now=year.now)
        if number == 1 and one.superior:
            disciplines.accept_remedy(session, made, actor=one.superior, now=year.now)


def self_rate_all(year: Year, session: Session) -> None:
    for one in year.others:
        state = session.get_one(Assessment, one.id).state
        if state == "reviewed" and is_new(year, one):
            year.pull(session, one, "set_aside", year.owner, Move(reason="Mới nhận chức vụ, chưa đủ 06 tháng."))
        elif state == "reviewed":
            _rate_oneself(session, year, one)


def is_new(year: Year, one: Person) -> bool:
    """Less than six months in the post when the town is to be ready (HT-11.10)."""
    return one.since is not None and complete_months(one.since, date(year.stage.year, 12, 10)) < 6  # noqa: PLR2004  HT-11.10


def _rate_oneself(session: Session, year: Year, one: Person) -> None:
    if one.kind not in year.stage.programme.groups["to_chuc_dang"]:
        self_rate(session, one.id, LEVELS[one.merit], actor=one.head, now=year.now)
        return
    minutes = paper_of(session, year, "self_minutes", one)
    year.pull(session, one, "open_self_ballot", one.head)
    box = boxes.open_box(session, "self_rating", [one.id], summoned=7, actor=one.head, now=year.now)
    entry = ballots.Entry(7, 7, {one.id: ballots.Count(7, 0, {LEVELS[one.merit]: 7})})
    ballots.enter(session, box, entry, actor=one.head, now=year.now)
    ballots.enter(session, box, entry, minutes_id=minutes, actor=one.officer, now=year.now)
    self_rate(session, one.id, minutes_id=minutes, actor=one.head, now=year.now)


def enter_members(year: Year, session: Session) -> None:
    """Each cell enters its members in one table, by its minutes (HT-6.4)."""
    by_cell: dict[int, list[Person]] = {}
    for one in year.members:
        if one not in year.excluded:
            by_cell.setdefault(one.parent_id or 0, []).append(one)
    for cell, members in by_cell.items():
        rows = [_entered(year, one) for one in members]
        minutes = paper_of(session, year, "cell_minutes", members[0])
        doer = members[0].superior or year.owner
        on_behalf.enter_results(session, cell, year.stage.round_id, rows, minutes, actor=doer, now=year.now)


def _entered(year: Year, one: Person) -> on_behalf.Entered:
    stage = year.stage
    given = merits.degrees(stage.programme.sheet_for(one.kind), one.merit, stage.chance)
    return on_behalf.Entered(one.id, given, LEVELS[one.merit], _values(year, one))


def consult(year: Year, session: Session) -> None:
    ask(session, year, year.at(12, 2, 17))


def ask(session: Session, year: Year, closes_at: datetime) -> None:
    """One request to the city's bodies, one to the committees where people live; cells go straight on."""
    waiting = in_state(session, year, "self_rated")
    person = year.stage.programme.subject_kinds
    town = [
        one.id for one in waiting if one.kind == "can_bo_dien_tinh" or not (person[one.kind].person or _is_cell(one))
    ]
    homes = [one.id for one in waiting if person[one.kind].person and one.kind != "can_bo_dien_tinh"]
    for name, ids, givers in (("city_bodies", town, range(1, 5)), ("residence", homes, range(5, 7))):
        if ids:
            asked = [year.stage.staff[f"giver-{number}"].account_id or 0 for number in givers]
            question = "Đề nghị cho ý kiến về mức xếp loại của các đối tượng có tên trong danh sách."
            opinions.ask(
                session,
                year.stage.round_id,
                name,
                ids,
                asked,
                question,
                closes_at=closes_at,
                actor=year.owner,
                now=year.now,
            )
    for one in waiting:
        if _is_cell(one):
            year.pull(session, one, "appraise", year.owner)
    _poll_workplaces(session, year, [one for one in waiting if one.kind in LEADERS])


def _is_cell(one: Person) -> bool:
    return one.kind == "chi_bo_truc_thuoc"


def in_state(session: Session, year: Year, state: str) -> list[Person]:
    chosen = select(Assessment.id).where(Assessment.round_id == year.stage.round_id, Assessment.state == state)
    return [year.cast[key] for key in session.exec(chosen.order_by(col(Assessment.id)))]


def _poll_workplaces(session: Session, year: Year, leaders: Sequence[Person]) -> None:
    """A poll at the workplace of every leader, counted by the secretaries of the body that decides (HT-8.1)."""
    for one in leaders:
        first, second = year.bodies.of(session, one.body).secretaries
        box = boxes.open_box(session, "workplace", [one.id], summoned=VOTERS, actor=first, now=year.now)
        counts = {LEVELS[one.merit]: VOTERS - 2, "htnv": 2} if one.merit is not Merit.FAIR else {"htnv": VOTERS}
        entry = ballots.Entry(VOTERS, VOTERS, {one.id: ballots.Count(VOTERS, 0, counts)})
        ballots.enter(session, box, entry, actor=first, now=year.now)
        ballots.enter(session, box, entry, minutes_id=paper_of(session, year, "poll", one), actor=second, now=year.now)


def answer(year: Year, session: Session) -> None:
    """All bodies answer but the last of the town's, which writes a letter after the deadline."""
    for number in (1, 2, 3, 5, 6):
        giver = year.stage.staff[f"giver-{number}"]
        for request in _requests(session, year):
            asked = [
                key for key, one in of_body(session, request, giver.account_id or 0).items() if one.status == "open"
            ]
            if asked:
                given = {key: answers.Answer(LEVELS[year.cast[key].merit]) for key in asked}
                answers.save(session, request, given, actor=giver, now=year.now)
                answers.send(session, request, actor=giver, now=year.now)


def _requests(session: Session, year: Year) -> list[int]:

    chosen = select(OpinionRequest.id).where(
        OpinionRequest.round_id == year.stage.round_id, OpinionRequest.status == "open"
    )
    return list(session.exec(chosen.order_by(col(OpinionRequest.id))))


def enter_letter(year: Year, session: Session) -> None:
    """The letter of the silent body comes after the deadline and is entered on its behalf, marked late."""
    silent = year.stage.staff["giver-4"].account_id or 0
    chosen = select(OpinionRequest.id).where(OpinionRequest.name == "city_bodies").order_by(col(OpinionRequest.id))
    request = session.exec(chosen).first() or 0
    letter = paper(session, year.stage, "opinion_letter", "33-CV/CT")
    asked = sorted(of_body(session, request, silent))[:3]
    said = {key: answers.Answer(LEVELS[year.cast[key].merit]) for key in asked}
    answers.enter(session, request, silent, said, letter, actor=year.owner, now=year.now)
