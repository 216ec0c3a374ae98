"""Steps around a meeting that are taken for many dossiers at once, each after a second look.

Levels are proposed and dossiers sent to the ballot; what has no majority is referred to the superior, what the
province decides is sent up, and what came back is recorded (HT-6.3, HT-10.2, AMB-HT-7).
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from http import HTTPStatus
from typing import Final, NamedTuple

from actions import decision_page, meeting_page
from actions.meeting_page import Line
from actions.propose import propose
from actions.recognise import Award, Papers, record_superior
from models.savepoint import savepoint
from states.advance import Move, advance
from states.errors import Refused, Unknown, refuse
from web import papers, settling
from web.answers import Answer, Page, page, redirect_with_note
from web.asks import OfRound
from web.drafts import take_files
from web.edge import Desk, Here
from web.meeting_form import ids
from web.words import _

desk: Final = Desk()
STEPS: Final = "/rounds/{round_id:id}/steps/{step}"
LABELS: Final[Mapping[str, str]] = {"document": _("Văn bản làm căn cứ"), "minutes": _("Biên bản")}

Given = Mapping[str, int | None]
Work = Callable[[Here, int, Given], object]


class Wide(NamedTuple):
    """A step: the verb that lists its dossiers, the papers it rests on, whether it asks a level, and what it does."""

    verb: str
    papers: Sequence[str]
    levels: bool
    back: str
    does: str
    work: Work


def _open(here: Here, key: int, _: Given) -> None:
    propose(here.session, key, actor=here.actor, now=here.now)
    advance(here.session, key, "open_decision", actor=here.actor, now=here.now)


def _refer(here: Here, key: int, given: Given) -> None:
    move = Move(minutes_id=given["minutes"])
    advance(here.session, key, "refer_up", actor=here.actor, now=here.now, move=move)


def _send(here: Here, key: int, given: Given) -> None:
    move = Move(document_id=given["document"], minutes_id=given["minutes"])
    advance(here.session, key, "send_up", actor=here.actor, now=here.now, move=move)


def _record(here: Here, key: int, given: Given) -> None:
    award = Award(key, here.typed.get(f"level-{key}") or None, here.typed.get("reason"))
    own = Papers(given["document"] or 0)
    record_superior(here.session, award, own, actor=here.actor, now=here.now)


WIDE: Final[Mapping[str, Wide]] = {
    "open_decision": Wide(
        "consult",
        (),
        levels=False,
        back="meetings",
        does=_(
            "Phần mềm lập đề xuất mức xếp loại theo điều kiện cho từng hồ sơ rồi chuyển sang bước bỏ phiếu quyết định."
        ),
        work=_open,
    ),
    "refer_up": Wide(
        "meet",
        ("minutes",),
        levels=False,
        back="meetings",
        does=_("Bỏ phiếu lần hai vẫn không có mức nào quá bán: người chủ trì báo cáo cấp trên trực tiếp."),
        work=_refer,
    ),
    "send_up": Wide(
        "number",
        ("document", "minutes"),
        levels=False,
        back="decisions",
        does=_("Hồ sơ do cấp trên quản lý: ghi nhận đã báo cáo kết quả tham gia ý kiến."),
        work=_send,
    ),
    "record_superior_decision": Wide(
        "administer",
        ("document",),
        levels=True,
        back="decisions",
        does=_("Ghi mức xếp loại do cấp trên quyết định; phần mềm gửi thư thông báo kết quả cho từng nơi."),
        work=_record,
    ),
}


def offered(here: Here, around: meeting_page.Around, back: str) -> list[tuple[str, str, int]]:
    """The steps that wait beside the meetings or the decisions of a round: name, label, number of dossiers."""
    triggers = around.programme.workflow.assessment.triggers
    own = {name: one for name, one in WIDE.items() if one.back == back and name in triggers}
    found = {
        name: len(decision_page.at_step(here.session, around, here.actor, name, one.verb)) for name, one in own.items()
    }
    return [(name, triggers[name], count) for name, count in found.items() if count]


def _step(here: Here) -> tuple[str, Wide, meeting_page.Around]:
    around, name = meeting_page.around(here.session, here.path["round_id"]), here.path["step"]
    if name not in WIDE or name not in around.programme.workflow.assessment.triggers:
        raise Unknown(_("bước này trong đợt"))
    return name, WIDE[name], around


def _page(here: Here, template: str, *, told: Sequence[str] = ()) -> Page:
    name, step, around = _step(here)
    lines = decision_page.at_step(here.session, around, here.actor, name, step.verb)
    chosen = ids(here.typed.all("dossier")) if here.typed.fields else []
    return page(
        template,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if told else HTTPStatus.OK,
        around=around,
        name=name,
        label=around.programme.workflow.assessment.triggers[name],
        step=step,
        lines=lines,
        chosen=chosen,
        levels={line.dossier.id: _level(here, line) for line in lines},
        reason=here.typed.get("reason"),
        labels=LABELS,
        papers=papers.typed(here, *step.papers),
        kept=here.typed.kept(),
        told=told,
    )


def _level(here: Here, line: Line) -> str:
    return here.typed.get(f"level-{line.dossier.id}", line.voted or line.proposed or "")


@desk.get(STEPS, asks=OfRound("export", by_body=True))
def step_page(here: Here) -> Answer:
    """A step of the workflow for many dossiers: choose them."""
    return _page(here, "decisions/step.html")


@desk.post("/rounds/{round_id:id}/steps/{step}/look", asks=OfRound("export", by_body=True))
def look(here: Here) -> Answer:
    """Show which dossiers would take the step, and which not, and why."""
    told = settling.tried(here, partial(_take, here, scan=False))
    return _page(here, "decisions/step.html" if told else "decisions/step_look.html", told=told)


@desk.post(STEPS, asks=OfRound("export", by_body=True), first=take_files)
def do(here: Here) -> Answer:
    """Take the step with the chosen dossiers."""
    try:
        with savepoint(here.session):
            count = _take(here, scan=True)
    except Refused as refused:
        return _page(here, "decisions/step_look.html", told=[one.sentence for one in refused.refusals])
    _name, step, around = _step(here)
    note = _("Đã thực hiện đối với %(count)s hồ sơ.") % {"count": count}
    return redirect_with_note(f"/rounds/{around.id}/{step.back}", note)


def _take(here: Here, *, scan: bool) -> int:
    name, step, around = _step(here)
    known = {line.dossier.id for line in decision_page.at_step(here.session, around, here.actor, name, step.verb)}
    chosen = [key for key in ids(here.typed.all("dossier")) if key in known]
    if not chosen:
        raise refuse("dossiers", _("Chọn ít nhất một hồ sơ."))
    given = {
        one: papers.put(here, one, one, LABELS[one].lower(), scan=scan and one == "document") for one in step.papers
    }
    for key in chosen:
        step.work(here, key, given)
    return len(chosen)
