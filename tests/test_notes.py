"""Editors' notes: Markdown in, text and links out, nothing active."""

from __future__ import annotations

import pytest
import xss
from lxml import html as lxml_html

from digest.render import text
from digest.render.notes import to_html

TAGS = {
    *("p", "br", "hr", "em", "strong", "del", "code", "pre", "blockquote"),
    *("ul", "ol", "li", "a", "sub", "sup"),
}


@pytest.mark.parametrize(
    ("note", "html"),
    [
        ("plain", "<p>plain</p>"),
        ("*a* **b** `c`", "<p><em>a</em> <strong>b</strong> <code>c</code></p>"),
        ("[x](https://a.example)", '<p><a href="https://a.example" rel="noopener">x</a></p>'),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("# One *two*\n\nthree", "<p><strong>One <em>two</em></strong></p>\n<p>three</p>"),
        ("One\n===", "<p><strong>One</strong></p>"),
        ("> ### quoted", "<blockquote>\n<p><strong>quoted</strong></p>\n</blockquote>"),
        ("![x](https://a.example/pixel.png)", "<p></p>"),
        ("[x](javascript:alert(1))", '<p><a rel="noopener">x</a></p>'),
        ("[x](../index.html)", '<p><a rel="noopener">x</a></p>'),
        ("<script>alert(1)</script>", ""),
        ("a < b & c", "<p>a &lt; b &amp; c</p>"),
        ("", ""),
    ],
)
def test_a_note_becomes_plain_html(note: str, html: str) -> None:
    assert to_html(note) == html


@pytest.mark.parametrize("hostile", xss.STRINGS + xss.URLS)
def test_nothing_of_a_note_is_active(hostile: str) -> None:
    for note in (hostile, f"[x]({hostile})", f"# {hostile}", f"<a href='{hostile}'>x</a>"):
        root = lxml_html.fragment_fromstring(str(text.note_html(note)), create_parent="div")
        for element in root.iterdescendants():
            assert element.tag in TAGS
            assert set(element.keys()) <= {"href", "title", "rel"}
            href = element.get("href", "https:")
            assert href.partition(":")[0].lower() in ("http", "https", "mailto")


def test_a_note_nested_too_deeply_is_shown_as_written() -> None:
    assert to_html("- " * 2000 + "<x>").endswith("- &lt;x&gt;")
