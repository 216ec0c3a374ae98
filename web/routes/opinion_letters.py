"""The staff of a request reads what all said side by side, and enters the letters that came on paper (HT-6.3)."""

from collections.abc import Mapping, Sequence
from datetime import date
from http import HTTPStatus
from typing import Final, NamedTuple

from actions import answers, opinion_page
from actions.answers import Answer as Written
from actions.documents import put_document
from actions.opinion_page import Asking, asking
from config.calendar import local_day, parse_date
from web import opinion_form as form
from web.answers import Answer, Page, page, redirect_with_note
from web.asks import OfRequest
from web.desk_queue import page_of
from web.edge import Desk, Here
from web.words import _

desk: Final = Desk()
ANSWERS: Final = "/opinions/{request_id:id}/answers"
LETTER: Final = "/opinions/{request_id:id}/letters/{account_id:id}"


class Letter(NamedTuple):
    """What a letter is known by."""

    number: str
    dated: date
    signer: str


def _address(here: Here) -> str:
    return f"/opinions/{here.path['request_id']}/answers"


@desk.get(ANSWERS, asks=OfRequest("consult"))
def answers_page(here: Here) -> Answer:
    """Who has answered a request for opinions, and who has not."""
    found = opinion_page.overview(here.session, here.path["request_id"], actor=here.actor)
    number, pages = page_of(here.query, len(found.rows), form.PAGE)
    return page(
        "opinions/answers.html",
        found=asking(here.session, here.path["request_id"]),
        bodies=found.bodies,
        letters=found.letters,
        rows=found.rows[(number - 1) * form.PAGE : number * form.PAGE],
        count=len(found.rows),
        number=number,
        pages=pages,
        address=_address(here),
    )


def _letter_page(here: Here, *, problems: Sequence[str] = ()) -> Page:
    request_id, account_id = here.path["request_id"], here.path["account_id"]
    paper = opinion_page.paper(here.session, request_id, account_id, actor=here.actor)
    number, pages = page_of(here.query, len(paper.dossiers), form.PAGE)
    shown = list(paper.dossiers.items())[(number - 1) * form.PAGE : number * form.PAGE]
    return page(
        "opinions/letter.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        found=asking(here.session, request_id),
        body=paper.name,
        rows=[(key, name, form.typed_for(here.typed, key)) for key, name in shown],
        typed={name: here.typed.get(name) for name in ("number", "dated", "signer")},
        problems=problems,
        number=number,
        pages=pages,
        back=_address(here),
        address=f"/opinions/{request_id}/letters/{account_id}",
    )


@desk.get(LETTER, asks=OfRequest("consult"))
def letter_page(here: Here) -> Answer:
    """Enter an opinion that came on paper."""
    return _letter_page(here)


@desk.post(LETTER, asks=OfRequest("consult"))
def enter_letter(here: Here) -> Answer:
    """Enter what a letter says; nothing of it is kept before all of it can be."""
    request_id, account_id = here.path["request_id"], here.path["account_id"]
    paper = opinion_page.paper(here.session, request_id, account_id, actor=here.actor)
    given = {key: one for key, one in _written(here).items() if one != form.BLANK}
    problems = [*_bad_letter(here), *_bad_rows(asking(here.session, request_id), given, paper.dossiers)]
    if problems:
        return _letter_page(here, problems=problems)
    letter = put_document(here.session, kind="letter", **_letter(here)._asdict(), now=here.now).id
    answers.enter(here.session, request_id, account_id, given, letter, actor=here.actor, now=here.now)
    note = _("Đã nhập văn bản của %(body)s: ý kiến về %(count)s hồ sơ.")
    return redirect_with_note(_address(here), note % {"body": paper.name, "count": len(given)})


def _written(here: Here) -> dict[int, Written]:
    return {key: form.typed_for(here.typed, key) for key in form.ids(here.typed.starting("comment-"))}


def _bad_letter(here: Here) -> list[str]:
    found = []
    if not here.typed.line("number"):
        found.append(_("Ghi số của văn bản."))
    try:
        if parse_date(here.typed.line("dated")) > local_day(here.now):
            found.append(_("Ngày của văn bản không được sau hôm nay."))
    except ValueError:
        found.append(_("Ghi ngày của văn bản, ví dụ 09/12/2026."))
    if not here.typed.line("signer"):
        found.append(_("Ghi người ký văn bản."))
    return found


def _bad_rows(found: Asking, given: Mapping[int, Written], dossiers: Mapping[int, str]) -> list[str]:
    if not given:
        return [_("Ghi mức xếp loại hoặc ý kiến về ít nhất một hồ sơ.")]
    told = {key: form.problem_of(one, found.levels) for key, one in given.items()}
    told |= {key: _("Hồ sơ này không còn nhập ý kiến được.") for key in given if key not in dossiers}
    return [f"«{dossiers.get(key, key)}»: {problem}" for key, problem in told.items() if problem]


def _letter(here: Here) -> Letter:
    return Letter(here.typed.line("number"), parse_date(here.typed.line("dated")), here.typed.line("signer"))
