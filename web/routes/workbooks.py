"""A unit fills in its sheet as an Excel workbook: takes it home, sends it back, sees what would change, takes it over.

What is taken over goes to the address that the page of the sheet itself saves to: nothing is written here.
"""

from http import HTTPStatus
from typing import Final

from actions import unit_page
from actions.self_assess import sheet_of
from models.assessments import marks
from states.errors import refuse
from web import unit_workbook
from web.answers import Answer, Download, Page, page, redirect_with_note
from web.asks import OfDossier
from web.edge import Desk, Here
from web.units import common, rest_page
from web.words import _
from web.workbooks import MEDIA_TYPE, Came, against, take_workbook

desk: Final = Desk()
WORKBOOK: Final = "/assessments/{assessment_id:id}/workbook"


@desk.get(WORKBOOK, asks=OfDossier("draft"))
def workbook_page(here: Here) -> Answer:
    """The sheet as a workbook: fetch it, send it back."""
    if not unit_page.may_draft(here.dossier):
        return redirect_with_note(f"/assessments/{here.dossier.id}", "")
    return _page(here)


def _page(here: Here, refusal: str = "") -> Page:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if refusal else HTTPStatus.OK
    return page("unit/workbook.html", status=status, refusal=refusal, **common(here))


@desk.get(f"{WORKBOOK}/file", asks=OfDossier("draft"))
def download(here: Here) -> Answer:
    """Hand out the sheet as a workbook."""
    if not unit_page.may_draft(here.dossier):
        return redirect_with_note(f"/assessments/{here.dossier.id}", "")
    return Download(unit_workbook.written(here), f"bieu-tu-cham-{here.dossier.id}.xlsx", MEDIA_TYPE)


@desk.post(WORKBOOK, asks=OfDossier("draft"), first=take_workbook)
def look(here: Here) -> Answer:
    """Show what a filled workbook would change."""
    if not unit_page.may_draft(here.dossier):
        closed = refuse("closed", _("Hồ sơ không mở để điền vào lúc này; tệp chưa được ghi vào hồ sơ."))
        return rest_page(here, refused=closed)
    came: Came = here.before
    refusal = came.refusal or against(came.form, unit_workbook.identity(here))
    if refusal:
        return _page(here, refusal)
    found = marks(here.session, here.dossier.id, unit_workbook.COPY)
    looked = unit_workbook.look(sheet_of(here.dossier), found, came.form)
    return page(
        "unit/workbook_look.html", name=came.name, made=came.form.about.get("made", ""), look=looked, **common(here)
    )
