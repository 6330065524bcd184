"""Turns Markdown into HTML that holds text, links and nothing active.

The only module that knows the libraries `markdown` and `nh3`. It leaves control characters in:
see `render.text.note_html`, which is what renderers use.
"""

from __future__ import annotations

import nh3
from markdown import Markdown
from markupsafe import Markup

_TAGS = {
    *("p", "br", "hr", "em", "strong", "del", "code", "pre", "blockquote"),
    *("ul", "ol", "li", "a", "h3", "h4", "h5", "h6", "sub", "sup"),
}
_ATTRIBUTES = {"a": {"href", "title"}}
_SCHEMES = {"http", "https", "mailto"}


def to_html(markdown: str) -> Markup:
    """Render Markdown. Pictures, scripts, styles and other link schemes are left out."""
    html = Markdown(output_format="html").convert(markdown)
    clean = nh3.clean(
        html,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes=_SCHEMES,
        url_relative="deny",  # a mail, a feed and a page stand at different places
        link_rel="noopener",
    )
    return Markup(clean)  # noqa: S704  nh3 has just made it safe
