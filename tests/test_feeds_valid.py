"""The feeds as judges see them: the W3C validator's rules, feed readers, XML parsers, JSON Feed."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import builders
import feedparser
import judged
import pytest
import xss
from feed_rules import ATOM, complaints
from flow import SITE, Letter, make, tree
from lxml import etree

from digest import theme
from digest.models import Cadence, Edition, EditionRecord, Section, Site
from digest.render import text, to_feeds
from digest.render.feed_archives import cut
from digest.render.to_feeds import FeedPaper

TEMPLATES = theme.load(None, text.FILTERS)
NOON = datetime(2026, 3, 11, 12, tzinfo=UTC)
NOW = datetime(2026, 3, 12, tzinfo=UTC)
HUBS = ("https://hub.example.org/", "https://hub.example.net/push?a=b&c=d")
SITES = {
    "plain": builders.SITE,
    "hubs": replace(builders.SITE, hubs=HUBS),
    "odd": replace(
        builders.SITE,
        title="R&D <news> &amp; more",
        description="Papers & such, 1 < 2; &copy; AT&T",
        author="A & B <C>",
        list_id="My_Digest.Example.ORG",
        url="https://papers.example.org:8443/a/b",
        language="pt-BR",
    ),
    "bare": Site(),
}
TITLES = (
    "Beyond <think>: tokens like <unk> and </think>, x<y, a <- b",
    "R&D, AT&T, Q&A, &amp; &#38; &copy; &notanentity; and A&3D",
    "Costs $5 and $6, O(n²) 😀 ∀ε>0 “quoted” 'so'",
    "]]> <![CDATA[ <?php -->",
    "control \x00\x1b\x85 \ufffe\uffff \ud800 \u202e end",
    "",
)


def day(number: int, papers: int = 3) -> Edition:
    """An edition whose papers are announced all at once, as those of one dump are."""
    start = NOON.date() + timedelta(days=number)
    entries = tuple(
        replace(entry, announced=NOON + timedelta(days=number))
        for entry in builders.entries(range(100 * number + 1, 100 * number + 1 + papers))
    )
    return builders.edition(new=entries, name=str(start), start=start, end=start)


def rendered(site: Site, editions: list[Edition], **pages: str) -> dict[str, bytes]:
    papers = to_feeds.papers_of(editions)
    files = to_feeds.render(papers, editions, site, TEMPLATES, **pages)
    return {file.path: file.content for file in files}


def said(site: Site, files: dict[str, bytes], now: datetime = NOW) -> dict[str, list[str]]:
    told = {path: complaints(held, f"{site.url}/{path}", now) for path, held in files.items()}
    return {path: each for path, each in told.items() if each}


def with_words(words: str) -> Edition:
    paper = builders.paper(
        1,
        title=words,
        abstract=words,
        authors=(words, "Ada"),
        keywords=(words, "graphs"),
        url=words,
    )
    entry = builders.entry(1, Section.NEW, paper=paper, reason=words, note=words, announced=NOON)
    return builders.edition(new=(entry,), trending=0, revised=0, note=words)


# The validator's rules ------------------------------------------------------------------------


@pytest.mark.parametrize("site", SITES.values(), ids=SITES)
@pytest.mark.parametrize("papers", [0, 1, 40])
def test_there_is_nothing_to_say_of_a_feed(site: Site, papers: int) -> None:
    editions = [day(0, papers), day(-1, papers)] if papers else []
    assert said(site, rendered(site, editions)) == {}
    assert said(site, rendered(site, editions, day="2026-03-09", week="2026-W10")) == {}


@pytest.mark.parametrize("words", TITLES)
def test_there_is_nothing_to_say_of_odd_text(words: str) -> None:
    assert said(builders.SITE, rendered(builders.SITE, [with_words(words)])) == {}


@pytest.mark.parametrize("words", xss.STRINGS + xss.URLS)
def test_hostile_text_is_at_most_said_to_look_like_html(words: str) -> None:
    """A title that ends an element of HTML stays that title: the validator can only guess."""
    found = said(builders.SITE, rendered(builders.SITE, [with_words(words)]))
    assert [each for told in found.values() for each in told if "ContainsHTML" not in each] == []


def test_what_looks_like_markup_in_plain_text_is_written_by_number() -> None:
    for words in ("R&D", "x<y"):
        files = rendered(builders.SITE, [with_words(words)])
        for path in ("feeds/rss.xml", "feeds/atom.xml"):
            assert not {b"&amp;", b"&lt;"} & set(re.findall(b"&[a-z]+;", files[path]))
            assert etree_title(files[path]) == words


def test_papers_of_one_dump_are_apart_and_in_their_order() -> None:
    for files in (
        rendered(builders.SITE, [day(0, 5)]),
        {f.path: f.content for f in to_feeds.render(same(5), (), builders.SITE, TEMPLATES)},
    ):
        entries = etree.fromstring(files["feeds/atom.xml"]).findall(f"{ATOM}entry")
        updated = [datetime.fromisoformat(entry.findtext(f"{ATOM}updated")) for entry in entries]
        assert updated == [NOON + timedelta(microseconds=n) for n in (4, 3, 2, 1, 0)]
        assert {entry.findtext(f"{ATOM}published") for entry in entries} == {NOON.isoformat()}
        items = json.loads(files["feeds/feed.json"])["items"]
        assert {item["date_modified"] for item in items} == {NOON.isoformat()}
        keys = [item["id"].rpartition(".")[2] for item in items]
        assert keys == ["00001", "00002", "00003", "00004", "00005"]


def same(papers: int) -> list[FeedPaper]:
    numbered = map(builders.paper, range(1, 1 + papers))
    return [FeedPaper(paper=paper, announced=NOON, edition="2026-03-11") for paper in numbered]


def test_an_entry_keeps_its_time_however_many_are_shown() -> None:
    papers = to_feeds.papers_of([day(0, 9)])
    files = {
        most: {
            f.path: f.content for f in to_feeds.render(papers[:most], (), SITES["plain"], TEMPLATES)
        }
        for most in (4, 9)
    }
    few, many = (
        etree.fromstring(files[most]["feeds/atom.xml"]).findall(f"{ATOM}entry") for most in (4, 9)
    )
    assert list(map(etree.tostring, few)) == list(map(etree.tostring, many[:4]))


def test_many_papers_announced_at_once_take_a_linear_time() -> None:
    papers = to_feeds.papers_of([day(0, 1)] * 200_000)
    assert len({paper.announced for paper in papers}) == 200_000


def test_an_archive_page_is_valid_and_leads_on() -> None:
    site = replace(builders.SITE, hubs=HUBS)
    editions = [day(0), day(-1), day(-2), day(-3)]
    pages = cut([record(edition) for edition in editions], Cadence.DAY)
    for page, edition in zip(pages, editions[1:], strict=True):
        for render in (to_feeds.render_archive_of_papers, to_feeds.render_archive_of_editions):
            files = {f.path: f.content for f in render(page, [edition], site, TEMPLATES)}
            assert said(site, files) == {}
            assert [path for path, held in files.items() if b"hub.example" in held] == []


def record(edition: Edition) -> EditionRecord:
    return EditionRecord(
        name=edition.name,
        cadence=edition.cadence,
        start=edition.start,
        end=edition.end,
        opened_at=NOON,
        updated_at=NOON,
    )


def test_the_hubs_are_named_in_every_format() -> None:
    files = rendered(replace(builders.SITE, hubs=HUBS), [day(0)])
    for folder in ("feeds", "feeds/editions"):
        for name in ("rss.xml", "atom.xml"):
            root = etree.fromstring(files[f"{folder}/{name}"])
            told = [
                link.get("href") for link in root.iter(f"{ATOM}link") if link.get("rel") == "hub"
            ]
            assert told == list(HUBS)
        hubs = json.loads(files[f"{folder}/feed.json"])["hubs"]
        assert hubs == [{"type": "WebSub", "url": url} for url in HUBS]
    assert not any(b'"hub' in held for held in rendered(builders.SITE, [day(0)]).values())


def test_an_id_is_a_tag_as_rfc_4151_has_it_whatever_the_list_is_called() -> None:
    files = rendered(SITES["odd"], [day(0, 1)])
    (item,) = json.loads(files["feeds/feed.json"])["items"]
    assert item["id"] == "tag:my-digest.example.org,2026-01-01:paper/arxiv:2603.00001"


@pytest.mark.parametrize("note", ["a&#1;b &#11;c", "&#xFFFE; &#xD800; &#x202e; &#0;"])
def test_a_note_cannot_write_what_xml_forbids_by_number(note: str) -> None:
    entry = builders.entry(1, Section.NEW, note=note)
    edition = builders.edition(new=(entry,), trending=0, revised=0, note=note)
    for content in rendered(builders.SITE, [edition]).values():
        assert not {"\x01", "\x0b", "\ufffe", "\u202e"} & set(content.decode())


# The rules bite -------------------------------------------------------------------------------


def with_archive(xml: str) -> str:
    history = '<fh:archive xmlns:fh="http://purl.org/syndication/history/1.0"/>'
    return xml.replace("<generator>", f"{history}<generator>")


BROKEN: dict[str, tuple[str, Callable[[str], str]]] = {
    "CharacterData": ("feeds/rss.xml", lambda x: x.replace("Driftwood", "Drift&lt;wood")),
    "DuplicateUpdated": ("feeds/atom.xml", lambda x: x.replace(".000001+", "+")),
    "DuplicateEntries": ("feeds/atom.xml", lambda x: x.replace("2603.00001<", "2603.00002<")),
    "ArchiveIncomplete": ("feeds/rss.xml", with_archive),
    "MissingCurrentInArchive": ("feeds/atom.xml", with_archive),
    "SelfDoesntMatchLocation": ("feeds/rss.xml", lambda x: x.replace("feeds/rss", "feeds/rs")),
    "UnregisteredAtomLinkRel": ("feeds/atom.xml", lambda x: x.replace('"alternate"', '"about"', 1)),
    "InvalidLanguage": ("feeds/atom.xml", lambda x: x.replace(' xml:lang="en"', "")),
    "InvalidPermalink": ("feeds/rss.xml", lambda x: x.replace(' isPermaLink="false"', "")),
    "InvalidTAG": ("feeds/atom.xml", lambda x: x.replace("tag:d", "tag:D")),
    "InvalidRFC2822Date": ("feeds/rss.xml", lambda x: x.replace("Wed, 11", "2026")),
    "IncorrectDOW": ("feeds/rss.xml", lambda x: x.replace("Wed, 11", "Thu, 11")),
    "InvalidRFC3339Date": (
        "feeds/atom.xml",
        lambda x: x.replace("+00:00</published", "</published"),
    ),
    "ImplausibleDate": ("feeds/atom.xml", lambda x: x.replace("2026-03-11T", "2027-03-11T")),
    "ContainsHTML": ("feeds/rss.xml", lambda x: x.replace("Driftwood", "&lt;b>D&lt;/b>")),
    "SecurityRisk": ("feeds/atom.xml", lambda x: x.replace("&lt;em&gt;", "&lt;script>")),
    "SecurityRiskAttr": (
        "feeds/atom.xml",
        lambda x: x.replace("&lt;em&gt;", "&lt;em onclick='x'>"),
    ),
    "ContainsRelRef": ("feeds/rss.xml", lambda x: x.replace('href="https://arxiv', 'href="arxiv')),
    "NotHtml": ("feeds/rss.xml", lambda x: x.replace("&lt;/em&gt;", "")),
    "BadCharacters": ("feeds/rss.xml", lambda x: x.replace("Driftwood", "Drift\ufffdwood")),
    "MisplacedItem": ("feeds/rss.xml", lambda x: x.replace("</item></ch", "</item><docs/></ch")),
    "MissingElement": ("feeds/rss.xml", lambda x: x.replace("docs>", "doc>")),
    "UndefinedElement": ("feeds/rss.xml", lambda x: x.replace("dc:creator>", "author>")),
    "UnknownNamespace": ("feeds/rss.xml", lambda x: x.replace("/dc/elements/1.1/", "/dc/")),
    "there is no": ("feeds/feed.json", lambda x: x.replace('"summary"', '"abstract"')),
    "is missing": ("feeds/feed.json", lambda x: x.replace('"content_html"', '"content"')),
    "date_published is": ("feeds/feed.json", lambda x: x.replace("T12:00:00+", "T12:00:00.5+")),
    "an id is there twice": ("feeds/feed.json", lambda x: x.replace('2603.00001"', '2603.00002"')),
}


@pytest.mark.parametrize("name", BROKEN)
def test_the_rules_find_what_is_wrong(name: str) -> None:
    path, breaking = BROKEN[name]
    files = rendered(builders.SITE, [day(0, 2)])
    broken = breaking(files[path].decode())
    assert broken != files[path].decode()
    told = complaints(broken.encode(), f"{builders.SITE.url}/{path}", NOW)
    assert any(name in each for each in told), told


# What readers read ----------------------------------------------------------------------------


@pytest.mark.parametrize("words", TITLES)
def test_a_reader_is_told_the_same_text_in_each_format(words: str) -> None:
    files = rendered(builders.SITE, [with_words(words)])
    (rss,), (atom,) = (
        feedparser.parse(files[f"feeds/{name}"]).entries for name in ("rss.xml", "atom.xml")
    )
    (item,) = json.loads(files["feeds/feed.json"])["items"]
    expected = text.one_line(words) or "Untitled"
    assert [etree_title(files[f"feeds/{name}"]) for name in ("rss.xml", "atom.xml")] == [
        expected
    ] * 2
    assert item["title"] == expected
    assert rss.title == atom.title
    assert rss.id == atom.id == item["id"]
    assert rss.published_parsed == atom.published_parsed == NOON.utctimetuple()
    assert [tag.term for tag in rss.tags] == [tag.term for tag in atom.tags] == item["tags"]


def etree_title(content: bytes) -> str | None:
    root = etree.fromstring(content)
    return root.findtext("channel/item/title") or root.findtext(f"{ATOM}entry/{ATOM}title")


@pytest.mark.parametrize("words", xss.STRINGS + xss.URLS)
def test_hostile_text_upsets_no_reader(words: str) -> None:
    for path, content in rendered(builders.SITE, [with_words(words)]).items():
        if path.endswith(".xml"):
            read = feedparser.parse(content)
            assert (read.bozo, len(read.entries)) == (False, 1)


# The real dumps -------------------------------------------------------------------------------


def test_there_is_nothing_to_say_of_the_feeds_of_the_real_dumps(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    letter = make(judged.real(tmp_path_factory).parent, judged.REAL_AT)
    files = {
        path: held
        for path, held in tree(letter.folder).items()
        if path.startswith("feeds/") and path.endswith((".xml", ".json"))
    }
    assert len(files) > 100
    bad = {
        path: told
        for path, held in files.items()
        if (told := complaints(held, f"{SITE}/{path}", letter.at))
        or (path.endswith(".xml") and feedparser.parse(held).bozo)
    }
    assert bad == {}
    assert announced(letter) == {
        item["id"].partition("paper/")[2]
        for path, held in files.items()
        if path in {"feeds/feed.json"} or path.startswith("feeds/archive/")
        if path.endswith("feed.json")
        for item in json.loads(held)["items"]
    }
    letter.close()


def announced(letter: Letter) -> set[str]:
    keys: set[str] = set()
    for name in letter.editions(Cadence.DAY):
        keys.update(entry.paper.key for entry in letter.edition(name).new)
    return keys
