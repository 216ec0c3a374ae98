import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from sqlmodel import Session, col, func, select

from actions.accounts import add_account, grant
from actions.launch import launch, plan
from actions.register import take_register
from config.load import load_programme
from config.register import RegisterRow
from models.assessments import Assessment
from models.db import Database
from models.history import History, history_of
from models.mail import Outbox
from models.rounds import Milestone, ProgrammeVersion, Round, milestones
from states.actor import Actor, account
from states.errors import NotAllowed, Refused
from states.history import verify
from tests.actions.world import CONSOLE, at, launched, paper, register_row, rows_of

DEMOCRACY = load_programme("dan-chu-co-so")
MOBILISATION = load_programme("dan-van-chinh-quyen")
WARD = load_programme("kiem-diem-xep-loai")
PARTY, DEPARTMENT = "dang_bo_quan_huyen", "so_nganh"
OCTOBER = at("2024-10-01 08:00")
LOCK = datetime(2024, 12, 9, 17, tzinfo=UTC)


def registered(database: Database, *rows: RegisterRow) -> list[str]:
    with database.writing() as session:
        take_register(session, rows, actor=CONSOLE, now=OCTOBER)
    return [row.code for row in rows]


def started(session: Session, codes: list[str], *, actor: Actor = CONSOLE, now: datetime = OCTOBER) -> int:
    return launch(session, DEMOCRACY, 2024, codes, actor=actor, now=now, live=False, smtp=False)


def refused(database: Database, codes: list[str], *, now: datetime = OCTOBER) -> list[str]:
    with pytest.raises(Refused) as caught, database.writing() as session:
        started(session, codes, now=now)
    return [refusal.sentence for refusal in caught.value.refusals]


def count(database: Database, table: type[Round | Assessment | Outbox | ProgrammeVersion | Milestone]) -> int:
    with database.reading() as session:
        return session.exec(select(func.count()).select_from(table)).one()


@pytest.mark.rule("DN-2.1", "DN-2.2", "DN-2.3")
def test_every_subject_has_its_dossier(database: Database) -> None:
    world = launched(database, subjects=2, kinds=(PARTY, DEPARTMENT))
    with database.reading() as session:
        first, second = (session.get_one(Assessment, key) for key in world.assessment_ids)
        assert (first.name, first.kind, first.sheet, first.state) == ("Đơn vị 1", PARTY, "bieu-1-mau", "assigned")
        assert (second.kind, second.sheet, second.closes_at) == (DEPARTMENT, "bieu-2-mau", LOCK)
        assert first.leaves == len(DEMOCRACY.sheet_for(PARTY).leaves())
        assert [(row.act, row.actor) for row in history_of(session, "assessment:1")] == [("assigned", CONSOLE.name)]
        assert json.loads(history_of(session, "assessment:2")[0].body)["what"] == {
            "to": "assigned",
            "subject": second.subject_id,
            "kind": DEPARTMENT,
            "group": DEPARTMENT,
            "sheet": "bieu-2-mau",
            "closes_at": "2024-12-09T17:00:00.000000Z",
        }
        assert verify(session).broken == ()


def test_the_round_is_started_and_pinned(database: Database) -> None:
    [code] = registered(database, register_row(1, PARTY))
    with database.writing() as session:
        letter = paper(session, now=OCTOBER)
        started_id = launch(
            session, DEMOCRACY, 2024, [code], document=letter, actor=CONSOLE, now=OCTOBER, live=False, smtp=False
        )
    with database.reading() as session:
        one = session.get_one(Round, started_id)
        assert (one.slug, one.year, one.state) == ("dan-chu-co-so", 2024, "self_assessment")
        assert one.title == "Đánh giá, chấm điểm kết quả thực hiện dân chủ ở cơ sở năm 2024"
        assert (one.launched_at, one.launch_document_id) == (OCTOBER, letter)
        pinned = session.get_one(ProgrammeVersion, one.programme_version_id)
        assert (pinned.digest, pinned.document) == (DEMOCRACY.digest, DEMOCRACY.document())
        told = json.loads(history_of(session, f"round:{one.id}")[0].body)["what"]
        assert (told["to"], told["document"], told["dossiers"]) == ("self_assessment", letter, 1)


def test_officer_and_head_are_invited_once(database: Database) -> None:
    world = launched(database, subjects=2)
    with database.reading() as session:
        mails = session.exec(select(Outbox).order_by(col(Outbox.id))).all()
    people = [actor.account_id for pair in zip(world.officers, world.heads, strict=True) for actor in pair]
    assert [mail.account_id for mail in mails] == people
    assert {(mail.message, mail.status, mail.due_at) for mail in mails} == {("assigned", "queued", OCTOBER)}
    assert [mail.occasion for mail in mails] == ["assessment:1/1"] * 2 + ["assessment:2/1"] * 2


@pytest.mark.rule("VG-2.1", "VG-2.5")
def test_the_calendar_has_each_stage_for_the_kinds_that_are_there(database: Database) -> None:
    world = launched(database, "dan-van-chinh-quyen", kinds=("ubnd_xa", "ubnd_huyen"))
    with database.reading() as session:
        stages = [(one.stage, one.kind, one.trigger) for one in milestones(session, world.round_id)]
        dossiers = session.exec(select(Assessment).order_by(col(Assessment.id))).all()
    assert stages == [
        ("self_assessment", "ubnd_xa", "mark_overdue"),
        ("decision", "ubnd_xa", None),
        ("own_dossier", "ubnd_huyen", "mark_own_overdue"),
        ("report", "ubnd_huyen", None),
        ("report", "ubnd_xa", None),
    ]
    assert [at("2024-11-15 00:00"), at("2024-12-01 00:00")] == [one.closes_at for one in dossiers[:2]]


def test_a_plan_says_what_is_wrong_with_every_subject_and_writes_nothing(database: Database) -> None:
    codes = registered(
        database,
        register_row(1, PARTY),
        register_row(2, PARTY, valid_to=date(2024, 6, 30)),
        register_row(3, PARTY, active=False, email_head=""),
        register_row(4, "doanh_nghiep"),
        register_row(5, PARTY, email_officer="", email_head=""),
        register_row(6, PARTY, valid_from=date(2025, 7, 1)),
    )
    with database.reading() as session:
        planned = plan(session, DEMOCRACY, 2024, [*codes, "khong-co"], now=OCTOBER, live=False)
    problems = {line.code: line.problem.sentence if line.problem else None for line in planned.lines}
    assert problems == {
        "dv-1": None,
        "dv-2": "Đơn vị 2 hết hiệu lực từ ngày 01/07/2024, không đưa vào đợt được.",
        "dv-3": None,
        "dv-4": "Đơn vị 4: chương trình không có loại đối tượng «doanh_nghiep».",
        "dv-5": "Đơn vị 5 chưa có địa chỉ thư của cán bộ đơn vị và thủ trưởng.",
        "dv-6": "Đơn vị 6 chỉ có hiệu lực từ ngày 01/07/2025.",
        "khong-co": "Danh sách không có đơn vị nào mang mã «khong-co».",
    }
    assert [one.name for one in planned.newcomers] == ["Đơn vị 1"]
    assert refused(database, [*codes, "khong-co"]) == [sentence for sentence in problems.values() if sentence]
    assert [count(database, table) for table in (Round, Assessment, Outbox, ProgrammeVersion, Milestone)] == [0] * 5


def test_inactive_subjects_are_left_out(database: Database) -> None:
    codes = registered(database, register_row(1, PARTY), register_row(2, PARTY, active=False))
    with database.writing() as session:
        started(session, codes)
    assert count(database, Assessment) == 1
    assert refused(database, codes[1:])[0] == "Danh sách không có đơn vị nào đang hoạt động để phát động đợt."


def test_a_subject_exists_through_its_last_day(database: Database) -> None:
    [code] = registered(database, register_row(1, PARTY, valid_to=date(2024, 11, 30)))
    assert len(refused(database, [code], now=at("2024-12-01 00:00"))) == 1
    with database.writing() as session:
        started(session, [code], now=at("2024-11-30 23:59:59.999999"))


def test_a_real_launch_needs_mail_and_official_sheets(database: Database) -> None:
    codes = registered(database, *rows_of(DEMOCRACY, 2, (PARTY, DEPARTMENT)))
    with database.reading() as session:
        planned = plan(session, DEMOCRACY, 2024, codes, now=OCTOBER, live=True, smtp=False)
    sentences = {one.rule: one.sentence for one in planned.problems}
    assert [one.rule for one in planned.problems] == ["smtp", "sample", "sample"]
    assert sentences["smtp"].startswith("Chưa khai báo máy chủ thư (DANHGIA_SMTP_URL)")
    assert sentences["sample"].endswith("» là biểu mẫu, chỉ dùng để chạy thử; hãy nạp biểu chính thức.")


def test_a_real_launch_goes_through(database: Database) -> None:
    codes = registered(database, register_row(1, "ubnd_xa"))
    with database.writing() as session:
        launch(session, MOBILISATION, 2024, codes, actor=CONSOLE, now=OCTOBER, live=True, smtp=True)
    assert count(database, Assessment) == 1


def test_a_programme_is_launched_once_a_year(database: Database) -> None:
    launched(database, subjects=1)
    title = "Đánh giá, chấm điểm kết quả thực hiện dân chủ ở cơ sở năm 2024"
    assert refused(database, ["dv-1"]) == [f"Đợt «{title}» đã được phát động (đợt số 1)."]
    with database.writing() as session:
        launch(session, DEMOCRACY, 2025, ["dv-1"], actor=CONSOLE, now=at("2025-10-01 08:00"), live=False, smtp=False)
    assert (count(database, Round), count(database, ProgrammeVersion)) == (2, 1)


def test_of_launches_at_the_same_time_one_wins(database: Database) -> None:
    codes = registered(database, *rows_of(DEMOCRACY, 5))

    def tried() -> bool:
        try:
            with database.writing() as session:
                started(session, codes)
        except Refused:
            return False
        return True

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(lambda _: tried(), range(3))) == [False, False, True]
    assert (count(database, Round), count(database, Assessment)) == (1, 5)


def test_a_year_whose_deadline_has_passed_is_not_launched(database: Database) -> None:
    codes = registered(database, register_row(1, PARTY))
    assert refused(database, codes, now=LOCK) == [
        "Thời hạn «Tự đánh giá, chấm điểm» đã qua: hết ngày 09/12/2024 (trước ngày 10/12)."
    ]


def test_only_an_administrator_of_every_round_launches(database: Database) -> None:
    world = launched(database, subjects=1)
    with database.writing() as session:
        local = add_account(session, "dot@donvi.example", actor=CONSOLE, now=OCTOBER)
        grant(session, local, "administrator", round_id=world.round_id, actor=CONSOLE, now=OCTOBER)
    for actor in (world.officer, world.lead, account(local)):
        with pytest.raises(NotAllowed), database.writing() as session:
            launch(session, DEMOCRACY, 2025, ["dv-1"], actor=actor, now=OCTOBER, live=False, smtp=False)
    with database.writing() as session:
        launch(session, DEMOCRACY, 2025, ["dv-1"], actor=world.administrator, now=OCTOBER, live=False, smtp=False)
    assert count(database, Round) == 2


def test_a_large_round_has_every_row(database: Database) -> None:
    launched(database, subjects=1500, kinds=(PARTY, DEPARTMENT))
    with database.reading() as session:
        assert session.exec(select(func.count()).select_from(Assessment)).one() == 1500
        assert session.exec(select(func.count()).select_from(Outbox)).one() == 3000
        assert session.exec(select(func.count()).select_from(History).where(History.act == "assigned")).one() == 1500
        assert verify(session).broken == ()


def ward_refused(database: Database, codes: list[str]) -> list[str]:
    with pytest.raises(Refused) as caught, database.writing() as session:
        launch(session, WARD, 2024, codes, actor=CONSOLE, now=OCTOBER, live=False, smtp=False)
    return [refusal.sentence for refusal in caught.value.refusals]


@pytest.mark.rule("HT-10.1", "HT-10.6")
def test_every_dossier_knows_the_body_that_decides_on_it(database: Database) -> None:
    codes = registered(
        database,
        register_row(1, "dang_bo_co_so"),
        register_row(2, "chi_bo_truc_thuoc", parent="dv-1"),
        register_row(3, "tap_the_co_so", body="dv-1"),
    )
    with database.writing() as session:
        launch(session, WARD, 2024, codes, actor=CONSOLE, now=OCTOBER, live=False, smtp=False)
    with database.reading() as session:
        found = session.exec(select(Assessment).order_by(col(Assessment.id))).all()
        assert [(one.name, one.body, one.agency_id) for one in found] == [
            ("Đơn vị 1", "btv", None),
            ("Đơn vị 2", "dv-1", None),
            ("Đơn vị 3", "dv-1", None),
        ]
        assert json.loads(history_of(session, "assessment:2")[0].body)["what"]["body"] == "dv-1"


def test_who_has_no_deciding_body_stops_the_launch(database: Database) -> None:
    codes = registered(database, register_row(1, "dang_vien"), register_row(2, "tap_the_co_so", body="khong-co"))
    assert ward_refused(database, codes) == [
        f"Đơn vị {number}: không xác định được cấp có thẩm quyền xếp loại; ghi mã vào cột «body»." for number in (1, 2)
    ]
    assert count(database, Round) == 0


@pytest.mark.rule("HT-6.2", "HT-11.3")
def test_an_order_in_a_circle_is_told_with_its_path(database: Database) -> None:
    """Unless somebody on the way round is not in the round."""
    codes = registered(
        database,
        register_row(1, "tap_the_co_so", peer_of=("dv-2",)),
        register_row(2, "chi_bo_co_so", peer_of=("dv-1",)),
        register_row(3, "can_bo_co_so", leads=("dv-1",)),
    )
    told = "Thứ tự xếp loại đi vòng, không thể bắt đầu từ đâu: Đơn vị 1 → Đơn vị 2 → Đơn vị 1."
    assert ward_refused(database, codes) == [told]
    assert (count(database, Round), count(database, Outbox)) == (0, 0)
    with database.writing() as session:
        launch(session, WARD, 2024, [codes[0], codes[2]], actor=CONSOLE, now=OCTOBER, live=False, smtp=False)
    assert count(database, Assessment) == 2


@pytest.mark.rule("NA-3.3")
def test_where_agencies_enter_what_is_assessed_their_first_spots_are_there(database: Database) -> None:
    spots = load_programme("diem-sang")
    january = at("2024-01-15 08:00")
    codes = registered(database, register_row(1, "huyen"), register_row(2, "so_nganh"))
    with database.writing() as session:
        round_id = launch(session, spots, 2024, codes, actor=CONSOLE, now=january, live=False, smtp=False)
    with database.reading() as session:
        found = session.exec(select(Assessment).order_by(col(Assessment.id))).all()
        kinds = [(one.kind, one.name, one.body, one.sheet) for one in found[:2]]
        assert kinds == [
            ("qcdc", "Điểm sáng thực hiện quy chế dân chủ ở cơ sở: Đơn vị 1", "dv-1", "diem-sang-qcdc"),
            ("dvcq", "Điểm sáng dân vận chính quyền: Đơn vị 1", "dv-1", "diem-sang-dvcq"),
        ]
        assert len(found) == 4
        assert {(one.stage, one.kind) for one in milestones(session, round_id)} == {
            (stage, kind) for stage in ("registration", "report", "recognition") for kind in ("qcdc", "dvcq")
        }
    spot = registered(database, register_row(3, "qcdc"))
    with pytest.raises(Refused) as caught, database.writing() as session:
        launch(session, spots, 2025, spot, actor=CONSOLE, now=january, live=False, smtp=False)
    assert [refusal.rule for refusal in caught.value.refusals] == ["kind"]
