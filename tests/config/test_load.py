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
