"""No dossier is left without an owner, and no house without an administrator, when roles end."""

from collections.abc import Collection, Iterator
from typing import Final

from sqlmodel import Session

from actions.remind import Underway, underway
from config.graph import RESTING
from models.db import locks_rows, run
from models.people import Grant
from states.errors import Refusal

UNIT: Final = ("officer", "head")
APPRAISAL: Final = ("appraiser", "lead")
OTHERS: Final = (
    "SELECT count(*) FROM account_grant g JOIN account t ON t.id = g.account_id "
    "WHERE g.role = 'administrator' AND g.round_id IS NULL AND g.body IS NULL AND g.ended_at IS NULL AND t.active "
    "AND g.id NOT IN ({ending})"
)
UNOWNED: Final = (
    "SELECT s.name, count(*) FROM subject s JOIN assessment a ON a.agency_id = s.id OR "
    "(a.agency_id IS NULL AND a.subject_id = s.id) WHERE s.id IN ({subjects}) AND a.round_id = :round "
    "AND a.state NOT IN ({resting}) AND NOT EXISTS (SELECT 1 FROM account_grant g JOIN account t "
    "ON t.id = g.account_id WHERE g.subject_id = s.id AND g.role IN ('officer', 'head') AND g.ended_at IS NULL "
    "AND t.active AND g.id NOT IN ({ending})) GROUP BY s.name ORDER BY s.name"
)
ASSIGNED: Final = (
    "SELECT count(DISTINCT x.assessment_id) FROM assignment x JOIN assessment a ON a.id = x.assessment_id "
    "WHERE x.account_id = :account AND a.round_id = :round AND a.state NOT IN ({resting}) "
    "AND NOT EXISTS (SELECT 1 FROM account_grant g WHERE g.account_id = :account AND g.ended_at IS NULL "
    "AND g.role IN ('appraiser', 'lead') AND (g.round_id IS NULL OR g.round_id = :round) AND g.id NOT IN ({ending}))"
)


def orphans(session: Session, ending: Collection[Grant]) -> list[Refusal]:
    """Everything that would stand without anybody once these grants of one account have ended.

    Holds the installation's chain, so that two who end each other's roles do it one after the other.
    """
    if locks_rows(session):
        run(session, "SELECT 1 FROM installation WHERE id = 1 FOR UPDATE")
    living = [one for one in ending if one.ended_at is None]
    return [*_steerless(session, living), *_unowned(session, living), *_unappraised(session, living)]


def _steerless(session: Session, ending: Collection[Grant]) -> Iterator[Refusal]:
    if not any(one.role == "administrator" and one.round_id is None and one.body is None for one in ending):
        return
    if run(session, OTHERS.format(ending=_ids(ending))).fetchone()[0] == 0:
        why = "Đây là người quản trị cuối cùng; phải có người quản trị khác rồi mới kết thúc được."
        yield Refusal("last_administrator", why)


def _unowned(session: Session, ending: Collection[Grant]) -> Iterator[Refusal]:
    subjects = {one.subject_id for one in ending if one.role in UNIT}
    if not subjects:
        return
    listed = ", ".join(str(one) for one in sorted(one or 0 for one in subjects))
    for own in underway(session):
        sql = UNOWNED.format(subjects=listed, resting=_resting(own), ending=_ids(ending))
        for name, count in run(session, sql, {"round": own.id}).fetchall():
            why = f"«{name}» còn {count} hồ sơ chưa có kết quả mà không còn ai phụ trách; hãy bàn giao cho người khác."
            yield Refusal("owner", why)


def _unappraised(session: Session, ending: Collection[Grant]) -> Iterator[Refusal]:
    account = next((one.account_id for one in ending if one.role in APPRAISAL), None)
    for own in underway(session) if account is not None else ():
        sql = ASSIGNED.format(resting=_resting(own), ending=_ids(ending))
        count = run(session, sql, {"account": account, "round": own.id}).fetchone()[0]
        if count:
            why = f"Người này còn {count} hồ sơ được giao thẩm định; hãy bàn giao hoặc giao cho người khác trước."
            yield Refusal("assigned", why)


def _ids(ending: Collection[Grant]) -> str:
    return ", ".join(str(one.id) for one in ending) or "NULL"


def _resting(own: Underway) -> str:
    states = own.programme.workflow.assessment.states
    return ", ".join(f"'{name}'" for name, state in states.items() if state.kind in RESTING) or "''"
