"""The dossiers of those whom an account's own units stand above (cấp dưới trực tiếp). Read only."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from sqlmodel import Session

from config.programme import Programme
from config.vocabulary import Relation
from config.workflow import State
from models.db import run
from states.actor import Actor
from states.hold import programme_of
from states.next_steps import ASIDE
from states.permits import DOSSIER, clauses

PAGE: Final = 50
OPEN: Final = "r.launched_at IS NOT NULL AND r.state NOT IN ('archived', 'cancelled')"
WAITING: Final = (
    "(SELECT count(*) FROM statement t WHERE t.assessment_id = a.id AND t.accepted_at IS NULL AND t.name IN ({names})) "
    "+ (SELECT count(*) FROM discipline d WHERE d.assessment_id = a.id AND d.remedied AND d.accepted_at IS NULL)"
)
"""Statements with two keys and exceptions that are accepted by nobody yet."""


class Below(NamedTuple):
    """A dossier of a subject below, as its list shows it."""

    id: int
    name: str
    kind: str
    state_name: str
    round_title: str
    waiting: int
    programme: Programme

    @property
    def state(self) -> State:
        """Its state, with label and kind."""
        return self.programme.workflow.assessment.states[self.state_name]

    @property
    def awaits(self) -> bool:
        """Whether a step ahead is the superior's."""
        return self.state_name in awaiting(self.programme, self.kind)


class Listed(NamedTuple):
    """One page of them, how many there are, how many of these in each state, the page and how many pages."""

    rows: Sequence[Below]
    total: int
    states: Sequence[tuple[str, str, int]]
    number: int
    pages: int


def count(session: Session, actor: Actor) -> int:
    """How many dossiers of subjects below stand in rounds that have not ended."""
    return int(run(session, f"SELECT count(*) {_tables()}", _known(actor)).fetchone()[0])


def listed(session: Session, actor: Actor, state: str, asked: int) -> Listed:
    """A page of the list, of one state or of all, by name; beyond the last it is the last."""
    sql = f"SELECT a.state, v.digest, count(*) {_tables()} GROUP BY a.state, v.digest"
    counted = run(session, sql, _known(actor)).fetchall()
    programmes = {row[1]: programme_of(session, row[1]) for row in counted}
    total = sum(row[2] for row in counted if state in {"", row[0]})
    pages = max(1, -(-total // PAGE))
    number = min(max(asked, 1), pages)
    rows = _page(session, actor, state, (number - 1) * PAGE, _two_keys(programmes.values()))
    return Listed(rows, total, _by_label(counted, programmes), number, pages)


def _page(session: Session, actor: Actor, state: str, before: int, names: Collection[str]) -> list[Below]:
    waiting = WAITING.format(names=", ".join(f"'{name}'" for name in sorted(names)) or "NULL")
    among = " AND a.state = :state" if state else ""
    sql = (
        f"SELECT a.id, a.name, a.kind, a.state, r.title, {waiting}, v.digest {_tables()}{among} "
        "ORDER BY r.id DESC, a.name, a.id LIMIT :most OFFSET :before"
    )
    asked = _known(actor) | {"state": state, "most": PAGE, "before": before}
    return [Below._make((*row[:6], programme_of(session, row[6]))) for row in run(session, sql, asked).fetchall()]


def _two_keys(programmes: Iterable[Programme]) -> set[str]:
    ratings = [one.rating for one in programmes if one.rating is not None]
    return {name for rating in ratings for name, spec in rating.statements.items() if spec.two_keys}


def _by_label(counted: Iterable[Sequence[Any]], programmes: Mapping[str, Programme]) -> list[tuple[str, str, int]]:
    """How many in each state, by its label; states of several programmes that are called the same count together."""
    found: dict[tuple[str, str], int] = {}
    for state, digest, count_of in counted:
        label = programmes[digest].workflow.assessment.states[state].label
        found[label, state] = found.get((label, state), 0) + count_of
    return [(state, label, number) for (label, state), number in sorted(found.items())]


@cache
def _tables() -> str:
    (clause,) = clauses([Relation.SUPERIOR], DOSSIER)
    return (
        "FROM assessment a JOIN round r ON r.id = a.round_id JOIN programme_version v ON v.id = r.programme_version_id "
        f"WHERE EXISTS (SELECT 1 FROM account_grant g WHERE g.account_id = :actor AND {clause}) AND {OPEN}"
    )


def _known(actor: Actor) -> dict[str, Any]:
    return {"actor": actor.account_id}


def awaiting(programme: Programme, kind: str) -> frozenset[str]:
    """The states from which the superior is the one to go on with a dossier of that kind."""
    steps = programme.workflow.assessment.only_for(kind).transitions
    ahead = [step for step in steps if Relation.SUPERIOR in step.by and step.do not in ASIDE]
    return frozenset(state for step in ahead for state in step.sources)
