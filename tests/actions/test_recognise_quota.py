"""Twenty decisions at the same time, each on one member: the quota is never exceeded (HT-9.1)."""

from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from actions.recognise import Award, Papers, annul_and_recognise, recognise
from actions.statements import enclose
from models.db import Database, run
from states.errors import Refused
from tests.actions.ha_tinh_world import DECIDED, Ward, ballot, rows, ward
from tests.actions.later import is_whole
from tests.actions.world import at, paper, register_row
from tests.states.worlds import column

CONTENDERS = 20
GOOD = 20
REASON = "Theo kết quả bỏ phiếu"


def crowded(database: Database) -> tuple[Ward, list[str]]:
    """A cell in which twenty are rated HTTNV and twenty more were voted HTXSNV and wait for the decision."""
    members = {f"dv-{number}": {"parent": "c1", "member_of": ("c1",)} for number in range(1, CONTENDERS + GOOD + 1)}
    numbered = [
        register_row(number, "dang_vien", code=code, **more) for number, (code, more) in enumerate(members.items(), 1)
    ]
    listed = [row for row in rows() if row.code in {"tp", "p", "c1"}]
    world = ward(database, [*listed, *numbered])
    codes = list(members)
    with database.writing() as session:
        for code in codes[:GOOD]:
            sql = "UPDATE assessment SET state = 'recognised', level = 'httnv' WHERE id = :id"
            run(session, sql, {"id": world.ids[code]})
        for code in codes[GOOD:]:
            run(session, "UPDATE assessment SET state = 'deciding' WHERE id = :id", {"id": world.ids[code]})
            ballot(session, world, code, "decision", {"htxsnv": 10}, winner="htxsnv")
    return world, codes


def levels(database: Database) -> Counter[str | None]:
    return Counter(column(database, "SELECT level FROM assessment WHERE kind = 'dang_vien'"))


def attempt(database: Database, world: Ward, code: str) -> str:
    """One decision in a transaction of its own; the level given, or the rule that refused it."""
    try:
        with database.writing() as session:
            papers = Papers(paper(session, now=DECIDED))
            award = Award(world.ids[code], reason=REASON)
            recognise(session, world.round_id, [award], papers, actor=world.authorities["p"], now=DECIDED)
    except Refused as refused:
        return refused.refusals[0].rule
    return "htxsnv"


def at_once(database: Database, world: Ward, codes: Iterable[str]) -> Counter[str]:
    with ThreadPoolExecutor(CONTENDERS) as pool:
        return Counter(pool.map(partial(attempt, database, world), codes))


@pytest.mark.rule("HT-9.1", "HT-9.2")
def test_of_twenty_decisions_at_once_as_many_win_as_there_are_places(database: Database) -> None:
    """Of twenty-five rated HTTNV or better five may be HTXSNV, whoever comes first."""
    world, codes = crowded(database)
    assert at_once(database, world, codes[GOOD:]) == {"htxsnv": 5, "within_quota": 15}
    assert levels(database) == {"htxsnv": 5, "httnv": 20, None: 15}
    assert is_whole(database, world.round_id)


def again(database: Database, world: Ward, code: str) -> str:
    """One recognised member is raised by form 03; the level given, or the rule that refused it."""
    later, key = at("2025-02-03 08:00"), world.ids[code]
    try:
        with database.writing() as session:
            award, papers = Award(key, "htxsnv", "Kết luận oan sai"), Papers(paper(session, now=later))
            annul_and_recognise(session, award, papers, actor=world.authorities["p"], now=later)
    except Refused as refused:
        return refused.refusals[0].rule
    return "htxsnv"


@pytest.mark.rule("HT-9.1", "HT-11.8")
def test_results_replaced_at_once_keep_the_quota_and_do_not_block_each_other(database: Database) -> None:
    world, codes = crowded(database)
    with database.writing() as session:
        for code in codes[:GOOD]:
            document = paper(session, now=DECIDED)
            enclose(session, world.ids[code], "mau-03", document, actor=world.administrator, now=DECIDED)
    with ThreadPoolExecutor(CONTENDERS) as pool:
        assert Counter(pool.map(partial(again, database, world), codes[:GOOD])) == {"htxsnv": 4, "within_quota": 16}
    assert levels(database) == {"htxsnv": 4, "httnv": 16, None: 20}
    assert is_whole(database, world.round_id)
