"""Automatic numbers of Word's paragraphs, which are not part of their text."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Final

from docx.document import Document
from docx.oxml.ns import qn

from intake.numbering import roman

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


class Numbers:
    """Counts the paragraphs that carry a list's number, in the order of the document."""

    def __init__(self, document: Document) -> None:
        self._levels = _levels(document)
        self._counts: dict[tuple[str, int], int] = defaultdict(int)

    def of(self, paragraph: Any) -> str:  # noqa: ANN401  an element of lxml, which has no types
        """The printed number with a space, or nothing; to be asked once for each paragraph."""
        found = paragraph.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
        if found is None:
            return ""
        number, depth = (_value(found.find(qn(f"w:{name}"))) for name in ("numId", "ilvl"))
        level = int(depth or 0)
        form = self._levels.get(number, {}).get(level)
        if form is None:
            return ""
        self._counts[number, level] += 1
        for key in [key for key in self._counts if key[0] == number and key[1] > level]:
            del self._counts[key]
        return self._written(number, level, form[1]) + " "

    def _written(self, number: str, level: int, pattern: str) -> str:
        for depth in range(level + 1):
            form = self._levels[number].get(depth, ("decimal", ""))[0]
            pattern = pattern.replace(f"%{depth + 1}", _form(form, max(self._counts[number, depth], 1)))
        return pattern


def _form(form: str, count: int) -> str:
    match form:
        case "upperRoman":
            return roman(count)
        case "lowerRoman":
            return roman(count).lower()
        case "lowerLetter":
            return _LETTERS[(count - 1) % len(_LETTERS)]
        case "upperLetter":
            return _LETTERS[(count - 1) % len(_LETTERS)].upper()
        case "bullet":
            return "-"
    return str(count)


def _levels(document: Document) -> Mapping[str, Mapping[int, tuple[str, str]]]:
    """Of each list the form and pattern of its levels."""
    related = [part.target_part for part in document.part.rels.values() if part.reltype.endswith("/numbering")]
    if not related:
        return {}
    root: Any = getattr(related[0], "element", None)
    if root is None:
        return {}
    abstract = {one.get(qn("w:abstractNumId")): _forms(one) for one in root.findall(qn("w:abstractNum"))}
    return {
        one.get(qn("w:numId")): abstract.get(_value(one.find(qn("w:abstractNumId"))), {})
        for one in root.findall(qn("w:num"))
    }


def _forms(abstract: Any) -> Mapping[int, tuple[str, str]]:  # noqa: ANN401  as above
    forms = {}
    for level in abstract.findall(qn("w:lvl")):
        form = _value(level.find(qn("w:numFmt")))
        pattern = "-" if form == "bullet" else _value(level.find(qn("w:lvlText")))
        forms[int(level.get(qn("w:ilvl")))] = (form, pattern)
    return forms


def _value(element: Any) -> str:  # noqa: ANN401  as above
    return "" if element is None else element.get(qn("w:val")) or ""
