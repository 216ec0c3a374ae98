"""`danhgia round launch`: what a launch would do, or the launch itself."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypedDict

import typer
from sqlmodel import Session

from actions import launch as actions
from actions.documents import put_document
from actions.launch import Line, Plan
from actions.register import take_register
from config.calendar import deadline_text
from config.load import load_programme
from config.programme import Programme
from config.register import RegisterRow
from danhgia.commands import show
from danhgia.commands.options import As, AsJson, Document, Paper
from danhgia.edge import Edge, actor_of, opened
from intake.registers import read_register
from states.errors import Refused


class Doors(TypedDict):
    """Whether the round is a real one, and whether mail can leave the house."""

    live: bool
    smtp: bool


@dataclass(frozen=True, slots=True)
class Launching:
    """A programme about to be launched for a register."""

    here: Edge
    programme: Programme
    year: int
    rows: list[RegisterRow]
    document: Paper | None
    account: str | None

    def plan(self) -> Plan:
        """What a launch now would do; the register is taken over for that, and nothing of it is kept."""
        now = self.here.clock.now()
        with self.here.database.trying() as session:
            take_register(session, self.rows, actor=actor_of(session, self.account), now=now)
            return actions.plan(session, self.programme, self.year, self._codes(), now=now, **self._doors())

    def launch(self) -> int:
        """Take the register over and launch, in one transaction; returns the number of the round."""
        now = self.here.clock.now()

        def work(session: Session) -> int:
            actor = actor_of(session, self.account)
            take_register(session, self.rows, actor=actor, now=now)
            document = self._letter(session, now)
            return actions.launch(
                session,
                self.programme,
                self.year,
                self._codes(),
                document=document,
                actor=actor,
                now=now,
                **self._doors(),
            )

        return self.here.act(work)

    def _letter(self, session: Session, now: datetime) -> int | None:
        if self.document is None:
            return None
        return put_document(session, kind="launch", **self.document._asdict(), now=now).id

    def _codes(self) -> list[str]:
        return [row.code for row in self.rows]

    def _doors(self) -> Doors:
        return {"live": self.here.is_live, "smtp": self.here.settings.smtp_url is not None}


def launch(
    slug: Annotated[str, typer.Argument(metavar="SLUG", help="The programme, by its name or its file.")],
    year: Annotated[int, typer.Option(min=2000, max=2100, help="The year whose deadlines count.")],
    register: Annotated[Path, typer.Option(metavar="FILE", help="The subjects, as CSV or Excel.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would become of each subject.")] = False,
    document: Document = None,
    as_json: AsJson = False,
    account: As = None,
) -> None:
    """Launch a programme in a year: a dossier and an invitation for every subject of the register, or nothing."""
    programme = load_programme(slug)
    rows = read_register(register, kinds=programme.subject_kinds)
    with opened() as here, show.working("Launching"):
        launching = Launching(here, programme, year, rows, document, account)
        if dry_run:
            _tell_plan(launching.plan(), as_json=as_json)
        else:
            _tell_round(launching.launch(), sum(row.active for row in rows), as_json=as_json)


def _tell_plan(plan: Plan, *, as_json: bool) -> None:
    lines = [_as_data(line) for line in plan.lines]
    if as_json:
        show.data({"problems": [problem.sentence for problem in plan.problems], "subjects": lines})
    else:
        show.table(["code", "name", "kind", "sheet", "closes", "problem"], [_as_cells(line) for line in lines])
        show.say(f"{len(plan.newcomers)} dossiers would be made")
    if plan.refusals:
        raise Refused(plan.refusals)


def _as_data(line: Line) -> dict[str, Any]:
    return {
        "code": line.code,
        "name": line.name,
        "kind": line.kind,
        "sheet": line.newcomer and line.newcomer.sheet,
        "closes_at": line.newcomer and line.newcomer.closes_at,
        "problem": line.problem and line.problem.sentence,
    }


def _as_cells(line: dict[str, Any]) -> list[object]:
    return list((line | {"closes_at": line["closes_at"] and deadline_text(line["closes_at"])}).values())


def _tell_round(round_id: int, dossiers: int, *, as_json: bool) -> None:
    data = {"round": round_id, "dossiers": dossiers}
    show.tell(data, f"round {round_id} is launched with {dossiers} dossiers", as_json=as_json)
