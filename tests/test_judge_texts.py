"""Other people's readers over all that the real dumps and the samples make: Markdown, feeds, mail.

markdown-it-py gives each `digest.md` back as the text of `papers.json`; feedparser, libxml2 and
expat read every feed; the standard library reads every mail.
"""

from __future__ import annotations

import email
import email.policy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax import handler, make_parser

import feedparser
import judged
import pytest
from lxml import etree
from lxml import html as lxml_html
from markdown_it import MarkdownIt

READERS = {
    "CommonMark": MarkdownIt("commonmark"),
    "as GitHub": MarkdownIt("gfm-like", {"linkify": False}),
}
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="session", params=[judged.real, judged.samples], ids=["real", "samples"])
def output(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    found: Path = request.param(tmp_path_factory)
    return found


def papers_of(folder: Path) -> list[dict[str, Any]]:
    told = json.loads((folder / "papers.json").read_bytes())
    return [paper for section in ("new", "trending", "revised") for paper in told[section]]


def blocks(page: Any) -> Iterator[tuple[Any, list[str]]]:
    """Each paper's heading, and the paragraphs that follow it up to the next heading."""
    for heading in page.iter("h3"):
        told = []
        for element in heading.itersiblings():
            if element.tag in ("h2", "h3", "hr"):
                break
            if element.tag == "p":
                told.append(folded(element.text_content()))
        yield heading, told


def folded(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("reader", READERS)
def test_markdown_gives_back_the_text(output: Path, reader: str) -> None:
    files = sorted(output.glob("editions/*/digest.md"))
    assert len(files) > 4
    for file in files:
        source = file.read_text("utf-8")
        page = lxml_html.fragment_fromstring(READERS[reader].render(source), create_parent="div")
        papers = papers_of(file.parent)
        found = list(blocks(page))
        assert [folded(heading.find("a").text_content()) for heading, _ in found] == [
            folded(paper["title_text"]) or "Untitled" for paper in papers
        ]
        for paper, (_, told) in zip(papers, found, strict=True):
            for paragraph in filter(None, paper["abstract_text"].split("\n\n")):
                assert folded(paragraph) in told, file
        assert not page.xpath("//img|//table|//script|//h4|//h5|//h6|//s|//del|//input")
        assert {link.get("href").split(":")[0] for link in page.iter("a")} <= {"http", "https"}


def test_feeds_are_read_by_three_parsers(output: Path) -> None:
    files = sorted(output.glob("feeds/**/*.xml"))
    assert len(files) >= 4
    for file in files:
        raw = file.read_bytes()
        reading = feedparser.parse(raw)
        assert not reading.bozo, (file, reading.get("bozo_exception"))
        assert reading.entries or "archive" not in str(file)
        root = etree.fromstring(raw)
        reader = make_parser()
        reader.setFeature(handler.feature_external_ges, False)
        reader.parse(str(file))
        ids = [entry.id for entry in reading.entries]
        assert len(set(ids)) == len(ids)
        assert all(entry_id.startswith("tag:") for entry_id in ids)
        assert root.tag in ("rss", f"{ATOM}feed")


def test_the_three_formats_tell_the_same(output: Path) -> None:
    known = {
        paper["key"]: paper
        for folder in output.glob("editions/*-*/")
        for paper in papers_of(folder)
    }
    for json_file in sorted(output.glob("feeds/**/*.json")):
        items = json.loads(json_file.read_bytes())["items"]
        stem = json_file.name.removesuffix("feed.json").removesuffix("json")
        rss = feedparser.parse((json_file.parent / f"{stem}rss.xml").read_bytes()).entries
        atom = feedparser.parse((json_file.parent / f"{stem}atom.xml").read_bytes()).entries
        ids = [item["id"] for item in items]
        assert ids == [entry.id for entry in rss] == [entry.id for entry in atom]
        titles = [folded(item["title"]) for item in items]
        channel = etree.parse(str(json_file.parent / f"{stem}rss.xml"))
        assert titles == [folded(title) for title in channel.xpath("//item/title/text()")]
        if not {"editions", "weekly", "monthly"} & set(json_file.parts):
            told = {folded(paper["title_text"]) for paper in known.values()}
            assert set(titles) <= told


def test_mails_are_read_by_the_standard_library(output: Path) -> None:
    files = sorted(output.glob("editions/*/email.eml"))
    assert len(files) > 4
    for file in files:
        raw = file.read_bytes()
        message = email.message_from_bytes(raw, policy=email.policy.SMTP)
        assert not message.defects
        text, html = message.iter_parts()
        assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
        assert text.defects + html.defects == []
        assert folded(text.get_content()) == folded((file.parent / "email.txt").read_text("utf-8"))
        assert folded(html.get_content()) == folded((file.parent / "email.html").read_text("utf-8"))
        assert len((file.parent / "email.html").read_bytes()) <= 80_000
        assert len(str(message["Subject"])) <= 70
        assert len(set(map(str.lower, message.keys()))) == len(message.keys())
        assert b"\n" not in raw.replace(b"\r\n", b"")
        assert max(map(len, raw.split(b"\r\n"))) <= 998
