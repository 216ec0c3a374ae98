"""Rounds that rate, made of rows: a town's collectives, organisations and persons, and the scored collectives."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from sqlmodel import Session

from models.assessments import Assessment, Mark
from models.decisions import Decision, DecisionItem
from models.history import History
from models.meetings import BallotBox, BallotItem
from models.order import QuotaRaise, Waiver
from models.people import Subject
from models.statements import Proposal
from tests.reports.factory import LOCK, Unit, World, at, keep, start

GOOD, BEST, FAIR, POOR = "httnv", "htxsnv", "htnv", "khtnv"
REVIEWED, SENT = at(11, 25), at(12, 2)
BOARD, FIRST_GROUP, SECOND_GROUP = "btv", "nhom_1", "nhom_2"


@dataclass(frozen=True)
class Rated:
    """A subject with its three levels; recognised when it has one, else where `state` says."""

    name: str
    kind: str
    body: str
    own: str | None = GOOD
    proposed: str | None = GOOD
    level: str | None = GOOD
    state: str = "recognised"
    late: bool = False
    possible: Sequence[str] = ()
    flags: Sequence[tuple[str, str]] = ()
    apart: bool = False
    """Not in the one decision on most of them."""


def rated_world(session: Session, slug: str, year: int, found: Sequence[Rated]) -> World:
    """A round with these dossiers; one decision for all that have a level."""
    units = [_unit(one) for one in found]
    world = start(session, slug, year, units)
    for row, one in zip(world.assessments, found, strict=True):
        row.body, row.reviewed_at = one.body, REVIEWED if one.own else None
        _propose(session, row, one)
        keep(session, row)
    recognise(world, [place for place, one in enumerate(found) if one.level and not one.apart], "210-QĐ/TU")
    return world


def _unit(one: Rated) -> Unit:
    submitted = SENT if one.own else None
    unit = Unit(one.name, one.kind, "", one.state, None, None, None, submitted, proposed=one.own, level=one.level)
    return replace(unit, late=one.late)


def _propose(session: Session, row: Assessment, one: Rated) -> None:
    if one.proposed is None and not one.possible:
        return
    possible = [one.proposed] if one.proposed else [*one.possible]
    flags = [{"code": code, "text": text} for code, text in one.flags]
    body = {"level": one.proposed, "possible": possible, "tried": [], "flags": flags, "caps": []}
    words = json.dumps(body, ensure_ascii=False)
    keep(session, Proposal(assessment_id=row.id, made_at=SENT, level=one.proposed, flagged=bool(flags), body=words))


def recognise(
    world: World, places: Iterable[int], number: str, *, reason: str = "", minutes: str = "", dated: date | None = None
) -> int:
    """A decision on some dossiers with the levels that they have; returns its id."""
    day = dated or date(2024, 12, 12)
    made = Decision(round_id=world.round.id, document_id=world.document("decision", number, day), decided_at=LOCK)
    made.minutes_id = world.document("minutes", minutes, day) if minutes else None
    decision = keep(world.session, made).id
    for place in places:
        row = world.assessments[place]
        row.decision_id = decision
        keep(world.session, row)
        item = DecisionItem(decision_id=decision, assessment_id=row.id, level=row.level, reason=reason)
        keep(world.session, item)
    return decision


def happened(
    world: World, place: int, act: str, what: Mapping[str, object], *, seq: int = 1, when: datetime = LOCK
) -> None:
    """Write the history row that an act on a dossier leaves."""
    body = json.dumps({"act": act, "what": dict(what)}, ensure_ascii=False)
    row = History(
        entity=f"assessment:{world.assessments[place].id}",
        seq=seq,
        v=1,
        body=body,
        round_id=world.round.id,
        at=when,
        actor="x",
        act=act,
        prev_hash=bytes(32),
        hash=bytes(32),
    )
    keep(world.session, row)


def waive(world: World, place: int, reason: str, number: str) -> None:
    document = world.document("waiver", number, date(2024, 12, 6))
    keep(
        world.session,
        Waiver(assessment_id=world.assessments[place].id, reason=reason, document_id=document, at=LOCK),
    )


def outstanding(world: World, body: str, group: str, reason: str, number: str) -> None:
    """The deciding body's word that the greater share holds for a group (RULES 7.3)."""
    document = world.document("raise", number, date(2025, 12, 10))
    made = QuotaRaise(
        round_id=world.round.id, body=body, group_name=group, reason=reason, document_id=document, at=LOCK
    )
    keep(world.session, made)


def voted(world: World, place: int, winner: str) -> None:
    """A closed ballot on a dossier, and the level that won it."""
    box = BallotBox(round_id=world.round.id, name="decision", status="closed", options="[]", opened_at=LOCK)
    key = keep(world.session, box).id
    keep(world.session, BallotItem(box_id=key, assessment_id=world.assessments[place].id, winner=winner))


def graded(world: World, place: int, copy: str, code: str, degree: str, note: str = "") -> None:
    entry = json.dumps({"degree": degree})
    row = Mark(assessment_id=world.assessments[place].id, copy_name=copy, criterion=code, entry=entry, note=note)
    row.points, row.at = Decimal(0), LOCK
    keep(world.session, row)


def ha_tinh(session: Session) -> World:
    """A reported round of Thành phố Hà Tĩnh with every kind of special case."""
    keep(session, Subject(code="ht-dai-nai", name="Đảng ủy phường Đại Nài", kind="dang_bo_co_so"))
    world = rated_world(session, "kiem-diem-xep-loai", 2024, [*_organisations(), *_collectives(), *_persons()])
    places = {row.name: place for place, row in enumerate(world.assessments)}
    _decisions(world, places)
    _specials(world, places)
    for copy in ("self", "appraised"):
        graded(world, places["Trần Thị Mẫu 003"], copy, "A.1", "tot", "Đã đối chiếu" if copy == "appraised" else "")
    world.seal(when=at(12, 13, 16))
    world.number_report("58", date(2024, 12, 13))
    return world


def _organisations() -> Iterable[Rated]:
    unlisted = ("ANO-HT-7", "Có đảng viên bị kỷ luật nhưng quy định không xếp vào mức nào; đề xuất theo mặc định.")
    yield Rated("Đảng bộ phường Đại Nài", "dang_bo_co_so", BOARD, BEST, BEST, BEST)
    yield Rated("Đảng bộ phường Bắc Hà", "dang_bo_co_so", BOARD, BEST, BEST, GOOD, apart=True)
    yield Rated("Đảng bộ phường Thạch Quý", "dang_bo_co_so", BOARD, GOOD, POOR, FAIR, flags=[unlisted])
    yield Rated("Đảng bộ xã Thạch Hạ", "dang_bo_co_so", BOARD, late=True)
    yield Rated("Chi bộ cơ sở Phòng Nội vụ", "chi_bo_co_so", BOARD)
    yield Rated("Chi bộ cơ sở Văn phòng Thành ủy", "chi_bo_co_so", BOARD)
    yield Rated("Chi bộ cơ sở Trung tâm Y tế", "chi_bo_co_so", BOARD, None, None, None, "preparing")


def _collectives() -> Iterable[Rated]:
    kind = "tap_the_thanh_pho"
    yield Rated("Tập thể lãnh đạo Ban Tổ chức Thành ủy", kind, FIRST_GROUP, BEST, BEST, BEST)
    yield Rated("Tập thể lãnh đạo Ủy ban Kiểm tra Thành ủy", kind, FIRST_GROUP, BEST, BEST, BEST, apart=True)
    yield Rated("Tập thể lãnh đạo Văn phòng Thành ủy", kind, FIRST_GROUP)
    yield Rated("Tập thể lãnh đạo Ban Tuyên giáo Thành ủy", kind, FIRST_GROUP)
    yield Rated("Tập thể lãnh đạo Ban Dân vận Thành ủy", kind, FIRST_GROUP)
    yield Rated("Tập thể lãnh đạo Phòng Kinh tế", kind, SECOND_GROUP, BEST, BEST, BEST)
    yield Rated("Tập thể lãnh đạo Phòng Quản lý đô thị", kind, SECOND_GROUP, BEST, BEST, None, "deciding")
    yield Rated("Tập thể lãnh đạo Phòng Tư pháp", kind, SECOND_GROUP, state="not_rated", proposed=None, level=None)
    yield Rated("Tập thể lãnh đạo Trung tâm Văn hóa", kind, SECOND_GROUP, proposed=None, possible=[GOOD, FAIR])


def _persons() -> Iterable[Rated]:
    yield Rated("Nguyễn Văn Mẫu 001", "can_bo_dien_tinh", BOARD, BEST, BEST, None, "sent_up")
    yield Rated("Lê Văn Mẫu 002", "can_bo_dien_tinh", BOARD, GOOD, GOOD, GOOD, apart=True)
    yield Rated("Trần Thị Mẫu 003", "can_bo_thanh_pho", BOARD, BEST, BEST, BEST)
    yield Rated("Phạm Thị Mẫu 004", "can_bo_thanh_pho", BOARD)
    yield Rated("Hoàng Văn Mẫu 005", "can_bo_thanh_pho", BOARD)
    yield Rated("Võ Thị Mẫu 006", "dang_vien", "ht-dai-nai", GOOD, GOOD, FAIR, apart=True)
    yield Rated("Nguyễn Văn Mẫu 007", "dang_vien", "ht-dai-nai", None, None, None, "excluded")
    yield Rated("Lê Văn Mẫu 008", "dang_vien", "ht-dai-nai", None, None, None, "removed")
    yield Rated("Trần Thị Mẫu 009", "dang_vien", "ht-dai-nai", BEST, GOOD, GOOD, apart=True)
    yield Rated("Phạm Thị Mẫu 010", "dang_vien", "ht-dai-nai", None, None, GOOD, apart=True)


def _decisions(world: World, places: dict[str, int]) -> None:
    disciplined, over = places["Võ Thị Mẫu 006"], places["Tập thể lãnh đạo Ủy ban Kiểm tra Thành ủy"]
    reason = "Cả hai tập thể được tặng bằng khen trong năm, hội nghị thống nhất vượt tỷ lệ"
    recognise(world, [over], "212-QĐ/TU", reason=reason, minutes="45-BB/TU")
    other = "Còn hai nhiệm vụ trọng tâm hoàn thành chậm"
    recognise(world, [places["Đảng bộ phường Bắc Hà"]], "213-QĐ/TU", reason=other)
    row = world.assessments[disciplined]
    row.level = GOOD
    recognise(world, [disciplined, places["Trần Thị Mẫu 009"]], "31-QĐ/ĐU", dated=date(2024, 12, 3))
    row.level = FAIR
    later = "Kỷ luật khiển trách có hiệu lực ngày 09/12/2024 đối với vi phạm trong năm"
    recognise(world, [disciplined], "35-QĐ/ĐU", reason=later, dated=date(2024, 12, 12))
    annulled = {"from": "recognised", "to": "recognised", "reason": later}
    happened(world, disciplined, "annul_and_recognise", annulled, seq=9)
    _rated_after_all(world, places["Phạm Thị Mẫu 010"])


def _rated_after_all(world: World, place: int) -> None:
    """One left without a level in November, and rated by form 03 in December."""
    reason = "Xác định lại thời điểm giữ chức vụ: đã đủ 06 tháng"
    recognise(world, [place], "36-QĐ/ĐU", reason=reason)
    document = world.document("decision", "36-QĐ/ĐU", date(2024, 12, 12))
    after = {"from": "not_rated", "to": "recognised", "reason": reason, "document": document}
    happened(world, place, "annul_and_recognise", after, seq=9)


def _specials(world: World, places: dict[str, int]) -> None:
    new, out = places["Tập thể lãnh đạo Phòng Tư pháp"], places["Nguyễn Văn Mẫu 007"]
    happened(world, new, "set_aside", {"reason": "Thành lập ngày 01/8/2024, mới được 04 tháng"})
    happened(world, out, "exclude", {"reason": "Được miễn sinh hoạt đảng từ ngày 01/3/2024"})
    moved = world.document("removal", "77-CV/BTCTU", date(2024, 11, 20))
    left = {"reason": "Chuyển sinh hoạt đảng ra ngoài thành phố", "document": moved}
    happened(world, places["Lê Văn Mẫu 008"], "remove", left)
    waive(world, places["Chi bộ cơ sở Trung tâm Y tế"], "Bí thư chi bộ đang điều trị dài ngày", "80-CV/BTCTU")
    for name, winner in (("Nguyễn Văn Mẫu 001", BEST), ("Lê Văn Mẫu 002", GOOD)):
        sent = world.document("report", "55-BC/TU", date(2024, 12, 9))
        happened(world, places[name], "send_up", {"document": sent})
        voted(world, places[name], winner)
    above = places["Lê Văn Mẫu 002"]
    recognise(world, [above], "912-QĐ/TU", dated=date(2024, 12, 12))
    happened(world, above, "record_superior_decision", {}, seq=2)


def scored_collectives(session: Session) -> World:
    """A draft on collectives scored 30/70 under QĐ 366: an outstanding group, and one that is still open."""
    kinds = [("khoi_hanh_chinh", 9), ("khoi_su_nghiep", 3)]
    found = [
        Rated(f"Tập thể lãnh đạo {name} {number:02}", kind, BOARD, own, own, own)
        for (kind, size), name in zip(kinds, ("Sở Mẫu", "Trung tâm Mẫu"), strict=True)
        for number, own in ((one, BEST if one <= size // 4 else GOOD) for one in range(1, size + 1))
    ]
    found[-1] = replace(found[-1], level=None, state="deciding")
    world = rated_world(session, "xep-loai-tap-the", 2025, found)
    for place, row in enumerate(world.assessments):
        row.self_total, row.appraised_total = Decimal(95 - place), Decimal(94 - place)
        keep(session, row)
    outstanding(world, BOARD, "hanh_chinh", "Đảng bộ hoàn thành vượt toàn bộ chỉ tiêu năm", "15-KL/ĐU")
    return world
