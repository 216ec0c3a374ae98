"""What a rehearsal of a rated round, or of spots, came to besides its levels: quotas, flags, waivers, ballots."""

import json
from collections import Counter
from typing import Any

from sqlmodel import Session

from actions.spots import is_open, shortages
from danhgia.rehearse.stage import Stage
from models.db import run
from scoring.quota import within

COUNTED = {
    "waived": "SELECT count(*) FROM waiver",
    "replaced": "SELECT count(*) - count(DISTINCT assessment_id) FROM decision_item",
    "ballots": "SELECT count(*) FROM ballot_item WHERE counts IS NOT NULL",
    "opinions_given": "SELECT count(*) FROM opinion WHERE status = 'given'",
    "opinions_silent": "SELECT count(*) FROM opinion WHERE status = 'silent'",
    "opinions_late": "SELECT count(*) FROM opinion WHERE late",
}
HEADS = (
    "SELECT h.level, b.level FROM subject_link l JOIN assessment h ON h.subject_id = l.subject_id "
    "JOIN assessment b ON b.subject_id = l.other_id WHERE l.link = 'leads' AND h.level IS NOT NULL "
    "AND b.level IS NOT NULL"
)


def figures(session: Session, stage: Stage) -> dict[str, Any]:
    """The figures; nothing for a programme that neither rates by conditions nor is entered by agencies."""
    programme = stage.programme
    if is_open(programme):
        found = shortages(session, stage.round_id, actor=stage.staff["administrator"])
        return {"shortages": [[one.agency, one.kind, one.registered] for one in found]}
    if programme.rating is None:
        return {}
    counted = {name: run(session, sql).fetchone()[0] for name, sql in COUNTED.items()}
    counted["heads_above"] = _heads_above(session, list(programme.level_labels))
    return counted | {"flags": _flags(session), "quota": _quota(session, stage), "by_kind": _by_kind(session)}


def _heads_above(session: Session, scale: list[str]) -> int:
    """How many heads stand above what they head; only a head that came lately may (HT-11.14)."""
    rows = run(session, HEADS).fetchall()
    return sum(scale.index(head) < scale.index(body) for head, body in rows)


def _flags(session: Session) -> dict[str, int]:
    bodies = run(session, "SELECT body FROM proposal ORDER BY assessment_id").fetchall()
    return dict(sorted(Counter(flag["code"] for (body,) in bodies for flag in json.loads(body)["flags"]).items()))


def _quota(session: Session, stage: Stage) -> list[dict[str, Any]]:
    """Each group of each deciding body, with the base in words."""
    quota = stage.programme.quota
    if quota is None:
        return []
    rows = run(session, "SELECT body, kind, level FROM assessment WHERE level IS NOT NULL").fetchall()
    groups: dict[tuple[str, str], list[str]] = {}
    for body, kind, level in rows:
        group = quota.group_of(kind)
        if group is not None:
            groups.setdefault((body, group), []).append(level)
    return [_line(body, group, levels, within(levels, quota)) for (body, group), levels in sorted(groups.items())]


def _line(body: str, group: str, levels: list[str], verdict: Any) -> dict[str, Any]:  # noqa: ANN401  a verdict
    return {"body": body, "group": group, "size": len(levels), "held": verdict.held, "text": verdict.text}


def _by_kind(session: Session) -> dict[str, dict[str, int]]:
    sql = "SELECT kind, level, count(*) FROM assessment WHERE level IS NOT NULL GROUP BY kind, level"
    found: dict[str, dict[str, int]] = {}
    for kind, level, number in sorted(run(session, sql).fetchall()):
        found.setdefault(kind, {})[level] = number
    return found
