"""The auditor's acts: what is checked, handed out and read of the history leaves a row in it (DESIGN §5)."""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

from sqlmodel import Session, select

from models.db import run
from models.history import Seal
from models.jobs import ask_job
from states import history
from states.actor import Actor
from states.chain import iso
from states.errors import NotAllowed, Unknown, refuse
from states.facts import Facts
from states.hold import hold_entity
from states.permits import demand_round
from states.timeline import Line, line

CHECK_HISTORY: Final = "check_history"
CHECK_SEAL: Final = "check_seal"
CHECKS: Final = (CHECK_HISTORY, CHECK_SEAL)
READ: Final = "read_confidential"
HEX: Final = re.compile(r"[0-9a-f]{64}")
MOST_ROWS: Final = 100_000
"""As many rows as a request has the time to hand out; above that the command line writes the file."""
AUDITORS: Final = frozenset({"administrator", "auditor"})


def check_round(session: Session, round_id: int, *, actor: Actor, now: datetime) -> None:
    """Ask for all chains of a round to be recomputed; asked twice within a minute it is done once."""
    demand_round(session, actor, "audit", round_id)
    ask_job(session, kind=CHECK_HISTORY, target=f"round:{round_id}", occasion=f"{iso(now):.16}", now=now)


def check_seal(session: Session, round_id: int, written: str, *, actor: Actor, now: datetime) -> None:
    """Ask for the chains to be held against a seal as reports and mails print it, in groups or not.

    Refused when it is no seal, or none of this round: then the history that bore it was replaced.
    """
    demand_round(session, actor, "audit", round_id)
    kept = find_seal(session, round_id, written)
    ask_job(session, kind=CHECK_SEAL, target=f"seal:{kept.id}", occasion=f"{iso(now):.16}", now=now)


def find_seal(session: Session, round_id: int, written: str) -> Seal:
    """The seal of a round that somebody kept outside."""
    sealed = re.sub(r"[\s.-]", "", written).lower()
    if not HEX.fullmatch(sealed):
        raise refuse("seal", "Mã kiểm chứng dữ liệu có 64 chữ số và chữ cái từ a đến f; kiểm tra lại mã đã nhập.")
    found = session.exec(select(Seal).where(Seal.round_id == round_id, Seal.root == sealed)).first()
    if found is None:
        raise refuse("seal", "Đợt này chưa từng lưu mã đó: mã đã nhập sai, hoặc lịch sử đã bị thay bằng lịch sử khác.")
    return found


def hand_out(session: Session, entity: str, form: str, *, actor: Actor, now: datetime) -> Facts:
    """Record that the history of a dossier, or of a round with all its dossiers, is handed out."""
    facts = _held(session, entity, actor, now)
    history.record(session, facts.link, "export", {"of": "history", "form": form}, actor=actor, now=now)
    return facts


class Handed(NamedTuple):
    """The file of a dossier that is handed out: its form, its SHA-256, and the confidential rows that stand in it."""

    form: str
    sha256: str
    opened: Sequence[int] = ()


def hand_out_dossier(session: Session, assessment_id: int, file: Handed, *, actor: Actor, now: datetime) -> None:
    """Record that the file of a dossier is handed out, by its hash, and each confidential row that is read in it."""
    entity = f"assessment:{assessment_id}"
    for seq in file.opened:
        read_confidential(session, entity, seq, actor=actor, now=now)
    what = {"of": "dossier", "form": file.form, "sha256": file.sha256}
    history.record(session, _held(session, entity, actor, now).link, "export", what, actor=actor, now=now)


def read_confidential(session: Session, entity: str, seq: int, *, actor: Actor, now: datetime) -> Line:
    """Open what is confidential in a row of a chain, and record who read it."""
    facts = _held(session, entity, actor, now)
    found = line(session, entity, seq)
    if found is None:
        raise Unknown(f"dòng {seq} của lịch sử này")
    history.record(session, facts.link, READ, {"of": seq}, actor=actor, now=now)
    return found


def _held(session: Session, entity: str, actor: Actor, now: datetime) -> Facts:
    facts = hold_entity(session, entity, actor=actor, now=now)
    if facts.relations.isdisjoint(AUDITORS):
        raise NotAllowed
    return facts


def demand_short(session: Session, round_id: int) -> None:
    """Refused where the history of a round is more than a request has the time to hand out."""
    sql = "SELECT coalesce(sum(seq), 0) FROM assessment WHERE round_id = :id"
    rows = run(session, sql, {"id": round_id}).fetchone()[0]
    if rows > MOST_ROWS:
        why = f"Lịch sử của đợt có {rows} dòng, quá lớn để tải qua trình duyệt; "
        raise refuse("rows", f"{why}đề nghị người quản trị máy chủ xuất bằng lệnh danhgia audit export {round_id}.")
