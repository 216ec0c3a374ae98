import json
from datetime import timedelta

import pytest
from sqlmodel import select

from actions.decide import Result, redecide
from actions.documents import put_document
from actions.report import archive, draft, number_report, report, supplement
from models.db import Database
from models.history import Seal, seals_of
from models.rounds import Round
from states.actor import SYSTEM
from states.errors import NotAllowed, Refused
from states.history import heads_of_round, verify_seal
from tests.actions.later import (
    DECIDING,
    acts,
    announced,
    chain,
    decided,
    dossier,
    in_decision,
    is_whole,
    mails,
    payload,
    ready_to_report,
    rules,
    sentences,
)
from tests.actions.waiting import behind
from tests.actions.world import World, at, paper, state_of

REPORTING = at("2024-12-28 08:00")


def reported(database: Database) -> World:
    world = ready_to_report(database)
    with database.writing() as session:
        report(session, world.round_id, actor=world.administrator, now=REPORTING)
    return world


def round_of(database: Database, world: World) -> Round:
    with database.reading() as session:
        return session.get_one(Round, world.round_id)


def kinds(database: Database, world: World) -> list[str]:
    with database.reading() as session:
        return [seal.kind for seal in seals_of(session, world.round_id)]


def leaves(seal: Seal) -> list[tuple[str, int, str]]:
    return [tuple(leaf) for leaf in json.loads(seal.leaves)]


def changed(database: Database, world: World) -> int:
    with database.writing() as session:
        return redecide(
            session,
            world.round_id,
            [Result(world.first)],
            reason="Theo kết luận của BTV",
            document_id=paper(session, now=REPORTING, number="20-KL/TU"),
            actor=world.authority,
            now=REPORTING + timedelta(days=1),
        )


def test_a_draft_seals_the_round_as_it_stands(database: Database) -> None:
    world = ready_to_report(database)
    with database.writing() as session:
        seal = draft(session, world.round_id, actor=SYSTEM, now=REPORTING)
    with database.reading() as session:
        assert leaves(seal) == [tuple(leaf) for leaf in heads_of_round(session, world.round_id)]
    assert (seal.kind, acts(database, f"round:{world.round_id}")[-1]) == ("draft", "draft_report")
    assert round_of(database, world).state == "decision"


@pytest.mark.rule("DN-3.3")
def test_the_report_moves_round_and_dossiers_and_seals_them(database: Database) -> None:
    world = ready_to_report(database)
    with database.writing() as session:
        seal = report(session, world.round_id, actor=world.administrator, now=REPORTING)
    assert round_of(database, world).state == "reported"
    assert [state_of(database, key) for key in world.assessment_ids] == ["reported"] * 3
    with database.reading() as session:
        assert leaves(seal) == [tuple(leaf) for leaf in heads_of_round(session, world.round_id)]
        assert verify_seal(session, seal.root) == ()
    row = chain(database, f"round:{world.round_id}")[-1]
    assert json.loads(row.body)["what"]["document"] == round_of(database, world).report_document_id
    assert {account for _, account in mails(database, "report_ready")} == {
        world.administrator.account_id,
        world.reader.account_id,
    }
    assert is_whole(database, world.round_id)


def test_no_report_before_its_number_and_every_announcement(database: Database) -> None:
    world = in_decision(database)
    decided(database, world)
    with pytest.raises(Refused) as caught, database.writing() as session:
        report(session, world.round_id, actor=world.administrator, now=REPORTING)
    assert rules(caught.value) == ["all_announced", "report_numbered", "needs_document"]
    assert round_of(database, world).state == "decision"


def test_the_number_of_the_report_is_given_once_and_recorded(database: Database) -> None:
    world = in_decision(database, subjects=1, handed_in=1)
    with database.writing() as session:
        first, second = (paper(session, now=DECIDING, kind="report", number=number) for number in ("12-BC", "13-BC"))
        number_report(session, world.round_id, first, actor=world.administrator, now=DECIDING)
        with pytest.raises(Refused) as caught:
            number_report(session, world.round_id, second, actor=world.administrator, now=DECIDING)
    assert sentences(caught.value) == ["Đã ghi văn bản số 12-BC; không thay bằng văn bản khác."]
    assert round_of(database, world).report_document_id == first
    row = chain(database, f"round:{world.round_id}")[-1]
    assert (row.act, json.loads(payload(database, row.entity, row.seq))["number"]) == ("number_report", "12-BC")


def test_a_report_that_waited_for_its_number_bears_it(database: Database) -> None:
    world = in_decision(database)
    announced(database, world, decided(database, world))
    with database.writing() as session:
        numbered = paper(session, now=REPORTING, kind="report", number="12-BC")
    behind(
        database,
        lambda session: number_report(session, world.round_id, numbered, actor=world.administrator, now=REPORTING),
        lambda session: report(session, world.round_id, actor=world.administrator, now=REPORTING),
    ).result()
    assert acts(database, f"round:{world.round_id}")[-2:] == ["number_report", "report"]


def test_a_number_that_is_not_there_yet_may_still_be_replaced(database: Database) -> None:
    world = in_decision(database, subjects=1, handed_in=1)
    with database.writing() as session:
        nameless = put_document(session, kind="report", number="", dated=None, signer="", now=DECIDING)
        with pytest.raises(Refused) as caught:
            number_report(session, world.round_id, nameless.id, actor=world.administrator, now=DECIDING)
    assert rules(caught.value) == ["number"]


@pytest.mark.parametrize("role", ["authority", "lead", "officer", "reader", "auditor"])
def test_only_the_administrator_reports(database: Database, role: str) -> None:
    world = ready_to_report(database, subjects=1, handed_in=1)
    who = getattr(world, role)
    for act in (draft, report, supplement, archive):
        with pytest.raises(NotAllowed), database.writing() as session:
            act(session, world.round_id, actor=who, now=REPORTING)
    with pytest.raises(NotAllowed), database.writing() as session:
        number_report(session, world.round_id, paper(session, now=REPORTING), actor=who, now=REPORTING)


def test_what_is_reported_is_not_numbered_again(database: Database) -> None:
    world = reported(database)
    with pytest.raises(Refused) as caught, database.writing() as session:
        number_report(session, world.round_id, paper(session, now=REPORTING), actor=world.administrator, now=REPORTING)
    assert sentences(caught.value) == ["Đợt đang ở trạng thái «Đã báo cáo»; không ghi số báo cáo được nữa."]


def test_a_decision_changed_after_the_archive_has_supplementary_seals(database: Database) -> None:
    world = reported(database)
    with database.writing() as session:
        archive(session, world.round_id, actor=world.administrator, now=REPORTING)
    second = changed(database, world)
    assert kinds(database, world) == ["reported", "supplementary"]
    announced(database, world, second, number="09-QĐ/BDVTU")
    now = REPORTING + timedelta(days=2)
    with database.writing() as session:
        seal = supplement(session, world.round_id, actor=world.administrator, now=now)
    assert kinds(database, world) == ["reported", "supplementary", "supplementary"]
    assert (state_of(database, world.first), round_of(database, world).state) == ("reported", "archived")
    assert dossier(database, world.first).decision_id == second
    with database.reading() as session:
        roots = session.exec(select(Seal.root)).all()
        assert [verify_seal(session, one) for one in roots] == [()] * 3
        assert leaves(seal) == [tuple(leaf) for leaf in heads_of_round(session, world.round_id)]
    assert is_whole(database, world.round_id)


def test_nothing_is_supplemented_without_a_report_or_a_change(database: Database) -> None:
    world = ready_to_report(database, subjects=1, handed_in=1)
    with pytest.raises(Refused) as caught, database.writing() as session:
        supplement(session, world.round_id, actor=world.administrator, now=REPORTING)
    assert rules(caught.value) == ["state"]
    with database.writing() as session:
        report(session, world.round_id, actor=world.administrator, now=REPORTING)
    with pytest.raises(Refused) as caught, database.writing() as session:
        supplement(session, world.round_id, actor=world.administrator, now=REPORTING)
    assert rules(caught.value) == ["supplement"]


def test_only_a_reported_round_is_archived(database: Database) -> None:
    world = ready_to_report(database, subjects=1, handed_in=1)
    with pytest.raises(Refused) as caught, database.writing() as session:
        archive(session, world.round_id, actor=world.administrator, now=REPORTING)
    assert rules(caught.value) == ["state"]
