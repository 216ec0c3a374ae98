"""A running round as its staff watches it: what to do next, in which order, and the lists that figures lead to."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from urllib.parse import urlencode

from config.calendar import date_text, last_day
from config.programme import Programme
from config.vocabulary import Relation
from states.listing import FLAGS, ORDERS, Wanted
from states.mail_log import Wanted as MailWanted
from states.overview import MOST, Closing, Overview, Waiting, Watched
from web.forms import Typed, clean
from web.words import _

LONGEST: Final = 100
DIGITS: Final = 18
LABELS: Final = {
    "unopened": _("Chưa mở thư, chưa đăng nhập"),
    "full": _("Đã chấm đủ, chưa nộp"),
    "late": _("Quá hạn"),
}
ELSEWHERE: Final = frozenset({"launch", "cancel"})
"""Steps of a round that are no part of its way."""
CALL: Final = _("Xem, gọi điện")
SORTS: Final = {"name": _("Tên A–Z"), "name_down": _("Tên Z–A"), "group": _("Khối, tên")}


MAIL_STATES: Final = {
    "undelivered": _("Không gửi được"),
    "bounced": _("Bị trả lại"),
    "failed": _("Hết lượt thử"),
    "queued": _("Đang chờ gửi"),
    "sent": _("Đã gửi"),
    "skipped": _("Không cần gửi nữa"),
}
MAIL_KINDS: Final = {"bounced": "bad", "failed": "bad", "queued": "info", "sent": "ok", "skipped": "plain"}
JOB_STATES: Final = {"waiting": _("Đang chờ"), "done": _("Đã xong"), "failed": _("Lỗi")}
JOB_KINDS: Final = {"waiting": "info", "done": "ok", "failed": "bad"}
JOBS: Final = {
    "reminder": _("Nhắc đơn vị chưa nộp"),
    "escalation": _("Báo thủ trưởng đơn vị chưa nộp"),
    "explanation_due": _("Nhắc hạn giải trình"),
    "appraisal_due": _("Nhắc hồ sơ chờ thẩm định"),
    "daily_summary": _("Thư tổng hợp hằng ngày"),
    "opinion_due": _("Nhắc hạn tham gia ý kiến"),
    "report": _("Lập dự thảo báo cáo"),
    "seal": _("Ghi mã kiểm chứng dữ liệu hằng đêm"),
    "verify": _("Kiểm tra lịch sử hằng đêm"),
    "backup": _("Sao lưu hằng đêm"),
    "drill": _("Khôi phục thử bản sao lưu hằng tuần"),
    "check_evidence": _("Kiểm tra tệp minh chứng"),
    "sweep_files": _("Dọn tệp không còn dùng"),
    "tidy": _("Dọn phiên làm việc đã cũ"),
}


class Todo(NamedTuple):
    """One thing for the round's owner to do now, and where."""

    text: str
    path: str
    do: str
    kind: str = "warn"


class Bar(NamedTuple):
    """How far a round has come with one of its parts."""

    label: str
    done: int
    total: int

    @property
    def percent(self) -> int:
        """Whole percents, a hundred only when all is done."""
        return 100 * self.done // self.total if self.total else 0


def shown(count: int) -> str:
    """A figure that is counted up to a bound."""
    return _("hơn %(most)s") % {"most": thousands(MOST)} if count > MOST else thousands(count)


def thousands(count: int) -> str:
    """A whole number with a point between thousands."""
    return f"{count:,}".replace(",", ".")


def bars(found: Overview) -> list[Bar]:
    """The parts of a round that there are."""
    triggers = set(found.watched.workflow.assessment.triggers)
    every = [Bar(_("Đơn vị đã xong phần của mình"), found.handed_in, found.total)]
    if triggers & {"conclude_appraisal", "propose"}:
        every.append(Bar(_("Đã thẩm định"), found.appraised, found.total))
    return [*every, Bar(_("Đã có kết quả"), found.settled, found.total)]


def todo(found: Overview, waiting: Waiting, closings: Sequence[Closing], now: datetime) -> list[Todo]:
    """What the owner of a round has to do now, the most urgent first."""
    base = f"/rounds/{found.watched.id}"
    units = f"{base}/units?flag="
    every = (
        (waiting.extensions, _("%(count)s đề nghị gia hạn chờ trả lời"), f"{base}/extensions", _("Trả lời"), "bad"),
        (waiting.difficulties, _("%(count)s vướng mắc chờ trả lời"), f"{base}/difficulties", _("Trả lời"), "bad"),
        (waiting.undelivered, _("%(count)s thư không gửi được"), f"{base}/mail?state=undelivered", _("Xem thư"), "bad"),
        (waiting.failed_jobs, _("%(count)s việc tự động bị lỗi"), f"{base}/jobs?state=failed", _("Xem lỗi"), "bad"),
        (waiting.full, _("%(count)s đơn vị đã chấm đủ mà chưa nộp"), f"{units}full", _("Xem, đôn đốc"), "warn"),
        (waiting.unopened, _("%(count)s đơn vị chưa mở thư, chưa đăng nhập"), f"{units}unopened", CALL, "warn"),
    )
    urgent = [Todo(text % {"count": shown(n)}, path, do, kind) for n, text, path, do, kind in every if n]
    return [*_steps(found, closings, now), *urgent]


def _steps(found: Overview, closings: Sequence[Closing], now: datetime) -> list[Todo]:
    """The next step of the round itself, once its time has come."""
    watched = found.watched
    machine = watched.workflow.round
    ready = bool(found.total) and found.settled == found.total
    if not ready and not any(one.at <= now for one in closings):
        return []
    steps = [step for step in machine.transitions if watched.state in step.sources and step.do not in ELSEWHERE]
    labels = [machine.triggers[step.do] for step in steps if Relation.ADMINISTRATOR in step.by]
    return [Todo(label, f"/rounds/{watched.id}/stages", _("Xem bước này"), "info") for label in labels]


class Reading(NamedTuple):
    """How addresses and words name the kinds and groups of a programme."""

    programme: Programme

    def kind(self, kind: str) -> str:
        """What a kind is called."""
        known = self.programme.subject_kinds
        return known[kind].label if kind in known else kind

    def group(self, kind: str, group: str) -> str:
        """What a group is called; a group that is a kind is called as the kind."""
        return self.kind(group or kind)


def key(kind: str, group: str) -> str:
    """A group in an address."""
    return f"{kind}/{group}"


def wanted_of(query: Mapping[str, str], watched: Watched) -> Wanted:
    """What an address asks of the list; what makes no sense is not asked."""
    state, of, flag = query.get("state", ""), query.get("group", ""), query.get("flag", "")
    kind, slash, group = of.partition("/")
    return Wanted(
        search=" ".join(clean(query.get("q", "")).split())[:LONGEST],
        state=state if state in watched.workflow.assessment.states else "",
        kind=kind if kind in watched.programme.subject_kinds else "",
        group=clean(group) if slash else None,
        flag=flag if flag in FLAGS else "",
        order=query.get("sort", "") if query.get("sort", "") in ORDERS else "name",
        after=number(query, "after"),
        before=number(query, "before"),
    )


def number(query: Mapping[str, str], name: str) -> int | None:
    """An id in an address; None for anything else."""
    return _id(query.get(name, ""))


def ids(typed: Typed) -> list[int]:
    """The ids that a form has ticked."""
    return [key for value in typed.all("id") if (key := _id(value)) is not None]


def _id(given: str) -> int | None:
    return int(given) if given.isascii() and given.isdecimal() and len(given) <= DIGITS else None


def carried(wanted: Wanted, **changes: str | int) -> str:
    """What is asked for, as the query of an address, from its first page on."""
    given: dict[str, str | int] = {
        "q": wanted.search,
        "state": wanted.state,
        "group": key(wanted.kind, wanted.group or "") if wanted.group is not None else "",
        "flag": wanted.flag,
        "sort": "" if wanted.order == "name" else wanted.order,
    }
    return urlencode({name: value for name, value in (given | changes).items() if value != ""})


def mail_query(wanted: MailWanted) -> str:
    """What is asked for of the mail, as the query of an address, from its first page on."""
    given = {"q": wanted.search, "state": wanted.state, "message": wanted.message}
    return urlencode({name: value for name, value in given.items() if value})


def last_day_text(closes_at: datetime) -> str:
    """The last day before a closing, as one types it."""
    return date_text(last_day(closes_at))
