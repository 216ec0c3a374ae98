"""Difficulties that units raise (phản ánh vướng mắc): the round's owner answers each once (DN-6.3)."""

from http import HTTPStatus
from typing import Final

from actions.difficulties import answer_difficulty
from actions.extend_many import chosen_of
from models.assessments import Difficulty
from states.asked import difficulties_answered, difficulties_open
from states.errors import Refused, Unknown
from states.overview import watch
from web import watch as ways
from web.answers import Answer, Page, page, redirect_with_note
from web.asks import OfRound
from web.edge import Desk, Here
from web.words import _

desk: Final = Desk()
OWNER: Final = OfRound("administer", by_body=True)


@desk.get("/rounds/{round_id:id}/difficulties", asks=OWNER)
def difficulties_page(here: Here) -> Answer:
    """Difficulties that units have raised."""
    return _list(here)


def _list(here: Here, *, problem: str = "", of: int | None = None) -> Page:
    watched = watch(here.session, here.actor, here.path["round_id"], verb="administer")
    return page(
        "watch/difficulties.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        watched=watched,
        open=difficulties_open(here.session, watched),
        answered=difficulties_answered(here.session, watched, ways.number(here.query, "after")),
        problem=problem,
        of=of,
        typed=here.typed.get("answer"),
        ways=ways,
    )


@desk.post("/rounds/{round_id:id}/difficulties/{difficulty_id:id}", asks=OWNER)
def answer(here: Here) -> Answer:
    """Answer a difficulty; the unit is told."""
    key = here.path["difficulty_id"]
    found = here.session.get(Difficulty, key)
    if found is None:
        raise Unknown(f"vướng mắc số {key}")
    name = chosen_of(here.session, here.path["round_id"], [found.assessment_id], here.actor)[0].name
    try:
        answer_difficulty(here.session, key, here.typed.get("answer"), actor=here.actor, now=here.now)
    except Refused as refused:
        return _list(here, problem=str(refused), of=key)
    note = _("Đã trả lời vướng mắc của «%(name)s»; đơn vị được thông báo.") % {"name": name}
    return redirect_with_note(f"/rounds/{here.path['round_id']}/difficulties", note)
