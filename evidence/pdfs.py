"""A PDF: whether it is whole, whether it runs anything, whether each page is the picture of a paper."""

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import pikepdf

from evidence.images import MARKUP, MOST_PAGES, MOST_PIXELS, coarse, hides, keep_thumbnail, too_large, too_many
from evidence.kinds import Kind
from evidence.verdict import Form, Outcome, Rules, Verdict, refused

MOST_OBJECTS: Final = 200_000
MOST_CONTENT: Final = 200_000
"""Bytes of a page's drawing, packed, above which it is no mere picture."""
COVERED: Final = 0.5
"""Share of the page that pictures of a copy cover at least."""
FEW_STROKES: Final = 8
"""Fills and lines that a scanner's own frame or background may add."""
DEEPEST: Final = 100
SMALLEST: Final = 100
"""Points across, below which a picture is no page."""
SIGNED: Final = b"/ByteRange"
END: Final = b"%%EOF"
EDGE: Final = 1024
"""Bytes at the end of a file among which its end is marked."""
CHUNK: Final = 1 << 20
BROKEN: Final = "Tệp PDF bị hỏng hoặc gửi chưa hết; hãy xuất hoặc quét lại rồi gửi lại."
UNDECLARED: Final = (
    "Tệp PDF không có chữ ký số và không chỉ gồm ảnh chụp: nếu đây là bản chụp văn bản giấy, "
    "hãy xác nhận «bản chụp văn bản giấy»."
)

PICTURES_ONLY: Final = (
    "Bản chụp văn bản giấy chỉ được gửi dưới dạng tệp ảnh; hãy gửi từng trang bằng tệp ảnh, hoặc gửi PDF đã ký số."
)
RUNS: Final = frozenset(
    {
        "/JavaScript",
        "/Launch",
        "/SubmitForm",
        "/ImportData",
        "/Rendition",
        "/RichMediaExecute",
        "/GoToR",
        "/GoToE",
        "/XFA",
    }
)
CARRIES: Final = frozenset({"/EmbeddedFile", "/RichMedia", "/3D", "/Screen", "/Movie", "/Sound"})
TELLING: Final = {"/JS": "/JavaScript", "/JavaScript": "/JavaScript", "/XFA": "/XFA", "/EF": "/EmbeddedFile"}
SELF_STARTING: Final = frozenset({"/OpenAction", "/AA"})
FEW: Final = 4
TEXT: Final = frozenset({"Tj", "TJ", "'", '"', "Do", "INLINE IMAGE"})
STROKES: Final = frozenset({"f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "sh"})
Matrix = tuple[float, float, float, float, float, float]
UPRIGHT: Final[Matrix] = (1, 0, 0, 1, 0, 0)


class Picture(NamedTuple):
    """A picture on a page: its area in square points, and its dots an inch."""

    area: float
    dpi: float


class Page(NamedTuple):
    """What is drawn on a page."""

    pictures: tuple[Picture, ...]
    area: float
    has_text: bool
    strokes: int

    @property
    def is_picture(self) -> bool:
        """Whether the page is the picture of a paper and nothing else."""
        covered = sum(picture.area for picture in self.pictures)
        return not self.has_text and self.strokes <= FEW_STROKES and covered >= COVERED * self.area > 0


def look(path: Path, rules: Rules, thumbnail: Path | None) -> Verdict | None:
    """The verdict on a PDF without signatures; None when it bears signatures, which are looked at elsewhere."""
    if zipfile.is_zipfile(path) or hides(path, MARKUP):
        return refused(Kind.PDF, "Tệp PDF có kèm nội dung khác bên trong; hãy xuất lại PDF rồi gửi lại.")
    if not _ends(path):
        return refused(Kind.PDF, BROKEN)
    try:
        with pikepdf.open(path) as opened:
            return _look(opened, path, rules, thumbnail)
    except pikepdf.PasswordError:
        return refused(Kind.PDF, "Tệp PDF có mật khẩu; hãy gỡ mật khẩu rồi gửi lại.")
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, AttributeError, RuntimeError, RecursionError):
        return refused(Kind.PDF, BROKEN)


def _ends(path: Path) -> bool:
    """Whether the end of the file is there: what was sent in part has none, and a reader would patch it up."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - EDGE))
        return END in file.read()


def _look(opened: pikepdf.Pdf, path: Path, rules: Rules, thumbnail: Path | None) -> Verdict | None:
    fault = _strange(opened)
    if fault:
        return fault
    names = frozenset(_telling(opened))
    is_signed = has_signatures(path) or "/Sig" in names
    fault = _active(names, is_signed=is_signed)
    if fault:
        return fault
    _draw(opened, thumbnail)
    return None if is_signed else _judge(opened, rules)


def _strange(opened: pikepdf.Pdf) -> Verdict | None:
    if len(opened.objects) > MOST_OBJECTS:
        return refused(Kind.PDF, "Tệp PDF có cấu trúc bất thường; hãy xuất hoặc quét lại rồi gửi lại.")
    if len(opened.pages) > MOST_PAGES:
        return too_many(Kind.PDF)
    if not len(opened.pages):
        return refused(Kind.PDF, "Tệp PDF không có trang nào; hãy xuất hoặc quét lại rồi gửi lại.")
    return too_large(Kind.PDF) if any(_is_huge(found) for found in opened.objects) else None


def _active(names: frozenset[str], *, is_signed: bool) -> Verdict | None:
    """What runs is never taken; what carries another file is, where it was signed so."""
    if names & RUNS:
        return refused(Kind.PDF, "Tệp PDF có mã lệnh bên trong nên không được nhận; hãy in ra PDF mới rồi gửi lại.")
    if names & CARRIES and not is_signed:
        return refused(Kind.PDF, "Tệp PDF có tệp hoặc nội dung khác đính kèm; hãy gửi riêng từng tệp.")
    return None


def _is_huge(found: object) -> bool:
    if not isinstance(found, pikepdf.Stream) or found.get("/Subtype") != "/Image":
        return False
    width, height = int(found.get("/Width", 0)), int(found.get("/Height", 0))
    if min(width, height) < 1:
        raise ValueError("a picture without a size")
    return width * height > MOST_PIXELS


def _judge(opened: pikepdf.Pdf, rules: Rules) -> Verdict:
    pages = [_page(page) for page in opened.pages]
    dpi = _fineness(pages)
    if not (rules.pdf_is_scan or rules.takes(Form.OTHER)):
        return refused(Kind.PDF, PICTURES_ONLY)
    outcome, form, sentence = _form(rules, is_copy=all(page.is_picture for page in pages))
    return Verdict(
        outcome=outcome,
        kind=Kind.PDF,
        form=form,
        sentence=sentence,
        warnings=coarse(dpi),
        pages=len(pages),
        dpi=dpi,
    )


def _form(rules: Rules, *, is_copy: bool) -> tuple[Outcome, Form, str]:
    if is_copy:
        return Outcome.ACCEPTED, Form.SCAN, "Bản chụp văn bản giấy dưới dạng ảnh, trong tệp PDF."
    if rules.takes(Form.OTHER):
        return Outcome.ACCEPTED, Form.OTHER, "Tệp PDF đọc được."
    return Outcome.UNDECLARED, Form.SCAN, UNDECLARED


def _fineness(pages: Iterable[Page]) -> int | None:
    """Dots an inch of the coarsest page, by the largest picture of each; None without pictures."""
    largest = [max(page.pictures) for page in pages if page.pictures]
    return round(min(picture.dpi for picture in largest)) if largest else None


def _telling(opened: pikepdf.Pdf) -> Iterator[str]:
    """The names by which objects anywhere in the file say what they do or carry."""
    for found in opened.objects:
        yield from _names_below(found, 0)


def _names_in(found: pikepdf.Object, depth: int) -> Iterator[str]:
    for key, value in found.items():
        yield from _name_of(key, value)
        yield from _names_within(value, depth)


def _name_of(key: str, value: object) -> Iterator[str]:
    if key in {"/S", "/Type", "/Subtype"} and isinstance(value, pikepdf.Name):
        yield str(value)
    elif key in TELLING:
        yield TELLING[key]
    elif key in SELF_STARTING and _leaves(value, 0):
        yield "/SubmitForm"


def _leaves(value: object, depth: int) -> bool:
    """Whether an action, or one of several, goes to an address by itself."""
    if not isinstance(value, pikepdf.Dictionary) or depth > FEW:
        return False
    return value.get("/S") == "/URI" or any(_leaves(one, depth + 1) for _, one in value.items())


def _names_below(value: object, depth: int) -> Iterator[str]:
    """Of an object and what stands within it; what it points to is an object of its own."""
    if depth > DEEPEST:
        raise ValueError("deeper than any document needs")
    if isinstance(value, pikepdf.Stream) and "/F" in value:
        yield "/EmbeddedFile"
    if isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
        yield from _names_in(value, depth)
    elif isinstance(value, pikepdf.Array):
        for one in value:
            yield from _names_within(one, depth)


def _names_within(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, pikepdf.Object) and not value.is_indirect:
        yield from _names_below(value, depth + 1)


def _page(page: pikepdf.Page) -> Page:
    left, bottom, right, top = (float(edge) for edge in page.mediabox)
    area = abs((right - left) * (top - bottom))
    if _packed_size(page) > MOST_CONTENT:
        return Page((), area, has_text=True, strokes=0)
    return _drawn(page, area)


def _packed_size(page: pikepdf.Page) -> int:
    contents = page.obj.get("/Contents")
    streams = [] if contents is None else [contents] if isinstance(contents, pikepdf.Stream) else list(contents)
    return sum(len(stream.read_raw_bytes()) for stream in streams)


class Drawing:
    """What a page's own drawing puts on it, told one operator at a time."""

    def __init__(self, pictures: pikepdf.Object) -> None:
        """Begin upright, with the pictures and drawings that the page names."""
        self._named = pictures
        self._matrix, self._kept = UPRIGHT, [UPRIGHT]
        self.pictures: list[Picture] = []
        self.has_text, self.strokes = False, 0

    def tell(self, operator: str, operands: Sequence[pikepdf.Object]) -> None:
        """A drawing within the drawing counts as text: it is not looked into."""
        match operator:
            case "q":
                self._kept.append(self._matrix)
            case "Q":
                self._matrix = self._kept.pop() if len(self._kept) > 1 else UPRIGHT
            case "cm":
                self._matrix = _times([float(value) for value in operands], self._matrix)
            case "Do" if self._named[str(operands[0])].get("/Subtype") == "/Image":
                self.pictures.append(_placed(self._named[str(operands[0])], self._matrix))
            case _:
                self.has_text |= operator in TEXT
                self.strokes += operator in STROKES


def _drawn(page: pikepdf.Page, area: float) -> Page:
    resources = page.obj.get("/Resources", pikepdf.Dictionary())
    drawing = Drawing(resources.get("/XObject", pikepdf.Dictionary()))
    drawing.has_text = _is_annotated(page)
    for step in pikepdf.parse_content_stream(page):
        drawing.tell(str(step.operator), step.operands)  # type: ignore[arg-type]  # an operand list is a sequence
    return Page(tuple(drawing.pictures), area, drawing.has_text, drawing.strokes)


def _is_annotated(page: pikepdf.Page) -> bool:
    """Whether something was laid over what is drawn: a note, a stamp, a field."""
    notes = page.obj.get("/Annots", ())
    return any(isinstance(note, pikepdf.Dictionary) and note.get("/Subtype") != "/Link" for note in notes)


def _placed(picture: pikepdf.Object, matrix: Matrix) -> Picture:
    width = (matrix[0] ** 2 + matrix[1] ** 2) ** 0.5
    area = abs(matrix[0] * matrix[3] - matrix[1] * matrix[2])
    return Picture(area, int(picture["/Width"]) * 72 / width if width else 0)


def _times(one: Sequence[float], other: Matrix) -> Matrix:
    """The product of two matrices of PDF, the first applied first."""
    a, b, c, d, e, f = one
    g, h, i, j, k, m = other
    return a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m


def _draw(opened: pikepdf.Pdf, thumbnail: Path | None) -> None:
    """A thumbnail from the largest picture of the first page; none where there is none that can be read."""
    pictures = [
        picture
        for picture in opened.pages[0].get_images(recursive=False).values()
        if int(picture.get("/Width", 0)) > SMALLEST
    ]
    if not thumbnail or not pictures:
        return
    largest = max(pictures, key=lambda picture: int(picture["/Width"]) * int(picture["/Height"]))
    try:
        keep_thumbnail(pikepdf.PdfImage(largest).as_pil_image(), thumbnail)  # type: ignore[arg-type]  # a picture is a stream
    except (pikepdf.PdfError, OSError, ValueError, NotImplementedError, pikepdf.DependencyError):
        thumbnail.unlink(missing_ok=True)


def has_signatures(path: Path) -> bool:
    """Whether the file names the bytes that a signature covers: cheap, and asked before anything is checked."""
    with path.open("rb") as file:
        kept = b""
        while chunk := file.read(CHUNK):
            if SIGNED in kept + chunk:
                return True
            kept = chunk[-len(SIGNED) :]
    return False
