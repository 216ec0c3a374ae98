"""The programmes, and how a round of one confirms its bands (VG-4.6)."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from http import HTTPStatus
from typing import Final, NamedTuple

from pydantic import TypeAdapter, ValidationError

from actions.confirm_bands import confirm_bands
from actions.corrections import Grounds
from actions.documents import put_document
from config.calendar import local_day, parse_date
from config.programme import LevelStatus
from config.rating import Band, Bands
from config.source_notes import source_notes
from models.savepoint import savepoint
from scoring.numbers import format_points
from states import desk as desks
from states.desk import Desk as Found
from states.errors import Refusal, Refused, Unknown
from web import diagram
from web import programmes as shown
from web.answers import Answer, Page, page, redirect_with_note
from web.asks import Everywhere, OfRound
from web.edge import Desk, Here
from web.words import _

desk: Final = Desk()
ADMINISTER: Final = Everywhere("administer")


class Paper(NamedTuple):
    """The document a confirmation is based on."""

    number: str
    dated: date
    signer: str


BANDS: Final[TypeAdapter[tuple[Band, ...]]] = TypeAdapter(Bands)


def year_of(here: Here) -> int:
    """The year an address asks for, else this one."""
    return shown.year_of(here.query.get("year", ""), local_day(here.now).year)


@desk.get("/programmes", asks=ADMINISTER)
def programmes_page(here: Here) -> Answer:
    """Programmes that come with this release."""
    year = year_of(here)
    rows = [(one, shown.calendar(one, year), shown.sheets(one)) for one in shown.programmes()]
    return page("programmes/list.html", rows=rows, year=year)


@desk.get("/programmes/{slug}", asks=ADMINISTER)
def programme_page(here: Here) -> Answer:
    """A programme: subjects, sheets, calendar, workflow."""
    one, year = shown.programme(here.path["slug"]), year_of(here)
    machines = [
        (_("Các bước của hồ sơ"), "ho-so", diagram.draw(one.workflow.assessment)),
        (_("Các bước của đợt"), "dot", diagram.draw(one.workflow.round)),
    ]
    return page(
        "programmes/one.html",
        one=one,
        year=year,
        calendar=shown.calendar(one, year),
        sheets=shown.sheets(one),
        bands=one.levels.bands,
        levels=one.rating.levels if one.rating else (),
        level_status=shown.LEVEL_STATUS[one.levels.status],
        is_confirmed=one.levels.status is not LevelStatus.UNCONFIRMED,
        machines=machines,
        notes=source_notes(one.slug),
        rounds=shown.running(here.session, one.slug),
    )


@desk.get("/rounds/{round_id:id}/bands", asks=OfRound("administer"))
def bands_page(here: Here) -> Answer:
    """The bands of points that still need confirmation."""
    found = _found(here)
    typed = {f"at-{index}": format_points(band.at_least) for index, band in enumerate(found.programme.levels.bands)}
    return _page("programmes/bands.html", found, typed)


def _found(here: Here) -> Found:
    found = desks.round_as_desk(here.session, here.path["round_id"])
    if not found.programme.levels.bands:
        raise Unknown(_("khung điểm của đợt này"))
    return found


def _page(
    template: str,
    found: Found,
    typed: Mapping[str, str],
    *,
    told: Sequence[str] = (),
    wanted: Sequence[Band] = (),
) -> Page:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if told else HTTPStatus.OK
    is_confirmed = found.programme.levels.status is LevelStatus.CONFIRMED
    return page(
        template,
        status=status,
        round=found,
        bands=found.programme.levels.bands,
        is_confirmed=is_confirmed,
        typed=typed,
        told=told,
        wanted=wanted,
    )


@desk.post("/rounds/{round_id:id}/bands/look", asks=OfRound("administer"))
def look_at_bands(here: Here) -> Answer:
    """Show what confirming the bands would change."""
    found, typed = _found(here), dict(here.typed.kept())
    try:
        _paper(here)
        wanted = _wanted(here, found)
    except Refused as refused:
        return _page("programmes/bands.html", found, typed, told=[one.sentence for one in refused.refusals])
    return _page("programmes/bands_look.html", found, typed, wanted=wanted)


@desk.post("/rounds/{round_id:id}/bands", asks=OfRound("administer"))
def confirm(here: Here) -> Answer:
    """Confirm the bands, with the document they stand on."""
    found = _found(here)
    try:
        wanted, paper = _wanted(here, found), _paper(here)
        with savepoint(here.session):
            document = put_document(here.session, kind="bands", **paper._asdict(), now=here.now).id
            grounds = Grounds(here.typed.get("reason"), document)
            confirm_bands(here.session, found.id, wanted, grounds, actor=here.actor, now=here.now)
    except Refused as refused:
        told = [one.sentence for one in refused.refusals]
        return _page("programmes/bands.html", found, dict(here.typed.kept()), told=told)
    return redirect_with_note(
        f"/rounds/{found.id}", _("Đã xác nhận khung điểm; từ nay mức xếp loại tính theo tổng điểm.")
    )


def _wanted(here: Here, found: Found) -> tuple[Band, ...]:
    given = [
        {"at_least": _number(here, index), "code": band.code, "label": band.label}
        for index, band in enumerate(found.programme.levels.bands)
    ]
    try:
        return BANDS.validate_python(given)
    except ValidationError:
        sentence = _("Điểm của các mức phải giảm dần từ trên xuống và mức cuối cùng bắt đầu từ 0.")
        raise Refused([Refusal("bands", sentence)]) from None


def _number(here: Here, index: int) -> Decimal:
    written = here.typed.line(f"at-{index}").replace(",", ".")
    try:
        return Decimal(written)
    except InvalidOperation:
        raise Refused([Refusal("bands", _("«%(what)s» không phải là số điểm.") % {"what": written})]) from None


def _paper(here: Here) -> Paper:
    """The document that the confirmation is based on; Refused with all that is missing."""
    number, signer, refusals = here.typed.line("number"), here.typed.line("signer"), []
    if not here.typed.get("reason").strip():
        refusals.append(Refusal("reason", _("Ghi lý do.")))
    if not (number and signer):
        refusals.append(Refusal("document", _("Ghi số và người ký của văn bản làm căn cứ.")))
    try:
        dated = parse_date(here.typed.line("dated"))
    except ValueError as error:
        refusals.append(Refusal("dated", str(error)))
        dated = local_day(here.now)
    if refusals:
        raise Refused(refusals)
    return Paper(number, dated, signer)
