"""Turns Markdown into HTML that holds text, links and nothing active.

The only module that knows the libraries `markdown` and `nh3`. It leaves control characters in:
see `render.text.note_html`, which is what renderers use.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

import nh3
from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markupsafe import Markup, escape

_TAGS = {
    *("p", "br", "hr", "em", "strong", "del", "code", "pre", "blockquote"),
    *("ul", "ol", "li", "a", "sub", "sup"),
}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_ATTRIBUTES = {"a": {"href", "title"}}
_SCHEMES = {"http", "https", "mailto"}


def to_html(markdown: str) -> Markup:
    """Render Markdown. Pictures, scripts, styles and other link schemes are left out.

    A heading becomes a strong line: the headings of a page are the page's. What is nested deeper
    than Python can go is shown as it was written.
    """
    try:
        html = Markdown(output_format="html", extensions=[_Plainness()]).convert(markdown)
    except RecursionError:
        return escape(markdown)
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        url_relative="deny",  # a mail, a feed and a page stand at different places
        link_rel="noopener",
    )
    return Markup(clean)  # noqa: S704  nh3 has just made it safe


class _Plainness(Extension):  # type: ignore[misc]  # markdown has no types
    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802  markdown's own name
        md.treeprocessors.register(_Headings(md), "headings", priority=0)


class _Headings(Treeprocessor):  # type: ignore[misc]  # markdown has no types
    """Makes a strong line of each heading, once all else is done."""

    def run(self, root: Element) -> None:
        for heading in [element for element in root.iter() if element.tag in _HEADINGS]:
            strong = Element("strong")
            strong.text, strong[:] = heading.text, list(heading)
            heading.tag, heading.text, heading[:] = "p", None, [strong]
