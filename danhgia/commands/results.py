"""`danhgia round comparison` and `danhgia round open-data`: released results beside each other, and for programs."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from sqlmodel import Session

from danhgia.commands import show
from danhgia.commands.options import As, AsJson, RoundId
from danhgia.edge import Edge, actor_of, opened
from models.people import subjects_by_code
from models.rounds import Round
from reports.comparison_xlsx import compared, written_xlsx
from reports.open_data import files
from states import history
from states.actor import Actor
from states.desk import Desk, round_as_desk
from states.errors import Unknown
from states.hold import hold_round
from states.outcomes import years
from states.permits import demand_round
from states.released import demand_released


def comparison(
    round_id: RoundId,
    to: Annotated[Path, typer.Option(metavar="FILE.xlsx", help="The workbook to write.")],
    superior: Annotated[str | None, typer.Option(metavar="CODE", help="Only those below this subject.")] = None,
    as_json: AsJson = False,
    account: As = None,
) -> None:
    """Write the results of a reported round by superior and over the years as a workbook; recorded."""
    with opened() as here, show.working("Writing"):
        now = here.clock.now()
        with here.database.reading() as session:
            actor = actor_of(session, account)
            own, below = _released(session, round_id, actor), _below(session, superior)
            told = compared(session, actor, own, below=below, now=now)
            content = written_xlsx(told, years(session, actor, own.programme.slug))
        _record(here, round_id, {"of": "results", "form": "xlsx"}, actor, now)
        to.parent.mkdir(parents=True, exist_ok=True)
        to.write_bytes(content)
    show.tell({"file": str(to)}, str(to), as_json=as_json)


def open_data_of(
    round_id: RoundId,
    to: Annotated[Path, typer.Option(metavar="DIR", help="The folder to write into.")],
    as_json: AsJson = False,
    account: As = None,
) -> None:
    """Write the results of a reported round as open data, with their dictionary; persons are not in it; recorded."""
    with opened() as here, show.working("Writing"):
        now = here.clock.now()
        with here.database.reading() as session:
            actor = actor_of(session, account)
            made = files(session, actor, _released(session, round_id, actor))
        _record(here, round_id, {"of": "open_data", "form": "csv"}, actor, now)
        to.mkdir(parents=True, exist_ok=True)
        for name, content in made.items():
            (to / name).write_bytes(content)
    written = [str(to / name) for name in made]
    show.tell({"files": written}, "\n".join(written), as_json=as_json)


def _below(session: Session, code: str | None) -> int | None:
    if code is None:
        return None
    found = subjects_by_code(session, [code]).get(code)
    if found is None:
        raise Unknown(f"đơn vị mang mã {code}")
    return found.id


def _released(session: Session, round_id: int, actor: Actor) -> Desk:
    """The round, whose results the actor may hand out as they stand."""
    if session.get(Round, round_id) is None:
        raise Unknown(f"đợt số {round_id}")
    demand_round(session, actor, "results", round_id)
    own = round_as_desk(session, round_id)
    demand_released(session, own)
    return own


def _record(here: Edge, round_id: int, what: dict[str, str], actor: Actor, now: datetime) -> None:
    def work(session: Session) -> None:
        facts = hold_round(session, round_id, actor=actor, now=now)
        history.record(session, facts.link, "export", what, actor=actor, now=now)

    here.act(work)
