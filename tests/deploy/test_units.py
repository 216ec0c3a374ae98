"""The units of systemd: read by systemd itself, hardened, and starting what there is."""

import shlex
import subprocess
from configparser import RawConfigParser
from pathlib import Path

import pytest

from tests.deploy.environment import ROOT, commands_of, exists

UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
BINARIES = "/opt/danhgia/current/bin"
WORST = 2.0
"""Of the 10 that systemd counts for a service without any guard."""


def read(unit: Path) -> RawConfigParser:
    found = RawConfigParser(strict=False)
    found.optionxform = str  # type: ignore[assignment,method-assign]  # names of systemd keep their capitals
    found.read_string(unit.read_text())
    return found


def analysed(*arguments: str) -> str:
    done = subprocess.run(["systemd-analyze", *arguments], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def test_systemd_takes_the_units_and_finds_them_guarded(tmp_path: Path) -> None:
    here = [tmp_path / unit.name for unit in UNITS]
    for unit, copy in zip(UNITS, here, strict=True):
        copy.write_text(unit.read_text().replace(BINARIES, str(ROOT / ".venv" / "bin")))
    analysed("verify", *map(str, here))
    for unit in UNITS:
        told = analysed("security", "--offline=true", "--no-pager", str(unit))
        level = float(told.rpartition("Overall exposure level for ")[2].partition(": ")[2].split()[0])
        assert level <= WORST, (unit.name, level)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_starts_what_there_is_as_nobody_special(unit: Path) -> None:
    found = read(unit)
    service = found["Service"]
    assert (service["User"], service["NoNewPrivileges"], service["ProtectSystem"]) == ("danhgia", "yes", "strict")
    assert service["CapabilityBoundingSet"] == ""
    assert "EnvironmentFile=/etc/danhgia/danhgia.env\n" in unit.read_text()
    command = shlex.split(service["ExecStart"])
    assert command[0].startswith(f"{BINARIES}/")
    assert exists([Path(command[0]).name, *command[1:]]), command
    assert commands_of(unit.read_text()) <= {unit.stem for unit in UNITS}
