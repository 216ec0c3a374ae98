"""`danhgia archive` and `danhgia audit archive`: a concluded round as a folder, and every change to it found."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from actions.rank import rank_round
from actions.report import report
from danhgia.archive import folder_for
from models.db import Database
from reports import archive
from states.history import seal
from tests.actions.later import chain, ready_to_report
from tests.danhgia.conftest import Shell
from tests.danhgia.test_history_format import CHECKER
from tests.web.test_results import REPORTING

NOW = REPORTING.isoformat()


def lines_of(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def write_lines(path: Path, lines: list[dict[str, object]]) -> None:
    path.write_text("".join(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n" for line in lines))


def summed(folder: Path) -> None:
    """Whoever changes a file can write its hash anew."""
    (folder / archive.SUMS).write_text(archive.sums(folder))


def change_a_file(folder: Path) -> None:
    (folder / "ket-qua.csv").write_bytes(b"x")


def add_a_file(folder: Path) -> None:
    (folder / "dossiers" / "more.json").write_text("{}")


def rewrite_a_row(folder: Path) -> None:
    lines = lines_of(folder / archive.HISTORY)
    lines[1]["body"] = str(lines[1]["body"]).replace('"by":"', '"by":"x')
    write_lines(folder / archive.HISTORY, lines)
    summed(folder)


def leave_a_chain_out(folder: Path) -> None:
    lines = [one for one in lines_of(folder / archive.HISTORY) if one["entity"] != "assessment:1"]
    write_lines(folder / archive.HISTORY, lines)
    summed(folder)


def change_a_mark(folder: Path) -> None:
    path = folder / archive.file_of(1)
    told = json.loads(path.read_text())
    told["events"].pop()
    path.write_text(json.dumps(told))
    summed(folder)


def forget_evidence(folder: Path) -> None:
    (folder / archive.EVIDENCE).write_text("\ufeffho_so\r\n")
    summed(folder)


def write_nonsense(folder: Path) -> None:
    (folder / archive.HISTORY).write_bytes(b"\xff{")
    summed(folder)


CHANGES: dict[Callable[[Path], None], str] = {
    change_a_file: "ket-qua.csv: nội dung không khớp",
    add_a_file: "dossiers/more.json: tệp lạ",
    rewrite_a_row: "assessment:1, dòng 2: chuỗi không khớp",
    leave_a_chain_out: "không còn như khi niêm phong",
    change_a_mark: "dossiers/00000001.json: hồ sơ không khớp chuỗi lịch sử",
    write_nonsense: "nội dung không đọc được",
    forget_evidence: "evidence.csv: danh mục minh chứng không khớp",
}


@pytest.fixture
def sealed(database: Database, rehearsal: Shell) -> str:  # noqa: ARG001  the database is then a rehearsal's
    """A reported round, and the seal that is kept outside."""
    world = ready_to_report(database)
    with database.writing() as session:
        rank_round(session, world.round_id, actor=world.administrator, now=REPORTING)
        report(session, world.round_id, actor=world.administrator, now=REPORTING)
        return seal(session, world.round_id, "nightly", now=REPORTING).root


def test_a_round_goes_into_the_archive_and_every_change_is_found(
    rehearsal: Shell, database: Database, sealed: str, tmp_path: Path
) -> None:
    ran = rehearsal("archive", 1, "--to", "kho/dot-1", "--json", now=NOW)
    assert ran.code == 0, ran.err
    folder = rehearsal.directory / "kho" / "dot-1"
    told = json.loads(ran.out)
    assert told["sha256"] == sha256((folder / archive.SUMS).read_bytes()).hexdigest()
    assert json.loads(chain(database, "round:1")[-1].body)["what"] == {"of": "archive", "sha256": told["sha256"]}
    it_says_what_it_is(folder, told["dossiers"])
    others_can_check_it(folder)
    for arguments in ((), ("--seal", sealed)):
        checked = rehearsal("audit", "archive", "kho/dot-1", *arguments)
        assert (checked.code, checked.out) == (0, "kho/dot-1: whole\n"), checked.err
    assert "không có trong bộ lưu trữ" in rehearsal("audit", "archive", "kho/dot-1", "--seal", "0" * 64).err
    for change, found in CHANGES.items():
        copy = tmp_path / change.__name__
        shutil.copytree(folder, copy, copy_function=shutil.copyfile)
        for path in (copy, copy / "dossiers"):
            path.chmod(0o755)
        change(copy)
        assert any(found in one for one in archive.faults(copy)), (change, archive.faults(copy))
    assert rehearsal("archive", 1, "--to", "kho/dot-1", now=NOW).code == 1


def it_says_what_it_is(folder: Path, dossiers: int) -> None:
    names = {path.name for path in folder.iterdir()}
    assert names >= {"README.md", "report.docx", "report.xlsx", "programme.json", "ket-qua.csv", "tu-dien-du-lieu.md"}
    assert len(list((folder / "dossiers").iterdir())) == dossiers == 3
    assert {path.stat().st_mode & 0o222 for path in (folder, *folder.rglob("*"))} == {0}
    readme = (folder / "README.md").read_text()
    assert "Đợt số 1, lập ngày 28/12/2024" in readme
    assert "{" not in readme


def others_can_check_it(folder: Path) -> None:
    assert subprocess.run(["sha256sum", "--quiet", "-c", archive.SUMS], cwd=folder, check=False).returncode == 0
    done = subprocess.run(
        ["perl", CHECKER, folder / archive.HISTORY, folder / archive.SEALS], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_only_a_reported_round_and_only_by_who_may(rehearsal: Shell, database: Database) -> None:
    ready_to_report(database)
    early = rehearsal("archive", 1, "--to", "kho", now=NOW)
    assert (early.code, "Đợt chưa báo cáo" in early.err) == (1, True)
    refused = rehearsal("archive", 1, "--to", "kho", "--as", "reader@donvi.example", now=NOW)
    unknown = rehearsal("archive", 9, "--to", "kho", now=NOW)
    assert (refused.code, unknown.code) == (1, 1)
    assert list(rehearsal.directory.glob("*kho*")) == []
    assert "không phải là bộ lưu trữ" in rehearsal("audit", "archive", ".").err


def test_results_are_written_for_others(rehearsal: Shell, database: Database, sealed: str) -> None:
    assert sealed
    for arguments in (("comparison", "--to", "so-sanh.xlsx"), ("open-data", "--to", "du-lieu")):
        name, *rest = arguments
        ran = rehearsal("round", name, 1, *rest, "--json", now=NOW)
        assert ran.code == 0, ran.err
        assert rehearsal("round", name, 1, *rest, "--as", "canbo1@donvi.example", now=NOW).code == 1
    assert (rehearsal.directory / "so-sanh.xlsx").stat().st_size > 0
    assert {path.name for path in (rehearsal.directory / "du-lieu").iterdir()} == {"ket-qua.csv", "tu-dien-du-lieu.md"}
    told = [json.loads(row.body)["what"].get("of") for row in chain(database, "round:1") if row.act == "export"]
    assert told == ["results", "open_data"]


def test_an_archive_is_read_by_no_more_people_than_the_umask_says(tmp_path: Path) -> None:
    former = os.umask(0o077)
    try:
        with folder_for(tmp_path / "kho") as folder:
            (folder / "dossiers").mkdir()
            (folder / "dossiers" / "1.json").write_text("{}", encoding="utf-8")
    finally:
        os.umask(former)
    whole = (tmp_path / "kho", *(tmp_path / "kho").rglob("*"))
    assert [path.stat().st_mode & 0o777 for path in whole] == [0o500, 0o500, 0o400]
