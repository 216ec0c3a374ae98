"""What must hold of a database after every step, whatever the step was."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final, NamedTuple

from sqlmodel import Session

from config.load import load_programme, programme_from_document
from config.programme import Programme
from config.sheet import Entry
from models.types import from_scaled
from scoring import marks as scoring
from states.history import verify_seal
from tests.faults.whole import Tables, demand_whole, dump

Row = Mapping[str, Any]
WORKFLOW: Final = load_programme("dan-chu-co-so").workflow
MACHINES: Final = {"assessment": WORKFLOW.assessment, "round": WORKFLOW.round}
FILLING: Final = {"assigned", "self_assessing", "revising"}
DECIDED: Final = {"decided", "announced", "reported"}
GONE: Final = {"removed", "cancelled"}
OPENS: Final = {"reopen", "correct", "correct_sheet"}


class Act(NamedTuple):
    """One row of a dossier's or round's history."""

    entity: str
    seq: int
    name: str
    at: int
    what: Row


class Look:
    """Everything in a database at one moment."""

    def __init__(self, tables: Tables) -> None:
        self.tables = tables

    @cached_property
    def dossiers(self) -> dict[int, dict[str, Any]]:
        return {row["id"]: row for row in self.tables["assessment"]}

    @cached_property
    def rounds(self) -> dict[int, dict[str, Any]]:
        return {row["id"]: row for row in self.tables["round"]}

    @cached_property
    def acts(self) -> list[Act]:
        return [
            Act(row["entity"], row["seq"], row["act"], row["at"], json.loads(row["body"])["what"])
            for row in self.tables["history"]
        ]

    def chain(self, assessment_id: int) -> list[Act]:
        return [act for act in self.acts if act.entity == f"assessment:{assessment_id}"]

    @cached_property
    def _marks(self) -> dict[tuple[int, str], dict[str, Row]]:
        found: dict[tuple[int, str], dict[str, Row]] = {}
        for row in self.tables["mark"]:
            found.setdefault((row["assessment_id"], row["copy_name"]), {})[row["criterion"]] = row
        return found

    def marks(self, assessment_id: int, copy: str) -> dict[str, Row]:
        return self._marks.get((assessment_id, copy), {})

    def programme_of(self, round_id: int) -> Programme:
        pinned = self.rounds[round_id]["programme_version_id"]
        return _programme(next(row["document"] for row in self.tables["programme_version"] if row["id"] == pinned))


_PROGRAMMES: dict[str, Programme] = {}


def _programme(document: str) -> Programme:
    if document not in _PROGRAMMES:
        _PROGRAMMES[document] = programme_from_document(document)
    return _PROGRAMMES[document]


def look(session: Session) -> Look:
    """All of it, after asking whether it is whole and every seal still holds."""
    demand_whole(session)
    found = Look(dump(session))
    assert [verify_seal(session, seal["root"]) for seal in found.tables["seal"]] == [()] * len(found.tables["seal"])
    return found


def demand_edges(now: Look) -> None:
    """Every step that the history tells is an edge of the declared graph, and follows on the one before."""
    states: dict[str, str] = {}
    for act in now.acts:
        if "to" not in act.what or act.name == "correct_sheet":
            continue
        machine = MACHINES[act.entity.partition(":")[0]]
        before, after = act.what.get("from", machine.start), act.what["to"]
        assert states.get(act.entity, machine.start) == before, act
        is_birth = act.seq == 1 and act.name == "assigned" and after == machine.start
        assert is_birth or any(step.target == after for step in machine.steps(act.name, before)), act
        states[act.entity] = after


def demand_instants(now: Look) -> None:
    """Instants in a chain never decrease."""
    for one, other in zip(now.acts, now.acts[1:], strict=False):
        assert one.entity != other.entity or one.at <= other.at, (one, other)


def demand_counters(now: Look) -> None:
    for key, row in now.dossiers.items():
        leaves = now.programme_of(row["round_id"]).sheet_for(row["kind"]).leaves()
        open_ones = [one for one in now.tables["explanation_request"] if one["assessment_id"] == key]
        counted = {
            "leaves": row["leaves"] if row["state"] in GONE else len(leaves),
            "scored": len(now.marks(key, "draft")),
            "appraised": len(now.marks(key, "appraised")),
            "unreasoned": len(list(_unreasoned(now, key))),
            "asked": sum(one["status"] == "open" for one in open_ones),
        }
        assert {name: row[name] for name in counted} == counted, key


def _unreasoned(now: Look, key: int) -> Iterator[str]:
    own = now.marks(key, "self")
    for code, mark in now.marks(key, "appraised").items():
        unit = own.get(code, {"points": 0, "entry": mark["entry"]})
        if not mark["note"] and (mark["points"], mark["entry"]) != (unit["points"], unit["entry"]):
            yield code


def demand_totals(now: Look) -> None:
    """A zeroed dossier has 0; whoever submitted has the sum of what was submitted."""
    for key, row in now.dossiers.items():
        own = now.marks(key, "self")
        assert bool(own) == (row["submitted_at"] is not None)
        if row["zeroed"]:
            assert (row["self_total"], own) == (0, {})
        elif own:
            assert from_scaled(row["self_total"]) == sum(from_scaled(mark["points"]) for mark in own.values())


def demand_worth(now: Look) -> None:
    """Every drafted mark is what its entry is worth on the sheet."""
    for key, row in now.dossiers.items():
        if row["state"] in GONE:
            continue
        sheet = now.programme_of(row["round_id"]).sheet_for(row["kind"])
        for code, mark in now.marks(key, "draft").items():
            entry = Entry.model_validate_json(mark["entry"])
            assert scoring.check(sheet.leaf(code), entry, sheet) is None
            assert from_scaled(mark["points"]) == scoring.points(sheet.leaf(code), entry, sheet)


def demand_decisions(now: Look) -> None:
    """Who is decided stands on one decision in force that says so; who is announced, on one with its number."""
    decisions = {row["id"]: row for row in now.tables["decision"]}
    items = {(row["decision_id"], row["assessment_id"]): row for row in now.tables["decision_item"]}
    numbered = {row["id"] for row in now.tables["document"] if row["number"] and row["file_hash"]}
    for key, row in now.dossiers.items():
        if row["state"] not in DECIDED:
            continue
        decision, item = decisions[row["decision_id"]], items[row["decision_id"], key]
        assert decision["annulled_at"] is None
        assert (item["total"], item["level"]) == (f"{from_scaled(row['decided_total']):.4f}", row["level"])
        assert row["state"] == "decided" or decision["document_id"] in numbered


def demand_only_added(before: Look, now: Look) -> None:
    """What is history stays: its rows, its payloads, the seals, what decisions said, mails."""
    for name in ("history", "history_payload", "seal", "decision_item", "explanation_item"):
        kept = [{**row, "answer": None, "answered_at": None} for row in now.tables[name]]
        for row in before.tables[name]:
            assert {**row, "answer": None, "answered_at": None} in kept
    assert {row["id"] for row in before.tables["outbox"]} <= {row["id"] for row in now.tables["outbox"]}


def demand_closed(before: Look, now: Look) -> None:
    """Self marks change by submitting alone, and that only while the dossier was open.

    After the closing, and after a lock whatever the clock says since, a unit's copies stay as they were.
    """
    for key, row in before.dossiers.items():
        new = now.chain(key)[len(before.chain(key)) :]
        submits = [act for act in new if act.name == "submit"]
        assert now.marks(key, "self") == before.marks(key, "self") or submits
        assert all(act.at < row["closes_at"] for act in submits)
        if is_closed(before, key) and not OPENS & {act.name for act in new}:
            assert now.marks(key, "draft") == before.marks(key, "draft")
            assert not submits
            assert now.dossiers[key]["state"] not in FILLING or now.dossiers[key]["state"] == row["state"]


def is_closed(now: Look, key: int) -> bool:
    """Whether the last act that closed or opened a dossier was a lock."""
    turns = [act.name for act in now.chain(key) if act.name in OPENS | {"lock"}]
    return turns[-1:] == ["lock"]


def demand_ended(before: Look, now: Look) -> None:
    """Who is out of the round stays out, and a question that has ended stays as it ended."""
    for key, row in before.dossiers.items():
        if row["state"] in GONE:
            assert now.dossiers[key]["state"] == row["state"]
    ended = [row for row in before.tables["explanation_request"] if row["status"] != "open"]
    assert [row for row in ended if row not in now.tables["explanation_request"]] == []


EVER: Final[Sequence[Callable[[Look], None]]] = (
    demand_edges,
    demand_instants,
    demand_counters,
    demand_totals,
    demand_worth,
    demand_decisions,
)
BETWEEN: Final[Sequence[Callable[[Look, Look], None]]] = (demand_only_added, demand_closed, demand_ended)
