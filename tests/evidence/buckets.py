"""A store of S3 for tests: the process, and buckets in it."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Final
from urllib.request import Request, urlopen

from config.settings import Settings
from evidence.bucket import Access, Bucket
from tests.evidence.s3_server import KEY, SECRET

NUMBERS: Final = count(1)


@dataclass
class Server:
    """The process, and its address."""

    process: subprocess.Popen[str]
    address: str

    @property
    def access(self) -> Access:
        return Access(self.address, KEY, SECRET)

    def bucket(self, coming: Path, *, access: Access | None = None) -> Bucket:
        """A new bucket, seen from a machine with that folder."""
        name = f"minh-chung-{next(NUMBERS)}"
        ask(Bucket(coming, name, access=self.access), "create_bucket")
        return Bucket(coming, name, "dot/2026", access or self.access)

    def settings(self, bucket: Bucket, **more: object) -> Settings:
        """The settings of a portal with its files in that bucket."""
        named = {name.removeprefix("DANHGIA_").lower(): value for name, value in self.environment(bucket).items()}
        return Settings.model_validate(named | more)

    def environment(self, bucket: Bucket) -> dict[str, str]:
        """The same as variables of a process."""
        return {
            "DANHGIA_EVIDENCE_URL": bucket.told(),
            "DANHGIA_S3_ENDPOINT": self.address,
            "DANHGIA_S3_KEY": KEY,
            "DANHGIA_S3_SECRET": SECRET,
        }

    def doubt(self) -> None:
        """Let it lose the answer to the next PUT."""
        with urlopen(Request(f"{self.address}/gate/doubt", method="POST")):  # noqa: S310  our own
            pass

    @contextmanager
    def hanging(self) -> Iterator[None]:
        """A server that takes connections and answers nothing."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)


@contextmanager
def serving() -> Iterator[Server]:
    """A server of its own for the block."""
    command = [sys.executable, "-m", "tests.evidence.s3_server"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            yield Server(process, f"http://127.0.0.1:{int(process.stdout.readline())}")
        finally:
            process.kill()


def ask(bucket: Bucket, method: str, **given: object) -> Any:  # noqa: ANN401  an answer of the library
    """What somebody does in the bucket past the store."""
    return bucket._system.call_s3(method, Bucket=bucket._bucket, **given)


def key_of(bucket: Bucket, file_hash: str, ending: str = "") -> str:
    return f"{bucket._prefix}{file_hash[:2]}/{file_hash}{ending}"


def names(bucket: Bucket) -> set[str]:
    """What lies in it."""
    return {one.name.partition("/")[2] for one in bucket.lying()}
