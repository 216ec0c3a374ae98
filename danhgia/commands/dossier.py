"""`danhgia dossier`: the file of a dossier for inspection, as PDF or JSON."""

from hashlib import sha256
from pathlib import Path
from typing import Annotated

import typer

from actions.check import Handed, hand_out_dossier
from danhgia.commands import show
from danhgia.commands.options import As, AsJson
from danhgia.edge import actor_of, opened
from reports.inspection_pdf import written_pdf
from states.glance import glance
from states.permits import demand
from web.inspection import inspection


def read_target(text: str) -> Path:
    """A file whose name says its form."""
    path = Path(text)
    if path.suffix not in {".pdf", ".json"}:
        raise typer.BadParameter("the name ends in .pdf or .json")
    return path


def dossier(
    assessment: Annotated[int, typer.Argument(metavar="ASSESSMENT", help="The number of the dossier.")],
    to: Annotated[Path, typer.Option(parser=read_target, metavar="FILE.(pdf|json)", help="Where to write.")],
    confidential: Annotated[
        bool, typer.Option("--confidential", help="With what is confidential; each reading is recorded.")
    ] = False,
    as_json: AsJson = False,
    account: As = None,
) -> None:
    """Write everything that is known of a dossier into one file for inspection; handing it out is recorded."""
    with opened() as here, show.working("Writing"):
        now = here.clock.now()
        with here.database.reading() as session:
            actor = actor_of(session, account)
            facts = glance(session, assessment, actor=actor, now=now)
            demand(session, actor, "audit", assessment)
            told = inspection(session, facts, opened=confidential)
        content = told.as_json() if to.suffix == ".json" else written_pdf(told)
        handed = Handed(to.suffix[1:], sha256(content).hexdigest(), told.read)
        here.act(lambda session: hand_out_dossier(session, assessment, handed, actor=actor, now=now))
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_bytes(content)
    show.tell({"file": str(to), "sha256": handed.sha256}, f"{to}\nSHA-256 {handed.sha256}", as_json=as_json)
