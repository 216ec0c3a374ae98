"""A round of Hà Tĩnh: a Party committee with its cells and members, collectives of the city, and bodies to be asked."""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlmodel import Session, select

from actions.accounts import add_account, grant
from actions.launch import launch
from actions.opinions import ask
from actions.register import take_register
from config.load import load_programme
from config.programme import Programme
from models.assessments import Assessment
from models.db import Database, run
from models.people import Subject, account_by_email
from states.actor import Actor, account
from tests.actions.world import CONSOLE, at, register_row

SLUG = "kiem-diem-xep-loai"
LAUNCHED = at("2024-11-04 08:00")
ASKED = at("2024-11-20 09:00")
CLOSES = at("2024-11-28 00:00")
STAFF = ("administrator", "authority", "secretary", "lead")
REGISTER: dict[str, dict[str, Any]] = {
    "tt-1": {"kind": "tap_the_thanh_pho", "body": "btv"},
    "tt-2": {"kind": "tap_the_thanh_pho", "body": "btv"},
    "db": {"kind": "dang_bo_co_so"},
    "cb": {"kind": "chi_bo_truc_thuoc", "parent": "db"},
    "dv-1": {"kind": "dang_vien", "parent": "cb", "member_of": ("cb",)},
    "dv-2": {"kind": "dang_vien", "parent": "cb", "member_of": ("cb",)},
    "dv-3": {"kind": "dang_vien", "parent": "cb", "member_of": ("cb",)},
    "cb-2": {"kind": "chi_bo_truc_thuoc", "parent": "db"},
    "dv-4": {"kind": "dang_vien", "parent": "cb-2"},
    "bi-thu": {"kind": "can_bo_co_so", "parent": "db", "post": "secretary", "leads": ("cb",)},
}


@dataclass(frozen=True)
class Consulting:
    """The round; dossiers, subjects, officers and heads by code, the staff by role, and three bodies."""

    round_id: int
    dossiers: dict[str, int]
    subjects: dict[str, int]
    officers: dict[str, Actor]
    heads: dict[str, Actor]
    staff: dict[str, Actor]
    bodies: list[Actor]

    @property
    def owner(self) -> Actor:
        """The body that aggregates."""
        return self.staff["administrator"]

    @property
    def asked(self) -> list[int]:
        """The accounts of the bodies."""
        return [body.account_id or 0 for body in self.bodies]

    def ids(self, *codes: str) -> list[int]:
        """Dossiers by code."""
        return [self.dossiers[code] for code in codes]


@cache
def programme(slug: str = SLUG) -> Programme:
    """That of the city, in which a day may be stated besides."""
    document = json.loads(load_programme(slug).document())
    document["rating"]["statements"].append(["appointed", {"label": "Ngày bổ nhiệm", "kind": "day"}])
    return Programme.from_document(Programme.model_validate(document).document())


def consulting(database: Database, year: int = 2024, codes: Sequence[str] = ()) -> Consulting:
    """Take the register and launch in November; everybody is assigned."""
    now = LAUNCHED.replace(year=year)
    rows = [register_row(number, **{"code": code, **more}) for number, (code, more) in enumerate(REGISTER.items(), 1)]
    rows = [row.model_copy(update={"name": f"Đối tượng {row.code}"}) for row in rows]
    with database.writing() as session:
        take_register(session, rows, actor=CONSOLE, now=now)
        staff = {role: _account(session, f"{role}@hatinh.example", role, now) for role in STAFF}
        bodies = [giver(session, one, now) for one in (1, 2, 3)]
        asked = codes or list(REGISTER)
        round_id = launch(session, programme(), year, asked, actor=CONSOLE, now=now, live=False, smtp=False)
        found = session.exec(select(Subject.code, Subject.id))
        subjects = dict(found.all())
        chosen = select(Assessment.subject_id, Assessment.id).where(Assessment.round_id == round_id)
        by_subject = dict(session.exec(chosen).all())
        officers = {row.code: _holder(session, row.email_officer) for row in rows}
        heads = {row.code: _holder(session, row.email_head) for row in rows}
    dossiers = {code: by_subject[key] for code, key in subjects.items() if key in by_subject}
    return Consulting(round_id, dossiers, subjects, officers, heads, staff, bodies)


def giver(session: Session, number: int, now: datetime) -> Actor:
    """A body that may be asked for its opinion in every round."""
    return _account(session, f"co-quan-{number}@hatinh.example", "opinion_giver", now)


def _account(session: Session, email: str, role: str, now: datetime) -> Actor:
    known = account_by_email(session, email)
    key = known.id if known else add_account(session, email, name=email.partition("@")[0], actor=CONSOLE, now=now)
    grant(session, key, role, actor=CONSOLE, now=now)
    return account(key)


def _holder(session: Session, email: str) -> Actor:
    found = account_by_email(session, email)
    assert found is not None
    return account(found.id)


def put_in(database: Database, state: str, *assessment_ids: int) -> None:
    """Put dossiers in a state, whatever leads there."""
    with database.writing() as session:
        for key in assessment_ids:
            run(session, "UPDATE assessment SET state = :state WHERE id = :id", {"state": state, "id": key})


def consulted(
    database: Database,
    world: Consulting,
    *codes: str,
    name: str = "city_bodies",
    bodies: Collection[int] | None = None,
    closes_at: datetime = CLOSES,
) -> int:
    """Ask the bodies, all by default, about dossiers that have rated themselves; the id of the request."""
    put_in(database, "self_rated", *world.ids(*codes))
    with database.writing() as session:
        return ask(
            session,
            world.round_id,
            name,
            world.ids(*codes),
            world.asked if bodies is None else bodies,
            "Đề nghị nhận xét và đề xuất mức xếp loại.",
            closes_at=closes_at,
            actor=world.owner,
            now=ASKED,
        )
