"""Watching a round: the board and its lists, more time, difficulties, mail and jobs; who sees what."""

from datetime import date, timedelta

import pytest
from sqlmodel import select

from actions import self_assess
from actions.accounts import add_account, grant
from actions.difficulties import raise_difficulty
from actions.extension import ask_extension
from danhgia.bench.counting import counted
from models.assessments import Assessment, Difficulty, Extension
from models.db import Database, run
from models.decisions import Document
from models.types import to_micros
from states.actor import Actor, account
from states.listing import PAGE
from tests.actions.later import acts, is_whole
from tests.actions.world import CONSOLE, at, best, launched, sheet_of, submitted
from tests.conftest import Fresh
from tests.states.worlds import recount
from tests.web.browser import Browser, Hands, place_of, words
from tests.web.conftest import Portal
from tests.web.letters import by_mail, by_password

NOW = at("2024-12-03 09:41")
BEFORE = NOW - timedelta(days=2)
KINDS = ("dang_bo_quan_huyen", "so_nganh")
SCRIPT = "<script>alert('x')</script> & <b>"
PAPER = {"paper-number": "12-CV/BDV", "paper-dated": "02/12/2024", "paper-signer": "Nguyễn Ví Dụ"}


def watched(database: Database, subjects: int = 6) -> Portal:
    """One has handed in, one has scored everything, one asks for more time, one has a difficulty, two are idle."""
    world = launched(database, subjects=subjects, kinds=KINDS)
    submitted(database, world, 0, now=BEFORE)
    with database.writing() as session:
        key = world.assessment_ids[1]
        self_assess.save(session, key, best(sheet_of(session, world, key)), actor=world.officers[1], now=BEFORE)
        until = date(2024, 12, 14)
        ask_extension(session, world.assessment_ids[2], SCRIPT, until=until, actor=world.officers[2], now=BEFORE)
        raise_difficulty(session, world.assessment_ids[3], SCRIPT, actor=world.officers[3], now=BEFORE)
        run(session, "UPDATE outbox SET status = 'sent', answer = '250 Ok', attempts = 1, ended_at = due_at")
        bounced = "UPDATE outbox SET status = 'bounced', answer = '550 <b>User unknown' WHERE id IN (1, 2)"
        run(session, bounced)
    hands = Hands(NOW)
    return Portal(world, database, hands, place_of(database, hands))


@pytest.fixture
def portal(database: Database) -> Portal:
    return watched(database)


def owner(portal: Portal) -> Browser:
    return by_password(portal, portal.world.administrator)


def base(portal: Portal, path: str = "") -> str:
    return f"/rounds/{portal.world.round_id}{path}"


def names(browser: Browser, path: str) -> list[str]:
    """The dossiers that a list shows, in its order."""
    return [part.partition("</a>")[0].partition(">")[2] for part in browser.get(path).text.split('class="name"')[1:]]


def units(*numbers: int) -> list[str]:
    return [f"Đơn vị {number}" for number in numbers]


@pytest.mark.rule("DN-6.1")
def test_the_board_says_what_to_do_and_every_figure_leads_to_its_list(portal: Portal) -> None:
    browser = owner(portal)
    answer = browser.get(base(portal))
    told = words(answer)
    for expected in (
        "1 đề nghị gia hạn chờ trả lời",
        "1 vướng mắc chờ trả lời",
        "2 thư không gửi được",
        "1 đơn vị đã chấm đủ mà chưa nộp",
        "4 đơn vị chưa mở thư, chưa đăng nhập",
        "Đơn vị đã xong phần của mình 1/6 16%",
        "Mốc kế tiếp: Tự đánh giá, chấm điểm Hết ngày 09/12/2024 (trước ngày 10/12) còn 6 ngày",
    ):
        assert expected in told
    listed = {
        "/units?flag=unopened": units(3, 4, 5, 6),
        "/units?flag=full": units(2),
        "/units?flag=late": [],
        "/units?state=submitted": units(1),
        "/units?state=assigned&amp;group=so_nganh%2Fso_nganh": units(4, 6),
        "/units?state=assigned&amp;group=dang_bo_quan_huyen%2Fdang_bo_quan_huyen": units(3, 5),
    }
    for path, expected_names in listed.items():
        assert base(portal, path).replace("%2F", "/") in answer.text.replace("%2F", "/")
        assert names(browser, base(portal, path.replace("&amp;", "&"))) == expected_names
    assert is_whole(portal.database, portal.world.round_id)


FILTERED = {
    "": units(1, 2, 3, 4, 5, 6),
    "?sort=name_down": units(6, 5, 4, 3, 2, 1),
    "?sort=group": units(1, 3, 5, 2, 4, 6),
    "?q=DON VI 2": units(2),
    "?q=%25": [],
    "?q=vi&state=submitted": units(1),
    "?group=so_nganh/so_nganh&flag=unopened": units(4, 6),
    "?after=ba&state=none&group=x&flag=y&sort=z&before=9999999999999999999": units(1, 2, 3, 4, 5, 6),
}


def test_the_list_is_filtered_sorted_searched_and_turned(portal: Portal) -> None:
    browser = owner(portal)
    assert {query: names(browser, base(portal, f"/units{query}")) for query in FILTERED} == FILTERED
    second = portal.world.assessment_ids[1]
    assert names(browser, base(portal, f"/units?after={second}")) == units(3, 4, 5, 6)
    assert names(browser, base(portal, f"/units?before={second}&sort=group")) == units(1, 3, 5)


def test_pages_follow_each_other_without_gap_or_repetition(fresh_sqlite: Fresh) -> None:
    with fresh_sqlite() as url:
        database = Database(url)
        portal = watched(database, PAGE + 3)
        browser = owner(portal)
        last = portal.world.assessment_ids[PAGE - 1]
        assert names(browser, base(portal, "/units")) == units(*range(1, PAGE + 1))
        assert f"after={last}" in browser.get(base(portal, "/units")).text
        assert names(browser, base(portal, f"/units?after={last}")) == units(*range(PAGE + 1, PAGE + 4))
        database.dispose()


@pytest.mark.rule("DN-6.1")
def test_who_signs_in_has_opened_the_dossiers_of_its_unit(portal: Portal) -> None:
    by_mail(portal, portal.world.officers[4])
    assert names(owner(portal), base(portal, "/units?flag=unopened")) == units(3, 4, 6)
    with portal.database.reading() as session:
        assert session.get_one(Assessment, portal.world.assessment_ids[4]).opened_at == NOW


@pytest.mark.rule("AMB-DN-1")
def test_several_dossiers_get_a_later_deadline_after_a_second_look(portal: Portal) -> None:
    browser, ids = owner(portal), portal.world.assessment_ids
    chosen = [str(key) for key in (ids[4], ids[2])]
    browser.get(base(portal, "/units"))
    assert "Gia hạn 2 hồ sơ" in words(browser.post(base(portal, "/extensions/choose"), id=chosen))
    typed = {"id": chosen, "until": "14/12/2024", "reason": SCRIPT, **PAPER}
    bad = browser.post(base(portal, "/extensions/look"), **{**typed, "until": "mai", "paper-number": ""})
    assert bad.status_code == 422
    assert "Ghi ngày cuối cùng được nộp" in words(bad)
    assert "Ghi số của văn bản cho phép gia hạn." in words(bad)
    assert SCRIPT in words(bad)
    early = browser.post(base(portal, "/extensions/look"), **{**typed, "until": "08/12/2024"})
    assert words(early).count("phải sau thời điểm hiện tại") == 2
    seen = browser.post(base(portal, "/extensions/look"), **typed)
    assert "Hết ngày 14/12/2024" in words(seen)
    assert kept(portal) == ([], 1)
    answer = browser.post(base(portal, "/extensions"), **typed)
    assert "Đã gia hạn 2 hồ sơ" in words(browser.follow(answer))
    granted, open_ones = kept(portal)
    assert (sorted(granted), open_ones) == (sorted([ids[2], ids[4]]), 0)
    with portal.database.reading() as session:
        closes = {session.get_one(Assessment, key).closes_at for key in (ids[2], ids[4])}
        assert closes == {at("2024-12-15 00:00")}
        assert [one.number for one in session.exec(select(Document).where(Document.kind == "extension"))] == [
            "12-CV/BDV"
        ]
    again = browser.post(base(portal, "/extensions"), **typed)
    assert again.status_code == 422
    assert "phải sau thời điểm hiện tại" in words(again)
    assert browser.post(base(portal, "/extensions/choose")).status_code == 422
    assert browser.post(base(portal, "/extensions/choose"), id="999999").status_code == 404
    assert is_whole(portal.database, portal.world.round_id)


def kept(portal: Portal) -> tuple[list[int], int]:
    """Dossiers whose extension was granted, and how many requests still wait."""
    with portal.database.reading() as session:
        every = session.exec(select(Extension)).all()
    return [one.assessment_id for one in every if one.granted], sum(one.granted is None for one in every)


@pytest.mark.rule("AMB-DN-1")
def test_a_request_for_more_time_is_refused_with_a_reason(portal: Portal) -> None:
    browser = owner(portal)
    page = browser.get(base(portal, "/extensions"))
    assert SCRIPT in words(page)
    assert SCRIPT not in page.text
    assert "Hết ngày 14/12/2024 (trước ngày 15/12)" in words(page)
    path = base(portal, "/extensions/1/refuse")
    empty = browser.post(path, reason=" ")
    assert empty.status_code == 422
    assert "Phải ghi lý do" in words(empty)
    assert "không chấp thuận đề nghị gia hạn" in words(browser.follow(browser.post(path, reason="Còn đủ thời gian")))
    assert "Còn đủ thời gian" in words(browser.get(base(portal, "/extensions")))
    again = words(browser.post(path, reason="Lần nữa"))
    assert "đã được trả lời" in again
    assert "Lần nữa" in again
    assert browser.post(base(portal, "/extensions/999/refuse"), reason="Không").status_code == 404


@pytest.mark.rule("DN-6.3")
def test_a_difficulty_is_answered_once(portal: Portal) -> None:
    browser = owner(portal)
    page = browser.get(base(portal, "/difficulties"))
    assert SCRIPT in words(page)
    assert SCRIPT not in page.text
    path = base(portal, "/difficulties/1")
    assert browser.post(path, answer="").status_code == 422
    assert "Đã trả lời vướng mắc" in words(browser.follow(browser.post(path, answer="Tính theo 6 tháng")))
    assert "Tính theo 6 tháng" in words(browser.get(base(portal, "/difficulties")))
    assert browser.post(path, answer="Khác").status_code == 422
    with portal.database.reading() as session:
        assert [one.answer for one in session.exec(select(Difficulty))] == ["Tính theo 6 tháng"]


def test_mail_is_listed_with_the_answer_and_what_was_lost_goes_again(portal: Portal) -> None:
    browser = owner(portal)
    page = browser.get(base(portal, "/mail?state=undelivered"))
    assert words(page).count("550 <b>User unknown") == 2
    assert "<b>User" not in page.text
    assert "/accounts?q=canbo1%40donvi.example" in page.text
    assert "250 Ok" in words(browser.get(base(portal, "/mail?q=CANBO2&message=assigned")))
    assert "Không có thư nào." in words(browser.get(base(portal, "/mail?q=khong-co")))
    assert "Không có thư nào." in words(browser.get(base(portal, "/mail?state=skipped&after=x&message=no")))
    look = browser.post(base(portal, "/mail/look"), id=["1", "3"])
    assert words(look).count("donvi.example") == 1
    assert "Đã xếp 1 thư" in words(browser.follow(browser.post(base(portal, "/mail/again"), id=["1", "3"])))
    with portal.database.reading() as session:
        found = run(session, "SELECT status, attempts, due_at, assessment_id FROM outbox WHERE id = 1").fetchone()
    assert tuple(found[:3]) == ("queued", 0, to_micros(NOW))
    assert acts(portal.database, f"assessment:{found[3]}")[-1] == "send_again"
    assert browser.post(base(portal, "/mail/again"), id=["1"]).status_code == 422
    assert is_whole(portal.database, portal.world.round_id)


def test_jobs_are_listed_and_what_is_left_lying_is_told(portal: Portal) -> None:
    add = (
        "INSERT INTO job (kind, target, occasion, status, asked_at, due_at, attempts, outcome) "
        "VALUES (:kind, :target, '1', :status, :at, :at, 1, :outcome)"
    )
    browser = owner(portal)
    assert "Không có việc nào đến giờ mà bị bỏ lại." in words(browser.get(base(portal, "/jobs")))
    rows = [
        ("report", f"round:{portal.world.round_id}", "failed", "OSError: <hết chỗ>"),
        ("seal", "round:99", "done", ""),
    ]
    with portal.database.writing() as session:
        for kind, target, status, outcome in [*rows, ("backup", "installation:1", "waiting", "")]:
            values = {"kind": kind, "target": target, "status": status, "outcome": outcome, "at": to_micros(BEFORE)}
            run(session, add, values)
    told = words(browser.get(base(portal, "/jobs")))
    assert "Có việc đến giờ từ 09 giờ 41 phút ngày 01/12/2024 mà chưa được làm." in told
    assert "Lập dự thảo báo cáo Lỗi" in told
    assert "OSError: <hết chỗ>" in told
    assert "Ghi mã kiểm chứng" not in told
    with portal.database.writing() as session:
        half = {"until": to_micros(NOW) + 10**9, "kind": "backup", "come": "45%"}
        run(session, "UPDATE job SET lease_until = :until, outcome = :come WHERE kind = :kind", half)
    page = browser.get(base(portal, "/jobs"))
    assert ("Đang chạy 45%" in words(page), '<progress max="100" value="45"' in page.text) == (True, True)
    assert "Sao lưu" not in words(browser.get(base(portal, "/jobs?state=failed")))
    assert "1 việc tự động bị lỗi" in words(browser.get(base(portal)))


PATHS = ("", "/units", "/extensions", "/difficulties", "/mail", "/jobs")


def statuses(browser: Browser, portal: Portal) -> list[int]:
    return [browser.get(base(portal, path)).status_code for path in PATHS]


def of_body(portal: Portal, body: str) -> Actor:
    """An administrator of what one body decides on: here of the second and the fourth dossier."""
    with portal.database.writing() as session:
        ids = portal.world.assessment_ids
        run(session, "UPDATE assessment SET body = :body WHERE id IN (:one, :other)", _second_and_fourth(ids, body))
        recount(session)
        key = add_account(session, "ban-to-chuc@donvi.example", name="Ban", actor=CONSOLE, now=BEFORE)
        grant(session, key, "administrator", body=body, actor=CONSOLE, now=BEFORE)
    return account(key)


def _second_and_fourth(ids: list[int], body: str) -> dict[str, int | str]:
    return {"body": body, "one": ids[1], "other": ids[3]}


def test_units_see_nothing_and_others_what_is_theirs(portal: Portal) -> None:
    for actor in (portal.world.officer, portal.world.appraiser):
        assert set(statuses(by_mail(portal, actor), portal)) == {404}
    for role in ("lead", "authority", "auditor"):
        assert statuses(by_password(portal, getattr(portal.world, role)), portal) == [200, 200, 403, 403, 403, 403]
    assert "Việc cần làm" not in words(by_password(portal, portal.world.lead).get(base(portal)))


def test_an_administrator_of_one_body_sees_and_answers_only_its_own(portal: Portal) -> None:
    browser = by_password(portal, of_body(portal, "btv"))
    assert set(statuses(browser, portal)) == {200}
    told = words(browser.get(base(portal)))
    assert "1 vướng mắc chờ trả lời" in told
    assert "đề nghị gia hạn chờ trả lời 1" not in told
    assert "Theo trạng thái 2 hồ sơ" in told
    assert names(browser, base(portal, "/units")) == units(2, 4)
    assert "Đơn vị 3" not in words(browser.get(base(portal, "/extensions")))
    assert "Đơn vị 1" not in words(browser.get(base(portal, "/mail")))
    assert browser.post(base(portal, "/extensions/1/refuse"), reason="Không").status_code == 404
    assert browser.post(base(portal, "/mail/again"), id=["1"]).status_code == 403
    assert browser.post(base(portal, "/difficulties/1"), answer="Tính theo 6 tháng").status_code == 303
    first = str(portal.world.first)
    typed = {"id": first, "until": "14/12/2024", "reason": "Lũ", **PAPER}
    assert browser.post(base(portal, "/extensions"), **typed).status_code == 404


def test_no_page_asks_more_of_the_database_for_more_dossiers(fresh_sqlite: Fresh) -> None:
    found = []
    for subjects in (6, 12, 55):
        with fresh_sqlite() as url:
            database = Database(url)
            portal = watched(database, subjects)
            found.append(asked_by(owner(portal), portal))
            database.dispose()
    assert found[0] == found[1] == found[2]
    assert max(found[0].values()) <= 18


def asked_by(browser: Browser, portal: Portal) -> dict[str, int]:
    numbers = {}
    for path in PATHS:
        browser.get(base(portal, path))
        with counted() as asked:
            assert browser.get(base(portal, path)).status_code == 200
        numbers[path] = len(asked)
    return numbers


def test_the_next_step_of_the_round_is_named_once_its_time_has_come(portal: Portal) -> None:
    step = "Chuyển sang thẩm định Xem bước này"
    assert step not in words(owner(portal).get(base(portal)))
    portal.hands.pass_by(timedelta(days=8))
    page = owner(portal).get(base(portal))
    assert step in words(page)
    assert base(portal, "/stages") in page.text


def test_nobody_is_urged_to_hand_in_what_waits_for_others(fresh_sqlite: Fresh) -> None:
    """Members of a cell are entered by it and never handed in: full, and past their own part."""
    with fresh_sqlite() as url:
        database = Database(url)
        portal = watched(database)
        assert "1 đơn vị đã chấm đủ mà chưa nộp" in words(owner(portal).get(base(portal)))
        with database.writing() as session:
            run(session, "UPDATE assessment SET state = 'appraising' WHERE scored >= leaves AND submitted_at IS NULL")
        board = owner(portal)
        assert "chấm đủ mà chưa nộp" not in words(board.get(base(portal)))
        assert names(board, base(portal, "/units?flag=full")) == []
        assert "Chấm đủ, chưa nộp" not in words(board.get(base(portal, "/units")))
