"""A register for a rehearsal of `xep-loai-tap-the`: invented bodies of the ten *khối* (S2-2.4)."""

from random import Random
from typing import Final

from config.register import RegisterRow

KINDS: Final = {
    "khoi_tham_muu": "Cơ quan tham mưu",
    "khoi_hanh_chinh": "Cơ quan hành chính",
    "khoi_dan_cu": "Cơ quan dân cử",
    "khoi_mttq": "Cơ quan MTTQ và đoàn thể",
    "khoi_luc_luong_vu_trang": "Đơn vị lực lượng vũ trang",
    "khoi_tu_phap": "Cơ quan tư pháp",
    "khoi_su_nghiep": "Đơn vị sự nghiệp công lập",
    "khoi_dnnn": "Doanh nghiệp nhà nước",
    "khoi_hoi_quan_chung": "Hội quần chúng",
    "khoi_ngoai_nha_nuoc": "Doanh nghiệp ngoài nhà nước",
}
UNDER, BESIDE, ALONE = "under", "beside", "alone"
SHAPE: Final = (UNDER, UNDER, UNDER, BESIDE, ALONE)


def generated(subjects: int, seed: int) -> list[RegisterRow]:
    """Return exactly so many bodies, the kinds in turn; the first of each kind is the organisation of the others.

    Most of these are under it or of its own level, so that it has the shares of II.3; some stand alone and have
    none (AMB-S2-2). Every organisation comes before what is linked to it.
    """
    chance = Random(f"tap-the/{seed}")
    kinds = list(KINDS)
    return [_row(kinds[number % len(kinds)], number, chance.choice(SHAPE)) for number in range(subjects)]


def _row(kind: str, number: int, shape: str) -> RegisterRow:
    first = number % len(KINDS)
    name = f"{KINDS[kind]} Chạy Thử {number + 1:03}"
    domain = f"tap-the-{number + 1:03}.chay-thu.example"
    linked = number != first
    return RegisterRow(
        code=_code(number),
        name=name if linked else f"Đảng bộ {name}",
        kind=kind,
        group=kind,
        parent=_code(first) if linked and shape == UNDER else None,
        holder=name,
        officer=f"Nguyễn Chạy Thử {number + 1:03}",
        email_officer=f"can-bo@{domain}",
        head=f"Trần Thử Nghiệm {number + 1:03}",
        email_head=f"thu-truong@{domain}",
        active=True,
        valid_from=None,
        valid_to=None,
        note="",
        peer_of=(_code(first),) if linked and shape == BESIDE else (),
    )


def _code(number: int) -> str:
    return f"TT-{number + 1:03}"
