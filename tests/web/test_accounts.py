"""Accounts and the people of a round by pages: roles given by one or two, handed over, ended, and never orphaned."""

import re

from sqlmodel import col, select

from actions.assign import assign
from models.history import history_of
from models.mail import Outbox
from models.people import Account, Assignment, Grant, account_by_email
from states.history import verify
from tests.web.browser import Browser, words
from tests.web.conftest import Portal
from tests.web.letters import by_password, post
from tests.web.test_corrections import hidden, second_administrator


def one_of(portal: Portal, email: str) -> int:
    with portal.database.reading() as session:
        found = account_by_email(session, email)
        assert found is not None
        return found.id


def confirmed(browser: Browser, path: str, confirm: str, **fields: object) -> str:
    """Look, confirm, and say what the page says then."""
    browser.get(path)
    look = browser.post(f"{path}/look", **fields)
    assert look.status_code == 200, words(look)
    done = browser.post(confirm, reason="Phân công lại", **hidden(look.text))
    return words(browser.follow(done)) if done.status_code == 303 else words(done)


def living(portal: Portal, account_id: int) -> list[str]:
    with portal.database.reading() as session:
        chosen = select(Grant.role).where(Grant.account_id == account_id, col(Grant.ended_at).is_(None))
        return sorted(session.exec(chosen))


def test_an_account_is_found_added_corrected_and_let_in(portal: Portal) -> None:
    admin = by_password(portal, portal.world.administrator)
    for asked in ("q=canbo1", "q=cán bộ 1", "q=Đơn vị 1", "q=dv-1", "role=officer"):
        assert "canbo1@donvi.example" in words(admin.get(f"/accounts?{asked}")), asked
    assert "Không tìm thấy" in words(admin.get("/accounts?q=khongco"))
    for fields in ({"email": "x", "name": "Ai đó"}, {"email": "moi@donvi.example"}, {"email": "canbo1@donvi.example"}):
        assert admin.post("/accounts", **fields).status_code == 422
    added = admin.post("/accounts", email="Moi@donvi.example", name="Trần Thị Mới", position="Chuyên viên")
    assert "Trần Thị Mới, Chuyên viên" in words(admin.follow(added))
    key = one_of(portal, "moi@donvi.example")
    base = f"/accounts/{key}"
    assert admin.post(f"{base}/name", name="Trần Thị Mới A", position="").status_code == 303
    assert admin.post(f"{base}/address", email="moi2@donvi.example").status_code == 303
    assert admin.post(f"{base}/sign-in").status_code == 303
    assert ["moi2@donvi.example" in mail.recipient for mail in post(portal)] == [True]
    admin.get(base)
    told = admin.post(f"{base}/code")
    code = re.search(r"\d{4} \d{4}", words(told))
    assert code is not None
    newcomer = portal.browser()
    newcomer.get("/sign-in/code")
    assert newcomer.post("/sign-in/code", email="moi2@donvi.example", code=code[0]).status_code == 303
    shown = confirmed(admin, base, f"{base}/confirm", do="grant", role="officer", subject="dv-1")
    assert "Đã thực hiện" in shown
    assert admin.post(f"{base}/look", do="grant", role="officer", subject="khong").status_code == 422
    with portal.database.reading() as session:
        acts = [row.act for row in history_of(session, "installation:1")]
    assert acts[-6:] == ["add_account", "rename_account", "change_address", "send_sign_in", "give_code", "grant"]
    assert by_password(portal, portal.world.authority).get("/accounts").status_code == 403


def test_roles_that_steer_take_two_and_nobody_gives_himself_one(portal: Portal) -> None:
    world = portal.world
    admin, key = by_password(portal, world.administrator), world.appraiser.account_id or 0
    path = f"/rounds/{world.round_id}/people"
    assert "chuyên viên thẩm định" in words(admin.get(path)).lower()
    asked = confirmed(admin, path, path, email="appraiser@donvi.example", role="lead")
    assert "Đang chờ" in asked
    assert living(portal, key) == ["appraiser"]
    authority = by_password(portal, world.authority)
    authority.get("/approvals/1")
    seen = hidden(authority.post("/approvals/1/look").text)
    assert authority.post("/approvals/1/approve", **seen).status_code == 303
    assert living(portal, key) == ["appraiser", "lead"]
    with portal.database.reading() as session:
        row = history_of(session, f"round:{world.round_id}")[-1]
        assert row.actor == f"{world.administrator.name}+{world.authority.name}"
        given = session.exec(select(Grant).where(Grant.account_id == key, Grant.role == "lead")).one().id
        general = session.exec(select(Grant).where(Grant.account_id == key, Grant.role == "appraiser")).one().id
    admin.get(path)
    own = admin.post(f"{path}/look", email="administrator@donvi.example", role="authority")
    assert "Không ai tự cấp" in words(own)
    assert admin.post(f"{path}/look", end=str(general)).status_code == 404
    assert "Đã thực hiện" in confirmed(admin, path, path, end=str(given))
    assert living(portal, key) == ["appraiser"]
    assert "Đã thực hiện" in confirmed(admin, path, path, email="appraiser@donvi.example", role="reader")
    base = f"/accounts/{world.administrator.account_id}"
    mine = admin.get(base)
    (ending,) = re.findall(r'value="(end:\d+)"', mine.text)
    assert "người quản trị cuối cùng" in words(admin.post(f"{base}/look", do=ending))
    assert "tự ngừng" in words(admin.post(f"{base}/look", do="end_account"))
    second = second_administrator(portal)
    assert "Xác nhận, thực hiện" in words(admin.post(f"{base}/look", do=ending))
    other = f"/accounts/{second.account_id}"
    assert "Đã ngừng" in confirmed(admin, other, f"{other}/confirm", do="end_account")
    assert living(portal, second.account_id or 0) == []
    admin.get(other)
    assert admin.post(f"{other}/restore").status_code == 303


def test_a_hand_over_leaves_no_dossier_behind(portal: Portal) -> None:
    world = portal.world
    old, admin = world.officers[1].account_id or 0, by_password(portal, world.administrator)
    with portal.database.writing() as session:
        now = portal.hands.now()
        assign(session, world.round_id, [world.first], world.appraiser.account_id or 0, actor=world.lead, now=now)
    for key, why in ((old, ""), (world.appraiser.account_id, "1 hồ sơ được giao thẩm định")):
        admin.get(f"/accounts/{key}")
        assert why in words(admin.post(f"/accounts/{key}/look", do="end_account"))
    head = f"/accounts/{world.heads[1].account_id}"
    assert "Đã ngừng" in confirmed(admin, head, f"{head}/confirm", do="end_account")
    base = f"/accounts/{old}"
    admin.get(base)
    assert "còn 1 hồ sơ" in words(admin.post(f"{base}/look", do="end_account"))
    admin.post("/accounts", email="ketiep@donvi.example", name="Người kế tiếp")
    into = one_of(portal, "ketiep@donvi.example")
    assert "Không có tài khoản" in words(admin.post(f"{base}/look", do="hand_over", successor="khong@donvi.example"))
    assert "phải là người khác" in words(admin.post(f"{base}/look", do="hand_over", successor="canbo2@donvi.example"))
    confirmed(admin, base, f"{base}/confirm", do="hand_over", successor="ketiep@donvi.example")
    assert (living(portal, old), living(portal, into)) == ([], ["officer"])
    assert "Đã ngừng" in confirmed(admin, base, f"{base}/confirm", do="end_account")
    appraiser = f"/accounts/{world.appraiser.account_id}"
    confirmed(admin, appraiser, f"{appraiser}/confirm", do="hand_over", successor="ketiep@donvi.example")
    lead = f"/accounts/{world.lead.account_id}"
    assert "Đang chờ" in confirmed(admin, lead, f"{lead}/confirm", do="hand_over", successor="ketiep@donvi.example")
    with portal.database.reading() as session:
        assert [one.account_id for one in session.exec(select(Assignment))] == [into]
        queued = session.exec(select(Outbox.message).where(Outbox.account_id == into)).all()
        assert {"assigned", "address_changed"} <= set(queued)
        assert not session.get_one(Account, old).active
        (row,) = [
            one
            for one in history_of(session, "installation:1")
            if f'"account":{old},' in one.body and one.act == "hand_over"
        ]
        assert f'"taken_over_by":{into}' in row.body
        assert verify(session).broken == ()
