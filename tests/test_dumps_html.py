"""The page as a browser saved it: its own data, else its articles, else a clear refusal."""

import html
import io
import json

import pytest

from digest.dumps import HeaderDay, Limits, read
from digest.errors import Damaged, NotADump, TooBig

ITEMS = [
    {
        "paper": {
            "id": f"3105.0000{number}",
            "title": f'Garden & <Harbour> "{number}"',
            "summary": "Gardens\ngrow.",
            "authors": [{"name": "Ada Quill", "hidden": False}],
            "publishedAt": "2031-05-06T17:27:20.000Z",
            "upvotes": number,
        }
    }
    for number in range(1, 4)
]


def props(**more: object) -> str:
    return html.escape(json.dumps({"dailyPapers": ITEMS, **more}), quote=True)


def article(number: int, title: str = "") -> str:
    link = f"https://huggingface.co/papers/3105.0000{number}"
    return (
        f'<article><a href="{link}"><img src="x.png"></a>'
        f'<a href="/login?next=%2Fpapers%2F3105.0000{number}"><div>{number}4</div></a>'
        f'<h3><a href="{link}">{title or f"Garden <i>number</i> {number}"}</a></h3>'
        f"<p>Gardens grow by rules that\n nobody wrote down, number {number}.</p>"
        f'<a href="{link}#community">{number}</a></article>'
    )


def page(body: str) -> str:
    return (
        f"<!DOCTYPE html>\n<html><head><title>Daily Papers</title></head><body>{body}</body></html>"
    )


def listing(text: str | bytes, limits: Limits | None = None):
    raw = text if isinstance(text, bytes) else text.encode()
    return read(io.BytesIO(raw), limits or Limits())


@pytest.mark.parametrize("tag", ["div", "section", "main"])
@pytest.mark.parametrize("quote", ['"', "'"])
def test_the_pages_own_data_is_read_from_any_element(tag, quote):
    other = '<div data-props="{&quot;a&quot;:1}"></div>'
    found = listing(page(f"{other}<{tag} class='x' data-props={quote}{props()}{quote}></{tag}>"))
    papers = list(found.papers)
    assert found.format == "page-html"
    assert [paper.arxiv_id for paper in papers] == ["3105.00001", "3105.00002", "3105.00003"]
    assert papers[0].title == 'Garden & <Harbour> "1"'
    assert papers[0].abstract == "Gardens grow."
    assert [paper.votes for paper in papers] == [1, 2, 3]


def test_the_pages_own_data_tells_where_paragraphs_begin():
    item = {"paper": {**ITEMS[0]["paper"], "summary": "Gardens\ngrow.\n  They do."}}
    told = html.escape(json.dumps({"dailyPapers": [item]}), quote=True)
    (paper,) = listing(page(f'<div data-props="{told}"></div>')).papers
    assert (paper.abstract, paper.paragraph_starts) == ("Gardens grow. They do.", (14,))


@pytest.mark.parametrize(
    "told", [{"date": "2031-05-08T00:00:00.000Z"}, {"dateString": "2031-05-08"}]
)
def test_the_day_is_told_by_the_data(told):
    found = listing(page(f'<div data-props="{props(**told)}"></div>'))
    assert found.day == HeaderDay(month=5, day=8, year=2031)


def test_articles_are_read_where_the_data_is_missing():
    papers = list(listing(page(article(1) + article(2) + article(1))).papers)
    assert [paper.title for paper in papers] == ["Garden number 1", "Garden number 2"]
    assert [paper.arxiv_id for paper in papers] == ["3105.00001", "3105.00002"]
    assert [paper.votes for paper in papers] == [14, 24]
    assert [paper.comments for paper in papers] == [1, 2]
    assert papers[0].abstract == "Gardens grow by rules that nobody wrote down, number 1."


def test_an_article_without_a_title_is_skipped_and_told():
    found = listing(page("<article><p>no link</p></article>" + article(2)))
    assert [paper.title for paper in found.papers] == ["Garden number 2"]
    assert "article 1" in found.notes[0]


def test_a_page_without_papers_is_recognised():
    found = listing(page('<div data-props="{&quot;dailyPapers&quot;:[]}"></div>'))
    assert list(found.papers) == []
    assert list(listing(page("<main>none today</main>")).papers) == []


def test_another_page_is_no_dump():
    with pytest.raises(NotADump, match="HTML"):
        listing("<!doctype html><html><body><p>Gardening for all</p></body></html>")


def test_html_cut_anywhere_is_damaged_or_whole():
    text = page(f'<div data-props="{props()}"></div>')
    whole = text.index("></div>")
    for end in range(60, len(text), 7):
        if end >= whole:
            assert len(list(listing(text[:end]).papers)) == 3
            continue
        with pytest.raises(Damaged) as caught:
            list(listing(text[:end]).papers)
        assert caught.value.is_cut


def test_articles_cut_are_damaged():
    text = page(article(1) + article(2))
    with pytest.raises(Damaged) as caught:
        listing(text[: text.index("</body>")])
    assert caught.value.is_cut


def test_html_too_deep_does_no_harm():
    deep = page("<div>" * 10_000 + article(1))
    titles = [paper.title for paper in listing(deep).papers]
    assert titles in ([], ["Garden number 1"])
    data = "{&quot;dailyPapers&quot;:" + "[" * 10_000
    with pytest.raises(TooBig):
        listing(page(f'<div data-props="{data}"></div>'))


def test_scripts_and_markup_in_titles_stay_text():
    (paper,) = listing(page(article(1, "A &lt;script&gt;alert(1)&lt;/script&gt; title"))).papers
    assert paper.title == "A <script>alert(1)</script> title"


def test_articles_are_read_where_the_data_is_broken():
    broken = props().replace("dailyPapers&quot;:", "dailyPapers&quot;;", 1)
    found = listing(page(f'<div data-props="{broken}"></div>' + article(1) + article(2)))
    assert [paper.arxiv_id for paper in found.papers] == ["3105.00001", "3105.00002"]
    assert "its articles were read" in found.notes[0]
    with pytest.raises(Damaged, match="broken"):
        listing(page(f'<div data-props="{broken}"></div>'))


def test_markdown_that_begins_with_a_tag_is_no_html():
    text = '<div class="x">\n\n# Daily Papers\n\nby AK and the research community\n\n'
    for number in range(1, 5):
        text += f"### [Garden number {number}](/papers/3105.0000{number})\n\nIt grows.\n\n"
    found = listing(text + "</div>\n")
    assert found.format == "page-text"
    assert len(list(found.papers)) == 4
