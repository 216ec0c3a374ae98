"""The drawing of a workflow holds every step, and nothing lies over anything else."""

import re

import pytest

from config.graph import Machine
from config.load import list_programmes, load_programme
from web.diagram import Diagram, draw

MACHINES = [
    pytest.param(machine, id=f"{slug}-{name}")
    for slug in list_programmes()
    for name, machine in (
        ("round", load_programme(slug).workflow.round),
        ("assessment", load_programme(slug).workflow.assessment),
    )
]


def numbers(text: str) -> list[int]:
    return [int(one) for one in re.findall(r"\d+", text)]


def drawn(made: Diagram) -> list[int]:
    """The number of a step for each line that shows it."""
    straight = [int(words.partition(".")[0]) for one in made.straights for _y, words in one.words]
    ways = [number for lane in made.lanes for way in lane.ways for number in numbers(way.text)]
    return sorted([*straight, *ways, *(number for box in made.boxes for number in numbers(box.stays))])


@pytest.mark.parametrize("machine", MACHINES)
def test_every_step_is_drawn_from_each_of_its_states_and_told_in_words(machine: Machine) -> None:
    made = draw(machine)
    lines = [number for number, step in enumerate(machine.transitions, 1) for _source in step.sources]
    assert drawn(made) == sorted(lines)
    assert [step.number for step in made.steps] == list(range(1, len(machine.transitions) + 1))
    assert len(made.boxes) == len(machine.states)


@pytest.mark.parametrize("machine", MACHINES)
def test_nothing_lies_over_anything_else(machine: Machine) -> None:
    made = draw(machine)
    for above, below in zip(made.boxes, made.boxes[1:], strict=False):
        assert above.y + above.height < below.y
    for box in made.boxes:
        assert all(box.y < y < box.y + box.height for y, _words in box.lines)
    lanes = [re.search(r"H(-?\d+)", lane.ways[0].path) for lane in made.lanes]
    xs = [int(found[1]) for found in lanes if found]
    assert len(set(xs)) == len(xs)
    assert all(0 < x < made.width for x in xs)
    assert all(box.y + box.height < made.height for box in made.boxes)
    ports = [(way.x, way.y) for lane in made.lanes for way in lane.ways]
    assert len(set(ports)) == len(ports)
