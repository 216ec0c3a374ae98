"""The copies of a dossier's marks: reading, checking, writing, and the counters that follow from them."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlmodel import Session

from config.sheet import BLANK, Entry, Sheet
from models.assessments import MarkRow, marks
from models.db import run, run_many
from models.types import to_micros, to_scaled
from scoring import marks as scoring
from scoring.marks import Totals
from states.actor import Actor
from states.errors import Refusal, Refused

UPSERT = (
    "INSERT INTO mark (assessment_id, copy_name, criterion, entry, points, note, account_id, at) "
    "VALUES (:assessment_id, :copy_name, :criterion, :entry, :points, :note, :account_id, :at) "
    "ON CONFLICT (assessment_id, copy_name, criterion) DO UPDATE SET entry = excluded.entry, "
    "points = excluded.points, note = excluded.note, account_id = excluded.account_id, at = excluded.at"
)
SCORED = "UPDATE assessment SET scored = :scored WHERE id = :id"
LOSE = "DELETE FROM mark WHERE assessment_id = :id AND copy_name = 'draft' AND criterion = :code"
REVALUE = "UPDATE mark SET points = :points WHERE assessment_id = :id AND copy_name = 'draft' AND criterion = :code"
UNREASONED = (
    "SELECT count(*) FROM mark p LEFT JOIN mark s ON s.assessment_id = p.assessment_id AND s.copy_name = 'self' "
    "AND s.criterion = p.criterion WHERE p.assessment_id = :id AND p.copy_name = 'appraised' AND p.note = '' "
    "AND (p.points <> coalesce(s.points, 0) OR p.entry <> coalesce(s.entry, p.entry))"
)


class Filled(NamedTuple):
    """What a person gives for one criterion; an entry of None empties it."""

    entry: Entry | None
    note: str = ""


def entries(session: Session, assessment_id: int, copy: str) -> dict[str, Entry]:
    """The entries of one copy, by criterion."""
    return {code: Entry.model_validate_json(mark.entry) for code, mark in marks(session, assessment_id, copy).items()}


def totals(session: Session, sheet: Sheet, assessment_id: int, copy: str) -> Totals:
    """The totals of one copy."""
    return scoring.totals(sheet, entries(session, assessment_id, copy))


def put(
    session: Session,
    sheet: Sheet,
    assessment_id: int,
    copy: str,
    filled: Mapping[str, Filled],
    *,
    actor: Actor,
    now: datetime,
) -> Totals:
    """Write entries into a copy and return its totals; Refused with every bad entry, and then nothing is written.

    In a working copy a note may come before its entry, which then is blank. The caller holds the dossier.
    """
    check_all(sheet, filled, may_be_blank=copy == "draft")
    kept = [_row(sheet, assessment_id, copy, code, one, actor, now) for code, one in filled.items() if one.entry]
    run_many(session, UPSERT, kept)
    emptied = [{"id": assessment_id, "copy": copy, "code": code} for code, one in filled.items() if one.entry is None]
    delete = "DELETE FROM mark WHERE assessment_id = :id AND copy_name = :copy AND criterion = :code"
    run_many(session, delete, emptied)
    session.expire_all()
    return totals(session, sheet, assessment_id, copy)


def check_all(sheet: Sheet, filled: Mapping[str, Filled], *, may_be_blank: bool = False) -> None:
    """Refused with one sentence for each entry that breaks a rule of the sheet, or names no criterion of it.

    With `may_be_blank` an empty entry stands where a note goes with it.
    """
    known = {leaf.code: leaf for leaf in sheet.leaves()}
    refusals = [
        Refusal("criterion", f"Biểu «{sheet.title}» không có tiêu chí {code}.") for code in filled.keys() - known.keys()
    ]
    for code, one in filled.items():
        if may_be_blank and one.entry == BLANK and one.note.strip():
            continue
        sentence = scoring.check(known[code], one.entry, sheet) if code in known and one.entry else None
        if sentence:
            refusals.append(Refusal("entry", sentence))
    if refusals:
        raise Refused(sorted(refusals))


def _row(
    sheet: Sheet, assessment_id: int, copy: str, code: str, one: Filled, actor: Actor, now: datetime
) -> dict[str, object]:
    entry = one.entry or Entry()
    return {
        "assessment_id": assessment_id,
        "copy_name": copy,
        "criterion": code,
        "entry": entry.model_dump_json(exclude_defaults=True),
        "points": to_scaled(scoring.points(sheet.leaf(code), entry, sheet)),
        "note": one.note.strip(),
        "account_id": actor.account_id,
        "at": to_micros(now),
    }


def take_over(session: Session, assessment_id: int, source: str, target: str) -> None:
    """Replace a copy by another, letter for letter (submitting: draft → self; revising anew: self → draft)."""
    where = {"id": assessment_id, "source": source, "target": target}
    run(session, "DELETE FROM mark WHERE assessment_id = :id AND copy_name = :target", where)
    columns = "criterion, entry, points, note, account_id, at"
    run(
        session,
        f"INSERT INTO mark (assessment_id, copy_name, {columns}) SELECT assessment_id, :target, {columns} "
        "FROM mark WHERE assessment_id = :id AND copy_name = :source",
        where,
    )
    session.expire_all()


def lost(sheet: Sheet, given: Mapping[str, Entry]) -> tuple[str, ...]:
    """The criteria whose entries do not stand on a sheet."""
    known = {leaf.code: leaf for leaf in sheet.leaves()}
    given = {code: entry for code, entry in given.items() if code not in known or entry != BLANK}
    return tuple(code for code, entry in given.items() if code not in known or scoring.check(known[code], entry, sheet))


def fit(session: Session, sheet: Sheet, assessment_id: int) -> tuple[str, ...]:
    """Take out of a working copy what does not stand on its sheet, and reckon the rest anew; returns what went."""
    given = entries(session, assessment_id, "draft")
    gone = lost(sheet, given)
    stand = {code: entry for code, entry in given.items() if code not in gone}
    run_many(session, LOSE, [{"id": assessment_id, "code": code} for code in gone])
    run_many(session, REVALUE, [_worth(sheet, assessment_id, code, entry) for code, entry in stand.items()])
    missing = scoring.totals(sheet, stand).missing
    run(session, SCORED, {"id": assessment_id, "scored": len(sheet.leaves()) - len(missing)})
    session.expire_all()
    return gone


def _worth(sheet: Sheet, assessment_id: int, code: str, entry: Entry) -> dict[str, int | str]:
    points = to_scaled(scoring.points(sheet.leaf(code), entry, sheet))
    return {"id": assessment_id, "code": code, "points": points}


def snapshot(session: Session, assessment_id: int, copy: str) -> dict[str, dict[str, str]]:
    """A copy as JSON for the history's payload: points with four decimals, entry and note of every criterion."""
    return {
        code: {"points": _exact(mark), "entry": mark.entry, "note": mark.note}
        for code, mark in marks(session, assessment_id, copy).items()
    }


def _exact(mark: MarkRow) -> str:
    return f"{mark.points:.4f}"


def unreasoned(session: Session, assessment_id: int) -> int:
    """How many appraised marks differ from the self marks without a reason (AMB-DN-11)."""
    count: int = run(session, UNREASONED, {"id": assessment_id}).fetchone()[0]
    return count
