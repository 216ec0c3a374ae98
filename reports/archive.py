"""An archived round as a folder of files: what lies in it, and how it is checked without a database.

Whoever checks needs a reader of JSON and SHA-256: the folder's README says how, and `faults` does it.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from hashlib import file_digest
from io import StringIO
from pathlib import Path
from typing import Any, Final

from reports.inspection import Inspection
from reports.open_data import SEPARATOR
from reports.wording import harmless
from states.chain import digest
from states.merkle import Leaf, root

SUMS: Final = "SHA256SUMS"
README: Final = "README.md"
HISTORY: Final = "history.jsonl"
SEALS: Final = "history.seals.jsonl"
ROUND: Final = "round.json"
PROGRAMME: Final = "programme.json"
EVIDENCE: Final = "evidence.csv"
DOSSIERS: Final = "dossiers"
_START: Final = "0" * 64
_COLUMNS: Final = (
    "ho_so", "don_vi", "minh_chung", "tieu_chi", "loai", "ten", "sha256", "byte", "dua_vao", "bo_ra", "ket_qua_kiem_tra"
)  # fmt: skip
Chains = Mapping[str, list[str]]
"""The hashes of the rows of each chain, in their order."""


def file_of(assessment_id: int) -> str:
    """Where the file of a dossier lies in an archive."""
    return f"{DOSSIERS}/{assessment_id:08}.json"


def manifest(dossiers: Iterable[Inspection]) -> bytes:
    """All evidence of a round with its hashes, a line each: what was ever put in, also what was taken out again."""
    text = StringIO()
    writer = csv.writer(text, delimiter=SEPARATOR)
    writer.writerow(_COLUMNS)
    for told in dossiers:
        for one in told.evidence:
            name = {"file": one.name, "link": one.address, "confidential": one.number}[one.kind]
            times = (f"{at:%Y-%m-%dT%H:%M:%SZ}" if at else "" for at in (one.at, one.removed_at))
            own = (told.assessment, harmless(told.subject.name), one.id, one.criterion, one.kind, harmless(name))
            writer.writerow([*own, one.sha256, one.size or "", *times, one.verdict])
    return text.getvalue().encode("utf-8-sig")


def sums(folder: Path) -> str:
    """The hashes of all files of an archive but this list itself, as `sha256sum -c` reads them."""
    return "".join(f"{_hash(folder / name)}  {name}\n" for name in sorted(_files(folder)) if name != SUMS)


def _files(folder: Path) -> Iterator[str]:
    return (path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def faults(folder: Path, seal: str | None = None) -> list[str]:
    """What is wrong with an archive, a sentence each: its files, its chains, its seals, its dossiers."""
    try:
        return [*_file_faults(folder)] or [*_inner_faults(folder, seal)]
    except (ValueError, KeyError, TypeError) as error:
        return [f"nội dung không đọc được: {error}"]


def _inner_faults(folder: Path, seal: str | None) -> Iterator[str]:
    broken: dict[str, str] = {}
    chains = _chains(folder, broken)
    yield from broken.values()
    yield from _seal_faults(folder, chains, seal)
    yield from _dossier_faults(folder, chains)


def _file_faults(folder: Path) -> Iterator[str]:
    if not (folder / SUMS).is_file():
        yield f"không có tệp {SUMS}: đây không phải là bộ lưu trữ của một đợt"
        return
    pairs = (line.split("  ", 1) for line in (folder / SUMS).read_text(encoding="utf-8").splitlines())
    listed = {name: hashed for hashed, name in pairs}
    there = {*_files(folder)} - {SUMS}
    yield from (f"{name}: thiếu tệp" for name in sorted(listed.keys() - there))
    yield from (f"{name}: tệp lạ, không có trong {SUMS}" for name in sorted(there - listed.keys()))
    for name in sorted(there & listed.keys()):
        if _hash(folder / name) != listed[name]:
            yield f"{name}: nội dung không khớp mã băm trong {SUMS}"
    missing = {README, HISTORY, SEALS, ROUND, PROGRAMME, EVIDENCE} - listed.keys()
    yield from (f"{SUMS}: không kê {name}" for name in sorted(missing))


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8", newline="\n") as file:
        yield from map(json.loads, file)


def _chains(folder: Path, broken: dict[str, str]) -> Chains:
    """The hashes of every chain in their order; of those that do not hold the first fault goes into `broken`."""
    chains: dict[str, list[str]] = {}
    ends: dict[str, str] = {}
    for row in _lines(folder / HISTORY):
        entity, own = row["entity"], chains.setdefault(row["entity"], [])
        at = json.loads(row["body"])["at"]
        if not _follows(row, len(own), own[-1] if own else _START) or at < ends.get(entity, ""):
            broken.setdefault(entity, f"{entity}, dòng {len(own) + 1}: chuỗi không khớp")
        own.append(row["hash"])
        ends[entity] = at
    return chains


def _follows(row: Mapping[str, Any], last: int, head: str) -> bool:
    """Whether a row goes on from the one before it (docs/history-format.md)."""
    body = json.loads(row["body"])
    is_next = (row["seq"], row["prev_hash"]) == (last + 1, head)
    is_own = (body["seq"], body["entity"]) == (row["seq"], row["entity"])
    return is_next and is_own and digest(bytes.fromhex(head), row["body"]).hex() == row["hash"]


def _seal_faults(folder: Path, chains: Chains, seal: str | None) -> Iterator[str]:
    seals = [*_lines(folder / SEALS)]
    if seal is not None and seal not in {one["seal"] for one in seals}:
        yield "mã kiểm chứng đưa vào không có trong bộ lưu trữ này"
    for one in seals:
        leaves = [Leaf(*leaf) for leaf in one["leaves"]]
        if root(leaves) != one["seal"]:
            yield f"mã kiểm chứng {one['seal'][:16]}…: không tính lại được từ các dòng nó bao trùm"
        for leaf in leaves:
            rows = chains.get(leaf.entity, [])
            if leaf.seq and (len(rows) < leaf.seq or rows[leaf.seq - 1] != leaf.hash):
                yield f"mã kiểm chứng {one['seal'][:16]}…: {leaf.entity}, dòng {leaf.seq} không còn như khi niêm phong"


def _dossier_faults(folder: Path, chains: Chains) -> Iterator[str]:
    keys = sorted(int(entity.partition(":")[2]) for entity in chains if entity.startswith("assessment:"))
    missing = [file_of(key) for key in keys if not (folder / file_of(key)).is_file()]
    if missing:
        yield from (f"{name}: thiếu hồ sơ" for name in missing)
        return
    differing: list[str] = []
    listed = manifest(_read(folder, keys, chains, differing))
    yield from (f"{name}: hồ sơ không khớp chuỗi lịch sử" for name in differing)
    if listed != (folder / EVIDENCE).read_bytes():
        yield f"{EVIDENCE}: danh mục minh chứng không khớp các hồ sơ"


def _read(folder: Path, keys: Iterable[int], chains: Chains, differing: list[str]) -> Iterator[Inspection]:
    """The dossiers one after the other; the names of those that are not as their chains go into `differing`."""
    for key in keys:
        told = Inspection.model_validate_json((folder / file_of(key)).read_bytes())
        rows = chains[f"assessment:{key}"]
        own = [one.hash for one in told.events if one.seq is not None]
        if own != rows or told.heads[0].hash != rows[-1]:
            differing.append(file_of(key))
        yield told
