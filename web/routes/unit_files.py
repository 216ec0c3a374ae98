"""The signed report of a dossier, handed out to be kept."""

from typing import Final

from actions import self_assess, unit_page
from evidence.store import OTHER
from states.errors import Refused, Unknown
from web.answers import Answer, Stored, redirect_with_note
from web.asks import OfDossier
from web.drafts import take_files
from web.edge import Desk, Here
from web.unit_reports import put_report
from web.units import rest_page
from web.words import _

desk: Final = Desk()


@desk.get("/assessments/{assessment_id:id}/report", asks=OfDossier("download"))
def report(here: Here) -> Answer:
    """Hand out the signed report of the unit."""
    found = unit_page.report(here.session, here.dossier.id)
    if found is None or not found.file_hash:
        raise Unknown(_("báo cáo đã ký của hồ sơ này"))
    name = f"bao-cao-{found.number.replace('/', '-')}"
    return Stored(found.file_hash, name, OTHER, _("nội dung của tệp này"))


@desk.post("/assessments/{assessment_id:id}/report", asks=OfDossier("draft"), first=take_files)
def add_report(here: Here) -> Answer:
    """Add the signed report after the submission."""
    key = here.dossier.id
    try:
        document = put_report(here)
    except Refused as refused:
        return rest_page(here, refused=refused)
    self_assess.add_report(here.session, key, document, actor=here.actor, now=here.now)
    return redirect_with_note(f"/assessments/{key}", _("Đã ghi nhận báo cáo đã ký."))
