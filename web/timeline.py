"""Rows of a history and mails as people read them: who, in which position, why, by which document, what changed."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlmodel import Session

from config.calendar import date_text, deadline_text
from config.programme import Programme
from config.vocabulary import MESSAGES, RELATIONS, Relation
from reports.official.catalogue import BY_KEY
from states import timeline
from states.actor import accounts_of, token_of
from states.past import Told, is_whole, marks_told
from states.timeline import Letter, Line, Page, People
from web.acts import EXPORTS, STATUSES, title_of
from web.told_content import PAPER, said, worth_of
from web.words import _

Papers = Mapping[int, tuple[str, str | None, str, str, bool]]
CLOSED: Final = frozenset(
    {"give_opinion", "enter_opinion", "record_discipline", "declare_conflict", "conclude_shortcoming"}
)
"""Acts whose content nobody reads in passing: it is opened one by one, and the reading is recorded."""
COPIES: Final = {"self": _("Tự chấm"), "appraised": _("Thẩm định"), "decided": _("Quyết định")}
BESIDE: Final = {"appraised": "self", "decided": "appraised"}
"""The copy that the first marks of another are held against."""
ACCOUNT, DOCUMENT, INSTANT, PLAIN, LIST = "account", "document", "instant", "plain", "list"
FACTS: Final[Mapping[str, tuple[str, str]]] = {
    "reason": (_("Lý do"), PLAIN),
    "closes_at": (_("Thời hạn"), INSTANT),
    "stage": (_("Giai đoạn"), "stage"),
    "document": (_("Văn bản"), DOCUMENT),
    "minutes": (_("Biên bản"), DOCUMENT),
    "account": (_("Tài khoản"), ACCOUNT),
    "criteria": (_("Tiêu chí"), LIST),
    "criterion": (_("Tiêu chí"), PLAIN),
    "evidence": (_("Minh chứng"), "evidence"),
    "role": (_("Vai trò"), "role"),
    "message": (_("Thư"), "message"),
    "of": (_("Nội dung"), "of"),
    "item": (_("Mã yêu cầu, quyết định trong phần mềm"), PLAIN),
    "root": (_("Mã kiểm chứng dữ liệu"), PLAIN),
    "sha256": (_("Mã băm SHA-256 của tệp"), PLAIN),
    "ranked": (_("Số hồ sơ được xếp thứ tự"), PLAIN),
    "dossiers": (_("Hồ sơ"), "count"),
    "decision": (_("Mã quyết định trong phần mềm"), PLAIN),
    "merged": (_("Hồ sơ sáp nhập vào"), LIST),
    "merged_into": (_("Sáp nhập vào hồ sơ"), PLAIN),
    "summoned": (_("Được triệu tập"), PLAIN),
    "present": (_("Có mặt"), PLAIN),
    "late": (_("Quá hạn"), "yes"),
}
"""What of a row is told under which words, and how it is read."""


class Changed(NamedTuple):
    """A mark that a row tells of: what it was before, what it is from then on, and why."""

    code: str
    label: str
    was: str
    now: str
    note: str


@dataclass(slots=True)
class Shown:
    """One entry of a timeline in words; of a mail `seq` is None."""

    seq: int | None
    at: datetime
    title: str
    who: Sequence[str]
    moved: tuple[str, str] = ("", "")
    facts: list[tuple[str, str]] = field(default_factory=list)
    marks: list[Changed] = field(default_factory=list)
    copy: str = ""
    closed: bool = False
    erased: bool = False
    raw: str = ""
    hash: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """What the words of one page are made of."""

    programme: Programme
    is_round: bool
    subjects: tuple[int, ...]
    round_id: int
    people: People
    papers: Papers
    things: Mapping[int, tuple[str, str]]
    labels: Mapping[str, str]
    was: Mapping[int, Mapping[str, Told | None]]


def reader_of(
    session: Session, entity: str, found: Page, programme: Programme, *, kind: str, subjects: tuple[int, ...], of: int
) -> Reader:
    """Everything a page needs beside its rows, in a number of queries that does not grow with them."""
    lines, is_round = found.lines, entity.startswith("round:")
    newest = max((one.seq for one in lines), default=timeline.LAST)
    named = {key for one in lines for key in _accounts(one)} | {one.account_id for one in found.letters}
    papers = {one.what[name] for one in lines for name in ("document", "minutes") if one.what.get(name)}
    earlier = timeline.before(session, entity, min(one.seq for one in lines)) if lines else []
    return Reader(
        programme=programme,
        is_round=is_round,
        subjects=subjects,
        round_id=of,
        people=timeline.people(session, entity, named, newest),
        papers=timeline.papers(session, papers),
        things={} if is_round else timeline.things(session, int(entity.partition(":")[2])),
        labels=_labels(programme, kind),
        was=_before([*earlier, *reversed(lines)]),
    )


def _labels(programme: Programme, kind: str) -> dict[str, str]:
    own = [use.sheet for use in programme.sheets if kind in use.kinds]
    return {leaf.code: leaf.label for sheet in own for leaf in sheet.leaves()}


def _accounts(line: Line) -> Iterator[int]:
    yield from accounts_of(line.actor)
    if isinstance(line.what.get("account"), int):
        yield line.what["account"]


def _before(lines: Iterable[Line]) -> dict[int, dict[str, Told | None]]:
    """By row, the marks it tells of as they were before it; those that no row seen here had told are left out."""
    known: dict[str, dict[str, Told | None]] = {copy: {} for copy in COPIES}
    found: dict[int, dict[str, Told | None]] = {}
    for line in lines:
        copy, given = marks_told(line.step)
        if not copy:
            continue
        beside = known.get(BESIDE.get(copy, ""), {})
        found[line.seq] = {code: known[copy].get(code, beside.get(code)) for code in given}
        known[copy] = dict(given) if is_whole(line.step) else known[copy] | dict(given)
    return found


def entries(found: Page, reader: Reader) -> list[Shown]:
    """The entries of a page in words."""
    return [shown(one, reader) if isinstance(one, Line) else _letter(one, reader) for one in found.entries]


def shown(line: Line, reader: Reader, *, opened: bool = False) -> Shown:
    """A row in words; what is confidential in it only when it was opened."""
    what = line.what
    made = Shown(line.seq, line.at, "", _who(line, reader), hash=line.hash, erased=line.erased)
    made.title = title_of(line.act, moves="to" in what, programme=reader.programme, is_round=reader.is_round)
    made.moved = (_state(what.get("from"), reader), _state(what.get("to"), reader))
    made.closed = not opened and is_closed(line, reader.papers)
    made.facts = [*_facts(line, reader, closed=made.closed)]
    if not made.closed:
        made.raw = json.dumps(what, ensure_ascii=False, sort_keys=True, indent=1)
        made.marks, made.copy = _marks(line, reader)
        papers = " ".join(text for label, text in made.facts if label in {FACTS["document"][0], FACTS["minutes"][0]})
        content = said(line.act, line.content, reader.programme)
        made.facts += (pair for pair in content if pair[0] not in PAPER or pair[1] not in papers)
    return made


def is_closed(line: Line, papers: Papers) -> bool:
    """Whether a row is only opened one by one, and the reading recorded."""
    named = (papers.get(line.what.get(name) or 0) for name in ("document", "minutes"))
    return line.act in CLOSED or any(paper and paper[4] for paper in named)


def _who(line: Line, reader: Reader) -> list[str]:
    if line.actor == "system":
        return [_("Phần mềm tự thực hiện")]
    if line.actor.startswith("console:"):
        return [_("Người quản trị máy chủ (%(user)s)") % {"user": line.actor.partition(":")[2]}]
    said = reader.people.said(line)
    declared = ", ".join(part for part in (said.name, said.position) if part) if said else ""
    told = [_account(one, line.at, reader) for one in accounts_of(line.actor)] or [line.actor]
    token = token_of(line.actor)
    told += [] if token is None else [_("Qua khóa API số %(id)s") % {"id": token}]
    return [*told, _("Người thực hiện tự khai: %(who)s") % {"who": declared}] if declared else told


def _account(account_id: int, at: datetime, reader: Reader) -> str:
    person = reader.people.person(account_id, at)
    held = reader.people.held(account_id, at, reader.subjects, reader.round_id)
    roles = ", ".join(_(RELATIONS[Relation(role)]) for role in held)
    name = ", ".join(part for part in (person.name or person.email, person.position) if part) if person else ""
    return f"{name or _('Tài khoản số %(id)s') % {'id': account_id}}{f' ({roles})' if roles else ''}"


def _state(name: object, reader: Reader) -> str:
    workflow = reader.programme.workflow
    states = workflow.round.states if reader.is_round else workflow.assessment.states
    return states[name].label if isinstance(name, str) and name in states else ""


def _facts(line: Line, reader: Reader, *, closed: bool) -> Iterator[tuple[str, str]]:
    for name, (label, how) in FACTS.items():
        value = line.what.get(name)
        if value in (None, "", []) or (closed and name in {"reason", "document", "minutes"}):
            continue
        text = _fact(how, value, line, reader)
        if text:
            yield label, text


def _fact(how: str, value: Any, line: Line, reader: Reader) -> str:  # noqa: ANN401, PLR0911  any JSON value, one line a form
    match how:
        case "account":
            return _account(value, line.at, reader) if isinstance(value, int) else ""
        case "document":
            return _paper(value, reader)
        case "instant":
            return deadline_text(datetime.fromisoformat(value))
        case "list":
            return ", ".join(map(str, value))
        case "evidence":
            return "; ".join(_thing(one, reader) for one in (value if isinstance(value, list) else [value]))
        case "count":
            return str(len(value) if isinstance(value, list) else value)
        case "yes":
            return _("có") if value else ""
    return _named(how, value, line, reader)


def _named(how: str, value: Any, line: Line, reader: Reader) -> str:  # noqa: ANN401  any JSON value
    if how == "role":
        return _(RELATIONS[Relation(value)]) if value in set(Relation) else str(value)
    if how == "message":
        return _(MESSAGES[value].label) if value in MESSAGES else str(value)
    if how == "stage":
        labels = {one.stage: one.label for one in reader.programme.workflow.deadlines}
        return labels.get(value, str(value))
    if how == "of" and isinstance(value, int):
        return _("dòng %(row)s") % {"row": value}
    if how == "of":
        form = f" ({line.what['form'].upper()})" if line.what.get("form") else ""
        named = BY_KEY[value].label if value in BY_KEY else EXPORTS.get(value, str(value))
        return named + form
    return str(value)


def _paper(document_id: int, reader: Reader) -> str:
    number, dated, signer, title, _mark = reader.papers.get(document_id, ("", None, "", "", False))
    day = date_text(datetime.fromisoformat(dated).date()) if dated else ""
    parts = (number and _("số %(n)s") % {"n": number}, day and _("ngày %(d)s") % {"d": day}, signer, title)
    return ", ".join(part for part in parts if part) or _("văn bản mã %(id)s") % {"id": document_id}


def _thing(evidence_id: int, reader: Reader) -> str:
    criterion, name = reader.things.get(evidence_id, ("", ""))
    return f"{criterion}: {name}" if name else _("minh chứng số %(id)s") % {"id": evidence_id}


def _marks(line: Line, reader: Reader) -> tuple[list[Changed], str]:
    copy, given = marks_told(line.step)
    was = reader.was.get(line.seq, {})
    rows = [
        Changed(code, reader.labels.get(code, ""), worth_of(was.get(code)), worth_of(one), one.note if one else "")
        for code, one in given.items()
        if not is_whole(line.step) or was.get(code) != one
    ]
    return in_order(rows, reader.labels), COPIES.get(copy, "")


def in_order(rows: Iterable[Changed], labels: Mapping[str, str]) -> list[Changed]:
    """Rows in the order of the sheet; what no longer stands on it comes last."""
    order = {code: place for place, code in enumerate(labels)}
    return sorted(rows, key=lambda row: (order.get(row.code, len(order)), row.code))


def _letter(letter: Letter, reader: Reader) -> Shown:
    label = _(MESSAGES[letter.message].label) if letter.message in MESSAGES else letter.message
    person = reader.people.person(letter.account_id, letter.at)
    made = Shown(None, letter.at, label, [_account(letter.account_id, letter.at, reader)], status=letter.status)
    made.facts = [(_("Gửi đến"), person.email)] if person else []
    made.facts.append((_("Kết quả"), STATUSES.get(letter.status, letter.status)))
    if letter.answer:
        made.facts.append((_("Máy chủ thư trả lời"), letter.answer))
    if letter.attempts > 1:
        made.facts.append((_("Số lần gửi"), str(letter.attempts)))
    return made
