"""What a review and a self-review go through, point by point (HT-3.1 to HT-3.5); the words are this software's own."""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

Known = Literal["", "degrees", "before", "suggested"]
"""What is known of a point: the marks of the sheet, shortcomings of earlier years, what a superior suggested."""


class Point(NamedTuple):
    """One point: what is to be written on, how many lines are left for it, and what is filled in."""

    words: str
    lines: int = 2
    known: Known = ""


class Part(NamedTuple):
    """A part with its heading; on a page of its own where it would be torn in two."""

    heading: str
    points: tuple[Point, ...]
    new_page: bool = False


class Form(NamedTuple):
    """A form of review: what the rules call it, its title, for whom it is, its parts, and who signs it."""

    label: str
    title: str
    for_whom: str
    parts: tuple[Part, ...]
    signer: str


_DEGREES: Final = Part("II. TỰ ĐÁNH GIÁ MỨC ĐỘ THỰC HIỆN TỪNG TIÊU CHÍ", (Point("", lines=0, known="degrees"),))


def _rest(whose: str) -> tuple[Part, ...]:
    """The parts that follow the results; `whose` responsibility the shortcomings are."""
    return (
        Part(
            "III. HẠN CHẾ, KHUYẾT ĐIỂM VÀ NGUYÊN NHÂN",
            (
                Point("1. Hạn chế, khuyết điểm.", 3),
                Point(f"2. Nguyên nhân; trách nhiệm của {whose}.", 2),
            ),
        ),
        Part(
            "IV. KẾT QUẢ KHẮC PHỤC HẠN CHẾ, KHUYẾT ĐIỂM ĐÃ ĐƯỢC CHỈ RA",
            (Point("", lines=2, known="before"),),
        ),
        Part(
            "V. NỘI DUNG ĐƯỢC GỢI Ý KIỂM ĐIỂM VÀ NỘI DUNG PHẢI LÀM RÕ (NẾU CÓ)",
            (Point("", lines=2, known="suggested"),),
        ),
        Part(
            "VI. PHƯƠNG HƯỚNG, BIỆN PHÁP KHẮC PHỤC VÀ THỜI HẠN HOÀN THÀNH",
            (Point("", 3),),
        ),
    )


_PERSON: Final = (
    Point("1. Tư tưởng chính trị; phẩm chất đạo đức, lối sống; ý thức tổ chức kỷ luật; tác phong, lề lối làm việc.", 3),
    Point("2. Kết quả thực hiện chức trách, nhiệm vụ, chỉ tiêu được giao trong năm; sản phẩm cụ thể.", 3),
    Point("3. Việc thực hiện cam kết tu dưỡng, rèn luyện, phấn đấu hằng năm.", 2),
)
_LEADER: Final = (
    Point("4. Kết quả lãnh đạo, quản lý, điều hành; mức hoàn thành nhiệm vụ của nơi phụ trách.", 2),
    Point("5. Tinh thần trách nhiệm; năng động, sáng tạo, dám nghĩ, dám làm, dám chịu trách nhiệm.", 2),
    Point("6. Trách nhiệm nêu gương; phòng, chống tham nhũng, lãng phí, tiêu cực; tín nhiệm của cán bộ, đảng viên.", 2),
    Point("7. Phần trách nhiệm cá nhân đối với ưu điểm, khuyết điểm của tập thể.", 2),
    Point("8. Vai trò người đứng đầu trong sắp xếp tổ chức, tinh gọn bộ máy; việc kê khai tài sản, thu nhập.", 2),
)
_COLLECTIVE: Final = (
    Point("1. Chấp hành nguyên tắc tổ chức và hoạt động, tập trung dân chủ; thực hiện quy chế làm việc.", 2),
    Point("2. Kết quả thực hiện mục tiêu, chỉ tiêu, nhiệm vụ đề ra trong năm.", 3),
    Point(
        "3. Xây dựng Đảng; năng lực lãnh đạo; trách nhiệm nêu gương, trách nhiệm giải trình; phòng, chống tham nhũng, "
        "lãng phí, tiêu cực; kiểm tra, giám sát; giải quyết khiếu nại, tố cáo.",
        3,
    ),
    Point("4. Trách nhiệm của tập thể và từng thành viên trong thực hiện nhiệm vụ chính trị.", 2),
    Point("5. Thực hiện chế độ, chính sách; phong trào thi đua.", 2),
    Point("6. Cải cách hành chính; đổi mới, sắp xếp tổ chức bộ máy.", 2),
)
_DONE: Final = "I. ƯU ĐIỂM, KẾT QUẢ ĐẠT ĐƯỢC"
FORMS: Final[Mapping[str, Form]] = {
    "mau-01": Form(
        "Mẫu 01",
        "Báo cáo kiểm điểm",
        "",
        (Part(_DONE, _COLLECTIVE), _DEGREES, *_rest("tập thể, của từng thành viên")),
        "NGƯỜI ĐỨNG ĐẦU TẬP THỂ",
    ),
    "mau-02a": Form(
        "Mẫu 02A",
        "Bản tự kiểm điểm cá nhân",
        "(Dùng cho cá nhân không giữ chức vụ lãnh đạo, quản lý)",
        (Part(_DONE, _PERSON), _DEGREES._replace(new_page=True), *_rest("bản thân")),
        "NGƯỜI TỰ KIỂM ĐIỂM",
    ),
    "mau-02b": Form(
        "Mẫu 02B",
        "Bản tự kiểm điểm cá nhân",
        "(Dùng cho cá nhân giữ chức vụ lãnh đạo, quản lý)",
        (Part(_DONE, (*_PERSON, *_LEADER)), _DEGREES, *_rest("bản thân")),
        "NGƯỜI TỰ KIỂM ĐIỂM",
    ),
}
