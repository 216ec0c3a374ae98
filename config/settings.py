import os
import re
import secrets
from contextlib import suppress
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Annotated, Final, Self

from pydantic import AwareDatetime, Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from config.errors import ConfigError, Problem
from config.logs import Form, Level

Networks = tuple[IPv4Network | IPv6Network, ...]
SHORTEST_TOKEN: Final = 16

_SMTP_URL = re.compile(r"smtps?://([^/@\s]+@)?[^/@:?\s]+(:\d+)?/?(\?starttls=(required|never))?")
_CLAMD = re.compile(r"unix:///[^\s]+|tcp://[^/@:?\s]+(:\d+)?")
_KEY = re.compile(r"[0-9a-f]{64}")
_EVIDENCE_URL = re.compile(r"file:///\S+|s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[\w.-]+)*/?", re.ASCII)
_SECURE = re.compile(r"https://[^/@?#\s]+(/[^@?#\s]*)?")
_OWN = re.compile(r"http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(/[^@?#\s]*)?")
_BASE_URL = re.compile(r"https?://([\w.-]+|\[[0-9A-Fa-f:]+\])(:\d+)?/?", re.ASCII)
_MAIL_FROM = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(\.[\w-]+)*", re.ASCII)
_ENDPOINT = re.compile(r"https?://[^/@?#\s]+/?")


class Settings(BaseSettings):
    """The environment, DANHGIA_*; an empty variable counts as unset. Read at the edges only."""

    model_config = SettingsConfigDict(
        env_prefix="DANHGIA_",
        env_ignore_empty=True,
        frozen=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )

    database_url: str = Field(default="sqlite:///var/danhgia.db", repr=False)
    """The database: `sqlite:///path` or `postgresql://user@host:port/name`, there with `?pool=30` for the most
    connections a process holds and `?prepare=no` behind a proxy that pools transactions."""
    var: Path = Path("var")
    """The folder where files are kept: evidence, mail that is not sent, the SQLite database."""
    smtp_url: str | None = Field(default=None, repr=False)
    """The mail server, `smtp://user:password@host:port?starttls=required` or `smtps://…`; unset, mail is written to
    `mail/` in the folder of files."""
    smtp_connections: int = Field(default=8, ge=1, le=100)
    """How many connections to the mail server a process keeps while it empties the outbox."""
    mail_from: str = "khong-tra-loi@danhgia.example"
    """The sender of all mail."""
    base_url: str = "http://127.0.0.1:8000"
    """The address at which people reach the portal, as links in mail name it; with `https://` cookies are secure."""
    work_pool: str | None = Field(default=None, pattern=r"[a-z0-9][a-z0-9-]*")
    """The Prefect work pool whose workers do the flows, on other machines too; unset, `danhgia serve` does them."""
    now: AwareDatetime | None = None
    """The instant at which the clock of a rehearsal starts, with its time zone; refused by a live database."""
    ballot_key: SecretStr | None = None
    """64 hexadecimal digits that seal electronic ballots; unset, those of `ballot.key` in the folder of files, made at
    first use. Apart from every backup (docs/security.md)."""
    trusted_roots: Path | None = None
    """A folder of PEM or DER certificates of those who vouch for digital signatures; unset, no signer is trusted."""
    clamd: str | None = None
    """The virus scanner, `unix:///run/clamav/clamd.ctl` or `tcp://host:3310`; unset, files are not scanned."""
    evidence_url: str | None = None
    """Where files of evidence lie: `file:///path`, or `s3://bucket/prefix` for an S3-compatible store, which needs
    `pip install danhgia[s3]`; unset, `files/` in the folder of files."""
    s3_endpoint: str | None = None
    """The address of the S3-compatible store, `https://host:port`; unset, that of Amazon."""
    s3_key: SecretStr | None = None
    """The access key of the S3-compatible store; unset, as the AWS tools find it (`AWS_…` variables). So is its region
    (`AWS_DEFAULT_REGION`) and the certificate of its authority (`AWS_CA_BUNDLE`)."""
    s3_secret: SecretStr | None = None
    """The secret of the access key."""
    backup: Path | None = None
    """The folder for nightly copies of the database and of the files of evidence, best on the disk of another machine;
    unset, `backup/` in the folder of files, with the database alone."""
    oidc_issuer: str | None = None
    """The provider of OpenID Connect at which people may sign in, `https://…` as it names itself; unset, none. With it
    go `DANHGIA_OIDC_CLIENT_ID` and the address that it sends people back to, `DANHGIA_BASE_URL`/sign-in/oidc/back."""
    oidc_client_id: str | None = None
    """What the portal is called at the provider."""
    oidc_client_secret: SecretStr | None = None
    """The portal's secret at the provider; unset, it has none (a public client)."""
    oidc_label: str = "Đăng nhập bằng tài khoản cơ quan"
    """What the button of the provider says."""
    oidc_claim: str = "email"
    """The claim of the ID token that holds the registered address: `email`, which the provider has to call verified,
    or another one that nobody can choose for himself there."""
    log_level: Level = "info"
    """How much is logged: `debug`, `info` (a line a request and a job), `warning` or `error`."""
    log_format: Form = "auto"
    """`json` (a line an object), `text` for people, or `auto`: text on a terminal, else JSON."""
    proxies: Annotated[Networks, NoDecode] = (ip_network("127.0.0.1"),)
    """The proxies whose word is taken on where a request comes from: addresses or networks, with commas between."""
    metrics_from: Annotated[Networks, NoDecode] = ()
    """Who may read `/metrics` by their address, written likewise; unset, nobody."""
    metrics_token: SecretStr | None = None
    """Who may read `/metrics` by the word they send as `Authorization: Bearer …`, 16 letters or more; unset, nobody."""

    @field_validator("proxies", "metrics_from", mode="before")
    @classmethod
    def _are_networks(cls, text: object) -> object:
        return [part.strip() for part in text.split(",") if part.strip()] if isinstance(text, str) else text

    @field_validator("metrics_token")
    @classmethod
    def _is_no_guess(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and len(token.get_secret_value()) < SHORTEST_TOKEN:
            raise ValueError(f"expected {SHORTEST_TOKEN} letters or more, as `openssl rand -hex 32` writes them")
        return token

    @field_validator("smtp_url")
    @classmethod
    def _is_smtp(cls, url: str | None) -> str | None:
        if url is not None and not _SMTP_URL.fullmatch(url):
            raise ValueError("expected smtp[s]://[user:password@]host[:port][?starttls=required|never]")
        return url

    @field_validator("base_url")
    @classmethod
    def _is_front_door(cls, url: str) -> str:
        if not _BASE_URL.fullmatch(url):
            raise ValueError("expected https://name[:port] and nothing after it, as links in mail begin")
        return url

    @field_validator("mail_from")
    @classmethod
    def _is_sender(cls, address: str) -> str:
        if not _MAIL_FROM.fullmatch(address):
            raise ValueError("expected name@domain alone, without a name before it")
        return address

    @field_validator("evidence_url")
    @classmethod
    def _is_store(cls, url: str | None) -> str | None:
        if url is not None and not _EVIDENCE_URL.fullmatch(url):
            raise ValueError("expected file:///path or s3://bucket/prefix")
        return url

    @field_validator("s3_endpoint")
    @classmethod
    def _is_endpoint(cls, url: str | None) -> str | None:
        if url is not None and not _ENDPOINT.fullmatch(url):
            raise ValueError("expected https://host[:port]")
        return url

    @field_validator("oidc_issuer")
    @classmethod
    def _is_issuer(cls, url: str | None) -> str | None:
        if url is not None and not is_own_or_secure(url):
            raise ValueError("expected https://…, as the provider names itself")
        return url

    @model_validator(mode="after")
    def _has_client(self) -> Self:
        if (self.oidc_issuer is None) != (self.oidc_client_id is None):
            raise ValueError("DANHGIA_OIDC_ISSUER and DANHGIA_OIDC_CLIENT_ID go together")
        return self

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


def is_own_or_secure(url: str) -> bool:
    """Whether an address is one of HTTPS, or of this machine."""
    return bool(_SECURE.fullmatch(url) or _OWN.fullmatch(url))


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
