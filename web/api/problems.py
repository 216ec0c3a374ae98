"""Every way a request of a program can fail, as RFC 9457 tells it: machines read `type`, people read `detail`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from starlette.exceptions import HTTPException
from starlette.responses import Response

from config.logs import known
from states.errors import DanhgiaError, NotAllowed, Refused, Stale, Unknown
from web import refusals
from web.api.shapes import Fault, Told
from web.refusals import TooMany
from web.words import _

MEDIA: Final = "application/problem+json"
HOME: Final = "/api/v1/docs#"
MOST: Final = 100


class Kind(NamedTuple):
    """A kind of problem: its status, title and sentence."""

    status: int
    title: str
    detail: str = ""


KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "malformed": Kind(400, _("Không đọc được"), _("Nội dung gửi lên không phải là JSON hợp lệ cho việc này.")),
        "unauthenticated": Kind(
            401, _("Chưa xác thực"), _("Thiếu khóa API, hoặc khóa sai, đã hết hạn hay đã thu hồi.")
        ),
        "scope": Kind(403, _("Ngoài phạm vi của khóa"), _("Khóa này không có phạm vi %(name)s («%(scope)s»).")),
        "not-allowed": Kind(403, _("Không có quyền")),
        "not-found": Kind(404, _("Không tìm thấy"), _("Không có địa chỉ này trong API.")),
        "method": Kind(405, _("Phương thức không dùng được"), _("Địa chỉ này không nhận phương thức đó.")),
        "stale": Kind(409, _("Hồ sơ đã có thay đổi")),
        "precondition": Kind(
            412, _("Phiên bản đã khác"), _("Hồ sơ không còn ở phiên bản ghi trong If-Match; đọc lại rồi gửi.")
        ),
        "too-large": Kind(413, _("Nội dung quá lớn"), _("Nội dung gửi lên lớn hơn mức phần mềm nhận.")),
        "media-type": Kind(415, _("Kiểu nội dung không nhận"), _("Gửi nội dung kiểu application/json.")),
        "invalid": Kind(422, _("Nội dung chưa đúng"), _("Nội dung gửi lên chưa đúng mô tả của API.")),
        "refused": Kind(422, _("Chưa thực hiện được")),
        "too-many": Kind(429, _("Quá nhiều yêu cầu"), _("Khóa này gửi quá nhiều yêu cầu; đợi %(seconds)s giây.")),
        "fault": Kind(500, _("Phần mềm gặp lỗi")),
        "busy": Kind(503, _("Hệ thống đang bận")),
    }
)  # fmt: skip
OF_ERRORS: Final[Mapping[type[DanhgiaError], str]] = MappingProxyType(
    {NotAllowed: "not-allowed", Stale: "stale", Unknown: "not-found", DanhgiaError: "refused"}
)
FIELDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "missing": _("Thiếu trường này."),
        "extra_forbidden": _("Không có trường này."),
        "string_too_short": _("Không được để trống."),
    }
)


class NotThat(Exception):
    """If-Match names another version than stands."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem to be told."""

    kind: str
    detail: str
    faults: tuple[Fault, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def of(kind: str, **values: Any) -> Problem:  # noqa: ANN401  what the sentence is about
    """A problem whose sentence is that of its kind."""
    headers = {}
    if kind == "unauthenticated":
        headers["WWW-Authenticate"] = 'Bearer realm="danhgia"'
    if kind == "too-many":
        headers["Retry-After"] = str(values["seconds"])
    return Problem(kind, KINDS[kind].detail % values if values else KINDS[kind].detail, headers=headers)


def told(error: Exception) -> Problem:
    """The problem of an error that pages know too."""
    match error:
        case Refused():
            faults = tuple(Fault(rule=one.rule, detail=one.sentence) for one in error.refusals)
            return Problem("refused", str(error), faults)
        case DanhgiaError():
            return Problem(next(name for kind, name in OF_ERRORS.items() if isinstance(error, kind)), str(error))
        case TooMany():
            return of("too-large")
    return _of_machine(error)


def _of_machine(error: Exception) -> Problem:
    """A fault is told, and written down, as on a page."""
    status, sentences = refusals.told(error)
    return Problem("busy" if status == HTTPStatus.SERVICE_UNAVAILABLE else "fault", " ".join(sentences))


def invalid(error: ValidationError) -> Problem:
    """What was sent is not as the description says: each place and what is wrong with it."""
    faults = tuple(
        Fault(rule=one["type"], detail=_sentence(one), pointer=_pointer(one))
        for one in error.errors(include_url=False, include_context=False, include_input=False)[:MOST]
    )
    return Problem("invalid", KINDS["invalid"].detail, faults)


def _sentence(one: ErrorDetails) -> str:
    return FIELDS.get(one["type"], _("Giá trị không hợp lệ (%(what)s).") % {"what": one["msg"]})


def _pointer(one: ErrorDetails) -> str:
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in one["loc"])


def of_framework(error: Exception) -> Problem:
    """An address that is none of the API's, or a method that it does not take."""
    if isinstance(error, HTTPException) and error.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        return Problem("method", KINDS["method"].detail, headers=error.headers or {})
    return of("not-found")


def response(problem: Problem, path: str) -> Response:
    """The response that tells a problem."""
    kind = KINDS[problem.kind]
    value = Told(
        type=f"{HOME}{problem.kind}",
        title=kind.title,
        status=kind.status,
        detail=problem.detail,
        instance=path,
        request=known("request"),
        errors=problem.faults,
    )
    content, headers = value.model_dump_json(), dict(problem.headers)
    return Response(content, status_code=kind.status, media_type=MEDIA, headers=headers)


def wanted_version(header: str | None) -> int | None:
    """The version that If-Match names; -1 for what names none of ours, None where there is no such header, or any."""
    if header is None or header.strip() == "*":
        return None
    text = header.strip().strip('"')
    return int(text) if text.isascii() and text.isdecimal() and len(text) < len("1" * 18) else -1


def demand_version(wanted: int | None, stands: int) -> None:
    """NotThat when If-Match names another version."""
    if wanted is not None and wanted != stands:
        raise NotThat
