from collections.abc import Iterator
from datetime import date

import pytest
from sqlmodel import Session

from models.db import Database
from reports.contents import RoundReport
from reports.figures import gather
from reports.spots_contents import Shortage, Spot, SpotsPart
from reports.spots_rows import by_agency, by_kind, tally
from reports.values import Grounds, Paper
from tests.reports.factory import start
from tests.reports.spots_factory import nghe_an
from tests.reports.test_figures import queries

RULES, WORK = "Điểm sáng thực hiện quy chế dân chủ ở cơ sở", "Điểm sáng dân vận chính quyền"
VINH, JUSTICE, KY_SON = "UBND thành phố Vinh", "Sở Tư pháp", "UBND huyện Kỳ Sơn & <Tương Dương>"
Reports = dict[str, RoundReport]


@pytest.fixture
def writing(database: Database) -> Iterator[Session]:
    with database.writing() as session:
        yield session


@pytest.fixture
def province(forms: Reports) -> SpotsPart:
    return part(forms["spots"])


def part(report: RoundReport) -> SpotsPart:
    assert report.spots is not None
    return report.spots


@pytest.mark.rule("NA-4.1", "NA-4.2")
def test_the_province_reports_with_the_home_department(forms: Reports) -> None:
    report = forms["spots"]
    assert (report.form, report.criteria, report.rating) == ("spots", (), None)
    assert (report.head.sender, report.head.recipient) == ("Ban Dân vận Tỉnh ủy", "Ban Thường vụ Tỉnh ủy")
    assert part(report).gathered_with == "Sở Nội vụ"


def test_spots_stand_by_kind_and_agency_with_their_decision(province: SpotsPart) -> None:
    assert [(spot.kind, spot.agency) for spot in province.spots][:5] == [
        (RULES, "UBND huyện Nam Đàn"),
        (RULES, VINH),
        (RULES, JUSTICE),
        (RULES, KY_SON),
        (WORK, "UBND huyện Nam Đàn"),
    ]
    assert province.spots[0] == Spot(
        agency="UBND huyện Nam Đàn",
        kind=RULES,
        name="Xóm Hồng Sơn tự quản đường hoa, xã Nam Cát",
        state="Đã công nhận",
        registered=True,
        ending="recognised",
        grounds=Grounds("", Paper("1204/QĐ-UBND", date(2024, 11, 20), "Lê Văn Mẫu")),
        day=date(2024, 11, 20),
    )


def test_a_commended_spot_stays_recognised(province: SpotsPart) -> None:
    assert {spot.state for spot in province.recognised} == {"Đã công nhận", "Đã biểu dương"}


@pytest.mark.rule("ANO-NA-3")
def test_what_is_recognised_on_the_day_of_the_report_or_later_is_added(province: SpotsPart) -> None:
    assert [(spot.name, spot.day) for spot in province.addendum] == [
        ("Khối 5 công khai thu chi, phường Hưng Bình", date(2024, 11, 28)),
        ("Ngày không hẹn, phường Lê Lợi", date(2024, 11, 30)),
    ]
    assert not set(province.addendum) & set(province.recognised)
    whole = tally(province.spots)
    assert (whole.registered, whole.recognised, whole.later, whole.refused, whole.open) == (7, 2, 2, 2, 1)


def test_a_draft_without_a_date_has_no_addendum(writing: Session) -> None:
    world = nghe_an(writing)
    world.round.report_document_id = None
    found = part(gather(writing, world.round.id))
    assert (found.addendum, len(found.recognised)) == ((), 4)


@pytest.mark.rule("NA-3.3")
def test_agencies_below_one_of_each_kind_are_named(province: SpotsPart) -> None:
    assert province.shortages == (Shortage(JUSTICE, RULES, 1, 0), Shortage(KY_SON, WORK, 1, 0))


def test_who_was_not_recognised_has_a_reason(province: SpotsPart) -> None:
    assert [(spot.name, spot.grounds.reason) for spot in (*province.refused, *province.withdrawn)] == [
        ("Bản Na Lượng giữ rừng, xã Hữu Kiệm", "Hết thời gian khi hồ sơ ở bước «Đã gửi hồ sơ»"),
        ("Trợ giúp pháp lý lưu động, Sở Tư pháp", "Hồ sơ chưa nêu kết quả cụ thể, tiêu chí II.3 không đạt"),
        ("Điểm sáng quy chế dân chủ: Sở Tư pháp", "Hết thời gian khi hồ sơ ở bước «Đang rà soát, lựa chọn»"),
        ("Chợ phiên biên giới, xã Nậm Cắn", "Trùng với điểm đã có"),
    ]


def test_tallies_of_kinds_and_agencies_agree(province: SpotsPart) -> None:
    for tallies in (by_kind(province), by_agency(province)):
        whole = tally(province.spots)
        assert sum(one.registered for one in tallies) == whole.registered
        assert sum(one.recognised for one in tallies) == whole.recognised
    assert len(by_agency(province)) == len(province.agencies) * len(province.kinds)


def test_an_empty_round_has_nothing_to_say(writing: Session) -> None:
    found = part(gather(writing, start(writing, "diem-sang", 2024, []).round.id))
    assert (found.spots, found.agencies, found.shortages, found.addendum) == ((), (), (), ())


def test_the_queries_are_few(database: Database) -> None:
    with database.writing() as session:
        number = nghe_an(session).round.id
    assert queries(database, number) <= 15
