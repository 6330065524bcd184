"""The time zone of the subscribe form, in Chromium: the browser's own, where it is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import webroom
from test_judge_axe import chromium

pytestmark = pytest.mark.browser

__all__ = ["chromium"]


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webroom.Room]:
    with webroom.opened(tmp_path_factory.mktemp("letter")) as opened:
        yield opened


def chosen(chromium: Any, room: webroom.Room, **options: object) -> tuple[str, list[str]]:
    """Open the form; return the zone that it shows, and what the browser complained of."""
    said: list[str] = []
    with chromium.new_context(**options) as context:
        tab = context.new_page()
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.goto(f"http://127.0.0.1:{room.port}/")
        return tab.locator("#zone").input_value(), said


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/Argentina/Salta", "UTC"])
def test_the_form_shows_the_zone_of_the_browser(
    chromium: Any, room: webroom.Room, zone: str
) -> None:
    assert chosen(chromium, room, timezone_id=zone) == (zone, [])


def test_without_scripts_it_shows_that_of_the_newsletter(chromium: Any, room: webroom.Room) -> None:
    own = room.letter.settings.newsletter.timezone
    told = chosen(chromium, room, timezone_id="Asia/Tokyo", java_script_enabled=False)
    assert told == (own, [])


def test_what_somebody_chose_is_not_guessed_over(chromium: Any, room: webroom.Room) -> None:
    with chromium.new_context(timezone_id="Asia/Tokyo") as context:
        tab = context.new_page()
        tab.goto(f"http://127.0.0.1:{room.port}/")
        tab.fill("#address", "nobody")
        tab.select_option("#zone", "Europe/Paris")
        tab.click("button[type=submit]")
        tab.wait_for_url("**/subscribe")
        assert tab.locator("#zone").input_value() == "Europe/Paris"
        assert tab.locator("#address").input_value() == "nobody"
