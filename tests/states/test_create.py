"""New dossiers: what their first row of history says, and that nothing is told that is not there."""

import json

from config.load import load_programme
from danhgia.bench.world import CLOSES_AT, NOW, fill_register
from models.db import Database, run
from states.actor import SYSTEM
from states.chain import iso
from states.create import Newcomer, create, create_round
from states.hold import hold


def test_the_first_row_of_a_dossier_says_where_it_comes_from(database: Database) -> None:
    fill_register(database, 3)
    plain = Newcomer(1, "Điểm sáng 1", "qcdc", "nhóm", "mau", 11, CLOSES_AT)
    newcomers = [plain, plain._replace(subject_id=2, body="btv", agency_id=3)]
    with database.writing() as session:
        round_id = create_round(session, load_programme("diem-sang"), 2026)
        one, other = create(session, round_id, newcomers, actor=SYSTEM, now=NOW)
        rows = run(session, "SELECT entity, act, body FROM history ORDER BY entity").fetchall()
        told = {entity: (act, json.loads(body)["what"]) for entity, act, body in rows}
        made = hold(session, other, actor=SYSTEM, now=NOW)
    said = {
        "to": "choosing",
        "subject": 1,
        "kind": "qcdc",
        "group": "nhóm",
        "sheet": "mau",
        "closes_at": iso(CLOSES_AT),
    }
    assert told[f"assessment:{one}"][1].items() >= said.items()
    assert told[f"assessment:{one}"][1].keys().isdisjoint({"agency", "body"})
    act, body = told[f"assessment:{other}"]
    assert act == "assigned"
    assert body.items() >= {**said, "subject": 2, "agency": 3, "body": "btv"}.items()
    assert (made.name, made.group, made.leaves, made.body, made.seq) == ("Điểm sáng 1", "nhóm", 11, "btv", 1)
