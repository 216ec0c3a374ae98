"""The form in which a body writes its opinions: what stands in its fields, what was typed, what could be kept.

`was-7` is the print of what stood on dossier 7 when the page was made: another window's draft is not overwritten until
the person who typed says so.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from actions import answers, opinion_page
from actions.answers import Answer, answer_of
from actions.opinion_page import Line
from models.opinions import Opinion, of_body
from states.errors import Unknown
from states.hold import hold
from web.edge import Here
from web.forms import Typed
from web.sheet_form import print_of as print_fields
from web.words import _

PAGE: Final = 100
"""As many dossiers as one page shows."""
LONGEST: Final = 20_000
DIGITS: Final = 18
BLANK: Final = Answer()


@dataclass(frozen=True, slots=True)
class Row:
    """One dossier on the page: how it stands, what is in its fields, and what stands against keeping that."""

    line: Line
    answer: Answer
    was: str
    problem: str = ""
    elsewhere: bool = False

    @property
    def print(self) -> str:
        """What tells its kept content from another."""
        return print_of(self.line.answer)

    @property
    def is_open(self) -> bool:
        """Whether it may still be written."""
        return self.line.status == "open"

    @property
    def is_written(self) -> bool:
        """Whether a draft is kept that could be sent."""
        return self.is_open and self.line.answer != BLANK


@dataclass(slots=True)
class Kept:
    """What came of a save: by dossier what was not kept, and why."""

    problems: dict[int, str] = field(default_factory=dict)
    elsewhere: set[int] = field(default_factory=set)
    typed: dict[int, Answer] = field(default_factory=dict)
    was: dict[int, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        """The status that tells it."""
        if self.elsewhere:
            return HTTPStatus.CONFLICT
        return HTTPStatus.UNPROCESSABLE_ENTITY if self.problems else HTTPStatus.OK


def print_of(answer: Answer) -> str:
    """What tells one answer from another."""
    return print_fields({"level": answer.level or "", "comment": answer.comment})


def typed_for(typed: Typed, key: int) -> Answer:
    """What was typed of a dossier."""
    return Answer(typed.line(f"level-{key}") or None, typed.get(f"comment-{key}").strip())


def ids(written: Iterable[str]) -> list[int]:
    """The ids among what a form sent."""
    return [int(one) for one in written if one.isascii() and one.isdecimal() and len(one) <= DIGITS]


def touched(typed: Typed) -> dict[int, Answer]:
    """What was typed and is not as it was on the page, by dossier."""
    given = {key: typed_for(typed, key) for key in ids(typed.starting("comment-")) if typed.all(f"was-{key}")}
    return {key: one for key, one in given.items() if print_of(one) != typed.get(f"was-{key}")}


def problem_of(answer: Answer, levels: Mapping[str, str]) -> str:
    """Why an answer cannot be kept, in one sentence; empty when it can. Blank can."""
    if answer.level is not None and answer.level not in levels:
        return _("Chọn mức xếp loại trong danh sách.")
    if len(answer.comment) > LONGEST:
        return _("Ý kiến dài quá 20.000 ký tự; rút gọn lại hoặc gửi bằng văn bản.")
    return ""


def keep(here: Here, levels: Mapping[str, str], only: int | None = None) -> Kept:
    """Keep what was typed as drafts, each dossier for itself; Refused after the deadline, Unknown for what is not own.

    What another window kept in between stays, as what was typed stays in its field.
    """
    given = {key: one for key, one in touched(here.typed).items() if only in {None, key}}
    standing, done, filled = held(here, given), Kept(), {}
    for key, answer in given.items():
        one = standing[key]
        if answer == answer_of(one):
            continue
        if _may_write(here, key, answer, one, levels, done):
            filled[key] = answer
        else:
            done.typed[key], done.was[key] = answer, here.typed.get(f"was-{key}")
    answers.save(here.session, here.path["request_id"], filled, actor=here.actor, now=here.now)
    return done


def _may_write(here: Here, key: int, answer: Answer, one: Opinion, levels: Mapping[str, str], done: Kept) -> bool:
    stands = print_of(answer_of(one))
    if one.status != "open":
        done.problems[key] = _("Ý kiến về hồ sơ này đã gửi hoặc không còn được hỏi, không sửa được.")
    elif stands not in {here.typed.get(f"was-{key}"), here.typed.get(f"keep-{key}")}:
        done.elsewhere.add(key)
    elif problem := problem_of(answer, levels):
        done.problems[key] = problem
    else:
        return True
    return False


def held(here: Here, keys: Iterable[int]) -> Mapping[int, Opinion]:
    """What stands on these dossiers, once nobody else can write; Unknown when the account was not asked on one."""
    request_id, account_id = here.path["request_id"], here.account.account_id
    own, wanted = of_body(here.session, request_id, account_id), sorted(keys)
    for key in wanted:
        if key not in own:
            raise Unknown(f"hồ sơ số {key} trong phần hỏi nơi này")
        hold(here.session, key, actor=here.actor, now=here.now)
    here.session.expire_all()
    own = of_body(here.session, request_id, account_id)
    return {key: own[key] for key in wanted}


def unkept(here: Here, key: int, problem: str) -> Kept:
    """What was typed of one dossier, none of it kept."""
    return Kept({key: problem}, typed={key: typed_for(here.typed, key)}, was={key: here.typed.get(f"was-{key}")})


def rows(here: Here, done: Kept | None = None) -> list[Row]:
    """All dossiers on which the account was asked, with what a save could not keep where it was typed."""
    found = opinion_page.lines(here.session, here.path["request_id"], actor=here.actor)
    done = done or Kept()
    return [_row(one, done) for one in found]


def _row(line: Line, done: Kept) -> Row:
    answer, was = done.typed.get(line.id, line.answer), done.was.get(line.id, print_of(line.answer))
    return Row(line, answer, was, done.problems.get(line.id, ""), line.id in done.elsewhere)


@dataclass(frozen=True, slots=True)
class Sums:
    """How far a body has come."""

    asked: int
    given: int
    written: int

    @property
    def blank(self) -> int:
        """On how many nothing is written."""
        return self.asked - self.given - self.written


def sums(shown: Sequence[Row]) -> Sums:
    """Count the dossiers that are still asked about."""
    asked = [one for one in shown if one.line.status != "withdrawn"]
    given = sum(one.line.status == "given" for one in asked)
    return Sums(len(asked), given, sum(one.is_written for one in asked))
