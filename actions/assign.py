"""Who appraises which dossiers, whole or by criterion group, and who declared a conflict (DN-4.2, VG-2.2)."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from sqlmodel import Session

from actions.self_assess import sheet_of
from config.graph import RESTING
from config.sheet import Criterion, Sheet
from config.vocabulary import Need, Relation
from models.db import run
from models.people import Conflict
from states import history
from states.actor import Actor
from states.desk import CONFIRMED, confirmed
from states.errors import NotAllowed, Refusal, Refused, Unknown
from states.facts import Dossier
from states.hold import hold, share_round
from states.machine import NEED_SENTENCES
from states.permits import demand_held, demand_round

NO_REASON = Refusal("needs_reason", NEED_SENTENCES[Need.REASON])
APPRAISES = (
    "SELECT 1 FROM account_grant g JOIN account t ON t.id = g.account_id WHERE g.account_id = :account "
    "AND g.role IN ('appraiser', 'lead') AND g.ended_at IS NULL AND t.active "
    "AND (g.round_id IS NULL OR g.round_id = :round)"
)
OF_OWN_UNIT = (
    "SELECT 1 FROM account_grant g WHERE g.account_id = :account AND g.subject_id = :subject "
    "AND g.role IN ('officer', 'head') AND g.ended_at IS NULL"
)


def assign(
    session: Session,
    round_id: int,
    assessment_ids: Iterable[int],
    account_id: int,
    *,
    criterion_group: str = "",
    actor: Actor,
    now: datetime,
) -> tuple[int, ...]:
    """Give dossiers to an appraiser, whole or one criterion group of each; returns the ids newly given.

    All or nothing; what was given before is passed over. Refused with every reason: no appraiser of the round,
    an own unit, a declared conflict, a group that the sheet has not, a dossier that has its result.
    """
    share_round(session, round_id)
    demand_round(session, actor, "assign", round_id)
    held = [of_round(hold(session, one, actor=actor, now=now), round_id) for one in sorted(set(assessment_ids))]
    refusals = [
        *_appraises(session, round_id, account_id),
        *(refusal for facts in held for refusal in _unfit(session, facts, account_id, criterion_group)),
    ]
    if refusals:
        raise Refused(refusals)
    return tuple(facts.id for facts in held if _give(session, facts, account_id, criterion_group, actor))


def unassign(
    session: Session, assessment_id: int, account_id: int, *, criterion_group: str = "", actor: Actor, now: datetime
) -> None:
    """Take a dossier, or one criterion group of it, from an appraiser; Unknown when it was not given."""
    facts = hold(session, assessment_id, actor=actor, now=now)
    demand_round(session, actor, "assign", facts.round_id)
    sql = "DELETE FROM assignment WHERE assessment_id = :id AND account_id = :account AND criterion_group = :part"
    if not run(session, sql, {"id": facts.id, "account": account_id, "part": criterion_group}).rowcount:
        raise Unknown(f"phân công hồ sơ số {facts.id} cho tài khoản số {account_id}")
    history.record(session, facts.link, "unassign", _what(account_id, criterion_group), actor=actor, now=now)


def declare_conflict(session: Session, assessment_id: int, reason: str, *, actor: Actor, now: datetime) -> None:
    """An appraiser declares a conflict of interest: from then on the dossier is closed to it."""
    facts = hold(session, assessment_id, actor=actor, now=now)
    demand_held(facts.relations, "mark")
    account_id = actor.account_id
    if account_id is None:
        raise NotAllowed
    if not reason.strip():
        raise Refused([NO_REASON])
    session.add(Conflict(assessment_id=assessment_id, account_id=account_id, reason=reason.strip(), declared_at=now))
    what = {"account": account_id, "reason": reason.strip()}
    history.record(session, facts.link, "declare_conflict", what, actor=actor, now=now)


def confirm_no_conflict(session: Session, assessment_id: int, *, actor: Actor, now: datetime) -> None:
    """An appraiser states that it has no conflict of interest with a dossier; stated again it changes nothing."""
    facts = hold(session, assessment_id, actor=actor, now=now)
    demand_held(facts.relations, "mark")
    if actor.account_id is None:
        raise NotAllowed
    if not confirmed(session, actor, [facts.id]):
        history.record(session, facts.link, CONFIRMED, {"account": actor.account_id}, actor=actor, now=now)


def of_round(facts: Dossier, round_id: int) -> Dossier:
    """The facts, if the dossier is of that round; else Unknown."""
    if facts.round_id != round_id:
        raise Unknown(f"hồ sơ số {facts.id} trong đợt số {round_id}")
    return facts


def leaves_in(sheet: Sheet, group: str) -> tuple[str, ...]:
    """Codes of the scored criteria of a criterion group in the order of the sheet; of the whole sheet for ""."""
    return tuple(_leaves(sheet.criteria, group, inside=not group))


def _leaves(criteria: Sequence[Criterion], group: str, *, inside: bool) -> Iterator[str]:
    for criterion in criteria:
        within = inside or criterion.code == group
        if criterion.children:
            yield from _leaves(criterion.children, group, inside=within)
        elif within:
            yield criterion.code


def _own_leaves(session: Session, facts: Dossier, actor: Actor) -> frozenset[str]:
    """Codes of the criteria the actor may appraise: all for the lead, else those of the groups it was given."""
    sql = "SELECT criterion_group FROM assignment WHERE assessment_id = :id AND account_id = :account"
    rows = run(session, sql, {"id": facts.id, "account": actor.account_id}).fetchall()
    groups = [""] if Relation.LEAD in facts.relations else [row[0] for row in rows]
    return frozenset(code for group in groups for code in leaves_in(sheet_of(facts), group))


def foreign(session: Session, facts: Dossier, codes: Iterable[str], actor: Actor) -> list[Refusal]:
    """One refusal for each criterion of the sheet that is another appraiser's."""
    sheet, own = sheet_of(facts), _own_leaves(session, facts, actor)
    others = [code for code in leaves_in(sheet, "") if code in set(codes) - own]
    return [
        Refusal("criterion_group", f"Tiêu chí {code}: không thuộc nhóm tiêu chí được giao thẩm định.")
        for code in others
    ]


def _appraises(session: Session, round_id: int, account_id: int) -> Iterator[Refusal]:
    if run(session, APPRAISES, {"account": account_id, "round": round_id}).fetchone() is None:
        yield Refusal("appraiser", f"Tài khoản số {account_id} không phải là người thẩm định của đợt này.")


def _unfit(session: Session, facts: Dossier, account_id: int, group: str) -> Iterator[Refusal]:
    where = {"account": account_id, "subject": facts.subject_id, "id": facts.id}
    if run(session, OF_OWN_UNIT, where).fetchone() is not None:
        yield Refusal("own_unit", f"«{facts.name}»: người thẩm định thuộc chính đơn vị này.")
    declared = "SELECT 1 FROM conflict WHERE assessment_id = :id AND account_id = :account"
    if run(session, declared, where).fetchone() is not None:
        yield Refusal("conflict", f"«{facts.name}»: người thẩm định đã khai báo xung đột lợi ích.")
    if not leaves_in(sheet_of(facts), group):
        yield Refusal("group", f"«{facts.name}»: biểu chấm điểm không có nhóm tiêu chí {group}.")
    state = facts.programme.workflow.assessment.states[facts.state]
    if state.kind in RESTING:
        yield Refusal("state", f"«{facts.name}»: hồ sơ đang ở trạng thái «{state.label}», không phân công được nữa.")


def _give(session: Session, facts: Dossier, account_id: int, group: str, actor: Actor) -> bool:
    sql = (
        "INSERT INTO assignment (assessment_id, account_id, criterion_group) VALUES (:id, :account, :part) "
        "ON CONFLICT DO NOTHING"
    )
    given = bool(run(session, sql, {"id": facts.id, "account": account_id, "part": group}).rowcount)
    if given:
        history.record(session, facts.link, "assign", _what(account_id, group), actor=actor, now=facts.now)
    return given


def _what(account_id: int, group: str) -> dict[str, int | str]:
    return {"account": account_id, "group": group}
