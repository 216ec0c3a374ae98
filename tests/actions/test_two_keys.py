"""Acts that take two people are refused to one, whichever way they come; some are refused to everybody."""

from typing import Any

import pytest
from sqlmodel import select

from actions.accounts import end_grant, grant
from actions.acts import digest
from actions.appointing import GrantRole
from actions.approvals import is_same_person, propose
from actions.correct_sheet import correct_sheet
from actions.corrections import Grounds, cancel_round
from actions.lock import lock_due
from actions.milestones import move_milestone
from config.vocabulary import Relation
from models.db import Database
from models.people import Grant
from states.actor import SYSTEM, accounts_of, together
from states.errors import NotAllowed, Refused
from states.keys import ROLES
from tests.actions.test_correct_sheet import corrected
from tests.actions.world import CONSOLE, at, launched, paper

LOCKED = at("2024-12-10 08:00")


def rules(caught: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [refusal.rule for refusal in caught.value.refusals]


def test_one_alone_is_refused_by_the_actions_themselves(database: Database) -> None:
    world, now = launched(database), at("2024-10-05 08:00")
    alone: dict[str, Any] = {"actor": world.administrator, "now": now}
    with database.writing() as session:
        why = Grounds("Thôi tổ chức", paper(session, now=now))
    with pytest.raises(Refused) as caught, database.writing() as session:
        cancel_round(session, world.round_id, why, **alone)
    assert rules(caught) == ["two_keys"]
    sheet = corrected(world.programme, I_1={"label": "Lời văn khác"})
    with pytest.raises(Refused) as caught, database.writing() as session:
        correct_sheet(session, world.round_id, sheet, why, live=False, **alone)
    assert rules(caught) == ["two_keys"]
    for role in sorted(ROLES):
        with pytest.raises(Refused) as caught, database.writing() as session:
            grant(session, world.reader.account_id or 0, role, **alone)
        assert rules(caught) == ["two_keys"]
        both = together(world.administrator.account_id or 0, world.reader.account_id or 0)
        with pytest.raises(Refused) as caught, database.writing() as session:
            grant(session, world.reader.account_id or 0, role, actor=both, now=now)
        assert rules(caught) == ["own_grant"]
    with database.writing() as session:
        grant(session, world.reader.account_id or 0, Relation.APPRAISER, **alone)


def test_what_has_locked_is_not_reopened_by_one(database: Database) -> None:
    world = launched(database)
    with database.writing() as session:
        lock_due(session, world.round_id, now=LOCKED)
        why = Grounds("Bão", paper(session, now=LOCKED))
    until = at("2024-12-20 00:00")
    by: dict[str, Any] = {"actor": world.administrator, "now": LOCKED}
    with pytest.raises(Refused) as caught, database.writing() as session:
        move_milestone(session, world.round_id, "self_assessment", until, why, trigger="reopen", **by)
    assert rules(caught) == ["two_keys"]


def test_the_last_administrator_stays_whoever_ends_the_role(database: Database) -> None:
    world = launched(database, subjects=1)
    with database.reading() as session:
        own = session.exec(select(Grant).where(Grant.role == "administrator")).one().id
    with pytest.raises(Refused) as caught, database.writing() as session:
        end_grant(session, own, actor=CONSOLE, now=LOCKED)
    assert rules(caught) == ["last_administrator"]
    with database.reading() as session:
        ids = [world.administrator.account_id or 0, world.authority.account_id or 0]
        assert [is_same_person(session, ids[0], one) for one in ids] == [True, False]


def test_who_has_no_account_asks_for_nothing(database: Database) -> None:
    world = launched(database, subjects=1)
    act = GrantRole(account_id=world.reader.account_id or 0, role="lead")
    with database.reading() as session:
        seen = digest(act, act.plan(session, actor=CONSOLE, now=LOCKED))
    with pytest.raises(NotAllowed), database.writing() as session:
        propose(session, act, Grounds("Bổ sung", None), seen=seen, actor=CONSOLE, now=LOCKED)


def test_names_in_the_history_are_of_one_of_two_or_of_nobody() -> None:
    names = ["account:3", together(3, 4).name, CONSOLE.name, SYSTEM.name, "console:account"]
    assert [accounts_of(name) for name in names] == [(3,), (3, 4), (), (), ()]
