"""The history as programs read it, have it checked and take it away; and who is who, with which roles.

What a page opens one by one, recording who read it, is not told here, nor what a ballot was about: such a row comes
without its content. The file of a chain has every row, for else nobody could verify it; no row tells a vote.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from actions import check
from config.calendar import LOCAL
from models.jobs import jobs_about
from states import directory, history, timeline
from states.directory import Given, Person
from states.errors import Unknown
from states.timeline import Line, papers
from web.answers import Download
from web.api.edge import Api, Call, Json
from web.api.shapes import Acknowledged, Listed, Paged, Shape, page
from web.asks import Everywhere, OfDossier, OfRound
from web.history_files import as_archive, as_lines
from web.timeline import is_closed
from web.words import _

api: Final = Api(_("Lịch sử, tài khoản"))
LINES, ARCHIVE = "application/x-ndjson", "application/zip"
SHOWN_JOBS: Final = 8
COUNTS: Final = frozenset({"enter_count", "correct_count"})


class HistoryLine(Shape):
    """A row of a chain; `what` is null where it is confidential, or was opened one by one."""

    seq: int
    at: datetime
    by: str
    act: str
    what: dict[str, Any] | None
    hash: str


class BrokenAt(Shape):
    """The first row of a chain that does not hold."""

    entity: str
    seq: int
    why: str


class Verification(Shape):
    """A chain recomputed: whole where nothing is broken."""

    rows: int
    whole: bool
    broken: tuple[BrokenAt, ...]


class CheckLine(Shape):
    """A check of a whole round that was asked for, and what it found once it is done."""

    id: int
    kind: str
    status: str
    asked_at: datetime
    ended_at: datetime | None
    outcome: str


class RoleOf(Shape):
    """A role of an account with its scope."""

    id: int
    role: str
    label: str
    subject_id: int | None
    subject: str | None
    round_id: int | None
    round: str | None
    body: str | None
    granted_at: datetime
    ended_at: datetime | None


class AccountLine(Shape):
    """An account."""

    id: int
    email: str
    name: str
    position: str
    active: bool


class AccountOf(AccountLine):
    """An account with its roles, those that ended last."""

    roles: tuple[RoleOf, ...]


class Holder(Shape):
    """Who holds a role that reaches a round."""

    account: AccountLine
    role: RoleOf


@api.get(
    "/assessments/{assessment_id:id}/history",
    asks=OfDossier("audit"),
    scope="audit",
    answers=Listed[HistoryLine],
    query=Paged,
    summary=_("Lịch sử hồ sơ, mới nhất trước"),
    name="dossier_history",
)
def dossier_history(call: Call) -> Json:
    return _history(call, f"assessment:{call.dossier.id}")


@api.get(
    "/rounds/{round_id:id}/history",
    asks=OfRound("audit"),
    scope="audit",
    answers=Listed[HistoryLine],
    query=Paged,
    summary=_("Lịch sử của chính đợt, mới nhất trước"),
    name="round_history",
)
def round_history(call: Call) -> Json:
    return _history(call, f"round:{call.path['round_id']}")


def _history(call: Call, entity: str) -> Json:
    rows = timeline.rows(call.session, entity, call.asked.after, call.asked.limit)
    named = {row.what.get(name) for row in rows for name in ("document", "minutes")}
    known = papers(call.session, {int(key) for key in named if key})
    return Json(page(rows, call.asked, lambda line: _line(line, known), lambda line: line.seq))


def _line(line: Line, known: Mapping[int, tuple[str, str | None, str, str, bool]]) -> HistoryLine:
    what = None if is_closed(line, known) or _is_of_ballot(line) else dict(line.what)
    return HistoryLine(seq=line.seq, at=line.at, by=line.actor, act=line.act, what=what, hash=line.hash)


def _is_of_ballot(line: Line) -> bool:
    return "box" in line.what or "ballot" in line.act or line.act in COUNTS


@api.get(
    "/assessments/{assessment_id:id}/history/verification",
    asks=OfDossier("audit"),
    scope="audit",
    answers=Verification,
    summary=_("Tính lại chuỗi lịch sử của hồ sơ ngay lúc này"),
    name="verify_dossier",
)
def verify_dossier(call: Call) -> Json:
    found = history.verify_chain(call.session, f"assessment:{call.dossier.id}")
    broken = tuple(BrokenAt(entity=one.entity, seq=one.seq, why=one.why) for one in found.broken)
    return Json(Verification(rows=found.rows, whole=not broken, broken=broken))


@api.get(
    "/rounds/{round_id:id}/history/verification",
    asks=OfRound("audit"),
    scope="audit",
    answers=Listed[CheckLine],
    summary=_("Các lần kiểm tra toàn bộ chuỗi của đợt gần nhất"),
    name="round_checks",
)
def round_checks(call: Call) -> Json:
    targets = [f"round:{call.path['round_id']}"]
    rows = jobs_about(call.session, targets, check.CHECKS, most=SHOWN_JOBS)
    items = [CheckLine(**{name: getattr(one, name) for name in CheckLine.model_fields}) for one in rows]
    return Json(Listed[CheckLine](items=tuple(items), next=None))


@api.post(
    "/rounds/{round_id:id}/history/verification",
    asks=OfRound("audit"),
    scope="audit",
    answers=Acknowledged,
    told=202,
    summary=_("Yêu cầu kiểm tra toàn bộ chuỗi của đợt"),
    name="check_round",
)
def check_round(call: Call) -> Json:
    check.check_round(call.session, call.path["round_id"], actor=call.actor, now=call.now)
    return Json(Acknowledged(done=_("Đã ghi yêu cầu; đọc kết quả ở cùng địa chỉ này.")), status=202)


@api.post(
    "/assessments/{assessment_id:id}/history/export",
    asks=OfDossier("audit"),
    scope="audit",
    answers=LINES,
    summary=_("Xuất lịch sử hồ sơ (JSON từng dòng); việc xuất được ghi vào lịch sử"),
    name="export_dossier",
)
def export_dossier(call: Call) -> Download:
    entity = f"assessment:{call.dossier.id}"
    check.hand_out(call.session, entity, "jsonl", actor=call.actor, now=call.now)
    return Download(as_lines(call.session, entity), f"assessment-{call.dossier.id}.jsonl", LINES)


@api.post(
    "/rounds/{round_id:id}/history/export",
    asks=OfRound("audit"),
    scope="audit",
    answers=ARCHIVE,
    summary=_("Xuất lịch sử cả đợt với các niêm phong (ZIP); việc xuất được ghi vào lịch sử"),
    name="export_round",
)
def export_round(call: Call) -> Download:
    key = call.path["round_id"]
    check.demand_short(call.session, key)
    check.hand_out(call.session, f"round:{key}", "jsonl", actor=call.actor, now=call.now)
    name = f"round-{key}-{call.now.astimezone(LOCAL):%Y-%m-%d}.zip"
    return Download(as_archive(call.session, key), name, ARCHIVE)


@api.get(
    "/accounts",
    asks=Everywhere("administer"),
    scope="administer",
    answers=Listed[AccountLine],
    query=Paged,
    summary=_("Mọi tài khoản"),
)
def accounts(call: Call) -> Json:
    rows = directory.people_behind(call.session, call.asked.after or 0, call.asked.limit)
    return Json(page(rows, call.asked, _account, lambda one: one.id))


def _account(one: Person) -> AccountLine:
    return AccountLine(**one._asdict())


@api.get(
    "/accounts/{account_id:id}",
    asks=Everywhere("administer"),
    scope="administer",
    answers=AccountOf,
    summary=_("Một tài khoản với các vai trò"),
)
def account(call: Call) -> Json:
    key = call.path["account_id"]
    found = directory.person(call.session, key)
    if found is None:
        raise Unknown(f"tài khoản số {key}")
    given = directory.roles(call.session, [key], also_ended=True).get(key, [])
    return Json(AccountOf(**found._asdict(), roles=tuple(map(_role, given))))


def _role(one: Given) -> RoleOf:
    own: dict[str, Any] = {name: value for name, value in one._asdict().items() if name in RoleOf.model_fields}
    return RoleOf(**own, label=one.label)


@api.get(
    "/rounds/{round_id:id}/people",
    asks=OfRound("administer"),
    scope="administer",
    answers=Listed[Holder],
    summary=_("Ai giữ vai trò nào trong đợt, trừ người của các đơn vị"),
    name="round_people",
)
def round_people(call: Call) -> Json:
    found = directory.staff(call.session, call.path["round_id"])
    items = [Holder(account=_account(who), role=_role(one)) for held in found.values() for one, who in held]
    return Json(Listed[Holder](items=tuple(items), next=None))
