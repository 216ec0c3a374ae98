from dataclasses import replace
from shutil import copyfile

from config.load import HOME
from models.check import revisions
from models.db import Database, run
from models.migrate import head
from models.triggers import SQLITE
from tests.actions.world import launched, submitted
from tests.danhgia.conftest import Shell


def test_the_newest_revision_is_known_without_alembic() -> None:
    assert revisions()[-1] == head()


def test_a_database_is_made_by_an_upgrade(lite: Shell) -> None:
    new = replace(lite, url="sqlite:///new/danhgia.db")
    assert new("db", "check").err == "there is no database at new/danhgia.db: run `danhgia db upgrade`\n"
    made = new.script("db", "upgrade")
    assert (made.code, made.out) == (0, f"the database is at revision {revisions()[-1]}\n")
    assert new("db", "upgrade").code == 0
    assert new("db", "check").out == "the database is sound\n"


def test_counters_that_do_not_count_their_rows_are_found(rehearsal: Shell, database: Database) -> None:
    world = launched(database)
    submitted(database, world)
    assert rehearsal("db", "check").code == 0
    with database.writing() as session:
        run(session, "UPDATE assessment SET scored = 3, asked = 1 WHERE id = :id", {"id": world.assessment_ids[1]})
    ran = rehearsal("db", "check")
    assert ran.code == 1
    found = [line for line in ran.err.splitlines() if not line.startswith("warning: ")]
    assert found == [
        "error: assessment 2 keeps asked = 1, and its rows count 0",
        "error: assessment 2 keeps scored = 3, and its marks come to 0",
    ]


def test_extras_that_stay_blank_are_not_miscounted(rehearsal: Shell, database: Database) -> None:
    home = rehearsal.directory
    for part, name in (("programmes", "dan-chu-co-so.yaml"), ("sheets", "bieu-1-mau.yaml")):
        (home / part).mkdir()
        copyfile(HOME / part / name, home / part / name)
    with (home / "sheets" / "bieu-1-mau.yaml").open("a") as sheet:
        sheet.write("  - {code: T, label: Điểm thưởng, kind: bonus, max: 5}\n")
    world = launched(database, str(home / "programmes" / "dan-chu-co-so.yaml"))
    submitted(database, world)
    ran = rehearsal("db", "check")
    assert (ran.code, ran.out) == (0, "the database is sound\n")


def test_triggers_that_are_gone_or_off_are_found(rehearsal: Shell, database: Database) -> None:
    with database.writing() as session:
        if database.is_sqlite:
            for name in SQLITE:
                run(session, f"DROP TRIGGER {name}")
        else:
            run(session, "ALTER TABLE history DISABLE TRIGGER history_no_change")
    ran = rehearsal("db", "check")
    gone = sorted(SQLITE) if database.is_sqlite else ["history_no_change"]
    errors = [line for line in ran.err.splitlines() if line.startswith("error: ")]
    assert (ran.code, errors) == (1, [f"error: trigger {name} is missing or disabled" for name in gone])


def test_the_owner_of_the_tables_is_warned_of_on_postgresql(rehearsal: Shell, database: Database) -> None:
    ran = rehearsal("db", "check")
    assert ran.code == 0
    assert ran.err.startswith("" if database.is_sqlite else "warning: the role of this connection owns ")
