"""Grants that are limited to one deciding body, to what was asked, or that reach over an agency to what it entered."""

import pytest

from models.db import Database, run
from states.actor import account
from states.errors import NotAllowed
from states.permits import VERBS, can_round, demand_everywhere, visible
from tests.states.test_permits import ACTOR, LIMITED, ask, limited, prepare, relations, verbs, verbs_of
from tests.states.worlds import STAFF, add_grant


@pytest.mark.rule("HT-10.1", "HT-10.2")
def test_a_role_of_one_body_reaches_what_that_body_decides_on(database: Database) -> None:
    """And neither the round as a whole nor every round; roles that no body limits are as they were."""
    prepare(database)
    with database.writing() as session:
        run(session, "UPDATE assessment SET body = 'btv' WHERE id = 1")
        run(session, "UPDATE assessment SET body = 'nhom_1' WHERE id = 2")
    for role in LIMITED:
        with database.trying() as session:
            limited(session, 1_000, role, "nhom_1", in_round=1)
            assert [relations(session, ACTOR, key) for key in (1, 2, 3)] == [set(), {role}, set()]
            assert {verb for verb in VERBS if visible(session, ACTOR, verb, 1) == [2]} == verbs_of(role)
            assert [verb for verb in VERBS if can_round(session, ACTOR, verb, 1)] == []
    with database.trying() as session:
        limited(session, 1_000, "administrator", "nhom_1")
        with pytest.raises(NotAllowed):
            demand_everywhere(session, ACTOR, "administer")


def test_an_opinion_is_given_only_where_it_was_asked_for(database: Database) -> None:
    prepare(database)
    with database.writing() as session:
        add_grant(session, 1_000, STAFF, "opinion_giver")
        ask(session, 2)
    with database.trying() as session:
        assert [relations(session, ACTOR, key) for key in (1, 2, 3)] == [set(), {"opinion_giver"}, set()]
        assert visible(session, ACTOR, "opine", 1) == [2]
        assert verbs(session, ACTOR, 2) == verbs_of("opinion_giver") == {"opine"}


@pytest.mark.rule("NA-3.1")
def test_the_people_of_an_agency_work_on_what_it_entered(database: Database) -> None:
    """And its superior is the superior; who belongs to the spot itself is nobody to it."""
    prepare(database)
    with database.writing() as session:
        run(session, "UPDATE assessment SET agency_id = 1 WHERE id = 2")
    with database.trying() as session:
        stand = {number: relations(session, account(number), 2) for number in range(1, 7)}
    nobody: dict[int, set[str]] = {3: set(), 4: set()}
    assert stand == {1: {"officer"}, 2: {"head"}, 5: {"superior"}, 6: {"superior"}} | nobody
