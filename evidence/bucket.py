"""Contents in a bucket of an S3-compatible store (docs/decisions/0020): each comes in one request, whole or not at all.

What comes is first a file of this machine, as it is with a folder; when its hash is known it is put under its name,
signed with that hash, which the store holds against what it got, and only where nothing lies there yet.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, Final, NamedTuple

from aiohttp import ClientError as LineBroken
from botocore.exceptions import BotoCoreError
from fsspec.asyn import sync
from s3fs import S3FileSystem

from evidence.store import CHUNK, COMING, THUMBNAIL, Absent, Found, Lying, Store, StoreDown

PATIENCE = 8.0
"""Seconds for one question with all its tries, by our own clock: the library waits for ever on a store that takes a
connection and says nothing. A request of ours lives for ten (web/edge.py)."""
CONFIG: Final = {
    "connect_timeout": 2,
    "retries": {"total_max_attempts": 2, "mode": "standard"},
    "request_checksum_calculation": "when_required",
    "response_checksum_validation": "when_required",
    "s3": {"payload_signing_enabled": True},
}
"""The signature holds the SHA-256 of what is sent, over HTTPS too, and every store understands it, which is not so of
newer checksums."""
TRIES: Final = 3
NO_OBJECT: Final = frozenset({"NoSuchKey", "404"})
THERE: Final = frozenset({"PreconditionFailed", "412"})
CONTESTED: Final = frozenset({"ConditionalRequestConflict", "OperationAborted", "409"})


class Access(NamedTuple):
    """How the store is reached; what is None is found as the AWS tools find it (AWS_… variables, a role)."""

    endpoint: str | None = None
    key: str | None = None
    secret: str | None = None


class Refusal(Exception):
    """The store answered that it did not do what was asked; `code` is its own word for it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Bucket(Store):
    """A bucket, or what lies below a prefix of it."""

    def __init__(self, coming: Path, bucket: str, prefix: str = "", access: Access | None = None) -> None:
        super().__init__(coming)
        self._bucket, self._prefix = bucket, f"{prefix}/" if prefix else ""
        endpoint, key, secret = access or Access()
        config = CONFIG | {"read_timeout": PATIENCE}
        self._system = S3FileSystem(
            endpoint_url=endpoint, key=key, secret=secret, config_kwargs=config, use_listings_cache=False
        )
        self._system.retries = 1  # the library below tries again, from the beginning of what is sent

    def settle(self, path: Path, file_hash: str) -> None:
        """Put it; of a content that lies there already nothing is written but that it came just now."""
        for _ in range(TRIES):
            try:
                self._put(path, _name(file_hash), IfNoneMatch="*")
            except Refusal as refusal:
                if refusal.code in THERE:
                    self._touch(_name(file_hash))
                elif refusal.code in CONTESTED:
                    continue
                else:
                    raise StoreDown(self._of(refusal)) from refusal
            return
        raise StoreDown(self._of("others write the same content again and again"))

    def open(self, file_hash: str) -> Found:
        """Begin to read a content."""
        return self._open(_name(file_hash))

    def has(self, file_hash: str) -> bool:
        """Ask for it in the list: its head would not tell a content that is gone from a bucket that is."""
        return self._has(_name(file_hash))

    @contextmanager
    def borrow(self, file_hash: str) -> Iterator[Path]:
        """A copy, read whole and held against its hash; Absent when it is another content by now."""
        self.coming.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=self.coming, prefix=COMING) as copy:
            digest = sha256()
            for piece in self.open(file_hash).pieces:
                digest.update(piece)
                copy.write(piece)
            copy.flush()
            if digest.hexdigest() != file_hash:
                raise Absent(file_hash)
            yield Path(copy.name)

    def keep_thumbnail(self, path: Path, file_hash: str) -> None:
        """Put it; a picture of the same content is the same picture."""
        try:
            self._put(path, _name(file_hash, THUMBNAIL))
        except Refusal as refusal:
            raise StoreDown(self._of(refusal)) from refusal

    def open_thumbnail(self, file_hash: str) -> Found:
        """Begin to read the picture."""
        return self._open(_name(file_hash, THUMBNAIL))

    def has_thumbnail(self, file_hash: str) -> bool:
        """Ask for it in the list, too."""
        return self._has(_name(file_hash, THUMBNAIL))

    def lying(self) -> Iterator[Lying]:
        """Contents and pictures, a thousand an answer."""
        more: dict[str, str] = {}
        while True:
            page = self._must("list_objects_v2", Prefix=self._prefix, **more)
            for one in page.get("Contents", ()):
                yield Lying(one["Key"].removeprefix(self._prefix), one["LastModified"].timestamp())
            if not page.get("IsTruncated"):
                return
            more = {"ContinuationToken": page["NextContinuationToken"]}

    def remove(self, name: str, before: float) -> bool:
        """Ask once more how old it is, for it may have come again since it was listed."""
        try:
            head = self._call("head_object", Key=self._prefix + name)
        except Refusal as refusal:
            if refusal.code in NO_OBJECT:
                return False
            raise StoreDown(self._of(refusal)) from refusal
        if head["LastModified"].timestamp() >= before:
            return False
        self._must("delete_object", Key=self._prefix + name)
        return True

    def told(self) -> str:
        """Its address."""
        return f"s3://{self._bucket}/{self._prefix}".rstrip("/")

    def _put(self, path: Path, name: str, **conditions: str) -> None:
        with path.open("rb") as body:
            self._call("put_object", Key=self._prefix + name, Body=body, **conditions)

    def _touch(self, name: str) -> None:
        """The store copies it onto itself: its bytes stay what they are, its time is now."""
        key = self._prefix + name
        source = {"Bucket": self._bucket, "Key": key}
        self._must("copy_object", Key=key, CopySource=source, MetadataDirective="REPLACE")

    def _open(self, name: str) -> Found:
        try:
            answer = self._call("get_object", Key=self._prefix + name)
        except Refusal as refusal:
            if refusal.code in NO_OBJECT:
                raise Absent(name) from refusal
            raise StoreDown(self._of(refusal)) from refusal
        return Found(int(answer["ContentLength"]), self._pieces(answer["Body"]))

    def _pieces(self, body: Any) -> Iterator[bytes]:  # noqa: ANN401  a stream of the library
        try:
            while piece := self._read(body):
                yield piece
        finally:
            self._system.loop.call_soon_threadsafe(body.close)

    def _read(self, body: Any) -> bytes:  # noqa: ANN401  as above
        try:
            return bytes(sync(self._system.loop, body.read, CHUNK, timeout=PATIENCE))
        except (OSError, BotoCoreError, LineBroken) as error:
            raise StoreDown(self._of(error)) from error

    def _has(self, name: str) -> bool:
        page = self._must("list_objects_v2", Prefix=self._prefix + name, MaxKeys=1)
        return any(one["Key"] == self._prefix + name for one in page.get("Contents", ()))

    def _must(self, method: str, **given: Any) -> Any:  # noqa: ANN401  an answer of the library
        try:
            return self._call(method, **given)
        except Refusal as refusal:
            raise StoreDown(self._of(refusal)) from refusal

    def _call(self, method: str, **given: Any) -> Any:  # noqa: ANN401  an answer of the library
        """What the store answers; Refusal when it answers that it did not do it, StoreDown when it gives no answer."""
        try:
            return self._system.call_s3(method, Bucket=self._bucket, timeout=PATIENCE, **given)
        except (OSError, BotoCoreError, LineBroken) as error:
            answer = getattr(error.__cause__, "response", None)
            if answer is None or not answer.get("Error", {}).get("Code"):
                raise StoreDown(self._of(error)) from error
            raise Refusal(str(answer["Error"]["Code"])) from error

    def _of(self, error: object) -> str:
        return f"{self.told()}: {error}"


def _name(file_hash: str, ending: str = "") -> str:
    return f"{file_hash[:2]}/{file_hash}{ending}"
