"""Votes cast in the electronic box of `ballots_world`, in this process or in others."""

from collections.abc import Mapping, Sequence

from actions.voting import cast, close, issue, open_box
from models.db import Database
from states.actor import Actor
from states.errors import Refused
from tests.actions.ballots_world import KEY, VOTING, Voters, meeting

Choices = Mapping[int, str | None]


def opened(database: Database, voters: Voters, *dossiers: int, present: int | None = None) -> int:
    """An electronic box over the dossiers, else over all, in a meeting of all members."""
    where = meeting(database, voters, electronic=True, present=present)
    with database.writing() as session:
        return open_box(session, "decision", dossiers or voters.all, where, key=KEY, actor=voters.secretary, now=VOTING)


def token(database: Database, box_id: int, who: Actor) -> str:
    """The voter's token."""
    with database.writing() as session:
        return issue(session, box_id, actor=who)


def vote(database: Database, box_id: int, who: Actor, choices: Choices) -> None:
    """Ask for a token and vote with it."""
    written = token(database, box_id, who)
    with database.writing() as session:
        cast(session, box_id, written, choices, key=KEY, actor=who)


def vote_all(database: Database, box_id: int, voters: Voters, marks: Sequence[str | None]) -> None:
    """The members vote in their order, each the same on every dossier."""
    for who, mark in zip(voters.members, marks, strict=False):
        vote(database, box_id, who, dict.fromkeys(voters.all, mark))


def closed(database: Database, box_id: int, voters: Voters) -> None:
    """Secretary and chair turn the two keys."""
    for who in (voters.secretary, voters.members[0]):
        with database.writing() as session:
            close(session, box_id, key=KEY, actor=who, now=VOTING)


def vote_at_once(url: str, box_id: int, who: Actor, choices: Choices) -> str:
    """Vote in a process of its own: "cast", or why not."""
    database = Database(url)
    try:
        written = database.act(lambda session: issue(session, box_id, actor=who))
        database.act(lambda session: cast(session, box_id, written, choices, key=KEY, actor=who))
    except Refused as refused:
        return str(refused)
    finally:
        database.dispose()
    return "cast"
