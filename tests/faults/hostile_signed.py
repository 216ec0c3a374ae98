"""PDFs changed after they were signed, and signatures by whom nobody knows."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from io import BytesIO
from random import Random
from typing import Any, Final

import pikepdf
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm

from evidence.verdict import Form, Rules
from tests.evidence import authority, papers
from tests.evidence.authority import NOW, YEAR
from tests.faults.hostile import STRICT, Expected, Hostile, flipped

RANGE: Final = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")
KNOWN_ONLY: Final = Rules(forms=(Form.SCAN, Form.SIGNED), unknown_issuer=False)
DAY: Final = timedelta(days=1)
OBJECTS: Final[Any] = generic
Name: Final[Any] = generic.NameObject


@cache
def signed(text: str = "Quyet dinh so 05") -> bytes:
    return authority.sign(papers.saved(papers.written(text)), authority.officer())


@cache
def signed_scan() -> bytes:
    return authority.sign(papers.saved(papers.scanned()), authority.officer())


def hole(content: bytes) -> tuple[int, int]:
    """Where the signature itself stands, which no signature covers."""
    found = RANGE.search(content)
    assert found is not None
    return int(found[1]) + int(found[2]), int(found[3])


def bit_flipped(chance: Random) -> Iterator[Hostile]:
    """In what is signed; and in the signature, which its padding follows."""
    for number in range(150):
        content = signed_scan() if number % 3 else signed()
        begin, end = hole(content)
        at = chance.choice([*range(begin), *range(end, len(content))])
        yield Hostile(f"{number}.pdf", flipped(content, at, chance), rules=STRICT)
    begin, _ = hole(signed())
    for number in range(20):
        yield Hostile(f"ky-{number}.pdf", flipped(signed(), begin + 200 + 40 * number, chance), rules=STRICT)


def updated(change: Callable[[IncrementalPdfFileWriter], None], content: bytes | None = None) -> bytes:
    """The signed PDF with a revision after the signature."""
    writer = IncrementalPdfFileWriter(BytesIO(content or signed()), strict=False)
    change(writer)
    made = BytesIO()
    writer.write(made)  # type: ignore[no-untyped-call]
    return made.getvalue()


def first_page(writer: IncrementalPdfFileWriter) -> Any:  # noqa: ANN401  an object of PDF
    return writer.root["/Pages"]["/Kids"][0]


def drawing(text: str) -> Any:  # noqa: ANN401  as above
    return OBJECTS.StreamObject(stream_data=f"BT /F1 14 Tf 72 720 Td ({text}) Tj ET".encode())


def redrawn(writer: IncrementalPdfFileWriter) -> None:
    page = first_page(writer)
    page[Name("/Contents")] = writer.add_object(drawing("Quyet dinh so 99"))
    writer.update_container(page)


def noted(subtype: str) -> Callable[[IncrementalPdfFileWriter], None]:
    def add(writer: IncrementalPdfFileWriter) -> None:
        page = first_page(writer)
        where = OBJECTS.ArrayObject(map(OBJECTS.NumberObject, (0, 0, 300, 300)))
        form = OBJECTS.StreamObject(
            {Name("/Type"): Name("/XObject"), Name("/Subtype"): Name("/Form"), Name("/BBox"): where},
            b"0 0 300 300 re f",
        )
        note: dict[Any, Any] = {Name("/Type"): Name("/Annot"), Name("/Subtype"): Name(subtype), Name("/Rect"): where}
        note[Name("/AP")] = OBJECTS.DictionaryObject({Name("/N"): writer.add_object(form)})
        added = writer.add_object(OBJECTS.DictionaryObject(note))
        page[Name("/Annots")] = OBJECTS.ArrayObject([*page.get("/Annots", ()), added])
        writer.update_container(page)

    return add


def rooted(key: str, value: str) -> Callable[[IncrementalPdfFileWriter], None]:
    def add(writer: IncrementalPdfFileWriter) -> None:
        action = {Name("/S"): Name(value), Name("/JS"): OBJECTS.pdf_string("1"), Name("/URI"): OBJECTS.pdf_string("x")}
        writer.root[Name(key)] = OBJECTS.DictionaryObject(action)
        writer.update_root()  # type: ignore[no-untyped-call]

    return add


def turned(writer: IncrementalPdfFileWriter) -> None:
    page = first_page(writer)
    page[Name("/Rotate")] = OBJECTS.NumberObject(90)
    writer.update_container(page)


def without_pages(writer: IncrementalPdfFileWriter) -> None:
    pages = writer.root["/Pages"]
    pages[Name("/Kids")] = OBJECTS.ArrayObject([pages["/Kids"].raw_get(0)] * 2)
    pages[Name("/Count")] = OBJECTS.NumberObject(2)
    writer.update_container(pages)


def refonted(writer: IncrementalPdfFileWriter) -> None:
    """The shadow attack that gives the letters other shapes."""
    font = first_page(writer)["/Resources"]["/Font"]["/F1"]
    font[Name("/BaseFont")] = Name("/ZapfDingbats")
    writer.update_container(font)


UPDATES: Final = {
    "noi-dung": redrawn,
    "xoay": turned,
    "them-trang": without_pages,
    "phong-chu": refonted,
    "ma": rooted("/OpenAction", "/JavaScript"),
    "tu-mo": rooted("/OpenAction", "/URI"),
    "vung-tuy-chon": rooted("/OCProperties", "/X"),
    **{f"de{one[1:].lower()}": noted(one) for one in ("/FreeText", "/Stamp", "/Square", "/Widget", "/Redact", "/Ink")},
}


def changed(_: Random) -> Iterator[Hostile]:
    """Incremental updates of what was signed once, twice, and certified against any change."""
    twice = authority.sign(signed(), authority.issue("Trần Hai", authority.root()), "ChuKy2")
    certified = authority.sign(
        papers.saved(papers.written()), authority.officer(), certify=True, docmdp_permissions=MDPPerm.NO_CHANGES
    )
    for name, change in UPDATES.items():
        for how, content in (("mot", signed()), ("hai", twice), ("chung-thuc", certified)):
            yield Hostile(f"{name}-{how}.pdf", updated(change, content), rules=STRICT)
            both = authority.sign(updated(change, content), authority.officer(), "ChuKy3") if how == "mot" else b""
            if both:
                yield Hostile(f"{name}-ky-lai.pdf", both, rules=STRICT)


def misfit(_: Random) -> Iterator[Hostile]:
    """Signatures of other documents, ranges that leave something out, and what stands before or behind."""
    content, other = signed(), signed("Quyet dinh so 06")
    begin, end = hole(content)
    their_begin, their_end = hole(other)
    yield Hostile("chuyen.pdf", content[:begin] + other[their_begin:their_end] + content[end:], rules=STRICT)
    yield Hostile("khac.pdf", signed_scan()[:900] + content[900:], rules=STRICT)
    for number, said in enumerate(ranges(begin, end, len(content))):
        yield Hostile(f"vung-{number}.pdf", ranged(content, said), rules=STRICT)
    for number, tail in enumerate(
        (b"%a\n", b"x%%EOF\n", bytes(10), b"1 0 obj 1 endobj", papers.saved(papers.written()))
    ):
        yield Hostile(f"duoi-{number}.pdf", content + tail, rules=STRICT)
    yield Hostile("dau.pdf", b"\n" + content, rules=STRICT)
    yield Hostile("o-trong.pdf", content[:begin] + b"<" + b"0" * (end - begin - 2) + b">" + content[end:], rules=STRICT)
    yield Hostile("ten-khac.pdf", content.replace(b"/ByteRange", b"/Byte#52ang", 1), rules=STRICT)
    yield Hostile("khong-ten.pdf", content.replace(b"/ByteRange", b"/ByteRangf", 1), rules=STRICT)
    yield Hostile("luu-lai.pdf", papers.saved(pikepdf.open(BytesIO(content))), rules=STRICT)


def ranges(begin: int, end: int, size: int) -> Iterator[tuple[int, ...]]:
    yield from ((0, 0, 0, 0), (0, begin, end, 0), (0, 9, end, size - end), (0, begin, end + 99, size - end - 99))
    yield from (
        (9, begin - 9, end, size - end),
        (0, begin, end, size),
        (0, size, size, 0),
        (0, begin - 99, end, size - end),
    )
    yield from ((0, begin, begin, size - begin), (0, end, end, size - end), (0, begin, end, size - end - 1))


def ranged(content: bytes, said: tuple[int, ...]) -> bytes:
    """The content with another range, of the same length."""
    found = RANGE.search(content)
    assert found is not None
    text = b"/ByteRange [" + b" ".join(b"%d" % one for one in said) + b"]"
    return content[: found.start()] + text.ljust(found.end() - found.start()) + content[found.end() :]


def unknown(_: Random) -> Iterator[Hostile]:
    """Certificates that ran out or are not valid yet, that vouch for themselves, or that bear another's name."""
    paper = papers.saved(papers.written())
    root = authority.root()
    old = authority.issue("Hết Hạn", root, since=NOW - YEAR, until=NOW - DAY)
    young = authority.issue("Chưa Đến", root, since=NOW + DAY)
    own = authority.issue("Tự Cấp")
    false_root = authority.issue("Gốc thử nghiệm")
    forged = authority.Holder(false_root.certificate, authority.key_of("khác"))
    below = authority.issue("Không Được Cấp", authority.officer())
    other = authority.issue("Người Khác", authority.issue("Gốc lạ"))
    for name, holder in {"het-han": old, "chua-den": young}.items():
        yield Hostile(f"{name}.pdf", authority.sign(paper, holder), rules=STRICT)
    for name, holder in {"tu-cap": own, "goc-la": other, "gia-goc": forged_by(forged), "duoi-nguoi": below}.items():
        content = authority.sign(paper, holder)
        yield Hostile(f"{name}.pdf", content, Expected.UNVOUCHED, STRICT)
        yield Hostile(f"{name}-chat.pdf", content, rules=KNOWN_ONLY)
        yield Hostile(f"{name}-sua.pdf", updated(redrawn, content), rules=STRICT)


def forged_by(root: authority.Holder) -> authority.Holder:
    """Somebody whom a root of the same name, but another key, vouches for."""
    return authority.issue("Giả Danh", root)


FAMILIES: Final = {
    "signed-flipped": bit_flipped,
    "signed-changed": changed,
    "signed-misfit": misfit,
    "signed-unknown": unknown,
}
