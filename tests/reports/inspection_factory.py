"""The file of a dossier for inspection, made up: every part is there, and texts in it that mean something elsewhere."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from reports import inspection as told
from reports.inspection import Inspection

AT: Final = datetime(2024, 12, 9, 16, 59, 59, tzinfo=UTC)
HASH: Final = "0123456789abcdef" * 4
MARKUP: Final = '#eval("1") $x^2$ `r` *b* _u_ @ref <nhan> // \\u{1} [x] ] } #set page(fill: red) """ &amp; <w:t> ]]>'
TURNED: Final = "Công\u202etxt.exe\u202c \u200bkín\u00ad"
NAME: Final = "Ủy ban nhân dân xã Thử Nghiệm Ngữ Ưỡng Ợ & <Đồng>"


def inspection(**changes: Any) -> Inspection:  # noqa: ANN401  any field
    """The file, with other values of some fields."""
    made = Inspection(
        assessment=12,
        as_of=AT,
        rehearsal=True,
        opened=False,
        round=_round(),
        subject=_subject(),
        outcome=_outcome(),
        events=_events(),
        sheet=f"Biểu 1 {MARKUP}",
        has_points=True,
        marks=_marks(),
        evidence=_evidence(),
        questions=_questions(),
        decisions=_decisions(),
        heads=(told.Head(entity="assessment:12", rows=5, hash=HASH), told.Head(entity="round:3", rows=9, hash=HASH)),
        seals=(told.SealTold(kind="reported", kind_text="Khi báo cáo", at=AT, seal=HASH, row=4),),
    )
    return made.model_copy(update=changes)


def _round() -> told.RoundTold:
    return told.RoundTold(
        id=3,
        title="Đánh giá năm 2024",
        programme="dan-chu-co-so",
        year=2024,
        state="reported",
        state_text="Đã báo cáo",
        owner="Ban Dân vận",
    )


def _subject() -> told.SubjectTold:
    return told.SubjectTold(
        code="dv-1", name=NAME, kind="xa", kind_text="Xã, phường", group="Khối 1", parent="Huyện Mẫu"
    )


def _outcome() -> told.Outcome:
    return told.Outcome(
        state="reported",
        state_text="Đã báo cáo",
        closes_at=AT + timedelta(seconds=1),
        submitted_at=AT,
        zeroed=False,
        late=True,
        self_total=Decimal("92.5"),
        appraised_total=Decimal(90),
        decided_total=Decimal(90),
        proposed_level="Tốt",
        level="tot",
        level_text="Tốt",
        place=2,
        tied=True,
        place_reason="Bằng tổng điểm",
    )


def _events() -> tuple[told.Event, ...]:
    marks = (told.MovedMark(code="I.1", label="Tiêu chí", before="", after="2,5", note=MARKUP),)
    facts = (told.Told(label="Lý do", value=MARKUP), told.Told(label="Tệp", value=TURNED))
    return (
        told.Event(
            seq=1,
            at=AT,
            act="submit",
            title="Nộp bản tự đánh giá",
            by="account:4",
            who=("Nguyễn Ví Dụ, Chánh Văn phòng (cán bộ đơn vị)",),
            before="Đang tự đánh giá",
            after="Đã nộp",
            facts=facts,
            marks=marks,
            copy_of="Tự chấm",
            hash=HASH,
        ),
        told.Event(seq=None, at=AT, act="receipt", title="Biên nhận", by="", who=("Văn phòng",), status="sent"),
        told.Event(
            seq=2, at=AT, act="declare_conflict", title="Khai báo", by="account:5", who=("X",), confidential=True
        ),
    )


def _marks() -> tuple[told.Line, ...]:
    two = told.Mark(points=Decimal("2.5"), text="2,5")
    low = told.Mark(points=Decimal(2), text="2", note=MARKUP)
    group: dict[str, Any] = {
        "depth": 0,
        "is_group": True,
        "most": Decimal(10),
        "self_mark": two,
        "appraised": low,
        "decided": low,
    }
    leaf: dict[str, Any] = {
        "depth": 1,
        "is_group": False,
        "most": Decimal("2.5"),
        "self_mark": two,
        "appraised": low,
        "decided": None,
    }
    return (
        told.Line(code="I", label="Lãnh đạo, chỉ đạo", **group),
        *(told.Line(code=f"I.{place}", label=f"Tiêu chí số {place}", **leaf) for place in range(1, 41)),
    )


def _evidence() -> tuple[told.Exhibit, ...]:
    file: dict[str, Any] = {
        "criterion": "I.1",
        "kind": "file",
        "name": TURNED,
        "sha256": HASH,
        "size": 123456,
        "media_type": "application/pdf",
        "address": "",
        "number": "",
        "dated": "",
        "at": AT,
        "removed_at": None,
        "replaces": None,
        "declared_at": AT,
        "checked_at": AT,
        "outcome": "undeclared",
        "verdict": "Đơn vị tự khai",
        "sentence": "Tệp PDF có chữ, không có chữ ký số.",
    }
    secret = {"kind": "confidential", "name": "", "sha256": "", "number": "05-BC/M", "dated": "2024-11-02"}
    blank = {"size": 0, "media_type": "", "verdict": "", "sentence": "", "outcome": "", "declared_at": None}
    return (
        told.Exhibit(id=1, **file),
        told.Exhibit(id=2, **file | secret | blank),
        told.Exhibit(id=3, **file | blank | {"kind": "link", "sha256": "", "address": "https://vi-du.vn/#a_*b*"}),
    )


def _questions() -> tuple[told.Question, ...]:
    answers = (
        told.Answer(criterion="I.1", answer=MARKUP, at=AT),
        told.Answer(criterion="I.2", answer=None, at=None),
    )
    return (
        told.Question(
            id=1,
            by="Trần Mẫu",
            question=MARKUP,
            at=AT,
            closes_at=AT + timedelta(seconds=1),
            status="answered",
            status_text="Đã trả lời",
            answers=answers,
        ),
    )


def _decisions() -> tuple[told.Ruling, ...]:
    one: dict[str, Any] = {
        "id": 1,
        "decided_at": AT,
        "number": "07-QĐ/BDV",
        "dated": "2024-12-20",
        "signer": "Lê Thử",
        "confidential": False,
        "total": Decimal(90),
        "level": "tot",
        "level_text": "Tốt",
        "reason": MARKUP,
        "annulled_at": AT,
    }
    hidden = {"id": 2, "number": "", "dated": "", "signer": "", "confidential": True, "reason": "", "annulled_at": None}
    return told.Ruling(**one), told.Ruling(**one | hidden)
