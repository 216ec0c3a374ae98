"""A round with something in it to be checked: marks changed, time given, evidence, a conflict, mail that came back."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from sqlmodel import Session

from actions import evidence_files
from actions.appraise import agree_untouched, conclude, save_marks, untouched
from actions.assign import declare_conflict
from actions.decide import Result
from actions.evidence_files import New
from actions.extension import grant_extension
from actions.marks import Filled
from actions.sessions import Visit
from actions.task_links import exchange
from config.sheet import Entry, Kind
from models.db import Database, run
from tests.actions.later import DECIDING, LOCKED, announced, begun, decided, in_appraisal, in_decision
from tests.actions.world import World, launched, paper, submitted
from tests.keeping import keep
from tests.web.browser import Hands, place_of
from tests.web.conftest import Portal
from tests.web.letters import lay_link

REASON = "Trụ sở ngập do mưa lũ"
CONFLICT = "Người thân là lãnh đạo đơn vị"
LOWERED = "Tài liệu chưa đủ"
ANSWER = "550 5.1.1 hộp thư không tồn tại"
FILE = "Nghị quyết 05.pdf"
LATER = DECIDING + timedelta(days=1)


def audited(database: Database, folder: Path) -> Portal:
    """Of three dossiers the first two are announced, the first with a mark lowered; the third has more time."""
    world = launched(database)
    portal = Portal(world, database, Hands(world.launched_at + timedelta(days=1)), place_of(database, Hands(LATER)))
    with database.writing() as session:
        _before(session, portal, folder)
    for number in range(2):
        submitted(database, world, number)
    in_appraisal(database, world=world)
    with database.writing() as session:
        declare_conflict(session, world.first, CONFLICT, actor=world.lead, now=LOCKED)
    begun(database, world, 0)
    with database.writing() as session:
        _appraise(session, world)
    in_decision(database, world=world, appraise=[1])
    announced(database, world, decided(database, world, _results(world)))
    portal.hands.at = LATER
    portal.place = place_of(database, portal.hands)
    return portal


def _results(world: World) -> list[Result]:
    return [Result(key) for key in world.assessment_ids[:2]]


def _before(session: Session, portal: Portal, folder: Path) -> None:
    world, now = portal.world, portal.hands.at
    kept = keep(folder, b"%PDF-1.7 nghi quyet", FILE)
    evidence_files.add(session, world.first, [New(code_of(world), kept)], actor=world.officer, now=now)
    document = paper(session, now=now)
    third, until = world.assessment_ids[2], date(2024, 12, 22)
    grant_extension(session, third, until=until, reason=REASON, document=document, actor=world.administrator, now=now)
    sql = "UPDATE outbox SET status = 'bounced', answer = :answer, attempts = 2 WHERE assessment_id = :id"
    run(session, sql, {"answer": ANSWER, "id": world.first})


def _appraise(session: Session, world: World) -> None:
    lowered = {code_of(world): Filled(Entry(points=Decimal("0.5")), LOWERED)}
    save_marks(session, world.first, lowered, actor=world.appraiser, now=LOCKED)
    codes = untouched(session, world.first, actor=world.appraiser)
    agree_untouched(session, world.first, "", codes, actor=world.appraiser, now=LOCKED)
    conclude(session, world.first, actor=world.appraiser, now=LOCKED)


def declare(portal: Portal, name: str, position: str, number: int = 0) -> None:
    """Somebody at a unit's mailbox says who he is."""
    token = lay_link(portal, number, "result", suffix=name[:1].lower()).rpartition("/")[2]
    with portal.database.writing() as session:
        visit = Visit(b"0" * 32, "192.0.2.1", "Firefox")
        opened = exchange(session, token, name=name, position=position, visit=visit, now=portal.hands.at)
    assert opened is not None


def code_of(world: World) -> str:
    """A criterion whose points are entered."""
    sheet = world.programme.sheet_for(next(iter(world.programme.subject_kinds)))
    return next(leaf.code for leaf in sheet.leaves() if leaf.kind is Kind.GRADED)
