"""The documents of the unit's side in the catalogue: its sheet, its reports, letters to and fro, bright spots."""

from typing import Final

from config.programme import Programme
from config.vocabulary import Child
from reports.official import (
    explanation_letter,
    opinion_letter,
    opinion_records,
    opinion_request,
    opinion_table,
    outline_report,
    scoring_sheet,
    self_report,
    spots_certificate,
    spots_registration,
    spots_yearly,
    summary_report,
)
from reports.official.entry import Entry
from reports.official.unit_frame import told_template


def _reports_itself(programme: Programme, _kind: str) -> bool:
    """Whether a report signed by the unit goes with its sheet (VG-3.1, VG-3.2)."""
    return programme.submission.report != "none"


def _asks(programme: Programme, _kind: str) -> bool:
    """Whether units are asked to explain (DN-4.2)."""
    return any(step.do == "ask_explanation" for step in programme.workflow.assessment.transitions)


def _consults(programme: Programme, _kind: str) -> bool:
    """Whether bodies are asked for their opinions (HT-6.3)."""
    steps = programme.workflow.assessment.transitions
    return any(one.child is Child.OPINIONS for step in steps for one in step.opens)


def _registers(programme: Programme, kind: str) -> bool:
    """Whether agencies enter what is assessed and send lists of it (NA-3.2)."""
    return bool(programme.subject_kinds[kind].registered_with)


def _certifies(programme: Programme, _kind: str) -> bool:
    """Whether what agencies entered is recognised (NA-5.3)."""
    return programme.workflow.intake == "open"


def _sums_up(programme: Programme, kind: str) -> bool:
    """Whether a unit that is scored sums the year up beside its sheet (DN-5.4)."""
    scored = programme.rating is None and programme.sheet_for(kind).total > 0
    return scored and programme.submission.report == "none"


UNIT_ENTRIES: Final = (
    Entry(
        key="bang-cham-diem",
        label="Bảng tự chấm điểm của đơn vị",
        scope="dossier",
        verb="draft",
        has=lambda _programme, _kind: True,
        make=scoring_sheet.make_own,
        template=scoring_sheet.OWN,
        build=scoring_sheet.build_own,
    ),
    Entry(
        key="bang-diem-tham-dinh",
        label="Bảng chấm điểm kèm kết quả thẩm định, quyết định",
        scope="dossier",
        verb="view",
        has=lambda _programme, _kind: True,
        make=scoring_sheet.make_whole,
        tells_result=True,
        template=scoring_sheet.WHOLE,
        build=scoring_sheet.build_whole,
    ),
    Entry(
        key="bao-cao-tu-danh-gia",
        label="Báo cáo tự đánh giá, xếp loại",
        scope="dossier",
        verb="draft",
        has=_reports_itself,
        make=self_report.make,
        template=self_report.NAME,
        build=told_template,
    ),
    Entry(
        key="bao-cao-tom-tat",
        label="Báo cáo tóm tắt kết quả (theo đề cương)",
        scope="dossier",
        verb="draft",
        has=_reports_itself,
        make=outline_report.make,
        template=outline_report.NAME,
        build=told_template,
    ),
    Entry(
        key="bao-cao-tong-ket",
        label="Báo cáo tổng kết của đơn vị",
        scope="dossier",
        verb="draft",
        has=_sums_up,
        make=summary_report.make,
        template=summary_report.NAME,
        build=summary_report.build_template,
    ),
    Entry(
        key=explanation_letter.KEY,
        label="Công văn yêu cầu giải trình, bổ sung",
        scope="dossier",
        verb="view",
        has=_asks,
        make=explanation_letter.make_question,
        items=explanation_letter.questions_of,
        numbered=True,
        template=explanation_letter.QUESTION,
        build=explanation_letter.build_question,
    ),
    Entry(
        key="van-ban-giai-trinh",
        label="Văn bản giải trình của đơn vị",
        scope="dossier",
        verb="view",
        has=_asks,
        make=explanation_letter.make_answer,
        items=explanation_letter.questions_of,
        template=explanation_letter.ANSWER,
        build=explanation_letter.build_answer,
    ),
    Entry(
        key=opinion_records.REQUEST,
        label="Công văn lấy ý kiến",
        scope="round",
        verb="consult",
        has=_consults,
        make=opinion_request.make,
        items=opinion_records.requests_of,
        told=opinion_records.dossiers_of,
        numbered=True,
        template=opinion_request.NAME,
        build=opinion_request.build_template,
    ),
    Entry(
        key=opinion_records.LETTER,
        label="Văn bản tham gia ý kiến của từng nơi",
        scope="round",
        verb="consult",
        has=_consults,
        make=opinion_letter.make,
        items=opinion_records.letters_of,
        told=opinion_records.dossiers_in,
        template=opinion_letter.NAME,
        build=opinion_letter.build_template,
    ),
    Entry(
        key="tong-hop-y-kien",
        label="Bảng tổng hợp ý kiến",
        scope="round",
        verb="consult",
        has=_consults,
        make=opinion_table.make,
        items=opinion_records.requests_of,
        told=opinion_records.dossiers_of,
        template=opinion_table.NAME,
        build=opinion_table.build_template,
    ),
    Entry(
        key="danh-sach-dang-ky",
        label="Danh sách đăng ký điểm sáng",
        scope="dossier",
        verb="view",
        has=_registers,
        make=spots_registration.make,
        template=spots_registration.NAME,
        build=spots_registration.build_template,
    ),
    Entry(
        key="giay-cong-nhan",
        label="Giấy công nhận điểm sáng",
        scope="dossier",
        verb="view",
        has=_certifies,
        make=spots_certificate.make,
        tells_result=True,
        template=spots_certificate.NAME,
        build=spots_certificate.build_template,
    ),
    Entry(
        key="bao-cao-so-ket",
        label="Báo cáo sơ kết xây dựng điểm sáng của cơ quan",
        scope="dossier",
        verb="draft",
        has=_certifies,
        make=spots_yearly.make,
        template=spots_yearly.NAME,
        build=spots_yearly.build_template,
    ),
)
