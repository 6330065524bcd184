"""What is a title, what an abstract and what neither, told by what stands around it."""

import io
import textwrap

import pytest
from invented_pages import (
    FOOT,
    HEADS,
    LONG,
    PAPERS,
    ROWS,
    SUBMITTERS,
    TITLES,
    Invented,
    check,
    page,
    papers_of,
    rows_blank,
    rows_bullets,
    wrapped,
)

from digest.dumps import Limits, read


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
    check(text + FOOT.replace("\n\n", "\n"))


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
    papers = papers_of(text + FOOT)
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
    text = HEADS["titled"] + "\n\n".join(paper.title for paper in PAPERS) + "\n\n" + FOOT
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
        text += f"{paper.title}\n\n{paper.abstract}\n\n{LONG}\n\n{rows_bullets(paper)}\n\n"
    papers = papers_of(text)
    assert [paper.title for paper in papers] == [paper.title for paper in PAPERS]
    assert papers[0].abstract == f"{PAPERS[0].abstract} {LONG}"


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
        text += f"{paper.title}\n\n{short}\n\n{rows_blank(paper)}\n\n"
    papers = papers_of(text)
    assert [(paper.title, paper.abstract) for paper in papers] == [(p.title, short) for p in PAPERS]


def test_a_generated_summary_is_the_summary():
    text = HEADS["titled"]
    for paper in PAPERS:
        text += f"{paper.title}\n\nIt says what the harbour master did in one sentence.\n\n"
        text += f"AI-generated summary\n\n{paper.abstract}\n\n{rows_blank(paper)}\n\n"
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
        text += f"{wrapped(paper.title, 72)}\n\n{wrapped(paper.abstract, 72)}\n\n"
    assert [paper.title for paper in papers_of(text)] == [PAPERS[0].title, title, PAPERS[1].title]


def test_suspended_hyphens_keep_their_space_and_divided_words_lose_it():
    sentence = (
        "We teach pre- and post-storm lanterns end-to-end and text-to-fog at https://x.org/a-b."
    )
    abstract = f"{LONG} {sentence} {sentence} {LONG}"
    for width in range(40, 100):
        text = HEADS["plain"]
        for paper in PAPERS[:3]:
            text += f"{paper.title}\n\n{wrapped(abstract, width, break_on_hyphens=True)}\n\n"
        assert [paper.abstract for paper in papers_of(text)] == [abstract] * 3, width


def test_nothing_between_the_rows_and_the_next_title_belongs_to_an_abstract():
    text = HEADS["plain"]
    for paper in PAPERS:
        text += f"{paper.title}\n\n{paper.abstract}\n\n{rows_bullets(paper)}\n\n"
        text += "Have you seen our new harbour tours yet? Book them today.\n\n"
    check(text)


def test_an_organisation_under_the_title_is_no_title():
    text = HEADS["plain"]
    for paper in PAPERS:
        text += f"{paper.title}\n\nGuild of Harbour Masters\n\n·\n\n{paper.day}\n\n"
        text += f"{paper.abstract}\n\n"
    papers = check(text)
    assert [paper.published for paper in papers] == [paper.day for paper in PAPERS]


@pytest.mark.parametrize("row", ["1204", "12", "Models\n\nDatasets\n\nSpaces"])
def test_votes_and_menus_are_no_titles_where_a_title_is_missing(row):
    text = HEADS["titled"]
    for paper in PAPERS[:2]:
        text += f"Submitted by quillwort\n\n3\n\n{paper.title}\n\n{paper.abstract}\n\n"
    text += f"Submitted by quillwort\n\n{row}\n\n{PAPERS[3].abstract}\n"
    listing = read(io.BytesIO(text.encode()), Limits())
    assert [paper.title for paper in listing.papers] == [paper.title for paper in PAPERS[:2]]
    assert "under no title" in listing.notes[0]


def test_numbers_of_a_numbered_list_are_no_part_of_its_titles():
    text = HEADS["plain"]
    for number, paper in enumerate(PAPERS, 1):
        text += f"{number}. {paper.title}\n\n{paper.abstract}\n\n"
    check(text)


@pytest.mark.parametrize("width", [72, 10_000])
def test_quotation_marks_of_lines_and_bold_titles_are_taken_off(width):
    text = HEADS["plain"]
    for paper in PAPERS:
        quoted = textwrap.indent(wrapped(paper.abstract, width), "> ")
        text += f"**{paper.title}**\n\n{quoted}\n\n"
    check(text)
