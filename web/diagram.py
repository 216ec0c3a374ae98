"""A workflow drawn as SVG: states from above down, each step by its number; the table beside it says it in words."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from textwrap import wrap
from typing import Final, NamedTuple

from config.graph import Machine, Transition
from config.vocabulary import MESSAGES, NEEDS, RELATIONS
from web.words import _

WIDE, LINE, LETTERS, WORDS = 330, 19, 42, 46
LEAST, PORT, MARGIN, GAP, LANE, FIRST_LANE = 48, 17, 14, 26, 15, 62
COLOURS: Final = 6


class Step(NamedTuple):
    """One step in words, by its number in the drawing."""

    number: int
    label: str
    sources: Sequence[str]
    target: str
    by: str
    needs: str
    tells: str


class Box(NamedTuple):
    """A state with the numbers of the steps that stay in it, and where the lines of its label stand."""

    x: int
    y: int
    height: int
    kind: str
    lines: Sequence[tuple[int, str]]
    stays: str


class Straight(NamedTuple):
    """Steps to the next state below, with their words."""

    x: int
    top: int
    bottom: int
    words: Sequence[tuple[int, str]]


class Way(NamedTuple):
    """A line from a state into a lane, with the numbers of its steps."""

    path: str
    text: str
    x: int
    y: int


class Lane(NamedTuple):
    """All steps that reach a state past others: ways into a lane, and the arrow out of it."""

    colour: int
    ways: Sequence[Way]
    arrow: str
    is_back: bool


class Diagram(NamedTuple):
    """A drawing and its words."""

    width: int
    height: int
    boxes: Sequence[Box]
    straights: Sequence[Straight]
    lanes: Sequence[Lane]
    steps: Sequence[Step]


Pairs = Mapping[tuple[int, int], list[int]]


def draw(machine: Machine) -> Diagram:
    """The drawing of one machine; states stand in the order in which they are written."""
    return _Drawing(machine).whole()


def steps_of(machine: Machine) -> list[Step]:
    """The steps in words."""
    return [_step(machine, number, step) for number, step in enumerate(machine.transitions, 1)]


def _step(machine: Machine, number: int, step: Transition) -> Step:
    return Step(
        number,
        machine.triggers[step.do],
        [machine.states[name].label for name in step.sources],
        machine.states[step.target].label,
        ", ".join(str(_(RELATIONS[one])) for one in step.by),
        ", ".join(str(_(NEEDS[one])) for one in step.needs),
        ", ".join(str(_(MESSAGES[one].label)) for one in step.tells),
    )


def _pairs(machine: Machine) -> Pairs:
    places = {name: index for index, name in enumerate(machine.states)}
    found: dict[tuple[int, int], list[int]] = defaultdict(list)
    for number, step in enumerate(machine.transitions, 1):
        for source in step.sources:
            found[places[source], places[step.target]].append(number)
    return found


class _Drawing:
    """Where everything stands."""

    def __init__(self, machine: Machine) -> None:
        self.machine, self.pairs = machine, _pairs(machine)
        self.count = len(machine.states)
        self.forward = self._targets(lambda source, target: target > source + 1)
        self.back = self._targets(lambda source, target: target < source)
        self.left = FIRST_LANE + LANE * len(self.back) if self.back else MARGIN
        self.right = self.left + WIDE
        self.tops, self.heights = self._rows()

    def _targets(self, wanted: Callable[[int, int], bool]) -> dict[int, list[int]]:
        """Sources by target, the nearest lane for the shortest way."""
        found: dict[int, list[int]] = defaultdict(list)
        for source, target in sorted(self.pairs):
            if wanted(source, target):
                found[target].append(source)
        return dict(sorted(found.items(), key=lambda item: abs(item[0] - item[1][0])))

    def _rows(self) -> tuple[list[int], list[int]]:
        tops, heights, y = [], [], MARGIN
        for index in range(self.count):
            ports = max(self._ports(self.forward, index), self._ports(self.back, index))
            heights.append(max(LEAST, PORT * ports + 10))
            tops.append(y)
            y += heights[-1] + GAP + LINE * len(self.pairs.get((index, index + 1), ()))
        return tops, heights

    def _ports(self, lanes: Mapping[int, Sequence[int]], index: int) -> int:
        return (index in lanes) + sum(index in sources for sources in lanes.values())

    def whole(self) -> Diagram:
        lanes = [*self._lanes(self.forward, is_back=False), *self._lanes(self.back, is_back=True)]
        return Diagram(
            self.right + (FIRST_LANE + LANE * len(self.forward) if self.forward else MARGIN),
            self.tops[-1] + self.heights[-1] + MARGIN,
            [self._box(index) for index in range(self.count)],
            [self._straight(index) for index in range(self.count - 1) if (index, index + 1) in self.pairs],
            lanes,
            steps_of(self.machine),
        )

    def _box(self, index: int) -> Box:
        state = list(self.machine.states.values())[index]
        said = wrap(state.label, LETTERS)
        first = self.tops[index] + (self.heights[index] - LINE * len(said)) // 2 + 14
        lines = [(first + LINE * number, text) for number, text in enumerate(said)]
        stays = ", ".join(map(str, self.pairs.get((index, index), ())))
        return Box(self.left, self.tops[index], self.heights[index], str(state.kind), lines, stays)

    def _straight(self, index: int) -> Straight:
        top, bottom = self.tops[index] + self.heights[index], self.tops[index + 1]
        steps = self.machine.transitions
        words = [
            (top + 22 + LINE * line, _cut(f"{number}. {self.machine.triggers[steps[number - 1].do]}"))
            for line, number in enumerate(self.pairs[index, index + 1])
        ]
        return Straight(self.left + 26, top, bottom, words)

    def _lanes(self, lanes: Mapping[int, Sequence[int]], *, is_back: bool) -> Iterator[Lane]:
        used: dict[int, int] = {index: int(index in lanes) for index in range(self.count)}
        edge, side = (self.left, -1) if is_back else (self.right, 1)
        for order, (target, sources) in enumerate(lanes.items()):
            x, y = edge + side * (FIRST_LANE - LANE + LANE * order), self.tops[target] + 12
            ways = [self._way(edge, x, y, source, target, used) for source in sources]
            yield Lane(order % COLOURS, ways, f"M{x} {y} H{edge}", is_back)

    def _way(self, edge: int, x: int, y: int, source: int, target: int, used: dict[int, int]) -> Way:
        port = self.tops[source] + 12 + PORT * used[source]
        used[source] += 1
        text = ", ".join(map(str, self.pairs[source, target]))
        beside = edge - 5 if x < edge else edge + 5
        return Way(f"M{edge} {port} H{x} V{y}", text, beside, port - 4)


def _cut(words: str) -> str:
    return words if len(words) <= WORDS else f"{words[: WORDS - 1].rstrip()}…"
