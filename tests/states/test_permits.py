from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from config import vocabulary
from danhgia.bench.world import CLOSES_AT, NOW, fill
from models.db import Database, run
from models.types import to_micros
from states import permits
from states.actor import SYSTEM, Actor, account, console
from states.advance import advance
from states.errors import NotAllowed
from states.hold import hold, hold_round
from states.permits import RELATIONS, VERBS, can, can_round, demand, demand_everywhere, demand_round, visible
from tests.states.worlds import (
    STAFF,
    add_account,
    add_grant,
    add_second_round,
    assign,
    declare_conflict,
    insert,
    state_of,
)

ACTOR = account(STAFF)
IN_ROUND = ("administrator", "lead", "authority", "secretary", "reader", "auditor")
ONE_BY_ONE = ("appraiser", "opinion_giver")
"""Roles in a round that reach only what was assigned to them, or what they were asked about."""
LIMITED = ("administrator", "lead", "authority", "secretary")
"""Roles that may be limited to what one body decides on."""
PARENT_OF_1 = 3
Scope = dict[str, Any]
OTHERS: Scope = {"subject_id": 2}
ELSEWHERE: Scope = {"round_id": 2}
HERE: Scope = {"round_id": 1}
ENDED: Scope = {"ended": True}


class Gives(NamedTuple):
    """A grant that puts an account in a relation to dossier 1 of round 1."""

    relation: str
    role: str
    scope: Scope


GIVEN = [
    Gives("officer", "officer", {"subject_id": 1}),
    Gives("head", "head", {"subject_id": 1}),
    Gives("superior", "officer", {"subject_id": PARENT_OF_1}),
    Gives("superior", "head", {"subject_id": PARENT_OF_1}),
    *(Gives(role, role, scope) for role in (*IN_ROUND, *ONE_BY_ONE) for scope in ({}, HERE)),
]
WITHHELD = [
    *(Gives("", role, scope) for role in ("officer", "head") for scope in (OTHERS, {"subject_id": 1} | ENDED, {})),
    *(Gives("", role, {"subject_id": PARENT_OF_1} | ENDED) for role in ("officer", "head")),
    *(
        Gives("", role, scope)
        for role in (*IN_ROUND, *ONE_BY_ONE)
        for scope in (ELSEWHERE, ENDED, {"round_id": 1} | ENDED)
    ),
    Gives("", "janitor", {}),
]


def prepare(database: Database) -> None:
    """Three dossiers, subject 1 under subject 3, a second round; an account without a grant.

    Dossier 1 is assigned to it, and its opinion on dossier 1 was asked for.
    """
    fill(database, 3)
    with database.writing() as session:
        run(session, "UPDATE subject SET parent_id = :parent WHERE id = 1", {"parent": PARENT_OF_1})
        add_second_round(session)
        assign(session, 1, add_account(session, STAFF))
        ask(session, 1)


def ask(session: Session, *assessment_ids: int) -> None:
    """Ask the account without a grant for its opinion on dossiers."""
    about = {"question": "", "asked_at": to_micros(NOW), "closes_at": to_micros(CLOSES_AT), "status": "open"}
    run(session, "DELETE FROM opinion")
    run(session, "DELETE FROM opinion_request")
    insert(session, "opinion_request", id=1, round_id=1, name="city_bodies", **about)
    for key in assessment_ids:
        whose = {"request_id": 1, "assessment_id": key, "account_id": STAFF, "comment": "", "status": "given"}
        insert(session, "opinion", late=False, **whose)


def relations(session: Session, actor: Actor, assessment_id: int = 1) -> set[str]:
    return set(hold(session, assessment_id, actor=actor, now=NOW).relations)


def verbs(session: Session, actor: Actor, assessment_id: int = 1) -> set[str]:
    return {verb for verb in VERBS if can(session, actor, verb, assessment_id)}


def verbs_of(*names: str) -> set[str]:
    return {verb for verb, held in VERBS.items() if not set(held).isdisjoint(names)}


def test_every_relation_but_the_systems_comes_from_a_grant() -> None:
    assert {*RELATIONS, "system"} == {str(name) for name in vocabulary.RELATIONS}
    assert {one.relation for one in GIVEN} == set(RELATIONS)
    assert {name for held in VERBS.values() for name in held} <= {*RELATIONS, "system"}


def found(database: Database, given: Gives) -> tuple[set[str], set[str], set[str]]:
    """The relations to dossier 1 and its round, and the verbs, that one grant gives; the grant is taken back."""
    with database.trying() as session:
        add_grant(session, 1_000, STAFF, given.role, **given.scope)
        of_round = hold_round(session, 1, actor=ACTOR, now=NOW).relations
        return relations(session, ACTOR), set(of_round), verbs(session, ACTOR)


def test_a_grant_gives_its_relation_and_no_other(database: Database) -> None:
    prepare(database)
    for gives in GIVEN:
        of_round = {gives.relation} & set(IN_ROUND)
        assert (gives, *found(database, gives)) == (gives, {gives.relation}, of_round, verbs_of(gives.relation))


def test_a_grant_of_another_scope_or_that_has_ended_gives_nothing(database: Database) -> None:
    prepare(database)
    for gives in WITHHELD:
        assert (gives, *found(database, gives)) == (gives, set(), set(), set())


def test_several_grants_give_all_their_relations(database: Database) -> None:
    prepare(database)
    with database.writing() as session:
        for number, given in enumerate(GIVEN):
            add_grant(session, 1_000 + number, STAFF, given.role, **given.scope)
    with database.trying() as session:
        assert relations(session, ACTOR) == set(RELATIONS)
        assert verbs(session, ACTOR) == set(VERBS)


def test_an_appraiser_needs_the_dossier_to_be_assigned(database: Database) -> None:
    prepare(database)
    with database.writing() as session:
        add_grant(session, 1_000, STAFF, "appraiser")
        assign(session, 3, add_account(session, STAFF + 1))
    with database.trying() as session:
        assert [relations(session, ACTOR, key) for key in (1, 2, 3)] == [{"appraiser"}, set(), set()]
        assert visible(session, ACTOR, "mark", 1) == [1]
        assert relations(session, account(STAFF + 1), 3) == set()


def test_a_declared_conflict_removes_appraiser_and_lead(database: Database) -> None:
    prepare(database)
    with database.writing() as session:
        add_account(session, STAFF + 1)
        assign(session, 2, STAFF)
        assign(session, 1, STAFF + 1)
        declare_conflict(session, 1, STAFF)
    for role in ("appraiser", "lead"):
        with database.trying() as session:
            add_grant(session, 1_000, STAFF, role)
            add_grant(session, 1_001, STAFF + 1, role)
            assert [relations(session, ACTOR, key) for key in (1, 2)] == [set(), {role}]
            assert relations(session, account(STAFF + 1), 1) == {role}
            assert verbs(session, ACTOR) == set()


def test_a_conflict_removes_nobody_else(database: Database) -> None:
    prepare(database)
    with database.writing() as session:
        declare_conflict(session, 1, STAFF)
    for gives in GIVEN:
        if gives.relation not in {"appraiser", "lead"}:
            assert (gives, found(database, gives)[0]) == (gives, {gives.relation})


def test_the_superior_is_the_parents_officer_or_head_and_nobody_further_up(database: Database) -> None:
    prepare(database)
    with database.writing() as session:
        run(session, "UPDATE subject SET parent_id = 2 WHERE id = 3")
    with database.trying() as session:
        stand = {number: relations(session, account(number)) for number in range(1, 7)}
    assert stand == {1: {"officer"}, 2: {"head"}, 3: set(), 4: set(), 5: {"superior"}, 6: {"superior"}}


def test_a_role_in_the_round_is_one_to_the_round_itself(database: Database) -> None:
    prepare(database)
    for role in IN_ROUND:
        with database.trying() as session:
            add_grant(session, 1_000, STAFF, role, round_id=1)
            assert [set(hold_round(session, key, actor=ACTOR, now=NOW).relations) for key in (1, 2)] == [{role}, set()]
            assert {verb for verb in VERBS if can_round(session, ACTOR, verb, 1)} == verbs_of(role)
            assert [verb for verb in VERBS if can_round(session, ACTOR, verb, 2)] == []


def test_a_role_at_a_unit_or_at_a_dossier_is_none_to_the_round(database: Database) -> None:
    prepare(database)
    with database.writing() as session:
        for number, given in enumerate(GIVEN):
            if given.role in {"officer", "head", *ONE_BY_ONE}:
                add_grant(session, 1_000 + number, STAFF, given.role, **given.scope)
    with database.trying() as session:
        assert set(hold_round(session, 1, actor=ACTOR, now=NOW).relations) == set()
        assert [verb for verb in VERBS if can_round(session, ACTOR, verb, 1)] == []


def limited(
    session: Session,
    grant_id: int,
    role: str,
    body: str | None,
    *,
    subject: int | None = None,
    in_round: int | None = None,
) -> None:
    """A grant of the account, limited to what one deciding body decides on."""
    add_grant(session, grant_id, STAFF, role, subject_id=subject, round_id=in_round)
    run(session, "UPDATE account_grant SET body = :body WHERE id = :id", {"body": body, "id": grant_id})


def test_only_a_grant_without_a_limit_reaches_everywhere(database: Database) -> None:
    prepare(database)
    with database.writing() as session:
        add_grant(session, 1_000, STAFF, "administrator")
        add_grant(session, 1_001, add_account(session, STAFF + 1), "administrator", round_id=1)
        add_grant(session, 1_002, add_account(session, STAFF + 2), "administrator", ended=True)
        add_grant(session, 1_003, add_account(session, STAFF + 3), "auditor")
    with database.trying() as session:
        demand_everywhere(session, ACTOR, "administer")
        demand_everywhere(session, console("root"), "administer")
        for number in (STAFF + 1, STAFF + 2, STAFF + 3, 1, 12_345):
            with pytest.raises(NotAllowed):
                demand_everywhere(session, account(number), "administer")


def test_what_is_demanded_is_what_can_be_done(database: Database) -> None:
    prepare(database)
    with database.trying() as session:
        demand(session, account(1), "draft", 1)
        demand_round(session, console("root"), "administer", 1)
        with pytest.raises(NotAllowed):
            demand(session, account(1), "draft", 2)
        with pytest.raises(NotAllowed):
            demand_round(session, account(1), "administer", 1)


def test_an_unknown_account_has_nothing(database: Database) -> None:
    prepare(database)
    nobody = account(12_345)
    with database.trying() as session:
        assert (relations(session, nobody), verbs(session, nobody)) == (set(), set())
        assert set(hold_round(session, 1, actor=nobody, now=NOW).relations) == set()
        assert [
            verb for verb in VERBS if can_round(session, nobody, verb, 1) or visible(session, nobody, verb, 1)
        ] == []


def test_the_console_is_administrator_and_nothing_else(database: Database) -> None:
    prepare(database)
    root = console("root")
    assert root == Actor("console:root", None, frozenset({"administrator"}))
    with database.trying() as session:
        assert relations(session, root) == {"administrator"}
        assert set(hold_round(session, 1, actor=root, now=NOW).relations) == {"administrator"}
        assert verbs(session, root) == verbs_of("administrator")
        assert {verb for verb in VERBS if can_round(session, root, verb, 1)} == verbs_of("administrator")
        assert {verb for verb in VERBS if visible(session, root, verb, 1) == [1, 2, 3]} == verbs_of("administrator")


@pytest.mark.rule("DN-4.5")
def test_the_system_alone_may_lock(database: Database) -> None:
    prepare(database)
    with database.writing() as session:
        for number, given in enumerate(GIVEN):
            add_grant(session, 1_000 + number, STAFF, given.role, **given.scope)
    for actor in (ACTOR, console("root"), account(1)):
        with pytest.raises(NotAllowed), database.writing() as session:
            advance(session, 1, "lock", actor=actor, now=CLOSES_AT)
    assert state_of(database, 1) == "self_assessing"
    with database.writing() as session:
        assert advance(session, 1, "lock", actor=SYSTEM, now=CLOSES_AT).state == "locked_zero"


def test_no_relation_no_clause(database: Database) -> None:
    prepare(database)
    assert permits.held([], permits.DOSSIER) == permits.held(["system"], permits.DOSSIER) == "(1 = 0)"
    with database.trying() as session:
        sql = f"SELECT count(*) FROM assessment a, account_grant g WHERE {permits.held([], permits.DOSSIER)}"
        assert run(session, sql).fetchone()[0] == 0


class Grant(NamedTuple):
    """A random grant of the account under test."""

    role: str
    subject_id: int | None
    round_id: int | None
    ended: bool
    body: str | None


class Near(NamedTuple):
    """What binds the account to dossiers beside its grants."""

    assigned: frozenset[int]
    conflicts: frozenset[int]
    asked: frozenset[int]


roles = st.sampled_from([*dict.fromkeys(role for relation in RELATIONS.values() for role in relation.roles)])
subjects, rounds, bodies = ([None, 1, 2, 3], [None, 1, 2], [None, "body-1", "body-2"])
grants = st.builds(
    Grant, roles, st.sampled_from(subjects), st.sampled_from(rounds), st.booleans(), st.sampled_from(bodies)
)
dossiers = st.frozensets(st.sampled_from([1, 2, 3]))


def holds(grant: Grant, dossier: int, near: Near) -> set[str]:
    """The relation a grant gives to a dossier of round 1, in words of Python."""
    role = grant.role
    if grant.ended:
        return set()
    if role in {"officer", "head"}:
        superior = {"superior"} if (dossier, grant.subject_id) == (1, PARENT_OF_1) else set()
        return {role} if grant.subject_id == dossier else superior
    barred = (
        (role in {"appraiser", "lead"} and dossier in near.conflicts)
        or (role == "appraiser" and dossier not in near.assigned)
        or (role == "opinion_giver" and dossier not in near.asked)
        or (role in LIMITED and grant.body not in {None, f"body-{dossier}"})
    )
    return {role} if grant.round_id in {None, 1} and not barred else set()


def check(session: Session, given: list[Grant], near: Near) -> None:
    run(session, "DELETE FROM assignment")
    run(session, "UPDATE assessment SET body = 'body-' || id")
    for number, grant in enumerate(given):
        limited(session, 1_000 + number, grant.role, grant.body, subject=grant.subject_id, in_round=grant.round_id)
        if grant.ended:
            run(session, "UPDATE account_grant SET ended_at = 0 WHERE id = :id", {"id": 1_000 + number})
    for dossier in near.assigned:
        assign(session, dossier, STAFF)
    for dossier in near.conflicts:
        declare_conflict(session, dossier, STAFF)
    ask(session, *near.asked)
    expected = {key: set[str]().union(*(holds(grant, key, near) for grant in given)) for key in (1, 2, 3)}
    assert {key: relations(session, ACTOR, key) for key in (1, 2, 3)} == expected
    for verb in VERBS:
        allowed = [key for key in (1, 2, 3) if verb in verbs_of(*expected[key])]
        assert visible(session, ACTOR, verb, 1) == allowed
        assert [key for key in (1, 2, 3) if can(session, ACTOR, verb, key)] == allowed


def test_the_list_is_what_each_single_answer_says(database: Database) -> None:
    prepare(database)

    @settings(max_examples=30)
    @given(st.lists(grants, max_size=5), st.builds(Near, dossiers, dossiers, dossiers))
    def agrees(given: list[Grant], near: Near) -> None:
        with database.trying() as session:
            check(session, given, near)

    agrees()
