"""The API tells the same whoever voted what, and has nothing to vote by."""

import pytest

from models.db import Database
from tests.web.committee_world import committee
from tests.web.programs import ROOT, every_path, program
from tests.web.test_ballot_secrecy import ONE_WAY, OTHER_WAY, Way, cast
from tests.web.test_meetings import opened
from web.api.openapi import operations
from web.api.routes import APIS


@pytest.mark.rule("X-A2")
def test_whoever_voted_what_programs_are_told_the_same(two_alike: tuple[Database, Database]) -> None:
    paths = [operation.path for _, operation in operations(APIS)]
    assert not any(word in path for path in paths for word in ("box", "ballot", "vote", "tally", "roll", "poll"))
    one, other = (
        told_of_a_ballot(database, way) for database, way in zip(two_alike, (ONE_WAY, OTHER_WAY), strict=True)
    )
    assert one == other
    assert sum(status == 200 for *_, status, _ in one) > len(one) // 4
    told = " ".join(text for name, *_, text in one if not name.startswith("export"))
    assert not any(word in told for word in ('"box', '"votes"', '"voted"', '"winner"', '"counts"', '"roll"'))


def told_of_a_ballot(database: Database, way: Way) -> list[tuple[str, str, int, str]]:
    """What programs are told of a round in which a ballot is being held: after every vote, and after its close."""
    one = committee(database)
    secretary = one.enter(one.secretaries[0])
    box = opened(one, secretary, electronic=True)
    members, told = list(zip(one.members, way, strict=True)), []
    for who, marks in members:
        cast(one, who, box, marks)
    readers = [one.secretaries[0], one.ward.administrator, one.authority, one.members[0]]
    programs = [program(one.portal, actor) for actor in readers]
    for own in programs:
        told += every_path(own, one.portal.world, one.ids()[0])
        assert {own.client.post(f"{ROOT}{box}/{step}", headers=own.headers).status_code for step in STEPS} == {404}
        pages = {own.client.get(path, headers=own.headers, follow_redirects=False).status_code for path in (box, "/")}
        assert pages == {303}, "a token opens no page"
        agenda = own.get("/meetings/1").json().get("agenda", [])
        assert {name for line in agenda for name in line} <= {"assessment_id", "name", "kind", "state", "proposed"}
    return told


STEPS = ("vote", "paper", "close", "cancel")
