import json

import pytest
from sqlmodel import col, select

from actions.evidence_files import New, add, check_address, find, remove
from actions.extension import grant_extension
from actions.lock import lock_due
from actions.self_assess import revise
from config.programme import Evidence as Taken
from evidence.store import Kept
from models.db import Database
from models.evidence import Evidence, evidence_of, in_force
from models.history import History
from states.errors import NotAllowed, Refused, Unknown
from states.history import verify
from tests.actions.later import LOCKED
from tests.actions.world import World, at, best, launched, paper, sheet_of, submitted

NOW = at("2024-11-20 09:00")
KEPT = Kept("a.pdf", "ab" * 32, 3, "application/pdf")


@pytest.mark.rule("AMB-DN-9")
@pytest.mark.parametrize(
    ("address", "fits"),
    [
        ("https://danang.gov.vn/1", True),
        ("https://thanhkhe.danang.gov.vn", True),
        ("https://danang.gov.vn.evil.example", False),
        ("https://evildanang.gov.vn", False),
    ],
)
def test_links_are_limited_to_domains(address: str, *, fits: bool) -> None:
    assert (check_address(address, Taken(link_domains=("*.danang.gov.vn",))) is None) is fits
    assert check_address(address, Taken()) is None
    assert check_address(address, Taken(forms=("scan", "signed"))) is not None


def test_what_is_added_to_no_criterion_or_too_often_is_refused_whole(database: Database) -> None:
    world = launched(database, subjects=1)
    many = [New("I.1", KEPT._replace(name=f"{number}.pdf")) for number in range(31)]
    for new in ([New("I.1", KEPT), New("XX", KEPT)], many, [New("I.1", address="http://a.vn")]):
        with pytest.raises(Refused), database.writing() as session:
            add(session, world.first, new, actor=world.officer, now=NOW)
    with database.reading() as session:
        assert session.exec(select(Evidence)).all() == []


def test_what_stands_there_already_is_not_added_again(database: Database) -> None:
    """A form may be sent while it saves by itself, with the same file."""
    world = launched(database, subjects=1)
    link = New("I.1", address="https://a.vn/1")
    with database.writing() as session:
        assert len(add(session, world.first, [New("I.1", KEPT), link], actor=world.officer, now=NOW)) == 2
    with database.writing() as session:
        again = [New("I.1", KEPT), New("I.2", KEPT), New("I.1", KEPT._replace(name="b.pdf")), link]
        assert len(add(session, world.first, again, actor=world.officer, now=NOW)) == 2
    with database.writing() as session:
        (first, *_) = evidence_of(session, world.first)
        remove(session, world.first, first.id, actor=world.officer, now=NOW)
        assert len(add(session, world.first, [New("I.1", KEPT)], actor=world.officer, now=NOW)) == 1


def test_another_unit_adds_and_takes_nothing(database: Database) -> None:
    world = launched(database)
    with database.writing() as session:
        (key,) = add(session, world.first, [New("I.1", KEPT)], actor=world.officer, now=NOW)
    with pytest.raises(NotAllowed), database.writing() as session:
        add(session, world.first, [New("I.1", KEPT)], actor=world.officers[1], now=NOW)
    with pytest.raises(Unknown), database.writing() as session:
        remove(session, world.assessment_ids[1], key, actor=world.officers[1], now=NOW)
    with pytest.raises(Unknown), database.reading() as session:
        find(session, world.assessment_ids[1], key)


def revised(database: Database, world: World, number: int) -> tuple[int, int]:
    """What went with the submission and what a revision has put in its place: their ids."""
    key, officer, later = world.assessment_ids[number], world.officers[number], at("2024-11-21 09:00")
    with database.writing() as session:
        (old,) = add(session, key, [New("I.1", KEPT)], actor=officer, now=NOW)
    submitted(database, world, number, now=NOW)
    with database.writing() as session:
        revise(session, key, actor=officer, now=later)
        remove(session, key, old, actor=officer, now=later)
        (new,) = add(session, key, [New("I.2", KEPT)], actor=officer, now=later)
    return old, new


def standing(database: Database, world: World, number: int) -> list[int]:
    with database.reading() as session:
        return [one.id for one in evidence_of(session, world.assessment_ids[number])]


@pytest.mark.rule("DN-5.1", "AMB-DN-7")
def test_what_went_with_the_submission_stays_in_force_while_it_is_revised(database: Database) -> None:
    world = launched(database, subjects=1)
    old, new = revised(database, world, 0)
    assert standing(database, world, 0) == [new]
    with database.reading() as session:
        assert [one.id for one in in_force(session, world.first, NOW)] == [old]


@pytest.mark.rule("AMB-DN-7", "DN-4.5")
def test_the_lock_returns_the_evidence_of_a_revision_to_what_was_submitted(database: Database) -> None:
    """Also when the dossier is extended, revised and locked anew; what never was submitted stays as it is."""
    world = launched(database, subjects=4)
    old, new = revised(database, world, 0)
    with database.writing() as session:
        (whole,) = add(session, world.assessment_ids[1], [New("I.1", KEPT)], actor=world.officers[1], now=NOW)
        (draft,) = add(session, world.assessment_ids[2], [New("I.1", KEPT)], actor=world.officers[2], now=NOW)
    submitted(database, world, 1, now=NOW)
    for _ in range(2):
        with database.writing() as session:
            lock_due(session, world.round_id, now=LOCKED)
        assert [standing(database, world, number) for number in range(4)] == [[old], [whole], [draft], []]
    newest = extended_and_revised(database, world)
    assert standing(database, world, 0) == [old, newest]
    with database.writing() as session:
        lock_due(session, world.round_id, now=at("2024-12-21 00:00:15"))
    assert standing(database, world, 0) == [old]
    with database.reading() as session:
        rows = session.exec(select(History).where(History.act == "restore_evidence").order_by(col(History.seq))).all()
        assert {(row.entity, row.actor) for row in rows} == {(f"assessment:{world.first}", "system")}
        assert [json.loads(row.body)["what"]["evidence"] for row in rows] == [[old, new], [newest]]
        gone = session.get_one(Evidence, new)
        assert (gone.removed_at, gone.removed_by) == (LOCKED, None)
        assert verify(session).broken == ()


def extended_and_revised(database: Database, world: World) -> int:
    """The first dossier gets more time and another file; its id."""
    until, now = at("2024-12-20 00:00").date(), at("2024-12-11 09:00")
    with database.writing() as session:
        document = paper(session, now=now)
        grant_extension(
            session, world.first, until=until, reason="Lũ lụt", document=document, actor=world.administrator, now=now
        )
        revise(session, world.first, actor=world.officer, now=now)
        (key,) = add(session, world.first, [New("I.3", KEPT)], actor=world.officer, now=now)
    return key


def test_a_closing_that_only_flags_leaves_the_evidence_of_a_revision(database: Database) -> None:
    world = launched(database, "dan-van-chinh-quyen", subjects=1, kinds=("ubnd_huyen",))
    officer, late = world.officer, at("2024-12-01 00:00")
    with database.reading() as session:
        code = next(iter(best(sheet_of(session, world, world.first))))
    submitted(database, world, now=NOW)
    with database.writing() as session:
        revise(session, world.first, actor=officer, now=NOW)
        (new,) = add(session, world.first, [New(code, KEPT)], actor=officer, now=at("2024-11-21 09:00"))
        assert lock_due(session, world.round_id, now=late).moved == {world.first: "revising"}
    assert standing(database, world, 0) == [new]


def test_after_the_closing_nothing_is_added(database: Database) -> None:
    world = launched(database, subjects=1)
    with pytest.raises(Refused, match="quá thời hạn"), database.writing() as session:
        add(session, world.first, [New("I.1", KEPT)], actor=world.officer, now=at("2024-12-10 00:00"))
