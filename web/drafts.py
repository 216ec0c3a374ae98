"""Saving what a form has of a sheet: what is good is kept, the rest is shown again where it was typed."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from typing import Final

from actions import evidence_checks, evidence_files, self_assess, unit_page
from actions.evidence_files import New
from actions.marks import Filled
from config.calendar import LOCAL, parse_date
from config.sheet import BLANK, Entry, Sheet
from evidence.store import Glance, Kept, Unanswered, Unkept, nothing_against, plain, unanswered
from models.assessments import MarkRow, marks
from models.evidence import evidence_of
from states.errors import refuse
from states.facts import Dossier
from states.hold import hold
from states.tasks import is_open
from web.edge import Here, Outside
from web.evidence_view import pieces
from web.sheet_form import Fields, entry_of, print_of, problem_of, shown, standing, typed_for
from web.sheet_view import Elsewhere, View, view_of
from web.words import _

EVIDENCE: Final = "file-"
HASH: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(slots=True)
class Taken:
    """Files that came with a form and lie in the store now, by field; and why others do not.

    `there`: whether the file lies there that an earlier sending of the form left.
    """

    files: dict[str, list[Kept]] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    there: bool = False


def take_files(here: Here) -> Outside:
    """Put the files of a form away, before and outside the transaction; evidence only where its kind may serve."""
    return Outside(partial(_take, here, EVIDENCE))


def take_replacement(here: Here) -> Outside:
    """The same for a form whose only file is evidence."""
    return Outside(partial(_take, here, "file"))


def _take(here: Here, evidence: str) -> Taken:
    """When the store gave no answer for one file it is not asked about the next."""
    taken, answers = Taken(there=_is_there(here)), True
    for name, uploads in here.typed.files.items():
        glance = _glance(here) if name.startswith(evidence) else nothing_against
        for upload in uploads:
            try:
                if not answers:
                    raise unanswered(plain(upload.filename))
                taken.files.setdefault(name, []).append(upload.file.keep(upload.filename, glance))
            except Unkept as refused:
                taken.problems[name] = str(refused)
                answers = not isinstance(refused, Unanswered)
    return taken


def _is_there(here: Here) -> bool:
    before = here.typed.line("file_hash")
    return HASH.fullmatch(before) is not None and here.place.store.has(before)


def _glance(here: Here) -> Glance:
    return evidence_checks.glance_of(here.found.programme) if here.found else nothing_against


@dataclass(slots=True)
class Saved:
    """What came of a save: the version now, criteria that were kept, and by code what was not, and why."""

    version: int
    kept: list[str] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)
    conflicts: dict[str, MarkRow | None] = field(default_factory=dict)
    typed: dict[str, Fields] = field(default_factory=dict)
    was: dict[str, str] = field(default_factory=dict)
    refused: dict[str, Fields] = field(default_factory=dict)
    """What was typed of evidence that could not be taken, to be typed on."""

    @property
    def status(self) -> int:
        """The status that tells it."""
        if self.conflicts:
            return HTTPStatus.CONFLICT
        return HTTPStatus.UNPROCESSABLE_ENTITY if self.problems else HTTPStatus.OK


def save(here: Here, codes: Iterable[str] | None = None) -> Saved:
    """Keep what was typed for criteria (None: all of the sheet) with files and links; Refused when nothing is open.

    Somebody else's save in between is no obstacle to other criteria; on the same criterion neither overwrites the
    other, until the person who typed says so.
    """
    facts = hold(here.session, here.dossier.id, actor=here.actor, now=here.now)
    _demand_not_handed_in(facts)
    sheet = self_assess.sheet_of(facts)
    given = {code: fields for code in _codes(sheet, codes) if (fields := typed_for(here.typed, code)) is not None}
    done = Saved(facts.version)
    filled = _merge(here, facts, sheet, given, done)
    new = _new(here, given, done)
    if filled or not unit_page.may_draft(facts):
        done.version = self_assess.save(
            here.session, facts.id, filled, actor=here.actor, now=here.now, version=facts.version
        ).version
    if new:
        _add(here, facts.id, new, done)
    return done


def _demand_not_handed_in(facts: Dossier) -> None:
    """Whoever types in a window that was open while another one submitted is told how to go on."""
    if facts.submitted_at is not None and not unit_page.may_draft(facts) and is_open(facts, "revise"):
        sentence = _("Hồ sơ đã nộp lúc %(at)s. Cần sửa thì mở lại trang hồ sơ và bấm «Sửa bản đã nộp».")
        raise refuse("submitted", sentence % {"at": f"{facts.submitted_at.astimezone(LOCAL):%H:%M %d/%m/%Y}"})


def _codes(sheet: Sheet, codes: Iterable[str] | None) -> list[str]:
    wanted = None if codes is None else set(codes)
    return [leaf.code for leaf in sheet.leaves() if wanted is None or leaf.code in wanted]


def _merge(here: Here, facts: Dossier, sheet: Sheet, given: Mapping[str, Fields], done: Saved) -> dict[str, Filled]:
    stored = marks(here.session, facts.id, "draft")
    filled = {}
    for code, fields in given.items():
        mark, was = stored.get(code), here.typed.get(f"was-{code}")
        stands = print_of(standing(mark))
        if print_of(fields) in {stands, was}:
            continue
        if was != stands and here.typed.get(f"keep-{code}") != stands:
            done.conflicts[code], done.typed[code], done.was[code] = mark, fields, was
            continue
        one = _filled(sheet, code, fields, mark, done)
        if one is not None:
            filled[code] = one
    return filled


def _filled(sheet: Sheet, code: str, fields: Fields, mark: MarkRow | None, done: Saved) -> Filled | None:
    """What to write; where the entry cannot stand, the words beside it are written all the same."""
    leaf, note = sheet.leaf(code), fields.get("note", "")
    problem = problem_of(leaf, fields, sheet)
    if not problem:
        done.kept.append(code)
        entry = entry_of(leaf, fields)
        return Filled(None if entry == BLANK and not note else entry, note)
    done.problems[code], done.typed[code] = problem, fields
    stands = standing(mark)
    if not problem_of(leaf, {**stands, "note": note}, sheet) and note != stands.get("note", ""):
        entry = Entry.model_validate_json(mark.entry) if mark else BLANK
        return Filled(None if entry == BLANK and not note else entry, note)
    return None


def _new(here: Here, given: Mapping[str, Fields], done: Saved) -> list[New]:
    taken: Taken = here.before or Taken()
    new = []
    for code in given:
        come, problems = given_with(here, taken, code)
        new += come
        if problems:
            done.problems[code] = " ".join([*filter(None, [done.problems.get(code)]), *problems])
            done.refused[code] = evidence_typed(here, code)
    return new


def evidence_typed(here: Here, code: str) -> Fields:
    """The evidence of a criterion that is typed and could not be taken; a file has to be chosen again."""
    address, secret = here.typed.line(f"link-{code}"), _confidential(here, code)
    refused = address and evidence_files.check_address(address, here.dossier.programme.evidence)
    return {
        "link": address if refused else "",
        **{name: here.typed.line(f"{name}-{code}") if secret[1] else "" for name in ("secret", "dated")},
    }


def given_with(here: Here, taken: Taken, code: str) -> tuple[list[New], list[str]]:
    """The evidence that came with a criterion's fields, and what is wrong with any."""
    declared = here.typed.get(f"declared-{code}") == "1"
    new = [New(code, kept, declared=declared) for kept in taken.files.get(f"{EVIDENCE}{code}", ())]
    problems = [problem for problem in [taken.problems.get(f"{EVIDENCE}{code}")] if problem]
    address = here.typed.line(f"link-{code}")
    why = evidence_files.check_address(address, here.dossier.programme.evidence) if address else None
    new += [New(code, address=address)] if address and not why else []
    problems += [f"{code}: {why}."] if why else []
    confidential, lacking = _confidential(here, code)
    return new + confidential, problems + lacking


def _confidential(here: Here, code: str) -> tuple[list[New], list[str]]:
    """A document marked *Mật*, of which number and date are all that is taken."""
    number, day = here.typed.line(f"secret-{code}"), here.typed.line(f"dated-{code}")
    if not number and not day:
        return [], []
    try:
        one = New(code, number=number, dated=parse_date(day))
    except ValueError:
        return [], [f"{code}: văn bản Mật phải ghi ngày có thật, ví dụ 09/12/2026."]
    why = evidence_files.check_confidential(one, here.now)
    return ([], [f"{code}: {why}."]) if why else ([one], [])


def _add(here: Here, key: int, new: list[New], done: Saved) -> None:
    evidence_files.add(here.session, key, new, actor=here.actor, now=here.now)
    done.version += 1
    done.kept += [one.criterion for one in new if one.criterion not in done.kept]


def remove(here: Here, evidence_id: int) -> None:
    """Take a file or a link away."""
    key = here.dossier.id
    evidence_files.remove(here.session, key, evidence_id, actor=here.actor, now=here.now)


def view(here: Here, done: Saved | None = None) -> View:
    """The draft as it stands, with what a save could not keep in the fields where it was typed."""
    key = here.dossier.id
    found, evidence = marks(here.session, key, "draft"), evidence_of(here.session, key)
    own = pieces(here.session, here.dossier, (one for one in evidence if one.request_id is None))
    sheet = self_assess.sheet_of(here.dossier)
    if done is None:
        return view_of(sheet, found, own)
    return view_of(
        sheet, found, own, typed=done.typed, was=done.was, problems=done.problems, elsewhere=_elsewhere(here, done)
    )


def _elsewhere(here: Here, done: Saved) -> dict[str, Elsewhere]:
    if not done.conflicts:
        return {}
    found = done.conflicts.items()
    names = unit_page.names(here.session, [mark.account_id for _, mark in found if mark])
    return {
        code: Elsewhere(
            shown(standing(mark)), names.get(mark.account_id or 0, "") if mark else "", mark.at if mark else None
        )
        for code, mark in found
    }
