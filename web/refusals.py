"""Every way a request can fail, as a page: the one place where errors become words and statuses."""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Final

from evidence.store import FULL, StoreDown
from models.outages import Outage, Unclear, outage_of
from states.errors import DanhgiaError, NotAllowed, Refused, Stale, Unknown
from web.answers import Answer, Page, Redirect
from web.asks import NotSignedIn
from web.forms import Typed, Unfinished, Unreadable
from web.oidc import ProviderDown
from web.sessions import SAFE
from web.typed_words import spoken
from web.words import _

LOG: Final = logging.getLogger(__name__)
TOLD: Final[Mapping[type[DanhgiaError], tuple[int, str]]] = {
    NotAllowed: (HTTPStatus.FORBIDDEN, "Không có quyền"),
    Stale: (HTTPStatus.CONFLICT, "Hồ sơ đã có thay đổi"),
    Unknown: (HTTPStatus.NOT_FOUND, "Không tìm thấy"),
    DanhgiaError: (HTTPStatus.UNPROCESSABLE_ENTITY, "Chưa thực hiện được"),
}


class Forged(Exception):
    """The form was not given out to this browser and session: `how` is "elsewhere", "cookies" or "stale"."""

    def __init__(self, how: str) -> None:
        super().__init__(how)
        self.how = how


class TooSlow(Exception):
    """The request lived longer than a request may: nothing of it was kept."""


class TooMany(Exception):
    """The body is larger than any form of ours."""


UNREAD: Final[Mapping[type[Exception], tuple[int, str, str]]] = {
    TooMany: (
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        _("Nội dung quá lớn"),
        _("Nội dung gửi lên lớn hơn mức phần mềm nhận."),
    ),
    Unfinished: (
        HTTPStatus.BAD_REQUEST,
        _("Chưa nhận đủ"),
        _("Nội dung gửi lên bị đứt giữa chừng nên chưa ghi gì; quay lại trang trước, chọn lại tệp nếu có rồi gửi lại."),
    ),
    Unreadable: (
        HTTPStatus.BAD_REQUEST,
        _("Không đọc được"),
        _("Phần mềm không đọc được nội dung gửi lên; quay lại trang trước và gửi lại."),
    ),
}

OF_DATABASE: Final[Mapping[Outage, tuple[int, str, str]]] = {
    Outage.BUSY: (
        HTTPStatus.SERVICE_UNAVAILABLE,
        _("Hệ thống đang bận"),
        _("Hệ thống đang bận hoặc đang bảo trì; vài phút nữa thử lại. Chưa có gì được ghi."),
    ),
    Outage.FULL: (
        HTTPStatus.INSUFFICIENT_STORAGE,
        _("Chưa ghi được"),
        _("Máy chủ hết chỗ chứa dữ liệu nên chưa ghi gì; báo cơ quan phụ trách rồi gửi lại."),
    ),
    Outage.UNCLEAR: (
        HTTPStatus.SERVICE_UNAVAILABLE,
        _("Chưa rõ đã ghi hay chưa"),
        _("Mất kết nối với cơ sở dữ liệu đúng lúc đang ghi; mở lại trang để xem đã ghi chưa rồi mới gửi lại."),
    ),
}


DOWN: Final[Mapping[type[Exception], tuple[str, str]]] = {
    StoreDown: (
        _("Kho chứa tệp không trả lời"),
        _("Kho chứa tệp không trả lời nên chưa ghi gì; vài phút nữa thử lại hoặc báo cơ quan phụ trách."),
    ),
    ProviderDown: (
        _("Chưa đăng nhập được"),
        _("Chưa liên lạc được với nơi xác thực; vài phút nữa thử lại hoặc đăng nhập bằng cách khác."),
    ),
}


def answer_to(error: Exception, *, method: str, path: str, address: str, typed: Typed) -> Answer:
    """The page that tells an error, with everything typed on it."""
    if isinstance(error, NotSignedIn):
        return _not_signed_in(method, path, typed, address)
    status, title, sentences, again = _told(error)
    kept = typed.kept() if method not in SAFE else ()
    context = {
        "title": title,
        "sentences": sentences,
        "kept": kept,
        "spoken": spoken(typed) if kept else (),
        "files": sum(len(files) for files in typed.files.values()),
        "address": address,
        "again": again and bool(kept),
        "unclear": isinstance(error, Unclear),
    }
    return Page("refused.html", context, status)


def told(error: Exception) -> tuple[int, Sequence[str]]:
    """The status and the sentences that tell an error, for those who read no pages."""
    status, _title, sentences, _again = _told(error)
    return status, sentences


def _not_signed_in(method: str, path: str, typed: Typed, address: str) -> Answer:
    if method in SAFE:
        return Redirect(f"/sign-in?next={path}" if path != "/" else "/sign-in")
    context = {"kept": typed.kept(), "spoken": spoken(typed), "files": len(typed.files), "address": address}
    return Page("expired.html", context, HTTPStatus.UNAUTHORIZED)


def _told(error: Exception) -> tuple[int, str, Sequence[str], bool]:
    """Status, title, sentences, and whether the same may be sent again."""
    match error:
        case Refused():
            sentences = [refusal.sentence for refusal in error.refusals]
            return HTTPStatus.UNPROCESSABLE_ENTITY, _("Chưa thực hiện được"), sentences, False
        case DanhgiaError():
            status, title = next(told for kind, told in TOLD.items() if isinstance(error, kind))
            return status, _(title), [str(error)], False
        case Forged():
            return HTTPStatus.FORBIDDEN, _("Cần gửi lại"), [_forged(error.how)], error.how == "stale"
    return _of_machine(error)


def _of_machine(error: Exception) -> tuple[int, str, Sequence[str], bool]:
    match error:
        case TooSlow():
            sentence = _("Đường truyền hoặc máy chủ chậm nên yêu cầu chưa được ghi. Nội dung đã nhập còn ở dưới đây.")
            return HTTPStatus.SERVICE_UNAVAILABLE, _("Chưa ghi được"), [sentence], True
        case TooMany() | Unfinished() | Unreadable():
            status, title, sentence = UNREAD[type(error)]
            return status, title, [sentence], False
        case OSError() if error.errno in FULL:
            LOG.error("no room for files: %s", error)
            sentence = _("Máy chủ hết chỗ chứa tệp nên chưa ghi gì; báo cơ quan phụ trách rồi gửi lại.")
            return HTTPStatus.INSUFFICIENT_STORAGE, _("Chưa ghi được"), [sentence], True
        case ProviderDown() | StoreDown():
            LOG.error("%s: %s", type(error).__name__, error)
            title, sentence = DOWN[type(error)]
            return HTTPStatus.SERVICE_UNAVAILABLE, title, [sentence], True
    outage = outage_of(error)
    if outage is not None:
        LOG.error("the database cannot be used: %s", " ".join(str(error.__cause__ or error).split()))
        status, title, sentence = OF_DATABASE[outage]
        return status, title, [sentence], outage is not Outage.UNCLEAR
    LOG.error("fault", exc_info=error)
    sentence = _("Phần mềm gặp lỗi và chưa ghi gì; gọi hỗ trợ và đọc mã yêu cầu.")
    return HTTPStatus.INTERNAL_SERVER_ERROR, _("Phần mềm gặp lỗi"), [sentence], True


def _forged(how: str) -> str:
    if how == "elsewhere":
        return _("Yêu cầu này đến từ một trang khác nên phần mềm không nhận.")
    if how == "cookies":
        return _("Trình duyệt không gửi lại cookie của trang này. Bật cookie cho địa chỉ này rồi mở lại trang.")
    return _("Trang được mở trong một phiên làm việc khác. Nội dung dưới đây chưa được ghi; xem lại rồi gửi.")
