"""What a program sends: JSON read strictly, in NFC, without what no database takes."""

import json
from typing import Any, Final, Never, TypeVar

from pydantic import BaseModel
from starlette.requests import Request

from web.forms import clean

LARGEST: Final = 2 * 1024 * 1024
DEEPEST: Final = 40
One = TypeVar("One", bound=BaseModel)


class Malformed(Exception):
    """The body is no JSON, or there is one where none is taken."""


class UnknownMedia(Exception):
    """The body says of itself that it is no JSON."""


def decoded(model: type[One], raw: bytes, media: str) -> One:
    """The body as the operation asks for it; Malformed, UnknownMedia or a ValidationError."""
    if media.partition(";")[0].strip().lower() != "application/json":
        raise UnknownMedia
    return model.model_validate_json(_clean_text(raw), strict=True)


def decoded_query(model: type[One] | None, request: Request) -> One | None:
    """What an address asks; a ValidationError for what it may not ask, of the last of what is asked twice."""
    if model is None:
        return None
    return model.model_validate({clean(name): clean(value) for name, value in request.query_params.items()})


def _clean_text(raw: bytes) -> str:
    try:
        value = json.loads(raw.decode(), parse_constant=_no_number)
        return json.dumps(_clean(value, 0), ensure_ascii=False, allow_nan=False)
    except (ValueError, RecursionError) as error:
        raise Malformed from error


def _no_number(text: str) -> Never:
    raise ValueError(text)


def _clean(value: Any, depth: int) -> Any:  # noqa: ANN401  any JSON value
    if depth > DEEPEST:
        raise ValueError(depth)
    match value:
        case str():
            return clean(value)
        case list():
            return [_clean(one, depth + 1) for one in value]
        case dict():
            return {clean(name): _clean(one, depth + 1) for name, one in value.items()}
    return value
