"""nginx with the configuration of deploy/nginx, on free ports of this machine, before a portal."""

import re
import ssl
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx2
import trustme

from tests.deploy.environment import DEPLOY
from tests.notifications.smtp import free_port

NGINX = "/usr/sbin/nginx"
PATIENCE = 60.0
OWN = """
user {user};
worker_processes 1;
daemon off;
pid {home}/nginx.pid;
error_log {home}/main.log;
events {{ worker_connections 256; }}
http {{
    access_log off;
    client_body_temp_path {home}/body;
    proxy_temp_path {home}/proxy;
    fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi;
    scgi_temp_path {home}/scgi;
    include {home}/*.danhgia;
}}
"""


class Door(NamedTuple):
    """Where people come in: the ports, the authority that vouches for the name, and where it writes its log."""

    plain: int
    secure: int
    authority: ssl.SSLContext
    home: Path

    @property
    def address(self) -> str:
        """As a browser names it."""
        return f"https://localhost:{self.secure}"

    def browser(self, source: str = "127.0.0.1") -> httpx2.Client:
        """A client that comes from an address of this machine."""
        transport = httpx2.HTTPTransport(verify=self.authority, local_address=source)
        return httpx2.Client(transport=transport, base_url=self.address, follow_redirects=False)


def prepared(home: Path) -> Door:
    """A door with a certificate of its own, in a folder."""
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    certificate.private_key_pem.write_to_path(str(home / "key.pem"))
    for part in certificate.cert_chain_pems:
        part.write_to_path(str(home / "fullchain.pem"), append=True)
    trusted = ssl.create_default_context()
    authority.configure_trust(trusted)
    return Door(free_port(), free_port(), trusted, home)


def lay_out(door: Door, portal: str, user: str) -> Path:
    """The configuration as it ships, but for names, ports and folders."""
    for file in ("danhgia.conf", "upstream.conf"):
        text = re.sub(r"(?m)^ *listen \[::\].*\n", "", (DEPLOY / "nginx" / file).read_text())
        for old, new in {
            "listen 80;": f"listen 127.0.0.1:{door.plain};",
            "listen 443 ": f"listen 127.0.0.1:{door.secure} ",
            "https://$host": f"https://$host:{door.secure}",
            "/etc/danhgia/tls": str(door.home),
            "/var/log/nginx": str(door.home),
            "danhgia.example": "localhost",
            "Host $host": "Host $http_host",
            "127.0.0.1:8000": portal,
        }.items():
            text = text.replace(old, new)
        (door.home / f"{file}.danhgia").write_text(text)
    main = door.home / "nginx.conf"
    main.write_text(OWN.format(home=door.home, user=user))
    return main


@contextmanager
def proxy(door: Door, main: Path) -> Iterator[None]:
    """Nginx as long as the block lasts."""
    command = [NGINX, "-c", str(main), "-e", str(door.home / "start.log")]
    with subprocess.Popen(command) as process:
        try:
            _wait_for(door, process)
            yield
        finally:
            process.terminate()


def _wait_for(door: Door, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + PATIENCE
    while True:
        try:
            with door.browser() as browser:
                browser.get("/metrics")
        except httpx2.TransportError:
            assert process.poll() is None, (door.home / "start.log").read_text()
            assert time.monotonic() < end, "nginx does not answer"
            time.sleep(0.05)
        else:
            return
