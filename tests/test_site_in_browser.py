"""The site in Chromium, from a disk: nothing overflows, all is legible, nothing is blocked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import builders
import pytest
import xss
from test_to_email import CHROMIUM, CONTRAST
from test_to_site import day, matching, pages, with_text

from digest.models import Rendered
from digest.output import Output

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed")
    with sync_api.sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)


def test_every_page_is_legible_at_every_width_and_in_the_dark(
    chromium: Any, tmp_path: Path
) -> None:
    broad = replace(builders.entry(9), paper=builders.paper(9, title="w" * 90, abstract="v" * 300))
    note = "A [link](https://example.org)\n\n    code " + "w" * 90
    edition = day(0, new=(broad, builders.entry(2)), note=note)
    files = [
        still(file)
        for file in pages([edition, builders.week()], matcher=matching())
        if "email" not in file.path
    ]
    Output(tmp_path).write(files)
    shown = [file.path for file in files if file.path.endswith("index.html")]
    for scheme in ("light", "dark"):
        for width in (320, 768, 1280):
            tab = chromium.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
            said: list[str] = []
            tab.on("console", lambda message, said=said: said.append(message.text))
            for path in shown:
                tab.goto((tmp_path / path).as_uri())
                contrast, overflow = tab.evaluate(CONTRAST)
                assert contrast >= 4.5, (path, scheme, width)
                assert overflow <= 0, (path, scheme, width)
                assert tab.evaluate("getComputedStyle(document.body).marginTop") == "0px", path
            assert not said
            tab.close()


FORMULAS = (
    r"An $O(\gamma\log(n)\log(n/\delta)+\sqrt{\log(1/\delta)/n})$ bound ($n$), $\epsilon$-optimal",
    "A sum $"
    + "x_{1}+" * 40
    + "y$ and a name $"
    + "WM" * 40
    + r"_2$ and $\frac{"
    + "ab" * 40
    + "}{2}$",
    r"$\begin{pmatrix} a & b \\ c & d \end{pmatrix}$, $"
    + r"\mathbb{R}^{d \times d} \times " * 8
    + "Z$",
)


def test_formulas_are_drawn_and_none_is_wider_than_the_page(chromium: Any, tmp_path: Path) -> None:
    Output(tmp_path).write(pages([day(0)]))
    for number, words in enumerate(FORMULAS):
        shown = [file for file in with_text(words) if b"</math>" in file.content]
        assert len(shown) >= 2
        Output(tmp_path).write(shown)
        for width in (320, 1280):
            tab = chromium.new_page(viewport={"width": width, "height": 900})
            for file in shown:
                tab.goto((tmp_path / file.path).as_uri())
                assert tab.evaluate(CONTRAST)[1] <= 0, (number, file.path, width)
                assert tab.evaluate(
                    "[...document.querySelectorAll('math')]"
                    ".every(formula => formula.getBoundingClientRect().height > 0)"
                ), (number, file.path)
            tab.close()


def still(file: Rendered) -> Rendered:
    """Return a page that does not lead on by itself, so that it can be looked at."""
    return replace(file, content=re.sub(rb'<meta http-equiv="refresh"[^>]*>', b"", file.content))


def test_hostile_text_runs_nothing(chromium: Any, tmp_path: Path) -> None:
    Output(tmp_path).write(pages([day(0)]))
    tab = chromium.new_page()
    acted: list[str] = []
    tab.on("dialog", lambda dialog: acted.append(dialog.message) or dialog.dismiss())
    tab.on("console", lambda message: acted.append(message.text))
    tab.on("request", lambda request: acted.append(request.url))
    for hostile in xss.HTML + xss.URLS:
        for file in with_text(hostile):
            Output(tmp_path).write([still(file)])
            acted.clear()
            tab.goto((tmp_path / file.path).as_uri())
            assert {Path(url).name for url in acted} <= {"index.html", "style.css", "icon.svg"}
