"""What an account has before it: the dossiers of its units, those assigned to it, the rounds it works on."""

from datetime import timedelta

from config.load import load_programme
from danhgia.bench.world import CLOSES_AT, NOW, fill
from models.db import Database, run
from models.types import to_micros
from states.actor import account
from states.mine import Mine, assigned, of_units, rounds
from tests.states.worlds import add_grant, add_second_round, add_staff, assign, declare_conflict, recount, write

LATER = CLOSES_AT + timedelta(days=1)


def units_of(database: Database, account_id: int) -> list[Mine]:
    with database.reading() as session:
        return of_units(session, account(account_id))


def test_an_officer_sees_its_units_by_closing(database: Database) -> None:
    world = fill(database, 3)
    with database.writing() as session:
        add_grant(session, 50, 1, "head", subject_id=2)
        given = {"closes": to_micros(LATER), "sent": to_micros(NOW)}
        sets = "closes_at = :closes, submitted_at = :sent, late = TRUE, scored = 7, leaves = 8, asked = 9"
        run(session, f"UPDATE assessment SET {sets} WHERE id = 1", given)
        run(session, "UPDATE round SET title = 'Đợt 2026' WHERE id = 1")
    own = units_of(database, 1)
    assert [one.id for one in own] == [2, 1]
    assert own[1] == Mine(
        id=1,
        name="Đơn vị 1",
        state_name="self_assessing",
        closes_at=LATER,
        scored=7,
        leaves=8,
        asked=9,
        submitted_at=NOW,
        late=True,
        round_id=1,
        round_title="Đợt 2026",
        round_state="self_assessment",
        kind="so_nganh",
        programme=world.programme,
    )
    assert (own[0].submitted_at, own[0].late) == (None, False)
    assert own[0].state is world.programme.workflow.assessment.states["self_assessing"]


def test_a_dossier_is_full_once_all_is_scored_and_there_is_something() -> None:
    def full(scored: int, leaves: int) -> bool:
        given = Mine(1, "", "", NOW, scored, leaves, 0, None, False, 1, "", "", "", None)  # type: ignore[arg-type]  # noqa: FBT003
        return given.is_full

    assert [full(*each) for each in ((7, 8), (8, 8), (9, 8), (0, 0))] == [False, True, True, False]


def test_a_closing_that_gates_nothing_any_more_is_behind() -> None:
    spots = load_programme("diem-sang").workflow
    assert [spots.is_behind("qcdc", state) for state in ("choosing", "building")] == [False, True]
    assert not load_programme("dan-chu-co-so").workflow.is_behind("dang_bo_xa_phuong", "submitted")


def test_a_round_that_has_ended_or_not_begun_is_on_no_list(database: Database) -> None:
    fill(database, 1)
    seen = {}
    for change in ("state = 'archived'", "state = 'cancelled'", "state = 'deciding'", "launched_at = NULL"):
        write(database, f"UPDATE round SET {change} WHERE id = 1")
        seen[change] = [one.id for one in units_of(database, 1)]
    assert list(seen.values()) == [[], [], [1], []]


def test_an_appraiser_sees_what_is_assigned_and_not_what_a_conflict_takes(database: Database) -> None:
    fill(database, 4)
    with database.writing() as session:
        staff = add_staff(session, "appraiser", "lead")
        for key in (1, 3, 4):
            assign(session, key, staff["appraiser"])
        declare_conflict(session, 3, staff["appraiser"])
    with database.reading() as session:
        assert [one.id for one in assigned(session, account(staff["appraiser"]))] == [1, 4]
        assert [one.id for one in assigned(session, account(staff["lead"]))] == []
        assert [one.id for one in assigned(session, account(1))] == []


def test_a_round_is_shown_with_its_dossiers_by_state_the_newest_first(database: Database) -> None:
    world = fill(database, 3)
    with database.writing() as session:
        staff = add_staff(session, "administrator")
        add_second_round(session)
        run(session, "UPDATE round SET title = 'Đợt sau' WHERE id = 2")
        run(session, "UPDATE assessment SET state = 'decided' WHERE id = 2")
        recount(session)
    states = world.programme.workflow.assessment.states
    with database.reading() as session:
        newest, first = rounds(session, account(staff["administrator"]))
        assert rounds(session, account(1)) == []
    label = world.programme.workflow.round.states["self_assessment"].label
    assert (newest.id, newest.title, newest.label, newest.counts, newest.total) == (2, "Đợt sau", label, [], 0)
    assert first.counts == [(states["self_assessing"], 2), (states["decided"], 1)]
    assert (first.id, first.total) == (1, 3)
