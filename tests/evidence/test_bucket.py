"""A bucket of an S3-compatible store keeps the promises of the folder (docs/decisions/0020)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from random import Random

import pytest

from config.errors import ConfigError
from config.settings import Settings
from evidence import stores
from evidence.bucket import PATIENCE, Access, Bucket
from evidence.folder import Folder
from evidence.store import MEGABYTE, WASTE, Absent, Kept, StoreDown, Unanswered, Unkept
from evidence.stores import store_of
from tests.evidence.buckets import Server, ask, key_of, names, serving
from tests.evidence.s3_server import KEY
from tests.keeping import keep
from web.edge import LIFE

LARGE = b"%PDF-1.4 " + Random(1).randbytes(3 * MEGABYTE)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving() as started:
        yield started


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine that has much else to do."""
    monkeypatch.setattr("evidence.bucket.PATIENCE", 60.0)


def came(bucket: Bucket, file_hash: str) -> float:
    return {one.file_hash: one.at for one in bucket.lying()}[file_hash]


def local(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def test_a_content_is_put_whole_under_its_hash_once_and_comes_back(server: Server, tmp_path: Path) -> None:
    bucket = server.bucket(tmp_path)
    one, two = (keep(bucket, LARGE, name) for name in ("a.pdf", "b.pdf"))
    assert one == two._replace(name="a.pdf") == Kept("a.pdf", sha256(LARGE).hexdigest(), len(LARGE), "application/pdf")
    assert (names(bucket), local(tmp_path)) == ({one.file_hash}, [])
    found = bucket.open(one.file_hash)
    assert (found.size, found.path, b"".join(found.pieces)) == (len(LARGE), None, LARGE)
    with bucket.borrow(one.file_hash) as path:
        assert path.read_bytes() == LARGE
    assert (bucket.has(one.file_hash), bucket.has("0" * 64), local(tmp_path)) == (True, False, [])
    with pytest.raises(Absent):
        bucket.open("0" * 64)
    with pytest.raises(Unkept, match="không có nội dung"):
        keep(bucket, b"", "a.pdf")


def test_what_somebody_altered_is_found_never_mended_and_never_examined(server: Server, tmp_path: Path) -> None:
    bucket = server.bucket(tmp_path)
    one, two, three = (keep(bucket, text, "a.txt").file_hash for text in (b"mot", b"hai", b"ba"))
    ask(bucket, "put_object", Key=key_of(bucket, one), Body=b"mut")
    ask(bucket, "delete_object", Key=key_of(bucket, two))
    assert dict(bucket.damaged([one, two, three])) == {one: "altered", two: "missing"}
    keep(bucket, b"mot", "a.txt")
    assert b"".join(bucket.open(one).pieces) == b"mut"
    with pytest.raises(Absent), bucket.borrow(one):
        pass
    assert local(tmp_path) == []


def test_waste_is_swept_after_a_day_and_what_came_again_stays(server: Server, tmp_path: Path) -> None:
    bucket = server.bucket(tmp_path)
    named, waste, again = (keep(bucket, text, "a.txt").file_hash for text in (b"mot", b"hai", b"ba"))
    for file_hash in (named, waste):
        (tmp_path / "hinh.png").write_bytes(b"\x89PNG")
        bucket.keep_thumbnail(tmp_path / "hinh.png", file_hash)
    assert b"".join(bucket.open_thumbnail(named).pieces) == b"\x89PNG"
    assert (bucket.has_thumbnail(waste), bucket.has_thumbnail(again)) == (True, False)
    (tmp_path / "den-0").write_bytes(b"x")
    first, name = came(bucket, again), f"{again[:2]}/{again}"
    while came(bucket, again) == first:
        keep(bucket, b"ba", "a.txt")
    assert not bucket.remove(name, first + 1)
    now = datetime.now(UTC)
    assert bucket.sweep({named}, now) == 0
    assert bucket.sweep({named, again}, now + 2 * WASTE) == 2
    assert names(bucket) == {named, f"{named}.png", again}
    assert {path.name for path in local(tmp_path)} == {"hinh.png"}


def test_writers_of_the_same_bytes_all_keep_them(server: Server, tmp_path: Path) -> None:
    bucket = server.bucket(tmp_path)
    with ThreadPoolExecutor(4) as pool:
        kept = set(pool.map(lambda _: keep(bucket, LARGE, "a.pdf"), range(8)))
    assert len(kept) == 1
    assert list(bucket.damaged({one.file_hash for one in kept})) == []


def test_a_lost_answer_is_asked_for_again(server: Server, tmp_path: Path) -> None:
    bucket = server.bucket(tmp_path)
    server.doubt()
    one = keep(bucket, LARGE, "a.pdf")
    assert list(bucket.damaged([one.file_hash])) == []


def test_a_store_that_refuses_or_is_not_there_is_no_missing_file(server: Server, tmp_path: Path) -> None:
    """Neither a wrong key nor a bucket that is gone makes a content missing, and nothing is kept half."""
    bucket = server.bucket(tmp_path, access=Access(server.address, KEY, "sai"))
    with pytest.raises(Unanswered, match=r"«a\.pdf» chưa được lưu vì kho chứa tệp không trả lời"):
        keep(bucket, b"mot", "a.pdf")
    for asks in (lambda: bucket.open("0" * 64), lambda: bucket.has("0" * 64), lambda: list(bucket.damaged(["0" * 64]))):
        with pytest.raises(StoreDown):
            asks()
    gone = server.bucket(tmp_path)
    ask(gone, "delete_bucket")
    with pytest.raises(StoreDown, match="NoSuchBucket"):
        list(gone.damaged(["0" * 64]))
    with pytest.raises(StoreDown, match="NoSuchBucket"):
        gone.has("0" * 64)
    nobody = Bucket(tmp_path, "minh-chung", access=Access("http://127.0.0.1:1", KEY, "sai"))
    for store in (gone, nobody):
        with pytest.raises(Unanswered):
            keep(store, b"mot", "a.pdf")
    with pytest.raises(StoreDown), nobody.borrow("0" * 64):
        pass
    assert local(tmp_path) == []


@pytest.mark.faults
def test_a_store_that_hangs_is_given_up(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert LIFE.total_seconds() > PATIENCE
    bucket = server.bucket(tmp_path)
    monkeypatch.setattr("evidence.bucket.PATIENCE", 2.0)
    with server.hanging(), pytest.raises(Unanswered):
        keep(bucket, b"hai", "b.txt")
    monkeypatch.setattr("evidence.bucket.PATIENCE", 60.0)
    assert keep(bucket, b"hai", "b.txt").size == 3


def test_the_settings_name_the_store(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = server.bucket(tmp_path)
    named = store_of(server.settings(bucket, var=tmp_path))
    one = keep(named, b"mot", "a.txt").file_hash
    assert (bucket.has(one), named.told(), named.coming) == (True, bucket.told(), tmp_path / "files")
    for url, coming in ((None, tmp_path / "files"), (f"file://{tmp_path}/o%20dia", tmp_path / "o dia")):
        store = store_of(Settings(var=tmp_path, evidence_url=url))
        assert (type(store), store.coming) == (Folder, coming)
    for url in ("s3://", "s3://B/x", "s3://key:secret@bucket/x", "http://bucket", "file://var/files"):
        with pytest.raises(ValueError, match="evidence_url"):
            Settings(evidence_url=url)
    monkeypatch.setattr(stores, "find_spec", lambda _name: None)
    with pytest.raises(ConfigError, match=r"pip install danhgia\[s3\]"):
        store_of(server.settings(bucket, var=tmp_path))
