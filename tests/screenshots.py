"""Takes pictures of pages and mail, made from the invented samples, to look at: `make screenshots`.

`python -m tests.screenshots FOLDER` writes each kind at 320, 600 and 1280 pixels, light and dark,
as `site-index-320-dark.png`; whole, up to a height of 2400 pixels. With `--docs` it also takes anew
those of the site that the documentation shows. No tests here.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

SITE = "https://papers.example.org"
CHROMIUM = Path("/usr/bin/chromium")
TESTS = Path(__file__).resolve().parent
SAMPLES = TESTS.parent / "config" / "samples"
IMAGES = TESTS.parent / "docs" / "images"
WIDTHS = (320, 600, 1280)
SCHEMES = ("light", "dark")
MOST_HEIGHT = 2400
KINDS = {
    "site-index": "index.html",
    "site-day": "editions/2026-03-12/index.html",
    "site-week": "editions/2026-W11/index.html",
    "site-paper": "papers/2603.90202/index.html",
    "site-formula": "papers/2603.90402/index.html",
    "site-archive": "editions/index.html",
    "site-year": "editions/2026/index.html",
    "site-trending": "trending/index.html",
    "site-about": "about/index.html",
    "site-subscribe": "subscribe/index.html",
    "site-topics": "topics/index.html",
    "site-topic": "topics/language-models/index.html",
    "site-404": "404.html",
    "mail-day": "editions/2026-03-12/email.html",
    "mail-week": "editions/2026-W11/email.html",
}
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
        if "--docs" in options:
            for name, (kind, width, scheme) in CHOSEN.items():
                tab = looking(chromium, output, width, CHOSEN_HEIGHT, scheme)
                tab.goto(f"{SITE}/{KINDS[kind]}")
                tab.screenshot(path=IMAGES / name)
                tab.close()
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
            for name, path in KINDS.items():
                tab.goto(f"{SITE}/{path}")
                height = tab.evaluate("document.documentElement.scrollHeight")
                tab.set_viewport_size({"width": width, "height": min(height, MOST_HEIGHT)})
                picture = folder / f"{name}-{width}-{scheme}.png"
                tab.screenshot(path=picture)
                tab.set_viewport_size({"width": width, "height": 900})
                yield picture
            tab.close()


def looking(chromium: Any, output: Path, width: int, height: int, scheme: str) -> Any:
    """Open a tab in which the output lies at its own address, so that mail finds its pictures."""
    view = {"width": width, "height": height}
    tab = chromium.new_page(viewport=view, color_scheme=scheme)
    tab.route(f"{SITE}/**", lambda route: route.fulfill(path=output / asked(route)))
    return tab


def asked(route: Any) -> str:
    return str(route.request.url).removeprefix(f"{SITE}/")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:]))
