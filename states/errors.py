"""One root of errors; each is mapped to an exit code in `danhgia.cli` and to a status in `web` once."""

from collections.abc import Iterable
from typing import NamedTuple


class Refusal(NamedTuple):
    """Why something is refused: the name of the rule and a sentence for the person."""

    rule: str
    sentence: str


class DanhgiaError(Exception):
    """Root of everything a person is told about."""


class Refused(DanhgiaError):
    """What was asked is against a rule; carries every refusal found."""

    def __init__(self, refusals: Iterable[Refusal]) -> None:
        self.refusals = tuple(refusals)
        super().__init__(" ".join(refusal.sentence for refusal in self.refusals))


class NotAllowed(DanhgiaError):
    """The actor stands in no relation that may do this."""

    def __init__(self, sentence: str = "Tài khoản này không có quyền thực hiện việc đó đối với hồ sơ này.") -> None:
        super().__init__(sentence)


class Stale(DanhgiaError):
    """Somebody else wrote first."""

    def __init__(self) -> None:
        super().__init__("Hồ sơ đã được người khác cập nhật sau khi mở trang này; tải lại trang rồi thực hiện lại.")


class Unknown(DanhgiaError):
    """There is no such thing, or none the actor may know of."""

    def __init__(self, what: str) -> None:
        super().__init__(f"Không tìm thấy {what}; đề nghị kiểm tra lại.")


def refuse(rule: str, sentence: str) -> Refused:
    """One refusal as an error to raise."""
    return Refused([Refusal(rule, sentence)])
