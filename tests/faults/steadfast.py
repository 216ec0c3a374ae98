"""Officers who lose the portal again and again, look at the page when it is back, and go on."""

import asyncio
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from typing import Final

from httpx2 import Response, TransportError

from tests.faults.officers import WAS_OF_PART, Officer
from tests.web.unit_forms import VERSION, WAS

NOTE: Final = re.compile(r'name="note-([^"]+)"[^>]*>([^<]*)</textarea>')
PROOF: Final = re.compile(r"Mã biên nhận</dt><dd><code>([^<]+)</code>")
AGAIN: Final = 0.03
THINKING: Final = 0.2


class Lost(Exception):
    """No answer came, or that it was not done for lack of time: a look at the page tells."""


@dataclass
class Steadfast(Officer):
    """`notes` is what an answer or a page told to be kept; `submitted` the notes of what it told to be submitted."""

    lost: int = 0
    proofs: list[str] = field(default_factory=list)
    """The codes of the receipts that were shown."""
    submitted: dict[str, str] = field(default_factory=dict)
    unsure: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """What was sent since the last page, of which no answer came."""
    saves: int = 0
    is_posting: bool = False
    has_stopped: bool = False

    async def work_until(self, is_over: Callable[[], bool]) -> None:
        """Save, submit, and revise what was submitted, over and over."""
        await self.look_again()
        while not is_over():
            await asyncio.sleep(self.chance.uniform(0, THINKING))
            try:
                await self.act()
            except Lost:
                await self.look_again()
        self.has_stopped = True

    async def act(self) -> None:
        """One thing that an officer does next."""
        if not self.was:
            await self.post("revise")
            await self.open()
        elif self.chance.random() < 0.7:
            await self.note_down()
        else:
            await self.hand_in()

    async def note_down(self) -> None:
        """Change one note."""
        self.saves += 1
        code, note = self.chance.choice(self.codes), f"{self.number} ghi lần {self.saves}"
        self.unsure[code].add(note)
        given = self.given(code) | {f"note-{code}": note}
        answer = await self.post(f"criteria/{code}", given, {"hx-request": "true"})
        if answer.status_code == 200:
            self.was |= dict(WAS_OF_PART.findall(answer.text))
            self.keep(code, note)

    async def hand_in(self) -> None:
        """Save all, look, and submit."""
        self.saves += 1
        notes = {code: f"{self.number} nộp lần {self.saves}, {code}" for code in self.codes}
        for code, note in notes.items():
            self.unsure[code].add(note)
        fields = {name: text for code in self.codes for name, text in self.given(code).items()}
        told = {f"note-{code}": note for code, note in notes.items()}
        answer = await self.post("sheet", fields | told | {"then": "submit"})
        if answer.status_code != 303:
            await self.look_again()
            return
        for code, note in notes.items():
            self.keep(code, note)
        version = VERSION.search((await self.tried("GET", "submit")).text)
        if version and (await self.post("submit", {"version": version[1]})).status_code == 303:
            await self.open()

    def keep(self, code: str, note: str) -> None:
        self.notes[code] = note
        self.unsure.pop(code, None)

    async def look_again(self) -> None:
        """Open the page until it comes."""
        while True:
            try:
                await self.open()
            except Lost:
                await asyncio.sleep(AGAIN)
            else:
                return

    async def open(self) -> None:
        """Open the page, which has to show what was told, and believe what it shows."""
        page = (await self.tried("GET")).text
        self.was = {name: unescape(text) for name, text in WAS.findall(page)}
        self.believe(dict(NOTE.findall(page)))
        proof = PROOF.search(page)
        if proof and proof[1] not in self.proofs:
            self.proofs.append(proof[1])
            self.submitted = dict(self.notes)

    def believe(self, shown: dict[str, str]) -> None:
        for code, note in shown.items():
            assert unescape(note) in {self.notes.get(code, ""), *self.unsure.get(code, ())}, (code, note)
            self.keep(code, unescape(note))

    async def post(
        self, place: str, fields: dict[str, str] | None = None, headers: dict[str, str] | None = None
    ) -> Response:
        return await self.tried("POST", place, fields, headers)

    async def tried(
        self, method: str, place: str = "", fields: dict[str, str] | None = None, headers: dict[str, str] | None = None
    ) -> Response:
        """Send it to one of the portals; Lost when it dies over it."""
        path = f"{self.home}/{place}" if place else self.home
        self.is_posting = method == "POST"
        try:
            answer = await self.send(place or "page", method, path, fields, headers)
        except TransportError as error:
            self.lost += 1
            raise Lost from error
        finally:
            self.is_posting = False
        if answer.status_code == 503:
            raise Lost
        assert answer.status_code in {200, 303, 403, 409, 422}, (answer.status_code, answer.text[:2_000])
        return answer
