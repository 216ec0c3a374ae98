"""The names that a workflow and a programme may use, with the models of their parameters: data only."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


class StateKind(StrEnum):
    """What a state means for the work: who is awaited, whether it may still change, whether it ends."""

    WAITING = "waiting"
    WORKING = "working"
    LOCKED = "locked"
    SETTLED = "settled"
    FINAL = "final"


class Relation(StrEnum):
    """How an actor stands to a subject or a round: a role in a workflow is this, never a global flag."""

    SYSTEM = "system"
    ADMINISTRATOR = "administrator"
    OFFICER = "officer"
    HEAD = "head"
    SUPERIOR = "superior"
    APPRAISER = "appraiser"
    LEAD = "lead"
    AUTHORITY = "authority"
    SECRETARY = "secretary"
    OPINION_GIVER = "opinion_giver"
    READER = "reader"
    AUDITOR = "auditor"


class Need(StrEnum):
    """What the actor has to bring to a transition."""

    REASON = "reason"
    DOCUMENT = "document"
    MINUTES = "minutes"


class Child(StrEnum):
    """What a transition may open beside the dossier."""

    EXPLANATION = "explanation"
    OPINIONS = "opinions"
    BALLOT = "ballot"


class Late(StrEnum):
    """The one effect of a deadline that has passed."""

    ZERO = "zero"
    FLAG = "flag"
    REFUSE = "refuse"


STATE_KINDS: Final = frozenset(StateKind)

RELATIONS: Final[Mapping[Relation, str]] = MappingProxyType(
    {
        Relation.SYSTEM: "hệ thống",
        Relation.ADMINISTRATOR: "quản trị đợt",
        Relation.OFFICER: "cán bộ đơn vị",
        Relation.HEAD: "thủ trưởng đơn vị",
        Relation.SUPERIOR: "cấp trên trực tiếp",
        Relation.APPRAISER: "chuyên viên thẩm định",
        Relation.LEAD: "trưởng đoàn thẩm định",
        Relation.AUTHORITY: "cấp có thẩm quyền",
        Relation.SECRETARY: "thư ký phiên họp",
        Relation.OPINION_GIVER: "chủ thể tham gia đánh giá",
        Relation.READER: "người đọc báo cáo",
        Relation.AUDITOR: "kiểm tra, giám sát",
    }
)

NEEDS: Final[Mapping[Need, str]] = MappingProxyType(
    {
        Need.REASON: "lý do",
        Need.DOCUMENT: "văn bản",
        Need.MINUTES: "biên bản",
    }
)

CHILDREN: Final[Mapping[Child, str]] = MappingProxyType(
    {
        Child.EXPLANATION: "yêu cầu giải trình",
        Child.OPINIONS: "yêu cầu lấy ý kiến",
        Child.BALLOT: "phiếu biểu quyết",
    }
)

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
FileForm = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]


def _listed(value: object) -> object:
    return [value] if isinstance(value, str) else value


class Parameters(BaseModel):
    """What a guard or a message takes; this one takes nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Stage(Parameters):
    """One stage of the round's calendar."""

    stage: Name


class Forms(Parameters):
    """The forms of which one has to be attached."""

    form: Annotated[tuple[FileForm, ...], BeforeValidator(_listed), Field(min_length=1)]


class WorkingDays(Parameters):
    """Whole working days since a trigger was last pulled; its own day does not count (X-D7)."""

    event: Name
    at_least: int = Field(ge=1)


class Edges(Parameters):
    """One kind of edge of the order graph between subjects."""

    edges: Name


class Months(Parameters):
    """Whole calendar months in the post, fewer than `below` (AMB-HT-10)."""

    below: int = Field(ge=1)


class Box(Parameters):
    """One ballot box of the dossier."""

    box: Name


class ClosedBox(Box):
    """One ballot box; with `if_opened` a box that was never opened is as good as a closed one."""

    if_opened: bool = False


class Parts(Parameters):
    """The parts that a dossier has to hold."""

    parts: Annotated[tuple[Name, ...], Field(min_length=1)]


GUARDS: Final[Mapping[str, type[Parameters]]] = MappingProxyType(
    {
        "all_scored": Parameters,
        "ever_submitted": Parameters,
        "no_open_explanation": Parameters,
        "all_marks_appraised": Parameters,
        "differences_reasoned": Parameters,
        "decision_numbered": Parameters,
        "extension_granted": Parameters,
        "all_settled": Parameters,
        "all_announced": Parameters,
        "report_numbered": Parameters,
        "milestone_passed": Stage,
        "excluded_kind": Parameters,
        "form_attached": Forms,
        "open_suggestion": Parameters,
        "working_days_since": WorkingDays,
        "reviewed_first": Edges,
        "decided_first": Edges,
        "months_in_post": Months,
        "all_degrees_given": Parameters,
        "ballot_closed": ClosedBox,
        "opinions_settled": Parameters,
        "proposal_made": Parameters,
        "shares_kept": Parameters,
        "ballot_majority": Box,
        "within_cap": Parameters,
        "within_quota": Parameters,
        "override_allowed": Parameters,
        "dossier_complete": Parts,
        "criteria_passed": Parameters,
        "registered_in_time": Parameters,
    }
)

ROUND_GUARDS: Final = frozenset({"all_settled", "all_announced", "report_numbered", "milestone_passed"})
"""Guards on facts of the round; all others are on facts of one assessment."""


class DaysBefore(Parameters):
    """Days left to the closing."""

    days: int = Field(ge=0)


class HoursBefore(Parameters):
    """Hours left to the closing."""

    hours: int = Field(ge=0)


class Request(Parameters):
    """One request: for an explanation, or for opinions."""

    request: int


class Difficulty(Parameters):
    """One difficulty raised by a unit."""

    difficulty: int


class Until(Parameters):
    """The new closing instant."""

    closes_at: datetime


class Why(Parameters):
    """The reason given, one sentence."""

    reason: str


class Presented(Parameters):
    """Who presents a finished sheet to the head."""

    account: int


class EvidenceRefused(Parameters):
    """A file that was refused after the submission and may be replaced."""

    evidence: int


class Seal(Parameters):
    """The Merkle root of the round's chains, as hexadecimal text."""

    seal: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class ChangedAddress(Parameters):
    """Where the mail goes when not to the account's own address: to the one it had before."""

    to: str | None = None


class NightWork(Parameters):
    """Work of the night that failed."""

    work: Literal["seal", "verify", "backup", "sweep_files", "tidy", "drill"]


class Approval(Parameters):
    """What waits for the approval of a second person."""

    approval: int


class MessageSpec(NamedTuple):
    """Who is told, what it is called, and whether it may be turned off (an obligation may not)."""

    audience: tuple[Relation, ...]
    label: str
    parameters: type[Parameters] = Parameters
    obligation: bool = True


_UNIT: Final = (Relation.OFFICER, Relation.HEAD)
_APPRAISAL: Final = (Relation.APPRAISER, Relation.LEAD)
_OWNER: Final = (Relation.ADMINISTRATOR,)

MESSAGES: Final[Mapping[str, MessageSpec]] = MappingProxyType(
    {
        "assigned": MessageSpec(_UNIT, "Giao nhiệm vụ tự đánh giá"),
        "receipt": MessageSpec(_UNIT, "Biên nhận bản tự đánh giá"),
        "reminder": MessageSpec(_UNIT, "Nhắc hạn tự đánh giá", DaysBefore, obligation=False),
        "unsubmitted_reminder": MessageSpec(_UNIT, "Nhắc nộp bản đã chấm đủ", DaysBefore, obligation=False),
        "last_day": MessageSpec(_UNIT, "Nhắc ngày cuối cùng", HoursBefore),
        "locked": MessageSpec(_UNIT, "Đã khóa do quá thời hạn"),
        "overdue": MessageSpec(_UNIT, "Hồ sơ quá hạn"),
        "extension_granted": MessageSpec(_UNIT, "Chấp thuận gia hạn", Until),
        "extension_refused": MessageSpec(_UNIT, "Không chấp thuận gia hạn", Why),
        "evidence_refused": MessageSpec(_UNIT, "Minh chứng không được nhận, đề nghị thay", EvidenceRefused),
        "explanation_asked": MessageSpec(_UNIT, "Yêu cầu giải trình, bổ sung", Request),
        "explanation_due": MessageSpec(_UNIT, "Sắp hết hạn giải trình", Request),
        "explanation_answered": MessageSpec(_APPRAISAL, "Đơn vị đã giải trình", Request),
        "appraisal_due": MessageSpec(_APPRAISAL, "Hồ sơ chờ thẩm định", DaysBefore, obligation=False),
        "result_announced": MessageSpec(_UNIT, "Thông báo kết quả"),
        "result_replaced": MessageSpec(_UNIT, "Quyết định lại kết quả"),
        "report_ready": MessageSpec((Relation.ADMINISTRATOR, Relation.READER), "Báo cáo đã phát hành"),
        "difficulty_raised": MessageSpec(_OWNER, "Đơn vị phản ánh vướng mắc", Difficulty),
        "difficulty_answered": MessageSpec(_UNIT, "Trả lời phản ánh vướng mắc", Difficulty),
        "daily_summary": MessageSpec(_OWNER, "Tổng hợp hằng ngày", obligation=False),
        "escalation": MessageSpec((Relation.HEAD,), "Báo thủ trưởng đơn vị về hồ sơ chưa nộp", DaysBefore),
        "address_changed": MessageSpec(_UNIT, "Thay đổi địa chỉ nhận thư", ChangedAddress),
        "round_changed": MessageSpec(_UNIT, "Điều chỉnh đợt đánh giá", Why),
        "round_cancelled": MessageSpec(_UNIT, "Hủy đợt đánh giá", Why),
        "auditor_seal": MessageSpec((Relation.AUDITOR,), "Mã kiểm chứng dữ liệu", Seal),
        "night_failed": MessageSpec(_OWNER, "Việc hằng đêm của máy chủ chưa đạt", NightWork),
        "approval_asked": MessageSpec((Relation.ADMINISTRATOR, Relation.AUTHORITY), "Chờ phê duyệt", Approval),
        "sent_to_province": MessageSpec(_UNIT, "Hồ sơ đã gửi cấp trên"),
        "review_suggested": MessageSpec(_UNIT, "Gợi ý kiểm điểm"),
        "draft_to_members": MessageSpec((*_UNIT, Relation.OPINION_GIVER), "Gửi dự thảo báo cáo kiểm điểm"),
        "review_again": MessageSpec(_UNIT, "Yêu cầu kiểm điểm lại"),
        "opinion_asked": MessageSpec((Relation.OPINION_GIVER,), "Đề nghị tham gia ý kiến", Request),
        "opinion_due": MessageSpec((Relation.OPINION_GIVER,), "Sắp hết hạn tham gia ý kiến", Request),
        "spot_registered": MessageSpec((*_UNIT, Relation.SUPERIOR), "Đăng ký điểm sáng"),
        "spot_recognised": MessageSpec(_UNIT, "Công nhận điểm sáng"),
        "spot_refused": MessageSpec(_UNIT, "Chưa công nhận điểm sáng"),
        "presented": MessageSpec((Relation.HEAD,), "Trình thủ trưởng xem và nộp", Presented),
    }
)
