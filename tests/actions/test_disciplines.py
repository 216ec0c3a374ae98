import json
from datetime import date

import pytest

from actions.disciplines import Measure, accept_remedy, record_discipline, withdraw_discipline
from models.db import Database
from models.statements import Discipline, disciplines
from states.actor import Actor
from states.errors import NotAllowed, Refused, Unknown
from tests.actions.consulting_world import ASKED, Consulting, consulting, put_in
from tests.actions.later import acts, chain, is_whole, payload, rules, sentences
from tests.actions.world import paper


def recorded(
    database: Database,
    world: Consulting,
    code: str,
    *,
    at: str | None = None,
    by: Actor | None = None,
    **changes: object,
) -> int:
    with database.writing() as session:
        given = {"who": "member", "effective_on": date(2024, 6, 3), "document": paper(session, now=ASKED)}
        measure = Measure(**(given | {"name": "Nguyễn Ví Dụ"} | changes))  # type: ignore[arg-type]
        return record_discipline(
            session,
            world.dossiers[code],
            measure,
            committed_at=world.subjects[at] if at else None,
            actor=by or world.owner,
            now=ASKED,
        )


def bearing(database: Database, world: Consulting, code: str) -> list[Discipline]:
    with database.reading() as session:
        return list(disciplines(session, world.dossiers[code]))


def test_a_decision_is_recorded_and_the_name_stands_beside_the_chain(database: Database) -> None:
    world = consulting(database)
    key = recorded(database, world, "tt-1", by=world.officers["tt-1"], corruption=True)
    (one,) = bearing(database, world, "tt-1")
    assert (one.id, one.who, one.name, one.corruption, one.remedied) == (key, "member", "Nguyễn Ví Dụ", True, False)
    row = chain(database, f"assessment:{world.dossiers['tt-1']}")[-1]
    what = json.loads(row.body)["what"]
    assert (row.act, what["discipline"], what["document"]) == ("record_discipline", key, one.document_id)
    assert "Nguyễn" not in row.body
    assert json.loads(payload(database, row.entity, row.seq))["name"] == "Nguyễn Ví Dụ"
    assert is_whole(database, world.round_id)


@pytest.mark.rule("HT-11.9")
def test_a_violation_counts_for_the_unit_where_it_was_committed(database: Database) -> None:
    world = consulting(database)
    key = recorded(database, world, "tt-2", at="tt-1", acted_on=date(2024, 2, 1))
    assert [one.id for one in bearing(database, world, "tt-1")] == [key]
    assert bearing(database, world, "tt-2") == []
    row = chain(database, f"assessment:{world.dossiers['tt-1']}")[-1]
    assert json.loads(row.body)["what"]["from"] == world.dossiers["tt-2"]
    with pytest.raises(NotAllowed):
        recorded(database, world, "tt-2", at="tt-1", by=world.heads["tt-2"])


@pytest.mark.rule("HT-11.8")
def test_a_violation_of_an_earlier_year_is_put_on_that_years_dossier(database: Database) -> None:
    before, world = consulting(database, 2024), consulting(database, 2025)
    put_in(database, "recognised", before.dossiers["tt-1"])
    recorded(database, world, "tt-1", acted_on=date(2024, 5, 1), effective_on=date(2025, 3, 1))
    recorded(database, world, "tt-1", acted_on=date(2025, 2, 1), effective_on=date(2025, 3, 1))
    recorded(database, world, "tt-1", effective_on=date(2025, 3, 1))
    assert [one.acted_on for one in bearing(database, before, "tt-1")] == [date(2024, 5, 1)]
    assert [one.acted_on for one in bearing(database, world, "tt-1")] == [date(2025, 2, 1), None]


@pytest.mark.rule("HT-11.8")
def test_without_a_dossier_of_that_year_nothing_counts_and_it_is_said(database: Database) -> None:
    world = consulting(database)
    with pytest.raises(Refused) as caught:
        recorded(database, world, "tt-1", acted_on=date(2019, 5, 1))
    (sentence,) = sentences(caught.value)
    assert sentence.startswith("Vi phạm thuộc năm 2019 của «Đối tượng tt-1»: phần mềm không có hồ sơ năm đó")
    assert bearing(database, world, "tt-1") == []


@pytest.mark.rule("AMB-HT-14")
def test_the_exception_counts_once_another_one_accepted_it(database: Database) -> None:
    world = consulting(database)
    own = recorded(database, world, "cb", by=world.heads["db"], remedied=True)
    key = recorded(database, world, "cb", by=world.officers["cb"], remedied=True)
    strangers = [(key, world.heads["cb"], NotAllowed), (key, world.owner, NotAllowed)]
    same_side = [(own, world.heads["db"], Refused), (own, world.officers["db"], Refused)]
    for recorded_as, actor, refused in [*strangers, *same_side]:
        with pytest.raises(refused), database.writing() as session:
            accept_remedy(session, recorded_as, actor=actor, now=ASKED)
    with database.writing() as session:
        accept_remedy(session, key, actor=world.officers["db"], now=ASKED)
    one = next(found for found in bearing(database, world, "cb") if found.id == key)
    assert (one.accepted_by, one.accepted_at) == (world.officers["db"].account_id, ASKED)
    assert acts(database, f"assessment:{world.dossiers['cb']}")[-1] == "accept_remedy"
    with pytest.raises(Refused) as caught, database.writing() as session:
        accept_remedy(session, key, actor=world.staff["authority"], now=ASKED)
    assert rules(caught.value) == ["accepted"]


def test_an_exception_that_nobody_claims_is_not_accepted(database: Database) -> None:
    world = consulting(database)
    key = recorded(database, world, "cb")
    with pytest.raises(Refused) as caught, database.writing() as session:
        accept_remedy(session, key, actor=world.heads["db"], now=ASKED)
    assert rules(caught.value) == ["remedied"]
    with pytest.raises(Unknown), database.writing() as session:
        accept_remedy(session, key + 1, actor=world.heads["db"], now=ASKED)


def test_all_that_is_wrong_is_said(database: Database) -> None:
    world = consulting(database)
    with pytest.raises(Refused) as caught:
        recorded(database, world, "tt-1", who="neighbour", name=" ", acted_on=date(2024, 7, 1))
    assert rules(caught.value) == ["who", "acted_on", "name"]
    with pytest.raises(Unknown):
        recorded(database, world, "tt-1", document=999)
    with pytest.raises(NotAllowed):
        recorded(database, world, "tt-1", by=world.heads["tt-2"])


def test_a_mistake_is_taken_back_and_the_history_keeps_it(database: Database) -> None:
    world = consulting(database)
    key = recorded(database, world, "tt-1")
    with pytest.raises(Refused), database.writing() as session:
        withdraw_discipline(session, key, " ", actor=world.owner, now=ASKED)
    with database.writing() as session:
        withdraw_discipline(session, key, "Ghi nhầm đơn vị.", actor=world.owner, now=ASKED)
    assert bearing(database, world, "tt-1") == []
    expected = ["assigned", "record_discipline", "withdraw_discipline"]
    assert acts(database, f"assessment:{world.dossiers['tt-1']}") == expected


def test_a_unit_takes_back_only_its_own_word(database: Database) -> None:
    world = consulting(database)
    key, own = recorded(database, world, "tt-1"), recorded(database, world, "tt-1", by=world.officers["tt-1"])
    for who in (world.officers["tt-1"], world.heads["tt-1"]):
        with pytest.raises(NotAllowed), database.writing() as session:
            withdraw_discipline(session, key, "Ghi nhầm.", actor=who, now=ASKED)
    with database.writing() as session:
        withdraw_discipline(session, own, "Ghi nhầm.", actor=world.heads["tt-1"], now=ASKED)
    assert [one.id for one in bearing(database, world, "tt-1")] == [key]


def test_who_has_nothing_to_do_with_a_dossier_learns_no_name(database: Database) -> None:
    world = consulting(database)
    with pytest.raises(NotAllowed):
        recorded(database, world, "dv-1", at="tt-2", by=world.heads["dv-4"], acted_on=date(2020, 1, 1))
