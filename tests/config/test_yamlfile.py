from decimal import Decimal
from pathlib import Path
from typing import Self

import pytest
from pydantic import BaseModel, ConfigDict, model_validator

from config.errors import ConfigError, Defect, Problem, refuse
from config.yamlfile import read, validate


class Leaf(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str
    max: Decimal
    on: bool = False


class Tree(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    leaves: tuple[Leaf, ...]

    @model_validator(mode="after")
    def _no_nines(self) -> Self:
        nines = [index for index, leaf in enumerate(self.leaves) if leaf.max == 9]
        refuse("Tree", [Defect(("leaves", index, "max"), "nine is too much") for index in nines])
        return self


def written(folder: Path, text: str) -> Path:
    path = folder / "tree.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def problems(folder: Path, text: str) -> list[str]:
    path = written(folder, text)
    with pytest.raises(ConfigError) as caught:
        validate(Tree, read(path), path)
    return [str(problem).removeprefix(f"{path}") for problem in caught.value.problems]


def test_plain_values_are_read_as_written(tmp_path: Path) -> None:
    text = "a: 1.25\nb: 02\nc: no\nd: true\ne: 2026-12-10\nf: 12:30\ng: -3\nh:\ni: [x, ~]\n1: y\n"
    assert read(written(tmp_path, text)).data == {
        "a": Decimal("1.25"),
        "b": "02",
        "c": "no",
        "d": True,
        "e": "2026-12-10",
        "f": "12:30",
        "g": -3,
        "h": None,
        "i": ["x", None],
        "1": "y",
    }


def test_text_is_read_in_one_unicode_form(tmp_path: Path) -> None:
    assert read(written(tmp_path, "a: Tie\u0302\u0301ng\n")).data == {"a": "Ti\u1ebfng"}


def test_every_path_has_its_line(tmp_path: Path) -> None:
    document = read(written(tmp_path, "leaves:\n  - code: a\n    max: 1\n\n  - code: b\n"))
    assert document.line_of(("leaves", 0, "max")) == 3
    assert document.line_of(("leaves", 1)) == 5
    assert document.line_of(("leaves", 1, "max")) == 5
    assert document.line_of(()) == 1


def test_a_good_file_becomes_its_model(tmp_path: Path) -> None:
    path = written(tmp_path, "leaves:\n  - {code: a, max: 0.5}\n")
    assert validate(Tree, read(path), path) == Tree(leaves=(Leaf(code="a", max=Decimal("0.5")),))


def test_all_problems_come_at_once_with_their_lines(tmp_path: Path) -> None:
    text = "leaves:\n  - code: a\n    mx: 1\n  - code: 7\n    max: nhiều\n    on: no\nroots: []\n"
    assert problems(tmp_path, text) == [
        ':2: leaves[0]: "max" is missing',
        ':3: leaves[0].mx: unknown key "mx"',
        ':4: leaves[1].code: expected text (a number or true/false as text stands in quotes), found "7"',
        ':5: leaves[1].max: expected a number, found "nhiều"',
        ':7: roots: unknown key "roots"',
    ]


def test_defects_between_values_have_their_lines(tmp_path: Path) -> None:
    text = "leaves:\n  - code: a\n    max: 9\n  - code: b\n    max: 1\n  - {code: c, max: 9}\n"
    assert problems(tmp_path, text) == [
        ":3: leaves[0].max: nine is too much",
        ":6: leaves[2].max: nine is too much",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: 1\nb: 2\na: 3\n", ':3: a: the key "a" stands twice'),
        ("a:\n  b: 1\n  b: 2\n", ':3: a.b: the key "b" stands twice'),
        ("? [a]\n: 1\n", ":1: a key must be plain text"),
        ("a: &x 1\nb: *x\n", ":2: aliases are not used here, write the value out"),
        ("[" * 60 + "]" * 60, ":1: nested too deeply"),
        ("", ":1: expected a mapping, found nothing"),
        ("- a\n", ":1: expected a mapping, found a list"),
        ("leaves: tốt\n", ':1: leaves: expected a list, found "tốt"'),
        ("a: \x01\n", ": the file holds characters that YAML does not allow"),
    ],
)
def test_what_is_no_usable_yaml_is_refused_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    assert problems(tmp_path, text) == [said]


def test_broken_yaml_is_refused_with_its_line(tmp_path: Path) -> None:
    (said,) = problems(tmp_path, "leaves:\n  - {code: a\nb: 1\n")
    assert said.startswith(":3: not valid YAML: while parsing a flow mapping")


def test_a_file_that_cannot_be_read_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path / "none.yaml")
    assert str(caught.value) == f"{tmp_path / 'none.yaml'}: the file cannot be read: No such file or directory"


def test_a_file_in_an_old_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "old.yaml"
    path.write_bytes(b"a: \xd0\xe0\n")
    with pytest.raises(ConfigError) as caught:
        read(path)
    assert caught.value.problems == (Problem(str(path), None, "", "the file is not UTF-8 text"),)
