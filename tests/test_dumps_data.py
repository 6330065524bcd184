"""The real dumps beside the project: every paper of theirs, and not one more."""

import io
import json
import re
from pathlib import Path

import pytest
from invented_pages import Invented, page

from digest.dumps import Limits, read
from digest.errors import NotADump

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the real dumps are not beside us")


def _files(pattern: str) -> list[str]:
    return sorted(str(path.relative_to(DATA)) for path in DATA.glob(pattern))


def _read(name: str):
    listing = read(io.BytesIO((DATA / name).read_bytes()), Limits())
    return listing, list(listing.papers)


def _folded(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("name", _files("pages/*.txt") + _files("rebuilt/*.txt"))
def test_pages_hold_their_papers(name):
    truth = json.loads((DATA / name.replace(".txt", ".truth.json")).read_text())
    listing, papers = _read(name)
    assert [(paper.title, paper.abstract) for paper in papers] == [
        (_folded(entry["title"]), _folded(entry["abstract"])) for entry in truth["entries"]
    ]
    month, day = truth["header_date"].split()
    assert listing.day is not None
    assert listing.day.day == int(day)
    names = "JanFebMarAprMayJunJulAugSepOctNovDec"
    assert names[3 * listing.day.month - 3 :][:3] == month
    assert listing.notes == []


@pytest.mark.parametrize("name", _files("day_pages/*.raw.txt"))
def test_day_pages_hold_their_papers(name):
    entries = json.loads((DATA / name.replace(".raw.txt", ".truth.json")).read_text())
    _, papers = _read(name)
    assert [(paper.title, paper.abstract) for paper in papers] == [
        (_folded(entry["title"]), _folded(entry["abstract"]))
        for entry in entries
        if entry["in_dump"]
    ]
    assert all(paper.published for paper in papers)


def _titles() -> list[str]:
    lines = (DATA / "page_text/html2text_py_nolinks.txt").read_text().splitlines()
    return [line.removeprefix("### ") for line in lines if line.startswith("### ")]


@pytest.mark.parametrize("name", _files("page_text/*.txt"))
def test_titles_alone_are_read_and_nothing_else(name):
    text = (DATA / name).read_text()
    if not text:
        with pytest.raises(NotADump, match="empty"):
            _read(name)
        return
    listing, papers = _read(name)
    assert listing.format == "page-text"
    assert [paper.title for paper in papers] == [title for title in _titles() if title in text]
    assert all(paper.abstract == "" for paper in papers)


@pytest.mark.parametrize("name", ["page_text/lynx.txt", "page_text/markdownify.txt"])
def test_ids_are_taken_where_links_were_kept(name):
    listing, papers = _read(name)
    assert papers[0].arxiv_id == "2407.21783"
    assert all(paper.arxiv_id for paper in papers)
    assert listing.day is not None
    assert listing.day.year == 2024


@pytest.mark.parametrize("name", _files("hf_api/*.json"))
def test_api_answers_hold_all_their_papers(name):
    items = json.loads((DATA / name).read_text())
    _, papers = _read(name)
    assert len(papers) == len(items)
    for paper, item in zip(papers, items, strict=True):
        inner = item["paper"]
        assert paper.arxiv_id == inner["id"]
        assert paper.title == _folded(inner["title"])
        assert paper.abstract == _folded(inner["summary"])
        shown = [author["name"] for author in inner["authors"] if not author["hidden"]]
        assert paper.authors == tuple(map(_folded, shown))
        assert paper.votes == inner["upvotes"]
        assert paper.comments == item["numComments"]
        assert paper.published == inner["publishedAt"].replace(".000Z", "Z")
        assert paper.summary == (_folded(inner["ai_summary"]) if "ai_summary" in inner else None)
        assert len(paper.keywords) == len([word for word in inner.get("ai_keywords") or [] if word])
        assert dict(paper.links).get("code") == (inner.get("githubRepo") or None)


@pytest.mark.parametrize("name", _files("hf_html/*.html"))
def test_the_saved_page_holds_all_its_papers(name):
    listing, papers = _read(name)
    assert listing.format == "page-html"
    assert [paper.arxiv_id for paper in papers][:2] == ["2407.21783", "2407.21705"]
    assert len(papers) == 6
    assert all(paper.authors and paper.abstract for paper in papers)
    assert listing.day is not None
    assert (listing.day.year, listing.day.month, listing.day.day) == (2024, 8, 1)
    bare = (DATA / name).read_text().replace("data-props", "data-other")
    articles = list(read(io.BytesIO(bare.encode()), Limits()).papers)
    assert [paper.title for paper in articles] == [paper.title for paper in papers]
    assert [paper.votes for paper in articles] == [94, 24, 19, 16, 11, 8]


MIXTURES = (
    {"wrap": "78", "title": "link", "rows": "organisation", "head": "menu"},
    {"wrap": "72 with hyphens", "title": "plain", "rows": "bullets", "submitter": "box"},
    {"wrap": "indented", "title": "address", "rows": "no rows", "banner_after_first": True},
)


@pytest.mark.parametrize("mixture", MIXTURES, ids=lambda mixture: mixture["wrap"])
@pytest.mark.parametrize("name", _files("rebuilt/*.txt"))
def test_other_extractors_would_give_the_same_papers(name, mixture):
    entries = json.loads((DATA / name.replace(".txt", ".truth.json")).read_text())["entries"]
    papers = [
        Invented(_folded(entry["title"]), _folded(entry["abstract"]), entry["id"])
        for entry in entries
        if not re.search(r"\w- \w", entry["abstract"])  # no wrap can be undone there
    ]
    text = page(papers=papers, **mixture)
    read_back = read(io.BytesIO(text.encode()), Limits()).papers
    assert [(paper.title, paper.abstract) for paper in read_back] == [
        (paper.title, paper.abstract) for paper in papers
    ]


OTHERS = ("arxiv_api", "arxiv_rss", "bibtex", "oai", "kaggle", "openalex", "latex")


@pytest.mark.parametrize("name", [name for kind in OTHERS for name in _files(f"{kind}/*")])
def test_what_is_no_dump_yet_is_refused(name):
    with pytest.raises(NotADump):
        _read(name)
