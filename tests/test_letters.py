"""The mail of each reader: cut and joined it is what writing it whole gives, byte for byte."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from typing import Any

import builders
import css_inline
import pytest
import xss
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from digest import theme
from digest.mail.message import build_message
from digest.models import Choice, Delivery, Edition, Preferences, Site
from digest.render import text, to_email
from digest.render.cards import Card
from digest.render.to_letters import Mailing, Postmark
from digest.tokens import Signer

TEMPLATES = theme.load(None, text.FILTERS)
SIGNER = Signer(b"k" * 32)
WEB = "https://list.example.org"
SITES = (
    builders.SITE,
    replace(builders.SITE, web_url=WEB, title="Aktuelle Ärtikel: täglich"),
    replace(builders.SITE, unsubscribe="https://example.org/leave?a=1&b=2"),
    replace(builders.SITE, unsubscribe="mailto:out@example.org?subject=x", postal_address=""),
)
TOPICS = ("vision", "agents & tools", "Sprache <de>", "音声")


def mailing(edition: Edition, site: Site = SITES[1], **changes: Any) -> Mailing:
    values: dict[str, Any] = {
        "budget_bytes": 80_000,
        "postmark": Postmark(signer=SIGNER, return_path="bounces@papers.example.org"),
        "templates": TEMPLATES,
    } | changes
    return Mailing(edition, site, **values)


def delivery(number: int = 7, address: str = "", edition: str = "2026-03-11") -> Delivery:
    return Delivery(
        edition=edition,
        subscriber_id=number,
        address=address or f"reader{number}@example.org",
        preferences=Preferences(),
        planned_at=datetime(2026, 3, 11, 7, number % 60, tzinfo=UTC),
    )


def chosen(size: int, seed: int, more: int = 0) -> Choice:
    chance = random.Random(seed)
    places = tuple(place for place in range(size) if chance.random() < 0.4)
    topics = tuple(tuple(t for t in TOPICS if chance.random() < 0.3) for _ in places)
    return Choice(places=places, topics=topics, more=more)


def parsed(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


def bodies(content: bytes) -> tuple[str, str]:
    plain, html = parsed(content).iter_parts()
    assert isinstance(plain, EmailMessage)
    assert isinstance(html, EmailMessage)
    return plain.get_content().replace("\r\n", "\n"), html.get_content().replace("\r\n", "\n")


@cache
def shared(name: str, site: int) -> Mailing:
    return mailing(EDITIONS[name], SITES[site])


def hostile() -> Edition:
    texts = (*xss.STRINGS[:20], "trailing space ", "=", ".", "a=3D%s %(leave)s {}", "word " * 40)
    papers = (
        builders.paper(n, title=said, abstract=f"{said} {said}.") for n, said in enumerate(texts, 1)
    )
    entries = tuple(builders.entry(paper.id, paper=paper, reason=paper.title) for paper in papers)
    return builders.edition(entries, 0, 0, note="A *note* with 100 %.\n\n.\n")


EDITIONS = {
    "day": builders.edition(9, 4, 2),
    "week": builders.week(),
    "empty": builders.edition(0, 0, 0),
    "hostile": hostile(),
    "large": builders.edition(150, 20, 5),
}


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from(sorted(EDITIONS)),
    st.integers(0, len(SITES) - 1),
    st.one_of(st.none(), st.integers(0, 40)),
    st.integers(0, 3),
    st.integers(1, 10**10),
)
def test_the_quick_way_gives_the_bytes_of_the_long_one(
    name: str, site: int, seed: int | None, more: int, number: int
) -> None:
    edition, letters = EDITIONS[name], shared(name, site)
    choice = None if seed is None else chosen(len(edition.entries), seed, more)
    given = delivery(number, edition=edition.name)
    quick, whole = letters.envelope(given, choice), letters.letter(given, choice)
    assert quick.content == build_message(whole)
    assert bodies(quick.content) == (whole.text, whole.html)
    assert parsed(quick.content)["Subject"] == whole.subject
    assert len(whole.html.encode()) <= 80_000


@pytest.mark.parametrize("name", sorted(EDITIONS))
def test_papers_styled_by_themselves_are_as_in_the_whole_page(name: str) -> None:
    edition, site = EDITIONS[name], builders.SITE
    sections = to_email.groups(edition, site)
    copy = to_email.Copy(edition=edition, sections=sections, unsubscribe_url="mailto:a@b.org")
    layout = to_email.layout_of(edition, site, TEMPLATES, "abc")
    shape, html = to_email.fitted(copy, site, layout, 80_000)
    values = to_email._values(copy, site, layout, shape)

    def show(card: Card) -> Markup:
        card_html = TEMPLATES.get_template("email/card.html").render(values, card=card)
        return Markup(card_html.rstrip("\n"))

    inliner = css_inline.CSSInliner(
        extra_css=TEMPLATES.get_template("email/edition.css").render(),
        inline_style_tags=False,
        keep_style_tags=True,
    )
    page = TEMPLATES.get_template("email/edition.html").render(values, show=show)
    assert "".join(html) == inliner.inline(page)
