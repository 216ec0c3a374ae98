"""The folder of files: each content once, whole or not at all, never written over, swept when nobody names it."""

import os
import resource
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from evidence.folder import Folder, place, thumbnail
from evidence.kinds import Kind
from evidence.store import Coming, Kept, Unkept
from tests.keeping import keep


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_file_lies_under_its_hash_once(tmp_path: Path) -> None:
    content = b"%PDF-1.4 " + b"x" * 200_000
    one, two = (keep(tmp_path, content, name) for name in ("a.pdf", "b.pdf"))
    assert one == Kept("a.pdf", sha256(content).hexdigest(), len(content), "application/pdf")
    assert two._replace(name="a.pdf") == one
    assert [path.read_bytes() for path in files(tmp_path)] == [content]
    assert place(tmp_path, one.file_hash) == files(tmp_path)[0]


@pytest.mark.parametrize(("content", "why"), [(b"", "không có nội dung"), (b"x" * 11, "lớn hơn")])
def test_what_is_empty_or_too_large_is_not_kept(tmp_path: Path, content: bytes, why: str) -> None:
    with pytest.raises(Unkept, match=why):
        keep(tmp_path, content, "a.pdf", limit=10)
    assert files(tmp_path) == []


def test_what_comes_is_read_and_dropped_and_nothing_is_left(tmp_path: Path) -> None:
    coming = Coming(Folder(tmp_path / "files"), limit=10)
    assert (coming.read(5), files(tmp_path)) == (b"", [])
    for piece in (b"mot hai", b" ba", b"bon"):
        coming.write(piece)
    coming.end()
    assert (coming.size, coming.read(5), coming.read(50)) == (13, b"mot h", b"mot hai ba")
    coming.drop()
    assert files(tmp_path) == []
    coming.drop()


def test_without_room_the_rest_is_not_written_and_it_is_told(tmp_path: Path) -> None:
    coming, (soft, hard) = Coming(Folder(tmp_path)), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, hard))
    try:
        for _ in range(3):
            coming.write(bytes(80_000))
        coming.end()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    with pytest.raises(Unkept, match="máy chủ hết chỗ chứa"):
        coming.keep("a.pdf")
    with pytest.raises(OSError, match="File too large"):
        coming.read(10)
    coming.drop()
    assert files(tmp_path) == []


def test_what_was_kept_stays_when_its_way_is_cleared(tmp_path: Path) -> None:
    coming = Coming(Folder(tmp_path))
    coming.write(memoryview(b"mot"))
    coming.end()
    kept = coming.keep("a.txt")
    assert len(files(tmp_path)) == 2
    coming.drop()
    assert files(tmp_path) == [place(tmp_path, kept.file_hash)]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("C:\\Users\\a\\Báo cáo.pdf", "Báo cáo.pdf"),
        ("../../etc/passwd", "passwd"),
        ("a\u202egpj.exe\r\nX: y", "agpj.exe X y"),
        ("", "tep"),
        (".pdf", "tep.pdf"),
        ("x" * 400 + ".pdf", "x" * 180 + ".pdf"),
    ],
)
def test_a_name_is_plain(tmp_path: Path, given: str, expected: str) -> None:
    assert keep(tmp_path, b"x", given).name == expected


def test_what_its_kind_refuses_is_not_kept(tmp_path: Path) -> None:
    def glance(_path: Path, kind: Kind) -> str | None:
        return "không nhận trang web" if kind is Kind.PAGE else None

    with pytest.raises(Unkept, match=r"«a\.pdf»: không nhận trang web"):
        keep(tmp_path, b"<!doctype html><p>x", "a.pdf", glance=glance)
    assert files(tmp_path) == []


def test_what_is_altered_or_gone_is_named_and_never_mended_by_writing_over_it(tmp_path: Path) -> None:
    one, two, three = (keep(tmp_path, text, "a.txt").file_hash for text in (b"mot", b"hai", b"ba"))
    place(tmp_path, one).write_bytes(b"mut")
    place(tmp_path, two).unlink()
    assert dict(Folder(tmp_path).damaged([one, two, three])) == {one: "altered", two: "missing"}
    keep(tmp_path, b"mot", "a.txt")
    assert place(tmp_path, one).read_bytes() == b"mut"


def test_waste_is_swept_after_a_day_and_not_before(tmp_path: Path) -> None:
    named, waste, fresh = (keep(tmp_path, text, "a.txt").file_hash for text in (b"mot", b"hai", b"ba"))
    remains = tmp_path / "den-0"
    for path in (thumbnail(tmp_path, named), thumbnail(tmp_path, waste), remains):
        path.write_bytes(b"x")
    now = datetime.now(UTC)
    long_ago = now.timestamp() - 90_000
    for path in files(tmp_path):
        if not path.name.startswith(fresh):
            os.utime(path, (long_ago, long_ago))
    assert Folder(tmp_path).sweep({named}, now) == 2
    assert {path.name for path in files(tmp_path)} == {named, f"{named}.png", fresh}
    os.utime(place(tmp_path, fresh), (long_ago, long_ago))
    keep(tmp_path, b"ba", "a.txt")
    assert Folder(tmp_path).sweep({named}, now) == 0
