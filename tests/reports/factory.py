"""Small rounds made of rows, as the steps of a year would have left them."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import TypeVar

from sqlmodel import Session, SQLModel

from config.calendar import LOCAL
from config.load import load_programme
from config.programme import Programme
from models.assessments import Assessment, ExplanationItem, ExplanationRequest, Extension, Mark
from models.decisions import Decision, DecisionItem, Document
from models.history import History, Seal
from models.people import Subject
from models.rounds import Milestone, Round, programme_version
from scoring.ranking import Rankable, rank

ROOT = "0123456789abcdef" * 4


Row = TypeVar("Row", bound=SQLModel)


def at(month: int, day: int, hour: int = 8, minute: int = 0, *, year: int = 2024) -> datetime:
    """A local hour as the instant it is."""
    return datetime(year, month, day, hour, minute, tzinfo=LOCAL).astimezone(UTC)


LOCK = at(12, 10, 0)
SUBMITTED = at(12, 5)


@dataclass(frozen=True)
class Unit:
    """One subject as it stands at the end; totals as text, `None` while there is none."""

    name: str
    kind: str = "so_nganh"
    group: str = "khoi"
    state: str = "reported"
    own: str | None = "90"
    appraised: str | None = "90"
    decided: str | None = "90"
    submitted: datetime | None = SUBMITTED
    proposed: str | None = None
    level: str | None = None
    zeroed: bool = False
    late: bool = False
    closes_at: datetime = LOCK


@dataclass
class World:
    """A round in the making."""

    session: Session
    programme: Programme
    round: Round
    assessments: list[Assessment] = field(default_factory=list)

    def document(self, kind: str, number: str, dated: date | None, signer: str = "Lê Văn Mẫu") -> int:
        made = Document(kind=kind, number=number, dated=dated, signer=signer, recorded_at=LOCK)
        return keep(self.session, made).id

    def extend(self, place: int, reason: str, number: str, until: datetime) -> None:
        document = self.document("extension", number, date(2024, 12, 8))
        row = self.assessments[place]
        made = Extension(
            assessment_id=row.id, reason=reason, granted=True, answered_at=LOCK, until=until, document_id=document
        )
        keep(self.session, made)

    def refuse(self, place: int) -> None:
        row = self.assessments[place]
        keep(self.session, Extension(assessment_id=row.id, reason="Không rõ", granted=False, answered_at=LOCK))

    def ask(self, place: int, codes: Iterable[str], *, answered: bool) -> None:
        request = ExplanationRequest(
            assessment_id=self.assessments[place].id, question="Đề nghị làm rõ.", asked_at=LOCK, closes_at=LOCK
        )
        key = keep(self.session, request).id
        for code in codes:
            answer, answered_at = ("Đã làm rõ.", LOCK) if answered else (None, None)
            item = ExplanationItem(request_id=key, criterion=code, answer=answer, answered_at=answered_at)
            keep(self.session, item)

    def say_removed(self, place: int, reason: str, document: int) -> None:
        """Write the history row that the removal of a dossier leaves."""
        row = self.assessments[place]
        body = json.dumps({"act": "remove", "what": {"reason": reason, "document": document}}, ensure_ascii=False)
        entity = f"assessment:{row.id}"
        hashes = {"prev_hash": bytes(32), "hash": bytes(32)}
        keep(
            self.session,
            History(
                entity=entity, seq=1, v=1, body=body, round_id=self.round.id, at=LOCK, actor="x", act="remove", **hashes
            ),
        )

    def decide(self, places: Iterable[int], number: str, totals: Sequence[str], reason: str = "") -> None:
        document = self.document("decision", number, date(2024, 12, 20))
        decision = keep(self.session, Decision(round_id=self.round.id, document_id=document, decided_at=LOCK))
        for place, total in zip(places, totals, strict=True):
            row = self.assessments[place]
            item = DecisionItem(decision_id=decision.id, assessment_id=row.id, total=total, level="tot", reason=reason)
            keep(self.session, item)

    def mark(self, place: int, copy: str, code: str, points: str, note: str = "") -> None:
        row = self.assessments[place]
        made = Mark(
            assessment_id=row.id, copy_name=copy, criterion=code, entry="{}", points=Decimal(points), note=note, at=LOCK
        )
        keep(self.session, made)

    def seal(self, kind: str = "reported", root: str = ROOT, *, when: datetime | None = None) -> None:
        made = when or at(12, 26, 9, 30, year=self.round.year)
        keep(self.session, Seal(round_id=self.round.id, kind=kind, at=made, root=root, leaves="[]"))

    def number_report(self, number: str, dated: date | None) -> None:
        self.round.report_document_id = self.document("report", number, dated)
        keep(self.session, self.round)

    def rank(self) -> None:
        by_kind = self.programme.ranking.within == "kind"
        rows = [
            Rankable(row.id, row.kind if by_kind else row.group_name, row.decided_total)
            for row in self.assessments
            if row.state == "reported"
        ]
        places = {place.key: place for place in rank(rows)}
        for row in self.assessments:
            if place := places.get(row.id):
                row.place, row.tied, row.place_reason = place.place, place.tied, place.reason
                keep(self.session, row)


def keep(session: Session, row: Row) -> Row:
    session.add(row)
    session.flush()
    return row


@cache
def programme(slug: str) -> Programme:
    return load_programme(slug)


def start(session: Session, slug: str, year: int, units: Sequence[Unit], *, using: Programme | None = None) -> World:
    """Write a round with one dossier a unit and the programme's own deadlines."""
    chosen = using or programme(slug)
    version = programme_version(session, slug=slug, digest=chosen.digest, document=chosen.document())
    title = f"{chosen.title} năm {year}"
    made = Round(programme_version_id=version.id, slug=slug, year=year, title=title, state="reported", chain_at=LOCK)
    world = World(session, chosen, keep(session, made))
    world.assessments = [_dossier(world, unit, number) for number, unit in enumerate(units)]
    for kind in {unit.kind: None for unit in units}:
        _milestones(world, kind, year)
    world.rank()
    return world


def _dossier(world: World, unit: Unit, number: int) -> Assessment:
    subject = keep(
        world.session,
        Subject(code=f"u{world.round.id}-{number}", name=unit.name, kind=unit.kind, group_name=unit.group),
    )
    row = Assessment(
        round_id=world.round.id,
        subject_id=subject.id,
        name=unit.name,
        kind=unit.kind,
        group_name=unit.group,
        sheet=world.programme.sheet_for(unit.kind).slug,
        state=unit.state,
        closes_at=unit.closes_at,
        submitted_at=unit.submitted,
        proposed_level=unit.proposed,
        level=unit.level,
        zeroed=unit.zeroed,
        late=unit.late,
        leaves=len(world.programme.sheet_for(unit.kind).leaves()),
        self_total=decimal(unit.own),
        appraised_total=decimal(unit.appraised),
        decided_total=decimal(unit.decided),
    )
    return keep(world.session, row)


def decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _milestones(world: World, kind: str, year: int) -> None:
    for deadline in world.programme.deadlines(year):
        if deadline.covers(kind):
            closes_at = deadline.closes_at(year)
            row = Milestone(
                round_id=world.round.id, stage=deadline.stage, kind=kind, closes_at=closes_at, late=deadline.late
            )
            keep(world.session, row)


def da_nang(session: Session) -> World:
    """A reported round with a tie, a zero, a special case, a removal, a new decision and a seal."""
    party, department = "dang_bo_quan_huyen", "so_nganh"
    world = start(
        session,
        "dan-chu-co-so",
        2024,
        [
            Unit("Đảng bộ quận Hải Châu", party, own="97.5", appraised="95.25", decided="95.25"),
            Unit("Đảng bộ quận Thanh Khê", party, own="95.25", appraised="95.25", decided="95.25"),
            Unit(
                "Đảng bộ huyện Hòa Vang",
                party,
                own="88",
                appraised="89.5",
                decided="89.5",
                submitted=at(12, 14, 15, 20),
                closes_at=at(12, 16, 0),
            ),
            Unit("Sở Nội vụ", department, own="100", appraised="97.75", decided="98"),
            Unit(
                "Sở Giao thông vận tải",
                department,
                own="0",
                appraised="0",
                decided="0",
                submitted=None,
                zeroed=True,
                late=True,
            ),
            Unit('Sở Văn hóa & Thể thao <thử> ]]> "Ỷ"', department, own="91", appraised="90.125", decided="90.125"),
            Unit("Ban Quản lý cũ", department, state="removed", own=None, appraised=None, decided=None, submitted=None),
        ],
    )
    world.extend(2, "Khắc phục hậu quả mưa lũ tại các xã phía tây", "125-CV/BDVTU", at(12, 16, 0))
    world.refuse(4)
    world.ask(0, ["I.1", "I.2"], answered=True)
    world.ask(3, ["I.1"], answered=False)
    world.say_removed(6, "Đã giải thể, sáp nhập", world.document("removal", "130-CV/BDVTU", date(2024, 12, 2)))
    world.decide(range(6), "40-QĐ/BDVTU", ["95.25", "95.25", "89.5", "97.75", "0", "90.125"])
    world.decide([3], "44-QĐ/BDVTU", ["98"], "Bổ sung minh chứng hợp lệ của tiêu chí I.1")
    world.mark(0, "self", "I.1", "4")
    world.mark(0, "appraised", "I.1", "2.5", "Thiếu kế hoạch năm")
    world.mark(0, "decided", "I.1", "2.5")
    world.mark(0, "draft", "I.2", "3")
    world.seal("draft", "f" * 64)
    world.seal()
    world.number_report("127", date(2024, 12, 26))
    return world


def van_giang(session: Session) -> World:
    """A round without levels, one unit late, the district's own dossier sent on; not yet numbered."""
    closing = at(11, 15, 0, year=2022)
    on_time, late = at(11, 10, 16, 5, year=2022), at(11, 17, 9, year=2022)
    world = start(
        session,
        "dan-van-chinh-quyen",
        2022,
        [
            Unit(
                "UBND huyện Văn Giang",
                "ubnd_huyen",
                state="sent_to_province",
                own="95",
                appraised=None,
                decided=None,
                submitted=on_time,
                proposed="xuat_sac",
            ),
            Unit(
                "Phòng Nội vụ",
                "co_quan_chuyen_mon",
                own="96",
                appraised="95",
                decided="95",
                submitted=on_time,
                proposed="xuat_sac",
                level="xuat_sac",
                closes_at=closing,
            ),
            Unit(
                "Phòng Tư pháp",
                "co_quan_chuyen_mon",
                own="93",
                appraised="93",
                decided="93",
                submitted=late,
                late=True,
                proposed="Tốt",
                level="tot",
                closes_at=closing,
            ),
            Unit(
                "Trung tâm Y tế huyện",
                "don_vi_su_nghiep",
                state="appraising",
                own="88.5",
                appraised=None,
                decided=None,
                submitted=on_time,
                proposed="tot",
                closes_at=closing,
            ),
            Unit(
                "UBND xã Xuân Quan",
                "ubnd_xa",
                own="90",
                appraised="90",
                decided="90",
                submitted=on_time,
                proposed="xuat_sac",
                closes_at=closing,
            ),
        ],
    )
    world.seal("draft")
    return world


Make = Callable[[Session], World]
MADE: dict[str, Make] = {"party": da_nang, "administrative": van_giang}
