"""What machines read of the site: feeds of weeks, of months and of what trends, the list of all
feeds, the API that needs no server, the map of the site, and what stands at its root.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import flow
import lxml.html
import pytest
from builders import SITE as SITE_
from feed_rules import complaints
from flow import SITE, Letter, api, broken_links, page, tree
from lxml import etree

from digest import theme
from digest.cli import work
from digest.dumps import FORMATS, Limits, read
from digest.models import Paper, PaperPage
from digest.output import Output
from digest.pipeline.parts import maps
from digest.render import text, to_api, to_feed_list, to_sitemap, to_wellknown
from digest.render.pictures import Painter
from digest.render.to_sitemap import Place

FIRST = date(2026, 1, 5)
"""A Monday."""

DAYS = 30
LAST = "2026-02-04"
"""The day after them."""

SPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
SETTINGS = """
author = "A & B <C>"
security_contact = "holes@example.org"

[feeds]
papers = 12
editions = 3

[topics.models]
title = "Models & <think>"
words = ["model*", "a*"]
"""


def day_of(number: int) -> date:
    return FIRST + timedelta(days=number)


def live(letter: Letter, days: range, *, at_once: int = 0) -> Letter:
    """Each day three new papers, one of the day before, and on Wednesdays one that rises.

    The first ones are published at once, the others each on its morning.
    """
    for number in days:
        letter.at = datetime.combine(day_of(number), datetime.min.time(), UTC) + timedelta(hours=9)
        fresh = [100 * number + 1, 100 * number + 2, 100 * number + 3]
        again = [fresh[0] - 100] * (number > 0) + [1] * (number % 7 in {2, 3})
        letter.drop(f"{day_of(number)}.json", api([*again, *fresh], votes=5 + number))
        if number + 1 >= days.start + at_once:
            letter.run()
    return letter


def made(root: Path) -> Letter:
    flow.make(root).close()
    config = root / "digest.toml"
    told = config.read_text().replace("[site]\n", "[site]\n" + SETTINGS.partition("\n\n")[0] + "\n")
    config.write_text(told + "\n" + SETTINGS.partition("\n\n")[2])
    return flow.make(root)


@pytest.fixture(scope="module")
def letter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Letter]:
    """Thirty days from a Monday, published each morning; then what is rare happens, twice."""
    own = live(made(tmp_path_factory.mktemp("machines")), range(DAYS), at_once=DAYS - 3)
    own.drop("2025-12-30.txt", page("Dec 30", (9001, 9002)))  # a backfill, with no ids
    own.run()
    own.at += timedelta(days=1)
    own.drop(f"{LAST}.json", api([9001, 9003]))  # which now turns out to have one
    own.run()
    yield own
    own.close()


@pytest.fixture(scope="module")
def files(letter: Letter) -> dict[str, bytes]:
    return tree(letter.folder)


def items(files: dict[str, bytes], path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(files[path])["items"]
    return found


# All of it ------------------------------------------------------------------------------------


def test_publishing_bit_by_bit_leaves_what_publishing_all_at_once_does(
    letter: Letter, tmp_path: Path
) -> None:
    hidden = letter.edition(LAST).new[-1].paper
    with letter.store.writing() as tx:
        tx.curate_hide(LAST, hidden.key, True)
    work.publish(letter, everything=False)
    assert f"api/papers/{hidden.arxiv_id}.json" not in tree(letter.folder)
    kept = tree(letter.folder)
    letter.__dict__["output"] = Output(tmp_path / "anew")
    try:
        work.publish(letter, everything=True)
    finally:
        del letter.__dict__["output"]
    anew = tree(tmp_path / "anew")
    assert kept.keys() ^ anew.keys() == set()
    assert [path for path in kept if kept[path] != anew[path]] == []
    with letter.store.writing() as tx:
        tx.curate_hide(LAST, hidden.key, False)
    work.publish(letter, everything=False)
    assert f"api/papers/{hidden.arxiv_id}.json" in tree(letter.folder)


def test_a_new_day_touches_few_files(tmp_path: Path) -> None:
    letter = live(made(tmp_path), range(9), at_once=8)
    before = tree(letter.folder)
    live(letter, range(9, 10))
    after = tree(letter.folder)
    changed = {path for path in after if before.get(path) != after[path]}
    ours = {path for path in changed if path.startswith(("api/", "sitemap", "feeds/", ".well"))}
    weekly = {path for path in ours if "/weekly/" in path or "/monthly/" in path}
    assert weekly == set()  # the week is not over
    assert {path for path in ours if path.startswith("sitemap")} == {
        *("sitemap.xml", "sitemaps/pages.xml", "sitemaps/editions-2026.xml"),
        "sitemaps/papers-1.xml",
    }
    assert {path for path in ours if path.startswith("api/") and "/papers/" not in path} == {
        *("api/index.json", "api/days/2026.json", "api/daily_papers/2026-01-14.json"),
    }
    assert len([path for path in ours if path.startswith("api/papers/")]) == 5
    letter.close()


def test_no_link_leads_nowhere(letter: Letter, files: dict[str, bytes]) -> None:
    assert broken_links(letter.folder) == []
    for path in ("api/index.json", *(p for p in files if p.startswith("api/d"))):
        for address in re.findall(rf'"({SITE}[^"{{]*)"', files[path].decode()):
            target = unquote(urlsplit(address).path).lstrip("/") or "index.html"
            assert target in files, (path, address)


# Feeds ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["weekly", "monthly"])
def test_a_week_or_a_month_is_told_of_once_it_is_over(
    letter: Letter, files: dict[str, bytes], name: str
) -> None:
    over = sorted(
        record for record in letter.editions() if len(record) == (8 if name == "weekly" else 7)
    )[:-1]
    told = items(files, f"feeds/{name}/feed.json")
    assert [item["id"].rpartition("/")[2] for item in told] == over[::-1][:3]
    assert all(item["date_published"][:7] == item["date_modified"][:7] for item in told)
    for ending in ("rss.xml", "atom.xml", "feed.json"):
        found, path = [], f"feeds/{name}/{ending}"
        while path := older(files[path]):
            found.append(path.split("/")[-1].split(".")[0])
            assert complaints(files[path], f"{SITE}/{path}", letter.at) == []
        assert found == (over[::-1] if len(over) > 1 else [])


def older(content: bytes) -> str:
    found = re.search(rb'(?:rel="prev-archive" href|"next_url")(?:=|: )"([^"]*)"', content)
    return found[1].decode().removeprefix(f"{SITE}/") if found else ""


def test_the_entry_of_a_week_names_a_few_of_its_papers_and_counts_the_others(
    letter: Letter, files: dict[str, bytes]
) -> None:
    (item, *_) = items(files, "feeds/monthly/feed.json")
    shown = lxml.html.fromstring(f"<main>{item['content_html']}</main>")
    new = len(letter.edition("2026-01").new)
    assert new > 25
    assert len(shown.findall(".//ol")[0]) == 25
    assert f"and {new - 25} more on the web" in shown.text_content()


def test_a_paper_trends_once_a_week_at_most(letter: Letter, files: dict[str, bytes]) -> None:
    ids = [item["id"] for item in items(files, "feeds/trending.json")]
    assert ids
    assert len(set(ids)) == len(ids)
    rising = [
        (name, entry.paper.key)
        for name in letter.editions()
        if len(name) == 10
        for entry in letter.edition(name).trending
    ]
    assert len({key for _, key in rising}) < len(rising)  # some rise on more days than one
    for item in items(files, "feeds/trending.json"):
        week, _, key = item["id"].partition("trending/")[2].partition("/")
        days = [name for name, each in rising if each == key and week_of(name) == week]
        assert item["date_published"][:10] == min(days)
        assert item["url"].startswith(f"{SITE}/papers/")


def week_of(day: str) -> str:
    year, week, _ = date.fromisoformat(day).isocalendar()
    return f"{year}-W{week:02}"


def test_every_feed_is_valid_and_in_the_list_and_on_its_page(
    letter: Letter, files: dict[str, bytes]
) -> None:
    feeds = {p for p in files if p.startswith("feeds/") and p.endswith((".xml", ".json"))}
    said = {path: complaints(files[path], f"{SITE}/{path}", letter.at) for path in feeds}
    assert {path: each for path, each in said.items() if each} == {}
    own = {path for path in feeds if "/archive/" not in path and "/authors/" not in path}
    linked = lxml.html.document_fromstring(files["feeds/index.html"]).xpath("//main//@href")
    assert {str(link).replace("../", "") for link in linked if "feeds/" in link} - {
        to_feed_list.OPML
    } == own
    root = etree.fromstring(files[to_feed_list.OPML])
    told = {each.get("xmlUrl").removeprefix(f"{SITE}/") for each in root.iter() if each.get("type")}
    assert told == {path for path in own if path.endswith("atom.xml")}


def test_the_list_of_feeds_is_opml(files: dict[str, bytes]) -> None:
    """As http://opml.org/spec2.opml has it of subscription lists."""
    root = etree.fromstring(files[to_feed_list.OPML])
    assert (root.tag, root.get("version"), [child.tag for child in root]) == (
        *("opml", "2.0"),
        ["head", "body"],
    )
    assert {child.tag for child in root[0]} <= {"title", "ownerName", "docs"}
    assert root.findtext("head/ownerName") == "A & B <C>"
    for outline in root.iterfind("body//outline"):
        assert outline.get("text")
        is_folder = len(outline) > 0
        assert is_folder == (outline.get("xmlUrl") is None) == (outline.get("type") != "rss")
        assert set(outline.keys()) <= {
            *("text", "title", "type", "description", "language", "xmlUrl", "htmlUrl"),
        }
    assert [each.get("text") for each in root.iterfind("body/outline/outline")] == [
        "Trending papers: Models & <think>"
    ]


@pytest.mark.parametrize(
    ("path", "first"),
    [
        ("index.html", "feeds/rss.xml"),
        ("editions/2026-01-20/index.html", "feeds/editions/rss.xml"),
        ("editions/2026-W03/index.html", "feeds/weekly/rss.xml"),
        ("editions/2026-01/index.html", "feeds/monthly/rss.xml"),
        ("topics/models/index.html", "feeds/topics/models.rss.xml"),
        ("papers/", "feeds/rss.xml"),
    ],
)
def test_each_page_names_its_own_feeds_first(
    files: dict[str, bytes], path: str, first: str
) -> None:
    path = next(p for p in files if p.startswith(path) and p.endswith("index.html"))
    found = lxml.html.document_fromstring(files[path]).xpath("//link[@rel='alternate']/@href")
    assert str(found[0]).replace("../", "") == first
    assert len(found) == len(set(found)) >= 3


# The API --------------------------------------------------------------------------------------


def test_a_day_is_read_back_as_the_dump_that_it_came_from(files: dict[str, bytes]) -> None:
    path = "api/daily_papers/2026-01-21.json"
    listing = read(BytesIO(files[path]), Limits(), FORMATS)
    assert {paper.arxiv_id for paper in listing.papers} >= {
        f"2603.{number:05d}" for number in (1601, 1602, 1603)
    }


def test_a_paper_has_a_file_by_its_folder_and_by_its_id(files: dict[str, bytes]) -> None:
    told = json.loads(files["api/papers/2603.00101.json"])
    assert told["id"] == "2603.00101"
    by_id = json.loads(files["api/papers/2603.09001.json"])
    headings = {p.split("/")[1]: title(files[p]) for p in files if p.startswith("papers/")}
    (slug,) = {slug for slug, heading in headings.items() if heading == by_id["title"]}
    assert json.loads(files[f"api/papers/{slug}.json"]) == by_id
    assert slug != "2603.09001"


def title(html: bytes) -> str:
    return lxml.html.document_fromstring(html).findtext(".//h1/bdi") or ""


def paper(slug: str, arxiv_id: str | None = None) -> Paper:
    return Paper(id=1, key=slug, slug=slug, title="T", abstract="", arxiv_id=arxiv_id)


def test_an_old_arxiv_id_is_a_folder_and_a_strange_one_none() -> None:
    assert to_api.paper_paths(paper("hep-th-9901001", "hep-th/9901001")) == (
        "api/papers/hep-th-9901001.json",
        "api/papers/hep-th/9901001.json",
    )
    for strange in ("../x", "a/../b", "/etc", ".hid", "a b", "a/b/c", ""):
        assert to_api.paper_paths(paper("x", strange)) == ("api/papers/x.json",)


def test_what_moved_leads_on_but_stands_in_nobodys_way() -> None:
    one, other = paper("one-title"), paper("2603.00001", "2603.00001")
    (told,) = to_api.render_paper(PaperPage(paper=one, moved_to=other), SITE_)
    assert json.loads(told.content)["movedTo"].endswith("/api/papers/2603.00001.json")
    own = PaperPage(paper=other, moved_to=replace(one, arxiv_id="2603.00001"))
    assert list(to_api.render_paper(own, SITE_)) == []


def test_the_index_counts_what_there_is(letter: Letter, files: dict[str, bytes]) -> None:
    told = json.loads(files["api/index.json"])
    assert told["counts"]["days"] == len([p for p in files if p.startswith("api/daily_papers/")])
    assert (told["first"], told["latest"]) == ("2025-12-30", LAST)
    assert [(year["year"], year["days"]) for year in told["years"]] == [(2026, DAYS + 1), (2025, 1)]
    assert told["counts"]["papers"] == 3 * DAYS + 3


# The map of the site --------------------------------------------------------------------------


def test_the_map_names_each_page_once_and_no_other(files: dict[str, bytes]) -> None:
    """As https://www.sitemaps.org/protocol.html has it."""
    index = etree.fromstring(files["sitemap.xml"])
    assert index.tag == f"{SPACE}sitemapindex"
    chapters = {each.findtext(f"{SPACE}loc").removeprefix(f"{SITE}/"): each for each in index}
    assert chapters.keys() == {path for path in files if path.startswith("sitemaps/")}
    found: list[str] = []
    for path, entry in chapters.items():
        root = etree.fromstring(files[path])
        assert root.tag == f"{SPACE}urlset"
        assert 0 < len(root) <= to_sitemap.MOST
        assert len(files[path]) <= 50 * 1024 * 1024
        days = []
        for url in root:
            tags = [child.tag.removeprefix(SPACE) for child in url]
            assert tags in (["loc"], ["loc", "lastmod"])
            address = url.findtext(f"{SPACE}loc")
            assert len(address) < 2048
            found.append(address.removeprefix(f"{SITE}/") + "index.html")
            days += [date.fromisoformat(day.text) for day in url.iter(f"{SPACE}lastmod")]
        told = entry.findtext(f"{SPACE}lastmod")
        assert (told and date.fromisoformat(told)) == max(days, default=None)
    pages = {
        path
        for path in files
        if path.endswith("index.html") and b'class="moved"' not in files[path]
    }
    assert len(found) == len(set(found))
    moved = {path for path in pages - set(found) if leads_on(path, files[path])}
    assert pages - moved == set(found)


def leads_on(path: str, html: bytes) -> bool:
    """Tell whether a page says that another one is it."""
    (canonical,) = lxml.html.document_fromstring(html).xpath("//link[@rel='canonical']/@href")
    return str(canonical) != f"{SITE}/{path.removesuffix('index.html')}"


def test_an_address_in_the_map_is_escaped() -> None:
    file = to_sitemap.render_chapter("x", [Place(path="a'b&c<d/index.html")], SITE_)
    (address,) = etree.fromstring(file.content).iter(f"{SPACE}loc")
    assert b"&amp;" in file.content
    assert address.text.endswith("/a'b&c%3Cd/")


def test_papers_are_cut_by_their_number(letter: Letter, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(maps, "SPAN", 30)
    letter.__dict__["output"] = output = Output(letter.root / "cut")
    work.publish(letter, everything=True)
    before = tree(output.folder)
    assert len([path for path in before if path.startswith("sitemaps/papers-")]) == 4
    letter.drop("2026-02-05.json", api([1, 9100]))
    letter.run()
    del letter.__dict__["output"]
    after = tree(letter.root / "cut")
    changed = {path for path in after if "papers-" in path and before.get(path) != after[path]}
    assert changed == {"sitemaps/papers-1.xml", "sitemaps/papers-4.xml"}
    assert to_sitemap.chapters_of(after["sitemap.xml"]).keys() >= {"papers-2", "pages"}


@pytest.mark.parametrize("content", [b"", b"<x", b"<x/>", b"<x><y/></x>", b"<x><!-- --></x>"])
def test_what_is_no_map_of_ours_holds_no_chapters(content: bytes) -> None:
    assert to_sitemap.chapters_of(content) == {}


# At the root ----------------------------------------------------------------------------------


def test_robots_are_shown_the_map(files: dict[str, bytes]) -> None:
    assert files["robots.txt"].decode().splitlines() == [
        *("User-agent: *", "Disallow:", "", f"Sitemap: {SITE}/sitemap.xml"),
    ]


def test_security_txt_is_as_rfc_9116_has_it(letter: Letter, files: dict[str, bytes]) -> None:
    lines = files[".well-known/security.txt"].decode().splitlines()
    fields = dict(line.split(": ", 1) for line in lines)
    assert len(fields) == len(lines)
    assert fields["Contact"] == "mailto:holes@example.org"
    assert fields["Canonical"] == f"{SITE}/.well-known/security.txt"
    assert fields["Preferred-Languages"] == "en"
    expires = datetime.fromisoformat(fields["Expires"])
    assert timedelta(days=180) < expires - letter.at < timedelta(days=365)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ((2026, 3, 11), (2026, 10)),
        ((2026, 5, 31), (2026, 12)),
        ((2026, 6, 1), (2027, 1)),
    ],
)
def test_it_expires_with_the_last_edition(
    day: tuple[int, int, int], expected: tuple[int, int]
) -> None:
    at = to_wellknown.expires_at(date(*day))
    assert (at.year, at.month, at.day, at.tzinfo) == (*expected, 1, UTC)


def test_what_the_settings_do_not_ask_for_is_gone(tmp_path: Path) -> None:
    letter = live(made(tmp_path), range(1))
    before = tree(letter.folder)
    assert ".well-known/security.txt" in before
    letter.close()
    config = tmp_path / "digest.toml"
    config.write_text(config.read_text().replace('security_contact = "holes@example.org"', ""))
    with config.open("a") as more:
        more.write('\n[search]\nengine = "none"\n')
    letter = flow.make(tmp_path, letter.at)
    letter.run()
    files = tree(letter.folder)
    assert ".well-known/security.txt" not in files
    assert b"/search/" not in files["sitemaps/pages.xml"]
    assert b"/search/" in before["sitemaps/pages.xml"]
    letter.close()


def test_the_manifest_names_icons_that_are_there(files: dict[str, bytes]) -> None:
    told = json.loads(files["manifest.webmanifest"])
    assert told["name"] == "Trending papers"
    assert told["start_url"].removeprefix("./") in files
    for icon in told["icons"]:
        assert icon["src"] in files


def test_icons_are_painted_in_their_sizes() -> None:
    templates = theme.load(None, text.FILTERS)
    sketches = list(to_wellknown.icons(templates))
    assert [sketch.path for sketch in sketches] == ["icon-180.png", "icon-192.png", "icon-512.png"]
    for sketch, size in zip(sketches, to_wellknown.ICON_SIZES, strict=True):
        png = sketch.paint(Painter(())).content
        assert int.from_bytes(png[16:20]) == int.from_bytes(png[20:24]) == size


def test_every_page_asks_for_what_its_policy_allows(files: dict[str, bytes]) -> None:
    for path in (path for path in files if path.endswith(".html") and "email" not in path):
        root = lxml.html.document_fromstring(files[path])
        (manifest,) = root.xpath("//link[@rel='manifest']/@href")
        assert str(manifest).replace("../", "").lstrip("/") == "manifest.webmanifest"
        (policy,) = root.xpath("//meta[@http-equiv]/@content")
        assert "manifest-src 'self'" in policy
