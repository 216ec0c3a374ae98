from pathlib import Path

import pytest
from pydantic import TypeAdapter

from config import yamlfile
from config.errors import ConfigError
from config.graph import Frozen, spelled
from config.order import Edge, End, Link, Order

GOOD = """\
order:
  rating_order:
    - {link: parent, first: from, from_kinds: chi_bo, to_kinds: dang_bo}
    - {link: member_of, first: from, from_kinds: dang_vien, to_kinds: chi_bo, unless: leads}
    - {link: leads, first: to}
    - {link: self, first: from, from_kinds: dang_vien, programme: cong-chuc}
  review_order:
    - {link: led_by, first: to}
"""


class Part(Frozen):
    order: Order


def loaded(folder: Path, text: str) -> Order:
    path = folder / "order.yaml"
    path.write_text(text, encoding="utf-8")
    return yamlfile.validate(Part, yamlfile.read(path), path).order


def problems(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        loaded(folder, text)
    return [f"{problem.line}: {problem.path}: {problem.message}" for problem in caught.value.problems]


def test_orders_are_loaded_by_name(tmp_path: Path) -> None:
    order = loaded(tmp_path, GOOD)
    assert list(order) == ["rating_order", "review_order"]
    assert order["rating_order"][1] == Edge(
        link=Link.MEMBER_OF,
        first=End.FROM,
        from_kinds=("dang_vien",),
        to_kinds=("chi_bo",),
        unless=Link.LEADS,
    )


def test_an_order_is_the_same_after_its_json(tmp_path: Path) -> None:
    order = loaded(tmp_path, GOOD)
    adapter: TypeAdapter[Order] = TypeAdapter(Order)
    assert adapter.validate_json(adapter.dump_json(order)) == order


def test_names_of_groups_become_their_kinds_once() -> None:
    groups = {"to_chuc_dang": ("dang_bo", "chi_bo")}
    assert spelled(("chi_bo", "to_chuc_dang", "tap_the"), groups) == ("chi_bo", "dang_bo", "tap_the")
    edge = Edge(link=Link.PARENT, first=End.FROM, from_kinds=("to_chuc_dang",), to_kinds=("to_chuc_dang",))
    kinds = groups["to_chuc_dang"]
    assert edge.spelled_out(groups) == edge.model_copy(update={"from_kinds": kinds, "to_kinds": kinds})


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "link: parent",
            "link: above",
            (
                '3: order.rating_order[0].link: "above" is not allowed here; expected '
                "'parent', 'leads', 'member_of', 'peer_of', 'led_by' or 'self'"
            ),
        ),
        ("link: parent, first: from,", "link: parent,", '3: order.rating_order[0]: "first" is missing'),
        (
            "unless: leads",
            "unless: member_of",
            '4: order.rating_order[1].unless: "member_of" cannot excuse from "member_of"',
        ),
        ("unless: leads", "unless: self", '4: order.rating_order[1].unless: "self" cannot excuse from "member_of"'),
        (
            ", programme: cong-chuc",
            "",
            '6: order.rating_order[3]: a subject comes before itself only in another programme: "programme" is missing',
        ),
        (
            "link: self, first: from",
            "link: self, first: to",
            '6: order.rating_order[3].first: of "self" the one in the other programme comes first: "from"',
        ),
        (
            "programme: cong-chuc",
            "to_kinds: chi_bo, programme: cong-chuc",
            '6: order.rating_order[3].to_kinds: "self" has one subject: its kinds are "from_kinds"',
        ),
        (
            "programme: cong-chuc",
            "unless: leads, programme: cong-chuc",
            '6: order.rating_order[3].unless: nothing excuses from "self"',
        ),
        (
            "{link: leads, first: to}",
            "{link: parent, first: to, to_kinds: [dang_bo, tap_the]}",
            (
                '5: order.rating_order[2].first: "parent" is the other way round at [0] for the same kinds: '
                "both would wait for ever"
            ),
        ),
        (
            "    - {link: led_by, first: to}\n",
            "    - {link: led_by, first: to}\n    - {link: led_by, first: to}\n",
            "9: order.review_order[1]: the same edge stands already at [0]",
        ),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert GOOD.count(old) == 1
    assert problems(tmp_path, GOOD.replace(old, new)) == [said]


def test_an_order_without_edges_is_refused(tmp_path: Path) -> None:
    assert len(problems(tmp_path, "order: {rating_order: []}\n")) == 1


@pytest.mark.parametrize(
    "new",
    [
        "{link: parent, first: to, to_kinds: tap_the}",
        "{link: parent, first: to, from_kinds: tap_the}",
        "{link: parent, first: to, programme: cong-chuc}",
        "{link: peer_of, first: to}",
    ],
)
def test_both_ways_are_no_contradiction_for_other_kinds_links_or_programmes(tmp_path: Path, new: str) -> None:
    assert len(loaded(tmp_path, GOOD.replace("{link: leads, first: to}", new))["rating_order"]) == 4
