"""axe-core in Chromium, light and dark, at 320 and 1280 pixels: every kind of page, and mail.

Nor may anything be left that axe cannot decide by itself (`incomplete`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import judged
import pytest

pytestmark = [pytest.mark.judges, pytest.mark.browser]

RUN = """given => axe.run(document, {resultTypes: ["violations", "incomplete"], ...given})
  .then(({violations, incomplete}) => [violations, incomplete].map(found => found.flatMap(
    rule => rule.nodes.map(node => [rule.id, node.target.join(" "), node.failureSummary]))))"""
IS_DARK = "matchMedia('(prefers-color-scheme: dark)').matches"
STANDS = """() => [...document.querySelectorAll("*")].map(each => {
  const {x, y, width, height} = each.getBoundingClientRect();
  const isSeen = each.checkVisibility({opacityProperty: true, visibilityProperty: true});
  return [isSeen, x, y, width, height].join();
}).join(";")"""
COLOURS = {"runOnly": ["color-contrast", "link-in-text-block"]}
"""The rules that ask what colour something has; to all others only what stands where matters."""
AXE = judged.MODULES / "axe-core" / "axe.min.js"
SCHEMES, WIDTHS = ("light", "dark"), (320, 1280)
MAIL_RULES = {rule: {"enabled": False} for rule in ("region", "landmark-one-main")}
"""A mail stands within the landmarks of the client's own page."""


Found = set[tuple[str, ...]]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    judged.want("axe-core")
    sync_api = pytest.importorskip("playwright.sync_api")
    if not judged.CHROMIUM.exists():
        pytest.skip(f"{judged.CHROMIUM} is not installed")
    with sync_api.sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        yield playwright.chromium.launch(executable_path=judged.CHROMIUM, args=arguments)


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder as a host would: what a page for any address links to begins at the root."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def looking(
    chromium: Any, width: int, *schemes: str
) -> Iterator[Callable[[str], tuple[Found, Found]]]:
    """Give what tells of an address what axe finds wrong, and what it leaves undecided.

    A page is loaded once and judged in each scheme: wholly in the first, and in others by what
    asks for colours, as long as everything stands and is seen as it was.
    """
    tab = chromium.new_page(viewport={"width": width, "height": 900})
    tab.add_init_script(AXE.read_text("utf-8"))

    def judge(address: str) -> tuple[Found, Found]:
        tab.goto(address)
        rules = {"rules": MAIL_RULES} if address.endswith("email.html") else {}
        wrong: Found = set()
        undecided: Found = set()
        stood = None
        for scheme in schemes:
            tab.emulate_media(color_scheme=scheme)
            assert tab.evaluate(IS_DARK) == (scheme == "dark")
            stands = tab.evaluate(STANDS) if len(schemes) > 1 else ""
            bad, open_ = tab.evaluate(RUN, COLOURS if stands == stood else rules)
            stood = stood or stands
            wrong |= {(scheme, *each) for each in bad}
            undecided |= {(scheme, *each) for each in open_}
        return wrong, undecided

    yield judge
    tab.close()


ENTRANCES = (
    "index.html",
    "404.html",
    "editions/index.html",
    "trending/index.html",
    "trending/month/index.html",
    "editions/2026/index.html",
    "about/index.html",
    "subscribe/index.html",
    "topics/index.html",
    "topics/language-models/index.html",
    "topics/nobodys/index.html",
)


def kinds(folder: Path) -> list[Path]:
    """One page of each kind, the fullest."""
    found = [folder / name for name in ENTRANCES]
    for kind in ("????-??-??", "????-W??", "????-??"):
        latest = sorted(folder.glob(f"editions/{kind}/index.html"))[-1]
        found += [latest, latest.with_name("email.html")]
    papers = sorted(folder.glob("papers/*/index.html"), key=lambda path: path.stat().st_size)
    return [*found, *folder.glob("subscribe/form.html"), papers[-1], papers[0]]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("made", [judged.real, judged.samples], ids=["real", "samples"])
def test_axe_finds_nothing_wrong(
    chromium: Any, made: Any, width: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = made(tmp_path_factory)
    wrong, undecided = set(), set()
    with served(folder) as site, looking(chromium, width, *SCHEMES) as judge:
        for page in kinds(folder):
            path = page.relative_to(folder).as_posix()
            bad, open_ = judge(f"{site}/{path}")
            wrong |= {(path, *each) for each in bad}
            undecided |= {(path, *each) for each in open_}
    assert wrong == set()
    assert undecided == set()


BROKEN = {
    "color-contrast": (
        "index.html",
        "<main ",
        '<p style="color:#aaa;background:#fff">pale</p><main ',
    ),
    "link-name": ("index.html", "<main ", '<a href="/"></a><main '),
    "page-has-heading-one": ("index.html", "h1>", "h2>"),
    "region": ("index.html", "<main ", "<p>astray</p><main "),
    "landmark-one-main": ("index.html", "main", "div"),
    "html-has-lang": ("index.html", ' lang="en"', ""),
    "document-title": ("index.html", "title>", "b>"),
    "svg-img-alt": ("index.html", 'role="img" aria-label', 'role="img" data-label'),
    "heading-order": ("index.html", "<h3", "<h5"),
    "empty-table-header": ("papers/2603.90115/index.html", "Listing of", ""),
    "aria-allowed-attr": ("index.html", "<ul>", '<ul aria-checked="true">'),
}


def test_axe_sees_what_is_broken(
    chromium: Any, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = judged.samples(tmp_path_factory)
    with looking(chromium, 1280, "light") as judge:
        for rule, (path, before, after) in BROKEN.items():
            html = (folder / path).read_text("utf-8")
            assert before in html, rule
            broken = tmp_path / "broken.html"
            free = html.replace("Content-Security-Policy", "x").replace(before, after)
            broken.write_text(free, "utf-8")
            wrong, _ = judge(broken.as_uri())
            assert rule in {name for _, name, *_ in wrong}, rule


def test_axe_sees_what_is_pale_in_the_dark_alone(chromium: Any, tmp_path: Path) -> None:
    page = tmp_path / "pale.html"
    page.write_text(
        "<style>@media (prefers-color-scheme: dark) { p { color: #333; background: #222 } }</style>"
        "<main><h1>Heading</h1><p>Some text</p></main>"
    )
    with looking(chromium, 320, *SCHEMES) as judge:
        wrong, _ = judge(page.as_uri())
    assert {scheme for scheme, name, *_ in wrong if name == "color-contrast"} == {"dark"}


def test_axe_sees_what_stands_there_in_the_dark_alone(chromium: Any, tmp_path: Path) -> None:
    page = tmp_path / "hidden.html"
    page.write_text(
        "<style>a { display: none } @media (prefers-color-scheme: dark) { a { display: block } }"
        '</style><main><h1>Heading</h1><a href="/"></a></main>'
    )
    with looking(chromium, 320, *SCHEMES) as judge:
        wrong, _ = judge(page.as_uri())
    assert {scheme for scheme, name, *_ in wrong if name == "link-name"} == {"dark"}
