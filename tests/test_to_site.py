"""The site: pages that hold together, work from any place, and let nothing of a dump act."""

from __future__ import annotations

import gzip
import json
import posixpath
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from urllib.parse import unquote, urlsplit

import builders
import golden
import pytest
import xss
from formulas import as_text
from lxml import html as lxml_html

from digest import theme
from digest.models import (
    Cadence,
    Counted,
    Edition,
    EditionRecord,
    Heard,
    Paper,
    PaperPage,
    Period,
    Rendered,
    Section,
    Sighting,
    Site,
)
from digest.render import (
    feed_heads,
    names,
    text,
    to_about,
    to_authors,
    to_bibtex,
    to_calendar,
    to_editions,
    to_email,
    to_feed_list,
    to_feeds,
    to_home,
    to_json,
    to_left,
    to_markdown,
    to_papers,
    to_site,
    to_topics,
    to_trends,
    to_wellknown,
)
from digest.render.matches import NO_TOPICS, Matcher
from digest.render.to_calendar import Shelf
from digest.render.to_editions import Around
from digest.render.to_home import Front
from digest.text.legible import legible
from digest.topics import TopicRule, by_name
from digest.trending import Rules

TEMPLATES = theme.load(None, text.FILTERS)
SITE = builders.SITE
OPENED = datetime(2026, 3, 11, 6, tzinfo=UTC)
CSP = (
    "default-src 'none'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "manifest-src 'self'; base-uri 'none'; form-action 'none'"
)


ACTIVE = "//script[@type != 'application/ld+json'] | //style | //iframe | //form | //@style"

TOPICS = (
    TopicRule(
        name="models",
        title="Models & what they say <of it>",
        words=("model*", "video"),
        phrases=("language models",),
        authors=("Ada Almeida",),
        exclude=("robots",),
    ),
    TopicRule(name="nobodys", categories=("w" * 90, "cs.*")),
    TopicRule(name="all", title="تعلم الآلة", words=("a*", "e*", "o*")),
)


def matching() -> Matcher:
    return Matcher(by_name(TOPICS).values())


def record(edition: Edition) -> EditionRecord:
    return EditionRecord(
        name=edition.name,
        cadence=edition.cadence,
        start=edition.start,
        end=edition.end,
        opened_at=OPENED,
        updated_at=edition.updated,
    )


def day(n: int, **changes: object) -> Edition:
    when = date(2026, 3, 11) - timedelta(days=n)
    return builders.edition(name=when.isoformat(), start=when, end=when, **changes)


def seen(paper: Paper, **changes: object) -> PaperPage:
    values = {
        "paper": paper,
        "editions": ("2026-03-10", "2026-03-11"),
        "sightings": (
            Sighting(paper_id=paper.id, day=date(2026, 3, 10), position=4, listed=50),
            Sighting(paper_id=paper.id, day=date(2026, 3, 11), position=1, listed=52, votes=12),
        ),
    }
    return PaperPage(**(values | changes))


def front(latest: Edition | None, records: Iterable[EditionRecord] = ()) -> Front:
    found = sorted(records, key=lambda each: each.start, reverse=True)
    shelves = {each: [r for r in found if r.cadence is each] for each in Cadence}
    return Front(latest=latest, records=shelves)


def first_page(
    latest: Edition | None, records: Iterable[EditionRecord] = (), site: Site = SITE
) -> Rendered:
    return to_home.render_index(front(latest, records), site, TEMPLATES)


def shelf(editions: Iterable[Edition]) -> Shelf:
    found = sorted(editions, key=lambda each: each.start)
    of = {each: {e.name: record(e) for e in found if e.cadence is each} for each in Cadence}
    days = (e for e in found if e.cadence is Cadence.DAY)
    return Shelf(
        days=tuple(Counted(day=e.start, new=len(e.new)) for e in days),
        weeks=of[Cadence.WEEK],
        months=of[Cadence.MONTH],
    )


def archive(editions: Iterable[Edition], site: Site = SITE) -> Rendered:
    kept = shelf(editions)
    years = sorted({each.day.year for each in kept.days}, reverse=True)
    return to_calendar.render_archive(kept, years, site, TEMPLATES)


def pages(
    editions: list[Edition], site: Site = SITE, matcher: Matcher = NO_TOPICS
) -> list[Rendered]:
    """A whole site in the order of publishing."""
    site = replace(site, has_topics=bool(matcher.topics))
    records = [record(edition) for edition in editions]
    papers = {entry.paper.slug: entry.paper for edition in editions for entry in edition.entries}
    files = [*to_site.render_static(TEMPLATES)]
    shown = [seen(paper, editions=(editions[0].name,)) for paper in papers.values()]
    shown += [seen(builders.paper(99), moved_to=paper) for paper in [*papers.values()][:1]]
    for page in shown:
        files += to_papers.render(page, site, TEMPLATES, matcher)
    files.append(to_site.render_not_found(site, TEMPLATES))
    files.append(to_left.render_hidden("2603-00098", site, TEMPLATES))
    files += to_left.render_ended(["old", "index.html"], matcher, site, TEMPLATES)
    for topic in matcher.topics:
        files += to_left.render_renamed(topic, site, TEMPLATES)
    for edition in editions:
        files += to_json.render(edition, site, matcher)
        files += to_bibtex.render(edition, site)
        files += to_markdown.render(edition, site, TEMPLATES, matcher)
        files += to_email.render(edition, site, TEMPLATES, matcher=matcher)
        files.append(to_editions.render_edition(edition, site, TEMPLATES, matcher))
    papers_ = to_feeds.papers_of(editions, matcher)
    files += to_feeds.render(papers_, editions, site, TEMPLATES)
    days = [edition for edition in editions if edition.cadence is Cadence.DAY]
    files += to_feeds.render_topics(papers_, matcher.topics, site, TEMPLATES)
    files += to_topics.render(days, site, TEMPLATES, matcher, most=100)
    files += to_feeds.render_trending((), site, TEMPLATES)
    for cadence in (Cadence.WEEK, Cadence.MONTH):
        head = feed_heads.of_editions(site, cadence)
        files += to_feeds.render_feed(head, (), site, None)
    files += to_feed_list.render(site, TEMPLATES, matcher.topics)
    files.append(to_authors.render_authors((), (), site, TEMPLATES))
    files += to_wellknown.render(site, TEMPLATES, days[0].end if days else None)
    files.append(archive(editions, site))
    kept = shelf(editions)
    for year in {each.day.year for each in kept.days}:
        files += to_calendar.render_year(year, kept, None, None, site, TEMPLATES)
    files += [to_trends.render(each, None, site, TEMPLATES, matcher) for each in Period]
    files.append(to_about.render_about(site, Rules(), TEMPLATES, matcher))
    files.append(to_about.render_subscribe(site, TEMPLATES))
    latest = editions[0] if editions else None
    files.append(to_home.render_index(front(latest, records), site, TEMPLATES, matcher))
    return files


def of_site(files: Iterable[Rendered]) -> list[Rendered]:
    return [file for file in files if file.path.endswith("index.html")]


def parsed(file: Rendered) -> lxml_html.HtmlElement:
    return lxml_html.document_fromstring(file.content.decode())


def targets(file: Rendered) -> set[str]:
    """The files of the site that a page points at."""
    links = (str(link) for link in parsed(file).xpath("//@href | //@src"))
    local = [link for link in links if not urlsplit(link).scheme and not link.startswith("#")]
    folder = posixpath.dirname(file.path)
    return {posixpath.normpath(posixpath.join(folder, unquote(link))) for link in local}


def with_text(words: str) -> list[Rendered]:
    """One of each page, saying `words` wherever a dump has a say."""
    paper = builders.paper(
        1,
        title=words,
        abstract=words,
        authors=(words, words),
        keywords=(words,),
        summary=words,
        organization=words,
        doi=words,
        published=words,
        url=words,
        links=((words, words), ("code", words)),
    )
    entry = builders.entry(1, Section.NEW, paper=paper, reason=words)
    edition = builders.edition(new=(entry,), trending=0, revised=0)
    return [
        to_editions.render_edition(edition, SITE, TEMPLATES),
        to_papers.render_page(seen(paper), SITE, TEMPLATES),
        to_papers.render_page(seen(builders.paper(2), moved_to=paper), SITE, TEMPLATES),
        first_page(edition, [record(edition)]),
    ]


def skeleton(file: Rendered) -> list[tuple[str, tuple[str, ...]]]:
    """Elements and their attributes; of links to the outside, how many a dump has is its matter."""
    return [
        (str(each.tag), tuple(sorted(each.keys())))
        for each in as_text(parsed(file)).iter()
        if not (each.tag == "a" and urlsplit(each.get("href")).scheme) and each.get("class") != "go"
    ]


@pytest.mark.parametrize("hostile", xss.STRINGS + xss.URLS)
def test_hostile_text_makes_no_element_no_attribute_and_no_scheme(hostile: str) -> None:
    for file, benign in zip(with_text(hostile), with_text("plain"), strict=True):
        assert skeleton(file) == skeleton(benign)
        for link in map(str, parsed(file).xpath("//@href | //@src")):
            assert urlsplit(link).scheme in ("", "http", "https", "mailto")
            assert not link.startswith("//")
        assert not parsed(file).xpath("//style | //iframe | //form | //@style")
        assert not parsed(file).xpath("//script[not(@type='application/ld+json') or @src]")
        assert text.remove_unsafe(file.content.decode()) == file.content.decode()


def test_hostile_text_is_shown_as_it_is() -> None:
    for hostile in xss.HTML + xss.TEMPLATES + xss.MARKDOWN:
        edition, paper, _, _ = with_text(hostile)
        assert legible(hostile) in " ".join(as_text(parsed(edition)).text_content().split())
        assert legible(hostile) == as_text(parsed(paper)).findtext(".//h1/bdi")


def test_the_pages_are_as_kept() -> None:
    edition = builders.edition(note="A *note*.")
    records = [record(day(n)) for n in range(3)]
    kept = {
        "site_edition": to_editions.render_edition(edition, SITE, TEMPLATES),
        "site_paper": to_papers.render_page(seen(builders.paper(1)), SITE, TEMPLATES),
        "site_index": first_page(day(0), records),
        "site_empty": first_page(None),
        "site_archive": archive([day(n) for n in range(3)]),
    }
    for name, file in kept.items():
        golden.check(name, [file])


@pytest.mark.parametrize("url", ["https://papers.example.org", "https://example.org/a/b"])
@pytest.mark.parametrize("matcher", [NO_TOPICS, matching()], ids=["plain", "topics"])
def test_every_link_of_the_site_leads_to_a_file(url: str, matcher: Matcher) -> None:
    editions = [day(0), day(1), builders.week(), builders.month()]
    files = pages(editions, replace(SITE, url=url), matcher)
    paths = {file.path for file in files}
    assert {target for file in of_site(files) for target in targets(file)} <= paths
    absolute = {str(link) for file in of_site(files) for link in parsed(file).xpath("//link/@href")}
    for link in absolute:
        if urlsplit(link).scheme:
            assert link.removeprefix(f"{url}/") in {p.removesuffix("index.html") for p in paths}


def test_each_page_is_well_made() -> None:
    files = [
        *pages([day(0), builders.week()]),
        *pages([]),
        *pages([day(0), day(1)], matcher=matching()),
        *pages([], matcher=matching()),
        to_site.render_not_found(SITE, TEMPLATES),
    ]
    for file in files:
        if not file.path.endswith(("index.html", "404.html")):
            continue
        page = parsed(file)
        assert file.content.startswith(b"<!DOCTYPE html>")
        assert page.get("lang") == "en"
        for only in ("h1", "main", "title", "header", "footer"):
            assert len(page.xpath(f"//{only}")) == 1, (file.path, only)
        assert page.xpath("//meta[@http-equiv]/@content")[0] == CSP
        assert page.xpath("string(//body/a[1]/@href)") == "#main"
        ids = page.xpath("//@id")
        assert len(ids) == len(set(ids))
        assert set(page.xpath("//@aria-labelledby")) <= set(ids)
        levels = [int(heading.tag[1]) for heading in page.xpath("//h1|//h2|//h3|//h4|//h5")]
        assert all(after - before <= 1 for before, after in pairwise(levels))
        assert levels[0] == 1


def test_a_page_does_not_tell_whether_it_is_sealed() -> None:
    edition = builders.edition()
    page = to_editions.render_edition(edition, SITE, TEMPLATES)
    sealed = replace(edition, is_sealed=True)
    assert to_editions.render_edition(sealed, SITE, TEMPLATES) == page


def test_an_edition_leads_to_those_beside_it_and_to_what_it_counts_in() -> None:
    around = Around(
        before=record(day(3)),
        after=record(day(-1)),
        week=record(builders.week()),
        month=record(builders.month()),
        year=2026,
    )
    page = parsed(to_editions.render_edition(day(0), SITE, TEMPLATES, around=around))
    beside = {link.get("rel"): link.get("href") for link in page.xpath("//head/link[@rel]")}
    assert beside["prev"] == "../../editions/2026-03-08/index.html"
    assert beside["next"] == "../../editions/2026-03-12/index.html"
    links = page.xpath("//nav[@class='around']/a")
    assert [link.get("rel") for link in links] == ["prev", "next"]
    assert links[0].text_content().split() == ["Before", "Sunday", "8", "March", "2026"]
    above = [str(link) for link in page.xpath("//nav[@class='crumbs']/a/@href")]
    names_ = ("", "2026/", "2026-03/", "2026-W11/")
    assert above == [f"../../editions/{name}index.html" for name in names_]
    week = Around(year=2026, days=(record(day(1)), record(day(0))))
    page = parsed(to_editions.render_edition(builders.week(), SITE, TEMPLATES, around=week))
    days = page.xpath("//nav[@class='its-days']/a")
    assert [(each.get("aria-label"), each.text_content()) for each in days] == [
        ("Tuesday 10 March 2026", "10"),
        ("Wednesday 11 March 2026", "11"),
    ]


def test_a_moved_paper_points_at_the_one_it_is_now() -> None:
    file = to_papers.render_page(
        seen(builders.paper(1), moved_to=builders.paper(2)), SITE, TEMPLATES
    )
    assert file.path == "papers/2603-00001/index.html"
    assert "papers/2603-00002/index.html" in targets(file)
    assert parsed(file).xpath("//link[@rel='canonical']/@href") == [
        names.paper_url(SITE, "2603-00002")
    ]
    refresh = parsed(file).xpath("//meta[@http-equiv='refresh']/@content")
    assert refresh == ["0; url=../../papers/2603-00002/index.html"]


def test_a_paper_of_which_only_a_title_is_known_has_a_page() -> None:
    bare = Paper(id=1, key="title:ab", slug="ab", title="", abstract="")
    page = parsed(to_papers.render_page(PaperPage(paper=bare), SITE, TEMPLATES))
    assert page.findtext(".//h1/bdi") == "Untitled"
    assert not page.xpath("//table | //dl")
    assert page.xpath("//h2/@id") == ["cite"]


def test_votes_stand_in_the_history_only_where_there_are_any() -> None:
    with_votes = parsed(to_papers.render_page(seen(builders.paper(1)), SITE, TEMPLATES))
    assert [cell.text for cell in with_votes.xpath("//tbody/tr/td[2]")] == ["12", "–"]
    sightings = (Sighting(paper_id=1, day=date(2026, 3, 10), position=4, listed=50),)
    without = parsed(
        to_papers.render_page(seen(builders.paper(1), sightings=sightings), SITE, TEMPLATES)
    )
    assert not without.xpath("//tbody/tr/td[2]")


@pytest.mark.parametrize(
    ("told", "words", "day_"),
    [("2026-03-02", "2 March 2026", ["2026-03-02"]), ("Spring <2026>", "Spring <2026>", [])],
)
def test_a_day_of_publication_is_marked_as_a_time_where_it_is_one(
    told: str, words: str, day_: list[str]
) -> None:
    page = parsed(to_papers.render_page(seen(builders.paper(1, published=told)), SITE, TEMPLATES))
    (cell,) = page.xpath("//dt[.='Published']/following-sibling::dd")
    assert (cell.text_content(), cell.xpath("time/@datetime")) == (words, day_)


def test_several_dumps_of_one_day_are_one_row_of_the_history() -> None:
    """So a dump that comes again with other bytes changes none of the page."""
    paper, page = builders.paper(1), seen(builders.paper(1))
    shown = to_papers.render_page(page, SITE, TEMPLATES)
    again = (*page.sightings, page.sightings[-1])
    assert to_papers.render_page(seen(paper, sightings=again), SITE, TEMPLATES) == shown
    lower = replace(page.sightings[-1], position=30, votes=None)
    both = to_papers.render_page(seen(paper, sightings=(lower, *again)), SITE, TEMPLATES)
    assert both == shown


def test_a_long_history_shows_the_last_days_and_counts_the_others() -> None:
    first = date(2025, 12, 1)
    sightings = tuple(
        Sighting(paper_id=1, day=first + timedelta(days=n), position=1, listed=9) for n in range(42)
    )
    page = parsed(
        to_papers.render_page(seen(builders.paper(1), sightings=sightings), SITE, TEMPLATES)
    )
    assert len(page.xpath("//tbody/tr")) == 30
    assert page.xpath("string(//tbody/tr[1]/th)") == "11 January 2026"
    assert page.xpath("string(//table/following-sibling::p)") == (
        "and on 12 earlier days, first on 1 December 2025."
    )


@pytest.mark.parametrize(
    ("told", "shown"),
    [
        ("2026-03-02", "2 March 2026"),
        ("2026-03-02T23:59:59.000Z", "2 March 2026"),
        ("March 2026", "March 2026"),
        ("2026-02-31", "2026-02-31"),
    ],
)
def test_the_day_of_publication_is_told_in_words_where_it_is_one(told: str, shown: str) -> None:
    paper = builders.paper(1, published=told)
    page = parsed(to_papers.render_page(seen(paper), SITE, TEMPLATES))
    assert page.xpath("string(//dt[.='Published']/following-sibling::dd)") == shown


@pytest.mark.parametrize(
    ("edition", "is_whole"), [(builders.edition(), True), (builders.month(), False)]
)
def test_a_day_shows_whole_abstracts_and_a_roll_up_their_beginnings(
    edition: Edition, is_whole: bool
) -> None:
    long = replace(edition.new[0], paper=builders.paper(1, abstract="word " * 200 + "end."))
    page = to_editions.render_edition(replace(edition, new=(long,)), SITE, TEMPLATES)
    assert (b"end." in page.content) is is_whole


def test_every_card_leads_to_the_page_of_its_paper_in_words() -> None:
    bare = Paper(id=1, key="title:ab", slug="ab", title="A bare title", abstract="")
    entry = replace(builders.entry(1), paper=bare)
    page = parsed(to_editions.render_edition(builders.edition(new=(entry,)), SITE, TEMPLATES))
    assert "../../papers/ab/index.html" in page.xpath("//p/a[.='Details']/@href")


def test_an_empty_edition_says_why() -> None:
    page = parsed(to_editions.render_edition(builders.edition(0, 0, 0), SITE, TEMPLATES))
    assert "Nothing in the listings was new." in page.text_content()


def test_the_first_page_says_that_there_is_nothing_yet() -> None:
    page = parsed(first_page(None))
    assert "There is no edition yet" in page.text_content()


def test_the_calendar_tells_of_each_day_in_words_and_by_a_shade() -> None:
    editions = [day(n, new=n % 9) for n in range(40)]
    file = archive([*editions, builders.week(), builders.month()])
    page = parsed(file)
    cells = page.xpath("//td/a")
    told = {cell.get("href"): cell for cell in cells}
    assert len(told) == len(cells) == 40
    fourth = told["../editions/2026-03-03/index.html"]
    assert fourth.text_content() == "3 8 new papers, 3 March 2026"
    assert fourth.get("class") == "shade-4"
    none = told["../editions/2026-03-11/index.html"]
    assert (none.text_content(), none.get("class")) == (
        "11 0 new papers, 11 March 2026",
        "shade-0",
    )
    assert [span.text for span in page.xpath("//p[@class='legend']/span")] == [
        *("1–2", "3–4", "5–6", "7–8")
    ]
    captions = page.xpath("//caption")
    assert [" ".join(each.text_content().split()) for each in captions] == [
        "March 2026 37",
        "February 2026 110",
        "January 2026 3",
    ]
    assert captions[0].xpath("a/@href") == ["../editions/2026-03/index.html"]
    assert page.xpath("//th/a/@href") == ["../editions/2026-W11/index.html"]
    rows = page.xpath("//tbody/tr")
    assert {len(row.xpath("th")) for row in rows} == {1}
    assert {len(row.xpath("td")) for row in rows} == {7}
    place = {cell.get("href"): len(cell.xpath("../preceding-sibling::td")) for cell in cells}
    assert place["../editions/2026-03-11/index.html"] == 2


def test_a_year_has_a_page_of_its_own_and_its_figures_beside_it() -> None:
    kept = shelf([day(n, new=2) for n in range(70, 72)])
    page, figures = to_calendar.render_year(2025, kept, None, 2026, SITE, TEMPLATES)
    assert (page.path, figures.path) == ("editions/2025/index.html", "editions/2025/days.json")
    assert parsed(page).xpath("string(//main/p[@class='lead'])") == "2 days, 4 new papers."
    assert "editions/2026/index.html" in targets(page)
    assert json.loads(figures.content) == {
        "year": 2025,
        "days": {f"2025-12-{n}": {"new": 2} for n in (30, 31)},
    }


def test_the_first_page_lists_the_last_editions() -> None:
    records = [record(day(n)) for n in range(40)] + [record(builders.week())]
    first = first_page(day(0), records)
    days = re.compile(r"editions/(\d{4}-\d\d-\d\d)/index.html")
    assert sum(bool(days.fullmatch(target)) for target in targets(first)) == 7
    assert "editions/2026-W11/index.html" in targets(first)


def test_the_first_page_of_a_day_of_fifty_papers_is_small() -> None:
    paper = builders.paper(1, abstract="Σ words and more words of it, $x^{2}$. " * 60)
    new = tuple(replace(builders.entry(n), paper=replace(paper, id=n)) for n in range(50))
    edition = day(0, new=new, trending=10, revised=5)
    records = [record(day(n)) for n in range(9)]
    page = to_home.render_index(front(edition, records), SITE, TEMPLATES, matching())
    style = next(to_site.render_static(TEMPLATES))
    assert len(page.content) + len(style.content) < 60_000
    assert {f"papers/{entry.paper.slug}/index.html" for entry in edition.entries} <= targets(page)


HEARD = [
    (Heard(listed=40, seen=37), "Of 40 papers listed, 37 had been seen before."),
    (Heard(listed=40, seen=40), "All 40 papers listed had been seen before."),
    (Heard(listed=4, seen=1), ""),
    (Heard(has_own_day=False), "No listing of that day came: its papers were listed before."),
    (
        Heard(stale=((date(2026, 3, 12), 50),)),
        "The listing of 12 March 2026 held nothing new: all its 50 papers had been seen before.",
    ),
    (Heard(missing=(date(2026, 3, 12),)), "No listing came for 12 March 2026."),
    (
        Heard(missing=(date(2026, 3, 12), date(2026, 3, 14))),
        "No listing came for 2 days from 12 March 2026 to 14 March 2026.",
    ),
    (Heard(rejected=1), ""),
    (Heard(listed=40, seen=37, rejected=2, empty=1), "2 files that came could not be read."),
]


@pytest.mark.parametrize(("heard", "words"), HEARD)
def test_the_first_page_says_why_it_is_thin(heard: Heard, words: str) -> None:
    made = replace(front(day(0)), heard=heard)
    page = parsed(to_home.render_index(made, SITE, TEMPLATES))
    told = [each.text_content() for each in page.xpath("//ul[@class='heard']/li")]
    assert (words in told) if words else told == []


def test_the_first_page_says_that_nothing_could_be_read_so_far() -> None:
    page = parsed(to_home.render_index(Front(heard=Heard(rejected=1)), SITE, TEMPLATES))
    assert page.xpath("string(//ul[@class='heard']/li)") == "1 file that came could not be read."


@pytest.mark.parametrize(
    ("edition", "title"),
    [
        (builders.week(), "Week 11 of 2026 (9–15 March)"),
        (builders.month(), "March 2026"),
    ],
)
def test_weekly_and_monthly_editions_have_their_titles(edition: Edition, title: str) -> None:
    page = parsed(to_editions.render_edition(edition, SITE, TEMPLATES))
    (heading,) = page.xpath("//h1")
    assert heading.text_content() == title
    assert heading.xpath("time/@datetime") == [edition.name]


def test_the_page_of_what_is_not_there_works_at_any_address() -> None:
    site = replace(SITE, url="https://example.org/a")
    links = parsed(to_site.render_not_found(site, TEMPLATES)).xpath("//link/@href | //p/a/@href")
    assert all(str(link).startswith("/a/") for link in links)


def test_trending_papers_have_a_picture_with_its_words_and_others_have_none() -> None:
    for file in (
        to_editions.render_edition(builders.edition(), SITE, TEMPLATES),
        first_page(builders.edition()),
    ):
        page = parsed(file)
        pictures = page.xpath("//article//*[local-name()='svg']")
        assert len(pictures) == 2
        for picture in pictures:
            assert picture.get("role") == "img"
            assert picture.get("aria-label").startswith("Listed on 5 of the last 14 days, ")
            assert (picture.get("width"), picture.get("height")) == ("112", "28")
            assert picture.xpath("ancestor::section/@aria-labelledby") == ["trending"]
        assert not page.xpath("//*[local-name()='svg']//@style | //*[local-name()='svg']//@fill")


def test_an_edition_shows_what_the_days_before_held() -> None:
    for file in (
        to_editions.render_edition(builders.edition(), SITE, TEMPLATES),
        first_page(builders.edition()),
    ):
        (figure,) = parsed(file).xpath("//figure")
        assert figure.xpath("string(*/@aria-label)") == (
            "Papers a day, 7 to 11 March: 5 to 7. 11 March: 3 new, 2 trending again, 1 revised"
        )
        legend = ["new", "trending again", "revised", "7 to 11 March"]
        assert [span.text for span in figure.xpath("figcaption/span")] == legend
    alone = builders.edition(tallies=builders.tallies(3, 2, 1)[-1:])
    assert not parsed(to_editions.render_edition(alone, SITE, TEMPLATES)).xpath("//figure")


def test_a_paper_shows_all_its_days_where_there_are_two() -> None:
    page = parsed(to_papers.render_page(seen(builders.paper(1)), SITE, TEMPLATES))
    assert page.xpath("//section[@aria-labelledby='seen']/*[local-name()='svg']/@aria-label") == [
        "Listed on 2 days from 10 March 2026 to 11 March 2026, 1st of 52 at best, 12 votes"
    ]
    once = seen(builders.paper(1)).sightings[:1]
    page = parsed(to_papers.render_page(seen(builders.paper(1), sightings=once), SITE, TEMPLATES))
    assert not page.xpath("//*[local-name()='svg']")


def told(file: Rendered) -> dict[str, str]:
    """What a page says of itself to where it is shared."""
    metas = parsed(file).xpath("//meta[@property or starts-with(@name, 'twitter:')]")
    return {meta.get("property") or meta.get("name"): meta.get("content") for meta in metas}


def test_a_shared_edition_is_shown_with_its_card_where_there_is_one() -> None:
    site = replace(SITE, has_pictures=True)
    card = {
        "og:image": "https://papers.example.org/editions/2026-03-11/card.png",
        "og:image:type": "image/png",
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:image:alt": "Wednesday 11 March 2026: "
        "3 new, 2 trending again, 1 revised, from 2 listings",
        "twitter:card": "summary_large_image",
    }
    page = to_editions.render_edition(builders.edition(), site, TEMPLATES)
    words = {
        "og:type": "article",
        "og:site_name": "Trending papers",
        "og:title": "Wednesday 11 March 2026",
        "og:description": f"{card['og:image:alt']}.",
        "og:url": "https://papers.example.org/editions/2026-03-11/",
    }
    assert told(page) == words | card
    first = told(first_page(builders.edition(), site=site))
    assert {name: first[name] for name in card} == card
    assert (first["og:type"], first["og:title"]) == ("website", "Trending papers")
    without = to_editions.render_edition(builders.edition(), SITE, TEMPLATES)
    assert told(without) == words | {"twitter:card": "summary"}


def test_a_shared_paper_is_told_in_words_and_a_page_that_is_none_tells_nothing() -> None:
    paper = told(to_papers.render_page(seen(builders.paper(1)), SITE, TEMPLATES))
    assert (paper["og:type"], paper["og:title"]) == ("article", builders.title(1))
    assert paper["twitter:card"] == "summary"
    assert told(to_site.render_not_found(SITE, TEMPLATES)) == {}


def test_the_settings_are_escaped_too() -> None:
    site = replace(SITE, title="A & <B>", description='"quoted"', author="<i>", language='e"n')
    for file in of_site(pages([day(0)], site)):
        assert not parsed(file).xpath("//i | //b")


def test_the_style_sheet_is_small_and_asks_for_nothing() -> None:
    style = next(file for file in to_site.render_static(TEMPLATES) if file.path == "style.css")
    assert len(style.content) < 16_000
    assert len(gzip.compress(style.content)) < 5_000
    assert not re.search(rb"url\(|@import|expression", style.content)


def test_a_paragraph_of_the_abstract_is_one_of_the_page() -> None:
    paper = builders.paper(1, abstract="One. <Two>.", paragraph_starts=(5,))
    edition = builders.edition(trending=0, revised=0, new=(builders.entry(1, paper=paper),))
    pages = [
        to_papers.render_page(seen(paper), SITE, TEMPLATES),
        to_editions.render_edition(edition, SITE, TEMPLATES),
        to_editions.render_edition(replace(edition, cadence=Cadence.WEEK), SITE, TEMPLATES),
    ]
    said = [
        [
            told.text_content()
            for told in parsed(page).xpath(
                "//p[@class='say'][not(ancestor::section[@aria-labelledby='cite'])]"
            )
        ]
        for page in pages
    ]
    assert said == [["One.", "<Two>."], ["One.", "<Two>."], ["One. <Two>."]]


def test_without_an_abstract_no_paragraph_stands_empty() -> None:
    paper = builders.paper(1, abstract="")
    edition = builders.edition(trending=0, revised=0, new=(builders.entry(1, paper=paper),))
    for told in (edition, replace(edition, cadence=Cadence.WEEK)):
        assert b"say" not in to_editions.render_edition(told, SITE, TEMPLATES).content
