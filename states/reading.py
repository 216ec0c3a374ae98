"""What lies beside a dossier's row, read when a guard asks and not before; the dossier is held, so it stands still."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlmodel import Session

from config.graph import RESTING
from config.programme import Programme
from config.sheet import Entry
from config.vocabulary import Child
from models.db import run
from models.types import EPOCH, from_day, from_micros, to_micros
from scoring.marks import unmet
from states import order

YES = "yes"
"""How a statement of yes or no says yes."""


class Box(NamedTuple):
    """A ballot box of a dossier: whether it is closed, its tally by option, and who won a majority."""

    id: int
    closed: bool
    counts: Mapping[str, int]
    winner: str | None


class Group(NamedTuple):
    """The subjects among whom a quota is counted: levels by dossier (None: still to come), a greater share."""

    levels: Mapping[int, str | None]
    raised: bool


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads what lies beside one dossier."""

    session: Session
    assessment_id: int
    round_id: int
    subject_id: int
    kind: str
    body: str
    programme: Programme

    def last(self, act: str) -> datetime | None:
        """When a trigger was last pulled or an act last recorded on the dossier."""
        found = self._one("SELECT max(at) FROM history WHERE entity = :entity AND act = :act", act=act)
        return None if found is None else from_micros(found)

    def parts(self) -> frozenset[str]:
        """The parts and forms that the dossier holds."""
        return frozenset(row[0] for row in self._all("SELECT part FROM enclosure WHERE assessment_id = :id"))

    def enclosed_at(self, part: str) -> datetime | None:
        """When a part or form was last enclosed."""
        found = self._one("SELECT max(at) FROM enclosure WHERE assessment_id = :id AND part = :part", part=part)
        return None if found is None else from_micros(found)

    def stated(self, name: str) -> str | None:
        """What is stated under a name; what needs two keys counts once it is accepted (AMB-HT-14)."""
        rows = self._all(
            "SELECT value, accepted_at FROM statement WHERE assessment_id = :id AND name = :name", name=name
        )
        return next((value for value, accepted in rows if accepted is not None or not self._two_keys(name)), None)

    def _two_keys(self, name: str) -> bool:
        rating = self.programme.rating
        return rating is not None and name in rating.statements and rating.statements[name].two_keys

    def since(self) -> date | None:
        """The day from which the person is in the post, or the body exists."""
        return from_day(self._one("SELECT since FROM subject WHERE id = :subject"))

    def post(self) -> str:
        """The post of a person, as the register names it."""
        return str(self._one("SELECT post FROM subject WHERE id = :subject"))

    def open_opinions(self) -> int:
        """How many opinions on the dossier are still awaited."""
        return int(self._one("SELECT count(*) FROM opinion WHERE assessment_id = :id AND status = 'open'") or 0)

    def box(self, name: str) -> Box | None:
        """The last ballot box of that name, opened since the dossier last came to where it is opened."""
        rows = self._all(
            "SELECT b.id, b.status, i.counts, i.winner FROM ballot_item i JOIN ballot_box b ON b.id = i.box_id "
            "WHERE i.assessment_id = :id AND b.name = :name AND b.opened_at >= :since ORDER BY b.id DESC LIMIT 1",
            name=name,
            since=to_micros(self._came_to(name)),
        )
        boxes = (
            Box(key, status == "closed", json.loads(counts or "{}"), winner) for key, status, counts, winner in rows
        )
        return next(boxes, None)

    def _came_to(self, box: str) -> datetime:
        """When the dossier last came from elsewhere to a state in which the box is opened."""
        steps = self.programme.workflow.assessment.transitions
        opened = {(step.target, one.child, one.name) for step in steps for one in step.opens}
        states = {state for state, child, name in opened if (child, name) == (Child.BALLOT, box)}
        coming = {step.do for step in steps if step.target in states and step.target not in step.sources}
        return max((at for do in coming if (at := self.last(do)) is not None), default=EPOCH)

    def has_proposal(self) -> bool:
        """Whether a level was proposed by the conditions."""
        return bool(self._one("SELECT count(*) FROM proposal WHERE assessment_id = :id"))

    def unmet(self) -> tuple[str, ...]:
        """Criteria that are not met by the appraised copy (AMB-NA-1)."""
        return unmet(self.programme.sheet_for(self.kind), self.appraised())

    def appraised(self) -> dict[str, Entry]:
        """The entries of the appraised copy, by criterion."""
        rows = self._all("SELECT criterion, entry FROM mark WHERE assessment_id = :id AND copy_name = 'appraised'")
        return {code: Entry.model_validate_json(entry) for code, entry in rows}

    def missing(self, edges: str, *, reviewed: bool) -> list[str]:
        """Names of those that come first and are not reviewed, or not rated; who is waived is not waited for."""
        before = order.prerequisites(self.session, self.programme, edges, self.round_id, self.subject_id)
        return [one.name for one in before if not (one.waived or (one.reviewed if reviewed else one.settled))]

    def led_levels(self) -> Sequence[tuple[str, str | None]]:
        """Name and level of each collective or organisation that the subject heads."""
        sql = (
            "SELECT a.name, a.level FROM subject_link l JOIN assessment a ON a.subject_id = l.other_id "
            "AND a.round_id = :round WHERE l.subject_id = :subject AND l.link = 'leads' ORDER BY a.id"
        )
        return [(name, level) for name, level in self._all(sql)]

    def group(self) -> Group | None:
        """Those among whom the dossier's quota is counted: its group of kinds, under one deciding body (HT-9.2).

        Whoever is out of the round or not rated is left out (AMB-HT-2), and who is waived until he is rated late;
        None when it is under no quota.
        """
        quota = self.programme.quota
        name = quota.group_of(self.kind) if quota else None
        if quota is None or name is None:
            return None
        among = ", ".join(f"'{kind}'" for kind in quota.groups[name])
        rows = self._all(
            "SELECT a.id, a.state, a.level FROM assessment a WHERE a.round_id = :round AND a.body = :body "
            f"AND a.kind IN ({among}) "
            "AND (a.level IS NOT NULL OR NOT EXISTS (SELECT 1 FROM waiver w WHERE w.assessment_id = a.id)) "
            "ORDER BY a.id"
        )
        states = self.programme.workflow.assessment.states
        rated = {key: level for key, state, level in rows if level is not None or states[state].kind not in RESTING}
        return Group(rated, self._is_raised(name))

    def _is_raised(self, group: str) -> bool:
        sql = "SELECT count(*) FROM quota_raise WHERE round_id = :round AND body = :body AND group_name = :group"
        return bool(self._one(sql, group=group))

    def _all(self, sql: str, **more: object) -> list[tuple[Any, ...]]:
        known = {
            "id": self.assessment_id,
            "entity": f"assessment:{self.assessment_id}",
            "round": self.round_id,
            "subject": self.subject_id,
            "body": self.body,
        }
        return list(run(self.session, sql, known | more).fetchall())

    def _one(self, sql: str, **more: object) -> Any:  # noqa: ANN401  any column
        return self._all(sql, **more)[0][0]
