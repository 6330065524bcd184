"""A mail in the browser, as it was sent: GET /view/TOKEN.

It is made again from the edition and the reader's preferences, and shown in a sandbox: styles in it
count, nothing else does.
"""

from __future__ import annotations

import email
import email.policy
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from digest.models import Delivery, DeliveryRecord, DeliveryState, Envelope
from digest.render import names
from digest.web.answers import missing, office_of, page, tongue_of
from digest.web.office import VIEW, Office
from digest.web.readers import Reader, reader_of

_MADE = frozenset({DeliveryState.SENT, DeliveryState.SENDING, DeliveryState.HELD})


def show(request: Request) -> Response:
    """Show the mail that a link came with."""
    reader, office = reader_of(request, VIEW), office_of(request)
    if reader is None or reader.subscriber is None:
        return missing(request)
    with office.store.reading_post() as post:
        sent = next((d for d in post.register.deliveries(reader.number) if _is(d, reader)), None)
    envelope = office.letter(_delivery(reader, sent)) if sent else None
    if envelope is None:
        url = names.edition_url(office.site, reader.rest) if sent else f"{office.site.url}/"
        title = tongue_of(request).say("This mail cannot be shown")
        return page(request, "unseen.html", 404, title=title, url=url)
    return mail_page(office, envelope)


def mail_page(office: Office, envelope: Envelope) -> Response:
    """Return the HTML of a mail as a page in a sandbox."""
    headers = {"Content-Security-Policy": _policy(office), "Cache-Control": "no-store"}
    return HTMLResponse(_html(envelope.content), headers=headers)


def _is(record: DeliveryRecord, reader: Reader) -> bool:
    return record.edition == reader.rest and record.state in _MADE


def _delivery(reader: Reader, sent: DeliveryRecord) -> Delivery:
    assert reader.subscriber is not None  # noqa: S101 - the caller has looked
    return Delivery(
        edition=sent.edition,
        subscriber_id=reader.number,
        address=reader.subscriber.address,
        preferences=reader.subscriber.preferences,
        planned_at=sent.planned_at,
    )


def _html(content: bytes) -> str:
    """Return the HTML part of one of our own mails."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    part = message.get_body(("html",))
    return "" if part is None else str(part.get_content())


def _policy(office: Office) -> str:
    parts = urlsplit(office.site.url)
    origin = f"{parts.scheme}://{parts.netloc}"
    return (
        f"default-src 'none'; style-src 'unsafe-inline'; img-src 'self' {origin} data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "sandbox allow-popups allow-popups-to-escape-sandbox"
    )


ROUTES = (Route(f"/{VIEW}/{{token}}", show, methods=["GET"]),)
