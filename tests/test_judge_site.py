"""A whole site of many days, invented: all its pages lead somewhere, and judges find no fault.

Pages are found by walking what was published, so that a new kind is judged without a word here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

import judged
import lxml.etree
import lxml.html
import pytest
from builders import abstract, authors, title
from hosted import hosting
from test_judge_axe import looking
from test_judge_html import html_validate, unlisted

SAMPLE = 200
NOT_OURS = "/unsubscribe?list=a&reader=b"
"""What the settings say; somebody else answers there."""

DAYS, EACH_DAY = 12, 24


def invented(root: Path) -> None:
    """Publish a fortnight of papers, some of which come again, with authors of several."""
    root.mkdir(parents=True)
    dumps = root / "dumps"
    dumps.mkdir()
    first = datetime(2026, 2, 27, tzinfo=UTC)
    for day in range(DAYS):
        numbers = range(day * EACH_DAY, (day + 1) * EACH_DAY)
        again = [n for n in range(day * EACH_DAY) if n % 17 == day % 17 or n % 29 == 1]
        listing = [
            {
                "paper": {
                    "id": f"2602.{10000 + n}",
                    "title": title(n),
                    "summary": abstract(n),
                    "authors": [{"name": name} for name in authors(n, 1 + n % 8)],
                    "upvotes": (n * 7) % 50 + day,
                }
            }
            for n in (*numbers, *again)
        ]
        name = f"{first + timedelta(days=day):%Y-%m-%d}.json"
        (dumps / name).write_text(json.dumps(listing), "utf-8")
    at = datetime(2026, 3, 10, 18, tzinfo=UTC)
    judged.publish(root / "letter", at, sorted(dumps.iterdir()))


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return judged.once(tmp_path_factory, "invented", invented, "letter/output")


def pages(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.html") if "pagefind" not in path.parts)


def kinds(folder: Path) -> dict[str, list[Path]]:
    """All pages by their kind: what their paths have in common once names are left out."""
    found: dict[str, list[Path]] = {}
    for path in pages(folder):
        above, shape = folder, list[str]()
        for part in path.relative_to(folder).parts[:-1]:
            is_one_of_many = above != folder and len(list(above.iterdir())) > 4
            shape.append(_shape(part, is_one_of_many))
            above /= part
        found.setdefault("/".join([*shape, path.name]), []).append(path)
    return found


def _shape(part: str, is_one_of_many: bool) -> str:
    if re.fullmatch(r"\d{4}(-W?\d\d(-\d\d)?)?", part):
        return re.sub(r"\d", "9", part)
    return "*" if is_one_of_many else part


def sample(folder: Path) -> list[Path]:
    """One page of each kind, the fullest, and others by chance that is the same each time."""
    chosen = [max(each, key=lambda path: path.stat().st_size) for each in kinds(folder).values()]
    others = sorted(set(pages(folder)) - set(chosen), key=lambda path: _chance(folder, path))
    return (chosen + others)[:SAMPLE]


def _chance(folder: Path, path: Path) -> str:
    return sha256(path.relative_to(folder).as_posix().encode()).hexdigest()


def test_every_kind_of_page_is_found(site: Path) -> None:
    found = kinds(site)
    assert {"index.html", "404.html", "editions/9999-99-99/index.html", "papers/*/index.html"} <= {
        *found
    }
    assert len(found["papers/*/index.html"]) == DAYS * EACH_DAY
    assert len(found) < 60, "names are taken for kinds"
    assert len(sample(site)) == SAMPLE


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api")
    if not judged.CHROMIUM.exists():
        pytest.skip(f"{judged.CHROMIUM} is not installed")
    with sync_api.sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        yield playwright.chromium.launch(executable_path=judged.CHROMIUM, args=arguments)


# Every link leads somewhere -------------------------------------------------------------------


def test_every_link_of_pages_feeds_and_data_resolves(site: Path) -> None:
    marks: dict[Path, set[str]] = {}
    broken = []
    for path in sorted(path for path in site.rglob("*") if path.is_file()):
        for target in _links(path, site):
            address, fragment = urldefrag(target)
            if address.startswith(judged.SITE):
                file = _file(site, unquote(urlsplit(address).path).lstrip("/"))
                if file is None or (fragment and fragment not in _marks(file, marks)):
                    broken.append(f"{path.relative_to(site)} → {target}")
    assert broken == []


def test_every_page_can_be_reached_from_the_first(site: Path) -> None:
    todo, seen = [site / "index.html"], {site / "index.html", site / "404.html"}
    while todo:
        page = todo.pop()
        for target in _links(page, site):
            address = urldefrag(target)[0]
            if address.startswith(judged.SITE):
                file = _file(site, unquote(urlsplit(address).path).lstrip("/"))
                if file and file.suffix == ".html" and file not in seen:
                    seen.add(file)
                    todo.append(file)
    unreached = {path for path in pages(site) if path.name != "email.html"} - seen
    assert {path.relative_to(site).as_posix() for path in unreached} == set()


def _links(path: Path, site: Path) -> Iterator[str]:
    base = f"{judged.SITE}/{path.relative_to(site).as_posix()}"
    told: list[str] = []
    if path.suffix == ".html" and "pagefind" not in path.parts:
        tree = lxml.html.document_fromstring(path.read_bytes())
        told = [str(each) for each in tree.xpath("//@href | //@src | //form/@action")]
        met = tree.xpath("//meta[starts-with(@property, 'og:')]/@content")
        told += [str(each) for each in met if str(each).startswith(judged.SITE)]
    elif path.suffix in {".xml", ".opml"}:
        xml = lxml.etree.fromstring(path.read_bytes())
        for node in xml.iter("{*}link", "{*}loc", "{*}url", "outline", "{*}id"):
            is_id = str(node.tag).endswith("}id")
            told += [node.get("href") or node.get("xmlUrl") or ("" if is_id else node.text) or ""]
    elif path.suffix in {".json", ".webmanifest"} and not path.name.startswith("."):
        told = list(_addresses(json.loads(path.read_bytes())))
    elif path.name == "robots.txt":
        told = re.findall(r"^Sitemap: (\S+)$", path.read_text("utf-8"), re.M)
    for each in told:
        if each.strip() and "{" not in each and not each.endswith(NOT_OURS):
            yield urljoin(base, each.strip())


def _addresses(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if value.startswith(judged.SITE):
            yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from _addresses(each)
    elif isinstance(value, list):
        for each in value:
            yield from _addresses(each)


def _file(site: Path, path: str) -> Path | None:
    found = site / path
    found = found / "index.html" if found.is_dir() else found
    return found if found.is_file() else None


def _marks(file: Path, known: dict[Path, set[str]]) -> set[str]:
    if file not in known:
        tree = lxml.html.document_fromstring(file.read_bytes())
        known[file] = {str(each) for each in tree.xpath("//@id")}
    return known[file]


# Judges of a sample ---------------------------------------------------------------------------


@pytest.mark.judges
def test_nu_and_html_validate_find_no_fault_in_a_sample(site: Path) -> None:
    judged.want("vnu-jar", "html-validate")
    chosen = sample(site)
    assert unlisted(judged.nu("--also-check-css", "--also-check-svg", *chosen)) == set()
    assert html_validate(chosen) == set()


@pytest.mark.judges
@pytest.mark.browser
def test_axe_finds_no_fault_in_a_sample(site: Path, chromium: Any) -> None:
    judged.want("axe-core")
    found = set()
    with hosting(site) as host, looking(chromium, 1280, "light") as judge:
        for page in sample(site):
            path = page.relative_to(site).as_posix()
            for each in set().union(*judge(f"{host.address}/{path}")):
                found.add((path, *each))
    assert found == set()


# As readers see it ----------------------------------------------------------------------------


SPILLS = """() => [...document.querySelectorAll('body *')].filter(each => {
  const box = each.getBoundingClientRect(), style = getComputedStyle(each);
  return box.width > 0 && box.right > document.documentElement.clientWidth + 1
    && style.position !== 'fixed' && !each.closest('pre, table, math, svg, [class*=scroll]');
}).map(each => each.tagName + '.' + each.className).slice(0, 3)"""


@pytest.mark.browser
def test_no_page_complains_or_asks_another_host_at_any_width(site: Path, chromium: Any) -> None:
    wrong: set[tuple[str, ...]] = set()
    with hosting(site) as host:
        for width in (320, 768, 1280):
            tab = chromium.new_page(viewport={"width": width, "height": 900})
            now = [""]

            def note(*told: str, now: list[str] = now, width: int = width) -> None:
                wrong.add((now[0], str(width), *told))

            tab.on("console", lambda message: note("console", message.text))
            tab.on("pageerror", lambda error: note("error", str(error)))
            tab.on("requestfailed", lambda request: _note_failure(request, note))
            tab.on(
                "request",
                lambda request: (
                    None if request.url.startswith(host.address) else note("asks", request.url)
                ),
            )
            for kind, found in kinds(site).items():
                now[0] = kind
                path = found[0].relative_to(site).as_posix()
                if found[0].name != "email.html":
                    tab.goto(f"{host.address}/{path}")
                    overflow = "document.documentElement.scrollWidth - innerWidth"
                    if tab.evaluate(overflow) > 0:
                        note("wide", *tab.evaluate(SPILLS))
            tab.close()
    assert wrong == set()


def _note_failure(request: Any, note: Callable[..., None]) -> None:
    if request.failure != "net::ERR_ABORTED":  # of the page before, when the next was asked for
        note("failed", request.url, request.failure)


@pytest.mark.browser
def test_all_can_be_reached_and_seen_by_the_keyboard_alone(site: Path, chromium: Any) -> None:
    """Tab leads to everything that can be pressed, in the order of the page, and shows where."""
    with hosting(site) as host:
        view = {"width": 1280, "height": 900}
        tab = chromium.new_page(viewport=view, reduced_motion="reduce")
        for kind, found in kinds(site).items():
            page = min(found, key=lambda path: path.stat().st_size)
            if page.name == "email.html":
                continue
            tab.goto(f"{host.address}/{page.relative_to(site).as_posix()}")
            wanted = tab.evaluate(PRESSABLE)
            reached, unseen = [], []
            for _ in range(min(wanted, 60)):
                tab.keyboard.press("Tab")
                number, is_seen = tab.evaluate(FOCUSED)
                reached.append(number)
                if not is_seen:
                    unseen.append(number)
            assert reached == list(range(len(reached))), (kind, reached)
            assert unseen == [], (kind, [tab.evaluate(NAMED, n) for n in unseen])
        tab.goto(f"{host.address}/")
        tab.keyboard.press("Tab")
        tab.keyboard.press("Enter")
        assert tab.evaluate("document.activeElement.id") == "main", "the first leads to the content"
        tab.close()


PRESSABLE = """() => {
  window.pressable = [...document.querySelectorAll(
    'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]')]
    .filter(each => !each.disabled && each.checkVisibility({visibilityProperty: true}))
    .filter(each => each.type !== 'radio');
  return window.pressable.length;
}"""
FOCUSED = """() => {
  const here = document.activeElement, style = getComputedStyle(here);
  const box = here.getBoundingClientRect();
  const isMarked = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1)
    || style.boxShadow !== 'none';
  const isThere = box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight;
  return [window.pressable.indexOf(here), isMarked && isThere];
}"""
NAMED = "number => window.pressable[number]?.outerHTML.slice(0, 120)"


@pytest.mark.browser
def test_pages_are_printed_whole_black_on_white_without_what_leads_about(
    site: Path, chromium: Any, tmp_path: Path
) -> None:
    with hosting(site) as host:
        tab = chromium.new_page(viewport={"width": 1280, "height": 900}, color_scheme="dark")
        for kind, found in kinds(site).items():
            page = found[0]
            if page.name == "email.html":
                continue
            tab.goto(f"{host.address}/{page.relative_to(site).as_posix()}")
            tab.emulate_media(media="print")
            ground, ink, is_menu_there, is_there = tab.evaluate(PRINTED)
            assert ground in {"rgb(255, 255, 255)", "rgba(0, 0, 0, 0)"}, kind
            assert max(map(int, re.findall(r"\d+", ink)[:3])) < 80, (kind, ink)
            assert not is_menu_there, kind
            assert is_there, kind
            tab.emulate_media(media="screen")
        tab.close()


PRINTED = """() => {
  const body = getComputedStyle(document.body);
  const shown = name => document.querySelector(name)?.checkVisibility() ?? false;
  return [body.backgroundColor, body.color, shown('header.top nav'), shown('main')];
}"""
