import json
import re

from models.db import Database, run
from tests.danhgia.conftest import Shell


def test_a_code_is_told_and_recorded(shell: Shell) -> None:
    shell("account", "add", "canbo@donvi.example", "--role", "reader")
    code, link = shell("account", "code", "CanBo@donvi.example").out.splitlines()
    assert re.fullmatch(r"\d{4} \d{4}", code)
    assert re.fullmatch(r"http://127\.0\.0\.1:8000/s/[\w-]{43}", link)
    again = json.loads(shell("account", "code", "canbo@donvi.example", "--json").out)
    assert (len(again["code"]), again["link"] == link) == (8, False)
    database = Database(shell.url)
    with database.reading() as session:
        acts = run(session, "SELECT act FROM history ORDER BY seq").fetchall()
    database.dispose()
    assert [act for (act,) in acts][-2:] == ["give_code", "give_code"]


def test_a_code_is_refused_for_whoever_is_not_there_and_by_whoever_may_not(shell: Shell) -> None:
    assert shell("account", "code", "ai@vi-du.example").code == 1
    shell("account", "add", "canbo@donvi.example", "--role", "reader")
    assert shell("account", "code", "canbo@donvi.example", "--as", "canbo@donvi.example").code == 1


def test_in_a_rehearsal_a_code_lets_every_role_in(rehearsal: Shell, database: Database) -> None:
    rehearsal("account", "add", "quantri@donvi.example", "--role", "administrator")
    assert rehearsal("account", "code", "quantri@donvi.example").code == 0
    with database.reading() as session:
        assert run(session, "SELECT way FROM one_time_key").fetchall() == [("rehearsal",)]
