"""What an index of whole texts is made of, and how it is cut into bundles.

An index cannot be added to: what changes makes its bundle anew. Bundles hold papers by the row
numbers of the store, the latest in small ones, and become larger with the archive, so that there
are never many: of 10,600 papers ten of 1,000, two of 250, and one that has begun. `index.json`
tells which there are, and `papers.txt` of each what it was made of: only where that changes is it
made again. Making it is `digest.pagefind`'s business.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass

from digest.models import PaperPage, Rendered
from digest.models.searching import Findable
from digest.render import names
from digest.render.cards import paper_title
from digest.render.matches import Matcher
from digest.render.to_search import Periods, authors_of, editions_of, published_of
from digest.text.legible import legible, legible_name
from digest.text.paragraphs import split_paragraphs

FOLDER = names.search_path("full")
INDEX = f"{FOLDER}/index.json"
_SMALLEST = 250
_STEP = 4
_MOST_LARGEST = 16


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle of the papers whose row numbers are from `first` to `last`, both included."""

    first: int
    last: int

    @property
    def name(self) -> str:
        """What its folder within `FOLDER` is called."""
        return f"{self.first}-{self.last}"

    @property
    def folder(self) -> str:
        """Where its files lie, relative to the output."""
        return f"{FOLDER}/{self.name}"

    @property
    def told(self) -> str:
        """The file that says what it was made of."""
        return f"{self.folder}/papers.txt"

    def __contains__(self, paper_id: int) -> bool:
        return self.first <= paper_id <= self.last


def cut(last: int) -> tuple[Bundle, ...]:
    """Cut the papers up to the `last` row number into bundles, the earliest first."""
    size = _SMALLEST * _STEP
    while last > size * _MOST_LARGEST:
        size *= _STEP
    found: list[Bundle] = []
    first = 1
    while first <= last:
        while size > _SMALLEST and first + size - 1 > last:
            size //= _STEP
        found.append(Bundle(first, first + size - 1))
        first += size
    return tuple(found)


def findable(page: PaperPage, matcher: Matcher, periods: Periods) -> Findable | None:
    """Return all that a paper is found by; nothing of one that is now another."""
    paper = page.paper
    if page.moved_to:
        return None
    abstract = split_paragraphs(paper.abstract, paper.paragraph_starts)
    texts = (*map(legible, abstract), legible(paper.summary or ""), *map(legible, paper.keywords))
    return Findable(
        slug=paper.slug,
        title=paper_title(paper, matcher.tongue),
        text=" ".join(filter(None, (*texts, legible_name(paper.organization or "")))),
        authors=tuple(authors_of(page)),
        published=published_of(page),
        day=page.editions[0] if page.editions else "",
        editions=editions_of(page, periods),
        topics=tuple(match.name for match in matcher.of(paper)),
    )


def line(paper: Findable) -> bytes:
    """Return what `papers.txt` says of a paper: its slug, and what tells whether it changed."""
    told = json.dumps(asdict(paper), sort_keys=True).encode()
    return f"{paper.slug} {_mark(told)}".encode()


def says(held: bytes, slug: str, own: bytes) -> bool:
    """Tell whether `papers.txt` says of a paper its `own` line; nothing where that is empty."""
    return b"\n%s\n" % own in held if own else b"\n%s " % slug.encode() not in held


def render_told(maker: str, papers: Iterable[Findable]) -> bytes:
    """Return `papers.txt`: which program made the bundle, of which papers."""
    return b"\n".join((maker.encode(), *map(line, papers), b""))


def render_files(bundle: Bundle, files: Mapping[str, bytes], told: bytes) -> Iterator[Rendered]:
    """Yield the files of a bundle; what it was made of last."""
    for name, content in sorted(files.items()):
        yield Rendered(path=f"{bundle.folder}/{name}", content=content)
    yield Rendered(path=bundle.told, content=told)


def render_index(program: str, told: Mapping[Bundle, bytes]) -> Rendered:
    """Tell where the program is, and of the bundles that hold papers, the latest first."""
    rows = [[each.name, _mark(of)] for each, of in told.items() if of.count(b"\n") > 1]
    content = json.dumps({"program": program, "bundles": rows[::-1]}, separators=(",", ":"))
    return Rendered(path=INDEX, content=content.encode() + b"\n")


def program_folder(name: str) -> str:
    """Name the folder of what searches in a browser."""
    return f"{FOLDER}/{name}"


def folder_of(path: str) -> str:
    """Name the folder within `FOLDER` that a file lies in."""
    return "/".join(path.split("/")[:3])


def _mark(told: bytes) -> str:
    return hashlib.blake2b(told, digest_size=8).hexdigest()
