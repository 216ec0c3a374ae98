"""What a mail opens: a task link for the addressee's own task, or a page behind the sign-in (DESIGN §6)."""

from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from sqlmodel import Session

from models.db import entropy, run_many
from models.mail import Outbox
from models.types import to_micros

TOKEN_BYTES: Final = 32
MADE: Final = (
    "INSERT INTO task_link (token_hash, account_id, round_id, assessment_id, task, made_at) "
    "VALUES (:token_hash, :account_id, :round_id, :assessment_id, :task, :made_at)"
)


class Door(NamedTuple):
    """The words on the button; without a task it leads to a page that asks for a password (privileged roles).

    `page` is a page other than that of the dossier or of the round.
    """

    label: str
    task: str | None = None
    page: str | None = None


DOORS: Final[Mapping[str, Door]] = MappingProxyType(
    {
        "assigned": Door("Mở hồ sơ tự đánh giá", "self_assessment"),
        "reminder": Door("Tiếp tục tự đánh giá", "self_assessment"),
        "unsubmitted_reminder": Door("Xem lại và nộp", "self_assessment"),
        "presented": Door("Xem lại và nộp", "self_assessment"),
        "last_day": Door("Hoàn thành và nộp", "self_assessment"),
        "overdue": Door("Mở hồ sơ", "self_assessment"),
        "extension_granted": Door("Tiếp tục tự đánh giá", "self_assessment"),
        "evidence_refused": Door("Xem và thay minh chứng", "evidence"),
        "explanation_asked": Door("Giải trình, bổ sung", "explanation"),
        "explanation_due": Door("Giải trình, bổ sung", "explanation"),
        "explanation_answered": Door("Xem nội dung giải trình"),
        "appraisal_due": Door("Mở hồ sơ chờ thẩm định"),
        "result_announced": Door("Xem kết quả", "result"),
        "report_ready": Door("Xem báo cáo"),
        "difficulty_raised": Door("Xem và trả lời"),
        "difficulty_answered": Door("Xem nội dung trả lời", "difficulty"),
        "daily_summary": Door("Mở bảng theo dõi"),
        "night_failed": Door("Mở bảng theo dõi"),
        "approval_asked": Door("Xem và phê duyệt", page="approvals"),
        "escalation": Door("Xem hồ sơ", "self_assessment"),
        "round_changed": Door("Xem hồ sơ", "self_assessment"),
        "review_suggested": Door("Xem gợi ý kiểm điểm", "review"),
        "draft_to_members": Door("Đọc dự thảo", "draft"),
        "review_again": Door("Mở hồ sơ kiểm điểm", "review"),
        "opinion_asked": Door("Tham gia ý kiến", "opinion"),
        "opinion_due": Door("Tham gia ý kiến", "opinion"),
    }
)


def token_hash(token: str) -> bytes:
    """What is stored of a token: the SHA-256 of its text."""
    return sha256(token.encode()).digest()


def mint(session: Session, rows: Iterable[Outbox], now: datetime) -> dict[int, str]:
    """Make a fresh token for every row whose message has a task; only the hashes are written."""
    doors = [(row, door.task) for row in rows if (door := DOORS.get(row.message)) and door.task]
    tokens = {row.id: _token(session) for row, _ in doors}
    run_many(session, MADE, [_task_link(row, task, tokens[row.id], now) for row, task in doors])
    return tokens


def _token(session: Session) -> str:
    return urlsafe_b64encode(entropy(session, TOKEN_BYTES)).rstrip(b"=").decode()


def _task_link(row: Outbox, task: str, token: str, now: datetime) -> dict[str, Any]:
    return {
        "token_hash": token_hash(token),
        "account_id": row.account_id,
        "round_id": row.round_id,
        "assessment_id": row.assessment_id,
        "task": task,
        "made_at": to_micros(now),
    }


def address(base_url: str, row: Outbox, token: str | None) -> str | None:
    """The address behind the button of a row, None when its message has none."""
    if token is not None:
        return f"{base_url.rstrip('/')}/t/{token}"
    if row.message not in DOORS:
        return None
    own = f"rounds/{row.round_id}" if row.assessment_id is None else f"assessments/{row.assessment_id}"
    page = DOORS[row.message].page or own
    return f"{base_url.rstrip('/')}/{page}"
