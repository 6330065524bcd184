"""A language in which each text stands between marks: what readers see outside them is no text.

Everything else is written in Greek letters: what a dump holds, what the settings say, and the days,
by the CLDR's Greek. So Latin letters outside marks are words that no catalogue can reach.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest.mock import patch

import deskroom
import lxml.html
import webroom
import words
from lxml import etree

LANGUAGE = "el"
OPEN, CLOSE = "⟦", "⟧"
SITE = {
    "language": LANGUAGE,
    "title": "Δοκιμή",
    "description": "Μια δοκιμή των κειμένων.",
    "author": "Οι συντάκτες",
}
MAIL = '[mail]\npostal_address = "Οδός 1"\n'
TOPIC = """[topics.fos]
title = "Φως"
words = ["φανάρια"]
authors = ["Άννα Βα"]
exclude = ["σκότος"]
"""
DUMPS = ((9, range(8), 5, ""), (10, range(2, 12), 40, ""), (11, range(6, 9), 90, "v2"))
"""Day of March, papers, votes, version."""

NAMES = "arXiv|Atom|BibTeX|CSV|DOI|E-mail|JSON(?: Feed)?|Markdown|OPML|PDF|RIS|RSS|UTC"
"""What is called so in every language."""

_KNOWN = re.compile(
    rf"https?://[^\s)\]>|]+|mailto:\S+|[\w.+-]+@[\w.-]+|\b(?:{NAMES})\b|\bhf-api\b"
    r"|\b\d{4}-(?:W\d\d|[\d-]+)(?:[\w.-]*)|\b\d{4}\.\d{5}(?:v\d)?\b"
)
_LATIN = re.compile(r"[A-Za-z]{2,}")
_SHOWN = ("aria-label", "title", "alt", "placeholder", "data-label", "label")
_META = ("description", "og:title", "og:site_name", "og:description", "og:image:alt")


@contextmanager
def opened(root: Path, language: str = LANGUAGE) -> Iterator[webroom.Room]:
    """Serve a newsletter in the language that came out on three days."""
    catalogue(root / "templates", language)
    web = webroom.UNLIMITED | {"trusted_proxies": ["127.0.0.1"]}
    more, site = MAIL + deskroom.ADMIN, SITE | {"language": language}
    with (
        patch.object(webroom, "TOPICS", TOPIC),
        webroom.opened(root, more=more, site=site, **web) as made,
    ):
        for day, numbers, votes, version in DUMPS:
            made.letter.at = made.letter.at.replace(day=day, hour=6)
            made.letter.run(**{f"_2026_03_{day:02d}_json": dump(numbers, votes, version)})
        yield made


def catalogue(folder: Path, language: str = LANGUAGE) -> Path:
    """Write the language into a folder of templates."""
    made = words.gathered()
    for message in made:
        if not message.id:
            continue
        sources = (message.id,) if isinstance(message.id, str) else tuple(message.id)
        said = tuple(f"{OPEN}{text}{CLOSE}" for text in sources)
        message.string = said[0] if isinstance(message.id, str) else said
    path = folder / "locale" / f"{language}.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    head = b'"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n"MIME-Version'
    path.write_bytes(words.written(made).replace(b'"MIME-Version', head, 1))
    return path


def dump(numbers: Iterable[int], votes: int, version: str = "") -> str:
    """The API's answer, in Greek."""
    return json.dumps([_item(number, votes, version) for number in numbers])


def _item(number: int, votes: int, version: str) -> dict[str, object]:
    sentence = "Δείχνουμε μια μέθοδο που μετρά το φως."
    return {
        "paper": {
            "id": f"2603.{number:05d}{version}",
            "title": f"Φανάρια {number}: μια μέτρηση" if number else "",
            "summary": f"{sentence} " * 8,
            "ai_summary": sentence if number % 2 else None,
            "ai_keywords": ["φως"],
            "authors": [{"name": f"Άννα {each}α"} for each in "ΒΓΔΕΖΗΘ"[: 1 + 2 * (number % 4)]],
            "publishedAt": "2026-03-09T17:27:20.000Z",
            "upvotes": votes + number,
            "organization": {"name": "Σχολή", "fullname": "Σχολή"},
            "githubRepo": f"https://github.com/example/{number}",
            "projectPage": f"https://example.org/{number}",
        },
        "numComments": 1,
    }


def unmarked(said: Iterable[str]) -> list[str]:
    """Return the words outside marks that are neither Greek, nor an address, nor a name."""
    return sorted(
        {word for text in said for word in _LATIN.findall(_KNOWN.sub(" ", outside(text)))}
    )


def outside(text: str) -> str:
    """Return what of a text stands outside marks; a text that was cut may lack a closing one."""
    depth, kept = 0, []
    for sign in text:
        depth += (sign == OPEN) - (sign == CLOSE and depth > 0)
        kept.append(" " if depth or sign == CLOSE else sign)
    return "".join(kept)


def said_in(path: str, content: bytes) -> Iterator[str]:
    """Yield the texts that a reader sees in a file of the output."""
    text = content.decode(errors="replace")
    if path.endswith((".html", ".svg")):
        yield from of_html(text)
    elif path.endswith(".xml"):
        yield from _of_feed(content)
    elif path.startswith("feeds/") and path.endswith(".json"):
        yield from _of_json(json.loads(text))
    elif path.endswith(".md"):
        yield re.sub(r"\]\([^)]*\)", "]", text).replace("\\", "").replace("&#47;", "/")
    elif path.endswith("email.txt"):
        yield text


def of_html(text: str, *, with_names: bool = True) -> Iterator[str]:
    """Yield what a page shows, and says to who does not see; elements in English are left out."""
    page = lxml.html.document_fromstring(text)
    gone = "//script|//style|//code|//pre|//math|//*[@id='zone']/*/option|//*[@lang='en']"
    for each in page.xpath(gone if with_names else f"{gone}|//bdi"):
        each.drop_tree()
    for block in page.xpath("//*[not(self::html or self::head)]"):
        own = [block.text or "", *(child.tail or "" for child in block)]
        if any(map(str.strip, own)):
            yield whole(block)
    for element in page.iter():
        yield from (element.get(name) for name in _SHOWN if element.get(name))
    for meta in page.xpath("//meta[@content]"):
        if (meta.get("name") or meta.get("property")) in _META:
            yield meta.get("content")


def whole(block: lxml.html.HtmlElement) -> str:
    """Return all that stands in the nearest block: marks may open in it and close elsewhere."""
    inline = ("a", "b", "i", "em", "strong", "span", "bdi", "time", "small", "label", "option")
    while block.tag in inline and block.getparent() is not None:
        block = block.getparent()
    return " ".join(block.itertext())


def _of_feed(content: bytes) -> Iterator[str]:
    for element in etree.fromstring(content).iter():
        name = etree.QName(element).localname if isinstance(element.tag, str) else ""
        if name in {"title", "description", "subtitle", "summary", "name", "category", "encoded"}:
            yield from _of_text(element.text or "")
        elif name == "content":
            yield from of_html(element.text or "<p></p>")


def _of_text(text: str) -> Iterator[str]:
    yield from of_html(text) if "<" in text else [text]


def _of_json(feed: dict[str, object]) -> Iterator[str]:
    for name, value in feed.items():
        if isinstance(value, str) and name in {"title", "description", "summary", "content_text"}:
            yield value
        elif isinstance(value, str) and name == "content_html":
            yield from of_html(value)
        elif isinstance(value, list):
            yield from (text for each in value if isinstance(each, dict) for text in _of_json(each))
