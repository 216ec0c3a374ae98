"""What a route answers: values, turned into a response only after the transaction has ended."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

from web.oidc import Provider


class Page(NamedTuple):
    """A template with what it shows; `token` begins (or, empty, ends) the browser's session."""

    template: str
    context: Mapping[str, Any]
    status: int = HTTPStatus.OK
    token: str | None = None


class Redirect(NamedTuple):
    """Another address of ours, with a note to be shown there once; `language` is kept by the browser."""

    to: str
    note: str = ""
    token: str | None = None
    language: str = ""


class Download(NamedTuple):
    """A file to be kept under a name."""

    content: bytes
    name: str
    media_type: str


class Stored(NamedTuple):
    """A file of somebody's that lies in the store: shown by itself, or to be kept; it can do nothing either way.

    `what` names it when it is not there; with `small` it is its thumbnail.
    """

    file_hash: str
    name: str
    media_type: str
    what: str
    shows: bool = False
    small: bool = False


class Leave(NamedTuple):
    """The way to a provider to sign in there, and where to go on after one is back."""

    provider: Provider
    next: str


Answer = Page | Redirect | Download | Stored | Leave


def page(template: str, *, status: int = HTTPStatus.OK, token: str | None = None, **context: Any) -> Page:  # noqa: ANN401  whatever the template shows
    """A page of this template."""
    return Page(template, context, status, token)


def redirect_with_note(to: str, note: str, *, token: str | None = None) -> Redirect:
    """What a form answers when it has done its work: the next page, and what was done."""
    return Redirect(to, note, token)
