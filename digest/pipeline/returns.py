"""Deals with mails that came back, a hundred in a transaction, each once.

    mails ─▶ read ─▶ whose? (the token alone tells) ─▶ dealt with before? ─▶ state, count, consent

A mailbox may be read twice and a server may deliver twice: of an edition a subscriber's hard and
soft failure count once each, a complaint or a wish to leave counts once a mail. What cannot be
proven to be about somebody changes nobody, and whom a mail names does not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from digest.mail import verdicts, verp
from digest.mail.bounces import read
from digest.mailbox import Mail, put_away
from digest.models import Consent, Subscriber
from digest.models.returns import ACT_OF, Handled, Returned, ReturnEffect, ReturnKind
from digest.store import Post, Store
from digest.subscribing.states import after
from digest.tokens import Signer

_BATCH = 100
_SUPPRESSED = {ReturnEffect.BOUNCED, ReturnEffect.COMPLAINED}
_SAYS_NOTHING = {ReturnKind.DELAYED, ReturnKind.AUTOMATIC, ReturnKind.OTHER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Where returns are dealt with. `most_soft` failures in a row end a subscription."""

    store: Store
    signer: Signer
    most_soft: int

    def deal(
        self, mails: Iterable[Mail], now: datetime, *, sent_to: str = "", is_dry: bool = False
    ) -> Iterator[Handled]:
        """Yield what became of each mail, once that is kept; then mark those of a Maildir as seen.

        `sent_to` is the envelope's recipient, where it is known. A dry run keeps nothing. Raises
        `StoreBusy` where another process writes: what was yielded before is done.
        """
        left = iter(mails)
        while batch := [_read(mail, sent_to) for mail in islice(left, _BATCH)]:
            handled = self._deal(batch, now, is_dry)
            if not is_dry:
                put_away(mail for mail, _ in batch)
            yield from handled

    def _deal(
        self, batch: list[tuple[Mail, Returned]], now: datetime, is_dry: bool
    ) -> tuple[Handled, ...]:
        with self.store.writing_post(is_dry=is_dry) as post:
            return tuple(self._one(post, mail, told, now) for mail, told in batch)

    def _one(self, post: Post, mail: Mail, told: Returned, now: datetime) -> Handled:
        number, edition = self._whose(told)
        subscriber = post.register.by_id(number) if number else None
        row = 0
        if mail.fault:
            effect = ReturnEffect.UNREADABLE
        elif not number:
            effect = ReturnEffect.UNSIGNED
        elif subscriber is None or told.kind in _SAYS_NOTHING:
            effect = ReturnEffect.UNCHANGED
        elif not post.returns.remember(self._mark(told, number, edition), now):
            effect = ReturnEffect.AGAIN
        else:
            effect, row = self._weigh(post, subscriber, told.kind, now)
            self._keep(post, subscriber, effect, told, now)
        return Handled(
            name=mail.name,
            kind=told.kind,
            effect=effect,
            status=told.status,
            subscriber_id=number,
            edition=edition,
            row=row,
            fault=mail.fault,
        )

    def _whose(self, told: Returned) -> tuple[int, str]:
        """Return the subscriber and edition that a token of ours tells; 0 where none does."""
        if told.kind is not ReturnKind.LEAVE:
            for place in told.places:
                if found := verp.read(self.signer, place):
                    return found
        for token in told.tokens:
            said = self.signer.read("unsubscribe", token) or ""
            if said.isdecimal():
                return int(said), ""
        return 0, ""

    def _mark(self, told: Returned, number: int, edition: str) -> str:
        """Return what tells that this was dealt with, and tells nobody else anything."""
        is_failure = told.kind in (ReturnKind.HARD, ReturnKind.SOFT)
        once = edition if is_failure and edition else told.mark
        return failure_mark(self.signer, told.kind, number, once)

    def _weigh(
        self, post: Post, subscriber: Subscriber, kind: ReturnKind, now: datetime
    ) -> tuple[ReturnEffect, int]:
        if not verdicts.counts(kind, subscriber.state):
            return verdicts.effect_of(kind, subscriber.state), 0
        since = now - verdicts.longest_gap(subscriber.preferences.cadence)
        row = post.returns.count_soft(subscriber.id, now, since)
        return verdicts.effect_of_row(row, self.most_soft), row

    def _keep(
        self,
        post: Post,
        subscriber: Subscriber,
        effect: ReturnEffect,
        told: Returned,
        now: datetime,
    ) -> None:
        """Write down the state that begins, by what, and that the address is not to be used."""
        act = ACT_OF.get(effect)
        if act is None:
            return
        state = after(subscriber.state, act)
        source = " ".join(filter(None, ("mail", str(told.kind), told.status)))
        consent = Consent(act=act, at=now, source=source)
        post.register.change_state(subscriber.id, state, now, consent)
        if effect in _SUPPRESSED:
            post.returns.suppress(
                subscriber.id, state, now, lambda key: self.signer.digest("address", key)
            )


def failure_mark(signer: Signer, kind: ReturnKind, number: int, once: str) -> str:
    """Return the mark of what counts once: of failures, `once` is the edition."""
    return signer.digest("returned", f"{kind} {number} {once}")


def _read(mail: Mail, sent_to: str) -> tuple[Mail, Returned]:
    """Read a mail, and let go of its bytes."""
    told = read(mail.content, sent_to)
    return Mail(name=mail.name, file=mail.file, fault=mail.fault), told
