"""docs/history-format.md is enough to check a history: done here by a program in another language."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from models.db import Database
from models.types import EPOCH, GENESIS
from states.chain import Link, canonical, follow
from states.history import seal
from tests.actions.world import launched, submitted
from tests.danhgia.conftest import Shell

CHECKER = Path(__file__).with_name("history-format.pl")
Lines = list[dict[str, Any]]
Tampering = Callable[[Lines, Lines], None]

keys = st.text(st.characters(min_codepoint=32, max_codepoint=126))
scalars = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(codec="utf-8"))
values = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(keys, inner), max_leaves=20)


@given(values)
def test_bodies_are_canonical_json(value: Any) -> None:  # noqa: ANN401  any JSON value
    assert canonical(value).encode() == rfc8785.dumps(value)


@given(st.dictionaries(keys, values), st.text(st.characters(codec="utf-8")), st.none() | st.integers(1, 10**9))
def test_a_whole_row_is_canonical_json(what: dict[str, Any], actor: str, round_id: int | None) -> None:
    link = Link("assessment:7", round_id, 4, GENESIS, EPOCH)
    body = follow(link, "submit", what, actor=actor, now=EPOCH).body
    assert body.encode() == rfc8785.dumps(json.loads(body))


def checked(directory: Path, *seal_codes: str) -> tuple[int, str]:
    perl = shutil.which("perl")
    assert perl, "install Debian's package 'perl': the history is checked in another language"
    files = (directory / "h.jsonl", directory / "h.seals.jsonl")
    done = subprocess.run([perl, CHECKER, *files, *seal_codes], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


def read(path: Path) -> Lines:
    return [json.loads(line) for line in path.read_text().splitlines()]


def write(path: Path, lines: Lines) -> None:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def flip_a_byte(rows: Lines, _: Lines) -> None:
    rows[1]["body"] = rows[1]["body"].replace("start_self", "start_selg")


def leave_a_row_out(rows: Lines, _: Lines) -> None:
    del rows[1]


def swap_two_chains(rows: Lines, _: Lines) -> None:
    for row in rows:
        row["entity"] = {"assessment:2": "assessment:3", "assessment:3": "assessment:2"}.get(
            row["entity"], row["entity"]
        )


def cut_the_tail(rows: Lines, _: Lines) -> None:
    del rows[2]


def delete_a_chain(rows: Lines, _: Lines) -> None:
    del rows[:3]


def forge_a_leaf(_: Lines, seals: Lines) -> None:
    seals[0]["leaves"][0][2] = "ab" * 32


def lose_the_seal(_: Lines, seals: Lines) -> None:
    seals.clear()


def test_an_export_is_checked_in_another_language(rehearsal: Shell, database: Database) -> None:
    world = launched(database)
    submitted(database, world)
    with database.writing() as session:
        outside = seal(session, world.round_id, "draft", now=world.launched_at).root
    submitted(database, world, 1)
    assert rehearsal("audit", "export", world.round_id, "--out", "h.jsonl").code == 0
    home = rehearsal.directory
    assert checked(home) == checked(home, outside) == (0, "")
    rows, seals = (home / "h.jsonl").read_bytes(), (home / "h.seals.jsonl").read_bytes()
    for tamper, said in EXPECTED:
        changed = read(home / "h.jsonl"), read(home / "h.seals.jsonl")
        tamper(*changed)
        write(home / "h.jsonl", changed[0])
        write(home / "h.seals.jsonl", changed[1])
        assert (tamper.__name__, *checked(home, outside)) == (tamper.__name__, 1, f"{said}\n")
        (home / "h.jsonl").write_bytes(rows)
        (home / "h.seals.jsonl").write_bytes(seals)


EXPECTED: tuple[tuple[Tampering, str], ...] = (
    (flip_a_byte, "assessment:1, row 2: body and hash disagree"),
    (leave_a_row_out, "assessment:1, row 3: a row is missing"),
    (swap_two_chains, "assessment:3, row 1: belongs elsewhere"),
    (cut_the_tail, "assessment:1, row 3: sealed row is gone or rewritten"),
    (delete_a_chain, "assessment:1, row 3: sealed row is gone or rewritten"),
    (forge_a_leaf, "the leaves do not give this seal"),
    (lose_the_seal, "no such seal"),
)
