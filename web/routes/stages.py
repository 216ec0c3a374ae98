"""The stages of a round: what comes next of it as a whole, to the numbered report and the archive (DESIGN §4)."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from http import HTTPStatus
from typing import Final

from actions import report
from models.decisions import Document
from models.rounds import Round
from models.savepoint import savepoint
from states.advance import advance_round
from states.errors import Refused, Unknown
from states.glance import glance_round
from states.next_steps import round_steps
from web import papers
from web.answers import Answer, Page, page, redirect_with_note
from web.asks import OfRound
from web.drafts import take_files
from web.edge import Desk, Here
from web.words import _

desk: Final = Desk()
STAGES: Final = "/rounds/{round_id:id}/stages"
REPORT: Final = "report"
Work = Callable[[Here, int], object]


def _plain(trigger: str) -> Work:
    """A step of the round that needs nothing with it."""

    def pull(here: Here, round_id: int) -> object:
        return advance_round(here.session, round_id, trigger, actor=here.actor, now=here.now)

    return pull


def _report(here: Here, round_id: int) -> object:
    return report.report(here.session, round_id, actor=here.actor, now=here.now)


STEPS: Final[Mapping[str, Work]] = {
    **{
        trigger: _plain(trigger)
        for trigger in ("close_self_assessment", "close_registration", "open_decision", "open_recognition", "archive")
    },
    "report": _report,
}


@desk.get(STAGES, asks=OfRound("administer"))
def stages_page(here: Here) -> Answer:
    """Stages of a round: what may come next, and what still stands in the way."""
    return _page(here)


def _page(here: Here, *, problems: Sequence[str] = ()) -> Page:
    facts = glance_round(here.session, here.path["round_id"], actor=here.actor, now=here.now)
    found = here.session.get_one(Round, facts.id)
    document = here.session.get(Document, found.report_document_id) if found.report_document_id else None
    machine = facts.programme.workflow
    return page(
        "stages.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        round=found,
        state=machine.round.states[facts.state],
        states=[one for one in machine.round.states.values() if one.kind != "final"],
        steps=round_steps(facts, STEPS),
        counts=[(machine.assessment.states[name], count) for name, count in facts.counts.items()],
        document=document,
        has_spots=machine.intake == "open",
        may_number=any(step.do == REPORT for step in machine.round.leaving(facts.state)),
        typed=papers.typed(here, REPORT)[REPORT],
        problems=problems,
    )


@desk.post("/rounds/{round_id:id}/stages/number", asks=OfRound("administer"), first=take_files)
def number(here: Here) -> Answer:
    """Name the report by its number, with the signed copy."""
    round_id = here.path["round_id"]

    def work() -> None:
        document = papers.put(here, REPORT, "report", _("báo cáo"), scan=True)
        report.number_report(here.session, round_id, document, actor=here.actor, now=here.now)

    return _try(here, work, _("Đã ghi số báo cáo."))


@desk.post("/rounds/{round_id:id}/stages/{trigger}", asks=OfRound("administer"))
def take(here: Here) -> Answer:
    """Take the round into its next stage."""
    trigger, round_id = here.path["trigger"], here.path["round_id"]
    if trigger not in STEPS:
        raise Unknown(_("bước này của đợt"))
    return _try(here, partial(STEPS[trigger], here, round_id), _("Đã thực hiện."))


def _try(here: Here, work: Callable[[], object], note: str) -> Answer:
    try:
        with savepoint(here.session):
            work()
    except Refused as refused:
        return _page(here, problems=[one.sentence for one in refused.refusals])
    return redirect_with_note(f"/rounds/{here.path['round_id']}/stages", note)
