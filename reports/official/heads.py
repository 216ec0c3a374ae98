"""Under whose head a document goes out: that of the programme, or of the body that decides or holds a meeting."""

import re
from dataclasses import replace
from typing import Final
from unicodedata import normalize

from sqlmodel import Session, col, select

from config.letterhead import Layout, Letterhead
from config.programme import Programme
from models.people import Subject
from reports.contents import Head

_COMMITTEE: Final = re.compile(r"^Đảng bộ\b")
_ARCHIVE: Final = ("Lưu: VT",)
_PARTY: Final = re.compile(r"\b(?:đảng|chi bộ|(?:thành|tỉnh|huyện|quận|thị) ủy|ủy ban kiểm tra)\b", re.IGNORECASE)
_PLACE: Final = re.compile(r"\b(?:phường|xã|thị trấn|đặc khu|huyện|quận|thành phố|tỉnh) (?=(.+)$)", re.IGNORECASE)


def of_programme(programme: Programme) -> Head:
    """The head of the body in whose name the programme decides."""
    return _headed(programme, programme.letterhead, programme.bodies.authority)


def of_body(session: Session, programme: Programme, code: str) -> Head:
    """The head of a deciding body: its own, of a Party organisation below under its name, else the programme's."""
    known = programme.authorities.get(code)
    if known is not None:
        found = _headed(programme, known.letterhead or programme.letterhead, _spoken(known.label))
        return replace(found, receivers=_ARCHIVE) if known.letterhead else found
    name = session.exec(select(Subject.name).where(col(Subject.code) == code)).first() if code else None
    return of_programme(programme) if name is None else _below(programme, name)


def layout_of(name: str) -> Layout:
    """The layout in which a body writes, by its name: that of the Party is for what belongs to the Party."""
    return "party" if _PARTY.search(name) else "administrative"


def place_in(name: str) -> str:
    """The name of the commune, district or province in that of a body; empty where there is none (xã hội, Tỉnh ủy)."""
    return next((found[1] for found in _PLACE.finditer(name) if found[1][:1].isupper()), "")


def _headed(programme: Programme, given: Letterhead, sender: str) -> Head:
    return Head(
        layout=given.layout or programme.layout,
        parent=given.parent or "",
        issuer=given.issuer,
        abbreviation=given.abbreviation,
        place=given.place,
        signed_for=given.signed_for or "",
        signer_post=given.signer_post,
        sender=sender,
        appraiser=programme.bodies.appraiser,
        bases=programme.bases,
        receivers=programme.receivers,
    )


def _spoken(label: str) -> str:
    """A body as it is named in a sentence: without the number of its group before a colon."""
    return label.partition(": ")[2] or label


def _below(programme: Programme, name: str) -> Head:
    """The committee of a Party organisation, or the cell itself, under the committee that leads the programme."""
    organ = _COMMITTEE.sub("Đảng ủy", name)
    acts_as = organ.split(maxsplit=2)[:2]
    return Head(
        layout=programme.layout,
        parent=programme.letterhead.issuer,
        issuer=organ,
        abbreviation="".join(normalize("NFD", word)[0] for word in acts_as).upper(),
        place=place_in(name) or programme.letterhead.place,
        signed_for=f"T/M {' '.join(acts_as)}" if programme.layout == "party" else f"TM. {' '.join(acts_as)}",
        signer_post="Bí thư",
        sender=organ,
        appraiser=organ,
        bases=programme.bases,
        receivers=(f"Lưu {organ}",),
    )
