"""What in a listing is new, what was seen before, and what came back in a new version.

Pure: it gets the listed papers and, by key, the papers already known, and returns a `Diff`. It
neither looks papers up nor writes them down.

    same arXiv id or DOI ───────────────────────────────▶ the same paper
    same title, no ids that differ, abstracts alike ────▶ the same paper
    else ───────────────────────────────────────────────▶ another paper
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rapidfuzz.fuzz import ratio

from digest.identity import keys_of, letters, namesake_key, slug_of
from digest.models import Diff, Known, KnownPaper, ListedPaper, New

ALIKE_PERCENT = 60.0
"""Abstracts at least this alike are one paper's: unrelated ones of one field reach 46."""


def diff(listed: Iterable[ListedPaper], known: Mapping[str, Sequence[KnownPaper]]) -> Diff:
    """Tell apart the new, the seen and the revised; each paper once, however often it is listed.

    `known` maps every key of the listed papers (see `identity.keys_of`) to the papers that answer
    to it. The order of the listing is kept.
    """
    index = _Index(known)
    for paper in listed:
        index.place(paper)
    return index.diff()


def alike(one: str, other: str) -> bool:
    """Tell whether two abstracts can be one paper's; an empty one can be any paper's.

    A dump may cut an abstract short, so the longer is compared up to the length of the shorter.
    """
    if not one or not other or one == other:
        return True
    one, other = letters(one), letters(other)
    shorter = min(len(one), len(other))
    return ratio(one[:shorter], other[:shorter]) >= ALIKE_PERCENT


@dataclass(slots=True, eq=False)
class _Work:
    """One paper while a listing is gone through: what is known of it, what the listing says."""

    known: KnownPaper | None = None
    listed: ListedPaper | None = None
    keys: list[str] = field(default_factory=list)
    known_keys: frozenset[str] = frozenset()
    absorbs: list[KnownPaper] = field(default_factory=list)

    @property
    def age(self) -> tuple[bool, int]:
        """Sort the known before the new, and the known by when they came."""
        return self.known is None, self.known.id if self.known else 0

    def says(self) -> Iterator[KnownPaper | ListedPaper]:
        """Yield what is known and what was listed of it."""
        if self.known:
            yield self.known
        if self.listed:
            yield self.listed


class _Index:
    """The works met so far, by key."""

    def __init__(self, known: Mapping[str, Sequence[KnownPaper]]) -> None:
        self._by_key: dict[str, list[_Work]] = {}
        self._listed: dict[int, _Work] = {}  # by identity, in order of the listing
        works: dict[int, _Work] = {}
        for key, papers in known.items():
            for paper in papers:
                work = works.setdefault(paper.id, _Work(known=paper))
                self._answer(work, (key,))
        for work in works.values():
            work.known_keys = frozenset(work.keys)

    def place(self, paper: ListedPaper) -> None:
        """Find the work that the listed paper is, or make it a new one."""
        keys = keys_of(paper)
        same = self._same(keys, paper)
        work = same[0] if same else _Work()
        for other in same[1:]:
            self._absorb(work, other)
        work.listed = _joined(work.listed, paper) if work.listed else paper
        self._listed.setdefault(id(work), work)
        self._answer(work, keys)

    def diff(self) -> Diff:
        """Return what was found, in the order it was listed."""
        new: list[New] = []
        seen: list[Known] = []
        revised: list[Known] = []
        for work in self._listed.values():
            if work.listed is None:
                continue
            if work.known is None:
                new.append(self._new(work, work.listed))
                continue
            brought = tuple(key for key in work.keys if key not in work.known_keys)
            found = Known(
                listed=work.listed, paper=work.known, keys=brought, absorbs=tuple(work.absorbs)
            )
            (revised if _is_revised(work.known, work.listed) else seen).append(found)
        return Diff(new=tuple(new), seen=tuple(seen), revised=tuple(revised))

    def _same(self, keys: tuple[str, ...], paper: ListedPaper) -> list[_Work]:
        """Return the works that are this paper, the one that lasts first.

        Without an id it is the eldest of its namesakes. With one, it is all that the id names,
        and with them every namesake, for two rows may turn out to be one paper.
        """
        namesakes = sorted(self._by_key.get(keys[-1], ()), key=lambda work: work.age)
        namesakes = [work for work in namesakes if _agrees(work, paper) and _is_alike(work, paper)]
        same = [work for key in keys[:-1] for work in self._by_key.get(key, ())]
        if not same:
            return namesakes[:1]
        first = same[0]
        others = (work for work in same[1:] + namesakes if _agree(first, work))
        distinct = dict.fromkeys(work for work in others if work is not first)
        return sorted((first, *distinct), key=lambda work: work.age)

    def _absorb(self, work: _Work, other: _Work) -> None:
        """Make `other` part of `work`."""
        if other.known:
            work.absorbs.append(other.known)
        if other.listed:
            work.listed = _joined(work.listed, other.listed) if work.listed else other.listed
            del self._listed[id(other)]
            self._listed.setdefault(id(work), work)
        for key in other.keys:
            self._by_key[key].remove(other)
        self._answer(work, other.keys)
        work.known_keys |= other.known_keys

    def _answer(self, work: _Work, keys: Iterable[str]) -> None:
        """Let the work answer to these keys."""
        for key in keys:
            if key not in work.keys:
                work.keys.append(key)
                self._by_key.setdefault(key, []).append(work)

    def _new(self, work: _Work, listed: ListedPaper) -> New:
        """Name a new paper; a title that is another paper's key is told apart by the abstract."""
        key = keys_of(listed)[0]
        if any(other.known and other.known.key == key for other in self._by_key[key]) or (
            key.startswith("title:") and self._by_key[key][0] is not work
        ):
            key = namesake_key(listed)
        return New(listed=listed, key=key, slug=slug_of(key, listed.title), keys=tuple(work.keys))


def _agrees(work: _Work, paper: ListedPaper) -> bool:
    """Tell whether no id of the listed paper differs from the work's."""
    return not any(_differ(said, paper) for said in work.says())


def _agree(one: _Work, other: _Work) -> bool:
    """Tell whether no id of the two works differs."""
    return not any(_differ(a, b) for a in one.says() for b in other.says())


def _differ(one: KnownPaper | ListedPaper, other: KnownPaper | ListedPaper) -> bool:
    """Tell whether two papers have ids of one kind that differ."""
    if one.arxiv_id and other.arxiv_id:
        return one.arxiv_id != other.arxiv_id
    return bool(one.doi and other.doi and one.doi != other.doi)


def _is_alike(work: _Work, paper: ListedPaper) -> bool:
    """Tell whether the abstracts allow the work and its namesake to be one paper."""
    return all(alike(said.abstract, paper.abstract) for said in work.says())


def _is_revised(known: KnownPaper, listed: ListedPaper) -> bool:
    """Tell whether the listing is of a later version; one that is not told counts as the first."""
    return (listed.version or 1) > (known.version or 1)


def _joined(first: ListedPaper, again: ListedPaper) -> ListedPaper:
    """Make one of two listings of one paper: the later version's words, the first's place."""
    newer, older = (again, first) if (again.version or 1) > (first.version or 1) else (first, again)
    filled = {
        name: getattr(older, name)
        for name in newer.__dataclass_fields__
        if getattr(newer, name) in ("", None, ()) and getattr(older, name) not in ("", None, ())
    }
    if newer.abstract not in ("", older.abstract):  # where paragraphs begin goes with the abstract
        filled.pop("paragraph_starts", None)
    return replace(newer, **{**filled, "position": min(first.position, again.position)})
