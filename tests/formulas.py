"""Reads a page as one without mathematics: each formula as the text it stands for."""

from __future__ import annotations

from typing import TypeVar

from lxml import html as lxml_html

Page = TypeVar("Page", bound=lxml_html.HtmlElement)


def as_text(page: Page) -> Page:
    """Put each formula's text in its place, in the page itself; what keeps it in line goes too."""
    for formula in list(page.iter("math")):
        text = formula.get("alttext") or formula.text_content()
        formula[:] = []
        formula.text = text
        formula.drop_tag()
    for span in page.find_class("formula"):
        span.drop_tag()
    return page
