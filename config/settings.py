import os
import re
import secrets
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from pydantic import AwareDatetime, Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from config.errors import ConfigError, Problem

_SMTP_URL = re.compile(r"smtps?://([^/@\s]+@)?[^/@:?\s]+(:\d+)?/?(\?starttls=(required|never))?")
_CLAMD = re.compile(r"unix:///[^\s]+|tcp://[^/@:?\s]+(:\d+)?")
_KEY = re.compile(r"[0-9a-f]{64}")


class Settings(BaseSettings):
    """The environment, DANHGIA_*; an empty variable counts as unset. Read at the edges only."""

    model_config = SettingsConfigDict(
        env_prefix="DANHGIA_", env_ignore_empty=True, frozen=True, hide_input_in_errors=True
    )

    database_url: str = Field(default="sqlite:///var/danhgia.db", repr=False)
    var: Path = Path("var")
    smtp_url: str | None = Field(default=None, repr=False)
    mail_from: str = "khong-tra-loi@danhgia.example"
    base_url: str = "http://127.0.0.1:8000"
    now: AwareDatetime | None = None
    ballot_key: SecretStr | None = None
    trusted_roots: Path | None = None
    clamd: str | None = None

    @field_validator("smtp_url")
    @classmethod
    def _is_smtp(cls, url: str | None) -> str | None:
        if url is not None and not _SMTP_URL.fullmatch(url):
            raise ValueError("expected smtp[s]://[user:password@]host[:port][?starttls=required|never]")
        return url

    @field_validator("clamd")
    @classmethod
    def _is_clamd(cls, address: str | None) -> str | None:
        if address is not None and not _CLAMD.fullmatch(address):
            raise ValueError("expected unix:///path/of/socket or tcp://host[:port]")
        return address

    @field_validator("ballot_key")
    @classmethod
    def _is_key(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None and not _KEY.fullmatch(key.get_secret_value()):
            raise ValueError("expected 64 hexadecimal digits, as `openssl rand -hex 32` writes them")
        return key

    def ballot_secret(self) -> bytes:
        """The 32 bytes that seal electronic ballots: DANHGIA_BALLOT_KEY, else of the file var/ballot.key.

        The file is made when it is missing, for its owner alone; ConfigError when it is no key. It stays out of every
        backup of the database (docs/security.md).
        """
        key = self.ballot_key.get_secret_value() if self.ballot_key else _key_in(self.var / "ballot.key")
        return bytes.fromhex(key)


def _key_in(file: Path) -> str:
    if not file.exists():
        _make_key(file)
    key = file.read_text().strip()
    if not _KEY.fullmatch(key):
        raise ConfigError([Problem(str(file), None, "", "expected 64 hexadecimal digits")])
    return key


def _make_key(file: Path) -> None:
    """Whole or not at all; of several processes that make it at once, one does."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile("w", dir=file.parent) as made:
        made.write(secrets.token_hex(32))
        made.flush()
        os.fsync(made.fileno())
        with suppress(FileExistsError):
            os.link(made.name, file)
