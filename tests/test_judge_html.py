"""The Nu HTML checker and html-validate on every kind of page, on mail, style sheet and pictures.

Warnings that are allowed stand in tests/judges/nu_allowed.json; what html-validate is not asked,
in its two configurations. The reasons are in docs/quality.md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import judged
import pytest

pytestmark = pytest.mark.judges

ALLOWED = judged.listed("nu_allowed.json")
EVERY = 4
"""Of the pages of the real dumps' papers, one in so many is judged; and each that is unlike."""


@pytest.fixture(scope="session", params=[judged.real, judged.samples], ids=["real", "samples"])
def output(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    judged.want("vnu-jar", "html-validate")
    found: Path = request.param(tmp_path_factory)
    return found


def pages(folder: Path) -> list[Path]:
    """Every page but those of papers, and many of those."""
    papers = sorted(folder.glob("papers/*/index.html"))
    others = [path for path in folder.rglob("*.html") if path not in set(papers)]
    if len(papers) < 100:
        return others + papers
    odd = [path for path in papers[1::EVERY] if is_odd(path.read_text("utf-8"))]
    return sorted(others) + papers[::EVERY] + odd


def is_odd(html: str) -> bool:
    """Whether a page holds what most pages do not."""
    return any(sign in html for sign in ("<math", "<svg", 'id="short"', "and that page tells"))


def unlisted(told: Sequence[dict[str, str]]) -> set[tuple[str, str, str]]:
    return {
        (message["url"].rpartition("/output/")[2], message["type"], message["message"])
        for message in told
        if message["type"] != "info" or not is_listed(message["message"])
    }


def is_listed(message: str) -> bool:
    return any(re.fullmatch(pattern, message) for pattern in ALLOWED)


# The Nu HTML checker --------------------------------------------------------------------------


def test_the_nu_checker_finds_no_error_on_any_kind_of_page(output: Path) -> None:
    told = judged.nu("--also-check-css", "--also-check-svg", *pages(output), *static(output))
    assert unlisted(told) == set()
    used = {p for p in ALLOWED for message in told if re.fullmatch(p, message["message"])}
    assert used == set(ALLOWED), "listed, and no longer there"


def static(folder: Path) -> list[Path]:
    return [folder / "style.css", folder / "icon.svg"]


MAIL = "editions/2026-03-12/email.html"
INDEX = "index.html"
PAPER = "papers/2603.90115/index.html"
Breaking = tuple[str, str, str]
"""A page, and what of it becomes what, once."""

BROKEN: dict[str, Breaking] = {
    "No “p” element in scope": (INDEX, "</main>", "</p></main>"),
    "Stray end tag “div”": (INDEX, "</main>", "</div></main>"),
    "Duplicate ID": (INDEX, "<nav ", '<nav id="main" '),
    "Bad value": (INDEX, 'rel="canonical" href="https://', 'rel="canonical" href="https:// '),
    "Start tag “main” seen in “table”": (INDEX, "<main ", "<table><main "),
    "Attribute “summary” not allowed": (PAPER, "<article", '<article summary="x"'),
    "Property “background-colour”": (MAIL, "color:", "colour:"),
    "not allowed as child of element “h1”": (MAIL, "</h1>", "<table></table></h1>"),
}


def test_the_nu_checker_sees_what_is_broken(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    judged.want("vnu-jar")
    broken = broken_pages(BROKEN, judged.samples(tmp_path_factory), tmp_path)
    told = [message for message in judged.nu(*broken.values()) if message["type"] == "error"]
    for words, path in broken.items():
        found = [
            each["message"]
            for each in told
            if each["url"].endswith(f"/{path.parent.name}/{path.name}")
        ]
        assert any(words in message for message in found), (words, found)


def broken_pages(breakings: dict[str, Breaking], output: Path, folder: Path) -> dict[str, Path]:
    """Write each page with one thing broken."""
    paths = {}
    for number, (name, (page, before, after)) in enumerate(breakings.items()):
        html = (output / page).read_text("utf-8")
        assert before in html, name
        paths[name] = folder / f"{number:02}" / Path(page).name
        paths[name].parent.mkdir()
        paths[name].write_text(html.replace(before, after, 1), "utf-8")
    return paths


# html-validate --------------------------------------------------------------------------------


def test_html_validate_finds_no_error_on_any_kind_of_page(output: Path) -> None:
    assert html_validate(pages(output)) == set()


def html_validate(paths: Sequence[Path]) -> set[tuple[str, str, str]]:
    mail = [path for path in paths if path.name == "email.html"]
    others = [path for path in paths if path.name != "email.html"]
    told = judged.html_validate("htmlvalidate.json", others) if others else []
    told += judged.html_validate("htmlvalidate_mail.json", mail) if mail else []
    return {(file.rpartition("/output/")[2], rule, words) for file, rule, words in told}


UNSOUND: dict[str, Breaking] = {
    "heading-level": (INDEX, "<h2 ", "<h4 "),
    "unique-landmark": (INDEX, "<main", "<nav></nav><main"),
    "no-dup-id": (INDEX, "<nav ", '<nav id="main" '),
    "attribute-allowed-values": (PAPER, 'scope="col"', 'scope="cols"'),
    "close-order": (MAIL, "</body>", "</table></body>"),
    "element-permitted-content": (INDEX, "<h1>", "<h1><p>"),
    "no-implicit-close": (INDEX, "<li>", "<li><li>"),
}


def test_html_validate_sees_what_is_broken(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    judged.want("html-validate")
    broken = broken_pages(UNSOUND, judged.samples(tmp_path_factory), tmp_path)
    told = html_validate(list(broken.values()))
    for rule, path in broken.items():
        found = {name for file, name, _ in told if file == str(path)}
        assert rule in found, (rule, found)
