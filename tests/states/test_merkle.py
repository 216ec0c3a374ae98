from hashlib import sha256
from random import Random

from hypothesis import assume, given
from hypothesis import strategies as st

from states.merkle import Leaf, root

hashes = st.binary(min_size=32, max_size=32).map(bytes.hex)
entities = st.builds("{}:{}".format, st.sampled_from(["assessment", "round"]), st.integers(1, 99))
forests = st.lists(
    st.builds(Leaf, entities, st.integers(0, 9), hashes), max_size=33, unique_by=lambda leaf: leaf.entity
)


def hashed(data: bytes) -> bytes:
    return sha256(data).digest()


def recursive_root(leaves: list[Leaf]) -> bytes:
    """As RFC 6962 defines it: the left part holds the largest power of two below the number of leaves."""
    if not leaves:
        return hashed(b"")
    if len(leaves) == 1:
        entity, seq, head = leaves[0]
        return hashed(b"\x00" + b":".join([entity.encode(), str(seq).encode(), head.encode()]))
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashed(b"\x01" + recursive_root(leaves[:split]) + recursive_root(leaves[split:]))


def leaf(number: int) -> Leaf:
    return Leaf(f"assessment:{number}", number, f"{number:064x}")


@given(forests)
def test_the_root_is_that_of_rfc_6962(leaves: list[Leaf]) -> None:
    in_order = sorted(leaves, key=lambda one: one.entity)
    assert root(leaves) == recursive_root(in_order).hex()


@given(forests, st.randoms(use_true_random=False))
def test_the_order_of_the_leaves_does_not_matter(leaves: list[Leaf], chance: Random) -> None:
    shuffled = list(leaves)
    chance.shuffle(shuffled)
    assert root(shuffled) == root(leaves)


@given(forests.filter(bool), st.data())
def test_whatever_changes_in_a_leaf_changes_the_root(leaves: list[Leaf], data: st.DataObject) -> None:
    index = data.draw(st.integers(0, len(leaves) - 1))
    old = leaves[index]
    changed = data.draw(
        st.builds(old._replace, entity=entities)
        | st.builds(old._replace, seq=st.integers(0, 9))
        | st.builds(old._replace, hash=hashes)
    )
    assume(changed != old)
    assert root([*leaves[:index], changed, *leaves[index + 1 :]]) != root(leaves)


@given(forests.filter(bool))
def test_a_leaf_more_or_less_changes_the_root(leaves: list[Leaf]) -> None:
    assert root(leaves[1:]) != root(leaves)


def test_none_is_the_hash_of_nothing() -> None:
    assert root([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_one_leaf_is_its_own_root() -> None:
    assert root([leaf(1)]) == hashed(f"\x00assessment:1:1:{1:064x}".encode()).hex()


def test_an_odd_leaf_moves_up() -> None:
    one, two, three = (hashed(f"\x00assessment:{n}:{n}:{n:064x}".encode()) for n in (1, 2, 3))
    assert root([leaf(1), leaf(2), leaf(3)]) == hashed(b"\x01" + hashed(b"\x01" + one + two) + three).hex()


def test_an_odd_leaf_is_not_doubled() -> None:
    assert root([leaf(1), leaf(2), leaf(3)]) != root([leaf(1), leaf(2), leaf(3), leaf(3)])
