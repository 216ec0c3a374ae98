"""The papers of a ballot box as the documents of `reports` want them."""

from collections.abc import Iterator
from typing import Final

from actions.ballots import Entry, own_count
from actions.box_page import Line, Seen
from config.calendar import local_day
from models.assessments import Assessment
from models.decisions import Document
from models.meetings import attendance_of
from reports.ballot_docx import write_papers
from reports.contents import Head
from reports.count_contents import Asked, BallotPaper, Counted, CountMinutes
from reports.count_docx import write_minutes
from reports.official.heads import of_body, of_programme
from reports.records import own_paper
from reports.values import Paper
from states.errors import refuse
from web.edge import Here
from web.words import _

WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MOST_PAPERS: Final = 600


def papers_of(here: Here, one: Seen) -> bytes:
    """A ballot paper for everybody summoned, to be printed."""
    paper = BallotPaper(
        head=_head(here, one),
        title=one.spec.label,
        meeting=_meeting(one),
        day=local_day(one.meeting.held_at if one.meeting else one.box.opened_at),
        options=tuple(one.options.values()),
        asked=[Asked(line.name, tuple(line.options.values())) for line in one.lines],
        rehearsal=here.place.is_rehearsal,
    )
    return write_papers(paper, min(one.box.summoned, MOST_PAPERS))


def minutes_of(here: Here, one: Seen) -> bytes:
    """The minutes of a count: of a closed box, else a draft by what one counted oneself."""
    own = own_count(here.session, one.box.id, here.actor.account_id or 0) if one.is_open else None
    if one.is_open and own is None:
        raise refuse("count", _("Nhập kết quả kiểm phiếu trước rồi tải biên bản."))
    meeting, people = one.meeting, attendance_of(here.session, one.box.meeting_id or 0)
    minutes = CountMinutes(
        head=_head(here, one),
        title=one.spec.label,
        meeting=_meeting(one),
        place=meeting.place if meeting else "",
        chair=meeting.chair if meeting else "",
        opened_at=one.box.opened_at,
        closed_at=one.box.closed_at,
        paper=_paper(here, one),
        summoned=one.box.summoned,
        present=sum(person.present for person in people) if people else None,
        issued=own.issued if own else one.box.issued or 0,
        returned=own.returned if own else one.box.returned or 0,
        counted=list(_counted(one, own)),
        electronic=one.box.electronic,
        rehearsal=here.place.is_rehearsal,
    )
    return write_minutes(minutes)


def _head(here: Here, one: Seen) -> Head:
    """The head of the body that holds the meeting; outside a meeting of the one that decides on what is voted on."""
    programme = one.around.programme
    if one.meeting is not None:
        return of_body(here.session, programme, one.meeting.body)
    first = here.session.get(Assessment, one.lines[0].id) if one.lines else None
    return of_programme(programme) if first is None else of_body(here.session, programme, first.body)


def _meeting(one: Seen) -> str:
    return one.meeting.title if one.meeting else one.around.title


def _paper(here: Here, one: Seen) -> Paper:
    return own_paper(here.session.get(Document, one.box.minutes_document_id or 0))


def _counted(one: Seen, own: Entry | None) -> Iterator[Counted]:
    for line in one.lines:
        if own is None:
            yield _closed(line)
        else:
            count = own.of[line.id]
            counts = {label: count.counts.get(code, 0) for code, label in line.options.items()}
            yield Counted(line.name, counts, count.valid, count.invalid, "")


def _closed(line: Line) -> Counted:
    counts = {label: line.counts.get(code, 0) for code, label in line.options.items()}
    winner = line.outcome.winner if line.outcome else None
    told = line.options[winner] if winner else _("Không đủ quá bán")
    return Counted(line.name, counts, line.valid, line.invalid, told)
