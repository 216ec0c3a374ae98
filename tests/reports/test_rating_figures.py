from collections.abc import Iterator
from datetime import date

import pytest
from sqlmodel import Session

from models.db import Database
from reports.contents import RoundReport
from reports.figures import gather
from reports.rating_contents import Flagged, LevelCount, QuotaLine, RatingPart, SentUp
from reports.rating_rows import notes
from reports.values import Grounds, Outcome, Paper, Redecided
from tests.reports.factory import at
from tests.reports.rating_factory import (
    BEST,
    BOARD,
    FAIR,
    GOOD,
    Rated,
    happened,
    outstanding,
    rated_world,
    recognise,
    voted,
    waive,
)
from tests.reports.test_figures import queries

SIGNER = "Lê Văn Mẫu"
TOWN = "tap_the_thanh_pho"
Reports = dict[str, RoundReport]


@pytest.fixture
def writing(database: Database) -> Iterator[Session]:
    with database.writing() as session:
        yield session


def part(report: RoundReport) -> RatingPart:
    assert report.rating is not None
    return report.rating


@pytest.fixture(scope="session")
def town(forms: Reports) -> RatingPart:
    return part(forms["rating"])


def gathered(session: Session, *found: Rated) -> RatingPart:
    return part(gather(session, rated_world(session, "kiem-diem-xep-loai", 2024, found).round.id))


def paper(number: str, day: int, month: int = 12) -> Paper:
    return Paper(number, date(2024, month, day), SIGNER)


def test_nobody_is_ranked_and_no_points_are_listed(forms: Reports) -> None:
    report = forms["rating"]
    assert (report.form, report.levels, report.criteria) == ("rating", "decided", ())
    assert {result.place for result in report.results} == {None}
    assert not any(board.has_points for board in part(report).boards)


@pytest.mark.rule("HT-12.2")
def test_one_report_holds_what_every_body_decided(town: RatingPart) -> None:
    assert [(board.kind, board.body, len(board.rows)) for board in town.boards] == [
        ("Đảng bộ cơ sở", "Ban Thường vụ Thành ủy", 4),
        ("Chi bộ cơ sở", "Ban Thường vụ Thành ủy", 3),
        (COLLECTIVES, FIRST, 5),
        (COLLECTIVES, "Nhóm 2: Lãnh đạo UBND thành phố", 4),
        ("Cán bộ lãnh đạo, quản lý thành phố", "Ban Thường vụ Thành ủy", 3),
        ("Đảng viên", "Đảng ủy phường Đại Nài", 3),
        ("Cán bộ diện Ban Thường vụ Tỉnh ủy quản lý", "Ban Thường vụ Tỉnh ủy", 2),
    ]
    assert town.gathered_by == "Ban Tổ chức Thành ủy"


COLLECTIVES = "Tập thể lãnh đạo, quản lý thành phố"
FIRST = "Nhóm 1: Thường trực Thành ủy và các Ủy viên Ban Thường vụ phụ trách khối Đảng, Mặt trận"


def test_the_three_levels_stand_side_by_side(town: RatingPart) -> None:
    rows = {row.name: row for row in town.rows}
    lowered, open_ = rows["Đảng bộ phường Bắc Hà"], rows["Tập thể lãnh đạo Trung tâm Văn hóa"]
    assert (lowered.self_level, lowered.proposed, lowered.level) == ("HTXSNV", ("HTXSNV",), "HTTNV")
    assert lowered.notes == ("Khác mức đề xuất: còn hai nhiệm vụ trọng tâm hoàn thành chậm",)
    assert lowered.paper == paper("213-QĐ/TU", 12)
    assert open_.proposed == ("HTTNV", "HTNV")


def test_notes_say_why_there_is_no_level_and_what_is_special(town: RatingPart) -> None:
    notes = {row.name: row.notes for row in town.rows}
    assert notes["Chi bộ cơ sở Trung tâm Y tế"] == ("Chưa xếp loại, có lý do",)
    assert notes["Tập thể lãnh đạo Phòng Tư pháp"] == ("Không xếp loại (chưa đủ 6 tháng)",)
    assert notes["Đảng bộ phường Thạch Quý"] == ("Có nội dung cần xem xét",)
    assert notes["Đảng bộ xã Thạch Hạ"] == ("Quá thời hạn",)
    assert notes["Võ Thị Mẫu 006"] == ("Kết quả cũ đã hủy, công nhận lại",)
    assert notes["Lê Văn Mẫu 002"] == ("Ban Thường vụ Tỉnh ủy quyết định",)


def test_levels_are_counted_by_kind(town: RatingPart) -> None:
    assert town.counts[2] == LevelCount(COLLECTIVES, (3, 4, 0, 0), not_rated=1, waiting=1)
    assert (town.counts[2].rated, town.counts[2].total) == (7, 9)
    assert [short for short, _ in town.levels] == ["HTXSNV", "HTTNV", "HTNV", "KHTNV"]
    assert (town.reviewed, len(town.late)) == (22, 1)


@pytest.mark.rule("HT-9.2")
def test_each_group_of_each_body_has_its_own_quota(town: RatingPart) -> None:
    found = [(line.kinds, line.body, line.size, line.counted, line.scarce, line.seats) for line in town.quotas]
    assert found == [
        (("Đảng bộ cơ sở", "Chi bộ cơ sở"), "Ban Thường vụ Thành ủy", 6, 4, 1, 1),
        ((COLLECTIVES,), FIRST, 5, 3, 2, 1),
        ((COLLECTIVES,), "Nhóm 2: Lãnh đạo UBND thành phố", 3, 1, 1, 0),
        (("Đảng viên",), "Đảng ủy phường Đại Nài", 3, 2, 0, 0),
        (("Cán bộ lãnh đạo, quản lý thành phố",), "Ban Thường vụ Thành ủy", 3, 2, 1, 1),
    ]
    assert [line.held for line in town.quotas] == [True, False, None, True, True]


@pytest.mark.rule("HT-9.1")
def test_an_exceeded_quota_shows_the_minuted_decision(town: RatingPart) -> None:
    reason = "Cả hai tập thể được tặng bằng khen trong năm, hội nghị thống nhất vượt tỷ lệ"
    assert town.quotas[1].overrides == (Grounds(reason, paper("212-QĐ/TU", 12), paper("45-BB/TU", 12)),)
    assert town.quotas[1].base == (
        "Tính trên số xếp loại HTTNV trở lên: 5; tỷ lệ 20%, không làm tròn lên: tối đa 1 HTXSNV."
    )


def test_within_the_quota_minutes_are_no_override(writing: Session) -> None:
    found = [Rated(f"Phòng {one}", TOWN, BOARD, apart=True) for one in range(4)]
    world = rated_world(writing, "kiem-diem-xep-loai", 2024, [Rated("Phòng 9", TOWN, BOARD, BEST, BEST, BEST), *found])
    recognise(world, [0], "5-QĐ/TU", minutes="6-BB/TU")
    (line,) = part(gather(writing, world.round.id)).quotas
    assert (line.held, line.overrides) == (True, ())


@pytest.mark.rule("HT-9.3", "AMB-HT-2")
@pytest.mark.parametrize(("fourth", "seats", "held"), [(GOOD, 1, True), (FAIR, 0, False)])
def test_of_few_one_may_be_the_best_when_none_is_lower(
    writing: Session, fourth: str, seats: int, *, held: bool
) -> None:
    levels = [BEST, GOOD, GOOD, fourth]
    found = [Rated(f"Phòng {place}", TOWN, BOARD, level=level) for place, level in enumerate(levels)]
    (line,) = gathered(writing, *found).quotas
    assert (line.size, line.seats, line.held) == (4, seats, held)


@pytest.mark.rule("AMB-HT-2")
def test_who_is_not_rated_or_waived_is_in_no_quota(writing: Session) -> None:
    found = [Rated(f"Phòng {one}", TOWN, BOARD) for one in range(2)]
    aside = (
        Rated("Mới", TOWN, BOARD, level=None, state="not_rated"),
        Rated("Chờ", TOWN, BOARD, level=None, state="deciding"),
    )
    world = rated_world(writing, "kiem-diem-xep-loai", 2024, [*found, *aside])
    assert part(gather(writing, world.round.id)).quotas[0].size == 3
    waive(world, 3, "Người đứng đầu đang điều trị", "7-CV/TU")
    line = part(gather(writing, world.round.id)).quotas[0]
    assert (line.size, line.held) == (2, True)


def test_an_outstanding_body_has_the_greater_share(forms: Reports) -> None:
    first, second = part(forms["scored"]).quotas
    raised = Grounds("Đảng bộ hoàn thành vượt toàn bộ chỉ tiêu năm", Paper("15-KL/ĐU", date(2025, 12, 10), SIGNER))
    assert (first.size, first.scarce, first.seats, first.held, first.raises) == (9, 2, 2, True, (raised,))
    assert "tỷ lệ 25%" in first.base
    assert (second.raises, "tỷ lệ 20%" in second.base) == ((), True)


def test_another_bodys_raise_does_not_count(writing: Session) -> None:
    world = rated_world(writing, "xep-loai-tap-the", 2025, [Rated("Sở A", "khoi_hanh_chinh", BOARD)])
    outstanding(world, "khac", "hanh_chinh", "Nổi bật", "1-KL/ĐU")
    outstanding(world, BOARD, "dan_cu", "Nổi bật", "2-KL/ĐU")
    assert part(gather(writing, world.round.id)).quotas[0].raises == ()


def test_who_has_no_level_stands_aside_with_the_reason(town: RatingPart) -> None:
    assert [(one.name, one.case, one.grounds) for one in town.asides] == [
        (
            "Tập thể lãnh đạo Phòng Tư pháp",
            "Không xếp loại (chưa đủ 6 tháng)",
            Grounds("Thành lập ngày 01/8/2024, mới được 04 tháng"),
        ),
        (
            "Nguyễn Văn Mẫu 007",
            "Không thuộc đối tượng kiểm điểm",
            Grounds("Được miễn sinh hoạt đảng từ ngày 01/3/2024"),
        ),
        (
            "Lê Văn Mẫu 008",
            "Đã đưa ra khỏi đợt",
            Grounds("Chuyển sinh hoạt đảng ra ngoài thành phố", paper("77-CV/BTCTU", 20, 11)),
        ),
        (
            "Chi bộ cơ sở Trung tâm Y tế",
            "Chưa xếp loại",
            Grounds("Bí thư chi bộ đang điều trị dài ngày", paper("80-CV/BTCTU", 6)),
        ),
    ]
    assert not {"Nguyễn Văn Mẫu 007", "Lê Văn Mẫu 008"} & {row.name for row in town.rows}


def test_who_was_waived_may_be_rated_late(writing: Session) -> None:
    world = rated_world(writing, "kiem-diem-xep-loai", 2024, [Rated("Phòng A", TOWN, BOARD)])
    waive(world, 0, "Chờ kết luận kiểm tra", "8-CV/TU")
    found = part(gather(writing, world.round.id))
    assert [(one.case, one.grounds.reason) for one in found.asides] == [("Xếp loại sau", "Chờ kết luận kiểm tra")]


def test_gaps_are_listed_with_code_and_text(town: RatingPart) -> None:
    words = "Có đảng viên bị kỷ luật nhưng quy định không xếp vào mức nào; đề xuất theo mặc định."
    assert town.flags == (Flagged("Đảng bộ phường Thạch Quý", "Đảng bộ cơ sở", "ANO-HT-7", words, "HTNV"),)


@pytest.mark.rule("HT-10.2")
def test_whom_the_province_manages_is_only_sent_up(town: RatingPart) -> None:
    report = paper("55-BC/TU", 9)
    assert town.sent_up == (
        SentUp("Nguyễn Văn Mẫu 001", "HTXSNV", report, "", Paper()),
        SentUp("Lê Văn Mẫu 002", "HTTNV", report, "HTTNV", paper("912-QĐ/TU", 12)),
    )
    assert all("Cán bộ diện" not in kind for line in town.quotas for kind in line.kinds)


def test_the_last_ballot_gives_the_opinion(writing: Session) -> None:
    above = Rated("Nguyễn Văn A", "can_bo_dien_tinh", BOARD, level=None, state="sent_up")
    world = rated_world(writing, "kiem-diem-xep-loai", 2024, [above])
    happened(world, 0, "send_up", {})
    for winner in (BEST, GOOD):
        voted(world, 0, winner)
    assert part(gather(writing, world.round.id)).sent_up[0].voted == "HTTNV"


@pytest.mark.rule("HT-11.8")
def test_an_annulled_level_stands_beside_the_new_one(town: RatingPart) -> None:
    good, fair = "Hoàn thành tốt nhiệm vụ", "Hoàn thành nhiệm vụ"
    reason = "Kỷ luật khiển trách có hiệu lực ngày 09/12/2024 đối với vi phạm trong năm"
    before, after = Outcome(None, good, paper("31-QĐ/ĐU", 3)), Outcome(None, fair, paper("35-QĐ/ĐU", 12))
    aside = Outcome(None, "Không xếp loại (chưa đủ 6 tháng)", Paper())
    late = "Xác định lại thời điểm giữ chức vụ: đã đủ 06 tháng"
    assert town.replaced == (
        Redecided("Võ Thị Mẫu 006", "Đảng viên", before, after, reason),
        Redecided("Phạm Thị Mẫu 010", "Đảng viên", aside, Outcome(None, good, paper("36-QĐ/ĐU", 12)), late),
    )


def test_degrees_are_listed_where_there_are_no_points(town: RatingPart, forms: Reports) -> None:
    (graded,) = [one for one in town.degrees if one.self_degree]
    assert (graded.name, graded.code, graded.self_degree, graded.appraised_degree, graded.note) == (
        "Trần Thị Mẫu 003",
        "A.1",
        "Tốt",
        "Tốt",
        "Đã đối chiếu",
    )
    scored = forms["scored"]
    assert (part(scored).degrees, part(scored).reviewed) == ((), None)
    assert all(board.has_points for board in part(scored).boards)


def test_the_gathering_body_writes_when_the_authority_is_who_is_told(forms: Reports) -> None:
    heads = [(forms[name].head.sender, forms[name].head.recipient) for name in ("rating", "scored")]
    assert heads == [
        ("Ban Thường vụ Thành ủy", "Ban Thường vụ Tỉnh ủy"),
        ("Ban Thường vụ Đảng ủy", "Ban Tổ chức Tỉnh ủy"),
    ]


def test_an_empty_round_has_nothing_to_say(writing: Session) -> None:
    found = gathered(writing)
    assert (found.boards, found.counts, found.quotas, found.asides, found.late) == ((), (), (), (), ())


def test_the_number_of_queries_does_not_grow(database: Database) -> None:
    rounds = []
    with database.writing() as session:
        for size in (5, 40):
            flags = [("ANO-HT-7", "Trường hợp chưa liệt kê.")]
            found = [Rated(f"{size}-{one}", TOWN, f"co-so-{one}", flags=flags, apart=True) for one in range(size)]
            world = rated_world(session, "kiem-diem-xep-loai", 2024, found)
            for place in range(size):
                recognise(world, [place], "1-QĐ/X", minutes="2-BB/X")
                recognise(world, [place], "3-QĐ/X")
                happened(world, place, "annul_and_recognise", {}, when=at(12, 20))
                waive(world, place, "Lý do", "4-CV/X")
                voted(world, place, GOOD)
            rounds.append(world.round.id)
    few, many = (queries(database, number) for number in rounds)
    assert few == many <= 22


def test_a_waived_prerequisite_is_flagged_in_words(writing: Session) -> None:
    found = gathered(writing, Rated("Phòng A", TOWN, BOARD, flags=[("waiver", "«Phòng B» chưa xếp loại.")], late=True))
    assert found.flags[0].code == "cho xếp loại trước"
    assert notes(found.rows[0]) == "Có nội dung cần xem xét (cho xếp loại trước); quá thời hạn"


def test_a_group_of_nobody_but_the_waived_has_no_line(writing: Session) -> None:
    world = rated_world(writing, "kiem-diem-xep-loai", 2024, [Rated("Phòng A", TOWN, BOARD)])
    waive(world, 0, "Chờ kiện toàn", "9-CV/TU")
    assert part(gather(writing, world.round.id)).quotas == ()


def test_lines_without_a_quota_are_left_out(writing: Session) -> None:
    above = Rated("Nguyễn Văn A", "can_bo_dien_tinh", BOARD)
    lines: tuple[QuotaLine, ...] = gathered(writing, above).quotas
    assert lines == ()
