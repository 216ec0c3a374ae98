"""A whole year by the command line: the figures of both programmes, the same bytes on both databases."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Fresh

REGISTERS = Path(__file__).resolve().parents[2] / "config" / "registers"
DANHGIA = Path(sys.executable).with_name("danhgia")


def start(
    slug: str, year: int, register: str | None, out: Path, url: str | None = None, *, subjects: int = 0
) -> subprocess.Popen[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DANHGIA_")}
    environment |= {"DANHGIA_DATABASE_URL": url} if url else {}
    whose = ["--register", str(REGISTERS / register)] if register else ["--subjects", str(subjects)]
    command = [str(DANHGIA), "rehearse", slug, "--year", str(year), *whose]
    options = ["--seed", "7", "--json", "--out", str(out)]
    return subprocess.Popen(
        [*command, *options], env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def outcome(running: subprocess.Popen[str]) -> dict[str, Any]:
    printed, complaints = running.communicate(timeout=600)
    assert (running.returncode, complaints) == (0, "")
    told: dict[str, Any] = json.loads(printed)
    return told


def audit(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"DANHGIA_DATABASE_URL": url}
    return subprocess.run(
        [DANHGIA, "audit", "verify", *arguments], env=environment, check=False, text=True, capture_output=True
    )


def files(folder: Path) -> dict[str, bytes]:
    apart = {"timing.json"}
    found = (path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("round.db"))
    return {str(path.relative_to(folder)): path.read_bytes() for path in found if path.name not in apart}


def same_files(folder: Path) -> None:
    """What both rehearsals wrote is the same, byte by byte."""
    left, right = files(folder / "sqlite"), files(folder / "postgresql")
    assert left.keys() == right.keys()
    assert [name for name in left if left[name] != right[name]] == []


def on_both(slug: str, year: int, subjects: int, folder: Path, server: str) -> dict[str, Any]:
    """The figures of a rehearsal of generated subjects, the same on both databases."""
    urls = {"sqlite": None, "postgresql": server}
    running = [start(slug, year, None, folder / name, url, subjects=subjects) for name, url in urls.items()]
    told, other = (outcome(one) for one in running)
    assert told == other
    same_files(folder)
    verified = audit(f"sqlite:///{folder}/sqlite/round.db", "--seal", told["seal"])
    assert verified.returncode == 0, verified.stderr
    return told


@pytest.mark.parametrize(
    ("slug", "subjects", "end"), [("dan-chu-co-so", 1, "reported"), ("xep-loai-tap-the", 3, "recognised")]
)
def test_a_few_invented_subjects_are_enough(tmp_path: Path, slug: str, subjects: int, end: str) -> None:
    running = start(slug, 2026, None, tmp_path, subjects=subjects)
    assert outcome(running)["states"] == {end: subjects}


@pytest.mark.rule("DN-4.4")
def test_da_nang_ends_reported_and_alike_on_both_databases(tmp_path: Path, fresh_postgresql: Fresh) -> None:
    with fresh_postgresql() as server:
        running = [
            start("dan-chu-co-so", 2024, "da-nang-2024.csv", tmp_path / "sqlite"),
            start("dan-chu-co-so", 2024, "da-nang-2024.csv", tmp_path / "postgresql", server),
        ]
        told, other = (outcome(one) for one in running)
        verified = audit(f"sqlite:///{tmp_path}/sqlite/round.db", "--seal", told["seal"])
    assert told == other
    assert told["states"] == {"reported": told["subjects"]} == {"reported": 28}
    assert told["zeroed"] >= 1
    assert told["extended"] >= 1
    assert told["explained"] >= 1
    assert told["unsent"] == 0
    assert verified.returncode == 0, verified.stderr
    same_files(tmp_path)


@pytest.mark.rule("VG-1.6")
def test_van_giang_zeroes_nobody_and_flags_the_late(tmp_path: Path) -> None:
    told = outcome(start("dan-van-chinh-quyen", 2022, "van-giang-2022.csv", tmp_path))
    assert told["zeroed"] == 0
    assert told["late"] >= 1
    assert told["explained"] >= 1
    assert told["states"] == {"reported": 31, "sent_to_province": 1}
    assert sum(told["levels"].values()) == 31


def test_ha_tinh_rates_from_below_and_keeps_every_quota(tmp_path: Path, fresh_postgresql: Fresh) -> None:
    with fresh_postgresql() as server:
        told = on_both("kiem-diem-xep-loai", 2024, 120, tmp_path, server)
    assert told["states"] == {"excluded": 1, "not_rated": 1, "recognised": 118}
    assert [line for line in told["quota"] if not line["held"]] == []
    assert (told["heads_above"], told["waived"], told["replaced"], told["unsent"]) == (0, 1, 1, 0)
    assert told["flags"].keys() >= {"ANO-HT-4", "ANO-HT-7", "waiver"}
    assert told["opinions_late"] > 0
    assert told["opinions_silent"] > 0


def test_the_30_70_sheet_is_rated_within_each_khoi(tmp_path: Path) -> None:
    told = outcome(start("xep-loai-tap-the", 2026, None, tmp_path, subjects=40))
    assert told["states"] == {"recognised": 40}
    assert [line for line in told["quota"] if not line["held"]] == []
    assert told["explained"] == 1


def test_nghe_an_recognises_in_its_window(tmp_path: Path) -> None:
    told = outcome(start("diem-sang", 2024, None, tmp_path, subjects=10))
    assert told["states"] == {"commended": 5, "not_recognised": 1, "recognised": 12, "withdrawn": 2}
    assert told["shortages"] == [["Sở Tư pháp", "dvcq", 0], ["Sở Nông nghiệp và Phát triển nông thôn", "dvcq", 0]]


@pytest.mark.faults
@pytest.mark.parametrize(("slug", "year", "subjects"), [("xep-loai-tap-the", 2026, 40), ("diem-sang", 2024, 10)])
def test_the_other_years_are_alike_on_both_databases(
    tmp_path: Path, fresh_postgresql: Fresh, slug: str, year: int, subjects: int
) -> None:
    with fresh_postgresql() as server:
        told = on_both(slug, year, subjects, tmp_path, server)
    assert told["unsent"] == 0
