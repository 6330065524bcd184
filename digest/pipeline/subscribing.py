"""Who is subscribed: asked, confirmed, left, changed, erased, told. Each act is one transaction.

    address ─▶ found, suppressed? ─▶ states.after(state, act) ─▶ state, preferences, line of consent

The command line and the web pages call it. Whoever is meant is named by their address, or by their
number where a signed link tells it. Nothing here logs, and no address stands in an error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from digest import addresses
from digest.addresses import Address
from digest.errors import UsageError
from digest.models import (
    ConsentAct,
    Preferences,
    Subscriber,
    SubscriberState,
    Suppression,
)
from digest.models.returns import ReturnKind
from digest.pipeline.returns import failure_mark
from digest.store import Post, Store
from digest.subscribing.acts import Change, Erasure, Holding, Way
from digest.subscribing.states import GONE, after, refusal
from digest.subscribing.wishes import Wishes
from digest.tokens import Signer

T = TypeVar("T")
Who = Address | int

ONE_MAIL_IN = timedelta(days=1)
"""However often somebody asks within it, one mail answers."""

CONFIRM_WITHIN = timedelta(days=7)
"""How long the link of such a mail is good; who did not follow it is then forgotten."""

_ACT, _STATE = ConsentAct, SubscriberState


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """Where subscriptions are changed. `defaults` are what somebody new gets unless they say."""

    store: Store
    signer: Signer
    defaults: Preferences

    def find(self, who: Who) -> Subscriber | None:
        """Return who is meant, unless nobody is (any more)."""
        with self.store.reading_post() as post:
            return _find(post, who)

    def ask(self, who: Address, wishes: Wishes, way: Way, now: datetime) -> Change:
        """Put down that the owner of an address, or somebody in their name, asked for mail.

        None goes to them before they confirm. Who is active already stays as they are, for anybody
        can write anybody's address. Who left, bounced or complained may ask anew.
        """
        return self._act(lambda post: self._ask(post, who, wishes, way, now), is_dry=False)

    def invite(self, who: Address, wishes: Wishes, way: Way, now: datetime) -> None:
        """Do as `ask`, and let a mail go to the address, in the same transaction; one a day.

        It tells how to confirm or, who is active, that they are. Whoever it is, a row is written
        and nothing is returned: what comes of it is told to the owner of the address alone.
        """

        def act(post: Post) -> None:
            found = _find(post, who)
            sent = post.invitations.of(found.id) if found else None
            if found and sent and sent.asked_at > now - ONE_MAIL_IN and found.state in _WAITING:
                if wishes and found.state is _STATE.PENDING:
                    post.register.prefer(found.id, replace(found.preferences, **wishes))
            else:
                found = self._ask(post, who, wishes, way, now).subscriber
            post.invitations.ask(found.id, now, now - ONE_MAIL_IN)

        self._act(act, is_dry=False)

    def propose(
        self, who: Address, wishes: Wishes, way: Way, now: datetime, *, is_dry: bool = False
    ) -> Change:
        """Put down an address that is still to confirm, by another's hand.

        `UsageError` where it is not to be written to, or already there.
        """

        def act(post: Post) -> Change:
            self._refuse_suppressed(post, who)
            found = _find(post, who)
            if found is not None:
                raise UsageError(f"this address is there already: {found.state}")
            return self._ask(post, who, wishes, way, now)

        return self._act(act, is_dry)

    def enrol(
        self, who: Address, wishes: Wishes, way: Way, now: datetime, *, is_dry: bool = False
    ) -> Change:
        """Put down that somebody asked and confirmed, in the way told; mail goes from now on."""

        def act(post: Post) -> Change:
            before = _find(post, who)
            found = self._ask(post, who, wishes, way, now).subscriber
            if found.state is not _STATE.ACTIVE:
                self._confirm(post, found, way, now)
            elif wishes:
                post.register.prefer(found.id, replace(found.preferences, **wishes))
            return Change(before=before, subscriber=_again(post, found))

        return self._act(act, is_dry)

    def confirm(self, who: Who, way: Way, now: datetime, *, is_dry: bool = False) -> Change:
        """Put down that somebody confirmed; mail goes from now on. `UsageError` if they may not."""

        def act(post: Post) -> Change:
            found = _there(post, who)
            if after(found.state, _ACT.CONFIRMED) is not found.state:
                self._confirm(post, found, way, now)
            return Change(before=found, subscriber=_again(post, found))

        return self._act(act, is_dry)

    def leave(self, who: Who, way: Way, now: datetime, *, is_dry: bool = False) -> Change:
        """Put down that somebody left: once this returns, no further mail to them starts."""

        def act(post: Post) -> Change:
            found = _there(post, who)
            state = after(found.state, _ACT.LEFT)
            if state is not found.state:
                post.register.change_state(found.id, state, now, way.line(_ACT.LEFT, now))
            return Change(before=found, subscriber=_again(post, found))

        return self._act(act, is_dry)

    def restore(self, who: Who, way: Way, now: datetime) -> Change:
        """Take back that somebody left: `UsageError` unless they did, and had confirmed before."""

        def act(post: Post) -> Change:
            found = _there(post, who)
            if found.state is not _STATE.UNSUBSCRIBED or found.active_since is None:
                raise refusal(found.state)
            post.register.change_state(found.id, _STATE.ACTIVE, now, way.line(_ACT.CONFIRMED, now))
            post.register.lift(self.hash_of(addresses.parse(found.address)))
            return Change(before=found, subscriber=_again(post, found))

        return self._act(act, is_dry=False)

    def prefer(self, who: Who, wishes: Wishes, *, is_dry: bool = False) -> Change:
        """Set what somebody wishes; what they did not name stays."""

        def act(post: Post) -> Change:
            found = _there(post, who)
            if (wants := replace(found.preferences, **wishes)) != found.preferences:
                post.register.prefer(found.id, wants)
            return Change(before=found, subscriber=_again(post, found))

        return self._act(act, is_dry)

    def erase(self, who: Address, now: datetime) -> Erasure:
        """Leave nothing of somebody but the keyed hash that keeps their address from coming back.

        Where nobody has the address any more, but it is suppressed, the database file is written
        anew: a process that was in the way, or killed, may have left traces there.
        """
        with self.store.writing_post() as post:
            found = _find(post, who)
            gone = Suppression(hash=self.hash_of(who), reason=_STATE.ERASED, at=now)
            if found is None:
                known = post.register.suppressed([gone.hash])
                if gone.hash not in known:
                    raise refusal(None)
                traces: tuple[str, ...] = (who.address, who.key)
            else:
                post.register.suppress(gone)
                traces = post.register.erase(found.id, now)
        is_clean = self.store.scrub(traces, anew=found is None)
        return Erasure(number=found.id if found else 0, is_clean=is_clean)

    def tell_all(self, who: Address) -> Holding:
        """Return all that is held on an address, whoever it belongs to."""
        hashed = self.hash_of(who)
        with self.store.reading_post() as post:
            suppression = post.register.suppressed([hashed]).get(hashed)
            found = _find(post, who)
            if found is None:
                return Holding(subscriber=None, suppression=suppression)
            deliveries = post.register.deliveries(found.id)
            kinds = (ReturnKind.HARD, ReturnKind.SOFT)
            marks = {
                failure_mark(self.signer, kind, found.id, each.edition): (kind, each.edition)
                for each in deliveries
                for kind in kinds
            }
            back = post.returns.known(marks)
            return Holding(
                subscriber=found,
                suppression=suppression,
                consents=post.register.consents(found.id),
                deliveries=deliveries,
                returns=tuple((*marks[mark], at) for mark, at in back.items()),
                soft_bounces=post.returns.row_of(found.id),
                invitation=post.invitations.of(found.id),
            )

    def hash_of(self, who: Address) -> str:
        """Return what stands for an address among those that are not to be written to."""
        return self.signer.digest("address", who.key)

    def _act(self, act: Callable[[Post], T], is_dry: bool) -> T:
        with self.store.writing_post(is_dry=is_dry) as post:
            return act(post)

    def _ask(self, post: Post, who: Address, wishes: Wishes, way: Way, now: datetime) -> Change:
        found = _find(post, who)
        state = after(found.state if found else None, _ACT.ASKED)
        line = way.line(_ACT.ASKED, now)
        if found is None:
            wants = replace(self.defaults, **wishes)
            new = Subscriber(
                address=who.address, state=state, preferences=wants, created_at=now, since=now
            )
            number = post.register.add(new, who.key, line)
            return Change(before=None, subscriber=replace(new, id=number))
        if state is _STATE.ACTIVE:
            return Change(before=found, subscriber=found)
        if state is found.state:
            post.register.add_consent(found.id, line)
        else:
            self._keep_suppressed(post, found, who, now)
            post.register.change_state(found.id, state, now, line)
        if wishes:
            post.register.prefer(found.id, replace(found.preferences, **wishes))
        return Change(before=found, subscriber=_again(post, found))

    def _keep_suppressed(self, post: Post, found: Subscriber, who: Address, now: datetime) -> None:
        """Let no list bring back, before they confirm, who is asked for anew."""
        hashed = self.hash_of(who)
        if hashed not in post.register.suppressed([hashed]):
            post.register.suppress(Suppression(hash=hashed, reason=found.state, at=now))

    def _confirm(self, post: Post, found: Subscriber, way: Way, now: datetime) -> None:
        state = after(found.state, _ACT.CONFIRMED)
        post.register.change_state(found.id, state, now, way.line(_ACT.CONFIRMED, now))
        post.register.lift(self.hash_of(addresses.parse(found.address)))

    def _refuse_suppressed(self, post: Post, who: Address) -> None:
        found = _find(post, who)
        if found is not None and found.state in GONE:
            raise refusal(found.state)
        hashed = self.hash_of(who)
        held = post.register.suppressed([hashed]).get(hashed)
        if held is not None and found is None:
            raise refusal(held.reason)


_WAITING = frozenset({_STATE.PENDING, _STATE.ACTIVE})


def _find(post: Post, who: Who) -> Subscriber | None:
    if isinstance(who, int):
        return post.register.by_id(who)
    return post.register.by_key(who.key)


def _there(post: Post, who: Who) -> Subscriber:
    """Return who is meant; `UsageError` where nobody is, or was erased."""
    found = _find(post, who)
    if found is None or found.state is _STATE.ERASED:
        raise refusal(None)
    return found


def _again(post: Post, found: Subscriber) -> Subscriber:
    """Return somebody as they now are."""
    return post.register.by_id(found.id) or found
