"""The mail that asks somebody to confirm, or tells who is subscribed already that they are.

Anybody can write anybody's address into a form: nothing of what they wrote stands in it but the
address it goes to, and nothing is promised of a list that its reader may not be on. The same bytes
for the same request, however often it is sent.
"""

from __future__ import annotations

from functools import cached_property

import css_inline
import jinja2

from digest.mail import verp
from digest.mail.message import Letter, build_message, recipient
from digest.models import Envelope, Invitation, Site, SubscriberState
from digest.render import names
from digest.render.to_letters import Postmark
from digest.tokens import Signer

CONFIRM = "confirm"
_KNOWN = "known"
_TEMPLATE = {SubscriberState.PENDING: CONFIRM, SubscriberState.ACTIVE: _KNOWN}
_MARKS = (("Auto-Submitted", "auto-replied"), ("X-Auto-Response-Suppress", "All"))


class Inviting:
    """Makes these mails for one newsletter. `within_days` is how long a link to confirm is good."""

    def __init__(
        self, site: Site, templates: jinja2.Environment, postmark: Postmark, within_days: int
    ) -> None:
        self._site = site
        self._templates = templates
        self._postmark = postmark
        self._within_days = within_days

    def envelope(self, asked: Invitation) -> Envelope | None:
        """Return the mail; None where there is nothing to tell them (any more)."""
        name = _TEMPLATE.get(asked.state)
        if name is None or not asked.address:
            return None
        values = {"site": self._site, "days": self._within_days, "url": self._url(name, asked)}
        subject, text = self._split(
            self._templates.get_template(f"email/{name}.txt").render(values)
        )
        html = self._templates.get_template(f"email/{name}.html").render(values, subject=subject)
        letter = Letter(
            name=name,
            key=self._postmark.signer.digest("message", f"{name} {_said(asked)}"),
            subject=subject,
            text=text,
            html=self._inliner.inline(html),
            sent=asked.asked_at,
            from_name=self._site.title,
            from_address=self._site.mail_from,
            to_name="",
            to_address=asked.address,
            list_name=self._site.title,
            list_id=self._site.list_id,
            language=self._site.language,
            marks=_MARKS,
        )
        content = build_message(letter)
        return Envelope(
            sender=self._sender(asked), recipient=recipient(asked.address), content=content
        )

    @cached_property
    def _inliner(self) -> css_inline.CSSInliner:
        return css_inline.CSSInliner(
            extra_css=self._templates.get_template("email/edition.css").render(),
            inline_style_tags=False,
            keep_style_tags=True,
            load_remote_stylesheets=False,
        )

    def _url(self, name: str, asked: Invitation) -> str:
        signer = self._postmark.signer
        if name == CONFIRM:
            return names.reader_url(self._site, CONFIRM, confirm_token(signer, asked))
        number = str(asked.subscriber_id)
        return names.reader_url(self._site, "preferences", signer.token("preferences", number))

    def _sender(self, asked: Invitation) -> str:
        mark = self._postmark
        if not mark.return_path:
            return self._site.mail_from
        return verp.return_path(mark.signer, mark.return_path, asked.subscriber_id, CONFIRM)

    @staticmethod
    def _split(told: str) -> tuple[str, str]:
        """Part a template's first line, the subject, from what follows."""
        subject, _, text = told.partition("\n")
        return subject.strip(), text.lstrip("\n")


def confirm_token(signer: Signer, asked: Invitation) -> str:
    """Return the token that confirms: it says who is meant, and when they asked."""
    return signer.token(CONFIRM, _said(asked))


def _said(asked: Invitation) -> str:
    return f"{asked.subscriber_id}.{int(asked.asked_at.timestamp())}"
