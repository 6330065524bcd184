"""The mail of each reader of an edition: their own choice of it, ready to send.

What is the same for many is made once: the papers, laid out and encoded; of each choice, the page
around them; what is left for a reader is a few lines (`mail.pieces`). `letter` says the same the
long way, and the bytes are the same. Nothing here sends, or signs for a domain (`mail.dkim`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import jinja2

from digest.mail import message, verp
from digest.mail.message import Letter
from digest.mail.pieces import Form, Holes, Part
from digest.models import Choice, Delivery, Edition, Envelope, Section, Site
from digest.render import names
from digest.render.cards import Card, Group, Shape, groups
from digest.render.mail_layout import Cutter, Laid
from digest.render.matches import NO_TOPICS, Match, Matcher
from digest.render.to_email import Copy, fitted, html_of, layout_of, subject, text_of
from digest.tokens import Signer

_KEPT = 256  # choices; the papers in them are kept once
_KEPT_CARDS = 8192
_STEP = 40  # characters, to which abstracts are cut where not all of them fit
_LONGEST_SENDER_ID = 15  # what Gmail takes of a Feedback-ID

# What differs by reader, and has a hole in the form. Their tokens are made where they stand.
_TO, _DATE, _ID = "to", "date", "id"
_LEAVE, _PREFER, _VIEW = "leave", "prefer", "view"


@dataclass(frozen=True, slots=True, kw_only=True)
class Postmark:
    """Who signs for tokens and ids, and where bounces go: "" is the address mail comes from."""

    signer: Signer
    return_path: str = ""


class Mailing:
    """An edition on its way to many readers. Threads may share it."""

    def __init__(
        self,
        edition: Edition,
        site: Site,
        templates: jinja2.Environment,
        *,
        budget_bytes: int,
        postmark: Postmark,
        matcher: Matcher = NO_TOPICS,
    ) -> None:
        self._edition = edition
        self._site = site
        self._budget_bytes = budget_bytes
        self._postmark = postmark
        secret = "".join(postmark.signer.digest(of, edition.name) for of in ("hole", "hole 2"))
        self._layout = layout_of(edition, site, templates, secret)
        self._holes = Holes(secret)
        self._cutter = Cutter(self._holes)
        self._sections = groups(edition, site, matcher)
        self._cards = [card for group in self._sections for card in group.cards]
        self._card = lru_cache(_KEPT_CARDS)(self._numbered)
        self._everything = Choice(
            places=tuple(range(len(edition.entries))), topics=((),) * len(edition.entries)
        )
        self._form = lru_cache(_KEPT)(self._cut)

    def envelope(self, delivery: Delivery, choice: Choice | None = None) -> Envelope:
        """Return the mail of a delivery, of all of the edition unless a choice is given.

        The same bytes each time. `DigestError` where the address is none that mail can go to.
        """
        form = self._form(choice or self._everything)
        values = self._values(delivery, form.names)
        return Envelope(
            sender=self._sender(delivery), recipient=values[_TO], content=form.fill(values)
        )

    def letter(self, delivery: Delivery, choice: Choice | None = None) -> Letter:
        """Return what `envelope` says, uncut; `build_message` gives its content."""
        values = self._values(delivery, (_LEAVE, _PREFER, _VIEW))
        tokens = tuple(values[name] for name in (_LEAVE, _PREFER, _VIEW))
        copy = self._copy(choice or self._everything, *tokens)
        shape, _ = self._fitted(self._open_copy(choice or self._everything))
        html = "".join(html_of(copy, self._site, self._layout, shape))
        text = "".join(text_of(copy, self._site, self._layout, shape))
        letter = self._letter(copy, to=delivery.address, key=values[_ID], leave=values[_LEAVE])
        return replace(letter, text=text, html=html, sent=delivery.planned_at)

    def _cut(self, choice: Choice) -> Form:
        """Make the form of all who have this choice."""
        hole = self._holes.hole
        copy = self._open_copy(choice)
        shape, html = self._fitted(copy)
        text = text_of(copy, self._site, self._layout, shape)
        letter = self._letter(copy, to=hole(_TO), key=hole(_ID), leave=hole(_LEAVE))
        frame = message.frame_of(letter)
        dated = b"\r\nDate: %s\r\n"
        head = frame.head.replace(
            dated % message.date_line(letter.sent).encode(), dated % hole(_DATE).encode(), 1
        )
        return self._holes.form(head, self._parts(frame, text, html))

    def _parts(self, frame: message.Frame, text: Laid, html: Laid) -> Iterator[Part]:
        yield from self._cutter.cut(text)
        yield frame.between
        yield from self._cutter.cut(html)
        yield frame.end

    def _fitted(self, copy: Copy) -> tuple[Shape, Laid]:
        """Fit the copy of a choice, with holes: they take more room than what fills them."""
        return fitted(copy, self._site, self._layout, self._budget_bytes, _STEP)

    def _open_copy(self, choice: Choice) -> Copy:
        return self._copy(choice, *map(self._holes.hole, (_LEAVE, _PREFER, _VIEW)))

    def _copy(self, choice: Choice, leave: str, prefer: str, view: str) -> Copy:
        """Return what readers of a choice are shown, with tokens, or with holes for them."""
        chosen = _chosen(self._edition, choice)
        topics = dict.fromkeys(name for each in choice.topics for name in each)
        ways_out, site = names.ways_out(self._site, leave), self._site
        is_all = choice.places == self._everything.places
        return Copy(
            edition=chosen,
            sections=tuple(self._sections_of(choice)),
            nothing="" if is_all else site.tongue.say("Nothing for your choice"),
            topics=tuple(topics),
            more=choice.more,
            unsubscribe_url=ways_out[0 if site.web_url else -1],
            preferences_url=names.reader_url(site, "preferences", prefer),
            view_url=names.reader_url(site, "view", view),
        )

    def _sections_of(self, choice: Choice) -> Iterator[Group]:
        """Yield the sections with the papers of a choice, numbered anew, with what they match."""
        topics = dict(zip(choice.places, choice.topics, strict=True))
        start = 0
        for group in self._sections:
            here = range(start, start + len(group.cards))
            start = here.stop
            chosen = enumerate(filter(here.__contains__, choice.places), 1)
            cards = tuple(self._card(place, number, topics[place]) for number, place in chosen)
            quiet = group.quiet
            if group.cards and not cards:
                quiet = self._site.tongue.say("Nothing for your choice.")
            yield replace(group, cards=cards, quiet=quiet)

    def _numbered(self, place: int, number: int, topics: tuple[str, ...]) -> Card:
        card = self._cards[place]
        own = tuple(Match(title=topic) for topic in topics)
        return replace(card, number=number, topics=own or card.topics)

    def _letter(self, copy: Copy, *, to: str, key: str, leave: str) -> Letter:
        """Return the letter of a copy without its texts, dated by the edition."""
        site, edition = self._site, self._edition
        return Letter(
            name=edition.name,
            key=key,
            subject=subject(copy.edition, site.tongue, copy.nothing),
            text="",
            html="",
            sent=edition.updated,
            from_name=site.title,
            from_address=site.mail_from,
            to_name="",
            to_address=to,
            list_name=site.title,
            list_id=site.list_id,
            language=site.language,
            addresses=tuple(_addresses(site, edition, leave)),
            marks=tuple(_marks(site, edition)),
        )

    def _values(self, delivery: Delivery, wanted: Iterable[str]) -> dict[str, str]:
        """Return what differs for a reader: tokens only as far as they are wanted."""
        signer, number = self._postmark.signer, str(delivery.subscriber_id)
        copy = f"{number}.{delivery.edition}"
        tokens = {
            _LEAVE: ("unsubscribe", number),
            _PREFER: ("preferences", number),
            _VIEW: ("view", copy),
        }
        return {
            _TO: message.recipient(delivery.address),
            _DATE: message.date_line(delivery.planned_at),
            _ID: signer.digest("message", copy),
        } | {name: signer.token(*tokens[name]) for name in wanted if name in tokens}

    def _sender(self, delivery: Delivery) -> str:
        mark = self._postmark
        if not mark.return_path:
            return self._site.mail_from
        return verp.return_path(
            mark.signer, mark.return_path, delivery.subscriber_id, delivery.edition
        )


def _chosen(edition: Edition, choice: Choice) -> Edition:
    entries = edition.entries
    chosen = [entries[place] for place in choice.places]
    sections = {
        section: tuple(entry for entry in chosen if entry.section is section) for section in Section
    }
    return replace(
        edition,
        new=sections[Section.NEW],
        trending=sections[Section.TRENDING],
        revised=sections[Section.REVISED],
    )


def _addresses(site: Site, edition: Edition, token: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "List-Unsubscribe", names.ways_out(site, token)
    if site.web_url:
        yield "List-Help", (f"{site.web_url}/",)
    yield "Archived-At", (names.edition_url(site, edition.name),)


def _marks(site: Site, edition: Edition) -> Iterator[tuple[str, str]]:
    """Yield headers of plain words. One click (RFC 8058) is promised of our own pages only."""
    if site.web_url.startswith("https://"):
        yield "List-Unsubscribe-Post", "List-Unsubscribe=One-Click"
    yield "List-Post", "NO"
    letters = "".join(c if c.isalnum() and c.isascii() else "-" for c in site.list_id)
    sender = letters[:_LONGEST_SENDER_ID]
    yield "Feedback-ID", f"{edition.name}:{edition.cadence}:newsletter:{sender}"
    yield "Auto-Submitted", "auto-generated"  # RFC 3834
    yield "Precedence", "bulk"
