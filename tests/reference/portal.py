"""The pages of routes and of official documents, from what the portal declares and the catalogue lists."""

from collections.abc import Iterator, Sequence
from typing import Final

from config.load import list_programmes, load_programme
from reports.official.catalogue import ENTRIES
from reports.official.entry import Entry as Document
from states.permits import VERBS
from tests.reference.page import Entry, Page, Table, code, doc_of
from web.api.edge import Operation
from web.app import API, DESKS
from web.asks import (
    Asks,
    Everywhere,
    Nobody,
    OfApproval,
    OfBox,
    OfDossier,
    OfMeeting,
    OfRequest,
    OfRound,
    Own,
    Step,
)
from web.edge import Desk, Route

BESIDE: Final = (
    Entry(code("GET /static/{name}"), "Styles, scripts and the sign of the portal.", ("anybody",)),
    Entry(code("GET /healthz"), "Whether the portal and its database answer.", ("anybody",)),
    Entry(code("GET /api/v1/openapi.json"), "The description of the API (OpenAPI).", ("anybody",)),
)


def routes_page() -> Page:
    """Every route with what it asks of whoever comes."""
    about = (
        "Addresses of the portal and of its API. Who may come: the verb that the route asks (`states/permits.py`), "
        "with the relations that may do it; a dossier, round or box that is not one's own does not exist (404)."
    )
    tables = (
        Table("Beside the portal", "Route", BESIDE, ("Who may come",)),
        Table("Pages and forms", "Route", tuple(_routes(DESKS)), ("Who may come",)),
        Table("The API", "Route", tuple(_routes(API)), ("Who may come",)),
        Table("Verbs", "Verb", tuple(Entry(code(verb), ", ".join(by)) for verb, by in VERBS.items())),
    )
    return Page("routes", "Routes", about, tables)


def _routes(desks: Sequence[Desk]) -> Iterator[Entry]:
    for route in (route for desk in desks for route in desk.routes):
        path = route.path.replace(":id}", "}")
        yield Entry(code(f"{route.method} {path}"), _about(route), (_who(route.asks),))


def _about(route: Route) -> str:
    return route.summary if isinstance(route, Operation) else doc_of(route.work)


def _who(asks: Asks) -> str:
    match asks:
        case Nobody(why):
            who = f"anybody: {why}"
        case Step(awaits):
            who = f"whose session waits for the {awaits}"
        case Own(by_link):
            who = "any account, also by task link" if by_link else "any account"
        case OfDossier(verb, trigger):
            who = f"{code(trigger)} of the dossier, by its workflow" if trigger else f"{code(verb)} on the dossier"
        case OfRequest(verb):
            who = f"{code(verb)} on the request"
        case OfRound(verb, by_body):
            who = f"{code(verb)} on the round{', or where one body decides' if by_body else ''}"
        case OfMeeting(part) | OfBox(part) | OfApproval(part):
            who = f"{code(part)}: {doc_of(type(asks))}"
        case Everywhere(verb):
            who = f"{code(verb)} in every round"
        case _:
            who = "a step of the dossier, by its workflow"
    return who


def documents_page() -> Page:
    """Every official document of the catalogue."""
    about = (
        "Official documents, as the pages of documents offer them and `danhgia document KEY ID --to FILE` writes them: "
        "Word, or PDF when the name of the file ends so."
    )
    entries = tuple(_document(entry) for entry in ENTRIES)
    columns = ("Of a", "Verb", "After the result", "Programmes")
    return Page("documents", "Official documents", about, (Table("Documents", "Key", entries, columns),))


def _document(entry: Document) -> Entry:
    programmes = [load_programme(slug) for slug in list_programmes()]
    kinds = {one.slug: list(one.subject_kinds) if entry.scope == "dossier" else [""] for one in programmes}
    having = [one.slug for one in programmes if any(entry.has(one, kind) for kind in kinds[one.slug])]
    after = "yes" if entry.tells_result else ""
    return Entry(code(entry.key), entry.label, (entry.scope, code(entry.verb), after, ", ".join(having)))
