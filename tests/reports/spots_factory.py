"""A round of bright spots made of rows: agencies that registered, what was recognised, and what was not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from config.calendar import local_day
from models.people import Subject
from tests.reports.factory import Unit, World, at, keep, start
from tests.reports.rating_factory import happened

RULES, WORK = "qcdc", "dvcq"
REPORTED = date(2024, 11, 28)
EARLY, LAPSED = at(11, 20), at(12, 1, 0)


@dataclass(frozen=True)
class Entered:
    """A spot of an agency, by the agency's place, and the act that ended it."""

    agency: int
    kind: str
    name: str
    state: str = "recognised"
    act: str = "recognise"
    when: datetime = EARLY
    number: str = ""
    reason: str = ""
    came: str = ""


def nghe_an(session: Session) -> World:
    """The province's report of 28/11 with what was recognised on that day and after it (ANO-NA-3)."""
    agencies = list(_agencies(session))
    entered = list(_spots())
    world = start(session, "diem-sang", 2024, [Unit(one.name, one.kind, "", one.state) for one in entered])
    for place, (row, one) in enumerate(zip(world.assessments, entered, strict=True)):
        row.agency_id = agencies[one.agency]
        row.self_total = row.appraised_total = row.decided_total = None
        keep(session, row)
        _end(world, place, one)
    world.seal()
    world.number_report("96", REPORTED)
    return world


def _agencies(session: Session) -> Iterable[int]:
    names = ("UBND huyện Nam Đàn", "UBND thành phố Vinh", "Sở Tư pháp", "UBND huyện Kỳ Sơn & <Tương Dương>")
    for number, name in enumerate(names):
        yield keep(session, Subject(code=f"na-{number}", name=name, kind="huyen")).id


def _spots() -> Iterable[Entered]:
    yield Entered(0, RULES, "Xóm Hồng Sơn tự quản đường hoa, xã Nam Cát", number="1204/QĐ-UBND")
    yield Entered(0, WORK, "Bộ phận một cửa thân thiện, thị trấn Nam Đàn", number="1204/QĐ-UBND", state="commended")
    yield Entered(1, RULES, "Khối 5 công khai thu chi, phường Hưng Bình", number="3310/QĐ-UBND", when=at(11, 28, 9))
    yield Entered(1, WORK, "Ngày không hẹn, phường Lê Lợi", number="3322/QĐ-UBND", when=at(11, 30, 23, 59))
    yield Entered(1, WORK, "Tổ công nghệ số cộng đồng, xã Hưng Đông", "appraising", act="")
    late = "Hồ sơ chưa nêu kết quả cụ thể, tiêu chí II.3 không đạt"
    yield Entered(2, WORK, "Trợ giúp pháp lý lưu động, Sở Tư pháp", "not_recognised", "refuse", reason=late)
    yield Entered(2, RULES, "Điểm sáng quy chế dân chủ: Sở Tư pháp", "withdrawn", "lapse", came="choosing")
    yield Entered(
        3, RULES, "Bản Na Lượng giữ rừng, xã Hữu Kiệm", "not_recognised", "lapse", LAPSED, came="dossier_sent"
    )
    yield Entered(3, WORK, "Chợ phiên biên giới, xã Nậm Cắn", "withdrawn", "withdraw", reason="Trùng với điểm đã có")


def _end(world: World, place: int, one: Entered) -> None:
    if not one.act:
        return
    what: dict[str, object] = {"from": one.came or "proposed", "to": one.state}
    if one.number:
        what["document"] = world.document("decision", one.number, local_day(one.when))
    if one.reason:
        what["reason"] = one.reason
    happened(world, place, one.act, what, when=one.when)
