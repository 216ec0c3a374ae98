"""A piece of evidence by itself: what it was found to be, its content from a place of its own, and what its unit does.

A content is never shown as a page of the portal: it comes with its own policy, which lets it do nothing.
"""

from contextlib import suppress
from functools import partial
from http import HTTPStatus
from typing import Final

from actions import evidence_files, evidence_verdicts, unit_page
from evidence.kinds import ENDINGS, MEDIA_TYPES
from evidence.store import OTHER, THUMBNAIL, Store, StoreDown
from models.evidence import evidence_of
from models.savepoint import savepoint
from states.errors import Refused, Unknown, refuse
from web.answers import Answer, Page, Stored, page, redirect_with_note
from web.asks import OfDossier
from web.drafts import Taken, take_replacement
from web.edge import Desk, Here
from web.evidence_view import Piece, pieces
from web.words import _

desk: Final = Desk()
ONE: Final = "/assessments/{assessment_id:id}/evidence/{evidence_id:id}"
CONTENT: Final = "/files/{assessment_id:id}/{evidence_id:id}"
SHOWN: Final = frozenset({"image/jpeg", "image/png", "image/webp"})
"""What a browser shows by itself and cannot be made to run."""
BY_TYPE: Final = {MEDIA_TYPES[kind]: ENDINGS[kind] for kind in MEDIA_TYPES}


def _piece(here: Here) -> Piece:
    """The piece of the path, if it is the actor's to know of."""
    row = evidence_files.find(here.session, here.dossier.id, here.path["evidence_id"])
    if not unit_page.may_see(here.session, here.dossier, row):
        raise Unknown(_("minh chứng này"))
    return pieces(here.session, here.dossier, [row])[0]


def _address(here: Here) -> str:
    return f"/assessments/{here.dossier.id}/evidence/{here.path['evidence_id']}"


@desk.get(ONE, asks=OfDossier("download"))
def one(here: Here) -> Answer:
    """One file of evidence: what was found in it, who signed it."""
    return _page(here)


def _page(here: Here, problems: tuple[str, ...] = ()) -> Page:
    facts, piece = here.dossier, _piece(here)
    standing = evidence_of(here.session, facts.id)
    instead = next((other for other in standing if other.replaces_id == piece.id), None)
    until = piece.row.replace_by
    return page(
        "evidence/one.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        facts=facts,
        address=f"/assessments/{facts.id}",
        piece=piece,
        has_picture=partial(_has_picture, here.place.store, piece),
        instead=instead,
        may_declare=piece.own and piece.is_to_declare and facts.decision_id is None,
        may_replace=piece.own and until is not None and here.now < until and instead is None,
        problems=problems,
    )


def _has_picture(store: Store, piece: Piece) -> bool:
    """Whether there is a thumbnail: the template asks, after the transaction; no answer is no picture."""
    with suppress(StoreDown):
        return bool(piece.row.file_hash) and piece.is_open and store.has_thumbnail(piece.row.file_hash)
    return False


@desk.get(f"{ONE}/badge", asks=OfDossier("download"))
def badge(here: Here) -> Answer:
    """The verdict on a file, as a part of a page that is still waiting for it."""
    return page(
        "evidence/badge.html", facts=here.dossier, address=f"/assessments/{here.dossier.id}", piece=_piece(here)
    )


@desk.get(CONTENT, asks=OfDossier("download"))
def content(here: Here) -> Answer:
    """The file itself."""
    piece = _piece(here)
    if not piece.row.file_hash or not piece.is_open:
        raise Unknown(_("tệp này"))
    media_type = piece.row.media_type or OTHER
    shows = media_type in SHOWN and not here.query.get("tai") and not piece.is_refused and not piece.is_pending
    return Stored(piece.row.file_hash, _named(piece.row.name, media_type), media_type, _("tệp này"), shows=shows)


def _named(name: str, media_type: str) -> str:
    """The name with an ending of its own type."""
    endings = BY_TYPE.get(media_type, ())
    return name if not endings or name.lower().endswith(endings) else f"{name}{endings[0]}"


@desk.get(f"{CONTENT}/thumbnail", asks=OfDossier("download"))
def thumbnail(here: Here) -> Answer:
    """A small picture of the file."""
    piece = _piece(here)
    what = _("hình thu nhỏ của tệp này")
    if not piece.row.file_hash or not piece.is_open:
        raise Unknown(what)
    name = f"{piece.row.name}{THUMBNAIL}"
    return Stored(piece.row.file_hash, name, "image/png", what, shows=True, small=True)


@desk.post(f"{ONE}/declare", asks=OfDossier("draft"))
def declare(here: Here) -> Answer:
    """Declare a picture to be a copy of a paper document."""
    key = here.path["evidence_id"]
    try:
        with savepoint(here.session):
            evidence_verdicts.declare(here.session, here.dossier.id, key, actor=here.actor, now=here.now)
    except Refused as refused:
        return _page(here, tuple(one.sentence for one in refused.refusals))
    return redirect_with_note(_address(here), _("Đã ghi nhận: đơn vị xác nhận là bản chụp văn bản giấy."))


@desk.post(f"{ONE}/replace", asks=OfDossier("draft"), first=take_replacement)
def replace(here: Here) -> Answer:
    """Replace a file that was refused after the submission."""
    try:
        with savepoint(here.session):
            made = _replace(here)
    except Refused as refused:
        return _page(here, tuple(one.sentence for one in refused.refusals))
    home = f"/assessments/{here.dossier.id}/evidence/{made}"
    return redirect_with_note(home, _("Đã gửi tệp thay thế."))


def _replace(here: Here) -> int:
    taken: Taken = here.before
    for problem in taken.problems.values():
        raise refuse("file", problem)
    if "file" not in taken.files:
        raise refuse("file", _("Chưa chọn tệp thay thế."))
    (made,) = evidence_files.replace(
        here.session,
        here.dossier.id,
        here.path["evidence_id"],
        taken.files["file"][-1],
        declared=here.typed.get("declared") == "1",
        actor=here.actor,
        now=here.now,
    ) or [here.path["evidence_id"]]
    return made
