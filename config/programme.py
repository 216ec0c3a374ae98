"""A yearly scheme as data: who is assessed, on which sheets, by which workflow, when, and what it is all called."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cached_property
from itertools import pairwise
from operator import not_
from typing import Annotated, Final, Literal, Self

from pydantic import Field, PrivateAttr, TypeAdapter, ValidationError, ValidationInfo, field_validator, model_validator

from config.authorities import Authority
from config.ballots import Boxes
from config.calendar import DaysOff, MonthDay
from config.errors import Defect, refuse
from config.graph import RESTING, Frozen, Names, OneOrMore, Ordered, Transition
from config.letterhead import Layout, Letterhead
from config.order import Order
from config.procedure import procedure_defects
from config.quota import Quota
from config.rating import Bands, Regime
from config.sheet import Sheet, Slug, Text
from config.vocabulary import Name
from config.workflow import Deadline, Workflow, out_of_order

_ORDER: Final[TypeAdapter[Order]] = TypeAdapter(Order)
Count = Annotated[int, Field(ge=1)]
Part = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
Year = Annotated[int, Field(ge=2000, le=2100)]


class SubjectKind(Frozen):
    """A kind of subject; a workflow may name the kind or the group it is in. Mails name no `person`.

    `layout` is that of a unit's own documents, where not the programme's; `registered_with` has its list (NA-3.2).
    `form` is the part in which it reviews itself (HT-4.1, HT-4.3).
    """

    label: Text
    group: Name | None = None
    person: bool = False
    layout: Layout | None = Field(default=None, exclude_if=not_)
    registered_with: tuple[Text, ...] = Field(default=(), exclude_if=not_)
    form: Part | None = Field(default=None, exclude_if=not_)


class SheetUse(Frozen):
    """A sheet and the kinds that are scored on it (DN-2.3)."""

    sheet: Sheet
    kinds: Annotated[Names, OneOrMore]


class Bodies(Frozen):
    """The bodies of this programme as pages and mails name them; `team` is one that a decision sets up (VG-2.2)."""

    owner: Text
    appraiser: Text
    authority: Text
    report_to: Text
    results_to: Text | None = None
    team: Text | None = Field(default=None, exclude_if=not_)


class Contact(Frozen):
    """Whom a unit may telephone; on every page and mail."""

    name: Text
    phone: Annotated[str, Field(pattern=r"^\+?[0-9][0-9 .]{5,}[0-9]$")]


class Reminders(Frozen):
    """When units are reminded before the closing; one mail a person and day when `digest`."""

    offsets_days: tuple[Count, ...] = (14, 7, 3, 1)
    last_day_hours: tuple[Annotated[int, Field(ge=1, le=24)], ...] = (6,)
    digest: bool = True

    @field_validator("offsets_days", "last_day_hours")
    @classmethod
    def _falling(cls, values: tuple[int, ...]) -> tuple[int, ...]:
        if any(earlier <= later for earlier, later in pairwise(values)):
            message = "reminders are written from the earliest to the last, each once"
            raise ValueError(message)
        return values


class Submission(Frozen):
    """Whether number, date, signer and scan of the signed report come with the submission, later, or not."""

    report: Literal["none", "at_once", "within_days"] = "none"
    days: Count | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.report == "within_days") != (self.days is not None):
            refuse("Submission", [Defect(("days",), '"days" goes with "report: within_days" and with nothing else')])
        return self


class LevelStatus(StrEnum):
    """Whether totals have levels, and whether a person has confirmed the bands."""

    NONE = "none"
    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"


class Levels(Frozen):
    """The bands of points; while they are unconfirmed no level is computed (VG-4.6)."""

    status: LevelStatus = LevelStatus.NONE
    bands: Bands = ()

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.status is LevelStatus.NONE) == bool(self.bands):
            refuse("Levels", [Defect(("bands",), f'bands do not go with "status: {self.status}"')])
        return self


class Ranking(Frozen):
    """Among whom places are given (AMB-DN-6), and whether every unit sees all of them."""

    within: Literal["kind", "group"] = "kind"
    publish_full: bool = False


class Evidence(Frozen):
    """Which forms a file may have, all when none is named (DN-5.3); links only to these domains when any (AMB-DN-9)."""

    forms: tuple[Literal["scan", "signed", "link"], ...] = ()
    pdf_is_scan: bool = True
    unknown_issuer: bool = True
    """Takes a whole signature of which the issuer is not among the trusted roots, and says so beside it."""
    link_domains: tuple[Text, ...] = ()


class Switches(Frozen):
    """The defaults taken where the guidance is silent, each by the name of its ambiguity."""

    zero_also_final: bool = True
    """AMB-DN-2: a locked zero is also proposed as the final result."""
    appraised_may_exceed_self: bool = True
    """AMB-DN-11: with a reason."""
    draft_day_counts: bool = True
    """X-D7, vector 16: the meeting may be on the last of the working days, and need not be after it."""


class OneOff(Frozen):
    """Other dates of a stage in one year (X-D4)."""

    stage: Name
    kinds: Names = Field(default=(), alias="for")
    opens: MonthDay | None = None
    before: MonthDay | None = None
    through: MonthDay | None = None

    def concerns(self, deadline: Deadline) -> bool:
        """Tell whether these are other dates of that deadline."""
        return self.stage == deadline.stage and self.kinds in {(), deadline.kinds}

    def apply(self, deadline: Deadline) -> Deadline:
        """Return the deadline with the dates that are given here; ValidationError when they do not fit."""
        dates = self.model_dump(include={"opens", "before", "through"}, exclude_none=True)
        closing = {"before": None, "through": None} if dates.keys() & {"before", "through"} else {}
        return Deadline.model_validate(deadline.model_dump() | closing | dates)


class Programme(Frozen):
    """One programme, self-contained: with its workflow and its sheets it can be pinned by a round."""

    slug: Slug
    title: Text
    short_title: Text
    work: Text | None = Field(default=None, exclude_if=not_)
    """What the work is called within a title; by default the short title."""
    layout: Layout
    bodies: Bodies
    letterhead: Letterhead
    bases: tuple[Text, ...]
    receivers: tuple[Text, ...]
    contact: Contact
    subject_kinds: Ordered[SubjectKind]
    agency_kinds: Names = ()
    at_least_each_kind: Annotated[int, Field(ge=0)] = 0
    workflow: Workflow
    sheets: tuple[SheetUse, ...]
    reminders: Reminders = Reminders()
    escalation_days_before: Count = 3
    explanation_default_working_days: Count = 3
    submission: Submission = Submission()
    evidence: Evidence = Evidence()
    proposes_level: bool = False
    levels: Levels = Levels()
    rating: Regime | None = None
    quota: Quota | None = None
    order: Order = Field(default_factory=dict)
    boxes: Boxes = Field(default_factory=dict)
    authorities: Ordered[Authority] = Field(default_factory=dict)
    polls: Mapping[Name, tuple[Year, ...]] = Field(default_factory=dict)
    part_labels: Mapping[Part, Text] = Field(default_factory=dict)
    ranking: Ranking = Ranking()
    switches: Switches = Switches()
    days_off: DaysOff = DaysOff()
    year_overrides: Mapping[Year, tuple[OneOff, ...]] = Field(default_factory=dict)

    _text: str | None = PrivateAttr(default=None)

    @classmethod
    def from_document(cls, text: str) -> Self:
        """Build the programme that `document` wrote; its document and digest are those of the text for ever."""
        programme = cls.model_validate(json.loads(text))
        programme._text = text  # noqa: SLF001  its own
        return programme

    def document(self) -> str:
        """Return the whole programme as canonical JSON: keys sorted, no spaces, no escapes."""
        if self._text is not None:
            return self._text
        data = self.model_dump(mode="json")
        return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the document, as hexadecimal text."""
        return hashlib.sha256(self.document().encode()).hexdigest()

    @cached_property
    def groups(self) -> Mapping[str, tuple[str, ...]]:
        """The kinds of each group."""
        return _groups(self.subject_kinds)

    @cached_property
    def level_labels(self) -> Mapping[str, str]:
        """The labels of the levels by their codes, the best first; empty when the programme gives none."""
        given = self.rating.levels if self.rating else self.levels.bands
        return {level.code: level.label for level in given}

    @cached_property
    def register_kinds(self) -> tuple[str, ...]:
        """The kinds of subjects that its register lists: agencies, where these enter what is assessed."""
        return self.agency_kinds or tuple(self.subject_kinds)

    def polls_of(self, year: int) -> frozenset[str]:
        """Return the polls that are held in a year (AMB-HT-11)."""
        return frozenset(name for name, years in self.polls.items() if year in years)

    def sheet_for(self, kind: str) -> Sheet:
        """Return the one sheet of a kind of subject; KeyError when there is no such kind."""
        return self._sheets[kind]

    def deadlines(self, year: int) -> tuple[Deadline, ...]:
        """Return the deadlines of a year, with its one-off dates."""
        return tuple(self._dated(deadline, year) for deadline in self.workflow.deadlines)

    def _dated(self, deadline: Deadline, year: int) -> Deadline:
        for other in self.year_overrides.get(year, ()):
            if other.concerns(deadline):
                deadline = other.apply(deadline)
        return deadline

    @cached_property
    def _sheets(self) -> Mapping[str, Sheet]:
        return {kind: use.sheet for use in self.sheets for kind in use.kinds}

    @field_validator("workflow")
    @classmethod
    def _spell_out(cls, workflow: Workflow, info: ValidationInfo) -> Workflow:
        kinds = info.data.get("subject_kinds")
        return workflow if kinds is None else workflow.spelled_out(_groups(kinds))

    @field_validator("rating")
    @classmethod
    def _spell_out_rating(cls, rating: Regime | None, info: ValidationInfo) -> Regime | None:
        kinds = info.data.get("subject_kinds")
        return rating if rating is None or kinds is None else rating.spelled_out(_groups(kinds))

    @field_validator("quota")
    @classmethod
    def _spell_out_quota(cls, quota: Quota | None, info: ValidationInfo) -> Quota | None:
        kinds = info.data.get("subject_kinds")
        return quota if quota is None or kinds is None else quota.spelled_out(_groups(kinds))

    @field_validator("order")
    @classmethod
    def _spell_out_order(cls, order: Order, info: ValidationInfo) -> Order:
        groups = _groups(info.data.get("subject_kinds") or {})
        spelled = {name: tuple(edge.spelled_out(groups) for edge in edges) for name, edges in order.items()}
        return _ORDER.validate_python(spelled)

    @field_validator("authorities")
    @classmethod
    def _spell_out_authorities(
        cls, authorities: Mapping[str, Authority], info: ValidationInfo
    ) -> Mapping[str, Authority]:
        groups = _groups(info.data.get("subject_kinds") or {})
        return {name: authority.spelled_out(groups) for name, authority in authorities.items()}

    @model_validator(mode="after")
    def _check(self) -> Self:
        refuse("Programme", [defect for check in _CHECKS for defect in check(self)])
        return self


def _groups(kinds: Mapping[str, SubjectKind]) -> dict[str, tuple[str, ...]]:
    names = dict.fromkeys(kind.group for kind in kinds.values() if kind.group is not None)
    return {group: tuple(name for name, kind in kinds.items() if kind.group == group) for group in names}


def _check_groups(programme: Programme) -> Iterator[Defect]:
    for name in programme.subject_kinds:
        if name in programme.groups:
            yield Defect(("subject_kinds", name), f'"{name}" is both a kind and a group')


def _check_forms(programme: Programme) -> Iterator[Defect]:
    for name, kind in programme.subject_kinds.items():
        if kind.form is not None and kind.form not in programme.part_labels:
            yield Defect(("subject_kinds", name, "form"), f'part_labels says nothing of "{kind.form}"')


def _check_sheets(programme: Programme) -> Iterator[Defect]:
    named = [(index, kind) for index, use in enumerate(programme.sheets) for kind in use.kinds]
    for index, kind in named:
        if kind not in programme.subject_kinds:
            yield Defect(("sheets", index, "kinds"), f'there is no kind of subject "{kind}"')
    for kind in programme.subject_kinds:
        count = sum(kind == other for _, other in named)
        if count != 1:
            yield Defect(("subject_kinds", kind), f'"{kind}" has {count} sheets and needs exactly one (DN-2.3)')


def _check_named_kinds(programme: Programme) -> Iterator[Defect]:
    workflow = programme.workflow
    limited: list[Transition | Deadline] = [
        *workflow.round.transitions,
        *workflow.assessment.transitions,
        *workflow.deadlines,
    ]
    for name in dict.fromkeys(name for part in limited for name in part.kinds):
        if name not in programme.subject_kinds:
            yield Defect(("workflow",), f'the workflow is for "{name}", which is no kind or group of subjects here')


def _check_each_kind_ends(programme: Programme) -> Iterator[Defect]:
    machine = programme.workflow.assessment
    resting = machine.of_kind(*RESTING)
    for kind in programme.subject_kinds:
        own = machine.only_for(kind)
        for state in sorted(own.reachable(own.start)):
            if own.reachable(state).isdisjoint(resting):
                message = f'the state "{state}" is a trap for "{kind}": no step for it leads to an end'
                yield Defect(("subject_kinds", kind), message)


def _check_one_offs(programme: Programme) -> Iterator[Defect]:
    for year, others in programme.year_overrides.items():
        for index, other in enumerate(others):
            path = ("year_overrides", str(year), index)
            concerned = [deadline for deadline in programme.workflow.deadlines if other.concerns(deadline)]
            if not concerned:
                yield Defect(path, f'no deadline is for the stage "{other.stage}" with these kinds')
            elif not all(_fits(other, deadline) for deadline in concerned):
                yield Defect(path, f'the dates of the stage "{other.stage}" contradict each other')


def _fits(other: OneOff, deadline: Deadline) -> bool:
    try:
        other.apply(deadline)
    except ValidationError:
        return False
    return True


def _check_order(programme: Programme) -> Iterator[Defect]:
    if any(_check_one_offs(programme)):
        return
    for year in programme.year_overrides:
        for _, message in out_of_order(programme.deadlines(year), year):
            yield Defect(("year_overrides", str(year)), f"in {year} {message}")


_CHECKS: Final = (
    _check_groups,
    _check_forms,
    _check_sheets,
    _check_named_kinds,
    _check_each_kind_ends,
    _check_one_offs,
    _check_order,
    procedure_defects,
)
