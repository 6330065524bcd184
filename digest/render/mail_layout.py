"""A mail's two pages, laid out by the templates: what is around the papers, and each paper once.

`email/edition.html` and `.txt` are the page, `email/card.html` and `.txt` a paper on it. A paper is
rendered, and the style sheet written into its elements, by itself, and kept: the next reader's page
is rendered with marks where papers stand. What is shown, and how much of it, is `to_email`'s.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache

import css_inline
import jinja2
from markupsafe import Markup

from digest.mail.pieces import Holes, Part, unix
from digest.render.cards import Card, shorten_card

_KINDS = ("html", "txt")
_KEPT = 8192  # papers, as some number, with some topics

Laid = tuple[str, ...]
"""A page in parts: text around papers and papers in turns, text first and last."""


class Layout:
    """The templates of mail. `secret` marks where papers stand: letters and digits, in no text.

    `common` are the values that a paper's own template has, besides `card`.
    """

    def __init__(
        self, templates: jinja2.Environment, secret: str, common: Mapping[str, object]
    ) -> None:
        self._secret = secret
        self._mark = re.compile(f"<!--{secret}([0-9]+)-->")
        self._common = common
        self._inliner = css_inline.CSSInliner(
            extra_css=templates.get_template("email/edition.css").render(),
            inline_style_tags=False,
            keep_style_tags=True,
            load_remote_stylesheets=False,
        )
        self._pages = {kind: templates.get_template(f"email/edition.{kind}") for kind in _KINDS}
        self._papers = {kind: templates.get_template(f"email/card.{kind}") for kind in _KINDS}
        self.shorten = lru_cache(_KEPT)(shorten_card)
        self._paper = lru_cache(_KEPT)(self._render_paper)

    def html(self, values: Mapping[str, object]) -> Laid:
        """Lay out the HTML, its styles in its elements."""
        return self._lay_out("html", values)

    def text(self, values: Mapping[str, object]) -> Laid:
        """Lay out the text."""
        return self._lay_out("txt", values)

    def _lay_out(self, kind: str, values: Mapping[str, object]) -> Laid:
        shown: list[Card] = []

        def show(card: Card) -> Markup:
            shown.append(card)
            return Markup(f"<!--{self._secret}{len(shown) - 1}-->")  # noqa: S704 - no text of others

        page = self._pages[kind].render(values, show=show)
        parts = self._mark.split(self._inliner.inline(page) if kind == "html" else page)
        parts[1::2] = [self._paper(kind, shown[int(number)]) for number in parts[1::2]]
        return tuple(map(unix, parts))

    def _render_paper(self, kind: str, card: Card) -> str:
        paper = self._papers[kind].render(self._common, card=card)
        shown = self._inliner.inline_fragment(paper, "") if kind == "html" else paper
        return shown.rstrip("\n")


class Cutter:
    """Cuts laid out pages at their holes; a paper is encoded once, and kept."""

    def __init__(self, holes: Holes) -> None:
        self._holes = holes
        self._paper = lru_cache(_KEPT)(self._cut_paper)

    def cut(self, laid: Laid) -> Iterator[Part]:
        """Yield the page in lines that are encoded, and such that have a hole.

        A paper that does not stand in lines of its own is encoded with what is around it.
        """
        around = laid[0]
        for paper, after in zip(laid[1::2], laid[2::2], strict=True):
            is_alone = around[-1:] in ("", "\n") and after[:1] in ("", "\n")
            if is_alone and after:
                yield from self._holes.cut(around)
                yield from self._paper(paper)
                around = after[1:]
            else:
                around = f"{around}{paper}{after}"
        yield from self._holes.cut(around)

    def _cut_paper(self, paper: str) -> Sequence[Part]:
        return tuple(self._holes.cut(f"{paper}\n"))
