import json
from dataclasses import replace

from models.backup import copy
from models.db import Database, run
from states.history import seal
from tests.actions.world import launched, submitted
from tests.danhgia.conftest import Shell


def test_what_was_copied_comes_back_with_the_same_seals(rehearsal: Shell, other: Shell, database: Database) -> None:
    world = launched(database)
    submitted(database, world)
    with database.writing() as session:
        root = seal(session, world.round_id, "draft", now=world.launched_at).root
    copied = rehearsal.script("backup", "copy.bak")
    assert (copied.code, copied.err) == (0, "")
    assert copied.out.startswith("copy.bak: ")
    submitted(database, world, 1)

    restored = other("restore", "copy.bak")
    assert (restored.code, restored.out) == (0, "20 rows in 5 chains: whole\n")
    other = replace(other, settings=rehearsal.settings)
    assert other("audit", "verify", "--seal", root).code == 0
    assert other("db", "check").code == 0
    seals = [json.loads(shell("round", "status", 1, "--json").out)["seals"] for shell in (rehearsal, other)]
    assert seals[0] == seals[1]
    told = json.loads(other("audit", "history", "installation:1", "--json").out)[-1]["body"]
    assert told["act"] == "restore"
    assert told["what"]["sha256"] in copied.out

    again = other("restore", "copy.bak")
    refusal = "the database has a history of 20 rows; a backup is restored into an empty one only\n"
    assert (again.code, again.err) == (1, refusal)


def test_a_copy_is_restored_where_nothing_was(lite: Shell) -> None:
    assert lite("account", "add", "a@x.example", "--role", "lead").code == 0
    assert lite("backup", "copy.bak").code == 0
    new = replace(lite, url="sqlite:///new/danhgia.db")
    assert new("restore", "copy.bak").out == "3 rows in 1 chains: whole\n"
    assert new("db", "check").out == "the database is sound\n"


def test_what_is_no_copy_of_this_kind_is_refused(rehearsal: Shell, other: Shell, database: Database) -> None:
    home = rehearsal.directory
    head = b"SQLite format 3\0" if database.is_sqlite else b"PGDMP"
    (home / "text.bak").write_text("nothing of that kind")
    (home / "broken.bak").write_bytes(head + bytes(200))
    kind = "sqlite" if database.is_sqlite else "postgresql"
    text = other("restore", "text.bak")
    assert (text.code, text.err) == (1, f"text.bak is no backup of a {kind} database\n")
    assert_untouched(other, "broken.bak")


def test_the_copy_of_a_newer_release_is_refused(rehearsal: Shell, other: Shell, database: Database) -> None:
    with database.writing() as session:
        run(session, "UPDATE alembic_version SET version_num = '9999'")
    copy(database, rehearsal.directory / "newer.bak")
    assert "newer.bak is of revision '9999', which this release does not know" in assert_untouched(other, "newer.bak")


def assert_untouched(shell: Shell, file: str) -> str:
    """A file is refused in one sentence, and the database is as it was."""
    ran = shell("restore", file)
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert shell("db", "check").out == "the database is sound\n"
    return ran.err
