"""Somebody at a browser: with a mouse, by touch, by the keyboard alone, without JavaScript.

What they do is found by the words that they see. On every page that they come to: nothing
overflows, nothing is said on the console, nothing is asked of anybody else, no cookie is set but
those that they `keep`; by touch, what is to be hit is large enough; by keyboard, they see where
they are. No tests here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from flow import SITE

CHROMIUM = Path("/usr/bin/chromium")
HERE = "http://127.0.0.1:"
MOST_TABS = 120
LEAST_TARGET = 24
"""Pixels, as WCAG 2.2 wants them (2.5.8)."""

HANDS: dict[str, dict[str, Any]] = {
    "mouse": {"viewport": {"width": 1280, "height": 900}},
    "touch": {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True},
    "keyboard": {"viewport": {"width": 1024, "height": 700}},
    "no script": {"viewport": {"width": 1280, "height": 900}, "java_script_enabled": False},
}
_IS_HERE = "element => element === document.activeElement"
_RING = """element => {
  const {outlineStyle, outlineWidth} = getComputedStyle(element);
  const {left, top, right, bottom, width} = element.getBoundingClientRect();
  return {
    ring: outlineStyle === "none" ? 0 : parseFloat(outlineWidth),
    shown: width > 0 && right > 0 && bottom > 0 && left < innerWidth && top < innerHeight,
  };
}"""
_OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@dataclass(slots=True)
class Person:
    """One person, in one tab."""

    tab: Any
    hand: str
    base: str
    keep: frozenset[str] = frozenset()
    said: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def hears(self, message: str) -> None:
        """Note what the console says, but for what Chromium always says of a good answer."""
        is_plain = "Cross-Origin-Opener-Policy" in message and not self.base.startswith(HERE)
        if not is_plain and "status of 422" not in message:
            self.said.append(message)

    def goes_to(self, path: str, heading: str) -> None:
        """Open an address, such as a mail's link."""
        self.tab.goto(f"{self.base}{path}")
        self.sees(heading)

    def sees(self, heading: str) -> None:
        """Be on the page of this heading; it is in order."""
        self.tab.get_by_role("heading", level=1, name=heading).wait_for()
        self.tab.wait_for_load_state()  # what is measured below stands in the style
        assert self.tab.evaluate(_OVERFLOW) <= 0, self.tab.url
        assert self.said == [], self.said
        ours = (f"{self.base}/", f"{SITE}/")  # a mail's pictures are there
        assert [each for each in self.asked if not each.startswith(ours)] == []
        cookies = self.tab.context.cookies()
        assert {each["name"] for each in cookies} <= self.keep
        assert all(each["httpOnly"] and each["sameSite"] == "Strict" for each in cookies)
        if self.hand == "touch":
            self._insist_on_large_targets()

    def is_told(self, words: str) -> None:
        """Wait until the page says what was done."""
        self.tab.get_by_role("status").get_by_text(words).wait_for()

    def presses(self, name: str, *, is_link: bool = False) -> None:
        """Press a button, or follow a link."""
        thing = self.tab.get_by_role("link" if is_link else "button", name=name, exact=True)
        if self.hand == "keyboard":
            self._reach(thing)
            self.tab.keyboard.press("Enter" if is_link or len(name) % 2 else "Space")
        elif self.hand == "touch":
            thing.tap()
        else:
            thing.click()

    def writes(self, label: str, text: str) -> None:
        """Put a text into a field, in place of what stands there."""
        thing = self.tab.get_by_label(label, exact=True)
        if self.hand == "keyboard":
            self._reach(thing)
            self.tab.keyboard.press("Control+A")
            self.tab.keyboard.type(text)
        else:
            thing.fill(text)
        assert thing.input_value() == text

    def ticks(self, label: str, *, is_on: bool = True) -> None:
        """Tick a box or let it be, or choose one of several."""
        thing = self.tab.get_by_label(label)
        if self.hand == "keyboard":
            self._tick_by_keys(thing)
        elif self.hand == "touch":
            thing.tap()
        else:
            self.tab.locator("label").filter(has_text=label).click()  # as wide as it looks
        assert thing.is_checked() is is_on

    def selects(self, label: str, choice: str) -> None:
        """Choose from a list."""
        thing = self.tab.get_by_label(label, exact=True)
        if self.hand == "keyboard":
            self._reach(thing)
            self.tab.keyboard.type(choice)
        else:
            thing.select_option(label=choice)
        assert thing.evaluate("list => list.selectedOptions[0].label") == choice

    def _tick_by_keys(self, thing: Any) -> None:
        if thing.get_attribute("type") == "radio":
            group = f"input[name='{thing.get_attribute('name')}']"
            self._reach(self.tab.locator(f"{group}:checked"))
            for _ in range(self.tab.locator(group).count()):
                if not thing.is_checked():
                    self.tab.keyboard.press("ArrowDown")
        else:
            self._reach(thing)
            self.tab.keyboard.press("Space")

    def _reach(self, thing: Any) -> None:
        """Go on by Tab until it has the focus, which is seen at each step."""
        self.tab.wait_for_load_state()  # for what the focus looks like stands in the style
        for _ in range(MOST_TABS):
            self.tab.keyboard.press("Tab")
            here = self.tab.locator(":focus")
            if here.count():
                seen = here.evaluate(_RING)
                assert seen["ring"] >= 2, here.evaluate("element => element.outerHTML")
                assert seen["shown"], here.evaluate("element => element.outerHTML")
            if thing.evaluate(_IS_HERE):
                return
        raise AssertionError(f"no Tab leads to {thing}")

    def _insist_on_large_targets(self) -> None:
        for thing in self.tab.locator("button, select, input:visible, textarea").all():
            box = thing.bounding_box()
            if box is None or thing.get_attribute("tabindex") == "-1":
                continue
            label = self.tab.locator(f"label[for='{thing.get_attribute('id')}']")
            beside = label.bounding_box() if label.count() else None
            height = max(box["height"], beside["height"] if beside else 0)
            assert height >= LEAST_TARGET, thing
            assert box["width"] >= LEAST_TARGET or (beside and beside["width"] >= 24), thing


@contextmanager
def browsing(name: str) -> Iterator[Any]:
    """Give Chromium, in which a name is this machine; skip where it is not installed."""
    sync_api = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed")
    with sync_api.sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        arguments += [f"--host-resolver-rules=MAP {name} 127.0.0.1"]
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)


@contextmanager
def somebody(chromium: Any, hand: str, base: str, *keep: str) -> Iterator[Person]:
    """Give somebody a browser of their own, for a while; it may keep cookies of these names."""
    context = chromium.new_context(**HANDS[hand], reduced_motion="reduce")
    context.set_default_timeout(15_000)
    tab = context.new_page()
    person = Person(tab=tab, hand=hand, base=base, keep=frozenset(keep))
    tab.on("console", lambda message: person.hears(message.text))
    tab.on("pageerror", lambda error: person.said.append(str(error)))
    tab.on("request", lambda request: person.asked.append(request.url))
    try:
        yield person
    finally:
        context.close()
