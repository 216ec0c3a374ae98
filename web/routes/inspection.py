"""The file of a dossier for inspection, handed out as PDF or JSON; that, and what is confidential of it, is kept."""

from hashlib import sha256
from typing import Final, NamedTuple

from actions.check import Handed, hand_out_dossier
from reports.inspection_pdf import written_pdf
from web.answers import Answer, Download
from web.asks import OfDossier
from web.edge import Desk, Here
from web.inspection import inspection
from web.words import _

desk: Final = Desk()
FORMS: Final = {"pdf": "application/pdf", "json": "application/json"}


class Made(NamedTuple):
    """The file, and what is recorded of it."""

    content: bytes
    handed: Handed


def _made(here: Here) -> Made:
    """Put the file together before the transaction: setting a PDF takes a moment."""
    told = inspection(here.session, here.dossier, opened=here.typed.get("opened") == "yes")
    form = _form(here)
    content = told.as_json() if form == "json" else written_pdf(told)
    return Made(content, Handed(form, sha256(content).hexdigest(), told.read))


def _form(here: Here) -> str:
    return "json" if here.typed.get("form") == "json" else "pdf"


@desk.post("/assessments/{assessment_id:id}/history/dossier", asks=OfDossier("audit"), first=_made)
def dossier_file(here: Here) -> Answer:
    """The file as it stood when it was asked for; its own hash goes into the chain after it."""
    made: Made = here.before
    hand_out_dossier(here.session, here.dossier.id, made.handed, actor=here.actor, now=here.now)
    name = _("Hồ sơ kiểm tra số %(id)s, đến dòng %(row)s") % {"id": here.dossier.id, "row": here.dossier.seq}
    return Download(made.content, f"{name}.{_form(here)}", FORMS[_form(here)])
