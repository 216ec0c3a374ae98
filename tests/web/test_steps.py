"""A year of review by its pages: each step by whom it belongs to, with its papers (HT-4, HT-6, DESIGN §4)."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from models.db import Database
from models.mail import Outbox
from tests.actions.later import acts, dossier
from tests.actions.world import state_of
from tests.web.browser import words
from tests.web.letters import lay_link
from tests.web.steps_world import Steps, enclose, fill_in, paper, steps_of, take
from tests.web.unit_forms import send

DAY = timedelta(days=1)


def state(made: Steps, code: str) -> str:
    return state_of(made.portal.database, made.ward.ids[code])


@pytest.mark.rule("HT-4.1", "HT-4.2", "HT-4.5")
def test_a_collective_prepares_is_agreed_with_and_reviews_itself(database: Database, tmp_path: Path) -> None:
    made = steps_of(database, tmp_path)
    at, officer = made.at("ub"), made.by(made.ward.officers["ub"], "ub")
    above = made.by(made.ward.officers["tp"])
    assert "Gợi ý kiểm điểm" in words(above.get(at))
    assert take(above, at, "suggest").status_code == 422
    assert take(above, at, "suggest", reason="Còn đơn thư kéo dài").status_code == 303
    assert "Thống nhất báo cáo kiểm điểm" in words(officer.get(at))
    assert officer.get(f"{at}/steps/agree_report").status_code == 403
    assert "Hồ sơ chưa có" in words(above.get(f"{at}/steps/agree_report"))
    assert enclose(officer, at, "mau-02b").status_code == 422
    assert enclose(officer, at, "mau-01").status_code == 303
    below = above.get("/below")
    assert ("Bước tiếp theo" in words(below), "Mẫu ub" in words(below)) == (True, True)
    file = above.get(f"{at}/file")
    assert above.get(f"{at}/enclosures/1").content.startswith(b"%PDF")
    assert "15-BC/CB" in words(file)
    assert take(above, at, "agree_report", **paper("document", number="")).status_code == 422
    assert take(above, at, "agree_report", **paper("document")).status_code == 303
    head = made.by(made.ward.heads["ub"], "ub")
    assert take(head, at, "send_draft").status_code == 303
    early = head.get(f"{at}/steps/review")
    assert "ít nhất 03 ngày làm việc" in words(early)
    made.portal.hands.pass_by(6 * DAY)
    head = made.by(made.ward.heads["ub"], "ub")
    done = take(head, at, "review", **paper("minutes"))
    assert "Đã kiểm điểm" in words(head.follow(done))
    assert acts(database, f"assessment:{made.ward.ids['ub']}")[-1] == "review"


def test_a_step_is_looked_at_again_when_something_changed_and_not_taken_twice(
    database: Database, tmp_path: Path
) -> None:
    made = steps_of(database, tmp_path)
    at, officer = made.at("ub"), made.by(made.ward.officers["ub"], "ub")
    stale = officer.post(f"{at}/steps/prepare", version="99")
    assert (stale.status_code, "cập nhật" in words(stale)) == (409, True)
    assert take(officer, at, "prepare").status_code == 303
    again = officer.post(f"{at}/steps/prepare", version="1")
    assert "không còn thực hiện được" in words(officer.follow(again))
    assert officer.get(f"{at}/steps/submit").status_code == 403
    assert officer.get(f"{at}/steps/recognise").status_code == 403
    assert made.by(made.ward.officers["mt"]).get(f"{at}/steps/prepare").status_code == 404
    assert "Chuẩn bị báo cáo" not in words(officer.get(at))


@pytest.mark.rule("HT-6.1", "HT-6.2")
def test_the_degrees_are_filled_in_after_the_review_and_taken_with_a_level(database: Database, tmp_path: Path) -> None:
    made = reviewed(steps_of(database, tmp_path), "ub", "mt", "p")
    at, officer = made.at("mt"), made.by(made.ward.officers["mt"], "mt")
    assert "Chọn cấp độ" in words(officer.get(at))
    assert "chưa ghi cấp độ" in words(officer.get(f"{at}/steps/self_rate"))
    filled = fill_in(officer, at, made.ward, "tap_the_co_so")
    assert filled.headers["location"] == f"{at}/steps/self_rate"
    assert take(officer, at, "self_rate").status_code == 422
    assert "Mức tự xếp loại" in words(officer.get(f"{at}/steps/self_rate"))
    assert take(officer, at, "self_rate", level="httnv").status_code == 303
    assert (state(made, "mt"), dossier(database, made.ward.ids["mt"]).proposed_level) == ("self_rated", "httnv")
    head = made.by(made.ward.heads["p"], "p")
    fill_in(head, made.at("p"), made.ward, "dang_bo_co_so")
    assert take(head, made.at("p"), "open_self_ballot", summoned="0").status_code == 422
    assert take(head, made.at("p"), "open_self_ballot", summoned="15").status_code == 303
    assert "Phiếu tự xếp loại" in words(head.get(made.at("p")))
    assert "kiểm phiếu xong" in words(head.get(f"{made.at('p')}/steps/self_rate"))


def reviewed(made: Steps, *codes: str) -> Steps:
    """The ward with some dossiers reviewed."""
    from tests.actions.ha_tinh_world import REVIEWED, bring

    for code in codes:
        bring(made.portal.database, made.ward, code, "reviewed")
    made.portal.hands.at = REVIEWED + DAY
    return made


@pytest.mark.rule("AMB-HT-14", "HT-3.2", "HT-11.9")
def test_what_goes_with_a_dossier_is_stated_by_the_unit_and_accepted_above(database: Database, tmp_path: Path) -> None:
    made = reviewed(steps_of(database, tmp_path), "mt")
    at, officer = made.at("mt"), made.by(made.ward.officers["mt"], "mt")
    page = officer.get(f"{at}/file")
    assert "Chỉ tiêu chủ yếu không đạt kế hoạch" in words(page)
    bare = officer.post(f"{at}/statements", **{"s-targets": "mười", "s-force_majeure": "yes"})
    assert (bare.status_code, "phải kèm văn bản" in words(bare), 'value="mười"' in bare.text) == (422, True, True)
    done = officer.post(f"{at}/statements", **{"s-targets": "10", "s-force_majeure": "yes"}, **paper("ground"))
    assert "Đã ghi 2 nội dung" in words(officer.follow(done))
    assert "Chưa có nội dung nào" in words(officer.post(f"{at}/statements", **{"s-targets": "10"}))
    assert officer.post(f"{at}/statements/force_majeure/accept", value="yes").status_code == 403
    above = made.by(made.ward.officers["tp"])
    assert "1 nội dung chờ chấp nhận" in words(above.get("/below"))
    above.get(f"{at}/file")
    assert above.post(f"{at}/statements/force_majeure/accept", value="no").status_code == 422
    done = above.post(f"{at}/statements/force_majeure/accept", value="yes")
    assert done.status_code == 303, words(done)
    measure = {"who": "member", "name": "Đỗ Văn Mẫu", "effective_on": "01/11/2024", "remedied": "1"}
    wrong = officer.post(f"{at}/disciplines", **measure | {"effective_on": "32/10"}, **paper("measure"))
    assert (wrong.status_code, "Đỗ Văn Mẫu" in wrong.text) == (422, True)
    assert officer.post(f"{at}/disciplines", **measure, **paper("measure")).status_code == 303
    assert above.post(f"{at}/disciplines/1/accept").status_code == 303
    assert "đã chấp nhận" in words(above.get(f"{at}/file"))
    assert above.post(f"{made.at('ub')}/disciplines/1/accept").status_code == 404
    assert above.post(f"{at}/shortcomings", text="Chậm cải cách", concluded_on="01/01/2030").status_code == 422
    assert above.post(f"{at}/shortcomings", text="Chậm cải cách", concluded_on="05/11/2024").status_code == 303
    assert officer.post(f"{at}/shortcomings", text="Tự ghi", concluded_on="05/11/2024").status_code == 403
    assert officer.post(f"{at}/shortcomings/1/remedy", **{"remedy-1": "Xong", "day-1": "06/11/2024"}).status_code == 404
    assert officer.post(f"{at}/disciplines/1/withdraw", reason="").status_code == 422
    assert officer.post(f"{at}/disciplines/1/withdraw", reason="Ghi nhầm hồ sơ").status_code == 303
    assert acts(database, f"assessment:{made.ward.ids['mt']}")[-1] == "withdraw_discipline"


def test_a_link_takes_the_steps_of_its_task_and_no_others(database: Database, tmp_path: Path) -> None:
    made = steps_of(database, tmp_path)
    number = list(made.ward.ids).index("mt")
    made.portal.world.officers[number] = made.ward.officers["mt"]
    browser, address = made.portal.browser(), lay_link(made.portal, number)
    browser.get(address)
    browser.post(address)
    assert take(browser, made.at("mt"), "prepare").status_code == 303
    assert enclose(browser, made.at("mt"), "mau-01").status_code == 303
    assert browser.get(made.at("mt", "/steps/suggest")).status_code == 403
    assert browser.get(made.at("mt", "/members")).status_code == 403
    assert browser.get(made.at("ub", "/steps/prepare")).status_code == 404


@pytest.mark.rule("HT-6.4")
def test_a_cell_enters_its_members_in_one_table(database: Database, tmp_path: Path) -> None:
    made = steps_of(database, tmp_path)
    at, officer = made.at("c1", "/members"), made.by(made.ward.officers["c1"], "c1")
    assert "Ghi kết quả của 3 đảng viên" in words(officer.get(made.at("c1")))
    one, two, three = (made.ward.ids[code] for code in ("m1", "m2", "m3"))
    page = officer.get(at)
    leaves = [leaf.code for leaf in made.ward.programme.sheet_for("dang_vien").leaves()]
    blank = "|".join([""] * (len(leaves) + 1))
    assert page.text.count(f'value="{blank}"') == 3
    officer.headers["HX-Request"] = "true"
    saved = officer.post(f"{at}/{one}", **{f"was-{one}": blank, f"all-{one}": "tot", f"level-{one}": "httnv"})
    assert (saved.status_code, "Đã lưu nháp" in saved.text, saved.text.count("<select")) == (200, True, len(leaves) + 1)
    bad = officer.post(f"{at}/{two}", **{f"was-{two}": blank, f"d-{two}-A.1": "gioi", f"d-{two}-A.2": "tot"})
    assert (bad.status_code, "Chọn trong danh sách" in bad.text) == (422, True)
    del officer.headers["HX-Request"]
    crossed = officer.post(at, **{f"was-{two}": blank, f"d-{two}-A.1": "tot", f"d-{two}-A.2": "kem"})
    assert (crossed.status_code, "Vừa được ghi ở nơi khác: Tốt" in words(crossed)) == (422, True)
    assert made.by(made.ward.officers["c2"]).get(at).status_code == 404
    assert officer.post(f"{made.at('c2')}/members/{one}", **{f"was-{one}": blank}).status_code == 404
    look = officer.get(f"{at}/enter")
    assert ("Ghi kết quả của 1 đảng viên" in words(look), f'value="{three}"' in look.text) == (True, False)
    saw = look.text.split(f'name="saw-{one}" value="')[1].split('"')[0]
    chosen = {"id": str(one), f"saw-{one}": saw}
    assert "Ghi số của biên bản" in words(officer.post(f"{at}/enter", **chosen))
    assert officer.post(f"{at}/enter", **chosen | {f"saw-{one}": "x"}, **paper("minutes")).status_code == 422
    done = send(officer, f"{at}/enter", [("minutes-scan", ("bien ban.pdf", b"%PDF-1.7"))], **chosen, **paper("minutes"))
    assert "Đã ghi kết quả của 1 đảng viên" in words(officer.follow(done))
    assert [state(made, code) for code in ("m1", "m2", "m3")] == ["self_rated", "assigned", "assigned"]


def test_the_staff_returns_excludes_and_goes_on(database: Database, tmp_path: Path) -> None:
    made = steps_of(database, tmp_path)
    officer = made.by(made.ward.officers["m1"], "m1")
    officer.get(made.at("m1", "/file"))
    assert officer.post(made.at("m1", "/statements"), **{"s-exempt": "yes"}).status_code == 303
    owner = made.staff(made.ward.administrator)
    assert "chưa ghi trường hợp miễn" in words(owner.get(made.at("m2", "/steps/exclude"))).casefold()
    assert take(owner, made.at("m1"), "exclude", reason="Được miễn sinh hoạt").status_code == 303
    assert state(made, "m1") == "excluded"
    with database.reading() as session:
        assert session.exec(select(Outbox).where(Outbox.message == "review_suggested")).all() == []
