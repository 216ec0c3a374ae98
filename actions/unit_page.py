"""What a unit's page shows beside the sheet: receipt, launch document, questions, difficulties, extensions, result.

Read only, but for presenting a finished sheet to the head where the head alone submits.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from actions.self_assess import UNIT, sealing
from config.vocabulary import Presented
from config.workflow import Deadline
from models.assessments import Assessment, Difficulty, ExplanationItem, ExplanationRequest, Extension
from models.db import run
from models.decisions import Decision, DecisionItem, Document
from models.evidence import EvidenceRow, in_force
from models.history import History
from models.mail import Outbox
from models.people import Account, Grant, Subject
from models.rounds import Round
from models.types import from_day
from states import history
from states.actor import Actor
from states.errors import Unknown, refuse
from states.facts import Dossier
from states.hold import hold
from states.permits import demand
from states.released import told_level
from states.tasks import is_open

_LAUNCHED: Final = (
    "SELECT r.title, coalesce(d.number, ''), d.dated, coalesce(d.signer, '') FROM round r "
    "LEFT JOIN document d ON d.id = r.launch_document_id AND NOT d.confidential WHERE r.id = :round"
)
_REQUESTS: Final = (
    select(ExplanationRequest)
    .where(ExplanationRequest.assessment_id == bindparam("assessment"))
    .order_by(col(ExplanationRequest.id).desc())
)
OWN: Final = frozenset({"officer", "head"})
PROOF: Final = 16


class Launched(NamedTuple):
    """The title of a round and the document it was launched by; of one that is *Mật* nothing is told."""

    title: str
    number: str
    dated: date | None
    signer: str

    @property
    def is_cited(self) -> bool:
        """Whether there is anything to cite it by."""
        return bool(self.number or self.dated)


class Receipt(NamedTuple):
    """The last submission, as its receipt names it."""

    at: datetime
    late: bool
    proof: str
    file_code: str


class Question(NamedTuple):
    """A question to the unit with the criteria it names."""

    request: ExplanationRequest
    items: Sequence[ExplanationItem]


class Result(NamedTuple):
    """What was decided of a dossier, and by which document; of one that is *Mật* neither it nor its reason is told."""

    level: str | None
    document: Document | None
    reason: str


def is_unit(facts: Dossier) -> bool:
    """Whether the actor works on the dossier for its unit."""
    return bool(facts.relations & OWN)


def may_draft(facts: Dossier) -> bool:
    """Whether the sheet is open to the actor for filling in, as `self_assess.save` will ask again."""
    if not is_unit(facts):
        return False
    if facts.programme.workflow.assessment.steps("start_self", facts.state):
        return is_open(facts, "start_self")
    return is_open(replace(facts, relations=UNIT), sealing(facts))


def is_being_drafted(facts: Dossier) -> bool:
    """Whether the sheet is open to its unit, whoever asks."""
    return may_draft(replace(facts, relations=UNIT))


def waits_for_head(facts: Dossier) -> bool:
    """Whether the draft is open, and the actor may not be the one who submits it."""
    return may_draft(facts) and not facts.relations & set(_submitters(facts))


def _submitters(facts: Dossier) -> tuple[str, ...]:
    steps = facts.programme.workflow.assessment.transitions
    return tuple(relation for step in steps if step.do == sealing(facts) for relation in step.by)


def is_announced(facts: Dossier) -> bool:
    """Whether a result stands that the unit has been told; before that no appraised or decided mark is shown."""
    machine = facts.programme.workflow.assessment
    told = {step.target for step in machine.transitions if {"result_announced", "result_replaced"} & set(step.tells)}
    after = {state for name in told for state in machine.reachable(name)}
    return facts.state in after and not machine.steps("announce", facts.state) and facts.decision_id is not None


def ahead(facts: Dossier) -> tuple[Deadline | None, datetime]:
    """The deadline that lies ahead from where the dossier stands, and when it closes.

    That is its own, until what its own closing gates is behind it and another one acts on the dossier (NA-5.1).
    """
    workflow = facts.programme.workflow
    own, leaving = workflow.own_deadline(facts.kind), workflow.assessment.leaving(facts.state)
    if not workflow.is_behind(facts.kind, facts.state):
        return own, facts.closes_at
    acting = [one for one in workflow.deadlines if one.do and any(step.do == one.do for step in leaving)]
    found = next((one for one in acting if one.stage in facts.windows), None)
    return (own, facts.closes_at) if found is None else (found, facts.windows[found.stage].closes_at)


def launched(session: Session, round_id: int) -> Launched:
    """A round as it was launched."""
    title, number, dated, signer = run(session, _LAUNCHED, {"round": round_id}).fetchone()
    return Launched(title, number, from_day(dated), signer)


def receipt(session: Session, facts: Dossier) -> Receipt | None:
    """The receipt of the submission that is in force; None when nothing was ever submitted."""
    steps = facts.programme.workflow.assessment.transitions
    acts = {step.do for step in steps if "receipt" in step.tells}
    if facts.submitted_at is None or not acts:
        return None
    chosen = select(History).where(History.entity == facts.entity, col(History.act).in_(acts))
    row = session.exec(chosen.order_by(col(History.seq).desc()).limit(1)).first()
    if row is None:
        return None
    found, subject = session.get_one(Round, facts.round_id), session.get_one(Subject, facts.subject_id)
    return Receipt(row.at, facts.late, row.hash.hex()[:PROOF], f"{subject.code}/{found.year}")


def questions(session: Session, assessment_id: int) -> list[Question]:
    """All questions on a dossier, the newest first."""
    requests = session.exec(_REQUESTS, params={"assessment": assessment_id}).all()
    if not requests:
        return []
    among = col(ExplanationItem.request_id).in_([one.id for one in requests])
    found = session.exec(select(ExplanationItem).where(among).order_by(ExplanationItem.criterion)).all()
    return [Question(one, [item for item in found if item.request_id == one.id]) for one in requests]


def question(session: Session, assessment_id: int, request_id: int) -> Question:
    """One question of a dossier; Unknown when it is another's."""
    found = next((one for one in questions(session, assessment_id) if one.request.id == request_id), None)
    if found is None:
        raise Unknown(f"yêu cầu giải trình số {request_id}")
    return found


def difficulties(session: Session, assessment_id: int) -> Sequence[Difficulty]:
    """The difficulties raised on a dossier, the newest first."""
    chosen = select(Difficulty).where(Difficulty.assessment_id == assessment_id)
    return session.exec(chosen.order_by(col(Difficulty.id).desc())).all()


def extensions(session: Session, assessment_id: int) -> Sequence[Extension]:
    """The extensions asked for and granted on a dossier, the newest first."""
    chosen = select(Extension).where(Extension.assessment_id == assessment_id)
    return session.exec(chosen.order_by(col(Extension.id).desc())).all()


def result(session: Session, facts: Dossier) -> Result | None:
    """What was decided, once the unit has been told."""
    if not is_announced(facts):
        return None
    decision = session.get_one(Decision, facts.decision_id)
    item = session.get(DecisionItem, (decision.id, facts.id))
    document = session.get(Document, decision.document_id) if decision.document_id else None
    level = told_level(facts.programme, facts.level)
    if item is None or document is None or not document.confidential:
        return None if item is None else Result(level, document, item.reason or decision.reason)
    return Result(level, None, "")


def report(session: Session, assessment_id: int) -> Document | None:
    """The signed report named with a dossier."""
    key = session.get_one(Assessment, assessment_id).signed_report_id
    return session.get(Document, key) if key else None


def wants_report(facts: Dossier, has_report: bool) -> bool:  # noqa: FBT001  one fact beside the others
    """Whether the signed report may still be added, as `self_assess.add_report` will ask again (VG-3.2)."""
    rule, submitted = facts.programme.submission, facts.submitted_at
    if rule.report != "within_days" or has_report or submitted is None or not is_unit(facts):
        return False
    return facts.now < submitted + timedelta(days=rule.days or 0)


def may_see(session: Session, facts: Dossier, found: EvidenceRow) -> bool:
    """Whether the actor may know of a piece of evidence: the unit of all its own, others of what is in force."""
    if is_unit(facts):
        return True
    submitted = facts.submitted_at
    return submitted is not None and found.id in {one.id for one in in_force(session, facts.id, submitted)}


def names(session: Session, account_ids: Sequence[int | None]) -> Mapping[int, str]:
    """How accounts are called, by id."""
    found = session.exec(select(Account).where(col(Account.id).in_({key for key in account_ids if key})))
    return {one.id: one.name or one.email for one in found}


def heads(session: Session, facts: Dossier) -> Sequence[Account]:
    """The heads of the unit that works on a dossier."""
    own = session.get_one(Assessment, facts.id)
    subject = own.agency_id or own.subject_id
    joined = select(Account).join(Grant, col(Grant.account_id) == col(Account.id))
    chosen = joined.where(Grant.role == "head", Grant.subject_id == subject, col(Grant.ended_at).is_(None))
    return session.exec(chosen.order_by(col(Account.id))).all()


def present(session: Session, assessment_id: int, *, actor: Actor, now: datetime) -> Sequence[Account]:
    """Present a finished sheet to the heads, who alone submit it, by mail; returns them. Refused when none can."""
    demand(session, actor, "draft", assessment_id)
    facts = hold(session, assessment_id, actor=actor, now=now)
    told = [one for one in heads(session, facts) if one.active]
    if not waits_for_head(facts) or facts.scored < facts.leaves:
        raise refuse("present", "Chỉ trình thủ trưởng khi đã chấm đủ và hồ sơ còn trong thời hạn.")
    if not told:
        raise refuse("heads", "Đơn vị chưa có tài khoản của thủ trưởng; gọi cơ quan chủ trì để bổ sung.")
    what = {"heads": [one.id for one in told]}
    row = history.record(session, facts.link, "present", what, actor=actor, now=now)
    by = Presented(account=actor.account_id or 0)
    mails = (_mail(facts, one, f"{row.entity}/{row.seq}", by) for one in told)
    session.add_all(mails)
    session.flush()
    return told


def _mail(facts: Dossier, head: Account, occasion: str, by: Presented) -> Outbox:
    return Outbox(
        round_id=facts.round_id,
        assessment_id=facts.id,
        message="presented",
        account_id=head.id,
        occasion=occasion,
        due_at=facts.now,
        parameters=by.model_dump_json(),
    )
