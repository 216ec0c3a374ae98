"""What watches over the installation: probes, figures, the page, and the lines of the log."""

import json
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from ipaddress import ip_network
from pathlib import Path
from re import fullmatch
from shutil import rmtree
from threading import Event, Thread

import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr
from sqlmodel import Session

from config.logs import JsonLine, Text
from models.db import run
from models.jobs import Job, ask_job
from models.types import from_micros, to_micros
from tests.web.browser import Browser, browser_at, words
from tests.web.conftest import Portal
from tests.web.letters import by_mail, by_password
from web import health, probes
from web.glimpse import Glimpse
from web.health_words import WORDS

TOKEN = "một-từ-rất-dài-không-đoán-được"
HOUR = timedelta(hours=1)


def watched(portal: Portal, tmp_path: Path, client: str = "192.0.2.1", **more: object) -> Browser:
    """A browser at the portal with these settings, whose files lie in a folder of the test's own."""
    update = {"var": tmp_path, "smtp_url": "smtp://mail.example", **more}
    portal.place = portal.place._replace(settings=portal.place.settings.model_copy(update=update))
    return browser_at(portal.place, client=client)


def figures(browser: Browser) -> dict[tuple[str, ...], float]:
    """The metrics by name and values of their labels."""
    families = text_string_to_metric_families(browser.get("/metrics").text)
    return {(one.name, *one.labels.values()): one.value for family in families for one in family.samples}


def test_readiness_names_each_check(portal: Portal, tmp_path: Path) -> None:
    browser = watched(portal, tmp_path)
    ready = browser.get("/readyz")
    assert (ready.status_code, ready.json()) == (200, {"ready": True, "checks": dict.fromkeys(health.READY, "ok")})
    portal.place = portal.place._replace(is_rehearsal=False)
    (tmp_path / "files").rmdir()
    (tmp_path / "files").write_text("in the way")
    with portal.database.writing() as session:
        run(session, "UPDATE alembic_version SET version_num = '0001'")
    portal.hands.pass_by(probes.FRESH / 2)
    assert browser.get("/readyz").json()["ready"], "looked again too soon"
    portal.hands.pass_by(probes.FRESH)
    failed = watched(portal, tmp_path, smtp_url=None).get("/readyz")
    assert failed.status_code == 503
    assert failed.json()["checks"] == {"database": "ok", "schema": "failed", "store": "failed", "relay": "failed"}
    assert browser.get("/readyz").json()["checks"]["relay"] == "ok"
    assert browser.get("/healthz").text == "ok\n"


def test_metrics_are_open_to_nobody_who_is_not_named(portal: Portal, tmp_path: Path) -> None:
    networks = (ip_network("10.1.0.0/16"), ip_network("2001:db8::/64"))
    closed = watched(portal, tmp_path, "127.0.0.1")
    assert (closed.get("/metrics").status_code, closed.get("/metrics").text) == (403, probes.CLOSED)
    settings = {"metrics_from": networks, "metrics_token": SecretStr(TOKEN)}
    for client, status in {
        "10.1.2.3": 200,
        "::ffff:10.1.2.3": 200,
        "2001:db8::7": 200,
        "10.2.0.1": 403,
        "x": 403,
    }.items():
        browser = watched(portal, tmp_path, client, **settings)
        assert browser.get("/metrics").status_code == status, client
    stranger = watched(portal, tmp_path, "10.2.0.1", **settings)
    for given, status in {f"Bearer {TOKEN}": 200, f"Bearer {TOKEN}x": 403, TOKEN: 403, "Bearer ": 403}.items():
        stranger.headers = {"authorization": given.encode()}  # type: ignore[dict-item]  # as bytes go over the wire
        assert stranger.get("/metrics").status_code == status, given


def test_figures_and_page_tell_of_what_is_left_lying(portal: Portal, tmp_path: Path) -> None:
    world, hands = portal.world, portal.hands
    browser = watched(portal, tmp_path, "10.1.2.3", metrics_from=(ip_network("10.1.0.0/16"),))
    at_first = figures(browser)
    assert at_first["danhgia_lock_lag_seconds", str(world.round_id)] == 0
    assert at_first["danhgia_transitions_total", "launch"] == 1
    assert at_first["danhgia_outbox_size",] > 0
    assert at_first["danhgia_free_bytes",] > 0
    with portal.database.writing() as session:
        closes_at = max(row[0] for row in run(session, "SELECT closes_at FROM assessment").fetchall())
        run(session, "UPDATE outbox SET status = 'sent', ended_at = due_at")
        run(session, "UPDATE outbox SET status = 'bounced', ended_at = :at WHERE id = 1", {"at": closes_at})
        ask_job(session, kind="check_evidence", target="evidence:1", occasion="added", now=hands.now())
        put_off = {"now": closes_at + 10**6 * 3600, "due": closes_at + 10**6 * 7200}
        run(session, "UPDATE outbox SET status = 'queued', attempts = 4, due_at = :due WHERE id = 2", put_off)
        ended(session, "verify", "failed", from_micros(put_off["now"]))
    while to_micros(hands.now()) < put_off["now"]:
        hands.pass_by(timedelta(days=1))
    late = (to_micros(hands.now()) - closes_at) / 10**6
    found = figures(browser)
    assert found["danhgia_lock_lag_seconds", str(world.round_id)] == late
    assert found["danhgia_outbox_age_seconds",] == late - 7200 + (1 + 5 + 15 + 60) * 60
    assert found["danhgia_evidence_waiting_size",] == 1
    assert found["danhgia_jobs", "check_evidence", "waiting"] == 1
    assert found["danhgia_chain_verified_ok",] == 0
    assert found["danhgia_mail", "bounced"] == 1
    wrong = {key[1] for key, value in found.items() if key[0] == "danhgia_check_ok" and not value}
    assert wrong >= {"lock", "outbox", "lost_mail", "evidence", "jobs", "chain"}
    page = by_password(portal, world.administrator).get("/health")
    said = words(page)
    assert all(WORDS[name].label in said and WORDS[name].remedy in said for name in wrong)
    assert said.index(WORDS["chain"].wrong) < said.index(WORDS["lost_mail"].wrong % {"count": 1})
    assert by_mail(portal, world.officer).get("/health").status_code == 403


def test_every_check_has_words_and_nightly_work_is_awaited_from_the_first_launch_on(
    portal: Portal, tmp_path: Path
) -> None:
    watched(portal, tmp_path)
    by_night = {"chain", "verified", "backup"}
    assert checks(portal).keys() == WORDS.keys() - by_night
    portal.hands.pass_by(health.LATE_NIGHT)
    late = checks(portal)
    assert (late["verified"], late["backup"], "chain" in late) == (False, False, False)
    with portal.database.writing() as session:
        for kind, status in (("verify", "failed"), ("backup", "failed"), ("backup", "done")):
            ended(session, kind, status, portal.hands.now())
            portal.hands.pass_by(HOUR)
    done = checks(portal)
    assert done.keys() == WORDS.keys()
    assert (done["verified"], done["backup"], done["chain"]) == (True, True, False)
    assert set(health.CAN_WAIT) < set(WORDS)


def test_since_when_a_machine_is_unwell_outlives_the_process_and_ends_with_it(
    portal: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    portal.place = portal.place._replace(is_rehearsal=False)
    watched(portal, tmp_path)
    monkeypatch.setattr(health, "LEAST_ROOM", 2**62)
    (tmp_path / "files").write_text("in the way")
    watched(portal, tmp_path, smtp_url=None).get("/readyz")
    begun, names = portal.hands.now(), ("store", "relay", "room")
    at_first = since(portal)
    portal.hands.pass_by(HOUR)
    assert at_first == since(portal)
    assert {name: at_first.get(name) for name in names} == dict.fromkeys(names, begun)
    page = words(by_password(portal, portal.world.administrator).get("/health"))
    assert page.count("Phát hiện lúc") == len(names)
    (tmp_path / "files").unlink()
    monkeypatch.undo()
    watched(portal, tmp_path)
    assert not since(portal).keys() & set(names)
    rmtree(tmp_path / "files")
    (tmp_path / "files").write_text("again")
    assert since(portal)["store"] == portal.hands.now()


def since(portal: Portal) -> dict[str, datetime]:
    with portal.database.reading() as session:
        found = health.look(session, portal.place, portal.hands.now())
        return {check.name: check.since for check in found if check.since}


def checks(portal: Portal) -> dict[str, bool]:
    with portal.database.reading() as session:
        return {check.name: check.ok for check in health.look(session, portal.place, portal.hands.now())}


def ended(session: Session, kind: str, status: str, now: datetime) -> None:
    """A job that has ended."""
    job = Job(kind=kind, target="installation:1", occasion=str(now), status=status, asked_at=now, due_at=now)
    job.ended_at = now
    session.add(job)


@pytest.fixture
def lines() -> Iterator[list[str]]:
    """What is logged by the portal, line by line."""
    found: list[str] = []

    class Keeping(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(self.format(record))

    handler, log = Keeping(), logging.getLogger("web")
    handler.setFormatter(JsonLine())
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    yield found
    log.removeHandler(handler)
    log.setLevel(logging.NOTSET)


def test_a_request_leaves_one_line_without_names_and_its_id_on_the_answer(
    portal: Portal, tmp_path: Path, lines: list[str]
) -> None:
    world = portal.world
    watched(portal, tmp_path)
    officer = by_mail(portal, world.officer)
    lines.clear()
    answers = [
        officer.get(f"/assessments/{world.first}?q=bí-mật"),
        officer.get("/audit"),
        officer.get("/t/mot-tu-bi-mat"),
        officer.get("/nowhere/bi-mat"),
        officer.get("/healthz"),
    ]
    told = [one for one in map(json.loads, lines) if one["event"] == "request"]
    assert [one["request"] for one in told] == [answer.headers["x-request-id"] for answer in answers]
    assert [one["route"] for one in told] == [
        "/assessments/{assessment_id:id}", "/audit", "/t/{token}", "none", "/healthz",
    ]  # fmt: skip
    assert [one["status"] for one in told] == [200, 403, 410, 404, 200]
    first = told[0]
    assert (first["account"], first["dossier"], first["round"]) == (
        world.officer.account_id,
        world.first,
        world.round_id,
    )
    assert (first["level"], told[-1]["level"], first["method"]) == ("info", "debug", "GET")
    assert "mat" not in "".join(lines)
    refused = answers[1]
    assert fullmatch(r"\d{12}", refused.headers["x-request-id"])
    key = refused.headers["x-request-id"]
    assert f"đọc mã yêu cầu {key[:4]} {key[4:8]} {key[8:]}" in words(refused)


def test_a_line_tells_no_values_of_rows_and_moves_no_cursor() -> None:
    told_by_libraries = (
        "duplicate key\nDETAIL: Key (email)=(ai@vi-du.example) already exists.\n[SQL: INSERT]\n"
        "[parameters: {'email': 'ai@vi-du.example'}]\nemail [type=x, input_value='ai@vi-du.example', input_type=str]"
    )
    error = ValueError(told_by_libraries)
    fault = (type(error), error, None)
    record = logging.LogRecord("web", logging.ERROR, __file__, 1, "a\x1b[2J%s", ("b\nc",), fault)
    assert "vi-du" not in JsonLine().format(record)
    assert "\n" not in JsonLine().format(record)
    told = Text().format(record)
    assert "vi-du" not in told
    assert "duplicate key" in told
    assert "input_type=str" in told
    assert "\x1b" not in told
    assert "a\\x1b[2Jb\\nc" in told.splitlines()[0]


def test_a_look_that_does_not_come_back_holds_up_nobody_and_is_noticed(portal: Portal) -> None:
    begun, released = Event(), Event()

    def look() -> int:
        begun.set()
        released.wait(60)
        return 1

    seen = Glimpse(look, portal.hands.now, fresh=HOUR, stale=2 * HOUR)
    first = Thread(target=seen.value)
    first.start()
    begun.wait(60)
    assert seen.value() is None
    released.set()
    first.join()
    assert seen.value() == 1
    for event in (begun, released):
        event.clear()
    portal.hands.pass_by(HOUR)
    second = Thread(target=seen.value)
    second.start()
    begun.wait(60)
    assert seen.value() == 1
    portal.hands.pass_by(HOUR)
    assert seen.value() is None
    released.set()
    second.join()
