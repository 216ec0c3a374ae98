"""What the documents of a unit say of its dossier: who writes, the sheet with its marks, evidence, difficulties."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple

from sqlmodel import Session

from actions import evidence_checks, unit_page
from config.letterhead import Layout
from config.programme import Programme
from config.sheet import BLANK, Criterion, Entry, Sheet
from models.assessments import Assessment, Difficulty, MarkRow, marks
from models.evidence import EvidenceRow, evidence_of, in_force
from models.installation import installation
from models.order import member_of
from models.people import Subject
from models.registered import Holder, places
from models.rounds import Round
from reports.records import paper_of
from reports.values import Paper
from scoring import marks as scoring
from scoring.numbers import format_points
from states.actor import SYSTEM
from states.facts import Dossier
from states.glance import glance

COPIES: Final = ("appraised", "decided")
NO_ORGAN: Final = f"Chi bộ {'.' * 12}"
"""Where a person's organisation is to be written in."""


class Said(NamedTuple):
    """One criterion in one copy of the marks."""

    entry: Entry
    points: Decimal
    note: str

    @property
    def word(self) -> str:
        """What it comes to in a word: “7,5”, “Tốt”, “Đạt”."""
        if self.entry.not_applicable:
            return "Không áp dụng"
        if self.entry.degree is not None:
            return self.entry.degree.label
        if self.entry.passed is not None:
            return "Đạt" if self.entry.passed else "Không đạt"
        return "" if self.entry == BLANK else format_points(self.points)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A group or a criterion with what is said of it: by copy `own`, `appraised` and `decided`.

    A group has `totals`, a criterion `said` and its evidence by name; `refused` are files that were not accepted.
    """

    criterion: Criterion
    number: str
    depth: int
    totals: Mapping[str, Decimal]
    said: Mapping[str, Said]
    evidence: Sequence[str]
    refused: Sequence[str]

    @property
    def is_group(self) -> bool:
        return bool(self.criterion.children)

    @property
    def own(self) -> Said | None:
        """What the unit says; None while it says nothing."""
        found = self.said.get("own")
        return None if found is None or found.entry == BLANK else found

    @property
    def is_whole(self) -> bool:
        """Whether the unit gives itself all that may be given, or the sheet gives no points and it lacks nothing."""
        own = self.own
        if own is None or own.entry.not_applicable:
            return False
        if own.entry.degree is not None or own.entry.passed is not None:
            return own.word in {"Xuất sắc", "Tốt", "Đạt"}
        return own.points >= self.criterion.ceiling

    @property
    def lacks_evidence(self) -> bool:
        """Whether points are claimed where the sheet names evidence and none was accepted (DN-5.4)."""
        claims = self.own is not None and self.own.points > 0
        return claims and bool(self.criterion.evidence) and not self.evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitDossier:
    """A dossier as its documents tell of it; `working` says that `own` is the copy its unit still works on.

    `issuer` writes for it; `organ` is the same, of a person its organisation.
    """

    facts: Dossier
    year: int
    issuer: str
    organ: str
    head: str
    launch: Paper
    report: Paper
    sheet: Sheet
    working: bool
    items: Sequence[Item]
    totals: Mapping[str, Decimal | None]
    difficulties: Sequence[Difficulty]
    rehearsal: bool

    @property
    def programme(self) -> Programme:
        return self.facts.programme

    @property
    def layout(self) -> Layout:
        """That of the documents which the unit itself writes."""
        return self.programme.subject_kinds[self.facts.kind].layout or self.programme.layout

    def file(self, name: str) -> str:
        """The name of a file for a document of the dossier."""
        return f"{name}-{self.programme.slug}-{self.year}-{self.facts.id}.docx"

    @property
    def is_person(self) -> bool:
        return self.programme.subject_kinds[self.facts.kind].person

    @property
    def has_points(self) -> bool:
        """Whether its sheet gives points."""
        return self.sheet.total > 0

    @property
    def leaves(self) -> list[Item]:
        """Its criteria, in the order of the sheet."""
        return [one for one in self.items if not one.is_group]

    @property
    def is_blank(self) -> bool:
        """Whether the unit has said nothing of any criterion yet."""
        return all(one.own is None for one in self.leaves)

    @property
    def tops(self) -> list[tuple[Item, list[Item]]]:
        """Each criterion that stands at the top of the sheet, with the leaves in it."""
        found: list[tuple[Item, list[Item]]] = []
        for one in self.items:
            if one.depth == 0:
                found.append((one, []))
            if not one.is_group:
                found[-1][1].append(one)
        return found


def unit_dossier(session: Session, assessment_id: int, now: datetime, *, working: bool = False) -> UnitDossier:
    """Everything that documents say of a dossier; `working` takes the copy in work while it is open to its unit."""
    facts = glance(session, assessment_id, actor=SYSTEM, now=now)
    is_working = working and unit_page.is_being_drafted(facts)
    copies = {"own": "draft" if is_working else "self"} | {name: name for name in COPIES}
    found = {name: marks(session, facts.id, copy) for name, copy in copies.items()}
    sheet = facts.programme.sheet_for(facts.kind)
    said = {name: {code: _said(mark) for code, mark in by_code.items()} for name, by_code in found.items()}
    reckoned = {name: scoring.totals(sheet, {code: one.entry for code, one in by.items()}) for name, by in said.items()}
    groups = {name: totals.groups for name, totals in reckoned.items() if said[name]}
    named, refused = _evidence(session, facts, working=is_working)
    issuer, head = _people(session, facts)
    launched = unit_page.launched(session, facts.round_id)
    return UnitDossier(
        facts=facts,
        year=session.get_one(Round, facts.round_id).year,
        issuer=issuer,
        organ=_organ(session, facts) or issuer,
        head=head,
        launch=Paper(launched.number, launched.dated, launched.signer),
        report=paper_of(unit_page.report(session, facts.id)),
        sheet=sheet,
        working=is_working,
        items=tuple(_items(sheet.criteria, groups, said, named, refused)),
        totals={
            "own": reckoned["own"].total if is_working else facts.self_total,
            "appraised": facts.appraised_total,
            "decided": facts.decided_total,
        },
        difficulties=unit_page.difficulties(session, facts.id)[::-1],
        rehearsal=installation(session).made_as == "rehearsal",
    )


def _said(mark: MarkRow) -> Said:
    return Said(Entry.model_validate_json(mark.entry), mark.points, mark.note)


def _items(
    criteria: Iterable[Criterion],
    groups: Mapping[str, Mapping[str, Decimal]],
    said: Mapping[str, Mapping[str, Said]],
    named: Mapping[str, Sequence[str]],
    refused: Mapping[str, Sequence[str]],
    parent: str = "",
    depth: int = 0,
) -> Iterator[Item]:
    for one in criteria:
        yield Item(
            criterion=one,
            number=one.code.removeprefix(f"{parent}."),
            depth=depth,
            totals={name: totals[one.code] for name, totals in groups.items() if one.code in totals},
            said={name: by_code[one.code] for name, by_code in said.items() if one.code in by_code},
            evidence=named.get(one.code, ()),
            refused=refused.get(one.code, ()),
        )
        yield from _items(one.children, groups, said, named, refused, one.code, depth + 1)


def _evidence(session: Session, facts: Dossier, *, working: bool) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """What is there by criterion, and what of it was not accepted."""
    every: Sequence[EvidenceRow] = ()
    if working:
        every = evidence_of(session, facts.id)
    elif facts.submitted_at is not None:
        every = in_force(session, facts.id, facts.submitted_at)
    checks = evidence_checks.checks(session, facts.programme, every)
    taken: dict[str, list[str]] = {}
    refused: dict[str, list[str]] = {}
    for one in every:
        check = checks.get(one.file_hash)
        into = refused if check is not None and evidence_checks.is_refused(check) else taken
        into.setdefault(one.criterion, []).append(one.name or one.address)
    return taken, refused


def _people(session: Session, facts: Dossier) -> tuple[str, str]:
    """The body that writes for the dossier, and who heads it."""
    row = session.get_one(Assessment, facts.id)
    key = row.agency_id or row.subject_id
    name = facts.name if row.agency_id is None else session.get_one(Subject, key).name
    return unit_people(places(session, [key]), key, name)


def _organ(session: Session, facts: Dossier) -> str:
    """Of a person the organisation that it is a member of, or room to write it; empty of others."""
    if not facts.programme.subject_kinds[facts.kind].person:
        return ""
    return next(iter(member_of(session, facts.subject_id)), NO_ORGAN)


def unit_people(held: Mapping[tuple[int, str], Sequence[Holder]], key: int, name: str) -> tuple[str, str]:
    """The body that writes for a subject, and who heads it: empty where the account is not of a person.

    The register gives both people of a subject the body that holds its dossier as their position (AMB-DN-8).
    """
    officer, head = (next(iter(held.get((key, role), ())), Holder("", "", "")) for role in ("officer", "head"))
    agreed = head.position if head.position == officer.position else ""
    return agreed or name, head.name if head.position else ""
