"""Rehearsals (*chạy thử*): asked for here, played by the work loop, their figures and papers shown (DESIGN §8)."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from actions.drafts import find_draft, put_draft
from actions.rehearsal_draft import FEWEST, KIND, MOST, Rehearsal, rehearsal_of
from config.calendar import local_day
from config.programme import Programme
from config.vocabulary import MESSAGES
from models.drafts import Draft, drafts
from models.jobs import Job, ask_job, jobs_about, waiting_jobs
from models.people import Account
from states.errors import Unknown
from web.answers import Answer, Download, Page, page, redirect_with_note
from web.asks import Everywhere
from web.edge import Desk, Here
from web.programmes import programme, programmes
from web.words import _

desk: Final = Desk()
ADMINISTER: Final = Everywhere("administer")
FOLDER: Final = "rehearsals"
SHOWN: Final = 20
QUEUE: Final = 3
"""So many may wait: they are played one after the other."""
DEFAULTS: Final = {"source": "invented", "subjects": "24", "seed": "1"}
FILES: Final = {
    "bao-cao.docx": (_("Báo cáo (.docx)"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "bao-cao.xlsx": (_("Bảng tính (.xlsx)"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "history.jsonl": (_("Lịch sử (.jsonl)"), "application/jsonl"),
}
FIGURES: Final = {
    "zeroed": _("0 điểm do khóa"),
    "late": _("quá hạn"),
    "extended": _("được gia hạn"),
    "explained": _("phải giải trình"),
    "waived": _("cho qua khi chưa xếp loại"),
    "replaced": _("hủy và công nhận lại"),
    "opinions_silent": _("không có ý kiến"),
}


class Played(NamedTuple):
    """What came of a rehearsal."""

    subjects: int
    states: Sequence[tuple[str, int]]
    figures: Sequence[tuple[str, int]]
    levels: Sequence[tuple[str, int]]
    mails: Sequence[tuple[str, int]]
    seal: str
    files: Sequence[tuple[str, str]]

    @property
    def mail_count(self) -> int:
        """All mails of the year."""
        return sum(count for _label, count in self.mails)


@desk.get("/rehearsals", asks=ADMINISTER)
def rehearsals_page(here: Here) -> Answer:
    """Rehearsals that were asked for, and what became of them."""
    asked = {"programme": here.query.get("programme", ""), "year": str(local_day(here.now).year)}
    return _page(here, DEFAULTS | asked)


def _page(here: Here, typed: Mapping[str, str], *, told: Sequence[str] = ()) -> Page:
    found = drafts(here.session, KIND, SHOWN)
    jobs = {job.target: job for job in jobs_about(here.session, [*map(_target, found)], {KIND}, most=SHOWN)}
    rows = [(draft, rehearsal_of(draft), jobs.get(_target(draft))) for draft in found]
    return page(
        "rehearsals/list.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if told else HTTPStatus.OK,
        programmes=programmes(),
        titles={one.slug: one.short_title for one in programmes()},
        typed=typed,
        told=told,
        rows=rows,
        fewest=FEWEST,
        most=MOST,
    )


def _target(draft: Draft) -> str:
    return f"draft:{draft.id}"


@desk.post("/rehearsals", asks=ADMINISTER)
def ask(here: Here) -> Answer:
    """Ask for a rehearsal."""
    typed = {name: here.typed.line(name) for name in ("programme", "year", "source", "subjects", "seed")}
    subjects = typed["subjects"] if typed["source"] == "invented" else None
    given = {"slug": programme(typed["programme"]).slug, "year": typed["year"], "seed": typed["seed"]}
    try:
        asked = Rehearsal.model_validate(given | {"subjects": subjects})
    except ValidationError:
        return _page(here, typed, told=[_("Ghi năm, số đơn vị từ 3 đến 1.000 và số hạt giống từ 0 đến 999999.")])
    if waiting_jobs(here.session, KIND) >= QUEUE:
        return _page(here, typed, told=[_("Đang có nhiều lượt chạy thử chờ; đợi một lượt xong rồi chạy tiếp.")])
    draft = put_draft(here.session, KIND, asked.model_dump_json(), actor=here.actor, now=here.now)
    ask_job(here.session, kind=KIND, target=_target(draft), occasion="1", now=here.now)
    return redirect_with_note(f"/rehearsals/{draft.id}", _("Đã xếp lượt chạy thử."))


@desk.get("/rehearsals/{draft_id:id}", asks=ADMINISTER)
def rehearsal_page(here: Here) -> Answer:
    """A rehearsal: its figures and files."""
    draft = find_draft(here.session, KIND, here.path["draft_id"])
    asked, jobs = rehearsal_of(draft), jobs_about(here.session, [_target(draft)], {KIND}, most=1)
    one = programme(asked.slug)
    return page(
        "rehearsals/one.html",
        draft=draft,
        asked=asked,
        title=one.short_title,
        who=here.session.get_one(Account, draft.account_id),
        job=jobs[0] if jobs else None,
        is_running=bool(jobs) and _is_running(jobs[0], here),
        played=_played(_folder(here, draft), one),
    )


def _is_running(job: Job, here: Here) -> bool:
    return job.status == "waiting" and job.lease_until is not None and job.lease_until > here.now


def _folder(here: Here, draft: Draft) -> Path:
    return here.place.settings.var / FOLDER / str(draft.id)


def _played(folder: Path, one: Programme) -> Played | None:
    try:
        told: dict[str, Any] = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    states, labels = one.workflow.assessment.states, one.level_labels
    mails = [(_(MESSAGES[name].label) if name in MESSAGES else name, count) for name, count in told["mails"].items()]
    return Played(
        told["subjects"],
        [(states[name].label, count) for name, count in told["states"].items()],
        [(label, told[name]) for name, label in FIGURES.items() if told.get(name)],
        [(labels.get(code, code), count) for code, count in told["levels"].items()],
        sorted(mails, key=lambda mail: -mail[1]),
        told["seal"],
        [(name, label) for name, (label, _kind) in FILES.items() if (folder / name).is_file()],
    )


@desk.get("/rehearsals/{draft_id:id}/{name}", asks=ADMINISTER)
def file(here: Here) -> Answer:
    """Hand out a file of a rehearsal."""
    draft, name = find_draft(here.session, KIND, here.path["draft_id"]), here.path["name"]
    path = _folder(here, draft) / name
    if name not in FILES or not path.is_file():
        raise Unknown(_("tệp này"))
    return Download(path.read_bytes(), f"chay-thu-{draft.id}-{name}", FILES[name][1])
