"""Programs at the API: a token of an account, and a client that bears it."""

from collections.abc import Collection
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from httpx2 import Response
from starlette.testclient import TestClient

from actions import tokens
from states.actor import Actor
from tests.actions.world import World
from tests.web.browser import ADDRESS
from tests.web.conftest import Portal
from web.api.openapi import operations
from web.api.routes import APIS
from web.app import create_app

ROOT = "/api/v1"


@dataclass
class Program:
    """One program with its token."""

    client: TestClient
    token_id: int
    token: str

    def get(self, path: str, **query: Any) -> Response:  # noqa: ANN401  whatever an address asks
        """Read."""
        return self.client.get(f"{ROOT}{path}", params=query, headers=self.headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Response:  # noqa: ANN401  any JSON value
        """Take a step."""
        return self.client.post(f"{ROOT}{path}", json=body, headers=self.headers | headers)

    def put(self, path: str, body: Any, **headers: str) -> Response:  # noqa: ANN401  any JSON value
        """Keep a value."""
        return self.client.put(f"{ROOT}{path}", json=body, headers=self.headers | headers)

    @property
    def headers(self) -> dict[str, str]:
        """What every request bears."""
        return {"Authorization": f"Bearer {self.token}"}


def made(portal: Portal, actor: Actor, scopes: Collection[str], days: int = 30) -> tuple[int, str]:
    """A token of an account."""
    key = actor.account_id or 0
    with portal.database.writing() as session:
        return tokens.make(session, key, "Phần mềm thử", scopes, days, actor=actor, now=portal.hands.now())


def program(portal: Portal, actor: Actor, *scopes: str) -> Program:
    """A program of an account, with these scopes or with all."""
    client = TestClient(create_app(portal.place), base_url=ADDRESS, raise_server_exceptions=False)
    return Program(client, *made(portal, actor, scopes or tuple(tokens.SCOPES)))


def kind_of(answer: Response) -> str:
    """The kind of a problem."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    told = answer.json()
    assert told["status"] == answer.status_code
    assert told["detail"]
    return str(told["type"]).rpartition("#")[2]


def every_path(program: Program, world: World, key: int) -> list[tuple[str, str, int, str]]:
    """Every operation of the API with what a program is answered on a round and a dossier of it: path, status, text."""
    told = []
    values = {"assessment_id": key, "round_id": world.round_id}
    for _, one in operations(APIS):
        path = one.path
        for name in ("assessment_id", "round_id", "request_id", "meeting_id", "approval_id", "account_id"):
            path = path.replace(f"{{{name}:id}}", str(values.get(name, 1)))
        path = path.replace("{decision_id:id}", "1").replace("{extension_id:id}", "1")
        answer = program.client.request(one.method, path, headers=program.headers, json={} if one.body else None)
        told.append((one.name, one.scope, answer.status_code, text_of(answer)))
    return told


def text_of(answer: Response) -> str:
    """What an answer says but for its own id; of an archive, which bears the time of its making, what its files say."""
    if answer.headers["content-type"] != "application/zip":
        return answer.text.replace(answer.headers["x-request-id"], "")
    with ZipFile(BytesIO(answer.content)) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist())
