"""Bright spots: entered by agencies, registered by two routes, recognised in their window (RULES 5, NA-…)."""

from dataclasses import dataclass
from datetime import datetime

import pytest
from sqlmodel import Session, col, select

from actions import self_assess
from actions.accounts import add_account, grant
from actions.appraise import save_marks
from actions.assign import assign
from actions.launch import launch
from actions.lock import lock_due
from actions.marks import Filled
from actions.register import take_register
from actions.report import number_report
from actions.spots import add_spot, name_spot, recognised_within, send_dossier, shortages
from actions.statements import enclose
from config.load import load_programme
from config.register import RegisterRow
from config.sheet import Entry
from models.assessments import Assessment
from models.db import Database
from models.people import Account, Subject
from models.rounds import Round
from states.actor import SYSTEM, Actor, account
from states.advance import Move, advance, advance_round
from states.errors import NotAllowed, Refused, Unknown
from states.hold import hold_round
from tests.actions.later import acts, dossier, is_whole, mails, payload, rules, sentences
from tests.actions.world import CONSOLE, at, best, paper, register_row

PROGRAMME = load_programme("diem-sang")
LAUNCHED, REGISTERED = at("2024-01-15 08:00"), at("2024-03-20 08:00")
APPRAISED, FIRST, LAST = at("2024-10-01 08:00"), at("2024-10-15 00:00"), at("2024-11-30 23:59:59.999999")
AGENCIES = ("so-nv", "huyen-a", "so-b")
PARTS = ("bao_cao_thanh_tich", "tham_dinh", "cong_van_de_nghi")


@dataclass(frozen=True)
class Spots:
    """A launched round: the first spots of each agency and kind, its people, and who decides at its level."""

    round_id: int
    ids: dict[tuple[str, str], int]
    agencies: dict[str, int]
    officers: dict[str, Actor]
    heads: dict[str, Actor]
    authorities: dict[str, Actor]
    owner: Actor
    appraiser: Actor


def listed() -> list[RegisterRow]:
    """The department that takes registrations, and a district and a department under it."""
    kinds = {"so-nv": "so_nganh", "huyen-a": "huyen", "so-b": "so_nganh"}
    return [
        register_row(number, kinds[code], code=code, name=f"Mẫu {code}", parent=None if number == 1 else "so-nv")
        for number, code in enumerate(AGENCIES, 1)
    ]


def spots(database: Database, year: int = 2024, now: datetime = LAUNCHED) -> Spots:
    with database.writing() as session:
        take_register(session, listed(), actor=CONSOLE, now=now)
        round_id = launch(session, PROGRAMME, year, AGENCIES, actor=CONSOLE, now=now, live=False, smtp=False)
        owner, appraiser = (_staffed(session, role, None, year) for role in ("administrator", "appraiser"))
        authorities = {code: _staffed(session, "authority", code, year) for code in AGENCIES}
        agencies = {one.code: one.id for one in session.exec(select(Subject).where(col(Subject.code).in_(AGENCIES)))}
        found = session.exec(select(Assessment).where(Assessment.round_id == round_id)).all()
        codes = {key: code for code, key in agencies.items()}
        ids = {(codes[one.agency_id or 0], one.kind): one.id for one in found}
        assign(session, round_id, sorted(ids.values()), appraiser.account_id or 0, actor=owner, now=now)
        by_email = {one.email: account(one.id) for one in session.exec(select(Account))}
    officers = {row.code: by_email[row.email_officer] for row in listed()}
    heads = {row.code: by_email[row.email_head] for row in listed()}
    return Spots(round_id, ids, agencies, officers, heads, authorities, owner, appraiser)


def _staffed(session: Session, role: str, body: str | None, year: int) -> Actor:
    made = add_account(session, f"{role}-{body or 'tinh'}-{year}@mau.example", actor=CONSOLE, now=LAUNCHED)
    grant(session, made, role, body=body, actor=CONSOLE, now=LAUNCHED)
    return account(made)


def pull(
    database: Database, key: int, trigger: str, *, actor: Actor, now: datetime, reason: str = "", document: bool = False
) -> str:
    with database.writing() as session:
        move = Move(reason=reason, document_id=paper(session, now=now) if document else None)
        return advance(session, key, trigger, actor=actor, now=now, move=move).state


def registered(database: Database, world: Spots, agency: str, kind: str, now: datetime = REGISTERED) -> int:
    key = world.ids[agency, kind]
    assert pull(database, key, "register", actor=world.officers[agency], now=now, document=True) == "registered"
    return key


def building(database: Database, world: Spots, agency: str, kind: str) -> int:
    key = registered(database, world, agency, kind)
    assert pull(database, key, "accept", actor=world.owner, now=REGISTERED) == "building"
    return key


def proposed(database: Database, world: Spots, agency: str = "huyen-a", kind: str = "qcdc") -> int:
    """A spot whose dossier is appraised, all criteria met, and proposed; it still lacks its letter of proposal."""
    key = building(database, world, agency, kind)
    filled = best(PROGRAMME.sheet_for(kind))
    with database.writing() as session:
        self_assess.save(session, key, filled, actor=world.officers[agency], now=APPRAISED)
        enclose(session, key, PARTS[0], paper(session, now=APPRAISED), actor=world.officers[agency], now=APPRAISED)
        send_dossier(session, key, actor=world.officers[agency], now=APPRAISED)
        advance(session, key, "start_appraisal", actor=world.appraiser, now=APPRAISED)
        save_marks(session, key, filled, actor=world.appraiser, now=APPRAISED)
        enclose(session, key, PARTS[1], paper(session, now=APPRAISED), actor=world.appraiser, now=APPRAISED)
    assert pull(database, key, "propose", actor=world.heads[agency], now=APPRAISED, document=True) == "proposed"
    return key


def lettered(database: Database, world: Spots, agency: str = "huyen-a", kind: str = "qcdc") -> int:
    """A spot whose dossier is whole."""
    key = proposed(database, world, agency, kind)
    with database.writing() as session:
        enclose(session, key, PARTS[2], paper(session, now=APPRAISED), actor=world.officers[agency], now=APPRAISED)
    return key


def recognised(database: Database, world: Spots, key: int, agency: str = "huyen-a", now: datetime = LAST) -> str:
    return pull(database, key, "recognise", actor=world.authorities[agency], now=now, document=True)


@pytest.mark.rule("NA-1.1", "NA-3.3")
def test_every_agency_has_one_of_each_kind_to_enter(database: Database) -> None:
    world = spots(database)
    found = [dossier(database, world.ids[agency, kind]) for agency in AGENCIES for kind in ("qcdc", "dvcq")]
    assert len(world.ids) == 6
    assert {(one.state, one.agency_id, one.body) for one in found} == {
        ("choosing", world.agencies[agency], agency) for agency in AGENCIES
    }
    assert {one.closes_at for one in found} == {at("2024-03-30 00:00")}
    assert len(mails(database, "assigned")) == 12


@pytest.mark.rule("NA-3.2")
def test_registration_closes_as_the_thirtieth_of_march_begins(database: Database) -> None:
    """Vector 17; in 2022 as the fifteenth of June does. Late only by Ban Dân vận with a reason (AMB-NA-2)."""
    world = spots(database)
    registered(database, world, "huyen-a", "qcdc", at("2024-03-29 23:59:59.999999"))
    key, officer, late = world.ids["huyen-a", "dvcq"], world.officers["huyen-a"], at("2024-03-30 00:00")
    with pytest.raises(Refused) as caught:
        pull(database, key, "register", actor=officer, now=late, document=True)
    assert sentences(caught.value) == ["Đã quá thời hạn: hết ngày 29/03/2024 (trước ngày 30/03); phần mềm đã khóa."]
    for actor in (officer, world.heads["huyen-a"], world.officers["so-nv"], world.appraiser):
        with pytest.raises(NotAllowed):
            pull(database, key, "register_late", actor=actor, now=late, reason="Mưa lũ", document=True)
    with pytest.raises(Refused, match="Phải ghi lý do"):
        pull(database, key, "register_late", actor=world.owner, now=late, document=True)
    state = pull(database, key, "register_late", actor=world.owner, now=late, reason="Mưa lũ", document=True)
    assert state == "registered"


@pytest.mark.rule("NA-3.2", "X-D4")
def test_in_2022_registration_closed_in_june(database: Database) -> None:
    world = spots(database, 2022, at("2022-01-15 08:00"))
    registered(database, world, "huyen-a", "qcdc", at("2022-06-14 23:59:59"))
    with pytest.raises(Refused, match="hết ngày 14/06/2022"):
        registered(database, world, "huyen-a", "dvcq", at("2022-06-15 00:00"))


@pytest.mark.rule("NA-3.2")
def test_each_kind_is_taken_by_its_own_route(database: Database) -> None:
    """QCDC by Ban Dân vận alone; DVCQ by Sở Nội vụ, which has the copy for Ban Dân vận (AMB-NA-6)."""
    world = spots(database)
    qcdc, dvcq = (registered(database, world, "huyen-a", kind) for kind in ("qcdc", "dvcq"))
    home_affairs = world.officers["so-nv"]
    with pytest.raises(NotAllowed):
        pull(database, qcdc, "accept", actor=home_affairs, now=REGISTERED)
    with pytest.raises(Refused, match="Phải ghi lý do"):
        pull(database, dvcq, "return_registration", actor=home_affairs, now=REGISTERED)
    assert pull(database, dvcq, "accept", actor=home_affairs, now=REGISTERED) == "building"
    state = pull(database, qcdc, "return_registration", actor=world.owner, now=REGISTERED, reason="Thiếu kế hoạch")
    assert state == "choosing"
    told = {who for key, who in mails(database, "spot_registered") if key == dvcq}
    people = (world.officers["huyen-a"], world.heads["huyen-a"], home_affairs, world.heads["so-nv"])
    assert told == {one.account_id for one in people}


@pytest.mark.rule("NA-3.1", "NA-3.4")
def test_the_people_of_the_agency_choose_name_and_plan(database: Database) -> None:
    world = spots(database)
    key, officer = world.ids["huyen-a", "qcdc"], world.officers["huyen-a"]
    for actor in (world.officers["so-b"], world.appraiser, world.officers["so-nv"]):
        with pytest.raises(NotAllowed), database.writing() as session:
            name_spot(session, key, "Tổ tự quản", "Thôn 1", actor=actor, now=REGISTERED)
    for name, address in (("", "Thôn 1"), ("Tổ tự quản", " ")):
        with pytest.raises(Refused, match="phải có tên"), database.writing() as session:
            name_spot(session, key, name, address, actor=officer, now=REGISTERED)
    with database.writing() as session:
        name_spot(session, key, " Tổ  tự quản", "Thôn 1, xã Mẫu ", actor=officer, now=REGISTERED)
        enclose(session, key, "ke_hoach", paper(session, now=REGISTERED), actor=officer, now=REGISTERED)
        assert session.get_one(Subject, session.get_one(Assessment, key).subject_id).name.startswith("Tổ tự quản")
    found = dossier(database, key)
    assert found.name == "Tổ tự quản, Thôn 1, xã Mẫu"
    assert "Tổ tự quản" in payload(database, f"assessment:{key}", found.seq - 1)
    assert acts(database, f"assessment:{key}")[-2:] == ["name_spot", "enclose"]
    registered(database, world, "huyen-a", "qcdc")
    with pytest.raises(Refused, match="trước khi gửi đăng ký"), database.writing() as session:
        name_spot(session, key, "Tên khác", "Thôn 2", actor=officer, now=REGISTERED)


def test_an_agency_enters_further_spots(database: Database) -> None:
    world = spots(database)
    agency, officer = world.agencies["huyen-a"], world.officers["huyen-a"]
    with database.writing() as session:
        key = add_spot(session, world.round_id, agency, "qcdc", "Chợ văn minh", actor=officer, now=REGISTERED)
    found = dossier(database, key)
    assert (found.name, found.body, found.agency_id, found.state) == ("Chợ văn minh", "huyen-a", agency, "choosing")
    with database.reading() as session:
        assert session.get_one(Subject, found.subject_id).code == "huyen-a.qcdc.2024-2"
    assert acts(database, f"round:{world.round_id}")[-1] == "add_spot"
    assert is_whole(database, world.round_id)
    for actor in (world.officers["so-b"], world.authorities["huyen-a"], SYSTEM):
        with pytest.raises(NotAllowed), database.writing() as session:
            add_spot(session, world.round_id, agency, "qcdc", "Chợ", actor=actor, now=REGISTERED)
    for kind, name in (("so_nganh", "Chợ"), ("qcdc", " ")):
        with pytest.raises(Refused), database.writing() as session:
            add_spot(session, world.round_id, agency, kind, name, actor=officer, now=REGISTERED)
    with pytest.raises(Unknown), database.writing() as session:
        add_spot(session, world.round_id, 10_000, "qcdc", "Chợ", actor=world.owner, now=REGISTERED)


@pytest.mark.rule("NA-3.3")
def test_who_registered_too_few_is_shown(database: Database) -> None:
    world = spots(database)
    for agency, kind in (("huyen-a", "qcdc"), ("huyen-a", "dvcq"), ("so-b", "dvcq"), ("so-nv", "qcdc")):
        registered(database, world, agency, kind)
    pull(database, world.ids["so-nv", "qcdc"], "withdraw", actor=world.heads["so-nv"], now=REGISTERED, reason="Bỏ")
    with database.reading() as session:
        short = [
            (one.agency, one.kind, one.registered) for one in shortages(session, world.round_id, actor=world.owner)
        ]
    assert sorted(short) == [("Mẫu so-b", "qcdc", 0), ("Mẫu so-nv", "dvcq", 0), ("Mẫu so-nv", "qcdc", 0)]
    with pytest.raises(NotAllowed), database.reading() as session:
        shortages(session, world.round_id, actor=world.officers["huyen-a"])


@pytest.mark.rule("NA-5.2")
def test_a_dossier_has_its_three_parts(database: Database) -> None:
    world = spots(database)
    key, officer = building(database, world, "huyen-a", "qcdc"), world.officers["huyen-a"]
    with pytest.raises(Refused, match="Hồ sơ còn thiếu: Báo cáo tóm tắt"), database.writing() as session:
        send_dossier(session, key, actor=officer, now=APPRAISED)
    other = proposed(database, world, "so-b", "dvcq")
    with pytest.raises(Refused) as caught:
        recognised(database, world, other, "so-b", FIRST)
    assert sentences(caught.value) == ["Hồ sơ còn thiếu: Công văn đề nghị công nhận."]
    with database.writing() as session:
        enclose(session, other, PARTS[2], paper(session, now=FIRST), actor=world.heads["so-b"], now=FIRST)
    assert recognised(database, world, other, "so-b", FIRST) == "recognised"


@pytest.mark.rule("NA-2.1", "NA-2.2")
def test_a_criterion_that_is_not_met_stands_against_it(database: Database) -> None:
    """AMB-NA-1; «nếu có» may not apply."""
    world = spots(database)
    key = lettered(database, world)
    with database.writing() as session:
        back = Move(reason="Xem lại")
        advance(session, key, "return_dossier", actor=world.appraiser, now=APPRAISED, move=back)
        send_dossier(session, key, actor=world.officers["huyen-a"], now=APPRAISED)
        advance(session, key, "start_appraisal", actor=world.appraiser, now=APPRAISED)
        unmet = {"I.4": Filled(Entry(passed=False), "Chưa tạo được đồng thuận")}
        save_marks(session, key, unmet, actor=world.appraiser, now=APPRAISED)
    with pytest.raises(Refused) as caught:
        pull(database, key, "propose", actor=world.heads["huyen-a"], now=APPRAISED, document=True)
    assert sentences(caught.value) == ["Chưa đạt các tiêu chí: I.4."]
    authority = world.authorities["huyen-a"]
    assert pull(database, key, "refuse", actor=authority, now=FIRST, reason="Không đạt I.4") == "not_recognised"


@pytest.mark.rule("NA-5.1")
def test_recognition_is_open_from_the_fifteenth_of_october_to_the_end_of_november(database: Database) -> None:
    """Vector 17."""
    world = spots(database)
    keys = [lettered(database, world, agency, kind) for agency in ("huyen-a", "so-b") for kind in ("qcdc", "dvcq")]
    days = [at("2024-10-14 23:59:59.999999"), FIRST, LAST, at("2024-12-01 00:00")]
    states = []
    for key, day in zip(keys, days, strict=True):
        agency = "huyen-a" if key in keys[:2] else "so-b"
        try:
            states.append(recognised(database, world, key, agency, day))
        except Refused as refused:
            states.append(rules(refused)[0])
    assert states == ["window", "recognised", "recognised", "window"]


@pytest.mark.rule("NA-5.1")
def test_what_was_not_recognised_in_the_window_lapses_by_itself(database: Database) -> None:
    world = spots(database)
    done, waiting = lettered(database, world), lettered(database, world, "so-b", "dvcq")
    registered(database, world, "so-b", "qcdc")
    recognised(database, world, done)
    with database.writing() as session:
        assert lock_due(session, world.round_id, now=LAST).moved == {}
    with database.writing() as session:
        moved = lock_due(session, world.round_id, now=at("2024-12-01 00:00")).moved
    assert moved.keys() == set(world.ids.values()) - {done}
    expected = {done: "recognised", waiting: "not_recognised", world.ids["so-nv", "qcdc"]: "withdrawn"}
    assert {key: dossier(database, key).state for key in expected} == expected
    with database.writing() as session:
        assert lock_due(session, world.round_id, now=at("2024-12-02 00:00")).moved == {}
    assert is_whole(database, world.round_id)


@pytest.mark.rule("NA-5.3")
def test_who_decides_at_the_same_level_recognises_by_a_decision(database: Database) -> None:
    world = spots(database)
    key = lettered(database, world)
    for actor in (world.authorities["so-b"], world.authorities["so-nv"], world.owner, world.heads["huyen-a"]):
        with pytest.raises(NotAllowed):
            pull(database, key, "recognise", actor=actor, now=FIRST, document=True)
    with pytest.raises(Refused, match="Phải nêu văn bản làm căn cứ"):
        pull(database, key, "recognise", actor=world.authorities["huyen-a"], now=FIRST)
    assert recognised(database, world, key, now=FIRST) == "recognised"
    assert len(mails(database, "spot_recognised")) == 2


def reported(database: Database, world: Spots, now: datetime) -> None:
    """The round has come through its stages, and its report is sent."""
    with database.writing() as session:
        lock_due(session, world.round_id, now=at("2024-04-01 08:00"))
        advance_round(session, world.round_id, "open_recognition", actor=world.owner, now=APPRAISED)
        number_report(session, world.round_id, paper(session, now=now, kind="report"), actor=world.owner, now=now)
        move = Move(document_id=paper(session, now=now))
        advance_round(session, world.round_id, "report", actor=world.owner, now=now, move=move)


@pytest.mark.rule("NA-5.1")
def test_a_spot_may_be_recognised_after_the_report(database: Database) -> None:
    """ANO-NA-3: the report goes before 30/11, recognition runs through it; archived once nothing is open."""
    world = spots(database)
    early, late = lettered(database, world), lettered(database, world, "so-b", "dvcq")
    recognised(database, world, early, now=FIRST)
    reported(database, world, at("2024-11-29 23:00"))
    with database.reading() as session:
        assert session.get_one(Round, world.round_id).state == "reported"
    with pytest.raises(Refused), database.writing() as session:
        advance_round(session, world.round_id, "archive", actor=world.owner, now=LAST)
    assert recognised(database, world, late, "so-b", LAST) == "recognised"
    with database.writing() as session:
        lock_due(session, world.round_id, now=at("2024-12-01 00:00:15"))
        assert hold_round(session, world.round_id, actor=world.owner, now=LAST).state == "reported"
        advance_round(session, world.round_id, "archive", actor=world.owner, now=at("2024-12-01 08:00"))
    assert is_whole(database, world.round_id)


@pytest.mark.rule("NA-6.1")
def test_good_ones_are_commended_each_year_by_a_document(database: Database) -> None:
    world = spots(database)
    key, authority = lettered(database, world), world.authorities["huyen-a"]
    recognised(database, world, key)
    with pytest.raises(NotAllowed):
        pull(database, key, "commend", actor=world.owner, now=LAST, document=True)
    assert pull(database, key, "commend", actor=authority, now=LAST, document=True) == "commended"
    annulling = Move(reason="Vi phạm", document_id=1)
    with database.writing() as session:
        assert advance(session, key, "annul", actor=authority, now=LAST, move=annulling).state == "not_recognised"


@pytest.mark.rule("NA-6.2", "NA-6.3")
def test_the_five_years_are_looked_back_on(database: Database) -> None:
    """What was recognised or commended in the five years up to the conference, and nothing older (AMB-NA-3)."""
    world = spots(database)
    first, second = lettered(database, world), lettered(database, world, "so-b", "dvcq")
    recognised(database, world, first)
    recognised(database, world, second, "so-b")
    pull(database, second, "commend", actor=world.authorities["so-b"], now=LAST, document=True)
    with database.reading() as session:
        found = {
            year: [(one_year, one.id) for one_year, one in recognised_within(session, "diem-sang", year)]
            for year in (2023, 2025, 2028, 2029)
        }
        assert list(recognised_within(session, "dan-chu-co-so", 2025)) == []
    both = [(2024, key) for key in sorted((first, second))]
    assert found == {2023: [], 2025: both, 2028: both, 2029: []}
