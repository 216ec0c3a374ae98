"""Released results beside each other: by superior, over the years, as a workbook and as open data."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from io import BytesIO
from typing import Final, NamedTuple
from urllib.parse import urlencode
from zipfile import ZipFile

from models.names import folded
from reports import open_data
from reports.comparison_xlsx import Compared, change, compared, has_points, levels_in, shown_years, written_xlsx
from reports.packing import repack
from states import history
from states.desk import Desk as Found
from states.desk import round_as_desk
from states.errors import Unknown
from states.hold import hold_round
from states.outcomes import InYear, Outcome, outcomes, years, years_of
from states.permits import can_round
from states.released import demand_released, is_released
from web.answers import Answer, Download, Redirect, page
from web.asks import OfDossier, OfRound
from web.desk_queue import page_of
from web.edge import Desk, Here
from web.forms import clean
from web.routes.history import number
from web.routes.results import FORMS
from web.words import _

desk: Final = Desk()
HOME: Final = "/rounds/{round_id:id}/results"
PAGE: Final = 100
LONGEST: Final = 100


class Line(NamedTuple):
    """One subject over the years: each year's result, None where there is none."""

    one: Outcome
    cells: Sequence[InYear | None]
    change: Decimal | None


def _round(here: Here) -> Found:
    return round_as_desk(here.session, here.path["round_id"])


def _outcomes(here: Here, own: Found) -> list[Outcome]:
    return outcomes(here.session, here.actor, own.id, own.programme)


@desk.get(f"{HOME}/superiors", asks=OfRound("results", by_body=True))
def superiors_page(here: Here) -> Answer:
    """Those below gathered at their superiors."""
    own = _round(here)
    if not is_released(own.programme, own.state):
        return Redirect(f"/rounds/{own.id}/results")
    below = number(here.query, "of")
    told = _compared(here, own, below)
    return page(
        "results/superiors.html",
        round=own,
        rollups=told.rollups,
        levels=levels_in(own.programme, told.found),
        has_points=has_points(told.found),
        is_flat=not told.superiors,
        superior=told.superiors.get(below or 0),
        reads_all=can_round(here.session, here.actor, "results", own.id),
    )


@desk.get(f"{HOME}/years", asks=OfRound("results", by_body=True))
def years_page(here: Here) -> Answer:
    """The released rounds of the programme beside each other, a line a subject of this one."""
    own = _round(here)
    if not is_released(own.programme, own.state):
        return Redirect(f"/rounds/{own.id}/results")
    search = " ".join(clean(here.query.get("q", "")).split())[:LONGEST]
    found = [one for one in _outcomes(here, own) if folded(search) in folded(one.name)]
    by_subject = years(here.session, here.actor, own.programme.slug)
    at, pages = page_of(here.query, len(found), PAGE)
    shown = shown_years(by_subject)
    return page(
        "results/years.html",
        round=own,
        search=search,
        query=urlencode({"q": search}) if search else "",
        years=shown,
        lines=[_line(one, by_subject, shown) for one in found[(at - 1) * PAGE : at * PAGE]],
        total=len(found),
        number=at,
        pages=pages,
    )


def _line(one: Outcome, by_subject: Mapping[int, Mapping[int, InYear]], shown: Sequence[int]) -> Line:
    own = by_subject.get(one.subject_id, {})
    return Line(one, [own.get(year) for year in shown], change(own))


@desk.get("/assessments/{assessment_id:id}/years", asks=OfDossier("papers"))
def dossier_years(here: Here) -> Answer:
    """What the subject of a dossier came to over the years, as far as it was announced."""
    facts = here.dossier
    found = years_of(here.session, here.actor, facts.subject_id, facts.programme.slug)
    by_year = {one.year: one for one in found}
    changes = [change({year: by_year[year] for year in by_year if year <= one.year}) for one in found]
    has = {
        "points": any(one.total is not None for one in found),
        "levels": any(one.level for one in found),
        "places": any(one.place for one in found),
    }
    return page("results/dossier_years.html", facts=facts, rows=list(zip(found, changes, strict=True)), has=has)


def _workbook(here: Here) -> bytes:
    """The workbook, written before the transaction."""
    own = _round(here)
    demand_released(here.session, own)
    told = _compared(here, own, number(dict(here.typed.fields), "of"))
    return written_xlsx(told, years(here.session, here.actor, own.programme.slug))


def _compared(here: Here, own: Found, below: int | None) -> Compared:
    told = compared(here.session, here.actor, own, below=below, now=here.now)
    if below is not None and not told.found:
        raise Unknown(_("đơn vị cấp trên này"))
    return told


@desk.post(f"{HOME}/comparison", asks=OfRound("results"), first=_workbook)
def comparison_file(here: Here) -> Answer:
    """Everything of the two pages as a workbook."""
    own = _handed_out(here, "results", "xlsx")
    name = _("%(title)s, so sánh.xlsx") % {"title": own.title}
    return Download(here.before, name, FORMS["xlsx"])


def _open_data(here: Here) -> bytes:
    own = _round(here)
    demand_released(here.session, own)
    files = open_data.files(here.session, here.actor, own)
    packed, made = BytesIO(), BytesIO()
    with ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    repack(packed, made)
    return made.getvalue()


@desk.post(f"{HOME}/open-data", asks=OfRound("results"), first=_open_data)
def open_data_file(here: Here) -> Answer:
    """The results as open data with their dictionary."""
    own = _handed_out(here, "open_data", "csv")
    return Download(here.before, _("%(title)s, dữ liệu mở.zip") % {"title": own.title}, "application/zip")


def _handed_out(here: Here, what: str, form: str) -> Found:
    own = _round(here)
    demand_released(here.session, own)
    facts = hold_round(here.session, own.id, actor=here.actor, now=here.now)
    history.record(here.session, facts.link, "export", {"of": what, "form": form}, actor=here.actor, now=here.now)
    return own
