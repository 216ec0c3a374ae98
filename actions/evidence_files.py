"""Evidence with a criterion: files kept by their content, links by their address (DN-5.1 to DN-5.3, AMB-DN-9).

A file lies in a folder under its SHA-256 and is written whole or not at all; a row that names it comes after it, so a
file without a row is waste and a row without a file does not happen. What a unit adds or takes away is recorded.
"""

import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, BinaryIO, Final, NamedTuple
from urllib.parse import urlsplit

from sqlmodel import Session

from actions import self_assess
from actions.documents import one_line
from models.assessments import ExplanationRequest, items
from models.evidence import Evidence, changed_since, evidence_of
from states import history
from states.actor import Actor
from states.errors import Refusal, Refused, Unknown, refuse
from states.facts import Dossier
from states.hold import hold
from states.machine import demand_open

LIMIT: Final = 25 * 1024 * 1024
MOST: Final = 30
"""As many files and links as one criterion takes."""
CHUNK: Final = 64 * 1024
LONGEST_NAME: Final = 180
LONGEST_ADDRESS: Final = 2_000
SIGNS: Final = (
    (b"%PDF-", "application/pdf"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
)
OTHER: Final = "application/octet-stream"


class Kept(NamedTuple):
    """A file that lies in the folder, and the name it came with."""

    name: str
    file_hash: str
    size: int
    media_type: str


class New(NamedTuple):
    """A file or a link to be added to a criterion."""

    criterion: str
    file: Kept | None = None
    address: str = ""


def keep(folder: Path, source: BinaryIO, name: str, *, limit: int = LIMIT) -> Kept:
    """Take a file into the folder, in pieces; Refused when it is empty or larger than the limit."""
    name = _plain(name)
    folder.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=folder, prefix="den-", delete=False) as made:
        try:
            file_hash, size, head = _copy(source, made, limit)
            _demand_size(name, size, limit)
            _settle(Path(made.name), place(folder, file_hash))
        except BaseException:
            Path(made.name).unlink(missing_ok=True)
            raise
    return Kept(name, file_hash, size, next((kind for sign, kind in SIGNS if head.startswith(sign)), OTHER))


def place(folder: Path, file_hash: str) -> Path:
    """Where the content of that hash lies."""
    return folder / file_hash[:2] / file_hash


def _copy(source: BinaryIO, made: IO[bytes], limit: int) -> tuple[str, int, bytes]:
    digest, size, head = sha256(), 0, b""
    while size <= limit and (chunk := source.read(CHUNK)):
        head = head or chunk[:16]
        digest.update(chunk)
        size += len(chunk)
        made.write(chunk)
    made.flush()
    os.fsync(made.fileno())
    return digest.hexdigest(), size, head


def _settle(made: Path, target: Path) -> None:
    target.parent.mkdir(exist_ok=True)
    made.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _demand_size(name: str, size: int, limit: int) -> None:
    if size == 0:
        raise refuse("file", f"Tệp «{name}» không có nội dung.")
    if size > limit:
        most = limit // 1024 // 1024
        raise refuse("file", f"Tệp «{name}» lớn hơn {most} MB; chia nhỏ hoặc giảm dung lượng rồi gửi lại.")


def _plain(name: str) -> str:
    """The name without folders, on one line, short enough for every system."""
    last = one_line(name.replace("\\", "/").rpartition("/")[2])
    shown = "".join(sign for sign in last if sign.isprintable() and sign not in '<>:"|?*')
    stem, dot, ending = shown.rpartition(".")
    return f"{(stem or 'tep')[:LONGEST_NAME]}{dot}{ending[:16]}" if dot else (shown or "tep")[:LONGEST_NAME]


def check_address(address: str, domains: Iterable[str]) -> str | None:
    """Why a link does not serve as evidence, or None: it is https, and of an allowed domain where any is named."""
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").lower()
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.scheme != "https" or "." not in host or not address.isprintable() or " " in address:
        return "đường link phải bắt đầu bằng https:// và đủ địa chỉ"
    if parts.username is not None or len(address) > LONGEST_ADDRESS:
        return "đường link không được chứa tên đăng nhập và không dài quá 2.000 ký tự"
    allowed = tuple(domain.removeprefix("*.").lower() for domain in domains)
    if allowed and not any(host == one or host.endswith(f".{one}") for one in allowed):
        return f"chỉ nhận đường link thuộc: {', '.join(allowed)}"
    return None


def add(session: Session, assessment_id: int, new: Iterable[New], *, actor: Actor, now: datetime) -> list[int]:
    """Add files and links to criteria of a draft; returns their ids.

    Refused with every reason, and as a draft is: after the closing, outside the sheet.
    """
    given = list(new)
    self_assess.save(session, assessment_id, {}, actor=actor, now=now)
    facts = hold(session, assessment_id, actor=actor, now=now)
    known = {leaf.code for leaf in self_assess.sheet_of(facts).leaves()}
    return _add(session, facts, given, known, None, actor)


def supplement(session: Session, request_id: int, new: Iterable[New], *, actor: Actor, now: datetime) -> list[int]:
    """Add files and links to the criteria of an open question, and to no other (DN-4.2); returns their ids."""
    facts, request = _question(session, request_id, actor, now)
    known = {item.criterion for item in items(session, request.id)}
    return _add(session, facts, list(new), known, request.id, actor)


def remove(
    session: Session,
    assessment_id: int,
    evidence_id: int,
    *,
    request_id: int | None = None,
    actor: Actor,
    now: datetime,
) -> None:
    """Take a file or a link away from a draft, or from the supplement to an open question."""
    if request_id is None:
        self_assess.save(session, assessment_id, {}, actor=actor, now=now)
        facts = hold(session, assessment_id, actor=actor, now=now)
    else:
        facts, _ = _question(session, request_id, actor, now)
    found = find(session, facts.id, evidence_id)
    if (found.request_id, found.removed_at, facts.id) != (request_id, None, assessment_id):
        raise Unknown(f"minh chứng số {evidence_id}")
    found.removed_at, found.removed_by = now, actor.account_id
    what = {"criterion": found.criterion, "evidence": evidence_id}
    history.record(session, facts.link, "remove_evidence", what, actor=actor, now=now)


def find(session: Session, assessment_id: int, evidence_id: int) -> Evidence:
    """A file or link of a dossier, also one taken away; Unknown when it is not that dossier's."""
    found = session.get(Evidence, evidence_id)
    if found is None or found.assessment_id != assessment_id:
        raise Unknown(f"minh chứng số {evidence_id}")
    return found


def restore_submitted(session: Session, assessment_id: int, *, actor: Actor, now: datetime) -> None:
    """Return to the evidence that went with the last submission, when a revision is thrown away (AMB-DN-7)."""
    facts = hold(session, assessment_id, actor=actor, now=now)
    since = facts.submitted_at
    changed = changed_since(session, assessment_id, since) if since else []
    for one in changed:
        new = since is not None and one.at > since
        one.removed_at = (one.removed_at or now) if new else None
        one.removed_by = (one.removed_by or actor.account_id) if new else None
    if changed:
        what = {"evidence": [one.id for one in changed]}
        history.record(session, facts.link, "restore_evidence", what, actor=actor, now=now)


def _question(session: Session, request_id: int, actor: Actor, now: datetime) -> tuple[Dossier, ExplanationRequest]:
    found = session.get(ExplanationRequest, request_id)
    if found is None:
        raise Unknown(f"yêu cầu giải trình số {request_id}")
    facts = hold(session, found.assessment_id, actor=actor, now=now)
    demand_open(facts, "answer_explanation")
    session.refresh(found)
    if found.status != "open" or now >= found.closes_at:
        raise refuse("closes_at", "Yêu cầu giải trình đã kết thúc hoặc đã quá hạn; không bổ sung minh chứng được nữa.")
    return facts, found


def _add(
    session: Session, facts: Dossier, given: list[New], known: set[str], request_id: int | None, actor: Actor
) -> list[int]:
    refusals = list(_bad(session, facts, given, known))
    if refusals:
        raise Refused(refusals)
    made = [_row(facts, one, request_id, actor) for one in given]
    session.add_all(made)
    session.flush()
    _record(session, facts, made, actor)
    return [one.id for one in made]


def _bad(session: Session, facts: Dossier, given: list[New], known: set[str]) -> Iterator[Refusal]:
    standing = [one.criterion for one in evidence_of(session, facts.id)] + [one.criterion for one in given]
    for code in sorted({one.criterion for one in given}):
        if code not in known:
            yield Refusal("criterion", f"Không bổ sung minh chứng cho tiêu chí {code} ở đây được.")
        elif standing.count(code) > MOST:
            yield Refusal("most", f"Tiêu chí {code}: không quá {MOST} minh chứng.")
    for one in given:
        why = None if one.file else check_address(one.address, facts.programme.evidence.link_domains)
        if why:
            yield Refusal("address", f"Tiêu chí {one.criterion}: {why}.")


def _row(facts: Dossier, one: New, request_id: int | None, actor: Actor) -> Evidence:
    file = one.file._asdict() if one.file else {"address": one.address}
    return Evidence(
        assessment_id=facts.id,
        criterion=one.criterion,
        request_id=request_id,
        account_id=actor.account_id,
        at=facts.now,
        **file,
    )


def _record(session: Session, facts: Dossier, made: list[Evidence], actor: Actor) -> None:
    """One row for all that came at once; names and addresses stay out of the body."""
    what = {"evidence": [one.id for one in made], "hashes": [one.file_hash for one in made]}
    content = [{"criterion": one.criterion, "name": one.name, "address": one.address} for one in made]
    hashed = history.keep_payload(session, facts.entity, facts.seq + 1, content)
    history.record(session, facts.link, "add_evidence", what | {"payload": hashed}, actor=actor, now=facts.now)
