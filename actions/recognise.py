"""Levels recognised by ballot, under a cap and a quota, in one decision on many dossiers; annulled and replaced later.

HT-6.1 to HT-6.3, HT-9, HT-10, HT-11.8, HT-11.14. The ballot decides; the software only holds it to the rules.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Final, NamedTuple

from sqlmodel import Session

from actions.assign import of_round
from actions.decide import replace_left
from actions.propose import kept
from actions.statements import demand_document
from config.vocabulary import Parameters
from models.assessments import Assessment
from models.db import run
from models.decisions import Decision, DecisionItem
from states.actor import Actor
from states.advance import Move, apply
from states.errors import Refusal, Refused, Unknown, refuse
from states.facts import Dossier
from states.hold import hold, hold_round, milestones_for
from states.machine import demand_open
from states.permits import demand_held
from states.procedure import within_cap, within_quota

BOXES = ("second_decision", "decision")
OTHER_THAN_VOTED = (
    "mức công nhận phải là mức đã được bỏ phiếu; chỉ hạ khi vượt tỷ lệ hoặc mức trần, đến mức cao nhất còn được phép, "
    "có lý do và biên bản."
)
NO_MORE: Final[Mapping[str, object]] = MappingProxyType({})
LEADERS = (
    "SELECT a.id FROM subject_link l JOIN assessment a ON a.subject_id = l.subject_id AND a.round_id = :round "
    "WHERE l.other_id = :subject AND l.link = 'leads' AND a.level IS NOT NULL ORDER BY a.id"
)
FORM = "mau-03"
USED_FORM = "Mẫu 03 trong hồ sơ là của lần công nhận lại trước; đính kèm Mẫu 03 của lần này."
WEIGHED_NOW = "Theo quy định của đợt này, kỷ luật phát sinh sau được xem xét ở kỳ đánh giá hiện tại."


class Award(NamedTuple):
    """What is to be recognised of a dossier: without a level the one that won the ballot."""

    assessment_id: int
    level: str | None = None
    reason: str = ""


class Papers(NamedTuple):
    """The decision, and the minutes of the meeting where there are some."""

    document_id: int
    minutes_id: int | None = None


def recognise(
    session: Session, round_id: int, awards: Sequence[Award], papers: Papers, *, actor: Actor, now: datetime
) -> int:
    """Recognise the levels of dossiers in one decision, all or none; returns its id.

    The lower levels first, so that a quota counts them. Refused with every reason, each naming its dossier: no
    majority, above the cap, over the quota without a minuted reason, another level than the ballot's, or another
    than the proposed one without a reason, or below a head who has his level already (HT-11.14). NotAllowed when one
    of them is another body's to decide (HT-10).
    """
    _demand_papers(session, papers)
    hold_round(session, round_id, actor=actor, now=now)
    if len({award.assessment_id for award in awards}) < len(awards):
        raise refuse("twice", "Một hồ sơ được nêu hai lần trong cùng một quyết định.")
    chosen = [_chosen(session, round_id, award, actor, now) for award in awards]
    decision_id = _decision(session, round_id, papers, "", now)
    giving = (_give(session, one, papers, decision_id, actor) for one in _lowest_first(chosen))
    refusals = [refusal for found in giving for refusal in found]
    refusals += [refusal for facts, award in chosen for refusal in _needlessly_lower(facts, award)]
    refusals += [refusal for facts, _ in chosen for refusal in _heads_above(session, facts, actor)]
    if refusals or not chosen:
        raise Refused(refusals or [Refusal("results", "Chưa chọn hồ sơ nào để công nhận.")])
    return decision_id


def annul_and_recognise(session: Session, award: Award, papers: Papers, *, actor: Actor, now: datetime) -> int:
    """Annul a recognised level and recognise another by form 03, for discipline that came later (HT-11.8).

    The old decision keeps what it said. Refused under a regime that weighs such discipline in the current period,
    above the cap or the quota, and for a body whose head would be left above it (HT-11.14).
    """
    _demand_papers(session, papers)
    facts = _held(session, award, "annul_and_recognise", actor, now)
    _demand_replaceable(facts, award)
    decision_id = _decision(session, facts.round_id, papers, award.reason, now)
    _keep(session, facts, award, decision_id)
    apply(session, facts, "annul_and_recognise", actor, _move(facts, award, papers, decision_id))
    _demand_no_head_above(session, facts, actor)
    replace_left(session, facts.round_id, decision_id, now=now)
    return decision_id


def record_superior(session: Session, award: Award, papers: Papers, *, actor: Actor, now: datetime) -> int:
    """Record the level that the superior decided: on whom it manages (HT-10.2), or for want of a majority (AMB-HT-7).

    The latter stays under cap and quota, which only a reason and minutes exceed; a body is not left below a head who
    has his level already (HT-11.14).
    """
    _demand_papers(session, papers)
    facts = _held(session, award, "record_superior_decision", actor, now)
    _demand_level(facts, award.level)
    _demand_within(facts, award.level, minuted=bool(award.reason.strip()) and papers.minutes_id is not None)
    decision_id = _decision(session, facts.round_id, papers, award.reason, now)
    _keep(session, facts, award, decision_id)
    apply(session, facts, "record_superior_decision", actor, _move(facts, award, papers, decision_id))
    _demand_no_head_above(session, facts, actor)
    return decision_id


def _held(session: Session, award: Award, trigger: str, actor: Actor, now: datetime) -> Dossier:
    """A dossier whose round is locked first, and from which the step is open to the actor."""
    found = session.get(Assessment, award.assessment_id)
    if found is None:
        raise Unknown(f"hồ sơ số {award.assessment_id}")
    hold_round(session, found.round_id, actor=actor, now=now)
    facts = hold(session, award.assessment_id, actor=actor, now=now)
    demand_open(facts, trigger)
    return facts


def _chosen(session: Session, round_id: int, award: Award, actor: Actor, now: datetime) -> tuple[Dossier, Award]:
    facts = of_round(hold(session, award.assessment_id, actor=actor, now=now), round_id)
    demand_held(facts.relations, "decide")
    level = award.level or _won(facts)
    return replace(facts, intended=level), award._replace(level=level)


def _won(facts: Dossier) -> str | None:
    found = (facts.file.box(name) for name in BOXES)
    return next((box.winner for box in found if box is not None and box.closed), None)


def _lowest_first(chosen: Sequence[tuple[Dossier, Award]]) -> list[tuple[Dossier, Award]]:
    order = list(chosen[0][0].programme.level_labels) if chosen else []
    return sorted(chosen, key=lambda one: (-order.index(one[1].level) if one[1].level in order else 0, one[0].id))


def _give(
    session: Session, chosen: tuple[Dossier, Award], papers: Papers, decision_id: int, actor: Actor
) -> Iterator[Refusal]:
    facts, award = chosen
    refusals = list(_against(session, facts, award, papers))
    try:
        if not refusals:
            late = facts.late or facts.now >= _completed_before(session, facts)
            apply(session, facts, "recognise", actor, _move(facts, award, papers, decision_id, {"late": late}))
            _keep(session, facts, award, decision_id)
    except Refused as refused:
        refusals = list(refused.refusals)
    for rule, sentence in refusals:
        yield Refusal(rule, f"«{facts.name}»: {sentence}")


def _against(session: Session, facts: Dossier, award: Award, papers: Papers) -> Iterator[Refusal]:
    won, order = _won(facts), list(facts.programme.level_labels)
    if award.level is not None and award.level not in order:
        yield Refusal("level", f"không có mức xếp loại «{award.level}».")
    elif award.level != won and won in order and not _is_lowered_by_minutes(facts, award, papers):
        yield Refusal("level", OTHER_THAN_VOTED)
    proposal = kept(session, facts.id)
    if proposal is not None and proposal["level"] != award.level and not award.reason.strip():
        yield Refusal("reason", "mức công nhận khác mức đề xuất thì phải ghi lý do.")


def _is_lowered_by_minutes(facts: Dossier, award: Award, papers: Papers) -> bool:
    return _is_lower(facts, award) and bool(award.reason.strip()) and papers.minutes_id is not None


def _is_lower(facts: Dossier, award: Award) -> bool:
    """Whether a level is given below the one that won the ballot."""
    won, order = _won(facts), list(facts.programme.level_labels)
    return won in order and award.level in order and order.index(award.level) > order.index(won)


def _needlessly_lower(facts: Dossier, award: Award) -> Iterator[Refusal]:
    """Refuse to lower what was voted further than to the best level that cap and quota leave.

    The quota is that with all of the decision counted; the cap may have come down since the vote (HT-11.14).
    """
    order = list(facts.programme.level_labels)
    better = order[order.index(_won(facts) or "") : order.index(award.level or "")] if _is_lower(facts, award) else []
    if any(not _barred(facts, level, minuted=False) for level in better):
        yield Refusal("level", f"«{facts.name}»: {OTHER_THAN_VOTED}")


def _completed_before(session: Session, facts: Dossier) -> datetime:
    """When the rating of a dossier of its kind has to be complete (HT-12.3), its own extension regarded."""
    spans = milestones_for(session, facts.round_id, facts.kind).values()
    return max(facts.closes_at, *(span.closes_at for span in spans))


def _demand_replaceable(facts: Dossier, award: Award) -> None:
    rating = facts.programme.rating
    _demand_level(facts, award.level)
    if rating is not None and rating.later_discipline == "current":
        raise refuse("later_discipline", WEIGHED_NOW)
    if award.level == facts.level:
        raise refuse("same_level", "Mức mới trùng với mức đã công nhận; không có gì để hủy bỏ.")
    before, form = facts.file.last("annul_and_recognise"), facts.file.enclosed_at(FORM)
    if before is not None and form is not None and form <= before:
        raise refuse("form_attached", USED_FORM)
    _demand_within(facts, award.level, minuted=False)


def _demand_within(facts: Dossier, level: str | None, *, minuted: bool) -> None:
    refusals = _barred(facts, level, minuted=minuted)
    if refusals:
        raise Refused(refusals)


def _barred(facts: Dossier, level: str | None, *, minuted: bool) -> list[Refusal]:
    """Above the cap of a head whom this round recognises, and above the quota unless that is minuted."""
    intended = replace(facts, intended=level)
    cap = within_cap(intended, Parameters()) if _is_bound(facts) else None
    quota = None if minuted else within_quota(intended, Parameters())
    return [refusal for refusal in (cap, quota) if refusal is not None]


def _demand_no_head_above(session: Session, facts: Dossier, actor: Actor) -> None:
    above = list(_heads_above(session, facts, actor))
    if above:
        raise Refused(above)


def _heads_above(session: Session, facts: Dossier, actor: Actor) -> Iterator[Refusal]:
    """The heads who have their level already, above the one that the body has now (HT-11.14)."""
    for row in run(session, LEADERS, {"round": facts.round_id, "subject": facts.subject_id}).fetchall():
        head = hold(session, row[0], actor=actor, now=facts.now)
        if _is_bound(head) and within_cap(replace(head, intended=head.level), Parameters()) is not None:
            why = f"người đứng đầu «{head.name}» đã được công nhận mức cao hơn; hủy và công nhận lại mức đó trước"
            yield Refusal("heads_above", f"«{facts.name}»: {why}.")


def _is_bound(facts: Dossier) -> bool:
    """Whether the workflow holds the levels of its kind against the cap."""
    steps = facts.programme.workflow.assessment.only_for(facts.kind).transitions
    return any(call.name == "within_cap" and not call.negated for step in steps for call in step.guards)


def _demand_papers(session: Session, papers: Papers) -> None:
    for document in papers:
        demand_document(session, document)


def _demand_level(facts: Dossier, level: str | None) -> None:
    if level not in facts.programme.level_labels:
        raise refuse("level", f"Không có mức xếp loại «{level}».")


def _decision(session: Session, round_id: int, papers: Papers, reason: str, now: datetime) -> int:
    made = Decision(round_id=round_id, document_id=papers.document_id, minutes_id=papers.minutes_id, decided_at=now)
    made.reason = reason.strip()
    session.add(made)
    session.flush()
    return made.id


def _move(
    facts: Dossier, award: Award, papers: Papers, decision_id: int, columns: Mapping[str, object] = NO_MORE
) -> Move:
    return Move(
        reason=award.reason,
        document_id=papers.document_id,
        minutes_id=papers.minutes_id,
        columns={"level": award.level, "decision_id": decision_id, **columns},
        what={"decision": decision_id},
        payload={"level": award.level, "instead_of": facts.level},
    )


def _keep(session: Session, facts: Dossier, award: Award, decision_id: int) -> None:
    item = DecisionItem(decision_id=decision_id, assessment_id=facts.id, level=award.level, reason=award.reason.strip())
    session.add(item)
    session.flush()
