"""Officers in the last minute: each a browser of its own, that sends what the forms of its pages send."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import unescape
from random import Random
from typing import Any, Final, NamedTuple

from httpx2 import AsyncClient, Response

from tests.web.browser import CSRF
from tests.web.unit_forms import VERSION, WAS

PATIENCE: Final = 60.0
AUTOSAVES: Final = 3
TOO_LATE: Final = 0.1
CROWD: Final = 0.3
WAS_OF_PART: Final = re.compile(r'name="(was-[^"]+)" value="([0-9a-f]+)"')


class Sent(NamedTuple):
    """A request: when it left, when its answer was there, and what that was. The portals have the same clock."""

    what: str
    number: int
    at: datetime
    until: datetime
    status: int


class Plan(NamedTuple):
    """What an officer is going to do: when to begin to save, when to submit, and whether with a double click."""

    begins: datetime
    submits: datetime
    twice: bool


def now() -> datetime:
    return datetime.now(UTC)


async def wait_until(instant: datetime) -> None:
    await asyncio.sleep(max(0.0, (instant - now()).total_seconds()))


@dataclass
class Officer:
    """One officer with a browser; `notes` is what was answered as kept, by criterion."""

    number: int
    home: str
    addresses: Sequence[str]
    fields: Mapping[str, str]
    log: list[Sent]
    chance: Random
    client: AsyncClient = field(default_factory=lambda: AsyncClient(timeout=PATIENCE))
    csrf: str = ""
    was: dict[str, str] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def codes(self) -> list[str]:
        """The criteria of the sheet."""
        return [name.removeprefix("was-") for name in self.was]

    async def enter(self, link: str) -> None:
        """Open the link of a mail and the sheet behind it."""
        await self.send("link", "GET", link)
        assert (await self.send("enter", "POST", link)).status_code == 303
        await self.open_sheet()

    async def open_sheet(self) -> None:
        """Open the sheet, as somebody who is signed in."""
        page = await self.send("sheet", "GET", self.home)
        self.was = {name: unescape(text) for name, text in WAS.findall(page.text)}
        assert self.was

    async def live(self, plan: Plan) -> None:
        """Save some criteria, then all, look again, and submit; where there is no form to submit any more, do not."""
        await wait_until(plan.begins)
        for code in self.chance.sample(self.codes, AUTOSAVES):
            await self.autosave(code, f"{self.number} ghi {code}")
        await self.save_all()
        looked = await self.send("look", "GET", f"{self.home}/submit")
        version = VERSION.search(looked.text)
        await wait_until(plan.submits)
        if version:
            await asyncio.gather(*(self.submit(version[1]) for _ in range(1 + plan.twice)))

    async def autosave(self, code: str, note: str) -> None:
        """What htmx sends when a field of a criterion has changed."""
        given = self.given(code) | {f"note-{code}": note}
        answer = await self.send("autosave", "POST", f"{self.home}/criteria/{code}", given, {"hx-request": "true"})
        if answer.status_code == 200:
            self.was |= dict(WAS_OF_PART.findall(answer.text))
            self.notes[code] = note

    def given(self, code: str) -> dict[str, str]:
        """The fields of a criterion."""
        return {f"was-{code}": self.was[f"was-{code}"]} | {
            name: text for name, text in self.fields.items() if name.partition("-")[2] == code
        }

    async def save_all(self) -> None:
        """What the button under the sheet sends."""
        notes = {code: self.notes.get(code, f"{self.number} có {code}") for code in self.codes}
        fields = {name: text for code in self.codes for name, text in self.given(code).items()}
        told = {f"note-{code}": note for code, note in notes.items()}
        answer = await self.send("save", "POST", f"{self.home}/sheet", fields | told | {"then": "submit"})
        if answer.status_code == 303:
            self.notes = notes

    async def submit(self, version: str) -> None:
        """What the button on the page of the second look sends."""
        await self.send("submit", "POST", f"{self.home}/submit", {"version": version})

    async def send(
        self,
        what: str,
        method: str,
        path: str,
        fields: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Send one request to one of the portals, as a proxy would, and note when."""
        data: Any = {"csrf": self.csrf, **(fields or {})} if method == "POST" else None
        address, at = self.chance.choice(self.addresses), now()
        answer = await self.client.request(method, f"{address}{path}", data=data, headers=headers)
        self.log.append(Sent(what, self.number, at, now(), answer.status_code))
        found = CSRF.search(answer.text)
        self.csrf = found[1] if found else self.csrf
        return answer


def plans(count: int, closes_at: datetime, lasts: timedelta, chance: Random) -> list[Plan]:
    """Most submit at any time, a crowd in the last second and a half, a tenth too late; every seventh clicks twice."""
    return [_plan(number / count, number % 7 == 0, closes_at, lasts.total_seconds(), chance) for number in range(count)]


def _plan(share: float, twice: bool, closes_at: datetime, lasts: float, chance: Random) -> Plan:  # noqa: FBT001  a fact of the plan
    if share < TOO_LATE:
        before = -chance.uniform(0.02, 1.5)
    elif share < TOO_LATE + CROWD:
        before = chance.uniform(0.02, 1.5)
    else:
        before = chance.uniform(1.5, 0.7 * lasts)
    submits = closes_at - timedelta(seconds=before)
    begins = closes_at - timedelta(seconds=chance.uniform(max(before, 0.3 * lasts), lasts))
    return Plan(begins, submits, twice)
