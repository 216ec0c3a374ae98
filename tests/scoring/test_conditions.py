"""What each condition answers, and in which words: the figures, what is asked for, what is missing (RULES 4.13)."""

from decimal import Decimal

import pytest

from config.conditions import CONDITIONS, Term
from scoring.conditions import answer
from scoring.ground import Ground
from scoring.rating import Case
from tests.scoring.rated import LEADER, LEAVES, MEMBER, ORG, QD_124, A, G, P, ask, but, without

Row = tuple[dict[str, object], Case, bool | None, str]


POINTS_AND_DEGREES: list[Row] = [
    ({"total": {"at_least": 90}}, Case(total=Decimal("89.75")), False, "Tổng điểm 89,75; yêu cầu từ 90 điểm"),
    ({"total": {"at_least": 90}}, Case(total=Decimal(90)), True, "Tổng điểm 90; yêu cầu từ 90 điểm"),
    ({"total": {"below": 50}}, Case(total=Decimal(50)), False, "Tổng điểm 50; yêu cầu dưới 50 điểm"),
    ({"total": {"below": 50}}, Case(total=Decimal("49.9")), True, "Tổng điểm 49,9; yêu cầu dưới 50 điểm"),
    ({"total": {"below": 50}}, Case(), None, "Chưa có tổng điểm; yêu cầu dưới 50 điểm"),
    (
        {"degrees": {"of": "task", "at_least": "xuat_sac"}},
        but(ORG, degrees={"B.1": G, "B.3": A}),
        False,
        (
            "1/3 tiêu chí về kết quả thực hiện nhiệm vụ đạt Xuất sắc; chưa đạt: B.1 (Tốt), B.3 (Trung "
            "bình); yêu cầu tất cả"
        ),
    ),
    (
        {"degrees": {"of": "task", "at_least": "xuat_sac"}},
        ORG,
        True,
        "3/3 tiêu chí về kết quả thực hiện nhiệm vụ đạt Xuất sắc; yêu cầu tất cả",
    ),
    (
        {"degrees": {"of": "task", "at_least": "tot"}},
        but(ORG, degrees={"B.2": G}),
        True,
        "3/3 tiêu chí về kết quả thực hiện nhiệm vụ đạt Tốt trở lên; yêu cầu tất cả",
    ),
    (
        {"degrees": {"of": "task", "at_least": "tot"}},
        without(without(ORG, "degrees", "B.1"), "degrees", "B.3"),
        None,
        ("1/3 tiêu chí về kết quả thực hiện nhiệm vụ đạt Tốt trở lên; chưa đánh giá: B.1, B.3; yêu cầu tất cả"),
    ),
    (
        {"degrees": {"of": "task", "at_least": "tot"}},
        Case(),
        None,
        "Không có tiêu chí về kết quả thực hiện nhiệm vụ nào để đánh giá",
    ),
    (
        {"poor_degrees": {"of": "basic"}},
        but(ORG, degrees={"A.1": P, "A.3": P}),
        True,
        "2/10 tiêu chí cơ bản ở mức Kém: A.1, A.3; yêu cầu từ 1 tiêu chí",
    ),
    ({"poor_degrees": {"of": "basic"}}, ORG, False, "0/10 tiêu chí cơ bản ở mức Kém; yêu cầu từ 1 tiêu chí"),
    (
        {"poor_degrees": {"of": "basic"}},
        without(ORG, "degrees", "A.1"),
        None,
        "0/10 tiêu chí cơ bản ở mức Kém; chưa đánh giá: A.1; yêu cầu từ 1 tiêu chí",
    ),
    ({"poor_degrees": {"of": "basic"}}, Case(), None, "Không có tiêu chí cơ bản nào để đánh giá"),
    (
        {"degree_share": {"of": "task", "at_or_below": "kem", "more_than": "1/2"}},
        but(ORG, degrees={"B.1": P, "B.2": P}),
        True,
        "2/3 tiêu chí về kết quả thực hiện nhiệm vụ (66,7%) ở mức Kém; yêu cầu trên 50%",
    ),
    (
        {"degree_share": {"of": "all", "at_or_below": "trung_binh", "at_least": "1/5"}},
        without(but(ORG, degrees={"B.1": A}), "degrees", "B.3"),
        None,
        "1/10 tiêu chí (10%) ở mức Trung bình trở xuống; chưa đánh giá: B.3; yêu cầu từ 20%",
    ),
    (
        {"degree_share": {"of": "all", "at_or_below": "trung_binh", "at_least": "1/5", "if_none": "fails"}},
        Case(),
        False,
        "Không có tiêu chí nào để đánh giá",
    ),
    (
        {"criteria_share": {"of": "not_task", "figure": "criteria_not_ensured", "at_most": "1/5"}},
        but(MEMBER, figures={"criteria_not_ensured": 2}),
        False,
        (
            "Tiêu chí chưa bảo đảm chất lượng, tiến độ hoặc hiệu quả thấp: 2/7 tiêu chí còn lại (28,6%); "
            "yêu cầu không quá 20%"
        ),
    ),
    (
        {"criteria_share": {"of": "not_task", "figure": "criteria_not_ensured", "at_most": "1/5"}},
        Case(leaves=LEAVES),
        None,
        (
            "Tiêu chí chưa bảo đảm chất lượng, tiến độ hoặc hiệu quả thấp: chưa đủ số liệu (…/7 tiêu chí "
            "còn lại); yêu cầu không quá 20%"
        ),
    ),
    (
        {"criteria_share": {"of": "not_task", "figure": "criteria_not_ensured", "at_most": "1/5", "if_none": "holds"}},
        Case(),
        True,
        "Tiêu chí chưa bảo đảm chất lượng, tiến độ hoặc hiệu quả thấp: không có tiêu chí còn lại",
    ),
]


@pytest.mark.parametrize(("written", "case", "held", "text"), POINTS_AND_DEGREES)
def test_points_and_degrees_are_told_in_words(
    written: dict[str, object], case: Case, *, held: bool | None, text: str
) -> None:
    assert ask(written, case) == (held, text)


LEVELS_OF_OTHERS: list[Row] = [
    (
        {"share": {"whom": "members", "or_better": "httnv", "at_least": "4/5"}},
        ORG,
        True,
        "8/10 đảng viên (80%) hoàn thành tốt nhiệm vụ trở lên; yêu cầu từ 80%",
    ),
    (
        {"share": {"whom": "members", "or_better": "htxsnv", "at_least": "4/5"}},
        ORG,
        False,
        "0/10 đảng viên (0%) hoàn thành xuất sắc nhiệm vụ; yêu cầu từ 80%",
    ),
    (
        {"share": {"whom": "managed", "exactly": "htnv", "below": "1/2"}},
        LEADER,
        True,
        ("3/10 cơ quan, đơn vị thuộc quyền quản lý trực tiếp (30%) hoàn thành nhiệm vụ; yêu cầu dưới 50%"),
    ),
    (
        {"share": {"whom": "peers", "or_better": "httnv", "at_least": "all"}},
        but(ORG, related={"peers": ("httnv", None, None)}),
        None,
        (
            "1/3 tổ chức chính quyền, Mặt trận Tổ quốc, đoàn thể cùng cấp (33,3%) hoàn thành tốt nhiệm "
            "vụ trở lên, 2 nơi chưa xếp loại; yêu cầu 100%"
        ),
    ),
    (
        {"share": {"whom": "subordinates", "or_better": "httnv", "at_least": "all"}},
        Case(),
        None,
        ("Chưa có kết quả xếp loại của tổ chức đảng trực thuộc; yêu cầu 100% hoàn thành tốt nhiệm vụ trở lên"),
    ),
    (
        {"share": {"whom": "subordinates", "exactly": "httnv", "at_least": "all", "if_none": "holds"}},
        Case(related={"subordinates": ()}),
        True,
        "Không có tổ chức đảng trực thuộc thuộc diện xếp loại trong năm",
    ),
    (
        {"level": {"whom": "headed", "or_better": "httnv"}},
        but(LEADER, related={"headed": ("htxsnv", "htnv", None)}),
        False,
        (
            "Mức xếp loại tập thể, tổ chức phụ trách: hoàn thành xuất sắc nhiệm vụ, hoàn thành nhiệm vụ, "
            "chưa xếp loại; yêu cầu hoàn thành tốt nhiệm vụ trở lên"
        ),
    ),
    (
        {"level": {"whom": "headed", "or_better": "htnv"}},
        but(LEADER, related={"headed": ("htxsnv", "htnv")}),
        True,
        (
            "Mức xếp loại tập thể, tổ chức phụ trách: hoàn thành xuất sắc nhiệm vụ, hoàn thành nhiệm vụ; "
            "yêu cầu hoàn thành nhiệm vụ trở lên"
        ),
    ),
    (
        {"level": {"whom": "headed", "exactly": "khtnv"}},
        but(LEADER, related={"headed": ("htxsnv", "khtnv")}),
        True,
        (
            "Mức xếp loại tập thể, tổ chức phụ trách: hoàn thành xuất sắc nhiệm vụ, không hoàn thành "
            "nhiệm vụ; yêu cầu không hoàn thành nhiệm vụ"
        ),
    ),
    (
        {"level": {"whom": "civil_servant", "or_better": "htxsnv"}},
        Case(),
        None,
        "Chưa có mức xếp loại cán bộ, công chức, viên chức; yêu cầu hoàn thành xuất sắc nhiệm vụ",
    ),
    (
        {"level": {"whom": "civil_servant", "exactly": "khtnv", "if_none": "fails"}},
        Case(related={"civil_servant": ()}),
        False,
        "Không thuộc diện xét theo mức xếp loại cán bộ, công chức, viên chức",
    ),
]


@pytest.mark.parametrize(("written", "case", "held", "text"), LEVELS_OF_OTHERS)
def test_levels_of_others_are_told_in_words(
    written: dict[str, object], case: Case, *, held: bool | None, text: str
) -> None:
    assert ask(written, case) == (held, text)


FIGURES: list[Row] = [
    (
        {"figures": {"part": "tasks_done", "of": "tasks", "at_least": "all"}},
        MEMBER,
        True,
        ("Nhiệm vụ cá nhân đã hoàn thành: 10/10 chỉ tiêu, nhiệm vụ cá nhân được giao (100%); yêu cầu 100%"),
    ),
    (
        {"figures": {"part": "tasks_done", "of": "tasks", "more_than": "7/10"}},
        but(MEMBER, figures={"tasks_done": 7}),
        False,
        ("Nhiệm vụ cá nhân đã hoàn thành: 7/10 chỉ tiêu, nhiệm vụ cá nhân được giao (70%); yêu cầu trên 70%"),
    ),
    (
        {"figures": {"part": "tasks_done", "of": "tasks", "at_least": "all"}},
        without(MEMBER, "figures", "tasks_done"),
        None,
        ("Nhiệm vụ cá nhân đã hoàn thành: chưa đủ số liệu (…/10 chỉ tiêu, nhiệm vụ cá nhân được giao); yêu cầu 100%"),
    ),
    (
        {"figures": {"part": "tasks_done", "of": "tasks", "at_least": "all"}},
        without(MEMBER, "figures", "tasks"),
        None,
        ("Nhiệm vụ cá nhân đã hoàn thành: chưa đủ số liệu (10/… chỉ tiêu, nhiệm vụ cá nhân được giao); yêu cầu 100%"),
    ),
    (
        {"figures": {"part": "tasks_done", "of": "tasks", "at_least": "all"}},
        but(MEMBER, figures={"tasks_done": -1}),
        None,
        (
            "Nhiệm vụ cá nhân đã hoàn thành: số liệu mâu thuẫn (-1/10 chỉ tiêu, nhiệm vụ cá nhân được "
            "giao); yêu cầu 100%"
        ),
    ),
    (
        {"figures": {"part": "tasks_done", "of": "tasks", "at_least": "all", "if_none": "holds"}},
        but(MEMBER, figures={"tasks": 0}),
        True,
        "Nhiệm vụ cá nhân đã hoàn thành: không có chỉ tiêu, nhiệm vụ cá nhân được giao",
    ),
    (
        {"count": {"figure": "main_targets_missed", "at_least": 1}},
        but(ORG, figures={"main_targets_missed": 1}),
        True,
        "Chỉ tiêu chủ yếu không đạt kế hoạch: 1; yêu cầu từ 1",
    ),
    (
        {"count": {"figure": "main_targets_missed", "at_least": 2}},
        but(ORG, figures={"main_targets_missed": 1}),
        False,
        "Chỉ tiêu chủ yếu không đạt kế hoạch: 1; yêu cầu từ 2",
    ),
    (
        {"count": {"figure": "main_targets_missed", "at_least": 1}},
        Case(),
        None,
        "Chỉ tiêu chủ yếu không đạt kế hoạch: chưa có số liệu; yêu cầu từ 1",
    ),
]


@pytest.mark.parametrize(("written", "case", "held", "text"), FIGURES)
def test_figures_are_told_in_words(written: dict[str, object], case: Case, *, held: bool | None, text: str) -> None:
    assert ask(written, case) == (held, text)


def test_a_total_that_is_asked_without_a_line_is_an_error() -> None:
    unasked = Term.model_construct(name="total", parameters=CONDITIONS["total"].model_construct())
    with pytest.raises(ValueError, match="at_least=None below=None"):
        answer(unasked, Ground(ORG, QD_124.rulebook("dang_bo_co_so", "")))
