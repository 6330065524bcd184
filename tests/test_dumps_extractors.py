"""What extractors leave between the papers and inside their texts, as real ones were seen to."""

import pytest
from invented_pages import HEADS, LONG, PAPERS, check, papers_of, wrapped

RIBBONS = {
    "html2text": "[\n\n  * ![](a.png)\n  * ·\n\n5 authors](/papers/3105.00001)"
    "[3](/papers/3105.00001#community)[1.23k](https://example.org/code)",
    "turndown with references": "[\n\n-   ![](a.png)\n-   ·\n\n5 authors\n\n][28][3][29][1.2k][30]",
    "an organisation's link": "[Guild of Lamps·\n\n5 authors](/papers/3105.00001)[3](/x)",
    "votes in a link": "[Upvote\n\n10](/login?next=x)[GitHub 12](https://x.org)"
    "[arXiv Page](https://arxiv.org/abs/3105.00001)",
    "words": "[View PDF](https://x.org/a) [View arXiv page](https://x.org/b) [⭐ 12](/c)4 comments",
    "wrapped words": "[View PDF](https://x.org/a) [View arXiv\npage](https://x.org/b) 4 comments",
    "pictures' places": "[IMG]\n\n[28][a]\n\n5 authors",
    "fences": ":::\n\n::: {.flex .items-center}\n5 authors\n:::\n\n</div>",
    "a picture as data": "![](data:image/svg+xml;base64,PHN2ZyBjbGFzcz0ieCIg){.x}",
}


@pytest.mark.parametrize("ribbon", RIBBONS)
def test_rows_of_links_are_no_papers_and_no_abstracts(ribbon):
    text = HEADS["menu"]
    for paper in PAPERS:
        text += f"### [{paper.title}](/papers/{paper.id})\n\n{wrapped(paper.abstract, 78)}\n\n"
        text += RIBBONS[ribbon] + "\n\n"
    check(text)


TITLES = {
    "html": '### <a href="/papers/{id}" class="x">{title}</a>',
    "shortcut": "### [{title}]",
    "address behind": "{title} (/papers/{id})",
}


@pytest.mark.parametrize("title", TITLES)
def test_titles_are_taken_out_of_their_links(title):
    text = HEADS["titled"]
    for paper in PAPERS:
        text += TITLES[title].format(id=paper.id, title=paper.title)
        text += f"\n\n{paper.abstract}\n\n"
    check(text)


COLLECTED = {
    "one line": "Paper • {id} • Published May 7, 2031 • 12",
    "lines": "Paper\n\n•\n\n{id}\n\n•\n\nPublished\n\nMay 7, 2031\n\n•\n\n12",
    "touching lines": "Paper\n•\n{id}\n•\nPublished\nMay 7, 2031\n•\n12",
}


@pytest.mark.parametrize("row", COLLECTED)
def test_a_collection_gives_its_titles_with_their_ids(row):
    text = "Lamps to read\n\nPapers I read on trains.\n\n"
    for paper in PAPERS:
        text += f"{paper.title}\n\n{COLLECTED[row].format(id=paper.id)}\n\n"
    papers = papers_of(text)
    assert [paper.title for paper in papers] == [paper.title for paper in PAPERS]
    assert [paper.arxiv_id for paper in papers] == [p.id.removesuffix("v2") for p in PAPERS]
    assert {paper.abstract for paper in papers} == {""}


MARKED = LONG + r" It costs 48.1\% of `oil', a_b and [oil](https://x.org/a) by \textbf{far}."


@pytest.mark.parametrize("escaped", ["\\_*[]`", "_*"])
def test_escapes_of_an_extractor_are_undone_and_latex_stays(escaped):
    text = HEADS["menu"]
    for paper in PAPERS:
        abstract = MARKED
        for mark in escaped:
            abstract = abstract.replace(mark, "\\" + mark)
        text += f"### [{paper.title}](/papers/{paper.id})\n\n{abstract}\n\n"
    assert {paper.abstract for paper in papers_of(text)} == {MARKED}


@pytest.mark.parametrize("width", [72, 78, 90])
def test_titles_that_touch_their_abstracts_part_from_them_on_wrapped_pages(width):
    text = HEADS["plain"]
    plain = [paper for paper in PAPERS if paper.abstract[0].isalpha()]
    for paper in plain:
        title = "Lanterns of Tidal Gardens and Harbours for Slow Observers: Learning to " * 2
        title = f"{paper.id} {title}"[: width - 1].strip().ljust(width, "s")
        text += f"{title}\n{wrapped(paper.abstract, width)}\n5 authors · May 7, 2031\n12\n"
    abstracts = [paper.abstract for paper in papers_of(text)]
    assert abstracts == [paper.abstract for paper in plain]


def test_rows_right_under_a_full_line_are_rows():
    text = HEADS["plain"]
    for paper in PAPERS:
        text += f"{paper.title}\n\n{wrapped(paper.abstract, 72)}\n     *\n     * ·\n"
        text += "   5 authors · May 7, 2031\n\n"
    check(text)


def test_addresses_cut_at_their_marks_become_whole():
    tail = "The lamps are at https://example.org/slow-lamps/of/all{https://example.org/x}."
    abstract = f"{LONG} {tail}"
    text = HEADS["plain"]
    for paper in PAPERS:
        cut = wrapped(f"{LONG} The lamps are at https://", 72)
        text += f"{paper.title}\n\n{cut}\n{tail.split('https://', 1)[1]}\n\n"
    assert {paper.abstract for paper in papers_of(text)} == {abstract}
