"""Votes cast in the pages are nowhere to be read: no page, export, log, address, cookie or refusal tells one (X-A2).

The same people vote in the same order in two portals whose databases draw the same chance, with other choices but
equal tallies: whatever anybody is shown, before the close and after it, has to be the same in both.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Final
from zipfile import ZipFile, is_zipfile

import pytest
from httpx2 import Response

from actions.accounts import add_account, grant
from danhgia.commands.history_file import write_history
from models.db import Database, run
from reports.official.catalogue import ENTRIES
from states.actor import Actor, account
from tests.actions.ha_tinh_world import LAUNCHED
from tests.actions.world import CONSOLE
from tests.web.browser import Browser, words
from tests.web.committee_world import Committee, committee
from tests.web.letters import by_mail
from tests.web.programs import Program, program
from tests.web.test_meetings import opened
from web.api.routes import APIS
from web.app import DESKS
from web.asks import Nobody
from web.lines import HEADER

Way = Sequence[tuple[int, int, int]]
BEST, GOOD, FAIR, BLANK = 1, 2, 3, 0
ONE_WAY: Final[Way] = (
    (BEST, GOOD, FAIR),
    (BEST, GOOD, FAIR),
    (GOOD, GOOD, BLANK),
    (BEST, BEST, FAIR),
    (GOOD, FAIR, GOOD),
)
SHIFTS: Final = (2, 1, 3)
OTHER_WAY: Final[Way] = tuple(
    (ONE_WAY[(n + SHIFTS[0]) % 5][0], ONE_WAY[(n + SHIFTS[1]) % 5][1], ONE_WAY[(n + SHIFTS[2]) % 5][2])
    for n in range(5)
)
OF_BROWSER: Final = re.compile(r'(name="(csrf|ballot)" value=")[^"]*')
OF_REQUEST: Final = {"set-cookie", "content-length", HEADER.lower()}
COOKIES: Final = {"danhgia", "danhgia-may", "danhgia-tin"}
Pages = Mapping[tuple[str, str], str]


def paths(one: Committee, box: str) -> list[str]:
    """Every page of the portal about this round, this meeting, this box, one of its dossiers."""
    every = (route for desk in DESKS for route in desk.routes if route.method == "GET")
    found = [route.path for route in every if not isinstance(route.asks, Nobody) and "{" in route.path]
    filled = (_filled(one, box, path) for each in found for path in _of_documents(each))
    return sorted({*filled, "/", "/audit?q=M%E1%BA%ABu", f"/rounds/{one.ward.round_id}?q=m1"})


def _of_documents(path: str) -> Iterator[str]:
    """A path of documents, once for each that the round or the dossier has; any other path as it is."""
    scope = "round" if path.startswith("/rounds/") else "dossier"
    keys = [entry.key for entry in ENTRIES if entry.scope == scope] if "{key}" in path else [""]
    return (path.replace("{key}", key) for key in keys)


def shown(readers: Mapping[str, Browser], asked: Sequence[str]) -> dict[tuple[str, str], str]:
    """What readers are shown, but for the tokens of their own browsers."""
    return {(who, path): plain(reader.get(path)) for who, reader in readers.items() for path in asked}


def plain(answer: Response) -> str:
    """The whole answer without what is each browser's own."""
    is_text = answer.headers.get("content-type", "text/").startswith("text/")
    content = answer.text if is_text else _unpacked(answer.content)
    told = {name: value for name, value in answer.headers.items() if name not in OF_REQUEST}
    key = answer.headers[HEADER]
    for drawn in (key, key.encode().hex(), "\u00a0".join((key[:4], key[4:8], key[8:]))):
        content = content.replace(drawn, "")
    return f"{answer.status_code} {sorted(told.items())} " + OF_BROWSER.sub(r"\g<1>", content)


def _unpacked(content: bytes) -> str:
    """A file as it is; of an archive, which bears the hour of its packing, what lies in it."""
    if not is_zipfile(BytesIO(content)):
        return content.hex()
    with ZipFile(BytesIO(content)) as archive:
        return str([(name, archive.read(name)) for name in archive.namelist()])


def fields(one: Committee, token: str, marks: Sequence[int], **more: str) -> dict[str, str]:
    """A ballot as its form sends it."""
    votes = {f"vote-{key}": str(mark) for key, mark in zip(one.ids(), marks, strict=True)}
    return {"ballot": token, **votes, "looked": "1", **more}


def token_of(answer: Response) -> str:
    """The token on a paper that was handed out."""
    (token,) = re.findall(r'name="ballot" value="([^"]+)"', answer.text)
    return str(token)


def cast(one: Committee, who: Actor, box: str, marks: Sequence[int]) -> Response:
    """Take a paper and vote."""
    voter = one.enter(who)
    voter.get(box)
    token = token_of(voter.post(f"{box}/paper"))
    return voter.post(f"{box}/vote", **fields(one, token, marks))


def auditor(one: Committee) -> Actor:
    """Somebody who audits all rounds."""
    with one.portal.database.writing() as session:
        key = add_account(session, "kiem-tra@mau.example", name="Kiểm tra", actor=CONSOLE, now=LAUNCHED)
        grant(session, key, "auditor", actor=CONSOLE, now=LAUNCHED)
    return account(key)


def played(database: Database, way: Way, folder: Path) -> tuple[list[Pages], list[Response], list[bytes]]:
    """Vote one way: what is shown after the last vote and after the close; the answers; the exports."""
    one = committee(database)
    secretary = one.enter(one.secretaries[0])
    box = opened(one, secretary, electronic=True)
    readers = {"secretary": secretary, "administrator": one.enter(one.ward.administrator)}
    readers |= {"auditor": one.enter(auditor(one))}
    asked, seen, answers, exports = paths(one, box), list[Pages](), list[Response](), list[bytes]()
    voters = {"voter": one.enter(one.members[0]), "unit": one.enter(one.ward.heads["m1"])}
    near = [path for path in asked if path.startswith(("/boxes/", "/meetings/", "/assessments/")) or path == "/"]
    programs = {who: program(one.portal, actor) for who, actor in _near(one)}
    for who, marks in zip(one.members, way, strict=True):
        answers.append(cast(one, who, box, marks))
        exports.append(exported(one, folder))
    seen.append(shown(readers, asked) | shown(voters, near) | beyond(one, readers["auditor"], programs, box))
    for key in (secretary, one.enter(one.secretaries[1])):
        key.get(box)
        assert key.post(f"{box}/close").status_code == 303
    seen.append(shown(readers, asked) | shown(voters, near) | beyond(one, readers["auditor"], programs, box))
    return seen, answers, exports


def _near(one: Committee) -> list[tuple[str, Actor]]:
    return [("voter", one.members[0]), ("secretary", one.secretaries[0])]


def beyond(one: Committee, auditor: Browser, programs: Mapping[str, Program], box: str) -> dict[tuple[str, str], str]:
    """What programs are told, what is handed out as a file, and the mails and jobs that wait."""
    at_api = [_filled(one, box, route.path) for desk in APIS for route in desk.routes if route.method == "GET"]
    told = dict[tuple[str, str], str]()
    for (who, own), path in product(programs.items(), at_api):
        told[f"api {who}", path] = plain(own.client.get(path, headers=own.headers))
    chains = [one.round, *(f"/assessments/{key}" for key in one.ids())]
    for chain, form in product(chains, ("csv", "jsonl")):
        told["export", f"{chain} {form}"] = plain(auditor.post(f"{chain}/history/export", form=form))
    with one.portal.database.reading() as session:
        for table in ("outbox", "job"):
            told["rows", table] = str(run(session, f"SELECT * FROM {table} ORDER BY id").fetchall())
    return told


def _filled(one: Committee, box: str, path: str) -> str:
    values = {"round_id": one.ward.round_id, "assessment_id": one.ids()[0], "box_id": box.rpartition("/")[2]}
    return re.sub(r"{(\w+)(:\w+)?}", lambda name: str(values.get(name[1], 1)), path)


def exported(one: Committee, folder: Path) -> bytes:
    """The history of the round as a file."""
    with one.portal.database.reading() as session:
        write_history(session, one.ward.round_id, folder / "history.jsonl")
    return (folder / "history.jsonl").read_bytes()


@pytest.mark.rule("X-A2")
def test_whoever_chose_what_everybody_is_shown_the_same(
    two_alike: tuple[Database, Database], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = two_alike
    one, answers, exports = played(first, ONE_WAY, tmp_path)
    log = caplog.text
    other, others, _ = played(second, OTHER_WAY, tmp_path)
    for before, after in zip(one, other, strict=True):
        assert {key for key in before if before[key] != after[key]} == set()
    assert sum(text.startswith("200") for text in one[-1].values()) > 100
    assert len(set(exports)) == 1
    assert len({answer.request.headers["content-length"] for answer in (*answers, *others)}) == 1
    for answer in answers:
        assert answer.status_code == 303
        assert re.fullmatch(r"/boxes/\d+", answer.headers["location"])
        assert set(answer.cookies) <= COOKIES
    assert "vote" not in log + caplog.text


@pytest.mark.rule("X-A2")
def test_one_votes_once_and_is_told_no_more_than_that(database: Database) -> None:
    one = committee(database)
    secretary = one.enter(one.secretaries[0])
    box, who = opened(one, secretary, electronic=True), one.members[0]
    assert by_mail(one.portal, who).get("/").status_code == 200
    weak = by_mail(one.portal, one.members[1])
    assert "Bỏ phiếu phải đăng nhập bằng mật khẩu" in words(weak.get(box))
    assert weak.post(f"{box}/paper").status_code == 403
    stranger = one.enter(one.ward.heads["c2"])
    assert {stranger.get(box).status_code, stranger.post(f"{box}/paper").status_code} == {404}
    assert secretary.post(f"{box}/paper").status_code == 403
    voter = one.enter(who)
    assert "Phiếu kín chờ bỏ" in words(voter.get("/"))
    voter.get(box)
    token = token_of(voter.post(f"{box}/paper"))
    marks = (BEST, GOOD, FAIR)
    for wrong in ({"looked": ""}, {f"vote-{one.ids()[0]}": "7"}, {"ballot": "x" * 43}):
        refused = voter.post(f"{box}/vote", **fields(one, token, marks) | wrong)
        assert refused.status_code == 422
        assert "checked" not in refused.text
    stale = voter.client.post(f"{box}/vote", data={"csrf": "old", **fields(one, token, marks)})
    assert stale.status_code == 403
    assert "vote-" not in stale.text
    assert token not in stale.text
    ended = one.portal.browser()
    ended.get("/sign-in")
    gone = ended.post(f"{box}/vote", **fields(one, token, marks))
    assert gone.status_code == 401
    assert "vote-" not in gone.text
    receipt = words(voter.follow(voter.post(f"{box}/vote", **fields(one, token, marks))))
    assert "Bạn đã bỏ phiếu." in receipt
    assert "Hoàn thành" not in receipt
    twice = voter.post(f"{box}/paper")
    assert "mỗi người chỉ bỏ phiếu một lần" in words(twice)
    assert "Phiếu kín chờ bỏ" not in words(voter.get("/"))
    early = secretary.post(f"{box}/close")
    assert "kiểm phiếu khi có ít nhất 03 phiếu" in words(early)
    secretary.get(f"{box}/cancel")
    assert secretary.post(f"{box}/cancel", reason="").status_code == 422
    assert "không được đếm" in words(secretary.follow(secretary.post(f"{box}/cancel", reason="Vắng nhiều")))
