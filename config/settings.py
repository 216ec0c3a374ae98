import re
from pathlib import Path

from pydantic import AwareDatetime, Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_SMTP_URL = re.compile(r"smtps?://([^/@\s]+@)?[^/@:?\s]+(:\d+)?/?(\?starttls=(required|never))?")


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

    @field_validator("smtp_url")
    @classmethod
    def _is_smtp(cls, url: str | None) -> str | None:
        if url is not None and not _SMTP_URL.fullmatch(url):
            raise ValueError("expected smtp[s]://[user:password@]host[:port][?starttls=required|never]")
        return url
