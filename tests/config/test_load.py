import hashlib
import json
from pathlib import Path

import pytest

from config.errors import ConfigError
from config.load import HOME, list_programmes, load_programme, load_sheet, load_workflow, programme_from_document

SLUGS = list_programmes()


def test_the_programmes_that_run_are_listed() -> None:
    assert {"dan-chu-co-so", "dan-van-chinh-quyen"} <= set(SLUGS)


@pytest.mark.parametrize("slug", SLUGS)
def test_every_programme_loads_under_its_own_name(slug: str) -> None:
    assert load_programme(slug).slug == slug


@pytest.mark.parametrize("slug", SLUGS)
def test_a_document_reads_back_as_the_same_programme(slug: str) -> None:
    programme = load_programme(slug)
    again = programme_from_document(programme.document())
    assert (again, again.document(), again.digest) == (programme, programme.document(), programme.digest)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_document_is_canonical_and_holds_the_workflow_and_the_sheets(slug: str) -> None:
    text = load_programme(slug).document()
    data = json.loads(text)
    assert text == json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert data["workflow"]["assessment"]["transitions"]
    assert all(use["sheet"]["criteria"] for use in data["sheets"])


def test_the_digest_is_that_of_the_text() -> None:
    programme = load_programme("dan-chu-co-so")
    assert programme.digest == hashlib.sha256(programme.document().encode()).hexdigest()


def test_the_digest_of_a_pinned_document_stays_when_the_schema_has_grown() -> None:
    data = json.loads(load_programme("dan-chu-co-so").document())
    del data["evidence"]
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert programme_from_document(text).digest == hashlib.sha256(text.encode()).hexdigest()


def test_a_document_is_read_once() -> None:
    text = load_programme("dan-chu-co-so").document()
    assert programme_from_document(text) is programme_from_document(text)


def test_the_order_that_people_see_survives_the_document() -> None:
    programme = load_programme("dan-chu-co-so")
    written = load_workflow(HOME / "workflows" / "dan-chu-co-so.yaml")
    assert list(programme.workflow.assessment.states) == list(written.assessment.states)
    assert list(programme.subject_kinds) == ["dang_bo_quan_huyen", "dang_bo_xa_phuong", "so_nganh"]


def test_a_sheet_loads_from_its_file() -> None:
    assert load_sheet(HOME / "sheets" / "bieu-1-mau.yaml").slug == "bieu-1-mau"


def test_an_unknown_slug_names_those_there_are() -> None:
    with pytest.raises(ConfigError, match=r"nope: there is no such programme; there are: .*dan-chu-co-so"):
        load_programme("nope")


def test_problems_of_the_programme_its_workflow_and_its_sheets_come_together(tmp_path: Path) -> None:
    for folder in ("programmes", "workflows", "sheets"):
        (tmp_path / folder).mkdir()
    text = (HOME / "programmes" / "dan-chu-co-so.yaml").read_text(encoding="utf-8")
    text = (
        text.replace("layout: party", "layout: none")
        .replace("bieu-2-mau", "bieu-9")
        .replace("workflow: dan-chu-co-so", "workflow: w")
    )
    file = tmp_path / "programmes" / "p.yaml"
    file.write_text(text, encoding="utf-8")
    (tmp_path / "workflows" / "w.yaml").write_text(
        "workflow: w\nintake: open\nroles: {}\nround: {}\n", encoding="utf-8"
    )
    with pytest.raises(ConfigError) as caught:
        load_programme(file)
    found = {(Path(problem.file).name, problem.path) for problem in caught.value.problems}
    assert found == {
        ("p.yaml", "layout"),
        ("p.yaml", "sheets[1].sheet"),
        ("w.yaml", ""),
        ("w.yaml", "round"),
    }


@pytest.mark.parametrize("text", ["", "[]", "just words"])
def test_a_file_that_is_no_programme_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "p.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_programme(file)
    assert [problem.line for problem in caught.value.problems] == [1]


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="the file cannot be read"):
        load_programme(tmp_path / "p.yaml")


VARIANT = """\
slug: bien-the
title: Biến thể
status: own_wording
variant_of: khung-30-70
replace:
  II.2:
    - {code: II.2.a, label: Việc thứ nhất, kind: graded, max: 30}
    - {code: II.2.b, label: Việc thứ hai, kind: graded, max: 10}
"""


def variant_problems(folder: Path, old: str, new: str) -> list[str]:
    assert old in VARIANT
    file = folder / "bien-the.yaml"
    file.write_text(VARIANT.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_sheet(file)
    return [str(problem).removeprefix(f"{file}:") for problem in caught.value.problems]


@pytest.mark.rule("S2-2.4")
def test_a_variant_is_its_frame_with_other_criteria_in_one_group(tmp_path: Path) -> None:
    (tmp_path / "bien-the.yaml").write_text(VARIANT, encoding="utf-8")
    variant, frame = load_sheet(tmp_path / "bien-the.yaml"), load_sheet(HOME / "sheets" / "khung-30-70.yaml")
    own = [leaf.label for leaf in variant.leaves() if leaf.code.startswith("II.2")]
    assert (variant.slug, variant.title, variant.total) == ("bien-the", "Biến thể", frame.total)
    assert own == ["Việc thứ nhất", "Việc thứ hai"]
    assert len(variant.leaves()) == len(frame.leaves()) - 1


@pytest.mark.rule("S2-2.4", "X-N3")
@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("max: 10", "max: 8", "6: replace.II.2: criterion II.2: max is 40, its children add up to 38"),
        ("code: II.2.b", "code: II.2.a", "8: replace.II.2[1].code: the code II.2.a stands twice"),
        ("kind: graded", "kind: grade", "7: replace.II.2[0].kind: \"grade\" is not allowed here; expected 'group'"),
        ("  II.2:", "  II.9:", '6: replace.II.9: the frame "khung-30-70" has no criterion of this code'),
        ("  II.2:", "  II.3:", '6: replace.II.3: criterion II.3: kind "capped_choice" takes no "children"'),
        ("khung-30-70", "khung", '4: variant_of: there is no sheet "khung.yaml"'),
        ("status: own_wording\n", "", '1: "status" is missing'),
        ("status: own_wording", "status: mine", '3: status: "mine" is not allowed here'),
        ("title: Biến thể", "title: Biến thể\ntotal: 90", '3: total: unknown key "total"'),
    ],
)
def test_what_is_wrong_with_a_variant_is_told_with_its_own_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert any(problem.startswith(said) for problem in variant_problems(tmp_path, old, new))


def test_what_is_wrong_with_a_frame_is_told_with_the_line_of_the_frame(tmp_path: Path) -> None:
    frame = (HOME / "sheets" / "khung-30-70.yaml").read_text(encoding="utf-8")
    (tmp_path / "khung-30-70.yaml").write_text(frame.replace("total: 100", "total: 90"), encoding="utf-8")
    (tmp_path / "bien-the.yaml").write_text(VARIANT, encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_sheet(tmp_path / "bien-the.yaml")
    assert [Path(problem.file).name for problem in caught.value.problems] == ["khung-30-70.yaml"]


def test_a_variant_of_a_variant_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bien-the.yaml").write_text(VARIANT, encoding="utf-8")
    (tmp_path / "con.yaml").write_text(VARIANT.replace("of: khung-30-70", "of: bien-the"), encoding="utf-8")
    with pytest.raises(ConfigError, match='unknown key "variant_of"'):
        load_sheet(tmp_path / "con.yaml")
