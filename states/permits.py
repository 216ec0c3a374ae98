"""Who may do what: each relation of an account to a dossier is written once, as a SQL clause (DESIGN §6).

The clause serves single rows, lists, and the audience of mails. Nothing given means no.
"""

from collections.abc import Collection, Iterable
from functools import cache
from typing import NamedTuple

from sqlmodel import Session

from models.db import is_sqlite, run
from states.actor import Actor
from states.errors import NotAllowed

OWN = "g.subject_id = {subject}"
PARENT = "g.subject_id = (SELECT s.parent_id FROM subject s WHERE s.id = {subject})"
IN_ROUND = "(g.round_id IS NULL OR g.round_id = {round})"
DECIDES = "(g.body IS NULL OR g.body = {body})"
ASKED = "EXISTS (SELECT 1 FROM opinion o WHERE o.assessment_id = {assessment} AND o.account_id = g.account_id)"
ASSIGNED = "EXISTS (SELECT 1 FROM assignment s WHERE s.assessment_id = {assessment} AND s.account_id = g.account_id)"
NO_CONFLICT = (
    "NOT EXISTS (SELECT 1 FROM conflict c WHERE c.assessment_id = {assessment} AND c.account_id = g.account_id)"
)


class Relation(NamedTuple):
    """A relation is a grant of one of the roles whose scope reaches the target."""

    roles: tuple[str, ...]
    scope: str


RELATIONS = {
    "officer": Relation(("officer",), OWN),
    "head": Relation(("head",), OWN),
    "superior": Relation(("officer", "head"), PARENT),
    "administrator": Relation(("administrator",), f"{IN_ROUND} AND {DECIDES}"),
    "appraiser": Relation(("appraiser",), f"{IN_ROUND} AND {ASSIGNED} AND {NO_CONFLICT}"),
    "lead": Relation(("lead",), f"{IN_ROUND} AND {DECIDES} AND {NO_CONFLICT}"),
    "authority": Relation(("authority",), f"{IN_ROUND} AND {DECIDES}"),
    "secretary": Relation(("secretary",), f"{IN_ROUND} AND {DECIDES}"),
    "opinion_giver": Relation(("opinion_giver",), f"{IN_ROUND} AND {ASKED}"),
    "reader": Relation(("reader",), IN_ROUND),
    "auditor": Relation(("auditor",), IN_ROUND),
}
STAFF = ("administrator", "lead", "appraiser", "authority", "secretary")
VERBS = {
    "view": ("officer", "head", "superior", *STAFF, "auditor"),
    "download": ("officer", "head", *STAFF, "auditor"),
    "papers": ("officer", "head", "superior", *STAFF, "auditor"),
    "export": ("administrator", "lead", "authority", "secretary", "auditor"),
    "audit": ("administrator", "auditor"),
    "draft": ("officer", "head"),
    "assign": ("administrator", "lead"),
    "mark": ("appraiser", "lead"),
    "administer": ("administrator",),
    "approve": ("administrator", "authority"),
    "many": ("administrator", "authority"),
    "decide": ("authority",),
    "waive": ("authority",),
    "meet": ("secretary", "administrator"),
    "consult": ("appraiser", "lead", "administrator"),
    "opine": ("opinion_giver",),
    "state": ("officer", "head", "superior", "appraiser", "administrator"),
    "accept": ("superior", "authority"),
    "enclose": ("officer", "head", "superior", "appraiser", "administrator", "authority"),
    "conclude": ("superior", "appraiser", "lead", "administrator", "authority"),
    "enter": ("superior", "administrator"),
    "members": ("officer", "head", "administrator"),
    "number": ("authority", "administrator"),
    "rank": ("system", "administrator", "authority"),
    "report": ("system", "administrator"),
    "results": ("reader", *STAFF[:2], "authority", "secretary", "auditor"),
}


class Target(NamedTuple):
    """The SQL names of the round, the subject, the dossier and the deciding body a clause speaks of.

    The subject is the one whose officers and head work on the dossier.
    """

    round: str
    subject: str = "NULL"
    assessment: str = "NULL"
    body: str = "NULL"


DOSSIER = Target("a.round_id", "coalesce(a.agency_id, a.subject_id)", "a.id", "a.body")
ROUND = Target("r.id", assessment="CAST(NULL AS BIGINT)")
BODY = Target("r.id", assessment="CAST(NULL AS BIGINT)", body=":body")
ANY_BODY = Target("r.id", assessment="CAST(NULL AS BIGINT)", body="g.body")
"""A round, or whatever one body decides on in it."""
EVERYWHERE = Target("NULL")


def clauses(relations: Iterable[str], target: Target) -> list[str]:
    """Conditions on a grant `g` in force, one for each scope; its account is in a relation where one holds.

    Relations of the same scope share a condition, so that each can use its index.
    """
    roles: dict[str, list[str]] = {}
    for name in relations:
        if name in RELATIONS:
            roles.setdefault(RELATIONS[name].scope, []).extend(RELATIONS[name].roles)
    return [_condition(dict.fromkeys(named), scope, target) for scope, named in roles.items()]


def held(relations: Iterable[str], target: Target) -> str:
    """The condition on a grant `g` in force that puts its account in one of the relations."""
    return f"({' OR '.join(f'({clause})' for clause in clauses(relations, target)) or '1 = 0'})"


def _condition(roles: Iterable[str], scope: str, target: Target) -> str:
    listed = ", ".join(f"'{role}'" for role in roles)
    return f"g.ended_at IS NULL AND g.role IN ({listed}) AND {scope.format(**target._asdict())}"


@cache
def standing(target: Target, *, known: bool, sqlite: bool) -> str:
    """A scalar subselect: the relations of account :actor to the target, joined by commas; NULL for no account."""
    if not known:
        return "NULL"
    cases = " ".join(f"WHEN {clauses([name], target)[0]} THEN '{name}'" for name in RELATIONS)
    joined = f"group_concat(CASE {cases} END)" if sqlite else f"string_agg(CASE {cases} END, ',')"
    return f"(SELECT {joined} FROM account_grant g WHERE g.account_id = :actor)"


def relations_of(actor: Actor, found: str | None) -> frozenset[str]:
    """All relations of an actor: those it has by itself and those its grants gave."""
    return actor.standing | frozenset(found.split(",")) if found else actor.standing


@cache
def allowed(verb: str, target: Target) -> str:
    """The condition under which account :actor may do `verb` to the target."""
    return f"EXISTS (SELECT 1 FROM account_grant g WHERE g.account_id = :actor AND {held(VERBS[verb], target)})"


def can(session: Session, actor: Actor, verb: str, assessment_id: int) -> bool:
    """Whether the actor may do `verb` to a dossier."""
    if actor.standing & set(VERBS[verb]):
        return True
    sql = f"SELECT 1 FROM assessment a WHERE a.id = :id AND {allowed(verb, DOSSIER)}"
    return run(session, sql, {"id": assessment_id, "actor": actor.account_id}).fetchone() is not None


def can_round(session: Session, actor: Actor, verb: str, round_id: int, *, target: Target = ROUND) -> bool:
    """Whether the actor may do `verb` to a round as a whole; with ANY_BODY, to what some body decides on in it."""
    if actor.standing & set(VERBS[verb]):
        return True
    sql = f"SELECT 1 FROM round r WHERE r.id = :id AND {allowed(verb, target)}"
    return run(session, sql, {"id": round_id, "actor": actor.account_id}).fetchone() is not None


def can_body(session: Session, actor: Actor, verb: str, round_id: int, body: str) -> bool:
    """Whether the actor may do `verb` where that body decides, in a round."""
    if actor.standing & set(VERBS[verb]):
        return True
    sql = f"SELECT 1 FROM round r WHERE r.id = :id AND {allowed(verb, BODY)}"
    where = {"id": round_id, "body": body, "actor": actor.account_id}
    return run(session, sql, where).fetchone() is not None


def bodies(session: Session, actor: Actor, verb: str, round_id: int) -> frozenset[str] | None:
    """The bodies on whose dossiers the actor may do `verb` in a round; None where it may on all."""
    if actor.standing & set(VERBS[verb]):
        return None
    sql = (
        "SELECT DISTINCT g.body FROM account_grant g JOIN round r ON r.id = :round "
        f"WHERE g.account_id = :actor AND {held(VERBS[verb], ANY_BODY)}"
    )
    found = {row[0] for row in run(session, sql, {"round": round_id, "actor": actor.account_id}).fetchall()}
    return None if None in found else frozenset(found)


def standings(session: Session, actor: Actor, round_id: int | None) -> tuple[frozenset[str], frozenset[str]]:
    """All relations of the actor to every round, and to one of them or to what some body decides on in it."""
    known, sqlite = actor.account_id is not None, is_sqlite(session)
    house, there = (standing(target, known=known, sqlite=sqlite) for target in (EVERYWHERE, ANY_BODY))
    sql = f"SELECT {house}, (SELECT {there} FROM round r WHERE r.id = :round)"
    everywhere, found = run(session, sql, {"actor": actor.account_id, "round": round_id}).fetchone()
    return relations_of(actor, everywhere), relations_of(actor, found)


def visible(session: Session, actor: Actor, verb: str, round_id: int) -> list[int]:
    """Ids of the dossiers of a round to which the actor may do `verb`, ascending."""
    condition = "1 = 1" if actor.standing & set(VERBS[verb]) else allowed(verb, DOSSIER)
    sql = f"SELECT a.id FROM assessment a WHERE a.round_id = :round AND {condition} ORDER BY a.id"
    return [row[0] for row in run(session, sql, {"round": round_id, "actor": actor.account_id}).fetchall()]


def demand(session: Session, actor: Actor, verb: str, assessment_id: int) -> None:
    """NotAllowed unless the actor may do `verb` to the dossier."""
    if not can(session, actor, verb, assessment_id):
        raise NotAllowed


def demand_held(relations: Collection[str], verb: str) -> None:
    """The same of a dossier that is held, by the actor's relations to it."""
    if set(VERBS[verb]).isdisjoint(relations):
        raise NotAllowed


def demand_round(session: Session, actor: Actor, verb: str, round_id: int) -> None:
    """NotAllowed unless the actor may do `verb` to the round."""
    if not can_round(session, actor, verb, round_id):
        raise NotAllowed


def demand_everywhere(session: Session, actor: Actor, verb: str) -> None:
    """NotAllowed unless the actor may do `verb` in every round, by a grant that is limited to none."""
    if actor.standing & set(VERBS[verb]):
        return
    if run(session, f"SELECT 1 WHERE {allowed(verb, EVERYWHERE)}", {"actor": actor.account_id}).fetchone() is None:
        raise NotAllowed
