"""Texts of templates go through gettext, and the pages look the same to every reader."""

import re
from pathlib import Path

import pytest
from jinja2 import meta, nodes

from web.pages import asset, browser, environment

TEMPLATES = sorted(environment().list_templates())
CODE = re.compile(r"<!--.*?-->|<script.*?</script>|<[^>]*>?|[^<]*>", re.DOTALL)
SPOKEN = re.compile(r'(?:aria-label|title|alt|placeholder)="([^"{]*[^\W\d_][^"{]*)"')


def bare(source: str) -> list[str]:
    """Words of a template that stand outside gettext."""
    tree = environment().parse(source)
    data = "\n".join(node.data for node in tree.find_all(nodes.TemplateData))
    found = [text.strip() for text in CODE.sub("\n", data).splitlines()]
    return [text for text in found if re.search(r"[^\W\d_]", text)] + SPOKEN.findall(data)


def source_of(name: str) -> str:
    loader = environment().loader
    assert loader is not None
    return loader.get_source(environment(), name)[0]


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_word_goes_through_gettext(name: str) -> None:
    assert bare(source_of(name)) == []


@pytest.mark.parametrize("source", ["<p>Xin chào</p>", '<p title="Xin chào"></p>', "{% if a %}Xin chào{% endif %}"])
def test_a_bare_word_is_found(source: str) -> None:
    assert bare(source) == ["Xin chào"]


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_form_that_is_sent_carries_the_token(name: str) -> None:
    source = source_of(name)
    forms = re.findall(r'<form method="post".*?</form>', source, re.DOTALL)
    assert all("csrf()" in form for form in forms)


def test_what_is_made_once_reads_nothing_but_what_it_is_given() -> None:
    """Else one unit could be shown what was made for another."""
    tree = environment().parse(source_of("unit/still.html"))
    assert meta.find_undeclared_variables(tree) == set()
    assert list(meta.find_referenced_templates(tree)) == []


def test_an_asset_is_named_by_its_content() -> None:
    assert re.fullmatch(r"/static/htmx\.min\.js\?v=[0-9a-f]{12}", asset("htmx.min.js"))


def test_htmx_is_not_copied_in() -> None:
    static = Path(__file__).parents[2] / "web" / "static"
    assert not list(static.glob("*htmx*"))


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "Chrome, Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/140.0 Mobile Safari/537.36", "Chrome, Android"),
        ("curl/8.0", ""),
    ],
)
def test_a_browser_is_called_by_its_name(agent: str, expected: str) -> None:
    assert browser(agent) == expected
