"""The signed report of a dossier, handed out to be kept."""

from typing import Final

from actions import self_assess, unit_page
from evidence import store
from states.errors import Refused, Unknown
from web.answers import Answer, Download, redirect_with_note
from web.asks import OfDossier
from web.drafts import take_files
from web.edge import Desk, Here
from web.unit_reports import put_report
from web.units import rest_page
from web.words import _

desk: Final = Desk()


def _content(here: Here, file_hash: str) -> bytes:
    path = store.place(here.place.files, file_hash)
    if not path.is_file():
        raise Unknown(_("nội dung của tệp này"))
    return path.read_bytes()


@desk.get("/assessments/{assessment_id:id}/report", asks=OfDossier("download"))
def report(here: Here) -> Answer:
    found = unit_page.report(here.session, here.dossier.id)
    if found is None or not found.file_hash:
        raise Unknown(_("báo cáo đã ký của hồ sơ này"))
    name = f"bao-cao-{found.number.replace('/', '-')}"
    return Download(_content(here, found.file_hash), name, store.OTHER)


@desk.post("/assessments/{assessment_id:id}/report", asks=OfDossier("draft"), first=take_files)
def add_report(here: Here) -> Answer:
    key = here.dossier.id
    try:
        document = put_report(here)
    except Refused as refused:
        return rest_page(here, refused=refused)
    self_assess.add_report(here.session, key, document, actor=here.actor, now=here.now)
    return redirect_with_note(f"/assessments/{key}", _("Đã ghi nhận báo cáo đã ký."))
