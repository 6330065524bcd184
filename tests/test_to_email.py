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
import golden
import jinja2
import pytest
import xss
from lxml import html as lxml_html

from digest import theme
from digest.models import Edition, Entry, Section
from digest.render import text, to_email

TEMPLATES = theme.load(None, text.FILTERS)
CHROMIUM = Path("/usr/bin/chromium")
BUDGET = 80_000


def rendered(edition: Edition, **options: Any) -> dict[str, str]:
    files = list(to_email.render(edition, builders.SITE, TEMPLATES, **options))
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


def skeleton(element: lxml_html.HtmlElement) -> list[tuple[str, dict[str, str]]]:
    return [(str(each.tag), dict(each.attrib)) for each in element.iter()]


def abstracts(html: str) -> list[str]:
    return [p.text_content() for p in page(html).find_class("say")]


def test_hostile_text_is_shown_as_it_is_and_makes_no_markup() -> None:
    benign = page(rendered(with_text("plain"))["html"])
    for hostile in xss.STRINGS:
        found = page(rendered(with_text(hostile))["html"])
        assert skeleton(found) == skeleton(benign), hostile
        shown = [found.xpath("string(//h3/a)"), *(found.find_class(c)[0].text for c in ("who",))]
        assert shown == [text.cut(text.one_line(hostile), 300), text.one_line(hostile)]


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
    assert 0.9 * BUDGET < len(html.encode()) <= BUDGET
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
    assert to_email.preheader(replace(edition, new=edition.new[:1])).startswith("We present")
    assert to_email.preheader(builders.edition(0, 0, 0)) == "Nothing new, from 2 listings"


def test_trending_papers_carry_the_subject_where_nothing_is_new() -> None:
    assert to_email.subject(builders.edition(0, 1, 0)).startswith("Driftwood 1")


def test_the_text_is_wrapped_and_addresses_stand_alone() -> None:
    lines = rendered(builders.edition(30, note="A word. " * 40))["txt"].split("\n")
    assert max(len(line) for line in lines if "http" not in line) <= 72
    assert all(re.fullmatch(r"https?://\S+", line) for line in lines if "http" in line)


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
    ]
    top = page(html).find_class("lead")[0]
    assert top.find("a").get("href") == "https://papers.example.org/editions/2026-03-11/"


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
