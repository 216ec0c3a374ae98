"""Paper ballots: printed, counted by two people apart, closed when both counts agree (X-A2, AMB-HT-7).

`actions.boxes.open_box` opens their box.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlmodel import Session

from actions.boxes import Held, close_box, demand_holder, demand_open, first_of, hold_box, record
from actions.meetings import demand_minutes
from models.meetings import BallotBox, BallotCount, counts_in
from scoring.majority import Outcome, Tally, differences, problems
from states.actor import Actor
from states.advance import Move, Moved, apply
from states.errors import NotAllowed, Refusal, Refused, refuse
from states.facts import Dossier
from states.hold import hold

COUNTERS = 2


class Count(NamedTuple):
    """What was counted of one dossier; `counts` by the codes of the options."""

    valid: int
    invalid: int
    counts: Mapping[str, int]


class Entry(NamedTuple):
    """What one person counted of a box: ballots issued and returned, and each dossier on them by its id."""

    issued: int
    returned: int
    of: Mapping[int, Count]


class Entered(NamedTuple):
    """What an entry came to: the box is closed with an outcome a dossier, waits, or two counts differ, in sentences."""

    closed: bool
    differences: tuple[str, ...] = ()
    outcomes: Mapping[int, Outcome] = {}


def enter(
    session: Session, box_id: int, entry: Entry, *, minutes_id: int | None = None, actor: Actor, now: datetime
) -> Entered:
    """Enter one's own count of a box, or correct it; the second that agrees with the first closes the box.

    When they differ both stay, and the answer says where: one of the two corrects his own, and what he had entered
    is kept beside the row of history. Refused with every reason when the count does not add up, when two others
    counted already, or when it would close the box and the minutes are not named.
    """
    held = hold_box(session, box_id, actor=actor, now=now)
    demand_holder(held.facts, held.box.name)
    account_id = _counter(actor)
    entries = {one.account_id: one for one in counts_in(session, box_id)}
    refusals = [*_not_here(held.box, entries, account_id), *_bad_entry(held, entry)]
    if refusals:
        raise Refused(refusals)
    minutes = _name_minutes(session, held.box, minutes_id)
    _put(session, held.box, entries.get(account_id), entry, account_id, actor, now)
    return _compare(session, box_id, minutes, actor, now)


class Paper(NamedTuple):
    """One dossier on a paper, as a comparison of counts names it."""

    id: int
    name: str
    labels: Mapping[str, str]


def differ(papers: Iterable[Paper], first: Entry, other: Entry) -> Iterator[str]:
    """Say where two counts of a paper differ."""
    yield from differences(_paper(first), _paper(other), {})
    for one in papers:
        left, right = (replace(_tally(0, entry, one.id), issued=0, returned=0) for entry in (first, other))
        yield from (f"«{one.name}»: {each}" for each in differences(left, right, one.labels))


def own_count(session: Session, box_id: int, account_id: int) -> Entry | None:
    """What somebody entered himself; nobody is shown another's count before his own is in."""
    found = session.get(BallotCount, (box_id, account_id))
    return None if found is None else _read(found)


def second(
    session: Session, assessment_ids: Iterable[int], minutes_id: int, *, actor: Actor, now: datetime
) -> list[Moved]:
    """Send dossiers without a majority into a second ballot, by the minutes of the first; all or none.

    There is no third: after a second ballot the chair reports to the superior (AMB-HT-7).
    """
    demand_minutes(session, minutes_id)
    held = [hold(session, one, actor=actor, now=now) for one in sorted(set(assessment_ids))]
    for facts in held:
        if any(facts.file.box(name) for name in facts.programme.boxes if first_of(facts, name)):
            why = "đã bỏ phiếu lần hai; người chủ trì báo cáo cấp trên trực tiếp"
            raise refuse("third", f"«{facts.name}»: {why}.")
    return [apply(session, facts, "second_ballot", actor, Move(minutes_id=minutes_id)) for facts in held]


def _counter(actor: Actor) -> int:
    if actor.account_id is None:
        raise NotAllowed("Kết quả kiểm phiếu do hai người có tài khoản riêng nhập.")
    return actor.account_id


def _not_here(box: BallotBox, entries: Mapping[int, BallotCount], account_id: int) -> Iterator[Refusal]:
    demand_open(box)
    if box.electronic:
        yield Refusal("electronic", "Hòm phiếu điện tử do phần mềm kiểm; không nhập kết quả bằng tay.")
    if account_id not in entries and len(entries) >= COUNTERS:
        yield Refusal("counters", "Đã có hai người nhập kết quả kiểm phiếu; chỉ hai người đó được sửa số của mình.")


def _bad_entry(held: Held, entry: Entry) -> Iterator[Refusal]:
    """What is wrong with the paper as a whole is said once, what is wrong with one dossier by its name."""
    names = {facts.id: facts.name for facts in held.facts}
    for one in sorted(names.keys() - entry.of.keys()):
        yield Refusal("missing", f"«{names[one]}»: chưa nhập kết quả kiểm phiếu.")
    for one in sorted(entry.of.keys() - names.keys()):
        yield Refusal("foreign", f"Hồ sơ số {one} không có trên phiếu này.")
    tallies = {one: _tally(held.box.summoned, entry, one) for one in names.keys() & entry.of.keys()}
    found = {one: problems(tally, held.labels(one)) for one, tally in sorted(tallies.items())}
    shared = [
        sentence for sentence in next(iter(found.values()), ()) if all(sentence in each for each in found.values())
    ]
    yield from (Refusal("tally", sentence) for sentence in shared)
    for one, sentences in found.items():
        yield from (Refusal("tally", f"«{names[one]}»: {each}") for each in sentences if each not in shared)


def _tally(summoned: int, entry: Entry, assessment_id: int) -> Tally:
    valid, invalid, counts = entry.of[assessment_id]
    return Tally(
        summoned=summoned, issued=entry.issued, returned=entry.returned, valid=valid, invalid=invalid, counts=counts
    )


def _name_minutes(session: Session, box: BallotBox, minutes_id: int | None) -> int | None:
    """The minutes of the box; either of the two names them."""
    if minutes_id is not None:
        demand_minutes(session, minutes_id)
        box.minutes_document_id = minutes_id
        session.flush()
    return box.minutes_document_id


def _put(
    session: Session,
    box: BallotBox,
    before: BallotCount | None,
    entry: Entry,
    account_id: int,
    actor: Actor,
    now: datetime,
) -> None:
    round_id, what, body = box.round_id, {"box": box.id}, _write(entry)
    if before is None:
        session.add(BallotCount(box_id=box.id, account_id=account_id, entered_at=now, body=body))
        session.flush()
        record(session, round_id, "enter_count", what, actor=actor, now=now)
    elif before.body != body:
        old, before.body = json.loads(before.body), body
        session.flush()
        record(session, round_id, "correct_count", what, content=old, actor=actor, now=now)


def _compare(session: Session, box_id: int, minutes_id: int | None, actor: Actor, now: datetime) -> Entered:
    entries = [_read(one) for one in counts_in(session, box_id)]
    if len(entries) < COUNTERS:
        return Entered(closed=False)
    held = hold_box(session, box_id, actor=actor, now=now)
    papers = [Paper(facts.id, facts.name, held.labels(facts.id)) for facts in held.facts]
    differing = tuple(differ(papers, *entries))
    if differing:
        return Entered(closed=False, differences=differing)
    if minutes_id is None:
        raise refuse("needs_minutes", "Hai người nhập khớp nhau; phải nêu biên bản kiểm phiếu để đóng hòm phiếu.")
    tallies = {facts.id: _whole(held, facts, entries[0]) for facts in held.facts}
    outcomes = close_box(session, held, tallies, minutes_id=minutes_id, actor=actor, now=now)
    return Entered(closed=True, outcomes=outcomes)


def _whole(held: Held, facts: Dossier, entry: Entry) -> Tally:
    """The tally with every option that was offered, in order."""
    tally = _tally(held.box.summoned, entry, facts.id)
    return replace(tally, counts={code: tally.counts.get(code, 0) for code in held.offered[facts.id]})


def _paper(entry: Entry) -> Tally:
    """What is counted of the paper as a whole."""
    return Tally(summoned=0, issued=entry.issued, returned=entry.returned, valid=0, invalid=0, counts={})


def _write(entry: Entry) -> str:
    of = {str(one): count._asdict() | {"counts": dict(count.counts)} for one, count in sorted(entry.of.items())}
    return json.dumps({"issued": entry.issued, "returned": entry.returned, "of": of}, sort_keys=True)


def _read(entered: BallotCount) -> Entry:
    found: dict[str, Any] = json.loads(entered.body)
    of = {int(one): Count(**count) for one, count in found["of"].items()}
    return Entry(found["issued"], found["returned"], of)
