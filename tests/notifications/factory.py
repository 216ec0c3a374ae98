"""A small round in a database: two units, their people, and rows in the outbox."""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from config.load import load_programme
from config.programme import Programme
from models.approvals import Approval
from models.assessments import Assessment, Difficulty, ExplanationItem, ExplanationRequest
from models.decisions import Decision, Document
from models.evidence import Evidence
from models.history import HistoryPayload
from models.mail import Outbox
from models.opinions import Opinion, OpinionRequest
from models.people import Account, AccountVersion, Grant, Subject
from models.rounds import Milestone, ProgrammeVersion, Round
from models.types import GENESIS
from notifications.messages import Case, load
from notifications.render import Origin
from states import actor, chain, history

ORIGIN = Origin("khong-tra-loi@danhgia.example", "https://danhgia.example")
LAUNCHED = datetime(2024, 11, 4, 1, tzinfo=UTC)
NOW = datetime(2024, 12, 2, 1, 30, tzinfo=UTC)


Fresh = Callable[[], AbstractContextManager[str]]


class World(NamedTuple):
    """What the factory made."""

    programme: Programme
    round: Round
    assessments: tuple[Assessment, ...]
    officer: Account
    head: Account
    staff: Account


def world(session: Session, slug: str = "dan-chu-co-so", *, year: int = 2024) -> World:
    """A launched round with three dossiers of the programme's first kind, the last one submitted and being revised."""
    programme = loaded(slug)
    version = ProgrammeVersion(slug=slug, digest=programme.digest, document=programme.document())
    launch, decision, report = (document(session, number) for number in ("12-CV/MAU", "45-QD/MAU", "67-BC/MAU"))
    session.add(version)
    session.flush()
    of_round = Round(
        programme_version_id=version.id,
        slug=slug,
        year=year,
        title=f"{programme.title} năm {year}",
        state="self_assessment",
        launched_at=LAUNCHED,
        launch_document_id=launch.id,
        report_document_id=report.id,
    )
    session.add(of_round)
    session.flush()
    _milestones(session, programme, of_round)
    decided = Decision(round_id=of_round.id, document_id=decision.id, decided_at=NOW)
    session.add(decided)
    session.flush()
    assessments = tuple(dossier(session, programme, of_round, decided, *unit) for unit in UNITS[slug])
    revising = assessments[2]
    revising.state, revising.scored, revising.submitted_at = "revising", revising.leaves, NOW - timedelta(days=1)
    people = [account(session, f"{who}@{UNITS[slug][0][0]}.example", who) for who in PEOPLE]
    return World(programme, of_round, assessments, *people)


UNITS = {
    "dan-chu-co-so": (
        ("dn-mau-mot", "Đảng bộ quận Mẫu Một"),
        ("dn-mau-hai", "Đảng bộ quận Mẫu Hai"),
        ("dn-mau-ba", "Đảng bộ quận Mẫu Ba"),
    ),
    "dan-van-chinh-quyen": (
        ("vg-mau-mot", "Phòng Mẫu Một"),
        ("vg-mau-hai", "Phòng Mẫu Hai"),
        ("vg-mau-ba", "Phòng Mẫu Ba"),
    ),
}
PEOPLE = {
    "canbo": ("Trần Mẫu Thị", "Chánh Văn phòng"),
    "thutruong": ("Lê Ví Dụ", "Thủ trưởng đơn vị"),
    "chuyenvien": ("Phạm Giả Định", "Chuyên viên"),
}


@cache
def loaded(slug: str) -> Programme:
    return load_programme(slug)


def document(session: Session, number: str) -> Document:
    made = Document(kind="document", number=number, dated=date(2024, 11, 4), signer="Trưởng ban", recorded_at=LAUNCHED)
    session.add(made)
    session.flush()
    return made


def _milestones(session: Session, programme: Programme, of_round: Round) -> None:
    for deadline in programme.deadlines(of_round.year):
        for kind in programme.subject_kinds:
            if deadline.covers(kind):
                closes_at = deadline.closes_at(of_round.year)
                session.add(
                    Milestone(
                        round_id=of_round.id, stage=deadline.stage, kind=kind, closes_at=closes_at, late=deadline.late
                    )
                )


def account(session: Session, email: str, who: str = "canbo") -> Account:
    name, position = PEOPLE[who]
    made = Account(email=email, name=name, position=position)
    session.add(made)
    session.flush()
    session.add(AccountVersion(account_id=made.id, since=LAUNCHED, email=email, name=name, position=position))
    return made


def moved(session: Session) -> Account:
    """An account whose address was changed."""
    changed = account(session, "cu@mau-hai.example")
    changed.email = "moi@mau-hai.example"
    now = AccountVersion(account_id=changed.id, since=NOW, email=changed.email, name=changed.name, position="")
    session.add_all([changed, now])
    return changed


def appoint(session: Session, holder: Account, of: World, role: str = "officer") -> None:
    """Make somebody the officer of the first unit."""
    subject_id = of.assessments[0].subject_id
    session.add(Grant(account_id=holder.id, role=role, subject_id=subject_id, granted_at=LAUNCHED))
    session.flush()


def dossier(
    session: Session, programme: Programme, of_round: Round, decided: Decision, code: str, name: str
) -> Assessment:
    kind = next(iter(programme.subject_kinds))
    subject = Subject(code=code, name=name, kind=kind)
    session.add(subject)
    session.flush()
    made = Assessment(
        round_id=of_round.id,
        subject_id=subject.id,
        name=name,
        kind=kind,
        sheet=programme.sheet_for(kind).slug,
        state="self_assessing",
        closes_at=programme.deadlines(of_round.year)[0].closes_at(of_round.year),
        leaves=28,
        scored=12,
        appraised=5,
        self_total=Decimal("86.25"),
        decision_id=decided.id,
    )
    session.add(made)
    session.flush()
    return made


def row(
    session: Session,
    message: str,
    to: Account,
    *,
    of: World,
    about: int | None = 0,
    parameters: Mapping[str, Any] | None = None,
    occasion: str | None = None,
    due_at: datetime = NOW,
) -> Outbox:
    """A queued mail; `about` chooses the dossier, None is the round itself."""
    assessment = None if about is None else of.assessments[about]
    made = Outbox(
        round_id=of.round.id,
        assessment_id=assessment.id if assessment else None,
        message=message,
        account_id=to.id,
        occasion=occasion or f"assessment:{assessment.id if assessment else 0}/1",
        parameters=json.dumps(dict(parameters or {})),
        due_at=due_at,
    )
    session.add(made)
    session.flush()
    return made


def bounced(session: Session, of: World) -> None:
    """A mail about the second dossier that the server refused an hour ago."""
    refused = row(session, "assigned", of.officer, of=of, about=1, occasion="bounced")
    refused.status, refused.ended_at = "bounced", NOW - timedelta(hours=1)
    session.add(refused)
    session.flush()


def explanation(session: Session, assessment: Assessment) -> int:
    """An open question on two criteria; its id."""
    asked = ExplanationRequest(
        assessment_id=assessment.id, question="Vì sao?", asked_at=NOW, closes_at=datetime(2024, 12, 5, 17, tzinfo=UTC)
    )
    session.add(asked)
    session.flush()
    session.add_all(ExplanationItem(request_id=asked.id, criterion=code) for code in ("I.2", "II.1"))
    return asked.id


def opinions(session: Session, of: World, body: Account) -> int:
    """A request to one body about three dossiers, of which it has answered on one; its id."""
    asked = OpinionRequest(
        round_id=of.round.id,
        name="city_bodies",
        question="Đề nghị tham gia ý kiến về mức xếp loại.",
        document_id=document(session, "21-CV/MAU").id,
        asked_at=LAUNCHED,
        closes_at=datetime(2024, 12, 5, 17, tzinfo=UTC),
    )
    session.add(asked)
    session.flush()
    for one, status in zip(of.assessments, ("given", "open", "open"), strict=True):
        session.add(Opinion(request_id=asked.id, assessment_id=one.id, account_id=body.id, status=status))
    session.flush()
    return asked.id


def difficulty(session: Session, assessment: Assessment) -> int:
    """An unanswered difficulty; its id."""
    raised = Difficulty(assessment_id=assessment.id, question="Chưa rõ.", raised_at=NOW)
    session.add(raised)
    session.flush()
    return raised.id


def asked(session: Session, of: World) -> int:
    """An act that waits for the second person; its id."""
    made = Approval(
        kind="cancel_round",
        title="Hủy đợt đánh giá",
        round_id=of.round.id,
        parameters="{}",
        reason="Thôi tổ chức",
        digest="",
        effects="[]",
        asked_by=of.head.id,
        asked_at=NOW,
        ends_at=NOW + timedelta(days=7),
    )
    session.add(made)
    session.flush()
    return made.id


def refused_file(session: Session, assessment: Assessment) -> int:
    """A file that was refused and may be replaced; its id."""
    made = Evidence(
        assessment_id=assessment.id,
        criterion="I.1",
        name="bao-cao.pdf",
        file_hash="ab" * 32,
        at=LAUNCHED,
        replace_by=NOW + timedelta(days=3),
    )
    session.add(made)
    session.flush()
    return made.id


def submission(session: Session, assessment: Assessment) -> str:
    """The history of one submission; its occasion."""
    entity = f"assessment:{assessment.id}"
    link = chain.Link(entity, assessment.round_id, 0, GENESIS, LAUNCHED)
    submitted = NOW - timedelta(minutes=3)
    history.record(session, link, "submit", {"from": "self_assessing"}, actor=actor.account(1), now=submitted)
    content = json.dumps({"total": "86.2500", "marks": {}})
    session.add(HistoryPayload(entity=entity, seq=1, hash="0" * 64, salt=b"", content=content))
    return f"{entity}/1"


def case(session: Session, made: Outbox, now: datetime = NOW) -> Case:
    return load(session, [made], now)[0]


def rows(session: Session) -> Sequence[Outbox]:
    return session.exec(select(Outbox).order_by(col(Outbox.id))).all()
