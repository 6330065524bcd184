"""Each page of the desk before the judges: the Nu checker, and axe in Chromium."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import deskroom
import judged
import pytest
from deskroom import Desk
from flow import AT, api
from test_judge_axe import SCHEMES, WIDTHS, chromium, looking, served
from test_web_admin import WHO, deliver, enrol, publish
from webroom import Answer

from digest.models import DeliveryState
from digest.pipeline.sealing import seal_to_send

pytestmark = [pytest.mark.judges, pytest.mark.browser]

__all__ = ["chromium"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pages(*(tmp_path_factory.mktemp(each) for each in ("pages", "letter")))


def write_pages(root: Path, letter: Path) -> Path:
    """Write the pages of a newsletter's desk, each as a file, beside their looks."""
    with deskroom.opened(letter) as desk:
        for name, answer in pages(desk).items():
            (root / f"{name}.html").write_bytes(answer.body)
        (root / "assets").mkdir()
        for name in ("style.css", "web.css", "admin.css", "icon.svg"):
            (root / "assets" / name).write_bytes(desk.get(f"/assets/{name}").body)
    return root


def pages(desk: Desk) -> dict[str, Answer]:
    """Do what curators do; return each page that they meet."""
    asking, wrong = desk.get("/admin/sign-in"), desk.sign_in("wrong")
    plain = desk.room.get("/admin/sign-in")
    desk.sign_in()
    first = ("", "dumps", "deliveries", "subscribers")
    empty = {each: desk.get(f"/admin/{each}") for each in first}
    publish(desk)
    desk.room.letter.run(**{f"broken-{'long' * 20}_txt": "nothing of a listing"})
    enrol(desk, WHO, *[f"r{number}@{'long' * 10}.example" for number in range(4)])
    states = DeliveryState
    deliver(desk, states.SENT, states.FAILED, states.HELD, states.HELD, states.PENDING, code=550)
    search = "/admin/subscribers/search"
    drafts = curated(desk)
    return (
        {f"empty-{name}": answer for name, answer in empty.items()}
        | drafts
        | {
            "sign-in": asking,
            "wrong": wrong,
            "plain": plain,
            "refused": desk.bare("/admin/sign-out"),
            "dumps": desk.get("/admin/dumps"),
            "rejected": desk.get("/admin/dumps?status=rejected&limit=1"),
            "deliveries": desk.get("/admin/deliveries?limit=1&done=resolved"),
            "subscribers": desk.get("/admin/subscribers"),
            "typed-wrong": desk.post(search, {"address": "x"}),
            "nobody": desk.post(search, {"address": "nobody@example.org"}),
            "subscriber": desk.post(search, {"address": WHO}),
            "removed": desk.post("/admin/subscribers/remove", {"address": WHO}),
            "erase": desk.post("/admin/subscribers/erase", {"address": WHO}),
            "erased": desk.post("/admin/subscribers/erase", {"address": WHO, "sure": "yes"}),
        }
    )


def curated(desk: Desk) -> dict[str, Answer]:
    """Do all that can be done to a draft; return each page of it."""
    day = AT.date().isoformat()
    desk.room.letter.run(**{f"{day}_json": api(range(30, 36))})
    own, paper = f"/admin/editions/{day}", "arxiv:2603.00030"
    for number in (34, 33, 35):
        desk.post(f"{own}/pin", {"paper": f"arxiv:2603.{number:05}"})
    desk.post(f"{own}/hide", {"paper": "arxiv:2603.00031"})
    text = f"Read *this*: {'long' * 40}\n\n- one\n- [two](https://example.org/)"
    preview = desk.post(f"{own}/preview", {"paper": paper, "text": text})
    for fields in ({"paper": paper}, {}):
        desk.post(f"{own}/note", fields | {"text": text})
    met = {
        "draft": desk.get(f"{own}?done=pin"),
        "preview": preview,
        "note": desk.get(f"{own}/note"),
        "wrong-act": desk.post(f"{own}/pin", {"paper": "none"}),
        "wrong-trial": desk.post(f"{own}/test", {"address": "x"}),
        "week": desk.get("/admin/editions/2026-W11"),
    }
    desk.post(f"{own}/hold")
    met["held"] = desk.get(own)
    with desk.room.letter.store.writing() as tx:
        tx.approve(day, AT, "desk")
    seal_to_send(desk.room.letter.store, desk.room.letter.rules, day, AT)
    return met | {"sealed": desk.get(own)}


def test_the_nu_checker_finds_nothing(folder: Path) -> None:
    told = judged.nu(*sorted(folder.glob("*.html")))
    assert [(each["url"], each["message"]) for each in told if each["type"] == "error"] == []


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_wrong(folder: Path, chromium: Any, width: int) -> None:
    with served(folder) as site, looking(chromium, width, *SCHEMES) as judge:
        found = {path.stem: judge(f"{site}/{path.name}") for path in sorted(folder.glob("*.html"))}
    assert {name: each for name, each in found.items() if any(each)} == {}
