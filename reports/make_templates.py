"""Makes the Word templates of all documents, or of those that are named: `python -m reports.make_templates [NAME]…`.

The files are what is used, and may be changed in Word; this only makes them anew.
"""

import sys
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Final

from reports import count_docx, template_count, template_points, template_rating, template_spots
from reports.btv_docx import TEMPLATES, template_name
from reports.contents import Form
from reports.official import frame
from reports.official.catalogue import BUILDERS
from reports.template_frame import LAYOUTS, Part, made

PARTS: Final[Mapping[Form, tuple[Part, Part]]] = {
    "points": (template_points.body, template_points.annexes),
    "rating": (template_rating.body, template_rating.annexes),
    "spots": (template_spots.body, template_spots.annexes),
}


def build(form: Form, layout: str) -> bytes:
    """Return the template of a form and a layout; the same bytes every time."""
    return made(layout, *PARTS[form])


def main(names: Sequence[str] = ()) -> None:
    """Write all templates, or those of the named documents."""
    TEMPLATES.mkdir(exist_ok=True)
    for form, layout in product(() if names else PARTS, LAYOUTS):
        (TEMPLATES / template_name(form, layout)).write_bytes(build(form, layout))
    builders = {count_docx.NAME: template_count.build, **BUILDERS}
    for name, layout in product(names or builders, LAYOUTS):
        (TEMPLATES / frame.template_name(name, layout)).write_bytes(builders[name](layout))


if __name__ == "__main__":
    main(sys.argv[1:])
