"""A rehearsal (*chạy thử*) as it is asked for in the portal."""

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field
from sqlmodel import Session

from config.load import load_programme
from config.register import RegisterRow
from models.drafts import Draft
from models.registered import standing, subjects

KIND: Final = "rehearsal"
FEWEST, MOST = 3, 1_000


class Rehearsal(BaseModel):
    """Which programme in which year, with so many invented subjects, or (None) with the units as they are listed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    slug: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    year: Annotated[int, Field(ge=2000, le=2100)]
    seed: Annotated[int, Field(ge=0, le=999_999)] = 1
    subjects: Annotated[int, Field(ge=FEWEST, le=MOST)] | None = None


def rehearsal_of(draft: Draft) -> Rehearsal:
    """What a draft asks for."""
    return Rehearsal.model_validate_json(draft.content)


def register_of(session: Session, asked: Rehearsal) -> list[RegisterRow]:
    """The units of the programme's kinds as they are listed."""
    kinds = load_programme(asked.slug).register_kinds
    return list(standing(session, [one for one in subjects(session) if one.kind in kinds and one.active]))
