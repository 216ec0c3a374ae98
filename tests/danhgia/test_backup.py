import json
import os
from dataclasses import replace
from email import message_from_bytes

import pytest

from actions.accounts import add_account
from actions.documents import put_document
from actions.sessions import Visit, find, start
from actions.sign_in import draw, find_key, keep_key
from config.clock import Clock
from evidence.folder import place
from evidence.store import FOLDER
from models.backup import copy
from models.db import Database, run
from models.people import Account
from models.triggers import SQLITE
from states.history import seal
from tests.actions.world import CONSOLE, launched, submitted
from tests.danhgia.conftest import Shell
from tests.keeping import keep

OFF = {
    True: [f"DROP TRIGGER {name}" for name in SQLITE],
    False: ["ALTER TABLE history DISABLE TRIGGER history_no_change"],
}


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


@pytest.mark.parametrize("kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.faults)])
def test_a_drill_brings_the_newest_copy_back_beside_the_live_database(
    kind: str, request: pytest.FixtureRequest, lite: Shell
) -> None:
    with request.getfixturevalue(f"fresh_{kind}")() as url:
        database = Database(url)
        demand_drilled(replace(lite, url=url), database)
        database.dispose()


def demand_drilled(shell: Shell, database: Database) -> None:
    """Chains, seals, counters, files and the live history are held against it; nothing is left of it."""
    world, folder = launched(database), shell.directory / "var"
    (folder / "backup").mkdir(parents=True)
    (folder / "backup" / "danhgia-before-the-upgrade.bak").touch()
    none = shell("restore", "--drill")
    assert (none.code, none.out) == (1, "")
    assert none.err.startswith(f"there is no nightly copy in {folder}/backup: name one ")
    left, used = folder / ".drill-killed", folder / ".drill-at-work"
    for one in (left, used):
        one.mkdir()
        (one / "round.db").touch()
    os.utime(left, (0, 0))
    content = keep(folder / FOLDER, b"%PDF-1.7 van ban", "van-ban.pdf")
    with database.writing() as session:
        now, file_hash = world.launched_at, content.file_hash
        put_document(session, kind="letter", number="7", dated=now.date(), signer="A", file_hash=file_hash, now=now)
        seal(session, world.round_id, "draft", now=world.launched_at)
    copied = shell("backup", "var/backup/danhgia-2024-10-01.bak", "--json")
    submitted(database, world)
    before = json.loads(shell("audit", "verify", "--json").out)
    told = shell("restore", "--drill", "--json")
    found = json.loads(told.out)
    assert (told.code, found["faults"]) == (0, [])
    assert (found["sha256"], found["dossiers"], found["seals"]) == (json.loads(copied.out)["sha256"], 3, 1)
    assert (found["files"], found["compared"]) == (1, found["chains"])
    assert "the copy can be restored and is whole" in shell("restore", "--drill").out
    assert json.loads(shell("audit", "verify", "--json").out) == before
    assert [path.name for path in folder.iterdir() if path.name.startswith(".drill")] == [used.name]

    place(folder / FOLDER, content.file_hash).write_bytes(b"other")
    with database.writing() as session:
        for statement in OFF[database.is_sqlite]:
            run(session, statement)
        run(
            session,
            "UPDATE history SET hash = prev_hash WHERE entity = :entity AND seq = 1",
            {"entity": f"assessment:{world.first}"},
        )
    worse = shell("restore", "--drill")
    assert worse.code == 1
    assert worse.err.splitlines() == [
        f"file {content.file_hash} is altered",
        f"assessment:{world.first}, row 1: the live database does not go on from this copy",
    ]


def test_a_copy_is_its_owners_and_never_takes_the_place_of_the_database(lite: Shell) -> None:
    file = lite.directory / "own" / "danhgia.db"
    own = replace(lite, url=f"sqlite:///{file}")
    assert own("db", "upgrade").code == 0
    assert own("backup", "copy.bak").code == 0
    assert [path.stat().st_mode & 0o777 for path in (file, lite.directory / "copy.bak")] == [0o600, 0o600]
    (lite.directory / "by-another-name.db").symlink_to(file)
    for name in ("own/danhgia.db", "by-another-name.db"):
        refused = own("backup", name)
        assert (refused.code, refused.err) == (1, f"{name} is the database itself: name another file for the copy\n")


@pytest.mark.parametrize("page", [20, 60, 100, 130])
def test_a_damaged_copy_is_refused_and_bars_no_whole_one(lite: Shell, page: int) -> None:
    """As `cp` makes one while the database is written: pages of different moments."""
    assert lite("account", "add", "a@x.example", "--role", "lead").code == 0
    assert lite("backup", "copy.bak").code == 0
    whole = (lite.directory / "copy.bak").read_bytes()
    torn = whole[: page * 4096] + b"\xa5" * 4 * 4096 + whole[(page + 4) * 4096 :]
    (lite.directory / "torn.bak").write_bytes(torn)
    new = replace(lite, url="sqlite:///new/danhgia.db")
    refused = new("restore", "torn.bak")
    assert (refused.code, refused.err.startswith("torn.bak ")) == (1, True)
    assert new("restore", "copy.bak").out == "3 rows in 1 chains: whole\n"


def test_who_was_signed_in_when_a_copy_was_made_signs_in_anew_where_it_is_restored(
    rehearsal: Shell, other: Shell, database: Database
) -> None:
    now, key = Clock().now(), draw(database.entropy)
    with database.writing() as session:
        account = session.get_one(Account, add_account(session, "canbo@donvi.example", actor=CONSOLE, now=now))
        _, token = start(session, account, "mail", Visit(b"\0" * 32, "10.0.0.1", ""), now=now)
        keep_key(session, account, "mail", key, now=now)
    assert rehearsal("backup", "copy.bak").code == 0
    assert other("restore", "copy.bak").code == 0
    for url, stays in ((rehearsal.url, True), (other.url, False)):
        looked_at = Database(url)
        with looked_at.reading() as session:
            assert (find(session, token, now=now) is not None) is stays
            assert (find_key(session, key.token, now=now) is not None) is stays
        looked_at.dispose()


def test_what_a_restored_database_tells_again_is_a_mail_of_its_own(
    rehearsal: Shell, other: Shell, database: Database
) -> None:
    """The link of the first one opens nothing: were the two named alike, mail systems would show that one alone."""
    launched(database, subjects=1)
    assert rehearsal("backup", "copy.bak").code == 0
    assert other("restore", "copy.bak").code == 0
    restored = replace(other, settings=rehearsal.settings)
    named = [_message_ids(shell, folder) for shell, folder in ((rehearsal, "first"), (restored, "second"))]
    assert list(map(len, named)) == [2, 2]
    assert named[0] & named[1] == set()


def _message_ids(shell: Shell, folder: str) -> set[str]:
    assert shell("mail", "deliver", var=str(shell.directory / folder)).code == 0
    files = (shell.directory / folder / "mail").glob("*.eml")
    return {str(message_from_bytes(file.read_bytes())["Message-ID"]) for file in files}


def test_a_copy_without_a_name_is_asked_for(lite: Shell) -> None:
    assert lite("restore").code == 2


def assert_untouched(shell: Shell, file: str) -> str:
    """A file is refused in one sentence, and the database is as it was."""
    ran = shell("restore", file)
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert shell("db", "check").out == "the database is sound\n"
    return ran.err
