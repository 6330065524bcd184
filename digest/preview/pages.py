"""What the preview adds to a page: its mark, its script, and the leave for both.

A page forbids scripts by a policy of its own, in a meta element; here that policy is told in the
answer's head instead, and allows besides what comes from the preview. What is added stands at the
page's end, so that the page itself is what will be published, letter for letter.
"""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import unquote

import jinja2

from digest.models import Approval
from digest.preview.board import Shown

_META = re.compile(rb'http-equiv="Content-Security-Policy"\s+content="([^"]*)"', re.IGNORECASE)
_EDITION = re.compile(r"editions/([^/]+)/")
_ALLOWED = ("script-src", "connect-src", "style-src")
WORDS = {
    None: "it can still change",
    Approval.AWAITED: "it waits for approval, and is mailed to nobody before",
    Approval.HELD: "it is held, and mailed to nobody",
    Approval.APPROVED: "it is approved, and can still change",
}


def dressed(content: bytes, path: str, shown: Shown, templates: jinja2.Environment) -> bytes:
    """Return a page with what the preview adds to it; `path` is the page's own."""
    name = _edition_of(path, shown)
    draft = None
    if shown.build and name and name in shown.build.drafts:
        draft = {"name": name, "words": WORDS[shown.build.drafts[name]]}
    template = templates.get_template("preview/mark.html")
    addition = template.render(draft=draft, mark=shown.mark)
    return _META.sub(rb'name="policy" content="\1"', content) + addition.encode()


def policy(content: bytes) -> str:
    """Return what a page may do: what it says itself, and what the preview's script needs."""
    told = _META.search(content)
    if told is None:
        return ""
    parts = (part.split() for part in unescape(told[1].decode("ascii", "ignore")).split(";"))
    rules = {words[0].lower(): words[1:] for words in parts if words}
    for name in _ALLOWED:
        sources = [each for each in rules.get(name, []) if each != "'none'"]
        rules[name] = sources if "'self'" in sources else [*sources, "'self'"]
    return "; ".join(" ".join((name, *sources)) for name, sources in rules.items())


def _edition_of(path: str, shown: Shown) -> str | None:
    """Name the edition that a page shows; the first page shows the latest day."""
    if path == "index.html":
        return shown.build.latest if shown.build else None
    found = _EDITION.match(unquote(path))
    return found[1] if found else None
