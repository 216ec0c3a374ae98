"""`danhgia round report`: the report of a round, in Word and in Excel."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from actions.report import draft
from config.graph import RESTING
from danhgia.commands import show
from danhgia.commands.options import As, AsJson, RoundId
from danhgia.edge import actor_of, opened
from reports.btv_docx import write_docx
from reports.btv_xlsx import write_xlsx
from reports.contents import RoundReport
from reports.figures import gather
from states.actor import Actor
from states.hold import hold_round
from states.permits import demand_round


def report(
    round_id: RoundId,
    out: Annotated[Path, typer.Option(metavar="DIR", help="The folder to write into.")],
    as_json: AsJson = False,
    account: As = None,
) -> None:
    """Write the report of a round; of one that is not reported yet a draft, with a seal over it as it stands."""
    out.mkdir(parents=True, exist_ok=True)
    with opened() as here, show.working("Reporting"):
        now = here.clock.now()
        here.act(lambda session: _seal_draft(session, round_id, actor_of(session, account), now))
        with here.database.reading() as session:
            found = gather(session, round_id)
        files = [str(path) for path in _write(found, out, rehearsal=not here.is_live)]
    show.tell({"files": files}, "\n".join(files), as_json=as_json)


def _seal_draft(session: Session, round_id: int, actor: Actor, now: datetime) -> None:
    facts = hold_round(session, round_id, actor=actor, now=now)
    demand_round(session, actor, "export", round_id)
    if facts.programme.workflow.round.states[facts.state].kind not in RESTING:
        draft(session, round_id, actor=actor, now=now)


def _write(found: RoundReport, out: Path, *, rehearsal: bool) -> tuple[Path, Path]:
    name = f"{'du-thao-bao-cao' if found.draft else 'bao-cao'}-{found.slug}-{found.year}"
    word, excel = out / f"{name}.docx", out / f"{name}.xlsx"
    write_docx(found, word, rehearsal=rehearsal)
    write_xlsx(found, excel, rehearsal=rehearsal)
    return word, excel
