"""Acts that take two people: whoever asks for one does not do it alone (DESIGN §5).

The console and the system itself are no accounts: who has a shell on the server is named in history by that.
"""

from typing import Final

from states.actor import Actor
from states.errors import Refusal, Refused
from states.tasks import PRIVILEGED

ALONE: Final = Refusal(
    "two_keys", "Việc này cần hai người: một người đề nghị, một người khác phê duyệt ở mục «Chờ phê duyệt»."
)
ROLES: Final = PRIVILEGED
"""Roles that are given by two people: those who steer, appraise for all, decide, keep the minutes and check."""


def is_alone(actor: Actor) -> bool:
    """Whether it is an account with nobody else behind it."""
    return actor.account_id is not None and actor.approved_by is None


def demand_two(actor: Actor) -> None:
    """Refused for an account that acts without a second person."""
    if is_alone(actor):
        raise Refused([ALONE])
