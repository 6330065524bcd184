"""An invented page of papers, as many invented extractors would write it. No tests here."""

import io
import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass

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


LONG = (
    "Tidal gardens grow by rules that nobody wrote down, and existing methods guess them from "
    "pictures alone. We propose a slow observer that keeps every guess it ever made and weighs it "
    "against the water level of the following week. On three public datasets of invented harbours "
    "the observer needs 40.5% fewer pictures than the best network known before, and its errors "
    "are small where it matters (i.e., near the sluices). We also show that the weights can be "
    "learned without labels; the proof uses only $O(n \\log n)$ comparisons. Code and all the "
    "harbours are available at https://example.org/tidal-gardens."
)
PAPERS = (
    Invented("Tidal Gardens: Learning Slow Observers of Harbours", LONG, "3105.00001"),
    Invented(
        "Is a Lantern Enough? On the Limits of Single-Light Navigation",
        "Lanterns are cheap. " + LONG.replace("Tidal gardens grow", "Ships steer"),
        "3105.00002v2",
        votes=1204,
    ),
    Invented(
        "iFog: a 1.58-bit model of mist",
        "3D mist is hard: " + LONG.replace("Tidal gardens", "Mists"),
        "3105.00003",
        user="a-b_c",
        authors=1,
        comments=0,
    ),
    Invented(
        "Are Weather Vanes Vulnerable to Preference-Undermining Gusts (PUG)? A Factorial Analysis "
        "Methodology for Diagnosing the Trade-off between Pointing North and Real-World Squeaking",
        '"Squeaking" has many causes. ' + LONG.replace("Tidal gardens", "Weather vanes"),
        "3105.00004",
    ),
    Invented("Orrery", "We present Orrery. " + LONG.replace("Tidal", "Brass"), "3105.00005"),
    Invented(
        "2041: 70 years of state-of-the-art bell-founding in review!",
        "Bells ring. " + LONG.replace("Tidal gardens", "Bells") + " Project page: https://x.org/b",
        "3105.00006",
        day="2031-04-30",
    ),
)
BANNER = "new\n\nGet trending papers in your email inbox!\n\nSubscribe\n\n"
_MENU = "Hugging Face\n\n  * Models\n  * Datasets\n  * Spaces\n\n  * Log In\n  * Sign Up\n\n"
FOOT = (
    "Previous Next\n\nCompany\n\n© Hugging Face\n\nTOS Privacy About Jobs\n\nWebsite\n\nModels Docs"
)

HEADS: dict[str, str] = {
    "plain": BANNER + "byAK and the research community\n\nMay 8\n\n",
    "titled": BANNER + "Daily Papers\n\nby AK and the research community\n\nMay 8\n\n",
    "split byline": BANNER
    + "Daily Papers\n\nby\n\nAK\n\nand the research community\n\nMay\n\n8\n\n",
    "menu": _MENU + BANNER + "# Daily Papers\n\n## by AK and the research community\n\nMay8\n\n",
    "search": BANNER + "byAK and the research community\n\nMay 8\n\nslow harbours\n\n",
    "tabs": "Daily Papers\n\nbyAK and the research community\n\nDaily Weekly Monthly\n\nMay 8\n\n",
    "once a day": "new\nGet trending papers in your email inbox once a day!\n"
    + BANNER
    + "Submit a paper\n\nSearch by arxiv id or title\n\nMay 8\n\n",
}
FEET = {
    "none": "",
    "foot": FOOT,
    "glued": "PreviousNext\n\nTOSPrivacyAboutJobs\n\nModelsDatasets\n",
}


def rows_bullets(paper: Invented) -> str:
    return f"  • {paper.authors} authors\n·\n{paper.day}"


def rows_blank(paper: Invented) -> str:
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
    "bullets": rows_bullets,
    "blank": rows_blank,
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
    return wrapped(text, 78)


def _wrap_72_hyphens(text: str) -> str:
    return wrapped(text, 72, break_on_hyphens=True)


def _wrap_indented(text: str) -> str:
    return textwrap.indent(wrapped(text, 76), "   ")


def wrapped(text: str, width: int, *, break_on_hyphens: bool = False) -> str:
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
            text += BANNER
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
