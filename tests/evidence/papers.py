"""Honest files: pictures of a paper, and PDFs of pictures and of text."""

from io import BytesIO
from random import Random
from typing import Final

import pikepdf
from PIL import Image, ImageDraw

A4: Final = (595, 842)


def picture(width: int = 1240, height: int = 1754, chance: Random | None = None) -> Image.Image:
    """A page with lines on it, other lines by another chance."""
    chance = chance or Random(1)
    made = Image.new("L", (width, height), 250)
    drawing = ImageDraw.Draw(made)
    for top in range(height // 20, height, height // 25 + 1):
        drawing.line((width // 10, top, chance.randint(width // 2, width), top), fill=20, width=3)
    return made


def image(form: str = "JPEG", **more: object) -> bytes:
    """The content of a picture of that format."""
    made = BytesIO()
    picture(**{name: value for name, value in more.items() if name in {"width", "height", "chance"}}).save(made, form)  # type: ignore[arg-type]  # sizes and a chance
    return made.getvalue()


def saved(document: pikepdf.Pdf, **how: object) -> bytes:
    made = BytesIO()
    document.save(made, **how)  # type: ignore[arg-type]  # options of saving
    return made.getvalue()


def scanned(pages: int = 1, chance: Random | None = None) -> pikepdf.Pdf:
    """A PDF of page images."""
    made = pikepdf.new()
    for _ in range(pages):
        content = image(width=827, height=1170, chance=chance or Random(2))
        shown = pikepdf.Stream(
            made,
            content,
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Image,
            Width=827,
            Height=1170,
            ColorSpace=pikepdf.Name.DeviceGray,
            BitsPerComponent=8,
            Filter=pikepdf.Name.DCTDecode,
        )
        page(made, b"q 595 0 0 842 0 0 cm /Im0 Do Q", XObject=pikepdf.Dictionary(Im0=made.make_indirect(shown)))
    return made


def page(document: pikepdf.Pdf, drawing: bytes, **resources: pikepdf.Object) -> pikepdf.Page:
    """Add a page of A4 with that drawing."""
    made = pikepdf.Dictionary(
        Type=pikepdf.Name.Page,
        MediaBox=[0, 0, *A4],
        Resources=pikepdf.Dictionary({f"/{name}": value for name, value in resources.items()}),
        Contents=pikepdf.Stream(document, drawing),
    )
    document.pages.append(pikepdf.Page(document.make_indirect(made)))
    return document.pages[-1]


def written(text: str = "Quyet dinh so 05") -> pikepdf.Pdf:
    """A PDF of text."""
    made = pikepdf.new()
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    page(made, f"BT /F1 14 Tf 72 720 Td ({text}) Tj ET".encode(), Font=pikepdf.Dictionary(F1=font))
    return made
