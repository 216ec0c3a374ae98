"""The rules, why some have no test, and what decides where a source is silent: rules.yaml, read."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from config.load import HOME
from config.yamlfile import read, validate

FILE: Final = Path(__file__).with_name("rules.yaml")
FAMILIES: Final[Mapping[str, tuple[int, str]]] = {
    "X": (15, "Shared rules: dates, numbers, records"),
    "DN": (23, "Đà Nẵng: dân chủ ở cơ sở"),
    "VG": (22, "Văn Giang: dân vận chính quyền"),
    "S2": (8, "The 30/70 sheet"),
    "HT": (74, "Hà Tĩnh: kiểm điểm, xếp loại"),
    "NA": (17, "Nghệ An: điểm sáng"),
}
"""How many rules each source has, and its heading."""

Words = Annotated[str, Field(min_length=10)]


class Ambiguity(BaseModel):
    """What is done where a source is silent, and the switch that decides it, or where it is fixed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    default: Words
    switch: Annotated[str, Field(pattern=r"^[a-z/0-9-]+\.yaml: [a-z0-9_.]+$")] | None = None
    fixed: str | None = None

    @model_validator(mode="after")
    def _check(self) -> Self:
        if (self.switch is None) == (self.fixed is None):
            message = 'needs exactly one of "switch" and "fixed"'
            raise ValueError(message)
        return self

    def is_there(self) -> bool:
        """Tell whether the shipped files hold the switch."""
        if self.switch is None:
            return True
        file, _, path = self.switch.partition(": ")
        return (HOME / file).exists() and _leads(read(HOME / file).data, path.split("."))


class Rulebook(BaseModel):
    """All rules by id in the order of the sources; `pending` holds rules and ambiguities that wait for their code."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rules: Mapping[str, Words]
    untested: Mapping[str, Words]
    pending: tuple[str, ...]
    ambiguities: Mapping[str, Ambiguity]
    anomalies: Mapping[str, Words]

    @property
    def names(self) -> frozenset[str]:
        """Whatever a test may be marked with; ambiguities and anomalies are not counted as rules."""
        return frozenset({*self.rules, *self.ambiguities, *self.anomalies})

    def of(self, family: str) -> Iterator[str]:
        """The ids of one source."""
        return (rule for rule in self.rules if rule.startswith(f"{family}-"))


def rulebook() -> Rulebook:
    return validate(Rulebook, read(FILE), FILE)


def _leads(data: object, path: list[str]) -> bool:
    for name in path:
        if isinstance(data, dict) and name in data:
            data = data[name]
        elif isinstance(data, list) and name.isdigit() and int(name) < len(data):
            data = data[int(name)]
        else:
            return False
    return True
