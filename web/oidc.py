"""Signing in at a provider of OpenID Connect: where one is sent, and what is believed of who comes back.

The code flow with PKCE. State, nonce and verifier derive from one secret that the browser keeps in a cookie and nobody
else sees, so nothing is kept here. The provider is asked over the network: never inside a transaction.
"""

import hmac
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final, NamedTuple
from urllib.parse import quote_plus

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oauth2.auth import ClientAuth, encode_client_secret_basic
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, import_key
from joserfc.jws import JWSRegistry
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from actions.sessions import token_of
from config.settings import Settings, is_own_or_secure

BACK: Final = "/sign-in/oidc/back"
WELL_KNOWN: Final = "/.well-known/openid-configuration"
ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures that only the provider can make: neither none nor a secret that is shared with it."""
LEEWAY: Final = 120
"""Seconds by which the provider's clock may differ from ours."""
PATIENCE: Final = 3.0
"""Seconds for each of the three answers of a provider; a request lives for ten."""
FRESH: Final = timedelta(minutes=10)
"""For so long what a provider says of itself is believed; its keys are asked for every time."""
LARGEST: Final = 256 * 1024
EMAIL: Final = "email"
BASIC: Final = "client_secret_basic"
PLAIN: Final = re.compile(r"[!-?A-~]+@[!-?A-~]+")
"""An address without spaces and without letters that only look like those of another one."""
MISREAD: Final = (JoseError, ValueError, TypeError, KeyError, AttributeError)
"""What the library raises at a token, or a key, that is not as it should be."""


class ProviderDown(Exception):
    """The provider gives no answer, or none that can be read."""


class NotProven(Exception):
    """What came back proves nobody; why is for the log."""


class Provider(NamedTuple):
    """A provider and what we are to it."""

    issuer: str
    client_id: str
    secret: str | None
    label: str
    claim: str
    back: str


class Metadata(BaseModel):
    """What a provider says of itself (OpenID Connect Discovery 1.0)."""

    model_config = ConfigDict(frozen=True)

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    methods: tuple[str, ...] = Field(default=(BASIC,), alias="token_endpoint_auth_methods_supported")
    names_itself: bool = Field(default=False, alias="authorization_response_iss_parameter_supported")


class Trip(NamedTuple):
    """One going there and coming back, as its secret makes it."""

    state: str
    nonce: str
    verifier: str


def provider_of(settings: Settings) -> Provider | None:
    """The provider of the settings; None where there is none."""
    if settings.oidc_issuer is None or settings.oidc_client_id is None:
        return None
    secret = settings.oidc_client_secret
    return Provider(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        secret=secret.get_secret_value() if secret else None,
        label=settings.oidc_label,
        claim=settings.oidc_claim,
        back=f"{settings.base_url.rstrip('/')}{BACK}",
    )


def trip_of(secret: str) -> Trip:
    """State, nonce and verifier of a secret; none of them tells another, or it."""
    return Trip(*(token_of(hmac.digest(secret.encode(), use.encode(), sha256)) for use in Trip._fields))


def address(provider: Provider, secret: str, *, now: datetime) -> str:
    """Where somebody is sent to sign in; ProviderDown."""
    trip, known = trip_of(secret), _metadata(provider, now)
    with _client(provider, known) as client:
        to, _state = client.create_authorization_url(
            known.authorization_endpoint,
            state=trip.state,
            nonce=trip.nonce,
            code_verifier=trip.verifier,
            scope="openid email",
        )
    return str(to)


def proven(provider: Provider, secret: str, answer: Mapping[str, str], *, now: datetime) -> str:
    """The address of whoever came back with this answer; NotProven, or ProviderDown."""
    trip, known = trip_of(secret), _metadata(provider, now)
    _demand_own(provider, known, trip, answer)
    token = _exchanged(provider, known, trip, answer["code"])
    keys = _got(provider, known.jwks_uri)
    return address_in(provider, claims_of(provider, token, keys, trip.nonce, now=now))


def _demand_own(provider: Provider, known: Metadata, trip: Trip, answer: Mapping[str, str]) -> None:
    """It answers what this browser asked, and comes from the provider that was asked (RFC 9207)."""
    if not hmac.compare_digest(answer.get("state", "").encode(), trip.state.encode()):
        raise NotProven("state")
    named = answer.get("iss")
    if named != provider.issuer and (named or known.names_itself):
        raise NotProven("issuer of the answer")
    if not answer.get("code"):
        raise NotProven("no code")


def claims_of(
    provider: Provider, token: Mapping[str, Any], keys: Mapping[str, Any], nonce: str, *, now: datetime
) -> Mapping[str, Any]:
    """What the provider signed of a person, for us, for this trip, just now; NotProven otherwise."""
    said = {"iss": provider.issuer, "aud": provider.client_id}
    own = {name: {"essential": True, "value": value} for name, value in said.items()}
    beside = {"nonce": nonce, "client_id": provider.client_id, "access_token": token.get("access_token")}
    try:
        registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
        decoded = jwt.decode(token["id_token"], KeySet(list(_readable(keys))), registry=registry)
        claims = CodeIDToken(decoded.claims, decoded.header, own, beside)
        claims.validate(now=int(now.timestamp()), leeway=LEEWAY)
    except MISREAD as error:
        raise NotProven(f"{type(error).__name__}: {error}") from error
    return dict(claims)


def _readable(keys: Mapping[str, Any]) -> Iterator[Any]:
    """The keys that the library knows: a provider may publish others beside them."""
    for key in keys["keys"]:
        with suppress(*MISREAD):
            yield import_key(key)


def address_in(provider: Provider, claims: Mapping[str, Any]) -> str:
    """The address by which the account is known; an e-mail counts only when the provider has verified it."""
    found = claims.get(provider.claim)
    if not isinstance(found, str) or not PLAIN.fullmatch(found):
        raise NotProven(f"no address in {provider.claim}")
    if provider.claim == EMAIL and claims.get("email_verified") is not True:
        raise NotProven("the e-mail is not verified")
    return found


def _exchanged(provider: Provider, known: Metadata, trip: Trip, code: str) -> Mapping[str, Any]:
    try:
        with _client(provider, known) as client, _minding():
            token: Mapping[str, Any] = client.fetch_token(
                known.token_endpoint, grant_type="authorization_code", code=code, code_verifier=trip.verifier
            )
    except OAuthError as error:
        raise NotProven(f"the code: {error}") from error
    return token


def _client(provider: Provider, known: Metadata) -> Any:  # noqa: ANN401  of a library without types
    is_in_form = "client_secret_post" in known.methods and BASIC not in known.methods
    method = ("client_secret_post" if is_in_form else BASIC) if provider.secret else "none"
    client = OAuth2Client(
        provider.client_id,
        provider.secret,
        token_endpoint_auth_method=method,
        redirect_uri=provider.back,
        code_challenge_method="S256",
        timeout=PATIENCE,
        follow_redirects=False,
    )
    client.register_client_auth_method((BASIC, _basic))
    return client


def _basic(client: Any, *request: Any) -> Any:  # noqa: ANN401  of a library without types
    """Name and secret are encoded as in a form and then joined (RFC 6749 §2.3.1), which the library leaves out."""
    own = ClientAuth(quote_plus(client.client_id), quote_plus(client.client_secret))
    return encode_client_secret_basic(own, *request)


_KNOWN: Final[dict[str, tuple[datetime, Metadata]]] = {}


def _metadata(provider: Provider, now: datetime) -> Metadata:
    """What the provider says of itself, of which each word has to be its own and every address safe."""
    if provider.issuer in _KNOWN and abs(now - _KNOWN[provider.issuer][0]) < FRESH:
        return _KNOWN[provider.issuer][1]
    try:
        found = Metadata.model_validate(_got(provider, provider.issuer.rstrip("/") + WELL_KNOWN))
    except ValidationError as error:
        raise ProviderDown(f"{provider.issuer}: {error}") from error
    addresses = (found.authorization_endpoint, found.token_endpoint, found.jwks_uri)
    if found.issuer != provider.issuer or not all(map(is_own_or_secure, addresses)):
        raise ProviderDown(f"{provider.issuer}: says of itself that it is {found.issuer} at {', '.join(addresses)}")
    _KNOWN[provider.issuer] = now, found
    return found


def _got(provider: Provider, url: str) -> dict[str, Any]:
    with _minding(), httpx2.stream("GET", url, timeout=PATIENCE, follow_redirects=False) as answer:
        answer.raise_for_status()
        body = b""
        for piece in answer.iter_bytes():
            body += piece
            if len(body) > LARGEST:
                raise ProviderDown(f"{provider.issuer}: {url} is too long")
        found = json.loads(body)
    if not isinstance(found, dict):
        raise ProviderDown(f"{provider.issuer}: {url} is no object")
    return found


@contextmanager
def _minding() -> Iterator[None]:
    try:
        yield
    except (httpx2.HTTPError, httpx2.InvalidURL, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ProviderDown(f"{type(error).__name__}: {error}") from error
