"""Real rounds whose units have scored, shown evidence, were asked and have their result: what documents tell of."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlmodel import Session

from actions import answers, explain, opinions, self_assess
from actions.answers import Answer
from actions.appraise import agree_untouched, conclude, save_marks, untouched
from actions.difficulties import raise_difficulty
from actions.evidence_files import New, add
from actions.marks import Filled
from config.sheet import Entry
from models.db import Database, run
from reports.official.opinion_records import letter_id
from states.actor import Actor
from tests.actions.consulting_world import ASKED, CLOSES, Consulting, consulted, consulting
from tests.actions.later import LOCKED, begun, in_appraisal
from tests.actions.test_spots import lettered, recognised, spots
from tests.actions.world import World, at, best, launched, paper, sheet_of

UNIT = 'Đảng bộ quận Hải Châu & <Thanh Khê> "Ỷ Ẵ Ợ"'
BODY = "Ủy ban Mặt trận Tổ quốc Việt Nam <thành phố> & đoàn thể"
COMMUNE = "UBND xã Phụng Công & <Mễ Sở>"
SPOT = "Mô hình “Nghe dân nói” & <đối thoại>, xã Nam Cát"
LINK = "https://haichau.danang.gov.vn/quy-che-dan-chu"
PLAN = "https://phungcong.gov.vn/kh-01"
REPORTED = at("2022-11-10 09:00")
EXPIRED = at("2024-12-14 00:00")
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class DaNang:
    """A dossier that was asked and appraised, its question, and a dossier that the lock set to zero."""

    world: World
    key: int
    request: int
    zeroed: int


@dataclass(frozen=True)
class VanGiang:
    """A dossier that was handed in with its signed report, and one on which nothing is said."""

    world: World
    key: int
    blank: int


@dataclass(frozen=True)
class HaTinh:
    """A request for opinions, closed."""

    world: Consulting
    request: int

    @property
    def letters(self) -> list[int]:
        """The letters of the bodies, in order."""
        return [letter_id(self.request, key) for key in self.world.asked]


@dataclass(frozen=True)
class NgheAn:
    """A spot that is recognised, and one of the same agency that is not registered yet."""

    recognised: int
    other: int


def da_nang(database: Database) -> DaNang:
    """A district of Đà Nẵng that answered one of two criteria in time; the appraisal took points off with a reason."""
    world = launched(database, subjects=2, kinds=["dang_bo_quan_huyen", "so_nganh"])
    with database.writing() as session:
        rename(session, world.first, UNIT)
        _hand_in(session, world, world.launched_at + timedelta(days=2))
    in_appraisal(database, world=world)
    begun(database, world)
    question, codes = "Đề nghị làm rõ căn cứ tự chấm.", ["I.1", "I.2"]
    with database.writing() as session:
        asked = explain.ask(session, world.first, codes, question, actor=world.appraiser, now=LOCKED + HOUR)
        said = {"I.1": "Đã bổ sung số liệu 6 tháng."}
        explain.answer(session, asked, said, actor=world.officer, now=LOCKED + 2 * HOUR)
    with database.writing() as session:
        explain.expire_due(session, world.round_id, now=EXPIRED)
    with database.writing() as session:
        _appraise(session, world.first, world.appraiser, EXPIRED + HOUR)
    return DaNang(world, world.first, asked, world.assessment_ids[1])


def _hand_in(session: Session, world: World, now: datetime) -> None:
    """All points but one, two pieces of evidence, a word on what has none, and a difficulty."""
    key, officer = world.first, world.officer
    filled = best(sheet_of(session, world, key))
    filled["I.1"] = Filled(Entry(points=Decimal(3)), "Chưa lượng hóa & so sánh")
    filled["I.3"] = Filled(filled["I.3"].entry, "Đã tuyên truyền <trực tiếp> & trên loa")
    self_assess.save(session, key, filled, actor=officer, now=now)
    evidence = [New("I.1", address=LINK), New("I.2", number="12-BC/QU", dated=now.date())]
    add(session, key, evidence, actor=officer, now=now)
    raise_difficulty(session, key, "Chưa rõ cách tính tỷ lệ", actor=officer, now=now)
    self_assess.submit(session, key, actor=officer, now=now)


def _appraise(session: Session, key: int, appraiser: Actor, now: datetime) -> None:
    less = {"I.1": Filled(Entry(points=Decimal("2.5")), "Thiếu kế hoạch quý IV")}
    save_marks(session, key, less, actor=appraiser, now=now)
    agree_untouched(session, key, "", untouched(session, key, actor=appraiser), actor=appraiser, now=now)
    conclude(session, key, actor=appraiser, now=now)


def van_giang(database: Database) -> VanGiang:
    """A commune of Văn Giang that handed in its signed report."""
    world = launched(database, "dan-van-chinh-quyen", 2022, 2, kinds=["ubnd_xa"])
    key, officer = world.first, world.officer
    with database.writing() as session:
        rename(session, key, COMMUNE)
        filled = best(sheet_of(session, world, key)) | {
            "I.1": Filled(Entry(points=Decimal("1.5")), "Chưa sơ kết hằng quý"),
            "IV.1": Filled(Entry(option="IV.1.2"), "Một số kiến nghị trả lời chậm"),
        }
        self_assess.save(session, key, filled, actor=officer, now=REPORTED)
        add(session, key, [New("I.1", address=PLAN)], actor=officer, now=REPORTED)
        report = paper(session, now=REPORTED, kind="report", number="58/BC-UBND")
        self_assess.submit(session, key, actor=officer, now=REPORTED, proposed_level="Tốt", document_id=report)
    return VanGiang(world, key, world.assessment_ids[1])


def ha_tinh(database: Database) -> HaTinh:
    """Two collectives of Hà Tĩnh: one body has said all, one has drafted, one says it too late and on paper."""
    world = consulting(database)
    with database.writing() as session:
        run(session, "UPDATE account SET name = :name WHERE id = :id", {"name": BODY, "id": world.asked[0]})
        rename(session, world.dossiers["tt-1"], "Tập thể lãnh đạo Ủy ban Kiểm tra & <Văn phòng>")
    request = consulted(database, world, "tt-1", "tt-2")
    first, second = world.ids("tt-1", "tt-2")
    said = {first: Answer("htxsnv", "Dẫn đầu khối & có sáng kiến"), second: Answer("httnv")}
    with database.writing() as session:
        answers.save(session, request, said, actor=world.bodies[0], now=ASKED + HOUR)
        answers.send(session, request, actor=world.bodies[0], now=ASKED + HOUR)
        answers.save(session, request, {first: Answer("htnv", "NHÁP KÍN")}, actor=world.bodies[1], now=ASKED + HOUR)
    with database.writing() as session:
        opinions.close(session, request, now=CLOSES)
        letter = paper(session, now=CLOSES, number="15-CV/MTTQ")
        late, third = {first: Answer("httnv", "Đồng ý")}, world.asked[2]
        answers.enter(session, request, third, late, letter, actor=world.owner, now=CLOSES + HOUR)
    return HaTinh(world, request)


def nghe_an(database: Database) -> NgheAn:
    """A district of Nghệ An with one spot recognised and one to be registered."""
    world = spots(database)
    with database.writing() as session:
        run(session, "UPDATE account SET position = 'UBND huyện Nam Đàn' WHERE position = 'Cơ quan 2'", {})
    key = lettered(database, world)
    with database.writing() as session:
        rename(session, key, SPOT)
    recognised(database, world, key)
    return NgheAn(key, world.ids["huyen-a", "dvcq"])


def rename(session: Session, key: int, name: str) -> None:
    """Give a dossier a name with every mark and with signs of XML."""
    run(session, "UPDATE assessment SET name = :name WHERE id = :id", {"name": name, "id": key})
