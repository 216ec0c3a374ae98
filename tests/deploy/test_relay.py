"""The relay of the compose file: taken by OpenSMTPD, and mail goes through it as it should."""

import smtplib
import ssl
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic, sleep
from typing import Final

import pytest
import trustme

from tests.deploy.environment import DEPLOY
from tests.notifications.smtp import LOGIN, Options, Postbox, free_port, serving

SMTPD: Final = "/usr/sbin/smtpd"
INSIDE: Final = "127.0.0.2"
OUTSIDE: Final = "127.0.0.1"
LETTER: Final = "From: khong-tra-loi@danhgia.example\r\nSubject: Thu\r\n\r\nNoi dung\r\n"
PATIENCE: Final = 30.0
OWN_MACHINE: Final = (
    "mount -t tmpfs -o mode=711 none /var/spool/smtpd; mount -t tmpfs none /run; "
    'mount --bind "$1" /etc/ssl/certs/ca-certificates.crt; exec "$2" -d -f "$3"'
)
"""A spool, a socket and a trusted authority that nobody else on this machine sees."""


def lay_out(home: Path, own: int, province: int) -> Path:
    """The configuration of `deploy/relay` but for its addresses; all else is what a server runs."""
    secrets, text = home / "secrets", (DEPLOY / "relay" / "smtpd.conf").read_text()
    secrets.write_text(f"province {LOGIN.login.decode()}:{LOGIN.password.decode()}\n")
    secrets.chmod(0o644)
    here = {
        "/etc/danhgia/smtp-secrets": str(secrets),
        "0.0.0.0 port 25": f"{OUTSIDE} port {own}",
        "172.28.0.0/24": f"{INSIDE}/32",
        "mail.example:587": f"localhost:{province}",
    }
    for theirs, ours in here.items():
        assert theirs in text, theirs
        text = text.replace(theirs, ours)
    made = home / "smtpd.conf"
    made.write_text(text)
    return made


def test_the_configuration_is_taken_by_the_relay(tmp_path: Path) -> None:
    checked = subprocess.run(
        [SMTPD, "-n", "-f", lay_out(tmp_path, 2525, 2587)], check=False, capture_output=True, text=True
    )
    assert (checked.returncode, checked.stderr.strip()) == (0, "configuration OK")


@contextmanager
def relaying(home: Path, conf: Path, trusted: Path) -> Iterator[None]:
    """The relay as a process of its own, which trusts one authority."""
    with (home / "relay.log").open("wb") as log:
        command = ["unshare", "--mount", "sh", "-ec", OWN_MACHINE, "sh", str(trusted), SMTPD, str(conf)]
        process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            yield
        finally:
            process.terminate()
            process.wait()


@contextmanager
def at_the_relay(port: int, source: str) -> Iterator[smtplib.SMTP]:
    """A connection to it from one address of this machine, as soon as it listens."""
    end = monotonic() + PATIENCE
    while True:
        assert monotonic() < end
        with suppress(ConnectionRefusedError):
            client = smtplib.SMTP(OUTSIDE, port, timeout=PATIENCE, source_address=(source, 0))
            break
        sleep(0.05)
    with client:
        yield client


@pytest.mark.faults
def test_mail_goes_on_by_a_verified_line_and_only_from_inside(tmp_path: Path) -> None:
    authority, postbox = trustme.CA(), Postbox()
    trusted, tls = tmp_path / "ca.pem", ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.cert_pem.write_to_path(str(trusted))
    authority.issue_cert("localhost").configure_cert(tls)
    with serving(postbox, Options(starttls=tls, login=True)) as province:
        own = free_port()
        with relaying(tmp_path, lay_out(tmp_path, own, province), trusted):
            with at_the_relay(own, OUTSIDE) as stranger, pytest.raises(smtplib.SMTPRecipientsRefused):
                stranger.sendmail("ke-khac@example.org", ["don-vi@danang.example"], LETTER)
            with at_the_relay(own, INSIDE) as portal:
                portal.sendmail("khong-tra-loi@danhgia.example", ["don-vi@danang.example"], LETTER)
            end = monotonic() + PATIENCE
            while not postbox.received and monotonic() < end:
                sleep(0.05)
    assert (postbox.recipients(), postbox.logins) == ([["don-vi@danang.example"]], [True])
