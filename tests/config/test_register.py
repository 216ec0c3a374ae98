import zipfile
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from config.errors import ConfigError
from config.register import HEADINGS, RegisterRow, load_register

REGISTERS = Path(__file__).parents[2] / "config" / "registers"
HEADER = "code,name,kind,group,parent,email_officer,email_head,active,valid_from,valid_to\n"
GOOD = "a,Đảng bộ A,db,A,,o@a.danang.example,h@a.danang.example,,,\n"


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "register.csv"
    path.write_text(text, encoding=encoding, newline="")
    return path


def problems(path: Path, kinds: set[str] | None = None) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_register(path, kinds=kinds)
    return [str(problem).removeprefix(f"{path}") for problem in caught.value.problems]


def test_a_row_becomes_a_subject(tmp_path: Path) -> None:
    header = "code,name,kind,group,parent,holder,officer,email_officer,head,email_head,active,valid_to,note\n"
    row = "qa, Đảng bộ  quận A ,db,A,,Quận ủy A,Mẫu 01,o@a.example,Mẫu 02,h@a.example,có,30/06/2025,ghi chú\n"
    assert load_register(written(tmp_path, header + row)) == [
        RegisterRow(
            code="qa",
            name="Đảng bộ quận A",
            kind="db",
            group="A",
            parent=None,
            holder="Quận ủy A",
            officer="Mẫu 01",
            email_officer="o@a.example",
            head="Mẫu 02",
            email_head="h@a.example",
            active=True,
            valid_from=None,
            valid_to=date(2025, 6, 30),
            note="ghi chú",
        )
    ]


def test_columns_may_bear_their_vietnamese_headings(tmp_path: Path) -> None:
    header = ",".join(HEADINGS[name] for name in HEADER.strip().split(","))
    assert load_register(written(tmp_path, f"{header}\n{GOOD}")) == load_register(written(tmp_path, HEADER + GOOD))
    assert len(set(HEADINGS.values())) == len(HEADINGS)
    assert problems(written(tmp_path, f"{header},Mã\n{GOOD}")) == [":1: cột «code» có hai lần"]


def test_a_workbook_that_unpacks_to_too_much_is_not_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.register._MOST_UNPACKED", 8 * 1024 * 1024)
    path = tmp_path / "register.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed, packed.open("xl/workbook.xml", "w") as part:
        for _ in range(9):
            part.write(bytes(1024 * 1024))
    assert path.stat().st_size < 64 * 1024
    assert problems(path) == [": tệp Excel quá lớn"]


def test_columns_and_rows_far_outside_a_register_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.register.MOST_ROWS", 1_000)
    book = Workbook()
    sheet = book.worksheets[0]
    for row in (HEADER.strip().split(","), GOOD.strip().split(",")):
        sheet.append(row)
    sheet.cell(1, 16_000, "xa")
    sheet.cell(1_000_000, 1, "xa")
    book.save(tmp_path / "register.xlsx")
    assert len(load_register(tmp_path / "register.xlsx")) == 1


def test_the_name_holds_the_account_when_nobody_else_is_named(tmp_path: Path) -> None:
    (row,) = load_register(written(tmp_path, HEADER + GOOD))
    assert (row.holder, row.active, row.officer, row.note) == ("Đảng bộ A", True, "", "")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_forms_in_which_offices_save_csv_are_read_alike(
    tmp_path: Path, encoding: str, separator: str, end: str
) -> None:
    text = (HEADER + GOOD).replace(",", separator).replace("\n", end)
    assert load_register(written(tmp_path, text, encoding)) == load_register(written(tmp_path, HEADER + GOOD))


def test_names_are_kept_in_one_unicode_form(tmp_path: Path) -> None:
    (row,) = load_register(written(tmp_path, HEADER + GOOD.replace("Đảng bộ A", "U\u0309y ban")))
    assert row.name == "\u1ee6y ban"


def test_a_workbook_is_read_like_a_csv(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.append(HEADER.strip().split(","))
    sheet.append([])
    sheet.append([490, "Đảng bộ A", "db", "A", None, "o@a.example", "h@a.example", None, date(2025, 7, 1)])
    book.save(tmp_path / "register.xlsx")
    (row,) = load_register(tmp_path / "register.xlsx")
    assert (row.code, row.valid_from, row.valid_to) == ("490", date(2025, 7, 1), None)


def test_a_workbook_names_its_rows(tmp_path: Path) -> None:
    book = Workbook()
    book.worksheets[0].append(HEADER.strip().split(","))
    book.worksheets[0].append([])
    book.worksheets[0].append(["a", "A", "db", "A", None, "o@a", "h@a.example"])
    book.save(tmp_path / "register.xlsx")
    assert problems(tmp_path / "register.xlsx") == [":3: email_officer: địa chỉ thư «o@a» không hợp lệ"]


def test_the_problems_of_all_rows_are_told_together(tmp_path: Path) -> None:
    rows = [
        GOOD,
        "a,B,db,A,,o@b.example,h@b.example,,,\n",
        "c,,tw,,,o@,,,,\n",
        "d d,D,db,A,x,o@d.example,ă@d.example,maybe,2025-02-30,\n",
        ",E,db,A,,o@e.example,h@e.example,,01/07/2025,30/06/2025\n",
    ]
    assert problems(written(tmp_path, HEADER + "".join(rows)), {"db", "sn"}) == [
        ":3: code: mã «a» đã có ở dòng 2",
        ":4: name: không được để trống",
        ":4: group: không được để trống",
        ":4: email_officer: địa chỉ thư «o@» không hợp lệ",
        ":4: email_head: không được để trống",
        ":4: kind: loại «tw» không có trong chương trình (có: db, sn)",
        ":5: email_head: địa chỉ thư «ă@d.example» không hợp lệ",
        ":5: code: mã «d d» chỉ được có chữ không dấu, số, «.», «-», «_»",
        ":5: active: «maybe» phải là yes hoặc no",
        ":5: valid_from: «2025-02-30» không phải là ngày (dd/mm/yyyy)",
        ":5: parent: không có đơn vị cấp trên nào mang mã «x»",
        ":6: code: không được để trống",
        ":6: valid_to: ngày hết hiệu lực đứng trước ngày có hiệu lực",
    ]


def test_a_circle_of_parents_is_refused_with_its_way(tmp_path: Path) -> None:
    rows = [f"{code},{code},db,A,{parent},o@a.example,h@a.example,,,\n" for code, parent in ("ab", "bc", "cb", "dd")]
    assert problems(written(tmp_path, HEADER + "".join(rows))) == [
        ":3: parent: cấp trên đi vòng: b → c → b",
        ":4: parent: cấp trên đi vòng: c → b → c",
        ":5: parent: cấp trên đi vòng: d → d",
    ]


def test_lines_are_counted_as_the_editor_counts_them(tmp_path: Path) -> None:
    rows = ["\n", GOOD.replace("Đảng bộ A", '"Đảng bộ\nA"'), GOOD.replace("a,", "b,", 1).replace(",db", ",")]
    assert problems(written(tmp_path, HEADER + "".join(rows))) == [":5: kind: không được để trống"]


def test_an_idle_subject_needs_no_addresses(tmp_path: Path) -> None:
    (row,) = load_register(written(tmp_path, HEADER + "hs,Đảng bộ huyện Hoàng Sa,db,A,,,,no,,\n"))
    assert (row.active, row.email_officer) == (False, "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", [":1: thiếu cột «code»"]),
        (HEADER, [":1: danh sách không có đơn vị nào"]),
        (HEADER.replace("email_head", "email"), [":1: thiếu cột «email_head»"]),
        (HEADER.replace("email_head", "email"), [":1: không có cột nào tên là «email»"]),
        (HEADER.replace("active", "name"), [":1: cột «name» có hai lần"]),
        (HEADER + GOOD.replace("\n", ",thừa\n"), [":2: có nhiều ô hơn hàng tiêu đề: «thừa»"]),
        (HEADER + GOOD.replace("Đảng", "Đ\u200bảng"), [":2: name: có ký tự không in được, hãy gõ lại ô này"]),
    ],
)
def test_what_is_no_register_is_refused(tmp_path: Path, text: str, said: list[str]) -> None:
    assert set(said) <= set(problems(written(tmp_path, text)))


def test_an_old_encoding_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "register.csv"
    path.write_bytes("tên".encode("cp1258"))
    assert problems(path) == [": tệp không phải văn bản UTF-8, hãy lưu lại dưới dạng CSV UTF-8"]


def test_what_is_no_file_or_no_workbook_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bad.xlsx").write_bytes(b"no workbook")
    assert problems(tmp_path / "bad.xlsx") == [": không đọc được tệp Excel"]
    assert problems(tmp_path / "none.csv") == [": không đọc được tệp: No such file or directory"]


def test_a_subject_exists_from_its_first_day_to_its_last(tmp_path: Path) -> None:
    (row,) = load_register(written(tmp_path, HEADER + GOOD.replace(",,,\n", ",,2025-01-01,2025-06-30\n")))
    days = [date(2024, 12, 31), date(2025, 1, 1), date(2025, 6, 30), date(2025, 7, 1)]
    assert [row.exists_on(day) for day in days] == [False, True, True, False]


LINKED = "code,name,kind,group,email_officer,email_head,leads,member_of,peer_of,post,since,body\n"


def linked(code: str, rest: str) -> str:
    return f"{code},{code.upper()},db,A,o@a.example,h@a.example,{rest}\n"


def test_a_row_names_what_it_leads_belongs_to_and_stands_beside(tmp_path: Path) -> None:
    rows = linked("a", "b; c,d,,secretary,15/07/2024,btv") + linked("b", ",,a,,,")
    others = linked("c", ",,,,,") + linked("d", ",,,,,")
    first, second, third, _ = load_register(written(tmp_path, LINKED + rows + others))
    assert (first.leads, first.member_of, first.peer_of) == (("b", "c"), ("d",), ())
    assert (first.post, first.since, first.body) == ("secretary", date(2024, 7, 15), "btv")
    assert second.peer_of == ("a",)
    assert (third.leads, third.post, third.since, third.body) == ((), "", None, "")


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ("x,,,,,", "leads: không có đơn vị nào mang mã «x»"),
        (",b;x,,,,", "member_of: không có đơn vị nào mang mã «x»"),
        (",,a,,,", "peer_of: mã «a» là của chính dòng này"),
        ("b;b,,,,,", "leads: mã «b» có hai lần"),
        (
            ",,,chief,,",
            "post: chức vụ «chief» phải là secretary, deputy_secretary, head, deputy, member hoặc để trống",
        ),
        (",,,,2024-13-01,", "since: «2024-13-01» không phải là ngày (dd/mm/yyyy)"),
        (",,,,,ban thường vụ", "body: mã «ban thường vụ» chỉ được có chữ không dấu, số, «.», «-», «_»"),
    ],
)
def test_a_link_that_leads_nowhere_is_told_with_its_line(tmp_path: Path, rest: str, said: str) -> None:
    text = LINKED + linked("b", ",,,,,") + linked("a", rest)
    assert problems(written(tmp_path, text)) == [f":3: {said}"]


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("da-nang-2024.csv", {"dang_bo_quan_huyen": 8, "so_nganh": 21}),
        ("da-nang-2026.csv", {"dang_bo_xa_phuong": 40}),
        (
            "van-giang-2022.csv",
            {"ubnd_huyen": 1, "co_quan_chuyen_mon": 12, "don_vi_su_nghiep": 8, "ubnd_xa": 11},
        ),
        (
            "ha-tinh-2024.csv",
            {
                "dang_bo_co_so": 15,
                "chi_bo_co_so": 9,
                "chi_bo_truc_thuoc": 89,
                "tap_the_thanh_pho": 31,
                "tap_the_co_so": 60,
            },
        ),
        ("nghe-an-2024.csv", {"huyen": 21, "so_nganh": 20}),
    ],
)
def test_the_registers_of_the_house_are_whole_and_reach_nobody(name: str, counts: dict[str, int]) -> None:
    rows = load_register(REGISTERS / name, kinds=counts)
    addresses = [address for row in rows if row.active for address in (row.email_officer, row.email_head)]
    assert Counter(row.kind for row in rows) == counts
    assert all(address.endswith(".example") for address in addresses)


def test_the_districts_of_da_nang_end_with_june_2025_and_hoang_sa_is_off() -> None:
    rows = load_register(REGISTERS / "da-nang-2024.csv")
    districts = [row for row in rows if row.kind == "dang_bo_quan_huyen"]
    assert {row.valid_to for row in districts} == {date(2025, 6, 30)}
    assert [row.code for row in districts if not row.active] == ["dn-huyen-hoang-sa"]
