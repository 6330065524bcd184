"""What the W3C feed validator would say of a feed, and the rules of JSON Feed 1.1.

Written from reading the validator (w3c/feedvalidator: base, channel, content, entry, feed, item,
link, logging, uri and validators), rule by rule, each complaint under the validator's own name. It
knows only what our feeds may hold: anything else is a complaint too. No tests here.
"""

from __future__ import annotations

import json
import re
import xml.sax
import xml.sax.handler
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from html.entities import name2codepoint
from html.parser import HTMLParser
from io import BytesIO
from typing import Any, ClassVar
from urllib.parse import urlsplit

from lxml import etree

ATOM = "{http://www.w3.org/2005/Atom}"
DC = "{http://purl.org/dc/elements/1.1/}"
FH = "{http://purl.org/syndication/history/1.0}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
PREFIXES = {
    None: "http://www.w3.org/2005/Atom",
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "fh": "http://purl.org/syndication/history/1.0",
}
RELS = {"alternate", "current", "hub", "next-archive", "prev-archive", "related", "self"}
HISTORY_RELS = {"current", "next-archive", "prev-archive"}

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_RFC2822 = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d? (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) "
    r"\d{4} \d\d:\d\d:\d\d \+0000"
)
_URI_CHARACTERS = r"[0-9a-zA-Z;/?:@&=+$.\-_!~*'()%,#]"
_FULL_URI = re.compile(rf"[a-zA-Z][0-9a-zA-Z+\-.]*:(//)?{_URI_CHARACTERS}+")
_TAG_URI = re.compile(r"tag:[a-z0-9.\-]+,\d{4}(-\d\d(-\d\d)?)?:[0-9a-zA-Z;/?:@&=+$.\-_!~*'()%,]*")
_END_TAG = re.compile(r"</(\w+)>")
_HTML = (
    "a abbr address b bdi bdo big blockquote body br button cite code div em font form h1 h2 h3 h4 "
    "h5 h6 head html i iframe img input kbd li link meta noscript object ol p pre q s script span "
    "strike strong style sub sup svg table tbody td textarea th title tr tt u ul var video"
)
_HTML_TAGS = set(_HTML.split())
_CONTENT = "a blockquote br code del em h3 hr li ol p pre strong sub sup ul"
_CONTENT_TAGS = set(_CONTENT.split())
_VOID = {"br", "hr"}
_CONTENT_ATTRIBUTES = {"href", "rel", "start", "title"}


def complaints(content: bytes, address: str, now: datetime | None = None) -> list[str]:
    """Return what there is to say of a feed that lies at an address; `now` bounds its dates."""
    checker = _Json if address.endswith(".json") else _Xml
    return list(checker(content, address, now or datetime.now(UTC)).said())


class _Xml:
    """RSS 2.0 or Atom."""

    def __init__(self, content: bytes, address: str, now: datetime) -> None:
        self.content = content
        self.address = address
        self.now = now

    def said(self) -> Iterator[str]:
        parser = xml.sax.make_parser()
        parser.setFeature(xml.sax.handler.feature_namespaces, True)
        parser.parse(BytesIO(self.content))  # raises where it is ill-formed
        root = etree.fromstring(self.content)
        if root.getroottree().docinfo.doctype:
            yield "ContainsSystemEntity"
        if not self.content.startswith(b"<?xml version='1.0' encoding='UTF-8'?>\n"):
            yield "MissingEncoding"
        for prefix, uri in root.nsmap.items():
            if PREFIXES.get(prefix) != uri:
                yield f"UnknownNamespace {prefix} {uri}"
        if re.search("[\x80-\x9f\ufffd]", self.content.decode()):
            yield "BadCharacters"
        yield from self.of_rss(root) if root.tag == "rss" else self.of_atom(root)

    # RSS -------------------------------------------------------------------------------------

    def of_rss(self, root: Any) -> Iterator[str]:
        if root.get("version") != "2.0" or [child.tag for child in root] != ["channel"]:
            yield "InvalidRSSVersion"
        channel = root[0]
        tags = [child.tag for child in channel]
        once = ["title", "link", "description", "docs", "generator", "language", "lastBuildDate"]
        yield from (f"MissingElement {tag}" for tag in once if tags.count(tag) != 1)
        known = {*once, f"{ATOM}link", f"{FH}archive", "item"}
        yield from (f"UndefinedElement {tag}" for tag in {*tags} - known)
        if "item" in tags and set(tags[tags.index("item") :]) != {"item"}:
            yield "MisplacedItem"
        for tag in ("title", "description", "generator"):
            yield from self.plain(channel.findtext(tag))
        yield from self.full_uri(channel.findtext("link"))
        yield from self.language(channel.findtext("language"))
        yield from self.rfc2822(channel.findtext("lastBuildDate"))
        yield from self.links(channel, f"{ATOM}link", "application/rss+xml")
        items = channel.findall("item")
        guids = [item.findtext("guid") for item in items]
        if len(set(guids)) != len(guids):
            yield "DuplicateValue guid"
        for item in items:
            yield from self.of_item(item)

    def of_item(self, item: Any) -> Iterator[str]:
        tags = [child.tag for child in item]
        once = ["title", "link", "description", "guid", "pubDate"]
        yield from (f"DuplicateElement {tag}" for tag in once if tags.count(tag) != 1)
        yield from (
            f"UndefinedElement {tag}" for tag in {*tags} - {*once, "category", f"{DC}creator"}
        )
        for tag in ("title", "category"):
            for element in item.findall(tag):
                yield from self.plain(element.text)
        yield from self.full_uri(item.findtext("link"))
        yield from self.rfc2822(item.findtext("pubDate"))
        yield from self.html(item.findtext("description"))
        guid = item.find("guid")
        if guid.get("isPermaLink") != "false" or not _TAG_URI.fullmatch(guid.text):
            yield f"InvalidPermalink {guid.text}"
        yield from ("NotBlank dc:creator" for each in item.findall(f"{DC}creator") if not each.text)

    # Atom ------------------------------------------------------------------------------------

    def of_atom(self, feed: Any) -> Iterator[str]:
        if feed.tag != f"{ATOM}feed":
            yield f"UndefinedElement {feed.tag}"
        tags = [child.tag.removeprefix(ATOM) for child in feed]
        once = ["id", "title", "updated", "author", "generator", "subtitle"]
        yield from (f"MissingElement {tag}" for tag in once if tags.count(tag) != 1)
        yield from (
            f"UndefinedElement {tag}" for tag in {*tags} - {*once, "link", "entry", f"{FH}archive"}
        )
        if "entry" in tags and set(tags[tags.index("entry") :]) != {"entry"}:
            yield "MisplacedMetadata"
        yield from self.language(feed.get(LANG))
        yield from self.identity(feed.findtext(f"{ATOM}id"))
        yield from self.rfc3339(feed.findtext(f"{ATOM}updated"))
        for tag in ("title", "subtitle", "generator", f"author/{ATOM}name"):
            yield from self.plain(feed.findtext(ATOM + tag))
        yield from self.links(feed, f"{ATOM}link", "application/atom+xml")
        entries = feed.findall(f"{ATOM}entry")
        for tag, name in (("id", "DuplicateEntries"), ("updated", "DuplicateUpdated")):
            values = [entry.findtext(ATOM + tag) for entry in entries]
            if len(set(values)) != len(values):
                yield name
        for entry in entries:
            yield from self.of_entry(entry)

    def of_entry(self, entry: Any) -> Iterator[str]:
        tags = [child.tag.removeprefix(ATOM) for child in entry]
        once = ["id", "title", "updated", "published", "content"]
        yield from (f"DuplicateElement {tag}" for tag in once if tags.count(tag) != 1)
        yield from (
            f"UndefinedElement {tag}" for tag in {*tags} - {*once, "link", "author", "category"}
        )
        yield from self.identity(entry.findtext(f"{ATOM}id"))
        for tag in ("updated", "published"):
            yield from self.rfc3339(entry.findtext(ATOM + tag))
        for tag in ("title", f"author/{ATOM}name"):
            for element in entry.findall(ATOM + tag):
                yield from self.plain(element.text)
        if entry.find(f"{ATOM}content").get("type") != "html":
            yield "InvalidTextType"
        yield from self.html(entry.findtext(f"{ATOM}content"))
        for category in entry.findall(f"{ATOM}category"):
            if not category.get("term") or set(category.keys()) != {"term"}:
                yield "NotBlank category"
        links = entry.findall(f"{ATOM}link")
        rels = [link.get("rel") for link in links]
        if rels.count("alternate") != 1 or not set(rels) <= {"alternate", "related"}:
            yield f"DuplicateAtomLink {rels}"
        for link in links:
            yield from self.full_uri(link.get("href"))

    # Both ------------------------------------------------------------------------------------

    def links(self, head: Any, tag: str, kind: str) -> Iterator[str]:
        links = [(link.get("rel"), link.get("href"), link) for link in head.findall(tag)]
        rels = [rel for rel, _, _ in links]
        if [href for rel, href, _ in links if rel == "self"] != [self.address]:
            yield "SelfDoesntMatchLocation"
        yield from (f"UnregisteredAtomLinkRel {rel}" for rel in {*rels} - RELS)
        for rel, href, link in links:
            yield from self.full_uri(href)
            if link.text or not set(link.keys()) <= {"rel", "href", "type"}:
                yield "AtomLinkNotEmpty"
            if rel in {"self", *HISTORY_RELS} and link.get("type") != kind:
                yield f"SelfNotAtom {rel}"
        if head.find(f"{FH}archive") is not None:
            if not {"prev-archive", "next-archive"} & set(rels):
                yield "ArchiveIncomplete"
            if rels.count("current") != 1:
                yield "MissingCurrentInArchive"

    def plain(self, text: str | None) -> Iterator[str]:
        if not text:
            yield "NotBlank"
        is_by_number = b"&amp;" not in self.content and b"&lt;" not in self.content
        if re.search("[&<]", text or "") and not is_by_number:
            yield "CharacterData: `&` and `<` in plain text are to be written by number"
        tags = [tag for tag in _END_TAG.findall(text or "") if tag.lower() in _HTML_TAGS]
        if tags:
            yield f"ContainsHTML {tags}"

    def full_uri(self, uri: str | None) -> Iterator[str]:
        if not uri or not _FULL_URI.fullmatch(uri):
            yield f"InvalidFullLink {uri}"

    def identity(self, uri: str | None) -> Iterator[str]:
        if not uri or not _TAG_URI.fullmatch(uri):
            yield f"InvalidTAG {uri}"
        elif re.search("%[0-9a-f]*[a-f]|%(?:3[0-9]|[46][1-9A-F]|[57][0-9A]|2[DE]|5F|7E)", uri):
            yield f"NonCanonicalURI {uri}"

    def language(self, tag: str | None) -> Iterator[str]:
        if not tag or not re.fullmatch(r"[a-z]{2}(-\w+)*", tag):
            yield f"InvalidLanguage {tag}"

    def rfc3339(self, date: str | None) -> Iterator[str]:
        if not date or not _RFC3339.fullmatch(date):
            yield f"InvalidRFC3339Date {date}"
        elif not self.is_plausible(datetime.fromisoformat(date)):
            yield f"ImplausibleDate {date}"

    def rfc2822(self, date: str | None) -> Iterator[str]:
        if not date or not _RFC2822.fullmatch(date):
            yield f"InvalidRFC2822Date {date}"
            return
        moment = parsedate_to_datetime(date)
        if f"{moment:%a}" != date[:3]:
            yield f"IncorrectDOW {date}"
        if not self.is_plausible(moment):
            yield f"ImplausibleDate {date}"

    def is_plausible(self, moment: datetime) -> bool:
        return moment.year >= 1990 and moment <= self.now + timedelta(minutes=10)

    def html(self, text: str | None) -> Iterator[str]:
        yield from _of_html(text or "")


@lru_cache(maxsize=20_000)
def _of_html(text: str) -> tuple[str, ...]:
    """What there is to say of a content; a paper's is the same in many feeds."""
    reader = _Fragment()
    reader.feed(text)
    reader.close()
    if not text or reader.open:
        reader.complaints.append(f"NotHtml {reader.open}")
    return tuple(reader.complaints)


class _Fragment(HTMLParser):
    """Reads the content of an entry as strictly as html5lib would for the validator."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.open: list[str] = []
        self.complaints: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _CONTENT_TAGS:
            self.complaints.append(f"SecurityRisk {tag}")
        if tag == "p" and "p" in self.open:
            self.complaints.append("NotHtml: a paragraph in a paragraph")
        for name, value in attrs:
            if name not in _CONTENT_ATTRIBUTES:
                self.complaints.append(f"SecurityRiskAttr {name}")
            if name == "href" and urlsplit(value or "").scheme not in {"http", "https", "mailto"}:
                self.complaints.append(f"ContainsRelRef {value}")
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.complaints.append(f"NotHtml: </{tag}>")

    def handle_data(self, data: str) -> None:
        if "<" in data or "&" in data:
            self.complaints.append(f"NotHtml: {data!r}")

    def handle_entityref(self, name: str) -> None:
        if name not in name2codepoint:
            self.complaints.append(f"NotHtml: &{name};")

    def handle_comment(self, data: str) -> None:
        self.complaints.append(f"NotHtml: a comment {data!r}")

    handle_decl = handle_pi = unknown_decl = handle_comment


class _Json:
    """JSON Feed 1.1, https://www.jsonfeed.org/version/1.1/, key by key."""

    FEED: ClassVar[dict[str, Any]] = {
        **{"version": str, "title": str, "home_page_url": "url", "feed_url": "url"},
        **{"description": str, "next_url": "url", "language": str, "authors": "authors"},
        **{"hubs": "hubs", "items": list},
    }
    ITEM: ClassVar[dict[str, Any]] = {
        **{"id": str, "url": "url", "external_url": "url", "title": str, "content_html": str},
        **{"summary": str, "date_published": "date", "date_modified": "date"},
        **{"authors": "authors", "tags": "texts"},
    }

    def __init__(self, content: bytes, address: str, now: datetime) -> None:
        self.feed = json.loads(content.decode())
        self.address = address
        self.now = now

    def said(self) -> Iterator[str]:
        feed = self.feed
        yield from self.keys(feed, self.FEED, {"version", "title", "feed_url", "items"})
        if feed["version"] != "https://jsonfeed.org/version/1.1":
            yield f"the version is {feed['version']}"
        if feed["feed_url"] != self.address or feed.get("next_url") == self.address:
            yield "feed_url is not its address, or next_url is"
        ids = [item.get("id") for item in feed["items"]]
        if len(set(ids)) != len(ids):
            yield "an id is there twice"
        for item in feed["items"]:
            yield from self.keys(item, self.ITEM, {"id", "content_html"})

    def keys(self, found: dict[str, Any], known: dict[str, Any], needed: set[str]) -> Iterator[str]:
        yield from (f"{key} is missing" for key in needed - found.keys())
        yield from (f"there is no {key}" for key in found.keys() - known.keys())
        for key in found.keys() & known.keys():
            if not self.is_a(known[key], found[key]):
                yield f"{key} is {found[key]!r}"

    def is_a(self, kind: Any, value: Any) -> bool:
        match kind:
            case "url":
                return bool(_FULL_URI.fullmatch(value))
            case "date":
                moment = datetime.fromisoformat(value)
                return bool(_RFC3339.fullmatch(value)) and "." not in value and moment <= self.now
            case "texts":
                return bool(value) and all(isinstance(each, str) and each for each in value)
            case "authors":
                return bool(value) and all(each.keys() == {"name"} for each in value)
            case "hubs":
                return bool(value) and all(
                    each.keys() == {"type", "url"} and each["type"] == "WebSub" for each in value
                )
            case _:
                return isinstance(value, kind) and (value != "" or kind is list)
