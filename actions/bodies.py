"""Which body decides on a subject: the register's word, else what the programme says of its kind (HT-10, AMB-HT-12)."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from sqlmodel import Session

from config.authorities import Authority
from config.programme import Programme
from models.db import run


class Placed(NamedTuple):
    """What is known of a subject."""

    id: int
    code: str
    kind: str
    parent_id: int | None
    body: str


def deciding_bodies(session: Session, programme: Programme, codes: Collection[str]) -> dict[str, str | None]:
    """The code of the deciding body of each subject, by its code; "" in a programme of one body, None if there is none.

    A body is one of the programme's authorities, or a subject (an organisation that decides on what is under it).
    """
    if not programme.authorities:
        return dict.fromkeys(codes, "")
    rows = run(session, "SELECT id, code, kind, parent_id, body FROM subject").fetchall()
    known = {row[0]: Placed(*row) for row in rows}
    bodies = {one.code: one.kind for one in known.values()}
    return {one.code: _body(programme, one, known, bodies) for one in known.values() if one.code in codes}


def _body(programme: Programme, one: Placed, known: Mapping[int, Placed], bodies: Mapping[str, str]) -> str | None:
    if one.body:
        return one.body if _may_decide(programme, one, bodies) else None
    concerned = (item for item in programme.authorities.items() if one.kind in item[1].kinds)
    name, authority = next(concerned, ("", None))
    return _nearest(authority, one, known) if authority is not None and authority.within else name or None


def _may_decide(programme: Programme, one: Placed, bodies: Mapping[str, str]) -> bool:
    """Whether the body that the register names decides on subjects at all, and on others than itself."""
    if one.body in programme.authorities:
        return one.kind in programme.authorities[one.body].kinds
    within = {kind for authority in programme.authorities.values() for kind in authority.within}
    return one.body != one.code and bodies.get(one.body) in within


def _nearest(authority: Authority, one: Placed, known: Mapping[int, Placed]) -> str | None:
    above = known.get(one.parent_id or 0)
    while above is not None and above.kind not in authority.within:
        above = known.get(above.parent_id or 0)
    return above.code if above is not None else None
