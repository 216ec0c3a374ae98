"""The first page of a dossier: where it stands, and what comes next."""

from typing import Final

from actions import unit_page
from web.answers import Answer, Redirect
from web.asks import OfDossier, appraises_only
from web.edge import Desk, Here
from web.units import other_home, unit_home

desk: Final = Desk()


@desk.get("/assessments/{assessment_id:id}", asks=OfDossier("view"))
def dossier_page(here: Here) -> Answer:
    """The dossier, as it concerns whoever looks: unit, superior, staff."""
    facts = here.dossier
    if unit_page.is_unit(facts):
        return unit_home(here)
    if appraises_only(facts):
        return Redirect(f"/assessments/{facts.id}/appraise")
    return other_home(here)
