"""`danhgia extend`: the special case (trường hợp đặc biệt)."""

from datetime import date
from typing import Annotated

import typer
from sqlmodel import Session

from actions.documents import put_document
from actions.extension import grant_extension
from config.calendar import deadline_text, end_of
from danhgia.commands import show
from danhgia.commands.options import PAPER, As, AsJson, Paper, read_day, read_paper
from danhgia.edge import actor_of, opened
from states.advance import Moved


def extend(
    assessment: Annotated[int, typer.Argument(metavar="ASSESSMENT", help="The number of the dossier.")],
    until: Annotated[
        date, typer.Option(parser=read_day, metavar="DATE", help="The last day it stays open, to the end of the day.")
    ],
    reason: Annotated[str, typer.Option(help="Why; kept in the history.")],
    document: Annotated[Paper, typer.Option(parser=read_paper, metavar=PAPER, help="The document that grants it.")],
    as_json: AsJson = False,
    account: As = None,
) -> None:
    """Give one dossier a later deadline, before or after it was locked; a 0 for being late goes."""
    with opened() as here:
        now = here.clock.now()

        def work(session: Session) -> Moved:
            actor = actor_of(session, account)
            paper = put_document(session, kind="extension", **document._asdict(), now=now)
            return grant_extension(
                session, assessment, until=until, reason=reason, document=paper.id, actor=actor, now=now
            )

        moved = here.act(work)
    closes_at = end_of(until)
    data = {"assessment": assessment, "state": moved.state, "closes_at": closes_at}
    show.tell(data, f"assessment {assessment} is {moved.state}, open {deadline_text(closes_at)}", as_json=as_json)
