"""Signing in at the provider that the settings name. Whoever is not proven, or has no account, is told the same."""

import logging
from functools import partial
from http import HTTPStatus
from typing import Final

from actions import sign_in
from states.errors import Unknown
from web import limits, oidc
from web.answers import Answer, Leave, Page, page
from web.asks import Nobody
from web.edge import Desk, Here, Outside
from web.oidc import NotProven, Provider, ProviderDown
from web.routes.doors import go_on, safe_next
from web.words import _

LOG: Final = logging.getLogger(__name__)
desk: Final = Desk()
DOOR: Final = Nobody("a door stands open to whoever wants to come in")
ANSWER: Final = ("code", "state", "iss")
WAY: Final = "oidc"


def _provider(here: Here) -> Provider:
    provider = oidc.provider_of(here.place.settings)
    if provider is None:
        raise Unknown(_("trang này"))
    return provider


@desk.get("/sign-in/oidc", asks=DOOR)
def leave(here: Here) -> Answer:
    """Go to the provider to sign in there."""
    return Leave(_provider(here), safe_next(here.query.get("next", "/")))


@desk.get(oidc.BACK, asks=DOOR)
def back_page(here: Here) -> Answer:
    """The button behind which the provider's answer is looked at: looking at the page uses nothing up."""
    provider = _provider(here)
    answer = {name: here.query[name] for name in ANSWER if name in here.query}
    if not {"code", "state"} <= answer.keys():
        return _refused(provider)
    return page("provider_back.html", answer=answer, label=provider.label, address=oidc.BACK)


def _refused(provider: Provider, *, is_down: bool = False) -> Page:
    if is_down:
        problem = _("Chưa liên lạc được với nơi xác thực; vài phút nữa thử lại hoặc đăng nhập bằng cách khác.")
        status = HTTPStatus.SERVICE_UNAVAILABLE
    else:
        problem = _("Không đăng nhập được bằng cách này: lượt đăng nhập đã hết hạn hoặc không khớp tài khoản nào.")
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    return page("provider_refused.html", status=status, problem=problem, label=provider.label)


def _prove(here: Here) -> Outside | None:
    """Nobody is asked beyond the limit."""
    provider = _provider(here)
    if limits.wait_until(here.session, _try(here), now=here.now):
        return None
    answer = {name: here.typed.get(name) for name in ANSWER if here.typed.get(name)}
    return Outside(partial(_proven, provider, here, answer))


def _proven(provider: Provider, here: Here, answer: dict[str, str]) -> str | ProviderDown | None:
    try:
        return oidc.proven(provider, here.away.secret, answer, now=here.now) if here.away.secret else None
    except NotProven as error:
        LOG.warning("nobody is proven by %s: %s", provider.issuer, error)
        return None
    except ProviderDown as error:
        LOG.error("the provider does not answer: %s", error)  # noqa: TRY400  it is no fault of ours
        return error


def _try(here: Here) -> limits.Try:
    return limits.the_try(here.session, WAY, "", here.visit)


@desk.post(oidc.BACK, asks=DOOR, first=_prove)
def come_back(here: Here) -> Answer:
    """Begin the session of whoever the provider proves, if it is the address of an account."""
    provider, found = _provider(here), here.before
    if isinstance(found, ProviderDown):
        return _refused(provider, is_down=True)
    if found is not None:
        state = here.typed.get("state")
        started = sign_in.by_provider(here.session, found, state, here.visit, now=here.now)
        if started is not None:
            return go_on(started, here.away.next)
    limits.count(here.session, _try(here), now=here.now)
    return _refused(provider)
