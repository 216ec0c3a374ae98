"""`danhgia document`: an official document of a round or of a dossier, in Word or as a PDF."""

from datetime import datetime
from hashlib import sha256
from pathlib import Path, PurePath
from typing import Annotated

import typer
from sqlmodel import Session

from actions.handing_out import hand_out
from danhgia.commands import show
from danhgia.commands.options import As, AsJson
from danhgia.edge import actor_of, opened
from reports.official import offered
from reports.official.catalogue import BY_KEY
from reports.official.entry import Entry
from reports.official.offered import Wanted
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
    with opened() as here, show.working("Writing"):
        now = here.clock.now()
        with here.database.reading() as session:
            actor = actor_of(session, account)
            wanted = _wanted(session, entry, owner, item, actor, now)
            made = wanted.made(session, now)
        file = offered.as_pdf(made) if to.suffix == ".pdf" else made
        with here.database.writing() as session:
            form = PurePath(file.name).suffix.lstrip(".")
            hand_out(session, wanted.official, form, sha256(file.content).hexdigest(), actor=actor, now=now)
    to.write_bytes(file.content)
    show.tell({"file": str(to), "name": file.name}, str(to), as_json=as_json)


def _wanted(session: Session, entry: Entry, owner: int, item: int | None, actor: Actor, now: datetime) -> Wanted:
    if entry.scope == "round":
        return offered.from_round(session, owner, entry.key, item, actor)
    facts = glance(session, owner, actor=actor, now=now)
    if not facts.relations:
        raise NotAllowed
    return offered.from_dossier(session, facts, entry.key, item, actor)
