"""Proofs of a draft: its mail and its page as they will be, made anew each time, and a trial mail.

Nothing is recorded: a trial is no delivery, and needs no subscriber.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from digest import addresses
from digest.errors import DeliverError, EditionError
from digest.models import Delivery, Envelope, Preferences, Verdict
from digest.pipeline.changes import Press
from digest.pipeline.sealing import edition_of
from digest.pipeline.sending import Connection
from digest.render import to_editions
from digest.render.matches import Matcher
from digest.store import Store

ANYBODY = "reader@example.org"
"""Whom a proof of a mail is to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proofs:
    """What proofs are made with.

    `letters` returns a maker of mail that has seen no edition yet, for drafts change; `connect`
    a connection to the mail server, or raises where none is set.
    """

    store: Store
    press: Press
    letters: Callable[[], Callable[[Delivery], Envelope | None]]
    connect: Callable[[], Connection]
    clock: Callable[[], datetime]

    def mail(self, name: str, to: str = ANYBODY) -> Envelope:
        """Return the mail of an edition to a reader who wants all of it."""
        delivery = Delivery(
            edition=name,
            subscriber_id=0,
            address=addresses.parse(to).address,
            preferences=Preferences(wants_empty=True),
            planned_at=self.clock(),
        )
        envelope = self.letters()(delivery)
        if envelope is None:
            raise EditionError(f"there is nothing in the edition {name}", at=name)
        return envelope

    def page(self, name: str, assets: str) -> bytes:
        """Return the page of an edition, to be shown elsewhere; `assets` is where its style is."""
        with self.store.reading() as tx:
            record = tx.edition(name)
            if record is None:
                raise EditionError(f"there is no edition {name}", at=name)
            edition = edition_of(tx, record, self.press.rules)
        press = self.press
        matcher = Matcher(press.topics.values(), press.site.tongue)
        made = to_editions.render_proof(edition, press.site, press.templates, matcher, assets)
        return made.content

    def send(self, name: str, to: str) -> None:
        """Mail a trial of an edition to any address; `DeliverError` where it is not taken."""
        envelope = self.mail(name, to)
        connection = self.connect()
        outcome = connection.open() or connection.send(envelope)
        if connection.is_open:
            connection.close()
        if outcome.verdict is not Verdict.TAKEN:
            what = f"the mail was not taken: {outcome.code or ''} {outcome.said}".strip()
            raise DeliverError(what, at=f"SMTP, {outcome.phase}", hint="see docs/smtp.md")
