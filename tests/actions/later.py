"""Worlds further on in the year: locked and assigned, appraised, decided, announced."""

from collections.abc import Sequence
from datetime import timedelta

from sqlmodel import select

from actions.appraise import agree_untouched, conclude, start, untouched
from actions.assign import assign
from actions.decide import Result, announce, decide, number_decision
from actions.lock import lock_due
from actions.report import number_report
from models.assessments import Assessment
from models.db import Database
from models.history import History, HistoryPayload, history_of
from models.mail import Outbox
from states.advance import advance_round
from states.errors import Refused
from states.history import verify
from tests.actions.world import World, at, launched, paper, submitted

LOCKED = at("2024-12-10 00:00:15")
DECIDING = at("2024-12-20 09:00")


def in_appraisal(database: Database, *, subjects: int = 3, handed_in: int = 2, world: World | None = None) -> World:
    """The deadline has passed: the first dossiers are handed in, the others not; all are the appraiser's.

    A given world is taken as it is.
    """
    if world is None:
        world = launched(database, subjects=subjects)
        for number in range(handed_in):
            submitted(database, world, number)
    with database.writing() as session:
        lock_due(session, world.round_id, now=LOCKED)
    with database.writing() as session:
        whose = world.appraiser.account_id or 0
        assign(session, world.round_id, world.assessment_ids, whose, actor=world.lead, now=LOCKED)
    return world


def begun(database: Database, world: World, number: int = 0) -> int:
    """The appraisal of a dossier has begun."""
    key = world.assessment_ids[number]
    with database.writing() as session:
        start(session, key, actor=world.appraiser, now=LOCKED)
    return key


def appraised(database: Database, world: World, number: int = 0) -> int:
    """A dossier is appraised as its unit scored it."""
    key = begun(database, world, number)
    with database.writing() as session:
        codes = untouched(session, key, actor=world.appraiser)
        agree_untouched(session, key, "", codes, actor=world.appraiser, now=LOCKED)
        conclude(session, key, actor=world.appraiser, now=LOCKED)
    return key


def in_decision(
    database: Database,
    *,
    subjects: int = 3,
    handed_in: int = 2,
    world: World | None = None,
    appraise: Sequence[int] | None = None,
) -> World:
    """The dossiers, all or those at the given places, are appraised, and the round has come to its decision."""
    world = world or in_appraisal(database, subjects=subjects, handed_in=handed_in)
    for number in range(len(world.assessment_ids)) if appraise is None else appraise:
        appraised(database, world, number)
    with database.writing() as session:
        advance_round(session, world.round_id, "open_decision", actor=world.administrator, now=DECIDING)
    return world


def decided(database: Database, world: World, results: Sequence[Result] = ()) -> int:
    """One decision on all dossiers, as proposed or as given; returns its id."""
    wanted = results or [Result(key) for key in world.assessment_ids]
    with database.writing() as session:
        return decide(session, world.round_id, wanted, actor=world.authority, now=DECIDING)


def announced(database: Database, world: World, decision_id: int, number: str = "07-QĐ/BDVTU") -> None:
    """A decision is numbered and announced an hour later."""
    now = DECIDING + timedelta(hours=1)
    with database.writing() as session:
        document_id = paper(session, now=now, kind="decision", number=number)
        number_decision(session, decision_id, document_id, actor=world.administrator, now=now)
        announce(session, decision_id, actor=world.authority, now=now)


def ready_to_report(database: Database, *, subjects: int = 3, handed_in: int = 2) -> World:
    """Everything is announced, and the report bears its number."""
    world = in_decision(database, subjects=subjects, handed_in=handed_in)
    announced(database, world, decided(database, world))
    with database.writing() as session:
        now = at("2024-12-27 08:00")
        document_id = paper(session, now=now, kind="report", number="12-BC/BDVTU")
        number_report(session, world.round_id, document_id, actor=world.administrator, now=now)
    return world


def dossier(database: Database, assessment_id: int) -> Assessment:
    with database.reading() as session:
        return session.get_one(Assessment, assessment_id)


def chain(database: Database, entity: str) -> list[History]:
    with database.reading() as session:
        return list(history_of(session, entity))


def acts(database: Database, entity: str) -> list[str]:
    return [row.act for row in chain(database, entity)]


def payload(database: Database, entity: str, seq: int) -> str:
    with database.reading() as session:
        return session.get_one(HistoryPayload, (entity, seq)).content or ""


def mails(database: Database, message: str) -> list[tuple[int | None, int]]:
    """Dossier and account of every mail of a message, in order."""
    with database.reading() as session:
        chosen = select(Outbox.assessment_id, Outbox.account_id).where(Outbox.message == message)
        return sorted(session.exec(chosen), key=lambda mail: (mail[0] or 0, mail[1]))


def is_whole(database: Database, round_id: int) -> bool:
    """Whether every chain of the round holds."""
    with database.reading() as session:
        return verify(session, round_id).broken == ()


def rules(refused: Refused) -> list[str]:
    return [refusal.rule for refusal in refused.refusals]


def sentences(refused: Refused) -> list[str]:
    return [refusal.sentence for refusal in refused.refusals]
