"""A real SMTP server on this machine, which answers as a test tells it to."""

import socket
import ssl
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from os import environ
from random import SystemRandom
from typing import Any, NamedTuple

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.notifications.reading import parsed

LOGIN = LoginPassword(b"danhgia", b"m\xe1\xba\xadt kh\xe1\xba\xa9u")


class Postbox:
    """Takes mail. `answers` by recipient are used up in order; None drops the connection after the data."""

    def __init__(self, answers: dict[str, list[str | None]] | None = None) -> None:
        self.answers = answers or {}
        self.received: list[Envelope] = []
        self.peers: Counter[Any] = Counter()
        self.logins: list[bool] = []

    async def handle_RCPT(  # noqa: N802  aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        waiting = self.answers.get(address, [])
        if waiting and (answer := waiting[0]) is not None:
            waiting.pop(0)
            return answer
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's name
        self.received.append(envelope)
        self.peers[session.peer] += 1
        waiting = self.answers.get(envelope.rcpt_tos[0], [])
        if waiting:
            waiting.pop(0)
            assert server.transport is not None
            server.transport.close()
        return "250 2.0.0 Queued as 4711"

    def check(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, login: object
    ) -> AuthResult:
        self.logins.append(login == LOGIN)
        return AuthResult(success=login == LOGIN, handled=False)

    def contents(self) -> list[bytes]:
        """Every mail that came in, in order."""
        return [content for envelope in self.received if isinstance(content := envelope.content, bytes)]

    def ids(self) -> list[str]:
        """The Message-ID of every mail that came in, in order."""
        return [str(parsed(content)["Message-ID"]) for content in self.contents()]

    def recipients(self) -> list[list[str]]:
        return [envelope.rcpt_tos for envelope in self.received]


class Options(NamedTuple):
    """TLS from the start, TLS by STARTTLS (and then required), a login (and then required)."""

    tls: ssl.SSLContext | None = None
    starttls: ssl.SSLContext | None = None
    login: bool = False


@contextmanager
def serving(postbox: Postbox, options: Options = Options()) -> Iterator[int]:  # noqa: B008  an immutable value
    """Serve on a free port."""
    port = free_port()
    controller = Controller(
        postbox,
        hostname="localhost",
        port=port,
        ssl_context=options.tls,
        tls_context=options.starttls,
        require_starttls=options.starttls is not None,
        auth_required=options.login,
        authenticator=postbox.check,
    )
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def free_port() -> int:
    """A port that the system gives to nobody by itself, so that it is still free when it is used; never given again."""
    return next(_FREE)


def _free_ports() -> Iterator[int]:
    own = _own_ports()
    return filter(_is_free, SystemRandom().sample(own, len(own)))


def _own_ports() -> range:
    """The processes that share the tests choose among ports of their own."""
    number = int(environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    return range(10_000 + number, 32_000, int(environ.get("PYTEST_XDIST_WORKER_COUNT", "1")))


def _is_free(port: int) -> bool:
    with socket.socket() as probe, suppress(OSError):
        probe.bind(("127.0.0.1", port))
        return True
    return False


_FREE = _free_ports()
