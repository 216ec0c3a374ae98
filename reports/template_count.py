"""The Word template of the minutes of a count (biên bản kiểm phiếu), one a layout."""

from typing import Final

from docx.document import Document

from reports.official.frame import two_signers
from reports.paper import CENTER, LEFT, Column, listing, tag, text
from reports.template_frame import begun, letterhead, saved, type_and_subject

COLUMNS: Final = (
    Column(13, "STT", "{{ row.no }}", CENTER),
    Column(35, "Đối tượng", "{{ row.name }}"),
    Column(70, "Số phiếu của từng mức", "{{ row.counts }}"),
    Column(18, "Không hợp lệ", "{{ row.invalid }}", CENTER),
    Column(29, "Kết quả", "{{ row.outcome }}"),
)


def build(layout: str) -> bytes:
    """The template of a layout; the same bytes every time."""
    document = begun(layout)
    letterhead(document, layout)
    type_and_subject(document, layout)
    _figures(document)
    listing(document, COLUMNS, "row in rows", size=11)
    text(document, "{{ ending }}", style="Report Body", before=8, with_next=True)
    two_signers(document, "{{ left_signer }}", "CHỦ TRÌ", names=("", "{{ chair }}"))
    return saved(document)


def _figures(document: Document) -> None:
    text(document, "{{ opening }}", style="Report Body", before=6)
    tag(document, "for sentence in facts")
    text(document, "{{ sentence }}", style="Report Body", align=LEFT)
    tag(document, "endfor")
