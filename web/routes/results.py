"""Results for those who read them: after the release, in their scope, and as the files of the report."""

from collections.abc import Sequence
from functools import partial
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from urllib.parse import urlencode

from models.installation import installation
from reports.btv_docx import write_docx
from reports.btv_xlsx import write_xlsx
from reports.figures import gather
from reports.word_pdf import word_pdf
from states import history
from states.desk import Desk as Found
from states.desk import round_as_desk
from states.hold import hold_round
from states.permits import can_round
from states.released import Result, Sought, demand_released, is_pending, is_released, results, told_states
from web.answers import Answer, Download, page
from web.asks import OfRound
from web.edge import Desk, Here
from web.forms import clean
from web.groups import group_name
from web.routes.history import number

desk: Final = Desk()
HOME: Final = "/rounds/{round_id:id}/results"
LONGEST: Final = 100
FORMS: Final = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
}


def _sought(here: Here) -> Sought:
    search = " ".join(clean(here.query.get("q", "")).split())[:LONGEST]
    named = {name: here.query.get(name, "") for name in ("kind", "group", "level")}
    return Sought(search=search, page=number(here.query, "page") or 1, **named)


def _asked(sought: Sought) -> list[tuple[str, str]]:
    return [("q", sought.search), ("kind", sought.kind), ("group", sought.group), ("level", sought.level)]


@desk.get(HOME, asks=OfRound("results", by_body=True))
def results_page(here: Here) -> Answer:
    """Results of a round, as far as they are released."""
    own = round_as_desk(here.session, here.path["round_id"])
    if not is_released(own.programme, own.state):
        decides = can_round(here.session, here.actor, "number", own.id)
        return page("results/waiting.html", round=own, decides=decides)
    sought = _sought(here)
    found = results(here.session, here.actor, own.id, own.programme, sought)
    return page(
        "results/results.html",
        round=own,
        sought=sought,
        query=urlencode([(name, value) for name, value in _asked(sought) if value]),
        found=found,
        boards=_boards(own, found.rows),
        groups=[group for group in found.groups if group_name(group)],
        told=told_states(own.programme),
        has={
            "points": any(row.decided_total is not None for row in found.rows),
            "places": any(row.place is not None for row in found.rows),
            "levels": any(row.level is not None for row in found.rows),
        },
        reads_all=can_round(here.session, here.actor, "results", own.id),
        pending=is_pending(here.session, own.id, own.programme),
    )


def _boards(own: Found, rows: Sequence[Result]) -> list[tuple[str, list[Result]]]:
    """The results of those among whom places are given, under the name of their group or kind."""
    kinds, by_group = own.programme.subject_kinds, own.programme.ranking.within == "group"
    boards = groupby(rows, key=lambda row: (row.kind, row.group if by_group else ""))
    names = ((kinds[kind].label, group_name(group), list(found)) for (kind, group), found in boards)
    return [(f"{kind}: {group}" if group else kind, found) for kind, group, found in names]


def _written(here: Here) -> bytes:
    """The report in the form asked for, written before the transaction."""
    round_id, form = here.path["round_id"], _form(here)
    demand_released(here.session, round_as_desk(here.session, round_id))
    rehearsal = installation(here.session).made_as == "rehearsal"
    report = gather(here.session, round_id, by_criterion=form == "xlsx")
    write = partial(write_xlsx if form == "xlsx" else write_docx, report, rehearsal=rehearsal)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "report"
        write(file)
        content = file.read_bytes()
    return word_pdf(content) if form == "pdf" else content


def _form(here: Here) -> str:
    form = here.typed.get("form")
    return form if form in FORMS else "docx"


@desk.post(f"{HOME}/report", asks=OfRound("results"), first=_written)
def report_file(here: Here) -> Answer:
    """The report as it stands; handing it out is recorded on the round's chain."""
    own, form = round_as_desk(here.session, here.path["round_id"]), _form(here)
    demand_released(here.session, own)
    facts = hold_round(here.session, own.id, actor=here.actor, now=here.now)
    history.record(here.session, facts.link, "export", {"of": "results", "form": form}, actor=here.actor, now=here.now)
    return Download(here.before, f"{own.title}.{form}", FORMS[form])
