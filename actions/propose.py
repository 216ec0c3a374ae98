"""Proposes a level for a dossier from everything known of it; the authority decides (RULES 4.13, DESIGN §7)."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session

from actions.known import case_of
from models.statements import Proposal as Row
from scoring.rating import Flag, Proposal, rate
from states import history
from states.actor import Actor
from states.errors import refuse
from states.facts import Dossier
from states.hold import hold
from states.order import prerequisites
from states.permits import demand_held

ORDER = "rating_order"


def propose(session: Session, assessment_id: int, *, actor: Actor, now: datetime) -> Proposal:
    """Weigh a dossier again, keep the proposal with its whole explanation, and return it.

    Refused where the programme has no rating. May be done again whenever something became known.
    """
    facts = hold(session, assessment_id, actor=actor, now=now)
    demand_held(facts.relations, "consult")
    found = weighed(session, facts)
    body = json.dumps(found.as_dict(), ensure_ascii=False, sort_keys=True)
    row = Row(assessment_id=facts.id, made_at=now, level=found.level, flagged=bool(found.flags), body=body)
    session.merge(row)
    hashed = history.keep_payload(session, facts.entity, facts.seq + 1, found.as_dict())
    history.record(session, facts.link, "propose", {"payload": hashed}, actor=actor, now=now)
    return found


def weighed(session: Session, facts: Dossier) -> Proposal:
    """What the conditions say of a dossier as it stands; nothing is written."""
    rating = facts.programme.rating
    if rating is None:
        raise refuse("rating", "Chương trình này không xếp loại theo điều kiện.")
    found = rate(rating, facts.kind, case_of(session, facts))
    return replace(found, flags=(*found.flags, *_waived(session, facts)))


def _waived(session: Session, facts: Dossier) -> Iterator[Flag]:
    """Whom it should have waited for, had the authority not waived it (DESIGN §7)."""
    for one in prerequisites(session, facts.programme, ORDER, facts.round_id, facts.subject_id):
        if one.waived and not one.settled:
            yield Flag("waiver", f"«{one.name}» chưa xếp loại, cấp có thẩm quyền cho xếp loại trước.")


def kept(session: Session, assessment_id: int) -> Mapping[str, object] | None:
    """The proposal as it was last made, with every condition; None when there is none."""
    row = session.get(Row, assessment_id)
    return None if row is None else json.loads(row.body)
