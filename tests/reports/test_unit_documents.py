"""The documents of the unit's side, written from real rounds: their words, their figures, room for what is missing."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import pytest

from models.db import Database, run
from reports.official.catalogue import BY_KEY
from reports.official.offered import of_dossier
from reports.official.opinion_records import letter_id
from reports.official.unit_entries import UNIT_ENTRIES
from reports.wording import DRAFT, REHEARSAL
from states.actor import Actor
from states.errors import Refused, Unknown
from states.glance import glance
from tests.conftest import Fresh
from tests.reports import unit_world
from tests.reports.reading import lines, opened
from tests.reports.unit_world import (
    BODY,
    COMMUNE,
    EXPIRED,
    LINK,
    REPORTED,
    SPOT,
    UNIT,
    DaNang,
    HaTinh,
    NgheAn,
    VanGiang,
)

Worlds = dict[str, Database]
Wanted = tuple[str, str, int]


@dataclass(frozen=True)
class Rounds:
    """Four rounds, each in a database of its own, and the documents written from them so far."""

    databases: Worlds
    da_nang: DaNang
    van_giang: VanGiang
    ha_tinh: HaTinh
    nghe_an: NgheAn
    written: dict[Wanted, bytes] = field(default_factory=dict)

    def make(self, where: str, key: str, number: int) -> bytes:
        with self.databases[where].reading() as session:
            return BY_KEY[key].make(session, number, REPORTED).content

    def content(self, where: str, key: str, number: int) -> bytes:
        wanted = (where, key, number)
        if wanted not in self.written:
            self.written[wanted] = self.make(*wanted)
        return self.written[wanted]

    def said(self, where: str, key: str, number: int) -> list[str]:
        return lines(self.content(where, key, number))

    def every(self) -> Iterator[Wanted]:
        """Every document that there is in them."""
        unit = (self.van_giang.key, self.van_giang.blank)
        yield from (("van_giang", key, one) for key in UNIT_SHEETS for one in unit)
        yield from (("da_nang", key, self.da_nang.key) for key in ("bang-diem-tham-dinh", "bao-cao-tong-ket"))
        yield ("da_nang", "bang-diem-tham-dinh", self.da_nang.zeroed)
        yield from (("da_nang", key, self.da_nang.request) for key in ("cong-van-giai-trinh", "van-ban-giai-trinh"))
        yield from (("ha_tinh", "tham-gia-y-kien", one) for one in self.ha_tinh.letters)
        yield from (("ha_tinh", key, self.ha_tinh.request) for key in ("lay-y-kien", "tong-hop-y-kien"))
        yield from (("nghe_an", "danh-sach-dang-ky", one) for one in (self.nghe_an.recognised, self.nghe_an.other))
        yield from (("nghe_an", key, self.nghe_an.recognised) for key in ("giay-cong-nhan", "bao-cao-so-ket"))


WHERE = ("da_nang", "van_giang", "ha_tinh", "nghe_an")
UNIT_SHEETS = ("bang-cham-diem", "bao-cao-tu-danh-gia", "bao-cao-tom-tat")


@pytest.fixture(scope="module")
def rounds(fresh_sqlite: Fresh) -> Iterator[Rounds]:
    with built(fresh_sqlite) as found:
        yield found


@contextmanager
def built(fresh: Fresh) -> Iterator[Rounds]:
    with ExitStack() as stack:
        databases = {name: Database(stack.enter_context(fresh())) for name in WHERE}
        yield Rounds(
            databases,
            unit_world.da_nang(databases["da_nang"]),
            unit_world.van_giang(databases["van_giang"]),
            unit_world.ha_tinh(databases["ha_tinh"]),
            unit_world.nghe_an(databases["nghe_an"]),
        )
        for one in databases.values():
            one.dispose()


def test_no_document_says_what_is_not_there(rounds: Rounds) -> None:
    for where, key, number in rounds.every():
        words = "\n".join(rounds.said(where, key, number))
        assert not [one for one in ("None", "{{", "{%", "&amp;", "&lt;", "  ", ": ;", "..;") if one in words], (
            key,
            words,
        )


def test_the_same_bytes_come_from_postgresql(rounds: Rounds, fresh_postgresql: Fresh) -> None:
    with built(fresh_postgresql) as others:
        assert list(others.every()) == list(rounds.every())
        assert [one for one in rounds.every() if rounds.content(*one) != others.content(*one)] == []


def test_a_rehearsal_is_marked_on_every_page(rounds: Rounds) -> None:
    said_of(rounds, "rehearsal")
    for wanted in rounds.every():
        section = opened(rounds.make(*wanted)).sections[0]
        for header in (section.first_page_header, section.header):
            assert any(REHEARSAL in one.text for one in header.paragraphs), wanted
    said_of(rounds, "live")


def said_of(rounds: Rounds, made_as: str) -> None:
    for database in rounds.databases.values():
        with database.writing() as session:
            run(session, "UPDATE installation SET made_as = :made", {"made": made_as})


@pytest.mark.rule("VG-3.3", "VG-4.2", "ANO-VG-1")
def test_the_scoring_sheet_has_the_official_columns(rounds: Rounds) -> None:
    document = opened(rounds.content("van_giang", "bang-cham-diem", rounds.van_giang.key))
    table = document.tables[1]
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    assert rows[0] == [
        "STT",
        "Nội dung tiêu chí",
        "Thang điểm",
        "Kết quả tự chấm điểm",
        "Kết quả chấm điểm của cơ quan có thẩm quyền",
        "Tài liệu kiểm chứng/Những kết quả đạt được",
    ]
    assert ([row[0] for row in rows[1:3]], rows[1][2:5]) == (["I", "1"], ["14", "13,5", ""])
    assert rows[2][2:] == ["2", "1,5", "", f"Chưa sơ kết hằng quý\n{unit_world.PLAN}"]
    chosen = [(row[0], row[2], row[3]) for row in rows if row[0].startswith("1.")]
    assert chosen == [("1.1", "7", ""), ("1.2", "3", "X"), ("1.3", "0", "")]
    assert rows[-2] == ["", "Tổng điểm", "100", "95,5", "", ""]
    said = lines(rounds.content("van_giang", "bang-cham-diem", rounds.van_giang.key))
    assert f"Đối tượng: {COMMUNE}" in said
    assert "(Kèm theo Báo cáo số 58/BC-UBND ngày 10 tháng 11 năm 2022 của Cơ quan 1)" in said
    assert "Mức xếp loại đơn vị đề nghị: Tốt." in said
    assert DRAFT not in said
    assert DRAFT in rounds.said("van_giang", "bang-cham-diem", rounds.van_giang.blank)


@pytest.mark.rule("X-N5", "DN-7.1", "DN-4.6")
def test_the_marked_sheet_keeps_all_marks_apart_and_tells_why(rounds: Rounds) -> None:
    document = opened(rounds.content("da_nang", "bang-diem-tham-dinh", rounds.da_nang.key))
    rows = [[cell.text for cell in row.cells] for row in document.tables[1].rows]
    assert rows[0][3:7] == ["Điểm tự chấm", "Điểm thẩm định", "Kết quả quyết định", "Lý do"]
    assert rows[2][2:] == ["4", "3", "2,5", "", "Thiếu kế hoạch quý IV", f"Chưa lượng hóa & so sánh\n{LINK}"]
    assert rows[-2][2:6] == ["100", "99", "98,5", ""]
    assert "Kết quả thẩm định chưa được quyết định." in rounds.said(
        "da_nang", "bang-diem-tham-dinh", rounds.da_nang.key
    )
    zeroed = rounds.said("da_nang", "bang-diem-tham-dinh", rounds.da_nang.zeroed)
    assert any("được xác định là 0 điểm" in one for one in zeroed)
    with pytest.raises(Refused, match="chưa nộp bản tự đánh giá"):
        rounds.content("van_giang", "bang-diem-tham-dinh", rounds.van_giang.blank)


@pytest.mark.rule("VG-3.1", "VG-3.2", "VG-3.5")
def test_the_unit_reports_by_criterion_and_by_the_outline(rounds: Rounds) -> None:
    said = rounds.said("van_giang", "bao-cao-tu-danh-gia", rounds.van_giang.key)
    assert {"Số: 58/BC-UBND", "Kính gửi: UBND huyện Văn Giang", "BÁO CÁO"} <= set(said)
    assert "Tự đánh giá, xếp loại công tác dân vận chính quyền năm 2022" in said
    assert "Tổng số điểm thực hiện công tác dân vận chính quyền: 95,5 điểm, trong đó:" in said
    assert sum(one.startswith("Tiêu chí số ") for one in said) == 8
    assert any(one.endswith("(1,5/2 điểm): Chưa sơ kết hằng quý.") for one in said)
    assert any(one.startswith("- Những mặt còn hạn chế: ....") for one in said)
    outlined = rounds.said("van_giang", "bao-cao-tom-tat", rounds.van_giang.key)
    assert any(one.startswith("I. ") and one.endswith("(số điểm đạt được là 13,5/14 điểm)") for one in outlined)
    assert "+ Hạn chế, yếu kém còn tồn tại: Một số kiến nghị trả lời chậm." in outlined
    assert any("Tổng số điểm đạt được là 95,5 điểm, đề nghị mức xếp loại Tốt." in one for one in outlined)
    assert "Kính gửi: UBND huyện Văn Giang" in outlined
    blank = rounds.said("van_giang", "bao-cao-tom-tat", rounds.van_giang.blank)
    assert "ĐỀ CƯƠNG" in blank
    assert sum("(số điểm đạt được là ....../" in one for one in blank) == 8
    assert any("Tổng số điểm đạt được là ...... điểm, đề nghị mức xếp loại ......" in one for one in blank)


@pytest.mark.rule("DN-5.4", "DN-7.1")
def test_the_summary_names_criteria_without_evidence_and_what_is_said_of_them(rounds: Rounds) -> None:
    document = opened(rounds.content("da_nang", "bao-cao-tong-ket", rounds.da_nang.key))
    said = lines(rounds.content("da_nang", "bao-cao-tong-ket", rounds.da_nang.key))
    assert "Tổng kết việc thực hiện dân chủ ở cơ sở năm 2024" in said
    assert any("24/24 tiêu chí (100%); tổng điểm tự chấm 99/100 điểm." in one for one in said)
    assert "Có 22 tiêu chí chưa có minh chứng hoặc minh chứng chưa đầy đủ thông tin, cụ thể:" in said
    rows = [[cell.text for cell in row.cells] for row in document.tables[2].rows]
    assert (len(rows), rows[1][1].partition(".")[0], rows[1][2:4]) == (23, "I", ["4/4", "Chưa có"])
    assert rows[1][4] == "Đã tuyên truyền <trực tiếp> & trên loa"
    assert rows[2][4].startswith("....")
    assert "- Chưa rõ cách tính tỷ lệ (chưa có trả lời)." in said


@pytest.mark.rule("DN-4.2", "AMB-DN-4")
def test_letters_ask_for_an_explanation_and_give_it(rounds: Rounds) -> None:
    asked = rounds.said("da_nang", "cong-van-giai-trinh", rounds.da_nang.request)
    assert {"THÀNH ỦY ĐÀ NẴNG", "BAN DÂN VẬN", "Số ........-CV/BDVTU", "Kính gửi: Cơ quan 1"} <= set(asked)
    assert any(f"năm 2024 của {UNIT}, Ban Dân vận Thành ủy đề nghị" in one for one in asked)
    assert {"Đề nghị làm rõ căn cứ tự chấm.", "3/4", LINK} <= set(asked)
    assert any("thời hạn: hết ngày 13/12/2024 (trước ngày 14/12)" in one for one in asked)
    told = rounds.said("da_nang", "van-ban-giai-trinh", rounds.da_nang.request)
    assert {"Kính gửi: Ban Dân vận Thành ủy", "Đã bổ sung số liệu 6 tháng."} <= set(told)
    assert sum(one.startswith("....") for one in told if "tháng" not in one) == 1
    with pytest.raises(Unknown):
        rounds.content("da_nang", "cong-van-giai-trinh", 999)


@pytest.mark.rule("HT-6.3", "HT-12.4", "AMB-HT-13")
def test_opinions_are_put_side_by_side_and_no_draft_is_told(rounds: Rounds) -> None:
    first, second, third = (rounds.said("ha_tinh", "tham-gia-y-kien", one) for one in rounds.ha_tinh.letters)
    assert {"Hoàn thành xuất sắc nhiệm vụ", "Dẫn đầu khối & có sáng kiến", DRAFT} <= set(first)
    assert any(f"{BODY} tham gia ý kiến kiểm điểm, xếp loại năm 2024 như sau:" in one for one in first)
    assert second.count("Không có ý kiến trong thời hạn") == 2
    assert {"Số: 15-CV/MTTQ", "Ý kiến gửi sau thời hạn lấy ý kiến.", "Nguyễn Ví Dụ"} <= set(third)
    letter = rounds.said("ha_tinh", "lay-y-kien", rounds.ha_tinh.request)
    assert {f"- {BODY}.", "Đề nghị nhận xét và đề xuất mức xếp loại.", "Đối tượng tt-2"} <= set(letter)
    assert any("thời hạn: hết ngày 27/11/2024 (trước ngày 28/11)" in one for one in letter)
    table = "\n".join(rounds.said("ha_tinh", "tong-hop-y-kien", rounds.ha_tinh.request))
    assert "Có 02/03 nơi được hỏi (66,7%) đã tham gia ý kiến về 02 đối tượng." in table
    assert "Hoàn thành xuất sắc nhiệm vụ: 1\nHoàn thành tốt nhiệm vụ: 1" in table.replace("\N{NO-BREAK SPACE}", " ")
    assert f"- {BODY}: Hoàn thành xuất sắc nhiệm vụ; Dẫn đầu khối & có sáng kiến" in table
    assert "Đồng ý (gửi sau thời hạn)" in table
    assert "NHÁP KÍN" not in "".join((*first, *second, *third, table))
    entry, own = BY_KEY["tham-gia-y-kien"], rounds.ha_tinh.world
    with rounds.databases["ha_tinh"].reading() as session:
        assert entry.items is not None
        found = {one.id for one in entry.items(session, own.round_id, own.owner)}
        assert found == {letter_id(rounds.ha_tinh.request, key) for key in own.asked}
        assert list(entry.items(session, own.round_id, own.bodies[0])) == []


@pytest.mark.rule("NA-3.2", "NA-4.1", "NA-5.3")
def test_spots_are_registered_by_their_routes_and_certified(rounds: Rounds) -> None:
    one = rounds.nghe_an
    rules, work = (rounds.said("nghe_an", "danh-sach-dang-ky", key) for key in (one.recognised, one.other))
    assert "Kính gửi: Ban Chỉ đạo thực hiện quy chế dân chủ ở cơ sở tỉnh (qua Ban Dân vận Tỉnh ủy)" in rules
    assert {SPOT, "Cán bộ 2", "Số: 01-CV/BDVTU", "TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"} <= set(rules)
    assert "- Ban Chỉ đạo công tác dân vận chính quyền tỉnh (qua Sở Nội vụ);" in work
    assert {"- Ban Dân vận Tỉnh ủy (01 bản).", DRAFT} <= set(work)
    year = rounds.said("nghe_an", "bao-cao-so-ket", one.recognised)
    assert {
        "- Ban Dân vận Tỉnh ủy;",
        "- Sở Nội vụ.",
        "Đã công nhận",
        "III. KẾ HOẠCH XÂY DỰNG ĐIỂM SÁNG NĂM 2025",
    } <= set(year)
    assert any("Đã đăng ký 01 điểm sáng" in line and line.endswith("được công nhận: 01.") for line in year)
    certificate = rounds.said("nghe_an", "giay-cong-nhan", one.recognised)
    assert {"GIẤY CÔNG NHẬN", "ỦY BAN NHÂN DÂN HUYỆN NAM ĐÀN", "Điểm sáng thực hiện quy chế dân chủ ở cơ sở"} <= set(
        certificate
    )
    assert SPOT in " ".join("\n".join(certificate).split("\n"))
    assert "Quyết định số 01-CV/BDVTU ngày 30/11/2024" in certificate
    with pytest.raises(Refused, match="chưa được công nhận"):
        rounds.content("nghe_an", "giay-cong-nhan", one.other)


@pytest.mark.rule("DN-3.2")
def test_a_unit_has_its_own_papers_and_the_marks_of_others_once_announced(rounds: Rounds) -> None:
    one = rounds.da_nang
    own = ["bang-cham-diem", "bao-cao-tong-ket", "cong-van-giai-trinh", "van-ban-giai-trinh"]
    assert offered_to(rounds, one.world.officer) == own
    assert offered_to(rounds, one.world.appraiser) == [
        "bang-diem-tham-dinh",
        "cong-van-giai-trinh",
        "van-ban-giai-trinh",
    ]
    assert offered_to(rounds, one.world.officers[1]) == []


def offered_to(rounds: Rounds, actor: Actor) -> list[str]:
    """The unit's documents of the first dossier of Đà Nẵng that an account is offered."""
    with rounds.databases["da_nang"].reading() as session:
        facts = glance(session, rounds.da_nang.key, actor=actor, now=EXPIRED)
        return [one.entry.key for one in of_dossier(session, facts, actor) if one.entry in UNIT_ENTRIES]
