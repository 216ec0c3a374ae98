"""The appraiser's queue of a round: what is there, in which order, what comes next. Read only (DN-4.2).

Whatever the number of dossiers, the number of queries is the same. The order is stable: equals go by their ids.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlmodel import Session

from config.programme import Programme
from config.vocabulary import StateKind
from config.workflow import Workflow
from models.db import run
from models.names import folded
from models.types import from_micros, from_scaled
from states.actor import Actor
from states.errors import NotAllowed, Unknown
from states.hold import programme_of
from states.permits import DOSSIER, IN_ROUND, allowed, can_round, held, visible

CONFIRMED: Final = "confirm_no_conflict"
"""The act by which an appraiser states that it has no conflict of interest with a dossier."""
COLUMNS: Final = (
    "a.id, a.name, a.kind, a.group_name, a.state, a.leaves, a.appraised, a.unreasoned, a.asked, a.zeroed, a.late, "
    "a.self_total, a.appraised_total"
)
DIFFERENT: Final = "(p.points <> coalesce(s.points, 0) OR p.entry <> coalesce(s.entry, p.entry))"
COMPARED: Final = (
    "mark p LEFT JOIN mark s ON s.assessment_id = p.assessment_id AND s.copy_name = 'self' "
    "AND s.criterion = p.criterion"
)
HAS_DESK: Final = (
    "SELECT 1 FROM account_grant g WHERE g.account_id = :actor AND g.ended_at IS NULL "
    f"AND g.role IN ('appraiser', 'lead') AND {IN_ROUND.format(round=':round')}"
)
PAGE: Final = 30
_NUMBER: Final = re.compile(r"(\d+)")


class Desk(NamedTuple):
    """A round as its appraisers see it; `closings` says for each kind when the report is due."""

    id: int
    title: str
    state: str
    programme: Programme
    closings: Mapping[str, datetime]

    @property
    def workflow(self) -> Workflow:
        """Its workflow."""
        return self.programme.workflow

    @property
    def label(self) -> str:
        """What its state is called."""
        return self.workflow.round.states[self.state].label


class Row(NamedTuple):
    """One dossier in the queue."""

    id: int
    name: str
    kind: str
    group: str
    state: str
    leaves: int
    appraised: int
    unreasoned: int
    asked: int
    zeroed: bool
    late: bool
    self_total: Any
    appraised_total: Any


class Wanted(NamedTuple):
    """What of the queue is asked for; nothing asked is everything."""

    search: str = ""
    state: str = ""
    kind: str = ""
    group: str = ""
    differs: bool = False
    waiting: bool = False
    mine: bool = False
    days: int | None = None
    sort: str = ""


class Queue(NamedTuple):
    """The rows that were asked for in their order, and what there is to ask for."""

    rows: Sequence[Row]
    states: Mapping[str, int]
    kinds: Sequence[str]
    groups: Sequence[str]
    total: int


def desk_of(session: Session, actor: Actor, round_id: int) -> Desk:
    """The round, for one who appraises in it; NotAllowed for others who may see it, else Unknown."""
    sql = (
        "SELECT r.id, r.title, r.state, v.digest FROM round r JOIN programme_version v "
        f"ON v.id = r.programme_version_id WHERE r.id = :round AND r.launched_at IS NOT NULL AND EXISTS ({HAS_DESK})"
    )
    row = run(session, sql, {"round": round_id, "actor": actor.account_id}).fetchone()
    if row is None:
        if can_round(session, actor, "view", round_id):
            raise NotAllowed("Trang này dành cho người thẩm định của đợt.")
        raise Unknown(f"đợt số {round_id}")
    return as_desk(session, row)


def round_as_desk(session: Session, round_id: int) -> Desk:
    """The round, for one whose permit was asked before."""
    sql = (
        "SELECT r.id, r.title, r.state, v.digest FROM round r JOIN programme_version v "
        "ON v.id = r.programme_version_id WHERE r.id = :round"
    )
    row = run(session, sql, {"round": round_id}).fetchone()
    if row is None:
        raise Unknown(f"đợt số {round_id}")
    return as_desk(session, row)


def as_desk(session: Session, row: Sequence[Any]) -> Desk:
    """The round of a row of id, title, state and digest, with its closings."""
    sql = "SELECT kind, max(closes_at) FROM milestone WHERE round_id = :round GROUP BY kind"
    closings = {kind: from_micros(at) for kind, at in run(session, sql, {"round": row[0]}).fetchall()}
    return Desk(row[0], row[1], row[2], programme_of(session, row[3]), closings)


def queue(session: Session, actor: Actor, desk: Desk, wanted: Wanted, *, now: datetime, verb: str = "mark") -> Queue:
    """The dossiers of a round that the actor may appraise (or do `verb` to), as they were asked for."""
    every = rows(session, actor, desk.id, wanted, verb=verb)
    states = desk.workflow.assessment.states
    live = [row for row in every if states[row.state].kind is not StateKind.FINAL]
    fits = [row for row in live if _fits(row, wanted, desk, now)]
    counts = Counter(row.state for row in fits)
    shown = [row for row in fits if wanted.state in {"", row.state}]
    order = _order(wanted.sort, desk)
    return Queue(
        rows=sorted(shown, key=lambda row: (*order(row), row.id)),
        states={name: counts[name] for name in states if counts[name]},
        kinds=[kind for kind in desk.programme.subject_kinds if any(row.kind == kind for row in live)],
        groups=sorted({row.group for row in live if row.group}, key=name_key),
        total=len(live),
    )


def rows(session: Session, actor: Actor, round_id: int, wanted: Wanted, *, verb: str = "mark") -> list[Row]:
    """The dossiers of a round to which the actor may do `verb`, by id; the costly conditions are the database's."""
    conditions = ["a.round_id = :round", allowed(verb, DOSSIER)]
    if wanted.differs:
        conditions.append(f"EXISTS (SELECT 1 FROM {COMPARED} WHERE p.assessment_id = a.id {_AND_DIFFERENT})")
    if wanted.mine:
        conditions.append("a.id IN (SELECT s.assessment_id FROM assignment s WHERE s.account_id = :actor)")
    sql = f"SELECT {COLUMNS} FROM assessment a WHERE {' AND '.join(conditions)} ORDER BY a.id"
    return [_row(row) for row in run(session, sql, {"round": round_id, "actor": actor.account_id}).fetchall()]


_AND_DIFFERENT: Final = f"AND p.copy_name = 'appraised' AND {DIFFERENT}"


def _row(found: Sequence[Any]) -> Row:
    values: list[Any] = list(found)
    values[9:11] = bool(values[9]), bool(values[10])
    values[11:13] = [None if value is None else from_scaled(value) for value in values[11:13]]
    return Row._make(values)


def _fits(row: Row, wanted: Wanted, desk: Desk, now: datetime) -> bool:
    return (
        wanted.kind in {"", row.kind}
        and wanted.group in {"", row.group}
        and (not wanted.waiting or row.asked > 0)
        and (wanted.days is None or desk.closings[row.kind] - now <= timedelta(days=wanted.days))
        and folded(wanted.search) in folded(row.name)
    )


def _order(sort: str, desk: Desk) -> Callable[[Row], tuple[Any, ...]]:
    orders: dict[str, Callable[[Row], tuple[Any, ...]]] = {
        "name": lambda row: (name_key(row.name),),
        "state": lambda row: (list(desk.workflow.assessment.states).index(row.state), name_key(row.name)),
        "progress": lambda row: (-row.appraised / (row.leaves or 1), name_key(row.name)),
        "total": lambda row: (-(row.self_total or 0), name_key(row.name)),
    }
    return orders.get(sort, lambda row: (phase(desk, row), desk.closings[row.kind], name_key(row.name)))


OPEN, READY, ASKED, EARLY, DONE = range(5)
"""Where a dossier stands for its appraiser: begun, to be begun, waiting for the unit, not yet there, concluded."""


def phase(desk: Desk, row: Row) -> int:
    """How near a dossier is to the appraiser's hand."""
    if row.state in open_states(desk.workflow):
        return ASKED if row.asked else OPEN
    if may_mark(desk, row.state):
        return READY
    return DONE if is_past(desk.workflow, row.state) else EARLY


def may_mark(desk: Desk, state: str) -> bool:
    """Whether dossiers in a state take appraised marks, or take them when the first one begins the appraisal."""
    if state in open_states(desk.workflow):
        return True
    steps = desk.workflow.assessment.steps("start_appraisal", state)
    return any(not step.during or desk.state in step.during for step in steps)


def open_states(workflow: Workflow) -> frozenset[str]:
    """The states in which a dossier is appraised: those that beginning it and asking about it lead to."""
    steps = workflow.assessment.transitions
    return frozenset(step.target for step in steps if step.do in {"start_appraisal", "ask_explanation"})


def is_past(workflow: Workflow, state: str) -> bool:
    """Whether an appraisal lies behind a state: no way leads from it to one but by opening it again."""
    concluded = {step.target for step in workflow.assessment.transitions if step.do == "conclude_appraisal"}
    kind = workflow.assessment.states[state].kind
    return state in concluded or kind in {StateKind.SETTLED, StateKind.FINAL}


def differences(session: Session, ids: Iterable[int]) -> dict[int, int]:
    """How many appraised marks of each dossier differ from the self marks."""
    sql = (
        f"SELECT p.assessment_id, count(*) FROM {COMPARED} WHERE p.assessment_id IN ({listed(ids)}) "
        f"{_AND_DIFFERENT} GROUP BY p.assessment_id"
    )
    return dict(run(session, sql).fetchall())


def confirmed(session: Session, actor: Actor, ids: Iterable[int]) -> frozenset[int]:
    """The dossiers, of those given, with which the actor has stated to have no conflict of interest."""
    entities = ", ".join(f"'assessment:{int(key)}'" for key in ids) or "NULL"
    who = "(actor = :actor OR actor LIKE :by_token)"
    sql = f"SELECT DISTINCT entity FROM history WHERE entity IN ({entities}) AND act = :act AND {who}"
    own = actor.name.partition("+")[0]
    found = run(session, sql, {"act": CONFIRMED, "actor": own, "by_token": f"{own}+token:%"}).fetchall()
    return frozenset(int(row[0].partition(":")[2]) for row in found)


def undenied(session: Session, actor: Actor, round_id: int, ids: Collection[int]) -> frozenset[int]:
    """The dossiers, of those given, that the actor appraises and with which it has not denied a conflict of interest.

    Whoever administers a dossier besides needs not.
    """
    marked, own = (set(visible(session, actor, verb, round_id)) for verb in ("mark", "administer"))
    asked = (marked - own).intersection(ids)
    return frozenset(asked) - confirmed(session, actor, asked)


class Declared(NamedTuple):
    """A conflict of interest that the actor declared: what remains of the dossier in its queue."""

    name: str
    reason: str
    at: datetime


def declared(session: Session, actor: Actor, round_id: int) -> list[Declared]:
    """The conflicts of interest the actor declared in a round, the oldest first."""
    sql = (
        "SELECT a.name, c.reason, c.declared_at FROM conflict c JOIN assessment a ON a.id = c.assessment_id "
        "WHERE c.account_id = :actor AND a.round_id = :round ORDER BY c.declared_at, a.id"
    )
    found = run(session, sql, {"actor": actor.account_id, "round": round_id}).fetchall()
    return [Declared(name, reason, from_micros(at)) for name, reason, at in found]


def parts(session: Session, actor: Actor, ids: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """The criterion groups given to the actor of each dossier; the lead has each whole, which is "" ."""
    keys = listed(ids)
    sql = (
        f"SELECT s.assessment_id, s.criterion_group FROM assignment s WHERE s.assessment_id IN ({keys}) "
        "AND s.account_id = :actor UNION SELECT a.id, '' FROM account_grant g JOIN assessment a "
        f"ON {held(('lead',), DOSSIER)} WHERE g.account_id = :actor AND a.id IN ({keys}) ORDER BY 1, 2"
    )
    given: dict[int, tuple[str, ...]] = {}
    for key, part in run(session, sql, {"actor": actor.account_id}).fetchall():
        given[key] = (*given.get(key, ()), part)
    return given


def is_lead(session: Session, actor: Actor, round_id: int) -> bool:
    """Whether the actor leads the appraisal of a round."""
    return can_round(session, actor, "assign", round_id)


def listed(ids: Iterable[int]) -> str:
    """Ids as SQL; what cannot be if there are none."""
    return ", ".join(str(int(key)) for key in ids) or "NULL"


def name_key(name: str) -> tuple[Any, ...]:
    """The order of names: numbers by their value, letters before their marks, đ after d."""
    words = _NUMBER.split(folded(name.casefold().replace("đ", "d~")))
    numbers = tuple((int(word), "") if word.isdecimal() else (-1, word) for word in words)
    return (numbers, unicodedata.normalize("NFD", name.casefold()))
