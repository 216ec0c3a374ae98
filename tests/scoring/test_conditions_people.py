"""What discipline, ballots, statements and combinations answer, and in which words (RULES 4.13)."""

import pytest

from scoring.rating import Case, Discipline, Votes
from tests.scoring.rated import GOOD_MEMBER, LEADER, MEMBER, ORG, ask, but

Row = tuple[dict[str, object], Case, bool | None, str]


DISCIPLINE: list[Row] = [
    (
        {"disciplined": {"of": ["self", "member"], "excused": True}},
        Case(disciplines=(Discipline("self", remedied=True), Discipline("member"), Discipline("subordinate"))),
        True,
        (
            "Bị kỷ luật (chính tập thể, cá nhân được xếp loại, thành viên): 2 trường hợp, trong đó 1 "
            "trường hợp tự phát hiện và khắc phục xong hậu quả được loại trừ; yêu cầu từ 1 trường hợp"
        ),
    ),
    (
        {"disciplined": {"of": ["subordinate"], "excused": False, "corruption": True}},
        Case(disciplines=(Discipline("subordinate", remedied=True, corruption=True), Discipline("subordinate"))),
        True,
        (
            "Bị kỷ luật liên quan đến tham nhũng, tiêu cực (tổ chức, đơn vị trực thuộc hoặc thuộc quyền "
            "quản lý): 1 trường hợp, trong đó 1 trường hợp tự phát hiện và khắc phục xong hậu quả không "
            "được loại trừ; yêu cầu từ 1 trường hợp"
        ),
    ),
    (
        {"disciplined": {"of": ["subordinate"], "excused": True, "corruption": True}},
        Case(disciplines=(Discipline("subordinate"),)),
        False,
        (
            "Bị kỷ luật liên quan đến tham nhũng, tiêu cực (tổ chức, đơn vị trực thuộc hoặc thuộc quyền "
            "quản lý): 0 trường hợp; yêu cầu từ 1 trường hợp"
        ),
    ),
    (
        {"disciplined": {"of": ["self"], "excused": True}},
        Case(),
        None,
        ("Bị kỷ luật (chính tập thể, cá nhân được xếp loại): chưa có thông tin; yêu cầu từ 1 trường hợp"),
    ),
    (
        {"no_discipline": {"of": ["self"], "excused": False}},
        Case(disciplines=()),
        True,
        "Bị kỷ luật (chính tập thể, cá nhân được xếp loại): 0 trường hợp; yêu cầu không có",
    ),
    (
        {"no_discipline": {"of": ["self"], "excused": False}},
        Case(disciplines=(Discipline("self", remedied=True),)),
        False,
        (
            "Bị kỷ luật (chính tập thể, cá nhân được xếp loại): 1 trường hợp, trong đó 1 trường hợp tự "
            "phát hiện và khắc phục xong hậu quả không được loại trừ; yêu cầu không có"
        ),
    ),
    (
        {"no_discipline": {"of": ["self"], "excused": True}},
        Case(disciplines=(Discipline("self", remedied=True),)),
        True,
        (
            "Bị kỷ luật (chính tập thể, cá nhân được xếp loại): 1 trường hợp, trong đó 1 trường hợp tự "
            "phát hiện và khắc phục xong hậu quả được loại trừ; yêu cầu không có"
        ),
    ),
    (
        {"no_discipline": {"of": ["self"], "excused": True}},
        Case(),
        None,
        "Bị kỷ luật (chính tập thể, cá nhân được xếp loại): chưa có thông tin; yêu cầu không có",
    ),
    (
        {"disciplined_share": {"who": "subordinate", "of": "subordinate_units", "below": "1/10"}},
        but(ORG, disciplines=(Discipline("subordinate"), Discipline("member"))),
        False,
        (
            "Bị kỷ luật (tổ chức, đơn vị trực thuộc hoặc thuộc quyền quản lý): 1/10 đơn vị trực thuộc "
            "(10%); yêu cầu dưới 10%"
        ),
    ),
    (
        {"disciplined_share": {"who": "subordinate", "of": "subordinate_units", "below": "1/10"}},
        Case(disciplines=(Discipline("member"),)),
        True,
        "Bị kỷ luật (tổ chức, đơn vị trực thuộc hoặc thuộc quyền quản lý): không có; yêu cầu dưới 10%",
    ),
    (
        {"disciplined_share": {"who": "subordinate", "of": "subordinate_units", "equals": "1/2"}},
        Case(disciplines=()),
        False,
        "Bị kỷ luật (tổ chức, đơn vị trực thuộc hoặc thuộc quyền quản lý): không có; yêu cầu đúng 50%",
    ),
    (
        {"disciplined_share": {"who": "subordinate", "of": "subordinate_units", "below": "1/10"}},
        Case(),
        None,
        (
            "Bị kỷ luật (tổ chức, đơn vị trực thuộc hoặc thuộc quyền quản lý): chưa đủ số liệu (…/… đơn "
            "vị trực thuộc); yêu cầu dưới 10%"
        ),
    ),
]


@pytest.mark.parametrize(("written", "case", "held", "text"), DISCIPLINE)
def test_discipline_is_told_in_words(written: dict[str, object], case: Case, *, held: bool | None, text: str) -> None:
    assert ask(written, case) == (held, text)


BALLOTS: list[Row] = [
    (
        {"ballots": {"box": "workplace", "level": "httnv", "at_least": "9/10"}},
        but(LEADER, ballots={"workplace": Votes({"htxsnv": 50, "httnv": 40}, 100, 110, 120)}),
        True,
        ("90/100 phiếu hợp lệ của nơi công tác (90%) đánh giá hoàn thành tốt nhiệm vụ trở lên; yêu cầu từ 90%"),
    ),
    (
        {"ballots": {"box": "workplace", "level": "htxsnv", "at_least": "9/10"}},
        LEADER,
        True,
        ("90/100 phiếu hợp lệ của nơi công tác (90%) đánh giá hoàn thành xuất sắc nhiệm vụ; yêu cầu từ 90%"),
    ),
    (
        {"ballots": {"box": "residence", "option": "good", "at_least": "4/5", "when_polled": True}},
        LEADER,
        True,
        ("80/100 phiếu hợp lệ của nhân dân nơi cư trú (80%) đánh giá thực hiện tốt nghĩa vụ công dân; yêu cầu từ 80%"),
    ),
    (
        {"ballots": {"box": "residence", "option": "bad", "more_than": "1/2", "when_polled": True}},
        LEADER,
        False,
        (
            "0/100 phiếu hợp lệ của nhân dân nơi cư trú (0%) đánh giá thực hiện không tốt nghĩa vụ công "
            "dân; yêu cầu trên 50%"
        ),
    ),
    (
        {"ballots": {"box": "confidence", "option": "low", "more_than": "1/2"}},
        LEADER,
        False,
        "50/100 phiếu tín nhiệm hợp lệ (50%) đánh giá tín nhiệm thấp; yêu cầu trên 50%",
    ),
    (
        {"ballots": {"box": "residence", "option": "good", "at_least": "4/5", "when_polled": True, "if_none": "holds"}},
        MEMBER,
        True,
        "Năm nay không tổ chức lấy phiếu của nhân dân nơi cư trú",
    ),
    (
        {"ballots": {"box": "residence", "option": "good", "at_least": "4/5"}},
        MEMBER,
        None,
        ("Chưa có kết quả kiểm phiếu của nhân dân nơi cư trú đánh giá thực hiện tốt nghĩa vụ công dân; yêu cầu từ 80%"),
    ),
    (
        {"ballots": {"box": "workplace", "level": "htxsnv", "at_least": "9/10"}},
        but(LEADER, ballots={"workplace": Votes({"htxsnv": 11}, 10, 11, 12)}),
        None,
        (
            "Kết quả kiểm phiếu của nơi công tác không dùng được: 11/10 phiếu đánh giá hoàn thành xuất "
            "sắc nhiệm vụ; yêu cầu từ 90%"
        ),
    ),
    (
        {"ballots": {"box": "workplace", "level": "htxsnv", "at_least": "9/10"}},
        but(LEADER, ballots={"workplace": Votes({}, 0, 11, 12)}),
        None,
        (
            "Kết quả kiểm phiếu của nơi công tác không dùng được: 0/0 phiếu đánh giá hoàn thành xuất sắc "
            "nhiệm vụ; yêu cầu từ 90%"
        ),
    ),
]


@pytest.mark.parametrize(("written", "case", "held", "text"), BALLOTS)
def test_ballots_are_told_in_words(written: dict[str, object], case: Case, *, held: bool | None, text: str) -> None:
    assert ask(written, case) == (held, text)


STATEMENTS_AND_COMBINATIONS: list[Row] = [
    (
        {"declared": {"statement": "exemplary"}},
        MEMBER,
        True,
        "Tiêu biểu về năng lực, đạo đức, lối sống, đi đầu đổi mới sáng tạo: có",
    ),
    (
        {"declared": {"statement": "exemplary"}},
        GOOD_MEMBER,
        False,
        "Tiêu biểu về năng lực, đạo đức, lối sống, đi đầu đổi mới sáng tạo: không",
    ),
    (
        {"declared": {"statement": "exemplary"}},
        Case(),
        None,
        "Tiêu biểu về năng lực, đạo đức, lối sống, đi đầu đổi mới sáng tạo: chưa khai báo",
    ),
    (
        {"declared": {"statement": "force_majeure"}},
        Case(),
        None,
        "Không đạt chỉ tiêu do bất khả kháng: chưa khai báo hoặc chưa được cấp trên chấp nhận",
    ),
    (
        {"any": [{"declared": {"statement": "exemplary"}}, {"declared": {"statement": "outstanding"}}]},
        but(MEMBER, declared={"exemplary": False}),
        True,
        (
            "Tiêu biểu về năng lực, đạo đức, lối sống, đi đầu đổi mới sáng tạo: không; hoặc: Có nhiều "
            "thành tích nổi bật, là điển hình để nơi khác học tập: có"
        ),
    ),
    (
        {"all": [{"declared": {"statement": "exemplary"}}, {"declared": {"statement": "outstanding"}}]},
        but(MEMBER, declared={"exemplary": False}),
        False,
        (
            "Tiêu biểu về năng lực, đạo đức, lối sống, đi đầu đổi mới sáng tạo: không; đồng thời: Có "
            "nhiều thành tích nổi bật, là điển hình để nơi khác học tập: có"
        ),
    ),
    (
        {"not": {"declared": {"statement": "exemplary"}}},
        MEMBER,
        False,
        "Tiêu biểu về năng lực, đạo đức, lối sống, đi đầu đổi mới sáng tạo: có",
    ),
    (
        {"not": {"declared": {"statement": "exemplary"}}},
        Case(),
        None,
        "Tiêu biểu về năng lực, đạo đức, lối sống, đi đầu đổi mới sáng tạo: chưa khai báo",
    ),
]


@pytest.mark.parametrize(("written", "case", "held", "text"), STATEMENTS_AND_COMBINATIONS)
def test_statements_and_combinations_are_told_in_words(
    written: dict[str, object], case: Case, *, held: bool | None, text: str
) -> None:
    assert ask(written, case) == (held, text)
