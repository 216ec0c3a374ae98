"""What pages show of requests for opinions: to a body what it was asked, to the staff all that was said (AMB-HT-13).

Read only. A draft is its writer's alone, also from the staff.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Final, NamedTuple

from sqlmodel import Session, col, select

from actions.answers import Answer, Consolidated, answer_of, consolidated, mine
from actions.opinions import find
from config.graph import RESTING
from models.assessments import Assessment
from models.db import run
from models.decisions import Document
from models.names import sort_name
from models.opinions import Opinion, OpinionRequest, body_names, dossier_names, of_body, of_request
from models.rounds import ProgrammeVersion, Round
from models.types import from_micros
from states.actor import Actor
from states.desk import undenied
from states.errors import Unknown
from states.hold import programme_of
from states.permits import DOSSIER, RELATIONS, VERBS, Target, allowed, visible

ASKED: Final = Target("q.round_id", assessment="p.assessment_id")
COLUMNS: Final = "q.id, q.round_id, r.title, q.question, q.closes_at, q.status"
RUNNING: Final = "r.state NOT IN ('archived', 'cancelled')"
MOST: Final = 50
"""As many requests as the home page of the staff lists."""


class Listed(NamedTuple):
    """A request as a list shows it; `asked` and `given` count the answers of a body on its own list."""

    id: int
    round_id: int
    round_title: str
    question: str
    closes_at: datetime
    status: str
    asked: int
    given: int

    def is_open(self, now: datetime) -> bool:
        """Whether it may still be answered here."""
        return self.status == "open" and now < self.closes_at


class Line(NamedTuple):
    """One dossier of a request as the body asked about it sees it; `letter` is set where staff entered its paper."""

    id: int
    name: str
    status: str
    answer: Answer
    given_at: datetime | None = None
    late: bool = False
    letter: Document | None = None


class Asking(NamedTuple):
    """A request with what everybody who may open it reads: of which round, by which letter, with which levels."""

    request: OpinionRequest
    round_title: str
    document: Document | None
    levels: Mapping[str, str]

    def is_open(self, now: datetime) -> bool:
        """Whether it may still be answered here."""
        return self.request.status == "open" and now < self.request.closes_at


class Body(NamedTuple):
    """How far one body has come; its late answers are among the given ones."""

    account_id: int
    name: str
    asked: int
    given: int
    silent: int
    late: int

    @property
    def waits(self) -> bool:
        """Whether it may still answer on something."""
        return self.given + self.silent < self.asked


class Overview(NamedTuple):
    """Everything that was said to a request, as its staff sees it."""

    rows: Sequence[Consolidated]
    bodies: Sequence[Body]
    letters: Mapping[int, Document]


class Paper(NamedTuple):
    """The dossiers on which the letter of a body may be entered, by id."""

    name: str
    dossiers: Mapping[int, str]


def may(session: Session, actor: Actor, verb: str, request_id: int) -> bool:
    """Whether the actor may do `verb` to a dossier of a request; "opine" only where it was asked itself."""
    known = {"id": request_id, "actor": actor.account_id}
    return run(session, f"SELECT 1 WHERE {_reached(verb, ':id')}", known).fetchone() is not None


def _reached(verb: str, request: str) -> str:
    """The condition under which account :actor may do `verb` to a dossier of a request; its roles are asked first."""
    roles = ", ".join(f"'{role}'" for name in VERBS[verb] for role in RELATIONS[name].roles)
    own = " AND p.account_id = :actor" if verb == "opine" else ""
    return (
        "EXISTS (SELECT 1 FROM account_grant h WHERE h.account_id = :actor AND h.ended_at IS NULL "
        f"AND h.role IN ({roles})) AND EXISTS (SELECT 1 FROM opinion p JOIN assessment a ON a.id = p.assessment_id "
        f"WHERE p.request_id = {request}{own} AND {allowed(verb, DOSSIER)})"
    )


def of_account(session: Session, actor: Actor) -> list[Listed]:
    """The requests to an account in rounds that have not ended, open or not, by closing."""
    sql = (
        f"SELECT {COLUMNS}, count(*), sum(CASE WHEN p.status = 'given' THEN 1 ELSE 0 END) FROM opinion p "
        "JOIN opinion_request q ON q.id = p.request_id JOIN round r ON r.id = q.round_id "
        f"WHERE p.account_id = :actor AND p.status <> 'withdrawn' AND {RUNNING} AND {allowed('opine', ASKED)} "
        f"GROUP BY {COLUMNS} ORDER BY q.closes_at, q.id"
    )
    return _listed(session, sql, actor)


def of_staff(session: Session, actor: Actor) -> list[Listed]:
    """The requests in rounds that have not ended on which an account works as staff, the newest first."""
    sql = (
        f"SELECT {COLUMNS}, 0, 0 FROM opinion_request q JOIN round r ON r.id = q.round_id "
        f"WHERE {RUNNING} AND {_reached('consult', 'q.id')} ORDER BY q.id DESC LIMIT {MOST}"
    )
    return _listed(session, sql, actor)


def _listed(session: Session, sql: str, actor: Actor) -> list[Listed]:
    rows: Sequence[Any] = run(session, sql, {"actor": actor.account_id}).fetchall()
    return [Listed._make((*row[:4], from_micros(row[4]), *row[5:])) for row in rows]


def asking(session: Session, request_id: int) -> Asking:
    """A request with its frame; the caller has asked whether it may be seen. A confidential letter is not named."""
    request = find(session, request_id)
    found = session.get_one(Round, request.round_id)
    digest = session.get_one(ProgrammeVersion, found.programme_version_id).digest
    document = session.get(Document, request.document_id) if request.document_id else None
    shown = None if document is None or document.confidential else document
    return Asking(request, found.title, shown, programme_of(session, digest).level_labels)


def lines(session: Session, request_id: int, *, actor: Actor) -> list[Line]:
    """The dossiers on which the actor was asked, as it sees them; Unknown when on none."""
    names = {one.assessment_id: one.name for one in mine(session, request_id, actor=actor).asked}
    own = of_body(session, request_id, actor.account_id or 0)
    letters = _documents(session, [one.document_id for one in own.values()])
    return [_line(one, names[key], letters.get(one.document_id or 0)) for key, one in own.items()]


def _line(one: Opinion, name: str, letter: Document | None) -> Line:
    return Line(one.assessment_id, name, one.status, answer_of(one), one.given_at, one.late, letter)


def overview(session: Session, request_id: int, *, actor: Actor) -> Overview:
    """All that was said on the dossiers that are open to the actor; NotAllowed when it works on none."""
    rows = consolidated(session, request_id, actor=actor)
    shown = {one.assessment_id for one in rows if not one.closed}
    opinions = [one for one in of_request(session, request_id) if one.assessment_id in shown]
    letters = _documents(session, [said.document_id for one in rows for said in one.said])
    return Overview(rows, _bodies(session, opinions), letters)


def _bodies(session: Session, opinions: Iterable[Opinion]) -> list[Body]:
    by_body = sorted(opinions, key=lambda one: one.account_id)
    found = {key: list(group) for key, group in groupby(by_body, key=lambda one: one.account_id)}
    names = body_names(session, found)
    made = (_body(key, names[key], [one for one in group if one.status != "withdrawn"]) for key, group in found.items())
    return sorted((one for one in made if one.asked), key=lambda one: sort_name(one.name))


def _body(key: int, name: str, own: Collection[Opinion]) -> Body:
    given = [one for one in own if one.status == "given"]
    silent = sum(one.status == "silent" for one in own)
    return Body(key, name, len(own), len(given), silent, sum(one.late for one in given))


def paper(session: Session, request_id: int, account_id: int, *, actor: Actor) -> Paper:
    """What the letter of a body may still be entered on by the actor; Unknown when it was not asked on any of that."""
    request = asking(session, request_id).request
    seen = set(visible(session, actor, "consult", request.round_id))
    own = {key: one for key, one in of_body(session, request_id, account_id).items() if key in seen}
    if not own:
        raise Unknown(f"nơi được hỏi ý kiến số {account_id}")
    closed = undenied(session, actor, request.round_id, own)
    waiting = [key for key, one in own.items() if one.status in {"open", "silent"} and key not in closed]
    names, resting = dossier_names(session, waiting), _resting(session, request, waiting)
    shown = {key: names[key] for key in waiting if key not in resting}
    return Paper(body_names(session, [account_id])[account_id], shown)


def _resting(session: Session, request: OpinionRequest, keys: Collection[int]) -> set[int]:
    """The dossiers that have their result or are out of the round: nothing is entered on them any more."""
    digest = session.get_one(ProgrammeVersion, session.get_one(Round, request.round_id).programme_version_id).digest
    states = programme_of(session, digest).workflow.assessment.states
    found = session.exec(select(Assessment.id, Assessment.state).where(col(Assessment.id).in_(keys)))
    return {key for key, state in found if states[state].kind in RESTING}


def _documents(session: Session, keys: Iterable[int | None]) -> dict[int, Document]:
    wanted = {key for key in keys if key}
    found = session.exec(select(Document).where(col(Document.id).in_(wanted))) if wanted else ()
    return {one.id: one for one in found}
