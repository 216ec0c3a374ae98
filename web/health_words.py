"""What the checks of the installation are called, what each outcome means, and what is to be done about it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from web.words import _


class Words(NamedTuple):
    """A check in words: its name, how it is when it is well and when it is not, and what to do then."""

    label: str
    well: str
    wrong: str
    remedy: str


BACKGROUND: Final = _(
    "Người quản trị máy chủ kiểm tra bộ phận chạy nền (dịch vụ danhgia) và khởi động lại; việc dở dang được làm tiếp."
)
WORDS: Final[Mapping[str, Words]] = MappingProxyType(
    {
        "database": Words(
            _("Cơ sở dữ liệu"),
            _("Trả lời bình thường."),
            _("Cơ sở dữ liệu không trả lời."),
            _("Người quản trị máy chủ kiểm tra dịch vụ cơ sở dữ liệu và ổ đĩa của nó."),
        ),
        "schema": Words(
            _("Cấu trúc dữ liệu"),
            _("Đúng với bản phần mềm đang chạy."),
            _("Cấu trúc dữ liệu không phải của bản phần mềm đang chạy."),
            _("Người quản trị máy chủ chạy lệnh «danhgia db upgrade» hoặc khởi động lại đúng bản phần mềm."),
        ),
        "store": Words(
            _("Kho tệp minh chứng"),
            _("Nhận và ghi được tệp."),
            _("Không ghi được tệp: đơn vị chưa thể gửi minh chứng."),
            _("Người quản trị máy chủ kiểm tra ổ đĩa, quyền ghi vào thư mục dữ liệu hoặc kho tệp ở máy khác."),
        ),
        "relay": Words(
            _("Máy chủ thư"),
            _("Sẵn sàng; bản chạy thử chỉ ghi thư ra tệp."),
            _("Chưa khai báo máy chủ thư nên không gửi được thư cho đơn vị."),
            _("Người quản trị máy chủ khai báo DANHGIA_SMTP_URL rồi khởi động lại phần mềm."),
        ),
        "lock": Words(
            _("Khóa hồ sơ hết hạn"),
            _("Không có hồ sơ nào hết hạn mà chưa khóa."),
            _("Có %(count)s đợt đã hết hạn mà hồ sơ chưa khóa. Thời hạn vẫn được tính đúng theo giờ đã định."),
            BACKGROUND,
        ),
        "outbox": Words(
            _("Thư gửi các đơn vị"),
            _("Thư đi đều; %(count)s thư đang đến lượt."),
            _("%(count)s thư chờ gửi quá lâu."),
            _("Kiểm tra máy chủ thư và bộ phận chạy nền. Phần mềm tự gửi lại, không phải gửi tay."),
        ),
        "sign_in": Words(
            _("Thư đăng nhập"),
            _("Thư đăng nhập đi ngay; %(count)s thư đang đến lượt."),
            _("%(count)s người đang chờ thư đăng nhập quá lâu."),
            _("Kiểm tra máy chủ thư và bộ phận chạy nền. Trong lúc chờ, cấp mã đăng nhập qua điện thoại."),
        ),
        "lost_mail": Words(
            _("Thư bị từ chối"),
            _("Trong 24 giờ qua không có thư nào bị từ chối."),
            _("Trong 24 giờ qua có %(count)s thư bị từ chối hoặc không gửi được."),
            _("Mở mục Thư của từng đợt, sửa địa chỉ sai rồi gửi lại."),
        ),
        "evidence": Words(
            _("Kiểm tra tệp minh chứng"),
            _("Tệp được kiểm tra kịp thời; %(count)s tệp đang đến lượt."),
            _("%(count)s tệp chờ kiểm tra quá lâu nên người thẩm định chưa mở được."),
            _("Kiểm tra bộ phận chạy nền và bộ quét vi-rút. Tệp đã nhận vẫn an toàn."),
        ),
        "jobs": Words(
            _("Việc tự động"),
            _("Không có việc nào đến giờ mà bị bỏ lại."),
            _("%(count)s việc đến giờ mà chưa được làm."),
            BACKGROUND,
        ),
        "failed_jobs": Words(
            _("Việc tự động không xong"),
            _("Trong 24 giờ qua không có việc nào hỏng."),
            _("Trong 24 giờ qua có %(count)s việc làm nhiều lần vẫn không xong."),
            _("Mở mục Việc tự động của đợt để xem lý do của từng việc."),
        ),
        "chain": Words(
            _("Chuỗi lịch sử"),
            _("Nguyên vẹn."),
            _("Lần kiểm tra gần nhất thấy lịch sử đã bị thay đổi hoặc bị mất."),
            _("Không sửa gì. Báo ngay bộ phận kiểm tra, giám sát và giữ nguyên mọi bản sao lưu."),
        ),
        "verified": Words(
            _("Kiểm tra lịch sử hằng đêm"),
            _("Làm đều."),
            _("Quá một ngày chưa kiểm tra xong lịch sử."),
            BACKGROUND,
        ),
        "backup": Words(
            _("Sao lưu hằng đêm"),
            _("Làm đều."),
            _("Quá một ngày chưa có bản sao lưu mới."),
            _("Người quản trị máy chủ kiểm tra chỗ trống trên đĩa và bộ phận chạy nền, rồi chạy «danhgia backup»."),
        ),
        "room": Words(
            _("Chỗ trống trên đĩa"),
            _("Đủ chỗ chứa tệp."),
            _("Còn dưới 2 GB: sắp không nhận được tệp."),
            _("Người quản trị máy chủ dọn hoặc mở rộng ổ đĩa của thư mục dữ liệu."),
        ),
    }
)
