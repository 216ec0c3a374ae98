"""What goes with a dossier beside its sheet: papers, figures and declarations, disciplines, shortcomings (RULES 4)."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any, Final

from actions import dossier_page, shortcomings, statements
from actions.disciplines import WHO, Measure, accept_remedy, record_discipline, withdraw_discipline
from config.calendar import parse_date
from evidence.store import OTHER
from models.savepoint import savepoint
from states.errors import Refused, Unknown, refuse
from states.permits import VERBS
from states.tasks import TASKS
from web import papers, steps
from web.answers import Answer, Page, Stored, page, redirect_with_note
from web.asks import OfDossier, appraises_only
from web.drafts import take_files
from web.edge import Desk, Here
from web.words import _

desk: Final = Desk()
FILE: Final = "/assessments/{assessment_id:id}/file"
STATEMENTS: Final = "/assessments/{assessment_id:id}/statements"
DISCIPLINES: Final = "/assessments/{assessment_id:id}/disciplines"
SHORTCOMINGS: Final = "/assessments/{assessment_id:id}/shortcomings"
PAPER: Final = _("văn bản")
FIELDS: Final = ("part", "who", "name", "effective_on", "acted_on", "corruption", "remedied", "text", "concluded_on")


def _address(here: Here, place: str = "") -> str:
    return f"/assessments/{here.dossier.id}/file{place}"


@desk.get(FILE, asks=OfDossier("papers"))
def file_page(here: Here) -> Answer:
    """Documents enclosed in a dossier, statements, disciplines and shortcomings."""
    return _page(here)


def _page(here: Here, *, where: str = "", problems: Sequence[str] = ()) -> Page:
    """The page; after a refusal with what is wrong, and what was typed in the part it was typed in."""
    facts, session = here.dossier, here.session
    return page(
        "dossier/file.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK,
        facts=facts,
        address=f"/assessments/{facts.id}",
        state=facts.programme.workflow.assessment.states[facts.state],
        found=dossier_page.beside(session, facts),
        may={verb: _may(here, verb) for verb in ("state", "accept", "enclose", "conclude", "papers")},
        grown=steps.parts(here) if appraises_only(facts) else None,
        where=where,
        problems=problems,
        typed={
            **dict.fromkeys(FIELDS, ""),
            **dict(here.typed.fields),
            **papers.typed(here, "paper", "measure", "ground", "finding"),
        },
    )


def _may(here: Here, verb: str) -> bool:
    """Whether the page offers a verb: the actions ask again, with the state of the dossier."""
    facts = here.dossier
    allowed = not facts.relations.isdisjoint(VERBS[verb])
    return allowed and (verb == "papers" or dossier_page.may_write(facts, verb)) and _in_task(here, verb)


def _in_task(here: Here, verb: str) -> bool:
    return not here.account.by_link or verb in TASKS[here.account.task or ""].verbs


def _try(here: Here, where: str, note: str, work: Callable[[], object]) -> Answer:
    """Do it, or show the page with what stands against it."""
    try:
        with savepoint(here.session):
            work()
    except Refused as refused:
        return _page(here, where=where, problems=[one.sentence for one in refused.refusals])
    return redirect_with_note(_address(here, f"#{where}"), note)


@desk.post("/assessments/{assessment_id:id}/enclosures", asks=OfDossier("enclose"), first=take_files)
def enclose(here: Here) -> Answer:
    """Enclose a document."""
    part = here.typed.line("part")

    def work() -> None:
        document = papers.put(here, "paper", part, PAPER, scan=False)
        statements.enclose(here.session, here.dossier.id, part, document, actor=here.actor, now=here.now)

    return _try(here, "papers", _("Đã đính kèm tài liệu."), work)


@desk.get("/assessments/{assessment_id:id}/enclosures/{enclosure_id:id}", asks=OfDossier("papers"))
def enclosure(here: Here) -> Answer:
    """Hand out an enclosed document."""
    found = dossier_page.enclosed(here.session, here.dossier.id, here.path["enclosure_id"])
    what = _("bản chụp của tài liệu này")
    if not found.file_hash:
        raise Unknown(what)
    return Stored(found.file_hash, f"tai-lieu-{found.number.replace('/', '-')}", OTHER, what)


@desk.post(STATEMENTS, asks=OfDossier("state"), first=take_files)
def state(here: Here) -> Answer:
    """State what was changed in the form; a field that was emptied is taken back."""
    changed = dossier_page.changed(here.session, here.dossier, here.typed.starting("s-"))

    def work() -> None:
        if not changed:
            raise refuse("statement", _("Chưa có nội dung nào thay đổi."))
        document = papers.put(here, "ground", "statement", PAPER, scan=False) if _is_given(here, "ground") else None
        statements.state(here.session, here.dossier.id, changed, document, actor=here.actor, now=here.now)

    return _try(here, "statements", _("Đã ghi %(count)s nội dung khai báo.") % {"count": len(changed)}, work)


def _is_given(here: Here, name: str) -> bool:
    """Whether anything of a document was given."""
    return any(text.strip() for text in papers.typed(here, name)[name].values()) or f"{name}-scan" in here.typed.files


@desk.post("/assessments/{assessment_id:id}/statements/{name}/accept", asks=OfDossier("accept"))
def accept(here: Here) -> Answer:
    """Accept a statement of the unit."""
    name = here.path["name"]

    def work() -> None:
        dossier_page.demand_seen(here.session, here.dossier.id, name, here.typed.get("value"))
        statements.accept(here.session, here.dossier.id, name, actor=here.actor, now=here.now)

    return _try(here, "statements", _("Đã chấp nhận nội dung khai báo."), work)


@desk.post(DISCIPLINES, asks=OfDossier("state"), first=take_files)
def discipline(here: Here) -> Answer:
    """Record a discipline."""

    def work() -> None:
        measure = _measure(here)
        record_discipline(here.session, here.dossier.id, measure, actor=here.actor, now=here.now)

    return _try(here, "disciplines", _("Đã ghi quyết định kỷ luật."), work)


def _measure(here: Here) -> Measure:
    acted = here.typed.line("acted_on")
    who = next((one for one in WHO if one == here.typed.line("who")), None)
    if who is None:
        raise refuse("who", _("Chọn người bị kỷ luật là chính đối tượng, thành viên hay cấp dưới."))
    return Measure(
        who=who,
        effective_on=_day(here.typed.line("effective_on"), _("Ngày quyết định có hiệu lực")),
        document=papers.put(here, "measure", "discipline", _("quyết định kỷ luật"), scan=False),
        name=here.typed.line("name"),
        acted_on=_day(acted, _("Ngày vi phạm")) if acted else None,
        corruption=here.typed.get("corruption") == "1",
        remedied=here.typed.get("remedied") == "1",
    )


def _day(text: str, label: str) -> Any:  # noqa: ANN401  a date
    try:
        return parse_date(text)
    except ValueError:
        raise refuse("day", _("%(label)s: ghi ngày có thật, ví dụ 09/12/2026.") % {"label": label}) from None


@desk.post("/assessments/{assessment_id:id}/disciplines/{discipline_id:id}/accept", asks=OfDossier("accept"))
def accept_exception(here: Here) -> Answer:
    """Accept that a shortcoming was found and mended by the subject itself."""
    key = _own_discipline(here)
    note = _("Đã chấp nhận trường hợp tự phát hiện và khắc phục xong hậu quả.")
    return _try(here, "disciplines", note, lambda: accept_remedy(here.session, key, actor=here.actor, now=here.now))


@desk.post("/assessments/{assessment_id:id}/disciplines/{discipline_id:id}/withdraw", asks=OfDossier("state"))
def withdraw(here: Here) -> Answer:
    """Withdraw a recorded discipline, with the reason."""
    key, reason = _own_discipline(here), here.typed.get("reason")

    def work() -> None:
        withdraw_discipline(here.session, key, reason, actor=here.actor, now=here.now)

    return _try(here, "disciplines", _("Đã rút nội dung ghi về kỷ luật; lịch sử còn lưu."), work)


def _own_discipline(here: Here) -> int:
    """The discipline of the path, if it bears on this dossier."""
    key = int(here.path["discipline_id"])
    dossier_page.demand_discipline(here.session, here.dossier.id, key)
    return key


@desk.post(SHORTCOMINGS, asks=OfDossier("conclude"), first=take_files)
def conclude(here: Here) -> Answer:
    """Record a conclusion on a shortcoming."""

    def work() -> None:
        day = _day(here.typed.line("concluded_on"), _("Ngày kết luận"))
        given = _is_given(here, "finding")
        document = papers.put(here, "finding", "finding", _("kết luận"), scan=False) if given else None
        text, key = here.typed.get("text"), here.dossier.id
        shortcomings.conclude(
            here.session, key, text, concluded_on=day, document=document, actor=here.actor, now=here.now
        )

    note = _("Đã ghi hạn chế, khuyết điểm; hồ sơ năm sau của đối tượng này mở đầu bằng nội dung đó.")
    return _try(here, "shortcomings", note, work)


@desk.post("/assessments/{assessment_id:id}/shortcomings/{shortcoming_id:id}/remedy", asks=OfDossier("state"))
def remedy(here: Here) -> Answer:
    """Record how a shortcoming was mended."""
    one = int(here.path["shortcoming_id"])

    def work() -> None:
        day, text = _day(here.typed.line(f"day-{one}"), _("Ngày khắc phục")), here.typed.get(f"remedy-{one}")
        shortcomings.remedy(here.session, one, here.dossier.id, text, remedied_on=day, actor=here.actor, now=here.now)

    return _try(here, "shortcomings", _("Đã ghi kết quả khắc phục."), work)
