"""The blocks of docs/developer.md, and what becomes of each in a copy of the tree."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from markdown_it import MarkdownIt

ROOT: Final = Path(__file__).parents[2]
GUIDE: Final = ROOT / "docs" / "developer.md"
LEFT_OUT: Final = shutil.ignore_patterns("__pycache__")
OPTION: Final = re.compile(r'(\w+)=(?:"((?:\\"|[^"])*)"|(\S+))')


class Block(NamedTuple):
    """A block under a heading: its language, what its first line says, its text."""

    heading: str
    language: str
    options: Mapping[str, str]
    flags: frozenset[str]
    text: str

    @property
    def touched(self) -> str:
        """The file it makes or changes; empty when it is run."""
        return self.options.get("file") or self.options.get("in", "")


def blocks() -> list[Block]:
    """All blocks of the guide in their order."""
    return list(_blocks(GUIDE.read_text(encoding="utf-8")))


def _blocks(text: str) -> Iterator[Block]:
    heading = ""
    tokens = MarkdownIt("commonmark").parse(text)
    for number, token in enumerate(tokens):
        if token.type == "heading_open":
            heading = tokens[number + 1].content
        elif token.type == "fence":
            language, _, rest = token.info.partition(" ")
            options = {one[1]: (one[2] or one[3] or "").replace('\\"', '"') for one in OPTION.finditer(rest)}
            yield Block(heading, language, options, frozenset(OPTION.sub("", rest).split()), token.content)


def copied(folder: Path) -> Path:
    """A copy of the packages of the program."""
    packages = [file.parent for file in ROOT.glob("*/__init__.py") if file.parent.name != "tests"]
    for package in packages:
        shutil.copytree(package, folder / package.name, ignore=LEFT_OUT)
    return folder


def apply(block: Block, tree: Path) -> None:
    """Do in the tree what the block says."""
    if block.touched:
        _write(block, tree / block.touched)
    elif block.language == "python" and "run" in block.flags:
        _run([sys.executable, "-c", block.text], tree)
    elif block.language == "sh":
        for line in block.text.splitlines():
            _run(list(_words(line)), tree)


def _write(block: Block, file: Path) -> None:
    if "file" in block.options:
        assert not file.exists(), file
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block.text, encoding="utf-8")
        return
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    wanted = block.options.get("replace") or block.options["after"]
    places = [number for number, line in enumerate(lines) if line.rstrip("\n") == wanted]
    assert len(places) == 1, f"{block.touched} has {len(places)} lines {wanted!r}"
    at = places[0]
    begin = at if "replace" in block.options or "before" in block.flags else at + 1
    text = f"{block.text}\n\n" if "before" in block.flags else block.text
    lines[begin : at + 1 if "replace" in block.options else begin] = [text]
    file.write_text("".join(lines), encoding="utf-8")


def _words(line: str) -> Iterator[str]:
    """A command line as it is run here: the program and Python are those of this environment."""
    for word in line.split():
        match word:
            case "danhgia":
                yield from (sys.executable, "-m", "danhgia")
            case "python":
                yield sys.executable
            case _:
                yield word


def _run(words: list[str], tree: Path) -> None:
    settings = dict(word.split("=", 1) for word in words if word.startswith("DANHGIA_"))
    own = {name: value for name, value in os.environ.items() if not name.startswith("DANHGIA_")}
    command = [word for word in words if not word.startswith("DANHGIA_")]
    environment = {**own, **settings, "PYTHONPATH": str(tree)}
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(words)}\n{done.stdout}\n{done.stderr}"
