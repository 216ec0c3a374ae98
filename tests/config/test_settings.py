from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path

import pytest
from pydantic import ValidationError

from config.errors import ConfigError
from config.settings import Settings

BASES = ("danhgia.example", "ftp://x.example", "https://a b", "https://x.example/danh-gia", "https://x.example?a")


def test_the_key_of_ballots_is_taken_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DANHGIA_BALLOT_KEY", "0f" * 32)
    settings = Settings(var=tmp_path)
    assert settings.ballot_secret() == b"\x0f" * 32
    assert "0f0f" not in repr(settings)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("wrong", ["0f", "0F" * 32, "x" * 64])
def test_what_is_no_key_is_refused_and_not_repeated(monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    monkeypatch.setenv("DANHGIA_BALLOT_KEY", wrong)
    with pytest.raises(ValidationError) as caught:
        Settings()
    assert wrong not in str(caught.value)


def test_without_one_a_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    settings = Settings(var=tmp_path / "var")
    with ThreadPoolExecutor(8) as threads:
        found = set(threads.map(lambda _: settings.ballot_secret(), range(8)))
    file = tmp_path / "var" / "ballot.key"
    assert found == {bytes.fromhex(file.read_text())}
    assert file.stat().st_mode & 0o777 == 0o600
    assert list(file.parent.iterdir()) == [file]
    assert len(found.pop()) == 32


def test_a_file_that_is_no_key_is_named(tmp_path: Path) -> None:
    (tmp_path / "ballot.key").write_text("bí mật")
    with pytest.raises(ConfigError) as caught:
        Settings(var=tmp_path).ballot_secret()
    assert str(caught.value) == f"{tmp_path}/ballot.key: expected 64 hexadecimal digits"


def test_addresses_that_would_spoil_every_mail_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, right, wrong in (
        ("BASE_URL", ("https://danhgia.tinh.gov.vn", "http://127.0.0.1:8000/"), BASES),
        ("MAIL_FROM", ("khong-tra-loi@danhgia.example",), ("danhgia.example", "Sở Nội vụ <a@x.example>", "a@x b")),
    ):
        for value in (*right, *wrong):
            with monkeypatch.context() as patch:
                patch.setenv(f"DANHGIA_{name}", value)
                with nullcontext() if value in right else pytest.raises(ValidationError, match="expected "):
                    Settings()


@pytest.mark.parametrize("address", ["unix:///run/clamav/clamd.ctl", "tcp://127.0.0.1:3310", "tcp://clamd"])
def test_a_scanner_is_named_by_its_address(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("DANHGIA_CLAMD", address)
    assert Settings().clamd == address


@pytest.mark.parametrize("address", ["127.0.0.1:3310", "unix://clamd", "http://clamd", "tcp://user@clamd:1"])
def test_what_is_no_address_of_a_scanner_is_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("DANHGIA_CLAMD", address)
    with pytest.raises(ValidationError, match="unix:///path"):
        Settings()
