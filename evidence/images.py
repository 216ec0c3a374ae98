"""A picture of a paper document: is it whole, how large, how fine."""

import warnings
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from PIL import Image, ImageOps

from evidence.kinds import Kind
from evidence.verdict import Form, Outcome, Verdict, refused

MOST_PIXELS: Final = 100_000_000
MOST_PAGES: Final = 500
FINE_ENOUGH: Final = 200
"""Dots an inch below which a copy is warned of: what Nghị định 30/2020/NĐ-CP asks of a digitised paper (RULES 7.6)."""
PAPER: Final = (8.27, 11.69)
"""A4 in inches: what a photograph without a resolution of its own is held against."""
THUMBNAIL: Final = 320
FORMATS: Final = {Kind.JPEG: "JPEG", Kind.PNG: "PNG", Kind.TIFF: "TIFF", Kind.WEBP: "WEBP"}
MARKUP: Final = (b"<script", b"<!doctype html", b"<html>", b"<?php ", b"<?php\n")
STRANGE: Final = (*MARKUP, b"%pdf-1.", b"%pdf-2.")
CHUNK: Final = 1 << 20
LONGEST_SIGN: Final = max(map(len, STRANGE))


def look(path: Path, kind: Kind, thumbnail: Path | None) -> Verdict:
    """Read every picture of the file to its last line; REFUSED when it is broken, huge, or something else besides."""
    if zipfile.is_zipfile(path) or hides(path, STRANGE):
        return refused(kind, "Tệp ảnh có kèm nội dung khác bên trong; hãy chụp lại văn bản và gửi ảnh mới.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            pages, dpi = _read(path, kind, thumbnail)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return too_large(kind)
    except (OSError, SyntaxError, ValueError, EOFError, TypeError, KeyError, ArithmeticError):
        return refused(kind, "Tệp ảnh bị hỏng hoặc gửi chưa hết; hãy chụp lại hoặc gửi lại tệp.")
    if pages > MOST_PAGES:
        return too_many(kind)
    return Verdict(
        outcome=Outcome.ACCEPTED,
        kind=kind,
        form=Form.SCAN,
        sentence="Bản chụp văn bản giấy dưới dạng ảnh.",
        warnings=coarse(dpi),
        pages=pages,
        dpi=dpi,
    )


def too_large(kind: Kind) -> Verdict:
    """The refusal of more pixels than a page of paper needs."""
    most = MOST_PIXELS // 1_000_000
    return refused(kind, f"Ảnh lớn hơn {most} triệu điểm ảnh; hãy giảm kích thước (300 dpi là đủ) rồi gửi lại.")


def too_many(kind: Kind) -> Verdict:
    """The refusal of a file of more pages than anybody reads."""
    return refused(kind, f"Tệp có hơn {MOST_PAGES} trang; hãy tách thành nhiều tệp rồi gửi lại.")


def coarse(dpi: int | None) -> tuple[str, ...]:
    """The warning of a copy that may be hard to read."""
    is_coarse = dpi is not None and dpi < FINE_ENOUGH
    return (f"Độ phân giải khoảng {dpi} dpi, dưới {FINE_ENOUGH} dpi: có thể khó đọc.",) if is_coarse else ()


def keep_thumbnail(picture: Image.Image, thumbnail: Path | None) -> None:
    """Write a small PNG of the picture, turned upright, without anything else that came with it."""
    if thumbnail:
        small = ImageOps.exif_transpose(picture).convert("RGB")
        small.thumbnail((THUMBNAIL, THUMBNAIL))
        small.save(thumbnail, "PNG")


def _read(path: Path, kind: Kind, thumbnail: Path | None) -> tuple[int, int]:
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    with Image.open(path, formats=[FORMATS[kind]]) as picture:
        pages, dpi = int(getattr(picture, "n_frames", 1)), fineness(*picture.size)
        for number in range(min(pages, MOST_PAGES)):
            if number:
                picture.seek(number)
            picture.load()
            if number == 0:
                keep_thumbnail(picture, thumbnail)
    return pages, dpi


def fineness(width: int, height: int) -> int:
    """Dots an inch when the picture fills a sheet of A4, whichever way it lies."""
    short, long = sorted((width, height))
    return round(min(short / PAPER[0], long / PAPER[1]))


def hides(path: Path, signs: Iterable[bytes]) -> bool:
    """Whether a file carries, anywhere, what a browser or a reader would take for something else."""
    with path.open("rb") as file:
        kept = b""
        while chunk := file.read(CHUNK):
            seen = kept + chunk.lower()
            if any(sign in seen for sign in signs):
                return True
            kept = seen[-LONGEST_SIGN:]
    return False
