"""A launch as it is prepared in the portal: the programme with this year's dates and telephone, the units, the letter.

What the second look shows is told again by `seen` when it is carried out: whatever has changed meanwhile refuses it.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import Annotated, Any, Final, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlmodel import Session

from actions import acts, launch
from actions.accounts import add_account, address, grant
from actions.appointing import GrantRole
from actions.approvals import propose
from actions.corrections import Grounds
from actions.documents import put_document
from actions.launch import Plan
from actions.spots import is_open
from actions.takeover import Before, Handover, hand_again, handover, kinds_in, outside, round_before, staff_of
from config.calendar import date_text, last_day, local_day
from config.load import load_programme, programme_from_document
from config.programme import Contact, Programme
from config.vocabulary import RELATIONS, Relation
from models.db import among, listed, run
from models.drafts import Draft
from models.people import account_by_email
from models.registered import Listed, subjects
from states.actor import Actor
from states.errors import Refusal, Refused, refuse
from states.keys import ROLES as PRIVILEGED
from states.permits import demand_everywhere

KIND: Final = "launch"
ROLES: Final = (
    Relation.APPRAISER,
    Relation.LEAD,
    Relation.AUTHORITY,
    Relation.SECRETARY,
    Relation.ADMINISTRATOR,
    Relation.READER,
    Relation.AUDITOR,
)
"""Who may be named with a launch. Of these, privileged roles are asked for, and given when a second person approves."""
REASON: Final = "Phân công khi phát động đợt."
INVITED: Final = (
    "SELECT count(*) FROM (SELECT DISTINCT g.subject_id, g.account_id FROM account_grant g "
    "JOIN account c ON c.id = g.account_id AND c.active "
    "WHERE g.ended_at IS NULL AND g.role IN ('officer', 'head') AND g.subject_id"
)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Letter(_Part):
    """The letter (*công văn*) a launch is based on; `file_name` is what its copy was called."""

    number: str = ""
    dated: date | None = None
    signer: str = ""
    file_hash: str = ""
    file_name: str = ""


class Member(_Part):
    """Somebody who gets a role in the round."""

    role: str
    email: str
    name: str = ""
    position: str = ""


class Wish(_Part):
    """A launch that is wanted; `dates` are the last days of the deadlines, in the order of the programme.

    `after` is the earlier round whose appraisers get the same subjects again.
    """

    slug: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    year: Annotated[int, Field(ge=2000, le=2100)]
    dates: tuple[date, ...]
    contact_name: str
    contact_phone: str
    kinds: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    letter: Letter = Letter()
    staff: tuple[Member, ...] = ()
    after: int | None = None
    smtp: bool = False
    live: bool = True


class Prospect(NamedTuple):
    """What carrying out a wish would do: with which programme, for whom, how many mails; and who stays outside.

    `handover` is what of an earlier round's assignments is taken over, and what is not.
    """

    programme: Programme
    plan: Plan
    dossiers: int
    mails: int
    outside: Sequence[Listed]
    handover: Handover
    seen: str


def prefilled(programme: Programme, year: int) -> Wish:
    """A wish as the programme has it."""
    return Wish(
        slug=programme.slug,
        year=year,
        dates=tuple(last_day(one.closes_at(year)) for one in programme.deadlines(year)),
        contact_name=programme.contact.name,
        contact_phone=programme.contact.phone,
        kinds=tuple(programme.register_kinds),
    )


def following(session: Session, programme: Programme, year: int, before: Before) -> Wish:
    """A wish as the programme has it, for the units and with the people of an earlier round."""
    kinds = kinds_in(session, before)
    return prefilled(programme, year).model_copy(
        update={
            "kinds": tuple(kind for kind in programme.register_kinds if kind in kinds),
            "left_out": tuple(outside(session, before, kinds)),
            "staff": tuple(
                Member(role=role, email=email, name=name, position=position)
                for role, email, name, position in staff_of(session, before)
                if role in ROLES
            ),
            "after": before.id,
        }
    )


def read_wish(draft: Draft) -> Wish:
    """The wish of a draft."""
    return Wish.model_validate_json(draft.content)


def check(wish: Wish) -> tuple[Programme, list[Refusal]]:
    """The programme with the dates and the telephone of a wish, and everything that is wrong with the wish itself."""
    programme = load_programme(wish.slug)
    refusals = [*_letter_faults(wish.letter), *_staff_faults(wish.staff), *_choice_faults(wish)]
    changes: dict[str, Any] = {}
    try:
        changes["contact"] = Contact(name=wish.contact_name, phone=wish.contact_phone).model_dump()
    except ValidationError:
        refusals.append(Refusal("contact", "Ghi tên và số điện thoại của người giải đáp, ví dụ 024 3825 1234."))
    found = list(_date_faults(programme, wish))
    one_offs = [] if found else _one_offs(programme, wish)
    if one_offs:
        known = programme.model_dump()["year_overrides"]
        changes["year_overrides"] = known | {wish.year: [*known.get(wish.year, ()), *one_offs]}
    adapted = _adapted(programme, changes)
    if adapted is None:
        found.append(Refusal("order", "Các thời hạn phải theo đúng thứ tự các bước; bước sau không hết hạn trước."))
    return adapted or programme, [*refusals, *found]


def demand_good(wish: Wish) -> Programme:
    """The programme of a wish; Refused with everything that is wrong with the wish itself."""
    programme, refusals = check(wish)
    if refusals:
        raise Refused(refusals)
    return programme


def _adapted(programme: Programme, changes: dict[str, Any]) -> Programme | None:
    try:
        whole = Programme.model_validate(programme.model_dump() | changes)
    except ValidationError:
        return None
    return programme_from_document(whole.document())


def _one_offs(programme: Programme, wish: Wish) -> list[dict[str, Any]]:
    """The dates that differ from the programme's own of that year."""
    paired = zip(programme.deadlines(wish.year), wish.dates, strict=True)
    return [
        {"stage": one.stage, "for": list(one.kinds), "through": f"{day:%m-%d}"}
        for one, day in paired
        if day != last_day(one.closes_at(wish.year))
    ]


def _date_faults(programme: Programme, wish: Wish) -> Iterator[Refusal]:
    deadlines = programme.deadlines(wish.year)
    if len(deadlines) != len(wish.dates):
        yield Refusal("dates", "Ghi đủ ngày của tất cả các thời hạn.")
    for one, day in zip(deadlines, wish.dates, strict=False):
        if day.year != wish.year or (day.month, day.day) == (2, 29):
            yield Refusal(
                "dates", f"«{one.label}»: ngày {date_text(day)} phải thuộc năm {wish.year} và không là 29/02."
            )


def _letter_faults(letter: Letter) -> Iterator[Refusal]:
    if not (letter.number and letter.dated and letter.signer):
        yield Refusal("letter", "Ghi đủ số, ngày và người ký công văn triển khai.")


def _staff_faults(staff: Sequence[Member]) -> Iterator[Refusal]:
    for one in staff:
        if one.role not in ROLES:
            yield Refusal("role", f"{one.email}: chọn nhiệm vụ trong đợt.")
        try:
            address(one.email)
        except Refused as refused:
            yield from refused.refusals


def _choice_faults(wish: Wish) -> Iterator[Refusal]:
    if not wish.kinds:
        yield Refusal("kinds", "Chọn ít nhất một loại đối tượng.")


def look(session: Session, wish: Wish, *, now: datetime) -> Prospect:
    """What carrying out a wish on `now` would do; Refused when the wish itself will not do."""
    programme = demand_good(wish)
    today, left_out = local_day(now), {code.casefold() for code in wish.left_out}
    found = [one for one in subjects(session) if one.kind in wish.kinds]
    is_in = {one.code: one.exists_on(today) and one.code.casefold() not in left_out for one in found}
    codes = sorted(code for code, chosen in is_in.items() if chosen)
    plan = launch.plan(session, programme, wish.year, codes, now=now, live=wish.live, smtp=wish.smtp)
    handed = _handover(session, wish, programme, plan)
    each = max(programme.at_least_each_kind, 1) * len(programme.subject_kinds) if is_open(programme) else 1
    return Prospect(
        programme,
        plan,
        each * len(plan.newcomers),
        each * _invited(session, plan),
        [one for one in found if not is_in[one.code]],
        handed,
        _seen(wish, programme, plan, handed),
    )


def _handover(session: Session, wish: Wish, programme: Programme, plan: Plan) -> Handover:
    before = round_before(session, wish.slug, wish.year, wish.after) if wish.after else None
    appraisers = {one.email.strip().lower() for one in wish.staff if one.role == Relation.APPRAISER}
    return handover(session, before, programme, plan.newcomers, appraisers) if before else Handover()


def _invited(session: Session, plan: Plan) -> int:
    """How many officers and heads are told of a dossier each."""
    ids = {"among": listed(session, [one.subject_id for one in plan.newcomers])}
    return int(run(session, f"{INVITED} {among(session)}) invited", ids).fetchone()[0])


def _seen(wish: Wish, programme: Programme, plan: Plan, handed: Handover) -> str:
    lines = [(one.subject_id, one.name, one.kind, one.closes_at.isoformat()) for one in plan.newcomers]
    what = [wish.model_dump(mode="json"), programme.digest, sorted(lines), handed.given]
    return sha256(json.dumps(what, sort_keys=True).encode()).hexdigest()[:32]


def carry_out(session: Session, draft: Draft, seen: str, *, actor: Actor, now: datetime) -> int:
    """Launch as a draft says, with its letter and its people; returns the number of the round.

    Refused when something differs from what was `seen`, when the draft was carried out, and as a launch is.
    """
    demand_everywhere(session, actor, "administer")
    if draft.done_at is not None:
        raise refuse("done", "Đợt này đã được phát động.")
    wish = read_wish(draft)
    prospect = look(session, wish, now=now)
    if prospect.seen != seen:
        raise refuse("changed", "Danh sách hoặc thời hạn đã thay đổi sau khi xem lại; xem lại rồi phát động.")
    letter = _put_letter(session, wish.letter, now)
    round_id = launch.launch(
        session,
        prospect.programme,
        wish.year,
        [line.code for line in prospect.plan.lines],
        document=letter,
        actor=actor,
        now=now,
        live=wish.live,
        smtp=wish.smtp,
    )
    for member in wish.staff:
        _hire(session, member, round_id, letter, actor=actor, now=now)
    hand_again(session, prospect.handover, round_id, actor=actor, now=now)
    draft.done_at, draft.result = now, str(round_id)
    session.add(draft)
    return round_id


def _put_letter(session: Session, letter: Letter, now: datetime) -> int:
    given = letter.model_dump(include={"number", "dated", "signer", "file_hash"})
    return put_document(session, kind=KIND, **given, now=now).id


def _hire(session: Session, member: Member, round_id: int, letter: int, *, actor: Actor, now: datetime) -> None:
    found = account_by_email(session, member.email)
    about = {"name": member.name, "position": member.position}
    key = found.id if found else add_account(session, member.email, **about, actor=actor, now=now)
    if member.role not in PRIVILEGED:
        grant(session, key, member.role, round_id=round_id, actor=actor, now=now)
        return
    act = GrantRole(account_id=key, role=member.role, round_id=round_id)
    seen = acts.digest(act, act.plan(session, actor=actor, now=now))
    propose(session, act, Grounds(REASON, letter), seen=seen, actor=actor, now=now)


def roles() -> list[tuple[str, str]]:
    """The roles that may be given with a launch, with their words."""
    return [(role.value, RELATIONS[role]) for role in ROLES]
