"""Quotas before anything is decided: who would have the scarce level and why; and a body's word for a greater share.

HT-9.1 to HT-9.3, RULES 7.3.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from typing import NamedTuple

from sqlmodel import Session

from config.quota import Quota
from models.db import run
from models.order import QuotaRaise
from models.types import from_scaled
from scoring.numbers import format_points
from scoring.quota import Candidate, Preview, Verdict, preview, within
from states import history
from states.actor import Actor
from states.errors import NotAllowed, Unknown, refuse
from states.hold import hold_round, share_round
from states.permits import can_body

BESIDE = ("not_rated", "excluded", "removed", "cancelled")
"""The states of those that no quota counts (AMB-HT-2)."""
CANDIDATE = (
    "SELECT a.id, a.name, a.level, p.level, a.appraised_total, (SELECT i.counts FROM ballot_item i WHERE "
    "i.assessment_id = a.id AND i.winner IS NOT NULL ORDER BY i.box_id DESC LIMIT 1)"
)
AMONG = (
    " FROM assessment a LEFT JOIN proposal p ON p.assessment_id = a.id WHERE a.round_id = :round AND a.body = :body "
    "AND (a.level IS NOT NULL OR NOT EXISTS (SELECT 1 FROM waiver w WHERE w.assessment_id = a.id)) "
)
GROUP = f"{CANDIDATE}{AMONG}"
WITH_KIND = f"{CANDIDATE}, a.kind{AMONG}"


def preview_of(session: Session, round_id: int, body: str, group: str, *, actor: Actor) -> Preview:
    """Who of a group would have the scarce level if all proposals were followed; nothing is written.

    Compared by the appraised total where there is one, else by the ballots of the last vote for the level.
    """
    programme = share_round(session, round_id)
    quota = _quota(programme.quota, group)
    _demand(session, round_id, body, "meet", actor)
    kinds, beside = (", ".join(f"'{one}'" for one in names) for names in (quota.groups[group], BESIDE))
    sql = f"{GROUP} AND a.kind IN ({kinds}) AND a.state NOT IN ({beside}) ORDER BY a.id"
    rows = run(session, sql, {"round": round_id, "body": body}).fetchall()
    candidates = [_candidate(row, quota) for row in rows]
    return preview(candidates, quota, outstanding=is_raised(session, round_id, body, group))


class Effect(NamedTuple):
    """What some levels would come to in one group of a body: as they are, and if all proposals were followed."""

    group: str
    kinds: Sequence[str]
    verdict: Verdict
    given: int
    proposed: Preview
    is_raised: bool


def what_if(session: Session, quota: Quota, round_id: int, body: str, chosen: Mapping[int, str | None]) -> list[Effect]:
    """What levels chosen for some dossiers would do to each quota of a body; nothing is written.

    What is decided stands, whoever is neither decided nor chosen is still to come. Whoever calls asked the permit.
    """
    beside = ", ".join(f"'{state}'" for state in BESIDE)
    sql = f"{WITH_KIND} AND a.state NOT IN ({beside}) ORDER BY a.id"
    rows = run(session, sql, {"round": round_id, "body": body}).fetchall()
    known = "SELECT group_name FROM quota_raise WHERE round_id = :round AND body = :body"
    raised = {row[0] for row in run(session, known, {"round": round_id, "body": body}).fetchall()}
    by_group = {group: [row for row in rows if row[-1] in kinds] for group, kinds in quota.groups.items()}
    return [_effect(quota, group, own, chosen, group in raised) for group, own in by_group.items() if own]


def _effect(
    quota: Quota,
    group: str,
    rows: Sequence[Sequence[object]],
    chosen: Mapping[int, str | None],
    outstanding: bool,  # noqa: FBT001  a fact of the group
) -> Effect:
    candidates = [_candidate(row[:-1], quota) for row in rows]
    levels = [one.decided or chosen.get(one.key) for one in candidates]
    return Effect(
        group,
        quota.groups[group],
        within(levels, quota, outstanding=outstanding),
        levels.count(quota.level),
        preview(candidates, quota, outstanding=outstanding),
        outstanding,
    )


def raise_quota(
    session: Session, round_id: int, body: str, group: str, reason: str, document: int, *, actor: Actor, now: datetime
) -> None:
    """Let a group have the greater share, for its body is outstanding, by the authority's document (RULES 7.3)."""
    facts = hold_round(session, round_id, actor=actor, now=now)
    quota = _quota(facts.programme.quota, group)
    _demand(session, round_id, body, "decide", actor)
    if quota.outstanding_share is None:
        raise refuse("outstanding", "Chương trình này không có tỷ lệ cao hơn cho nơi nổi bật.")
    if not reason.strip():
        raise refuse("needs_reason", "Phải ghi lý do cho việc này.")
    if is_raised(session, round_id, body, group):
        raise refuse("outstanding", "Nhóm này đã được áp dụng tỷ lệ cao hơn.")
    row = QuotaRaise(
        round_id=round_id, body=body, group_name=group, reason=reason.strip(), document_id=document, at=now
    )
    session.add(row)
    session.flush()
    what = {"body": body, "group": group, "reason": reason.strip(), "document": document}
    history.record(session, facts.link, "raise_quota", what, actor=actor, now=now)


def is_raised(session: Session, round_id: int, body: str, group: str) -> bool:
    """Whether a group of a body has the greater share."""
    sql = "SELECT 1 FROM quota_raise WHERE round_id = :round AND body = :body AND group_name = :group"
    return run(session, sql, {"round": round_id, "body": body, "group": group}).fetchone() is not None


def _quota(quota: Quota | None, group: str) -> Quota:
    if quota is None or group not in quota.groups:
        raise Unknown(f"nhóm tính tỷ lệ «{group}»")
    return quota


def _demand(session: Session, round_id: int, body: str, verb: str, actor: Actor) -> None:
    if not can_body(session, actor, verb, round_id, body):
        raise NotAllowed


def _candidate(row: Sequence[object], quota: Quota) -> Candidate:
    key, name, decided, proposed, total, counts = row
    merit, shown = _merit(total, json.loads(str(counts)) if counts else {}, quota)
    return Candidate(
        key=int(str(key)),
        name=str(name),
        proposed=None if proposed is None else str(proposed),
        decided=None if decided is None else str(decided),
        merit=merit,
        shown=shown,
    )


def _merit(total: object, counts: Mapping[str, int], quota: Quota) -> tuple[Fraction | None, str]:
    if total is not None:
        points = from_scaled(int(str(total)))
        return Fraction(points), f"{format_points(points)} điểm"
    votes = sum(counts.values())
    if not votes:
        return None, ""
    given = counts.get(quota.level, 0)
    return Fraction(given, votes), f"{given}/{votes} phiếu"
