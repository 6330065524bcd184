"""Lists of subscribers, of any length: told, as JSON, as a table; to stdout or to a file."""

from __future__ import annotations

import csv
import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any, TextIO, cast

from digest import addresses
from digest.cli.people import counted
from digest.cli.words import say
from digest.errors import OutputError, UsageError
from digest.models import Cadence, Subscriber, SubscriberState
from digest.pipeline import roll
from digest.store import Store
from digest.subscribing.table import HEADER, cells
from digest.subscribing.telling import in_words, shape, shape_consent


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Who is to be listed. `part` stands in their address; a limit of 0 is none."""

    state: SubscriberState | None
    cadence: Cadence | None
    topic: str | None
    part: str | None
    limit: int


def tell(store: Store, wanted: Wanted) -> None:
    """Tell who is wanted, a line each, and how many there are in all."""
    found = _wanted(store, wanted)
    for subscriber in _most(found, wanted.limit):
        say(in_words(subscriber))
    if wanted.limit and next(found, None) is not None:
        say(f"… and more: --limit {wanted.limit * 2}, or --limit 0 for all")
    say(counted(_counts(store)))


def put(store: Store, wanted: Wanted) -> None:
    """Print who is wanted as JSON: `counts` of all by state, `subscribers`, whether `more` are."""
    counts = {state.value: count for state, count in _counts(store).items()}
    found = _wanted(store, wanted)
    with _stdout() as stream:
        stream.write(f'{{"counts": {json.dumps(counts)},\n "subscribers": ')
        _put_list(stream, map(shape, _most(found, wanted.limit)))
        more = wanted.limit > 0 and next(found, None) is not None
        stream.write(f',\n "more": {json.dumps(more)}}}\n')


def put_table(stream: TextIO, store: Store) -> None:
    """Write all subscribers as CSV (RFC 4180)."""
    writer = csv.writer(stream)
    writer.writerow(HEADER)
    writer.writerows(cells(each, record) for each, record in roll.records(store))


def put_records(stream: TextIO, store: Store) -> None:
    """Write all subscribers, with the record of their consent, as a JSON list."""
    told = roll.records(store)
    _put_list(
        stream,
        (
            shape(each) | {"consents": [shape_consent(line) for line in lines]}
            for each, lines in told
        ),
    )
    stream.write("\n")


def put_json(stream: TextIO, value: object) -> None:
    """Write a value as JSON."""
    stream.write(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def write(path: Path | None, fill: Callable[[TextIO], None]) -> None:
    """Let stdout be filled, or a file that only its owner may read: whole, or not there."""
    if path is None:
        with _stdout() as stream:
            fill(stream)
        return
    target = path.resolve()
    if target.exists() and not target.is_file():
        raise UsageError("there is something else than a file", at=str(path), hint="name a file")
    try:
        with NamedTemporaryFile(
            "w", encoding="utf-8", newline="", dir=target.parent, prefix=".digest-", delete=False
        ) as file:  # made with mode 0600
            try:
                fill(cast(TextIO, file))
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).replace(target)
            except BaseException:
                with suppress(OSError):
                    Path(file.name).unlink()
                raise
    except OSError as error:
        raise _unwritten(str(path), error) from error
    say(f"written to {path}, for you alone to read")


def _wanted(store: Store, wanted: Wanted) -> Iterator[Subscriber]:
    part = addresses.folded(wanted.part or "")
    for each in roll.subscribers(store, state=wanted.state, cadence=wanted.cadence):
        is_topic = wanted.topic is None or wanted.topic in each.preferences.topics
        if is_topic and part in each.address.lower():
            yield each


def _most(found: Iterator[Subscriber], limit: int) -> Iterator[Subscriber]:
    return islice(found, limit) if limit else found


def _counts(store: Store) -> dict[SubscriberState, int]:
    with store.reading_post() as post:
        return post.register.counts()


def _put_list(stream: TextIO, values: Iterable[dict[str, Any]]) -> None:
    """Write a JSON list, a line for each value, as they come."""
    stream.write("[")
    for place, value in enumerate(values):
        stream.write(f"{',' * bool(place)}\n  {json.dumps(value, ensure_ascii=False)}")
    stream.write("]")


@contextmanager
def _stdout() -> Iterator[TextIO]:
    """Give stdout in UTF-8, its line ends as they are written."""
    stream = io.TextIOWrapper(sys.stdout.buffer, "utf-8", "replace", newline="")
    try:
        yield stream
        stream.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _unwritten("standard output", error) from error
    finally:
        with suppress(OSError):
            stream.detach()  # flushes it, and leaves stdout open


def _unwritten(where: str, error: OSError) -> OutputError:
    hint = "check that the folder exists, may be written and has room"
    return OutputError(f"cannot be written ({error.strerror or error})", at=where, hint=hint)
