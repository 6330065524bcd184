"""Mail: safe, within its budget, legible on a narrow screen and in the dark."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import builders
import css_inline
import golden
import jinja2
import pytest
import xss
from lxml import html as lxml_html

from digest import theme
from digest.models import Edition, Entry, Section, Site
from digest.render import text, to_email
from digest.text.direction import is_right_to_left
from digest.text.legible import legible, legible_name

TEMPLATES = theme.load(None, text.FILTERS)
CHROMIUM = Path("/usr/bin/chromium")
BUDGET = 80_000
UNSUBSCRIBE = "mailto:digest@papers.example.org?subject=unsubscribe"


def rendered(edition: Edition, site: Site = builders.SITE, **options: Any) -> dict[str, str]:
    files = list(to_email.render(edition, site, TEMPLATES, **options))
    folder = f"editions/{edition.name}/"
    assert [file.path for file in files] == [
        f"{folder}email.html",
        f"{folder}email.txt",
        f"{folder}email.eml",
    ]
    return {Path(file.path).suffix[1:]: file.content.decode() for file in files}


def page(html: str) -> lxml_html.HtmlElement:
    return lxml_html.document_fromstring(html)


def with_text(words: str) -> Edition:
    """One paper that says `words` wherever a dump has a say."""
    links = (("code", "https://example.org/a"),)
    paper = builders.paper(1, title=words, abstract=words, authors=(words,), links=links)
    entry = builders.entry(1, paper=paper, reason=words)
    return builders.edition((entry,), 0, 0)


def full(count: int, abstract: str, title: str = "", **changes: Any) -> Edition:
    """Many papers, each with the abstract."""
    papers = (builders.paper(n, abstract=abstract) for n in range(1, count + 1))
    titled = (replace(paper, title=title or paper.title) for paper in papers)
    entries = (builders.entry(paper.id, paper=paper) for paper in titled)
    return builders.edition(tuple(entries), 0, 0, **changes)


def with_paper(**changes: Any) -> Edition:
    """One paper, changed so."""
    return builders.edition((builders.entry(1, paper=builders.paper(1, **changes)),), 0, 0)


def skeleton(element: lxml_html.HtmlElement) -> list[tuple[str, dict[str, str]]]:
    return [(str(each.tag), dict(each.attrib)) for each in element.iter()]


def abstracts(html: str) -> list[str]:
    return [p.text_content() for p in page(html).find_class("say")]


def test_hostile_text_is_shown_as_it_is_and_makes_no_markup() -> None:
    benign = page(rendered(with_text("plain"))["html"])
    for hostile in xss.STRINGS:
        found = page(rendered(with_text(hostile))["html"])
        assert skeleton(found) == skeleton(benign), hostile
        shown = [found.xpath("string(//h3/a)"), found.find_class("who")[0].text]
        assert shown == [text.cut(legible(hostile), 300), legible_name(hostile)]


def test_hostile_text_adds_nothing_to_the_message() -> None:
    benign = parsed(rendered(with_text("plain"))["eml"])
    for hostile in xss.STRINGS:
        files = rendered(with_text(hostile))
        message = parsed(files["eml"])
        assert message.keys() == benign.keys()
        contents = [part.get_content() for part in message.iter_parts()]
        assert [each.replace("\r\n", "\n") for each in contents] == [files["txt"], files["html"]]


def parsed(eml: str) -> Any:
    message = message_from_bytes(eml.encode(), policy=policy.default)
    assert isinstance(message, EmailMessage)
    assert not message.defects
    return message


@pytest.mark.parametrize("hostile", xss.URLS)
def test_links_lead_to_the_web_only(hostile: str) -> None:
    links = (("code", hostile), (hostile, "https://example.org/a"))
    paper = builders.paper(1, url=hostile, arxiv_id=None, links=links)
    note = f"[x]({hostile}) <a href='{hostile}'>y</a> <{hostile}>"
    entry = builders.entry(1, paper=paper, note=note)
    files = rendered(builders.edition((entry,), 0, 0, note=note))
    for link in page(files["html"]).iter("a"):
        assert re.match(r"https?://|mailto:", link.get("href", "https://"))
        assert set(link.attrib) <= {"href", "style", "rel"}


def test_a_template_in_a_dump_is_text() -> None:
    files = rendered(with_text("{{ 7 * 7 }} {% raw %}"))
    for name in ("html", "txt"):
        assert "{{ 7 * 7 }} {% raw %}" in files[name]


@pytest.mark.parametrize(
    ("count", "abstract", "title"),
    [
        (50, "A plain sentence of words. " * 60, ""),
        (500, "A plain sentence of words. " * 110, ""),
        (500, "漢字" * 1500, "標題" * 150),
        (500, "&<>\"'" * 600, "<b>&" * 75),
        (500, "\U0001f600" * 3000, "\U0001f469\u200d\U0001f467" * 100),
        (500, "", "word " * 60),
        (200, "x" * 3000, "x" * 300),
        (1, "long " * 40_000, "t" * 5000),
    ],
)
def test_the_html_keeps_to_its_budget_and_uses_it(count: int, abstract: str, title: str) -> None:
    html = rendered(full(count, abstract, title))["html"]
    assert 0.9 * BUDGET < len(html.encode()) <= BUDGET or max(map(len, abstracts(html))) > 590
    assert len(html.encode()) <= BUDGET
    shown = len(page(html).findall(".//h3"))
    assert (f"and {count - shown} more on the web" in html) == (shown < count)


def test_notes_count_towards_the_budget() -> None:
    edition = full(80, "word " * 300, note="note " * 9000)
    noted = tuple(replace(entry, note="**note** & " * 900) for entry in edition.new)
    assert len(rendered(replace(edition, new=noted))["html"].encode()) <= BUDGET


@pytest.mark.parametrize("budget", [20_000, 9_000, 0])
def test_a_small_budget_is_kept_while_anything_can_be_left_out(budget: int) -> None:
    html = rendered(full(40, "word " * 200, note="note " * 800), budget_bytes=budget)["html"]
    assert len(html.encode()) <= max(budget, 8_000)
    assert "on the web" in html


def test_abstracts_are_shortened_evenly_and_only_as_far_as_needed() -> None:
    entries = tuple(
        builders.entry(n, paper=builders.paper(n, abstract=f"word{n} " * (20 + 40 * (n % 10))))
        for n in range(1, 61)
    )
    given = [entry.paper.abstract.strip() for entry in entries]
    shown = abstracts(rendered(builders.edition(entries, 0, 0))["html"])
    cut = [abstract for abstract in shown if abstract.endswith("…")]
    longest = max(map(len, shown))
    assert 0 < len(cut) < len(shown) == 60
    assert all(longest - len(abstract) < 10 for abstract in cut)
    assert all(a == b for a, b in zip(shown, given, strict=True) if len(b) <= longest - 10)


def test_long_sections_are_cut_and_short_ones_stay_whole() -> None:
    edition = builders.edition(300, 5, 2)
    html = rendered(edition)["html"]
    rows = [td for td in page(html).find_class("cell") if td.find("h2") is not None]
    counts = [len(td.findall("h3")) for td in rows]
    assert counts[1:] == [5, 2]
    assert f"and {300 - counts[0]} more on the web" in html
    assert "more on the web" in rendered(edition)["txt"]


def test_the_whole_is_shown_where_it_fits() -> None:
    edition = builders.edition()
    files = rendered(edition)
    assert abstracts(files["html"]) == [entry.paper.abstract for entry in edition.entries]
    assert "more on the web" not in files["html"]


@pytest.mark.parametrize(
    ("titles", "expected"),
    [
        (["Lanterns"], "Lanterns"),
        (["Lanterns", "Tidepool"], "Lanterns, and 1 more"),
        (["word " * 30, "Tidepool"], "word " * 10 + "word…, and 1 more"),
        (["word " * 8 + "end: " + "word " * 30], "word " * 8 + "end"),
        (["end: " + "word " * 30], "end: " + "word " * 12 + "word…"),
        (["a\r\nBcc: x", "b", "c"], "a Bcc: x, and 2 more"),
        (["\x00"], "Untitled"),
        ([], "Wednesday 11 March 2026: nothing new"),
    ],
)
def test_the_subject_names_the_best_paper(titles: list[str], expected: str) -> None:
    entries = (builders.entry(1, paper=builders.paper(1, title=title)) for title in titles)
    subject = to_email.subject(builders.edition(tuple(entries), 0, 0))
    assert subject == expected
    assert len(subject) <= 70


@pytest.mark.parametrize("hostile", xss.STRINGS)
def test_subject_and_preheader_are_one_short_line(hostile: str) -> None:
    once = with_text(hostile)
    for edition in (once, replace(once, new=once.new * 3)):
        assert 0 < len(to_email.subject(edition)) <= 70
        assert len(to_email.preheader(edition)) <= 140
        assert len(to_email.subject(edition).splitlines()) == 1


def test_the_preheader_goes_on_where_the_subject_ends() -> None:
    edition = builders.edition(3, 0, 0)
    assert to_email.preheader(edition).startswith(f"Also: {builders.title(2)}; Paper Boats 3")
    assert to_email.preheader(replace(edition, new=edition.new[:1])).startswith("On 8 tasks the")
    summed = with_paper(summary="Lanterns are bright.")
    assert to_email.preheader(summed) == "Lanterns are bright."
    assert to_email.preheader(with_paper(abstract="One sentence.")) == "One sentence."
    assert to_email.preheader(builders.edition(0, 0, 0)) == "Nothing new, from 2 listings"


def test_trending_papers_carry_the_subject_where_nothing_is_new() -> None:
    assert to_email.subject(builders.edition(0, 1, 0)).startswith("Driftwood 1")


def test_the_preheader_never_says_what_the_subject_says() -> None:
    twice = tuple(builders.entry(n, paper=builders.paper(n, title="Lanterns")) for n in (1, 2))
    for edition in (
        builders.edition(twice, 0, 0),
        builders.edition((*twice, builders.entry(3)), 0, 0),
        with_paper(title="Lanterns", summary="Lanterns", abstract="Lanterns"),
    ):
        assert to_email.subject(edition).startswith("Lanterns")
        assert "Lanterns" not in to_email.preheader(edition).split("; ")
        assert not to_email.preheader(edition).startswith(("Lanterns", "Also: Lanterns"))


def test_the_text_is_wrapped_and_an_address_stands_alone_after_its_word() -> None:
    lines = rendered(builders.edition(30, note="A word. " * 40))["txt"].split("\n")
    assert max(len(line) for line in lines if "http" not in line) <= 72
    addressed = re.compile(
        r"(?:(?:arXiv|PDF|Code|Details|RSS|Atom|JSON): )?(?:https?://|mailto:)\S+"
    )
    assert all(addressed.fullmatch(line) for line in lines if "://" in line or "mailto:" in line)


def test_every_link_of_the_html_is_in_the_text() -> None:
    links = (("code", "https://example.org/a?b=1&c=2"), ("project", "https://example.org/é"))
    paper = builders.paper(1, links=links, url="https://example.org/paper")
    entry = builders.entry(1, paper=paper, note="See [this](https://example.org/note).")
    for edition in (builders.edition((entry,), 2, 1), builders.edition(90), with_paper(url=None)):
        files = rendered(edition)
        shown = {link.get("href") for link in page(files["html"]).iter("a")}
        assert [link for link in shown if link not in files["txt"]] == []


def test_the_text_holds_what_the_html_holds() -> None:
    edition = builders.edition(60)
    files = rendered(edition)
    words = " ".join(files["txt"].replace("\n", " ").split())
    for title in (link.text_content() for link in page(files["html"]).findall(".//h3/a")):
        assert title in words
    for abstract in abstracts(files["html"]):
        assert abstract in words


def test_the_mail_says_where_it_came_from() -> None:
    html = rendered(builders.edition())["html"]
    foot = page(html).find_class("foot")[0]
    assert "1 Example Street" in foot.text_content()
    links = [link.get("href") for link in foot.iter("a")]
    assert links == [
        "https://papers.example.org/",
        "https://papers.example.org/feeds/rss.xml",
        "https://papers.example.org/feeds/atom.xml",
        "https://papers.example.org/feeds/feed.json",
        UNSUBSCRIBE,
    ]
    top = [link.get("href") for link in page(html).find_class("lead")[0].iter("a")]
    assert top == ["https://papers.example.org/editions/2026-03-11/", UNSUBSCRIBE]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, UNSUBSCRIBE),
        ({"mail_from": "a+b&c@example.org"}, "mailto:a+b%26c@example.org?subject=unsubscribe"),
        ({"unsubscribe": "https://example.org/leave?a=1&b=2"}, "https://example.org/leave?a=1&b=2"),
        ({"unsubscribe": "mailto:x@example.org"}, "mailto:x@example.org"),
    ],
)
def test_the_way_out_stands_at_the_top_at_the_end_and_in_the_head(
    changes: dict[str, str], expected: str
) -> None:
    files = rendered(builders.edition(200), site=replace(builders.SITE, **changes))
    ways = [link for link in page(files["html"]).iter("a") if link.text == "Unsubscribe"]
    assert [link.get("href") for link in ways] == [expected, expected]
    lines = files["txt"].split("\n")
    assert lines.count(expected) == 2
    assert lines.index(expected) < 10
    assert f"\r\nList-Unsubscribe: <{expected}>\r\n" in files["eml"]
    assert "List-Unsubscribe-Post" not in files["eml"]


def test_a_tldr_leads_and_says_whose_it_is() -> None:
    for changes, mark, tldr in (
        ({}, "TL;DR, from the abstract:", "On 8 tasks the gain in consistency is 2 points"),
        ({"summary": "It is $O(n)$."}, "TL;DR, by the listing’s AI:", "It is"),
    ):
        files = rendered(with_paper(**changes))
        (shown,) = page(files["html"]).find_class("tldr")
        assert shown.text_content().startswith(f"{mark} {tldr}")
        assert f"  {mark}\n  {tldr}" in files["txt"]
    bare = rendered(with_paper(abstract="One sentence that shows it all."))
    assert "TL;DR" not in bare["html"] + bare["txt"]


def test_an_abstract_is_left_out_where_it_would_only_repeat_the_tldr() -> None:
    tldr = "We show that lanterns outperform all candles by 30% " + "in the dark " * 12 + "here."
    edition = full(60, f"{tldr} {'More is said. ' * 100}")
    html = rendered(edition)["html"]
    assert len(page(html).find_class("tldr")) == len(page(html).findall(".//h3"))
    assert all(len(shown) > len(tldr) + 60 for shown in abstracts(html))


def test_where_room_is_scarce_abstracts_go_before_papers() -> None:
    tldr = "We show that lanterns outperform all candles by 30% in the dark."
    edition = full(70, f"Some background comes first. {tldr} {'More is said. ' * 100}")
    html = rendered(edition)["html"]
    assert len(page(html).findall(".//h3")) == 70
    assert abstracts(html) == []
    assert len(page(html).find_class("tldr")) == 70


def test_names_and_texts_that_run_right_to_left_are_kept_apart() -> None:
    hebrew, arabic = "אבי כהן", "ليلى حسن"
    edition = with_paper(title=f"{hebrew} 1", abstract=arabic, authors=("Ada", hebrew, arabic))
    found = page(rendered(edition)["html"])
    assert [each.text_content() for each in found.xpath("//*[@dir]")] == [
        *(f"{hebrew} 1", hebrew, arabic, arabic),
    ]
    assert found.find_class("who")[0].text_content() == f"Ada, {hebrew} and {arabic}"
    assert not page(rendered(builders.edition(9))["html"]).xpath("//*[@dir]")


@pytest.mark.parametrize(
    ("words", "expected"),
    [("", False), ("1 -", False), ("Ada אבי", False), ("12 אבי", True), ("«ليلى»", True)],
)
def test_the_first_letter_tells_the_direction(words: str, expected: bool) -> None:
    assert is_right_to_left(words) is expected


def test_clients_that_drop_the_style_element_still_see_the_design() -> None:
    html = rendered(builders.edition())["html"]
    assert "@media (prefers-color-scheme: dark)" in html
    root = page(html)
    assert root.get("lang") == "en"
    for name in ("cell", "say", "why", "who", "foot", "sheet", "outer"):
        assert all(each.get("style") for each in root.find_class(name))
    assert all(table.get("role") == "presentation" for table in root.iter("table"))
    assert not list(root.iter("img", "script", "link"))


def test_nothing_new_says_so_and_empty_sections_are_left_out() -> None:
    files = rendered(builders.edition(0, 0, 0))
    for name in ("html", "txt"):
        assert "Nothing in the listings was new." in files[name]
        assert "trending again" not in files[name].lower()


def test_a_users_own_template_keeps_to_the_budget(tmp_path: Path) -> None:
    (tmp_path / "email").mkdir()
    twice = (
        "<p>{{ title }}</p>{% for group in groups %}{% for card in group.cards %}"
        "<p>{{ card.abstract }}</p><p>{{ card.abstract }}</p>{% endfor %}{% endfor %}"
    )
    (tmp_path / "email" / "edition.html").write_text(twice, "utf-8")
    templates: jinja2.Environment = theme.load(tmp_path, text.FILTERS)
    first, *_ = to_email.render(full(50, "word " * 500), builders.SITE, templates)
    assert 0 < len(first.content) <= BUDGET


def test_a_users_own_template_need_not_show_abstracts(tmp_path: Path) -> None:
    (tmp_path / "email").mkdir()
    (tmp_path / "email" / "edition.html").write_text("<p>{{ title }}</p>", "utf-8")
    templates: jinja2.Environment = theme.load(tmp_path, text.FILTERS)
    first, *_ = to_email.render(full(700, "word " * 30), builders.SITE, templates)
    assert b"Wednesday" in first.content


def test_the_same_edition_gives_the_same_bytes() -> None:
    assert rendered(builders.week()) == rendered(builders.week())


def chosen() -> Entry:
    return builders.entry(1, Section.NEW, is_pinned=True, note="See *table 2*.")


@pytest.mark.parametrize(
    ("name", "edition"),
    [
        ("day", builders.edition((chosen(), builders.entry(2)), 2, 1, note="A *quiet* day.")),
        ("empty", builders.edition(0, 0, 0)),
    ],
)
def test_golden(name: str, edition: Edition) -> None:
    golden.check(name, to_email.render(edition, builders.SITE, TEMPLATES))


def everything() -> Edition:
    """An edition in which each part of the template is shown."""
    paper = builders.paper(1, authors=("אבי כהן", "Ada"), summary="It is bright.")
    note = "See *table 2* of [this](https://example.org).\n\n    code"
    entry = builders.entry(1, paper=paper, is_pinned=True, note=note)
    return builders.edition((entry, *builders.entries(range(2, 120))), 2, 1, note=note)


def in_the_dark(html: str) -> str:
    """Write the rules for dark mode into the elements, as a client in the dark applies them."""
    rules = re.search(r"\(prefers-color-scheme: dark\) \{(.*?)\n\}", html, re.DOTALL)
    assert rules
    return css_inline.CSSInliner(extra_css=rules[1], inline_style_tags=False).inline(html)


def pairs(html: str) -> Iterator[tuple[str, str, str]]:
    """Yield the colour, the ground and the words of each text that is shown."""
    for text_node in page(html).xpath("//body//text()"):
        parent = text_node.getparent()
        above = (
            [*parent.iterancestors()] if text_node.is_tail else [parent, *parent.iterancestors()]
        )
        is_hidden = any("pre" in (each.get("class") or "").split() for each in above)
        if text_node.strip() and not is_hidden:
            yield nearest("color", above), nearest("background-color", above), str(text_node)


def nearest(name: str, elements: list[lxml_html.HtmlElement]) -> str:
    styles = (each.get("style") or "" for each in elements)
    found = (re.search(rf"(?<![-\w]){name}:\s*(#\w+)", style) for style in styles)
    return next(match[1] for match in found if match)


def luminance(colour: str) -> float:
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts)
    return sum(v * weight for v, weight in zip(linear, (0.2126, 0.7152, 0.0722), strict=True))


def test_each_text_has_its_contrast_in_light_and_in_the_dark() -> None:
    html = rendered(everything())["html"]
    shown = {"light": list(pairs(html)), "dark": list(pairs(in_the_dark(html)))}
    assert len(shown["light"]) == len(shown["dark"]) > 300
    assert {ground for _, ground, _ in shown["light"]} == {"#fffdf9"}
    assert {ground for _, ground, _ in shown["dark"]} == {"#1f1b18"}
    for scheme, texts in shown.items():
        for colour, ground, words in texts:
            low, high = sorted((luminance(colour), luminance(ground)))
            assert (high + 0.05) / (low + 0.05) >= 4.5, (scheme, colour, words)


CONTRAST = """() => {
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
  const ground = node => {
    const colour = numbers(getComputedStyle(node).backgroundColor);
    return colour.length == 4 && colour[3] == 0 ? ground(node.parentElement) : colour;
  };
  const ratios = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || node.closest(".pre")) continue;
    const pair = [numbers(getComputedStyle(node).color), ground(node)].map(light);
    ratios.push((Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05));
  }
  return [Math.min(...ratios), document.documentElement.scrollWidth - innerWidth];
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed")
    with sync_api.sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)


@pytest.mark.browser
def test_it_is_legible_at_every_width_and_in_the_dark(browser: Any) -> None:
    broad = builders.entry(
        2, paper=builders.paper(2, title="w" * 90, abstract="漢" * 90 + "v" * 200)
    )
    note = "A [link](https://example.org)\n\n    code " + "w" * 90
    html = rendered(builders.edition((chosen(), broad), 1, 1, note=note))["html"]
    for scheme in ("light", "dark"):
        for width in (320, 600, 1000):
            tab = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
            tab.set_content(html)
            contrast, overflow = tab.evaluate(CONTRAST)
            assert contrast >= 4.5, (scheme, width)
            assert overflow <= 0, (scheme, width)
            tab.close()


def test_a_trending_paper_has_a_sparkline_as_a_picture_or_as_blocks() -> None:
    said = "·▁··▁···▂·▃·█· Listed on 5 of the last 14 days, 6th of 20 at best, from 3 to 36 votes"
    pictured = rendered(builders.edition(), replace(builders.SITE, has_pictures=True))
    picture, _ = page(pictured["html"]).iter("img")
    assert picture.get("src") == (
        "https://papers.example.org/editions/2026-03-11/spark-2603-00004.png"
    )
    assert (picture.get("width"), picture.get("height")) == ("280", "32")
    assert picture.get("alt") == said
    plain = rendered(builders.edition())
    assert page(plain["html"]).find_class("spark")[0].text == said
    assert said in " ".join(plain["txt"].split())
    assert plain["txt"] == pictured["txt"]
