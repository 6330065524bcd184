"""Pages of papers: who wrote them, what is near, how to cite them; the same for machines."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import Any

import builders
import pytest
import xss
from formulas import as_text
from lxml import html as lxml_html

from digest import theme
from digest.models import Paper, PaperPage, Related, Rendered, Sighting
from digest.render import text, to_papers
from digest.render.matches import Match
from digest.text.legible import legible, legible_name

TEMPLATES = theme.load(None, text.FILTERS)
SITE = builders.SITE
RIS_LINE = re.compile(r"([A-Z][A-Z0-9])  - (.*)")
SCHEMA = "https://schema.org"
RELATED = Related(
    slug="near", title="A $k$-near <paper>", authors=("Ada Almeida",), edition="2026-03-09"
)


def page(paper: Paper, **changes: Any) -> PaperPage:
    sighting = Sighting(paper_id=paper.id, day=date(2026, 3, 10), position=4, listed=50)
    values = {"paper": paper, "editions": ("2026-03-10",), "sightings": (sighting,)}
    return PaperPage(**(values | changes))


def files(told: PaperPage) -> dict[str, Rendered]:
    found = [*to_papers.render(told, SITE, TEMPLATES)]
    return {file.path.rpartition("/")[2]: file for file in found}


def parsed(file: Rendered) -> lxml_html.HtmlElement:
    return lxml_html.document_fromstring(file.content.decode())


def structured(file: Rendered) -> dict[str, Any]:
    """What a machine reads: the one script of the page, which is data."""
    (script,) = parsed(file).xpath("//script")
    assert dict(script.attrib) == {"type": "application/ld+json"}
    told: dict[str, Any] = json.loads(script.text)
    return told


def ris(content: bytes) -> list[tuple[str, str]]:
    """Read RIS as strictly as RefMan tells it: `TY` first, `ER` last, a line each, CRLF."""
    said = content.decode()
    assert said.endswith("\r\n")
    lines = said.removesuffix("\r\n").split("\r\n")
    found = [RIS_LINE.fullmatch(line) for line in lines]
    assert all(found), lines
    pairs = [(match[1], match[2]) for match in found if match]
    assert (pairs[0][0], pairs[-1]) == ("TY", ("ER", ""))
    assert [tag for tag, _ in pairs].count("TY") == [tag for tag, _ in pairs].count("ER") == 1
    return pairs


def metas(file: Rendered, kind: str) -> list[tuple[str, str]]:
    found = parsed(file).xpath(f"//meta[@{kind}]")
    return [(str(meta.get(kind)), str(meta.get("content"))) for meta in found]


def test_authors_with_a_page_are_linked_and_others_named() -> None:
    paper = builders.paper(1, authors=("Ada Almeida", "\x00", "Björn Brandt", "Chiara Castro"))
    file = files(page(paper, author_slugs={0: "ada-almeida", 2: "bjorn-brandt"}))["index.html"]
    (line,) = parsed(file).xpath("//h1/following-sibling::p[@class='who'][1]")
    assert line.text_content() == "Ada Almeida, Björn Brandt, Chiara Castro"
    assert line.xpath("a/@href") == [
        "../../authors/ada-almeida/index.html",
        "../../authors/bjorn-brandt/index.html",
    ]
    people = structured(file)["author"]
    assert [person.get("url") for person in people] == [
        "https://papers.example.org/authors/ada-almeida/",
        "https://papers.example.org/authors/bjorn-brandt/",
        None,
    ]


def test_what_is_near_is_told_with_who_and_when() -> None:
    file = files(page(builders.paper(1), related=(RELATED,)))["index.html"]
    (line,) = as_text(parsed(file)).xpath("//section[@aria-labelledby='related']//li")
    assert line.xpath("a/@href") == ["../../papers/near/index.html"]
    assert line.xpath("string(a)") == "A k-near <paper>"
    assert line.xpath("string(p)") == "Ada Almeida · 9 March 2026"
    assert not parsed(files(page(builders.paper(1)))["index.html"]).xpath("//*[@id='related']")


def test_machines_are_told_what_is_known() -> None:
    paper = builders.paper(
        2, title="On $k$-means", doi="10.1000/XYZ", keywords=("robots",), abstract="All of it."
    )
    file = files(page(paper))["index.html"]
    assert structured(file) == {
        "@context": SCHEMA,
        "@type": "ScholarlyArticle",
        "@id": "https://papers.example.org/papers/2603-00002/",
        "url": "https://papers.example.org/papers/2603-00002/",
        "name": "On k-means",
        "headline": "On k-means",
        "author": [{"@type": "Person", "name": name} for name in paper.authors],
        "datePublished": "2026-03-03",
        "abstract": "All of it.",
        "keywords": ["robots"],
        "identifier": [
            {"@type": "PropertyValue", "propertyID": "arXiv", "value": "2603.00002"},
            {"@type": "PropertyValue", "propertyID": "DOI", "value": "10.1000/XYZ"},
        ],
        "sameAs": ["https://arxiv.org/abs/2603.00002", "https://doi.org/10.1000/XYZ"],
    }
    cited = [pair for pair in metas(file, "name") if pair[0].startswith("citation_")]
    assert cited == [
        ("citation_title", "On k-means"),
        ("citation_author", "García, Chiara"),
        ("citation_author", "Hoang, Dmitri"),
        ("citation_author", "Ito, Eun-ji"),
        ("citation_publication_date", "2026/03/03"),
        ("citation_doi", "10.1000/XYZ"),
        ("citation_arxiv_id", "2603.00002"),
        ("citation_pdf_url", "https://arxiv.org/pdf/2603.00002"),
    ]
    shared = [pair for pair in metas(file, "property") if pair[0].startswith("article:")]
    assert shared == [("article:published_time", "2026-03-03"), ("article:tag", "robots")]


def test_what_is_not_known_is_not_told() -> None:
    bare = Paper(id=1, key="title:ab", slug="ab", title="", abstract="")
    file = files(page(bare, editions=(), sightings=()))["index.html"]
    address = "https://papers.example.org/papers/ab/"
    assert structured(file) == {
        "@context": SCHEMA,
        "@type": "ScholarlyArticle",
        "@id": address,
        "url": address,
        "name": "Untitled",
        "headline": "Untitled",
    }
    assert not [name for name, _ in metas(file, "name") if name.startswith("citation_")]
    assert ris(files(page(bare))["cite.ris"].content)[1:3] == [("TI", "Untitled"), ("UR", address)]


def test_a_paper_is_cited_in_three_ways_on_its_page_and_in_files() -> None:
    told = files(page(builders.paper(2, doi="10.1000/xyz", keywords=("robots",))))
    assert ris(told["cite.ris"].content) == [
        ("TY", "UNPB"),
        ("TI", builders.title(2)),
        ("AU", "García, Chiara"),
        ("AU", "Hoang, Dmitri"),
        ("AU", "Ito, Eun-ji"),
        ("PY", "2026"),
        ("DA", "2026/03/03"),
        ("PB", "arXiv"),
        ("AN", "arXiv:2603.00002"),
        ("DO", "10.1000/xyz"),
        ("KW", "robots"),
        ("UR", "https://arxiv.org/abs/2603.00002"),
        ("L1", "https://arxiv.org/pdf/2603.00002"),
        ("ER", ""),
    ]
    bibtex = told["cite.bib"].content.decode()
    assert bibtex.startswith("@misc{garcia2026quiet,\n")
    assert "abstract" not in bibtex
    shown = parsed(told["index.html"])
    assert [pre.text for pre in shown.xpath("//pre")] == [
        bibtex,
        told["cite.ris"].content.decode().replace(" \r\n", "\n").replace("\r\n", "\n"),
    ]
    assert shown.xpath("//a[@download]/@href") == [
        "../../papers/2603-00002/cite.bib",
        "../../papers/2603-00002/cite.ris",
    ]
    assert shown.xpath("string(//section[@aria-labelledby='cite']/p[1])") == (
        "Chiara García, Dmitri Hoang and Eun-ji Ito. Quiet Gradients 2: Training with a tenth of"
        " the usual communication. arXiv:2603.00002. 2026-03-03. https://arxiv.org/abs/2603.00002"
    )


def hostile(words: str) -> dict[str, Rendered]:
    paper = builders.paper(
        1,
        title=words,
        abstract=words,
        authors=(words, words),
        keywords=(words,),
        summary=words,
        doi=words,
        arxiv_id=words,
        published=words,
        url=words,
        links=((words, words),),
    )
    near = Related(slug="near", title=words, authors=(words,), edition="2026-03-09")
    return files(page(paper, related=(near,), author_slugs={0: "a"}))


@pytest.mark.parametrize("words", xss.STRINGS + xss.URLS)
def test_nothing_hostile_breaks_out_of_what_machines_read(words: str) -> None:
    told = hostile(words)
    data = structured(told["index.html"])
    assert data["name"] == (legible(words) or "Untitled")
    assert [person["name"] for person in data.get("author", ())] == [
        legible_name(name) for name in (words, words) if legible_name(name)
    ]
    (script,) = re.findall(rb"<script[^>]*>(.*)</script>", told["index.html"].content, re.DOTALL)
    assert not re.search("[<>&'\u2028\u2029]", script.decode())
    for address in data.get("sameAs", ()):
        assert address.startswith(("https://", "http://", "mailto:"))
    tags = {tag for tag, _ in ris(told["cite.ris"].content)}
    assert tags <= {"TY", "TI", "AU", "PY", "DA", "PB", "AN", "DO", "KW", "UR", "L1", "ER"}
    for name, content in metas(told["index.html"], "name"):
        assert "\n" not in content, name
    bibtex = told["cite.bib"].content.decode()
    assert bibtex.count("{") - bibtex.count("\\{") == bibtex.count("}") - bibtex.count("\\}")


def test_a_moved_paper_points_on_and_its_files_cite_the_other() -> None:
    told = files(page(builders.paper(1), moved_to=builders.paper(2)))
    assert not parsed(told["index.html"]).xpath("//script | //details")
    other = files(page(builders.paper(2)))
    assert told["cite.ris"].content == other["cite.ris"].content


def test_the_page_of_a_usual_paper_is_small() -> None:
    near = (RELATED,) * 5
    slugs = dict.fromkeys(range(8), "somebody-or-other")
    told = files(page(builders.paper(7, keywords=("a", "b")), related=near, author_slugs=slugs))
    assert len(told["index.html"].content) < 15_000


def test_topics_are_tags_before_keywords() -> None:
    class One:
        topics = ()

        def of(self, _: Paper) -> tuple[Match, ...]:
            return (Match(title="Machines", name="machines"),)

    told = page(builders.paper(1, keywords=("robots", "Machines")))
    file = to_papers.render_page(told, SITE, TEMPLATES, One())  # type: ignore[arg-type]
    tags = [words for name, words in metas(file, "property") if name == "article:tag"]
    assert tags == ["Machines", "robots"]
