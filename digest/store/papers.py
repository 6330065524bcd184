"""The papers: who answers to a key, what changed, what was announced last. Only reads."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, and_, select

from digest.models import KnownPaper, Paper, PaperPage, Sighting
from digest.store import derived
from digest.store.hidden import is_hidden
from digest.store.statements import BATCH, batches
from digest.store.tables import announcements, paper_keys, papers, sightings

PAPER_COLUMNS = [papers.c[name] for name in Paper.__dataclass_fields__]

_KNOWN_COLUMNS = [papers.c[name] for name in KnownPaper.__dataclass_fields__]
SIGHTING_COLUMNS = [sightings.c[name] for name in Sighting.__dataclass_fields__]


def hash_of(key: str) -> int:
    """Return a key as a signed 64-bit number, by which it is looked up."""
    return int.from_bytes(
        blake2b(key.encode("utf-8", "replace"), digest_size=8).digest(), signed=True
    )


def known(connection: Connection, keys: Collection[str]) -> dict[str, tuple[KnownPaper, ...]]:
    """Return the papers that answer to each key; one statement for each thousand keys."""
    found: dict[str, dict[int, KnownPaper]] = {}
    for batch in batches(dict.fromkeys(keys)):
        wanted = set(batch)
        statement = (
            select(paper_keys.c.key.label("answers_to"), *_KNOWN_COLUMNS)
            .join_from(paper_keys, papers, papers.c.id == paper_keys.c.paper_id)
            .where(paper_keys.c.hash.in_([hash_of(key) for key in batch]))
        )
        for key, *values in connection.execute(statement):
            if key in wanted:
                paper = KnownPaper(
                    **dict(zip(KnownPaper.__dataclass_fields__, values, strict=True))
                )
                found.setdefault(key, {})[paper.id] = paper
    return {key: tuple(by_id[i] for i in sorted(by_id)) for key, by_id in found.items()}


def by_key(connection: Connection, key: str) -> Paper | None:
    """Return the paper by its public key, else by a key that no other has."""
    found = connection.execute(select(papers.c.id, papers.c.moved_to).where(papers.c.key == key))
    ids = [moved_to or paper_id for paper_id, moved_to in found]
    if not ids:
        ids = [paper.id for paper in known(connection, (key,)).get(key, ())]
    return by_ids(connection, ids)[ids[0]] if len(ids) == 1 else None


def by_ids(connection: Connection, ids: Collection[int]) -> dict[int, Paper]:
    """Return these papers by their row numbers."""
    statement = select(*PAPER_COLUMNS).where(papers.c.id.in_(ids))
    return {row.id: paper_of(row._asdict()) for row in connection.execute(statement)}


def paper_of(values: Mapping[str, Any]) -> Paper:
    """Return the values of `PAPER_COLUMNS` as a paper."""
    return Paper(**values)


def sightings_where(connection: Connection, *conditions: Any) -> Mapping[int, tuple[Sighting, ...]]:
    """Return sightings by paper, oldest first."""
    statement = (
        select(*SIGHTING_COLUMNS)
        .where(*conditions)
        .order_by(sightings.c.paper_id, sightings.c.day, sightings.c.dump_id)
    )
    found: dict[int, list[Sighting]] = {}
    for row in connection.execute(statement):
        found.setdefault(row.paper_id, []).append(Sighting(**row._asdict()))
    return {paper_id: tuple(seen) for paper_id, seen in found.items()}


def changed(connection: Connection, since: int) -> Iterator[PaperPage]:
    """Yield the papers with a change number after `since`, in order of arrival, but the hidden."""
    wanted = select(papers.c.id).where(papers.c.change > since, ~is_hidden())
    ids_in_order = connection.execute(wanted.order_by(papers.c.id)).scalars().all()
    for ids in batches(ids_in_order, BATCH // 2):
        yield from pages_of(connection, ids)


def numbered(connection: Connection, first: int, last: int) -> Iterator[PaperPage]:
    """Yield the papers of these row numbers, both included, in order of arrival, but the hidden."""
    wanted = select(papers.c.id).where(papers.c.id.between(first, last), ~is_hidden())
    ids_in_order = connection.execute(wanted.order_by(papers.c.id)).scalars().all()
    for ids in batches(ids_in_order, BATCH // 2):
        yield from pages_of(connection, ids)


def slugs_numbered(connection: Connection, first: int, last: int) -> Mapping[int, str]:
    """Return the slugs of the papers of these row numbers, in order of arrival."""
    wanted = select(papers.c.id, papers.c.slug).where(papers.c.id.between(first, last))
    return {row.id: row.slug for row in connection.execute(wanted.order_by(papers.c.id))}


def hidden_slugs(connection: Connection, since: int) -> tuple[str, ...]:
    """Return the slugs of papers with a change number after `since` that have no page."""
    wanted = select(papers.c.slug).where(papers.c.change > since, is_hidden())
    return tuple(connection.execute(wanted.order_by(papers.c.id)).scalars())


def pages_of(connection: Connection, ids: Sequence[int]) -> Iterator[PaperPage]:
    """Yield the pages of these papers, in six statements."""
    here = by_ids(connection, ids)
    moved = select(papers.c.id, papers.c.moved_to).where(
        and_(papers.c.id.in_(ids), papers.c.moved_to.is_not(None))
    )
    moves = {row.id: row.moved_to for row in connection.execute(moved)}
    targets = by_ids(connection, sorted(set(moves.values()))) if moves else {}
    seen = sightings_where(connection, sightings.c.paper_id.in_(ids))
    names = _edition_names(connection, ids)
    wrote = derived.author_slugs(connection, ids)
    related = derived.related_of(connection, ids)
    for paper_id in ids:
        yield PaperPage(
            paper=here[paper_id],
            editions=tuple(sorted(names.get(paper_id, ()))),
            sightings=seen.get(paper_id, ()),
            moved_to=targets[moves[paper_id]] if paper_id in moves else None,
            author_slugs=wrote.get(paper_id, {}),
            related=related.get(paper_id, ()),
        )


def _edition_names(connection: Connection, ids: Sequence[int]) -> dict[int, set[str]]:
    """Return the daily editions that announced each paper, as new or as revised."""
    at = announcements.c
    names: dict[int, set[str]] = {}
    for row in connection.execute(select(at.paper_id, at.edition).where(at.paper_id.in_(ids))):
        names.setdefault(row.paper_id, set()).add(row.edition)
    return names
