"""Acts that take two people are refused to one, whichever way they come; some are refused to everybody."""

from typing import Any

import pytest
from sqlmodel import select

from actions.accounts import add_account, end_grant, grant
from actions.acts import Act, digest
from actions.appointing import GrantRole
from actions.approvals import is_same_person, propose
from actions.correct_sheet import correct_sheet
from actions.correcting import CancelRound
from actions.corrections import Grounds, cancel_round
from actions.lock import lock_due
from actions.milestones import move_milestone
from config.vocabulary import Relation
from models.db import Database
from models.mail import Outbox
from models.people import Grant
from states.actor import SYSTEM, accounts_of, together
from states.errors import NotAllowed, Refused
from states.keys import ROLES
from tests.actions.test_correct_sheet import corrected
from tests.actions.world import CONSOLE, World, at, launched, paper

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


def asked(database: Database, act: Act, world: World) -> list[int]:
    """Who is told by mail that the administrator asked for it, each once."""
    by: dict[str, Any] = {"actor": world.administrator, "now": LOCKED}
    with database.writing() as session:
        seen = digest(act, act.plan(session, **by))
        propose(session, act, Grounds("Bổ sung", paper(session, now=LOCKED)), seen=seen, **by)
    with database.reading() as session:
        told = select(Outbox.account_id).where(Outbox.message == "approval_asked", Outbox.due_at == LOCKED)
        return sorted(session.exec(told))


def test_everybody_else_who_may_approve_is_told_by_mail(database: Database) -> None:
    world = launched(database, subjects=1)
    with database.writing() as session:
        of_round = add_account(session, "khac@donvi.example", name="khác", actor=CONSOLE, now=LOCKED)
        grant(session, of_round, "administrator", round_id=world.round_id, actor=CONSOLE, now=LOCKED)
    authority = world.authority.account_id or 0
    assert asked(database, CancelRound(round_id=world.round_id), world) == [authority, of_round]
    grants = GrantRole(account_id=world.reader.account_id or 0, role="lead")
    assert asked(database, grants, world) == [authority, authority, of_round]


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
