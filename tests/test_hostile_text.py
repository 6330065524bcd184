"""Naughty strings in every field of a dump, through the whole flow, read back by parsers.

The strings are those of npm's big-list-of-naughty-strings and our own of `xss`. A twin dump of the
same shape with harmless words shows which elements and attributes the templates write: hostile text
may add none, but the formulas that pages write of it.
"""

from __future__ import annotations

import email
import email.policy
import json
import re
from collections.abc import Sequence
from itertools import filterfalse
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import feedparser
import judged
import pytest
import xss
from flow import AT, Letter, make
from lxml import etree
from lxml import html as lxml_html

from digest.cli import work
from digest.text.hygiene import clean
from digest.text.legible import legible

NAUGHTY = judged.MODULES / "big-list-of-naughty-strings" / "blns.json"
OWN = (*xss.HTML, *xss.TEMPLATES, *xss.MARKDOWN, *xss.URLS)
SCHEMES = {"", "http", "https", "mailto", "tag"}
FRAMES = {"html", "head", "body", "tbody"}  # what a parser adds by itself
FORMULA = {
    *("math", "mrow", "mi", "mn", "mo", "mtext", "mspace", "mstyle", "mfrac", "msqrt", "mroot"),
    *("msup", "msub", "msubsup", "mover", "munder", "munderover", "mtable", "mtr", "mtd"),
}
NOTE_TAGS = {"blockquote", "br", "code", "del", "em", "hr", "li", "ol", "p", "pre", "strong", "ul"}


def items(strings: Sequence[str]) -> list[dict[str, Any]]:
    """One paper a string, with the string in every field."""
    return [
        {
            "paper": {
                "id": f"2603.{number:05d}",
                "title": said,
                "summary": f"{said} stands alone.\n\n{said} again, as a paragraph: {said}",
                "authors": [{"name": said}, {"name": f"A. {said}"}],
                "upvotes": 5,
                "publishedAt": "2026-03-09T17:27:20.000Z",
                "ai_summary": said,
                "ai_keywords": [said, f"{said} key"],
                "organization": {"fullname": said},
                "githubRepo": said,
                "projectPage": f"https://project.example.org/{said}",
            },
            "numComments": 1,
        }
        for number, said in enumerate(strings, 1)
    ]


def publish(root: Path, name: str, strings: Sequence[str], note: str) -> Letter:
    root.mkdir()
    letter = make(root, AT)
    letter.drop(name, json.dumps(items(strings)))
    report = work.ingest(letter, None)
    read = [(dump.status, dump.new, dump.reason) for dump in report.dumps]
    assert read == [("read", len(strings), "")]
    (day,) = [name for name in letter.editions() if len(name) == 10]
    with letter.store.writing() as tx:
        tx.curate_note(day, None, note)
        tx.curate_note(day, letter.edition(day).new[0].paper.key, note)
    work.publish(letter, everything=False)
    letter.close()
    return letter


@pytest.fixture(scope="module")
def strings() -> list[str]:
    judged.want("big-list-of-naughty-strings")
    told = [*json.loads(NAUGHTY.read_text("utf-8")), *OWN]
    return [said for said in dict.fromkeys(told) if clean(said)]


@pytest.fixture(scope="module")
def folders(strings: list[str], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    def build(root: Path) -> None:
        root.mkdir()
        name = "2026-03-11 <b>{{7*7}}&'.json"
        publish(root / "hostile", name, strings, "\n\n".join(OWN))
        publish(root / "twin", "2026-03-11.json", harmless(strings), NOTE)

    root = judged.once(tmp_path_factory, "hostile", build, ".")
    return root / "hostile/output", root / "twin/output"


NOTE = "A *note* with **all** that `it` may hold: [a link](https://example.org 'so').\n\n> said\n"


def harmless(strings: Sequence[str]) -> list[str]:
    return [f"Lantern {number}" for number in range(len(strings))]


def written(folder: Path, pattern: str) -> set[tuple[str, str]]:
    """Every element, and every attribute of one, on the pages that match."""
    found: set[tuple[str, str]] = set()
    for path in folder.glob(pattern):
        for element in lxml_html.parse(str(path)).iter(etree.Element):
            found.add((str(element.tag), ""))
            found |= {(str(element.tag), str(name)) for name in element.attrib}
    return found


@pytest.mark.parametrize("pattern", ["**/index.html", "**/email.html", "404.html"])
def test_no_element_or_attribute_is_of_their_making(
    folders: tuple[Path, Path], pattern: str
) -> None:
    hostile, twin = folders
    allowed = written(twin, pattern) | {(tag, "") for tag in NOTE_TAGS | FRAMES}
    added = {
        (tag, name)
        for tag, name in written(hostile, pattern) - allowed
        if tag not in FORMULA and (tag, name) not in {("a", "title")}
    }
    assert added == set()


def test_links_lead_to_the_web_and_scripts_are_nowhere(folders: tuple[Path, Path]) -> None:
    hostile, _ = folders
    for path in hostile.rglob("*.html"):
        page = lxml_html.parse(str(path))
        assert not page.xpath("//iframe|//object|//embed|//base|//style[@src]")
        assert {script.get("type") for script in page.xpath("//script[not(@src)]")} <= {
            "application/ld+json"
        }
        if path.parent.name not in {"search", "subscribe"}:
            assert not page.xpath("//script[@src]|//form")
        assert not page.xpath("//@*[starts-with(name(), 'on')]")
        for link in page.xpath("//@href|//@src|//@action"):
            assert urlsplit(str(link).strip()).scheme in SCHEMES, (path, link)


def test_every_title_is_read_back_as_it_was(folders: tuple[Path, Path], strings: list[str]) -> None:
    hostile, _ = folders
    titles = {legible(said) or "Untitled" for said in strings}
    shown = set()
    for path in hostile.glob("papers/*/index.html"):
        page = lxml_html.parse(str(path))
        if not page.xpath("//h1//*[local-name()='math']"):  # a formula's text is in its alttext
            shown.add(" ".join(page.find(".//h1").text_content().split()))
    assert len(shown) > 0.9 * len(titles)
    assert shown <= {" ".join(title.split()) for title in titles}


def test_feeds_are_sound(folders: tuple[Path, Path], strings: list[str]) -> None:
    hostile, twin = folders
    for path in hostile.glob("feeds/**/*.xml"):
        same = twin / path.relative_to(hostile)
        kind = path.name.split(".")[-2]
        plain = same if "authors" not in path.parts else twin / "feeds" / f"{kind}.xml"
        etree.parse(str(path))
        read = feedparser.parse(path.read_bytes())
        assert not read.bozo, (path, read.get("bozo_exception"))
        assert {e.tag for e in etree.parse(str(path)).iter(etree.Element)} <= {
            e.tag for e in etree.parse(str(plain)).iter(etree.Element)
        }
    told = json.loads((hostile / "feeds" / "feed.json").read_bytes())
    assert {item["title"] for item in told["items"]} <= {legible(s) or "Untitled" for s in strings}


def test_json_keeps_what_was_said(folders: tuple[Path, Path], strings: list[str]) -> None:
    hostile, _ = folders
    told = json.loads((hostile / "editions" / "2026-03-11" / "papers.json").read_bytes())
    assert {paper["title"] for paper in told["new"]} == {clean(said) for said in strings}
    assert {paper["title_text"] for paper in told["new"]} == {legible(said) for said in strings}


def test_the_mail_has_the_headers_that_were_written(folders: tuple[Path, Path]) -> None:
    raw, plain = ((each / "editions/2026-03-11/email.eml").read_bytes() for each in folders)
    message = email.message_from_bytes(raw, policy=email.policy.SMTP)
    assert message.keys() == email.message_from_bytes(plain, policy=email.policy.SMTP).keys()
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert not message.defects


def test_files_are_named_by_us(folders: tuple[Path, Path]) -> None:
    names, plain = (
        {str(path.relative_to(folder)) for path in folder.rglob("*")} for folder in folders
    )
    assert all(name.isascii() and not set(name) & set("<>&'\"{}\\ ") for name in names)
    # What is named after authors is made of their letters and digits; others wrote two papers.
    is_of_authors = re.compile("(feeds/|sitemaps/)?authors(/|-|$)").match
    of_authors = set(filter(is_of_authors, names))
    assert all(re.fullmatch("[a-z0-9./-]+", each) for each in of_authors)
    assert names - of_authors == set(filterfalse(is_of_authors, plain))
