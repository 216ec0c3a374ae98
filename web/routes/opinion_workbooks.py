"""A body writes its opinions in Excel: takes the workbook home, sends it back, sees what would change, takes it over.

What is taken over goes to the address that the page of the request itself saves to: nothing is written here.
"""

from http import HTTPStatus
from typing import Final

from actions.opinion_page import asking
from web import opinion_workbook as book
from web.answers import Answer, Download, Page, page, redirect_with_note
from web.asks import OfRequest
from web.edge import Desk, Here
from web.words import _
from web.workbooks import MEDIA_TYPE, Came, against, take_workbook

desk: Final = Desk()
WORKBOOK: Final = "/opinions/{request_id:id}/workbook"


def _address(here: Here) -> str:
    return f"/opinions/{here.path['request_id']}"


def _is_open(here: Here) -> bool:
    return asking(here.session, here.path["request_id"]).is_open(here.now)


@desk.get(WORKBOOK, asks=OfRequest("opine"))
def workbook_page(here: Here) -> Answer:
    """Opinions by workbook: fetch it, send it back."""
    return _page(here) if _is_open(here) else redirect_with_note(_address(here), "")


def _page(here: Here, refusal: str = "") -> Page:
    return page(
        "opinions/workbook.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK,
        found=asking(here.session, here.path["request_id"]),
        address=_address(here),
        refusal=refusal,
    )


@desk.get(f"{WORKBOOK}/file", asks=OfRequest("opine"))
def download(here: Here) -> Answer:
    """Hand out a request for opinions as a workbook."""
    if not _is_open(here):
        return redirect_with_note(_address(here), "")
    return Download(book.written(here), f"phieu-y-kien-{here.path['request_id']}.xlsx", MEDIA_TYPE)


@desk.post(WORKBOOK, asks=OfRequest("opine"), first=take_workbook)
def look(here: Here) -> Answer:
    """Show what a filled workbook would change."""
    if not _is_open(here):
        return redirect_with_note(_address(here), _("Đã quá hạn tham gia ý kiến; tệp chưa được ghi."))
    came: Came = here.before
    refusal = came.refusal or against(came.form, book.identity(here))
    if refusal:
        return _page(here, refusal)
    return page(
        "opinions/workbook_look.html",
        found=asking(here.session, here.path["request_id"]),
        address=_address(here),
        name=came.name,
        made=came.form.about.get("made", ""),
        look=book.look(here, came.form),
    )
