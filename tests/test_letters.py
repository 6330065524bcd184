"""The mail of each reader: cut and joined it is what writing it whole gives, byte for byte."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import cache
from pathlib import Path
from typing import Any

import builders
import css_inline
import mail_rules
import pytest
import xss
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html as lxml_html
from markupsafe import Markup

from digest import theme
from digest.mail import verp
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
    assert mail_rules.broken(quick.content) == []


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


def head(site: Site, choice: Choice | None = None, number: int = 7) -> dict[str, str]:
    content = mailing(EDITIONS["day"], site).envelope(delivery(number), choice).content
    return {name: said.decode() for name, said in mail_rules.fields(content).items()}


LEAVE, PREFER = SIGNER.token("unsubscribe", "7"), SIGNER.token("preferences", "7")
VIEW = SIGNER.token("view", "7.2026-03-11")
MAIL_OUT = f"mailto:digest@papers.example.org?subject=unsubscribe%20{LEAVE}"


@pytest.mark.parametrize(
    ("changes", "ways", "shown"),
    [
        ({}, f"<{MAIL_OUT}>", MAIL_OUT),
        (
            {"web_url": WEB, "unsubscribe": "https://example.org/all"},
            f"<{WEB}/unsubscribe/{LEAVE}>, <{MAIL_OUT}>",
            f"{WEB}/unsubscribe/{LEAVE}",
        ),
        (
            {"unsubscribe": "https://example.org/leave?a=1&b=2"},
            f"<{MAIL_OUT}>, <https://example.org/leave?a=1&b=2>",
            "https://example.org/leave?a=1&b=2",
        ),
        (
            {"unsubscribe": "mailto:out%2Ball@example.org?subject=bye"},
            f"<mailto:out+all@example.org?subject=unsubscribe%20{LEAVE}>",
            f"mailto:out+all@example.org?subject=unsubscribe%20{LEAVE}",
        ),
    ],
)
def test_each_reader_has_their_own_way_out(changes: dict[str, str], ways: str, shown: str) -> None:
    site = replace(builders.SITE, **changes)
    found = head(site)
    assert found["list-unsubscribe"] == ways
    has_click = found.get("list-unsubscribe-post") == "List-Unsubscribe=One-Click"
    assert has_click is bool(site.web_url)
    plain, html = bodies(mailing(EDITIONS["day"], site).envelope(delivery()).content)
    links = [a.get("href") for a in lxml_html.document_fromstring(html).iter("a")]
    assert links.count(shown) == plain.split("\n").count(shown) == 2
    assert plain.split("\n").index(shown) < 12
    assert plain.split("\n").index(shown) < links.index(shown) + 12
    own = {f"{WEB}/preferences/{PREFER}": 2, f"{WEB}/view/{VIEW}": 1}
    assert all(links.count(url) == count * has_click for url, count in own.items())


def test_one_click_is_promised_over_https_alone() -> None:
    found = head(replace(builders.SITE, web_url="http://localhost:8000"))
    assert "list-unsubscribe-post" not in found
    assert f"<http://localhost:8000/unsubscribe/{LEAVE}>" in found["list-unsubscribe"]


def test_the_head_says_what_the_standards_ask_for() -> None:
    found = head(SITES[1])
    mark = SIGNER.digest("message", "7.2026-03-11")
    expected = {
        "to": "<reader7@example.org>",
        "date": "Wed, 11 Mar 2026 07:07:00 +0000",
        "message-id": f"<2026-03-11.{mark}@digest.papers.example.org>",
        "list-help": f"<{WEB}/>",
        "list-post": "NO",
        "archived-at": "<https://papers.example.org/editions/2026-03-11/>",
        "feedback-id": "2026-03-11:day:newsletter:digest-papers-e",
        "auto-submitted": "auto-generated",
        "precedence": "bulk",
        "content-language": "en",
        "mime-version": "1.0",
    }
    assert {name: found[name] for name in expected} == expected
    assert set(found) - set(expected) == {
        *("from", "subject", "list-id", "list-unsubscribe", "list-unsubscribe-post"),
        "content-type",
    }


def test_ids_differ_by_edition_and_reader_and_tell_nothing_of_either() -> None:
    daily, weekly = shared("day", 0), shared("week", 0)
    letters = [each.letter(delivery(n)) for each in (daily,) for n in range(1, 60)]
    letters += [weekly.letter(delivery(n, edition="2026-W11")) for n in range(1, 60)]
    ids = {letter.key for letter in letters}
    assert len(ids) == len(letters)
    assert all("reader" not in each for each in ids)


def test_nothing_of_one_reader_stands_in_the_mail_of_another() -> None:
    letters = shared("day", 1)
    contents = {n: letters.envelope(delivery(n)).content for n in (7, 8)}
    assert b"reader7" not in contents[8]
    for token in (LEAVE, PREFER, VIEW):
        found = [bodies(contents[n])[0].count(token) > 0 for n in (7, 8)]
        assert found == [True, False]
    assert contents[7] == mailing(EDITIONS["day"]).envelope(delivery(7)).content


def test_a_choice_is_numbered_counted_and_named_anew() -> None:
    choice = Choice(places=(2, 4, 10), topics=(("vision",), (), ("vision", "a & b")), more=3)
    content = shared("day", 1).envelope(delivery(), choice).content
    plain, html = bodies(content)
    assert parsed(content)["Subject"].endswith("and 2 more")
    assert "2 new, 1 trending again, from 2 listings." in plain
    assert "Your topics: vision, a & b." in plain
    assert "and 3 more for you on the web" in plain
    page = lxml_html.document_fromstring(html)
    why = [p.text_content() for p in page.find_class("why")]
    assert [each[:3] for each in why] == ["1 ·", "2 ·", "1 ·"]
    assert why[0].endswith(" · vision")
    assert why[2].endswith(" · vision, a & b")
    titles = [builders.title(n) for n in (3, 5, 11)]
    assert [a.text_content() for a in page.findall(".//h3/a")] == titles
    assert "Your topics: vision, a & b." in page.find_class("lead")[0].text_content()
    assert "and 3 more for you on the web" in page.text_content()


def test_where_nothing_is_for_them_it_does_not_say_that_nothing_is_new() -> None:
    content = shared("day", 1).envelope(delivery(), Choice(places=(), topics=())).content
    assert parsed(content)["Subject"].endswith(": nothing for your choice")
    for said in bodies(content):
        assert "Nothing for your choice, from 2 listings." in " ".join(said.split())
        assert "Nothing in the listings was new" not in said
    whole = shared("empty", 1).envelope(delivery(), Choice(places=(), topics=())).content
    assert parsed(whole)["Subject"].endswith(": nothing new")


@pytest.mark.parametrize("budget", [9_000, 20_000, 80_000])
def test_each_choice_keeps_to_the_budget(budget: int) -> None:
    edition = EDITIONS["large"]
    letters = mailing(edition, budget_bytes=budget)
    for seed in range(12):
        choice = chosen(len(edition.entries), seed)
        html = bodies(letters.envelope(delivery(10**12), choice).content)[1]
        assert len(html.encode()) <= budget
    few = Choice(places=(1, 2), topics=((), ()))
    html = bodies(letters.envelope(delivery(), few).content)[1]
    assert all(builders.abstract(n)[:100] in html for n in (2, 3)) or budget < 10_000


def test_bounces_go_to_a_path_that_tells_whose_they_are() -> None:
    envelope = shared("day", 0).envelope(delivery(12))
    assert verp.read(SIGNER, envelope.sender) == (12, "2026-03-11")
    assert envelope.recipient == "reader12@example.org"
    bare = mailing(EDITIONS["day"], postmark=Postmark(signer=SIGNER))
    assert bare.envelope(delivery(12)).sender == "digest@papers.example.org"


@given(
    st.integers(0, 10**10),
    st.one_of(
        st.dates().map(str),
        st.builds("{:04}-W{:02}".format, st.integers(1, 9999), st.integers(1, 53)),
        st.builds("{:04}-{:02}".format, st.integers(1, 9999), st.integers(1, 12)),
    ),
)
def test_a_return_path_is_read_back_whatever_its_case(number: int, edition: str) -> None:
    path = verp.return_path(SIGNER, f"{'b' * 24}@example.org", number, edition)
    assert len(path.rpartition("@")[0]) <= 64
    assert path.isascii()
    for written in (path, path.upper(), f" {path}\n"):
        assert verp.read(SIGNER, written) == (number, edition)
    assert verp.read(Signer(b"x" * 32), path) is None


def test_a_forged_return_path_is_none_of_ours() -> None:
    path = verp.return_path(SIGNER, "bounces@example.org", 7, "2026-03-11")
    forged = [path[:at] + ("a" if path[at] != "a" else "b") + path[at + 1 :] for at in range(8, 24)]
    others = ["", "bounces@example.org", "bounces+@example.org", "a+b+c@d", "+@", "x+é@d"]
    others += [f"bounces+{SIGNER.token('unsubscribe', '7')}@example.org"]
    assert not any(verp.read(SIGNER, each) for each in (*forged, *others))


OWN = {
    "edition.html": "<p>{{ title }}<a href='{{ unsubscribe_url }}'>x</a>"
    "{% for group in groups %}{% for card in group.cards %}<b> {{ show(card) }} </b>{% endfor %}"
    "{% endfor %}",
    "card.html": "<i>{{ card.number }}\n{{ card.title }}</i>\n",
    "edition.txt": "{{ preferences_url }}|{% for group in groups %}{% for card in group.cards %}"
    "{{ card.title }} \n{% endfor %}{% endfor %}. {{ unsubscribe_url }}",
}


def test_templates_of_ones_own_may_put_anything_anywhere(tmp_path: Path) -> None:
    (tmp_path / "email").mkdir()
    for name, template in OWN.items():
        (tmp_path / "email" / name).write_text(template, "utf-8")
    for edition in EDITIONS.values():
        letters = mailing(edition, templates=theme.load(tmp_path, text.FILTERS))
        for choice in (None, chosen(len(edition.entries), 1)):
            whole = letters.letter(delivery(), choice)
            content = letters.envelope(delivery(), choice).content
            assert content == build_message(whole)
            assert LEAVE in whole.text
            assert bodies(content) == (whole.text, whole.html)


def test_threads_may_share_a_mailing() -> None:
    letters, alone = mailing(EDITIONS["day"]), mailing(EDITIONS["day"])
    jobs = [(delivery(n), chosen(15, n % 7)) for n in range(1, 200)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda job: letters.envelope(*job), jobs))
    assert found == [alone.envelope(*job) for job in jobs]


def test_the_second_reader_costs_their_lines_only() -> None:
    letters = shared("day", 1)
    letters.envelope(delivery(1))
    encoded: list[int] = []
    form = letters._form(letters._everything)
    encoded = [len(form.lines.encode()), sum(map(len, form.fixed))]
    assert encoded[0] < encoded[1] / 10
