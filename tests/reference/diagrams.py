"""The drawings of docs/diagrams: each machine of each workflow, as the portal draws it, with its style in the file."""

import re
from collections.abc import Mapping
from typing import Final

from config.graph import Machine
from config.load import list_programmes, load_programme
from web.diagram import draw
from web.pages import environment, source

RULE: Final = re.compile(r"\.drawing (?!svg)[^{}]+{[^}]*}")
TOKENS: Final = re.compile(r":root ({[^}]*})")
SPACE: Final = 'xmlns="http://www.w3.org/2000/svg" class="drawing"'


def diagrams() -> Mapping[str, str]:
    """The SVG of every machine by the name of its file."""
    found: dict[str, str] = {}
    for programme in map(load_programme, list_programmes()):
        machines = {"round": programme.workflow.round, "dossier": programme.workflow.assessment}
        titles = {"round": f"{programme.title}: các bước của đợt", "dossier": f"{programme.title}: các bước của hồ sơ"}
        found |= {f"{programme.slug}-{name}.svg": _svg(one, titles[name]) for name, one in machines.items()}
    return found


def _svg(machine: Machine, title: str) -> str:
    macros = environment().get_template("programmes/diagram.html").make_module()
    page = str(macros.drawing(draw(machine), "d", title))  # type: ignore[attr-defined] # a macro of the template
    start, end = page.index("<svg"), page.index("</svg>")
    drawn = page[start:end].replace("<svg", f"<svg {SPACE}", 1)
    head, _, body = drawn.partition(">")
    return f"{head}>\n<style>{_style()}</style>\n{body.strip()}\n</svg>\n"


def _style() -> str:
    css = source("app.css")
    text = css.read_text(encoding="utf-8") if css else ""
    tokens = TOKENS.search(text)
    own = [rule for line in text.splitlines() if line.startswith(".drawing") for rule in RULE.findall(line)]
    return "\n".join([f".drawing {tokens[1]}" if tokens else "", *own])
