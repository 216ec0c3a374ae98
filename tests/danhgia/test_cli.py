import json
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from danhgia.cli import COMMANDS, Later
from models.db import Database, may_be_tried_again, run
from tests.danhgia.conftest import SCRIPT, Shell


def test_help_imports_none_of_the_commands() -> None:
    program = (
        "import sys; from danhgia.cli import root; root.main(['--help'], standalone_mode=False); "
        "print(sorted({'prefect', 'fastapi', 'sqlalchemy', 'pydantic', 'alembic'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
    assert all(f" {command.name} " in done.stdout for command in COMMANDS)


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_has_help(command: Later, lite: Shell) -> None:
    found = command.command()
    assert lite(command.name, "--help").code == 0
    for name in getattr(found, "commands", {}):
        ran = lite(command.name, name, "--help")
        assert (ran.code, found.commands[name].help is None) == (0, False)


def test_a_command_imports_neither_prefect_nor_fastapi(lite: Shell) -> None:
    program = (
        "import sys; from danhgia.cli import root; root.main(['round', 'list', '--json'], standalone_mode=False); "
        "print(sorted({'prefect', 'fastapi', 'alembic'} & sys.modules.keys()))"
    )
    environment = {"DANHGIA_DATABASE_URL": lite.url, "PATH": ""}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["[]", "[]"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["nothing"],
        ["round"],
        ["round", "status"],
        ["round", "status", "first"],
        ["round", "launch", "dan-chu-co-so", "--year", "1024", "--register", "x.csv"],
        ["extend", "1", "--until", "30/02/2024", "--reason", "x", "--document", "1;01/02/2024;A"],
        ["extend", "1", "--until", "28/02/2024", "--reason", "x", "--document", "1;01/02/2024"],
        ["account", "add", "a@x.example", "--role", "lead", "--scope", "country:vn"],
        ["audit", "verify", "--seal", "abc"],
    ],
)
def test_a_wrong_call_is_2(arguments: list[str], lite: Shell) -> None:
    ran = lite(*arguments)
    assert ran.code == 2
    assert "Usage: danhgia" in ran.out + ran.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["round", "status", "7"], "Không tìm thấy đợt số 7; đề nghị kiểm tra lại."),
        (["round", "rank", "7"], "Không tìm thấy đợt số 7; đề nghị kiểm tra lại."),
        (["round", "advance", "7", "archive"], "Không tìm thấy đợt số 7; đề nghị kiểm tra lại."),
        (["audit", "verify", "--round", "7"], "Không tìm thấy đợt số 7; đề nghị kiểm tra lại."),
        (["audit", "export", "7", "--out", "h.jsonl"], "Không tìm thấy đợt số 7; đề nghị kiểm tra lại."),
        (["audit", "history", "7"], "Không tìm thấy hồ sơ số 7; đề nghị kiểm tra lại."),
        (["audit", "history", "xa-khong-co"], "Không tìm thấy đơn vị mang mã xa-khong-co; đề nghị kiểm tra lại."),
        (
            ["extend", "7", "--until", "20/12/2024", "--reason", "lũ", "--document", "1-CV;01/12/2024;A"],
            "Không tìm thấy hồ sơ số 7; đề nghị kiểm tra lại.",
        ),
        (
            ["account", "add", "a@x.example", "--role", "lead", "--as", "ai@x.example"],
            "Không tìm thấy tài khoản ai@x.example; đề nghị kiểm tra lại.",
        ),
        (["programme", "show", "nothing"], "nothing: there is no such programme; there are: "),
        (["sheet", "check", "no.yaml"], "no.yaml: the file cannot be read: No such file or directory"),
        (["restore", "no.bak"], "no.bak: No such file or directory"),
    ],
)
def test_what_is_not_there_is_one_sentence_and_1(arguments: list[str], sentence: str, lite: Shell) -> None:
    ran = lite(*arguments)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(sentence)
    assert ran.err.count("\n") == 1
    assert not list(lite.directory.glob("h.*"))


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"now": "2024-10-01T08:00:00+07:00"}, "DANHGIA_NOW is for rehearsals: this database is a live one"),
        ({"now": "2024-10-01T08:00:00"}, "DANHGIA_NOW: Input should have timezone info"),
        ({"smtp_url": "mail.example"}, "DANHGIA_SMTP_URL: Value error, expected smtp[s]://"),
        ({"database_url": "var/danhgia.db"}, "DANHGIA_DATABASE_URL is not an address of a database"),
        ({"database_url": "mysql://localhost/x"}, "DANHGIA_DATABASE_URL names mysql; there are sqlite and postgresql"),
        ({"database_url": "sqlite:///no/such.db"}, "there is no database at no/such.db: run `danhgia db upgrade`"),
        ({"database_url": "postgresql://a:secret@127.0.0.1:1/x"}, "the database cannot be used: "),
    ],
)
def test_settings_that_cannot_be_used_are_named(settings: dict[str, str], sentence: str, lite: Shell) -> None:
    ran = lite("round", "list", **settings)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(sentence)
    assert ran.err.count("\n") == 1
    assert "secret" not in ran.err


def test_a_file_that_is_no_database_is_said(lite: Shell) -> None:
    (lite.directory / "text.db").write_text("not a database, " * 100)
    ran = lite("round", "list", database_url="sqlite:///text.db")
    assert (ran.code, ran.err) == (1, "the database cannot be used: file is not a database\n")


def test_other_schemas_are_refused(shell: Shell, database: Database) -> None:
    for revision, sentence in (
        ("9999", "the database is at revision 9999, which this release does not know: install the newer one\n"),
        ("0000", "the database is at revision 0000, which this release does not know: install the newer one\n"),
    ):
        with database.writing() as session:
            run(session, "UPDATE alembic_version SET version_num = :to", {"to": revision})
        assert (shell("round", "list").code, shell("tick").err) == (1, sentence)
        assert shell("db", "upgrade").code == 1
    with database.writing() as session:
        run(session, "DELETE FROM alembic_version")
    assert shell("round", "list").err == (
        "the database is not at the schema of this release: run `danhgia db upgrade`\n"
    )


def test_the_console_is_named_by_its_user_and_an_account_by_its_number(lite: Shell) -> None:
    assert lite("account", "add", "quantri@x.example", "--role", "administrator").code == 0
    given = lite("account", "add", "doc@x.example", "--role", "reader", "--as", "QuanTri@x.example", "--json")
    assert json.loads(given.out) == {"account": 2, "grant": 2}
    rows = json.loads(lite("audit", "history", "installation:1", "--json").out)
    told = [(row["body"]["by"].partition(":")[0], row["body"]["act"]) for row in rows]
    assert told == [("console", "add_account"), ("console", "grant"), ("account", "add_account"), ("account", "grant")]
    ran = lite("audit", "history", "installation:1", "--as", "doc@x.example")
    assert (ran.code, ran.err) == (1, "Tài khoản này không có quyền thực hiện việc đó đối với hồ sơ này.\n")


def test_a_transaction_that_lost_is_told_from_one_that_is_wrong() -> None:
    assert may_be_tried_again(psycopg.errors.DeadlockDetected())
    assert may_be_tried_again(psycopg.errors.SerializationFailure())
    assert not may_be_tried_again(psycopg.errors.UniqueViolation())


def test_the_script_is_installed() -> None:
    assert Path(SCRIPT).is_file()
