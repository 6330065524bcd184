"""Each of the readers' pages before the judges: the Nu checker, and axe in Chromium."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import judged
import pytest
import webroom
from test_judge_axe import SCHEMES, WIDTHS, chromium, looking, served

pytestmark = [pytest.mark.judges, pytest.mark.browser]

__all__ = ["chromium"]

WRONG = {"choices": "1", "address": "x", "zone": "q", "hour": "99", "cadence": "z", "topics": "zz"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages, each as a file, beside their looks."""
    return write_pages(tmp_path_factory.mktemp("pages"), tmp_path_factory.mktemp("letter"))


def write_pages(root: Path, letter: Path) -> Path:
    """Write each page that readers meet into a folder, beside their looks."""
    (root / "assets").mkdir(parents=True)
    with webroom.opened(letter) as room:
        for name, answer in pages(room).items():
            (root / f"{name}.html").write_bytes(answer.body)
        for name in ("style.css", "web.css", "icon.svg"):
            (root / "assets" / name).write_bytes(room.get(f"/assets/{name}").body)
    return root


def pages(room: webroom.Room) -> dict[str, webroom.Answer]:
    """Do what readers do; return each page that they meet."""
    room.letter.run(_2026_03_11_txt=webroom.flow.page("Mar 11", range(1, 14)))
    room.post("/subscribe", {"address": "reader@example.org"})
    confirm = room.path_in(room.mails()[0], "confirm")
    own, out = room.token("preferences", 1), room.token("unsubscribe", 1)
    met = {
        "join": room.get("/"),
        "wrong": room.post("/subscribe", WRONG),
        "check": room.get("/check"),
        "embed": room.get("/embed"),
        "search": room.get("/search?q=the"),
        "search-none": room.get("/search?q=nowhere%20at%20all"),
        "search-empty": room.get("/search"),
        "confirm": room.get(confirm),
        "welcome": room.post(confirm),
        "preferences": room.get(own),
        "preferences-wrong": room.post(own, WRONG | {"muted": "a;b", "cap": "many"}),
        "erase": room.get(f"{own}/erase"),
    }
    room.post(f"{own}/pause", {"weeks": "1"})
    return met | {
        "paused": room.get(f"{own}?done=paused"),
        "leave": room.get(out),
        "left": room.post(out),
        "gone": room.get(own),
        "back": room.post(out, {"undo": "1"}),
        "expired": room.get(room.token("confirm", 1, ".1")),
        "unseen": room.get(room.token("view", 1, ".2026-01-01")),
        "missing": room.get("/nothing"),
        "erased": room.post(f"{own}/erase"),
    }


def test_the_nu_checker_finds_nothing(folder: Path) -> None:
    told = judged.nu(*sorted(folder.glob("*.html")))
    assert [(each["url"], each["message"]) for each in told if each["type"] == "error"] == []


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_wrong(folder: Path, chromium: Any, width: int) -> None:
    with served(folder) as site, looking(chromium, width, *SCHEMES) as judge:
        found = {path.stem: judge(f"{site}/{path.name}") for path in sorted(folder.glob("*.html"))}
    assert {name: each for name, each in found.items() if any(each)} == {}


OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
CUT = """[...document.querySelectorAll("body *")].filter(each => {
  const {overflowX, position} = getComputedStyle(each);
  const isCut = overflowX === "hidden" && each.scrollWidth > each.clientWidth + 1;
  return isCut && !each.closest(".away, select, option");
}).map(each => each.outerHTML.slice(0, 80))"""


def test_text_of_twice_the_size_needs_no_scrolling_aside(folder: Path, chromium: Any) -> None:
    tab = chromium.new_page(viewport={"width": 320, "height": 640})
    larger = tab.context.new_cdp_session(tab)
    larger.send("Page.setFontSizes", {"fontSizes": {"standard": 32, "fixed": 26}})
    with served(folder) as site:
        for path in sorted(folder.glob("*.html")):
            tab.goto(f"{site}/{path.name}")
            size = tab.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
            assert size >= 32, path.name
            assert tab.evaluate(OVERFLOW) <= 0, path.name
            assert tab.evaluate(CUT) == [], path.name
    tab.close()


JOIN = (
    "Skip to the content",
    "Get Trending papers by mail",
    "Your e-mail address",
    "Leave this empty",
    "How often",
    "Every day that has new papers",
    "Topics",
    "Video",
    "When",
    "At which hour",
    "Time zone",
    "We write to this address once",
    "Subscribe",
    "The last edition",
)


def test_without_style_all_is_there_in_its_order(folder: Path, chromium: Any) -> None:
    tab = chromium.new_page(viewport={"width": 320, "height": 640})
    tab.route("**/*.css", lambda route: route.abort())
    with served(folder) as site:
        tab.goto(f"{site}/join.html")
        told = " ".join(tab.inner_text("body").split())
        places = [told.find(words) for words in JOIN[:-2]]
        places += [told.rfind(words) for words in JOIN[-2:]]
        assert -1 not in places
        assert places == sorted(places)
        for path in sorted(folder.glob("*.html")):
            tab.goto(f"{site}/{path.name}")
            assert tab.locator("h1").count() == 1, path.name
            hidden = "[...document.querySelectorAll('main *')].filter(e => !e.checkVisibility()"
            hidden += " && e.type !== 'hidden' && !e.closest('option, optgroup')).length"
            assert tab.evaluate(hidden) == 0, path.name
    tab.close()
