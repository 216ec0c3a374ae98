import json

from models.db import Database
from tests.actions.world import launched
from tests.danhgia.conftest import Shell


def test_mail_is_listed_and_delivered_into_files(rehearsal: Shell, database: Database) -> None:
    world = launched(database, subjects=2)
    listed = json.loads(rehearsal("mail", "list", "--round", world.round_id, "--status", "queued", "--json").out)
    assert [(one["message"], one["to"]) for one in listed] == [
        ("assigned", f"{who}{number}@donvi.example") for number in (1, 2) for who in ("canbo", "thutruong")
    ]
    done = json.loads(rehearsal("mail", "deliver", "--json").out)
    assert (done["sent"], done["retried"], done["failed"]) == (4, 0, 0)
    assert len(list((rehearsal.directory / "var" / "mail").glob("*.eml"))) == 4
    assert "queued" not in rehearsal("mail", "list").out


def test_a_server_that_is_away_puts_mail_off(rehearsal: Shell, database: Database) -> None:
    launched(database, subjects=1)
    ran = rehearsal("mail", "deliver", "--json", smtp_url="smtp://127.0.0.1:1")
    assert (ran.code, json.loads(ran.out)["retried"]) == (0, 2)
    assert {one["status"] for one in json.loads(rehearsal("mail", "list", "--json").out)} == {"queued"}


def test_what_was_put_off_while_the_server_was_away_goes_when_it_is_asked_for(
    rehearsal: Shell, database: Database
) -> None:
    launched(database, subjects=1)
    for minute in range(3):
        now = f"2024-10-01T08:{minute * 10:02}:00+07:00"
        assert json.loads(rehearsal("mail", "deliver", "--json", smtp_url="smtp://127.0.0.1:1", now=now).out)["retried"]
    mended = {"now": "2024-10-01T08:20:30+07:00"}
    assert json.loads(rehearsal("mail", "deliver", "--json", **mended).out)["sent"] == 0
    assert json.loads(rehearsal("mail", "deliver", "--put-off", "--json", **mended).out)["sent"] == 2
    assert json.loads(rehearsal("mail", "deliver", "--put-off", "--json", **mended).out)["sent"] == 0


def test_a_tick_does_what_is_due_and_then_nothing(rehearsal: Shell, database: Database) -> None:
    launched(database)
    due = {"now": "2024-12-10T00:00:16+07:00"}
    first = json.loads(rehearsal("tick", "--json", **due).out)
    assert first["lock"] == {"locked_zero": 3}
    status = json.loads(rehearsal("round", "status", 1, "--json", **due).out)
    assert (status["state"], status["zeroed"]) == ("appraisal", 3)
    assert set(map(len, json.loads(rehearsal("tick", "--json", **due).out).values())) == {0}
