"""The mail for one more reader, beside writing it anew, and signing it beside the bare signature.

Theirs is what a script does: an `EmailMessage` for each reader from texts that are ready. Ours has
the reader's own tokens, ids and return path in it besides.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import jinja2
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from bench.bench_render import SITE, edition, in_turns, row
from digest import theme
from digest.mail.dkim import Sealer
from digest.models import Choice, Delivery, Preferences
from digest.render import text
from digest.render.to_letters import Mailing, Postmark
from digest.tokens import Signer

PAPERS = 20
TOPICS = ("vision", "agents", "speech", "robots", "theory")


def rows(scale: float = 1.0) -> Iterator[dict[str, Any]]:
    """Yield the rows of the table; `scale` is that of the number of readers."""
    readers = [delivery(n) for n in range(1, max(10, int(1000 * scale)) + 1)]
    mailing = mailing_of(theme.load(None, text.FILTERS))
    letter = mailing.letter(readers[0])
    each = 1000 / len(readers)
    ours_ms, theirs_ms = in_turns(
        lambda: [mailing.envelope(reader) for reader in readers],
        lambda: [as_a_script(reader, letter.text, letter.html) for reader in readers],
    )
    yield row(
        f"mails of {PAPERS} papers to {len(readers):,} more readers, all of it",
        ours_ms,
        theirs="EmailMessage, a reader each",
        theirs_ms=theirs_ms,
        goal="≤ 0.1 ms a mail",
        note=f"{ours_ms * each:.0f} µs a mail, tokens and return path signed",
    )
    choices = iter(own_choices())
    own_ms, _ = in_turns(lambda: [mailing.envelope(each, next(choices)) for each in readers])
    yield row(
        f"the same, each with a choice of their own, {len(TOPICS)} topics",
        own_ms,
        goal="≥ 300 a second",
        note=f"{1_000_000 / (own_ms * each):,.0f} a second",
    )
    yield sealed(mailing.envelope(readers[0]).content, max(5, int(100 * scale)))


def sealed(content: bytes, count: int) -> dict[str, Any]:
    """Sign, beside the RSA signature alone, which nothing can be quicker than."""
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    sealer = Sealer("example.org", "s1", pem.decode())
    ours_ms, theirs_ms = in_turns(
        lambda: [sealer.seal(content) for _ in range(count)],
        lambda: [key.sign(b"x", padding.PKCS1v15(), hashes.SHA256()) for _ in range(count)],
    )
    return row(
        f"{count} mails of {len(content) // 1000} kB signed (DKIM, RSA of 2048 bits)",
        ours_ms,
        theirs="the RSA signature alone",
        theirs_ms=theirs_ms,
        note=f"{ours_ms / count * 1000:.0f} µs a mail",
    )


def mailing_of(templates: jinja2.Environment) -> Mailing:
    site = replace(SITE, web_url="https://list.example.org")
    postmark = Postmark(signer=Signer(b"k" * 32), return_path="bounces@example.org")
    return Mailing(edition(PAPERS), site, templates, budget_bytes=80_000, postmark=postmark)


def delivery(number: int) -> Delivery:
    return Delivery(
        edition="2026-03-11",
        subscriber_id=number,
        address=f"reader{number}@example.org",
        preferences=Preferences(),
        planned_at=datetime(2026, 3, 11, 7, tzinfo=UTC),
    )


def own_choices() -> Iterator[Choice]:
    """Yield choices, hardly one of which comes twice."""
    chance = random.Random(1)
    matched = [[topic for topic in TOPICS if chance.random() < 0.4] for _ in range(PAPERS)]
    while True:
        wanted = chance.sample(TOPICS, chance.randint(1, 4))
        told = [tuple(topic for topic in each if topic in wanted) for each in matched]
        muted = chance.sample(range(PAPERS), 4)
        places = tuple(n for n in range(PAPERS) if told[n] and n not in muted)
        yield Choice(places=places, topics=tuple(told[place] for place in places))


def as_a_script(reader: Delivery, plain: str, html: str) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"] = "digest@example.org"
    message["To"] = reader.address
    message["Subject"] = "Today's papers"
    message["List-Unsubscribe"] = f"<https://example.org/{reader.subscriber_id}>"
    message.set_content(plain)
    message.add_alternative(html, subtype="html")
    return message.as_bytes()
