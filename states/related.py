"""Whose levels count for a subject, by the links of the register (RULES 4.7, 4.8), and what share of them is good."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Final

from config.graph import RESTING
from config.sheet import Entry
from models.db import run
from scoring.shares import check_share, share
from states.facts import Dossier

GOOD: Final = "httnv"
RELATED: Final = {
    "subordinates": "SELECT id FROM subject WHERE parent_id = :subject AND kind IN ({party})",
    "managed": "SELECT s.id FROM subject s JOIN subject_link l ON l.other_id = s.parent_id "
    "WHERE l.subject_id = :subject AND l.link = 'leads' AND s.kind NOT IN ({people})",
    "members": "SELECT subject_id FROM subject_link WHERE other_id = :subject AND link = 'member_of' "
    "AND subject_id NOT IN (SELECT subject_id FROM subject_link WHERE other_id = :subject AND link = 'leads')",
    "peers": "SELECT subject_id FROM subject_link WHERE other_id = :subject AND link = 'peer_of'",
    "headed": "SELECT other_id FROM subject_link WHERE subject_id = :subject AND link = 'leads'",
}
"""Whose levels count, by the links of the register: a head is weighed apart from the members of his cell (6.4)."""
LEVELS: Final = (
    "SELECT a.id, a.level, a.state FROM assessment a WHERE a.round_id = :round AND a.subject_id IN ({subjects}) "
    "AND (a.level IS NOT NULL OR NOT EXISTS (SELECT 1 FROM waiver w WHERE w.assessment_id = a.id)) ORDER BY a.id"
)


def related(facts: Dossier) -> dict[str, tuple[str | None, ...]]:
    """The levels of all whose levels count, by whom."""
    return {whom: tuple(_levels(facts, whom).values()) for whom in RELATED}


def share_of_others(facts: Dossier) -> Fraction | None:
    """The share of the bodies of its level and of those under it at HTTNV or better (S2-2.2); None while unknown.

    Who is both beside and below counts once (AMB-S2-2).
    """
    rating = facts.programme.rating
    scale = [level.code for level in rating.levels] if rating else []
    others = _levels(facts, "subordinates") | _levels(facts, "peers")
    return share(others, GOOD, scale) if GOOD in scale else None


def against_shares(facts: Dossier, entries: Mapping[str, Entry]) -> list[str]:
    """One sentence for each option of a share that is not the one reached, once that is known (S2-2.2)."""
    leaves = [leaf for leaf in facts.programme.sheet_for(facts.kind).leaves() if leaf.share_of and leaf.code in entries]
    reached = share_of_others(facts) if leaves else None
    return [said for leaf in leaves if (said := check_share(leaf, entries[leaf.code], reached))]


def _levels(facts: Dossier, whom: str) -> dict[int, str | None]:
    """Levels given or still awaited, by dossier; left out is who is not rated this year, or waived until he is."""
    kinds = facts.programme.subject_kinds
    named = {
        "party": [kind for kind, one in kinds.items() if one.group == kinds[facts.kind].group],
        "people": [kind for kind, one in kinds.items() if one.person],
    }
    listed = {name: ", ".join(f"'{kind}'" for kind in found) or "NULL" for name, found in named.items()}
    sql = LEVELS.format(subjects=RELATED[whom].format(**listed))
    rows = run(facts.file.session, sql, {"round": facts.round_id, "subject": facts.subject_id}).fetchall()
    states = facts.programme.workflow.assessment.states
    return {key: level for key, level, state in rows if level is not None or states[state].kind not in RESTING}
