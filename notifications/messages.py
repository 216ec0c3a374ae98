"""What a batch of outbox rows needs from the database, read in a few queries for the whole batch."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from config.programme import Programme
from config.vocabulary import MESSAGES, Parameters, StateKind
from config.workflow import Deadline, State
from models.assessments import Assessment
from models.decisions import Decision, Document
from models.installation import installation
from models.mail import Outbox
from models.people import Account, Subject
from models.rounds import ProgrammeVersion, Round
from notifications import details
from notifications.details import Told
from notifications.wording import EFFECTS, REVISED, one_line
from states.hold import programme_of

DIGESTED: Final = frozenset({"reminder", "unsubmitted_reminder", "last_day", "escalation", "appraisal_due"})
"""Messages of which one account gets one mail for all its rows that are due at the same instant."""
TIMELY: Final = frozenset(
    {"reminder", "unsubmitted_reminder", "presented", "last_day", "escalation", "explanation_due", "opinion_due"}
)
"""Messages that mean nothing once the closing has passed or the dossier has ended."""

_LAUNCH, _DECIDED, _REPORT = aliased(Document), aliased(Document), aliased(Document)


@dataclass(frozen=True)
class Case:
    """One outbox row with all that its mail says."""

    row: Outbox
    account: Account
    round: Round
    programme: Programme
    rehearsal: bool
    assessment: Assessment | None = None
    code: str = ""
    launch: Document | None = None
    decision: Document | None = None
    report: Document | None = None
    more: Mapping[str, Any] = field(default_factory=dict)

    @property
    def about(self) -> Parameters:
        """The parameters of the message; ValidationError when they are not those it takes."""
        return MESSAGES[self.row.message].parameters.model_validate_json(self.row.parameters)

    @property
    def name(self) -> str:
        """The unit the mail is about; empty when it is about the round, or about a person (DESIGN §6)."""
        return one_line(self.assessment.name) if self.assessment and not self._is_person else ""

    @property
    def addressed(self) -> str:
        """Who is spoken of in a sentence."""
        return self.name or ("cá nhân được đánh giá" if self._is_person else "đơn vị")

    @property
    def _is_person(self) -> bool:
        return self.assessment is not None and self.programme.subject_kinds[self.assessment.kind].person

    @property
    def file_code(self) -> str:
        """The code of the dossier (*mã hồ sơ*)."""
        return f"{self.code}/{self.round.year}" if self.code else ""

    @property
    def stage(self) -> Deadline | None:
        """The deadline that the dossier's own closing is of."""
        return own_deadline(self.programme, self.assessment.kind) if self.assessment else None

    @property
    def closing(self) -> datetime | None:
        """The instant the mail speaks of: that of the question or task, else the dossier's own."""
        own = self.assessment.closes_at if self.assessment and self.stage else None
        closing: datetime | None = self.more.get("closes_at", own)
        return closing

    @property
    def maximum(self) -> Decimal | None:
        """The most points the dossier's sheet gives."""
        return self.programme.sheet_for(self.assessment.kind).total if self.assessment else None

    @property
    def progress(self) -> str:
        """How far the unit has come."""
        own, mending = self.assessment, "đang sửa bản đã nộp, " if self.is_submitted else ""
        return f"{mending}đã chấm {own.scored}/{own.leaves} tiêu chí" if own and own.leaves else ""

    @property
    def appraisal_progress(self) -> str:
        """How far the appraisal has come."""
        own = self.assessment
        return f"đã thẩm định {own.appraised}/{own.leaves} tiêu chí" if own and own.leaves else ""

    @property
    def counts(self) -> list[tuple[str, int]]:
        """Dossiers in each state where there are any, in the order of the workflow (daily summary)."""
        states, found = self.programme.workflow.assessment.states, self.more["states"]
        return [(state.label, found[name]) for name, state in states.items() if name in found]

    @property
    def effect(self) -> str:
        """What happens when the dossier's own closing passes."""
        if self.stage is None or self.is_ended:
            return ""
        return REVISED if self.is_submitted else EFFECTS[self.stage.late]

    @property
    def is_submitted(self) -> bool:
        """Whether a submitted copy is in force, also while it is being revised."""
        return self.assessment is not None and self.assessment.submitted_at is not None

    @property
    def state(self) -> State:
        """Where the dossier stands, or the round when the mail is about that."""
        workflow = self.programme.workflow
        if self.assessment:
            return workflow.assessment.states[self.assessment.state]
        return workflow.round.states[self.round.state]

    @property
    def is_ended(self) -> bool:
        """Whether the dossier has left the round, or the round has ended."""
        of_round = self.programme.workflow.round.states[self.round.state]
        return StateKind.FINAL in {self.state.kind, of_round.kind}


def own_deadline(programme: Programme, kind: str) -> Deadline | None:
    """The first deadline that covers a kind: the one `assessment.closes_at` is of."""
    return next((deadline for deadline in programme.workflow.deadlines if deadline.covers(kind)), None)


def load(session: Session, rows: Sequence[Outbox], now: datetime) -> list[Case]:
    """The cases of a batch, in the order of its rows."""
    found = {record[0].id: record for record in session.execute(_whole(rows))}
    told = [Told(row, programme_of(session, found[row.id].digest)) for row in rows]
    more = details.load(session, told, now)
    rehearsal = installation(session).made_as == "rehearsal"
    return [_case(found[one.row.id], one.programme, rehearsal, more.get(one.row.id, {})) for one in told]


def _whole(rows: Iterable[Outbox]) -> Any:  # noqa: ANN401  a select of more columns than SQLModel's types count
    return (
        select(Outbox, Account, Round, col(ProgrammeVersion.digest), Assessment, Subject, _LAUNCH, _DECIDED, _REPORT)
        .join(Account, col(Account.id) == Outbox.account_id)
        .join(Round, col(Round.id) == Outbox.round_id)
        .join(ProgrammeVersion, col(ProgrammeVersion.id) == Round.programme_version_id)
        .outerjoin(Assessment, col(Assessment.id) == Outbox.assessment_id)
        .outerjoin(Subject, col(Subject.id) == Assessment.subject_id)
        .outerjoin(_LAUNCH, col(_LAUNCH.id) == Round.launch_document_id)
        .outerjoin(Decision, col(Decision.id) == Assessment.decision_id)
        .outerjoin(_DECIDED, col(_DECIDED.id) == Decision.document_id)
        .outerjoin(_REPORT, col(_REPORT.id) == Round.report_document_id)
        .where(col(Outbox.id).in_([row.id for row in rows]))
    )


def _case(record: Any, programme: Programme, rehearsal: bool, more: Mapping[str, Any]) -> Case:  # noqa: ANN401, FBT001
    row, account, of_round, _, assessment, subject, launch, decision, report = record
    return Case(
        row=row,
        account=account,
        round=of_round,
        programme=programme,
        rehearsal=rehearsal,
        assessment=assessment,
        code=subject.code if subject else "",
        launch=launch,
        decision=decision,
        report=report,
        more=more,
    )


def key(row: Outbox) -> tuple[int, str, int, datetime]:
    """What the rows of one digest have in common."""
    return row.round_id, row.message, row.account_id, row.due_at


def letters(cases: Iterable[Case]) -> list[tuple[Case, ...]]:
    """The cases of each mail: one, or all of a digest where the programme wants one; in the order of the cases."""
    gathered: dict[Any, list[Case]] = {}
    for case in cases:
        together = case.row.message in DIGESTED and case.programme.reminders.digest
        gathered.setdefault(key(case.row) if together else case.row.id, []).append(case)
    return [tuple(group) for group in gathered.values()]


def needless(case: Case, now: datetime) -> str | None:
    """Why a mail is not to be sent after all, None when it is."""
    if not case.account.active:
        return "tài khoản đã ngừng hoạt động"
    if not case.account.reminders and not MESSAGES[case.row.message].obligation:
        return "người nhận đã tắt thư nhắc"
    if case.row.message in TIMELY and _is_over(case, now):
        return "đã qua thời điểm nhắc"
    return None


def _is_over(case: Case, now: datetime) -> bool:
    answered = case.more.get("open") == 0
    return answered or case.is_ended or (case.closing is not None and case.closing <= now)
