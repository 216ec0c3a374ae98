"""What the catalogue knows of a document: which programmes and subjects have it, who may have it, how it is made."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from sqlmodel import Session

from config.programme import Programme
from states.actor import Actor

Scope = Literal["round", "dossier"]


class File(NamedTuple):
    """A document as it is handed out: the name of its file, and its bytes."""

    name: str
    content: bytes


class Item(NamedTuple):
    """One of several documents of the same key: a decision of a round, a request on a dossier; its id and its words."""

    id: int
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A document of the catalogue; `key` is its word in addresses and on the command line.

    `scope` says on whose page it stands. `has` tells by the data of a programme, and of a kind of subject where the
    scope is the dossier (else the kind is empty), whether there is such a document. `verb` is that of `states.permits`.
    A document that `tells_result` goes to those of the unit only once the result is announced.
    With `numbered` its number is kept apart from what it is about. What `told` names of an item are the dossiers whose
    content stands in it: an appraiser denies a conflict of interest with each first.
    With `items` there is one for each of them, those that the actor may see; `make` then takes the id of the item,
    else of the round or the dossier. `make` raises Refused, with what is missing, where there is nothing to write yet.
    `build` makes the template of a layout under the name `template`; it is None of what needs no template.
    """

    key: str
    label: str
    scope: Scope
    verb: str
    has: Callable[[Programme, str], bool]
    make: Callable[[Session, int, datetime], File]
    tells_result: bool = False
    numbered: bool = False
    told: Callable[[Session, int], Collection[int]] | None = None
    items: Callable[[Session, int, Actor], Sequence[Item]] | None = None
    template: str = ""
    build: Callable[[str], bytes] | None = None
