"""How to cite a paper: as BibTeX, as RIS, in plain words; and as search engines read it.

RIS as RefMan has it: lines of a tag of two letters, two blanks, a hyphen, a blank and a value, each
ended by CRLF. What a dump did not tell is left out. BibTeX is `to_bibtex`'s.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from digest.models import Paper, Site
from digest.render import names, to_bibtex
from digest.render.cards import author_line, links_of, paper_title, source_url
from digest.render.text import one_line, web_address
from digest.text.legible import legible, legible_name

_MOST_AUTHORS = 500
_MOST_LETTERS = 255  # of a name, in RIS
_DAY = re.compile(r"(\d{4})-(\d\d)-(\d\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """A paper cited in three ways."""

    bibtex: str
    ris: str
    plain: str


def cite(paper: Paper, site: Site) -> Citation:
    """Return the ways to cite a paper."""
    return Citation(
        bibtex=to_bibtex.record(paper, site), ris=_ris(paper, site), plain=_plain(paper, site)
    )


def day_of(told: str | None) -> date | None:
    """Return the day of an ISO date or instant, None where it is neither."""
    try:
        return date.fromisoformat((told or "")[:10])
    except ValueError:
        return None


def pdf_of(paper: Paper) -> str | None:
    """Return where the PDF of a paper lies, if that is known."""
    return next((address for word, address in links_of(paper) if word == "PDF"), None)


def doi_url(paper: Paper) -> str | None:
    """Return the address of a paper's DOI, if it has one."""
    return web_address(f"https://doi.org/{one_line(paper.doi)}") if paper.doi else None


def meta_names(paper: Paper) -> Iterator[tuple[str, str]]:
    """Yield what Google Scholar reads of a page: names of `meta` elements and their contents."""
    if title := legible(paper.title):
        yield "citation_title", title
    for name in filter(None, map(legible_name, paper.authors[:_MOST_AUTHORS])):
        yield "citation_author", _family_first(name)
    if day := day_of(paper.published):
        yield "citation_publication_date", f"{day:%Y/%m/%d}"
    if paper.doi:
        yield "citation_doi", one_line(paper.doi)
    if paper.arxiv_id:
        yield "citation_arxiv_id", one_line(paper.arxiv_id)
    if pdf := pdf_of(paper):
        yield "citation_pdf_url", pdf


def _ris(paper: Paper, site: Site) -> str:
    lines = [f"{tag}  - {one_line(value)}" for tag, value in _ris_lines(paper, site) if value]
    return "\r\n".join([*lines, "ER  - ", ""])


def _ris_lines(paper: Paper, site: Site) -> Iterator[tuple[str, str]]:
    yield "TY", "UNPB"  # what RIS has for a preprint
    yield "TI", legible(paper.title) or "Untitled"
    for name in filter(None, map(legible_name, paper.authors[:_MOST_AUTHORS])):
        yield "AU", _family_first(name).replace("*", "")[:_MOST_LETTERS]
    if day := day_of(paper.published):
        yield "PY", f"{day:%Y}"
        yield "DA", f"{day:%Y/%m/%d}"
    if paper.arxiv_id:
        yield "PB", "arXiv"
        yield "AN", f"arXiv:{one_line(paper.arxiv_id)}"
    if paper.doi:
        yield "DO", one_line(paper.doi)
    for word in filter(None, map(legible_name, paper.keywords)):
        yield "KW", word
    yield "UR", source_url(paper) or names.paper_url(site, paper.slug)
    yield "L1", pdf_of(paper) or ""


def _plain(paper: Paper, site: Site) -> str:
    """Return a citation in one line: authors, title, id, day, address."""
    day = day_of(paper.published)
    parts = (
        author_line(paper.authors, site.tongue),
        paper_title(paper, site.tongue),
        f"arXiv:{one_line(paper.arxiv_id)}" if paper.arxiv_id else "",
        day.isoformat() if day else "",
        source_url(paper) or names.paper_url(site, paper.slug),
    )
    told = [part.rstrip(".") for part in parts if part]
    return ". ".join(told)


def _family_first(name: str) -> str:
    """Return `Almeida, Ada` of a name as it is written; what has one word stays."""
    given, _, family = name.rpartition(" ")
    return name if "," in name or not given else f"{family}, {given}"
