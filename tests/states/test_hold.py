"""What is read with a lock: every fact from its own column."""

from datetime import timedelta
from decimal import Decimal

import pytest

from config.load import load_programme
from danhgia.bench.world import CLOSES_AT, NOW, fill
from models.db import Database, run
from models.rounds import programme_version
from models.types import to_micros, to_scaled
from states.actor import SYSTEM
from states.advance import stored
from states.errors import Unknown
from states.facts import Span
from states.hold import DOSSIER_COLUMNS, DOSSIER_TABLES, FIELDS, hold, hold_round, own_stage, share_round
from tests.states.worlds import TICK, add_document, add_second_round, insert

HEAD = bytes(range(32))
COLUMNS = {
    "version": 2,
    "seq": 3,
    "head": HEAD,
    "name": "Sở Ví dụ",
    "kind": "xa_phuong",
    "group_name": "xã, phường",
    "sheet": "bieu-3",
    "late": True,
    "zeroed": True,
    "leaves": 4,
    "scored": 5,
    "appraised": 6,
    "unreasoned": 7,
    "asked": 8,
    "body": "btv",
    "level": "tot",
    "proposed_level": "kha",
}
POINTS = {"self_total": "90.5", "appraised_total": "80.25", "decided_total": "70"}
INSTANTS = {"chain_at": 1, "closes_at": 2, "submitted_at": 3, "reviewed_at": 4}


def test_every_fact_of_a_dossier_is_that_of_its_column(database: Database) -> None:
    fill(database, 2)
    given = {
        **COLUMNS,
        **{name: to_scaled(Decimal(points)) for name, points in POINTS.items()},
        **{name: to_micros(NOW + number * TICK) for name, number in INSTANTS.items()},
    }
    with database.writing() as session:
        sets = ", ".join(f"{name} = :{name}" for name in given)
        run(session, f"UPDATE assessment SET {sets}, state = 'decided' WHERE id = 2", given)
        facts = hold(session, 2, actor=SYSTEM, now=NOW)
        row = run(session, f"SELECT {DOSSIER_COLUMNS}, 'head' {DOSSIER_TABLES} WHERE a.id = 2").fetchone()
    assert dict(zip(FIELDS, row, strict=True)) == {name: stored(getattr(facts, name)) for name in FIELDS} | {
        "programme": facts.programme.digest,
        "relations": "head",
    }
    assert {name: getattr(facts, name) for name in COLUMNS if name != "group_name"} == {
        name: value for name, value in COLUMNS.items() if name != "group_name"
    }
    assert (facts.group, facts.state, facts.round_state, facts.now) == ("xã, phường", "decided", "self_assessment", NOW)
    assert {name: getattr(facts, name) for name in POINTS} == {name: Decimal(value) for name, value in POINTS.items()}
    assert {name: getattr(facts, name) - NOW for name in INSTANTS} == {
        name: number * TICK for name, number in INSTANTS.items()
    }
    file = facts.file
    assert (facts.entity, facts.id, facts.round_id, facts.subject_id) == ("assessment:2", 2, 1, 2)
    assert (file.assessment_id, file.round_id, file.subject_id, file.kind, file.body) == (2, 1, 2, "xa_phuong", "btv")
    assert file.programme is facts.programme
    assert facts.windows[own_stage(facts.programme.workflow, "xa_phuong") or ""] == Span(None, NOW + 2 * TICK)


def test_the_stages_of_its_kind_are_windows_and_its_own_closes_with_it(database: Database) -> None:
    fill(database, 1)
    spots, opens = load_programme("diem-sang"), NOW - timedelta(days=3)
    with database.writing() as session:
        version = programme_version(session, slug=spots.slug, digest=spots.digest, document=spots.document())
        run(session, "UPDATE round SET programme_version_id = :id", {"id": version.id})
        run(session, "UPDATE assessment SET kind = 'qcdc'")
        for number, (stage, kind) in enumerate(
            (("registration", "qcdc"), ("recognition", "qcdc"), ("recognition", "dvcq"))
        ):
            at = {"opens_at": to_micros(opens), "closes_at": to_micros(CLOSES_AT + number * TICK), "late": "zero"}
            insert(session, "milestone", round_id=1, stage=stage, kind=kind, **at)
        facts = hold(session, 1, actor=SYSTEM, now=NOW)
    assert facts.windows == {
        "registration": Span(None, facts.closes_at),
        "recognition": Span(opens, CLOSES_AT + TICK),
    }


def test_a_dossier_closes_with_the_stage_of_its_own_kind(database: Database) -> None:
    fill(database, 1)
    programme = load_programme("dan-van-chinh-quyen")
    with database.writing() as session:
        version = programme_version(
            session, slug=programme.slug, digest=programme.digest, document=programme.document()
        )
        run(session, "UPDATE round SET programme_version_id = :id", {"id": version.id})
        run(session, "UPDATE assessment SET kind = 'ubnd_xa'")
        facts = hold(session, 1, actor=SYSTEM, now=NOW)
    assert facts.windows == {"self_assessment": Span(None, facts.closes_at)}


def test_the_own_stage_is_the_first_that_covers_the_kind() -> None:
    workflow = load_programme("dan-van-chinh-quyen").workflow
    assert [own_stage(workflow, kind) for kind in ("ubnd_xa", "ubnd_huyen", "khac")] == [
        "self_assessment",
        "own_dossier",
        "report",
    ]


def test_what_a_dossier_has_not_is_none(database: Database) -> None:
    fill(database, 1)
    with database.writing() as session:
        facts = hold(session, 1, actor=SYSTEM, now=NOW)
    bare = (facts.submitted_at, facts.reviewed_at, facts.decided_total, facts.decision_id, facts.level)
    assert bare == (None, None, None, None, None)
    assert (facts.late, facts.zeroed, facts.decision_numbered) == (False, False, False)


def test_every_fact_of_a_round_is_its_own(database: Database) -> None:
    fill(database, 3)
    later = CLOSES_AT + timedelta(days=1)
    with database.writing() as session:
        add_second_round(session)
        add_document(session, 7)
        run(session, "UPDATE assessment SET round_id = 2 WHERE id = 3")
        run(session, "UPDATE assessment SET state = 'decided' WHERE id = 2")
        for round_id, kind, at in ((1, "a", later), (1, "b", CLOSES_AT), (2, "a", later + TICK)):
            stage = {"stage": "s", "kind": kind, "closes_at": to_micros(at), "late": "zero"}
            insert(session, "milestone", round_id=round_id, **stage)
        changed = {"at": to_micros(NOW), "head": HEAD}
        sets = "version = 2, seq = 3, head = :head, chain_at = :at, report_document_id = 7"
        run(session, f"UPDATE round SET {sets} WHERE id = 1", changed)
        facts = hold_round(session, 1, actor=SYSTEM, now=NOW)
    assert (facts.entity, facts.id, facts.round_id, facts.version, facts.seq) == ("round:1", 1, 1, 2, 3)
    assert (facts.head, facts.chain_at, facts.now) == (HEAD, NOW, NOW)
    assert (facts.state, facts.round_state) == ("self_assessment", "self_assessment")
    assert facts.counts == {"self_assessing": 1, "decided": 1}
    assert (facts.closings["s"], facts.document_signed) == (later, True)


def test_what_is_not_there_is_not_held(database: Database) -> None:
    fill(database, 1)
    with database.writing() as session:
        with pytest.raises(Unknown, match="hồ sơ số 9"):
            hold(session, 9, actor=SYSTEM, now=NOW)
        with pytest.raises(Unknown, match="đợt số 9"):
            hold_round(session, 9, actor=SYSTEM, now=NOW)
        with pytest.raises(Unknown, match="đợt số 9"):
            share_round(session, 9)
