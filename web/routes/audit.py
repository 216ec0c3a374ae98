"""The auditor's way in, and the history of a round: read, checked against its seals, handed out (DESIGN §5)."""

from http import HTTPStatus
from typing import Final

from actions import check
from config.calendar import LOCAL
from models.history import seals_of
from models.jobs import jobs_about
from states import timeline
from states.desk import Desk as Found
from states.desk import round_as_desk
from states.errors import Refused
from states.lookup import units
from web import timeline as words
from web.acts import SEALS
from web.answers import Answer, Download, Page, page, redirect_with_note
from web.asks import Everywhere, OfRound
from web.edge import Desk, Here
from web.forms import clean
from web.history_files import as_archive
from web.routes.history import asked_of, told
from web.words import _

desk: Final = Desk()
HOME: Final = "/rounds/{round_id:id}/history"
NIGHTLY: Final = "verify"
SHOWN_JOBS, SHOWN_SEALS = 8, 40
LONGEST: Final = 100


def _searched(here: Here) -> str:
    return " ".join(clean(here.query.get("q", "")).split())[:LONGEST]


@desk.get("/audit", asks=Everywhere("audit"))
def audit_page(here: Here) -> Answer:
    """Search the history by round, account, act and day."""
    search = _searched(here)
    found, more = units(here.session, here.actor, search)
    return page("audit/search.html", action="/audit", search=search, units=found, more=more, round=None)


@desk.get(f"{HOME}/dossiers", asks=OfRound("audit"))
def round_dossiers(here: Here) -> Answer:
    """The same search for one who checks one round."""
    search, own = _searched(here), _round(here)
    found, more = units(here.session, here.actor, search, round_id=own.id)
    action = f"/rounds/{own.id}/history/dossiers"
    return page("audit/search.html", action=action, search=search, units=found, more=more, round=own)


def _round(here: Here) -> Found:
    return round_as_desk(here.session, here.path["round_id"])


def _reader(here: Here, own: Found, found: timeline.Page) -> words.Reader:
    entity = f"round:{own.id}"
    return words.reader_of(here.session, entity, found, own.programme, kind="", subjects=(), of=own.id)


@desk.get(HOME, asks=OfRound("audit"))
def round_history(here: Here) -> Answer:
    """The history of a round, filtered, in pages."""
    own, asked = _round(here), asked_of(here.query)
    found = timeline.page(here.session, f"round:{own.id}", asked.wanted)
    return page("audit/round.html", round=own, **told(asked, found, _reader(here, own, found)))


@desk.post(f"{HOME}/{{seq:id}}/open", asks=OfRound("audit"))
def round_open(here: Here) -> Answer:
    """Read what a row of the history keeps confidential; the reading is recorded."""
    own = _round(here)
    line = check.read_confidential(here.session, f"round:{own.id}", here.path["seq"], actor=here.actor, now=here.now)
    one = words.shown(line, _reader(here, own, timeline.Page([line], None, None)), opened=True)
    return page("audit/opened.html", title=own.title, back=f"/rounds/{own.id}/history", one=one)


def _check_page(here: Here, *, problem: str = "") -> Page:
    own = _round(here)
    seals = list(reversed(seals_of(here.session, own.id)))
    targets = [f"round:{own.id}", *(f"seal:{one.id}" for one in seals)]
    nightly = jobs_about(here.session, ["installation:1"], [NIGHTLY], most=1)
    return page(
        "audit/round_check.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if problem else HTTPStatus.OK,
        round=own,
        problem=problem,
        typed=here.typed.get("seal"),
        jobs=[*jobs_about(here.session, targets, check.CHECKS, most=SHOWN_JOBS), *nightly],
        seals=seals[:SHOWN_SEALS],
        kinds=SEALS,
    )


@desk.get(f"{HOME}/check", asks=OfRound("audit"))
def round_check(here: Here) -> Answer:
    """What there is to check: chains, seals."""
    return _check_page(here)


@desk.post(f"{HOME}/check", asks=OfRound("audit"))
def round_check_chains(here: Here) -> Answer:
    """Check all chains of a round."""
    check.check_round(here.session, here.path["round_id"], actor=here.actor, now=here.now)
    return redirect_with_note(_check_path(here), _("Đã ghi yêu cầu; kết quả hiện ở trang này khi kiểm tra xong."))


@desk.post(f"{HOME}/seal", asks=OfRound("audit"))
def round_check_seal(here: Here) -> Answer:
    """Check a round against a seal that was kept outside."""
    try:
        check.check_seal(here.session, here.path["round_id"], here.typed.line("seal"), actor=here.actor, now=here.now)
    except Refused as refused:
        return _check_page(here, problem=str(refused))
    return redirect_with_note(_check_path(here), _("Đã ghi yêu cầu; kết quả hiện ở trang này khi đối chiếu xong."))


def _check_path(here: Here) -> str:
    return f"/rounds/{here.path['round_id']}/history/check"


@desk.post(f"{HOME}/export", asks=OfRound("audit"))
def round_export(here: Here) -> Answer:
    """Hand out the history of a round; the export is recorded."""
    own = _round(here)
    check.demand_short(here.session, own.id)
    check.hand_out(here.session, f"round:{own.id}", "jsonl", actor=here.actor, now=here.now)
    name = _("Lịch sử đợt %(id)s, %(day)s.zip") % {"id": own.id, "day": f"{here.now.astimezone(LOCAL):%Y-%m-%d}"}
    return Download(as_archive(here.session, own.id), name, "application/zip")
