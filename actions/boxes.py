"""What paper and electronic ballot boxes share: where one may be opened, what is offered, how it is closed.

Opening and closing stand on the round's chain, the public figures of a closed box on each dossier's too; nothing ever
tells who voted what (X-A2, HT-6.1 to HT-6.3).
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlmodel import Session, col, delete

from actions.assign import NO_REASON, of_round
from config.ballots import Box
from config.graph import Transition
from config.programme import Programme
from config.vocabulary import Box as Named
from config.vocabulary import Child, Parameters, Relation
from models.assessments import Assessment
from models.meetings import (
    Attendance,
    BallotBox,
    BallotCount,
    BallotItem,
    Meeting,
    Roll,
    agenda_of,
    attendance_of,
    boxes_of,
    items_in,
    lock_box,
)
from models.rounds import Round
from scoring.majority import Outcome, Tally, has_quorum, outcome
from states import history
from states.actor import Actor
from states.errors import NotAllowed, Refusal, Refused, Unknown, refuse
from states.facts import Dossier
from states.hold import hold, hold_round
from states.permits import VERBS
from states.procedure import within_cap

HOLDERS = frozenset(VERBS["meet"])
UNIT = frozenset(VERBS["draft"])


class Held(NamedTuple):
    """A ballot box that is locked, with its programme, its dossiers and what is offered of each, by id."""

    box: BallotBox
    programme: Programme
    facts: tuple[Dossier, ...]
    offered: Mapping[int, tuple[str, ...]]

    @property
    def spec(self) -> Box:
        """The box as the programme defines it."""
        return self.programme.boxes[self.box.name]

    def labels(self, assessment_id: int) -> dict[str, str]:
        """The labels of what is offered of a dossier, by code."""
        known = self.spec.options_among(self.programme.level_labels)
        return {code: known[code] for code in self.offered[assessment_id]}


def open_box(
    session: Session,
    name: str,
    assessment_ids: Iterable[int],
    *,
    meeting_id: int | None = None,
    summoned: int | None = None,
    electronic: bool = False,
    actor: Actor,
    now: datetime,
) -> int:
    """Open one ballot paper over dossiers, in a meeting or, for a poll, among `summoned` voters; returns its id.

    Refused with every reason: a dossier that has not come to this ballot or has had it, one that is not on the
    meeting's agenda, no voters, a meeting without quorum; a ballot that decides (HT-6.1 to HT-6.3) outside a meeting
    of the deciding body. `electronic` is for `actions.voting`, which asks for the
    quorum at each vote. A head is not offered what is above the bodies he heads (HT-11.14), a second ballot
    offers the two highest of the first (AMB-HT-7).
    """
    held = _hold_dossiers(session, assessment_ids, actor, now)
    programme = held[0].programme
    if name not in programme.boxes:
        raise Unknown(f"hòm phiếu «{name}» trong chương trình")
    demand_holder(held, name)
    people = attendance_of(session, meeting_id) if meeting_id is not None else []
    voters = summoned or 0 if meeting_id is None else len(people)
    refusals = [
        *_bad_meeting(session, meeting_id, held, name),
        *_not_this_year(session, held[0], name),
        *(refusal for facts in held for refusal in _not_now(session, facts, name)),
        *([] if voters > 0 else [Refusal("summoned", "Phải ghi số người được bỏ phiếu, ít nhất một người.")]),
    ]
    if not refusals and people and not electronic:
        refusals += lacks_quorum(programme.boxes[name], people)
    if refusals:
        raise Refused(refusals)
    box = BallotBox(
        round_id=held[0].round_id,
        meeting_id=meeting_id,
        name=name,
        electronic=electronic,
        options="[]",
        summoned=voters,
        opened_at=max(now, *(facts.chain_at for facts in held)),
    )
    known = programme.boxes[name].options_among(programme.level_labels)
    _put_items(session, box, known, {facts.id: _offered(session, programme, facts, name) for facts in held})
    box_id, ids = box.id, [facts.id for facts in held]
    what = {"box": box_id, "name": name, "meeting": meeting_id, "dossiers": ids, "summoned": voters}
    record(session, held[0].round_id, "open_ballot", what | {"electronic": electronic}, actor=actor, now=now)
    return box_id


def hold_box(session: Session, box_id: int, *, actor: Actor, now: datetime) -> Held:
    """Lock a box after its round and its dossiers; Unknown when there is none."""
    found = session.get(BallotBox, box_id)
    if found is None:
        raise Unknown(f"hòm phiếu số {box_id}")
    round_facts = hold_round(session, found.round_id, actor=actor, now=now)
    items = items_in(session, box_id)
    facts = tuple(hold(session, item.assessment_id, actor=actor, now=now) for item in items)
    box = lock_box(session, box_id)
    if box is None:
        raise Unknown(f"hòm phiếu số {box_id}")
    return Held(box, round_facts.programme, facts, {item.assessment_id: offered(box, item) for item in items})


def offered(box: BallotBox, item: BallotItem) -> tuple[str, ...]:
    """The codes that may be marked for a dossier of a box, in order."""
    return tuple(json.loads(item.options or box.options))


def close_box(
    session: Session, held: Held, tallies: Mapping[int, Tally], *, minutes_id: int | None, actor: Actor, now: datetime
) -> dict[int, Outcome]:
    """Close a box with its tallies by dossier, and record them; what each came to."""
    box, first = held.box, next(iter(tallies.values()))
    box.status, box.closed_at, box.minutes_document_id = "closed", now, minutes_id
    box.issued, box.returned = first.issued, first.returned
    found = {facts.id: _outcome(held, facts, tallies[facts.id]) for facts in held.facts}
    for item in items_in(session, box.id):
        _put_tally(item, tallies[item.assessment_id], found[item.assessment_id])
    session.flush()
    about = {"box": box.id, "name": box.name, "meeting": box.meeting_id, "minutes": minutes_id}
    count = {"summoned": first.summoned, "issued": first.issued, "returned": first.returned}
    ids = [facts.id for facts in held.facts]
    record(session, box.round_id, "ballot_closed", about | count | {"dossiers": ids}, actor=actor, now=now)
    for facts in held.facts:
        own = {**_figures(tallies[facts.id]), "winner": found[facts.id].winner}
        history.record(session, facts.link, "ballot_closed", about | own, actor=actor, now=now)
    return found


def cancel_box(session: Session, box_id: int, reason: str, *, actor: Actor, now: datetime) -> None:
    """Take an open box away with everything in it, for a reason; only the round's chain tells of it."""
    held = hold_box(session, box_id, actor=actor, now=now)
    demand_holder(held.facts, held.box.name)
    demand_open(held.box)
    if not reason.strip():
        raise Refused([NO_REASON])
    round_id = held.box.round_id
    for table in (Roll, BallotCount, BallotItem):
        session.exec(delete(table).where(col(table.box_id) == box_id))
    session.delete(held.box)
    session.flush()
    what = {"box": box_id, "name": held.box.name, "reason": reason.strip()}
    record(session, round_id, "cancel_ballot", what, actor=actor, now=now)


def demand_holder(held: Iterable[Dossier], name: str) -> None:
    """NotAllowed unless the actor may hold a box over these dossiers: who holds meetings, of its own unit the unit."""
    for facts in held:
        opened_by = {relation for step in openers(facts, name) for relation in step.by}
        if facts.relations.isdisjoint(HOLDERS | UNIT if Relation.HEAD in opened_by else HOLDERS):
            raise NotAllowed


def lacks_quorum(spec: Box, people: Sequence[Attendance]) -> list[Refusal]:
    """One refusal while too few of those summoned are present."""
    present = sum(one.present for one in people)
    if has_quorum(present, len(people), spec):
        return []
    needed = f"cần ít nhất {spec.quorum.numerator}/{spec.quorum.denominator} số người được triệu tập"
    return [Refusal("quorum", f"Mới có {present}/{len(people)} người có mặt, {needed}; chưa bỏ phiếu được.")]


def demand_open(box: BallotBox) -> None:
    """Refused once a box is closed."""
    if box.status != "open":
        raise refuse("closed", f"Hòm phiếu số {box.id} đã đóng và kiểm phiếu xong; không nhận thêm phiếu.")


def record(
    session: Session,
    round_id: int,
    act: str,
    what: Mapping[str, Any],
    *,
    content: object = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Append an act to the round's chain; `content` is kept beside it by its salted hash."""
    facts = hold_round(session, round_id, actor=actor, now=now)
    said = dict(what)
    if content is not None:
        said["payload"] = history.keep_payload(session, facts.entity, facts.seq + 1, content)
    history.record(session, facts.link, act, said, actor=actor, now=now)


def openers(facts: Dossier, name: str) -> list[Transition]:
    """The steps of the workflow that open a box for a dossier of this kind."""
    return _opening(facts.programme, facts.kind, name)


def _opening(programme: Programme, kind: str, name: str) -> list[Transition]:
    steps = programme.workflow.assessment.transitions
    own = [step for step in steps if not step.kinds or kind in step.kinds]
    return [step for step in own if any((one.child, one.name) == (Child.BALLOT, name) for one in step.opens)]


def first_of(facts: Dossier, name: str) -> str | None:
    """The box whose ballot a box repeats for want of a majority; None for a first ballot (AMB-HT-7)."""
    return repeats(facts.programme, facts.kind, name)


def repeats(programme: Programme, kind: str, name: str) -> str | None:
    """The same of a kind of subject, whatever its dossier."""
    calls = [call for step in _opening(programme, kind, name) for call in step.guards if call.negated]
    boxes = [call.parameters.box for call in calls if isinstance(call.parameters, Named)]
    return next(iter(boxes), None)


def _hold_dossiers(session: Session, assessment_ids: Iterable[int], actor: Actor, now: datetime) -> tuple[Dossier, ...]:
    """The dossiers of a paper in the order of their ids, all of one round, which is locked first."""
    ids = sorted(set(assessment_ids))
    if not ids:
        raise refuse("dossiers", "Phiếu phải có ít nhất một hồ sơ.")
    found = session.get(Assessment, ids[0])
    if found is None:
        raise Unknown(f"hồ sơ số {ids[0]}")
    round_id = found.round_id
    hold_round(session, round_id, actor=actor, now=now)
    return tuple(of_round(hold(session, one, actor=actor, now=now), round_id) for one in ids)


def _bad_meeting(session: Session, meeting_id: int | None, held: Sequence[Dossier], name: str) -> Iterator[Refusal]:
    decides = _decides(held[0].programme, name)
    if meeting_id is None:
        if decides:
            label = held[0].programme.boxes[name].label
            yield Refusal("meeting", f"«{label}» chỉ bỏ tại phiên họp của cấp có thẩm quyền quyết định.")
        return
    meeting = session.get(Meeting, meeting_id)
    if meeting is None:
        raise Unknown(f"phiên họp số {meeting_id}")
    if meeting.status != "open":
        yield Refusal("meeting", f"Phiên họp «{meeting.title}» không đang diễn ra nên chưa bỏ phiếu được.")
    agenda = set(agenda_of(session, meeting_id))
    for facts in held:
        if facts.id not in agenda:
            yield Refusal("agenda", f"«{facts.name}»: hồ sơ không có trong chương trình phiên họp.")
        if decides and meeting.body != facts.body:
            yield Refusal("body", f"«{facts.name}»: phiên họp này không phải của cấp có thẩm quyền quyết định hồ sơ.")


def _decides(programme: Programme, name: str) -> bool:
    """Whether a majority of this box gives dossiers their level."""
    calls = (call for step in programme.workflow.assessment.transitions for call in step.guards if not call.negated)
    asked = (call.parameters for call in calls if call.name == "ballot_majority")
    return any(isinstance(one, Named) and one.box == name for one in asked)


def _not_this_year(session: Session, facts: Dossier, name: str) -> Iterator[Refusal]:
    """A poll is held in its years only (AMB-HT-11)."""
    programme, year = facts.programme, session.get_one(Round, facts.round_id).year
    if name in programme.polls and name not in programme.polls_of(year):
        yield Refusal("poll", f"Năm {year} không tổ chức «{programme.boxes[name].label}».")


def _not_now(session: Session, facts: Dossier, name: str) -> Iterator[Refusal]:
    """Why a dossier may not have this box now: it has not come to it, has it already, or has nothing to choose."""
    box = facts.programme.boxes[name]
    steps = [step for step in openers(facts, name) if step.target == facts.state]
    pulled = [at for step in steps if (at := facts.file.last(step.do)) is not None]
    known = [one for one, _ in boxes_of(session, facts.id) if one.name == name]
    if not pulled:
        label = facts.programme.workflow.assessment.states[facts.state].label
        why = f"hồ sơ đang ở trạng thái «{label}» nên không bỏ phiếu «{box.label}» được"
        yield Refusal("state", f"«{facts.name}»: {why}.")
    elif any(one.status == "open" for one in known):
        yield Refusal("twice", f"«{facts.name}»: hòm phiếu «{box.label}» đang mở, chưa kiểm phiếu xong.")
    elif any(one.opened_at >= max(pulled) for one in known):
        yield Refusal("twice", f"«{facts.name}»: đã bỏ phiếu «{box.label}» rồi.")
    elif not _offered(session, facts.programme, facts, name):
        why = "không còn lựa chọn nào để bỏ phiếu; người chủ trì báo cáo cấp trên trực tiếp"
        yield Refusal("options", f"«{facts.name}»: {why}.")


def _offered(session: Session, programme: Programme, facts: Dossier, name: str) -> tuple[str, ...]:
    """What a box offers of a dossier; where the cap has come to bar both of the two highest, all below it."""
    spec = programme.boxes[name]
    first = first_of(facts, name)
    known = tuple(spec.options_among(programme.level_labels))
    codes = known if first is None else _highest(session, programme, facts, first)
    if spec.options or not codes or not _is_capped(facts, name):
        return codes
    return _within_cap(facts, codes) or _within_cap(facts, known)


def _highest(session: Session, programme: Programme, facts: Dossier, name: str) -> tuple[str, ...]:
    """What the last closed ballot of that name sends into a second one."""
    closed = [(box, item) for box, item in boxes_of(session, facts.id) if box.name == name and box.status == "closed"]
    if not closed:
        return ()
    box, item = closed[-1]
    spec = programme.boxes[name]
    known = spec.options_among(programme.level_labels)
    return outcome(tally_of(box, item), spec, {code: known[code] for code in offered(box, item)}).again


def tally_of(box: BallotBox, item: BallotItem) -> Tally:
    """The tally of a dossier in a closed box."""
    return Tally(
        summoned=box.summoned,
        issued=box.issued or 0,
        returned=box.returned or 0,
        valid=item.valid or 0,
        invalid=item.invalid or 0,
        counts=json.loads(item.counts or "{}"),
    )


def _is_capped(facts: Dossier, name: str) -> bool:
    """Whether a majority of this box gives a level that is held against the cap."""
    steps = facts.programme.workflow.assessment.transitions
    own = [step for step in steps if not step.kinds or facts.kind in step.kinds]
    return any(
        {"within_cap", "ballot_majority"} <= {call.name for call in step.guards if not call.negated}
        and any(isinstance(call.parameters, Named) and call.parameters.box == name for call in step.guards)
        for step in own
    )


def _within_cap(facts: Dossier, codes: Sequence[str]) -> tuple[str, ...]:
    """The levels that may be given: a head has none above a body he heads (HT-11.14)."""
    return tuple(code for code in codes if within_cap(replace(facts, intended=code), Parameters()) is None)


def _put_items(session: Session, box: BallotBox, known: Iterable[str], own: Mapping[int, tuple[str, ...]]) -> None:
    """The paper offers what any dossier on it offers; a dossier that offers less says so."""
    paper = [code for code in known if any(code in codes for codes in own.values())]
    box.options = json.dumps(paper)
    session.add(box)
    session.flush()
    for assessment_id, codes in own.items():
        fewer = None if list(codes) == paper else json.dumps(codes)
        session.add(BallotItem(box_id=box.id, assessment_id=assessment_id, options=fewer))
    session.flush()


def _put_tally(item: BallotItem, tally: Tally, found: Outcome) -> None:
    item.counts, item.valid, item.invalid = json.dumps(dict(tally.counts)), tally.valid, tally.invalid
    item.winner, item.sealed = found.winner, None


def _outcome(held: Held, facts: Dossier, tally: Tally) -> Outcome:
    second = first_of(facts, held.box.name) is not None
    return outcome(tally, held.spec, held.labels(facts.id), second=second)


def _figures(tally: Tally) -> dict[str, Any]:
    return {**tally.figures(), "counts": dict(tally.counts)}
