"""A Word document read back: every paragraph, also those in tables, as lines of text."""

from io import BytesIO

import docx
from docx.document import Document
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph


def opened(content: bytes) -> Document:
    return docx.Document(BytesIO(content))


def paragraphs(document: Document) -> list[Paragraph]:
    """Every paragraph of the body, also those in tables."""
    return [Paragraph(element, document._body) for element in document.element.body.iter(qn("w:p"))]


def lines(content: bytes) -> list[str]:
    """The text of a document, paragraph by paragraph."""
    return [one.text for one in paragraphs(opened(content)) if one.text.strip()]
