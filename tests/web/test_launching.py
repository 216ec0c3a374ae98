"""What an administrator does up to the launch: programmes, the register, rehearsals, the launch; and nobody else."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlmodel import col, select

from actions.launch import launch
from actions.launch_draft import Letter, read_wish
from actions.register import take_register
from config.load import list_programmes, load_programme
from config.register import HEADINGS
from models.db import Database, run
from models.drafts import Draft
from models.jobs import Job
from models.people import Subject
from models.rounds import Round
from tests.actions.world import CONSOLE, World, launched, register_row
from tests.conftest import Fresh
from tests.web.browser import Browser, Hands, place_of, words
from tests.web.conftest import Portal
from tests.web.letters import by_mail, by_password
from tests.web.test_queries import told
from web.routes import launches

PAGES = ("/programmes", "/programmes/diem-sang", "/register", "/register/import", "/rehearsals", "/rounds/new")
HEADER = "mã;tên;loại;khối;thư cán bộ;thư thủ trưởng;hoạt động\n"
ROW = "dv-9;Đảng bộ chín;dang_bo_quan_huyen;A;cb9@donvi.example;tt9@donvi.example;\n"
LETTER = {"number": "15-CV/BDVTU", "dated": "01/10/2024", "signer": "Nguyễn Ví Dụ"}
PDF = b"%PDF-1.7\n% a letter\n"


@pytest.fixture
def staff(portal: Portal, tmp_path: Path) -> Browser:
    """The administrator of a rehearsal, whose files go into a folder of the test's own."""
    settings = portal.place.settings.model_copy(update={"var": tmp_path})
    portal.place = portal.place._replace(settings=settings, is_rehearsal=True)
    return by_password(portal, portal.world.administrator)


def upload(browser: Browser, path: str, files: dict[str, Any], **fields: Any) -> Any:  # noqa: ANN401  an answer of the client
    return browser._remember(browser.client.post(path, data={"csrf": browser.csrf, **fields}, files=files))


def register(browser: Browser, text: str, name: str = "danh-sach.csv") -> Any:  # noqa: ANN401  as above
    browser.get("/register/import")
    return upload(browser, "/register/import", {"file": (name, text.encode())})


def taken(staff: Browser, address: str) -> Any:  # noqa: ANN401  as above
    """Take a register over as its page shows it."""
    shown = staff.get(address).text.partition('name="seen" value="')[2].partition('"')[0]
    return staff.post(address, seen=shown)


def launch_form(year: int = 2025) -> dict[str, Any]:
    dates = {"date-0": f"09/12/{year}", "date-1": f"29/12/{year}"}
    contact = {"contact_name": "Ban Dân vận", "contact_phone": "0236 3825 123"}
    member = {"role-0": "appraiser", "email-0": "cv@vi-du.example", "name-0": "Trần A", "position-0": ""}
    what = {"programme": "dan-chu-co-so", "year": str(year), "rows": "3", "kind": ["dang_bo_quan_huyen"], "do": "look"}
    return {**what, **LETTER, **dates, **contact, **member}


def count(database: Database, table: str) -> int:
    with database.reading() as session:
        return int(run(session, f"SELECT count(*) FROM {table}").fetchone()[0])


def test_all_of_it_is_the_administrators(portal: Portal) -> None:
    officer = by_mail(portal, portal.world.officer)
    assert [officer.get(path).status_code for path in PAGES] == [403] * len(PAGES)
    assert officer.post("/register/export").status_code == 403
    assert portal.browser().get("/register").headers["location"].startswith("/sign-in")


def test_programmes_are_shown_with_their_calendar_steps_sheets_and_what_is_odd(staff: Browser) -> None:
    listed = words(staff.get("/programmes?year=2026"))
    assert "hết ngày 09/12/2026 (trước ngày 10/12)" in listed
    for slug in list_programmes():
        answer = staff.get(f"/programmes/{slug}?year=2026")
        assert (answer.status_code, answer.text.count("<svg")) == (200, 2)
    shown = words(staff.get("/programmes/dan-van-chinh-quyen?year=2026"))
    assert "Hết ngày 14/11/2026 (trước ngày 15/11)" in shown
    assert "Khung điểm chưa xác nhận" in shown
    assert "có thể là 25/10/2022" in shown
    assert staff.get("/programmes/nothing").status_code == 404


def test_every_wrong_cell_of_a_register_is_shown_and_nothing_is_kept(staff: Browser, portal: Portal) -> None:
    before = count(portal.database, "draft")
    answer = register(staff, HEADER + ";Đảng bộ chín;không biết;A;abc;tt9@donvi.example;có thể\n")
    said_all = words(answer)
    assert answer.status_code == 422
    for said in ("2 Mã Không được để trống", "Thư cán bộ Địa chỉ thư «abc» không hợp lệ", "Ghi có hoặc không."):
        assert said in said_all
    assert register(staff, "", name="danh-sach.pdf").status_code == 422
    assert register(staff, "\x00\x01", name="danh-sach.xlsx").status_code == 422
    assert count(portal.database, "draft") == before


def test_a_register_is_looked_at_again_then_taken_over_once(staff: Browser, portal: Portal) -> None:
    moved = "dv-1;Đơn vị 1;dang_bo_quan_huyen;dang_bo_quan_huyen;moi@donvi.example;thutruong1@donvi.example;\n"
    answer = register(staff, HEADER + ROW + moved)
    address = answer.headers["location"]
    looked = words(staff.follow(answer))
    assert "1 đơn vị mới 1 thay đổi 0 kết thúc hoạt động 0 không đổi 2 không có trong tệp, giữ nguyên" in looked
    assert "canbo1@donvi.example → moi@donvi.example" in looked
    assert count(portal.database, "subject") == 3
    assert staff.post(address, seen="khác").headers["location"] == address
    assert "đã thay đổi sau khi xem; chưa ghi gì" in words(staff.get(address))
    done = taken(staff, address)
    assert (done.status_code, done.headers["location"]) == (303, "/register")
    assert staff.post(address).status_code == 422
    assert "Đã ghi lúc" in words(staff.get(address))
    found = words(staff.get("/register?q=chin"))
    assert "1 đơn vị trên 4" in found
    assert "cb9@donvi.example" in found
    with portal.database.reading() as session:
        kept = session.exec(select(Draft.content).where(Draft.kind == "register")).one()
        assert "dv-9" not in kept


def test_the_list_is_exported_as_it_can_be_imported_and_the_export_is_recorded(staff: Browser, portal: Portal) -> None:
    template = load_workbook(BytesIO(staff.get("/register/template").content))
    assert [cell.value for cell in template.worksheets[0][1]] == list(HEADINGS.values())
    staff.get("/register")
    file = staff.post("/register/export").content
    assert load_workbook(BytesIO(file)).worksheets[0].max_row == 4
    staff.get("/register/import")
    answer = upload(staff, "/register/import", {"file": ("danh-sach.xlsx", file)})
    assert "giống hệt danh sách đang có" in words(staff.follow(answer))
    with portal.database.reading() as session:
        assert run(session, "SELECT count(*) FROM history WHERE act = 'export'").fetchone()[0] == 1


def queries(fresh: Fresh, folder: Path, units: int) -> dict[str, int]:
    """How many statements each page makes in a world of so many units."""
    with fresh() as url, told() as statements:
        database = Database(url)
        world = launched(database, subjects=units)
        hands = Hands(world.launched_at)
        portal = Portal(world, database, hands, place_of(database, hands, is_rehearsal=True))
        settings = portal.place.settings.model_copy(update={"var": folder})
        portal.place = portal.place._replace(settings=settings)
        browser = by_password(portal, world.administrator)
        rows = "".join(ROW.replace("dv-9", f"dv-{number}") for number in range(units))
        pages = [
            "/register",
            "/programmes/dan-chu-co-so",
            "/rounds/new?programme=dan-chu-co-so&year=2025",
            "/rehearsals",
        ]
        pages += [register(browser, HEADER + rows).headers["location"], prepared(browser)]
        found = {}
        for name in pages:
            browser.get(name)
            statements.clear()
            assert browser.get(name).status_code == 200
            found[name] = len(statements)
        database.dispose()
        return found


def test_no_page_makes_more_queries_for_more_units(fresh_sqlite: Fresh, tmp_path: Path) -> None:
    few, many = (queries(fresh_sqlite, tmp_path, units) for units in (2, 60))
    assert few == many
    assert max(many.values()) < 25


def test_a_list_is_paged_and_searched_without_marks(staff: Browser) -> None:
    rows = "".join(ROW.replace("dv-9", f"dv-{number}") for number in range(100, 220))
    taken(staff, register(staff, HEADER + rows).headers["location"])
    assert "Trang 3/3" in words(staff.get("/register?page=3"))
    assert "120 đơn vị trên 123" in words(staff.get("/register?q=dang%20bo%20chin"))


@pytest.fixture
def bands(portal: Portal) -> Browser:
    """The administrator of a round whose bands nobody has confirmed."""
    portal.world = launched_more(portal)
    return by_password(portal, portal.world.administrator)


def launched_more(portal: Portal) -> World:
    world = portal.world
    with portal.database.writing() as session:
        take_register(session, [register_row(8, "ubnd_xa")], actor=CONSOLE, now=portal.hands.now())
        programme, now = load_programme("dan-van-chinh-quyen"), portal.hands.now()
        made = launch(session, programme, 2024, ["dv-8"], actor=CONSOLE, now=now, live=False, smtp=False)
    return replace(world, round_id=made)


def test_bands_are_confirmed_after_a_second_look(bands: Browser, portal: Portal) -> None:
    address = f"/rounds/{portal.world.round_id}/bands"
    assert "chưa được xác nhận" in words(bands.get(address))
    given = {f"at-{index}": points for index, points in enumerate(("92,5", "80", "65", "50", "0"))}
    paper = {"reason": "Theo Quyết định 02/2020", "number": "02/QĐ", "dated": "01/10/2024", "signer": "Nguyễn Ví Dụ"}
    wrong = bands.post(f"{address}/look", **(given | paper | {"at-0": "70", "signer": ""}))
    assert (wrong.status_code, 'value="70"' in wrong.text, "người ký" in words(wrong)) == (422, True, True)
    rising = bands.post(f"{address}/look", **(given | paper | {"at-0": "70"}))
    assert "giảm dần" in words(rising)
    looked = bands.post(f"{address}/look", **given, **paper)
    assert "90 92,5" in words(looked)
    assert "02/QĐ" in words(looked)
    assert bands.post(address, **given, **paper).headers["location"] == f"/rounds/{portal.world.round_id}"
    assert "đã được xác nhận" in words(bands.get(address))
    assert bands.get("/rounds/1/bands").status_code == 404


def test_a_rehearsal_is_asked_for_and_waits_for_the_work_loop(staff: Browser, portal: Portal, tmp_path: Path) -> None:
    staff.get("/rehearsals")
    asked = {"programme": "dan-chu-co-so", "year": "2026", "source": "invented", "subjects": "12", "seed": "3"}
    refused = staff.post("/rehearsals", **(asked | {"subjects": "2"}))
    assert (refused.status_code, 'value="2"' in refused.text) == (422, True)
    answer = staff.post("/rehearsals", **asked)
    address = answer.headers["location"]
    assert "Đang chờ đến lượt" in words(staff.follow(answer))
    with portal.database.writing() as session:
        job = session.exec(select(Job).where(Job.kind == "rehearsal")).one()
        job.status = "done"
        session.add(job)
    folder = tmp_path / "rehearsals" / job.target.rpartition(":")[2]
    folder.mkdir(parents=True)
    summary = '{"subjects": 12, "states": {"reported": 12}, "zeroed": 2, "levels": {}, "mails": {"assigned": 24}, '
    (folder / "summary.json").write_text(summary + '"seal": "ab12"}', encoding="utf-8")
    (folder / "bao-cao.docx").write_bytes(b"docx")
    (folder / "round.db").write_bytes(b"secret")
    shown = words(staff.get(address))
    assert "24 thư lẽ ra được gửi" in shown
    assert "Đã báo cáo 12" in shown
    assert staff.get(f"{address}/bao-cao.docx").content == b"docx"
    assert [staff.get(f"{address}/{name}").status_code for name in ("round.db", "history.jsonl")] == [404, 404]
    for _ in range(3):
        staff.get("/rehearsals")
        staff.post("/rehearsals", **asked)
    assert staff.post("/rehearsals", **asked).status_code == 422


def test_nothing_typed_in_a_launch_is_lost(staff: Browser, portal: Portal) -> None:
    assert "Bước 1 trên 3" in words(staff.get("/rounds/new"))
    prefilled = staff.get("/rounds/new?programme=dan-chu-co-so&year=2025").text
    assert 'value="09/12/2025"' in prefilled
    wrong = launch_form() | {"date-0": "31/12/2025", "signer": "", "email-0": "không phải thư"}
    answer = upload(staff, "/rounds/new", {"letter": ("cong-van.pdf", PDF)}, **wrong)
    told = words(answer)
    assert answer.status_code == 422
    for said in (
        "theo đúng thứ tự",
        "người ký công văn",
        "«không phải thư» không hợp lệ",
        "Đã nhận tệp «cong-van.pdf»",
    ):
        assert said in told
    for kept in ('value="31/12/2025"', 'value="15-CV/BDVTU"', 'value="không phải thư"', 'value="Trần A"'):
        assert kept in answer.text
    more = upload(staff, "/rounds/new", {}, **(wrong | {"do": "more"}))
    assert (more.status_code, 'name="email-5"' in more.text, 'value="Trần A"' in more.text) == (200, True, True)
    assert count(portal.database, "draft") == 0


def prepared(staff: Browser) -> str:
    staff.get("/rounds/new?programme=dan-chu-co-so&year=2025")
    answer = upload(staff, "/rounds/new", {"letter": ("cong-van.pdf", PDF)}, **launch_form())
    assert answer.status_code == 303, words(answer)
    return str(answer.headers["location"])


def seen(answer: Any) -> str:  # noqa: ANN401  an answer of the client
    return str(answer.text.partition('name="seen" value="')[2].partition('"')[0])


def test_before_the_launch_one_reads_where_mail_comes_from_and_leads_to(staff: Browser, portal: Portal) -> None:
    address, warned = prepared(staff), "đây còn là khai báo chạy thử"
    assert "Thư mời gửi từ khong-tra-loi@danhgia.example, dẫn về" in words(staff.get(address))
    assert warned not in words(staff.get(address))
    portal.place = portal.place._replace(is_rehearsal=False)
    assert warned in words(by_password(portal, portal.world.administrator).get(address))
    real = {"base_url": "http://danhgia.test", "mail_from": "danhgia@danhgia.test"}
    portal.place = portal.place._replace(settings=portal.place.settings.model_copy(update=real))
    assert warned not in words(by_password(portal, portal.world.administrator).get(address))


def test_a_launch_is_looked_at_again_changed_and_done(staff: Browser, portal: Portal) -> None:
    address = prepared(staff)
    looked = words(staff.get(address))
    assert "3 hồ sơ sẽ lập 6 thư sẽ gửi ngay 0 chỗ phải sửa 0 đơn vị ở ngoài đợt" in looked
    assert "Hết ngày 09/12/2025 (trước ngày 10/12)" in looked
    edit = staff.get(f"{address}/edit").text
    assert "Đã nhận tệp «cong-van.pdf»" in edit
    kept = edit.partition('name="file_hash" value="')[2].partition('"')[0]
    changed = launch_form() | {"left_out": "dv-3", "file_hash": kept, "file_name": "cong-van.pdf"}
    assert upload(staff, f"{address}/edit", {}, **changed).headers["location"] == address
    page = staff.get(address)
    assert "2 hồ sơ sẽ lập 4 thư" in words(page)
    assert staff.post(address, seen="nothing").status_code == 422
    done = staff.post(address, seen=seen(page))
    with portal.database.reading() as session:
        made = session.exec(select(Round).order_by(col(Round.id).desc())).first()
        assert made is not None
    assert (done.status_code, done.headers["location"]) == (303, f"/rounds/{made.id}")
    assert "2 hồ sơ, 4 thư đang được gửi" in words(staff.follow(done))
    assert [staff.get(address).status_code, staff.post(address, seen=seen(page)).status_code] == [303, 303]


def test_a_launch_that_is_not_filled_in_is_gone_on_with_in_the_form(staff: Browser, portal: Portal) -> None:
    address = prepared(staff)
    with portal.database.writing() as session:
        draft = session.exec(select(Draft).where(Draft.kind == "launch")).one()
        draft.content = read_wish(draft).model_copy(update={"letter": Letter()}).model_dump_json()
        session.add(draft)
    answer = staff.get(address)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{address}/edit")


def test_what_stands_against_a_launch_is_listed_and_a_large_one_is_a_job(
    staff: Browser, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    idle = ROW.replace("cb9@donvi.example", "").replace(";\n", ";không\n")
    taken(staff, register(staff, HEADER + idle).headers["location"])
    with portal.database.writing() as session:
        subject = session.exec(select(Subject).where(Subject.code == "dv-9")).one()
        subject.active = True
        session.add(subject)
    address = prepared(staff)
    looked = words(staff.get(address))
    assert "chưa có địa chỉ thư của cán bộ đơn vị" in looked
    assert "Ghi địa chỉ thư vào tệp danh sách" in looked
    assert "Phát động: lập" not in looked
    upload(staff, f"{address}/edit", {}, **(launch_form() | {"left_out": "dv-9"}))
    monkeypatch.setattr(launches, "LARGE", 2)
    page = staff.get(address)
    assert staff.post(address, seen=seen(page)).headers["location"] == address
    assert "Đang phát động" in words(staff.get(address))
    with portal.database.reading() as session:
        job = session.exec(select(Job).where(Job.kind == "launch")).one()
        assert (job.status, job.occasion.partition("/")[0]) == ("waiting", seen(page))


def test_names_stand_in_the_order_of_the_alphabet(staff: Browser) -> None:
    names = ("Xã Cẩm Lệ", "Xã Hải Vân", "Xã Hòa Vang", "Xã Hương Trà")
    rows = (ROW.replace("dv-9", f"dv-9{n}").replace("Đảng bộ chín", name) for n, name in enumerate(reversed(names)))
    taken(staff, register(staff, HEADER + "".join(rows)).headers["location"])
    launching = staff.post("/rounds/new", **launch_form())
    for text in (staff.get("/register").text, staff.get(launching.headers["location"]).text):
        assert sorted(names, key=text.index) == list(names)
