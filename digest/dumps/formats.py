"""The formats of dumps, in the order they are tried, and the reading that is common to all.

A new format is a line in `FORMATS`, or, outside this project, an entry point of the group
`digest.dumps` whose object is a `Format`; whoever calls `read` loads those and hands them in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from digest.dumps import hf_api, page_html, page_text
from digest.dumps.listing import Limits, Listing
from digest.dumps.looks import binary_look, text_look
from digest.dumps.source import CHUNK_BYTES, HEAD_BYTES, Source
from digest.errors import NotADump, TooBig
from digest.models import ListedPaper

ENTRY_POINTS = "digest.dumps"


@dataclass(frozen=True, slots=True, kw_only=True)
class Format:
    """A format: its name, whether a dump is of it, and how it is read.

    `matches` looks at `source.head` and must not read on; `read` may raise `Damaged` or `TooBig`.
    """

    name: str
    matches: Callable[[Source], bool]
    read: Callable[[Source], Listing]


FORMATS = (
    Format(name=hf_api.NAME, matches=hf_api.matches, read=hf_api.read),
    Format(name=page_html.NAME, matches=page_html.matches, read=page_html.read),
    Format(name=page_text.NAME, matches=page_text.matches, read=page_text.read),
)


def read(
    stream: BinaryIO,
    limits: Limits,
    formats: Sequence[Format] = FORMATS,
    *,
    chunk_bytes: int = CHUNK_BYTES,
    head_bytes: int = HEAD_BYTES,
) -> Listing:
    """Recognise a dump by its content and read it; gzip is unpacked on the way.

    A dump is recognised by its first `head_bytes` and read in pieces of `chunk_bytes`.
    Raises `NotADump` where no format fits, `Damaged` or `TooBig` where one does but the dump
    cannot be read; the last two may also come while `papers` is taken.
    """
    source = Source(stream, limits, chunk_bytes=chunk_bytes, head_bytes=head_bytes)
    if look := binary_look(source.first_bytes):
        raise NotADump(f"this looks like {look}, not like a listing of papers", hint=_HINT)
    if not source.head.strip() and not source.has_more:
        raise NotADump("the file is empty", hint="save the page again")
    for known in formats:
        if known.matches(source):
            listing = known.read(source)
            return Listing(
                format=listing.format,
                day=listing.day,
                papers=_counted(listing.papers, limits.max_papers),
                notes=listing.notes,
            )
    look = text_look(source.head)
    what = f"this looks like {look}" if look else "this is text"
    raise NotADump(f"{what}, not like a listing of papers that can be read", hint=_HINT)


_HINT = "known are the Daily Papers page as text or HTML and the answer of /api/daily_papers"


def _counted(papers: Iterator[ListedPaper], max_papers: int) -> Iterator[ListedPaper]:
    for count, paper in enumerate(papers, 1):
        if count > max_papers:
            raise TooBig(
                f"the dump lists more than {max_papers} papers",
                at=f"paper {count}",
                hint="raise limits.max_papers if it is really a dump",
            )
        yield paper
