"""The report on a round to the body above (of bright spots the yearly one, NA-4.2), as the catalogue hands it out."""

from datetime import datetime
from io import BytesIO

from sqlmodel import Session

from models.installation import installation
from reports.btv_docx import write_docx
from reports.figures import gather
from reports.official.entry import File


def make(session: Session, round_id: int, now: datetime) -> File:  # noqa: ARG001  what it says does not depend on it
    """The report as it stands, with its appendices; a draft until it has its number."""
    report, made = gather(session, round_id, by_criterion=False), BytesIO()
    write_docx(report, made, rehearsal=installation(session).made_as == "rehearsal")
    return File(f"{'du-thao-' if report.draft else ''}bao-cao-{report.slug}-{report.year}.docx", made.getvalue())
