"""A launch: prepared in a form, looked at again with everything that would happen, then done (DESIGN §4)."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from actions import launch_draft
from actions.drafts import find_draft, hold_draft, put_draft
from actions.launch import Line
from actions.launch_draft import KIND, Prospect, Wish, carry_out, demand_good, roles
from actions.takeover import round_before
from config.calendar import local_day
from config.programme import Programme
from config.settings import Settings
from config.vocabulary import RELATIONS
from models.drafts import Draft
from models.jobs import Job, ask_job, jobs_about
from models.names import sort_name
from models.people import role_holders
from models.registered import subjects
from models.savepoint import savepoint
from states.chain import iso
from states.errors import Refused
from states.keys import ROLES as PRIVILEGED
from web import launch_form, programmes
from web.answers import Answer, Page, Redirect, page, redirect_with_note
from web.asks import Everywhere
from web.desk_queue import page_of
from web.drafts import take_files
from web.edge import Desk, Here
from web.launch_form import Form
from web.routes.history import number
from web.words import _

desk: Final = Desk()
ADMINISTER: Final = Everywhere("administer")
PAGE: Final = 50
TRIAL: Final = ("localhost", ".example")
LARGE: Final = 5_000
"""A launch of more dossiers is a job: a request has ten seconds."""
STANDING: Final = ("lead", "appraiser", "authority", "secretary", "reader", "auditor", "administrator")
REMEDIES: Final = {
    "address": _("Ghi địa chỉ thư vào tệp danh sách rồi nhập lại ở mục «Đơn vị», hoặc không đưa đơn vị vào đợt."),
    "kind": _("Bỏ chọn loại đối tượng này, hoặc sửa loại của đơn vị trong danh sách."),
    "expired": _("Sửa ngày hiệu lực trong danh sách, hoặc không đưa đơn vị vào đợt."),
    "body": _("Ghi cấp quyết định vào tệp danh sách rồi nhập lại ở mục «Đơn vị»."),
    "cycle": _("Sửa quan hệ giữa các đơn vị trong tệp danh sách rồi nhập lại."),
    "nobody": _("Nhập danh sách đơn vị, hoặc chọn thêm loại đối tượng."),
    "launched": _("Mở đợt đã phát động ở trang «Việc của tôi», hoặc chọn năm khác."),
    "too_late": _("Sửa lại để ghi ngày khác."),
    "smtp": _("Nhờ người quản trị máy chủ khai báo máy chủ thư rồi khởi động lại phần mềm."),
    "sample": _("Nạp biểu chính thức, hoặc chỉ chạy thử chương trình này."),
}


class Group(NamedTuple):
    """Dossiers of one kind with one closing."""

    kind: str
    sheet: str
    closes_at: datetime
    units: int


@desk.get("/rounds/new", asks=ADMINISTER)
def new_page(here: Here) -> Answer:
    """Prepare a round: programme, year, calendar."""
    slug, year = here.query.get("programme", ""), programmes.year_of(here.query.get("year", ""), 0)
    if not (slug and year):
        return _choice(here, slug)
    one = programmes.programme(slug)
    before = round_before(here.session, slug, year, number(here.query, "after")) if "after" in here.query else None
    form = launch_form.after(here, one, year, before) if before else launch_form.fresh(one, year)
    return _form(here, one, year, form, "/rounds/new")


def _choice(here: Here, slug: str) -> Page:
    years = {one.slug: _next_year(here, one) for one in programmes.programmes()}
    year = years.get(slug, local_day(here.now).year)
    return page("launch/choose.html", programmes=programmes.programmes(), chosen=slug, year=year)


def _next_year(here: Here, one: Programme) -> int:
    """This year, or the next where the first deadline of this one has passed."""
    year = local_day(here.now).year
    return year + (min(deadline.closes_at(year) for deadline in one.deadlines(year)) <= here.now)


def _form(here: Here, one: Programme, year: int, form: Form, action: str, told: Sequence[str] = ()) -> Page:
    today = local_day(here.now)
    counts = Counter(unit.kind for unit in subjects(here.session) if unit.exists_on(today))
    labels = {name: one.subject_kinds[name].label for name in one.register_kinds if name in one.subject_kinds}
    return page(
        "launch/form.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if told else HTTPStatus.OK,
        one=one,
        year=year,
        calendar=programmes.calendar(one, year),
        before=round_before(here.session, one.slug, year),
        form=form,
        action=action,
        told=told,
        kinds=[(name, labels.get(name, name), counts[name]) for name in one.register_kinds],
        roles=roles(),
        standing=role_holders(here.session, STANDING),
        role_names={role.value: _(label) for role, label in RELATIONS.items()},
    )


@desk.post("/rounds/new", asks=ADMINISTER, first=take_files)
def prepare(here: Here) -> Answer:
    """Keep a prepared launch as a draft."""
    return _save(here, None)


@desk.get("/launches/{draft_id:id}/edit", asks=ADMINISTER)
def edit_page(here: Here) -> Answer:
    """A prepared launch as a form."""
    draft = find_draft(here.session, KIND, here.path["draft_id"])
    wish = launch_draft.read_wish(draft)
    one = programmes.programme(wish.slug)
    return _form(here, one, wish.year, launch_form.of_wish(wish), f"/launches/{draft.id}/edit")


@desk.post("/launches/{draft_id:id}/edit", asks=ADMINISTER, first=take_files)
def edit(here: Here) -> Answer:
    """Change a prepared launch."""
    return _save(here, hold_draft(here.session, KIND, here.path["draft_id"]))


def _save(here: Here, draft: Draft | None) -> Answer:
    one, year = programmes.programme(here.typed.get("programme")), _year(here)
    form = launch_form.of_typed(here)
    action = f"/launches/{draft.id}/edit" if draft else "/rounds/new"
    if here.typed.get("do") == "more":
        more = form._replace(rows=min(form.rows + 3, launch_form.MOST_ROWS))
        return _form(here, one, year, more, action)
    try:
        wish = launch_form.read_wish(here, one, year)
        demand_good(wish)
    except Refused as refused:
        return _form(here, one, year, form, action, [refusal.sentence for refusal in refused.refusals])
    return Redirect(f"/launches/{_kept(here, draft, wish).id}")


def _year(here: Here) -> int:
    return programmes.year_of(here.typed.line("year"), local_day(here.now).year)


def _kept(here: Here, draft: Draft | None, wish: Wish) -> Draft:
    if draft is None or draft.done_at is not None:
        return put_draft(here.session, KIND, wish.model_dump_json(), actor=here.actor, now=here.now)
    draft.content = wish.model_dump_json()
    here.session.add(draft)
    return draft


@desk.get("/launches/{draft_id:id}", asks=ADMINISTER)
def look_page(here: Here) -> Answer:
    """A second look at a launch: subjects, deadlines, mails, problems."""
    draft = find_draft(here.session, KIND, here.path["draft_id"])
    if draft.done_at is not None:
        return Redirect(f"/rounds/{draft.result}")
    if launch_draft.check(launch_draft.read_wish(draft))[1]:
        return Redirect(f"/launches/{draft.id}/edit")
    return _look(here, draft)


def _look(here: Here, draft: Draft, *, told: Sequence[str] = ()) -> Page:
    wish = launch_draft.read_wish(draft)
    found = launch_draft.look(here.session, wish, now=here.now)
    lines = sorted(found.plan.lines, key=lambda line: (line.problem is None, sort_name(line.name), line.code))
    number, pages = page_of(here.query, len(lines), PAGE)
    return page(
        "launch/look.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if told else HTTPStatus.OK,
        draft=draft,
        wish=wish,
        one=found.programme,
        found=found,
        told=told,
        faulty=sum(line.problem is not None for line in lines),
        groups=_groups(found),
        calendar=programmes.calendar(found.programme, wish.year),
        remedies=REMEDIES,
        rows=[(line, _kind(found.programme, line)) for line in lines[(number - 1) * PAGE : number * PAGE]],
        number=number,
        pages=pages,
        job=_job(here, draft),
        roles=dict(roles()),
        privileged=PRIVILEGED,
        is_large=found.dossiers + found.handover.dossiers > LARGE,
        standing=role_holders(here.session, ("lead", "appraiser")),
        base_url=here.place.settings.base_url,
        sender=here.place.settings.mail_from,
        is_known_here_only=_is_known_here_only(here.place.settings),
    )


def _is_known_here_only(settings: Settings) -> bool:
    """Whether links or senders of mail are still those of a trial: such links open on the server itself alone."""
    host = urlsplit(settings.base_url).hostname or ""
    return any(name.endswith(TRIAL) for name in (host, settings.mail_from)) or host.startswith("127.") or host == "::1"


def _kind(one: Programme, line: Line) -> str:
    return one.subject_kinds[line.kind].label if line.kind in one.subject_kinds else line.kind


def _groups(found: Prospect) -> list[Group]:
    counted = Counter((one.kind, one.closes_at) for one in found.plan.newcomers)
    kinds, own = found.programme.subject_kinds, found.programme
    return [
        Group(kinds[kind].label, own.sheet_for(kind).title, at, count) if kind in kinds else Group(kind, "", at, count)
        for (kind, at), count in sorted(counted.items())
    ]


def _job(here: Here, draft: Draft) -> Job | None:
    return next(iter(jobs_about(here.session, [f"draft:{draft.id}"], {KIND}, most=1)), None)


@desk.post("/launches/{draft_id:id}", asks=ADMINISTER)
def launch(here: Here) -> Answer:
    """Launch the round."""
    draft, seen = hold_draft(here.session, KIND, here.path["draft_id"]), here.typed.line("seen")
    if draft.done_at is not None:
        return Redirect(f"/rounds/{draft.result}")
    found = launch_draft.look(here.session, launch_draft.read_wish(draft), now=here.now)
    if found.dossiers + found.handover.dossiers > LARGE:
        occasion = f"{seen}/{iso(here.now)}"
        ask_job(here.session, kind=KIND, target=f"draft:{draft.id}", occasion=occasion, now=here.now)
        return redirect_with_note(f"/launches/{draft.id}", _("Đã xếp việc phát động; ít phút nữa sẽ xong."))
    try:
        with savepoint(here.session):
            made = carry_out(here.session, draft, seen, actor=here.actor, now=here.now)
    except Refused as refused:
        return _look(here, draft, told=[refusal.sentence for refusal in refused.refusals])
    told = _("Đã phát động đợt: %(count)s hồ sơ, %(mails)s thư đang được gửi.")
    counts = {"count": found.dossiers, "mails": found.mails}
    return redirect_with_note(f"/rounds/{made}", told % counts)
