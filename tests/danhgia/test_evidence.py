"""`danhgia evidence verify`: every file that is named is hashed again."""

import json

import pytest

from actions.evidence_files import New, add
from evidence.folder import place
from models.db import Database
from tests.actions.world import at, launched
from tests.danhgia.conftest import Shell
from tests.evidence.buckets import ask, key_of, serving
from tests.keeping import keep


def test_a_bucket_is_verified_as_a_folder_is_and_one_that_is_down_is_no_missing_file(
    lite: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(lite.url)
    world = launched(database, subjects=1)
    with serving() as server:
        bucket = server.bucket(lite.directory)
        monkeypatch.setattr("evidence.bucket.PATIENCE", 60.0)
        for name, value in server.environment(bucket).items():
            monkeypatch.setenv(name, value)
        kept = [keep(bucket, text, f"{number}.pdf") for number, text in enumerate((b"mot", b"hai"))]
        with database.writing() as session:
            new = [New("I.1", one) for one in kept]
            add(session, world.first, new, actor=world.officer, now=at("2024-11-20 09:00"))
        database.dispose()
        assert lite("evidence", "verify").code == 0
        ask(bucket, "put_object", Key=key_of(bucket, kept[0].file_hash), Body=b"mut")
        told = json.loads(lite("evidence", "verify", "--json").out)
    assert told["damaged"] == [{"hash": kept[0].file_hash, "what": "altered"}]
    assert told["store"] == bucket.told()
    down = lite("evidence", "verify")
    assert (down.code, "the store of files cannot be used" in down.err, "Traceback" in down.err) == (1, True, False)


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
