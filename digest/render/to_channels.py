"""Renders an edition as a post to a channel: Slack, Discord, Telegram, or a webhook's JSON.

    cards ─▶ texts of templates/channels/ ─▶ as many whole papers as fit ─▶ the body as JSON

The words stand in the templates; what a service takes, and how much of it, stands here. Nothing
of a dump becomes markup or a mention, and no link leads anywhere but to the web.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from itertools import islice
from typing import cast
from urllib.parse import quote, urlsplit

import jinja2

from digest.models import Channel, ChannelKind, Edition, Notice, Site
from digest.render import names, to_json
from digest.render.cards import Card, Shape, groups, shorten_card, summary
from digest.render.chat import discord_escape
from digest.render.text import cut

Json = dict[str, object]

_TELEGRAM = "https://api.telegram.org"
_TEMPLATES = {
    ChannelKind.SLACK: "channels/slack.md",
    ChannelKind.DISCORD: "channels/discord.md",
    ChannelKind.TELEGRAM: "channels/telegram.html",
}
_SLACK_BLOCKS, _SLACK_BLOCK = 50, 3_000
_DISCORD_TEXT = _TELEGRAM_TEXT = 4_096
_SITE_TITLE = 80  # with the period, every sign escaped, within the 256 of a title at Discord
_ENCODED = "whsec_"
_LONGEST_LINK = 300  # a longer one takes the room of a paper: its page is linked
_LEAST_SECRET = 8  # a shorter part of an address hides nothing, and stands in many words
_TITLE, _AUTHORS, _BARE_TITLE = 300, 200, 150
_FULLEST_FIRST = (300, 200, 120, 0)  # characters of a TL;DR


def render(
    edition: Edition,
    site: Site,
    templates: jinja2.Environment,
    channel: Channel,
    at: datetime,
    *,
    is_trial: bool = False,
) -> Notice:
    """Return what is posted of an edition at an instant. What a webhook gets is signed for it.

    A trial has an id of its own, so that no server takes the edition's post for a repeat of it.
    """
    body = _BODIES[channel.kind](_Draft(edition, site, templates, channel))
    content = json.dumps(body, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
    name = f"{edition.name}.{channel.name}" + f".trial.{at.timestamp():.0f}" * is_trial
    return Notice(
        url=_url(channel),
        body=content,
        headers=_headers(channel, name, content, at),
        secrets=_secrets(channel),
        may_be_private=channel.may_be_private,
    )


@dataclass(frozen=True)
class _Draft:
    """An edition on its way into one channel's form."""

    edition: Edition
    site: Site
    templates: jinja2.Environment
    channel: Channel

    @cached_property
    def cards(self) -> tuple[tuple[str, Card], ...]:
        """The papers that are listed, each with a heading where its section begins."""
        found: list[tuple[str, Card]] = []
        for group in groups(self.edition, self.site):
            headings = [group.heading] + [""] * len(group.cards)
            found += zip(headings, map(_linked, group.cards), strict=False)
        return tuple(islice(found, self.channel.papers))

    @property
    def title(self) -> str:
        return f"{self.site_title}: {names.edition_title(self.edition, self.site.tongue)}"

    @property
    def site_title(self) -> str:
        return cut(self.site.title, _SITE_TITLE)

    @property
    def url(self) -> str:
        return names.edition_url(self.site, self.edition.name)

    def more(self, shown: int) -> int:
        return len(self.edition.entries) - shown

    def head(self) -> str:
        return self._part("head")

    def foot(self, shown: int) -> str:
        return self._part("foot", more=self.more(shown))

    def papers(self, tldr: int) -> list[str]:
        """Render the papers, with a TL;DR of so many characters; with none, of the barest."""
        return [self.paper(heading, card, tldr) for heading, card in self.cards]

    def paper(self, heading: str, card: Card, tldr: int) -> str:
        if tldr:
            shown = shorten_card(card, Shape(title=_TITLE, tldr=tldr))
            shown = replace(shown, authors=cut(card.authors, _AUTHORS))
        else:
            shown = replace(card, title=cut(card.title, _BARE_TITLE), tldr="", authors="")
        return self._part("paper", card=shown, heading=heading)

    def _part(
        self, part: str, *, card: Card | None = None, heading: str = "", more: int = 0
    ) -> str:
        template = self.templates.get_template(_TEMPLATES[self.channel.kind])
        values = {
            "part": part,
            "site": replace(self.site, title=self.site_title),
            "edition": self.edition,
            "title": names.edition_title(self.edition, self.site.tongue),
            "summary": summary(self.edition, self.site.tongue),
            "web_url": self.url,
            "heading": heading,
            "card": card,
            "more": more,
        }
        return template.render(values).strip("\n")


def _slack(draft: _Draft) -> Json:
    shown = draft.cards[: _SLACK_BLOCKS - 2]
    papers = [text for heading, card in shown if (text := _fitting(draft, heading, card))]
    texts = [draft.head(), *papers, draft.foot(len(papers))]
    return {
        "text": draft.head(),
        "blocks": [
            {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}
            for text in texts
        ],
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _fitting(draft: _Draft, heading: str, card: Card) -> str:
    """Return the fullest text of a paper that fits a block of Slack's, or nothing."""
    texts = (draft.paper(heading, card, tldr) for tldr in _FULLEST_FIRST)
    return next((text for text in texts if _units(text) <= _SLACK_BLOCK), "")


def _discord(draft: _Draft) -> Json:
    embed = {
        "title": discord_escape(draft.title),
        "url": draft.url,
        "description": _text(draft, _DISCORD_TEXT),
    }
    return {"embeds": [embed], "allowed_mentions": {"parse": []}}


def _telegram(draft: _Draft) -> Json:
    return {
        "chat_id": draft.channel.chat,
        "text": _text(draft, _TELEGRAM_TEXT),
        "parse_mode": "HTML",
        "link_preview_options": {"is_disabled": True},
    }


def _text(draft: _Draft, limit: int) -> str:
    """Return all parts as one text: with the longest TL;DRs that fit, else fewer papers, whole."""
    head, foot = draft.head(), draft.foot(len(draft.cards))
    papers: list[str] = []
    for tldr in _FULLEST_FIRST:
        papers = draft.papers(tldr)
        text = _joined(head, papers, foot)
        if _units(text) <= limit:
            return text
    room = limit - _units(_joined(head, [], draft.foot(0)))
    shown = _beginning(papers, room)
    return _joined(head, shown, draft.foot(len(shown)))


def _beginning(papers: Sequence[str], room: int) -> list[str]:
    """Return the papers that fit into so much room, in order, each with the gap before it."""
    shown: list[str] = []
    for paper in papers:
        room -= _units(paper) + 2
        if room < 0:
            break
        shown.append(paper)
    return shown


def _joined(head: str, papers: Sequence[str], foot: str) -> str:
    return "\n\n".join((head, *papers, foot))


def _webhook(draft: _Draft) -> Json:
    """Return what `papers.json` tells, of no more papers than asked for, and how many are left."""
    told = to_json.document(draft.edition, draft.site)
    left = draft.channel.papers
    for section in ("new", "trending", "revised"):
        entries = cast("list[object]", told[section])[:left]
        told[section] = entries
        left -= len(entries)
    letter = {"title": draft.site.title, "url": draft.site.url}
    more = draft.more(draft.channel.papers - left)
    return {"event": "edition", "newsletter": letter, **told, "more": more}


_BODIES: dict[ChannelKind, Callable[[_Draft], Json]] = {
    ChannelKind.SLACK: _slack,
    ChannelKind.DISCORD: _discord,
    ChannelKind.TELEGRAM: _telegram,
    ChannelKind.WEBHOOK: _webhook,
}


def _linked(card: Card) -> Card:
    """Return the card with a link to the web that is not too long."""
    is_web = card.url.startswith(("http://", "https://"))
    return card if is_web and len(card.url) <= _LONGEST_LINK else replace(card, url=card.page)


def _units(text: str) -> int:
    """Count UTF-16 code units, as the services do; those that count characters count fewer."""
    return len(text.encode("utf-16-le", "replace")) // 2


def _url(channel: Channel) -> str:
    if channel.kind is ChannelKind.TELEGRAM:
        return f"{_TELEGRAM}/bot{quote(channel.token, safe=':')}/sendMessage"
    return channel.url


def _headers(channel: Channel, name: str, body: bytes, at: datetime) -> tuple[tuple[str, str], ...]:
    """Name the post and sign it (Standard Webhooks 1.0.0): a repeat has the same id."""
    if channel.kind is not ChannelKind.WEBHOOK:
        return ()
    seconds = str(int(at.timestamp()))
    headers = (("webhook-id", name), ("webhook-timestamp", seconds))
    if not channel.secret:
        return headers
    is_encoded = channel.secret.startswith(_ENCODED)
    encoded = channel.secret.removeprefix(_ENCODED)
    key = base64.b64decode(encoded) if is_encoded else encoded.encode()
    signed = hmac.digest(key, f"{name}.{seconds}.".encode() + body, hashlib.sha256)
    return (*headers, ("webhook-signature", f"v1,{base64.b64encode(signed).decode()}"))


def _secrets(channel: Channel) -> tuple[str, ...]:
    """Return what must stand in no message: also the parts of an address that open it."""
    parts = urlsplit(channel.url)
    pieces = [parts.hostname or "", *parts.path.split("/"), *parts.query.split("&")]
    pieces += [channel.url, channel.token, channel.secret]
    long = {piece for piece in pieces if len(piece) >= _LEAST_SECRET}
    return tuple(sorted(long, key=len, reverse=True))
