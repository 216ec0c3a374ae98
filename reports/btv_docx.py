"""The report on a round as a Word document, in the layout that its programme names."""

from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import IO, Any, Final

from docxtpl import DocxTemplate  # type: ignore[import-untyped]
from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from reports import narrative, rating_narrative, spots_narrative
from reports.contents import Form, RoundReport
from reports.first_page import free_ends
from reports.frame import about, together
from reports.packing import repack
from reports.wording import printable

TEMPLATES: Final = Path(__file__).parent / "templates"


def write_docx(report: RoundReport, target: Path | IO[bytes], *, rehearsal: bool) -> None:
    """Write the report; the same figures give the same bytes. A rehearsal says so on every page."""
    template = DocxTemplate(TEMPLATES / template_name(report.form, report.head.layout))
    context = _context(report, rehearsal=rehearsal)
    render(template, {**context, "together": together(context)})
    _properties(template, report)
    raw = BytesIO()
    template.save(raw)
    repack(raw, target)


def template_name(form: Form, layout: str) -> str:
    """Name the template of a form and a layout; that of a round of points has no form in its name."""
    return f"btv-{layout}.docx" if form == "points" else f"btv-{form}-{layout}.docx"


def _context(report: RoundReport, *, rehearsal: bool) -> dict[str, Any]:
    if report.rating is not None:
        return rating_narrative.context(report, report.rating, rehearsal=rehearsal)
    if report.spots is not None:
        return spots_narrative.context(report, report.spots, rehearsal=rehearsal)
    return narrative.context(report, rehearsal=rehearsal)


def render(template: DocxTemplate, values: Mapping[str, Any]) -> None:
    """Fill in a template: every value is escaped, a name that is not given is an error, and code stays out."""
    environment = SandboxedEnvironment(autoescape=True, undefined=StrictUndefined, finalize=_printable)
    template.render(dict(values), environment)
    free_ends(template.docx)


def _printable(value: object) -> object:
    return printable(value) if isinstance(value, str) else value


def _properties(template: DocxTemplate, report: RoundReport) -> None:
    properties = template.docx.core_properties
    properties.title, properties.subject = about(report)[:255], report.title[:255]
    properties.author = properties.last_modified_by = report.head.sender
    properties.created = properties.modified = report.made_at
