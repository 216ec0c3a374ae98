"""Numbers in an address that belong together in no way: of another round, of another dossier, of another account."""

from datetime import date
from pathlib import Path

from sqlmodel import select

from actions.difficulties import raise_difficulty
from actions.extension import ask_extension
from models.db import Database
from models.evidence import evidence_of
from models.people import Grant
from tests.web.audit_world import audited, code_of
from tests.web.browser import words
from tests.web.conftest import Portal
from tests.web.letters import by_password
from tests.web.matrix_world import other_round

CANARY = "Mất điện nhiều ngày ở xã"


def test_what_is_of_one_round_is_not_reached_by_the_address_of_another(portal: Portal) -> None:
    world, now = portal.world, portal.hands.at
    with portal.database.writing() as session:
        wish = raise_difficulty(session, world.first, CANARY, actor=world.officer, now=now)
        more = ask_extension(
            session, world.first, until=date(2024, 12, 20), reason=CANARY, actor=world.officer, now=now
        )
        other = other_round(session, world.round_id)
        grants = session.exec(select(Grant.id).where(Grant.account_id == world.reader.account_id)).all()
    administrator = by_password(portal, world.administrator)
    administrator.get("/me")
    asked = {
        f"/rounds/{other}/difficulties/{wish}": {"answer": "Đã rõ"},
        f"/rounds/{other}/extensions/{more}/refuse": {"reason": "Không đủ căn cứ"},
        f"/rounds/{other}/extensions/choose": {"id": str(world.first)},
        f"/rounds/{other}/people/look": {"end": str(grants[0])},
        f"/rounds/{other}/assignments/look": {"dossier": str(world.first)},
    }
    for path, fields in asked.items():
        answer = administrator.post(path, **fields)
        assert answer.status_code in {404, 422}, (path, answer.status_code)
        assert CANARY not in answer.text
        assert "Đơn vị 1" not in words(answer), path


def test_a_unit_reaches_nothing_by_the_numbers_of_another(database: Database, tmp_path: Path) -> None:
    portal = audited(database, tmp_path)
    world = portal.world
    second = world.assessment_ids[1]
    with database.reading() as session:
        (file,) = {one.id for one in evidence_of(session, world.first)}
    officer = by_password(portal, world.officers[1])
    officer.get("/me")
    paths = (f"/assessments/{second}/evidence/{file}", f"/files/{second}/{file}", f"/files/{second}/{file}/thumbnail")
    hidden = ("/history", "/history/difference", "/history/check", "/report", "/appraise", "", "/sheet")
    for path in (*paths, *(f"/assessments/{world.first}{one}" for one in hidden)):
        assert officer.get(path).status_code == 404, path
    for path in ("history", "pictures", "results", "mail", "jobs", "decisions", "differences"):
        assert officer.get(f"/rounds/{world.round_id}/{path}").status_code == 404, path
    for path in (f"/assessments/{second}/history", f"/rounds/{world.round_id}/history/export"):
        assert officer.get(path).status_code in {403, 404}
    typed = officer.post(f"/assessments/{second}/sheet", **{"remove": str(file), f"points-{code_of(world)}": "1"})
    assert typed.status_code in {403, 404, 422}
    with database.reading() as session:
        assert [one.id for one in evidence_of(session, world.first)] == [file]
