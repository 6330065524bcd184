"""Takes pictures of pages and mail, made from the invented samples, to look at: `make screenshots`.

`python -m tests.screenshots FOLDER` writes each kind at 320, 600 and 1280 pixels, light and dark,
as `site-index-320-dark.png`; whole, up to a height of 2400 pixels. Pages also as they are printed
on A4, as `site-index-print.png`. With `--docs` it also takes anew those of the site that the
documentation shows. No tests here.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlsplit

SITE = "https://papers.example.org"
CHROMIUM = Path("/usr/bin/chromium")
TESTS = Path(__file__).resolve().parent
SAMPLES = TESTS.parent / "config" / "samples"
IMAGES = TESTS.parent / "docs" / "images"
WIDTHS = (320, 600, 1280)
SCHEMES = ("light", "dark")
PRINT = "print"
MOST_HEIGHT = 2400
A4_WIDTH, A4_HEIGHT = 794, 1123
KINDS = {
    "site-index": "index.html",
    "site-day": "editions/2026-03-12/index.html",
    "site-week": "editions/2026-W11/index.html",
    "site-paper": "papers/2603.90202/index.html",
    "site-formula": "papers/2603.90402/index.html",
    "site-archive": "editions/index.html",
    "site-year": "editions/2026/index.html",
    "site-trending": "trending/index.html",
    "site-author": "authors/perpetua-underhedge/index.html",
    "site-authors": "authors/index.html",
    "site-search": "search/index.html?q=language&topic=language-models",
    "site-feeds": "feeds/index.html",
    "site-about": "about/index.html",
    "site-subscribe": "subscribe/index.html",
    "site-topics": "topics/index.html",
    "site-topic": "topics/language-models/index.html",
    "site-404": "404.html",
    "mail-day": "editions/2026-03-12/email.html",
    "mail-week": "editions/2026-W11/email.html",
}
AWAITED = {"site-search": "#found li"}
CONFIG = f"""
[site]
url = "{SITE}"

[topics.language-models]
title = "Language models"
phrases = ["language model*"]
words = ["LLM", "LLMs"]

[topics.vision]
title = "Seeing"
words = ["image*", "video*", "camera*"]
exclude = ["robots"]
"""
CHOSEN = {
    "site.png": ("site-index", 1080, "light"),
    "site-calendar.png": ("site-archive", 768, "light"),
    "site-phone-dark.png": ("site-week", 320, "dark"),
    "site-paper.png": ("site-paper", 768, "light"),
    "site-trending.png": ("site-trending", 768, "light"),
    "site-search.png": ("site-search", 768, "light"),
    "site-search-phone-dark.png": ("site-search", 320, "dark"),
    "site-print.png": ("site-paper", A4_WIDTH, PRINT),
}
CHOSEN_HEIGHT = 860


def main(folder: Path, *options: str) -> int:
    """Make the samples' newsletter, and take every picture of it."""
    sys.path.insert(0, str(TESTS))
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as made, sync_playwright() as playwright:
        output = newsletter(Path(made) / "letter")
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        for path in pictures(chromium, output, folder):
            print(path)
        for path in prints(chromium, output, folder):
            print(path)
        if "--docs" in options:
            document(chromium, output)
        chromium.close()
    return 0


def newsletter(root: Path) -> Path:
    """Publish the samples as a newsletter of the name that a new one has; return its output."""
    from flow import make

    root.mkdir()
    (root / "digest.toml").write_text(CONFIG)
    letter = make(root, datetime(2026, 3, 12, 18, tzinfo=UTC))
    for path in sorted(SAMPLES.glob("2026*")):
        letter.drop(path.name, path.read_bytes())
    letter.run()
    letter.close()
    return letter.folder


def pictures(chromium: Any, output: Path, folder: Path) -> Iterator[Path]:
    """Take every kind in every look; yield where each picture is."""
    for scheme in SCHEMES:
        for width in WIDTHS:
            tab = looking(chromium, output, width, 900, scheme)
            for name in KINDS:
                visit(tab, name)
                height = tab.evaluate("document.documentElement.scrollHeight")
                tab.set_viewport_size({"width": width, "height": min(height, MOST_HEIGHT)})
                picture = folder / f"{name}-{width}-{scheme}.png"
                tab.screenshot(path=picture)
                tab.set_viewport_size({"width": width, "height": 900})
                yield picture
            tab.close()


def prints(chromium: Any, output: Path, folder: Path) -> Iterator[Path]:
    """Take every page as it is printed, from its beginning; yield where each picture is."""
    tab = looking(chromium, output, A4_WIDTH, A4_HEIGHT, PRINT)
    for name in (name for name in KINDS if name.startswith("site-")):
        visit(tab, name)
        picture = folder / f"{name}-print.png"
        tab.screenshot(path=picture)
        yield picture
    tab.close()


def document(chromium: Any, output: Path) -> None:
    """Take anew the pictures of the site that the documentation shows."""
    for name, (kind, width, scheme) in CHOSEN.items():
        tab = looking(chromium, output, width, CHOSEN_HEIGHT, scheme)
        visit(tab, kind)
        tab.screenshot(path=IMAGES / name)
        tab.close()


def visit(tab: Any, name: str) -> None:
    """Go to a page of a kind, and wait for what a script shows there."""
    tab.goto(f"{SITE}/{KINDS[name]}")
    if name in AWAITED:
        tab.locator(AWAITED[name]).first.wait_for()


def looking(chromium: Any, output: Path, width: int, height: int, scheme: str) -> Any:
    """Open a tab in which the output lies at its own address, so that mail finds its pictures."""
    view = {"width": width, "height": height}
    if scheme == PRINT:
        tab = chromium.new_page(viewport=view, color_scheme="dark")
        tab.emulate_media(media=PRINT)
    else:
        tab = chromium.new_page(viewport=view, color_scheme=scheme)
    tab.route(f"{SITE}/**", lambda route: route.fulfill(path=output / asked(route)))
    return tab


def asked(route: Any) -> str:
    return urlsplit(str(route.request.url)).path.lstrip("/")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:]))
