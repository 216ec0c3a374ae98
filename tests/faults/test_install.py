"""The container's step, in a clean folder with a clean home: what it installs upgrades a database and serves pages."""

import os
import subprocess
from pathlib import Path
from shutil import copy2, rmtree

import httpx2
import pytest

from tests.served import installed

ROOT = Path(__file__).resolve().parent.parent.parent
ALLOWED = ("PATH", "PYTHON", "PIP_", "UV_", "SSL_", "REQUESTS_", "HTTP", "http", "NO_PROXY", "no_proxy")
"""What a new machine has too: its path, and how it reaches the index of packages."""
RUST = ".rustup"
"""Where rustup, if it is there, writes down that pip has asked it for its version."""

pytestmark = [pytest.mark.faults, pytest.mark.timeout(1200)]


def clean(home: Path) -> dict[str, str]:
    """The environment of somebody who has never been here."""
    return {name: value for name, value in os.environ.items() if name.startswith(ALLOWED)} | {"HOME": str(home)}


def laid_out(folder: Path) -> Path:
    """What a checkout holds: everything that git does not ignore."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_symlink() or (ROOT / name).is_file():
            copy2(ROOT / name, folder / name, follow_symlinks=False)
    return folder


def test_what_the_script_installs_serves(tmp_path: Path) -> None:
    home, target, data = (tmp_path / name for name in ("home", "opt/danhgia", "data"))
    home.mkdir()
    source = laid_out(tmp_path / "src")
    before = sorted(source.rglob("*"))
    step = [str(source / "deploy" / "install.sh"), str(target), str(data), str(os.getuid())]
    subprocess.run(step, env=clean(home), cwd=home, check=True, umask=0o077)
    assert {path.stat().st_mode & 0o055 for path in (target, target / "bin", target / "bin" / "danhgia")} == {0o055}
    assert sorted(source.rglob("*")) == before
    assert [path for path in home.rglob("*") if path.is_file() and RUST not in path.parts] == []
    assert data.stat().st_mode & 0o777 == 0o700
    assert not (target / "bin" / "pytest").exists()
    twice = subprocess.run(step, env=clean(home), check=False, capture_output=True, text=True)
    assert (twice.returncode, "is there already" in twice.stderr) == (1, True)
    rmtree(source)

    url = f"sqlite:///{data}/danhgia.db"
    ours = clean(home) | {"DANHGIA_DATABASE_URL": url, "DANHGIA_VAR": str(data)}
    for command in (["db", "upgrade"], ["db", "check"], ["programme", "list"], ["serve", "--help"]):
        subprocess.run([target / "bin" / "danhgia", *command], env=ours, cwd=home, check=True)
    python = str(target / "bin" / "python")
    apart = {"HOME": str(home), "PYTHONSAFEPATH": "1", "DANHGIA_SMTP_URL": "smtp://127.0.0.1:2525"}
    with installed(url, data, python, **apart) as address:
        for page, told in {"/readyz": '"ready":true', "/sign-in": "Đăng nhập", "/healthz": "ok"}.items():
            answer = httpx2.get(address + page)
            assert (answer.status_code, told in answer.text) == (200, True), page
