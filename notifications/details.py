"""What single messages need beside what every mail says: one reader a message, each called once a batch."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from sqlmodel import Session, col, func, select

from config.programme import Programme
from config.vocabulary import Approval as Awaited
from config.vocabulary import EvidenceRefused, Presented, Request, Until
from models.approvals import Approval
from models.assessments import Assessment, Difficulty, ExplanationItem, ExplanationRequest, Extension
from models.decisions import Document
from models.evidence import Evidence
from models.history import History, HistoryPayload
from models.mail import Outbox
from models.opinions import Opinion, OpinionRequest
from models.people import Account, AccountVersion, Grant, Subject
from models.rounds import Milestone
from notifications.wording import one_line


class Told(NamedTuple):
    """A row and the programme of its round."""

    row: Outbox
    programme: Programme


Details = Mapping[str, Any]
Step = tuple[History, HistoryPayload | None]
Read = Callable[[Session, Sequence[Told], datetime], dict[int, Details]]

DAY: Final = timedelta(days=1)
LONGEST_LIST: Final = 10


def load(session: Session, told: Iterable[Told], now: datetime) -> dict[int, Details]:
    """The details of each row by its id; rows of messages that need none are left out."""
    by_reader: defaultdict[Read, list[Told]] = defaultdict(list)
    for one in told:
        if one.row.message in READERS:
            by_reader[READERS[one.row.message]].append(one)
    return {row_id: found for read, own in by_reader.items() for row_id, found in read(session, own, now).items()}


def _receipts(session: Session, told: Sequence[Told], _now: datetime) -> dict[int, Details]:
    """Time, total and hash as the chain has them, so that a later submission changes no earlier receipt.

    A receipt that is sent again has an occasion of its own, after that of the submission it is about.
    """
    places = {one.row.id: _place(one.row.occasion) for one in told}
    acts = {one.row.id: _receipted(one.programme) for one in told}
    chosen = (
        select(History, HistoryPayload)
        .outerjoin(
            HistoryPayload,
            (col(HistoryPayload.entity) == col(History.entity)) & (col(HistoryPayload.seq) == col(History.seq)),
        )
        .where(col(History.entity).in_({entity for entity, _ in places.values()}))
        .where(col(History.act).in_(frozenset().union(*acts.values())))
        .order_by(col(History.seq).desc())
    )
    steps = session.exec(chosen).all()
    return {row_id: _receipt(*_last(steps, *places[row_id], acts[row_id])) for row_id in places}


def _place(occasion: str) -> tuple[str, int]:
    entity, _, seq = occasion.rpartition("/")
    return entity, int(seq)


def _receipted(programme: Programme) -> frozenset[str]:
    steps = programme.workflow.assessment.transitions
    return frozenset(step.do for step in steps if "receipt" in step.tells)


def _last(steps: Iterable[Step], entity: str, seq: int, acts: Collection[str]) -> Step:
    """The newest submission up to a place in a chain; LookupError when there is none."""
    for step, payload in steps:
        if step.entity == entity and step.seq <= seq and step.act in acts:
            return step, payload
    message = f"no submission in {entity} up to row {seq}"
    raise LookupError(message)


def _receipt(step: History, payload: HistoryPayload | None) -> Details:
    content = json.loads(payload.content) if payload and payload.content else {}
    total = Decimal(content["total"]) if "total" in content else None
    late = bool(json.loads(step.body)["what"].get("late"))
    return {"at": step.at, "total": total, "late": late, "proof": step.hash.hex()[:16]}


def _questions(session: Session, told: Sequence[Told], _now: datetime) -> dict[int, Details]:
    asked = {one.row.id: Request.model_validate_json(one.row.parameters).request for one in told}
    chosen = (
        select(ExplanationRequest, ExplanationItem.criterion)
        .outerjoin(ExplanationItem, col(ExplanationItem.request_id) == col(ExplanationRequest.id))
        .where(col(ExplanationRequest.id).in_(set(asked.values())))
        .order_by(col(ExplanationItem.criterion))
    )
    closings: dict[int, datetime] = {}
    codes: defaultdict[int, list[str]] = defaultdict(list)
    for request, criterion in session.exec(chosen):
        closings[request.id] = request.closes_at
        codes[request.id] += [criterion] if criterion else []
    return {row_id: {"closes_at": closings[one], "codes": codes[one]} for row_id, one in asked.items()}


def _opinions(session: Session, told: Sequence[Told], _now: datetime) -> dict[int, Details]:
    """How many dossiers the body was asked about, on how many it has not answered, and by which letter; no names."""
    asked = {one.row.id: Request.model_validate_json(one.row.parameters).request for one in told}
    chosen = (
        select(OpinionRequest, Document)
        .outerjoin(Document, col(Document.id) == col(OpinionRequest.document_id))
        .where(col(OpinionRequest.id).in_(set(asked.values())))
    )
    found = {request.id: (request, document) for request, document in session.exec(chosen)}
    counts = _answered(session, set(asked.values()))
    return {one.row.id: _opinion(*found[asked[one.row.id]], counts, one.row.account_id) for one in told}


def _opinion(
    request: OpinionRequest, document: Document | None, counts: Mapping[tuple[int, int], Counter[str]], account_id: int
) -> Details:
    own = counts[request.id, account_id]
    return {"closes_at": request.closes_at, "letter": document, "asked": own.total(), "open": own["open"]}


def _answered(session: Session, requests: Collection[int]) -> Mapping[tuple[int, int], Counter[str]]:
    chosen = (
        select(Opinion.request_id, Opinion.account_id, Opinion.status, func.count())
        .where(col(Opinion.request_id).in_(requests))
        .group_by(col(Opinion.request_id), col(Opinion.account_id), col(Opinion.status))
    )
    counts: defaultdict[tuple[int, int], Counter[str]] = defaultdict(Counter)
    for request_id, account_id, status, count in session.exec(chosen):
        counts[request_id, account_id][status] += count
    return counts


def _presented(session: Session, told: Sequence[Told], _now: datetime) -> dict[int, Details]:
    """Who presents the sheet, by name and position as far as they are known."""
    who = {one.row.id: Presented.model_validate_json(one.row.parameters).account for one in told}
    found = session.exec(select(Account).where(col(Account.id).in_(set(who.values()))))
    named = {one.id: ", ".join(filter(None, (one_line(one.name), one_line(one.position)))) for one in found}
    return {row_id: {"by": named[account]} for row_id, account in who.items()}


def _approvals(session: Session, told: Sequence[Told], _now: datetime) -> dict[int, Details]:
    """What is to be approved, until when, and who asks for it."""
    wanted = {one.row.id: Awaited.model_validate_json(one.row.parameters).approval for one in told}
    chosen = select(Approval, Account).join(Account, col(Account.id) == Approval.asked_by)
    rows = session.exec(chosen.where(col(Approval.id).in_(set(wanted.values()))))
    found = {
        asked.id: {"title": one_line(asked.title), "ends_at": asked.ends_at, "by": one_line(by.name) or by.email}
        for asked, by in rows
    }
    return {row_id: found[key] for row_id, key in wanted.items()}


def _refused_files(session: Session, told: Sequence[Told], _now: datetime) -> dict[int, Details]:
    """The criterion, and until when the file may be replaced; its name stays out of mails, where anybody may read."""
    wanted = {one.row.id: EvidenceRefused.model_validate_json(one.row.parameters).evidence for one in told}
    found = {one.id: one for one in session.exec(select(Evidence).where(col(Evidence.id).in_(wanted.values())))}
    rows = {row_id: found[key] for row_id, key in wanted.items() if key in found}
    return {row_id: {"criterion": one.criterion, "closes_at": one.replace_by} for row_id, one in rows.items()}


def _extensions(_session: Session, told: Sequence[Told], _now: datetime) -> dict[int, Details]:
    return {one.row.id: {"closes_at": Until.model_validate_json(one.row.parameters).closes_at} for one in told}


def _appraisals(session: Session, told: Sequence[Told], _now: datetime) -> dict[int, Details]:
    """The stage that is to be finished next: the first to close after the mail is due."""
    chosen = (
        select(Outbox.id, Milestone)
        .join(Assessment, col(Assessment.id) == col(Outbox.assessment_id))
        .join(Milestone, (col(Milestone.round_id) == Outbox.round_id) & (col(Milestone.kind) == Assessment.kind))
        .where(col(Outbox.id).in_([one.row.id for one in told]), col(Milestone.closes_at) > col(Outbox.due_at))
        .order_by(col(Milestone.closes_at).desc())
    )
    next_closing = {row_id: milestone.closes_at for row_id, milestone in session.exec(chosen)}
    return {one.row.id: {"closes_at": next_closing.get(one.row.id)} for one in told}


def _addresses(session: Session, told: Sequence[Told], _now: datetime) -> dict[int, Details]:
    """The address before the last change, and the units whose mail the account gets now (None: none by its role)."""
    accounts = {one.row.account_id for one in told}
    before, units = _earlier(session, accounts), _units(session, accounts)
    return {
        one.row.id: {"previous": before.get(one.row.account_id, ""), "units": units.get(one.row.account_id, [])}
        for one in told
    }


def _earlier(session: Session, accounts: Collection[int]) -> dict[int, str]:
    chosen = select(AccountVersion).where(col(AccountVersion.account_id).in_(accounts))
    known: defaultdict[int, list[str]] = defaultdict(list)
    for version in session.exec(chosen.order_by(col(AccountVersion.since))):
        if version.email not in known[version.account_id][-1:]:
            known[version.account_id].append(version.email)
    return {account_id: emails[-2] for account_id, emails in known.items() if emails[1:]}


def _units(session: Session, accounts: Collection[int]) -> dict[int, list[str] | None]:
    chosen = (
        select(Grant.account_id, Subject.name)
        .distinct()
        .outerjoin(Subject, col(Subject.id) == col(Grant.subject_id))
        .where(col(Grant.account_id).in_(accounts), col(Grant.ended_at).is_(None))
    )
    found: dict[int, list[str] | None] = {}
    for account_id, name in session.exec(chosen.order_by(col(Subject.name))):
        found[account_id] = [*(found.get(account_id) or []), name] if name else found.get(account_id)
    return found


def _summaries(session: Session, told: Sequence[Told], now: datetime) -> dict[int, Details]:
    found = {round_id: _summary(session, round_id, now) for round_id in {one.row.round_id for one in told}}
    return {one.row.id: found[one.row.round_id] for one in told}


def _summary(session: Session, round_id: int, now: datetime) -> Details:
    own = col(Assessment.round_id) == round_id
    states = select(Assessment.state, func.count()).where(own).group_by(Assessment.state)
    ready = (
        select(func.count())
        .select_from(Assessment)
        .where(own, col(Assessment.submitted_at).is_(None), col(Assessment.closes_at) > now)
        .where(col(Assessment.leaves) > 0, col(Assessment.scored) >= col(Assessment.leaves))
    )
    bounced = _bounced(session, round_id, now)
    return {
        "states": dict(session.exec(states).all()),
        "ready": session.exec(ready).one(),
        "bounced": bounced[:LONGEST_LIST],
        "more_bounced": len(bounced[LONGEST_LIST:]),
        "difficulties": _unanswered(session, round_id, Difficulty),
        "extensions": _unanswered(session, round_id, Extension),
    }


def _bounced(session: Session, round_id: int, now: datetime) -> Sequence[str]:
    chosen = select(Assessment.name).distinct().join(Outbox, col(Outbox.assessment_id) == col(Assessment.id))
    lately = chosen.where(col(Outbox.round_id) == round_id, col(Outbox.ended_at) > now - DAY)
    names = session.exec(lately.where(col(Outbox.status).in_(["bounced", "failed"]))).all()
    return sorted(names)


def _unanswered(session: Session, round_id: int, table: type[Difficulty | Extension]) -> int:
    counted = select(func.count()).select_from(table).join(Assessment, col(Assessment.id) == table.assessment_id)
    return session.exec(counted.where(col(Assessment.round_id) == round_id, col(table.answered_at).is_(None))).one()


READERS: Final[Mapping[str, Read]] = MappingProxyType(
    {
        "receipt": _receipts,
        "evidence_refused": _refused_files,
        "explanation_asked": _questions,
        "explanation_due": _questions,
        "explanation_answered": _questions,
        "presented": _presented,
        "extension_granted": _extensions,
        "opinion_asked": _opinions,
        "opinion_due": _opinions,
        "appraisal_due": _appraisals,
        "address_changed": _addresses,
        "approval_asked": _approvals,
        "daily_summary": _summaries,
    }
)
