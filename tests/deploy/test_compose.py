"""The compose file: taken by docker-compose, and speaking only of what there is. No engine runs it here."""

import os
import re
import subprocess
from pathlib import Path
from shutil import copytree
from typing import Any, Final

import yaml

from config.settings import Settings
from tests.deploy.environment import DEPLOY, exists

PINNED: Final = re.compile(r"[\w./-]+:\d+\.\d[\w.-]*")
FROM: Final = re.compile(r"^FROM (\S+)$", re.MULTILINE)
STARTED: Final = {
    "service_healthy": "healthcheck",
    "service_started": "image",
    "service_completed_successfully": "image",
}
SECRET: Final = {"secrets", "tls"}
"""What stands beside the file on a server, and never in the project."""
OWN: Final = "danhgia:"


def resolved(folder: Path) -> dict[str, Any]:
    """The file with all that it refers to, as docker-compose reads it."""
    copytree(DEPLOY, folder / "deploy")
    command = ["docker-compose", "--file", str(folder / "deploy" / "compose.yaml"), "config"]
    given = {"POSTGRES_PASSWORD": "một", "PREFECT_WORD": "hai"}
    done = subprocess.run(command, env=os.environ | given, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = yaml.safe_load(done.stdout)
    return found


def test_the_compose_file_speaks_of_what_there_is(tmp_path: Path) -> None:
    found = resolved(tmp_path)
    services: dict[str, dict[str, Any]] = found["services"]
    assert services.keys() == {"database", "upgrade", "prefect", "portal", "work", "worker", "relay", "proxy"}
    known = {f"DANHGIA_{name.upper()}" for name in Settings.model_fields}
    for name, service in services.items():
        assert PINNED.fullmatch(service["image"]), name
        assert {key for key in service.get("environment", {}) if key.startswith("DANHGIA_")} <= known, name
        assert service["logging"]["options"]["max-size"], name
        for other, wanted in service.get("depends_on", {}).items():
            assert services[other].get(STARTED[wanted["condition"]]), (name, other)
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            there = Path(source).is_relative_to(tmp_path) and (Path(source).exists() or Path(source).name in SECRET)
            assert source in found["volumes"] or there, (name, source)
        if service["image"].startswith(OWN):
            assert exists(service["command"]), name
            assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
        assert (service["healthcheck"]["test"] == ["NONE"]) == (name == "upgrade"), name
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    assert found["networks"]["inside"]["internal"] is True
    assert "database" not in {name for name, one in services.items() if "outside" in one["networks"]}


def test_images_are_pinned_and_built_by_the_one_script() -> None:
    for file in sorted(DEPLOY.rglob("Containerfile")):
        assert all(PINNED.fullmatch(image) for image in FROM.findall(file.read_text())), file
    steps = re.findall(r"^RUN (.*)$", (DEPLOY / "Containerfile").read_text(), re.MULTILINE)
    assert steps == ["/src/deploy/install.sh /opt/danhgia /var/lib/danhgia 990 && rm -rf /src"]
