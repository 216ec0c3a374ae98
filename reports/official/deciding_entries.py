"""The documents of the deciding side in the catalogue: decisions, notices, forms of review, the appraisal team."""

from collections.abc import Callable
from typing import Final

from actions.decision_page import way_of
from config.programme import Programme
from reports.official import (
    decision,
    decision_records,
    notice,
    rerating,
    results_letter,
    review,
    round_report,
    team_decision,
)
from reports.official.entry import Entry


def _decides(programme: Programme, _kind: str) -> bool:
    """Whether results are given by decisions of one document for many."""
    return bool(way_of(programme))


def _rates_again(programme: Programme, _kind: str) -> bool:
    """Whether results are annulled by a form of their own."""
    return rerating.PART in programme.part_labels


def _sets_up_a_team(programme: Programme, _kind: str) -> bool:
    return programme.bodies.team is not None


def _sends_results(programme: Programme, _kind: str) -> bool:
    """Whether the results go to a body above (VG-2.4)."""
    return programme.bodies.results_to is not None and programme.workflow.intake == "register"


def _reviewed_by(form: str) -> Callable[[Programme, str], bool]:
    return lambda programme, kind: programme.subject_kinds[kind].form == form


DECIDING_ENTRIES: Final = (
    Entry(
        key=team_decision.KEY,
        label="Quyết định thành lập đoàn thẩm định",
        scope="round",
        verb="number",
        has=_sets_up_a_team,
        make=team_decision.make,
        numbered=True,
        template=team_decision.NAME,
        build=team_decision.build_template,
    ),
    Entry(
        key="quyet-dinh",
        label="Quyết định công nhận kết quả, xếp loại",
        scope="round",
        verb="number",
        has=_decides,
        make=decision.make,
        items=decision_records.decisions_of,
        template=decision.NAME,
        build=decision.build_template,
    ),
    Entry(
        key=results_letter.KEY,
        label="Công văn gửi kết quả lên cấp trên",
        scope="round",
        verb="number",
        has=_sends_results,
        make=results_letter.make,
        numbered=True,
        template=results_letter.NAME,
        build=results_letter.build_template,
    ),
    Entry(
        key="bao-cao-tong-hop",
        label="Báo cáo kết quả của đợt, kèm các phụ lục",
        scope="round",
        verb="export",
        has=lambda _programme, _kind: True,
        make=round_report.make,
    ),
    Entry(
        key=notice.KEY,
        label="Thông báo kết quả",
        scope="dossier",
        verb="papers",
        has=_decides,
        make=notice.make,
        numbered=True,
        tells_result=True,
        template=notice.NAME,
        build=notice.build_template,
    ),
    *(
        Entry(
            key=form,
            label=label,
            scope="dossier",
            verb="draft",
            has=_reviewed_by(form),
            make=review.make,
            template=review.NAME,
            build=review.build_template,
        )
        for form, label in (
            ("mau-01", "Mẫu 01: Báo cáo kiểm điểm tập thể"),
            ("mau-02a", "Mẫu 02A: Bản tự kiểm điểm cá nhân"),
            ("mau-02b", "Mẫu 02B: Bản tự kiểm điểm cá nhân giữ chức vụ lãnh đạo, quản lý"),
        )
    ),
    Entry(
        key="mau-03",
        label="Mẫu 03: Quyết định hủy bỏ và công nhận lại kết quả xếp loại",
        scope="dossier",
        verb="number",
        has=_rates_again,
        make=rerating.make,
        template=rerating.NAME,
        build=rerating.build_template,
    ),
)
