"""The file of a dossier for inspection as a PDF: its values as an official reads them, for templates/inspection.typ."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any, Final

from config.calendar import LOCAL, date_text, deadline_text
from reports import wording
from reports.inspection import Event, Exhibit, Inspection, Line, Mark, Question, Ruling, SealTold
from reports.typst_pdf import written
from scoring.numbers import format_points

TEMPLATE: Final = "inspection.typ"
TITLE: Final = "Hồ sơ phục vụ kiểm tra, giám sát"
_GROUP: Final = 8
_KILO: Final = 1024
_CLOSED: Final = "Nội dung mật: không đưa vào tệp này; mở từng dòng ở trang lịch sử, việc mở được ghi lại."
_ERASED: Final = "Nội dung kèm theo đã được xóa bằng một việc có ghi lịch sử."
_COLUMNS: Final = ("Tự chấm", "Thẩm định", "Quyết định")


def written_pdf(told: Inspection) -> bytes:
    """The PDF; the same values give the same bytes."""
    return written(TEMPLATE, _values(told))


def _values(told: Inspection) -> dict[str, Any]:
    local = told.as_of.astimezone(LOCAL)
    return {
        "title": TITLE,
        "name": told.subject.name,
        "author": told.round.owner,
        "round": told.round.title,
        "mark": wording.REHEARSAL if told.rehearsal else "",
        "number": f"Hồ sơ số {told.assessment}",
        "stand": f"Số liệu đến {_moment(told.as_of)}",
        "date": [local.year, local.month, local.day, local.hour, local.minute, local.second],
        "facts": [*_facts(told)],
        "totals": _totals(told),
        "has_points": told.has_points,
        "sheet": told.sheet,
        "marks": [_line(one, has_points=told.has_points) for one in told.marks],
        "evidence": [_exhibit(one) for one in told.evidence],
        "questions": [_question(one) for one in told.questions],
        "decisions": [_ruling(one) for one in told.decisions],
        "events": [_event(one, opened=told.opened) for one in told.events],
        "heads": [{"name": _chain(one.entity), "rows": one.rows, "hash": one.hash} for one in told.heads],
        "seals": [_seal(one) for one in told.seals],
        "steps": [*_steps(told)],
    }


def _facts(told: Inspection) -> Iterator[tuple[str, str]]:
    subject, outcome = told.subject, told.outcome
    yield "Đối tượng đánh giá", f"{subject.name} (mã {subject.code})"
    yield "Loại đối tượng", subject.kind_text
    if subject.group:
        yield "Khối", subject.group
    if subject.parent:
        yield "Cấp trên trực tiếp", subject.parent
    yield "Đợt đánh giá", f"{told.round.title} (đợt số {told.round.id}; {wording.lower(told.round.state_text)})"
    yield "Cơ quan chủ trì", told.round.owner
    yield "Tình trạng hồ sơ", outcome.state_text
    yield "Thời hạn", wording.due(outcome.closes_at)
    yield "Nộp bản tự đánh giá", _moment(outcome.submitted_at) if outcome.submitted_at else "Chưa nộp"
    if outcome.zeroed:
        yield "Khóa tự động", "Được xác định 0 điểm do chưa hoàn thành tự đánh giá"
    if outcome.late:
        yield "Quá hạn", "Có"


def _totals(told: Inspection) -> list[tuple[str, str]]:
    outcome = told.outcome
    points = (outcome.self_total, outcome.appraised_total, outcome.decided_total)
    named = zip(_COLUMNS, points, strict=True)
    shown = [(f"Tổng điểm {wording.lower(name)}", wording.points(one)) for name, one in named]
    place = f"{outcome.place}{' (đồng hạng)' if outcome.tied else ''}" if outcome.place else ""
    rest = (
        ("Mức đơn vị đề nghị", outcome.proposed_level),
        ("Mức xếp loại", outcome.level_text),
        ("Thứ hạng", place),
        ("Căn cứ xếp thứ tự", outcome.place_reason),
    )
    return [*(shown if told.has_points else []), *(pair for pair in rest if pair[1])]


def _line(one: Line, *, has_points: bool) -> dict[str, Any]:
    marks = (one.self_mark, one.appraised, one.decided)
    return {
        "code": one.code,
        "label": one.label,
        "depth": one.depth,
        "group": one.is_group,
        "most": format_points(one.most) if has_points and one.most is not None else "",
        "marks": [mark.text if mark else ("" if one.is_group else wording.NONE) for mark in marks],
        "notes": _notes(marks),
    }


def _notes(marks: Sequence[Mark | None]) -> list[tuple[str, str]]:
    return [(name, mark.note) for name, mark in zip(_COLUMNS, marks, strict=True) if mark and mark.note]


def _exhibit(one: Exhibit) -> dict[str, Any]:
    name = {
        "file": one.name,
        "link": one.address,
        "confidential": f"Văn bản mật số {one.number or '…'}{_on(one.dated)}: chỉ ghi số và ngày",
    }[one.kind]
    return {
        "criterion": one.criterion,
        "name": name,
        "hash": one.sha256,
        "about": [*_about(one)],
        "verdict": one.verdict,
        "sentence": one.sentence,
        "gone": one.removed_at is not None,
    }


def _about(one: Exhibit) -> Iterator[str]:
    if one.kind == "file":
        yield f"{one.media_type}, {_size(one.size)}"
    yield f"Đưa vào lúc {_moment(one.at)}"
    if one.replaces:
        yield f"Thay cho minh chứng số {one.replaces}"
    if one.declared_at:
        yield f"Đơn vị xác nhận là bản chụp văn bản giấy lúc {_moment(one.declared_at)}"
    if one.removed_at:
        yield f"Bỏ ra lúc {_moment(one.removed_at)}"


def _size(size: int) -> str:
    whole = -(-size // _KILO)
    return f"{size} byte" if size < _KILO else f"{whole:,} KB".replace(",", ".")


def _on(dated: str) -> str:
    return f" ngày {date_text(date.fromisoformat(dated))}" if dated else ""


def _question(one: Question) -> dict[str, Any]:
    return {
        "question": one.question,
        "by": one.by,
        "when": _moment(one.at),
        "closes": deadline_text(one.closes_at),
        "status": one.status_text,
        "answers": [(it.criterion, it.answer or "Chưa trả lời", _moment(it.at) if it.at else "") for it in one.answers],
    }


def _ruling(one: Ruling) -> dict[str, Any]:
    hidden = one.confidential and not one.number
    number = "Văn bản mật" if hidden else f"số {one.number}" if one.number else "Chưa ghi số"
    return {
        "paper": f"{number}{_on(one.dated)}{f', {one.signer} ký' if one.signer else ''}",
        "when": _moment(one.decided_at),
        "result": "; ".join(filter(None, (_total(one), one.level_text))) or wording.NONE,
        "reason": _CLOSED if hidden else one.reason or wording.NONE,
        "annulled": f"Bị thay thế lúc {_moment(one.annulled_at)}" if one.annulled_at else "",
    }


def _total(one: Ruling) -> str:
    return "" if one.total is None else f"{format_points(one.total)} điểm"


def _event(one: Event, *, opened: bool) -> dict[str, Any]:
    local = one.at.astimezone(LOCAL)
    return {
        "row": "Thư" if one.seq is None else str(one.seq),
        "day": date_text(local.date()),
        "time": f"{local:%H:%M:%S}",
        "title": one.title,
        "moved": " → ".join(dict.fromkeys(filter(None, (one.before, one.after)))),
        "who": list(one.who),
        "facts": [(fact.label, fact.value) for fact in one.facts],
        "copy": one.copy_of,
        "marks": [_moved(mark.code, mark.before, mark.after, mark.note) for mark in one.marks],
        "note": _CLOSED if one.confidential and not opened else _ERASED if one.erased else "",
        "hash": one.hash,
    }


def _moved(code: str, before: str, after: str, note: str) -> str:
    change = f"{code}: {before or wording.NONE} → {after or wording.NONE}"
    return f"{change} ({note})" if note else change


def _moment(at: datetime) -> str:
    local = at.astimezone(LOCAL)
    return f"{local:%H:%M:%S} ngày {date_text(local.date())}"


def _chain(entity: str) -> str:
    table, _, key = entity.partition(":")
    return f"Đợt số {key}" if table == "round" else f"Hồ sơ số {key}"


def _seal(one: SealTold) -> dict[str, Any]:
    parts = [one.seal[at : at + _GROUP] for at in range(0, len(one.seal), _GROUP)]
    return {"kind": one.kind_text, "when": _moment(one.at), "seal": " ".join(parts), "row": one.row}


def _steps(told: Inspection) -> Iterator[tuple[str, str]]:
    round_id, key = told.round.id, told.assessment
    yield "Trên phần mềm: mở trang lịch sử của hồ sơ, bấm «Kiểm tra chuỗi này».", f"/assessments/{key}/history"
    yield "Trên máy chủ: tính lại mọi chuỗi của đợt.", f"danhgia audit verify --round {round_id}"
    yield (
        "Đối chiếu với mã kiểm chứng giữ bên ngoài (in trong báo cáo, gửi qua thư hằng đêm), viết liền 64 ký tự.",
        f"danhgia audit verify --round {round_id} --seal MÃ",
    )
    yield (
        "Độc lập với phần mềm: xuất lịch sử rồi tính lại theo docs/history-format.md.",
        f"danhgia audit export {round_id} --out lich-su.jsonl",
    )
    yield "Tệp minh chứng: so mã băm của tệp đang giữ với mã in ở mục IV.", "sha256sum TỆP"
    yield "Chính tệp này: mã băm của tệp được ghi vào lịch sử của hồ sơ khi xuất.", "sha256sum TỆP.pdf"
