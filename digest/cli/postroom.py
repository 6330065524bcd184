"""Puts the post room of a newsletter together: outbox, letters, mail server, pace."""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import time as clock_time
from datetime import timedelta

from digest.cli.newsletter import Newsletter
from digest.mail.dkim import Sealer
from digest.mail.pace import Pace
from digest.models import Delivery, Envelope, Invitation
from digest.pipeline.deliver import Postroom
from digest.pipeline.inviting import Usher
from digest.pipeline.judging import Judge
from digest.pipeline.letters import Letters
from digest.pipeline.planning import Timetable
from digest.pipeline.sending import Connection, Means
from digest.pipeline.subscribing import CONFIRM_WITHIN
from digest.render.to_invitation import Inviting
from digest.render.to_letters import Postmark
from digest.smtp.connection import Server
from digest.store import Store
from digest.tokens import Signer


def postroom(
    letter: Newsletter,
    connect: Callable[[], Connection],
    stop: threading.Event,
    *,
    store: Store | None = None,
) -> Postroom:
    """Return the post room: of the newsletter's own store, unless another is given."""
    store = store or letter.store
    told = letter.settings.deliver
    signer = Signer(*store.keys)
    judge = Judge(letter.now, resends_doubt=told.on_doubt == "resend")
    means = Means(
        connect=connect,
        letter=letters(letter, store, signer).letter,
        judge=judge.judge,
        spoiled=judge.spoiled,
        ready_in=_pace(told.rate_per_second, told.domain_per_minute),
        clock=letter.now,
        wait=stop.wait,
        connections=letter.settings.smtp.connections,
    )
    return Postroom(
        store=store,
        rules=letter.rules,
        timetable=timetable(letter),
        means=means,
        holder=holder(),
        resends_doubt=told.on_doubt == "resend",
    )


def usher(letter: Newsletter, connect: Callable[[], Connection], stop: threading.Event) -> Usher:
    """Return what sends the mails that ask to confirm."""
    return Usher(
        store=letter.store,
        connect=connect,
        letter=_inviting(letter),
        judge=Judge(letter.now, resends_doubt=letter.settings.deliver.on_doubt == "resend"),
        clock=letter.now,
        wait=stop.wait,
    )


def timetable(letter: Newsletter) -> Timetable:
    """Return when editions close, and until when they are mailed."""
    told = letter.settings.deliver
    return Timetable(
        closing=clock_time.fromisoformat(told.at) if told.at else None,
        max_age=timedelta(hours=told.max_age_hours),
    )


def server(letter: Newsletter) -> Server:
    """Return the mail server of the settings."""
    told = letter.settings.smtp
    return Server(
        host=told.host,
        port=told.port,
        tls=told.tls,
        ca_file=str(letter.root.absolute() / told.ca_file) if told.ca_file else "",
        user=told.user,
        password=told.password,
        timeout_seconds=told.timeout_seconds,
        hello_name=socket.getfqdn(),
    )


def sealer(letter: Newsletter) -> Sealer | None:
    """Return what signs mails as the settings say, None where nothing does here."""
    dkim = letter.settings.dkim
    if not dkim.selector:
        return None
    domain = dkim.domain or letter.settings.mail.sender.rpartition("@")[2]
    return Sealer(domain, dkim.selector, dkim.key)


def holder() -> str:
    """Name this process, unlike any other."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


def letters(letter: Newsletter, store: Store, signer: Signer) -> Letters:
    """Return what makes the mail of each delivery."""
    own = sealer(letter)
    postmark = Postmark(signer=signer, return_path=letter.settings.mail.return_path)
    return Letters(store, letter.press, postmark, letter.chooser_of, own.seal if own else None)


def _inviting(letter: Newsletter) -> Callable[[Invitation], Envelope | None]:
    own = sealer(letter)
    signer = Signer(*letter.store.keys)
    postmark = Postmark(signer=signer, return_path=letter.settings.mail.return_path)
    inviting = Inviting(letter.site, letter.press.templates, postmark, CONFIRM_WITHIN.days)

    def made(asked: Invitation) -> Envelope | None:
        envelope = inviting.envelope(asked)
        if envelope is None or own is None:
            return envelope
        return replace(envelope, content=own.seal(envelope.content))

    return made


def _pace(rate: float, domain_rate: int) -> Callable[[Delivery], float]:
    """Return a function that tells in how many seconds a mail may go, and counts it if now."""
    pace = Pace(rate, domain_rate)

    def ready_in(delivery: Delivery) -> float:
        now = time.monotonic()
        domain = delivery.address.rpartition("@")[2]
        seconds = pace.ready_at(domain, now) - now
        if seconds <= 0:
            pace.take(domain, now)
        return seconds

    return ready_in
