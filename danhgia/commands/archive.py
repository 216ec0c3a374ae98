"""`danhgia archive`: a concluded round as a folder that anybody can check."""

from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from danhgia.archive import demand_concluded, folder_for, write
from danhgia.commands import show
from danhgia.commands.options import As, AsJson, RoundId
from danhgia.edge import actor_of, opened
from evidence.stores import store_of
from states import history
from states.hold import hold_round


def archive(
    round_id: RoundId,
    to: Annotated[Path, typer.Option(metavar="DIR", help="The new folder.")],
    as_json: AsJson = False,
    account: As = None,
) -> None:
    """Write a reported round into a read-only folder: history, seals, report, dossiers, list of evidence, README.

    The act is recorded with the hash of the list of hashes; `danhgia audit archive DIR` checks the folder.
    """
    with opened() as here, show.working("Archiving"):
        now = here.clock.now()
        with here.database.reading() as session:
            actor = actor_of(session, account)
            demand_concluded(session, round_id, actor)
            with folder_for(to) as folder:
                made = write(session, round_id, folder, actor=actor, now=now)

        def work(session: Session) -> None:
            facts = hold_round(session, round_id, actor=actor, now=now)
            what = {"of": "archive", "sha256": made.sha256}
            history.record(session, facts.link, "export", what, actor=actor, now=now)

        here.act(work)
    apart = store_of(here.settings).told()
    data = {"folder": str(to), **made._asdict(), "evidence": apart}
    sentence = (
        f"{made.dossiers} dossiers, {made.files} files in {to}\nSHA-256 of its SHA256SUMS: {made.sha256}\n"
        f"Files of evidence are in it by their hashes only: they lie in {apart}"
    )
    show.tell(data, sentence, as_json=as_json)
