"""Decisions: one numbered document on many dossiers, announced to each, annulled and replaced but never edited.

DN-4.3, VG-2.3, AMB-DN-2; the marks of the appraisal are taken over as the decided ones (X-N5).
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sqlmodel import Session

from actions import marks
from actions.assign import of_round
from actions.rank import rank_round
from actions.self_assess import sheet_of
from config.graph import RESTING
from config.programme import Levels, LevelStatus
from models.db import run
from models.decisions import Decision, DecisionItem, Document
from models.types import SCALE, to_micros
from scoring.levels import level as level_of
from scoring.marks import highest
from scoring.numbers import format_points
from states import history
from states.actor import SYSTEM, Actor
from states.advance import Move, apply
from states.bulk import Bulk, bulk
from states.errors import NotAllowed, Refusal, Refused, Unknown, refuse
from states.facts import Dossier
from states.hold import hold, hold_round, share_round
from states.machine import choose
from states.permits import demand_round

RANKED = "SELECT 1 FROM assessment WHERE round_id = :round AND place IS NOT NULL LIMIT 1"
FINEST = Decimal(1).scaleb(-SCALE)


class Result(NamedTuple):
    """What is decided of one dossier: a total of None takes the proposed one, a level of None the computed one."""

    assessment_id: int
    total: Decimal | None = None
    level: str | None = None
    reason: str = ""


class Chosen(NamedTuple):
    """A result with its dossier, all that was left open filled in."""

    facts: Dossier
    total: Decimal | None
    level: str | None
    reason: str


def decide(session: Session, round_id: int, results: Sequence[Result], *, actor: Actor, now: datetime) -> int:
    """Decide on dossiers in one decision, all or none; returns its id.

    Refused with every reason, each naming its dossier: a total or a level that is not the proposed one needs a
    reason; a level is typed while the programme's bands are unconfirmed and its units propose one.
    """
    return _settle(session, round_id, results, "decide", Move(), actor, now)


def redecide(
    session: Session,
    round_id: int,
    results: Sequence[Result],
    *,
    reason: str,
    document_id: int | None,
    actor: Actor,
    now: datetime,
) -> int:
    """Decide again on dossiers, for a reason and by a document; returns the id of the new decision.

    What the old decisions said is kept; one on which no dossier stands any more is annulled, replaced by the new
    one. Places that were given are given anew. After the report a supplementary seal is stored.
    """
    hold_round(session, round_id, actor=actor, now=now)
    grounds = Move(reason=reason, document_id=document_id)
    decision_id = _settle(session, round_id, results, "redecide", grounds, actor, now)
    if run(session, RANKED, {"round": round_id}).fetchone():
        rank_round(session, round_id, actor=SYSTEM, now=now)
    replace_left(session, round_id, decision_id, now=now)
    return decision_id


def replace_left(session: Session, round_id: int, decision_id: int, *, now: datetime) -> None:
    """Annul the decisions on which no dossier stands any more, replaced by another; seal again after the report."""
    sql = (
        "UPDATE decision SET annulled_at = :now, replaced_by = :id WHERE round_id = :round AND annulled_at IS NULL "
        "AND id <> :id AND NOT EXISTS (SELECT 1 FROM assessment a WHERE a.decision_id = decision.id)"
    )
    run(session, sql, {"id": decision_id, "round": round_id, "now": to_micros(now)})
    if _is_reported(session, round_id):
        history.seal(session, round_id, "supplementary", now=now)


def number_decision(session: Session, decision_id: int, document_id: int, *, actor: Actor, now: datetime) -> None:
    """Give a decision its document, or record that the document was completed.

    Refused for an annulled decision, and where another document with a number is there already.
    """
    decision = _decision(session, decision_id)
    facts = hold_round(session, decision.round_id, actor=actor, now=now)
    demand_round(session, actor, "number", decision.round_id)
    session.refresh(decision)
    _demand_standing(decision)
    content = paper(session, document_id, instead_of=decision.document_id)
    decision.document_id = document_id
    hashed = history.keep_payload(session, facts.entity, facts.seq + 1, content)
    what = {"decision": decision_id, "document": document_id, "payload": hashed}
    history.record(session, facts.link, "number_decision", what, actor=actor, now=now)


def announce(session: Session, decision_id: int, *, actor: Actor, now: datetime) -> Bulk:
    """Announce a decision to all its units, each its own result; Refused while number or signed copy is missing."""
    decision = _decision(session, decision_id)
    _demand_standing(decision)
    sql = "SELECT id FROM assessment WHERE decision_id = :id ORDER BY id"
    ids = [row[0] for row in run(session, sql, {"id": decision_id}).fetchall()]
    moved = bulk(session, decision.round_id, "announce", actor=actor, now=now, ids=ids)
    if moved.refused:
        raise _joined(moved)
    if not moved.moved:
        raise refuse("announce", f"Quyết định số {decision_id} không còn hồ sơ nào chờ thông báo kết quả.")
    return moved


def proposed(facts: Dossier) -> Decimal | None:
    """The total proposed for a decision: the appraised one, 0 for whoever never submitted (AMB-DN-2)."""
    if facts.zeroed and (facts.programme.switches.zero_also_final or facts.appraised_total is None):
        return Decimal(0)
    return facts.appraised_total


def paper(session: Session, document_id: int, *, instead_of: int | None) -> dict[str, str]:
    """What a numbered document says, for a payload; Refused when it has no number, or replaces one that has."""
    document = session.get(Document, document_id)
    if document is None:
        raise Unknown(f"văn bản số {document_id}")
    if not (document.number and document.dated):
        raise refuse("number", "Văn bản phải có số và ngày.")
    standing = session.get(Document, instead_of) if instead_of not in {None, document_id} else None
    if standing is not None and standing.number:
        raise refuse("numbered", f"Đã ghi văn bản số {standing.number}; không thay bằng văn bản khác.")
    fields = {"number", "dated", "signer", "title", "file_hash"}
    return {name: str(value) for name, value in document.model_dump(mode="json", include=fields).items()}


def _settle(
    session: Session,
    round_id: int,
    results: Sequence[Result],
    trigger: str,
    grounds: Move,
    actor: Actor,
    now: datetime,
) -> int:
    share_round(session, round_id)
    demand_round(session, actor, "decide", round_id)
    chosen = _choose_all(session, round_id, results, grounds, actor, now)
    refusals = [refusal for one in chosen for refusal in _refusals(one, trigger, grounds)]
    if refusals or not chosen:
        raise Refused(refusals or [Refusal("results", "Chưa chọn hồ sơ nào để quyết định.")])
    decision = Decision(round_id=round_id, reason=grounds.reason.strip(), decided_at=now)
    session.add(decision)
    session.flush()
    decision_id = decision.id
    for one in chosen:
        _write(session, one, decision_id, trigger, grounds, actor)
    return decision_id


def _choose_all(
    session: Session, round_id: int, results: Sequence[Result], grounds: Move, actor: Actor, now: datetime
) -> list[Chosen]:
    by_id = {result.assessment_id: result for result in results}
    if len(by_id) < len(results):
        raise refuse("twice", "Một hồ sơ được nêu hai lần trong cùng một quyết định.")
    held = [of_round(hold(session, one, actor=actor, now=now), round_id) for one in sorted(by_id)]
    return [_chosen(facts, by_id[facts.id], grounds.reason) for facts in held]


def _chosen(facts: Dossier, result: Result, reason: str) -> Chosen:
    total = proposed(facts) if result.total is None else result.total
    level = (result.level or "").strip() or _computed(facts.programme.levels, total)
    return Chosen(facts, total, level, (result.reason or reason).strip())


def _computed(levels: Levels, total: Decimal | None) -> str | None:
    if levels.status is not LevelStatus.CONFIRMED or total is None:
        return None
    band = level_of(total, levels.bands)
    return band.code if band else None


def _refusals(one: Chosen, trigger: str, grounds: Move) -> Iterator[Refusal]:
    try:
        choose(one.facts, trigger, grounds.given())
        found = [*_bad_total(one), *_bad_level(one)]
    except Refused as refused:
        found = list(refused.refusals)
    for rule, sentence in found:
        yield Refusal(rule, f"«{one.facts.name}»: {sentence}")


def _bad_total(one: Chosen) -> Iterator[Refusal]:
    most, total, proposal = highest(sheet_of(one.facts)), one.total, proposed(one.facts)
    if total is None:
        yield Refusal("total", "hồ sơ chưa có tổng điểm thẩm định để quyết định.")
        return
    if not 0 <= total <= most:
        yield Refusal("total", f"tổng điểm phải từ 0 đến {format_points(most)}, không nhận {format_points(total)}.")
    elif total % FINEST:
        yield Refusal("total", f"tổng điểm có tối đa bốn chữ số thập phân, không nhận {format_points(total)}.")
    if total != proposal and not one.reason:
        proposal_text = "chưa có" if proposal is None else format_points(proposal)
        yield Refusal("reason", f"điểm quyết định khác điểm đề xuất ({proposal_text}) thì phải ghi lý do.")


def _bad_level(one: Chosen) -> Iterator[Refusal]:
    programme = one.facts.programme
    levels, computed = programme.levels, _computed(programme.levels, one.total)
    match levels.status:
        case LevelStatus.NONE if one.level:
            yield Refusal("level", "chương trình này không xếp mức.")
        case LevelStatus.UNCONFIRMED if programme.proposes_level and not one.level:
            yield Refusal("level", "khung điểm xếp loại chưa được xác nhận; cấp có thẩm quyền phải ghi mức xếp loại.")
        case LevelStatus.CONFIRMED if computed and one.level not in {band.code for band in levels.bands}:
            yield Refusal("level", f"không có mức xếp loại «{one.level}».")
        case LevelStatus.CONFIRMED if one.level != computed and not one.reason:
            yield Refusal("reason", f"mức xếp loại khác mức theo tổng điểm («{computed}») thì phải ghi lý do.")


def _write(session: Session, one: Chosen, decision_id: int, trigger: str, grounds: Move, actor: Actor) -> None:
    facts, total = one.facts, None if one.total is None else f"{one.total:.4f}"
    item = DecisionItem(
        decision_id=decision_id, assessment_id=facts.id, total=total, level=one.level, reason=one.reason
    )
    session.add(item)
    taken = {} if facts.zeroed else marks.snapshot(session, facts.id, "appraised")
    move = Move(
        reason=one.reason,
        document_id=grounds.document_id,
        columns={"decision_id": decision_id, "decided_total": one.total, "level": one.level},
        what={"decision": decision_id},
        payload={"marks": taken, "total": total, "level": one.level},
    )
    apply(session, facts, trigger, actor, move)
    if not facts.zeroed:
        marks.take_over(session, facts.id, "appraised", "decided")


def _decision(session: Session, decision_id: int) -> Decision:
    found = session.get(Decision, decision_id)
    if found is None:
        raise Unknown(f"quyết định số {decision_id}")
    return found


def _demand_standing(decision: Decision) -> None:
    if decision.annulled_at is not None:
        raise refuse("annulled", f"Quyết định số {decision.id} đã được thay bằng quyết định khác.")


def _joined(moved: Bulk) -> Refused | NotAllowed:
    refusals = list(dict.fromkeys(refusal for found in moved.refused.values() for refusal in found))
    return NotAllowed() if any(refusal.rule == "not_allowed" for refusal in refusals) else Refused(refusals)


def _is_reported(session: Session, round_id: int) -> bool:
    programme = share_round(session, round_id)
    state = run(session, "SELECT state FROM round WHERE id = :id", {"id": round_id}).fetchone()[0]
    return programme.workflow.round.states[state].kind in RESTING
