"""Tries to match voters and votes through everything that is kept, without the key (X-A2, issue 3 item 5).

The same seven people vote in the same order in two databases that draw the same chance, but choose otherwise, so
that only the tallies agree. Whatever could tell a vote would have to differ between the two.
"""

import re
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

import pytest

from actions.meetings import close_meeting
from danhgia.commands.history_file import write_history
from models.backup import copy, pg_dump
from models.ballot_secret import NONCE
from models.db import Database, run
from models.meetings import items_in
from models.tables import METADATA
from tests.actions.ballots_world import KEY, LEVELS, VOTING, Voters, box_of, deciding
from tests.actions.voting_box import Choices, closed, opened, token, vote
from tests.actions.world import paper

Way = list[tuple[str | None, ...]]
BEST, GOOD, FAIR, POOR = LEVELS
ONE_WAY: Way = [(BEST, GOOD, None), (BEST, GOOD, FAIR), (GOOD, BEST, FAIR), (BEST, FAIR, FAIR)]
ONE_WAY += [(GOOD, None, POOR), (None, GOOD, FAIR), (BEST, GOOD, FAIR)]
SHIFTS = (3, 1, 5)
OTHER_WAY: Way = [tuple(ONE_WAY[(n + shift) % 7][place] for place, shift in enumerate(SHIFTS)) for n in range(7)]
WRITTEN = {"ballot_box": 1, "ballot_item": 3, "roll": 7}
"""The rows that a vote writes, whoever votes and whatever he chooses."""
TAG = 16
Rows = dict[str, dict[Any, dict[str, Any]]]
HEX = re.compile(r"X'[0-9A-F]*'|\\\\x[0-9a-f]*")


@pytest.fixture(params=["sqlite", "postgresql"])
def two_alike(request: pytest.FixtureRequest) -> Iterator[tuple[Database, Database]]:
    """Two new databases of a kind that draw the same chance."""
    fresh: Callable[[], Any] = request.getfixturevalue(f"fresh_{request.param}")
    with ExitStack() as stack:
        first, second = (Database(stack.enter_context(fresh()), entropy=Random(5).randbytes) for _ in range(2))
        stack.callback(first.dispose)
        stack.callback(second.dispose)
        yield first, second


def everything(database: Database) -> Rows:
    """Every row of every table by its key, with what the database keeps about the row itself."""
    beside = "rowid AS place, 0 AS written" if database.is_sqlite else "ctid::text AS place, xmin::text AS written"
    found: Rows = {}
    with database.reading() as session:
        for table in METADATA.sorted_tables:
            cursor = run(session, f"SELECT {beside}, t.* FROM {table.name} t")
            columns = [column[0] for column in cursor.description]
            rows = [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
            found[table.name] = {tuple(row[key.name] for key in table.primary_key): row for row in rows}
    return found


def plain(rows: Rows, *hidden: str) -> Rows:
    """Everything but what is sealed, of which only the length is told, and some columns."""
    return {
        table: {
            key: {name: told(name, value) for name, value in row.items() if name not in hidden}
            for key, row in of.items()
        }
        for table, of in rows.items()
    }


def told(name: str, value: object) -> object:
    return len(value) if name == "sealed" and isinstance(value, bytes) else value


def changed(before: Rows, after: Rows) -> dict[tuple[str, Any], frozenset[str]]:
    """Which columns of which rows differ; a row that came or went differs as a whole."""
    return {
        (table, key): frozenset(name for name in row if before[table].get(key, {}).get(name) != row[name])
        for table, of in after.items()
        for key, row in of.items()
        if before[table].get(key) != row
    }


def choices(voters: Voters, marks: tuple[str | None, ...]) -> Choices:
    return dict(zip(voters.all, marks, strict=True))


def after_each_vote(database: Database, ways: Way) -> tuple[Voters, int, list[Rows]]:
    """Let everybody vote; what is there before the first vote and after each."""
    voters = deciding(database)
    box_id = opened(database, voters)
    seen = [everything(database)]
    for who, marks in zip(voters.members, ways, strict=True):
        vote(database, box_id, who, choices(voters, marks))
        seen.append(everything(database))
    return voters, box_id, seen


def test_both_ways_give_the_same_tallies_by_other_people() -> None:
    for place in range(3):
        one, other = ([marks[place] for marks in way] for way in (ONE_WAY, OTHER_WAY))
        assert sorted(map(str, one)) == sorted(map(str, other))
        assert one != other
    assert sum(one == other for one, other in zip(ONE_WAY, OTHER_WAY, strict=True)) == 0


@pytest.mark.rule("X-A2")
def test_what_is_kept_is_the_same_whoever_chose_what(two_alike: tuple[Database, Database]) -> None:
    (_, _, one), (_, _, other) = (
        after_each_vote(database, way) for database, way in zip(two_alike, (ONE_WAY, OTHER_WAY), strict=True)
    )
    for first, second in zip(one, other, strict=True):
        assert plain(first, "place", "written") == plain(second, "place", "written")
    lengths = {len(row["sealed"]) for rows in (*one, *other) for row in rows["ballot_item"].values()}
    assert lengths == {NONCE + 7 + TAG}


@pytest.mark.rule("X-A2")
def test_after_the_close_both_databases_are_the_same_to_the_last_byte(two_alike: tuple[Database, Database]) -> None:
    ends = []
    for database, way in zip(two_alike, (ONE_WAY, OTHER_WAY), strict=True):
        voters, box_id, _ = after_each_vote(database, way)
        closed(database, box_id, voters)
        with database.writing() as session:
            where = box_of(database, box_id)[0].meeting_id or 0
            close_meeting(session, where, paper(session, now=VOTING), actor=voters.secretary, now=VOTING)
        ends.append(everything(database))
    one, other = (plain(end, "place", "written") for end in ends)
    assert one == other
    assert one["roll"] == {}
    assert {row["sealed"] for row in one["ballot_item"].values()} == {None}


@pytest.mark.rule("X-A2")
def test_every_vote_writes_the_same_rows_whoever_votes(database: Database) -> None:
    voters, box_id, seen = after_each_vote(database, ONE_WAY)
    columns = {"written", "place"} if not database.is_sqlite else set()
    for who, before, after in zip(voters.members, seen, seen[1:], strict=False):
        touched = changed(before, after)
        assert {table: sum(name == table for name, _ in touched) for table in WRITTEN} == WRITTEN
        assert sum(WRITTEN.values()) == len(touched)
        for (table, key), names in touched.items():
            own = {"voted", "token_hash"} if key == (box_id, who.account_id) else set()
            wanted = {"ballot_box": {"returned"}, "ballot_item": {"sealed"}, "roll": {"blur"} | own}[table]
            assert names - columns == wanted


@pytest.mark.rule("X-A2")
def test_the_database_keeps_no_order_of_rows_that_tells(database: Database) -> None:
    voters, box_id, seen = after_each_vote(database, ONE_WAY)
    for rows in seen[1:]:
        writers = {row["written"] for table in WRITTEN for row in rows[table].values()}
        assert len(writers) == 1
    if database.is_sqlite:
        places = [[row["place"] for row in rows["roll"].values()] for rows in seen]
        assert places == [list(range(1, 8))] * 8
        accounts = [key[1] for key in sorted(seen[0]["roll"], key=lambda key: seen[0]["roll"][key]["place"])]
        assert accounts == sorted(one.account_id or 0 for one in voters.members)
    assert {key[0] for key in seen[-1]["roll"]} == {box_id}


@pytest.mark.rule("X-A2")
def test_nothing_is_ever_sealed_twice_alike(database: Database) -> None:
    _, _, seen = after_each_vote(database, ONE_WAY)
    sealed = [row["sealed"] for rows in seen for row in rows["ballot_item"].values()]
    assert len(set(sealed)) == len(sealed) == 8 * 3
    assert len({one[:NONCE] for one in sealed}) == len(sealed)


def test_even_with_the_key_the_ballots_lie_sorted(two_alike: tuple[Database, Database]) -> None:
    opened_marks = []
    for database, way in zip(two_alike, (ONE_WAY, OTHER_WAY), strict=True):
        _, box_id, _ = after_each_vote(database, way)
        with database.reading() as session:
            items = items_in(session, box_id)
            places = [f"box:{item.box_id}/assessment:{item.assessment_id}" for item in items]
            marks = [KEY.open(item.sealed or b"", place) for item, place in zip(items, places, strict=True)]
        opened_marks.append(marks)
        assert all(list(one) == sorted(one) for one in marks)
    assert opened_marks[0] == opened_marks[1]


@pytest.mark.rule("X-A2")
def test_exports_between_votes_are_the_same_file(database: Database, tmp_path: Path) -> None:
    voters = deciding(database)
    box_id = opened(database, voters)
    exported = []
    for who, marks in zip(voters.members, ONE_WAY, strict=True):
        with database.reading() as session:
            write_history(session, voters.round_id, tmp_path / "history.jsonl")
        exported.append((tmp_path / "history.jsonl").read_bytes())
        vote(database, box_id, who, choices(voters, marks))
    assert len(set(exported)) == 1


@pytest.mark.rule("X-A2")
def test_two_backups_between_votes_differ_alike_whoever_chose_what(
    two_alike: tuple[Database, Database], tmp_path: Path
) -> None:
    ways = [backups(database, way, tmp_path) for database, way in zip(two_alike, (ONE_WAY, OTHER_WAY), strict=True)]
    one, other = ([difference(first, second) for first, second in pairwise(way)] for way in ways)
    assert one == other
    assert [len(lines) for lines in one] == [sum(WRITTEN.values())] * 7


def backups(database: Database, way: Way, folder: Path) -> list[list[str]]:
    """The lines of a backup before the first vote and after each."""
    voters = deciding(database)
    box_id = opened(database, voters)
    found = [lines_of(database, folder / "copy")]
    for who, marks in zip(voters.members, way, strict=True):
        vote(database, box_id, who, choices(voters, marks))
        found.append(lines_of(database, folder / "copy"))
    return found


def lines_of(database: Database, file: Path) -> list[str]:
    copy(database, file)
    if database.is_sqlite:
        with closing(sqlite3.connect(file)) as kept:
            return list(kept.iterdump())
    restore = Path(pg_dump()).with_name("pg_restore")
    shown = subprocess.run([restore, "--data-only", "-f", "-", file], capture_output=True, text=True, check=True)
    return [line for line in shown.stdout.splitlines() if not line.startswith(("\\", "--"))]


def difference(before: list[str], after: list[str]) -> list[str]:
    """The lines that are new, with what looks like chance left out."""
    return sorted(HEX.sub(lambda found: str(len(found.group())), line) for line in set(after) - set(before))


@pytest.mark.rule("X-A2")
def test_asking_for_a_token_writes_the_whole_roll(database: Database) -> None:
    voters = deciding(database)
    box_id = opened(database, voters)
    before = everything(database)
    token(database, box_id, voters.members[4])
    touched = changed(before, everything(database))
    assert {table for table, _ in touched} == {"roll"}
    assert len(touched) == 7


def test_a_token_is_nowhere_in_the_database(database: Database) -> None:
    voters = deciding(database)
    box_id = opened(database, voters)
    written = token(database, box_id, voters.members[4])
    assert written not in str(everything(database))
    assert len(written) == 43
