"""`danhgia db`: the schema, and whether what is kept is as it was written."""

from typing import Annotated

import typer
from sqlmodel import Session

from danhgia.commands import show
from danhgia.commands.counters import miscounted
from danhgia.commands.options import AsJson, group
from danhgia.edge import opened, opened_as_it_is, settings_of_environment
from models.check import Finding, findings, revision
from states.history import verify

app = group("Upgrade and check the database.")


@app.command()
def upgrade(as_json: AsJson = False) -> None:
    """Bring the database to the schema of this release; makes it when there is none."""
    with opened_as_it_is(settings_of_environment(), create=True) as database:
        with show.working("Upgrading"):
            database.upgrade()
        with database.reading() as session:
            found = revision(session)
    show.tell({"revision": found}, f"the database is at revision {found}", as_json=as_json)


@app.command()
def check(
    as_json: AsJson = False,
    history: Annotated[
        bool, typer.Option(help="Recompute the history too, which takes a second per 100,000 rows.")
    ] = True,
) -> None:
    """Check triggers, counters, the chains of the history and their kept heads, and the database itself."""
    with opened() as here, here.database.reading() as session, show.working("Checking"):
        found = [*findings(session), *miscounted(session), *(_broken(session) if history else [])]
    _tell(found, as_json=as_json)
    raise typer.Exit(any(one.level == "error" for one in found))


def _broken(session: Session) -> list[Finding]:
    return [Finding("error", f"history of {one.entity}, row {one.seq}: {one.why}") for one in verify(session).broken]


def _tell(found: list[Finding], *, as_json: bool) -> None:
    if as_json:
        show.data([one._asdict() for one in found])
        return
    for one in found:
        show.warn(f"{one.level}: {one.what}")
    if not any(one.level == "error" for one in found):
        show.say("the database is sound")
