"""The feeds: valid, newest first, with ids that stay, and nothing from a dump that acts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import builders
import golden
import pytest
import xss
from lxml import etree
from lxml import html as lxml_html

from digest import theme
from digest.models import Edition, Paper, Section
from digest.render import text, to_feeds
from digest.render.to_feeds import FeedPaper
from digest.text.legible import legible

TEMPLATES = theme.load(None, text.FILTERS)
ATOM = "{http://www.w3.org/2005/Atom}"
DC = "{http://purl.org/dc/elements/1.1/}"
NOON = datetime(2026, 3, 11, 12, tzinfo=UTC)
NAMES = ("rss.xml", "atom.xml", "feed.json")
CONTENT_TAGS = {
    *("div", "p", "em", "strong", "blockquote", "a", "h3", "ol", "ul", "li"),
    *("code", "pre", "br", "hr"),
}


def told(n: int, at: datetime = NOON, **changes: Any) -> FeedPaper:
    return FeedPaper(
        paper=builders.paper(n, **changes), announced=at, edition="2026-03-11", reason="120 votes"
    )


def rendered(
    papers: Sequence[FeedPaper] = (), editions: Sequence[Edition] = ()
) -> dict[str, bytes]:
    files = to_feeds.render(papers, editions, builders.SITE, TEMPLATES)
    return {file.path: file.content for file in files}


def entries(feeds: dict[str, bytes], folder: str = "feeds") -> list[tuple[Any, Any, Any]]:
    """The same entry in each format."""
    rss = etree.fromstring(feeds[f"{folder}/rss.xml"]).findall("channel/item")
    atom = etree.fromstring(feeds[f"{folder}/atom.xml"]).findall(f"{ATOM}entry")
    items = json.loads(feeds[f"{folder}/feed.json"])["items"]
    return list(zip(rss, atom, items, strict=True))


def with_text(words: str) -> FeedPaper:
    paper = builders.paper(
        1,
        title=words,
        abstract=words,
        authors=(words,),
        keywords=(words,),
        url=words,
        links=((words, words), ("code", words)),
    )
    return FeedPaper(paper=paper, announced=NOON, edition="2026-03-11", reason=words, note=words)


def test_the_feeds_stand_where_the_site_says() -> None:
    assert list(rendered()) == [
        *(f"feeds/{name}" for name in NAMES),
        *(f"feeds/editions/{name}" for name in NAMES),
    ]


def test_the_feeds_are_as_kept() -> None:
    day = builders.edition(note="Read *the first*.")
    files = list(to_feeds.render(to_feeds.papers_of([day]), [day], builders.SITE, TEMPLATES))
    golden.check("feeds", files[:3])
    golden.check("feeds_editions", files[3:])


def test_an_atom_feed_holds_what_rfc_4287_demands() -> None:
    feeds = rendered([told(1), told(2, authors=())], [builders.edition()])
    for path in ("feeds/atom.xml", "feeds/editions/atom.xml"):
        feed = etree.fromstring(feeds[path])
        assert feed.tag == f"{ATOM}feed"
        for element in (feed, *feed.findall(f"{ATOM}entry")):
            for name in ("id", "title", "updated"):
                assert len(element.findall(ATOM + name)) == 1
                assert element.findtext(ATOM + name)
            assert datetime.fromisoformat(element.findtext(f"{ATOM}updated") or "").tzinfo
            kinds = [link.get("rel", "alternate") for link in element.findall(f"{ATOM}link")]
            assert kinds.count("alternate") == 1
        assert feed.findtext(f"{ATOM}author/{ATOM}name")
        assert [link.get("href") for link in feed.findall(f"{ATOM}link[@rel='self']")] == [
            f"https://papers.example.org/{path}"
        ]


def test_an_rss_feed_holds_what_its_profile_demands() -> None:
    feeds = rendered([told(1)], [builders.edition()])
    for path in ("feeds/rss.xml", "feeds/editions/rss.xml"):
        rss = etree.fromstring(feeds[path])
        assert (rss.tag, rss.get("version")) == ("rss", "2.0")
        channel = rss.find("channel")
        assert channel is not None
        assert channel.findtext("link") == "https://papers.example.org/"
        assert channel.findtext("title")
        assert channel.findtext("description")
        (itself,) = channel.findall(f"{ATOM}link")
        assert itself.get("rel") == "self"
        assert itself.get("href") == f"https://papers.example.org/{path}"
        for item in channel.findall("item"):
            guid = item.find("guid")
            assert guid is not None
            assert guid.get("isPermaLink") == "false"
            assert item.findtext("title")
            assert item.findtext("link")
            assert parsedate_to_datetime(item.findtext("pubDate") or "").tzinfo


def test_a_json_feed_holds_what_version_1_1_demands() -> None:
    feeds = rendered([told(1)], [builders.edition()])
    for path in ("feeds/feed.json", "feeds/editions/feed.json"):
        feed = json.loads(feeds[path])
        assert feed["version"] == "https://jsonfeed.org/version/1.1"
        assert feed["title"]
        assert feed["feed_url"] == f"https://papers.example.org/{path}"
        for item in feed["items"]:
            assert isinstance(item["id"], str)
            assert item["content_html"]
            assert datetime.fromisoformat(item["date_published"]).tzinfo


def test_all_formats_tell_the_same() -> None:
    ((rss, atom, item),) = entries(rendered([told(1, keywords=("graphs",))]))
    identity = "tag:digest.papers.example.org,2026-01-01:paper/arxiv:2603.00001"
    page = "https://papers.example.org/papers/2603-00001/"
    people = list(builders.paper(1).authors)
    assert [rss.findtext("guid"), atom.findtext(f"{ATOM}id"), item["id"]] == [identity] * 3
    assert rss.findtext("link") == item["url"] == page
    assert [link.get("href") for link in atom.findall(f"{ATOM}link")] == [
        page,
        "https://arxiv.org/abs/2603.00001",
    ]
    assert item["external_url"] == "https://arxiv.org/abs/2603.00001"
    assert rss.findtext("title") == atom.findtext(f"{ATOM}title") == item["title"]
    html = item["content_html"]
    assert [rss.findtext("description"), atom.findtext(f"{ATOM}content")] == [html] * 2
    assert [each.text for each in rss.findall(f"{DC}creator")] == people
    assert [each.text for each in atom.findall(f"{ATOM}author/{ATOM}name")] == people
    assert [each["name"] for each in item["authors"]] == people
    assert rss.findtext("category") == item["tags"][0] == "graphs"
    assert parsedate_to_datetime(rss.findtext("pubDate")) == NOON
    assert datetime.fromisoformat(atom.findtext(f"{ATOM}published")) == NOON


def test_entries_stand_newest_first_whatever_their_order() -> None:
    papers = [told(n, NOON + timedelta(minutes=n)) for n in (2, 3, 1)]
    found = entries(rendered(papers))
    assert [item["url"][-2:-1] for _, _, item in found] == ["3", "2", "1"]
    assert [rss.findtext("link")[-2:-1] for rss, _, _ in found] == ["3", "2", "1"]


def test_papers_announced_together_keep_their_order() -> None:
    found = entries(rendered([told(n) for n in (3, 1, 2)]))
    assert [item["url"][-2:-1] for _, _, item in found] == ["3", "1", "2"]


def test_only_new_papers_of_days_are_announced() -> None:
    day, week = builders.edition(new=2, trending=1, revised=1), builders.week(new=2)
    assert [told.paper.id for told in to_feeds.papers_of([week, day])] == [2, 1]


def test_an_edition_is_dated_by_its_first_paper_and_its_last_change() -> None:
    edition = builders.edition()
    ((rss, atom, _),) = entries(rendered(editions=[edition]), "feeds/editions")
    first = min(entry.announced for entry in edition.entries)
    assert parsedate_to_datetime(rss.findtext("pubDate")) == first
    assert datetime.fromisoformat(atom.findtext(f"{ATOM}updated")) == edition.updated


def test_the_dates_of_a_feed_come_from_its_entries() -> None:
    feeds = rendered([told(1, NOON - timedelta(days=400)), told(2)])
    assert etree.fromstring(feeds["feeds/atom.xml"]).findtext(f"{ATOM}updated") == NOON.isoformat()
    date = etree.fromstring(feeds["feeds/rss.xml"]).findtext("channel/lastBuildDate")
    assert parsedate_to_datetime(date or "") == NOON


def test_a_feed_of_nothing_is_valid_and_dated_from_the_settings() -> None:
    feed = etree.fromstring(rendered()["feeds/atom.xml"])
    assert feed.findtext(f"{ATOM}updated") == "2026-01-01T00:00:00+00:00"


@pytest.mark.parametrize("hostile", xss.STRINGS + xss.URLS)
def test_hostile_text_stays_text(hostile: str) -> None:
    paper = with_text(hostile)
    entry = builders.entry(1, Section.NEW, paper=paper.paper, reason=hostile, note=hostile)
    edition = builders.edition(new=(entry,), trending=0, revised=0, note=hostile)
    feeds = rendered([paper], [edition])
    for folder in ("feeds", "feeds/editions"):
        ((rss, atom, item),) = entries(feeds, folder)
        assert {str(each.tag) for each in rss} <= {
            "title",
            "link",
            "description",
            "guid",
            "category",
            "pubDate",
            f"{DC}creator",
        }
        for html in (
            rss.findtext("description"),
            atom.findtext(f"{ATOM}content"),
            item["content_html"],
        ):
            check_content(html)
        for href in [rss.findtext("link"), item["url"], item.get("external_url", "https:")]:
            assert urlsplit(href).scheme in ("http", "https", "mailto")
    ((rss, atom, item),) = entries(feeds)
    expected = legible(hostile) or "Untitled"
    assert [rss.findtext("title"), atom.findtext(f"{ATOM}title"), item["title"]] == [expected] * 3
    assert expected == "Untitled" or item["summary"] == expected


def check_content(html: str) -> None:
    for element in lxml_html.fragment_fromstring(html, create_parent="div").iter():
        assert element.tag in CONTENT_TAGS
        assert set(element.keys()) <= {"href", "title", "rel"}
        assert urlsplit(element.get("href", "https:")).scheme in ("http", "https", "mailto")


def test_a_paper_without_anything_but_a_title_is_an_entry() -> None:
    bare = Paper(id=1, key="title:ab", slug="ab", title="Bare", abstract="")
    ((rss, atom, item),) = entries(
        rendered([FeedPaper(paper=bare, announced=NOON, edition="2026-03-11")])
    )
    assert rss.findtext("title") == "Bare"
    assert "authors" not in item
    assert "external_url" not in item
    assert atom.findtext(f"{ATOM}content")


def test_the_bytes_do_not_depend_on_zone_locale_or_hash_seed() -> None:
    script = (
        "import hashlib, sys; sys.path.insert(0, 'tests')\n"
        "from test_to_feeds import *\n"
        "feeds = rendered([told(1), told(2)], [builders.edition()])\n"
        "print(hashlib.sha256(b''.join(feeds.values())).hexdigest())\n"
    )
    root = builders.__file__.rpartition("/tests/")[0]
    prints = {
        subprocess.run(
            [sys.executable, "-c", script],
            env=os.environ | changes,
            cwd=root,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for changes in (
            {"TZ": "UTC", "LC_ALL": "C", "PYTHONHASHSEED": "1"},
            {"TZ": "Pacific/Kiritimati", "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "2"},
        )
    }
    assert len(prints) == 1


def test_a_paragraph_of_the_abstract_is_one_of_the_entry() -> None:
    feeds = rendered([told(1, abstract="One. Two.", paragraph_starts=(5,))])
    ((rss, atom, item),) = entries(feeds)
    for shown in (rss.findtext("description"), atom.findtext(f"{ATOM}content")):
        assert shown == item["content_html"]
    paragraphs = lxml_html.fromstring(f"<main>{item['content_html']}</main>").iter("p")
    assert [told.text_content() for told in paragraphs][2:4] == ["One.", "Two."]
    assert item["summary"] == "One. Two."
