"""Corrections by pages: what is seen is what is done, by one person or by two."""

import re
from datetime import timedelta

from sqlmodel import select

from actions.accounts import add_account, grant
from models.approvals import Approval
from models.assessments import Assessment
from models.history import history_of
from models.rounds import Round
from states.actor import Actor, account
from states.history import verify
from tests.actions.world import CONSOLE, state_of, submitted
from tests.web.browser import Browser, words
from tests.web.conftest import Portal
from tests.web.letters import by_password

HIDDEN = re.compile(r'name="(act|seen)" value="([^"]*)"')
PAPER = {"paper-number": "12-CV/BDV", "paper-dated": "02/10/2024", "paper-signer": "Nguyễn Ví Dụ"}


def hidden(page: str) -> dict[str, str]:
    """What a second look carries."""
    return {name: value.replace("&#34;", '"') for name, value in HIDDEN.findall(page)}


def second_administrator(portal: Portal, email: str = "quantri2@donvi.example") -> Actor:
    now = portal.hands.now()
    with portal.database.writing() as session:
        key = add_account(session, email, name="Quản trị hai", actor=CONSOLE, now=now)
        grant(session, key, "administrator", actor=CONSOLE, now=now)
    return account(key)


def looked(browser: Browser, base: str, **fields: object) -> str:
    browser.get(base)
    answer = browser.post(f"{base}/look", **fields)
    assert answer.status_code == 200, words(answer)
    return answer.text


def test_a_milestone_moves_as_it_was_shown_and_not_otherwise(portal: Portal) -> None:
    base = f"/rounds/{portal.world.round_id}/corrections"
    admin = by_password(portal, portal.world.administrator)
    assert "Chưa có điều chỉnh nào" in words(admin.get(base))
    for kind in ("move_milestone", "add_subject", "remove_subject", "merge", "resend", "correct_sheet", "cancel_round"):
        assert admin.get(f"{base}/{kind}").status_code == 200
    assert admin.get(f"{base}/no_such").status_code == 404
    wrong = admin.post(f"{base}/look", kind="move_milestone", stage="self_assessment", until="mai")
    assert wrong.status_code == 422
    assert 'value="mai"' in wrong.text
    first = looked(admin, base, kind="move_milestone", stage="self_assessment", until="12/12/2024")
    assert "Những gì thay đổi: 3 mục" in first
    assert "Đơn vị 3" in first
    empty = admin.post(base, **hidden(first))
    assert empty.status_code == 422
    assert "Phải ghi lý do" in words(empty)
    told = admin.post(base, reason="Bão số 9", **hidden(first))
    assert (told.status_code, "Bão số 9" in told.text) == (422, True)
    submitted(portal.database, portal.world, 0)
    other = looked(admin, base, kind="remove_subject", id=portal.world.first)
    done = admin.post(base, reason="Bão số 9", **PAPER, **hidden(first))
    shown = words(admin.follow(done))
    assert "Đã thực hiện: Dời mốc" in shown
    assert "Bão số 9" in shown
    assert "12-CV/BDV" in shown
    stale = admin.post(base, reason="Bão số 9", **PAPER, **hidden(first))
    assert stale.status_code == 409
    assert "Tình hình đã thay đổi" in words(stale)
    again = admin.post(base, reason="Giải thể", **PAPER, **hidden(other))
    assert again.status_code == 303, "what was shown of the dossier is the same still"
    assert state_of(portal.database, portal.world.first) == "removed"
    foreign = hidden(first)["act"].replace(f'"round_id":{portal.world.round_id}', '"round_id":99')
    assert admin.post(base, act=foreign, seen="", reason="x", **PAPER).status_code == 422
    assert by_password(portal, portal.world.authority).get(base).status_code == 403


def test_a_round_is_cancelled_by_two(portal: Portal) -> None:
    """Asked by one administrator, approved by the authority, after the plan changed and was shown again."""
    world, base = portal.world, f"/rounds/{portal.world.round_id}/corrections"
    admin, authority = by_password(portal, world.administrator), by_password(portal, world.authority)
    look = looked(admin, base, kind="cancel_round")
    assert "cần hai người" in look
    asked = admin.post(base, reason="Thôi tổ chức", **PAPER, **hidden(look))
    one = asked.headers["location"]
    assert "người đề nghị không tự phê duyệt" in words(admin.follow(asked))
    assert admin.post(f"{one}/look").status_code == 403
    assert admin.post(f"{one}/approve", seen=hidden(look)["seen"]).status_code == 403
    twice = admin.post(base, reason="Thôi tổ chức", **PAPER, **hidden(looked(admin, base, kind="cancel_round")))
    assert "đang chờ phê duyệt" in words(twice)
    for stranger in (world.lead, world.auditor):
        assert by_password(portal, stranger).get(one).status_code == 404
    assert "Thôi tổ chức" in words(authority.get("/approvals"))
    shown = authority.get(one)
    assert "Xem tình hình hiện nay" in words(shown)
    assert "Phải ghi lý do" in words(authority.post(f"{one}/refuse", reason=" "))
    before = authority.post(f"{one}/look")
    assert "Tình hình đã khác" not in words(before)
    submitted(portal.database, world, 0, now=portal.hands.now())
    stale = authority.post(f"{one}/approve", **hidden(before.text))
    assert stale.status_code == 409
    assert "Tình hình đã khác lúc đề nghị" in words(stale)
    assert "«Đã nộp»" in words(stale)
    done = authority.post(f"{one}/approve", **hidden(stale.text))
    assert "Đã phê duyệt, đã thực hiện" in words(authority.follow(done))
    assert authority.post(f"{one}/approve", **hidden(stale.text)).status_code == 422
    with portal.database.reading() as session:
        assert session.get_one(Round, world.round_id).state == "cancelled"
        rows = history_of(session, f"round:{world.round_id}")
        both = f"account:{world.administrator.account_id}+account:{world.authority.account_id}"
        assert [(row.act, row.actor) for row in rows[-3:]] == [
            ("ask_approval", world.administrator.name),
            ("approve", world.authority.name),
            ("cancel", both),
        ]
        assert {
            row.actor for row in history_of(session, f"assessment:{world.assessment_ids[1]}") if row.act == "cancel"
        }
        assert verify(session).broken == ()
    assert "Đề nghị số" in words(admin.get(base))


def test_what_nobody_answers_expires_and_one_person_with_two_accounts_is_one(portal: Portal) -> None:
    world, base = portal.world, f"/rounds/{portal.world.round_id}/corrections"
    admin = by_password(portal, world.administrator)
    asked = admin.post(base, reason="Thôi", **PAPER, **hidden(looked(admin, base, kind="cancel_round")))
    one = asked.headers["location"]
    twin = by_password(portal, second_administrator(portal, "administrator+hai@donvi.example"))
    twin.get(one)
    refused = twin.post(f"{one}/look")
    assert refused.status_code == 403
    assert "phải là người khác" in words(refused)
    other = by_password(portal, second_administrator(portal))
    other.get(one)
    assert other.post(f"{one}/look").status_code == 200
    portal.hands.pass_by(timedelta(days=7))
    other = by_password(portal, second_administrator(portal, "ba@donvi.example"))
    other.get(one)
    assert "quá hạn phê duyệt" in words(other.post(f"{one}/look"))
    assert "Quá hạn" in words(other.get("/approvals"))
    with portal.database.reading() as session:
        assert {row.status for row in session.exec(select(Approval))} == {"waiting"}
        assert {row.state for row in session.exec(select(Assessment))} == {"assigned"}
