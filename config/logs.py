"""Logs: one line an event on standard error, JSON for machines or text for a terminal, with what is known of its cause.

A line names rounds, dossiers, accounts and jobs by their ids, never people, addresses or paths: those hold secrets.
"""

import json
import logging
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Final, Literal

Value = str | int | float | None
Level = Literal["debug", "info", "warning", "error"]
Form = Literal["auto", "json", "text"]
OURS: Final = (
    "actions",
    "config",
    "danhgia",
    "evidence",
    "flows",
    "intake",
    "models",
    "notifications",
    "reports",
    "scoring",
    "states",
    "web",
)
QUOTED: Final = re.compile(r"^(?:DETAIL: |\[parameters: ).*$\n?|(?<=input_value=).+?(?=, input_type=)", re.MULTILINE)
"""What PostgreSQL, SQLAlchemy and pydantic say of values, which may be anybody's name."""
_ABOUT: Final[ContextVar[dict[str, Value] | None]] = ContextVar("about", default=None)


@contextmanager
def about(**known: Value) -> Iterator[dict[str, Value]]:
    """Every line of the block, in whichever thread it is done, bears what is known and what `note` adds."""
    told = dict(_ABOUT.get() or {})
    token = _ABOUT.set(told)
    note(**known)
    try:
        yield told
    finally:
        _ABOUT.reset(token)


def note(**known: Value) -> None:
    """Add what has become known to the lines of the present block; None says nothing."""
    told = _ABOUT.get()
    if told is not None:
        told |= {name: value for name, value in known.items() if value is not None}


def known(name: str) -> str:
    """What is known under a name in the present block; "" when it is not."""
    return str((_ABOUT.get() or {}).get(name, ""))


def tell(log: logging.Logger, event: str, level: int = logging.INFO, **values: Value) -> None:
    """Write one line on an event, with its figures."""
    log.log(level, event, extra={"told": values})


def set_up(level: Level, form: Form) -> None:
    """Let this process write its lines to standard error; libraries are heard from warnings on."""
    is_text = form == "text" or (form == "auto" and sys.stderr.isatty())
    handler = logging.StreamHandler()
    handler.setFormatter(Text() if is_text else JsonLine())
    logging.basicConfig(level=max(logging.WARNING, logging.getLevelName(level.upper())), handlers=[handler], force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(level.upper())


def _told(record: logging.LogRecord) -> Mapping[str, Value]:
    return {**(_ABOUT.get() or {}), **record.__dict__.get("told", {})}


class JsonLine(logging.Formatter):
    """An event as one JSON object on one line; `at` is UTC."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Value] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "log": record.name,
            "event": QUOTED.sub("", record.getMessage()),
            **_told(record),
        }
        if record.exc_info:
            line["fault"] = QUOTED.sub("", self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False)


class Text(logging.Formatter):
    """An event as people read it on a terminal; a fault takes the lines it needs."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.fromtimestamp(record.created).astimezone()
        values = " ".join(f"{name}={value}" for name, value in _told(record).items())
        said = _printable(QUOTED.sub("", record.getMessage()))
        line = f"{at:%H:%M:%S} {record.levelname.lower():7} {record.name}: {said} {_printable(values)}".rstrip()
        if not record.exc_info:
            return line
        return f"{line}\n{QUOTED.sub('', self.formatException(record.exc_info))}"


def _printable(text: str) -> str:
    """Nothing that moves a terminal's cursor."""
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in text)
