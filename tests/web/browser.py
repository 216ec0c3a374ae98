"""A browser without JavaScript, and a clock whose hands a test moves."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from html import unescape
from typing import Any

from httpx2 import Client, Response

from config.settings import Settings
from models.db import Database
from tests.web.line import Line
from web.app import DESKS, create_app
from web.edge import Desk
from web.place import Place

ADDRESS = "http://portal.example"
CSRF = re.compile(r'name="csrf" value="([^"]+)"')
TAG = re.compile(r"<[^>]+>")


@dataclass
class Hands:
    """A clock that stands still until it is moved."""

    at: datetime

    def now(self) -> datetime:
        return self.at

    def pass_by(self, time: timedelta) -> None:
        self.at += time


@dataclass
class Browser:
    """One browser with its cookies; forms bring back the token of the last page that had one."""

    client: Client
    csrf: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Response:
        """Open a page."""
        return self._remember(self.client.get(path, headers=self.headers))

    def post(self, path: str, **fields: Any) -> Response:  # noqa: ANN401  whatever a form holds
        """Send a form with the token of the last page."""
        return self._remember(self.client.post(path, data={"csrf": self.csrf, **fields}, headers=self.headers))

    def follow(self, answer: Response) -> Response:
        """Go where an answer leads."""
        assert answer.status_code == 303, words(answer)
        return self.get(answer.headers["location"])

    def _remember(self, answer: Response) -> Response:
        found = CSRF.search(answer.text)
        self.csrf = found[1] if found else self.csrf
        return answer

    @property
    def token(self) -> str:
        """The session's token."""
        return self.client.cookies.get("danhgia") or ""


def words(answer: Response) -> str:
    """What a page says, on one line."""
    main = answer.text.partition("<main")[2].partition("</main>")[0] or answer.text
    return " ".join(unescape(TAG.sub(" ", main)).split())


def place_of(database: Database, hands: Hands, *, is_rehearsal: bool = False) -> Place:
    """The portal's place on a database, by a clock of the test's own."""
    settings = Settings(database_url=str(database.url), base_url=ADDRESS)
    return Place(settings, database, hands.now, is_rehearsal=is_rehearsal)


def browser_at(place: Place, *desks: Desk, client: str = "192.0.2.1") -> Browser:
    """A new browser at a network address; `desks` stand beside those of the portal."""
    app = create_app(place, (*DESKS, *desks))
    return Browser(Client(transport=Line(app, (client, 50000)), base_url=ADDRESS))
