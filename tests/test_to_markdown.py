"""Markdown: one structure and exactly the given text, whichever renderer reads it."""

from __future__ import annotations

import re
from dataclasses import replace

import builders
import golden
import pytest
import xss
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html
from markdown import markdown as python_markdown
from markdown_it import MarkdownIt

from digest import theme
from digest.models import Edition, Entry, Section
from digest.render import text, to_markdown
from digest.text.legible import legible, legible_name

TEMPLATES = theme.load(None, text.FILTERS)
READERS = {
    "commonmark": MarkdownIt("commonmark").render,
    "tables and strikethrough": MarkdownIt("commonmark").enable(["table", "strikethrough"]).render,
    "typographer off, html off": MarkdownIt("js-default", {"html": False}).render,
    "as GitHub": MarkdownIt("gfm-like", {"linkify": False}).render,
    "python-markdown": python_markdown,
    "python-markdown extra": lambda source: python_markdown(source, extensions=["extra"]),
}

MARKS = (
    *"*_[]()<>&#!`~|\\${}^=+-:./@'\"%?,;12abxAé中 \u00a0\u00ad\u200d😀",
    *("&copy;", "&#65;", "http://", "//", "www.", "a@b.de", "[^1]", "[x]: u", "]: u", "1)", "1. "),
    *("- ", "---", "===", ":tada:", "<!--", "-->", "<b>", "</a>", "==", "[ ] ", "```", "~~~"),
    *("mailto:", "{#id}", "{: .c}", "*[HTML]: x", "\\$", "$$", "\\(", "\t", "\n", "| --- |", "\\"),
)
HARD = st.one_of(st.lists(st.sampled_from(MARKS), max_size=14).map("".join), st.text(max_size=20))


def rendered(edition: Edition) -> str:
    (file,) = to_markdown.render(edition, builders.SITE, TEMPLATES)
    assert file.path == f"editions/{edition.name}/digest.md"
    return file.content.decode()


def with_text(title: str, abstract: str, author: str, reason: str) -> Edition:
    """One paper that says a text wherever a dump has a say."""
    paper = builders.paper(1, title=title, abstract=abstract, authors=(author,), links=())
    entry = builders.entry(1, Section.NEW, paper=paper, reason=reason)
    return builders.edition(trending=0, revised=0, new=(entry,))


def page(source: str, reader: str) -> lxml_html.HtmlElement:
    return lxml_html.fragment_fromstring(READERS[reader](source), create_parent="main")


def skeleton(element: lxml_html.HtmlElement) -> list[tuple[str, dict[str, str]]]:
    return [(str(each.tag), dict(each.attrib)) for each in element.iter()]


@pytest.mark.parametrize("reader", READERS)
def test_hostile_text_is_shown_as_it_is_and_makes_no_markup(reader: str) -> None:
    benign = page(rendered(with_text("<1>", "<2>", "<3>", "<4>")), reader)
    for hostile in xss.STRINGS:
        found = page(rendered(with_text(hostile, hostile, hostile, hostile)), reader)
        shown = legible(hostile), legible(hostile), legible_name(hostile), text.one_line(hostile)
        expected = benign.text_content()
        for number, words in enumerate(shown, 1):
            expected = expected.replace(f"<{number}>", words.replace("<", "\0"))
        assert skeleton(found) == skeleton(benign), hostile
        assert found.text_content() == expected.replace("\0", "<"), hostile


@pytest.mark.parametrize("reader", READERS)
@settings(max_examples=150, deadline=None)
@example("www.x_y")  # a GFM reader takes what follows for an address, backslashes and all
@example("]: u")  # python-markdown takes it for the definition of a link
@example("[^1]: a")
@given(HARD)
def test_any_text_is_given_back_in_any_place(reader: str, hard: str) -> None:
    words = text.one_line(hard)
    if not words:
        return
    told = text.markdown_escape(hard)
    places = f"# A: {told}\n\n### 1\\. [{told}](u)\n\n*{told}* · B\n\n{told}\n\n{told}\n\n"
    found = page(f"{places}[{told}](u) · [{told}](u)", reader)
    assert [str(element.tag) for element in found.iter()] == [
        *("main", "h1", "h3", "a", "p", "em", "p", "p", "p", "a", "a")
    ]
    assert [" ".join(element.text_content().split()) for element in found] == [
        *(f"A: {words}", f"1. {words}", f"{words} · B", words, words, f"{words} · {words}")
    ]


@pytest.mark.parametrize("hard", ["a@b.de", "www.a", "http://a.de", "//a", "a.de", "$x$", ":tada:"])
def test_nothing_is_left_that_an_extension_would_make_more_of(hard: str) -> None:
    """Readers that make links, faces and formulas look for these in the source or in runs of it."""
    assert not re.search(r"[@$]|//|[a-z]\.[a-z]|:[a-z]+:", text.markdown_escape(hard))


@pytest.mark.parametrize("reader", READERS)
def test_every_ascii_mark_is_given_back_wherever_it_stands(reader: str) -> None:
    patterns = ("{} a", "a {} b", "a{}b", "a {}", "{}", "{0}a{0}", "a{0}{0}b", "{0}{0}{0}", "1{} a")
    words = [pattern.format(chr(code)) for code in range(33, 127) for pattern in patterns]
    shown = [legible(text) for text in words]
    papers = [builders.paper(1, title=text, abstract=text) for text in words]
    entries = tuple(builders.entry(1, paper=paper) for paper in papers)
    found = page(rendered(builders.edition(new=entries, trending=0, revised=0)), reader)
    assert [link.text_content() for link in found.findall(".//h3/a")] == shown
    assert [p.text_content() for p in found.findall(".//p")][3:-3:4] == shown


@pytest.mark.parametrize("hostile", xss.URLS)
def test_links_lead_to_the_web_only(hostile: str) -> None:
    links = (("code", hostile), (hostile, "https://example.org/a"))
    paper = builders.paper(1, url=hostile, arxiv_id=None, links=links)
    edition = builders.edition(trending=0, revised=0, new=(builders.entry(1, paper=paper),))
    for reader in READERS:
        for link in page(rendered(edition), reader).findall(".//a"):
            assert link.get("href") == text.web_address(link.get("href"))
            assert set(link.attrib) == {"href"}


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org/a(b)c",
        "https://example.org/?a=1&copy=2&amp;lt=3",
        "https://example.org/a_b_c*d*e~f~",
        "https://example.org/a b",
    ],
)
def test_a_link_target_reaches_the_reader_unchanged(address: str) -> None:
    edition = builders.edition(
        trending=0, revised=0, new=(builders.entry(1, paper=builders.paper(1, url=address)),)
    )
    for reader in READERS:
        found = page(rendered(edition), reader).find(".//h3/a")
        assert found is not None
        assert found.get("href") == text.web_address(address)


def test_a_paper_without_an_address_links_to_its_page() -> None:
    bare = {"url": None, "arxiv_id": None, "links": ()}
    entries = (
        builders.entry(1, paper=builders.paper(1, **bare)),
        builders.entry(2, paper=builders.paper(2, **bare | {"doi": "10.1000/x<y>"})),
        builders.entry(3, paper=builders.paper(3, **bare | {"arxiv_id": "hep-th/9901001"})),
    )
    found = page(rendered(builders.edition(trending=0, revised=0, new=entries)), "commonmark")
    assert [link.get("href") for link in found.findall(".//h3/a")] == [
        "https://papers.example.org/papers/2603-00001/",
        "https://doi.org/10.1000/x%3Cy%3E",
        "https://arxiv.org/abs/hep-th/9901001",
    ]


def test_all_sections_stand_and_an_empty_one_says_so() -> None:
    found = page(rendered(builders.edition(0, 0, 0)), "commonmark")
    assert [h2.text_content() for h2 in found.findall("h2")] == ["New", "Trending again", "Revised"]
    paragraphs = [p.text_content() for p in found.findall("p")]
    assert "Nothing in the listings was new." in paragraphs
    assert paragraphs[0].startswith("Nothing new, from 2 listings.")


def test_a_note_is_markdown_and_stays_in_its_place() -> None:
    first = replace(builders.entry(1), note="~~~\nan open fence\n\n# a heading")
    edition = builders.edition(
        trending=0, revised=0, new=(first, builders.entry(2)), note="*Good*\n\n- day"
    )
    found = page(rendered(edition), "commonmark")
    assert len(found.findall("h3")) == 2
    assert found.find("blockquote/p/em") is not None
    assert found.find("blockquote/ul/li") is not None


def test_what_the_editor_chose_says_so() -> None:
    chosen: Entry = builders.entry(1, is_pinned=True, reason="5 votes")
    source = rendered(builders.edition((chosen,), 0, 0))
    assert "\n\n*5 votes* · The editor’s choice\n\n" in source
    bare = replace(chosen, reason="")
    assert "\n\nThe editor’s choice\n\n" in rendered(builders.edition((bare,), 0, 0))
    assert "choice" not in rendered(builders.edition((builders.entry(1),), 0, 0))


def test_the_same_edition_gives_the_same_bytes() -> None:
    assert rendered(builders.week()) == rendered(builders.week())


@pytest.mark.parametrize(
    ("name", "edition"),
    [
        ("day", builders.edition(note="A *quiet* day.")),
        ("week", builders.week(new=builders.entries(range(1, 3)))),
        ("empty", builders.edition(0, 0, 0)),
    ],
)
def test_golden(name: str, edition: Edition) -> None:
    golden.check(name, to_markdown.render(edition, builders.SITE, TEMPLATES))


@pytest.mark.parametrize("reader", READERS)
def test_a_paragraph_of_the_abstract_is_one_of_markdown(reader: str) -> None:
    paper = builders.paper(1, abstract="One *is* 1. 2. Two. - Three.", paragraph_starts=(12, 20))
    edition = builders.edition(
        trending=0, revised=0, new=(builders.entry(1, Section.NEW, paper=paper),)
    )
    told = lxml_html.fromstring(f"<main>{READERS[reader](rendered(edition))}</main>")
    texts = [paragraph.text_content() for paragraph in told.iter("p")]
    at = texts.index("One *is* 1.")
    assert texts[at : at + 3] == ["One *is* 1.", "2. Two.", "- Three."]
