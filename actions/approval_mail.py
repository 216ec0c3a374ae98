"""Who may approve what somebody asked for is told so, by a mail of the round that it is about."""

import json
from datetime import datetime
from typing import Final

from sqlmodel import Session

from models.approvals import Approval
from models.db import run
from models.rounds import NEWEST
from models.types import to_micros
from states.advance import tell_sql
from states.permits import ROUND

MESSAGE: Final = "approval_asked"
OTHERS: Final = "g.account_id <> :asked_by"
OF_ROUND: Final = f"r.id = :round AND {OTHERS}"
OF_HOUSE: Final = f"r.id = {NEWEST} AND g.round_id IS NULL AND {OTHERS}"
"""What is about no round is told in the newest."""


def tell_approvers(session: Session, asked: Approval, now: datetime) -> None:
    """Queue a mail to everybody else who may approve it; nobody is told before the first round is launched."""
    where = OF_HOUSE if asked.round_id is None else OF_ROUND
    given = {
        "asked_by": asked.asked_by,
        "round": asked.round_id,
        "occasion": f"approval:{asked.id}",
        "about": json.dumps({"approval": asked.id}),
        "now": to_micros(now),
    }
    run(session, tell_sql(MESSAGE, "round", "r", ROUND, where, ":occasion", ":about", ":now"), given)
