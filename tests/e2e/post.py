"""A year of one round through one mail server: the portal is started at each moment, mail leaves by SMTP."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from flows import work
from models.db import Database
from notifications import sign_in
from notifications.render import Origin
from notifications.send import open_transport
from tests.actions.world import World, at
from tests.notifications.reading import parsed
from tests.notifications.smtp import Postbox
from tests.served import portal

SENDER = "khong-tra-loi@danhgia.example"
LINK = re.compile(r"https?://[^/\s]+(/[ts]/[\w-]+)")


@dataclass
class Year:
    """The round, the mail server with its mail, and where the portal is served just now, at which instant."""

    database: Database
    world: World
    box: Postbox
    port: int
    folder: Path
    address: str = ""
    now: datetime = field(default_factory=lambda: at("2026-11-10 08:00"))

    @contextmanager
    def day(self, moment: str) -> Iterator[None]:
        """Let it be that moment, with what is due then done and its mail sent."""
        self.now = at(moment)
        url = str(self.database.url)
        with portal(url, self.folder, DANHGIA_NOW=self.now.isoformat()) as self.address:
            self.deliver()
            yield

    def deliver(self) -> None:
        """Do what is due and send the mail, in a thread: while a browser is driven, this one runs no event loop."""
        self.now += timedelta(minutes=2)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(self._sweep).result()

    def _sweep(self) -> None:
        origin = Origin(SENDER, self.address)
        with open_transport(f"smtp://localhost:{self.port}?starttls=never", self.folder) as transport:
            sign_in.deliver(self.database, transport, origin, now=lambda: self.now)
            work.tick(self.database, now=lambda: self.now, transport=transport, origin=origin, directory=self.folder)

    def mails(self, to: str) -> list[tuple[str, str]]:
        """Subject and text of every mail to an address, in order."""
        found = [
            parsed(one.content) for one in self.box.received if to in one.rcpt_tos and isinstance(one.content, bytes)
        ]
        bodies = [(str(one["Subject"]), one.get_body(("plain",))) for one in found]
        return [(subject, str(body.get_content())) for subject, body in bodies if body is not None]

    def link(self, to: str, subject: str) -> str:
        """The path of the link in the last mail to an address whose subject says so, in small letters."""
        text = next(text for said, text in reversed(self.mails(to)) if subject in said.lower())
        found = LINK.search(text)
        assert found is not None, text
        return found[1]
