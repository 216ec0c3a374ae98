"""Electronic secret ballots, in a meeting that has them switched on (X-A2).

Each vote opens, adds to, sorts, seals anew and writes all dossiers of the box and all rows of its roll in one
transaction, and leaves no other trace: no time, no history, no mail, no log. docs/security.md says what somebody who
holds the database or the key can still learn.
"""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from sqlmodel import Session, col, delete

from actions.boxes import Held, close_box, demand_holder, demand_open, hold_box, lacks_quorum, offered, record
from actions.boxes import open_box as _open_box
from models.ballot_secret import NONCE, BallotKey, Unreadable, cast_in, counted, nobody, with_one_more
from models.db import entropy, run, run_many
from models.meetings import BallotBox, BallotItem, Meeting, Roll, attendance_of, items_in, lock_box, roll_of
from scoring.majority import Outcome, Tally
from states.actor import Actor
from states.errors import NotAllowed, Refusal, Refused, Unknown, refuse
from states.hold import share_round

FEWEST = 3
"""Fewer voters or votes than this would tell too easily who voted what."""
TOKEN = 32
REWRITE = (
    "UPDATE roll SET voted = (voted OR (account_id = :voter AND :voting)), blur = :blur, "
    "token_hash = CASE WHEN account_id = :voter THEN :hash ELSE token_hash END WHERE box_id = :box"
)


class Closing(NamedTuple):
    """What turning a key came to: the box waits for the second one, or is closed with an outcome a dossier."""

    closed: bool
    outcomes: Mapping[int, Outcome] = {}


def open_box(
    session: Session,
    name: str,
    assessment_ids: Iterable[int],
    meeting_id: int,
    *,
    key: BallotKey,
    actor: Actor,
    now: datetime,
) -> int:
    """Open an electronic box in a meeting that votes so; everybody summoned is on its roll. Returns its id.

    Refused as `actions.boxes.open_box`, and when the meeting has it not switched on, when somebody summoned has no
    account, or with fewer than three voters.
    """
    refusals = list(_unfit(session, meeting_id))
    if refusals:
        raise Refused(refusals)
    box_id = _open_box(session, name, assessment_ids, meeting_id=meeting_id, electronic=True, actor=actor, now=now)
    accounts = sorted(one.account_id for one in attendance_of(session, meeting_id) if one.account_id is not None)
    for account_id in accounts:
        session.add(Roll(box_id=box_id, account_id=account_id, blur=entropy(session, 16)))
    box = _lock(session, box_id)
    box.returned = 0
    for item in items_in(session, box_id):
        item.sealed = key.seal(nobody(len(accounts)), _place(item), entropy(session, NONCE))
    session.flush()
    return box_id


def issue(session: Session, box_id: int, *, actor: Actor) -> str:
    """The token with which a signed-in voter casts the one ballot; a new one replaces what was issued before.

    Refused once the box is closed, for whoever is not on the roll, is not present or has voted, and before quorum.
    """
    box = _lock(session, box_id)
    voter = _demand_voter(session, box, actor)
    token = urlsafe_b64encode(entropy(session, TOKEN)).decode().rstrip("=")
    _rewrite_roll(session, box_id, voter.account_id, _hash(token), voting=False)
    return token


def cast(
    session: Session, box_id: int, token: str, choices: Mapping[int, str | None], *, key: BallotKey, actor: Actor
) -> None:
    """Cast the ballot of the signed-in voter: an option for each dossier of the paper, None to leave it blank.

    A blank choice is invalid for its dossier. Refused as `issue`, with another token, and for a choice that is not
    on the paper or a dossier that is left out. It takes no time: a vote leaves none.
    """
    box = _lock(session, box_id)
    voter = _demand_voter(session, box, actor)
    if voter.token_hash is None or not secrets.compare_digest(voter.token_hash, _hash(token)):
        raise refuse("token", "Mã phiếu không đúng hoặc đã được thay bằng mã mới; nhận lại phiếu rồi bỏ.")
    items = items_in(session, box_id)
    refusals = list(_bad_choices(session, box, items, choices))
    if refusals:
        raise Refused(refusals)
    rows = [_with_vote(session, box, item, choices[item.assessment_id], key) for item in items]
    run_many(session, "UPDATE ballot_item SET sealed = :sealed WHERE box_id = :box AND assessment_id = :id", rows)
    run(session, "UPDATE ballot_box SET returned = returned + 1 WHERE id = :id", {"id": box_id})
    _rewrite_roll(session, box_id, voter.account_id, entropy(session, TOKEN), voting=True)


def close(session: Session, box_id: int, *, key: BallotKey, actor: Actor, now: datetime) -> Closing:
    """Turn one of the two keys that close a box: of two people who hold it or chair the meeting.

    The second stores the tallies and deletes ballots, tokens and roll. Refused with fewer than three ballots, which
    would tell who voted what: such a box can only be cancelled.
    """
    held = hold_box(session, box_id, actor=actor, now=now)
    account_id = _closer(session, held, actor)
    demand_open(held.box)
    if not held.box.electronic:
        raise refuse("paper", "Hòm phiếu giấy đóng khi hai người nhập kết quả kiểm phiếu khớp nhau.")
    if (held.box.returned or 0) < FEWEST:
        why = f"mới có {held.box.returned} phiếu; kiểm phiếu khi có ít nhất {FEWEST:02} phiếu để giữ bí mật"
        raise refuse("fewest", f"Hòm phiếu số {box_id} {why}.")
    if held.box.closing_by is None:
        held.box.closing_by = account_id
        session.flush()
        record(session, held.box.round_id, "ask_close_ballot", {"box": box_id}, actor=actor, now=now)
        return Closing(closed=False)
    if held.box.closing_by == account_id:
        raise refuse("second_key", "Việc đóng hòm phiếu phải do người thứ hai xác nhận.")
    tallies = _tallies(session, held, key)
    session.exec(delete(Roll).where(col(Roll.box_id) == box_id))
    outcomes = close_box(session, held, tallies, minutes_id=None, actor=actor, now=now)
    return Closing(closed=True, outcomes=outcomes)


def _unfit(session: Session, meeting_id: int) -> Iterator[Refusal]:
    meeting = session.get(Meeting, meeting_id)
    if meeting is None:
        raise Unknown(f"phiên họp số {meeting_id}")
    people = attendance_of(session, meeting_id)
    if not meeting.electronic:
        yield Refusal("electronic", f"Phiên họp «{meeting.title}» bỏ phiếu giấy, không bỏ phiếu điện tử.")
    for person in people:
        if person.account_id is None:
            yield Refusal("account", f"{person.name} chưa có tài khoản nên phiên họp phải bỏ phiếu giấy.")
    if len(people) < FEWEST:
        why = f"bỏ phiếu điện tử cần ít nhất {FEWEST:02} người để giữ bí mật"
        yield Refusal("fewest", f"Phiên họp chỉ triệu tập {len(people)} người; {why}.")


def _lock(session: Session, box_id: int) -> BallotBox:
    """The box, locked after its round is shared: voters of a box come one by one, and never meet its closing."""
    found = session.get(BallotBox, box_id)
    if found is None:
        raise Unknown(f"hòm phiếu số {box_id}")
    share_round(session, found.round_id)
    box = lock_box(session, box_id)
    if box is None:
        raise Unknown(f"hòm phiếu số {box_id}")
    return box


def _demand_voter(session: Session, box: BallotBox, actor: Actor) -> Roll:
    demand_open(box)
    voter = next((one for one in roll_of(session, box.id) if one.account_id == actor.account_id), None)
    if voter is None:
        raise refuse("roll", "Tài khoản này không có trong danh sách bỏ phiếu của hòm phiếu này.")
    if voter.voted:
        raise refuse("voted", "Tài khoản này đã bỏ phiếu; mỗi người chỉ bỏ phiếu một lần.")
    people = attendance_of(session, box.meeting_id or 0)
    if not any(one.present for one in people if one.account_id == actor.account_id):
        raise refuse("present", "Tài khoản này chưa được ghi là có mặt tại phiên họp nên chưa nhận phiếu được.")
    short = lacks_quorum(share_round(session, box.round_id).boxes[box.name], people)
    if short:
        raise Refused(short)
    return voter


def _bad_choices(
    session: Session, box: BallotBox, items: Sequence[BallotItem], choices: Mapping[int, str | None]
) -> Iterator[Refusal]:
    names = _names(session, box.id)
    for one in sorted(choices.keys() - names.keys()):
        yield Refusal("foreign", f"Hồ sơ số {one} không có trên phiếu này.")
    for item in items:
        name = names[item.assessment_id]
        if item.assessment_id not in choices:
            yield Refusal("missing", f"«{name}»: phiếu còn thiếu hồ sơ này; có thể để trống nhưng không bỏ sót.")
        elif (chosen := choices[item.assessment_id]) is not None and chosen not in offered(box, item):
            yield Refusal("option", f"«{name}»: phiếu không có lựa chọn «{chosen}».")


def _names(session: Session, box_id: int) -> dict[int, str]:
    sql = "SELECT a.id, a.name FROM ballot_item i JOIN assessment a ON a.id = i.assessment_id WHERE i.box_id = :box"
    return dict(run(session, sql, {"box": box_id}).fetchall())


def _with_vote(
    session: Session, box: BallotBox, item: BallotItem, choice: str | None, key: BallotKey
) -> dict[str, object]:
    marks = with_one_more(_opened(box, item, key), choice, offered(box, item))
    sealed = key.seal(marks, _place(item), entropy(session, NONCE))
    return {"sealed": sealed, "box": item.box_id, "id": item.assessment_id}


def _opened(box: BallotBox, item: BallotItem, key: BallotKey) -> bytes:
    """The ballots of a dossier; Refused when the key is another one, or what is sealed is not all that was cast."""
    try:
        marks = key.open(item.sealed or b"", _place(item))
    except Unreadable:
        marks = b""
    if not marks or cast_in(marks) != box.returned:
        raise refuse("sealed", f"Không mở được hòm phiếu số {box.id}: sai khóa hoặc dữ liệu đã bị sửa; báo quản trị.")
    return marks


def _place(item: BallotItem) -> str:
    return f"box:{item.box_id}/assessment:{item.assessment_id}"


def _rewrite_roll(session: Session, box_id: int, account_id: int, token_hash: bytes, *, voting: bool) -> None:
    """Write every row of a roll in one statement, whoever of them votes or asks for a token."""
    blur = entropy(session, 16)
    values = {"box": box_id, "voter": account_id, "hash": token_hash, "voting": voting, "blur": blur}
    run(session, REWRITE, values)
    session.expire_all()


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()


def _closer(session: Session, held: Held, actor: Actor) -> int:
    if actor.account_id is None:
        raise NotAllowed("Hòm phiếu do hai người có tài khoản riêng cùng đóng.")
    meeting = session.get_one(Meeting, held.box.meeting_id)
    if meeting.chair_id != actor.account_id:
        demand_holder(held.facts, held.box.name)
    return actor.account_id


def _tallies(session: Session, held: Held, key: BallotKey) -> dict[int, Tally]:
    issued = sum(one.token_hash is not None for one in roll_of(session, held.box.id))
    return {item.assessment_id: _tally(held.box, item, issued, key) for item in items_in(session, held.box.id)}


def _tally(box: BallotBox, item: BallotItem, issued: int, key: BallotKey) -> Tally:
    counts = counted(_opened(box, item, key), offered(box, item))
    returned, valid = box.returned or 0, sum(counts.values())
    return Tally(
        summoned=box.summoned, issued=issued, returned=returned, valid=valid, invalid=returned - valid, counts=counts
    )
