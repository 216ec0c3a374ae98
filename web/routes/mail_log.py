"""The mail of a round: what became of each, what the server answered, and sending again what did not arrive."""

from typing import Final

from actions.undelivered import lost, send_again
from config.vocabulary import MESSAGES
from states import mail_log
from states.mail_log import Wanted
from states.overview import watch
from web import watch as ways
from web.answers import Answer, page, redirect_with_note
from web.asks import OfRound
from web.edge import Desk, Here
from web.forms import clean
from web.words import _

desk: Final = Desk()
OWNER: Final = OfRound("administer", by_body=True)


@desk.get("/rounds/{round_id:id}/mail", asks=OWNER)
def mail_page(here: Here) -> Answer:
    """Every mail of the round with what became of it."""
    watched = watch(here.session, here.actor, here.path["round_id"], verb="administer")
    wanted = _wanted(here)
    return page(
        "watch/mail.html",
        watched=watched,
        wanted=wanted,
        log=mail_log.log(here.session, watched, wanted),
        messages=[(name, _(spec.label)) for name, spec in MESSAGES.items()],
        ways=ways,
    )


def _wanted(here: Here) -> Wanted:
    state, message = here.query.get("state", ""), here.query.get("message", "")
    return Wanted(
        search=" ".join(clean(here.query.get("q", "")).split())[: ways.LONGEST],
        state=state if state in mail_log.STATES else "",
        message=message if message in MESSAGES else "",
        after=ways.number(here.query, "after"),
    )


@desk.post("/rounds/{round_id:id}/mail/look", asks=OWNER)
def look(here: Here) -> Answer:
    """Show which mails would be sent again."""
    watched = watch(here.session, here.actor, here.path["round_id"], verb="administer")
    return page(
        "watch/mail_again.html",
        watched=watched,
        lost=lost(here.session, watched.id, ways.ids(here.typed)),
        labels={name: _(spec.label) for name, spec in MESSAGES.items()},
        ways=ways,
    )


@desk.post("/rounds/{round_id:id}/mail/again", asks=OWNER)
def again(here: Here) -> Answer:
    """Send mails again."""
    watched = watch(here.session, here.actor, here.path["round_id"], verb="administer")
    count = send_again(here.session, watched.id, ways.ids(here.typed), actor=here.actor, now=here.now)
    return redirect_with_note(f"/rounds/{watched.id}/mail", _("Đã xếp %(count)s thư để gửi lại.") % {"count": count})
