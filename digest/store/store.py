"""The store: transactions, leases, and the check that the doctor asks for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

from sqlalchemy import Engine

from digest.store import checking, deriving, folding, indexing, keys, leases, visiting
from digest.store.deriving import Rules
from digest.store.engine import place_of, reading, writing
from digest.store.failures import readable
from digest.store.indexing import WordsOf
from digest.store.post import Post
from digest.store.schema import read_meta
from digest.store.scrubbing import scrub
from digest.store.transaction import Reading, Writing
from digest.store.visiting import Quota


class Store:
    """An open database. `id` is random, made with it, and kept by its backups."""

    def __init__(self, engine: Engine, store_id: str) -> None:
        self._engine = engine
        self._at = place_of(engine.url)
        self.id = store_id

    @property
    def change(self) -> int:
        """The number of the last change that was committed."""
        with readable(self._at), reading(self._engine) as connection:
            return int(read_meta(connection, "change"))

    @contextmanager
    def writing(self, *, is_dry: bool = False) -> Iterator[Writing]:
        """Run one transaction, alone among writers: all of it is kept, or nothing.

        Of a dry one nothing is, whatever it did: it tells what would be.
        """
        with writing(self._engine, is_dry=is_dry) as connection:
            yield Writing(connection, self._at)

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """Run one transaction that sees the store as it was at its first look."""
        with reading(self._engine) as connection:
            yield Reading(connection, self._at)

    @property
    def keys(self) -> tuple[bytes, ...]:
        """The random keys that sign addresses and tokens, newest first; the last came with it."""
        with readable(self._at), reading(self._engine) as connection:
            return keys.keys(connection)

    @property
    def key(self) -> bytes:
        """The eldest of them."""
        return self.keys[-1]

    def add_key(self) -> int:
        """Let a new key sign; those before it are still believed. Return how many there are."""
        with readable(self._at), writing(self._engine) as connection:
            return keys.add_key(connection)

    @contextmanager
    def writing_post(self, *, is_dry: bool = False) -> Iterator[Post]:
        """Run one transaction over subscribers and deliveries, as `writing` does."""
        with writing(self._engine, is_dry=is_dry) as connection:
            yield Post(connection, self._at)

    @contextmanager
    def reading_post(self) -> Iterator[Post]:
        """Run one transaction that sees subscribers and deliveries as they were."""
        with reading(self._engine) as connection:
            yield Post(connection, self._at)

    def scrub(self, traces: Collection[str], *, anew: bool = False) -> bool:
        """Leave nothing in SQLite's files of what was erased, as `Register.erase` returned it.

        With `anew` the file is written anew whatever is found in it: for where not all that was
        erased is known any more. False where another process is in the way: ask again when it is
        gone.
        """
        return scrub(self._engine, traces, anew=anew)

    def lease(self, name: str, holder: str, seconds: float, now: datetime) -> bool:
        """Take or renew the lease until `now + seconds`; false while another holds it."""
        until = now + timedelta(seconds=seconds)
        with readable(self._at), writing(self._engine) as connection:
            return leases.take(connection, name, holder, now, until)

    def release(self, name: str, holder: str) -> None:
        """Give up the lease, if it is held by this holder."""
        with readable(self._at), writing(self._engine) as connection:
            leases.release(connection, name, holder)

    def visit(self, quotas: Sequence[Quota], now: datetime) -> datetime | None:
        """Count one visit to each of these; where one is used up, none: return when it is not."""
        with readable(self._at), writing(self._engine) as connection:
            return visiting.visit(connection, quotas, now)

    def refold(self, rules: int, title_key: Callable[[str], str]) -> int:
        """Let each paper be found by its title as `title_key` has it; return how many keys came.

        `rules` is the number of the rules by which it folds: where they were the last to be used,
        nothing is to do. What is published does not change by it, nor does the change number.
        """
        with readable(self._at), reading(self._engine) as connection:
            if folding.is_folded(connection, rules):
                return 0
        with readable(self._at), writing(self._engine) as connection:
            return folding.refold(connection, rules, title_key)

    def index(
        self, rules: int, words_of: WordsOf, goes_on: Callable[[], bool] = lambda: True
    ) -> int:
        """Let each paper be found by the words that `words_of` has of it; return how many changed.

        `rules` is their number: done are the papers that changed since, or all where earlier
        rules were the last to be used. A batch a transaction, none longer than a moment; where it
        was ended (by `goes_on`, or killed), the next call goes on. What is published does not
        change by it, nor does the change number.
        """
        changed = 0
        while goes_on():
            with readable(self._at), reading(self._engine) as connection:
                batch = indexing.prepare(connection, rules, words_of)
            if batch is None:
                break
            with readable(self._at), writing(self._engine) as connection:
                changed += indexing.write(connection, batch) or 0
        return changed

    def derive(self, rules: Rules) -> None:
        """Bring up to date who wrote which papers, and which are close to which.

        Done are the papers that changed since, or all where earlier rules were the last to be used.
        A batch a transaction, none longer than a moment; killed, the next call goes on. Papers
        whose pages change by it get the transaction's change number, as do authors.
        """
        while True:
            with readable(self._at), reading(self._engine) as connection:
                todo = deriving.begin(connection, rules.number)
            if todo is None:
                return
            at: deriving.Progress | None = todo.progress
            for ids in todo.batches():
                with readable(self._at), writing(self._engine) as connection:
                    at = at and deriving.step(connection, at, ids, rules)
            if at is not None:
                with readable(self._at), writing(self._engine) as connection:
                    deriving.finish(connection, at)

    def check(self) -> list[str]:
        """Look through the whole database; return what is wrong, in words, or nothing."""
        with readable(self._at), reading(self._engine) as connection:
            return checking.check(connection)

    def close(self) -> None:
        """Let go of all connections; on SQLite that folds its journal into the file."""
        self._engine.dispose()
