"""What the check of a sheet finds is told in the language of the reader, whatever is wrong with the sheet."""

import ast
import re
from collections.abc import Iterator

import pytest

from config import load
from config.errors import Problem
from config.placing import check_sheet
from tests.language.sentences import ROOT, _text
from web.loader_words import worded
from web.sentences import HOLE, LOADER, of_loader
from web.words import HOME, catalogue, read_in

SLUG = "dan-van-chinh-quyen-2022"
TEXT = (load.HOME / "sheets" / f"{SLUG}.yaml").read_text(encoding="utf-8")
SAID = {"defect", "Defect", "Problem", "_problem", "_note"}
MODULES = ("sheet", "variants", "placing", "yamlfile", "load")
ELSEWHERE = {"there is no such programme; there are: {}", "{}: {}{}"}
"""What only a command says; what pydantic adds to a value."""


@pytest.fixture(autouse=True)
def reader() -> Iterator[None]:
    read_in("vi")
    yield
    read_in("vi")


BROKEN = [
    ("total: 100", "total: 99", "Tổng điểm của biểu ghi 99, các nhóm cộng lại được 100; sửa cho hai số bằng nhau."),
    ("total: 100\n", "", "Thiếu tổng điểm; ghi thêm vào chỗ này."),
    ("status: own_wording", "status: sure", "Ở đây không dùng được"),
    ("total: 100", "total: 100\nweight: 3", "Bản phần mềm này không biết mục «weight»; bỏ mục đó"),
    ("total: 100", "total: -1", '"-1" không được âm; ghi lại số.'),
    ("total: 100", "total: nhiều", 'Ở đây phải là một số mà lại ghi "nhiều"; ghi lại cho đúng.'),
    ("total: 100", "total: 100\ntotal: 100", "Mục «tổng điểm» ghi hai lần; bỏ một."),
    ("total: 100", "total: [100", "Tệp không đúng dạng YAML ở dòng này"),
    ("step: 0.25", "step: 7", "không chấm đến 3 điểm được với bước chấm 7"),
    ("code: I.1", "code: I.2", "đứng ở hai mục; ghi số thứ tự khác nhau cho hai mục đó."),
    ("code: I.1", "code: '?'", '"?" không đúng dạng của mã'),
    ("kind: graded", "kind: degree", "cách chấm «cấp độ» không dùng điểm tối đa; đặt lại cách chấm"),
    ("kind: graded", "kind: choice", "cách chấm «chọn một» còn thiếu phương án; ghi thêm"),
    ("kind: graded", "kind: guess", "Ở đây không dùng được"),
]


@pytest.mark.parametrize(("was", "becomes", "told"), BROKEN)
def test_a_broken_sheet_is_told_in_vietnamese(was: str, becomes: str, told: str) -> None:
    assert was in TEXT
    found = worded(check_sheet(SLUG, TEXT.replace(was, becomes, 1)))
    assert found
    assert [one.said for one in found if not one.told] == []
    assert any(told in one.told for one in found), found
    read_in("en")
    assert all(one.told == one.said for one in worded(check_sheet(SLUG, TEXT.replace(was, becomes, 1))))


def test_what_nobody_put_into_words_is_left_to_the_frame() -> None:
    strange = Problem("a.yaml", 3, "x", "the moon is made of cheese")
    assert [(one.told, one.said) for one in worded([strange])] == [("", "the moon is made of cheese")]


def test_every_sentence_about_sheets_is_in_the_catalogue() -> None:
    known, wanted = catalogue(HOME, LOADER), set(sentences()) - ELSEWHERE
    assert len(wanted) > 25
    assert sorted(text for text in wanted if not of_loader(text.replace(HOLE, "x1")) and text not in known) == []
    assert [text for text in known.values() if not text.strip() or re.search(r"\b(the|needs|must)\b", text)] == []


def sentences() -> Iterator[str]:
    """What the modules about sheets say is wrong."""
    for name in MODULES:
        tree = ast.parse((ROOT / "config" / f"{name}.py").read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in SAID:
                yield from (text for part in node.args[1:] if " " in (text := _text(part)))
            elif isinstance(node, ast.Return | ast.Assign) and name in {"yamlfile", "placing"} and node.value:
                text = _text(node.value)
                yield from [text] if " " in text and HOLE in text else []
