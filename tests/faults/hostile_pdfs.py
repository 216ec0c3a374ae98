"""PDFs that are broken, run something, carry something, unfold to far too much, or are something else besides."""

import zlib
from collections.abc import Callable, Iterator
from functools import cache
from io import BytesIO
from itertools import product
from random import Random
from typing import Any, Final

import pikepdf
from pikepdf import Array, Dictionary, Encryption, Name, Pdf, Stream, String

from tests.evidence import papers
from tests.faults.hostile import STRICT, Expected, Hostile, cut, flipped
from tests.faults.hostile_images import PAGE, SCRIPT, packed

Change = Callable[[Pdf], Any]
SAYING: Final = {"S": Name.JavaScript, "JS": String("app.alert(1)")}
HEXED: Final = tuple(
    (f"/{name} ".encode(), f"/#{ord(name[0]):02x}{name[1:]} ".encode())
    for name in ("JavaScript", "JS", "Launch", "S", "AA", "OpenAction", "EmbeddedFiles", "XFA", "EF", "Names", "URI")
)


@cache
def honest(kind: str) -> bytes:
    return papers.saved(papers.scanned(2) if kind == "scan" else papers.written())


def truncated(chance: Random) -> Iterator[Hostile]:
    linear = papers.saved(papers.scanned(3), linearize=True)
    for number, (name, content) in product(range(25), {"anh": honest("scan"), "nhanh": linear}.items()):
        yield Hostile(f"{name}-{number}.pdf", cut(content, chance.uniform(0, 0.97)))


def bit_flipped(chance: Random) -> Iterator[Hostile]:
    for kind, number in product(("scan", "text"), range(60)):
        content = honest(kind)
        at = chance.randrange(len(content)) if number % 2 else len(content) - 1 - chance.randrange(600)
        yield Hostile(f"{kind}-{number}.pdf", flipped(content, at, chance), Expected.PAPER, STRICT)


def action(**more: Any) -> Dictionary:  # noqa: ANN401  whatever PDF holds
    return Dictionary(**(SAYING | more))


def on_root(**what: Any) -> Change:  # noqa: ANN401
    return lambda pdf: [pdf.Root.__setitem__(f"/{name}", value) for name, value in what.items()]


def on_page(**what: Any) -> Change:  # noqa: ANN401
    return lambda pdf: [pdf.pages[0].obj.__setitem__(f"/{name}", value) for name, value in what.items()]


def noted(**what: Any) -> Change:  # noqa: ANN401
    note = Dictionary(Type=Name.Annot, Rect=[0, 0, 9, 9], **({"Subtype": Name.Link} | what))
    return on_page(Annots=Array([note]))


def apart(wrap: Callable[[Pdf], pikepdf.Object]) -> Change:
    """The action is an object of its own, to which the root points."""
    return lambda pdf: pdf.Root.__setitem__("/OpenAction", pdf.make_indirect(wrap(pdf)))


def nested(depth: int) -> Dictionary:
    made = action()
    for _ in range(depth):
        made = Dictionary(S=Name.GoTo, Next=made)
    return made


def attached(pdf: Pdf) -> None:
    pdf.attachments["ma.exe"] = b"MZ" + bytes(100)


def away(pdf: Pdf) -> None:
    """A picture of which the content lies elsewhere."""
    pdf.pages[0].obj["/X"] = pdf.make_indirect(Stream(pdf, b"", F=String("http://vi-du.example/a.png")))


def changes() -> dict[str, Change]:
    """What is done to an honest PDF; made anew for each, which takes the objects for its own."""
    return {
        "mo": on_root(OpenAction=action()),
        "mo-rieng": apart(lambda _: action()),
        "ten": on_root(Names=Dictionary(JavaScript=Dictionary(Names=Array([String("a"), action()])))),
        "ten-rieng": lambda pdf: on_root(
            Names=pdf.make_indirect(Dictionary(JavaScript=pdf.make_indirect(Dictionary(Names=Array([])))))
        )(pdf),
        "khi-mo-trang": on_page(AA=Dictionary(O=action())),
        "khi-dong": on_root(AA=Dictionary(WC=action())),
        "ghi-chu": noted(A=action()),
        "ghi-chu-aa": noted(Subtype=Name.Widget, AA=Dictionary(U=action())),
        "tiep": on_root(OpenAction=Dictionary(S=Name.GoTo, Next=action())),
        "tiep-mang": apart(lambda pdf: Dictionary(S=Name.GoTo, Next=pdf.make_indirect(Array([action()])))),
        "sau": on_root(OpenAction=nested(20)),
        "rat-sau": on_root(OpenAction=nested(150)),
        "ten-gian-tiep": apart(lambda pdf: Dictionary(S=pdf.make_indirect(Name.Launch), F=String("cmd.exe"))),
        "ma-trong-luong": apart(lambda pdf: action(JS=pdf.make_indirect(Stream(pdf, b"app.alert(1)")))),
        "chay": on_root(OpenAction=Dictionary(S=Name.Launch, F=String("cmd.exe"))),
        "gui": noted(A=Dictionary(S=Name.SubmitForm, F=String("http://vi-du.example"))),
        "nhap": noted(A=Dictionary(S=Name.ImportData, F=String("a.fdf"))),
        "mo-may-khac": on_page(
            AA=Dictionary(O=Dictionary(S=Name.GoToR, F=String("\\\\vi-du.example\\a"), D=Array([0])))
        ),
        "mo-tep-trong": noted(A=Dictionary(S=Name.GoToE, T=Dictionary(R=Name.C, N=String("a")))),
        "tu-mo-trang-web": on_root(OpenAction=Dictionary(S=Name.URI, URI=String("http://vi-du.example"))),
        "tu-mo-khi-xem": on_page(AA=Dictionary(O=Dictionary(S=Name.URI, URI=String("http://vi-du.example")))),
        "phim": noted(Subtype=Name.RichMedia),
        "chieu": noted(Subtype=Name.Screen, A=Dictionary(S=Name.Rendition, JS=String("1"))),
        "3d": noted(Subtype=Name("/3D")),
        "tieng": noted(Subtype=Name.Sound),
        "xfa": on_root(AcroForm=Dictionary(Fields=Array([]), XFA=String("<xdp:xdp/>"))),
        "xfa-rieng": lambda pdf: on_root(AcroForm=Dictionary(XFA=pdf.make_indirect(Stream(pdf, b"<xdp:xdp/>"))))(pdf),
        "dinh-kem": attached,
        "ngoai": away,
    }


def active(_: Random) -> Iterator[Hostile]:
    """Each as it is, within object streams, with names in hex, and in a document of text."""
    for name in changes():
        pdf = papers.scanned()
        changes()[name](pdf)
        packed_up = papers.saved(pdf, object_stream_mode=pikepdf.ObjectStreamMode.generate)
        plain = papers.saved(pdf, object_stream_mode=pikepdf.ObjectStreamMode.disable)
        yield Hostile(f"{name}.pdf", plain)
        yield Hostile(f"{name}-nen.pdf", packed_up)
        yield Hostile(f"{name}-hex.pdf", hexed(plain))
        text = papers.written()
        changes()[name](text)
        yield Hostile(f"{name}-chu.pdf", papers.saved(text), rules=STRICT)


def hexed(content: bytes) -> bytes:
    for name, other in HEXED:
        content = content.replace(name, other)
    return content


def bombs(_: Random) -> Iterator[Hostile]:
    for pages in (501, 2_000, 10_000):
        yield Hostile(f"{pages}.pdf", of_pages(pages))
    yield Hostile("10000-nen.pdf", of_pages(10_000, object_stream_mode=pikepdf.ObjectStreamMode.generate))
    for count in (210_000, 400_000):
        yield Hostile(f"{count}.pdf", of_objects(count))
    for width, height in ((100_000, 100_000), (2**31 - 1, 1), (-5, -5), (20_000, 20_000)):
        yield Hostile(
            f"{width}.pdf",
            pictured(width, height, b"x"),
            Expected.PAPER if width * height < 10**8 else Expected.REFUSED,
        )
    yield Hostile("anh-bung.pdf", pictured(9_000, 9_000, unfolding(600), twice=True), Expected.PAPER)
    yield Hostile("noi-dung-bung.pdf", drawn(unfolding(600), twice=True), Expected.PAPER)
    yield Hostile("lenh-nhieu.pdf", drawn(zlib.compress(b"q Q " * 6_000_000)), Expected.PAPER)
    yield Hostile("long-nhau.pdf", deep(b"[", b"]"), Expected.PAPER)
    yield Hostile("long-nhau-2.pdf", deep(b"<</A ", b">>"), Expected.PAPER)
    yield Hostile("vong-trang.pdf", circle())
    yield Hostile("loc-nhieu.pdf", filtered(60), Expected.PAPER)
    yield Hostile("luong-vat.pdf", object_stream(3_000_000), Expected.PAPER)


@cache
def of_pages(count: int, **how: Any) -> bytes:  # noqa: ANN401
    pdf = papers.scanned()
    pdf.pages.extend([pdf.pages[0]] * (count - 1))
    return papers.saved(pdf, **how)


def of_objects(count: int) -> bytes:
    """Written by hand: so many numbers, each an object."""
    head = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    page = b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj\n"
    made, places = BytesIO(), []
    made.write(head + page)
    for number in range(4, count):
        places.append(made.tell())
        made.write(b"%d 0 obj 1 endobj\n" % number)
    return with_table(made.getvalue(), [head.index(b"1 0 obj"), head.index(b"2 0 obj"), len(head), *places])


def with_table(body: bytes, places: list[int]) -> bytes:
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(places) + 1
    table = b"xref\n0 %d\n0000000000 65535 f \n" % size + rows
    return body + table + b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (size, len(body))


@cache
def unfolding(megabytes: int) -> bytes:
    """Zeros, packed twice: a few kilobytes."""
    packer, zeros = zlib.compressobj(9), bytes(1 << 20)
    return zlib.compress(b"".join([*(packer.compress(zeros) for _ in range(megabytes)), packer.flush()]), 9)


def pictured(width: int, height: int, content: bytes, *, twice: bool = False) -> bytes:
    pdf = papers.scanned()
    shown = pdf.pages[0].obj.Resources.XObject.Im0
    shown.write(content, filter=Array([Name.FlateDecode] * 2) if twice else Name.FlateDecode)
    shown.Width, shown.Height = width, height
    return papers.saved(pdf, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)


def drawn(content: bytes, *, twice: bool = False) -> bytes:
    pdf = papers.scanned()
    pdf.pages[0].obj.Contents.write(content, filter=Array([Name.FlateDecode] * 2) if twice else Name.FlateDecode)
    return papers.saved(pdf, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)


def filtered(times: int) -> bytes:
    pdf, content = papers.scanned(), b"q Q"
    for _ in range(times):
        content = zlib.compress(content)
    pdf.pages[0].obj.Contents.write(content, filter=Array([Name.FlateDecode] * times))
    return papers.saved(pdf, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)


def deep(opening: bytes, closing: bytes) -> bytes:
    """A value within a value, a hundred thousand times."""
    return honest("scan").replace(
        b"/Type /Catalog", b"/Type /Catalog /X " + opening * 100_000 + b"1" + closing * 100_000
    )


def circle() -> bytes:
    """A tree of pages that is its own branch."""
    body = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[2 0 R]/Count 9>>endobj\n"
    return with_table(body, [body.index(b"1 0 obj"), body.index(b"2 0 obj")])


def object_stream(count: int) -> bytes:
    """An object stream that says it holds millions."""
    pdf = papers.scanned()
    listed = b"".join(b"%d %d " % (number + 100, number) for number in range(count // 10))
    pdf.Root["/X"] = pdf.make_indirect(
        Stream(pdf, listed + b"1" * (count // 10), Type=Name.ObjStm, N=count, First=len(listed))
    )
    return papers.saved(pdf)


def polyglots(_: Random) -> Iterator[Hostile]:
    """A ZIP at the beginning is none: whoever unpacks looks for its end at the end."""
    others = {"zip": packed(), "script": SCRIPT, "html": PAGE, "php": b"<?php system(1); ?>", "hoa": SCRIPT.upper()}
    for kind, (name, other) in product(("scan", "text"), others.items()):
        content = honest(kind)
        yield Hostile(f"{name}-sau.pdf", content + other)
        yield Hostile(f"{name}-truoc.pdf", other + b"\n" + content)
        said = Expected.PAPER if name == "zip" else Expected.REFUSED
        within = content.replace(b"\n", b"\n%" + other.replace(b"\n", b"") + b"\n", 1)
        yield Hostile(f"{name}-trong.pdf", within, said)
    yield Hostile("js.pdf", b"/*" + honest("scan") + b"*/alert(1)")
    yield Hostile("gif.pdf", b"GIF89a" + bytes(10) + honest("scan"))
    yield Hostile("jpg.pdf", papers.image("JPEG") + honest("scan"))
    yield Hostile("sh.pdf", b"#!/bin/sh\nexit\n" + honest("scan"))
    yield Hostile("exe.pdf", b"MZ" + bytes(60) + honest("scan"))
    yield Hostile("duoi.pdf", honest("scan") + bytes(5_000))


def locked(_: Random) -> Iterator[Hostile]:
    for level in (2, 3, 4, 6):
        kept: dict[str, Any] = {"R": level, "aes": level > 3, "metadata": level > 3}
        pdf = papers.scanned()
        yield Hostile(f"mat-khau-{level}.pdf", papers.saved(pdf, encryption=Encryption(user="a", owner="b", **kept)))
        owned = papers.saved(pdf, encryption=Encryption(user="", owner="b", **kept))
        yield Hostile(f"chu-{level}.pdf", owned, Expected.PAPER)
        pdf.Root["/OpenAction"] = action()
        yield Hostile(f"chu-ma-{level}.pdf", papers.saved(pdf, encryption=Encryption(user="", owner="b", **kept)))


def overlaid(_: Random) -> Iterator[Hostile]:
    """Something laid over the picture of a paper: it is no mere copy any more, which the unit has to declare."""
    for what in (Name.FreeText, Name.Stamp, Name.Square, Name.Widget, Name.Ink, Name.Redact):
        pdf = papers.scanned()
        noted(Subtype=what, Contents=String("100"))(pdf)
        yield Hostile(f"de-{what}.pdf"[4:], papers.saved(pdf), Expected.DECLARED, STRICT)
    for number, extra in enumerate((b" BT ET (100) Tj", b" /Fm0 Do", b" BI /W 1 /H 1 /CS /G /BPC 8 ID a EI")):
        pdf = papers.scanned()
        pdf.pages[0].contents_add(extra)
        yield Hostile(f"chu-{number}.pdf", papers.saved(pdf), Expected.DECLARED, STRICT)
    for number, matrix in enumerate((b"9 0 0 9 0 0 cm", b"0 0 0 0 0 0 cm", b"595 0 0 0 0 0 cm")):
        pdf = papers.scanned()
        pdf.pages[0].obj.Contents.write(b"q " + matrix + b" /Im0 Do Q")
        yield Hostile(f"nho-{number}.pdf", papers.saved(pdf), Expected.DECLARED, STRICT)


FAMILIES: Final = {
    "pdf-truncated": truncated,
    "pdf-flipped": bit_flipped,
    "pdf-active": active,
    "pdf-bombs": bombs,
    "pdf-polyglots": polyglots,
    "pdf-locked": locked,
    "pdf-overlaid": overlaid,
}
