"""The mail of each delivery: the edition as it was sealed, what of it the reader asked for, signed.

An edition is put together once, whoever sends it; after that a reader costs what differs for them.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from digest.errors import EditionError
from digest.models import Choice, Delivery, Edition, Envelope, Preferences
from digest.pipeline.changes import Press
from digest.pipeline.sealing import edition_of
from digest.render.matches import Matcher
from digest.render.to_letters import Mailing, Postmark
from digest.store import Store


class Chooser(Protocol):
    """What of one edition a reader is sent."""

    def choose(self, preferences: Preferences) -> Choice | None:
        """Return what a reader of these preferences gets; None where there is nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Issue:
    """An edition ready for mailing."""

    chooser: Chooser
    mailing: Mailing


class Letters:
    """Makes mail. Several threads may ask; what is made for one edition is made once."""

    def __init__(
        self,
        store: Store,
        press: Press,
        postmark: Postmark,
        chooser_of: Callable[[Edition], Chooser],
        seal: Callable[[bytes], bytes] | None = None,
    ) -> None:
        self._store = store
        self._press = press
        self._postmark = postmark
        self._chooser_of = chooser_of
        self._seal = seal
        self._issues: dict[str, _Issue] = {}
        self._gate = threading.Lock()

    def letter(self, delivery: Delivery) -> Envelope | None:
        """Return the mail of a delivery; None where nothing in the edition is for them."""
        issue = self._issues.get(delivery.edition) or self._open(delivery.edition)
        choice = issue.chooser.choose(delivery.preferences)
        if choice is None:
            return None
        envelope = issue.mailing.envelope(delivery, choice)
        if self._seal is None:
            return envelope
        return replace(envelope, content=self._seal(envelope.content))

    def _open(self, name: str) -> _Issue:
        with self._gate:
            if name not in self._issues:
                self._issues[name] = self._issue(self._edition(name))
            return self._issues[name]

    def _edition(self, name: str) -> Edition:
        with self._store.reading() as tx:
            record = tx.edition(name)
            if record is None:
                raise EditionError(f"there is no edition {name}", at=name)
            return edition_of(tx, record, self._press.rules)

    def _issue(self, edition: Edition) -> _Issue:
        press = self._press
        mailing = Mailing(
            edition,
            press.site,
            press.templates,
            budget_bytes=press.mail_budget_bytes,
            postmark=self._postmark,
            matcher=Matcher(press.topics.values(), press.site.tongue),
        )
        return _Issue(chooser=self._chooser_of(edition), mailing=mailing)
