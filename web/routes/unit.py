"""A unit fills in its sheet, submits it, and takes it up again (DN-4.1, AMB-DN-7)."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from actions import evidence_files, self_assess, unit_page
from actions.self_assess import sealing, sheet_of
from config.calendar import LOCAL
from models.assessments import marks
from states.advance import seen
from states.errors import Refused, Stale, Unknown, refuse
from states.facts import Dossier
from states.hold import hold
from states.machine import choose
from web import drafts
from web.answers import Answer, Page, page, redirect_with_note
from web.asks import OfDossier
from web.drafts import take_files
from web.edge import Desk, Here
from web.sheet_form import print_of, shown, typed_for
from web.sheet_view import Row, View, key_of, view_of
from web.unit_reports import put_report, read_report
from web.units import common, read_view, rest_page, saved_part, sheet_page
from web.words import _

desk: Final = Desk()
SHEET: Final = "/assessments/{assessment_id:id}/sheet"
SUBMIT: Final = "/assessments/{assessment_id:id}/submit"
PRESENT: Final = "/assessments/{assessment_id:id}/present"
LONGEST: Final = 10


def _home(here: Here, place: str = "") -> str:
    return f"/assessments/{here.dossier.id}{place}"


def _closed(here: Here, refused: Refused) -> Page:
    """The sheet is no longer open: why, and what was typed, to be copied."""
    codes = [leaf.code for leaf in sheet_of(here.dossier).leaves()]
    typed = {code: fields for code in codes if (fields := typed_for(here.typed, code))}
    stands = drafts.view(here).rows
    unsaved = {code: fields for code, fields in typed.items() if shown(fields) != stands[code].fields}
    return rest_page(here, unsaved=unsaved, refused=refused)


@desk.get(SHEET, asks=OfDossier("draft"))
def sheet(here: Here) -> Answer:
    """Lead to the dossier, for whoever reloads after a form."""
    return redirect_with_note(_home(here), "")


@desk.post(SHEET, asks=OfDossier("draft"), first=take_files)
def save_sheet(here: Here) -> Answer:
    """Keep what a unit typed into its sheet."""
    try:
        done = drafts.save(here)
    except Refused as refused:
        return _closed(here, refused)
    if here.typed.get("remove").isdecimal():
        return _removed(here, done)
    if done.problems or done.conflicts:
        return sheet_page(here, done)
    if here.typed.get("then") in {"submit", "present", "preview"}:
        return redirect_with_note(_home(here, f"/{here.typed.get('then')}"), "")
    if here.typed.get("then") == "step":
        return redirect_with_note(_home(here, f"/steps/{sealing(here.dossier)}"), "")
    return redirect_with_note(_home(here), _("Đã lưu lúc %(clock)s.") % {"clock": _clock(here)})


def _removed(here: Here, done: drafts.Saved) -> Answer:
    key = int(here.typed.get("remove")[:18])
    code = evidence_files.find(here.session, here.dossier.id, key).criterion
    drafts.remove(here, key)
    done.version += 1
    if done.problems or done.conflicts:
        return sheet_page(here, done)
    place = key_of(sheet_of(here.dossier), code)
    return redirect_with_note(_home(here, f"#{place}"), _("Đã bỏ minh chứng của tiêu chí %(code)s.") % {"code": code})


def _clock(here: Here) -> str:
    return f"{here.now.astimezone(LOCAL):%H:%M}"


@desk.post("/assessments/{assessment_id:id}/criteria/{code}", asks=OfDossier("draft"), first=take_files)
def save_criterion(here: Here) -> Answer:
    """Keep what a unit typed into one criterion."""
    code = here.path["code"]
    if code not in {leaf.code for leaf in sheet_of(here.dossier).leaves()}:
        raise Unknown(_("tiêu chí này"))
    return saved_part(here, drafts.save(here, [code]), code)


@desk.get("/assessments/{assessment_id:id}/preview", asks=OfDossier("draft"))
def preview(here: Here) -> Answer:
    """The sheet as it would be submitted, to be printed."""
    shown = drafts.view(here) if unit_page.may_draft(here.dossier) else read_view(here)
    return page("unit/preview.html", view=shown, **common(here))


@desk.get(SUBMIT, asks=OfDossier(trigger="submit"))
def look_again(here: Here) -> Answer:
    """A second look before the submission: total, what is missing, what happens then."""
    if not unit_page.may_draft(here.dossier):
        return redirect_with_note(_home(here), "")
    return _submit_page(here)


def _submit_page(
    here: Here, *, presenting: bool = False, status: int = HTTPStatus.OK, problems: Sequence[str] = ()
) -> Page:
    view = drafts.view(here)
    return page(
        "unit/submit.html",
        status=status,
        view=view,
        changed=_changed(here, view),
        presenting=presenting,
        heads=unit_page.heads(here.session, here.dossier) if presenting else (),
        version=here.dossier.version,
        problems=problems,
        typed={name: here.typed.get(name) for name in ("number", "dated", "signer", "level")},
        levels=here.dossier.programme.level_labels,
        **common(here),
    )


def _changed(here: Here, view: View) -> list[Row]:
    """The criteria that are not as they were submitted before."""
    if here.dossier.submitted_at is None:
        return []
    before = view_of(sheet_of(here.dossier), marks(here.session, here.dossier.id, "self")).rows
    return [row for row in view.rows.values() if row.was != print_of(before[row.leaf.code].fields)]


@desk.post(SUBMIT, asks=OfDossier(trigger="submit"), first=take_files)
def submit(here: Here) -> Answer:
    """Submit the sheet; the receipt is mailed."""
    facts = hold(here.session, here.dossier.id, actor=here.actor, now=here.now)
    if facts.submitted_at is not None and not facts.programme.workflow.assessment.steps("submit", facts.state):
        return redirect_with_note(_home(here), _("Hồ sơ đã được nộp trước đó; biên nhận ở dưới đây."))
    try:
        _demand(here, facts)
    except Stale as stale:
        return _submit_page(here, status=HTTPStatus.CONFLICT, problems=[str(stale)])
    except Refused as refused:
        if not unit_page.may_draft(facts):
            return rest_page(here, refused=refused)
        problems = [one.sentence for one in refused.refusals]
        return _submit_page(here, status=HTTPStatus.UNPROCESSABLE_ENTITY, problems=problems)
    _send(here, facts)
    return redirect_with_note(_home(here), _("Đã nộp. Biên nhận ở dưới đây và được gửi vào hộp thư của đơn vị."))


def _demand(here: Here, facts: Dossier) -> None:
    """Everything that stands against submitting, before anything is written."""
    seen(facts, _version(here))
    choose(facts, "submit", frozenset())
    level, report = here.typed.get("level"), facts.programme.submission.report
    if report == "at_once":
        read_report(here)
    if level and level not in facts.programme.level_labels:
        raise refuse("level", _("Chọn mức xếp loại trong danh sách."))
    self_assess.demand_whole(facts.programme, level or None, 0 if report == "at_once" else None)


def _send(here: Here, facts: Dossier) -> None:
    asks_report = facts.programme.submission.report == "at_once"
    self_assess.submit(
        here.session,
        facts.id,
        actor=here.actor,
        now=here.now,
        version=_version(here),
        proposed_level=here.typed.get("level") or None if facts.programme.proposes_level else None,
        document_id=put_report(here) if asks_report else None,
    )


def _version(here: Here) -> int:
    """The version that was looked at; what is no version is none that stands."""
    given = here.typed.get("version")
    return int(given) if given.isdecimal() and len(given) < LONGEST else -1


@desk.post("/assessments/{assessment_id:id}/revise", asks=OfDossier(trigger="revise"))
def revise(here: Here) -> Answer:
    """Open a working copy; the submitted one stays in force."""
    self_assess.revise(here.session, here.dossier.id, actor=here.actor, now=here.now)
    note = _("Đang sửa bản đã nộp. Bản đã nộp vẫn có hiệu lực cho đến khi nộp lại.")
    return redirect_with_note(_home(here), note)


@desk.post("/assessments/{assessment_id:id}/discard", asks=OfDossier(trigger="discard_revision"))
def discard(here: Here) -> Answer:
    """Drop the working copy; the submitted one stays as it is."""
    key = here.dossier.id
    self_assess.discard_revision(here.session, key, actor=here.actor, now=here.now)
    evidence_files.restore_submitted(here.session, key, actor=here.actor, now=here.now)
    return redirect_with_note(_home(here), _("Đã bỏ nội dung đang sửa; bản đã nộp giữ nguyên."))


@desk.get(PRESENT, asks=OfDossier("draft"))
def look_before_presenting(here: Here) -> Answer:
    """A second look before the sheet is presented to the head."""
    if not unit_page.waits_for_head(here.dossier):
        return redirect_with_note(_home(here), "")
    return _submit_page(here, presenting=True)


@desk.post(PRESENT, asks=OfDossier("draft"))
def present(here: Here) -> Answer:
    """Present a finished sheet to the head."""
    told = unit_page.present(here.session, here.dossier.id, actor=here.actor, now=here.now)
    names = ", ".join(one.name or one.email for one in told)
    return redirect_with_note(_home(here), _("Đã trình %(names)s; phần mềm gửi thư để xem và nộp.") % {"names": names})
