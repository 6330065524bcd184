"""One invented page through many invented extractors, crossed: always the same papers."""

import io
import itertools
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.dumps import Limits, read


@dataclass(frozen=True)
class Invented:
    title: str
    abstract: str
    id: str
    user: str = "quillwort"
    votes: int = 12
    comments: int = 3
    authors: int = 5
    day: str = "2031-05-07"


_LONG = (
    "Tidal gardens grow by rules that nobody wrote down, and existing methods guess them from "
    "pictures alone. We propose a slow observer that keeps every guess it ever made and weighs it "
    "against the water level of the following week. On three public datasets of invented harbours "
    "the observer needs 40.5% fewer pictures than the best network known before, and its errors "
    "are small where it matters (i.e., near the sluices). We also show that the weights can be "
    "learned without labels; the proof uses only $O(n \\log n)$ comparisons. Code and all the "
    "harbours are available at https://example.org/tidal-gardens."
)
PAPERS = (
    Invented("Tidal Gardens: Learning Slow Observers of Harbours", _LONG, "3105.00001"),
    Invented(
        "Is a Lantern Enough? On the Limits of Single-Light Navigation",
        "Lanterns are cheap. " + _LONG.replace("Tidal gardens grow", "Ships steer"),
        "3105.00002v2",
        votes=1204,
    ),
    Invented(
        "iFog: a 1.58-bit model of mist",
        "3D mist is hard: " + _LONG.replace("Tidal gardens", "Mists"),
        "3105.00003",
        user="a-b_c",
        authors=1,
        comments=0,
    ),
    Invented(
        "Are Weather Vanes Vulnerable to Preference-Undermining Gusts (PUG)? A Factorial Analysis "
        "Methodology for Diagnosing the Trade-off between Pointing North and Real-World Squeaking",
        '"Squeaking" has many causes. ' + _LONG.replace("Tidal gardens", "Weather vanes"),
        "3105.00004",
    ),
    Invented("Orrery", "We present Orrery. " + _LONG.replace("Tidal", "Brass"), "3105.00005"),
    Invented(
        "2041: 70 years of state-of-the-art bell-founding in review!",
        "Bells ring. " + _LONG.replace("Tidal gardens", "Bells") + " Project page: https://x.org/b",
        "3105.00006",
        day="2031-04-30",
    ),
)
_BANNER = "new\n\nGet trending papers in your email inbox!\n\nSubscribe\n\n"
_MENU = "Hugging Face\n\n  * Models\n  * Datasets\n  * Spaces\n\n  * Log In\n  * Sign Up\n\n"
_FOOT = (
    "Previous Next\n\nCompany\n\n© Hugging Face\n\nTOS Privacy About Jobs\n\nWebsite\n\nModels Docs"
)

HEADS: dict[str, str] = {
    "plain": _BANNER + "byAK and the research community\n\nMay 8\n\n",
    "titled": _BANNER + "Daily Papers\n\nby AK and the research community\n\nMay 8\n\n",
    "split byline": _BANNER
    + "Daily Papers\n\nby\n\nAK\n\nand the research community\n\nMay\n\n8\n\n",
    "menu": _MENU + _BANNER + "# Daily Papers\n\n## by AK and the research community\n\nMay8\n\n",
    "search": _BANNER + "byAK and the research community\n\nMay 8\n\nslow harbours\n\n",
    "tabs": "Daily Papers\n\nbyAK and the research community\n\nDaily Weekly Monthly\n\nMay 8\n\n",
    "once a day": "new\nGet trending papers in your email inbox once a day!\n"
    + _BANNER
    + "Submit a paper\n\nSearch by arxiv id or title\n\nMay 8\n\n",
}
FEET = {
    "none": "",
    "foot": _FOOT,
    "glued": "PreviousNext\n\nTOSPrivacyAboutJobs\n\nModelsDatasets\n",
}


def _rows_bullets(paper: Invented) -> str:
    return f"  • {paper.authors} authors\n·\n{paper.day}"


def _rows_blank(paper: Invented) -> str:
    return f"{paper.authors} authors\n\n·\n\n{paper.day}"


def _rows_organisation(paper: Invented) -> str:
    return f"  • Guild of Harbour Masters\n·\n{paper.day}"


def _rows_one_line(paper: Invented) -> str:
    return f"• {paper.authors} authors · {paper.day}"


def _rows_published(paper: Invented) -> str:
    _, month, day = paper.day.split("-")
    name = {"04": "Apr", "05": "May"}[month]
    return f"{paper.authors} authors\n\n·\n\nPublished on {name} {int(day)}, 2031"


ROWS: dict[str, Callable[[Invented], str] | None] = {
    "no rows": None,
    "bullets": _rows_bullets,
    "blank": _rows_blank,
    "organisation": _rows_organisation,
    "one line": _rows_one_line,
    "published": _rows_published,
}


def _submitter_none(paper: Invented) -> str:
    return ""


def _submitter_line(paper: Invented) -> str:
    return f"Submitted by {paper.user}\n\n{paper.votes}\n\n"


def _submitter_two(paper: Invented) -> str:
    return f"Submitted by\n\n{paper.user}\n\n{paper.votes}\n\n"


def _submitter_glued(paper: Invented) -> str:
    return f"Submitted by{paper.user}\n[-] {paper.votes}\n\n"


def _submitter_box(paper: Invented) -> str:
    return f"Submitted by\n{paper.user}\n[ ]\n{paper.votes}\n\n"


SUBMITTERS = {
    "no submitter": _submitter_none,
    "line": _submitter_line,
    "two lines": _submitter_two,
    "glued": _submitter_glued,
    "box": _submitter_box,
}


def _title_plain(paper: Invented) -> str:
    return paper.title


def _title_heading(paper: Invented) -> str:
    return "### " + paper.title


def _title_link(paper: Invented) -> str:
    return f"### [{paper.title}](/papers/{paper.id})"


def _title_bare_link(paper: Invented) -> str:
    return f"[{paper.title}](https://huggingface.co/papers/{paper.id})"


def _title_underlined(paper: Invented) -> str:
    return f"{paper.title}\n{'-' * len(paper.title)}"


def _title_address(paper: Invented) -> str:
    return f"{paper.title}\n\nhttps://huggingface.co/papers/{paper.id}"


def _title_pandoc(paper: Invented) -> str:
    return f"### [{paper.title}](/papers/{paper.id}){{.line-clamp-3 .cursor-pointer}}"


TITLES = {
    "plain": _title_plain,
    "heading": _title_heading,
    "link": _title_link,
    "bare link": _title_bare_link,
    "underlined": _title_underlined,
    "address": _title_address,
    "pandoc": _title_pandoc,
}
WITH_IDS = ("link", "bare link", "address", "pandoc")


def _wrap_none(text: str) -> str:
    return text


def _wrap_78(text: str) -> str:
    return _wrapped(text, 78)


def _wrap_72_hyphens(text: str) -> str:
    return _wrapped(text, 72, break_on_hyphens=True)


def _wrap_indented(text: str) -> str:
    return textwrap.indent(_wrapped(text, 76), "   ")


def _wrapped(text: str, width: int, *, break_on_hyphens: bool = False) -> str:
    lines = text.split("\n")
    return "\n".join(
        textwrap.fill(line, width, break_on_hyphens=break_on_hyphens, break_long_words=False)
        if not set(line) <= set("=-") or not line
        else line
        for line in lines
    )


WRAPS = {
    "long lines": _wrap_none,
    "78": _wrap_78,
    "72 with hyphens": _wrap_72_hyphens,
    "indented": _wrap_indented,
}


def page(
    head: str = "plain",
    rows: str = "no rows",
    submitter: str = "no submitter",
    title: str = "plain",
    wrap: str = "long lines",
    foot: str = "none",
    *,
    twice: bool = False,
    banner_after_first: bool = False,
    papers: Sequence[Invented] = PAPERS,
) -> str:
    """Write the page as one of the extractors would."""
    fold = WRAPS[wrap] if title != "underlined" else _wrap_none
    text = HEADS[head]
    for number, paper in enumerate(papers):
        one = SUBMITTERS[submitter](paper) + fold(TITLES[title](paper)) + "\n\n"
        one += WRAPS[wrap](paper.abstract) + "\n\n"
        under = ROWS[rows]
        if under:
            one += under(paper) + "\n\n"
        text += one * (2 if twice else 1)
        if banner_after_first and number == 0:
            text += _BANNER
    return text + FEET[foot]


def papers_of(text: str) -> list:
    listing = read(io.BytesIO(text.encode()), Limits())
    return list(listing.papers)


def check(text: str) -> list:
    papers = papers_of(text)
    assert [paper.title for paper in papers] == [paper.title for paper in PAPERS], text[:3000]
    assert [paper.abstract for paper in papers] == [paper.abstract for paper in PAPERS]
    assert [paper.position for paper in papers] == list(range(1, len(PAPERS) + 1))
    return papers


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("foot", FEET)
def test_heads_rows_and_feet_never_become_papers(head, rows, foot):
    papers = check(page(head=head, rows=rows, foot=foot))
    days = [paper.day for paper in PAPERS]
    assert [paper.published for paper in papers] == (days if rows != "no rows" else [None] * 6)


@pytest.mark.parametrize("head", HEADS)
def test_the_day_is_read_from_any_head(head):
    day = read(io.BytesIO(page(head=head).encode()), Limits()).day
    assert day is not None
    assert (day.month, day.day, day.year) == (5, 8, None)


@pytest.mark.parametrize(
    ("title", "submitter", "wrap"), list(itertools.product(TITLES, SUBMITTERS, WRAPS))
)
def test_titles_submitters_and_wraps_cross(title, submitter, wrap):
    papers = check(page(title=title, submitter=submitter, wrap=wrap, rows="bullets"))
    if title in WITH_IDS:
        ids = [paper.id.removesuffix("v2") for paper in PAPERS]
        assert [paper.arxiv_id for paper in papers] == ids
        assert [paper.version for paper in papers] == [None, 2, None, None, None, None]
    if submitter != "no submitter":
        assert [paper.votes for paper in papers] == [paper.votes for paper in PAPERS]


@settings(max_examples=120, deadline=None)
@given(
    st.sampled_from(list(HEADS)),
    st.sampled_from(list(ROWS)),
    st.sampled_from(list(SUBMITTERS)),
    st.sampled_from(list(TITLES)),
    st.sampled_from(list(WRAPS)),
    st.sampled_from(list(FEET)),
    st.booleans(),
    st.booleans(),
)
def test_any_mixture_gives_the_same_papers(
    head, rows, submitter, title, wrap, foot, twice, banner_after_first
):
    check(
        page(
            head,
            rows,
            submitter,
            title,
            wrap,
            foot,
            twice=twice,
            banner_after_first=banner_after_first,
        )
    )


def test_lynx_takes_ids_from_the_list_of_links():
    text = "   [1]Daily Papers\n\n   by [2]AK and the research community\n\n   May 8\n"
    links = ["file:///papers", "file:///akhaliq"]
    for paper in PAPERS:
        number = len(links) + 1
        links += [f"file:///login?next=/papers/{paper.id}", f"file:///papers/{paper.id}"]
        links.append(f"file:///papers/{paper.id}#community")
        text += f"   Submitted by {paper.user}\n   [{number}]\n   [ ]\n   {paper.votes}\n\n"
        text += textwrap.fill(f"[{number + 1}]{paper.title}", 79) + "\n\n"
        text += textwrap.indent(textwrap.fill(paper.abstract, 76, break_on_hyphens=False), "   ")
        text += f"\n\n     *\n     *\n     * ·\n       {paper.authors} authors\n\n"
        text += f"   [{number + 2}]{paper.comments}\n"
    text += "   [90]Previous [91]Next\n   Company\n   © Hugging Face\n\n"
    text += "References\n\n   Visible links:\n"
    text += "".join(f"{number:4}. {link}\n" for number, link in enumerate(links, 1))
    papers = check(text)
    assert [paper.arxiv_id for paper in papers] == [p.id.removesuffix("v2") for p in PAPERS]
    assert [paper.votes for paper in papers] == [paper.votes for paper in PAPERS]
    assert [paper.comments for paper in papers] == [paper.comments for paper in PAPERS]


def test_reference_links_are_looked_up_at_the_end():
    text = HEADS["plain"]
    for number, paper in enumerate(PAPERS, 30):
        text += f"### [{paper.title}][{number}]\n\n{paper.abstract}\n\n"
    text += "".join(
        f"[{number}]: https://huggingface.co/papers/{paper.id}\n"
        for number, paper in enumerate(PAPERS, 30)
    )
    papers = check(text)
    assert [paper.arxiv_id for paper in papers] == [p.id.removesuffix("v2") for p in PAPERS]


def test_a_page_without_blank_lines_reads():
    text = HEADS["titled"].replace("\n\n", "\n")
    for paper in PAPERS:
        text += f"Submitted by\n{paper.user}\n{paper.votes}\n{paper.title}\n{paper.abstract}\n"
        text += f"{paper.authors} authors\n·\n{paper.comments}\n"
    check(text + _FOOT.replace("\n\n", "\n"))


def test_pairs_line_by_line_without_blank_lines_read():
    text = HEADS["plain"].replace("\n\n", "\n")
    check(text + "".join(f"{paper.title}\n{paper.abstract}\n" for paper in PAPERS))


def test_pairs_without_any_head_are_recognised():
    check("".join(f"{paper.title}\n\n{paper.abstract}\n\n" for paper in PAPERS))


@pytest.mark.parametrize("submitter", ["line", "two lines", "glued", "box"])
@pytest.mark.parametrize("title", ["plain", "heading", "link"])
@pytest.mark.parametrize("head", HEADS)
def test_titles_alone_become_papers_inside_their_frames(submitter, title, head):
    text = HEADS[head]
    for paper in PAPERS:
        text += f"{SUBMITTERS[submitter](paper)}{TITLES[title](paper)}\n\n·\n\n"
        text += f"{paper.authors} authors\n\n{paper.comments}\n\n"
    papers = papers_of(text + _FOOT)
    assert [paper.title for paper in papers] == [paper.title for paper in PAPERS]
    assert {paper.abstract for paper in papers} == {""}
    assert [paper.votes for paper in papers] == [paper.votes for paper in PAPERS]
    assert [paper.comments for paper in papers] == [paper.comments for paper in PAPERS]


def test_a_frame_in_one_line_is_a_paper():
    text = "".join(
        f"Submitted by {p.user} {p.votes} {p.title} · {p.authors} authors {p.comments}\n"
        for p in PAPERS
    )
    papers = papers_of(text)
    assert [paper.title for paper in papers] == [paper.title for paper in PAPERS]
    assert [paper.votes for paper in papers] == [paper.votes for paper in PAPERS]


def test_titles_alone_without_ids_or_frames_are_no_papers():
    text = HEADS["titled"] + "\n\n".join(paper.title for paper in PAPERS) + "\n\n" + _FOOT
    assert papers_of(text) == []


def test_paragraphs_of_an_abstract_stay_together():
    more = "Our second paragraph is rather short and ends."
    text = HEADS["plain"]
    for paper in PAPERS:
        text += f"{paper.title}\n\n{paper.abstract}\n\n{more}\n\n"
    papers = papers_of(text)
    assert [paper.title for paper in papers] == [paper.title for paper in PAPERS]
    assert papers[2].abstract == f"{PAPERS[2].abstract} {more}"


def test_long_paragraphs_of_an_abstract_stay_together():
    text = HEADS["plain"]
    for paper in PAPERS:
        text += f"{paper.title}\n\n{paper.abstract}\n\n{_LONG}\n\n{_rows_bullets(paper)}\n\n"
    papers = papers_of(text)
    assert [paper.title for paper in papers] == [paper.title for paper in PAPERS]
    assert papers[0].abstract == f"{PAPERS[0].abstract} {_LONG}"


@pytest.mark.parametrize("word", ["Models", "Trending", "Community", "2048", "Papers"])
@pytest.mark.parametrize("rows", ["no rows", "bullets"])
def test_a_title_that_is_a_word_of_the_menu_is_a_title(word, rows):
    under = ROWS[rows]
    text = HEADS["plain"]
    for paper in (PAPERS[0], Invented(word, PAPERS[4].abstract, ""), PAPERS[1]):
        text += f"{paper.title}\n\n{paper.abstract}\n\n" + (under(paper) + "\n\n" if under else "")
    assert [paper.title for paper in papers_of(text)] == [PAPERS[0].title, word, PAPERS[1].title]


@pytest.mark.parametrize("rows", ["no rows", "bullets"])
def test_a_title_with_a_full_stop_is_a_title(rows):
    title = "Attention to harbours is not all that a garden needs."
    under = ROWS[rows]
    text = HEADS["plain"]
    for paper in (PAPERS[0], Invented(title, PAPERS[4].abstract, ""), PAPERS[1]):
        text += f"{paper.title}\n\n{paper.abstract}\n\n" + (under(paper) + "\n\n" if under else "")
    assert [paper.title for paper in papers_of(text)] == [PAPERS[0].title, title, PAPERS[1].title]


def test_short_abstracts_are_abstracts():
    short = "We teach brass orreries to forget, and they forget well."
    text = HEADS["titled"]
    for paper in PAPERS:
        text += f"{paper.title}\n\n{short}\n\n{_rows_blank(paper)}\n\n"
    papers = papers_of(text)
    assert [(paper.title, paper.abstract) for paper in papers] == [(p.title, short) for p in PAPERS]


def test_a_generated_summary_is_the_summary():
    text = HEADS["titled"]
    for paper in PAPERS:
        text += f"{paper.title}\n\nIt says what the harbour master did in one sentence.\n\n"
        text += f"AI-generated summary\n\n{paper.abstract}\n\n{_rows_blank(paper)}\n\n"
    papers = check(text)
    assert papers[1].summary == "It says what the harbour master did in one sentence."


def test_items_of_a_list_belong_to_the_abstract():
    items = "• A dataset of 40 sunken gardens\n\n• A slow observer without any labels"
    text = HEADS["plain"]
    for paper in PAPERS:
        text += f"{paper.title}\n\n{paper.abstract}\n\n{items}\n\n"
    papers = papers_of(text)
    assert [paper.title for paper in papers] == [paper.title for paper in PAPERS]
    assert papers[0].abstract.endswith("• A slow observer without any labels")


@pytest.mark.parametrize(
    ("head", "day"),
    [
        ("---\nurl: https://huggingface.co/papers?date=2031-05-08\n---\n\n", (5, 8, 2031)),
        ("---\ntitle: Daily Papers\ndate: 2031-05-09\n---\n\n" + HEADS["plain"], (5, 8, 2031)),
        ("URL: https://huggingface.co/papers\nCaptured: 2031-05-09 08:00\n\n", (5, 9, 2031)),
        (
            "URL: https://huggingface.co/papers?q=x\nCaptured on May 9, 2031\n\n" + HEADS["plain"],
            (5, 8, 2031),
        ),
        ("Title: Daily Papers - Hugging Face\n\nURL Source: https://huggingface.co/papers/date/"
         "2031-05-08\n\nMarkdown Content:\n", (5, 8, 2031)),
        (HEADS["plain"].replace("May 8", "Thursday, May 8, 2031"), (5, 8, 2031)),
        (HEADS["plain"].replace("May 8", "8 May"), (5, 8, None)),
    ],
)  # fmt: skip
def test_the_day_is_taken_with_its_year_where_told(head, day):
    text = head + "".join(f"{paper.title}\n\n{paper.abstract}\n\n" for paper in PAPERS)
    listing = read(io.BytesIO(text.encode()), Limits())
    assert (listing.day.month, listing.day.day, listing.day.year) == day
    check(text)


def test_the_pages_neighbours_tell_the_year():
    text = page() + "[Previous](/papers?date=2031-05-07)\n[Next](/papers?date=2031-05-09)\n"
    assert read(io.BytesIO(text.encode()), Limits()).day.year == 2031
    check(text)


def test_a_last_line_that_is_a_word_of_the_menu_belongs_to_its_title():
    title = "Visual Weather: What Influences the Pointing of Bright Copper and Brass Models?"
    text = HEADS["plain"]
    for paper in (PAPERS[0], Invented(title, PAPERS[4].abstract, ""), PAPERS[1]):
        text += f"{_wrapped(paper.title, 72)}\n\n{_wrapped(paper.abstract, 72)}\n\n"
    assert [paper.title for paper in papers_of(text)] == [PAPERS[0].title, title, PAPERS[1].title]


def test_suspended_hyphens_keep_their_space_and_divided_words_lose_it():
    sentence = (
        "We teach pre- and post-storm lanterns end-to-end and text-to-fog at https://x.org/a-b."
    )
    abstract = f"{_LONG} {sentence} {sentence} {_LONG}"
    for width in range(40, 100):
        text = HEADS["plain"]
        for paper in PAPERS[:3]:
            text += f"{paper.title}\n\n{_wrapped(abstract, width, break_on_hyphens=True)}\n\n"
        assert [paper.abstract for paper in papers_of(text)] == [abstract] * 3, width
