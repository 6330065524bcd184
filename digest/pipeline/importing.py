"""A list of subscribers brought in: each batch of rows one transaction, what is there stays.

    listed ─▶ opted out, or said twice? ─▶ found, suppressed? ─▶ new, let in, changed, or out

Killed in the middle, whole batches are kept; done again, the rest comes, and what came changes no
more. A dry run decides the same and keeps nothing. No address stands in what is told of a line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice

from digest.models import Consent, ConsentAct, Preferences, Subscriber, SubscriberState, Suppression
from digest.pipeline.subscribing import Registry
from digest.store import Post
from digest.subscribing.lists import Listed, Proof, listed, opted_out, proofs
from digest.subscribing.mailboxes import Keys
from digest.subscribing.rows import Complaint, Table
from digest.subscribing.states import GONE, after
from digest.subscribing.table import consent_of

BATCH = 1000
"""Rows in a transaction."""

_TOLD = 100
_ACT, _STATE = ConsentAct, SubscriberState
_OUT_BY = {_STATE.BOUNCED: _ACT.BOUNCED, _STATE.COMPLAINED: _ACT.COMPLAINED}

OUTCOMES = (
    *("pending", "active", "confirmed", "updated", "opted_out"),
    *("unchanged", "suppressed", "repeated", "refused"),
)
"""What may become of a row; each comes to one of these. The first five change something."""

Record = Mapping[str, Consent]
"""Consents by the key of the address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Something to know of a line. `kind` is refused, repeated or kept; `of` list or record."""

    of: str
    line: int
    kind: str
    why: str


@dataclass(slots=True, kw_only=True)
class Imported:
    """What an import came to. `rows` has a count for each of `OUTCOMES`.

    `suppressed` tells why those stayed out; of `problems` the first are kept, `more` were.
    """

    rows: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(OUTCOMES, 0)))
    suppressed: Counter[SubscriberState] = field(default_factory=Counter)
    proofs: int = 0
    proofs_refused: int = 0
    problems: list[Problem] = field(default_factory=list)
    more: int = 0

    @property
    def is_change(self) -> bool:
        """Whether anything came to be other than it was."""
        return any(self.rows[name] for name in OUTCOMES[:5])

    @property
    def has_refused(self) -> bool:
        """Whether there was a line that means nothing, in the list or in the record."""
        return bool(self.rows["refused"] or self.proofs_refused)

    def tell(self, of: str, line: int, kind: str, why: str) -> None:
        """Keep that there is something to know of a line."""
        if len(self.problems) < _TOLD:
            self.problems.append(Problem(of=of, line=line, kind=kind, why=why))
        else:
            self.more += 1


@dataclass(slots=True)
class _Acts:
    """What a batch comes to in the store."""

    newcomers: list[tuple[Subscriber, str, Consent]] = field(default_factory=list)
    changes: list[tuple[int, SubscriberState, Consent]] = field(default_factory=list)
    wishes: list[tuple[int, Preferences]] = field(default_factory=list)
    suppressions: list[Suppression] = field(default_factory=list)

    def do(self, post: Post, now: datetime) -> None:
        """Carry all of it out."""
        if self.newcomers:
            post.register.add_many(self.newcomers)
        if self.changes:
            post.register.change_states(self.changes, now)
        if self.wishes:
            post.register.prefer_many(self.wishes)
        for suppression in self.suppressions:
            post.register.suppress(suppression)


@dataclass(frozen=True, slots=True, kw_only=True)
class Importer:
    """How a list is brought in. `known` are the topics there are, `source` says where it is from.

    With `is_update` the wishes of who is there become those of the list; `is_dry` keeps nothing.
    """

    registry: Registry
    known: Collection[str]
    source: str
    now: datetime
    is_update: bool = False
    is_dry: bool = False

    def take(self, table: Table, record: Table | None = None) -> Imported:
        """Bring in the list of a table; who stands in the record of consent is active at once."""
        told = Imported()
        known = self._record(record, told) if record else {}
        rows = self._once(table, told)
        while batch := list(islice(rows, BATCH)):
            self._batch(batch, known, told)
        return told

    def _record(self, table: Table, told: Imported) -> dict[str, Consent]:
        """Return what a record of consent proves; of two lines for an address the first."""
        found: dict[str, Consent] = {}
        sources: dict[str, str] = {}  # most lines say the same: kept once
        for line in proofs(table, self.now):
            if isinstance(line, Complaint):
                told.proofs_refused += 1
                told.tell("record", line.line, "refused", line.why)
            elif line.who.key in found:
                told.tell("record", line.line, "repeated", "the address stands on a line before")
            else:
                found[line.who.key] = _consent(line, sources)
        told.proofs = len(found)
        return found

    def _once(self, table: Table, told: Imported) -> Iterator[Listed]:
        """Yield what the list says of each address first; that one opted out goes before all."""
        outs, seen = Keys(), Keys()
        for who in opted_out(table):
            outs.add(who.key)
        for row in listed(table, self.known, self.now):
            if isinstance(row, Complaint):
                told.rows["refused"] += 1
                told.tell("list", row.line, "refused", row.why)
            elif row.out is None and row.who.key in outs:
                told.rows["repeated"] += 1
                told.tell("list", row.line, "repeated", "the address opted out on another line")
            elif not seen.add(row.who.key):
                told.rows["repeated"] += 1
                told.tell("list", row.line, "repeated", "the address stands on a line before")
            else:
                yield row

    def _batch(self, batch: Sequence[Listed], record: Record, told: Imported) -> None:
        store = self.registry.store
        with store.reading_post() if self.is_dry else store.writing_post() as post:
            found = post.register.by_keys([row.who.key for row in batch])
            hashes = {row.who.key: self.registry.hash_of(row.who) for row in batch}
            held = post.register.suppressed(list(hashes.values()))
            by_list = _came_by_list(post, [found.get(row.who.key) for row in batch if row.out])
            acts, outcomes = _Acts(), Counter[str]()
            for row in batch:
                key = row.who.key
                there, bar = found.get(key), held.get(hashes[key])
                if row.out:
                    outcome = self._out(acts, row, there, bar, by_list, hashes[key], told)
                elif why := _why_not(there, bar):
                    outcome = "suppressed"
                    told.suppressed[why] += 1
                else:
                    outcome = self._in(acts, row, there, record.get(key))
                outcomes[outcome] += 1
            if not self.is_dry:
                acts.do(post, self.now)
        told.rows.update(outcomes)

    def _in(self, acts: _Acts, row: Listed, there: Subscriber | None, proof: Consent | None) -> str:
        """Let somebody in who may be; return the outcome."""
        state = after(there.state if there else None, _ACT.IMPORTED, has_proof=proof is not None)
        if there is None:
            acts.newcomers.append((self._new(row, state), row.who.key, proof or self._claim(row)))
            return "active" if proof else "pending"
        wants = replace(there.preferences, **row.wishes)
        is_updated = self.is_update and wants != there.preferences
        if is_updated:
            acts.wishes.append((there.id, wants))
        if proof and state is not there.state:
            acts.changes.append((there.id, state, proof))
            return "confirmed"
        return "updated" if is_updated else "unchanged"

    def _out(  # noqa: PLR0913, PLR0917 - what is known of one row
        self,
        acts: _Acts,
        row: Listed,
        there: Subscriber | None,
        bar: Suppression | None,
        by_list: Collection[int],
        hashed: str,
        told: Imported,
    ) -> str:
        """Keep somebody out who opted out elsewhere; return the outcome."""
        reason = row.out or _STATE.UNSUBSCRIBED
        if there is None or there.state is _STATE.PENDING:
            if bar is not None:
                return "unchanged"
            acts.suppressions.append(Suppression(hash=hashed, reason=reason, at=self.now))
            return "opted_out"
        if there.state is _STATE.ACTIVE and there.id not in by_list:
            why = "the address opted out elsewhere; it stays active, for they confirmed here"
            told.tell("list", row.line, "kept", why)
            return "unchanged"
        act = _OUT_BY.get(reason, _ACT.LEFT)
        state = after(there.state, act)
        if state is there.state:
            return "unchanged"
        acts.changes.append((there.id, state, self._line(act, row)))
        return "opted_out"

    def _new(self, row: Listed, state: SubscriberState) -> Subscriber:
        return Subscriber(
            address=row.who.address,
            state=state,
            preferences=replace(self.registry.defaults, **row.wishes),
            created_at=self.now,
            since=self.now,
            active_since=self.now if state is _STATE.ACTIVE else None,
        )

    def _claim(self, row: Listed) -> Consent:
        """Return the line of who is pending; what the list says of their consent proves nothing."""
        at = row.consented_at
        proof = f"not proven: the list says they consented at {at.isoformat()}" if at else ""
        return replace(self._line(_ACT.IMPORTED, row), proof=proof)

    def _line(self, act: ConsentAct, row: Listed) -> Consent:
        return Consent(act=act, at=self.now, source=row.source or self.source)


def _consent(line: Proof, sources: dict[str, str]) -> Consent:
    source = sources.setdefault(line.source, line.source)
    return Consent(act=_ACT.IMPORTED, at=line.at, source=source, proof=line.proof)


def _why_not(there: Subscriber | None, bar: Suppression | None) -> SubscriberState | None:
    """Return why an address is not to be written to, if it is not."""
    if there is not None and there.state in GONE:
        return there.state
    if bar is not None and (there is None or there.state is _STATE.PENDING):
        return bar.reason
    return None


def _came_by_list(post: Post, some: Sequence[Subscriber | None]) -> frozenset[int]:
    """Return who of these is active by a list alone, without having confirmed here."""
    active = [each for each in some if each and each.state is _STATE.ACTIVE]
    records = post.register.consents_of_many([each.id for each in active]) if active else {}
    lines = {each.id: consent_of(each, records.get(each.id, ())) for each in active}
    return frozenset(number for number, line in lines.items() if line and line.act is _ACT.IMPORTED)
