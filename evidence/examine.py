"""One file, looked at as its kind asks for."""

from datetime import datetime
from pathlib import Path
from typing import Final

from evidence import images, office, pdfs
from evidence.kinds import IMAGES, OFFICE, Kind, kind_of
from evidence.verdict import FORMS_RULE, Form, Outcome, Rules, Verdict, refused

OTHERS: Final = {
    Kind.PAGE: "Tệp này là một trang web",
    Kind.DRAWING: "Tệp này là hình vẽ SVG",
    Kind.OTHER_IMAGE: "Tệp ảnh này thuộc loại không nhận (chỉ nhận JPEG, PNG, TIFF, WebP)",
    Kind.ARCHIVE: "Tệp này là tệp nén",
    Kind.PROGRAM: "Tệp này là chương trình",
    Kind.OTHER: "Không nhận ra loại tệp này",
}


def examine(path: Path, rules: Rules, roots: Path | None, at: datetime, thumbnail: Path | None) -> Verdict:
    """The verdict on the file at that path by a programme's rules; writes the thumbnail where there is a picture.

    `roots` is the folder of trusted certificates; `at` see `signatures.look`.
    """
    kind = kind_of(path)
    if kind is Kind.PDF:
        found = pdfs.look(path, rules, thumbnail) or _signed(path, rules, roots, at)
    elif kind in IMAGES:
        found = images.look(path, kind, thumbnail)
    elif kind in OFFICE:
        found = office.look(path, kind, rules)
    elif kind is Kind.OLD_OFFICE:
        found = office.look_old(path, rules)
    elif kind is Kind.XML:
        found = office.look_xml(path, rules)
    else:
        found = glance(path, kind, rules) or office.look_plain(kind, rules)
    return _of_form(found, rules)


def glance(path: Path, kind: Kind, rules: Rules) -> Verdict | None:
    """What its kind refuses at once, or that it has no room for a signature; None when the content is to be asked."""
    if kind in OTHERS:
        what = FORMS_RULE if rules.forms else "minh chứng là ảnh, PDF, văn bản Office hoặc đường link"
        return refused(kind, f"{OTHERS[kind]}; {what}. Hãy chụp hoặc quét văn bản thành ảnh hay PDF rồi gửi lại.")
    if kind in {Kind.TEXT, Kind.OLD_OFFICE} and not rules.takes(Form.OTHER):
        return office.look_plain(kind, rules)
    if kind in OFFICE and not rules.takes(Form.OTHER) and not office.has_room_for_signatures(path):
        return office.look_plain(kind, rules)
    return None


def _signed(path: Path, rules: Rules, roots: Path | None, at: datetime) -> Verdict:
    from evidence import signatures  # noqa: PLC0415 -- loading it takes longer than looking at any other file

    return signatures.look(path, rules, signatures.trusted_roots(roots), at)


def _of_form(found: Verdict, rules: Rules) -> Verdict:
    """REFUSED where the form that was found is none of the programme's."""
    if found.outcome is Outcome.REFUSED or rules.takes(found.form):
        return found
    return refused(found.kind, f"Tệp này không thuộc các hình thức được nhận: {FORMS_RULE}.")
