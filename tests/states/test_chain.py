import json
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from typing import Any

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from models.types import EPOCH, GENESIS, to_micros
from states import chain
from states.chain import Link, canonical, follow, iso, preamble

NOW = datetime(2026, 12, 9, 16, 59, 59, 999999, tzinfo=UTC)
LINK = Link("assessment:7", 3, 4, bytes(range(32)), NOW)
SAFE = 2**53 - 1
ODD = (
    "",
    "Đánh giá «chấm điểm» — ủy ban",
    "e\u0301\u0323",
    '"\\/',
    "\b\t\n\f\r",
    "\x00\x01\x1f\x7f\x80\x9f",
    "\u2028\u2029\ufeff\ufffe\uffff",
    "\ue000\U0001f600\U0010ffff",
    "</script>",
)
texts = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(ODD)
keys = st.text(st.characters(max_codepoint=127), max_size=8)
leaves = st.none() | st.booleans() | st.integers(-SAFE, SAFE) | texts
values = st.recursive(leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4))
whats = st.dictionaries(keys, values, max_size=4)
instants = st.datetimes(datetime(1970, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001  the zone is given apart
links = st.builds(
    Link,
    entity=texts,
    round_id=st.none() | st.integers(1, SAFE),
    seq=st.integers(0, SAFE - 1),
    head=st.binary(min_size=32, max_size=32),
    at=instants,
)


@settings(max_examples=200)
@given(values)
def test_canonical_is_rfc_8785(value: Any) -> None:  # noqa: ANN401  any JSON value
    assert canonical(value).encode() == rfc8785.dumps(value)


@pytest.mark.parametrize("text", ODD)
def test_odd_text_is_canonical(text: str) -> None:
    assert canonical({"k": text}).encode() == rfc8785.dumps({"k": text})
    assert json.loads(canonical({"k": text})) == {"k": text}


@settings(max_examples=200)
@given(link=links, act=texts, what=whats, actor=texts, now=instants)
def test_the_body_is_canonical(link: Link, act: str, what: dict[str, Any], actor: str, now: datetime) -> None:
    body = follow(link, act, what, actor=actor, now=now).body
    read = json.loads(body)
    assert json.dumps(read, sort_keys=True, ensure_ascii=False, separators=(",", ":")) == body
    assert rfc8785.dumps(read) == body.encode()
    assert read == {
        "act": act,
        "at": iso(max(now, link.at)),
        "by": actor,
        "entity": link.entity,
        "round": link.round_id,
        "seq": link.seq + 1,
        "v": 1,
        "what": what,
    }


@given(link=links, act=texts, what=whats, actor=texts, now=instants)
def test_a_row_follows_its_link(link: Link, act: str, what: dict[str, Any], actor: str, now: datetime) -> None:
    row = follow(link, act, what, actor=actor, now=now)
    assert row == chain.Row(
        entity=link.entity,
        seq=link.seq + 1,
        v=1,
        body=row.body,
        prev_hash=link.head,
        hash=sha256(link.head + row.body.encode("utf-8")).digest(),
        round_id=link.round_id,
        at=to_micros(max(now, link.at)),
        actor=actor,
        act=act,
    )


@given(link=links, act=texts, what=whats, actor=texts, now=instants)
def test_the_preamble_opens_the_body(link: Link, act: str, what: dict[str, Any], actor: str, now: datetime) -> None:
    row = follow(link, act, what, actor=actor, now=now)
    opening = preamble(row.act, row.at, row.actor, row.entity, row.round_id, row.seq)
    assert row.body == f'{opening},"what":{canonical(what)}}}'


def test_a_row_of_a_known_dossier() -> None:
    row = follow(LINK, "submit", {"to": "submitted", "from": "self_assessing"}, actor="account:12", now=NOW)
    assert row.body == (
        '{"act":"submit","at":"2026-12-09T16:59:59.999999Z","by":"account:12","entity":"assessment:7","round":3,'
        '"seq":5,"v":1,"what":{"from":"self_assessing","to":"submitted"}}'
    )
    assert row.hash.hex() == "8d996e254b45cb29a39e8dc8db62a961fbeb7c37d2b58717e5e3166beae7e59f"


@given(st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=20))
def test_instants_never_decrease_when_the_clock_steps_back(steps: list[int]) -> None:
    link, highest = Link("round:1", 1, 0, GENESIS, EPOCH), 0
    for number, step in enumerate(steps, 1):
        row = follow(link, "act", {}, actor="system", now=NOW + timedelta(microseconds=step))
        highest = max(highest, to_micros(NOW) + step)
        assert (row.seq, row.prev_hash, row.at) == (number, link.head, highest)
        link = Link(row.entity, row.round_id, row.seq, row.hash, EPOCH + timedelta(microseconds=row.at))


@pytest.mark.parametrize(
    "change",
    [
        {"entity": "assessment:8"},
        {"round_id": 4},
        {"round_id": None},
        {"seq": 5},
        {"head": GENESIS},
        {"at": NOW + timedelta(microseconds=1)},
        {"act": "revise"},
        {"what": {"to": "revising"}},
        {"actor": "account:13"},
        {"now": NOW + timedelta(microseconds=1)},
    ],
)
def test_whatever_differs_gives_another_hash(change: dict[str, Any]) -> None:
    def hashed(link: Link, act: str, what: dict[str, Any], actor: str, now: datetime) -> bytes:
        return follow(link, act, what, actor=actor, now=now).hash

    rest = {"act": "submit", "what": {"to": "submitted"}, "actor": "account:12", "now": NOW}
    of_link = {name: value for name, value in change.items() if name in Link._fields}
    of_rest = {name: value for name, value in change.items() if name not in Link._fields}
    assert hashed(LINK._replace(**of_link), **(rest | of_rest)) != hashed(LINK, **rest)  # type: ignore[arg-type]


@given(instants, st.integers(-14 * 60, 14 * 60))
def test_iso_is_utc_to_the_microsecond(instant: datetime, offset: int) -> None:
    elsewhere = instant.astimezone(timezone(timedelta(minutes=offset))) if 1970 < instant.year < 9999 else instant
    assert iso(elsewhere) == instant.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        (EPOCH, "1970-01-01T00:00:00.000000Z"),
        (EPOCH - timedelta(microseconds=1), "1969-12-31T23:59:59.999999Z"),
        (datetime(2026, 12, 10, tzinfo=timezone(timedelta(hours=7))), "2026-12-09T17:00:00.000000Z"),
        (datetime(2024, 2, 29, 12, 0, 0, 50, tzinfo=UTC), "2024-02-29T12:00:00.000050Z"),
    ],
)
def test_iso(instant: datetime, text: str) -> None:
    assert iso(instant) == text


def test_an_instant_without_a_zone_is_no_instant() -> None:
    with pytest.raises(ValueError, match="time zone"):
        follow(LINK._replace(at=NOW.replace(tzinfo=None)), "act", {}, actor="system", now=NOW.replace(tzinfo=None))
