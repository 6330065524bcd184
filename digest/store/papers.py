"""The papers: who answers to a key, what changed, what was announced last. Only reads."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any

from sqlalchemy import Connection, Row, and_, exists, select, union

from digest.models import Announced, KnownPaper, Paper, PaperPage, Section, Sighting
from digest.store.statements import BATCH, batches
from digest.store.tables import announcements, curation, dumps, paper_keys, papers, sightings

PAPER_COLUMNS = [papers.c[name] for name in Paper.__dataclass_fields__]

_KNOWN_COLUMNS = [papers.c[name] for name in KnownPaper.__dataclass_fields__]
_SIGHTING_COLUMNS = [sightings.c[name] for name in Sighting.__dataclass_fields__]


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
        select(*_SIGHTING_COLUMNS)
        .where(*conditions)
        .order_by(sightings.c.paper_id, sightings.c.day, sightings.c.dump_id)
    )
    found: dict[int, list[Sighting]] = {}
    for row in connection.execute(statement):
        found.setdefault(row.paper_id, []).append(Sighting(**row._asdict()))
    return {paper_id: tuple(seen) for paper_id, seen in found.items()}


def changed(connection: Connection, since: int) -> Iterator[PaperPage]:
    """Yield the papers with a change number after `since`, in order of arrival."""
    wanted = select(papers.c.id).where(papers.c.change > since).order_by(papers.c.id)
    for ids in batches(connection.execute(wanted).scalars().all(), BATCH // 2):
        yield from _pages(connection, ids)


def latest_announced(
    connection: Connection, limit: int
) -> tuple[tuple[Paper, Announced, str], ...]:
    """Return new papers that are not hidden, by when they were announced, then as listed."""
    at = announcements.c
    hidden = exists().where(
        curation.c.edition == at.edition, curation.c.paper_id == at.paper_id, curation.c.is_hidden
    )
    statement = (
        select(at.at, at.is_late, at.edition, *PAPER_COLUMNS)
        .join_from(announcements, papers, papers.c.id == at.paper_id)
        .where(at.section == Section.NEW.value, ~hidden)
        .order_by(at.at.desc(), at.paper_id)
        .limit(limit)
    )
    return tuple(_announced(row) for row in connection.execute(statement))


def _pages(connection: Connection, ids: Sequence[int]) -> Iterator[PaperPage]:
    """Yield the pages of these papers, in four statements."""
    here = by_ids(connection, ids)
    moved = select(papers.c.id, papers.c.moved_to).where(
        and_(papers.c.id.in_(ids), papers.c.moved_to.is_not(None))
    )
    moves = {row.id: row.moved_to for row in connection.execute(moved)}
    targets = by_ids(connection, sorted(set(moves.values()))) if moves else {}
    seen = sightings_where(connection, sightings.c.paper_id.in_(ids))
    names = _edition_names(connection, ids)
    for paper_id in ids:
        yield PaperPage(
            paper=here[paper_id],
            editions=tuple(sorted(names.get(paper_id, ()))),
            sightings=seen.get(paper_id, ()),
            moved_to=targets[moves[paper_id]] if paper_id in moves else None,
        )


def _edition_names(connection: Connection, ids: Sequence[int]) -> dict[int, set[str]]:
    """Return the daily editions that each paper was announced or sighted in."""
    at = announcements.c
    announced = select(at.paper_id, at.edition).where(at.paper_id.in_(ids))
    sighted = (
        select(sightings.c.paper_id, dumps.c.edition)
        .join_from(sightings, dumps)
        .where(sightings.c.paper_id.in_(ids), dumps.c.edition.is_not(None))
    )
    names: dict[int, set[str]] = {}
    for paper_id, name in connection.execute(union(announced, sighted)):
        names.setdefault(paper_id, set()).add(name)
    return names


def _announced(row: Row[Any]) -> tuple[Paper, Announced, str]:
    values = row._asdict()
    edition = str(values.pop("edition"))
    announced = Announced(at=values.pop("at"), is_late=values.pop("is_late"))
    return paper_of(values), announced, edition
