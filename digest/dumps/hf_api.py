"""The answer of `GET /api/daily_papers` (`hf-api`): a JSON array of items.

Also such an array under `data` (or the like) of an object, and arrays of Python's notation of the
items, as some archives keep them. `{"error": …}` is a failed download.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from digest.dumps.dates import parse_day
from digest.dumps.hf_items import day_of, is_item, paper_of
from digest.dumps.json_text import items, skip_space, value
from digest.dumps.listing import HeaderDay, Listing, add_note
from digest.dumps.source import Source
from digest.errors import Damaged, DumpError, NotADump
from digest.models import ListedPaper
from digest.text.hygiene import clean

NAME = "hf-api"
_STARTS = re.compile(
    r"\s*(?:\{\s*(?:\"|\}|\Z)|\[\s*(?:[{\"']|\]\s*\Z|\[\s*[\[{]|null|true|false|-?\d+\s*,|\Z))"
)
_SECOND_LINE = re.compile(r"\}[ \t]*\n\{\s*\"")
_LISTS = ("data", "dailyPapers", "papers", "results", "items")
_MAX_REPR = 1_000_000  # of a record in Python's notation: it costs 50 times its size to read
_SAMPLE = 50


def matches(source: Source) -> bool:
    """Tell whether the dump is JSON."""
    return _STARTS.match(source.head) is not None


def read(source: Source) -> Listing:
    """Read the array; its first items are looked at before this returns."""
    text = source.whole()
    records = _records(text, source.limits.max_depth)
    first: list[Any] = []
    failure: DumpError | None = None
    try:
        for record in records:
            first.append(_object(record))
            if len(first) >= _SAMPLE:
                break
    except DumpError as error:
        failure = error
    _check(first, failure)
    return Listing(
        format=NAME,
        day=listed_day(first),
        papers=papers_of(_chained(first, records, failure), source.notes),
        notes=source.notes,
    )


def papers_of(records: Iterator[Any], notes: list[str]) -> Iterator[ListedPaper]:
    """Yield the papers of the items; one that cannot be read is told in `notes`."""
    position = 0
    seen: set[str] = set()
    for number, record in enumerate(records, 1):
        try:
            paper = paper_of(record, position + 1)
        except (ValueError, TypeError, RecursionError) as error:
            add_note(notes, f"record {number} was skipped: {error}")
            continue
        if paper.arxiv_id in seen:
            continue
        if paper.arxiv_id:
            seen.add(paper.arxiv_id)
        position += 1
        yield paper


def listed_day(records: list[Any]) -> HeaderDay | None:
    """Return the commonest day on which the items were listed, the first of equals."""
    days = Counter(day for record in records if (day := day_of(record)))
    return parse_day(days.most_common(1)[0][0]) if days else None


def _records(text: str, max_depth: int) -> Iterator[Any]:
    start = skip_space(text, 0)
    if text[start : start + 1] == "[":
        return items(text, start, max_depth)
    if _SECOND_LINE.search(text):
        raise NotADump("this is JSON Lines, one object a line, not one JSON list", hint=_HINT)
    return _of_object(value(text, max_depth))


def _of_object(found: Any) -> Iterator[Any]:
    if not isinstance(found, dict):
        raise NotADump("this is JSON, but no list of papers", hint=_HINT)
    for key in _LISTS:
        if isinstance(found.get(key), list):
            return iter(found[key])
    if found.get("error"):
        said = clean(str(found["error"]))[:200]
        raise Damaged(
            f"a failed download: the server answered “{said}”", hint="download the day again"
        )
    raise NotADump("this is JSON, but no list of papers", hint=_HINT)


_HINT = "save the answer of https://huggingface.co/api/daily_papers as it comes"


def _object(record: Any) -> Any:
    """Return a record; one in Python's notation is read where it is not too long."""
    if not isinstance(record, str):
        return record
    if len(record) > _MAX_REPR or not record.lstrip().startswith("{"):
        return None
    try:
        return ast.literal_eval(record.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
        return None


def _check(first: list[Any], failure: DumpError | None) -> None:
    """Refuse a list of other things, and a broken one of which nothing could be read."""
    if first and not any(is_item(record) for record in first):
        raise NotADump("this is a JSON list, but not of papers", hint=_HINT)
    if failure is not None and not first:
        raise failure


def _chained(first: list[Any], records: Iterator[Any], failure: DumpError | None) -> Iterator[Any]:
    yield from first
    if failure is not None:
        raise failure
    for record in records:
        yield _object(record)
