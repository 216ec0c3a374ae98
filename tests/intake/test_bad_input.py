"""Documents that cannot be a sheet: each refused early with one Vietnamese sentence that says what to do."""

import resource
import subprocess
import sys
import unicodedata
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from config.errors import ConfigError
from intake.oddities import Kind
from intake.sheets import read_sheet
from tests.intake.writing import excel, semicolons_csv, tabs_txt, word

ROWS = [("TT", "Nội dung", "Điểm tối đa"), ("1", "Đánh giá việc thực hiện dân chủ", "5"), ("2", "Đối thoại", "5")]
TCVN3 = [("TT", "Néi dung", "§iÓm tèi ®a"), ("1", "§¸nh gi¸ viÖc thùc hiÖn d©n chñ ë c¬ së", "5")]
VNI = [("TT", "Noäi dung", "Ñieåm toái ña"), ("1", "Ñaùnh giaù vieäc thöïc hieän daân chuû ôû cô sôû", "5")]
TONES = "\u0300\u0301\u0303\u0309\u0323"
MEMORY = 300 * 1024 * 1024
"""Bytes that reading may take at most, the interpreter and its libraries with them."""


def refusal(path: Path) -> str:
    with pytest.raises(ConfigError) as refused:
        read_sheet(path)
    (problem,) = refused.value.problems
    return problem.message


def with_part(path: Path, name: str, content: bytes = b"x") -> Path:
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(name, content)
    return path


def encrypted(path: Path) -> Path:
    path.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le") + bytes(600)
    )
    return path


def old(path: Path) -> Path:
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000))
    return path


def halved(path: Path) -> Path:
    whole = excel(path, ROWS).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    return path


def damaged(path: Path) -> Path:
    with zipfile.ZipFile(word(path, ROWS)) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in parts.items():
            packed.writestr(name, content[:-20] if name == "word/document.xml" else content)
    return path


def declared(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as packed:
        packed.writestr("word/document.xml", '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')
    return path


def bomb(path: Path) -> Path:
    return with_part(word(path, ROWS), "word/more.xml", bytes(60 * 1024 * 1024))


def large(path: Path) -> Path:
    with excel(path, ROWS).open("r+b") as file:
        file.truncate(100 * 1024 * 1024)
    return path


def wide(path: Path) -> Path:
    return excel(path, [("TT", "Nội dung", "Điểm tối đa", *["x"] * 80), *ROWS[1:]])


def long_cell(path: Path) -> Path:
    return word(path, [*ROWS, ("3", "dài " * 6_000, "5")])


def in_bytes(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    path.write_bytes("\n".join("\t".join(row) for row in rows).encode("latin-1"))
    return path


@pytest.mark.parametrize(
    ("name", "made", "said"),
    [
        ("a.docx", encrypted, "Tệp có đặt mật khẩu mở; hãy bỏ mật khẩu"),
        ("a.xlsx", old, "Tệp là bản Office cũ (.doc, .xls); hãy lưu lại"),
        ("a.xlsx", lambda path: with_part(excel(path, ROWS), "xl/vbaProject.bin"), "Tệp có macro nên không được đọc"),
        ("a.docx", lambda path: with_part(word(path, ROWS), "word/vbaProject.bin"), "Tệp có macro nên không được đọc"),
        ("a.xlsx", halved, "Tệp Excel (.xlsx) bị hỏng; hãy mở bằng Office, lưu lại"),
        ("a.docx", damaged, "Tệp Word bị hỏng; hãy mở bằng Word, lưu lại"),
        ("a.docx", declared, "Tệp có khai báo DOCTYPE"),
        ("a.docx", bomb, "Nội dung tệp giãn ra hơn 40 MB"),
        ("a.docx", lambda path: excel(path, ROWS), "Nội dung tệp không phải là Word (.docx)"),
        ("a.xlsx", large, "Tệp lớn hơn 20 MB"),
        ("a.xlsx", wide, "Bảng có hơn 64 cột hoặc một ô quá dài"),
        ("a.docx", long_cell, "Bảng có hơn 64 cột hoặc một ô quá dài"),
        ("a.csv", lambda path: semicolons_csv(path, [*ROWS, *ROWS[1:] * 2_000]), "Bảng có hơn 3.000 dòng"),
        (
            "a.txt",
            lambda path: in_bytes(path, TCVN3),
            "Chữ trong tệp dùng bảng mã cũ TCVN3 (ABC); hãy chuyển sang Unicode",
        ),
        (
            "a.txt",
            lambda path: in_bytes(path, VNI),
            "Chữ trong tệp dùng bảng mã cũ VNI Windows; hãy chuyển sang Unicode",
        ),
        ("a.docx", lambda path: word(path, TCVN3), "Chữ trong tệp dùng bảng mã cũ TCVN3 (ABC)"),
        ("a.xlsx", lambda path: excel(path, VNI), "Chữ trong tệp dùng bảng mã cũ VNI Windows"),
        ("a.txt", lambda path: path.write_bytes(bytes(range(256)) * 9) and path, "Không nhận ra bảng mã của tệp"),
        ("a.txt", lambda path: tabs_txt(path, [], ["Một công văn không có bảng."]), "Không thấy bảng tiêu chí"),
        ("a.docx", lambda path: word(path, [("Nơi nhận", "Ký tên")]), "Không thấy bảng tiêu chí"),
        ("a.xlsx", lambda path: excel(path, ROWS[:1]), "Không thấy bảng tiêu chí"),
        ("a.csv", lambda path: path.write_bytes(b"") or path, "Không thấy bảng tiêu chí"),
        ("a.pdf", lambda path: path.write_bytes(b"%PDF-1.7") and path, "Chỉ nhập được tệp .docx, .xlsx, .csv, .txt"),
        ("a.docx", lambda path: path, "Không đọc được tệp"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_sheet_is_refused_in_one_sentence(
    name: str, made: Callable[[Path], Path], said: str, tmp_path: Path
) -> None:
    assert refusal(made(tmp_path / name)).startswith(said)


def apart(letter: str) -> str:
    """A letter as Windows-1258 writes it: the tone is a character of its own."""
    parts = unicodedata.normalize("NFD", letter)
    tones = "".join(one for one in parts if one in TONES)
    return unicodedata.normalize("NFC", "".join(one for one in parts if one not in TONES)) + tones


def test_unicode_and_windows_1258_are_read(tmp_path: Path) -> None:
    plain = tabs_txt(tmp_path / "a.txt", ROWS)
    text = plain.read_text(encoding="utf-8")
    utf16, decomposed, windows = (tmp_path / name for name in ("b.txt", "c.txt", "d.txt"))
    utf16.write_text(text, encoding="utf-16")
    decomposed.write_bytes(unicodedata.normalize("NFD", text).encode())
    windows.write_bytes("".join(map(apart, text)).encode("cp1258"))
    expected = read_sheet(plain).document["criteria"]
    for path in (utf16, decomposed, windows):
        assert read_sheet(path).document["criteria"] == expected
    assert Kind.ENCODING in {oddity.kind for oddity in read_sheet(windows).oddities}


def test_a_million_rows_are_refused_early_and_with_little_memory(tmp_path: Path) -> None:
    path = tmp_path / "million.xlsx"
    rows = b"<row><c><v>1</v></c></row>" * 1_000_000
    with (
        zipfile.ZipFile(excel(tmp_path / "small.xlsx", ROWS)) as packed,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out,
    ):
        for name in packed.namelist():
            content = packed.read(name)
            start, _, end = content.partition(b"<sheetData>")
            out.writestr(name, start + b"<sheetData>" + rows + end[end.index(b"</sheetData>") :] if end else content)
    program = f"from pathlib import Path; from intake.sheets import read_sheet; read_sheet(Path({str(path)!r}))"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY)),
    )
    assert "Tệp có quá nhiều dòng, ô" in done.stderr, done.stderr
