"""What agencies enter themselves (intake: open): bright spots, at least so many of each kind (NA-3.1, NA-3.3)."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session, col, select

from actions import marks
from actions.documents import one_line
from config.programme import Programme
from models.assessments import Assessment
from models.db import run
from models.names import sort_name
from models.people import Subject
from models.rounds import ProgrammeVersion, Round
from states import history
from states.actor import Actor
from states.advance import Move, Moved, apply
from states.bulk import tell_all
from states.create import Newcomer, create
from states.errors import NotAllowed, Unknown, refuse
from states.hold import hold, hold_round, milestones_for, own_stage, programme_of
from states.permits import demand_held, demand_round

UNREGISTERED = "'choosing', 'withdrawn', 'cancelled'"
YEARS = 5
"""Every so many years the best of them are commended (NA-6.2, NA-6.3)."""


class Shortage(NamedTuple):
    """An agency that registered fewer of a kind than it has to."""

    agency: str
    kind: str
    registered: int


def is_open(programme: Programme) -> bool:
    """Whether agencies enter what is assessed."""
    return programme.workflow.intake == "open"


def first_spots(session: Session, programme: Programme, year: int, agencies: Sequence[Newcomer]) -> list[Newcomer]:
    """So many of each kind as every agency has to enter, still without a name of their own."""
    numbers = range(1, max(programme.at_least_each_kind, 1) + 1)
    kinds = programme.subject_kinds
    return [
        _spot(session, programme, agency, kind, f"{kinds[kind].label}: {agency.name}", f"{year}-{number}")
        for agency in agencies
        for kind in kinds
        for number in numbers
    ]


def add_spot(
    session: Session, round_id: int, agency_id: int, kind: str, name: str, *, actor: Actor, now: datetime
) -> int:
    """A further spot of an agency in a running round, entered by its officer or head; returns the dossier's id."""
    facts = hold_round(session, round_id, actor=actor, now=now)
    agency = session.get(Subject, agency_id)
    if agency is None or not is_open(facts.programme):
        raise Unknown(f"cơ quan số {agency_id} trong đợt này")
    if not (facts.relations & {"administrator"} or _works_for(session, actor, agency_id)):
        raise NotAllowed
    _demand_named(facts.programme, kind, name)
    spans = milestones_for(session, round_id, kind)
    own = own_stage(facts.programme.workflow, kind) or ""
    template = Newcomer(agency_id, agency.name, agency.kind, agency.group_name, "", 0, spans[own].closes_at)
    number = _entered(session, round_id, agency_id, kind) + 1
    spot = _spot(session, facts.programme, template, kind, one_line(name), f"{_year(session, round_id)}-{number}")
    made = create(session, round_id, [spot], actor=actor, now=now)
    history.record(session, facts.link, "add_spot", {"assessment": made[0]}, actor=actor, now=now)
    tell_all(session, "assigned", made, {}, now)
    return made[0]


def name_spot(session: Session, assessment_id: int, name: str, address: str, *, actor: Actor, now: datetime) -> None:
    """Give a spot its name and address (NA-2.1), until it is registered."""
    facts = hold(session, assessment_id, actor=actor, now=now)
    demand_held(facts.relations, "draft")
    _demand_named(facts.programme, facts.kind, name)
    if not address.strip() or facts.state != facts.programme.workflow.assessment.start:
        raise refuse("name", "Điểm sáng phải có tên, địa chỉ cụ thể và chỉ sửa được trước khi gửi đăng ký.")
    full = f"{one_line(name)}, {one_line(address)}"
    parameters = {"name": full, "sort_name": sort_name(full), "id": assessment_id, "subject": facts.subject_id}
    sql = "UPDATE assessment SET name = :name, sort_name = :sort_name, version = version + 1 WHERE id = :id"
    run(session, sql, parameters)
    run(session, "UPDATE subject SET name = :name WHERE id = :subject", parameters)
    hashed = history.keep_payload(session, facts.entity, facts.seq + 1, {"name": full})
    history.record(session, facts.link, "name_spot", {"payload": hashed}, actor=actor, now=now)


def send_dossier(session: Session, assessment_id: int, *, actor: Actor, now: datetime) -> Moved:
    """Send the dossier of a spot with its parts; what the agency says of the criteria is in force from now on."""
    facts = hold(session, assessment_id, actor=actor, now=now)
    content = {"marks": marks.snapshot(session, facts.id, "draft")}
    moved = apply(session, facts, "send_dossier", actor, Move(columns={"submitted_at": now}, payload=content))
    marks.take_over(session, facts.id, "draft", "self")
    return moved


def programme_of_spots(session: Session, round_id: int) -> Programme:
    """The programme of a round in which agencies enter spots; Unknown for any other."""
    found = session.get(Round, round_id)
    version = session.get(ProgrammeVersion, found.programme_version_id) if found else None
    programme = programme_of(session, version.digest) if version else None
    if programme is None or not is_open(programme):
        raise Unknown(f"điểm sáng của đợt số {round_id}")
    return programme


def of_agency(session: Session, round_id: int, agency_id: int) -> Sequence[Assessment]:
    """The spots of an agency in a round, the oldest first."""
    chosen = select(Assessment).where(Assessment.round_id == round_id, Assessment.agency_id == agency_id)
    return session.exec(chosen.order_by(col(Assessment.id))).all()


def shortages(session: Session, round_id: int, *, actor: Actor) -> list[Shortage]:
    """The agencies that registered fewer of a kind than they have to (NA-3.3), in order."""
    demand_round(session, actor, "export", round_id)
    sql = (
        f"SELECT s.name, a.kind, sum(CASE WHEN a.state IN ({UNREGISTERED}) THEN 0 ELSE 1 END) FROM assessment a "
        "JOIN subject s ON s.id = a.agency_id WHERE a.round_id = :round GROUP BY s.id, s.name, a.kind "
        "ORDER BY s.id, a.kind"
    )
    needed = programme_of_spots(session, round_id).at_least_each_kind
    rows = (Shortage(*row) for row in run(session, sql, {"round": round_id}).fetchall())
    return [row for row in rows if row.registered < needed]


def recognised_within(session: Session, slug: str, year: int) -> Iterator[tuple[int, Assessment]]:
    """The spots recognised in the five years up to `year`, from which the commended are chosen (NA-6.3)."""
    sql = (
        "SELECT a.id, r.year FROM assessment a JOIN round r ON r.id = a.round_id WHERE r.slug = :slug "
        "AND r.year > :first AND r.year <= :last AND a.state IN ('recognised', 'commended') ORDER BY r.year, a.id"
    )
    rows = run(session, sql, {"slug": slug, "first": year - YEARS, "last": year}).fetchall()
    return ((found_year, session.get_one(Assessment, key)) for key, found_year in rows)


def _spot(session: Session, programme: Programme, agency: Newcomer, kind: str, name: str, number: str) -> Newcomer:
    code = f"{_code(session, agency.subject_id)}.{kind}.{number}"
    made = Subject(code=code, name=name, kind=kind, group_name=agency.group)
    session.add(made)
    session.flush()
    sheet = programme.sheet_for(kind)
    return agency._replace(
        subject_id=made.id,
        name=name,
        kind=kind,
        sheet=sheet.slug,
        leaves=len(sheet.leaves()),
        body=_code(session, agency.subject_id),
        agency_id=agency.subject_id,
    )


def _code(session: Session, subject_id: int) -> str:
    return session.get_one(Subject, subject_id).code


def _demand_named(programme: Programme, kind: str, name: str) -> None:
    if kind not in programme.subject_kinds:
        raise refuse("kind", f"Chương trình không có loại điểm sáng «{kind}».")
    if not name.strip():
        raise refuse("name", "Điểm sáng phải có tên.")


def _works_for(session: Session, actor: Actor, agency_id: int) -> bool:
    sql = (
        "SELECT 1 FROM account_grant WHERE account_id = :account AND subject_id = :agency "
        "AND role IN ('officer', 'head') AND ended_at IS NULL"
    )
    return run(session, sql, {"account": actor.account_id, "agency": agency_id}).fetchone() is not None


def _entered(session: Session, round_id: int, agency_id: int, kind: str) -> int:
    sql = "SELECT count(*) FROM assessment WHERE round_id = :round AND agency_id = :agency AND kind = :kind"
    where = {"round": round_id, "agency": agency_id, "kind": kind}
    return int(run(session, sql, where).fetchone()[0])


def _year(session: Session, round_id: int) -> int:
    return session.get_one(Round, round_id).year
