"""What the acts of a history are called, beside the steps of a workflow, which bring their own words."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from config.programme import Programme
from web.words import _

ACTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "accept_remedy": _("Chấp nhận việc tự phát hiện, khắc phục"),
        "accept_statement": _("Chấp nhận nội dung khai báo"),
        "add_account": _("Thêm tài khoản"),
        "add_evidence": _("Thêm minh chứng"),
        "add_report": _("Bổ sung báo cáo đã ký"),
        "add_spot": _("Thêm điểm sáng"),
        "add_subject": _("Thêm đối tượng vào đợt"),
        "answer_difficulty": _("Trả lời phản ánh vướng mắc"),
        "answer_in_part": _("Ghi giải trình, chưa gửi đủ"),
        "appraise": _("Ghi điểm thẩm định"),
        "approve": _("Phê duyệt"),
        "ask_approval": _("Đề nghị phê duyệt"),
        "ask_close_ballot": _("Đề nghị đóng hòm phiếu"),
        "ask_extension": _("Đơn vị đề nghị gia hạn"),
        "ask_opinions": _("Gửi lấy ý kiến"),
        "assign": _("Giao người thẩm định"),
        "allow_replacement": _("Cho thời hạn thay minh chứng"),
        "assigned": _("Giao hồ sơ"),
        "attend": _("Ghi người có mặt"),
        "ballot_closed": _("Kiểm phiếu, đóng hòm phiếu"),
        "cancel_ballot": _("Hủy hòm phiếu"),
        "change_address": _("Đổi địa chỉ thư"),
        "check_evidence": _("Kiểm tra tệp minh chứng"),
        "close_meeting": _("Bế mạc phiên họp"),
        "close_opinions": _("Kết thúc lấy ý kiến"),
        "conclude_shortcoming": _("Kết luận hạn chế, khuyết điểm"),
        "confirm_bands": _("Xác nhận khung điểm xếp loại"),
        "confirm_no_conflict": _("Xác nhận không có xung đột lợi ích"),
        "correct_count": _("Sửa số liệu kiểm phiếu"),
        "correct_sheet": _("Sửa biểu chấm điểm"),
        "declare_conflict": _("Khai báo xung đột lợi ích"),
        "declare_evidence": _("Xác nhận là bản chụp văn bản giấy"),
        "declare_person": _("Khai báo người thực hiện"),
        "draft_report": _("Lập dự thảo báo cáo"),
        "drop_second": _("Bỏ mã xác thực bước hai"),
        "enclose": _("Kèm văn bản vào hồ sơ"),
        "end_account": _("Ngừng tài khoản"),
        "end_grant": _("Thu hồi quyền"),
        "enter_count": _("Nhập số liệu kiểm phiếu"),
        "enter_opinion": _("Nhập ý kiến gửi bằng văn bản"),
        "erase_payload": _("Xóa nội dung kèm theo"),
        "export": _("Xuất dữ liệu"),
        "give_code": _("Cấp mã đăng nhập một lần"),
        "give_opinion": _("Gửi ý kiến"),
        "grant": _("Cấp quyền"),
        "hand_over": _("Bàn giao cho người khác"),
        "make_token": _("Tạo khóa API"),
        "merge": _("Nhận sáp nhập"),
        "move_milestone": _("Chuyển thời hạn"),
        "number_document": _("Ghi số, ngày văn bản"),
        "name_spot": _("Đặt tên điểm sáng"),
        "number_decision": _("Ghi số quyết định"),
        "number_report": _("Ghi số báo cáo"),
        "open_ballot": _("Mở hòm phiếu"),
        "open_meeting": _("Khai mạc phiên họp"),
        "prepare_meeting": _("Chuẩn bị phiên họp"),
        "present": _("Trình thủ trưởng"),
        "propose": _("Đề xuất mức xếp loại"),
        "raise_difficulty": _("Phản ánh vướng mắc"),
        "raise_quota": _("Nâng tỷ lệ xếp loại"),
        "rank": _("Xếp thứ tự"),
        "read_confidential": _("Đọc nội dung mật"),
        "record_discipline": _("Ghi quyết định kỷ luật"),
        "refuse_approval": _("Không phê duyệt"),
        "refuse_extension": _("Không chấp thuận gia hạn"),
        "remind_opinions": _("Nhắc cơ quan tham gia ý kiến"),
        "remedy_shortcoming": _("Ghi việc khắc phục hạn chế"),
        "remind": _("Nhắc nộp"),
        "remove_evidence": _("Bỏ minh chứng"),
        "remove_subject": _("Đưa đối tượng ra khỏi đợt"),
        "rename_account": _("Sửa tên, chức vụ của tài khoản"),
        "resend": _("Gửi lại thư"),
        "restore": _("Khôi phục dữ liệu"),
        "restore_account": _("Cho tài khoản hoạt động lại"),
        "restore_evidence": _("Trả minh chứng về bản đã nộp"),
        "revoke_token": _("Thu hồi khóa API"),
        "sealed": _("Niêm phong dữ liệu"),
        "send_again": _("Gửi lại thư không đến được"),
        "send_sign_in": _("Gửi thư đăng nhập"),
        "set_agenda": _("Đặt chương trình họp"),
        "set_password": _("Đặt mật khẩu"),
        "set_second": _("Đặt mã xác thực bước hai"),
        "sign_in": _("Đăng nhập vai trò đặc quyền"),
        "state": _("Khai báo số liệu, nội dung"),
        "summon": _("Triệu tập dự họp"),
        "take_register": _("Nhập danh sách đơn vị"),
        "take_sheet": _("Chốt biểu tiêu chí nhập từ văn bản"),
        "unassign": _("Thôi giao thẩm định"),
        "waive": _("Miễn chờ kết quả còn thiếu"),
        "withdraw_approval": _("Rút đề nghị phê duyệt"),
        "withdraw_discipline": _("Rút quyết định kỷ luật đã ghi"),
        "withdraw_explanation": _("Rút yêu cầu giải trình"),
    }
)
KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "marks": _("Điểm"),
        "evidence": _("Minh chứng, văn bản kèm"),
        "time": _("Thời hạn"),
        "questions": _("Giải trình, vướng mắc, ý kiến"),
        "decisions": _("Đề xuất, quyết định, báo cáo"),
        "people": _("Phân công, người thực hiện"),
        "mail": _("Thư"),
        "reading": _("Xuất dữ liệu, đọc nội dung mật"),
    }
)
STATUSES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "queued": _("Đang chờ gửi"),
        "sent": _("Đã gửi"),
        "bounced": _("Bị từ chối"),
        "failed": _("Không gửi được"),
        "skipped": _("Không gửi"),
    }
)
EXPORTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "history": _("lịch sử"),
        "dossier": _("hồ sơ kiểm tra"),
        "differences": _("bảng điểm sai khác"),
        "results": _("báo cáo kết quả"),
        "open_data": _("dữ liệu kết quả"),
        "archive": _("bộ lưu trữ của đợt"),
    }
)

SEALS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "nightly": _("Hằng đêm"),
        "draft": _("Dự thảo báo cáo"),
        "reported": _("Khi báo cáo"),
        "supplementary": _("Bổ sung sau báo cáo"),
    }
)


def title_of(act: str, *, moves: bool, programme: Programme, is_round: bool) -> str:
    """What an act is called: a step by the programme's own word, anything else by ours, what is new by its name."""
    machine = programme.workflow.round if is_round else programme.workflow.assessment
    if moves and act in machine.triggers:
        return machine.triggers[act]
    return ACTS.get(act) or machine.triggers.get(act) or act.replace("_", " ")
