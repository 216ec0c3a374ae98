"""The signed report that goes with a submission: number, date, signer and scan (VG-3.2)."""

from datetime import date
from typing import Final, NamedTuple

from actions.documents import put_document
from config.calendar import local_day, parse_date
from states.errors import Refusal, Refused
from web.drafts import Taken
from web.edge import Here
from web.words import _

SCAN: Final = "scan"


class Report(NamedTuple):
    """What was given of the signed report."""

    number: str
    dated: date
    signer: str
    file_hash: str


def read_report(here: Here) -> Report:
    """The report that came with a form; Refused with everything that is not there."""
    taken: Taken = here.before or Taken()
    number, signer, scan = here.typed.line("number"), here.typed.line("signer"), taken.files.get(SCAN, [])
    refusals = []
    if not number:
        refusals.append(Refusal("number", _("Ghi số của báo cáo đã ký.")))
    try:
        dated = parse_date(here.typed.line("dated"))
    except ValueError:
        refusals.append(Refusal("dated", _("Ghi ngày của báo cáo, ví dụ 09/12/2026.")))
        dated = local_day(here.now)
    if dated > local_day(here.now):
        refusals.append(Refusal("dated", _("Ngày của báo cáo không được sau hôm nay.")))
    if not signer:
        refusals.append(Refusal("signer", _("Ghi người ký báo cáo.")))
    if not scan:
        missing = _("Chọn bản chụp báo cáo đã ký.")
        refusals.append(Refusal(SCAN, taken.problems.get(SCAN, missing)))
    if refusals:
        raise Refused(refusals)
    return Report(number, dated, signer, scan[-1].file_hash)


def put_report(here: Here) -> int:
    """Remember the signed report; returns the document's id."""
    return put_document(here.session, kind="report", **read_report(here)._asdict(), now=here.now).id
