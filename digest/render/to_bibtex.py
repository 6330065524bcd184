r"""Renders an edition as `papers.bib`: one `@misc` a paper, which BibTeX and biber both compile.

A title may be LaTeX already. What is known to be harmless (`$O(n^2)$`, `\emph{…}`, `\"o`) stays;
all else is text: neither an odd brace nor a command (`\input`, `^^5c`) of a dump reaches LaTeX.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache, partial
from urllib.parse import quote

from digest.models import Edition, Paper, Rendered, Site
from digest.render import KEPT, names
from digest.render.cards import source_url
from digest.render.text import one_line

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_PUBLISHED = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_SHORT_WORDS = """
    a an and are as at by can do for from how in is of on the to what
"""
_TEXT_COMMANDS = """
    emph textit textbf texttt textsc textrm textsuperscript textsubscript mbox
"""
_LETTER_COMMANDS = """
    ss ae AE oe OE aa AA o O l L i j ldots dots
"""
_MATH_COMMANDS = """
    alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa lambda mu
    nu xi pi rho sigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi
    Sigma Upsilon Phi Psi Omega times cdot cdots ldots dots pm mp leq le geq ge neq ne
    approx sim simeq equiv ll gg propto infty partial nabla sum prod int sqrt frac log ln
    exp min max sup inf arg lim sin cos tan in notin subset subseteq cup cap forall exists
    to rightarrow leftarrow Rightarrow mapsto circ ell star ast dagger prime hat tilde bar
    vec overline underline mathcal mathbb mathbf mathrm mathit mathsf boldsymbol text textit
    textbf emph langle rangle lVert rVert mid parallel quad
"""
_SUSPECT = re.compile(r"[\\{}$&%#_~^<>|]")
_TOKEN = re.compile(
    r"(?=[\\{}$&%#_~^<>|])(?:"  # look quickly past plain text
    r"(?P<math>\$(?=\S)(?:[^$\\]|\\.)+?(?<=\S)\$(?!\d))"
    r"|(?P<command>\\(?:" + "|".join(_TEXT_COMMANDS.split()) + r")(?=\{)"
    r"|\\(?:" + "|".join(_LETTER_COMMANDS.split()) + r")(?![A-Za-z])"
    r"|\\[`'^\"~=.](?=[A-Za-z]|\{[A-Za-z]\}|\{?\\[ij](?![A-Za-z]))|\\[cuvHk](?=\{[A-Za-z]\})"
    r"|\\[&%$#_])"
    r"|(?P<special>.))"
)
_MATH_ONLY = re.compile(
    r"\$(?:[^\\%#&$^~]|\^(?!\^)|\\(?:" + "|".join(_MATH_COMMANDS.split()) + r")(?![A-Za-z])"
    r"|\\[,;:! %#&_{}|])*\$"
)
_SPECIAL = {
    "\\": r"{\textbackslash}",
    "{": r"{\textbraceleft}",
    "}": r"{\textbraceright}",
    "~": r"{\textasciitilde}",
    "^": r"{\textasciicircum}",
    "<": r"{\textless}",
    ">": r"{\textgreater}",
    "|": r"{\textbar}",
}


def render(edition: Edition, site: Site) -> Iterator[Rendered]:
    """Yield `papers.bib` in the edition's folder: each paper once, in the order of the edition."""
    papers = {entry.paper.key: entry.paper for entry in edition.entries}
    taken: set[str] = set()
    records = [_record(paper, site, taken) for paper in papers.values()]
    path = f"{names.edition_folder(edition.name)}/papers.bib"
    yield Rendered(path=path, content="\n".join(records).encode("utf-8", "replace"))


def record(paper: Paper, site: Site) -> str:
    """Return the record of one paper, to cite it: without its abstract."""
    return _record(paper, site, set(), with_abstract=False)


def latex(text: str) -> str:
    """Write text for LaTeX, its braces in balance whatever the text holds."""
    text = one_line(text)
    if not _SUSPECT.search(text):
        return text
    kept = _TOKEN.sub(partial(_written, is_latex=True), text)
    return kept if _is_balanced(kept) else _TOKEN.sub(partial(_written, is_latex=False), text)


def citation_key(paper: Paper) -> str:
    """Build a key that people can type: `brandt2026lanterns`."""
    family = paper.authors[0].split()[-1:] if paper.authors else []
    year = _PUBLISHED.match(paper.published or "")
    words = (_ascii_word(word) for word in re.split(r"[\s:,-]+", paper.title))
    first = next((word for word in words if word and word not in _SHORT_WORDS.split()), "")
    parts = (*map(_ascii_word, family), year[1] if year else "", first)
    return "".join(parts)[:60] or "paper"


def _record(paper: Paper, site: Site, taken: set[str], *, with_abstract: bool = True) -> str:
    own, fields, abstract = _written_out(paper, site)
    key = _free(own, taken)
    taken.add(key)
    return f"@misc{{{key},\n{fields}{abstract if with_abstract else ''}}}\n"


@lru_cache(KEPT)
def _written_out(paper: Paper, site: Site) -> tuple[str, str, str]:
    """Write a paper's own key, its fields, and the one with its abstract."""
    fields = "".join(f"  {name} = {value},\n" for name, value in _fields(paper, site))
    abstract = f"  abstract = {{{latex(paper.abstract)}}},\n" if paper.abstract else ""
    return citation_key(paper), fields, abstract


def _fields(paper: Paper, site: Site) -> Iterator[tuple[str, str]]:
    yield "title", f"{{{{{latex(paper.title)}}}}}"
    if paper.authors:
        yield "author", f"{{{_author_list(paper.authors)}}}"
    if paper.arxiv_id:
        yield "eprint", f"{{{_bare(paper.arxiv_id)}}}"
        yield "archivePrefix", "{arXiv}"
    if paper.doi:
        yield "doi", f"{{{_bare(paper.doi)}}}"
    yield "url", f"{{{source_url(paper) or names.paper_url(site, paper.slug)}}}"
    if published := _PUBLISHED.match(paper.published or ""):
        yield "year", f"{{{published[1]}}}"
        yield "month", _MONTHS[int(published[2]) - 1]


def _author_list(authors: Sequence[str]) -> str:
    return " and ".join(_name(author) for author in authors if one_line(author))


def _name(author: str) -> str:
    """Write a name; in braces where BibTeX would part it or read a word of its own in it."""
    written = latex(author)
    is_special = re.search(r",|\band\b|^others$", written, re.IGNORECASE)
    return f"{{{written}}}" if is_special else written


def _bare(value: str) -> str:
    """Keep what may stand in an id unescaped: no brace, no space, no character of LaTeX's own."""
    return quote(one_line(value), safe="/:;()<>", errors="replace")


def _written(match: re.Match[str], is_latex: bool) -> str:
    text = match[0]
    if match["math"]:
        is_known = _MATH_ONLY.fullmatch(text) and _is_balanced(text)
        return text if is_known else _escaped(text)
    if match["command"] and is_latex:
        return text
    if is_latex and text in "{}":
        return text
    return _escaped(text)


def _escaped(text: str) -> str:
    return "".join(_SPECIAL.get(c) or (f"\\{c}" if c in "$&%#_" else c) for c in text)


def _is_balanced(text: str) -> bool:
    depth = 0
    for brace in re.findall("[{}]", text):
        depth += 1 if brace == "{" else -1
        if depth < 0:
            return False
    return depth == 0


def _ascii_word(word: str) -> str:
    folded = unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]", "", folded)


def _free(key: str, taken: set[str]) -> str:
    number = 1
    while (candidate := key if number == 1 else f"{key}-{number}") in taken:
        number += 1
    return candidate
