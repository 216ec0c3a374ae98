"""Results for readers: nothing before the release, their scope after it, the report handed out and recorded."""

import json
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

from actions.accounts import add_account, grant
from actions.decide import Result, redecide
from actions.rank import rank_round
from actions.report import report
from config.load import list_programmes, load_programme
from models.db import Database, run
from scoring.numbers import format_points
from states.actor import Actor, account
from states.released import is_released, told_states
from tests.actions.later import chain, dossier, ready_to_report
from tests.actions.world import CONSOLE, World, at, paper
from tests.web.browser import Browser, Hands, place_of, words
from tests.web.conftest import Portal
from tests.web.letters import by_mail, by_password

REPORTING = at("2024-12-28 08:00")
DECIDED = Decimal("88.75")


def portal_on(database: Database) -> Portal:
    world, hands = ready_to_report(database), Hands(REPORTING)
    return Portal(world, database, hands, place_of(database, hands))


def release(portal: Portal) -> None:
    world = portal.world
    with portal.database.writing() as session:
        rank_round(session, world.round_id, actor=world.administrator, now=REPORTING)
        report(session, world.round_id, actor=world.administrator, now=REPORTING)


def decide_again(portal: Portal, number: int) -> None:
    world = portal.world
    with portal.database.writing() as session:
        results = [Result(world.assessment_ids[number], DECIDED, None, "Theo kết luận")]
        document = paper(session, now=REPORTING, number="20-KL/TU")
        redecide(
            session,
            world.round_id,
            results,
            reason="Kết luận",
            document_id=document,
            actor=world.authority,
            now=REPORTING,
        )


def of_one_body(portal: Portal) -> Actor:
    """Who decides for one body, and that on the second dossier alone."""
    world = portal.world
    with portal.database.writing() as session:
        key = add_account(session, "doc@donvi.example", name="Người đọc", actor=CONSOLE, now=REPORTING)
        grant(session, key, "authority", round_id=world.round_id, body="cap-xa", actor=CONSOLE, now=REPORTING)
        run(session, "UPDATE assessment SET body = 'cap-xa' WHERE id = :id", {"id": world.assessment_ids[1]})
    return account(key)


def test_a_reader_reads_results_after_the_release_and_nothing_before(database: Database) -> None:
    portal = portal_on(database)
    reader, world = by_mail(portal, portal.world.reader), portal.world
    home = f"/rounds/{world.round_id}/results"
    nothing_is_shown(reader, world, home)
    assert "Chưa công bố kết quả" in words(reader.get("/"))
    release(portal)
    assert f'href="{home}"' in reader.get("/").text
    told = words(reader.get(home))
    for number, key in enumerate(world.assessment_ids, 1):
        own = dossier(database, key)
        assert own.decided_total is not None
        assert f"Đơn vị {number}" in told
        assert format_points(own.decided_total) in told
        assert (own.place_reason or "?") in told
    assert "3 kết quả" in told
    assert "1 kết quả" in words(reader.get(f"{home}?q=DON+VI+2"))
    assert "Không có kết quả nào" in words(reader.get(f"{home}?q=khong"))
    for path in ("history", "pictures"):
        assert reader.get(f"/rounds/{world.round_id}/{path}").status_code == 404
    assert reader.get(f"/assessments/{world.first}").status_code == 404
    the_report_is_handed_out(portal, reader, home)
    a_scope_is_kept(portal, home)
    what_is_decided_again_is_silent(portal, reader, home)
    for other in (by_mail(portal, world.officer), by_mail(portal, world.appraiser)):
        assert other.get(home).status_code == 404


def nothing_is_shown(reader: Browser, world: World, home: str) -> None:
    answer = reader.get(f"{home}?q=don")
    assert "chưa được công bố" in words(answer)
    assert "Đơn vị" not in words(answer)
    assert reader.post(f"{home}/report", form="xlsx").status_code == 422
    assert world.first


def the_report_is_handed_out(portal: Portal, reader: Browser, home: str) -> None:
    reader.get(home)
    for form in ("docx", "xlsx", "pdf"):
        answer = reader.post(f"{home}/report", form=form)
        assert answer.status_code == 200
        if form == "pdf":
            assert answer.content.startswith(b"%PDF-")
        else:
            assert "[Content_Types].xml" in ZipFile(BytesIO(answer.content)).namelist()
        last = chain(portal.database, f"round:{portal.world.round_id}")[-1]
        assert (last.act, last.actor) == ("export", portal.world.reader.name)
        assert json.loads(last.body)["what"] == {"of": "results", "form": form}


def a_scope_is_kept(portal: Portal, home: str) -> None:
    own = by_password(portal, of_one_body(portal))
    told = words(own.get(home))
    assert "1 kết quả" in told
    assert "Đơn vị 2" in told
    assert "Đơn vị 1" not in told
    assert own.post(f"{home}/report", form="xlsx").status_code == 404


def what_is_decided_again_is_silent(portal: Portal, reader: Browser, home: str) -> None:
    decide_again(portal, 0)
    told = words(reader.get(home))
    assert format_points(DECIDED) not in told
    assert "Đơn vị 1 – – – Đã quyết định" in told
    answer = reader.post(f"{home}/report", form="docx")
    assert (answer.status_code, "quyết định lại" in words(answer)) == (422, True)


def test_every_programme_says_when_its_results_are_released() -> None:
    for programme in map(load_programme, list_programmes()):
        machine = programme.workflow.round
        released = {state for state in machine.states if is_released(programme, state)}
        assert released == {"reported", "archived"}, programme.slug
        assert told_states(programme) <= {
            name for name, state in programme.workflow.assessment.states.items() if state.kind == "settled"
        }
    assert told_states(load_programme("dan-chu-co-so")) == {"announced", "reported"}
    assert "sent_up" not in told_states(load_programme("kiem-diem-xep-loai"))
