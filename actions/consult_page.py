"""What the staff sees before and while bodies are asked: requests so far, dossiers that wait for one, who may be asked.

Read only, and only of dossiers on which the account consults.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlmodel import Session

from actions.opinions import GIVERS
from config.graph import Machine
from config.programme import Programme
from config.vocabulary import Child
from models.db import run
from models.types import from_micros
from states.actor import Actor
from states.permits import DOSSIER, VERBS, allowed

PAGE: Final = 100
REQUESTS: Final = (
    "SELECT q.id, q.question, q.asked_at, q.closes_at, q.status, count(DISTINCT o.assessment_id), "
    "count(DISTINCT o.account_id), count(*), sum(CASE WHEN o.status = 'given' THEN 1 ELSE 0 END), "
    "sum(CASE WHEN o.status = 'silent' THEN 1 ELSE 0 END), sum(CASE WHEN o.late THEN 1 ELSE 0 END), "
    "count(DISTINCT CASE WHEN o.status = 'open' THEN o.account_id END) FROM opinion_request q "
    "JOIN opinion o ON o.request_id = q.id JOIN assessment a ON a.id = o.assessment_id "
    "WHERE q.round_id = :round AND o.status <> 'withdrawn' AND {seen} "
    "GROUP BY q.id, q.question, q.asked_at, q.closes_at, q.status ORDER BY q.id DESC"
)


class Request(NamedTuple):
    """A request as far as it has come: dossiers, bodies, answers due, given, silent, late, bodies still to answer."""

    id: int
    question: str
    asked_at: datetime
    closes_at: datetime
    status: str
    dossiers: int
    bodies: int
    due: int
    given: int
    silent: int
    late: int
    awaited: int

    def is_open(self, now: datetime) -> bool:
        """Whether bodies may still answer."""
        return self.status == "open" and now < self.closes_at


class Ready(NamedTuple):
    """Dossiers that may be asked about in one request: its name in the workflow, their kinds, how many wait."""

    name: str
    label: str
    kinds: tuple[str, ...]
    states: tuple[str, ...]
    open_states: tuple[str, ...]
    waiting: int
    open: int


class Candidate(NamedTuple):
    """A dossier that may be asked about; `asked` counts the requests on it so far."""

    id: int
    name: str
    kind: str
    state: str
    asked: int


class Giver(NamedTuple):
    """A body that may be asked."""

    id: int
    name: str
    email: str

    @property
    def shown(self) -> str:
        """What it is called."""
        return self.name or self.email


def requests(session: Session, round_id: int, *, actor: Actor) -> list[Request]:
    """The requests of a round on dossiers the actor consults on, the newest first."""
    rows = run(session, REQUESTS.format(seen=_seen(actor)), _known(round_id, actor)).fetchall()
    return [Request(row[0], row[1], from_micros(row[2]), from_micros(row[3]), *row[4:]) for row in rows]


def _seen(actor: Actor) -> str:
    return "1 = 1" if actor.standing & set(VERBS["consult"]) else allowed("consult", DOSSIER)


def _known(round_id: int, actor: Actor, **more: Any) -> dict[str, Any]:  # noqa: ANN401  parameters of a query
    return {"round": round_id, "actor": actor.account_id, **more}


def ready(session: Session, programme: Programme, round_id: int, *, actor: Actor) -> list[Ready]:
    """What may be asked about now, one for each request that the workflow opens, with how many wait for it."""
    sql = (
        f"SELECT a.kind, a.state, count(*) FROM assessment a WHERE a.round_id = :round AND {_seen(actor)} "
        "GROUP BY a.kind, a.state"
    )
    counts = {(kind, state): count for kind, state, count in run(session, sql, _known(round_id, actor)).fetchall()}
    return [_ready(programme, name, counts) for name in openings(programme.workflow.assessment)]


def openings(machine: Machine) -> list[str]:
    """The names of the requests that a workflow opens."""
    found = (one.name for step in machine.transitions for one in step.opens if one.child == Child.OPINIONS)
    return list(dict.fromkeys(found))


def _ready(programme: Programme, name: str, counts: Mapping[tuple[str, str], int]) -> Ready:
    machine = programme.workflow.assessment
    opening = (Child.OPINIONS, name)
    steps = [step for step in machine.transitions if any((one.child, one.name) == opening for one in step.opens)]
    kinds = [kind for kind in programme.subject_kinds if any(not one.kinds or kind in one.kinds for one in steps)]
    sources = tuple(dict.fromkeys(state for one in steps for state in one.sources))
    targets = tuple(dict.fromkeys(one.target for one in steps))
    found = {kind: sum(counts.get((kind, state), 0) for state in sources) for kind in kinds}
    every = len(kinds) > 1 and len(kinds) == len(programme.subject_kinds)
    label = "Mọi loại đối tượng" if every else "; ".join(programme.subject_kinds[kind].label for kind in kinds)
    is_open = sum(counts.get((kind, state), 0) for kind in kinds for state in targets)
    return Ready(name, label, tuple(kinds), sources, targets, sum(found.values()), is_open)


def candidates(
    session: Session, round_id: int, one: Ready, *, kind: str = "", search: str = "", actor: Actor
) -> list[Candidate]:
    """The dossiers that may be asked about in such a request, those that wait for their first one first."""
    kinds, states = _quoted([kind] if kind in one.kinds else one.kinds), _quoted((*one.states, *one.open_states))
    first = _quoted(one.states)
    sql = (
        "SELECT a.id, a.name, a.kind, a.state, (SELECT count(DISTINCT o.request_id) FROM opinion o "
        "WHERE o.assessment_id = a.id) FROM assessment a WHERE a.round_id = :round "
        f"AND a.kind IN ({kinds}) AND a.state IN ({states}) AND {_seen(actor)} "
        f"ORDER BY CASE WHEN a.state IN ({first}) THEN 0 ELSE 1 END, a.name, a.id"
    )
    rows = [Candidate(*row) for row in run(session, sql, _known(round_id, actor)).fetchall()]
    return [row for row in rows if search.casefold() in row.name.casefold()]


def _quoted(names: Sequence[str]) -> str:
    """Names of the programme, which are identifiers, as a list of SQL."""
    return ", ".join(f"'{name}'" for name in names) or "NULL"


def givers(session: Session, round_id: int) -> list[Giver]:
    """The bodies that may be asked in a round, by name."""
    sql = f"SELECT t.id, t.name, t.email FROM account t WHERE t.id IN ({GIVERS}) ORDER BY t.name, t.email"
    return [Giver(*row) for row in run(session, sql, {"round": round_id}).fetchall()]
