"""Takes pictures of the pages and the desk, to look at: `python -m tests.web_screenshots FOLDER`.

Each page at 320 and 1280 pixels, light and dark, as `join-320-dark.png`, `desk-dumps-320-dark.png`.
With `--docs` also those that docs/web.md and docs/admin.md show. No tests here.
"""

from __future__ import annotations

import sys
from itertools import product
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
AT_DESK = {
    "desk-draft.png": ("usual-draft", 1080, 1100, "light"),
    "desk-deliveries.png": ("usual-deliveries", 1080, 1080, "light"),
    "desk-draft-phone-dark.png": ("usual-draft", 320, 700, "dark"),
}
MOST_HEIGHT = 2400


def main(folder: Path, *options: str) -> int:
    """Make the pages as `test_web_judged` meets them, and take their pictures."""
    sys.path.insert(0, str(TESTS))
    from playwright.sync_api import sync_playwright
    from screenshots import CHROMIUM, SCHEMES
    from test_admin_judged import write_pages as write_desk
    from test_judge_axe import served
    from test_web_judged import write_pages

    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as made, sync_playwright() as playwright:
        place = Path(made)
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        own, desk = place / "desk", place / "desk-letter"
        own.mkdir()
        usual = usual_pages(place / "usual")
        for prefix, pages, chosen in (
            ("", write_pages(place / "pages", place / "letter"), CHOSEN),
            ("desk-", write_desk(own, desk), AT_DESK),
        ):
            for name, content in usual.items() if prefix else ():
                (pages / f"{name}.html").write_bytes(content)
            with served(pages) as site:
                for scheme, width, page in product(
                    SCHEMES, (320, 1280), sorted(pages.glob("*.html"))
                ):
                    picture = folder / f"{prefix}{page.stem}-{width}-{scheme}.png"
                    take(chromium, f"{site}/{page.name}", picture, (width, 0, scheme))
                for name, (page_name, *look) in chosen.items() if "--docs" in options else ():
                    take(chromium, f"{site}/{page_name}.html", IMAGES / name, tuple(look))
        chromium.close()
    return 0


def usual_pages(root: Path) -> dict[str, bytes]:
    """Let a day be as days are; return the desk's pages of it."""
    import deskroom
    from flow import AT, api
    from test_web_admin import deliver, enrol, publish

    from digest.models import DeliveryState

    asking = f"{deskroom.ADMIN}\n[edition]\napproval = true\n"
    with deskroom.opened(root, admin=asking) as desk:
        desk.sign_in()
        publish(desk)
        enrol(
            desk, *[f"r{number}@{'here' if number % 4 else 'far'}.example" for number in range(9)]
        )
        deliver(desk, *[DeliveryState.SENT] * 6, DeliveryState.HELD, DeliveryState.FAILED, code=550)
        day = AT.date().isoformat()
        desk.room.letter.run(**{f"{day}_json": api(range(30, 36))})
        own = f"/admin/editions/{day}"
        for number in (34, 33):
            desk.post(f"{own}/pin", {"paper": f"arxiv:2603.{number:05}"})
        desk.post(f"{own}/note", {"text": "Two on *reasoning* today; read the first one first."})
        met = {"usual-draft": desk.get(own), "usual-deliveries": desk.get("/admin/deliveries")}
    return {name: answer.body for name, answer in met.items()}


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
