"""What the guards of a procedure ask, written beside dossier 1 of the round of `danhgia.bench.world`."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from config.calendar import LOCAL
from config.load import load_programme
from config.programme import Programme
from config.quota import OnBreach
from config.sheet import Entry
from config.vocabulary import Parameters
from danhgia.bench.world import NOW
from models.db import Database, run
from models.types import EPOCH, GENESIS, to_micros
from states import history
from states.actor import SYSTEM
from states.chain import Link
from states.errors import Refusal
from states.facts import Dossier
from states.guards import ask
from states.reading import Reader
from tests.states.worlds import add_document, dossier, insert

WARD = load_programme("kiem-diem-xep-loai")
SPOTS = load_programme("diem-sang")
COLLECTIVES = load_programme("xep-loai-tap-the")
LATER = NOW + timedelta(hours=1)
Given = Callable[[Session], Dossier]


def facts(session: Session, kind: str = "dang_vien", programme: Programme = WARD, **changes: Any) -> Dossier:  # noqa: ANN401  any fact
    """Facts of dossier 1 as one of a programme."""
    file = Reader(session, 1, 1, 1, kind, "p", programme)
    return dossier(programme=programme, kind=kind, body="p", file=file, **changes)


def happened(session: Session, act: str, when: datetime, seq: int = 1) -> None:
    """An act stands on the chain of the dossier."""
    history.record(session, Link("assessment:1", 1, seq, GENESIS, EPOCH), act, {}, actor=SYSTEM, now=when)


def stated(session: Session, name: str, value: str, *, accepted: bool = False) -> None:
    at = to_micros(NOW)
    more = {"stated_at": at, "accepted_at": at if accepted else None}
    insert(session, "statement", assessment_id=1, name=name, value=value, **more)


def enclosed(session: Session, *parts: str) -> None:
    for number, part in enumerate(parts):
        add_document(session, 50 + number)
        insert(session, "enclosure", assessment_id=1, part=part, document_id=50 + number, at=to_micros(NOW))


def box(session: Session, name: str, status: str = "closed", *, winner: str | None = None, at: datetime = NOW) -> None:
    key = 1 + run(session, "SELECT count(*) FROM ballot_box").fetchone()[0]
    about = {"round_id": 1, "electronic": False, "options": "[]", "summoned": 10, "opened_at": to_micros(at)}
    insert(session, "ballot_box", id=key, name=name, status=status, **about)
    insert(session, "ballot_item", box_id=key, assessment_id=1, counts='{"httnv": 10}', valid=10, winner=winner)


def opinion(session: Session, status: str) -> None:
    about = {"name": "city_bodies", "question": "", "asked_at": to_micros(NOW), "closes_at": to_micros(LATER)}
    insert(session, "opinion_request", id=1, round_id=1, status="open", **about)
    whose = {"request_id": 1, "assessment_id": 1, "account_id": 1, "comment": "", "late": False}
    insert(session, "opinion", status=status, **whose)


def cell(session: Session, **member: object) -> Dossier:
    """Dossier 1 is of a cell with two members; `member` are columns of the first of them."""
    run(session, "UPDATE assessment SET kind = 'dang_vien', body = 'p', state = 'assigned' WHERE id <> 1")
    run(session, "UPDATE assessment SET kind = 'chi_bo_truc_thuoc', body = 'p', state = 'appraising' WHERE id = 1")
    for key in (2, 3):
        insert(session, "subject_link", subject_id=key, link="member_of", other_id=1)
    run(session, "UPDATE assessment SET state = 'recognised', level = 'httnv' WHERE id = 3")
    for name, value in member.items():
        run(session, f"UPDATE assessment SET {name} = :value WHERE id = 2", {"value": value})
    return facts(session, "chi_bo_truc_thuoc", state="appraising")


def leader(session: Session, intended: str, *, new: bool = False, leap: bool = False, post: str = "head") -> Dossier:
    """Dossier 1 is of the leader of a collective that was rated HTTNV, and is about to get a level."""
    run(session, "UPDATE assessment SET kind = 'tap_the_co_so', level = 'httnv' WHERE id = 2")
    run(session, "UPDATE subject SET post = :post WHERE id = 1", {"post": post})
    insert(session, "subject_link", subject_id=1, link="leads", other_id=2)
    for name, said in (("new_head", new), ("leap", leap)):
        if said:
            stated(session, name, "yes", accepted=True)
    return facts(session, "can_bo_co_so", intended=intended)


def reviewing(session: Session, *, reviewed: bool) -> Dossier:
    """Dossier 1 is of the leader of a collective that is reviewed, or not."""
    at = to_micros(NOW) if reviewed else None
    run(session, "UPDATE assessment SET kind = 'tap_the_co_so', state = 'reviewed' WHERE id = 2")
    run(session, "UPDATE assessment SET reviewed_at = :at WHERE id = 2", {"at": at})
    run(session, "UPDATE assessment SET kind = 'can_bo_co_so', state = 'draft_sent' WHERE id = 1")
    insert(session, "subject_link", subject_id=1, link="leads", other_id=2)
    return facts(session, "can_bo_co_so")


def rated(session: Session, *levels: str | None) -> Dossier:
    """Dossier 1 is about to get HTXSNV; the others, members under the same committee, have these levels."""
    run(session, "UPDATE assessment SET kind = 'dang_vien', body = 'p', state = 'deciding', level = NULL")
    for key, level in enumerate(levels, 2):
        state = "deciding" if level is None else "recognised"
        sql = "UPDATE assessment SET level = :level, state = :state WHERE id = :id"
        run(session, sql, {"level": level, "state": state, "id": key})
    return facts(session, intended="htxsnv", state="deciding")


def spot(session: Session, passed: bool | None, **changes: Any) -> Dossier:  # noqa: ANN401, FBT001  any fact; an entry
    """Dossier 1 is a bright spot whose criteria are met, but for one of the given entry."""
    sheet = SPOTS.sheet_for("qcdc")
    for number, leaf in enumerate(sheet.leaves()):
        entry = Entry(passed=passed if number == 0 else True)
        row = {"copy_name": "appraised", "criterion": leaf.code, "entry": entry.model_dump_json(), "note": ""}
        insert(session, "mark", assessment_id=1, points=0, at=to_micros(NOW), **row)
    many = {"leaves": len(sheet.leaves()), "appraised": len(sheet.leaves())}
    return facts(session, "qcdc", SPOTS, **many | changes)


def chosen_by_share(session: Session, option: str) -> Dossier:
    """Dossier 1 is appraised with an option of II.3; of the three beside it two were rated HTTNV."""
    for key, level in ((2, "httnv"), (3, "httnv"), (4, "htnv")):
        rate = "UPDATE assessment SET state = 'recognised', level = :level WHERE id = :id"
        run(session, rate, {"level": level, "id": key})
        insert(session, "subject_link", subject_id=key, link="peer_of", other_id=1)
    entry = Entry(option=option, points=Decimal(5)).model_dump_json()
    row = {"copy_name": "appraised", "criterion": "II.3", "entry": entry, "note": ""}
    insert(session, "mark", assessment_id=1, points=0, at=to_micros(NOW), **row)
    return facts(session, "khoi_hanh_chinh", COLLECTIVES)


def after(write: Callable[[Session], None], **changes: Any) -> Given:  # noqa: ANN401  any fact
    """Facts once something was written."""

    def given(session: Session) -> Dossier:
        write(session)
        return facts(session, **changes)

    return given


def of(make: Callable[..., Dossier], *more: Any, **named: Any) -> Given:  # noqa: ANN401  what `make` takes
    """Facts that are made with these values."""
    return lambda session: make(session, *more, **named)


def since(session: Session, day: date) -> Dossier:
    run(session, "UPDATE subject SET since = :day WHERE id = 1", {"day": day.isoformat()})
    return facts(session, now=datetime(2024, 12, 10, 9, tzinfo=LOCAL))


def blocking() -> Programme:
    """The programme with a quota that nothing lifts."""
    assert WARD.quota is not None
    return WARD.model_copy(update={"quota": WARD.quota.model_copy(update={"on_breach": OnBreach.BLOCK})})


def asked(database: Database, guard: str, parameters: Parameters, given: Given) -> Refusal | None:
    with database.trying() as session:
        return ask(guard, parameters, given(session))
