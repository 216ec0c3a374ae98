"""The guards of review, rating, ballots and recognition: each with both answers; then those of the review."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any, NamedTuple

import pytest
from sqlmodel import Session

from config import vocabulary
from config.calendar import LOCAL, DaysOff
from config.programme import Programme, Switches
from config.vocabulary import Box, ClosedBox, Edges, Forms, Months, Parameters, Parts, WorkingDays
from danhgia.bench.world import NOW, fill
from models.db import Database, run
from models.types import to_micros
from states.errors import Refusal
from states.facts import Dossier
from states.guards import holds
from states.procedure import EXCLUSIONS
from states.reading import Box as Ballot
from tests.states.procedures import (
    LATER,
    SPOTS,
    WARD,
    Given,
    after,
    asked,
    blocking,
    box,
    cell,
    chosen_by_share,
    enclosed,
    facts,
    happened,
    leader,
    of,
    opinion,
    rated,
    reviewing,
    since,
    spot,
    stated,
)
from tests.states.worlds import dossier, insert


class Case(NamedTuple):
    """What makes a guard hold, what does not, and the sentence of the refusal."""

    guard: str
    held: Given
    broken: Given
    sentence: str
    parameters: Parameters = Parameters()


CASES = [
    Case(
        "excluded_kind",
        after(lambda session: stated(session, "exempt", "yes")),
        after(lambda session: stated(session, "exempt", "no")),
        "Chưa ghi trường hợp miễn, đình chỉ sinh hoạt hoặc mới kết nạp chưa đủ 06 tháng.",
    ),
    Case(
        "form_attached",
        after(lambda session: enclosed(session, "mau-02a")),
        after(lambda session: enclosed(session, "mau-01")),
        "Hồ sơ chưa có Bản kiểm điểm cá nhân (Mẫu 02A) hoặc Mẫu 04; đính kèm trước khi chuyển bước.",
        Forms(form=("mau-02a", "mau-04")),
    ),
    Case(
        "open_suggestion",
        after(lambda session: happened(session, "suggest", NOW)),
        facts,
        "Hồ sơ không có gợi ý kiểm điểm nào đang chờ thống nhất báo cáo.",
    ),
    Case(
        "working_days_since",
        after(lambda session: happened(session, "send_draft", NOW - timedelta(days=5))),
        after(lambda session: happened(session, "send_draft", NOW - timedelta(days=1))),
        "Dự thảo phải gửi trước ít nhất 03 ngày làm việc; đến nay mới được 01 ngày.",
        WorkingDays(event="send_draft", at_least=3),
    ),
    Case(
        "reviewed_first",
        lambda session: reviewing(session, reviewed=True),
        lambda session: reviewing(session, reviewed=False),
        "Phải kiểm điểm trước: Đơn vị 2.",
        Edges(edges="review_order"),
    ),
    Case(
        "decided_first",
        lambda session: cell(session, state="recognised"),
        cell,
        "Phải xếp loại trước: Đơn vị 2.",
        Edges(edges="rating_order"),
    ),
    Case(
        "months_in_post",
        lambda session: since(session, date(2024, 7, 15)),
        lambda session: since(session, date(2024, 6, 10)),
        "Chỉ để không xếp loại khi chưa đủ 06 tháng; hồ sơ này đã đủ 6 tháng.",
        Months(below=6),
    ),
    Case(
        "all_degrees_given",
        lambda session: facts(session, leaves=7, scored=7),
        lambda session: facts(session, leaves=7, scored=5),
        "Còn 2 tiêu chí chưa ghi cấp độ.",
    ),
    Case(
        "ballot_closed",
        after(lambda session: box(session, "decision")),
        after(lambda session: box(session, "decision", "open")),
        "Chưa kiểm phiếu xong «Phiếu quyết định mức xếp loại».",
        ClosedBox(box="decision"),
    ),
    Case(
        "ballot_majority",
        after(lambda session: box(session, "decision", winner="httnv")),
        after(lambda session: box(session, "decision")),
        "«Phiếu quyết định mức xếp loại» chưa có mức nào đạt quá bán.",
        Box(box="decision"),
    ),
    Case(
        "opinions_settled",
        after(lambda session: opinion(session, "silent")),
        after(lambda session: opinion(session, "open")),
        "Còn 1 nơi chưa trả lời ý kiến và chưa hết hạn.",
    ),
    Case(
        "proposal_made",
        after(
            lambda session: insert(
                session, "proposal", assessment_id=1, made_at=to_micros(NOW), flagged=False, body="{}"
            )
        ),
        facts,
        "Chưa lập đề xuất mức xếp loại cho hồ sơ này.",
    ),
    Case(
        "shares_kept",
        lambda session: chosen_by_share(session, "II.3.c"),
        lambda session: chosen_by_share(session, "II.3.a"),
        "Tiêu chí II.3: Tỷ lệ tập thể cùng cấp và tổ chức trực thuộc hoàn thành tốt nhiệm vụ trở lên đạt 2/3 (66,6%) "
        "thì chọn mức 3.c, không chọn mức 3.a.",
    ),
    Case(
        "within_cap",
        lambda session: leader(session, "httnv"),
        lambda session: leader(session, "htxsnv"),
        "Người đứng đầu không được xếp loại cao hơn: Đơn vị 2.",
    ),
    Case(
        "within_quota",
        lambda session: rated(session, *["httnv"] * 4),
        lambda session: rated(session, "htxsnv", *["httnv"] * 3),
        "Vượt tỷ lệ: có 2 HTXSNV. "
        "Tính trên số xếp loại HTTNV trở lên: 5; tỷ lệ 20%, không làm tròn lên: tối đa 1 HTXSNV.",
    ),
    Case(
        "override_allowed",
        facts,
        lambda session: facts(session, programme=blocking()),
        "Chương trình này không cho phép vượt tỷ lệ.",
    ),
    Case(
        "dossier_complete",
        after(lambda session: enclosed(session, "tham_dinh", "cong_van_de_nghi")),
        lambda session: facts(session, "qcdc", SPOTS),
        "Hồ sơ còn thiếu: Đánh giá, thẩm định của Ban Dân vận hoặc cán bộ phụ trách cùng cấp, "
        "Công văn đề nghị công nhận.",
        Parts(parts=("tham_dinh", "cong_van_de_nghi")),
    ),
    Case(
        "criteria_passed",
        lambda session: spot(session, passed=True),
        lambda session: spot(session, passed=False),
        "Chưa đạt các tiêu chí: I.1.",
    ),
    Case(
        "registered_in_time",
        after(lambda session: happened(session, "register", NOW)),
        facts,
        "Điểm sáng chưa đăng ký nên không công nhận được.",
    ),
]


def test_a_guard_has_both_answers(database: Database) -> None:
    fill(database, 5)
    for case in CASES:
        assert (case.guard, asked(database, case.guard, case.parameters, case.held)) == (case.guard, None)
        refusal = Refusal(case.guard, case.sentence)
        assert asked(database, case.guard, case.parameters, case.broken) == refusal


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.guard)
def test_a_guard_takes_the_parameters_of_the_vocabulary(case: Case) -> None:
    assert type(case.parameters) is vocabulary.GUARDS[case.guard]


@pytest.mark.rule("HT-1.4")
def test_three_cases_take_a_member_out_of_the_review(database: Database) -> None:
    fill(database, 1)
    answers = {
        name: asked(database, "excluded_kind", Parameters(), after(partial(stated, name=name, value="yes"))) is None
        for name in (*EXCLUSIONS, "outstanding")
    }
    assert answers == {"exempt": True, "suspended": True, "newly_admitted": True, "outstanding": False}


def sent(day: str) -> Callable[[Session], None]:
    return lambda session: happened(session, "send_draft", datetime.fromisoformat(f"{day} 17:00").replace(tzinfo=LOCAL))


def meets(day: str, programme: Programme = WARD) -> Mapping[str, Any]:
    return {"now": datetime.fromisoformat(f"{day} 00:00").replace(tzinfo=LOCAL), "programme": programme}


@pytest.mark.rule("HT-4.2", "X-D7")
def test_the_draft_is_sent_three_working_days_ahead(database: Database) -> None:
    """Vector 16: sent on Thursday 01/12/2022, met on Tuesday 06/12; read strictly, on the day after (X-D7)."""
    fill(database, 1)
    strict = WARD.model_copy(update={"switches": Switches(draft_day_counts=False)})
    three = WorkingDays(event="send_draft", at_least=3)
    days = {
        day: [
            asked(database, "working_days_since", three, after(sent("2022-12-01"), **meets(day, read))) is None
            for read in (WARD, strict)
        ]
        for day in ("2022-12-05", "2022-12-06", "2022-12-07")
    }
    assert days == {"2022-12-05": [False, False], "2022-12-06": [True, False], "2022-12-07": [True, True]}


@pytest.mark.rule("HT-4.2", "X-D7")
def test_holidays_and_days_worked_instead_are_counted_as_the_year_says(database: Database) -> None:
    fill(database, 1)
    three = WorkingDays(event="send_draft", at_least=3)
    changed = DaysOff(off=(date(2022, 12, 5),), worked=(date(2022, 12, 3),))
    moved, further = (
        WARD.model_copy(update={"days_off": days}) for days in (changed, DaysOff(off=(date(2022, 12, 6),)))
    )
    given = [("2022-12-06", moved), ("2022-12-06", further), ("2022-12-07", further)]
    answers = [
        asked(database, "working_days_since", three, after(sent("2022-12-01"), **meets(*one))) is None for one in given
    ]
    assert answers == [True, False, True]
    new_year = after(sent("2022-12-29"), **meets("2023-01-03"))
    assert asked(database, "working_days_since", three, new_year) == Refusal(
        "working_days_since", "Dự thảo phải gửi trước ít nhất 03 ngày làm việc; đến nay mới được 02 ngày."
    )


def test_a_draft_that_was_never_sent_and_one_sent_again(database: Database) -> None:
    fill(database, 1)
    three = WorkingDays(event="send_draft", at_least=3)
    never = asked(database, "working_days_since", three, facts)
    assert never is not None
    assert never.sentence.endswith("mới được 00 ngày.")

    def twice(session: Session) -> None:
        happened(session, "send_draft", NOW - timedelta(days=30))
        happened(session, "send_draft", NOW, 2)

    assert asked(database, "working_days_since", three, after(twice)) is not None


@pytest.mark.rule("HT-4.5")
def test_a_suggestion_is_open_until_the_superior_agrees_to_the_report(database: Database) -> None:
    fill(database, 1)

    def answered(session: Session, *, again: bool = False) -> None:
        happened(session, "suggest", NOW)
        happened(session, "agree_report", LATER, 2)
        if again:
            happened(session, "suggest", LATER + timedelta(hours=1), 3)

    assert asked(database, "open_suggestion", Parameters(), after(answered)) is not None
    assert asked(database, "open_suggestion", Parameters(), after(lambda at: answered(at, again=True))) is None
    assert holds("open_suggestion", dossier()).sentence == (
        "Có gợi ý kiểm điểm: cấp trên phải thống nhất báo cáo trước."
    )


@pytest.mark.rule("HT-11.10")
def test_six_calendar_months_are_enough(database: Database) -> None:
    """Vector 12; who has no day of appointment is not set aside."""
    fill(database, 1)
    days = [date(2024, 7, 15), date(2024, 6, 11), date(2024, 6, 10), date(2025, 1, 1)]
    given = [asked(database, "months_in_post", Months(below=6), of(since, day)) is None for day in days]
    assert given == [True, True, False, True]
    unknown = asked(database, "months_in_post", Months(below=6), facts)
    assert unknown is not None
    assert unknown.sentence.endswith("hồ sơ này chưa ghi ngày nhận chức vụ.")


def test_criteria_have_to_be_appraised_first(database: Database) -> None:
    fill(database, 1)
    short = len(SPOTS.sheet_for("qcdc").leaves()) - 1
    refusal = asked(database, "criteria_passed", Parameters(), of(spot, passed=True, appraised=short))
    assert refusal == Refusal("criteria_passed", "Còn 1 tiêu chí chưa thẩm định.")


def test_all_criteria_that_are_not_met_are_named(database: Database) -> None:
    fill(database, 1)

    def unmet(session: Session) -> Dossier:
        made = spot(session, passed=False)
        run(session, "UPDATE mark SET entry = '{\"passed\": false}' WHERE criterion = 'I.2'")
        return made

    refusal = asked(database, "criteria_passed", Parameters(), unmet)
    assert refusal == Refusal("criteria_passed", "Chưa đạt các tiêu chí: I.1, I.2.")


def test_a_box_that_the_programme_does_not_name_goes_by_its_code(database: Database) -> None:
    fill(database, 1)
    refusal = asked(database, "ballot_majority", Box(box="confidence_2"), facts)
    assert refusal == Refusal("ballot_majority", "«confidence_2» chưa có mức nào đạt quá bán.")


def test_the_last_box_of_a_name_is_read_with_its_tally(database: Database) -> None:
    fill(database, 1)

    def twice(session: Session) -> None:
        box(session, "decision", "open")
        box(session, "decision", winner="httnv")

    with database.trying() as session:
        found = after(twice)(session).file.box("decision")
    assert found == Ballot(2, closed=True, counts={"httnv": 10}, winner="httnv")


@pytest.mark.rule("NA-3.2")
def test_a_late_registration_that_was_accepted_counts(database: Database) -> None:
    """AMB-NA-2."""
    fill(database, 1)
    late = after(lambda session: happened(session, "register_late", NOW))
    assert asked(database, "registered_in_time", Parameters(), late) is None
