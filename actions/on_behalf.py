"""A cell enters what its meeting found of its members, in one table by its minutes (HT-6.4, issue 3 item 6)."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session

from actions import marks, statements
from actions.marks import Filled
from actions.self_assess import sheet_of
from actions.statements import Checked, demand_document
from config.sheet import BLANK, Degree, Entry, Kind, Sheet
from models.db import run
from scoring.marks import is_scored
from states.actor import Actor
from states.advance import Move, apply
from states.errors import NotAllowed, Refusal, Refused, refuse
from states.facts import Dossier
from states.hold import hold, share_round
from states.machine import choose
from states.permits import VERBS

TRIGGER = "enter_result"
OF_CELL = (
    "SELECT a.id FROM assessment a JOIN subject s ON s.id = a.subject_id WHERE a.round_id = :round AND "
    "(s.parent_id = :cell OR EXISTS (SELECT 1 FROM subject_link l WHERE l.subject_id = s.id AND l.link = 'member_of' "
    "AND l.other_id = :cell)) ORDER BY a.id"
)


class Entered(NamedTuple):
    """One line of the table: degrees by criterion or one for all, the level the member proposes, what is stated.

    A degree of None says that the criterion does not apply; one for all leaves out what is optional (*nếu có*).
    """

    assessment_id: int
    degrees: Mapping[str, Degree | None] | Degree
    level: str
    statements: Mapping[str, str | None] = {}


class _Line(NamedTuple):
    facts: Dossier
    row: Entered
    filled: Mapping[str, Filled]
    scored: int
    stated: Checked


def members(session: Session, cell_subject_id: int, round_id: int) -> list[int]:
    """The dossiers of a cell's members in a round, by id: those under it and those that belong to it."""
    found = run(session, OF_CELL, {"cell": cell_subject_id, "round": round_id}).fetchall()
    return [row[0] for row in found]


def enter_results(
    session: Session,
    cell_subject_id: int,
    round_id: int,
    rows: Sequence[Entered],
    minutes_document: int | None,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Enter the results of a cell's members: each is then reviewed and rates itself as the minutes say.

    All or none. Refused with everything that is wrong with any line, naming the member. What a member has drafted
    gives way to the degrees of the table; statements that need two keys still need the second one.
    """
    share_round(session, round_id)
    if not rows:
        raise refuse("rows", "Bảng chưa có đảng viên nào.")
    demand_document(session, minutes_document)
    own = set(members(session, cell_subject_id, round_id))
    given = {row.assessment_id: row for row in rows}
    held = [hold(session, key, actor=actor, now=now) for key in sorted(given)]
    if any(facts.relations.isdisjoint(VERBS["enter"]) for facts in held):
        raise NotAllowed
    lines = [_line(session, facts, given[facts.id], minutes_document) for facts in held]
    refusals = [*_twice(rows, held), *(refusal for one in lines for refusal in _wrong(one, own, minutes_document))]
    if refusals:
        raise Refused(refusals)
    for one in lines:
        _enter(session, one, cell_subject_id, minutes_document, actor, now)


def _line(session: Session, facts: Dossier, row: Entered, document: int | None) -> _Line:
    sheet = sheet_of(facts)
    filled = {code: Filled(_entry(degree)) for code, degree in _degrees(sheet, row.degrees).items()}
    entries = marks.entries(session, facts.id, "draft") | {code: one.entry or BLANK for code, one in filled.items()}
    scored = sum(is_scored(leaf, entries.get(leaf.code, BLANK)) for leaf in sheet.leaves())
    return _Line(facts, row, filled, scored, statements.check(session, facts, row.statements, document))


def _entry(degree: Degree | None) -> Entry:
    return Entry(not_applicable=True) if degree is None else Entry(degree=degree)


def _degrees(sheet: Sheet, given: Mapping[str, Degree | None] | Degree) -> Mapping[str, Degree | None]:
    if isinstance(given, Degree):
        return {leaf.code: None if leaf.optional else given for leaf in sheet.leaves() if leaf.kind == Kind.DEGREE}
    return given


def _twice(rows: Sequence[Entered], held: Sequence[Dossier]) -> Iterator[Refusal]:
    keys = [row.assessment_id for row in rows]
    for facts in held:
        if keys.count(facts.id) > 1:
            yield Refusal("twice", f"«{facts.name}»: có nhiều dòng trong bảng.")


def _wrong(one: _Line, own: Collection[int], minutes: int | None) -> Iterator[Refusal]:
    for rule, sentence in _reasons(one, own, minutes):
        yield Refusal(rule, f"«{one.facts.name}»: {sentence}")


def _reasons(one: _Line, own: Collection[int], minutes: int | None) -> Iterator[Refusal]:
    facts, levels = one.facts, one.facts.programme.level_labels
    if facts.id not in own:
        yield Refusal("member", "không thuộc chi bộ này.")
    if one.row.level not in levels:
        yield Refusal("level", f"phải ghi mức tự xếp loại, là một trong các mức: {'; '.join(levels.values())}.")
    yield from _caught(lambda: marks.check_all(sheet_of(facts), one.filled))
    yield from one.stated.refusals
    if not any(step.do == TRIGGER for step in facts.programme.workflow.assessment.only_for(facts.kind).transitions):
        label = facts.programme.subject_kinds[facts.kind].label
        yield Refusal("kind", f"chi bộ không ghi kết quả thay cho «{label}».")
        return
    given = Move(minutes_id=minutes).given()
    yield from _caught(lambda: choose(replace(facts, scored=one.scored), TRIGGER, given))


def _caught(ask: Callable[[], object]) -> tuple[Refusal, ...]:
    try:
        ask()
    except Refused as refused:
        return refused.refusals
    return ()


def _enter(
    session: Session, one: _Line, cell_subject_id: int, minutes: int | None, actor: Actor, now: datetime
) -> None:
    facts, key = one.facts, one.facts.id
    marks.put(session, sheet_of(facts), key, "draft", one.filled, actor=actor, now=now)
    run(session, "UPDATE assessment SET scored = :scored WHERE id = :id", {"scored": one.scored, "id": key})
    marks.take_over(session, key, "draft", "self")
    statements.put(session, facts, one.stated.values, minutes, actor=actor)
    payload = {"marks": marks.snapshot(session, key, "self"), "level": one.row.level}
    columns = {"reviewed_at": now, "proposed_level": one.row.level, "self_total": None}
    move = Move(minutes_id=minutes, columns=columns, what={"cell": cell_subject_id}, payload=payload)
    apply(session, hold(session, key, actor=actor, now=now), TRIGGER, actor, move)
