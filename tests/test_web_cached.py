"""Pages that are the same for all are not sent twice; personal ones are kept by nobody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from store_values import record_new
from test_searching import found
from webroom import Room, opened

from digest.indexing import INDEXING, findable

PUBLIC = ("/", "/check", "/embed", "/search", "/search?q=paper", "/api/openapi.json")


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with opened(tmp_path) as made:
        record_new(made.office.store, range(1, 4))
        yield made


@pytest.mark.parametrize("path", PUBLIC)
def test_what_a_browser_has_is_not_sent_again(room: Room, path: str) -> None:
    first = room.get(path)
    assert (first.status, first.headers["cache-control"]) == (200, "public, no-cache")
    again = room.get(path, **{"If-None-Match": first.headers["etag"]})
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert room.get(path, **{"If-None-Match": '"other"'}).body == first.body
    assert room.get(path, "HEAD").headers["etag"] == first.headers["etag"]


@pytest.mark.parametrize("path", ["/", "/check", "/embed"])
def test_by_the_time_too(room: Room, path: str) -> None:
    told = room.get(path).headers["last-modified"]
    assert room.get(path, **{"If-Modified-Since": told}).status == 304
    before = "Sun, 01 Jan 2023 00:00:00 GMT"
    assert room.get(path, **{"If-Modified-Since": before}).status == 200


def test_the_form_is_sent_again_with_a_stamp_that_is_still_good(room: Room) -> None:
    first = room.get("/")
    room.letter.at += timedelta(hours=2)
    tag = {"If-None-Match": first.headers["etag"]}
    time = {"If-Modified-Since": first.headers["last-modified"]}
    assert (room.get("/", **tag).status, room.get("/", **time).status) == (200, 200)


def test_a_search_is_sent_again_once_it_finds_more_and_never_indexes(room: Room) -> None:
    first = room.get("/search?q=paper")
    assert found(room.office.store, "paper") == []
    assert room.office.store.index(INDEXING, findable) == 3
    again = room.get("/search?q=paper", **{"If-None-Match": first.headers["etag"]})
    assert (again.status, again.text.count("<article")) == (200, 3)


@pytest.mark.parametrize("path", ["/nothing", "/confirm/x", "/preferences/x", "/view/x"])
def test_what_is_for_one_or_wrong_is_kept_by_nobody(room: Room, path: str) -> None:
    answer = room.get(path)
    assert (answer.headers["cache-control"], "etag" in answer.headers) == ("no-store", False)
