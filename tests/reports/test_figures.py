import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event
from sqlmodel import Session

from config.programme import Programme
from models.db import Database
from reports.contents import Closing, Removed, RoundReport, Special
from reports.figures import MOST_CRITERIA, gather
from reports.values import Outcome, Paper, Redecided
from states.errors import Unknown
from tests.reports import factory
from tests.reports.factory import LOCK, Unit, at, programme, start

DISTRICT, DEPARTMENT = "Đảng bộ quận, huyện", "Sở, ngành, đơn vị thuộc Ủy ban nhân dân thành phố"


@pytest.fixture
def writing(database: Database) -> Iterator[Session]:
    with database.writing() as session:
        yield session


@pytest.fixture
def da_nang(writing: Session) -> RoundReport:
    return gather(writing, factory.da_nang(writing).round.id)


@pytest.fixture
def van_giang(writing: Session) -> RoundReport:
    return gather(writing, factory.van_giang(writing).round.id)


def names(results: Any) -> list[str]:  # noqa: ANN401  whatever has a name
    return [result.name for result in results]


@pytest.mark.rule("DN-7.1")
def test_results_stand_by_kind_and_place(da_nang: RoundReport) -> None:
    assert [(board.kind, board.group, names(board.results)) for board in da_nang.boards] == [
        (DISTRICT, "", ["Đảng bộ quận Hải Châu", "Đảng bộ quận Thanh Khê", "Đảng bộ huyện Hòa Vang"]),
        (DEPARTMENT, "", ["Sở Nội vụ", 'Sở Văn hóa & Thể thao <thử> ]]> "Ỷ"', "Sở Giao thông vận tải"]),
    ]
    assert da_nang.kinds == (DISTRICT, DEPARTMENT)
    first, second, third = da_nang.boards[0].results
    assert [(one.place, one.tied) for one in (first, second, third)] == [(1, True), (1, True), (3, False)]
    assert first.reason == "Hạng 1 trong 3 đơn vị của nhóm; cùng 95,25 điểm với 1 đơn vị khác."
    assert (first.self_total, first.appraised_total, first.decided_total) == (
        Decimal("97.5"),
        Decimal("95.25"),
        Decimal("95.25"),
    )
    assert first.state == "Đã báo cáo"
    assert da_nang.boards[0].decided == (Decimal("95.25"), Decimal("95.25"), Decimal("89.5"))


@pytest.mark.rule("DN-7.1")
def test_the_zeros_are_those_locked_and_are_not_late_as_well(da_nang: RoundReport) -> None:
    assert [(zero.name, zero.closes_at, zero.decided_total) for zero in da_nang.zeros] == [
        ("Sở Giao thông vận tải", LOCK, Decimal(0))
    ]
    assert (da_nang.zero_rule, da_nang.late) == (True, ())


@pytest.mark.rule("DN-7.1")
def test_special_cases_are_the_granted_extensions(da_nang: RoundReport) -> None:
    paper = Paper("125-CV/BDVTU", date(2024, 12, 8), "Lê Văn Mẫu")
    reason = "Khắc phục hậu quả mưa lũ tại các xã phía tây"
    until, submitted = at(12, 16, 0), at(12, 14, 15, 20)
    assert da_nang.specials == (Special("Đảng bộ huyện Hòa Vang", DISTRICT, reason, paper, until, submitted),)


def test_who_is_removed_is_out_of_every_other_list(da_nang: RoundReport) -> None:
    paper = Paper("130-CV/BDVTU", date(2024, 12, 2), "Lê Văn Mẫu")
    gone = Removed("Ban Quản lý cũ", DEPARTMENT, "Đã đưa ra khỏi đợt", "Đã giải thể, sáp nhập", paper)
    assert da_nang.removed == (gone,)
    assert gone.name not in names(da_nang.results)
    assert gone.name not in {row.name for row in da_nang.criteria}


def test_a_new_decision_shows_what_it_replaced(da_nang: RoundReport) -> None:
    signer, day = "Lê Văn Mẫu", date(2024, 12, 20)
    before = Outcome(Decimal("97.75"), "", Paper("40-QĐ/BDVTU", day, signer))
    after = Outcome(Decimal(98), "", Paper("44-QĐ/BDVTU", day, signer))
    reason = "Bổ sung minh chứng hợp lệ của tiêu chí I.1"
    assert da_nang.redecided == (Redecided("Sở Nội vụ", DEPARTMENT, before, after, reason),)


def test_differences_are_between_self_and_appraised(da_nang: RoundReport) -> None:
    assert [(one.name, one.difference) for one in da_nang.differing[:3]] == [
        ("Đảng bộ quận Hải Châu", Decimal("-2.25")),
        ("Đảng bộ huyện Hòa Vang", Decimal("1.5")),
        ("Sở Nội vụ", Decimal("-2.25")),
    ]


def test_counts_and_closings(da_nang: RoundReport) -> None:
    assert (da_nang.asked, da_nang.explained) == (2, 1)
    assert da_nang.states == (("Đã báo cáo", 6), ("Đã đưa ra khỏi đợt", 1))
    assert da_nang.closings == (
        Closing("Tự đánh giá, chấm điểm", at(12, 10, 0)),
        Closing("Thẩm định, quyết định và báo cáo", at(12, 30, 0)),
    )


def test_a_numbered_report_is_no_draft_and_bears_its_own_date(da_nang: RoundReport) -> None:
    assert da_nang.paper == Paper("127", date(2024, 12, 26), "Lê Văn Mẫu")
    assert (da_nang.draft, da_nang.made_at) == (False, at(12, 26, 0))


def test_the_latest_seal_counts(da_nang: RoundReport) -> None:
    assert da_nang.seal is not None
    assert da_nang.seal.root == factory.ROOT
    assert da_nang.seal.groups == ("01234567", "89abcdef") * 4


def test_a_supplementary_seal_covers_what_was_decided_again(writing: Session) -> None:
    world = factory.da_nang(writing)
    world.seal("supplementary", "a" * 64)
    world.seal("nightly", "b" * 64)
    found = gather(writing, world.round.id).seal
    assert found is not None
    assert found.root == "a" * 64


@pytest.mark.rule("X-N5")
def test_criteria_show_the_three_copies_and_never_the_draft(da_nang: RoundReport) -> None:
    first, second = da_nang.criteria[:2]
    assert (first.code, first.most) == ("I.1", Decimal(4))
    shown = (first.self_points, first.appraised_points, first.decided_points, first.note)
    assert shown == (Decimal(4), Decimal("2.5"), Decimal("2.5"), "Thiếu kế hoạch năm")
    assert (second.code, second.self_points, second.appraised_points, second.note) == ("I.2", None, None, "")


@pytest.mark.rule("VG-1.4")
def test_bodies_come_from_the_programme(van_giang: RoundReport) -> None:
    head = van_giang.head
    assert (head.sender, head.recipient) == ("UBND huyện Văn Giang", "Sở Nội vụ tỉnh Hưng Yên")
    assert (head.layout, head.parent, head.signed_for) == ("administrative", "", "TM. Ủy ban nhân dân")


@pytest.mark.rule("VG-1.6")
def test_the_own_dossier_only_passes_through(van_giang: RoundReport) -> None:
    assert names(van_giang.forwarded) == ["UBND huyện Văn Giang"]
    assert van_giang.forwarded[0].state == "Đã gửi UBND tỉnh (qua Sở Nội vụ)"
    assert "UBND huyện Văn Giang" not in names(van_giang.results)


def test_late_is_flagged_and_nothing_is_zeroed(van_giang: RoundReport) -> None:
    assert (names(van_giang.late), van_giang.zeros, van_giang.zero_rule) == (["Phòng Tư pháp"], (), False)


def test_without_a_number_it_is_a_draft_of_the_time_of_its_seal(van_giang: RoundReport) -> None:
    assert van_giang.seal is not None
    assert (van_giang.draft, van_giang.paper, van_giang.made_at) == (True, Paper(), van_giang.seal.at)


@pytest.mark.rule("VG-4.6")
def test_no_level_while_the_bands_are_unconfirmed(van_giang: RoundReport) -> None:
    assert van_giang.levels == "proposed"
    assert {result.level for result in van_giang.results} == {""}
    assert [result.proposed_level for result in van_giang.boards[0].results] == ["Xuất sắc", "Tốt"]


def test_confirmed_bands_give_the_level(writing: Session) -> None:
    asked = programme("dan-van-chinh-quyen")
    confirmed = changed(asked, levels={"status": "confirmed"})
    unit = Unit("Phòng Nội vụ", "co_quan_chuyen_mon", proposed="tot", level="xuat_sac")
    report = gather(writing, start(writing, confirmed.slug, 2022, [unit], using=confirmed).round.id)
    assert (report.levels, [result.level for result in report.results]) == ("decided", ["Xuất sắc"])


def test_ranked_within_groups_each_has_its_board(writing: Session) -> None:
    grouped = changed(programme("dan-chu-co-so"), ranking={"within": "group"})
    units = [
        Unit("Một", group="Khối B"),
        Unit("Hai", group="Khối A"),
        Unit("Ba", group="Khối B", decided="80"),
        Unit("Bốn", "dang_bo_quan_huyen", group="Khối B", decided="85"),
    ]
    report = gather(writing, start(writing, grouped.slug, 2024, units, using=grouped).round.id)
    assert [(board.group, board.kind, names(board.results)) for board in report.boards] == [
        ("Khối B", f"{DEPARTMENT}; {DISTRICT}", ["Một", "Bốn", "Ba"]),
        ("Khối A", DEPARTMENT, ["Hai"]),
    ]
    assert report.kinds == (DEPARTMENT, DISTRICT)


def test_a_round_that_is_too_large_leaves_the_criteria_out(writing: Session) -> None:
    world = factory.da_nang(writing)
    world.assessments[0].leaves = MOST_CRITERIA + 1
    writing.add(world.assessments[0])
    writing.flush()
    assert gather(writing, world.round.id).criteria == ()


def test_an_empty_round_has_nothing_to_say(writing: Session) -> None:
    report = gather(writing, start(writing, "dan-chu-co-so", 2024, []).round.id)
    assert (report.boards, report.states, report.closings, report.seal) == ((), (), (), None)
    assert (report.asked, report.explained, report.draft, report.made_at) == (0, 0, True, LOCK)


def test_an_unknown_round_is_refused(writing: Session) -> None:
    with pytest.raises(Unknown, match="đợt số 7"):
        gather(writing, 7)


@pytest.mark.parametrize("slug", ["dan-chu-co-so", "dan-van-chinh-quyen"])
def test_the_number_of_queries_does_not_grow(database: Database, slug: str) -> None:
    kind = next(iter(programme(slug).subject_kinds))
    rounds = []
    with database.writing() as session:
        for size in (5, 50):
            world = start(session, slug, 2024, [Unit(f"Đơn vị {size}-{number}", kind) for number in range(size)])
            for place in range(size):
                world.extend(place, "Lý do", "1-CV/X", LOCK)
                world.ask(place, ["I.1"], answered=True)
                world.decide([place], "2-QĐ/X", ["90"])
                world.decide([place], "3-QĐ/X", ["91"])
                world.mark(place, "self", "I.1", "1")
            rounds.append(world.round.id)
    few, many = (queries(database, round_id) for round_id in rounds)
    assert few == many <= 12


def queries(database: Database, round_id: int) -> int:
    with database.reading() as session, counting(session) as statements:
        gather(session, round_id)
    return len(statements)


@contextmanager
def counting(session: Session) -> Iterator[list[str]]:
    statements: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_rest: object) -> None:  # noqa: ANN401
        statements.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", count)
    yield statements
    event.remove(engine, "before_cursor_execute", count)


def changed(chosen: Programme, **parts: Mapping[str, object]) -> Programme:
    document = json.loads(chosen.document())
    return Programme.from_document(
        json.dumps({**document, **{key: document[key] | part for key, part in parts.items()}})
    )
