"""An edition as a reader meets it: sections with a heading, papers as cards, all text made safe.

Markdown, mail and its text twin show the same cards. What is not here: markup, which stands in
the templates; how the sentence for a TL;DR is chosen (`text.tldr`); and to which size a card is
cut, which a `Shape` asks for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from digest.models import (
    ENGLISH,
    Authored,
    Edition,
    Entry,
    Paper,
    Related,
    Section,
    Site,
    Tongue,
    phrase,
)
from digest.render import KEPT, names
from digest.render.charts.spark import Spark, recent
from digest.render.matches import NO_TOPICS, Match, Matcher
from digest.render.text import cut, legible_paragraphs, lines, one_line, web_address
from digest.text.legible import legible, legible_name
from digest.text.tldr import choose_tldr

_SHOWN_AUTHORS = 6
_HEADINGS = {
    Section.NEW: (phrase("New"), phrase("Nothing in the listings was new.")),
    Section.TRENDING: (phrase("Trending again"), phrase("Nothing seen before is rising.")),
    Section.REVISED: (phrase("Revised"), phrase("Nothing came in a new version.")),
}
_LINK_WORDS = {
    "pdf": phrase("PDF"),
    "code": phrase("Code"),
    "project": phrase("Project"),
    "page": phrase("Paper page"),
}
_LINK_ORDER = ("pdf", "code", "project")  # then what else there is, the listing's own page last
_LEAST_BEYOND_TLDR = 60  # characters an abstract must add to be worth showing after a TL;DR


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How much of an edition is shown: characters of a text, papers of a section. None is all.

    `abstract_beside_tldr` goes before `abstract` for papers that have a TL;DR.
    """

    title: int | None = None
    tldr: int | None = None
    abstract: int | None = None
    abstract_beside_tldr: int | None = None
    note: int | None = None
    papers: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One paper. `url` is where it can be read, `page` its own page on the site.

    `authors` is a line; `people` are the names in it, `others` how many it leaves out. `tldr` is
    one sentence: what the listing itself says in short (`tldr_from` is "listing"), or the sentence
    of the abstract that states the result ("abstract"), or nothing. `abstract` is
    one line, made of the `paragraphs`; where it was shortened, it is the only one. `links` are
    pairs of a word to show and an address. `note` is the editor's, in Markdown.
    `spark` is drawn for a trending paper; `spark_url` is where its picture lies, or empty.
    `topics` are those that it matches; in a reader's own mail those of theirs, if they chose any.
    """

    number: int
    title: str
    url: str
    page: str
    reason: str
    authors: str
    people: tuple[str, ...]
    others: int
    tldr: str
    tldr_from: str
    abstract: str
    paragraphs: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    note: str
    is_pinned: bool
    spark: Spark | None = None
    spark_url: str = ""
    topics: tuple[Match, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A section: its heading, its cards, how many `more` are left out, what to say if empty."""

    name: Section
    heading: str
    quiet: str
    cards: tuple[Card, ...]
    more: int


def groups(edition: Edition, site: Site, matcher: Matcher = NO_TOPICS) -> tuple[Group, ...]:
    """Lay out the three sections of an edition, the empty ones too."""
    layout = _Layout(edition=edition, site=site, matcher=matcher)
    sections = zip(Section, (edition.new, edition.trending, edition.revised), strict=True)
    return tuple(_group(name, entries, layout) for name, entries in sections)


def shortened(
    group: Group, shape: Shape, shorten: Callable[[Card, Shape], Card] | None = None
) -> Group:
    """Return the section with no more than `shape` allows.

    `shorten` is `shorten_card`, perhaps one that remembers.
    """
    cards, shorten = group.cards[: shape.papers], shorten or shorten_card
    return replace(
        group,
        cards=tuple(shorten(card, shape) for card in cards),
        more=group.more + len(group.cards) - len(cards),
    )


def shorten_card(card: Card, shape: Shape) -> Card:
    """Return the card with texts no longer than `shape` allows."""
    limit = shape.abstract
    if card.tldr and shape.abstract_beside_tldr is not None:
        limit = shape.abstract_beside_tldr
    abstract = _short(card.abstract, limit)
    abstract = "" if _is_said(abstract, card) else abstract
    return replace(
        card,
        title=_short(card.title, shape.title),
        tldr=_short(card.tldr, shape.tldr),
        abstract=abstract,
        paragraphs=card.paragraphs if abstract == card.abstract else (abstract,) * bool(abstract),
        note=_short(card.note, shape.note),
    )


def summary(edition: Edition, tongue: Tongue = ENGLISH, nothing: str = "") -> str:
    """Count what an edition holds: `12 new, 3 trending again, 1 revised, from 2 listings`.

    `nothing` is said where it holds nothing.
    """
    counts = (len(edition.new), len(edition.trending), len(edition.revised))
    parts = counted(zip(Section, counts, strict=True), tongue)
    parts = parts or [nothing or tongue.say("Nothing new")]
    if edition.listings:
        parts.append(tongue.count("from %(n)s listing", "from %(n)s listings", edition.listings))
    return ", ".join(parts)


def counted(counts: Iterable[tuple[Section, int]], tongue: Tongue) -> list[str]:
    """Say how many papers sections hold, leaving out those that hold none: `12 new`."""
    said = {
        Section.NEW: lambda n: tongue.count("%(n)s new", "%(n)s new", n),
        Section.TRENDING: lambda n: tongue.count("%(n)s trending again", "%(n)s trending again", n),
        Section.REVISED: lambda n: tongue.count("%(n)s revised", "%(n)s revised", n),
    }
    return [said[section](count) for section, count in counts if count]


def paper_title(paper: Paper | Related | Authored, tongue: Tongue = ENGLISH) -> str:
    """Return a paper's title as readers are shown it."""
    return legible(paper.title) or tongue.say("Untitled")


def links_of(paper: Paper, tongue: Tongue = ENGLISH) -> Iterator[tuple[str, str]]:
    """Yield a word to show and an address for each link of a paper that is one of the web.

    What can be read comes first, the page of the listing last; each address once.
    """
    links = paper.links
    if paper.arxiv_id and all(word != "pdf" for word, _ in links):
        links += (("pdf", f"https://arxiv.org/pdf/{paper.arxiv_id}"),)
    told = set()
    for word, address in sorted(links, key=_link_rank):
        known = _LINK_WORDS.get(word)
        label = tongue.say(known) if known else one_line(word).capitalize()
        if label and (target := web_address(address)) and target not in told:
            told.add(target)
            yield label, target


def source_url(paper: Paper) -> str | None:
    """Address the paper where its authors put it, if the dump told."""
    if told := web_address(paper.url):
        return told
    if paper.arxiv_id:
        return web_address(f"https://arxiv.org/abs/{paper.arxiv_id}")
    return web_address(f"https://doi.org/{paper.doi}") if paper.doi else None


def author_line(authors: Sequence[str], tongue: Tongue = ENGLISH) -> str:
    """Name the authors in words; of a long list the first, and how many others."""
    shown, rest = _named(authors)
    if rest:
        others = tongue.count("and %(n)s other", "and %(n)s others", rest)
        return f"{', '.join(shown)} {others}"
    parts = (part for part in (", ".join(shown[:-1]), *shown[-1:]) if part)
    return f" {tongue.say('and')} ".join(parts)


def _named(authors: Sequence[str]) -> tuple[tuple[str, ...], int]:
    known = tuple(name for name in map(legible_name, authors) if name)
    shown = known if len(known) <= _SHOWN_AUTHORS else known[: _SHOWN_AUTHORS - 2]
    return shown, len(known) - len(shown)


def _link_rank(link: tuple[str, str]) -> int:
    word, _ = link
    if word == "page":
        return len(_LINK_ORDER) + 1
    return _LINK_ORDER.index(word) if word in _LINK_ORDER else len(_LINK_ORDER)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """What cards are made with besides their entries."""

    edition: Edition
    site: Site
    matcher: Matcher


def _group(name: Section, entries: Sequence[Entry], layout: _Layout) -> Group:
    heading, quiet = map(layout.site.tongue.say, _HEADINGS[name])
    cards = tuple(_card(number, entry, layout) for number, entry in enumerate(entries, 1))
    return Group(name=name, heading=heading, quiet=quiet, cards=cards, more=0)


def _card(number: int, entry: Entry, layout: _Layout) -> Card:
    return replace(
        _of_itself(entry.paper, layout.site),
        number=number,
        reason=one_line(entry.reason),
        note=lines(entry.note),
        is_pinned=entry.is_pinned,
        spark=recent(entry.history, tongue=layout.site.tongue) if entry.history else None,
        spark_url=_spark_url(entry, layout.edition, layout.site),
        topics=layout.matcher.of(entry.paper),
    )


@lru_cache(KEPT)
def _of_itself(paper: Paper, site: Site) -> Card:
    """Return a paper's card but for what an edition says of it."""
    tongue, page = site.tongue, names.paper_url(site, paper.slug)
    people, others = _named(paper.authors)
    paragraphs, told = legible_paragraphs(paper), legible(paper.summary or "")
    abstract = " ".join(paragraphs)
    tldr = told or choose_tldr(abstract)
    return Card(
        number=0,
        title=paper_title(paper, tongue),
        url=source_url(paper) or page,
        page=page,
        reason="",
        authors=author_line(paper.authors, tongue),
        people=people,
        others=others,
        tldr=tldr,
        tldr_from="listing" if told else "abstract" if tldr else "",
        abstract=abstract,
        paragraphs=paragraphs,
        links=(*_arxiv_link(paper), *links_of(paper, tongue), (tongue.say("Details"), page)),
        note="",
        is_pinned=False,
    )


def _spark_url(entry: Entry, edition: Edition, site: Site) -> str:
    if not entry.history or not site.has_pictures:
        return ""
    return names.url(site, names.spark_path(edition.name, entry.paper.slug))


def _arxiv_link(paper: Paper) -> Iterator[tuple[str, str]]:
    if paper.arxiv_id and (address := web_address(f"https://arxiv.org/abs/{paper.arxiv_id}")):
        yield "arXiv", address


def _is_said(abstract: str, card: Card) -> bool:
    """Tell whether an abstract that was cut says hardly more than the TL;DR above it."""
    if not card.tldr or abstract == card.abstract:
        return False
    shown = abstract.removesuffix("…")
    rest = shown.removeprefix(card.tldr)
    return card.tldr.startswith(shown) or (rest != shown and len(rest) < _LEAST_BEYOND_TLDR)


def _short(text: str, limit: int | None) -> str:
    return text if limit is None else cut(text, limit)
