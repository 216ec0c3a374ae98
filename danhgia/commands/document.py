"""`danhgia document`: an official document of a round or of a dossier, in Word or as a PDF."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from danhgia.commands import show
from danhgia.commands.options import As, AsJson
from danhgia.edge import actor_of, opened
from reports.official import offered
from reports.official.catalogue import BY_KEY
from reports.official.entry import Entry, File
from states.actor import Actor
from states.errors import NotAllowed
from states.glance import glance


def document(
    key: Annotated[str, typer.Argument(metavar="KEY", help="The document: " + ", ".join(BY_KEY) + ".")],
    owner: Annotated[int, typer.Argument(metavar="ID", help="The number of the round or the dossier it is about.")],
    to: Annotated[
        Path, typer.Option("--to", metavar="FILE", help="The file to write; a PDF when its name ends in .pdf.")
    ],
    item: Annotated[
        int | None, typer.Argument(metavar="ITEM", help="Of several: the number of the decision or request.")
    ] = None,
    as_json: AsJson = False,
    account: As = None,
) -> None:
    """Write an official document as it stands now; what is not decided or has no number is marked as a draft."""
    entry = BY_KEY.get(key)
    if entry is None:
        raise typer.BadParameter(f"there is no document {key!r}; the documents are: {', '.join(BY_KEY)}")
    with opened() as here, show.working("Writing"), here.database.reading() as session:
        made = _made(session, entry, owner, item, actor_of(session, account), here.clock.now())
        file = offered.as_pdf(made) if to.suffix == ".pdf" else made
    to.write_bytes(file.content)
    show.tell({"file": str(to), "name": file.name}, str(to), as_json=as_json)


def _made(session: Session, entry: Entry, owner: int, item: int | None, actor: Actor, now: datetime) -> File:
    if entry.scope == "round":
        return offered.from_round(session, owner, entry.key, item, actor, now)
    facts = glance(session, owner, actor=actor, now=now)
    if not facts.relations:
        raise NotAllowed
    return offered.from_dossier(session, facts, entry.key, item, actor)
