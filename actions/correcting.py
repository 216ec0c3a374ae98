"""Corrections of a running round as typed acts (DESIGN §4)."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, AwareDatetime, Field, TypeAdapter
from sqlmodel import Session

from actions import corrections
from actions.acts import Act, Key
from actions.correct_sheet import correct_sheet, plan_correct_sheet
from actions.corrections import Grounds, Plan, held_for
from actions.milestones import move_milestone, plan_move_milestone
from config.calendar import deadline_text
from config.vocabulary import MESSAGES
from models.assessments import Assessment
from models.db import run
from models.installation import installation
from models.people import subjects_by_code
from states.actor import Actor
from states.errors import Unknown
from states.history import record
from states.hold import hold_round, programme_of, share_round

EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def _near(value: datetime) -> datetime:
    if not EARLIEST <= value <= LATEST:
        raise ValueError("ngoài khoảng năm 2000 đến 2100")
    return value


Instant = Annotated[AwareDatetime, AfterValidator(_near)]
"""An instant of any deadline: one that every calendar can write down."""


class OfRound(Act):
    """An act on one round, by one person unless it says otherwise."""

    round_id: Key

    def takes_two(self, _: Session, /) -> bool:
        """Most do not."""
        return False


class MoveMilestone(OfRound):
    """A stage closes at another instant, for one kind of subject or all; `reopening` is what reopens those closed."""

    kind: Literal["move_milestone"] = "move_milestone"
    stage: str
    closes_at: Instant
    subject_kind: str | None = None
    reopening: str | None = None

    def title(self, session: Session, /) -> str:
        """Such as: Dời mốc «Tự đánh giá» đến hết ngày 15/12/2026."""
        deadlines = share_round(session, self.round_id).workflow.deadlines
        label = next((one.label for one in deadlines if one.stage == self.stage), self.stage)
        return f"Dời mốc «{label}» đến {deadline_text(self.closes_at)}"

    def takes_two(self, _: Session, /) -> bool:
        """Reopening what has locked does."""
        return self.reopening is not None

    def plan(self, session: Session, *, actor: Actor, now: datetime) -> Plan:
        """See `plan_move_milestone`."""
        what = {"kind": self.subject_kind, "trigger": self.reopening}
        return plan_move_milestone(session, self.round_id, self.stage, self.closes_at, **what, actor=actor, now=now)

    def do(self, session: Session, grounds: Grounds, *, actor: Actor, now: datetime) -> None:
        """See `move_milestone`."""
        what = {"kind": self.subject_kind, "trigger": self.reopening}
        move_milestone(session, self.round_id, self.stage, self.closes_at, grounds, **what, actor=actor, now=now)


class AddSubject(OfRound):
    """A subject of the register joins the round."""

    kind: Literal["add_subject"] = "add_subject"
    code: str
    closes_at: Instant | None = None

    def title(self, session: Session, /) -> str:
        """Such as: Thêm «Phường Hải Châu» vào đợt."""
        found = subjects_by_code(session, [self.code]).get(self.code)
        return f"Thêm «{found.name if found else self.code}» vào đợt"

    def plan(self, session: Session, *, actor: Actor, now: datetime) -> Plan:
        """See `plan_add_subject`."""
        own, live = self.closes_at, is_live(session)
        return corrections.plan_add_subject(
            session, self.round_id, self.code, closes_at=own, live=live, actor=actor, now=now
        )

    def do(self, session: Session, grounds: Grounds, *, actor: Actor, now: datetime) -> None:
        """See `add_subject`."""
        own, live = self.closes_at, is_live(session)
        corrections.add_subject(
            session, self.round_id, self.code, grounds, closes_at=own, live=live, actor=actor, now=now
        )


class RemoveSubject(OfRound):
    """A dossier leaves the round."""

    kind: Literal["remove_subject"] = "remove_subject"
    assessment_id: Key

    def title(self, session: Session, /) -> str:
        """Such as: Đưa «Phường Hải Châu» ra khỏi đợt."""
        return f"Đưa «{_name(session, self.round_id, self.assessment_id)}» ra khỏi đợt"

    def plan(self, session: Session, *, actor: Actor, now: datetime) -> Plan:
        """See `plan_remove_subject`."""
        _name(session, self.round_id, self.assessment_id)
        return corrections.plan_remove_subject(session, self.assessment_id, actor=actor, now=now)

    def do(self, session: Session, grounds: Grounds, *, actor: Actor, now: datetime) -> None:
        """See `remove_subject`."""
        corrections.remove_subject(session, self.assessment_id, grounds, actor=actor, now=now)
        _tell(session, self, {"assessments": [self.assessment_id]} | grounds.what, actor, now)


class Merge(OfRound):
    """Dossiers leave the round, merged into another of it."""

    kind: Literal["merge"] = "merge"
    sources: tuple[Key, ...]
    into: Key

    def title(self, session: Session, /) -> str:
        """Such as: Sáp nhập 2 đơn vị vào «Phường Hải Châu»."""
        return f"Sáp nhập {len(self.sources)} đơn vị vào «{_name(session, self.round_id, self.into)}»"

    def plan(self, session: Session, *, actor: Actor, now: datetime) -> Plan:
        """See `plan_merge`; the one that remains is listed last."""
        plan = corrections.plan_merge(session, self.round_id, self.sources, self.into, actor=actor, now=now)
        name = _name(session, self.round_id, self.into)
        what = "giữ nguyên hồ sơ, điểm đã chấm; được báo về việc sáp nhập"
        return plan._replace(effects=(*plan.effects, corrections.Effect(self.into, name, what)))

    def do(self, session: Session, grounds: Grounds, *, actor: Actor, now: datetime) -> None:
        """See `merge`."""
        corrections.merge(session, self.round_id, self.sources, self.into, grounds, actor=actor, now=now)
        what = {"assessments": sorted(self.sources), "into": self.into}
        _tell(session, self, what | grounds.what, actor, now)


class Resend(OfRound):
    """A mail goes out again to one account, at the address it has now."""

    kind: Literal["resend"] = "resend"
    assessment_id: Key
    message: str
    account_id: Key

    def title(self, session: Session, /) -> str:
        """Such as: Gửi lại thư «Giao nhiệm vụ tự đánh giá» của «Phường Hải Châu»."""
        label = MESSAGES[self.message].label if self.message in MESSAGES else self.message
        return f"Gửi lại thư «{label}» của «{_name(session, self.round_id, self.assessment_id)}»"

    def plan(self, session: Session, *, actor: Actor, now: datetime) -> Plan:
        """See `plan_resend`."""
        _name(session, self.round_id, self.assessment_id)
        return corrections.plan_resend(session, self.assessment_id, self.message, self.account_id, actor=actor, now=now)

    def do(self, session: Session, grounds: Grounds, *, actor: Actor, now: datetime) -> None:
        """See `resend`."""
        corrections.resend(session, self.assessment_id, self.message, self.account_id, grounds, actor=actor, now=now)


class CorrectSheet(OfRound):
    """A corrected version of the programme, known here by its digest, is pinned to the round."""

    kind: Literal["correct_sheet"] = "correct_sheet"
    version: str

    def title(self, _: Session, /) -> str:
        """What it is."""
        return "Áp dụng biểu chấm điểm đã sửa"

    def takes_two(self, _: Session, /) -> bool:
        """It changes what units are scored by."""
        return True

    def plan(self, session: Session, *, actor: Actor, now: datetime) -> Plan:
        """See `plan_correct_sheet`."""
        held_for(session, self.round_id, actor=actor, now=now)
        programme = programme_of(session, _known(session, self.version))
        live = is_live(session)
        return plan_correct_sheet(session, self.round_id, programme, live=live, actor=actor, now=now).plan

    def do(self, session: Session, grounds: Grounds, *, actor: Actor, now: datetime) -> None:
        """See `correct_sheet`."""
        programme = programme_of(session, _known(session, self.version))
        correct_sheet(session, self.round_id, programme, grounds, live=is_live(session), actor=actor, now=now)


class CancelRound(OfRound):
    """The round ends with everything in it."""

    kind: Literal["cancel_round"] = "cancel_round"

    def title(self, _: Session, /) -> str:
        """What it is."""
        return "Hủy đợt đánh giá"

    def takes_two(self, _: Session, /) -> bool:
        """Nothing brings it back."""
        return True

    def plan(self, session: Session, *, actor: Actor, now: datetime) -> Plan:
        """See `plan_cancel_round`."""
        return corrections.plan_cancel_round(session, self.round_id, actor=actor, now=now)

    def do(self, session: Session, grounds: Grounds, *, actor: Actor, now: datetime) -> None:
        """See `cancel_round`."""
        corrections.cancel_round(session, self.round_id, grounds, actor=actor, now=now)


def is_live(session: Session) -> bool:
    """Whether sample sheets are refused here."""
    return installation(session).made_as != "rehearsal"


def _tell(session: Session, act: OfRound, what: dict[str, Any], actor: Actor, now: datetime) -> None:
    """Leave a trace in the round too, of what its dossiers tell each in its own chain."""
    link = hold_round(session, act.round_id, actor=actor, now=now).link
    record(session, link, act.kind, what, actor=actor, now=now)


def _name(session: Session, round_id: int, assessment_id: int) -> str:
    found = session.get(Assessment, assessment_id)
    if found is None or found.round_id != round_id:
        raise Unknown(f"hồ sơ số {assessment_id} trong đợt số {round_id}")
    return found.name


def _known(session: Session, version: str) -> str:
    sql = "SELECT digest FROM programme_version WHERE digest = :digest"
    found = run(session, sql, {"digest": version}).fetchone()
    if found is None:
        raise Unknown("bản chương trình này")
    return str(found[0])


Correction = MoveMilestone | AddSubject | RemoveSubject | Merge | Resend | CorrectSheet | CancelRound
CORRECTIONS: Final[TypeAdapter[Correction]] = TypeAdapter(Annotated[Correction, Field(discriminator="kind")])
"""Reads a correction from JSON."""
