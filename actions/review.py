"""Review before rating (kiểm điểm): when it took place, that it is repeated, and the level a subject gives itself.

HT-4.9, HT-5.1, HT-6.1 to HT-6.3, HT-11.2. What needs no more than its papers is pulled by `states.advance` itself.
"""

from datetime import datetime

from sqlmodel import Session

from actions import marks
from actions.statements import demand_document
from states.actor import Actor
from states.advance import Move, Moved, apply
from states.errors import refuse
from states.facts import Dossier
from states.hold import hold


def review(session: Session, assessment_id: int, minutes_id: int | None, *, actor: Actor, now: datetime) -> Moved:
    """Record that the review took place, by its minutes; the draft was sent in time and the order kept (HT-4.2)."""
    demand_document(session, minutes_id)
    facts = hold(session, assessment_id, actor=actor, now=now)
    return apply(session, facts, "review", actor, Move(minutes_id=minutes_id, columns={"reviewed_at": now}))


def review_again(session: Session, assessment_id: int, reason: str, *, actor: Actor, now: datetime) -> Moved:
    """Order a review to be held again, since its content was not ensured (HT-4.9)."""
    facts = hold(session, assessment_id, actor=actor, now=now)
    return apply(session, facts, "review_again", actor, Move(reason=reason, columns={"reviewed_at": None}))


def self_rate(
    session: Session,
    assessment_id: int,
    level: str | None = None,
    *,
    minutes_id: int | None = None,
    actor: Actor,
    now: datetime,
) -> Moved:
    """Give oneself a level after the review; where it was voted, it is the level that won (HT-6.1).

    Between levels with equally many ballots the minutes say which: it is to be given, and is one of them. The degrees
    of the working copy are in force from now on.
    """
    demand_document(session, minutes_id)
    facts = hold(session, assessment_id, actor=actor, now=now)
    voted = voted_levels(facts)
    own = voted[0] if len(voted) == 1 else level
    if voted and own not in voted:
        labels = "; ".join(facts.programme.level_labels[code] for code in voted)
        raise refuse("level", f"Các mức sau có số phiếu bằng nhau: {labels}; ghi một mức theo biên bản.")
    if own not in facts.programme.level_labels:
        raise refuse("level", "Phải ghi mức tự xếp loại theo một trong các mức của chương trình.")
    content = {"marks": marks.snapshot(session, facts.id, "draft"), "level": own}
    columns = {"proposed_level": own, "submitted_at": now, "late": facts.late or now >= facts.closes_at}
    moved = apply(session, facts, "self_rate", actor, Move(minutes_id=minutes_id, columns=columns, payload=content))
    marks.take_over(session, facts.id, "draft", "self")
    return moved


def voted_levels(facts: Dossier) -> tuple[str, ...]:
    """The levels of the self-rating ballot: the one with the majority, else those with most ballots; () for none."""
    box = facts.file.box("self_rating")
    if box is None or not box.closed:
        return ()
    most = max(box.counts.values(), default=0)
    return (box.winner,) if box.winner else tuple(level for level, count in box.counts.items() if count == most > 0)
