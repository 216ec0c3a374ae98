"""What a round waits for the sweep with: the instants at which something of it runs out."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlmodel import Session

from actions import lock
from actions.remind import Underway
from config.vocabulary import Relation, Stage
from config.workflow import Deadline
from models.db import run
from models.types import from_micros


def earliest(session: Session, sql: str, **parameters: int) -> list[datetime]:
    """The one instant that a query asks for; none where there is none."""
    return [from_micros(row[0]) for row in run(session, sql, parameters).fetchall() if row[0] is not None]


def closings(session: Session, own: Underway) -> Iterator[datetime]:
    """When the sweep of a round has something to do: for dossiers that wait for it, and for the round itself."""
    machine = own.programme.workflow.assessment
    later = lock.later_deadlines(own.programme)
    for deadline in own.programme.workflow.deadlines:
        states = {name for step in machine.transitions if step.do == deadline.do for name in step.sources}
        if states:
            sql = _behind_sql(states, deadline) if deadline in later else _waiting_sql(states, deadline)
            yield from earliest(session, sql, round=own.id)
    for step in own.programme.workflow.round.transitions:
        if own.state in step.sources and Relation.SYSTEM in step.by:
            for stage in (call.parameters.stage for call in step.guards if isinstance(call.parameters, Stage)):
                sql = f"SELECT max(closes_at) FROM milestone WHERE round_id = :round AND stage = '{stage}'"
                yield from earliest(session, sql, round=own.id)


def _waiting_sql(states: Iterable[str], deadline: Deadline) -> str:
    sql = f"SELECT min(closes_at) FROM assessment WHERE round_id = :round AND state IN ({_listed(states)})"
    kinds = f" AND kind IN ({_listed(deadline.kinds)})" if deadline.kinds else ""
    return f"{sql}{kinds} AND NOT late"


def _behind_sql(states: Iterable[str], deadline: Deadline) -> str:
    """As above, for a deadline that is a milestone of the round and not the dossiers' own closing."""
    return (
        "SELECT min(m.closes_at) FROM milestone m JOIN assessment a ON a.round_id = m.round_id AND a.kind = m.kind "
        f"WHERE m.round_id = :round AND m.stage = '{deadline.stage}' AND a.state IN ({_listed(states)})"
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in sorted(names))
