"""What a unit writes to the round's owner: difficulties and requests for more time (DN-6.3, AMB-DN-1)."""

from http import HTTPStatus
from typing import Final

from actions import unit_page
from actions.difficulties import raise_difficulty
from actions.extension import ask_extension
from config.calendar import parse_date
from states.errors import Refused
from web.answers import Answer, Page, page, redirect_with_note
from web.asks import OfDossier
from web.edge import Desk, Here
from web.units import common
from web.words import _

desk: Final = Desk()
DIFFICULTIES: Final = "/assessments/{assessment_id:id}/difficulties"
EXTENSION: Final = "/assessments/{assessment_id:id}/extension"
LONGEST: Final = 20_000


def _letters(here: Here, *, problem: str = "") -> Page:
    return page(
        "unit/difficulties.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        difficulties=unit_page.difficulties(here.session, here.dossier.id),
        problem=problem,
        typed=here.typed.get("question"),
        **common(here),
    )


@desk.get(DIFFICULTIES, asks=OfDossier("draft"))
def difficulties(here: Here) -> Answer:
    """Difficulties of the unit, and their answers."""
    return _letters(here)


@desk.post(DIFFICULTIES, asks=OfDossier("draft"))
def difficulty(here: Here) -> Answer:
    """Raise a difficulty."""
    question, key = here.typed.get("question"), here.dossier.id
    if len(question) > LONGEST:
        return _letters(here, problem=_("Nội dung quá dài; rút gọn còn dưới 20.000 ký tự."))
    if not question.strip():
        return _letters(here, problem=_("Ghi nội dung vướng mắc."))
    if any(one.question == question.strip() for one in unit_page.difficulties(here.session, key)):
        return redirect_with_note(f"/assessments/{key}/difficulties", _("Nội dung này đã được gửi trước đó."))
    raise_difficulty(here.session, key, question, actor=here.actor, now=here.now)
    return redirect_with_note(f"/assessments/{key}/difficulties", _("Đã gửi. Khi có trả lời, phần mềm gửi thư báo."))


def _extension(here: Here, *, problem: str = "") -> Page:
    return page(
        "unit/extension.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        extensions=unit_page.extensions(here.session, here.dossier.id),
        problem=problem,
        typed={name: here.typed.get(name) for name in ("reason", "until")},
        **common(here),
    )


@desk.get(EXTENSION, asks=OfDossier("draft"))
def extension(here: Here) -> Answer:
    """Ask for more time: the form, and what was asked before."""
    return _extension(here)


@desk.post(EXTENSION, asks=OfDossier("draft"))
def more_time(here: Here) -> Answer:
    """Ask for an extension, with reason and document."""
    reason, wanted = here.typed.get("reason"), here.typed.line("until")
    if len(reason) > LONGEST:
        return _extension(here, problem=_("Lý do quá dài; rút gọn còn dưới 20.000 ký tự."))
    try:
        until = parse_date(wanted) if wanted else None
        ask_extension(here.session, here.dossier.id, reason, until=until, actor=here.actor, now=here.now)
    except ValueError as error:
        return _extension(here, problem=str(error))
    except Refused as refused:
        return _extension(here, problem=str(refused))
    return redirect_with_note(f"/assessments/{here.dossier.id}/extension", _("Đã gửi đề nghị gia hạn."))
