"""A concluded sheet in a programme: checked in its place as the programme is loaded, then handed out with its files."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final, NamedTuple

from actions import sheet_draft
from actions.drafts import find_draft
from actions.sheet_draft import KIND
from config.errors import Problem
from config.placing import Placed, check_sheet, place
from config.programme import Programme
from config.sheet import Sheet
from models.drafts import Draft
from states.errors import Unknown, refuse
from web import programmes
from web.answers import Answer, Download, Page, page
from web.asks import Everywhere
from web.edge import Desk, Here
from web.loader_words import NO_NAMES, worded
from web.words import _

desk: Final = Desk()
ADMINISTER: Final = Everywhere("administer")
ONE: Final = "/sheets/imports/{draft_id:id}"
YAML: Final = "application/yaml"


class Wanted(NamedTuple):
    """The sheet of a programme in the place of which the concluded one is to stand."""

    programme: Programme
    sheet: Sheet

    @property
    def value(self) -> str:
        """As an address tells it."""
        return f"{self.programme.slug}:{self.sheet.slug}"

    @property
    def names(self) -> dict[str, str]:
        """The kinds of subjects by their codes."""
        return {code: kind.label for code, kind in self.programme.subject_kinds.items()}


def places() -> list[Wanted]:
    """Every sheet that is used by a programme of this release."""
    return [Wanted(one, use.sheet) for one in programmes.programmes() for use in one.sheets]


def _concluded(here: Here) -> Draft:
    draft = find_draft(here.session, KIND, here.path["draft_id"])
    if draft.done_at is None:
        raise Unknown(_("biểu đã chốt"))
    return draft


def _wanted(here: Here) -> Wanted:
    asked = here.query.get("in", "")
    found = next((one for one in places() if one.value == asked), None)
    if found is None:
        raise refuse("in", _("Chọn chương trình và biểu mà biểu mới thay, rồi kiểm tra."))
    return found


def _placed(draft: Draft, wanted: Wanted) -> Placed:
    return place(draft.result, sheet_draft.kept_of(draft).yaml, wanted.programme.slug, wanted.sheet.slug)


@desk.get(f"{ONE}/sheet", asks=ADMINISTER)
def sheet_file(here: Here) -> Answer:
    """The concluded sheet as YAML, unless the check of sheets refuses it."""
    draft = _concluded(here)
    text = sheet_draft.kept_of(draft).yaml
    problems = check_sheet(draft.result, text)
    return _refused(draft, problems) if problems else Download(text.encode(), f"{draft.result}.yaml", YAML)


def _refused(draft: Draft, problems: tuple[Problem, ...], names: Mapping[str, str] = NO_NAMES) -> Page:
    return page(
        "programmes/sheet_refused.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY,
        draft=draft,
        problems=worded(problems, names),
    )


@desk.get(f"{ONE}/place", asks=ADMINISTER)
def place_page(here: Here) -> Answer:
    """The check of a concluded sheet in the place of another one, and what to do to use it there."""
    draft, wanted = _concluded(here), _wanted(here)
    placed = _placed(draft, wanted)
    return page(
        "programmes/sheet_place.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if placed.problems else HTTPStatus.OK,
        draft=draft,
        wanted=wanted,
        placed=placed,
        problems=worded(placed.problems, wanted.names),
        rounds=programmes.running(here.session, wanted.programme.slug),
    )


@desk.get(f"{ONE}/programme", asks=ADMINISTER)
def programme_file(here: Here) -> Answer:
    """The file of a programme with the concluded sheet in it, unless the check of programmes refuses it."""
    draft, wanted = _concluded(here), _wanted(here)
    placed = _placed(draft, wanted)
    if placed.problems or placed.change is None:
        return _refused(draft, placed.problems, wanted.names)
    return Download(placed.change.text.encode(), f"{wanted.programme.slug}.yaml", YAML)
