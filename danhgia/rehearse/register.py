"""A register of visibly invented subjects."""

from config.programme import Programme
from config.register import RegisterRow
from danhgia.rehearse.cast import is_own


def invented(programme: Programme, subjects: int) -> list[RegisterRow]:
    """So many invented subjects; the kinds that are appraised take turns."""
    kinds = [kind for kind in programme.subject_kinds if not is_own(programme, kind)]
    return [_row(programme, kinds[number % len(kinds)], number + 1) for number in range(subjects)]


def _row(programme: Programme, kind: str, number: int) -> RegisterRow:
    name = f"{programme.subject_kinds[kind].label} Chạy Thử {number:05}"
    domain = f"don-vi-{number:05}.chay-thu.example"
    return RegisterRow(
        code=f"CT-{number:05}",
        name=name,
        kind=kind,
        group=kind,
        parent=None,
        holder=name,
        officer=f"Nguyễn Chạy Thử {number:05}",
        email_officer=f"can-bo@{domain}",
        head=f"Trần Thử Nghiệm {number:05}",
        email_head=f"thu-truong@{domain}",
        active=True,
        valid_from=None,
        valid_to=None,
        note="",
    )
