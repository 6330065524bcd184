"""Files: what was published, as it is, and nothing else; the look of the pages; 304."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import webroom
from webroom import Room

from digest.web.cached import has_same
from digest.web.files import File, find, kind_of, load

AT = datetime(2026, 3, 11, 12, 0, 0, 500, tzinfo=UTC)
SECRET = b"hushhush"


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """A published folder, and what lies beside it."""
    folder = tmp_path / "output"
    files = {
        "index.html": b"<!doctype html><title>first</title>",
        "404.html": b"<!doctype html><title>nothing here</title>",
        "style.css": b"p{}",
        "feeds/rss.xml": b"<rss/>",
        "feeds/atom.xml": b"<feed/>",
        "feeds/feed.json": b"{}",
        "feeds/topics/video.json": b"{}",
        "editions/2026-03-11/index.html": b"<!doctype html><title>day</title>",
        "editions/2026-03-11/card.png": b"\x89PNG",
        "api/index.json": b"{}",
        "api/papers/hep-th/9901001.json": b"{}",
        ".well-known/security.txt": b"Contact: mailto:a@example.org",
        ".well-known/.hidden/x.txt": SECRET,
        "papers/a b/index.html": b"<!doctype html><title>paper</title>",
        "empty/.keep": SECRET,
        ".digest.json": SECRET,
        ".hidden/index.html": SECRET,
    }
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (tmp_path / "secret.txt").write_bytes(SECRET)
    (tmp_path / "output-private").mkdir()
    (tmp_path / "output-private" / "x.txt").write_bytes(SECRET)
    (folder / "out.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "away").symlink_to(tmp_path)
    (folder / "loop").symlink_to(folder / "loop")
    os.mkfifo(folder / "pipe")
    return folder


@pytest.fixture
def pages(tmp_path: Path, output: Path) -> Iterator[Room]:
    with webroom.opened(tmp_path / "letter", serves_output=True, requests_per_minute=0) as found:
        own = found.office.output
        own.parent.mkdir(exist_ok=True)
        own.symlink_to(output)  # made by nobody else: nothing was published there
        yield found


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("/", b"first"),
        ("/index.html", b"first"),
        ("/editions/2026-03-11/", b"day"),
        ("/editions/2026-03-11/index.html", b"day"),
        ("/papers/a%20b/", b"paper"),
    ],
)
def test_pages_are_served(pages: Room, path: str, title: bytes) -> None:
    answer = pages.ask(path)
    assert answer.status == 200
    assert title in answer.body
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("feeds/rss.xml", "application/rss+xml"),
        ("feeds/atom.xml", "application/atom+xml"),
        ("feeds/topics/video.rss.xml", "application/rss+xml"),
        ("feeds/feed.json", "application/feed+json"),
        ("feeds/topics/video.json", "application/feed+json"),
        ("editions/2026-03-11/papers.json", "application/json"),
        ("editions/x/card.png", "image/png"),
        ("opml.xml", "application/xml"),
        ("list.opml", "text/x-opml; charset=utf-8"),
        ("papers/x/cite.bib", "application/x-bibtex; charset=utf-8"),
        ("README.md", "text/markdown; charset=utf-8"),
        ("icon.svg", "image/svg+xml"),
        ("what", "application/octet-stream"),
        ("a.html.exe", "application/octet-stream"),
    ],
)
def test_each_file_has_its_own_kind(path: str, kind: str) -> None:
    assert kind_of(path) == kind


@pytest.mark.parametrize(
    "path",
    [
        "/.digest.json",
        "/.hidden/",
        "/empty/.keep",
        "/empty/",
        "/empty",
        "/out.txt",
        "/away/secret.txt",
        "/loop",
        "/pipe",
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/%2e%2e%2fsecret.txt",
        "/..%2foutput-private/x.txt",
        "/editions/../../secret.txt",
        "/editions/%2e%2e/%2e%2e/secret.txt",
        "//etc/passwd",
        "/%2fetc/passwd",
        "/..%5csecret.txt",
        "/%5c..%5csecret.txt",
        "/index.html%00.png",
        "/index.html/",
        "/index.html/x",
        "/%ff%fe",
        "/editions//2026-03-11/",
        "/./index.html",
        "/C:/x",
        f"/{'x' * 300}",
        f"/{'x/' * 3000}",
        "/digest.toml",
        "/digest.db",
    ],
)
def test_nothing_else_is(pages: Room, path: str) -> None:
    answer = pages.ask(path)
    assert answer.status == 404
    assert b"nothing here" in answer.body
    assert SECRET not in answer.body
    assert "strict-transport-security" not in answer.headers


def test_a_folder_has_a_slash_and_no_other_host_is_named(pages: Room) -> None:
    answer = pages.ask("/editions/2026-03-11")
    assert (answer.status, answer.headers["location"]) == (308, "/editions/2026-03-11/")
    for path in ("//evil.example/editions", "/%2fevil.example", "//evil.example/%2e%2e/"):
        assert "location" not in pages.ask(path).headers


def test_who_has_the_same_is_told_so(pages: Room, output: Path) -> None:
    first = pages.ask("/feeds/rss.xml")
    etag, changed = first.headers["etag"], first.headers["last-modified"]
    for headers in ({"If_None_Match": etag}, {"If_Modified_Since": changed}):
        again = pages.ask("/feeds/rss.xml", **headers)
        assert (again.status, again.body) == (304, b"")
        assert again.headers["etag"] == etag
        assert again.headers["referrer-policy"] == "no-referrer"
    beside = output / "feeds" / "new"
    beside.write_bytes(b"<RSS/>")
    beside.rename(output / "feeds" / "rss.xml")
    assert pages.ask("/feeds/rss.xml", If_None_Match=etag).body == b"<RSS/>"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({}, False),
        ({"if-none-match": '"x"'}, True),
        ({"if-none-match": 'W/"x"'}, True),
        ({"if-none-match": '"y", "x"'}, True),
        ({"if-none-match": "*"}, True),
        ({"if-none-match": '"y"', "if-modified-since": "Wed, 11 Mar 2026 12:00:00 GMT"}, False),
        ({"if-modified-since": "Wed, 11 Mar 2026 12:00:00 GMT"}, True),
        ({"if-modified-since": "Wed, 11 Mar 2026 11:59:59 GMT"}, False),
        ({"if-modified-since": "yesterday"}, False),
        ({"if-modified-since": "Wed, 11 Mar 99999 12:00:00 GMT"}, False),
    ],
)
def test_the_tag_goes_before_the_time(headers: dict[str, str], expected: bool) -> None:
    assert has_same(headers, '"x"', AT) is expected


def test_the_output_is_not_served_unless_asked(tmp_path: Path, output: Path) -> None:
    with webroom.opened(tmp_path / "letter") as pages:
        pages.office.output.symlink_to(output)
        for path in ("/index.html", "/feeds/rss.xml", "/style.css"):
            assert pages.ask(path).status == 404
        assert b"first" not in pages.ask("/").body


def test_beside_the_site_the_form_has_its_own_address(pages: Room) -> None:
    assert b"<form" in pages.ask("/subscribe").body
    assert webroom.WEB in pages.ask("/").headers["content-security-policy"]


@pytest.mark.parametrize("name", ["style.css", "icon.svg", "web.css"])
def test_the_look_of_the_pages_is_served(pages: Room, name: str) -> None:
    answer = pages.ask(f"/assets/{name}")
    assert answer.status == 200
    assert len(answer.body) > 100
    again = pages.ask(f"/assets/{name}", If_None_Match=answer.headers["etag"])
    assert again.status == 304


def test_what_goes_between_finding_and_reading_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "x.txt"
    path.write_text("x")
    found = find(tmp_path, "x.txt")
    assert isinstance(found, Path)
    assert isinstance(load(found), File)
    path.unlink()
    assert load(found) is None
    assert find(tmp_path, "x.txt") is False
    assert find(tmp_path / "gone", "x.txt") is False


@pytest.mark.parametrize("path", ["api/index.json", "api/papers/hep-th/9901001.json"])
def test_the_api_without_a_server_is_served_for_any_page(pages: Room, path: str) -> None:
    answer = pages.ask(f"/{path}")
    assert (answer.status, answer.body) == (200, b"{}")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["content-type"] == "application/json"
    assert pages.ask("/api/papers/none.json").status == 404


def test_pages_are_not_for_other_pages(pages: Room) -> None:
    assert "access-control-allow-origin" not in pages.ask("/index.html").headers
    assert pages.ask("/feeds/rss.xml").headers["access-control-allow-origin"] == "*"


def test_of_what_begins_with_a_dot_only_what_is_well_known_is_served(pages: Room) -> None:
    answer = pages.ask("/.well-known/security.txt")
    assert (answer.status, answer.headers["content-type"]) == (*(200, "text/plain; charset=utf-8"),)
    assert pages.ask("/.well-known/.hidden/x.txt").status == 404
