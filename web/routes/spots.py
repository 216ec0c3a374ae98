"""An agency names its spots and enters further ones (NA-2.1, NA-3.1, NA-3.3)."""

from http import HTTPStatus
from typing import Final

from actions import spots
from models.assessments import Assessment
from models.rounds import Round
from models.savepoint import savepoint
from states.errors import Refused, Unknown
from web.answers import Answer, Page, page, redirect_with_note
from web.asks import OfDossier, OfRound
from web.edge import Desk, Here
from web.units import rest_page
from web.words import _

desk: Final = Desk()
SPOTS: Final = "/assessments/{assessment_id:id}/spots"
LONGEST: Final = 300


@desk.post("/assessments/{assessment_id:id}/name", asks=OfDossier("draft"))
def name(here: Here) -> Answer:
    """Name the bright spot that a dossier is about."""
    key = here.dossier.id
    try:
        with savepoint(here.session):
            full, place = here.typed.line("name")[:LONGEST], here.typed.line("place")[:LONGEST]
            spots.name_spot(here.session, key, full, place, actor=here.actor, now=here.now)
    except Refused as refused:
        return rest_page(here, refused=refused)
    return redirect_with_note(f"/assessments/{key}", _("Đã ghi tên, địa chỉ điểm sáng."))


def _page(here: Here, *, problem: str = "") -> Page:
    facts = here.dossier
    if facts.programme.workflow.intake != "open":
        raise Unknown(_("phần thêm điểm sáng của hồ sơ này"))
    agency = _agency(here)
    return page(
        "spots/add.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        facts=facts,
        address=f"/assessments/{facts.id}",
        own=spots.of_agency(here.session, facts.round_id, agency),
        kinds=facts.programme.subject_kinds,
        states=facts.programme.workflow.assessment.states,
        least=facts.programme.at_least_each_kind,
        problem=problem,
        typed={name: here.typed.get(name) for name in ("name", "kind")},
    )


def _agency(here: Here) -> int:
    return here.session.get_one(Assessment, here.dossier.id).agency_id or 0


@desk.get(SPOTS, asks=OfDossier("draft"))
def spots_page(here: Here) -> Answer:
    """Bright spots of an agency."""
    return _page(here)


@desk.post(SPOTS, asks=OfDossier("draft"))
def add(here: Here) -> Answer:
    """Enter a bright spot."""
    facts, title, kind = here.dossier, here.typed.line("name")[:LONGEST], here.typed.line("kind")
    if any(one.name == title for one in spots.of_agency(here.session, facts.round_id, _agency(here))):
        return _page(here, problem=_("Cơ quan đã có điểm sáng mang tên này."))
    try:
        with savepoint(here.session):
            made = spots.add_spot(
                here.session, facts.round_id, _agency(here), kind, title, actor=here.actor, now=here.now
            )
    except Refused as refused:
        return _page(here, problem=str(refused))
    return redirect_with_note(f"/assessments/{made}", _("Đã thêm điểm sáng; ghi địa chỉ, kế hoạch rồi gửi đăng ký."))


@desk.get("/rounds/{round_id:id}/spots", asks=OfRound("export"))
def overview(here: Here) -> Answer:
    """Who registered too few, and who may be commended: those recognised in five years (NA-3.3, NA-6.3)."""
    round_id = here.path["round_id"]
    programme, found = spots.programme_of_spots(here.session, round_id), here.session.get_one(Round, round_id)
    return page(
        "spots/overview.html",
        round=found,
        programme=programme,
        shortages=spots.shortages(here.session, round_id, actor=here.actor),
        recognised=list(spots.recognised_within(here.session, found.slug, found.year)),
        years=spots.YEARS,
    )
