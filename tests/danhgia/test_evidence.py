"""`danhgia evidence verify`: every file that is named is hashed again."""

import json

from actions.evidence_files import New, add
from evidence.store import place
from models.db import Database
from tests.actions.world import at, launched
from tests.danhgia.conftest import Shell
from tests.keeping import keep


def test_what_is_altered_or_missing_is_named(lite: Shell) -> None:
    database, folder = Database(lite.url), lite.directory / "var" / "files"
    world = launched(database, subjects=1)
    kept = [keep(folder, text, f"{number}.pdf") for number, text in enumerate((b"mot", b"hai", b"ba"))]
    with database.writing() as session:
        add(session, world.first, [New("I.1", one) for one in kept], actor=world.officer, now=at("2024-11-20 09:00"))
    database.dispose()
    whole = lite("evidence", "verify")
    assert (whole.code, "3 files" in whole.out) == (0, True)
    place(folder, kept[0].file_hash).write_bytes(b"mut")
    place(folder, kept[1].file_hash).unlink()
    found = lite("evidence", "verify", "--json")
    assert found.code == 1
    told = json.loads(found.out)
    assert told["files"] == 3
    assert {one["hash"]: one["what"] for one in told["damaged"]} == {
        kept[0].file_hash: "altered",
        kept[1].file_hash: "missing",
    }
