"""The report of a round that rates, in sentences and rows (HT-12.2): it names whom it reports on, unlike any mail."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

from reports import rating_rows, rows, wording
from reports.contents import RoundReport
from reports.frame import closings, ended, frame, numbered_appendices
from reports.rating_contents import QuotaLine, RatingPart
from reports.wording import SUBJECTS, count, units

NAMED_BODIES: Final = 8
"""So many deciding bodies are named in a sentence; of more only the number."""
One = TypeVar("One")


def context(report: RoundReport, part: RatingPart, *, rehearsal: bool) -> dict[str, Any]:
    """Return everything that the template of either layout names."""
    appendix = appendices(report, part)
    return {
        **frame(report, appendix, rehearsal=rehearsal),
        "before": list(_before(report, part, appendix)),
        "level_names": [short for short, _ in part.levels],
        "lead": "Tổng hợp theo nhóm đối tượng (tỷ lệ tính trên số đã được xếp loại):",
        "summary": _rows(rating_rows.level_count, part.counts),
        "summary_total": rating_rows.level_total(part.counts),
        "legend": legend(part),
        "after": list(_after(part, appendix)),
        "boards": _rows(rating_rows.board, part.boards),
        "quotas": _rows(rating_rows.quota, part.quotas),
        "differing": _rows(rating_rows.differing, part.differing),
        "has_points": part.has_points,
        "asides": _rows(rating_rows.aside, part.asides),
        "flags": _rows(rating_rows.flag, part.flags),
        "sent_up": _rows(rating_rows.sent_up, part.sent_up),
        "replaced": _rows(rating_rows.replaced, part.replaced),
        "late": _rows(rating_rows.late, part.late),
        "specials": _rows(rows.special, report.specials),
    }


def _rows(row: Callable[[int, One], dict[str, Any]], of: Sequence[One]) -> list[dict[str, Any]]:
    return [row(place, one) for place, one in enumerate(of, 1)]


def appendices(report: RoundReport, part: RatingPart) -> dict[str, str]:
    """Return the number of each appendix that the report has; the others have none."""
    there = {
        "boards": bool(part.boards),
        "quotas": bool(part.quotas),
        "differing": bool(part.differing),
        "asides": bool(part.asides),
        "flags": bool(part.flags),
        "sent_up": bool(part.sent_up),
        "replaced": bool(part.replaced),
        "late": bool(part.late),
        "specials": bool(report.specials),
        "seal": report.seal is not None,
    }
    return numbered_appendices(there)


def legend(part: RatingPart) -> str:
    """Say what the abbreviations of the levels mean."""
    return "; ".join(f"{short}: {whole}" for short, whole in part.levels) + "."


def _section(heading: str, paragraphs: Iterator[str] | Sequence[str] = ()) -> dict[str, Any]:
    return {"heading": heading, "paragraphs": list(paragraphs)}


def _before(report: RoundReport, part: RatingPart, appendix: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    yield _section("I. TÌNH HÌNH THỰC HIỆN")
    yield _section("1. Đối tượng, thẩm quyền và thời hạn", [*_subjects(part, appendix), *closings(report)])
    review = "Tự đánh giá, xếp loại" if part.reviewed is None else "Kiểm điểm, tự xếp loại"
    yield _section(f"2. {review}", _self_rating(report, part, appendix))
    yield _section("3. Thẩm định, đề xuất", _appraisal(report, part, appendix))
    yield _section("II. KẾT QUẢ")
    yield _section("1. Mức xếp loại", [*_results(report, part), *_differing(part, appendix)])


def _after(part: RatingPart, appendix: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    sections = {
        "Tỷ lệ xếp loại": list(_quota(part, appendix)),
        "Cán bộ do cấp trên quyết định": list(_sent_up(part, appendix)),
        "Hủy bỏ và công nhận lại": list(_replaced(part, appendix)),
    }
    there = [(heading, paragraphs) for heading, paragraphs in sections.items() if paragraphs]
    return (_section(f"{place}. {heading}", paragraphs) for place, (heading, paragraphs) in enumerate(there, 2))


def _subjects(part: RatingPart, appendix: Mapping[str, str]) -> Iterator[str]:
    listed = "; ".join(f"{one.kind} ({count(one.total)})" for one in part.counts)
    if not part.rows:
        yield "Đợt này không có đối tượng xếp loại."
        return
    whole = units(len(part.rows), SUBJECTS)
    yield f"Tổng số: {whole}, gồm: {listed}. Danh sách và kết quả tại {appendix['boards']}."
    bodies = Counter(row.body for row in part.rows)
    if len(bodies) > NAMED_BODIES:
        yield f"Thẩm quyền quyết định thuộc {count(len(bodies))} cấp, nêu tại {appendix['boards']}."
    else:
        named = "; ".join(f"{body} ({count(number)})" for body, number in bodies.items())
        yield f"Cấp có thẩm quyền quyết định: {named}."


def _self_rating(report: RoundReport, part: RatingPart, appendix: Mapping[str, str]) -> Iterator[str]:
    total = len(part.rows)
    if part.reviewed is not None:
        yield f"Có {wording.share(part.reviewed, total, SUBJECTS)} đã kiểm điểm."
    rated = sum(bool(row.self_level) or row.submitted_at is not None for row in part.rows)
    yield f"Có {wording.share(rated, total, SUBJECTS)} đã tự đánh giá, xếp loại."
    late = f"Có {units(len(part.late), SUBJECTS)} quá thời hạn ({appendix['late']})."
    yield late if part.late else "Không có đối tượng nào quá thời hạn."
    if report.specials:
        yield f"Có {count(len(report.specials))} trường hợp đặc biệt được gia hạn ({appendix['specials']})."
    if part.asides:
        cases = Counter(wording.lower(aside.case) for aside in part.asides)
        listed = "; ".join(f"{case} ({count(number)})" for case, number in cases.items())
        yield f"Trường hợp không xếp loại hoặc chưa xếp loại, có lý do: {listed}; danh sách tại {appendix['asides']}."


def _appraisal(report: RoundReport, part: RatingPart, appendix: Mapping[str, str]) -> Iterator[str]:
    proposed = sum(bool(row.proposed) for row in part.rows)
    share = wording.share(proposed, len(part.rows), SUBJECTS)
    yield f"{report.head.appraiser} đã thẩm định, đề xuất mức xếp loại đối với {share}."
    if report.asked:
        explained = f"{count(report.explained)} hồ sơ đã được giải trình"
        yield f"Đã yêu cầu giải trình, bổ sung đối với {count(report.asked)} hồ sơ; {explained}."
    if part.flags:
        dossiers = count(len({(flag.kind, flag.name) for flag in part.flags}))
        yield (
            f"Có {dossiers} hồ sơ thuộc trường hợp quy định chưa nêu rõ hoặc cần lưu ý, đã trình cấp có thẩm quyền "
            f"xem xét, quyết định ({appendix['flags']})."
        )


def _results(report: RoundReport, part: RatingPart) -> Iterator[str]:
    total = rating_rows.total_of(part.counts)
    bodies = "các cấp" if len({row.body for row in part.rows}) > 1 else "cấp"
    yield (
        f"{part.gathered_by} tổng hợp kết quả của {bodies} có thẩm quyền: đã công nhận mức xếp loại đối với "
        f"{wording.share(total.rated, total.total, SUBJECTS)}{_by_level(part, total.levels)}."
    )
    if report.draft:
        states = "; ".join(f"{label}: {count(number)} hồ sơ" for label, number in report.states)
        yield f"Tình trạng hồ sơ khi lập dự thảo: {states}."


def _differing(part: RatingPart, appendix: Mapping[str, str]) -> Iterator[str]:
    scored = "có điểm thẩm định hoặc mức " if part.has_points else ""
    said = f"{scored}được công nhận khác với kết quả tự đánh giá, xếp loại"
    if part.differing:
        yield f"Có {units(len(part.differing), SUBJECTS)} {said} ({appendix['differing']})."
    else:
        yield f"Không có đối tượng nào {said}."


def _by_level(part: RatingPart, numbers: Sequence[int]) -> str:
    rated = sum(numbers)
    named = ((whole, number) for (_, whole), number in zip(part.levels, numbers, strict=True) if number)
    listed = "; ".join(f"{whole}: {count(number)} ({wording.percent(number, rated)})" for whole, number in named)
    return f", trong đó: {listed}" if rated else ""


def _quota(part: RatingPart, appendix: Mapping[str, str]) -> Iterator[str]:
    if not part.quotas:
        return
    held = Counter(line.held for line in part.quotas)
    parts = {"trong tỷ lệ": held[True], "vượt tỷ lệ": held[False], "chưa đủ căn cứ": held[None]}
    listed = "; ".join(f"{count(number)} nhóm {words}" for words, number in parts.items() if number)
    yield (
        f"Tỷ lệ “{part.scarce}” được tính riêng từng nhóm trong thẩm quyền của từng cấp quyết định "
        f"({appendix['quotas']}): {listed}."
    )
    named = [line for line in part.quotas if line.held is False or line.raises]
    for line, end in ended(named, ";", "."):
        yield f"- {_group(line)}: {_quota_words(line)}{end}"


def _group(line: QuotaLine) -> str:
    return f"{'; '.join(line.kinds)} (cấp quyết định: {line.body})"


def _quota_words(line: QuotaLine) -> str:
    verdicts = ", ".join(map(wording.lower, rating_rows.verdicts(line)))
    return f"có {count(line.scarce)}, tối đa {count(line.seats)}, {verdicts}"


def _sent_up(part: RatingPart, appendix: Mapping[str, str]) -> Iterator[str]:
    if part.sent_up:
        decided = sum(bool(one.level) for one in part.sent_up)
        yield (
            f"Đã tham gia ý kiến và báo cáo {part.superior} đối với {units(len(part.sent_up), 'đồng chí')} do "
            f"{part.superior} quản lý; {count(decided)} đồng chí đã có quyết định ({appendix['sent_up']})."
        )


def _replaced(part: RatingPart, appendix: Mapping[str, str]) -> Iterator[str]:
    if part.replaced:
        yield f"Có {count(len(part.replaced))} kết quả đã hủy bỏ và công nhận lại ({appendix['replaced']})."
