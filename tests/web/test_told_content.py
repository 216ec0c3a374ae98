"""What was kept beside rows reads as an official writes it: statements, proposals, degrees, and not as it is stored."""

from decimal import Decimal

import pytest

from config.load import load_programme
from states.past import Told
from web.told_content import said, worth_of

RATED = load_programme("kiem-diem-xep-loai")
BEST, NEXT, LOW = list(RATED.level_labels)[:2] + list(RATED.level_labels)[-1:]


def finding(text: str, *, held: bool | None) -> dict[str, object]:
    return {"held": held, "clause": "5.1", "rule": "HT-7.2", "text": text}


def test_a_proposal_says_what_holds_and_what_does_not() -> None:
    tried = [
        {"level": BEST, "held": False, "findings": [finding("một", held=False), finding("hai", held=None)]},
        {"level": NEXT, "held": True, "findings": [finding("ba", held=True)]},
        {"level": LOW, "held": False, "findings": [finding("bốn", held=False)]},
    ]
    flags = [{"code": "ANO-1", "text": "xem lại"}]
    told = dict(said("propose", {"level": None, "possible": [NEXT], "tried": tried, "flags": flags}, RATED))
    labels = RATED.level_labels
    assert told == {
        "Các mức có thể": labels[NEXT],
        f"Mức «{labels[BEST]}»": "chưa đạt: một. chưa đủ căn cứ: hai",
        f"Mức «{labels[NEXT]}»": "đạt mọi điều kiện",
        f"Mức «{labels[LOW]}»": "không thuộc trường hợp nào",
        "Lưu ý": "xem lại",
    }


@pytest.mark.parametrize(
    ("act", "content", "expected"),
    [
        ("state", {"disunity": "no", "targets": "20"}, ["không", "20"]),
        ("name_spot", {"name": "Mô hình"}, [("Tên điểm sáng", "Mô hình")]),
        ("declare_person", {"name": "Nguyễn A"}, [("Họ tên", "Nguyễn A")]),
        ("add_evidence", [{"name": "a.pdf"}], []),
        ("submit", {"total": "92.5000", "level": BEST}, ["92,5", RATED.level_labels[BEST]]),
        (
            "record_discipline",
            {"who": "member", "effective_on": "2024-03-02", "remedied": True, "acted_on": None},
            [("Bị kỷ luật", "thành viên"), "02/03/2024", ("Tự phát hiện, khắc phục", "có")],
        ),
        ("answer_explanation", {"II.3": "Đã bổ sung"}, [("II.3", "Đã bổ sung")]),
    ],
)
def test_contents_read_as_words(act: str, content: object, expected: list[object]) -> None:
    told = list(said(act, content, RATED))
    assert [pair if isinstance(want, tuple) else pair[1] for pair, want in zip(told, expected, strict=True)] == expected
    assert not any("_" in label for label, _value in told)


@pytest.mark.parametrize(
    ("entry", "text"),
    [
        ('{"degree":"tot"}', "Tốt"),
        ('{"passed":false}', "Không đạt"),
        ('{"not_applicable":true}', "Không áp dụng"),
        ('{"points":"2.5"}', "2,5"),
    ],
)
def test_a_mark_reads_as_it_was_given(entry: str, text: str) -> None:
    assert worth_of(Told(Decimal("2.5"), entry, "")) == text
    assert worth_of(None) == ""
