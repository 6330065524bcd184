"""What can be asked of subscribers and deliveries, and told of them, inside one transaction.

None of it is published: it takes no change number. As in `transaction`, each method hands over to
the module that knows its tables, and the database's errors become ours.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from digest.models import (
    Cadence,
    Consent,
    Delivery,
    DeliveryRecord,
    Posting,
    PostRecord,
    PostResult,
    Preferences,
    Result,
    Subscriber,
    SubscriberState,
    Suppression,
)
from digest.store import outbox, planning, posting, retaining, returns, subscribers, suppressing
from digest.store.inviting import Invitations
from digest.store.outbox import Key
from digest.store.part import Part
from digest.store.pinging import Pings
from digest.store.subscribers import Change, Newcomer
from digest.store.tallying import Tallies


class Register(Part):
    """The subscribers and their record of consent."""

    def by_key(self, address_key: str) -> Subscriber | None:
        """Return the subscriber whose address folds to this key."""
        return self._do(subscribers.by_key, address_key)

    def by_id(self, number: int) -> Subscriber | None:
        """Return the subscriber of this number, also one that was erased."""
        return self._do(subscribers.by_id, number)

    def by_keys(self, keys: Collection[str]) -> dict[str, Subscriber]:
        """Return the subscribers whose addresses have these keys; keys of nobody are left out."""
        return self._do(subscribers.by_keys, keys)

    def listed(
        self,
        *,
        after: int = 0,
        limit: int,
        state: SubscriberState | None = None,
        cadence: Cadence | None = None,
    ) -> tuple[Subscriber, ...]:
        """Return up to `limit` subscribers of a state and cadence, by number, from `after` on.

        Those erased are listed only where that state is asked for.
        """
        act = subscribers.listed
        return self._do(act, after=after, limit=limit, state=state, cadence=cadence)

    def counts(self) -> dict[SubscriberState, int]:
        """Count subscribers by state; none is left out."""
        return self._do(subscribers.counts)

    def add(self, subscriber: Subscriber, address_key: str, consent: Consent) -> int:
        """Store a subscriber who is not there yet, and how they came; return their number."""
        return self._do(subscribers.add, subscriber, address_key, consent)

    def add_many(self, newcomers: Sequence[Newcomer]) -> int:
        """Store subscribers who are not there yet; return the first's number, others follow."""
        return self._do(subscribers.add_many, newcomers)

    def change_state(
        self, number: int, state: SubscriberState, at: datetime, consent: Consent
    ) -> None:
        """Put a subscriber into another state, and write down by whose act."""
        self._do(subscribers.change_state, number, state, at, consent)

    def change_states(self, changes: Sequence[Change], at: datetime) -> None:
        """Put subscribers into other states, each of them once."""
        self._do(subscribers.change_states, changes, at)

    def prefer(self, number: int, preferences: Preferences) -> None:
        """Set what a subscriber wants."""
        self._do(subscribers.prefer, number, preferences)

    def prefer_many(self, wants: Sequence[tuple[int, Preferences]]) -> None:
        """Set what subscribers want."""
        self._do(subscribers.prefer_many, wants)

    def add_consent(self, number: int, consent: Consent) -> None:
        """Add a line to a subscriber's record of consent; their state stays."""
        self._do(subscribers.add_consent, number, consent)

    def consents(self, number: int) -> tuple[Consent, ...]:
        """Return a subscriber's record of consent, eldest line first."""
        return self._do(subscribers.consents_of, number)

    def consents_of_many(self, numbers: Collection[int]) -> Mapping[int, tuple[Consent, ...]]:
        """Return the records of consent of these subscribers, eldest line first."""
        return self._do(subscribers.consents_of_many, numbers)

    def deliveries(self, number: int) -> tuple[DeliveryRecord, ...]:
        """Return what a subscriber was to be sent, and what became of it, eldest first."""
        return self._do(suppressing.deliveries_of, number)

    def suppress(self, suppression: Suppression) -> None:
        """Keep that an address is not to be written to, whoever it belongs to."""
        self._do(suppressing.suppress, suppression)

    def lift(self, hashed: str) -> None:
        """Forget that an address is not to be written to."""
        self._do(suppressing.lift, hashed)

    def suppressed(self, hashes: Collection[str]) -> dict[str, Suppression]:
        """Return which of these hashes are not to be written to, and why."""
        return self._do(suppressing.suppressed, hashes)

    def erase(self, number: int, at: datetime) -> tuple[str, ...]:
        """Leave of a subscriber only the number, which their deliveries carry.

        Returns what is to be found nowhere any more: after the transaction, `Store.scrub` sees to
        it.
        """
        return self._do(suppressing.erase, number, at)

    def stale(
        self, states: Collection[SubscriberState], before: datetime, limit: int
    ) -> tuple[int, ...]:
        """Return up to `limit` who are in one of these states, untouched, since before."""
        return self._do(retaining.stale, states, before, limit)

    def unconfirmed(self, before: datetime, limit: int) -> tuple[int, ...]:
        """Return up to `limit` pending ones whose last mail to confirm was asked for before."""
        return self._do(retaining.unconfirmed, before, limit)

    def has_networks(self, before: datetime) -> bool:
        """Tell whether lines of consent from before name a network."""
        return self._do(retaining.has_networks, before)

    def forget_networks(self, before: datetime) -> int:
        """Take the network out of lines of consent from before; return of how many."""
        return self._do(retaining.forget_networks, before)


class Outbox(Part):
    """The deliveries: planned, leased, begun, recorded."""

    def rhythms(self, cadence: Cadence) -> tuple[tuple[str, int], ...]:
        """Return the time zones and local hours of the active subscribers of a cadence."""
        return self._do(planning.rhythms, cadence)

    def planned(self, edition: str) -> frozenset[tuple[str, int]]:
        """Return the zones and hours for which the edition was planned."""
        return self._do(planning.planned, edition)

    def plan(
        self,
        edition: str,
        cadence: Cadence,
        due: Mapping[tuple[str, int], datetime],
        now: datetime,
    ) -> int:
        """Plan the edition for zones and hours, by when it was due there; count what came new."""
        return self._do(planning.plan, edition, cadence, due, now)

    def plan_for(
        self, edition: str, cadence: Cadence | None, ids: Iterable[int], now: datetime
    ) -> int:
        """Plan the edition whatever the hour: for these subscribers, or all of a cadence."""
        return self._do(planning.plan_for, edition, cadence, ids, now)

    def lease(
        self, holder: str, now: datetime, until: datetime, limit: int
    ) -> tuple[Delivery, ...]:
        """Take up to `limit` deliveries that are due; others cannot until `until`."""
        return self._do(outbox.lease, holder, now, until, limit)

    def renew(self, holder: str, until: datetime) -> None:
        """Keep what a sender has taken until a later time."""
        self._do(outbox.renew, holder, until)

    def start(self, holder: str, keys: Sequence[Key], until: datetime) -> frozenset[Key]:
        """Say that these are being sent; return those that may be."""
        return self._do(outbox.start, holder, keys, until)

    def record(self, holder: str, results: Sequence[Result], now: datetime) -> None:
        """Write down what became of deliveries that this sender holds."""
        self._do(outbox.record, holder, results, now)

    def recover(self, now: datetime, *, resend: bool, most_crashes: int) -> tuple[int, int]:
        """Take back what dead senders held; count what is sent again and what is held."""
        return self._do(outbox.recover, now, resend=resend, most_crashes=most_crashes)

    def resolve(self, keys: Sequence[Key], now: datetime, *, resend: bool) -> int:
        """Decide on held deliveries: send them (again), or count them as sent."""
        return self._do(outbox.resolve, keys, now, resend=resend)

    def held(self) -> tuple[tuple[str, int, str], ...]:
        """Return the deliveries that wait for a decision: edition, subscriber, and why."""
        return self._do(outbox.held)

    def counts(self, edition: str | None = None) -> dict[str, dict[str, int]]:
        """Count deliveries by edition, latest first, and state."""
        return self._do(outbox.counts, edition)

    def next_due(self) -> datetime | None:
        """Return when the next attempt is due, if any is."""
        return self._do(outbox.next_due)


class Returns(Part):
    """What came back by mail."""

    def remember(self, mark: str, at: datetime) -> bool:
        """Say that the mail of this mark is dealt with; false where it was before."""
        return self._do(returns.remember, mark, at)

    def known(self, marks: Collection[str]) -> dict[str, datetime]:
        """Return which of these marks were dealt with, and when."""
        return self._do(returns.known, marks)

    def row_of(self, number: int) -> tuple[int, datetime | None]:
        """Return how many soft failures of a subscriber are in a row, and when the last came."""
        return self._do(returns.row_of, number)

    def count_soft(self, number: int, at: datetime, since: datetime) -> int:
        """Count a soft failure of a subscriber; return how many are in a row.

        It stands in the row of those before it if the last of them came at `since` or later.
        """
        return self._do(returns.count_soft, number, at, since)

    def suppress(
        self, number: int, reason: SubscriberState, at: datetime, hashed: Callable[[str], str]
    ) -> None:
        """Keep that a subscriber's address is not to be written to, as `hashed` gives it."""
        self._do(returns.suppress, number, reason, at, hashed)


class Channels(Part):
    """The posts to channels: planned, leased, recorded."""

    def planned(self, editions: Sequence[str]) -> frozenset[tuple[str, str]]:
        """Return which of these editions are planned for which channels."""
        return self._do(posting.planned, editions)

    def plan(self, edition: str, channels: Iterable[str], now: datetime) -> int:
        """Plan an edition for channels, due now; return for how many it came new."""
        return self._do(posting.plan, edition, channels, now)

    def lease(
        self, holder: str, due_by: datetime, now: datetime, until: datetime
    ) -> Posting | None:
        """Take one posting that was due, the eldest; others cannot until `until`."""
        return self._do(posting.lease, holder, due_by, now, until)

    def record(self, holder: str, result: PostResult, now: datetime) -> bool:
        """Write down what became of a posting; false where this holder has it no more."""
        return self._do(posting.record, holder, result, now)

    def latest_of(self, channel: str) -> PostRecord | None:
        """Return what was planned last for a channel."""
        return self._do(posting.latest_of, channel)

    def counts(self) -> dict[str, dict[str, int]]:
        """Count postings by channel and state."""
        return self._do(posting.counts)

    def next_due(self) -> datetime | None:
        """Return when something can be leased next, if anything can."""
        return self._do(posting.next_due)


class Post:
    """One transaction over who is written to, what is on its way, and what came back."""

    def __init__(self, connection: Connection, at: str) -> None:
        self.register = Register(connection, at)
        self.outbox = Outbox(connection, at)
        self.returns = Returns(connection, at)
        self.channels = Channels(connection, at)
        self.pings = Pings(connection, at)
        self.invitations = Invitations(connection, at)
        self.tallies = Tallies(connection, at)
