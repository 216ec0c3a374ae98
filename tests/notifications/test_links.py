"""Links into a task: the token is in the mail and nowhere else."""

import re
from base64 import urlsafe_b64decode
from hashlib import sha256

import pytest
from sqlmodel import select

from models.db import Database
from models.mail import TaskLink
from notifications.links import DOORS, address, mint, token_hash
from notifications.render import render
from tests.notifications import factory
from tests.notifications.factory import NOW, ORIGIN
from tests.notifications.reading import part


def test_a_token_has_256_bits_and_only_its_hash_is_stored(database: Database) -> None:
    with database.writing() as session:
        world = factory.world(session)
        row = factory.row(session, "assigned", world.officer, of=world)
        tokens = mint(session, [row], NOW)
        link = session.exec(select(TaskLink)).one()
    token = tokens[row.id]
    assert len(urlsafe_b64decode(token + "=")) == 32
    assert re.fullmatch(r"[A-Za-z0-9_-]{43}", token)
    assert link.token_hash == sha256(token.encode()).digest() == token_hash(token)
    assert (link.account_id, link.round_id, link.assessment_id) == (row.account_id, row.round_id, row.assessment_id)
    assert (link.task, link.made_at, link.opened_at, link.ended_at) == ("self_assessment", NOW, None, None)


def test_every_mail_of_a_task_has_a_token_of_its_own(database: Database) -> None:
    with database.writing() as session:
        world = factory.world(session)
        row = factory.row(session, "assigned", world.officer, of=world)
        assert mint(session, [row], NOW) != mint(session, [row], NOW)
        assert len(session.exec(select(TaskLink)).all()) == 2


@pytest.mark.parametrize("message", ["appraisal_due", "report_ready", "daily_summary", "locked", "auditor_seal"])
def test_privileged_people_and_mere_notices_get_no_token(database: Database, message: str) -> None:
    with database.writing() as session:
        world = factory.world(session)
        row = factory.row(session, message, world.staff, of=world)
        assert mint(session, [row], NOW) == {}
        assert session.exec(select(TaskLink)).all() == []


def test_the_mail_opens_the_task(database: Database) -> None:
    with database.writing() as session:
        world = factory.world(session)
        row = factory.row(session, "explanation_asked", world.officer, of=world, parameters={
            "request": factory.explanation(session, world.assessments[0])
        })  # fmt: skip
        tokens = mint(session, [row], NOW)
        mail = render([factory.case(session, row)], ORIGIN, NOW, tokens)
    for form in ("plain", "html"):
        assert f"https://danhgia.example/t/{tokens[row.id]}" in part(mail, form)


def test_addresses(database: Database) -> None:
    with database.writing() as session:
        world = factory.world(session)
        dossier = factory.row(session, "appraisal_due", world.staff, of=world)
        of_round = factory.row(session, "report_ready", world.staff, of=world, about=None)
        notice = factory.row(session, "locked", world.officer, of=world)
        waiting = factory.row(session, "approval_asked", world.staff, of=world, about=None)
    assert address("https://a.example", waiting, None) == "https://a.example/approvals"
    assert address("https://a.example/", dossier, None) == f"https://a.example/assessments/{dossier.assessment_id}"
    assert address("https://a.example", of_round, None) == f"https://a.example/rounds/{of_round.round_id}"
    assert address("https://a.example", notice, None) is None
    assert address("https://a.example/", notice, "abc") == "https://a.example/t/abc"


def test_privileged_doors_have_no_task() -> None:
    assert {name for name, door in DOORS.items() if door.task is None} == {
        "explanation_answered", "appraisal_due", "report_ready", "difficulty_raised", "daily_summary", "night_failed",
        "approval_asked",
    }  # fmt: skip
