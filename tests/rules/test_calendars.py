"""The dates and degrees of seeds 001 and 004, held against the workflows that come along."""

from datetime import datetime

import pytest

from config.calendar import LOCAL
from config.load import HOME, load_workflow
from config.sheet import Degree

REVIEW = load_workflow(HOME / "workflows" / "kiem-diem-xep-loai.yaml")
SPOTS = load_workflow(HOME / "workflows" / "diem-sang.yaml")


@pytest.mark.rule("HT-12.3")
@pytest.mark.parametrize("year", [2024, 2025])
def test_one_round_has_three_closings(year: int) -> None:
    assert {one.stage: one.closes_at(year) for one in REVIEW.deadlines} == {
        "grassroots": datetime(year, 12, 5, tzinfo=LOCAL),
        "dossiers": datetime(year, 12, 10, tzinfo=LOCAL),
        "city": datetime(year, 12, 15, tzinfo=LOCAL),
    }


@pytest.mark.rule("NA-5.1", "X-D2")
def test_recognition_is_open_from_its_first_day_through_its_last() -> None:
    (window,) = [one for one in SPOTS.deadlines if one.stage == "recognition"]
    assert window.opens_at(2024) == datetime(2024, 10, 15, tzinfo=LOCAL)
    assert window.closes_at(2024) == datetime(2024, 12, 1, tzinfo=LOCAL)
    recognising = [step for step in SPOTS.assessment.transitions if step.do == "recognise"]
    assert {step.window for step in recognising} == {"recognition"}


@pytest.mark.rule("HT-5.4")
def test_a_criterion_has_one_of_four_degrees() -> None:
    assert [degree.label for degree in Degree] == ["Xuất sắc", "Tốt", "Trung bình", "Kém"]
