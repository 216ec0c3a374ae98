"""Evidence with a criterion: files kept by their content, links by their address (DN-5.1 to DN-5.3, AMB-DN-9).

A document marked *Mật* is named by its number and date and never uploaded. What a unit adds or takes away is recorded.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from sqlmodel import Session, col

from actions import evidence_checks, self_assess
from config.calendar import date_text, local_day
from config.programme import Evidence as Taken
from evidence.store import Kept
from models.assessments import Assessment, ExplanationRequest, items
from models.db import run
from models.evidence import Evidence, EvidenceRow, astray, evidence_of, one_of
from states import history
from states.actor import SYSTEM, Actor
from states.errors import Refusal, Refused, Unknown, refuse
from states.facts import Dossier
from states.hold import hold
from states.machine import demand_open
from states.permits import demand
from states.record import record_all

MOST: Final = 30
"""As many files and links as one criterion takes."""
LONGEST_ADDRESS: Final = 2_000
LONGEST_NUMBER: Final = 100


class New(NamedTuple):
    """A file, a link, or a confidential document (*Mật*) by its number and date, to be added to a criterion.

    `declared`: the unit declares the file a copy of a paper document. `replaces`: it comes in place of that file.
    """

    criterion: str
    file: Kept | None = None
    address: str = ""
    number: str = ""
    dated: date | None = None
    declared: bool = False
    replaces: int | None = None

    @property
    def name(self) -> str:
        """What it is called beside its criterion."""
        if self.file:
            return self.file.name
        day = date_text(self.dated) if self.dated else ""
        return "" if self.address else f"Văn bản Mật số {self.number}, ngày {day}"


def check_address(address: str, taken: Taken) -> str | None:
    """Why a link does not serve as evidence, or None: it is https, and of an allowed domain where any is named."""
    if taken.forms and "link" not in taken.forms:
        return "chương trình này không nhận đường link làm minh chứng"
    try:
        parts = urlsplit(address)
        host = (parts.hostname or "").lower()
    except ValueError:
        parts, host = urlsplit(""), ""
    if parts.scheme != "https" or "." not in host or not address.isprintable() or " " in address:
        return "đường link phải bắt đầu bằng https:// và đủ địa chỉ"
    if parts.username is not None or len(address) > LONGEST_ADDRESS:
        return "đường link không được chứa tên đăng nhập và không dài quá 2.000 ký tự"
    allowed = tuple(domain.removeprefix("*.").lower() for domain in taken.link_domains)
    if allowed and not any(host == one or host.endswith(f".{one}") for one in allowed):
        return f"chỉ nhận đường link thuộc: {', '.join(allowed)}"
    return None


def add(session: Session, assessment_id: int, new: Iterable[New], *, actor: Actor, now: datetime) -> list[int]:
    """Add files and links to criteria of a draft; returns the ids of those that do not stand there yet.

    The same file comes twice where a form is sent while it saves by itself.
    Refused with every reason, and as a draft is: after the closing, outside the sheet.
    """
    given = list(new)
    facts = _draft(session, assessment_id, actor, now)
    known = {leaf.code for leaf in self_assess.sheet_of(facts).leaves()}
    return _add(session, facts, given, known, None, actor)


def _draft(session: Session, assessment_id: int, actor: Actor, now: datetime) -> Dossier:
    """The draft whose evidence is about to change: whoever saw it before has seen another version."""
    facts = self_assess.begin(session, assessment_id, actor=actor, now=now)
    run(session, "UPDATE assessment SET version = version + 1 WHERE id = :id", {"id": facts.id})
    return facts


def supplement(session: Session, request_id: int, new: Iterable[New], *, actor: Actor, now: datetime) -> list[int]:
    """Add files and links to the criteria of an open question, and to no other (DN-4.2); returns their ids."""
    facts, request = _question(session, request_id, actor, now)
    known = {item.criterion for item in items(session, request.id)}
    return _add(session, facts, list(new), known, request.id, actor)


def replace(
    session: Session, assessment_id: int, evidence_id: int, file: Kept, *, declared: bool, actor: Actor, now: datetime
) -> list[int]:
    """Add a file in place of one that was refused after the submission, once and in time; returns its id."""
    demand(session, actor, "draft", assessment_id)
    facts = hold(session, assessment_id, actor=actor, now=now)
    old = find(session, facts.id, evidence_id)
    if old.replace_by is None or now >= old.replace_by:
        raise refuse("replace_by", "Minh chứng này không trong thời hạn được thay.")
    if any(one.replaces_id == old.id for one in evidence_of(session, facts.id)):
        raise refuse("replaced", "Minh chứng này đã được thay.")
    new = New(old.criterion, file, declared=declared, replaces=old.id)
    return _add(session, facts, [new], {old.criterion}, old.request_id, actor)


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
        facts = _draft(session, assessment_id, actor, now)
    else:
        facts, _ = _question(session, request_id, actor, now)
    found = find(session, facts.id, evidence_id)
    if (found.request_id, found.removed_at, facts.id) != (request_id, None, assessment_id):
        raise Unknown(f"minh chứng số {evidence_id}")
    row = session.get_one(Evidence, evidence_id)
    row.removed_at, row.removed_by = now, actor.account_id
    what = {"criterion": found.criterion, "evidence": evidence_id}
    history.record(session, facts.link, "remove_evidence", what, actor=actor, now=now)


def find(session: Session, assessment_id: int, evidence_id: int) -> EvidenceRow:
    """A file or link of a dossier, also one taken away; Unknown when it is not that dossier's."""
    found = one_of(session, assessment_id, evidence_id)
    if found is None:
        raise Unknown(f"minh chứng số {evidence_id}")
    return found


def restore_submitted(session: Session, assessment_id: int, *, actor: Actor, now: datetime) -> None:
    """Return to the evidence that went with the last submission, when a revision is thrown away (AMB-DN-7)."""
    facts = hold(session, assessment_id, actor=actor, now=now)
    found = astray(session, col(Assessment.id) == facts.id)
    if found:
        what = _put_back(found, actor, now)[facts.id]
        history.record(session, facts.link, "restore_evidence", what, actor=actor, now=now)


def restore_locked(session: Session, round_id: int, locked: Collection[int], *, now: datetime) -> None:
    """The same for all dossiers that were locked in the middle of a revision. The caller holds the round."""
    anew = astray(session, col(Assessment.round_id) == round_id) if locked else ()
    found = [one for one in anew if one.assessment_id in locked]
    if found:
        record_all(session, "restore_evidence", _put_back(found, SYSTEM, now), actor=SYSTEM, now=now)


def _put_back(found: Sequence[Evidence], actor: Actor, now: datetime) -> dict[int, dict[str, list[int]]]:
    """What came since is taken away and what was taken away stands again; by dossier, which."""
    what: dict[int, dict[str, list[int]]] = {}
    for one in found:
        is_new = one.removed_at is None
        one.removed_at, one.removed_by = (now, actor.account_id) if is_new else (None, None)
        what.setdefault(one.assessment_id, {"evidence": []})["evidence"].append(one.id)
    return what


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
    there = evidence_of(session, facts.id)
    fresh = list(_fresh(given, [one for one in there if one.request_id == request_id]))
    refusals = list(_bad(facts, fresh, [one.criterion for one in there] + [one.criterion for one in fresh], known))
    if refusals:
        raise Refused(refusals)
    if not fresh:
        return []
    made = [_row(facts, one, request_id, actor) for one in fresh]
    session.add_all(made)
    session.flush()
    evidence_checks.ask(session, made, facts.now)
    keys = [one.id for one in made]
    _record(session, facts, made, actor)
    return keys


def _fresh(given: list[New], there: Iterable[EvidenceRow]) -> Iterator[New]:
    """What does not stand in the same place already, under the same name and with the same content."""
    standing = {(one.criterion, one.name, one.file_hash, one.address) for one in there}
    for one in dict.fromkeys(given):
        if (one.criterion, one.name, one.file.file_hash if one.file else "", one.address) not in standing:
            yield one


def _bad(facts: Dossier, given: list[New], standing: list[str], known: set[str]) -> Iterator[Refusal]:
    for code in sorted({one.criterion for one in given}):
        if code not in known:
            yield Refusal("criterion", f"Không bổ sung minh chứng cho tiêu chí {code} ở đây được.")
        elif standing.count(code) > MOST:
            yield Refusal("most", f"Tiêu chí {code}: không quá {MOST} minh chứng.")
    for one in given:
        why = _against(one, facts)
        if why:
            yield Refusal("address", f"Tiêu chí {one.criterion}: {why}.")


def _against(one: New, facts: Dossier) -> str | None:
    if one.file:
        return None
    if one.address:
        return check_address(one.address, facts.programme.evidence)
    return check_confidential(one, facts.now)


def check_confidential(one: New, now: datetime) -> str | None:
    """Why a confidential document does not serve as it is named, or None."""
    if not one.number.strip() or one.dated is None or len(one.number) > LONGEST_NUMBER:
        return "văn bản Mật phải ghi số (không quá 100 ký tự) và ngày"
    return "ngày của văn bản Mật không được sau hôm nay" if one.dated > local_day(now) else None


def _row(facts: Dossier, one: New, request_id: int | None, actor: Actor) -> Evidence:
    file = one.file._asdict() if one.file else {"address": one.address, "name": one.name}
    return Evidence(
        number=one.number.strip(),
        dated=one.dated.isoformat() if one.dated else "",
        declared_at=facts.now if one.declared and one.file else None,
        replaces_id=one.replaces,
        assessment_id=facts.id,
        criterion=one.criterion,
        request_id=request_id,
        account_id=actor.account_id,
        at=facts.now,
        **file,
    )


def _record(session: Session, facts: Dossier, made: list[Evidence], actor: Actor) -> None:
    """One row for all that came at once; names and addresses stay out of the body."""
    what: dict[str, Any] = {"evidence": [one.id for one in made], "hashes": [one.file_hash for one in made]}
    what |= {"declared": found} if (found := [one.id for one in made if one.declared_at]) else {}
    what |= {"replaces": found} if (found := [one.replaces_id for one in made if one.replaces_id]) else {}
    content = [{"criterion": one.criterion, "name": one.name, "address": one.address} for one in made]
    hashed = history.keep_payload(session, facts.entity, facts.seq + 1, content)
    history.record(session, facts.link, "add_evidence", what | {"payload": hashed}, actor=actor, now=facts.now)
