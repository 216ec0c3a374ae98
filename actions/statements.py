"""What is stated of a dossier beside its marks: figures and declarations, disciplines, documents (khai báo).

What needs two keys is stated for the subject, with a document, and counts once the superior has accepted it: another
person, and for another body. A change asks for a new acceptance (AMB-HT-14).
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from sqlmodel import Session

from config.calendar import parse_date
from config.programme import Programme
from config.statements import Statement as Stated
from config.statements import StatementKind
from config.vocabulary import Forms, Parts, Relation, StateKind
from models import statements as rows
from models.db import run
from models.decisions import Document
from models.people import Subject
from models.statements import Enclosure, Statement
from states import history
from states.actor import Actor
from states.actor import account as account_of
from states.errors import NotAllowed, Refusal, Refused, Unknown, refuse
from states.facts import Dossier
from states.hold import hold
from states.permits import DOSSIER, RELATIONS, VERBS, can
from states.procedure import FORMS

UNIT: Final = frozenset({"officer", "head"})
LONGEST_FIGURE: Final = 9
YES_NO: Final = {"yes": "yes", "no": "no", "có": "yes", "không": "no"}
LEADERS: Final = frozenset({"secretary", "deputy_secretary", "head", "deputy"})


class Checked(NamedTuple):
    """What may be written: text by name, None for what is taken back."""

    values: Mapping[str, str | None]
    refusals: tuple[Refusal, ...]


class FirstKey(NamedTuple):
    """What waits for the second key: its label, who turned the first, and whether the second was turned."""

    label: str
    by: int | None
    accepted: bool


def state(
    session: Session,
    assessment_id: int,
    values: Mapping[str, str | None],
    document: int | None = None,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """State figures, days, levels and yes or no by name, None to take one back; all or none.

    Refused with one sentence for each that the programme does not know, that is not for this kind of subject, that
    has not its form, that needs two keys and comes without a document, or that a unit would change of what its
    superior or the staff stated.
    """
    facts = hold(session, assessment_id, actor=actor, now=now)
    demand_writable(facts)
    demand_document(session, document)
    checked = check(session, facts, values, document)
    refusals = [*checked.refusals, *_of_others(session, facts, checked.values, document)]
    if refusals:
        raise Refused(refusals)
    put(session, facts, checked.values, document, actor=actor)


def accept(session: Session, assessment_id: int, name: str, *, actor: Actor, now: datetime) -> None:
    """Turn the second key: the superior or the authority lets a statement count, as it stands now (AMB-HT-14)."""
    facts = hold(session, assessment_id, actor=actor, now=now)
    if facts.relations.isdisjoint(VERBS["accept"]):
        raise NotAllowed
    stated = _known(facts.programme).get(name)
    found = session.get(Statement, (assessment_id, name), populate_existing=True)
    if stated is None or found is None:
        raise Unknown(f"nội dung khai báo «{stated.label if stated else name}» của hồ sơ này")
    if not stated.two_keys:
        raise refuse("two_keys", f"«{stated.label}»: không cần cấp trên chấp nhận.")
    first = FirstKey(stated.label, found.account_id, accepted=found.accepted_at is not None)
    demand_second_key(session, facts, first, actor=actor)
    found.accepted_by, found.accepted_at = actor.account_id, now
    payload = history.keep_payload(session, facts.entity, facts.seq + 1, {name: found.value})
    history.record(session, facts.link, "accept_statement", {"name": name, "payload": payload}, actor=actor, now=now)


def enclose(session: Session, assessment_id: int, part: str, document: int, *, actor: Actor, now: datetime) -> int:
    """Put a document into a dossier as one of its parts or forms; returns the id. A later one of a part replaces none.

    Refused for what the programme has no use for, and for the form of others: Mẫu 01 is of collectives, 02A and 02B
    of persons, 02B of those in a leading post (HT-4.1, HT-4.3).
    """
    facts = hold(session, assessment_id, actor=actor, now=now)
    demand_writable(facts, "enclose")
    demand_document(session, document)
    refusals = [*_bad_part(facts, part), *_others_form(session, facts, part)]
    if refusals:
        raise Refused(refusals)
    made = Enclosure(assessment_id=facts.id, part=part, document_id=document, account_id=actor.account_id, at=now)
    session.add(made)
    session.flush()
    key = made.id
    what = {"enclosure": key, "part": part, "document": document}
    history.record(session, facts.link, "enclose", what, actor=actor, now=now)
    return key


def check(session: Session, facts: Dossier, values: Mapping[str, str | None], document: int | None) -> Checked:
    """What is stated, in the form in which it is kept, and everything that is wrong with it. The dossier is held."""
    known, before = _known(facts.programme), _standing(session, facts)
    kept: dict[str, str | None] = {}
    refusals: list[Refusal] = []
    for name, written in values.items():
        found = known.get(name)
        wrong = _misplaced(facts, found, name) if found is None or not found.is_for(facts.kind) else ""
        if found is not None and not wrong and written is not None:
            kept[name] = _read(found, written, facts.programme)
            wrong = _wrong(found, kept[name], before.get(name), facts.programme, document)
        elif not wrong:
            kept[name] = None
        refusals += [Refusal("statement", wrong)] if wrong else []
    return Checked(kept, tuple(refusals))


def put(
    session: Session, facts: Dossier, values: Mapping[str, str | None], document: int | None, *, actor: Actor
) -> None:
    """Write what `check` let through and record it; what changes nothing is not touched. The dossier is held."""
    before = _standing(session, facts)
    changed = {name: value for name, value in values.items() if not _stands(before.get(name), value, document)}
    if not changed:
        return
    dropped = sorted(name for name in changed if name in before and before[name].accepted_at is not None)
    for name, value in changed.items():
        _write(session, facts, before.get(name), name, value, document, actor)
    what = {
        "names": sorted(changed),
        "document": document,
        "dropped": dropped,
        "payload": history.keep_payload(session, facts.entity, facts.seq + 1, changed),
    }
    history.record(session, facts.link, "state", what, actor=actor, now=facts.now)


def demand_writable(facts: Dossier, *verbs: str) -> None:
    """Whoever may state of the dossier goes on; its own unit only until it has a result, nobody once it is out."""
    able = {relation for verb in verbs or ("state",) for relation in VERBS[verb]} & facts.relations
    if not able:
        raise NotAllowed
    own = facts.programme.workflow.assessment.states[facts.state]
    if own.kind is StateKind.FINAL:
        raise refuse("state", f"Hồ sơ đang ở trạng thái «{own.label}»; không ghi thêm được.")
    if own.kind is StateKind.SETTLED and able <= UNIT:
        raise refuse("state", f"Hồ sơ đang ở trạng thái «{own.label}»; đơn vị không ghi thêm được.")


def may_replace(session: Session, facts: Dossier, stated_by: int | None) -> bool:
    """Whether the actor may change what an account stated: a dossier's own unit only what it stated itself."""
    if facts.relations & (frozenset(VERBS["state"]) - UNIT):
        return True
    return stated_by is not None and can(session, account_of(stated_by), "draft", facts.id)


def demand_document(session: Session, document: int | None) -> None:
    """Unknown for a document that is named and not there."""
    if document is not None and session.get(Document, document) is None:
        raise Unknown(f"văn bản số {document}")


def demand_second_key(session: Session, facts: Dossier, first: FirstKey, *, actor: Actor) -> None:
    """Refused when the acceptance is there already, or would come from the side that turned the first key.

    The second key is the superior's, and nobody's of the unit; what the superior itself stated, the authority accepts.
    """
    if first.accepted:
        raise refuse("accepted", f"«{first.label}»: đã được chấp nhận.")
    if facts.relations & UNIT:
        raise refuse("two_keys", f"«{first.label}»: người của chính đơn vị không chấp nhận được; phải do cấp trên.")
    if first.by is None:
        return
    if first.by == actor.account_id:
        raise refuse("two_keys", f"«{first.label}»: người khai không tự chấp nhận được; phải do người khác ở cấp trên.")
    if Relation.AUTHORITY not in facts.relations and _is_of_superior(session, facts, first.by):
        raise refuse("two_keys", f"«{first.label}»: do cấp trên trực tiếp khai; phải do cấp có thẩm quyền chấp nhận.")


def _is_of_superior(session: Session, facts: Dossier, account_id: int) -> bool:
    """Whether an account works for the dossier's superior, or did."""
    superior = RELATIONS[Relation.SUPERIOR]
    roles = ", ".join(f"'{role}'" for role in superior.roles)
    sql = (
        f"SELECT 1 FROM assessment a JOIN account_grant g ON g.role IN ({roles}) "
        f"AND {superior.scope.format(**DOSSIER._asdict())} WHERE a.id = :id AND g.account_id = :account"
    )
    return run(session, sql, {"id": facts.id, "account": account_id}).fetchone() is not None


def _of_others(
    session: Session, facts: Dossier, values: Mapping[str, str | None], document: int | None
) -> Iterator[Refusal]:
    """What a unit would change of what its superior or the staff stated."""
    known, before = _known(facts.programme), _standing(session, facts)
    for name, one in before.items():
        changed = name in values and not _stands(one, values[name], document)
        if changed and not may_replace(session, facts, one.account_id):
            why = "cấp trên hoặc cơ quan thẩm định đã ghi; đơn vị không sửa được"
            yield Refusal("statement", f"«{known[name].label}»: {why}.")


def _known(programme: Programme) -> Mapping[str, Stated]:
    return programme.rating.statements if programme.rating else {}


def _standing(session: Session, facts: Dossier) -> dict[str, Statement]:
    session.expire_all()
    return rows.statements(session, facts.id)


def _misplaced(facts: Dossier, found: Stated | None, name: str) -> str:
    if found is None:
        return f"Chương trình không có nội dung khai báo «{name}»."
    return f"«{found.label}»: không áp dụng cho «{facts.programme.subject_kinds[facts.kind].label}»."


def _wrong(
    found: Stated, value: str | None, before: Statement | None, programme: Programme, document: int | None
) -> str:
    """The sentence against a value as it was read; empty when it may be written."""
    if value is None:
        return f"«{found.label}»: {SENTENCES[found.kind](programme)}."
    if found.two_keys and document is None and not _stands(before, value, document):
        return f"«{found.label}»: phải kèm văn bản làm căn cứ để cấp trên chấp nhận."
    return ""


SENTENCES: Final[Mapping[StatementKind, Callable[[Programme], str]]] = {
    StatementKind.COUNT: lambda _: f"phải là số nguyên không âm, không quá {LONGEST_FIGURE} chữ số",
    StatementKind.DAY: lambda _: "phải là ngày có thật, viết ngày/tháng/năm",
    StatementKind.LEVEL: lambda programme: f"phải là một trong các mức: {'; '.join(programme.level_labels.values())}",
    StatementKind.YES_NO: lambda _: "chỉ ghi «có» hoặc «không»",
}


def _read(found: Stated, written: str, programme: Programme) -> str | None:
    """The text as it is kept; None when it has not the form."""
    text = written.strip()
    match found.kind:
        case StatementKind.COUNT:
            return str(int(text)) if text.isascii() and text.isdigit() and len(text) <= LONGEST_FIGURE else None
        case StatementKind.DAY:
            return _day(text)
        case StatementKind.LEVEL:
            return text if text in programme.level_labels else None
        case StatementKind.YES_NO:
            return YES_NO.get(text.casefold())


def _day(text: str) -> str | None:
    try:
        return parse_date(text).isoformat()
    except ValueError:
        return None


def _stands(before: Statement | None, value: str | None, document: int | None) -> bool:
    if before is None or value is None:
        return before is None and value is None
    return before.value == value and document in {None, before.document_id}


def _write(
    session: Session,
    facts: Dossier,
    before: Statement | None,
    name: str,
    value: str | None,
    document: int | None,
    actor: Actor,
) -> None:
    if value is None:
        session.delete(before)
        return
    found = before or Statement(assessment_id=facts.id, name=name, value=value, stated_at=facts.now)
    found.value, found.document_id, found.account_id, found.stated_at = value, document, actor.account_id, facts.now
    found.accepted_by = found.accepted_at = None
    session.add(found)


def offered_parts(session: Session, facts: Dossier) -> dict[str, str]:
    """What may be enclosed in a dossier of this subject, by label: of the forms, its own."""
    labels = enclosable(facts)
    return {name: label for name, label in labels.items() if not any(_others_form(session, facts, name))}


def enclosable(facts: Dossier) -> dict[str, str]:
    """What a dossier may hold, by label."""
    return {name: facts.programme.part_labels.get(name, name) for name in sorted(_parts(facts))}


def _bad_part(facts: Dossier, part: str) -> Iterator[Refusal]:
    labels = enclosable(facts)
    if part not in labels:
        listed = "; ".join(labels.values()) or "không có phần nào"
        yield Refusal("part", f"Hồ sơ không có phần «{part}»; các phần của hồ sơ: {listed}.")


def _parts(facts: Dossier) -> set[str]:
    """The parts that the programme names, asks for at a step, or meets a criterion by."""
    programme = facts.programme
    asked = [call.parameters for step in programme.workflow.assessment.transitions for call in step.guards]
    met = {leaf.met_by for leaf in programme.sheet_for(facts.kind).leaves() if leaf.met_by}
    forms = {form for one in asked if isinstance(one, Forms) for form in one.form}
    return {
        *programme.part_labels,
        *met,
        *forms,
        *(part for one in asked if isinstance(one, Parts) for part in one.parts),
    }


def _others_form(session: Session, facts: Dossier, part: str) -> Iterator[Refusal]:
    person = facts.programme.subject_kinds[facts.kind].person
    post = session.get_one(Subject, facts.subject_id).post
    if part in FORMS and FORMS[part] is not person:
        yield Refusal("form", f"{_form(part)} dùng cho {'cá nhân' if FORMS[part] else 'tập thể'}.")
    elif part == "mau-02a" and post in LEADERS:
        yield Refusal("form", "Cá nhân giữ chức vụ lãnh đạo, quản lý dùng Mẫu 02B.")


def _form(part: str) -> str:
    return f"Mẫu {part.removeprefix('mau-').upper()}"
