"""The history of a dossier: read page by page, compared, checked, handed out (DESIGN §5)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from actions import check
from config.calendar import end_of, parse_date
from states import history, timeline
from states.chain_words import WHYS
from states.facts import Dossier
from states.timeline import KINDS as NARROWED
from states.timeline import MAIL, Wanted
from web import timeline as words
from web.acts import KINDS
from web.answers import Answer, Download, page
from web.asks import OfDossier
from web.edge import Desk, Here
from web.history_files import as_csv, as_lines
from web.past import difference
from web.words import _

desk: Final = Desk()
HOME: Final = "/assessments/{assessment_id:id}/history"
DIGITS: Final = 9


class Asked(NamedTuple):
    """What an address asks of a timeline, and the problem with the day it names."""

    wanted: Wanted
    until: str
    problem: str

    def query(self, **more: object) -> str:
        """The same as the query of an address."""
        given = {"kind": self.wanted.kind, "until": self.until} | more
        return urlencode({name: value for name, value in given.items() if value})


def asked_of(query: Mapping[str, str]) -> Asked:
    """What an address asks; what makes no sense is not asked."""
    kind, until = query.get("kind", ""), " ".join(query.get("until", "").split())
    at, problem = _day(until)
    kind = kind if kind in {*NARROWED, MAIL} else ""
    return Asked(Wanted(kind, at, number(query, "seq"), number(query, "mail")), until if at else "", problem)


def _day(written: str) -> tuple[datetime | None, str]:
    try:
        return (end_of(parse_date(written)), "") if written else (None, "")
    except ValueError as error:
        return None, str(error)


def number(query: Mapping[str, str], name: str) -> int | None:
    """A whole number of an address; None when it is none."""
    given = query.get(name, "")
    return int(given) if given.isascii() and given.isdecimal() and 0 < len(given) <= DIGITS else None


def _entity(facts: Dossier) -> str:
    return f"assessment:{facts.id}"


def _reader(here: Here, found: timeline.Page) -> words.Reader:
    facts = here.dossier
    return words.reader_of(
        here.session,
        _entity(facts),
        found,
        facts.programme,
        kind=facts.kind,
        subjects=timeline.working_subjects(here.session, facts.id),
        of=facts.round_id,
    )


def told(asked: Asked, found: timeline.Page, reader: words.Reader) -> dict[str, Any]:
    """What every page of a timeline shows."""
    more = asked.query(seq=found.seq, mail=found.mail) if found.seq is not None else ""
    return {
        "asked": asked,
        "kinds": KINDS,
        "entries": words.entries(found, reader),
        "older": more,
        "is_first": asked.wanted.seq is None and asked.wanted.mail is None,
    }


@desk.get(HOME, asks=OfDossier("audit"))
def dossier_history(here: Here) -> Answer:
    """The history of a dossier."""
    asked = asked_of(here.query)
    found = timeline.page(here.session, _entity(here.dossier), asked.wanted)
    return page(
        "audit/history.html", facts=here.dossier, state=_state(here), **told(asked, found, _reader(here, found))
    )


def _state(here: Here) -> Any:  # noqa: ANN401  a state of the workflow
    return here.dossier.programme.workflow.assessment.states[here.dossier.state]


@desk.get(f"{HOME}/difference", asks=OfDossier("audit"))
def dossier_difference(here: Here) -> Answer:
    """What changed between two points in the history of a dossier."""
    facts = here.dossier
    first, second = number(here.query, "from") or 1, number(here.query, "to") or facts.seq
    seqs = (min(max(first, 1), facts.seq), min(max(second, 1), facts.seq))
    found = difference(here.session, facts.id, seqs, facts.programme, facts.kind)
    return page("audit/difference.html", facts=facts, found=found)


@desk.get(f"{HOME}/check", asks=OfDossier("audit"))
def dossier_check(here: Here) -> Answer:
    """One chain is short: it is recomputed while one waits."""
    found = history.verify_chain(here.session, _entity(here.dossier))
    return page("audit/check.html", facts=here.dossier, found=found, whys=WHYS)


@desk.post(f"{HOME}/export", asks=OfDossier("audit"))
def dossier_export(here: Here) -> Answer:
    """Hand out the history of a dossier; the export is recorded."""
    facts, form = here.dossier, "csv" if here.typed.get("form") == "csv" else "jsonl"
    check.hand_out(here.session, _entity(facts), form, actor=here.actor, now=here.now)
    if form == "csv":
        lines = timeline.through(here.session, _entity(facts), timeline.LAST)
        content = as_csv(lines, facts.programme, is_round=False)
        return Download(content, _("Lịch sử hồ sơ %(id)s.csv") % {"id": facts.id}, "text/csv; charset=utf-8")
    content = as_lines(here.session, _entity(facts))
    return Download(content, _("Lịch sử hồ sơ %(id)s.jsonl") % {"id": facts.id}, "application/x-ndjson")


@desk.post(f"{HOME}/{{seq:id}}/open", asks=OfDossier("audit"))
def dossier_open(here: Here) -> Answer:
    """The row as it is, once the reading is on the chain."""
    facts = here.dossier
    line = check.read_confidential(here.session, _entity(facts), here.path["seq"], actor=here.actor, now=here.now)
    reader = _reader(here, timeline.Page([line], None, None))
    return page("audit/opened.html", title=facts.name, back=here_path(here), one=words.shown(line, reader, opened=True))


def here_path(here: Here) -> str:
    """The address of the timeline a row was opened from."""
    return f"/assessments/{here.dossier.id}/history"
