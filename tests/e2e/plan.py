"""The plan of pictures: which page of the portal is shown in which scene, by whom.

**A new page is one line** in PLAN: the route as it is declared, who opens it, in which scene (tests/e2e/scenes.py; each
is a rehearsed round stopped at a moment), and, where the page is about a dossier, in which state that dossier is:

    Shot("/rounds/{round_id:id}/mail", "administrator"),

Ids in the path are found by their names: `{meeting_id:id}` is the newest row of `meeting`; what is not to be found so
gets its query in VALUES, or in the shot's own `values`, where "who" names the account itself. `query` is appended to
the address, and may hold parameters too; `about` tells two pictures of one route apart. A route that shows nothing of
its own (a download, a redirect) stands in WITHOUT_PICTURE, with the reason. A route in neither fails
tests/e2e/test_shots.py, and so `make shots` and `make test`.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from tests.e2e.scenes import LINK
from web.app import DESKS
from web.correcting import FORMS
from web.edge import Route

NOBODY: Final = ""
NUMBER: Final = re.compile(r"\{\w+:id\}")
NONE: Final[Mapping[str, str]] = MappingProxyType({})


class Shot(NamedTuple):
    """One picture that is planned."""

    route: str
    who: str
    scene: str = "appraisal"
    state: str = ""
    about: str = ""
    query: str = ""
    status: int = 200
    values: Mapping[str, str] = NONE

    @property
    def name(self) -> str:
        """What its files are called, without the width."""
        steps = [step for step in NUMBER.sub("one", self.route).split("/") if step] or ["home"]
        parts = (self.scene, *steps, self.who or "nobody", self.state, self.about)
        return "-".join(part.strip("{}") for part in parts if part)


A: Final = "/assessments/{assessment_id:id}"
R: Final = "/rounds/{round_id:id}"
DRAFT: Final = "SELECT max(id) FROM draft WHERE kind ="
CONCLUDED: Final = {"draft_id": f"{DRAFT} 'sheet' AND done_at IS NOT NULL"}
LAST: Final = "SELECT max(id) FROM decision"
DECIDED: Final = {
    "decision_id": LAST,
    "dossier": f"SELECT min(assessment_id) FROM decision_item WHERE decision_id = ({LAST})",
}
CELL: Final = {"assessment_id": "SELECT min(id) FROM assessment WHERE kind = 'chi_bo_truc_thuoc'"}
_BODY: Final = "(SELECT body FROM meeting ORDER BY id DESC LIMIT 1)"
HOLDER: Final = {
    "who": f"SELECT min(account_id) FROM account_grant WHERE role = 'secretary' AND body = {_BODY}",
    "body": _BODY[1:-1],
}
"""A secretary of the body whose meeting is the newest."""
PLAN: Final = (
    # Doors
    Shot("/sign-in", NOBODY),
    Shot("/sign-in/password", NOBODY),
    Shot("/sign-in/code", NOBODY),
    Shot("/s/{token}", "officer"),
    Shot("/s/{token}", NOBODY, about="dead"),
    Shot("/t/{token}", LINK, "scoring", "self_assessing"),
    Shot("/t/{token}", NOBODY, about="dead", status=410),
    Shot("/sign-in/second", "administrator"),
    Shot("/sign-in/new-password", "administrator"),
    # One's own
    Shot("/", "officer", "scoring"),
    Shot("/", "head", "settled"),
    Shot("/", "appraiser"),
    Shot("/", "lead"),
    Shot("/", "administrator"),
    Shot("/", "opinion_giver", "opinions"),
    Shot("/", "authority", "meetings"),
    Shot("/me", "officer"),
    Shot("/me", "administrator"),
    Shot("/me/password", "lead"),
    Shot(f"{A}/nowhere", "officer", about="lost", status=404),
    Shot(f"{R}/assignments", "authority", about="refused", status=403),
    Shot("/help", "administrator"),
    Shot("/help/{chapter}", "officer", "scoring", values={"chapter": "SELECT 'nop-ho-so'"}),
    # A unit and its dossier
    Shot(A, "officer", "scoring", "assigned"),
    Shot(A, "officer", "scoring", "self_assessing"),
    Shot(A, LINK, "scoring", "self_assessing"),
    Shot(A, "head", "scoring", "self_assessing"),
    Shot(A, "officer", "scoring", "submitted"),
    Shot(A, "officer", "appraisal", "explaining"),
    Shot(A, "officer", "appraisal", "locked_zero"),
    Shot(A, "officer", "settled"),
    Shot(A, "officer", "framework", "assigned"),
    Shot(A, "officer", "reviews"),
    Shot(A, "officer", "reviews", "draft_sent"),
    Shot(A, "officer", "opinions"),
    Shot(A, "officer", "meetings", "recognised"),
    Shot(A, "officer", "spots", "building"),
    Shot(A, "officer", "spots", "recognised"),
    Shot(A, "administrator"),
    Shot(A, "authority", "meetings"),
    Shot(f"{A}/preview", "officer", "scoring", "self_assessing"),
    Shot(f"{A}/workbook", "officer", "scoring", "self_assessing"),
    Shot(f"{A}/submit", "officer", "scoring", "self_assessing"),
    Shot(f"{A}/present", "officer", "framework", "assigned"),
    Shot(f"{A}/difficulties", "officer", "scoring", "self_assessing"),
    Shot(f"{A}/extension", "officer", "scoring", "self_assessing"),
    Shot(f"{A}/explanations/{{request_id:id}}", "officer", state="explaining"),
    # The appraiser's desk
    Shot(f"{R}/desk", "appraiser"),
    Shot(f"{R}/desk", "lead"),
    Shot(f"{R}/desk/workbook", "appraiser"),
    Shot(f"{A}/conflict", "appraiser", state="submitted"),
    Shot(f"{A}/appraise", "appraiser", state="appraising"),
    Shot(f"{A}/appraise", "appraiser", state="explaining"),
    Shot(f"{A}/appraise", "lead", state="appraised"),
    Shot(f"{A}/appraise", "appraiser", "opinions", "appraising"),
    Shot(f"{A}/appraise/agree", "appraiser", state="appraising"),
    Shot(f"{A}/questions", "appraiser", state="explaining"),
    Shot(f"{R}/criteria", "appraiser"),
    Shot(f"{R}/criteria/{{code}}", "appraiser"),
    Shot(f"{R}/differences", "lead"),
    Shot(f"{R}/appraisers", "lead"),
    Shot(f"{R}/assignments", "lead"),
    # Opinions
    Shot("/opinions/{request_id:id}", "opinion_giver", "opinions"),
    Shot("/opinions/{request_id:id}/send", "opinion_giver", "opinions"),
    Shot("/opinions/{request_id:id}/workbook", "opinion_giver", "opinions"),
    Shot("/opinions/{request_id:id}/answers", "administrator", "opinions"),
    Shot("/opinions/{request_id:id}/letters/{account_id:id}", "administrator", "opinions"),
    # Launching a round
    Shot("/programmes", "administrator"),
    Shot("/programmes/{slug}", "administrator"),
    Shot("/sheets/import", "administrator"),
    Shot("/sheets/documents/{draft_id:id}", "administrator", values={"draft_id": f"{DRAFT} 'sheet_tables'"}),
    Shot("/sheets/imports/{draft_id:id}", "administrator", values={"draft_id": f"{DRAFT} 'sheet'"}),
    Shot(
        "/sheets/imports/{draft_id:id}/place", "administrator", query="?in=dan-chu-co-so:bieu-2-mau", values=CONCLUDED
    ),
    Shot("/sheets/imports/{draft_id:id}/look", "administrator", values={"draft_id": f"{DRAFT} 'sheet'"}),
    Shot("/register", "administrator"),
    Shot("/register/import", "administrator"),
    Shot("/register/imports/{draft_id:id}", "administrator", values={"draft_id": f"{DRAFT} 'register'"}),
    Shot("/rehearsals", "administrator"),
    Shot("/rehearsals/{draft_id:id}", "administrator", values={"draft_id": f"{DRAFT} 'rehearsal'"}),
    Shot("/rounds/new", "administrator"),
    Shot("/rounds/new", "administrator", about="form", query="?programme=dan-chu-co-so&year=2027"),
    Shot(
        "/rounds/new",
        "administrator",
        about="after",
        query="?programme=dan-chu-co-so&year=2027&after={round_id}",
    ),
    Shot("/launches/{draft_id:id}", "administrator", values={"draft_id": f"{DRAFT} 'launch'"}),
    Shot("/launches/{draft_id:id}/edit", "administrator", values={"draft_id": f"{DRAFT} 'launch'"}),
    Shot(f"{R}/bands", "administrator", "rating"),
    # The round, watched over
    Shot(R, "administrator"),
    Shot(R, "administrator", "scoring"),
    Shot(R, "lead"),
    Shot(f"{R}/units", "administrator", "scoring"),
    Shot(f"{R}/mail", "administrator"),
    Shot(f"{R}/jobs", "administrator"),
    Shot(f"{R}/difficulties", "administrator"),
    Shot(f"{R}/extensions", "administrator", "scoring"),
    Shot(f"{R}/bulk", "administrator"),
    Shot(f"{R}/stages", "administrator"),
    Shot(f"{R}/polls", "administrator", "reviews"),
    # Corrections, people, two keys
    Shot(f"{R}/corrections", "administrator"),
    *(
        Shot(f"{R}/corrections/{{kind}}", "administrator", values={"kind": f"SELECT '{one}'"}, about=one)
        for one in FORMS
    ),
    Shot(f"{R}/people", "administrator"),
    Shot("/accounts", "administrator"),
    Shot("/accounts/{account_id:id}", "administrator", values={"account_id": "SELECT min(id) FROM account"}),
    Shot("/approvals", "administrator"),
    Shot("/approvals/{approval_id:id}", "administrator"),
    Shot("/health", "administrator"),
    # Meetings, boxes, decisions
    Shot(f"{R}/meetings", "secretary", "sitting"),
    Shot(f"{R}/meetings/new", "secretary", "sitting", query="?body={body}", values=HOLDER),
    Shot("/meetings/{meeting_id:id}", "secretary", "sitting", values=HOLDER),
    Shot("/meetings/{meeting_id:id}", "secretary", "meetings", values=HOLDER),
    Shot("/meetings/{meeting_id:id}/agenda", "secretary", "sitting", values=HOLDER),
    Shot("/meetings/{meeting_id:id}/people", "secretary", "sitting", values=HOLDER),
    Shot("/meetings/{meeting_id:id}/ballots", "secretary", "sitting", query="?name=decision", values=HOLDER),
    Shot("/boxes/{box_id:id}", "secretary", "sitting", values=HOLDER),
    Shot("/boxes/{box_id:id}/cancel", "secretary", "sitting", values=HOLDER),
    Shot(f"{R}/decisions", "administrator", "deciding"),
    Shot(f"{R}/decisions", "administrator", "meetings"),
    Shot(f"{R}/decisions/new", "authority", "sitting"),
    Shot(f"{R}/decisions/{{decision_id:id}}", "administrator", "deciding"),
    Shot(f"{R}/decisions/{{decision_id:id}}/announce", "administrator", "deciding"),
    Shot(f"{R}/decisions/{{decision_id:id}}/again", "authority", "settled", query="?dossier={dossier}", values=DECIDED),
    Shot(f"{R}/steps/{{step}}", "administrator", "reviews", values={"step": "SELECT 'open_decision'"}),
    Shot(f"{R}/quota", "administrator", "meetings"),
    Shot(f"{R}/waivers", "authority", "meetings"),
    # Steps of a dossier in the other programmes
    Shot(f"{A}/file", "officer", "reviews"),
    Shot(f"{A}/file", "administrator", "meetings"),
    Shot(f"{A}/steps/{{trigger}}", "head", "reviews", "draft_sent", values={"trigger": "SELECT 'review'"}),
    Shot(f"{A}/members", "administrator", "reviews", values=CELL),
    Shot(f"{A}/members/enter", "administrator", "reviews", values=CELL),
    Shot(f"{A}/spots", "officer", "spots", "building"),
    Shot(f"{R}/spots", "administrator", "spots"),
    Shot("/below", "superior", "reviews"),
    Shot("/below/results", "superior", "meetings"),
    # Opinions, asked by the staff
    Shot(f"{R}/opinions", "administrator", "opinions"),
    Shot(f"{R}/opinions/new", "administrator", "opinions", query="?name=related_bodies"),
    Shot(f"{A}/consult", "administrator", "opinions", "appraising"),
    # History and results
    Shot("/audit", "auditor", "settled"),
    Shot(f"{R}/history", "auditor", "settled"),
    Shot(f"{R}/history/check", "auditor", "settled"),
    Shot(f"{R}/history/dossiers", "auditor", "settled"),
    Shot(f"{A}/history", "auditor", "settled"),
    Shot(f"{A}/history/check", "auditor", "settled"),
    Shot(f"{A}/history/difference", "auditor", "settled"),
    Shot(f"{R}/pictures", "lead", "settled"),
    Shot(f"{R}/pictures/criteria", "lead", "settled"),
    Shot(f"{R}/results", "reader", "settled"),
    Shot(f"{R}/results/superiors", "reader", "settled"),
    Shot(f"{R}/results/years", "reader", "settled"),
    Shot(f"{A}/years", "officer", "settled"),
    Shot(f"{A}/documents", "officer", "settled"),
    Shot(f"{R}/documents", "administrator", "settled"),
    Shot(f"{R}/results", "administrator", "meetings"),
)
WITHOUT_PICTURE: Final[Mapping[str, str]] = {
    f"{A}/sheet": "redirects to the dossier, for whoever reloads after a form",
    f"{A}/evidence/{{evidence_id:id}}": "tests/e2e/test_evidence.py takes its picture",
    f"{A}/evidence/{{evidence_id:id}}/badge": "a part of a page",
    "/files/{assessment_id:id}/{evidence_id:id}": "a download",
    "/files/{assessment_id:id}/{evidence_id:id}/thumbnail": "a picture",
    f"{A}/report": "a download",
    "/sign-in/oidc": "leads to a provider, where the settings name one",
    "/sign-in/oidc/back": "tests/web/test_oidc.py comes back to it from a provider",
    f"{A}/workbook/file": "a download",
    f"{R}/desk/workbook/file": "a download",
    "/opinions/{request_id:id}/workbook/file": "a download",
    f"{A}/enclosures/{{enclosure_id:id}}": "a download",
    "/help/pictures/{name}": "a picture",
    "/boxes/{box_id:id}/papers": "a download",
    "/boxes/{box_id:id}/minutes": "a download",
    "/register/template": "a download",
    "/sheets/imports/{draft_id:id}/sheet": "a download",
    "/sheets/imports/{draft_id:id}/settled": "a download",
    "/sheets/imports/{draft_id:id}/programme": "a download",
    "/rehearsals/{draft_id:id}/{name}": "a download",
    f"{R}/decisions/{{decision_id:id}}/copy": "a download",
}
VALUES: Final = {
    "/assessments request_id": "SELECT max(id) FROM explanation_request WHERE assessment_id = :key",
    "/opinions request_id": "SELECT min(id) FROM opinion_request",
    "/opinions account_id": "SELECT min(account_id) FROM opinion",
    "box_id": "SELECT max(id) FROM ballot_box",
    "decision_id": "SELECT min(id) FROM decision",
}
"""The query for a parameter of a path, by the path's beginning where its name alone does not tell."""


def pages() -> dict[str, Route]:
    """Every page of the portal, by its path."""
    return {route.path: route for desk in DESKS for route in desk.routes if route.method == "GET"}


def missing() -> set[str]:
    """Pages without a plan."""
    return pages().keys() - {one.route for one in PLAN} - WITHOUT_PICTURE.keys()


def left_over() -> set[str]:
    """What is planned, or excused, of pages that are there no more."""
    planned = {one.route for one in PLAN if one.status == 200} | WITHOUT_PICTURE.keys()
    return planned - pages().keys()
