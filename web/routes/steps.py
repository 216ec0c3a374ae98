"""One step of a dossier: what it does and needs, a second look, then the step (HT-4, NA-3, NA-5, VG-1.6)."""

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any, Final

from actions.review import voted_levels
from config.vocabulary import Need
from models.savepoint import savepoint
from models.statements import enclosures
from states.advance import Move, seen
from states.errors import Refusal, Refused, Stale, Unknown
from states.hold import hold
from states.next_steps import Step, step_of
from web import papers, steps
from web.answers import Answer, Page, page, redirect_with_note
from web.asks import OfStep
from web.drafts import take_files
from web.edge import Desk, Here
from web.steps import PAPERS, STEPS, Given
from web.words import _

desk: Final = Desk()
STEP: Final = "/assessments/{assessment_id:id}/steps/{trigger}"
LONGEST_REASON: Final = 5_000
LONGEST_VERSION: Final = 10
PLAN: Final = "ke_hoach"
SEALING: Final = frozenset({"self_rate", "send_dossier"})
"""Steps that put the working copy in force."""


def _home(here: Here) -> str:
    return f"/assessments/{here.dossier.id}"


def _step(here: Here) -> Step | None:
    """The step of the path as it stands; Unknown for one that has another page."""
    trigger = here.path["trigger"]
    if trigger not in steps.steps_here(here.dossier):
        raise Unknown(_("bước này của hồ sơ"))
    return step_of(here.dossier, trigger)


@desk.get(STEP, asks=OfStep())
def look(here: Here) -> Answer:
    """A second look at a step of the workflow, and what it needs."""
    step = _step(here)
    if step is None:
        return redirect_with_note(_home(here), _("Bước này không còn thực hiện được; trạng thái hồ sơ đã thay đổi."))
    return _page(here, step)


def _page(here: Here, step: Step, *, problems: Sequence[str] = (), status: int = HTTPStatus.OK) -> Page:
    facts = here.dossier
    labels = facts.programme.part_labels
    found = enclosures(here.session, facts.id)
    return page(
        "steps/step.html",
        status=status,
        facts=facts,
        step=step,
        address=_home(here),
        state=facts.programme.workflow.assessment.states[facts.state],
        told=steps.told(facts, step),
        papers=papers.typed(here, *_wanted(step)),
        typed={name: here.typed.get(name) for name in ("reason", "level", "summoned")},
        enclosed=[(labels.get(one.part, one.part), document) for one, document in found],
        **_levels(here, step),
        seals=step.trigger in SEALING,
        warnings=_warnings(here, step, {one.part for one, _document in found}),
        problems=problems,
        version=facts.version,
    )


def _warnings(here: Here, step: Step, parts: Collection[str]) -> list[str]:
    """What is better done before, though nothing stands against the step: a spot is registered by its plan (NA-2.1)."""
    if step.trigger != "register":
        return []
    kind = here.dossier.programme.subject_kinds[here.dossier.kind].label
    unnamed = [_("Điểm sáng chưa có tên, địa chỉ riêng.")] if here.dossier.name.startswith(f"{kind}:") else []
    unplanned = [_("Chưa đính kèm kế hoạch xây dựng điểm sáng.")] if PLAN not in parts else []
    return [*unnamed, *unplanned]


def _levels(here: Here, step: Step) -> dict[str, Any]:
    """The levels to choose from, and the one that the ballot gave."""
    if step.trigger != "self_rate":
        return {"levels": {}, "voted": ""}
    labels, voted = here.dossier.programme.level_labels, voted_levels(here.dossier)
    among = {code: label for code, label in labels.items() if code in voted or not voted}
    return {"levels": {} if len(voted) == 1 else among, "voted": labels[voted[0]] if len(voted) == 1 else ""}


@desk.post(STEP, asks=OfStep(), first=take_files)
def do(here: Here) -> Answer:
    """Take a step of the workflow."""
    step = _step(here)
    if step is None:
        return redirect_with_note(_home(here), _("Bước này đã được thực hiện hoặc không còn thực hiện được."))
    try:
        seen(hold(here.session, here.dossier.id, actor=here.actor, now=here.now), _version(here))
    except Stale as stale:
        return _page(here, step, problems=[str(stale)], status=HTTPStatus.CONFLICT)
    refusals = [*step.refusals, *_lacking(here, step)]
    if refusals:
        return _refused(here, step, refusals)
    return _done(here, step)


def _done(here: Here, step: Step) -> Answer:
    try:
        with savepoint(here.session):
            STEPS[step.trigger](here, _given(here, step))
    except Refused as refused:
        return _refused(here, step, refused.refusals)
    note = _("Đã thực hiện: %(step)s. Hồ sơ ở trạng thái «%(state)s».")
    return redirect_with_note(_home(here), note % {"step": step.label, "state": step.target.label})


def _refused(here: Here, step: Step, refusals: Sequence[Refusal]) -> Page:
    sentences = list(dict.fromkeys(one.sentence for one in refusals))
    return _page(here, step, problems=sentences, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _given(here: Here, step: Step) -> Given:
    """The papers that came with the form, remembered."""
    kept = {need: papers.put(here, need, _kind(step, need), PAPERS[need], scan=False) for need in _wanted(step)}
    document, minutes = kept.get(Need.DOCUMENT), kept.get(Need.MINUTES)
    move = Move(reason=here.typed.get("reason").strip(), document_id=document, minutes_id=minutes)
    return Given(move, here.typed.get("level") or None, _number(here.typed.line("summoned")))


def _number(text: str) -> int | None:
    """A number of people as it was typed; None for what is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < LONGEST_VERSION else None


def _kind(step: Step, need: Need) -> str:
    return "minutes" if need is Need.MINUTES else step.trigger


def _wanted(step: Step) -> list[Need]:
    return [need for need in step.needs if need in PAPERS]


def _lacking(here: Here, step: Step) -> Iterator[Refusal]:
    """What the form should have brought and did not."""
    reason = here.typed.get("reason").strip()
    if Need.REASON in step.needs and not reason:
        yield Refusal("reason", _("Ghi lý do."))
    if len(reason) > LONGEST_REASON:
        yield Refusal("reason", _("Lý do quá dài; rút gọn còn dưới 5.000 ký tự."))
    for need in _wanted(step):
        yield from _caught(partial(papers.read, here, need, PAPERS[need], scan=False))


def _caught(ask: Callable[[], Any]) -> Sequence[Refusal]:
    try:
        ask()
    except Refused as refused:
        return refused.refusals
    return ()


def _version(here: Here) -> int:
    """The version that was looked at; what is no version is none that stands."""
    given = here.typed.get("version")
    return int(given) if given.isdecimal() and len(given) < LONGEST_VERSION else -1
