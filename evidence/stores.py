"""Which store the settings name."""

from importlib.util import find_spec
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

from config.errors import ConfigError, Problem
from config.settings import Settings
from evidence.folder import Folder
from evidence.store import FOLDER, Store

S3: Final = "s3://"
LACKING: Final = "s3:// needs a library that is not installed: run `pip install danhgia[s3]`"


def store_of(settings: Settings) -> Store:
    """The store of files; ConfigError when its library is not installed."""
    url = urlsplit(settings.evidence_url or "")
    coming = settings.var / FOLDER
    if url.scheme != "s3":
        return Folder(Path(unquote(url.path)) if url.path else coming)
    demand_library(settings)
    from evidence.bucket import Access, Bucket  # noqa: PLC0415  its library is there only where it is asked for

    key, secret = settings.s3_key, settings.s3_secret
    access = Access(
        endpoint=settings.s3_endpoint,
        key=key.get_secret_value() if key else None,
        secret=secret.get_secret_value() if secret else None,
    )
    return Bucket(coming, url.netloc, url.path.strip("/"), access)


def demand_library(settings: Settings) -> None:
    """ConfigError when the settings name a store whose library is not installed."""
    if (settings.evidence_url or "").startswith(S3) and find_spec("s3fs") is None:
        raise ConfigError([Problem("DANHGIA_EVIDENCE_URL", None, "", LACKING)])
