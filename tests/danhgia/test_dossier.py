"""`danhgia dossier`: the file of a dossier for inspection, the same as the page hands out."""

import json
from hashlib import sha256
from pathlib import Path

from models.db import Database
from tests.actions.later import chain as rows_of
from tests.danhgia.conftest import Shell
from tests.web.audit_world import LATER, audited
from tests.web.letters import by_password
from tests.web.test_inspection import taken


def test_the_command_writes_the_same(database: Database, rehearsal: Shell, tmp_path: Path) -> None:
    portal = audited(database, tmp_path)
    key, auditor = portal.world.first, "auditor@donvi.example"
    page = json.loads(taken(portal, by_password(portal, portal.world.auditor), "json"))
    now = LATER.isoformat()
    for name in ("a.json", "a.pdf"):
        ran = rehearsal("dossier", key, "--to", name, "--as", auditor, "--json", now=now)
        assert ran.code == 0, ran.err
        told = json.loads(ran.out)
        content = (rehearsal.directory / name).read_bytes()
        last = rows_of(database, f"assessment:{key}")[-1]
        assert told["sha256"] == sha256(content).hexdigest() == json.loads(last.body)["what"]["sha256"]
    written = json.loads((rehearsal.directory / "a.json").read_bytes())
    assert written["marks"] == page["marks"]
    assert written["events"][: len(page["events"])] == page["events"]
    refused = rehearsal("dossier", key, "--to", "b.pdf", "--as", "reader@donvi.example", now=now)
    assert (refused.code, (rehearsal.directory / "b.pdf").exists()) == (1, False)
    assert rehearsal("dossier", key, "--to", "b.txt", now=now).code == 2
    assert rehearsal("dossier", 999, "--to", "b.pdf", now=now).code == 1
