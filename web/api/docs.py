"""The documentation of the API: a page made of its description, and the description itself."""

from typing import Any, Final

from actions.tokens import SCOPES
from web.answers import Answer, page
from web.api import problems
from web.api.openapi import described
from web.api.routes import APIS
from web.asks import Nobody
from web.edge import Desk, Here

desk: Final = Desk()


@desk.get("/api/v1/docs", asks=Nobody("the description of the API tells of no round and nobody"))
def docs_page(here: Here) -> Answer:
    """The documentation of the API."""
    del here
    told = described(APIS)
    return page("api.html", told=told, groups=_groups(told), scopes=SCOPES, problems=problems.KINDS)


def _groups(told: dict[str, Any]) -> dict[str, list[tuple[str, str, dict[str, Any]]]]:
    """The operations with method and path, under their headings."""
    found: dict[str, list[tuple[str, str, dict[str, Any]]]] = {tag["name"]: [] for tag in told["tags"]}
    for path, methods in told["paths"].items():
        for method, one in methods.items():
            found[one["tags"][0]].append((method.upper(), path, one))
    return found
