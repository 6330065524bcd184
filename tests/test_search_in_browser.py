"""The search of the site in Chromium: what it finds, by both engines, and how it is used."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import builders
import judged
import library
import pytest
import xss
from flow import make
from store_values import DAY, NOON, add_dump, new
from test_searching import HARMLESS, SEARCHES
from test_to_email import CHROMIUM, CONTRAST

from digest import pagefind
from digest.indexing import INDEXING, findable
from digest.models import Diff
from digest.query import parse
from digest.render import to_search
from digest.render.matches import NO_TOPICS
from digest.store import Store
from digest.text.persons import name_of
from digest.text.wording import compounded
from digest.web.files import policy_of

pytestmark = pytest.mark.browser

WITHIN = "/some/where"
"""The folder of the host that the site lies in."""
CONFIG = """
[site]
url = "https://papers.example.org/some/where"

[search]
engine = "{}"

[topics.clocks]
title = "Clocks & <time>"
words = ["clock*"]
"""
CLOCKS = (("2603.00101", "A clock of C++ code", "Ünal Çelik"), ("2603.00102", "Clocks", "Noam Lax"))
ENGINES = ("builtin", "pagefind")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed")
    with sync_api.sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)


class Host(SimpleHTTPRequestHandler):
    """Serves a site from a folder of the host, with the headers that `digest serve` sends."""

    def translate_path(self, path: str) -> str:
        return super().translate_path(path.removeprefix(WITHIN))

    def end_headers(self) -> None:
        path = self.path.removeprefix(f"{WITHIN}/")
        for name, value in policy_of("", path).items():
            self.send_header(name, value)
        super().end_headers()

    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Host, directory=str(folder))) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}{WITHIN}/search/index.html"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module", params=ENGINES)
def search(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The address of the search of a site of 45 papers, hostile ones among them."""
    if request.param == "pagefind" and pagefind.version() is None:
        pytest.skip("pagefind is not installed")
    yield from site(tmp_path_factory.mktemp(request.param), request.param)


@pytest.fixture(scope="module")
def titles(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    yield from site(tmp_path_factory.mktemp("titles"), "builtin")


def site(root: Path, engine: str) -> Iterator[str]:
    (root / "digest.toml").write_text(CONFIG.format(engine))
    letter = make(root)
    hostile = [
        (f"2603.{n:05d}", f"Hostile {words}", words) for n, words in enumerate(xss.HTML, 200)
    ]
    letter.run(_2026_03_11_json=dump(CLOCKS, "2026-03-09"))
    letter.run(_2026_03_12_json=dump(hostile, "2025-12-31"))
    plain = [(f"2603.{n:05d}", builders.title(n), "Ada Almeida") for n in range(1, 31)]
    letter.run(_2026_03_12_txt=dump(plain, "2026-03-09"))
    letter.close()
    with served(letter.folder) as address:
        yield address


def dump(papers: Any, published: str) -> str:
    return json.dumps(
        [
            {
                "paper": {
                    "id": number,
                    "title": title,
                    "summary": f"What this is about: {title}. Nothing else.",
                    "authors": [{"name": author}],
                    "publishedAt": f"{published}T17:27:20.000Z",
                }
            }
            for number, title, author in papers
        ]
    )


@contextmanager
def tab_at(chromium: Any, address: str, **options: Any) -> Iterator[Any]:
    """Open an address; nothing may be said on the console, and nothing be fetched elsewhere."""
    tab = chromium.new_page(**options)
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.on("dialog", lambda dialog: said.append(dialog.message) or dialog.dismiss())
    host = address.partition(WITHIN)[0]
    tab.on("request", lambda request: request.url.startswith(host) or said.append(request.url))
    tab.goto(address)
    yield tab
    assert said == []
    tab.close()


def found(tab: Any) -> list[str]:
    """The titles that were found, once the search is over."""
    tab.locator("#status [data-said]:not([data-said=searching])").wait_for()
    return [title.strip() for title in tab.locator("#found h2").all_inner_texts()]


def told(tab: Any) -> str:
    found(tab)
    return str(tab.locator("#status").inner_text())


# What is found --------------------------------------------------------------------------------

GOING = """address => {
  history.pushState(null, "", address);
  dispatchEvent(new PopStateEvent("popstate"));
}"""
ASKED = {
    "q=lanterns": 3,
    "q=LANTERNS+language": 3,
    "q=almeida": 20,
    "q=unal": 1,
    "q=%C3%BCnal": 1,
    "q=celik": 1,
    "q=C%2B%2B": 1,
    "topic=clocks": 2,
    "year=2025": len(xss.HTML),
    "q=lanterns&year=2025": 0,
    "edition=2026-03-11": 2,
    "edition=2026-W11&topic=clocks": 2,
    "edition=2026-03&year=2025": len(xss.HTML),
    "edition=2026-02": 0,
    "q=zzzz": 0,
}


def test_titles_authors_and_filters_find_papers(chromium: Any, search: str) -> None:
    with tab_at(chromium, search) as tab:
        for asked, count in ASKED.items():
            tab.evaluate(GOING, f"?{asked}")
            assert len(found(tab)) == count, asked
            said = tab.locator("#status [data-said]").get_attribute("data-said")
            assert said == ("found" if count else "none"), asked


def test_the_newest_come_first_where_that_is_asked(chromium: Any, search: str) -> None:
    with tab_at(chromium, search) as tab:
        tab.goto(f"{search}?edition=2026-03&order=newest")
        shown = found(tab)
        assert len(shown) == 20
        assert not any("clock" in title.lower() for title in shown)
        while tab.locator("#more").is_visible():
            count = len(found(tab))
            tab.locator("#more").click()
            tab.locator(f"#found li:nth-child({count + 1})").wait_for()
        shown = found(tab)
        assert len(shown) == 2 + len(xss.HTML) + 30
        assert set(shown[-2:]) == {title for _, title, _ in CLOCKS}


def test_hostile_text_runs_nothing_and_is_shown_as_it_is(chromium: Any, search: str) -> None:
    with tab_at(chromium, f"{search}?q=hostile") as tab:
        shown = found(tab)
        assert len(shown) == len(xss.HTML)
        assert any("<script>alert(1)</script>" in title for title in shown)
        inside = "#found :is(script, img, svg, iframe, style, base, meta, a:not([href^='../']))"
        assert tab.locator(inside).count() == 0
        tab.goto(
            f"{search}?q=%3Cimg+src=x+onerror=alert(1)%3E&topic=%22%3E%3Cscript%3E&year=%3Cb%3E"
        )
        assert found(tab) == []


# How it is used -------------------------------------------------------------------------------


def test_by_keyboard_alone_with_the_question_in_the_address(chromium: Any, search: str) -> None:
    with tab_at(chromium, search) as tab:
        assert told(tab).startswith("Type what to look for")
        for _ in range(20):
            tab.keyboard.press("Tab")
            if tab.evaluate("document.activeElement.id") == "q":
                break
        tab.keyboard.type("almeida")
        tab.keyboard.press("Enter")
        tab.locator("#found li").first.wait_for()
        assert told(tab) == "Papers found: 30"
        assert tab.url.endswith("?q=almeida")
        assert tab.evaluate("document.activeElement.id") == "q"
        tab.locator("#more").focus()
        tab.keyboard.press("Enter")
        tab.locator("#found li:nth-child(21)").wait_for()
        assert tab.evaluate(
            "document.activeElement.closest('li') === "
            "document.querySelector('#found li:nth-child(21)')"
        )
        assert not tab.locator("#more").is_visible()
        tab.locator("#year").fill("2025")
        tab.keyboard.press("Enter")
        tab.locator("#status [data-said=none]").wait_for()
        assert tab.url.endswith("?q=almeida&year=2025")
        tab.go_back()
        tab.locator("#found li").first.wait_for()
        assert tab.locator("#year").input_value() == ""
        assert tab.url.endswith("?q=almeida")
        tab.go_back()
        tab.locator("#status [data-said=ready]").wait_for()
        assert tab.locator("#q").input_value() == ""
        assert found(tab) == []
        tab.go_forward()
        tab.locator("#found li").first.wait_for()


def test_a_paper_and_its_edition_are_one_click_away(chromium: Any, search: str) -> None:
    with tab_at(chromium, f"{search}?q=celik") as tab:
        assert found(tab) == ["A clock of C++ code"]
        assert "Published 9 March 2026" in tab.locator("#found li").inner_text()
        assert "In the edition of 11 March 2026" in tab.locator("#found li").inner_text()
        tab.locator("#found .go a").click()
        assert tab.url.endswith(f"{WITHIN}/editions/2026-03-11/index.html")
        tab.go_back()
        tab.locator("#found h2 a").click()
        assert tab.locator("h1").inner_text() == "A clock of C++ code"


def test_what_is_no_year_or_edition_is_not_sent(chromium: Any, titles: str) -> None:
    with tab_at(chromium, titles) as tab:
        tab.locator("#edition").fill("March")
        tab.keyboard.press("Enter")
        assert tab.evaluate("document.querySelector('#edition').matches(':invalid')")
        assert tab.url == titles


def test_every_look_is_legible(chromium: Any, search: str) -> None:
    judged.want("axe-core")
    axe = (judged.MODULES / "axe-core" / "axe.min.js").read_text("utf-8")
    run = """() => axe.run(document, {resultTypes: ["violations", "incomplete"]}).then(
      found => [...found.violations, ...found.incomplete].map(rule => rule.id))"""
    for scheme, width in (("light", 320), ("dark", 1280)):
        looks = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
        with tab_at(chromium, f"{search}?q=lanterns", **looks) as tab:
            assert found(tab)
            contrast, overflow = tab.evaluate(CONTRAST)
            assert contrast >= 4.5
            assert overflow <= 0
            tab.evaluate(axe)
            assert tab.evaluate(run) == []


def test_what_was_asked_is_printed_with_what_was_found(chromium: Any, search: str) -> None:
    with tab_at(chromium, f"{search}?q=lanterns") as tab:
        assert found(tab)
        tab.emulate_media(media="print")
        assert tab.locator("#q").is_visible()
        assert tab.locator("#found li").first.is_visible()
        assert not tab.locator("#search button").is_visible()
        assert not tab.locator("header nav").is_visible()


def test_without_scripts_words_say_so(chromium: Any, search: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    tab = context.new_page()
    tab.goto(search)
    assert "needs JavaScript" in tab.locator("#status").inner_text()
    assert tab.locator("#status a").first.get_attribute("href") == "../editions/index.html"
    assert not tab.locator(".only").is_visible()
    context.close()


def test_lists_that_cannot_be_loaded_are_told_of(chromium: Any, titles: str) -> None:
    tab = chromium.new_page()
    tab.route("**/papers/*.json*", lambda route: route.abort())
    tab.goto(f"{titles}?q=lanterns")
    tab.locator("#status [data-said=failed]").wait_for()
    tab.unroute("**/papers/*.json*")
    tab.locator("#q").press("Enter")
    assert len(found(tab)) == 3
    tab.close()


def test_titles_are_searched_where_the_index_of_whole_texts_is_not_there(
    chromium: Any, search: str
) -> None:
    tab = chromium.new_page()
    tab.route("**/full/**", lambda route: route.fulfill(status=404))
    tab.goto(f"{search}?q=lanterns")
    assert len(found(tab)) == 3
    tab.close()


# The same words as in Python ------------------------------------------------------------------

CORPUS = (
    *(text for text, _ in SEARCHES),
    *xss.STRINGS,
    *(text for text in HARMLESS if len(text) < 5000),
    *("État-de-l’art", "Müller's", "Gödel’s", "naïve Café–bar", "ΑΣ Σίσυφος", "İstanbul ıI", "ǅ"),
    *("3-D -x- a--b", "Notepad++ CD4+ C+++", "x.NET .net ..net", "Straße ẞ", "ᾳ", "Ⅷ ½ ²", "ﬁne"),
    *("한국어 처리", "ภาษาไทย", "हिन्दी भाषा", "العربيّة", "שָׁלוֹם", "Ｆｕｌｌ－ｗｉｄｔｈ", "C♯ F#"),
    *("O’Brien, Noam", "Lax, Jr.", "van der Berg III", "Ł. Þór", "a_b __c__", "l'État"),
)
READING = """async ([address, texts]) => {
  const { folded, nameOf } = await import(address);
  return [texts.map(folded), texts.map(nameOf)];
}"""


def test_words_are_folded_as_the_server_folds_them(chromium: Any, titles: str) -> None:
    texts = [text for text in CORPUS if not any("\ud800" <= c <= "\udfff" for c in text)]
    signs = [f"a{c}b {c}" for c in map(chr, range(sys.maxunicode)) if is_worth_a_look(c)]
    texts += [" ".join(signs[at : at + 50]) for at in range(0, len(signs), 50)]
    with tab_at(chromium, titles) as tab:
        words = titles.replace("index.html", "words.js")
        folded, names = tab.evaluate(READING, [words, texts])
    for text, ours, name in zip(texts, folded, names, strict=True):
        assert (ours, tuple(name)) == (compounded(text), name_of(text)), ascii(text)


def is_worth_a_look(c: str) -> bool:
    """Whether a sign is known to this Python, and not one of thousands alike."""
    alike = ("CJK", "HANGUL SYLLABLE", "TANGUT", "NUSHU", "KHITAN", "CUNEIFORM", "EGYPTIAN")
    name = unicodedata.name(c, "")
    return bool(name) and not name.startswith(alike)


MARKS = ("a* b* c*", '"a"*')
"""On the server these begin the marks that stand before words of authors, `a/`, and titles."""
FINDING = """async ([address, papers, questions]) => {
  const { authorsText, folded, isMeant, parse, titleText } = await import(address);
  const texts = papers.map(([, title, authors,,,, words]) =>
    ({ title: titleText(words ?? folded(title)), authors: authorsText(authors) }));
  return questions.map(parse).map(query => query.allOf.length
    ? texts.flatMap((each, at) => isMeant(query, each) ? [at + 1] : []) : []);
}"""


def test_the_same_is_found_as_on_the_server(chromium: Any, titles: str, store: Store) -> None:
    plain = [
        {"title": paper["title"], "authors": paper.get("authors", ())} for paper in library.PAPERS
    ]
    plain += [{"title": builders.title(n), "authors": builders.authors(n, 4)} for n in range(9)]
    plain += [{"title": title, "authors": (author,)} for _, title, author in CLOCKS]
    none = {"abstract": "", "published": DAY.isoformat(), "summary": None, "keywords": ()}
    with store.writing() as tx:
        papers = tuple(new(n, **(none | told_)) for n, told_ in enumerate(plain, 1))
        tx.record(add_dump(tx), Diff(new=papers), len(papers), NOON)
    store.index(INDEXING, findable)
    asked = [text for text, _ in SEARCHES] + [text for text in HARMLESS if text.isascii()]
    asked += [" ".join(paper["title"].split()[:3]) for paper in plain]
    asked += [f'author:"{name}"' for paper in plain for name in paper["authors"]]
    asked = [
        text
        for text in asked
        if text not in MARKS and "id:" not in text and "\\" not in text and len(text) < 900
    ]
    with store.reading() as tx:
        pages = list(tx.papers_numbered(1, tx.pages.last_paper()))
        lines = [to_search.line(page, NO_TOPICS, lambda day: (day,)) for page in pages]
        expected = [sorted(hit.id for hit in tx.search(parse(text), 99).papers) for text in asked]
    with tab_at(chromium, titles) as tab:
        words = titles.replace("index.html", "words.js")
        ours = tab.evaluate(FINDING, [words, [json.loads(line) for line in lines], asked])
    assert dict(zip(asked, ours, strict=True)) == dict(zip(asked, expected, strict=True))
    assert sum(map(bool, expected)) > 40
