"""Small worlds for tests of actions: a launched round with its people, and units that fill in their sheets."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cache

from sqlmodel import Session, col, select

from actions import self_assess
from actions.accounts import add_account, grant
from actions.documents import put_document
from actions.launch import launch
from actions.marks import Filled
from actions.register import take_register
from config.calendar import LOCAL
from config.load import load_programme
from config.programme import Programme
from config.register import RegisterRow
from config.sheet import Criterion, Degree, Entry, Kind, Sheet
from models.assessments import Assessment
from models.db import Database
from models.people import Account
from states.actor import Actor, account, console, together
from states.advance import Moved

CONSOLE = console("kiem-thu")
STAFF = ("appraiser", "lead", "authority", "administrator", "reader", "auditor")


def at(text: str) -> datetime:
    """The instant of a local time of Vietnam, such as "2024-12-09 23:59:59.999"."""
    return datetime.fromisoformat(text).replace(tzinfo=LOCAL)


@dataclass(frozen=True)
class World:
    """A launched round and everybody in it; dossiers, officers and heads in the order of the register."""

    round_id: int
    assessment_ids: list[int]
    officers: list[Actor]
    heads: list[Actor]
    appraiser: Actor
    lead: Actor
    authority: Actor
    administrator: Actor
    reader: Actor
    auditor: Actor
    launched_at: datetime
    programme: Programme = field(repr=False)

    @property
    def first(self) -> int:
        """The id of the first dossier."""
        return self.assessment_ids[0]

    @property
    def officer(self) -> Actor:
        """The officer of the first dossier."""
        return self.officers[0]

    @property
    def administrators(self) -> Actor:
        """The administrator with the authority as the second person behind an act."""
        return together(self.administrator.account_id or 0, self.authority.account_id or 0)

    @property
    def head(self) -> Actor:
        """The head of the first dossier."""
        return self.heads[0]


def register_row(number: int, kind: str, **changes: object) -> RegisterRow:
    """A row of a register; `changes` are other values of its fields."""
    values = {
        "code": f"dv-{number}",
        "name": f"Đơn vị {number}",
        "kind": kind,
        "group": kind,
        "parent": None,
        "holder": f"Cơ quan {number}",
        "officer": f"Cán bộ {number}",
        "email_officer": f"canbo{number}@donvi.example",
        "head": f"Thủ trưởng {number}",
        "email_head": f"thutruong{number}@donvi.example",
        "active": True,
        "valid_from": None,
        "valid_to": None,
        "note": "",
    }
    return RegisterRow.model_validate(values | changes)


@cache
def loaded(slug: str) -> Programme:
    """A programme as it is shipped, read once."""
    return load_programme(slug)


def rows_of(programme: Programme, subjects: int, kinds: Sequence[str] = ()) -> list[RegisterRow]:
    """A register whose kinds take turns: those given, else the first of the programme."""
    turns = kinds or tuple(programme.subject_kinds)[:1]
    return [register_row(number, turns[(number - 1) % len(turns)]) for number in range(1, subjects + 1)]


def launched(
    database: Database,
    slug: str = "dan-chu-co-so",
    year: int = 2024,
    subjects: int = 3,
    *,
    kinds: Sequence[str] = (),
    now: datetime | None = None,
) -> World:
    """Take a register, give the staff their roles in every round, and launch a rehearsal on 1 October or `now`."""
    programme, now = loaded(slug), now or at(f"{year}-10-01 08:00")
    rows = rows_of(programme, subjects, kinds)
    with database.writing() as session:
        take_register(session, rows, actor=CONSOLE, now=now)
        staff = {role: account(_staff(session, role, now)) for role in STAFF}
        codes = [row.code for row in rows]
        round_id = launch(session, programme, year, codes, actor=CONSOLE, now=now, live=False, smtp=False)
    with database.reading() as session:
        chosen = select(Assessment.id).where(Assessment.round_id == round_id).order_by(col(Assessment.id))
        dossiers = list(session.exec(chosen))
        by_email = {one.email: account(one.id) for one in session.exec(select(Account))}
    officers = [by_email[row.email_officer] for row in rows]
    heads = [by_email[row.email_head] for row in rows]
    return World(round_id, dossiers, officers, heads, **staff, launched_at=now, programme=programme)


def _staff(session: Session, role: str, now: datetime) -> int:
    account_id = add_account(session, f"{role}@donvi.example", name=role, actor=CONSOLE, now=now)
    grant(session, account_id, role, actor=CONSOLE, now=now)
    return account_id


def paper(session: Session, *, now: datetime, kind: str = "letter", number: str = "01-CV/BDVTU") -> int:
    """A signed document, by its id."""
    made = put_document(
        session, kind=kind, number=number, dated=now.date(), signer="Nguyễn Ví Dụ", file_hash="ab" * 32, now=now
    )
    return made.id


def best_entry(leaf: Criterion) -> Entry:
    """The entry that gets all points of a leaf."""
    match leaf.kind:
        case Kind.CHOICE | Kind.CAPPED_CHOICE:
            option = max(leaf.options, key=lambda one: one.points)
            capped = leaf.kind == Kind.CAPPED_CHOICE
            return Entry(option=option.code, points=option.points if capped else None)
        case Kind.CHECK:
            return Entry(passed=True)
        case Kind.DEGREE:
            return Entry(degree=Degree.EXCELLENT)
        case Kind.RATIO:
            return Entry(done=Decimal(5), assigned=Decimal(5))
        case Kind.COUNT:
            return Entry(units=leaf.ceiling / (leaf.per_unit or Decimal(1)))
    return Entry(points=leaf.ceiling)


def best(sheet: Sheet) -> dict[str, Filled]:
    """All points of a sheet, without bonus and penalty."""
    return {leaf.code: Filled(best_entry(leaf)) for leaf in sheet.leaves() if not leaf.is_extra}


def sheet_of(session: Session, world: World, assessment_id: int) -> Sheet:
    """The sheet of a dossier."""
    return world.programme.sheet_for(session.get_one(Assessment, assessment_id).kind)


def submitted(database: Database, world: World, number: int = 0, *, now: datetime | None = None) -> int:
    """Let the officer of a dossier score everything best and submit it, by default a day after the launch."""
    key, now = world.assessment_ids[number], now or world.launched_at.replace(day=world.launched_at.day + 1)
    with database.writing() as session:
        filled = best(sheet_of(session, world, key))
        self_assess.save(session, key, filled, actor=world.officers[number], now=now)
        submit(session, world, key, actor=world.officers[number], now=now)
    return key


def submit(session: Session, world: World, key: int, *, actor: Actor, now: datetime) -> Moved:
    """Submit a dossier with what its programme wants to go with it."""
    level = "Tốt" if world.programme.proposes_level else None
    document = paper(session, now=now, kind="report") if world.programme.submission.report == "at_once" else None
    return self_assess.submit(session, key, actor=actor, now=now, proposed_level=level, document_id=document)


def state_of(database: Database, assessment_id: int) -> str:
    """The state a dossier is in."""
    with database.reading() as session:
        return session.get_one(Assessment, assessment_id).state
