"""A small ward in a round of `kiem-diem-xep-loai`: its Party organisation, two cells, two collectives, their leaders.

By code: `p` the Party organisation of the ward, `ub` and `mt` the collectives of its own level, `c1` and `c2` its
cells; `bt` leads p, `ct` ub and `b1` c1, `pb` is deputy in ub; `m1`-`m3` are members of c1, `m4` and `m5` of c2. The
superior of them all, `tp`, is not in the round.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from sqlmodel import Session, select

from actions.accounts import add_account, grant
from actions.launch import launch
from actions.propose import propose
from actions.recognise import Award, Papers, recognise
from actions.register import take_register
from actions.review import review, self_rate
from actions.self_assess import save
from actions.statements import enclose
from config.programme import Programme
from config.register import RegisterRow
from models.assessments import Assessment
from models.db import Database
from models.meetings import BallotBox, BallotItem
from models.people import Account, Subject
from states.actor import Actor, account
from states.advance import Move, advance
from tests.actions.world import CONSOLE, at, best, loaded, paper, register_row

SLUG: Final = "kiem-diem-xep-loai"
LAUNCHED: Final = at("2024-10-01 08:00")
DRAFTED: Final = at("2024-11-04 08:00")
REVIEWED: Final = at("2024-11-07 08:00")
"""The third working day after the draft was sent."""
RATED: Final = at("2024-11-20 08:00")
DECIDED: Final = at("2024-11-25 08:00")
BODIES: Final = ("btv", "nhom_2", "p")
FORMS: Final = {True: "mau-02b", False: "mau-01"}

Made = Callable[[Session, "Ward", str, str], object]


@dataclass(frozen=True)
class Ward:
    """A launched round; dossiers, officers and heads by the codes of their subjects, authorities by their bodies."""

    round_id: int
    ids: Mapping[str, int]
    officers: Mapping[str, Actor]
    heads: Mapping[str, Actor]
    authorities: Mapping[str, Actor]
    administrator: Actor
    secretary: Actor
    programme: Programme = field(repr=False)


def rows(**changes: Mapping[str, object]) -> list[RegisterRow]:
    """The register; `changes` are other values of some rows by their codes."""
    given = [
        _row("tp", "tap_the_thanh_pho"),
        _row("p", "dang_bo_co_so", parent="tp"),
        _row("ub", "tap_the_co_so", parent="tp", peer_of=("p",), body="nhom_2"),
        _row("mt", "tap_the_co_so", parent="tp", peer_of=("p",), body="p"),
        _row("c1", "chi_bo_truc_thuoc", parent="p"),
        _row("c2", "chi_bo_truc_thuoc", parent="p"),
        _row("bt", "can_bo_co_so", parent="tp", leads=("p",), post="secretary", body="btv"),
        _row("ct", "can_bo_co_so", parent="tp", leads=("ub",), post="head", body="nhom_2"),
        _row("pb", "can_bo_co_so", parent="tp", member_of=("ub",), post="deputy", body="nhom_2"),
        _row("b1", "can_bo_co_so", parent="p", leads=("c1",), member_of=("c1",), post="secretary", body="p"),
        *(_row(code, "dang_vien", parent="c1", member_of=("c1",), post="member") for code in ("m1", "m2", "m3")),
        *(_row(code, "dang_vien", parent="c2", member_of=("c2",), post="member") for code in ("m4", "m5")),
    ]
    return [row.model_copy(update=changes.get(row.code, {})) for row in given]


def _row(code: str, kind: str, **more: object) -> RegisterRow:
    addresses = {"email_officer": f"canbo-{code}@mau.example", "email_head": f"thutruong-{code}@mau.example"}
    person = kind in {"dang_vien", "can_bo_co_so"}
    since = date(2020, 5, 1) if person else None
    return register_row(0, kind, **{"code": code, "name": f"Mẫu {code}", "since": since} | addresses | more)


def ward(
    database: Database, listed: Sequence[RegisterRow] = (), *, slug: str = SLUG, bodies: Sequence[str] = BODIES
) -> Ward:
    """Take the register, launch a rehearsal of all its subjects but `tp`, and give every body its authority."""
    programme, listed = loaded(slug), listed or rows()
    with database.writing() as session:
        take_register(session, listed, actor=CONSOLE, now=LAUNCHED)
        codes = [row.code for row in listed if row.code != "tp"]
        round_id = launch(session, programme, 2024, codes, actor=CONSOLE, now=LAUNCHED, live=False, smtp=False)
        staff = {role: staffed(session, role) for role in ("administrator", "secretary")}
        authorities = {body: staffed(session, "authority", body=body) for body in bodies}
    with database.reading() as session:
        found = session.exec(select(Subject.code, Assessment.id).where(Assessment.subject_id == Subject.id)).all()
        by_email = {one.email: account(one.id) for one in session.exec(select(Account))}
    officers = {row.code: by_email[row.email_officer] for row in listed}
    heads = {row.code: by_email[row.email_head] for row in listed}
    return Ward(round_id, dict(found), officers, heads, authorities, **staff, programme=programme)


def staffed(session: Session, role: str, body: str | None = None) -> Actor:
    """A new account with a role in every round, limited to one deciding body if it is given."""
    email = f"{role}-{(body or 'moi').replace('_', '-')}@mau.example"
    made = add_account(session, email, actor=CONSOLE, now=LAUNCHED)
    grant(session, made, role, body=body, actor=CONSOLE, now=LAUNCHED)
    return account(made)


def pull(
    database: Database,
    world: Ward,
    code: str,
    trigger: str,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
    papers: bool = False,
) -> str:
    """Pull a trigger on a dossier, with a document and minutes where `papers` are given; its state then."""
    with database.writing() as session:
        document, minutes = (paper(session, now=now) if papers else None for _ in range(2))
        move = Move(reason=reason, document_id=document, minutes_id=minutes)
        return advance(session, world.ids[code], trigger, actor=actor, now=now, move=move).state


def ballot(
    session: Session,
    world: Ward,
    code: str,
    name: str,
    counts: Mapping[str, int],
    *,
    winner: str | None = None,
    status: str = "closed",
    opened_at: datetime = DECIDED,
) -> None:
    """A ballot box of one dossier with its tally, as the counting of a meeting leaves it."""
    votes = sum(counts.values())
    box = BallotBox(round_id=world.round_id, name=name, status=status, options="[]", summoned=10, issued=votes)
    box.opened_at = box.closed_at = opened_at
    session.add(box)
    session.flush()
    tally = str(dict(counts)).replace("'", '"')
    item = BallotItem(box_id=box.id, assessment_id=world.ids[code], counts=tally, valid=votes, winner=winner)
    session.add(item)
    session.flush()


def bring(database: Database, world: Ward, code: str, state: str, level: str = "httnv") -> int:
    """Bring a dossier to a state, step by step by its own people; `level` is what all ballots say. Returns its id."""
    key, standing = world.ids[code], ""
    while standing != state:
        with database.writing() as session:
            standing = session.get_one(Assessment, key).state
            if standing != state:
                STEPS[standing](session, world, code, level)
    return key


def bring_all(database: Database, world: Ward, codes: Sequence[str], state: str, level: str = "httnv") -> None:
    """Bring several dossiers to a state, one after the other."""
    for code in codes:
        bring(database, world, code, state, level)


def _prepare(session: Session, world: Ward, code: str, _: str) -> None:
    advance(session, world.ids[code], "prepare", actor=world.officers[code], now=DRAFTED)


def _send_draft(session: Session, world: Ward, code: str, _: str) -> None:
    key, now = world.ids[code], DRAFTED
    enclose(session, key, form_of(session, key), paper(session, now=now), actor=world.officers[code], now=now)
    advance(session, key, "send_draft", actor=world.heads[code], now=now)


def form_of(session: Session, assessment_id: int) -> str:
    """The form a subject reviews itself on (HT-4.1, HT-4.3)."""
    found = session.get_one(Assessment, assessment_id)
    return "mau-02a" if found.kind == "dang_vien" else FORMS[found.kind.startswith("can_bo")]


def _review(session: Session, world: Ward, code: str, _: str) -> None:
    review(session, world.ids[code], paper(session, now=REVIEWED), actor=world.heads[code], now=REVIEWED)


def _give_degrees(session: Session, world: Ward, code: str, level: str) -> None:
    """Fill in the degrees, and rate itself; a Party organisation opens its ballot first (HT-6.1)."""
    key, head = world.ids[code], world.heads[code]
    kind = session.get_one(Assessment, key).kind
    save(session, key, best(world.programme.sheet_for(kind)), actor=world.officers[code], now=RATED)
    if kind in world.programme.groups["to_chuc_dang"]:
        advance(session, key, "open_self_ballot", actor=head, now=RATED)
    else:
        self_rate(session, key, level, actor=head, now=RATED)


def _vote_self(session: Session, world: Ward, code: str, level: str) -> None:
    ballot(session, world, code, "self_rating", {level: 10}, winner=level, opened_at=RATED)
    minutes = paper(session, now=RATED)
    self_rate(session, world.ids[code], minutes_id=minutes, actor=world.heads[code], now=RATED)


def _consult(session: Session, world: Ward, code: str, _: str) -> None:
    """Cells under a committee are appraised by it without asking others (HT-6.1)."""
    trigger = "appraise" if session.get_one(Assessment, world.ids[code]).kind == "chi_bo_truc_thuoc" else "consult"
    advance(session, world.ids[code], trigger, actor=world.administrator, now=RATED)


def _appraise(session: Session, world: Ward, code: str, _: str) -> None:
    advance(session, world.ids[code], "appraise", actor=world.administrator, now=RATED)


def _open_decision(session: Session, world: Ward, code: str, level: str) -> None:
    propose(session, world.ids[code], actor=world.administrator, now=RATED + timedelta(hours=1))
    advance(session, world.ids[code], "open_decision", actor=world.administrator, now=DECIDED)
    ballot(session, world, code, "decision", {level: 9}, winner=level)


def _recognise(session: Session, world: Ward, code: str, level: str) -> None:
    award = Award(world.ids[code], level, "Theo kết quả bỏ phiếu")
    deciding = world.authorities[session.get_one(Assessment, award.assessment_id).body]
    papers = Papers(paper(session, now=DECIDED, kind="decision", number="05-QĐ/ĐU"))
    recognise(session, world.round_id, [award], papers, actor=deciding, now=DECIDED)


STEPS: Final[Mapping[str, Made]] = {
    "assigned": _prepare,
    "preparing": _send_draft,
    "draft_sent": _review,
    "reviewed": _give_degrees,
    "self_balloting": _vote_self,
    "self_rated": _consult,
    "consulting": _appraise,
    "appraising": _open_decision,
    "deciding": _recognise,
}
