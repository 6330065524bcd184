"""Takes pictures of the readers' pages, to look at: `python -m tests.web_screenshots FOLDER`.

Each page at 320 and 1280 pixels, light and dark, as `join-320-dark.png`. With `--docs` also those
that docs/web.md shows. No tests here.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

TESTS = Path(__file__).resolve().parent
IMAGES = TESTS.parent / "docs" / "images"
CHOSEN = {
    "web-join.png": ("join", 1080, 820, "light"),
    "web-join-phone-dark.png": ("join", 320, 640, "dark"),
    "web-preferences-phone.png": ("preferences", 320, 640, "light"),
    "web-left-phone-dark.png": ("left", 320, 420, "dark"),
}
MOST_HEIGHT = 2400


def main(folder: Path, *options: str) -> int:
    """Make the pages as `test_web_judged` meets them, and take their pictures."""
    sys.path.insert(0, str(TESTS))
    from playwright.sync_api import sync_playwright
    from screenshots import CHROMIUM, SCHEMES
    from test_judge_axe import served
    from test_web_judged import write_pages

    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as made, sync_playwright() as playwright:
        pages = write_pages(Path(made) / "pages", Path(made) / "letter")
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        with served(pages) as site:
            for scheme in SCHEMES:
                for width in (320, 1280):
                    for page in sorted(pages.glob("*.html")):
                        picture = folder / f"{page.stem}-{width}-{scheme}.png"
                        take(chromium, f"{site}/{page.name}", picture, (width, 0, scheme))
            if "--docs" in options:
                for name, (page_name, *look) in CHOSEN.items():
                    take(chromium, f"{site}/{page_name}.html", IMAGES / name, tuple(look))
        chromium.close()
    return 0


def take(chromium: Any, address: str, picture: Path, look: tuple[Any, ...]) -> None:
    """Take one picture; whole, where no height is told."""
    width, height, scheme = look
    view = {"width": width, "height": height or 600}
    tab = chromium.new_page(viewport=view, color_scheme=scheme)
    tab.goto(address)
    if not height:
        whole = tab.evaluate("document.documentElement.scrollHeight")
        tab.set_viewport_size({"width": width, "height": min(whole, MOST_HEIGHT)})
    tab.screenshot(path=picture)
    tab.close()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), *sys.argv[2:]))
