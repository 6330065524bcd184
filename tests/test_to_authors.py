"""Authors' pages, their list and their feeds: what they show, whose links hold, what is safe."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

import builders
import feed_rules
import pytest
import xss
from flow import make
from formulas import as_text
from lxml import etree
from lxml import html as lxml_html

from digest import theme
from digest.cli import work
from digest.models import Author, Authored, AuthorPage, Paper, Rendered, Shelf
from digest.render import text, to_author_feeds, to_authors
from digest.render.matches import NO_TOPICS

TEMPLATES = theme.load(None, text.FILTERS)
SITE = builders.SITE
SAMPLES = Path(__file__).parents[1] / "config" / "samples"
ADA = Author(slug="ada-almeida", name="Ada Almeida", letter="a")
AT = datetime(2026, 3, 11, 6, tzinfo=UTC)


def authored(n: int) -> Authored:
    at = AT - timedelta(days=n)
    paper = builders.paper(n)
    told = {name: getattr(paper, name) for name in ("id", "key", "slug", "title", "authors")}
    return Authored(**told, edition=f"{at:%Y-%m-%d}", announced=at)


def papers(numbers: Collection[int]) -> dict[int, Paper]:
    return {number: builders.paper(number) for number in numbers}


def page(count: int = 3, **changes: object) -> AuthorPage:
    values = {"author": ADA, "papers": tuple(map(authored, range(1, count + 1)))}
    return AuthorPage(**(values | changes))  # type: ignore[arg-type]


def feeds(told: AuthorPage) -> dict[str, bytes]:
    made = to_author_feeds.AuthorFeeds(SITE, TEMPLATES, NO_TOPICS, papers).render(told)
    return {file.path: file.content for file in made}


def parsed(file: Rendered) -> lxml_html.HtmlElement:
    return lxml_html.document_fromstring(file.content.decode())


def test_an_authors_page_shows_their_papers_and_names_their_feeds() -> None:
    file = to_authors.render_author(page(more=4), SITE, TEMPLATES)
    shown = as_text(parsed(file))
    assert file.path == "authors/ada-almeida/index.html"
    assert shown.xpath("string(//h1)") == "Ada Almeida"
    assert shown.xpath("string(//p[@class='lead'])") == (
        "7 papers here under this name, the latest first."
    )
    assert [h2.text_content() for h2 in shown.xpath("//article/h2")] == [
        builders.title(n) for n in (1, 2, 3)
    ]
    assert shown.xpath("//article//time/@datetime") == ["2026-03-10", "2026-03-09", "2026-03-08"]
    assert shown.xpath("string(//p[@class='quiet'])") == "and 4 earlier papers."
    own = [f"../../feeds/authors/ada-almeida.{end}" for end in ("rss.xml", "atom.xml", "json")]
    assert shown.xpath("//link[@rel='alternate']/@href")[:3] == own
    assert shown.xpath("//p[@class='go']/a/@href")[:3] == own


def test_an_author_whose_papers_went_still_has_a_page_and_feeds() -> None:
    file = to_authors.render_author(page(0), SITE, TEMPLATES)
    assert b"0 papers here" in file.content
    for path, content in feeds(page(0)).items():
        assert b"Ada Almeida" in content, path


def test_the_list_leads_to_every_shelf_and_those_of_late() -> None:
    zoe = Author(slug="zoe-zimt", name="Zoe Zimt", letter="z", papers=3)
    late = (replace(ADA, papers=4), zoe)
    shelves = (Shelf(number=2, first=ADA, last=ADA), Shelf(number=1, first=ADA, last=zoe))
    shown = parsed(to_authors.render_authors(late, shelves, SITE, TEMPLATES))
    (first, second) = shown.xpath("//ul[@class='names']")
    assert [" ".join(li.text_content().split()) for li in first] == ["Ada Almeida 4", "Zoe Zimt 3"]
    assert second.xpath(".//a/@href") == [
        "../authors/by/2/index.html",
        "../authors/by/1/index.html",
    ]
    assert [" ".join(li.text_content().split()) for li in second] == [
        "A Ada Almeida",
        "A Ada Almeida to Zoe Zimt",
    ]
    empty = to_authors.render_authors((), (), SITE, TEMPLATES)
    assert "Nobody has two papers here yet" in empty.content.decode()


def test_a_shelf_shows_its_authors_by_letter() -> None:
    people = (ADA, replace(ADA, slug="a-b", letter="b"), replace(ADA, slug="x", letter="李"))
    signs = (*people, replace(ADA, slug="y", letter="3"))
    shown = parsed(to_authors.render_shelf(7, signs, SITE, TEMPLATES))
    assert [h2.text for h2 in shown.xpath("//h2")] == ["A", "B", "李", "#"]
    assert len(shown.xpath("//ul/li/a")) == 4


@pytest.mark.parametrize("words", xss.STRINGS)
def test_hostile_names_are_text(words: str) -> None:
    author = replace(ADA, name=text.one_line(words), letter=words[:1])
    for file, benign in zip(pages_of(author), pages_of(ADA), strict=True):
        tags = [each.tag for each in parsed(file).iter()]
        assert tags == [each.tag for each in parsed(benign).iter()]
    for path, content in feeds(page(author=author)).items():
        if path.endswith("json"):
            json.loads(content)
        else:
            etree.fromstring(content)


def pages_of(author: Author) -> list[Rendered]:
    shelf = Shelf(number=1, first=author, last=replace(author, name=f"{author.name}.", slug="b"))
    return [
        to_authors.render_author(page(author=author), SITE, TEMPLATES),
        to_authors.render_authors((author,), (shelf,), SITE, TEMPLATES),
        to_authors.render_shelf(1, (author,), SITE, TEMPLATES),
    ]


def test_feeds_of_an_author_keep_ids_and_each_entry_as_it_is() -> None:
    told = feeds(page(25))
    assert [*told] == [
        f"feeds/authors/ada-almeida.{end}" for end in ("rss.xml", "atom.xml", "json")
    ]
    atom = etree.fromstring(told["feeds/authors/ada-almeida.atom.xml"])
    names = {"a": "http://www.w3.org/2005/Atom"}
    ids = atom.xpath("a:entry/a:id/text()", namespaces=names)
    for path, content in told.items():
        if not path.endswith("json"):
            assert feed_rules.complaints(content, f"{SITE.url}/{path}") == []
    assert len(ids) == to_author_feeds.MOST_ENTRIES
    assert ids[0] == "tag:digest.papers.example.org,2026-01-01:paper/arxiv:2603.00001"
    assert atom.xpath("a:id/text()", namespaces=names) == [
        "tag:digest.papers.example.org,2026-01-01:author/ada-almeida"
    ]
    same = page(2, papers=tuple(replace(authored(n), announced=AT) for n in (1, 2)))
    alone = page(1, papers=(replace(authored(2), announced=AT),))
    of_two, of_one = (
        etree.fromstring(feeds(each)["feeds/authors/ada-almeida.atom.xml"])
        for each in (same, alone)
    )
    entries = of_two.xpath("a:entry", namespaces=names)
    (entry,) = of_one.xpath("a:entry", namespaces=names)
    assert etree.tostring(entries[1]) == etree.tostring(entry)
    updated = of_two.xpath("a:entry/a:updated/text()", namespaces=names)
    assert updated == sorted(updated, reverse=True)
    assert len(set(updated)) == 2


OWN_JSON = "feeds/authors/ada-almeida.json"


@pytest.fixture
def published() -> dict[str, bytes]:
    """What an author's feeds were when the last publish was over: of the papers 2 and 3."""
    return feeds(page(papers=(authored(2), authored(3))))


def fed(told: AuthorPage, held: dict[str, bytes], changed: tuple[int, ...]) -> dict[str, bytes]:
    made = to_author_feeds.AuthorFeeds(SITE, TEMPLATES, NO_TOPICS, papers, held.get, changed)
    return {file.path: file.content for file in made.render(told)}


def test_what_stands_in_an_authors_feed_is_taken_from_there(published: dict[str, bytes]) -> None:
    """A paper that came, one that changed, one that did not: the feeds are as if made anew."""
    old = published[OWN_JSON].decode()
    before = {OWN_JSON: old.replace(builders.title(2), "Of before").encode()}
    assert before[OWN_JSON] != published[OWN_JSON]
    assert fed(page(3), before, changed=(1, 2)) == feeds(page(3))
    assert b"Of before" in fed(page(3), before, changed=(1,))[OWN_JSON]
    later = page(papers=(authored(1), replace(authored(2), announced=AT), authored(3)))
    assert fed(later, published, changed=(1,)) == feeds(later)


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("{", ""),
        ('"items"', '"entries"'),
        ('"title": "', '"title": 3, "was": "'),
        ('"authors"', '"authors": [{"name": []}], "were"'),
        ('"id": "tag:', '"id": "tag:other.'),
    ],
)
def test_an_authors_feed_that_is_damaged_is_not_believed(
    published: dict[str, bytes], was: str, now: str
) -> None:
    damaged = published[OWN_JSON].decode().replace(was, now).encode()
    assert fed(page(3), {OWN_JSON: damaged}, changed=(1,)) == feeds(page(3))


def test_papers_of_other_authors_are_not_looked_for_twice(published: dict[str, bytes]) -> None:
    asked: list[str] = []

    def held(path: str) -> bytes | None:
        asked.append(path)
        return published.get(path)

    renderer = to_author_feeds.AuthorFeeds(SITE, TEMPLATES, NO_TOPICS, papers, held, (1,))
    for slug in ("ada-almeida", "b"):
        list(renderer.render(page(author=replace(ADA, slug=slug))))
    assert asked == [OWN_JSON]


def test_every_link_of_what_is_published_leads_to_a_file(tmp_path: Path) -> None:
    """Days one by one, each published by what changed; then nothing is left to be rendered."""
    letter = make(tmp_path, datetime(2026, 3, 12, 18, tzinfo=UTC))
    for dump in sorted(SAMPLES.glob("2026*")):
        letter.drop(dump.name, dump.read_bytes())
        work.ingest(letter, None)
        work.publish(letter, everything=False)
    output = letter.output.folder
    assert len([*output.glob("authors/*/index.html")]) > 20
    assert work.publish(letter, everything=True) == ()
    for path in output.rglob("*.html"):
        shown = lxml_html.document_fromstring(path.read_text("utf-8"))
        for link in map(str, shown.xpath("//@href | //@src")):
            parts = urlsplit(link)
            if not parts.scheme and parts.path and not parts.path.startswith("/"):
                target = posixpath.normpath(path.parent / unquote(parts.path))
                assert Path(target).is_file(), (path, link)
