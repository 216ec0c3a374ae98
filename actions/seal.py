"""The nightly seal: the root over a round's chains, kept in its own chain and mailed to the auditors (DESIGN §5)."""

import json
from datetime import datetime

from sqlmodel import Session

from models.db import run
from states import history
from states.actor import SYSTEM
from states.advance import tell_sql
from states.hold import hold_round
from states.permits import ROUND


def seal_night(session: Session, round_id: int, *, now: datetime) -> str:
    """Seal the round as it stands; returns the root (hex). The seal does not cover the row that tells of it."""
    link = hold_round(session, round_id, actor=SYSTEM, now=now).link
    made = history.seal(session, round_id, "nightly", now=now)
    row = history.record(session, link, "sealed", {"seal": made.id, "root": made.root}, actor=SYSTEM, now=now)
    sql = tell_sql("auditor_seal", "round", "r", ROUND, "r.id = :id", ":occasion", ":about", ":now")
    about = json.dumps({"seal": made.root})
    occasion = f"{row.entity}/{row.seq}"
    run(session, sql, {"id": round_id, "occasion": occasion, "about": about, "now": row.at})
    return made.root
