"""Each of the readers' pages before the judges: the Nu checker, and axe in Chromium."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import judged
import pytest
import webroom
from test_judge_axe import LOOKS, chromium, looking, served

pytestmark = [pytest.mark.judges, pytest.mark.browser]

__all__ = ["chromium"]

WRONG = {"choices": "1", "address": "x", "zone": "q", "hour": "99", "cadence": "z", "topics": "zz"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pages, each as a file, beside their looks."""
    root = tmp_path_factory.mktemp("pages")
    with webroom.opened(tmp_path_factory.mktemp("letter")) as room:
        for name, answer in pages(room).items():
            (root / f"{name}.html").write_bytes(answer.body)
        (root / "assets").mkdir()
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


@pytest.mark.parametrize(("scheme", "width"), LOOKS)
def test_axe_finds_nothing_wrong(folder: Path, chromium: Any, scheme: str, width: int) -> None:
    with served(folder) as site, looking(chromium, scheme, width) as judge:
        found = {path.stem: judge(f"{site}/{path.name}") for path in sorted(folder.glob("*.html"))}
    assert {name: each for name, each in found.items() if any(each)} == {}
