"""The calendar in Chromium: each day leads to its edition, its shade and number tell how much."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import flow
import judged
import pytest
from hosted import hosting

pytestmark = pytest.mark.browser

FIRST = datetime(2026, 2, 26, tzinfo=UTC)
NEW = (1, 9, 4, 0, 25, 2, 16)
"""How many papers are new on each day; on the fourth nothing was listed."""

CELLS = """() => [...document.querySelectorAll('.months td a')].map(cell => ({
  day: cell.querySelector('time').dateTime,
  count: parseInt(cell.querySelector('time + span').textContent),
  ground: getComputedStyle(cell).backgroundColor,
  height: cell.getBoundingClientRect().height,
}))"""
MOVES = """() => [...document.querySelectorAll('html, body, body *')].filter(each => {
  const style = getComputedStyle(each);
  return style.scrollBehavior === 'smooth' || parseFloat(style.transitionDuration) > 0
    || style.animationName !== 'none';
}).length"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    now = FIRST + timedelta(days=len(NEW) - 1, hours=18)
    letter = flow.make(tmp_path_factory.mktemp("calendar"), now)
    seen = 0
    for past, count in enumerate(NEW):
        if count:
            day = f"{FIRST + timedelta(days=past):%Y-%m-%d}"
            letter.drop(f"{day}.txt", flow.page(day, range(seen, seen + count)))
            seen += count
    letter.run()
    return letter.folder.parent / "output"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api")
    if not judged.CHROMIUM.exists():
        pytest.skip(f"{judged.CHROMIUM} is not installed")
    with sync_api.sync_playwright() as playwright:
        yield playwright.chromium.launch(
            executable_path=judged.CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )


def told() -> dict[str, int]:
    days = (f"{FIRST + timedelta(days=past):%Y-%m-%d}" for past in range(len(NEW)))
    return {day: count for day, count in zip(days, NEW, strict=True) if count}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_day_is_darker_the_more_was_new(site: Path, chromium: Any, scheme: str) -> None:
    with hosting(site) as host:
        tab = chromium.new_page(color_scheme=scheme)
        tab.goto(f"{host.address}/editions/2026/")
        cells = tab.evaluate(CELLS)
        tab.close()
    assert {cell["day"]: cell["count"] for cell in cells} == told()
    by_count = sorted(cells, key=lambda cell: cell["count"])
    light = [sum(map(int, re.findall(r"\d+", cell["ground"])[:3])) for cell in by_count]
    assert light == sorted(light, reverse=scheme == "light"), "shades are not in order"
    assert light[0] != light[-1]


@pytest.mark.parametrize("width", [320, 1280])
def test_each_day_leads_to_its_edition(site: Path, chromium: Any, width: int) -> None:
    with hosting(site) as host:
        tab = chromium.new_page(viewport={"width": width, "height": 800}, has_touch=width == 320)
        for day in told():
            tab.goto(f"{host.address}/editions/")
            cell = tab.locator(f".months a:has(time[datetime='{day}'])")
            box = cell.bounding_box()
            assert min(box["width"], box["height"]) >= 24, "WCAG 2.2, target size"
            cell.tap() if width == 320 else cell.click()
            tab.wait_for_url(f"{host.address}/editions/{day}/index.html")
            assert tab.locator("h1 time").get_attribute("datetime") == day
        tab.close()


def test_by_keyboard_from_a_day_to_the_next_week_and_month(site: Path, chromium: Any) -> None:
    with hosting(site) as host:
        tab = chromium.new_page()
        tab.goto(f"{host.address}/editions/2026/")
        tab.get_by_role("link", name="March 2026", exact=True).focus()
        met = []
        for _ in range(4):
            tab.keyboard.press("Tab")
            met.append(tab.evaluate("document.activeElement.getAttribute('href')"))
        assert met == [
            f"../../editions/{name}/index.html"
            for name in ("2026-W09", "2026-W10", "2026-03-02", "2026-03-03")
        ]
        tab.keyboard.press("Enter")
        tab.wait_for_url("**/editions/2026-03-03/index.html")
        tab.close()


def test_nothing_moves_where_that_is_not_wanted(site: Path, chromium: Any) -> None:
    with hosting(site) as host:
        moving = {}
        for wish in ("no-preference", "reduce"):
            tab = chromium.new_page(reduced_motion=wish)
            moving[wish] = 0
            for path in ("", "editions/2026/", "editions/2026-03-02/", "search/", "trending/"):
                tab.goto(f"{host.address}/{path}")
                moving[wish] += tab.evaluate(MOVES)
            tab.close()
    assert moving["reduce"] == 0
    assert moving["no-preference"] > 0, "what moves is not seen"
