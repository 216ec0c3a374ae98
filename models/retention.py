"""What is thrown away, and after how long: nothing that a round, its history or its mail log needs.

Never thrown away: rounds, dossiers, marks, evidence, history, mail and its answers, links, jobs of a round, accounts,
grants, tokens of programs, and sessions in which somebody at a shared mailbox gave their name.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlmodel import Session

from models.db import run
from models.types import to_micros


class Rule(NamedTuple):
    """Which rows go, and how long after what the condition compares with `:before`."""

    table: str
    condition: str
    after: timedelta


NIGHTS: Final = "('backup', 'drill', 'seal', 'sweep_files', 'tidy', 'verify')"
RULES: Final[Mapping[str, Rule]] = {
    "lượt thử đăng nhập": Rule("attempt", "at < :before", timedelta(days=2)),
    "mã đăng nhập": Rule("one_time_key", "ends_at < :before", timedelta(days=90)),
    "thư đăng nhập": Rule("sign_in_mail", "status <> 'queued' AND ended_at < :before", timedelta(days=90)),
    "phiên làm việc": Rule(
        "web_session",
        "declared_name = '' AND coalesce(ended_at, ends_at) < :before AND ends_at < :before",
        timedelta(days=400),
    ),
    "việc hằng đêm": Rule("job", f"status = 'done' AND kind IN {NIGHTS} AND ended_at < :before", timedelta(days=90)),
}


def tidy(session: Session, now: datetime) -> dict[str, int]:
    """Throw away what its rule lets go; how many rows of each."""
    return {name: _apply(session, rule, now) for name, rule in RULES.items()}


def _apply(session: Session, rule: Rule, now: datetime) -> int:
    given = {"before": to_micros(now - rule.after)}
    return int(run(session, f"DELETE FROM {rule.table} WHERE {rule.condition}", given).rowcount)
