from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import Session

from config.vocabulary import Parameters
from danhgia.bench.world import CLOSES_AT, NOW, fill
from models.db import Database, run
from models.types import to_micros
from states.actor import SYSTEM, Actor, account, console
from states.advance import NOTHING, Move, advance
from states.bulk import Bulk, bulk
from states.errors import Refusal, Refused, Unknown
from states.facts import Dossier
from states.guards import GUARDS, Guard
from states.history import verify
from tests.states.worlds import (
    STAFF,
    TICK,
    add_grant,
    add_second_round,
    add_staff,
    assign,
    column,
    declare_conflict,
    rows_of,
    state_of,
)

ROOT = console("root")
ZEROED: Mapping[str, Any] = {"self_total": Decimal(0), "zeroed": True}
LOCKED = {"locked_zero": ZEROED}
NOT_ALLOWED = Refusal("not_allowed", "Tài khoản này không có quyền thực hiện việc đó đối với hồ sơ này.")


def locked(
    database: Database, *, now: datetime = CLOSES_AT, due: bool = True, ids: Sequence[int] | None = None
) -> Bulk:
    with database.writing() as session:
        return bulk(session, 1, "lock", actor=SYSTEM, now=now, due=due, ids=ids, columns=LOCKED)


def one_by_one(
    database: Database,
    trigger: str,
    ids: Sequence[int],
    *,
    actor: Actor = SYSTEM,
    now: datetime = CLOSES_AT,
    move: Move = NOTHING,
    columns: Mapping[str, Any] | None = None,
) -> dict[int, str]:
    """Advance each dossier in one transaction, with `columns` where it is to be zeroed."""
    moved: dict[int, str] = {}
    with database.writing() as session:
        for key in ids:
            moved[key] = advance(session, key, trigger, actor=actor, now=now, move=move).state
        for name, value in (columns or {}).items():
            run(session, f"UPDATE assessment SET {name} = :value WHERE state = 'locked_zero'", {"value": value})
    return moved


def whole(database: Database) -> int:
    """How many history rows there are; every chain holds."""
    with database.reading() as session:
        verified = verify(session)
    assert verified.broken == ()
    return verified.rows


def vary(database: Database) -> None:
    """Of nine dossiers: untouched, submitted before and open again, revising, submitted, one at a later instant."""
    fill(database, 9)
    with database.writing() as session:
        run(session, "UPDATE assessment SET state = 'assigned' WHERE id IN (1, 5)")
        run(session, "UPDATE assessment SET submitted_at = :at WHERE id IN (2, 6)", {"at": to_micros(NOW)})
        run(session, "UPDATE assessment SET state = 'revising', submitted_at = 1 WHERE id IN (3, 7)")
        run(session, "UPDATE assessment SET state = 'submitted', submitted_at = 1 WHERE id = 8")
        run(session, "UPDATE assessment SET chain_at = :at WHERE id IN (4, 5)", {"at": to_micros(CLOSES_AT + TICK)})
        add_grant(session, 100, 1, "head", subject_id=1)
        add_grant(session, 101, 1, "officer", subject_id=9)


def test_a_lock_writes_what_one_by_one_would(two_databases: tuple[Database, Database]) -> None:
    ours, theirs = two_databases
    for database in two_databases:
        vary(database)
    moved = dict.fromkeys([1, 4, 5, 9], "locked_zero") | dict.fromkeys([2, 3, 6, 7], "submitted")
    assert locked(ours) == Bulk(moved, {})
    assert one_by_one(theirs, "lock", sorted(moved), columns={"self_total": 0, "zeroed": True}) == moved
    assert rows_of(ours) == rows_of(theirs)
    assert whole(ours) == 9 + 8
    assert column(ours, "SELECT account_id FROM outbox ORDER BY id") == [1, 2, 7, 8, 9, 10, 1, 17, 18]


def test_a_step_by_a_person_writes_what_one_by_one_would(two_databases: tuple[Database, Database]) -> None:
    ours, theirs = two_databases
    for database in two_databases:
        fill(database, 4, "submitted")
    about = {"closes_at": "2026-12-15T17:00:00Z"}
    columns = {"closes_at": CLOSES_AT + timedelta(days=5), "late": False}
    move = Move("bão «lũ»", 7, 8, columns=columns, what=about, tell={"extension_granted": about})
    with ours.writing() as session:
        found = bulk(session, 1, "reopen", actor=ROOT, now=NOW, ids=[4, 2, 1], move=move)
    assert found == Bulk(dict.fromkeys([1, 2, 4], "submitted"), {})
    one_by_one(theirs, "reopen", [1, 2, 4], actor=ROOT, now=NOW, move=move)
    assert rows_of(ours) == rows_of(theirs)
    assert len(rows_of(ours)["outbox"]) == 6


def test_five_thousand_are_as_one_by_one(two_databases: tuple[Database, Database]) -> None:
    ours, theirs = two_databases
    for database in two_databases:
        fill(database, 5_000)
    assert len(locked(ours).moved) == 5_000
    one_by_one(theirs, "lock", range(1, 5_001), columns={"self_total": 0, "zeroed": True})
    assert rows_of(ours) == rows_of(theirs)
    assert whole(ours) == 10_000


def test_due_are_only_those_whose_own_time_has_run_out(database: Database) -> None:
    fill(database, 4)
    instants = {1: CLOSES_AT - TICK, 2: CLOSES_AT, 3: CLOSES_AT + TICK, 4: CLOSES_AT + timedelta(days=5)}
    with database.writing() as session:
        for key, at in instants.items():
            run(session, "UPDATE assessment SET closes_at = :at WHERE id = :id", {"at": to_micros(at), "id": key})
    assert locked(database, now=CLOSES_AT - 2 * TICK) == Bulk({}, {})
    assert locked(database, now=CLOSES_AT) == Bulk({1: "locked_zero", 2: "locked_zero"}, {})
    assert [state_of(database, key) for key in (3, 4)] == ["self_assessing"] * 2
    assert locked(database, now=CLOSES_AT + timedelta(days=5)) == Bulk({3: "locked_zero", 4: "locked_zero"}, {})


def test_a_second_run_moves_nothing(database: Database) -> None:
    vary(database)
    assert len(locked(database).moved) == 8
    before = rows_of(database)
    assert locked(database) == locked(database, now=CLOSES_AT + timedelta(days=30)) == Bulk({}, {})
    assert rows_of(database) == before


def test_columns_are_set_where_a_dossier_ends_up(database: Database) -> None:
    vary(database)
    locked(database)
    sql = "SELECT id FROM assessment WHERE zeroed AND self_total = 0 ORDER BY id"
    assert column(database, sql) == [1, 4, 5, 9]
    assert column(database, "SELECT id FROM assessment WHERE NOT zeroed AND self_total IS NULL ORDER BY id") == [
        2,
        3,
        6,
        7,
        8,
    ]


def test_what_is_refused_is_listed_with_why(database: Database) -> None:
    fill(database, 4)
    with database.writing() as session:
        run(session, "UPDATE assessment SET scored = 19 WHERE id = 3")
        run(session, "UPDATE assessment SET scored = 18 WHERE id = 1")
        add_grant(session, 100, 3, "head", subject_id=1)
        add_grant(session, 101, 3, "head", subject_id=3)
    with database.writing() as session:
        found = bulk(session, 1, "submit", actor=account(3), now=NOW)
    missing = "Còn {} tiêu chí thành phần chưa chấm điểm; chấm đủ rồi mới nộp được."
    refused = {1: (Refusal("all_scored", missing.format(2)),), 3: (Refusal("all_scored", missing.format(1)),)}
    assert found == Bulk({2: "submitted"}, refused | {4: (NOT_ALLOWED,)})
    assert [state_of(database, key) for key in (1, 2, 3, 4)] == ["self_assessing", "submitted", *["self_assessing"] * 2]
    assert whole(database) == 5
    assert column(database, "SELECT account_id FROM outbox ORDER BY id") == [3, 4]


def test_refusals_are_those_of_one_by_one(database: Database) -> None:
    fill(database, 3, "submitted")
    with database.writing() as session:
        lead = account(add_staff(session, "lead")["lead"])
        run(session, "UPDATE assessment SET closes_at = closes_at + 1 WHERE id = 2")
    with database.reading() as session:
        early = bulk(session, 1, "start_appraisal", actor=lead, now=CLOSES_AT)
    assert (set(early.moved), set(early.refused)) == (set(), {1, 2, 3})
    for key, why in early.refused.items():
        with pytest.raises(Refused) as caught, database.reading() as session:
            advance(session, key, "start_appraisal", actor=lead, now=CLOSES_AT)
        assert caught.value.refusals == why
    with database.writing() as session:
        run(session, "UPDATE round SET state = 'appraisal'")
        found = bulk(session, 1, "start_appraisal", actor=lead, now=CLOSES_AT)
    assert found.moved == {1: "appraising", 3: "appraising"}
    assert [why.rule for why in found.refused[2]] == ["extension_granted"]


def test_relations_are_those_to_each_dossier(database: Database) -> None:
    fill(database, 4, "submitted")
    with database.writing() as session:
        add_staff(session, "appraiser")
        for key in (1, 2, 3):
            assign(session, key, STAFF)
        declare_conflict(session, 2, STAFF)
        run(session, "UPDATE round SET state = 'appraisal'")
        found = bulk(session, 1, "start_appraisal", actor=account(STAFF), now=CLOSES_AT)
    assert found == Bulk({1: "appraising", 3: "appraising"}, {2: (NOT_ALLOWED,), 4: (NOT_ALLOWED,)})


def test_only_the_dossiers_named_move_and_only_from_where_the_trigger_goes(database: Database) -> None:
    vary(database)
    assert locked(database, due=False, ids=[]) == Bulk({}, {})
    assert locked(database, due=False, ids=[8, 77]) == Bulk({}, {})
    assert locked(database, due=False, ids=[9, 1, 8]) == Bulk({1: "locked_zero", 9: "locked_zero"}, {})
    assert column(database, "SELECT id FROM assessment WHERE state = 'locked_zero' ORDER BY id") == [1, 9]


def test_a_dossier_of_another_round_is_left_alone(database: Database) -> None:
    fill(database, 2)
    with database.writing() as session:
        add_second_round(session)
        run(session, "UPDATE assessment SET round_id = 2 WHERE id = 2")
    assert locked(database, ids=[1, 2]) == Bulk({1: "locked_zero"}, {})
    assert state_of(database, 2) == "self_assessing"


def test_an_unknown_round_is_unknown(database: Database) -> None:
    fill(database, 1)
    with pytest.raises(Unknown, match="Không tìm thấy đợt số 2"), database.writing() as session:
        bulk(session, 2, "lock", actor=SYSTEM, now=CLOSES_AT)


def test_what_has_been_flagged_late_is_not_due_again(database: Database) -> None:
    fill(database, 2)
    with database.writing() as session:
        run(session, "UPDATE assessment SET late = true WHERE id = 1")
    assert locked(database) == Bulk({2: "locked_zero"}, {})


def test_each_dossier_has_its_own_closing_and_its_own_last_instant(database: Database) -> None:
    fill(database, 4)
    with database.writing() as session:
        for key in range(1, 5):
            add_grant(session, 1_000 + key, 1, "officer", subject_id=key)
        run(session, "UPDATE assessment SET closes_at = :at WHERE id = 2", {"at": to_micros(NOW)})
        run(session, "UPDATE assessment SET chain_at = :at WHERE id = 3", {"at": to_micros(CLOSES_AT)})
        found = bulk(session, 1, "submit", actor=account(1), now=NOW)
    late = "Đã quá thời hạn: hết ngày {} (trước ngày {}); phần mềm đã khóa."
    assert found == Bulk(
        {1: "submitted", 4: "submitted"},
        {
            2: (Refusal("window", late.format("08/12/2026", "09/12")),),
            3: (Refusal("window", late.format("09/12/2026", "10/12")),),
        },
    )


@contextmanager
def counting(name: str) -> Iterator[list[Dossier]]:
    """The same guard, which also keeps the facts it was asked about; the plain one is put back."""
    plain, asked = GUARDS[name], list[Dossier]()

    def check(facts: Dossier, parameters: Parameters) -> Refusal | None:
        asked.append(facts)
        return plain.check(facts, parameters)

    GUARDS[name] = Guard(check, plain.reads)
    try:
        yield asked
    finally:
        GUARDS[name] = plain


def test_guards_are_asked_once_for_a_group_of_equal_facts(database: Database) -> None:
    fill(database, 60)
    with database.writing() as session:
        for key in range(1, 61):
            add_grant(session, 1_000 + key, 1, "officer", subject_id=key)
        run(session, "UPDATE assessment SET scored = 20 - (id - id / 3 * 3)")
    with counting("all_scored") as asked, database.writing() as session:
        found = bulk(session, 1, "submit", actor=account(1), now=NOW)
    assert [facts.id for facts in asked] == [1, 2, 3]
    assert sorted(found.moved) == list(range(3, 61, 3))
    missing = "Còn {} tiêu chí thành phần chưa chấm điểm; chấm đủ rồi mới nộp được."
    assert found.refused == {key: (Refusal("all_scored", missing.format(key % 3)),) for key in range(1, 61) if key % 3}


def test_a_guard_put_back_is_the_plain_one() -> None:
    plain = GUARDS["all_scored"]
    with counting("all_scored"):
        assert GUARDS["all_scored"] is not plain
    assert GUARDS["all_scored"] is plain


def test_a_bulk_that_fails_leaves_nothing(database: Database) -> None:
    fill(database, 3)
    before = rows_of(database)

    def lock_and_fail(session: Session) -> None:
        bulk(session, 1, "lock", actor=SYSTEM, now=CLOSES_AT, due=True, columns={"locked_zero": {"no_such_column": 1}})

    with pytest.raises(Exception, match="no_such_column"), database.writing() as session:
        lock_and_fail(session)
    assert rows_of(database) == before
