"""The API: what tokens may, how lists and versions behave, and what it never does or tells."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select
from starlette.testclient import TestClient

from actions import tokens
from actions.accounts import add_account, change_address
from actions.launch import launch
from actions.tokens import SCOPES
from config.sheet import Kind
from models.db import Database
from models.history import History, history_of
from states.timeline import through
from tests.actions.world import CONSOLE, World, best, launched, submitted
from tests.web.audit_world import audited
from tests.web.browser import ADDRESS, Hands, place_of
from tests.web.conftest import Portal
from tests.web.desk_world import desk_portal
from tests.web.letters import by_password
from tests.web.programs import ROOT, Program, every_path, kind_of, program
from web import limits
from web.app import create_app


def marks_of(world: World) -> dict[str, dict[str, object]]:
    sheet = world.programme.sheet_for(next(iter(world.programme.subject_kinds)))
    return {code: {"entry": one.entry.model_dump(mode="json")} for code, one in best(sheet).items() if one.entry}


def test_a_unit_fills_in_and_submits_by_its_program(portal: Portal) -> None:
    world, unit = portal.world, program(portal, portal.world.officer)
    home = f"/assessments/{world.first}"
    assert [one["id"] for one in unit.get("/assessments").json()["items"]] == [world.first]
    first = unit.get(home)
    assert "submit" in first.json()["may"] or "start_self" in first.json()["may"]
    code = next(leaf["code"] for leaf in unit.get(f"{home}/sheet").json()["criteria"] if leaf["kind"] == "graded")
    bad = unit.put(f"{home}/draft", {"marks": {"không có": {"entry": {"points": "1"}}}})
    assert kind_of(bad) == "refused"
    assert "không có tiêu chí" in bad.json()["errors"][0]["detail"]
    etag = first.headers["etag"]
    kept = unit.put(f"{home}/draft", {"marks": {code: {"entry": {"points": "0.5"}}}}, **{"If-Match": etag})
    assert kept.status_code == 200, kept.text
    assert kept.json()["missing"]
    stale = unit.put(f"{home}/draft", {"marks": {}}, **{"If-Match": etag})
    assert (stale.status_code, kind_of(stale)) == (412, "precondition")
    older = unit.put(f"{home}/draft", {"marks": {}, "version": 0})
    assert (older.status_code, kind_of(older)) == (409, "stale")
    assert kind_of(unit.post(f"{home}/submit", {})) == "refused"
    whole = unit.put(f"{home}/draft", {"marks": marks_of(world), "version": kept.json()["version"]})
    assert whole.json()["missing"] == []
    done = unit.post(f"{home}/submit", {"version": whole.json()["version"]})
    assert (done.status_code, done.json()["state"]) == (200, "submitted")
    copies = {one["name"]: one["total"] for one in unit.get(f"{home}/sheet").json()["copies"]}
    assert copies == {"draft": whole.json()["total"], "self": whole.json()["total"]}
    with portal.database.reading() as session:
        assert (
            history_of(session, f"assessment:{world.first}")[-1].actor == f"{world.officer.name}+token:{unit.token_id}"
        )
    audit = by_password(portal, world.auditor).get(f"/assessments/{world.first}/history")
    assert f"Qua khóa API số {unit.token_id}" in audit.text


def test_scopes_and_grants_both_have_to_allow(portal: Portal) -> None:
    world = portal.world
    nothing_else = {"opine"}
    for name, scope, status, text in every_path(
        program(portal, world.administrator, *nothing_else), world, world.first
    ):
        assert (status == 403 and "#scope" in text) or scope in nothing_else, (name, status)
    for scope in SCOPES:
        reached = every_path(program(portal, world.administrator, scope), world, world.first)
        assert {own for _, own, _, text in reached if "#scope" not in text} == {scope}
    officer = {name: status for name, _, status, _ in every_path(program(portal, world.officer), world, world.first)}
    assert officer["assessment"] == officer["sheet"] == officer["evidence"] == 200
    assert {officer[name] for name in ("accounts", "account")} == {403}
    staff = (
        "round",
        "corrections",
        "correct",
        "extensions",
        "round_mail",
        "round_jobs",
        "round_history",
        "round_people",
    )
    assert {officer[name] for name in staff} == {404}
    assert {officer[name] for name in ("save_appraisal", "conclude", "grant_extension", "dossier_history")} == {403}
    foreign = every_path(program(portal, world.officers[1]), world, world.first)
    about = {name for name, *_ in foreign if name in {"assessment", "sheet", "save_draft", "submit", "verify_dossier"}}
    assert {status for name, _, status, _ in foreign if name in about} == {404}
    assert not any(status >= 500 for *_, status, _ in foreign)


def test_a_token_ends_and_then_opens_nothing(portal: Portal) -> None:
    world = portal.world
    gone, ended, moved, fine = (program(portal, world.officer, "read") for _ in range(4))
    assert {one.get("/me").status_code for one in (gone, ended, moved, fine)} == {200}
    key = world.officer.account_id or 0
    with portal.database.writing() as session:
        tokens.revoke(session, gone.token_id, account_id=key, actor=world.officer, now=portal.hands.now())
    assert kind_of(gone.get("/me")) == "unauthenticated"
    assert gone.get("/me").headers["www-authenticate"].startswith("Bearer")
    portal.hands.pass_by(timedelta(days=30))
    assert ended.get("/me").status_code == 401
    again = program(portal, world.officer, "read")
    with portal.database.writing() as session:
        change_address(session, key, "moi@donvi.example", actor=CONSOLE, now=portal.hands.now())
    assert again.get("/me").status_code == 401
    cookie = by_password(portal, world.officer)
    assert cookie.get(f"{ROOT}/me").status_code == 401
    after_password = program(portal, world.head, "read")
    by_password(portal, world.head)
    assert after_password.get("/me").status_code == 401


def test_lists_stay_put_while_rows_are_added(database: Database) -> None:
    world = launched(database, subjects=7)
    hands = Hands(world.launched_at + timedelta(days=1))
    portal = Portal(world, database, hands, place_of(database, hands))
    owner = program(portal, world.administrator)
    first = owner.get("/assessments", limit=3).json()
    people = owner.get("/accounts", limit=5).json()
    chain = owner.get(f"/rounds/{world.round_id}/history/verification").json()
    assert chain == {"items": [], "next": None}
    with database.writing() as session:
        codes, now = [f"dv-{number}" for number in range(1, 8)], hands.now()
        other = launch(session, world.programme, 2025, codes, actor=CONSOLE, now=now, live=False, smtp=False)
        add_account(session, "a@a.example", name="A", actor=CONSOLE, now=hands.now())
    rest, cursor = [], first["next"]
    while cursor:
        found = owner.get("/assessments", limit=3, cursor=cursor).json()
        rest += [(one["id"], one["round_id"]) for one in found["items"]]
        cursor = found["next"]
    assert [key for key, of in rest if of == world.round_id] == world.assessment_ids[3:]
    assert [of for _, of in rest].count(other) == 7
    assert len({key for key, _ in rest}) == 11
    assert owner.get("/accounts", limit=5, cursor=people["next"]).json()["items"][0]["id"] == 6
    for _ in range(3):
        assert owner.post(f"/rounds/{world.round_id}/history/export").status_code == 200
    newest = owner.get(f"/rounds/{world.round_id}/history", limit=2).json()
    owner.post(f"/rounds/{world.round_id}/history/export")
    older = owner.get(f"/rounds/{world.round_id}/history", limit=2, cursor=newest["next"]).json()
    assert [one["seq"] for one in newest["items"] + older["items"]] == [4, 3, 2, 1]
    found = owner.get("/assessments", search="don vi 7", round=world.round_id).json()["items"]
    assert [one["id"] for one in found] == world.assessment_ids[6:]
    wrong = ({"limit": "0"}, {"cursor": "x"}, {"other": "x"}, {"round": "0"})
    assert {kind_of(owner.get("/assessments", **asked)) for asked in wrong} == {"invalid"}


def test_an_appraiser_appraises_asks_and_concludes(database: Database) -> None:
    portal = desk_portal(database)
    world, own = portal.world, program(portal, portal.world.appraiser)
    home = f"/assessments/{world.first}"
    assert own.get(f"{home}/sheet").status_code == 403
    assert own.put(f"{home}/appraisal", {"marks": {}}).status_code == 403
    assert own.post(f"{home}/conflict", {"exists": False}).status_code == 200
    sheet = own.get(f"{home}/sheet").json()
    assert {one["name"] for one in sheet["copies"]} == {"self", "appraised"}
    given = {one["criterion"]: {"entry": one["entry"]} for one in sheet["copies"][0]["marks"]}
    code = next(one["code"] for one in sheet["criteria"] if one["kind"] == Kind.GRADED)
    lowered = given | {code: {"entry": {"points": "0.25"}, "note": ""}}
    assert "phải ghi lý do" in own.put(f"{home}/appraisal", {"marks": lowered}).text
    kept = own.put(f"{home}/appraisal", {"marks": given})
    assert kept.status_code == 200, kept.text
    asked = own.post(f"{home}/explanations", {"criteria": [code], "question": "Bổ sung biên bản"})
    assert asked.status_code == 201, asked.text
    unit = program(portal, world.officer)
    request = asked.json()["id"]
    foreign = f"/assessments/{world.assessment_ids[1]}/explanations/{request}/answers"
    assert unit.post(foreign, {"answers": {code: "Đã gửi"}}).status_code == 404
    told = unit.post(f"{home}/explanations/{request}/answers", {"answers": {code: "Đã gửi kèm"}})
    assert (told.status_code, told.json()["status"]) == (200, "answered")
    assert {one["name"] for one in unit.get(f"{home}/sheet").json()["copies"]} == {"draft", "self"}
    assert unit.get(home).json()["appraised_total"] is None
    done = own.post(f"{home}/appraisal/conclude", {})
    assert (done.status_code, done.json()["state"]) == (200, "appraised"), done.text
    page = by_password(portal, world.appraiser).get(f"/assessments/{world.first}/appraise")
    assert page.status_code == 200, "what was confirmed by the program holds on the page"


def test_an_act_of_two_people_is_not_approved_by_one(portal: Portal) -> None:
    world = portal.world
    owner, other = program(portal, world.administrator), program(portal, world.authority)
    act = {"kind": "cancel_round", "round_id": world.round_id}
    home, paper = f"/rounds/{world.round_id}/corrections", {"number": "05-CV", "dated": "2024-10-01", "signer": "Ký"}
    look = owner.post(f"{home}/look", {"act": act}).json()
    assert look["takes_two"]
    assert len(look["effects"]) >= len(world.assessment_ids)
    lacking = owner.post(home, {"act": act, "seen": look["seen"]})
    assert {one["rule"] for one in lacking.json()["errors"]} == {"needs_reason", "needs_document"}
    wrong = owner.post(home, {"act": act | {"round_id": 99}, "seen": look["seen"], "reason": "x", "document": paper})
    assert wrong.status_code == 422
    stale = owner.post(home, {"act": act, "seen": "0" * 64, "reason": "Hoãn", "document": paper})
    assert kind_of(stale) == "stale"
    asked = owner.post(home, {"act": act, "seen": look["seen"], "reason": "Hoãn đợt", "document": paper}).json()
    assert asked["status"] == "asked"
    wish = f"/approvals/{asked['approval_id']}"
    assert owner.get(wish).json()["may_answer"] is False
    for step, body in (("look", None), ("approve", {"seen": look["seen"]})):
        refused = owner.post(f"{wish}/{step}", body)
        assert (refused.status_code, "không tự phê duyệt" in refused.text) == (403, True)
    assert [one["id"] for one in other.get("/approvals").json()["items"]] == [asked["approval_id"]]
    seen = other.post(f"{wish}/look").json()["seen"]
    assert (
        program(portal, world.authority, "read", "administer").post(f"{wish}/approve", {"seen": seen}).status_code
        == 403
    )
    done = other.post(f"{wish}/approve", {"seen": seen})
    assert (done.status_code, done.json()["status"]) == (200, "approved"), done.text
    with portal.database.reading() as session:
        rows = through(session, f"round:{world.round_id}", 1 << 62)
    by = {row.act: row.actor for row in rows}
    assert by["ask_approval"] == f"{world.administrator.name}+token:{owner.token_id}"
    assert by["approve"] == f"{world.authority.name}+token:{other.token_id}"
    assert by["cancel"] == world.administrators.name


def test_an_auditor_reads_checks_and_takes_away(database: Database, tmp_path: Path) -> None:
    portal = audited(database, tmp_path)
    world, own = portal.world, program(portal, portal.world.auditor)
    home = f"/assessments/{world.first}"
    rows = own.get(f"{home}/history", limit=100).json()["items"]
    assert [one["seq"] for one in rows] == list(range(len(rows), 0, -1))
    closed = next(one for one in rows if one["act"] == "declare_conflict")
    assert closed["what"] is None
    assert own.get(f"{home}/history/verification").json() == {"rows": len(rows), "whole": True, "broken": []}
    exported = own.post(f"{home}/history/export")
    assert len(exported.text.splitlines()) == len(rows) + 1
    assert own.get(f"{home}/history", limit=1).json()["items"][0]["act"] == "export"
    assert own.post(f"/rounds/{world.round_id}/history/verification").status_code == 202
    checks = own.get(f"/rounds/{world.round_id}/history/verification").json()["items"]
    assert checks[0]["status"] == "waiting"
    unit = program(portal, world.officer)
    copies = {one["name"] for one in unit.get(f"{home}/sheet").json()["copies"]}
    assert copies == {"draft", "self", "decided"}
    assert unit.get(home).json()["decided_total"] is not None
    owner = program(portal, world.administrator)
    mail = owner.get(f"/rounds/{world.round_id}/mail", state="bounced").json()
    assert mail["items"]
    assert mail["items"][0]["answer"].startswith("550")
    assert owner.get(f"/rounds/{world.round_id}/extensions", answered="true").json()["items"][0]["granted"] is True
    decisions = owner.get(f"/rounds/{world.round_id}/decisions").json()["items"]
    items = owner.get(f"/rounds/{world.round_id}/decisions/{decisions[0]['id']}").json()["items"]
    assert {one["assessment_id"] for one in items} == set(world.assessment_ids[:2])


def test_more_time_is_asked_for_given_and_refused(portal: Portal) -> None:
    world = portal.world
    unit, owner = program(portal, world.officer), program(portal, world.administrator)
    submitted(portal.database, world, 1)
    home = f"/assessments/{world.first}"
    asked = unit.post(f"{home}/extensions", {"reason": "Trụ sở ngập", "until": "2024-12-15"})
    assert asked.status_code == 201, asked.text
    waiting = owner.get(f"/rounds/{world.round_id}/extensions").json()["items"]
    assert [one["id"] for one in waiting] == [asked.json()["id"]]
    refused = owner.post(f"/rounds/{world.round_id}/extensions/{asked.json()['id']}/refuse", {"reason": "Còn đủ ngày"})
    assert refused.status_code == 200, refused.text
    paper = {"number": "09-CV", "dated": "2024-10-01", "signer": "Nguyễn Ví Dụ"}
    given = owner.post(f"{home}/extension", {"until": "2024-12-15", "reason": "Ngập", "document": paper})
    assert given.status_code == 200, given.text
    tomorrow = paper | {"dated": "2024-12-01"}
    late = owner.post(f"{home}/extension", {"until": "2024-12-16", "reason": "Ngập", "document": tomorrow})
    assert "không được sau hôm nay" in late.text


def test_every_failure_is_told_as_a_problem(portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
    world, own = portal.world, program(portal, portal.world.administrator)
    client, home = own.client, f"{ROOT}/assessments/{world.first}"
    assert kind_of(client.get(f"{ROOT}/nowhere", headers=own.headers)) == "not-found"
    wrong = client.delete(home, headers=own.headers)
    assert (wrong.status_code, kind_of(wrong), wrong.headers["allow"]) == (405, "method", "GET")
    unit = program(portal, world.officer)
    draft = f"{home}/draft"
    for content, media, kind in (
        (b"{", "application/json", "malformed"),
        (b'{"marks": {"a": NaN}}', "application/json", "malformed"),
        (b"[" * 3_000, "application/json", "malformed"),
        (b"\xff\xfe", "application/json", "malformed"),
        (b'{"marks": {}}', "text/plain", "media-type"),
        (b'{"marks": []}', "application/json", "invalid"),
        (b"0" * 2_100_000, "application/json", "too-large"),
    ):
        answer = client.put(draft, content=content, headers=unit.headers | {"content-type": media})
        assert kind_of(answer) == kind
    pointed = client.put(draft, json={"marks": {"I.1": {"entry": {"points": "x"}}}}, headers=unit.headers)
    assert pointed.json()["errors"][0]["pointer"] == "/marks/I.1/entry/points"
    monkeypatch.setattr(limits, "A_MINUTE", 2)
    spent = program(portal, world.administrator, "read")
    assert [spent.get("/me").status_code for _ in range(4)] == [200, 200, 429, 429]
    assert spent.get("/me").headers["retry-after"] == "60"
    assert program(portal, world.administrator, "read").get("/me").status_code == 200
    portal.hands.pass_by(timedelta(seconds=61))
    assert spent.get("/me").status_code == 200
    monkeypatch.setattr("web.api.dossiers.mine.rounds", None)
    broken = spent.get("/rounds")
    assert (broken.status_code, kind_of(broken)) == (500, "fault")
    assert "mã yêu cầu" in broken.json()["detail"]


def test_the_page_of_the_account_makes_shows_once_and_revokes(portal: Portal) -> None:
    world = portal.world
    browser = by_password(portal, world.administrator)
    browser.get("/me")
    fields = {"name": "Một cửa", "scope": ["read", "audit"], "days": "90", "old_password": "một câu dễ nhớ"}
    assert "Mật khẩu hiện tại không đúng" in browser.post("/me/tokens", **fields | {"old_password": "sai rồi"}).text
    long = browser.post("/me/tokens", **fields | {"days": "365"})
    assert (long.status_code, "nhiều nhất 90 ngày" in long.text) == (422, True)
    assert browser.post("/me/tokens", **fields | {"scope": ["vote"]}).status_code == 422
    assert browser.post("/me/tokens", **fields | {"name": " "}).status_code == 422
    answer = browser.post("/me/tokens", **fields)
    text = answer.text.partition('class="token">')[2].partition("<")[0]
    assert text.startswith("dg1_")
    assert answer.headers["cache-control"] == "no-store"
    shown = browser.get("/me").text
    assert "Một cửa" in shown
    assert text not in shown
    own = Program(TestClient(create_app(portal.place), base_url=ADDRESS), 0, text)
    assert own.get("/me").json()["account_id"] == world.administrator.account_id
    assert own.get("/accounts").status_code == 403
    with portal.database.reading() as session:
        acts = session.exec(select(History.body).where(History.act == "make_token")).all()
        assert text not in str(acts)
        assert len(acts) == 1
    key = own.get("/me").json()["token_id"]
    other = by_password(portal, world.authority)
    other.get("/me")
    assert other.post(f"/me/tokens/{key}/revoke").status_code == 404
    browser.get("/me")
    assert browser.post(f"/me/tokens/{key}/revoke").status_code == 303
    assert own.get("/me").status_code == 401
    docs = browser.get("/api/v1/docs")
    assert docs.status_code == 200
    assert "default-src 'none'" in docs.headers["content-security-policy"]
    assert "http://" not in docs.text.replace("http://portal.example", "")
    assert "https://" not in docs.text
