"""Posts to channels: what a dump says stays text, links lead to the web, limits are kept."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Any

import builders
import pytest
import xss
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from digest import theme
from digest.models import Channel, ChannelKind, Edition, Notice, Section
from digest.render import text, to_channels, to_json
from digest.render.chat import discord_escape, slack_escape, telegram_plain
from digest.text.legible import legible

TEMPLATES = theme.load(None, text.FILTERS)
AT = datetime(2026, 3, 12, 6, 30, tzinfo=UTC)
SLACK = Channel(
    name="team", kind=ChannelKind.SLACK, url="https://hooks.example.org/services/T00/B00"
)
DISCORD = replace(SLACK, kind=ChannelKind.DISCORD)
TELEGRAM = Channel(
    name="crowd", kind=ChannelKind.TELEGRAM, token="12:a-secret-token", chat="@crowd"
)
WEBHOOK = replace(SLACK, kind=ChannelKind.WEBHOOK, secret="hush hush")
MARKED = (SLACK, DISCORD, TELEGRAM)
HOSTILE = (
    *(*xss.HTML, *xss.TEMPLATES, *xss.MARKDOWN, *xss.URLS),
    *("<!channel> <!here> <@U123> <#C123> <!date^1^x|y> <!subteam^S1>", "@everyone @here @channel"),
    *(
        "<@123456789012345678> <@&123> <#123> <:face:123> <t:1> </cmd:1>",
        "|| spoiler ||",
        "-# small",
    ),
    *(
        "tg://resolve?domain=x ton://x",
        "@username #tag $CASH /command a/b",
        "evil.example пример.рф",
    ),
    *("*bold* _it_ ~gone~ `code` ```pre```", ">quote", ">>> quote", ":tada: :+1::skin-tone-2:"),
    *(
        "[x](https://evil.example)",
        "<https://evil.example|x>",
        "x|y",
        "\\* \\\\* \\",
        "&lt;!channel&gt;",
    ),
    *("*", "_", "~", "`", "a*b*c", "snake_case_name", "日本*太字*語", "1. one", "- one", "+ one"),
)
MARKS = tuple("*_~`|<>#@[]():\\/-+.&;!$=1a b日x\n\t\u200b\u2060\ufeff\u202e")
HARD = st.one_of(st.lists(st.sampled_from(MARKS), max_size=16).map("".join), st.text(max_size=20))


def posted(edition: Edition, channel: Channel, site: Any = builders.SITE) -> Notice:
    return to_channels.render(edition, site, TEMPLATES, channel, AT)


def body(edition: Edition, channel: Channel, site: Any = builders.SITE) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(posted(edition, channel, site).body)
    return told


def texts(told: dict[str, Any]) -> list[str]:
    """Return what a post shows, whichever service it is for."""
    if "blocks" in told:
        return [block["text"]["text"] for block in told["blocks"]]
    return [told["embeds"][0]["description"]] if "embeds" in told else [told["text"]]


def saying(said: str, **changes: Any) -> Edition:
    """One paper that says a text wherever a dump has a say."""
    paper = builders.paper(1, title=said, summary=said, abstract=said, authors=(said,), **changes)
    entry = builders.entry(1, Section.NEW, paper=paper, reason="First seen today")
    return builders.edition(trending=0, revised=0, new=(entry,))


class Page(HTMLParser):
    """What a reader of Telegram sees: elements, where links lead, and the text."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[str] = []
        self.links: list[str | None] = []
        self.said = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        assert [name for name, _ in attrs] == (["href"] if tag == "a" else [])
        self.links += [value for _, value in attrs]

    def handle_data(self, data: str) -> None:
        self.said += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


@pytest.mark.parametrize("channel", MARKED)
def test_a_post_names_papers_reasons_and_where_to_read_more(channel: Channel) -> None:
    shown = "\n".join(texts(body(builders.edition(8, 3, 2), channel)))
    assert "8 new, 3 trending again, 2 revised, from 2 listings." in shown
    assert "https://arxiv.org/abs/2603.00001" in shown
    assert "12 votes, +2 since yesterday · Björn Dubois and Chiara Eriksen" in shown
    assert shown.index("New") < shown.index("Trending again")
    assert "Revised" not in shown
    assert "And 3 more" in shown
    assert "https://papers.example.org/editions/2026-03-11/" in shown


@pytest.mark.parametrize("channel", MARKED)
def test_where_all_are_listed_no_more_is_said(channel: Channel) -> None:
    shown = "\n".join(texts(body(builders.edition(2, 0, 0), channel)))
    assert "more" not in shown
    assert "Read it on the web" in shown


@pytest.mark.parametrize("channel", MARKED)
def test_the_same_is_posted_again(channel: Channel) -> None:
    assert posted(builders.edition(), channel) == posted(builders.edition(), channel)


def slack_links(said: str) -> list[str]:
    """Return where links lead, having checked that nothing else stands in angle brackets."""
    found = re.findall(r"<([^<>]*)>", said)
    assert re.sub(r"<[^<>]*>", "", said).count("<") == 0
    assert ">" not in re.sub(r"<[^<>]*>", "", said)
    return [inner.partition("|")[0] for inner in found]


@given(HARD)
@settings(max_examples=200, deadline=None)
def test_slack_shows_just_the_text(said: str) -> None:
    escaped = slack_escape(said)
    assert not re.search(r"[<>]|&(?!(amp|lt|gt);)|`", escaped)
    assert not re.search(r"(^|[^A-Za-z0-9])[*_~]|[*_~]([^A-Za-z0-9]|$)", escaped)
    assert not escaped.startswith("&gt;")
    assert not re.search(r":[a-z0-9_+-]+:", escaped)


@pytest.mark.parametrize("said", HOSTILE)
def test_no_text_becomes_markup_or_a_mention_in_slack(said: str) -> None:
    told = body(saying(said), SLACK)
    assert all(block["text"]["verbatim"] is True for block in told["blocks"])
    for shown in texts(told):
        for link in slack_links(shown):
            assert link.startswith(("https://arxiv.org/", "https://papers.example.org/"))
    assert slack_links(told["text"]) == ["https://papers.example.org/editions/2026-03-11/"]
    plain = re.sub(r"\*(<[^<>]*>|New)\*", "", "\n".join(texts(told)))
    assert not re.search(r"(^|[^A-Za-z0-9])[*_~]\S.*?[*_~]([^A-Za-z0-9]|$)", plain)


DISCORD_READER = MarkdownIt("commonmark", {"html": False}).enable("strikethrough")
DISCORD_READER.disable(["entity", "lheading", "autolink", "html_inline"])


def discord_tokens(said: str) -> tuple[list[str], list[str], str]:
    """Read as Discord does, in the main: kinds of markup, where links lead, the text."""
    kinds, links, shown = [], [], ""
    for block in DISCORD_READER.parse(said):
        if block.type != "inline":
            kinds.append(block.type)
            continue
        for token in block.children or ():
            kinds.append(token.type)
            links += [str(token.attrs["href"])] if token.type == "link_open" else []
            shown += "\n" if token.type in ("softbreak", "hardbreak") else token.content
    return kinds, links, shown


@given(HARD)
@example("1. one")
@example("- a\\")
@settings(max_examples=300, deadline=None)
def test_discord_shows_just_the_text(said: str) -> None:
    line = text.one_line(said)
    kinds, links, shown = discord_tokens(discord_escape(said))
    assert set(kinds) <= {"paragraph_open", "paragraph_close", "text", "text_special"}
    assert (links, shown) == ([], line)


@pytest.mark.parametrize("said", HOSTILE)
def test_no_text_becomes_markup_or_a_mention_in_discord(said: str) -> None:
    told = body(saying(said), DISCORD)
    assert told["allowed_mentions"] == {"parse": []}
    assert told.keys() == {"embeds", "allowed_mentions"}
    kinds, links, shown = discord_tokens(told["embeds"][0]["description"])
    strong, link = {"strong_open", "strong_close"}, {"link_open", "link_close"}
    plain = {"paragraph_open", "paragraph_close", "text", "text_special", "softbreak"}
    assert set(kinds) <= strong | link | plain
    assert links == [
        "https://arxiv.org/abs/2603.00001",
        "https://papers.example.org/editions/2026-03-11/",
    ]
    assert text.cut(text.one_line(legible(said)) or "Untitled", 300) in shown
    assert not re.search(
        r"(?<!\\)(<[@#:t/]|@everyone|@here|\|\|)", told["embeds"][0]["description"]
    )


@given(HARD)
@settings(max_examples=200, deadline=None)
def test_telegram_shows_the_text_and_makes_nothing_of_it(said: str) -> None:
    plain = telegram_plain(said)
    assert plain.replace("\u2060", "") == text.one_line(said).replace("\u2060", "")
    assert not re.search(r"[@#$]\w|(^|\s)/[A-Za-z]|://|[^\W_]\.[^\W\d_]{2}", plain)


@pytest.mark.parametrize("said", HOSTILE)
def test_no_text_becomes_markup_or_a_mention_in_telegram(said: str) -> None:
    told = body(saying(said), TELEGRAM)
    page = Page(told["text"])
    assert set(page.tags) <= {"b", "a", "i"}
    assert page.links == [
        "https://papers.example.org/editions/2026-03-11/",
        "https://arxiv.org/abs/2603.00001",
        "https://papers.example.org/editions/2026-03-11/",
    ]
    assert not re.search(r"[@#$]\w|(^|\s)/[A-Za-z]|://|[a-z]\.[a-z]{2}", page.said)
    assert told["parse_mode"] == "HTML"


@pytest.mark.parametrize("channel", MARKED)
@pytest.mark.parametrize(
    "url", [*xss.URLS, "mailto:a@b.org", "https://x.org/" + "u" * 5000, "https://x.org/)_*<>|x"]
)
def test_links_lead_to_the_web_only_and_are_not_endless(channel: Channel, url: str) -> None:
    edition = saying("A title", url=url, arxiv_id=None, doi=None, links=())
    for shown in texts(body(edition, channel)):
        found = re.findall(r"""<([^<>|"]+)\||\]\(([^)]*)\)|href="([^"]*)\"""", shown)
        links = [link for groups in found for link in groups if link]
        assert all(re.fullmatch(r"https?://[^\s<>()\"]{1,400}", link) for link in links), links


LONG = "All & <of> *this* @home: " * 60


def long_edition(count: int, said: str = LONG) -> Edition:
    papers = [
        builders.paper(n, title=f"{n} {said}", summary=said, authors=(said, said))
        for n in range(1, count + 1)
    ]
    entries = tuple(builders.entry(n, Section.NEW, paper=p) for n, p in enumerate(papers, 1))
    return builders.edition(new=entries, trending=0, revised=0)


@pytest.mark.parametrize("said", [LONG, "&" * 900, "😀" * 900, "*" * 900, "word " * 300])
@pytest.mark.parametrize("count", [1, 10, 100])
def test_limits_are_kept_by_leaving_out_whole_papers(said: str, count: int) -> None:
    edition = long_edition(count, said)
    site = replace(builders.SITE, title="T*" * 500)
    slack = body(edition, replace(SLACK, papers=100), site)
    assert len(slack["blocks"]) <= 50
    assert all(0 < units(shown) <= 3000 for shown in texts(slack))
    told = body(edition, replace(DISCORD, papers=100), site)["embeds"][0]
    assert units(told["title"]) <= 256
    assert units(told["title"]) + units(told["description"]) <= 6000
    telegram = body(edition, replace(TELEGRAM, papers=100), site)["text"]
    assert units(telegram) <= 4096
    assert units(told["description"]) <= 4096
    shown = {
        "slack": len(slack["blocks"]) - 2,
        "discord": len(re.findall(r"^\*\*\[", told["description"], re.MULTILINE)),
        "telegram": telegram.count('<a href="https://arxiv.org'),
    }
    for name, foot in (
        ("slack", texts(slack)[-1]),
        ("discord", told["description"]),
        ("telegram", telegram),
    ):
        left = count - shown[name]
        assert shown[name] > 0
        assert (f"And {left} more: " in foot) == (left > 0)
    Page(telegram)


def units(said: str) -> int:
    return len(said.encode("utf-16-le")) // 2


def test_tldrs_are_shortened_before_papers_are_left_out() -> None:
    shown = body(long_edition(10, "word " * 300), replace(TELEGRAM, papers=10))["text"]
    assert shown.count('<a href="https://arxiv.org') == 10


def test_an_edition_without_papers_can_be_shown() -> None:
    for channel in (*MARKED, WEBHOOK):
        assert body(builders.edition(0, 0, 0), channel)


def test_a_webhook_gets_what_papers_json_tells_of_so_many_papers() -> None:
    edition = builders.edition(8, 3, 2)
    told = body(edition, WEBHOOK)
    whole = to_json.document(edition, builders.SITE)
    assert told["event"] == "edition"
    assert told["newsletter"] == {"title": "Trending papers", "url": "https://papers.example.org"}
    assert told["edition"] == whole["edition"]
    assert (told["new"], told["trending"], told["revised"]) == (
        whole["new"],
        whole["trending"][:2],  # type: ignore[index]
        [],
    )
    assert told["more"] == 3


@pytest.mark.parametrize(
    ("secret", "key"),
    [
        ("hush hush", b"hush hush"),
        ("whsec_" + base64.b64encode(b"\x00key\xff").decode(), b"\x00key\xff"),
    ],
)
def test_what_a_webhook_gets_is_signed(secret: str, key: bytes) -> None:
    notice = posted(builders.edition(), replace(WEBHOOK, secret=secret))
    headers = dict(notice.headers)
    assert headers["webhook-id"] == "2026-03-11.team"
    assert headers["webhook-timestamp"] == str(int(AT.timestamp()))
    signed = b".".join([b"2026-03-11.team", headers["webhook-timestamp"].encode(), notice.body])
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"


def test_without_a_secret_nothing_is_signed() -> None:
    headers = dict(posted(builders.edition(), replace(WEBHOOK, secret="")).headers)
    assert sorted(headers) == ["webhook-id", "webhook-timestamp"]


def test_telegram_is_asked_at_its_own_address_and_secrets_are_not_shown() -> None:
    notice = posted(builders.edition(), TELEGRAM)
    assert notice.url == "https://api.telegram.org/bot12:a-secret-token/sendMessage"
    assert json.loads(notice.body)["chat_id"] == "@crowd"
    assert "a-secret-token" not in repr(notice) + repr(TELEGRAM)
    assert "12:a-secret-token" in notice.secrets
    assert "services" in posted(builders.edition(), SLACK).secrets
