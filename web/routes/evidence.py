"""A piece of evidence by itself: what it was found to be, its content from a place of its own, and what its unit does.

A content is never shown as a page of the portal: it comes with its own policy, which lets it do nothing.
"""

from http import HTTPStatus
from typing import Final

from actions import evidence_files, evidence_verdicts, unit_page
from evidence import store
from evidence.kinds import ENDINGS, MEDIA_TYPES
from evidence.store import OTHER
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
    return _page(here)


def _page(here: Here, problems: tuple[str, ...] = ()) -> Page:
    facts, piece = here.dossier, _piece(here)
    standing = evidence_of(here.session, facts.id)
    instead = next((other for other in standing if other.replaces_id == piece.id), None)
    until = piece.row.replace_by
    has_picture = bool(piece.row.file_hash) and store.thumbnail(here.place.files, piece.row.file_hash).is_file()
    return page(
        "evidence/one.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        facts=facts,
        address=f"/assessments/{facts.id}",
        piece=piece,
        has_picture=has_picture and piece.is_open,
        instead=instead,
        may_declare=piece.own and piece.is_to_declare and facts.decision_id is None,
        may_replace=piece.own and until is not None and here.now < until and instead is None,
        problems=problems,
    )


@desk.get(f"{ONE}/badge", asks=OfDossier("download"))
def badge(here: Here) -> Answer:
    return page(
        "evidence/badge.html", facts=here.dossier, address=f"/assessments/{here.dossier.id}", piece=_piece(here)
    )


@desk.get(CONTENT, asks=OfDossier("download"))
def content(here: Here) -> Answer:
    piece = _piece(here)
    path = store.place(here.place.files, piece.row.file_hash) if piece.row.file_hash else None
    if path is None or not piece.is_open or not path.is_file():
        raise Unknown(_("tệp này"))
    media_type = piece.row.media_type or OTHER
    shows = media_type in SHOWN and not here.query.get("tai") and not piece.is_refused and not piece.is_pending
    return Stored(path, _named(piece.row.name, media_type), media_type, shows=shows)


def _named(name: str, media_type: str) -> str:
    """The name with an ending of its own type."""
    endings = BY_TYPE.get(media_type, ())
    return name if not endings or name.lower().endswith(endings) else f"{name}{endings[0]}"


@desk.get(f"{CONTENT}/thumbnail", asks=OfDossier("download"))
def thumbnail(here: Here) -> Answer:
    piece = _piece(here)
    path = store.thumbnail(here.place.files, piece.row.file_hash)
    if not piece.row.file_hash or not piece.is_open or not path.is_file():
        raise Unknown(_("hình thu nhỏ của tệp này"))
    return Stored(path, f"{piece.row.name}{store.THUMBNAIL}", "image/png", shows=True)


@desk.post(f"{ONE}/declare", asks=OfDossier("draft"))
def declare(here: Here) -> Answer:
    key = here.path["evidence_id"]
    try:
        with savepoint(here.session):
            evidence_verdicts.declare(here.session, here.dossier.id, key, actor=here.actor, now=here.now)
    except Refused as refused:
        return _page(here, tuple(one.sentence for one in refused.refusals))
    return redirect_with_note(_address(here), _("Đã ghi nhận: đơn vị xác nhận là bản chụp văn bản giấy."))


@desk.post(f"{ONE}/replace", asks=OfDossier("draft"), first=take_replacement)
def replace(here: Here) -> Answer:
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
