"""Phrases."""

from datetime import UTC, date, datetime, timedelta

import pytest

from config.vocabulary import Late
from models.decisions import Document
from notifications import wording
from notifications.wording import EFFECTS, numbered, one_line, pending, time_left

CLOSING = datetime(2024, 12, 9, 17, tzinfo=UTC)


@pytest.mark.parametrize(
    ("before", "said"),
    [
        (timedelta(days=7, hours=1), "còn 7 ngày"),
        (timedelta(days=1, microseconds=1), "còn 1 ngày"),
        (timedelta(days=1), "còn 24 giờ"),
        (timedelta(hours=1), "còn 1 giờ"),
        (timedelta(minutes=59, seconds=59), "còn 59 phút"),
        (timedelta(), "còn 0 phút"),
        (-timedelta(days=1), "còn 0 phút"),
    ],
)
def test_time_left_is_counted_in_days_until_the_last_day(before: timedelta, said: str) -> None:
    assert time_left(CLOSING, CLOSING - before) == said


def test_instants_are_local() -> None:
    assert wording.moment(CLOSING - timedelta(seconds=1)) == "23 giờ 59 phút 59 giây ngày 09/12/2024"
    assert wording.minute(CLOSING) == "00 giờ 00 phút ngày 10/12/2024"


def test_every_effect_of_a_deadline_is_said() -> None:
    assert EFFECTS.keys() == set(Late)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  Mẫu \r\n Một ", "Mẫu Một"),
        ("Mẫu\x00 \u202eMột\u200b", "Mẫu Một"),
        ("Mẫ\u0302u", "Mẫ\u0302u"),
        ("Ma\u0302\u0303u", "Mẫu"),
        ("\ud800", ""),
    ],
)
def test_one_line_is_plain_text(text: str, line: str) -> None:
    assert one_line(text) == line


@pytest.mark.parametrize(
    ("count", "revising", "said"),
    [
        (1, 0, "Sở Mẫu chưa nộp hồ sơ năm 2024"),
        (1, 1, "Sở Mẫu đang sửa hồ sơ năm 2024 đã nộp và chưa nộp lại"),
        (3, 0, "3 hồ sơ năm 2024 sau đây chưa nộp"),
        (3, 1, "3 hồ sơ năm 2024 sau đây chưa nộp hoặc chưa nộp lại"),
    ],
)
def test_what_is_pending(count: int, revising: int, said: str) -> None:
    assert pending("Sở Mẫu", "năm 2024", count=count, revising=revising) == said


def paper(number: str = "12-CV/MAU", dated: date | None = date(2024, 11, 4), *, confidential: bool = False) -> Document:
    return Document(kind="launch", number=number, dated=dated, confidential=confidential, recorded_at=CLOSING)


def test_documents_are_named_as_far_as_they_are_known() -> None:
    assert numbered(paper()) == "số 12-CV/MAU ngày 04/11/2024"
    assert numbered(paper(number="")) == "ngày 04/11/2024"
    assert numbered(paper(dated=None)) == "số 12-CV/MAU"
    assert numbered(None) == ""


def test_a_confidential_document_is_not_named_in_mail() -> None:
    assert numbered(paper(confidential=True)) == ""


def test_a_code_is_read_in_fours() -> None:
    assert wording.in_fours("1f2e3d4c5b") == "1F2E 3D4C 5B"
