"""The API: Hugging Face's shape over our own papers, a search, and nothing sent twice."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from huggingface_hub import HfApi
from huggingface_hub.errors import HfHubHTTPError
from library import PAPERS, fill
from starlette.routing import Route
from store_values import DAY, NOON, add_dump, new
from test_searching import HARMLESS
from webroom import Answer, Room, opened

from digest.dumps import Limits
from digest.dumps import read as read_dump
from digest.indexing import INDEXING, findable
from digest.models import Diff, ListedPaper
from digest.render.matches import Matcher
from digest.render.to_json import document
from digest.store import Store
from digest.web.app import GROUPS

TOLD: dict[str, Any] = {
    "title": r"Twins of $\mathcal{O}(n)$",
    "abstract": "First part. Second part.",
    "paragraph_starts": (12,),
    "authors": ("Ada Almeida", "Björn Brandt"),
    "arxiv_id": "2603.00001",
    "url": "https://arxiv.org/abs/2603.00001",
    "published": "2026-03-09T10:00:00Z",
    "votes": 41,
    "comments": 3,
    "summary": "In short.",
    "keywords": ("twins",),
    "organization": "Example University",
    "links": (
        ("page", "https://huggingface.co/papers/2603.00001"),
        ("pdf", "https://arxiv.org/pdf/2603.00001"),
        ("code", "https://github.com/example/twins"),
        ("project", "https://twins.example.org/"),
    ),
}


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    with opened(tmp_path) as made:
        yield made


@pytest.fixture
def shelf(room: Room) -> Room:
    """A room with papers of two days."""
    later = DAY + timedelta(days=1)
    first = [
        new(1, "arxiv:2603.00001", **TOLD),
        new(2, "doi:10.1000/x.y", doi="10.1000/x.y", votes=9),
    ]
    second = [new(n, title=f"Later {n}", published=f"2026-03-0{n}", votes=n) for n in range(3, 8)]
    record(room.letter.store, first, DAY)
    record(room.letter.store, second, later)
    return room


def record(store: Store, papers: list[Any], day: date) -> None:
    at = datetime.combine(day, NOON.timetz())
    with store.writing() as tx:
        own = add_dump(tx, day.isoformat(), day)
        tx.record(own, Diff(new=tuple(papers)), len(papers), at)
    store.index(INDEXING, findable)


_STAYS = {"/api/papers/2603.00001", f"/api/editions/{DAY}", "/api/openapi.json", "/api/topics"}
"""What another dump does not change, or (what topics matched) not within the minute."""


def told(room: Room, path: str, **asked: object) -> Any:
    answer = room.get(path + ("?" + urlencode(asked) if asked else ""))
    assert answer.status == 200, answer.text
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["content-type"] == "application/json"
    return json.loads(answer.body)


def problem(answer: Answer) -> tuple[int, str]:
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["content-type"] == "application/problem+json"
    said = json.loads(answer.body)
    assert said.keys() == {"type", "title", "status", "detail", "error"}
    assert (said["type"], said["status"]) == ("about:blank", answer.status)
    return answer.status, said["detail"]


def titles(items: list[Any]) -> list[str]:
    return [item["title"] for item in items]


def test_what_is_answered_is_read_as_a_dump_of_the_same_papers(shelf: Room) -> None:
    answer = shelf.get(f"/api/daily_papers?date={DAY}")
    listing = read_dump(io.BytesIO(answer.body), Limits())
    papers = list(listing.papers)
    assert listing.format == "hf-api"
    assert str(listing.day) or listing.day
    assert papers[0] == ListedPaper(position=1, **TOLD)
    assert papers[1].title == "Paper 2"
    assert not listing.notes


def test_a_period_holds_what_its_edition_does(shelf: Room) -> None:
    later = [f"Later {n}" for n in (7, 6, 5, 4, 3)]
    assert titles(told(shelf, "/api/daily_papers")) == later
    assert titles(told(shelf, "/api/daily_papers", date="2026-03-12")) == later
    week = told(shelf, "/api/daily_papers", week="2026-W11")
    month = told(shelf, "/api/daily_papers", month="2026-03")
    assert titles(week) == titles(month) == [TOLD["title"], *later, "Paper 2"]
    assert told(shelf, "/api/daily_papers", date="2020-01-01") == []
    top = told(shelf, "/api/daily_papers", week="2026-W11", sort="trending")
    assert titles(top)[0] == TOLD["title"]
    pages = [told(shelf, "/api/daily_papers", month="2026-03", limit=3, p=n) for n in range(4)]
    assert [len(page) for page in pages] == [3, 3, 1, 0]
    assert titles([item for page in pages for item in page]) == titles(month)


@pytest.fixture
def hub(shelf: Room, monkeypatch: pytest.MonkeyPatch) -> HfApi:
    """Hugging Face's own client, pointed here."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return HfApi(endpoint=f"http://127.0.0.1:{shelf.port}", token=False)


def test_huggingface_hub_lists_the_papers_of_a_period(hub: HfApi) -> None:
    first, second = hub.list_daily_papers(date=str(DAY))
    assert (first.id, first.title, first.upvotes, first.comments) == (
        "2603.00001",
        TOLD["title"],
        41,
        3,
    )
    assert first.authors
    assert [author.name for author in first.authors] == list(TOLD["authors"])
    assert first.summary == "First part.\n\nSecond part."
    assert first.published_at == datetime(2026, 3, 9, 10, tzinfo=UTC)
    assert (second.id, second.upvotes) == ("title:0002", 9)
    later = [f"Later {n}" for n in (7, 6, 5, 4, 3)]
    asked: list[dict[str, Any]] = [
        {},
        {"date": "2026-03-12", "sort": "publishedAt"},
        {"date": "2026-03-12", "sort": "trending"},
        {"week": "2026-W11", "limit": 5, "p": 0},
        {"month": "2026-03", "limit": 2, "p": 1},
        {"date": "2020-01-01"},
    ]
    found = [[paper.title for paper in hub.list_daily_papers(**each)] for each in asked]
    assert found[0] == found[1] == later
    assert sorted(str(title) for title in found[2]) == sorted(later)
    assert found[3] == [TOLD["title"], *later[:4]]
    assert found[4] == later[1:3]
    assert found[5] == []


def test_huggingface_hub_finds_papers(hub: HfApi) -> None:
    paper = hub.paper_info("2603.00001")
    assert (paper.id, paper.title, paper.upvotes) == ("2603.00001", TOLD["title"], 41)
    assert (paper.ai_summary, paper.ai_keywords) == ("In short.", ["twins"])
    assert paper.github_repo == "https://github.com/example/twins"
    assert paper.project_page == "https://twins.example.org/"
    assert paper.organization
    assert paper.organization.fullname == "Example University"
    assert [found.id for found in hub.list_papers(query="twins")] == ["2603.00001"]
    assert len(list(hub.list_papers(query="later", limit=3))) == 3
    assert list(hub.list_papers(query="nothing")) == []


def test_huggingface_hub_tells_what_is_wrong(hub: HfApi) -> None:
    with pytest.raises(HfHubHTTPError, match="there is no paper"):
        hub.paper_info("2603.99999")
    with pytest.raises(HfHubHTTPError, match="date is not written like 2026-03-11"):
        list(hub.list_daily_papers(date="March"))
    with pytest.raises(HfHubHTTPError, match="submitter is not known here"):
        list(hub.list_daily_papers(submitter="akhaliq"))


def test_a_paper_is_found_by_each_of_its_names(shelf: Room) -> None:
    for name in ("2603.00001", "2603.00001v2", "arXiv:2603.00001", "title:0001"):
        assert told(shelf, f"/api/papers/{quote(name)}")["id"] == "2603.00001"
    for name in ("10.1000/x.y", "10.1000/X.Y", "doi:10.1000/x.y"):
        assert told(shelf, f"/api/papers/{name}")["title"] == "Paper 2"
    for name in ("2603.99999", "nothing", "x%00y", "%F0%9F%98%80", "a/b/c", "'"):
        status, said = problem(shelf.get(f"/api/papers/{name}"))
        assert (status, "no paper" in said) == (404, True)


def test_what_the_curator_hid_is_not_told(shelf: Room) -> None:
    with shelf.letter.store.writing() as tx:
        tx.curate_hide(str(DAY), "title:0001", True)
    assert shelf.get("/api/papers/2603.00001").status == 404
    assert titles(told(shelf, "/api/daily_papers", date=DAY)) == ["Paper 2"]
    assert told(shelf, "/api/search", q="twins")["total"] == 0


def test_a_search_tells_how_many_and_which(shelf: Room) -> None:
    found = told(shelf, "/api/search", q="later", limit=2, p=1)
    assert (found["query"], found["total"]) == ("later", 5)
    assert [(paper["title"], paper["position"]) for paper in found["papers"]] == [
        ("Later 5", 3),
        ("Later 4", 4),
    ]
    assert found["papers"][0]["page"].endswith("/papers/t-5/")
    assert told(shelf, "/api/search", q="")["total"] == 0


def test_nothing_that_is_looked_for_is_an_error(shelf: Room) -> None:
    for text in HARMLESS:
        if len(asked := quote(text, errors="replace")) < 7000:
            told(shelf, f"/api/search?q={asked}")
            assert shelf.get(f"/search?q={asked}").status == 200


@pytest.mark.parametrize(
    "asked",
    [
        *("limit=0", "limit=101", "limit=-1", "limit=x", "limit=", "limit=1e2", "limit=%D9%A3"),
        *("p=-1", "p=10001", "p=99999999999999999999", "date=2026-13-01", "date=2026-3-1", "date="),
        *("date=2026-W11", "week=2026-03-11", "week=2026-W60", "month=2026-13", "month=0000-01"),
        *("date=2026-03-11&week=2026-W11", "sort=votes", "submitter=akhaliq", "date=%00", "date='"),
    ],
)
def test_what_is_asked_wrongly_is_said(room: Room, asked: str) -> None:
    status, said = problem(room.get(f"/api/daily_papers?{asked}"))
    assert status == 400
    assert re.search("date|week|month|limit|^p |sort|submitter", said)


def test_a_search_for_nothing_said_is_asked_wrongly(room: Room) -> None:
    assert problem(room.get("/api/search"))[0] == 400
    assert problem(room.get("/api/search?q=a&limit=500"))[0] == 400


@pytest.mark.parametrize(
    "path",
    [
        "/api/daily_papers",
        "/api/papers/2603.00001",
        "/api/papers/search?q=twins",
        "/api/search?q=twins",
        "/api/editions",
        f"/api/editions/{DAY}",
        "/api/topics",
        "/api/openapi.json",
    ],
)
def test_what_the_client_has_is_not_sent_again(shelf: Room, path: str) -> None:
    first = shelf.get(path)
    etag, at = first.headers["etag"], first.headers["last-modified"]
    for asked in (
        {"If_None_Match": etag},
        {"If_None_Match": f'"x", W/{etag}'},
        {"If_Modified_Since": at},
    ):
        again = shelf.get(path, **asked)
        assert (again.status, again.body) == (304, b"")
        assert again.headers["etag"] == etag
        assert again.headers["access-control-allow-origin"] == "*"
    other = {"If_None_Match": '"other"', "If_Modified_Since": at}
    assert shelf.get(path, **other).status == 200
    assert shelf.get(path, If_Modified_Since="nonsense").status == 200
    head = shelf.get(path, "HEAD")
    assert (head.status, head.body, head.headers["etag"]) == (200, b"", etag)
    record(shelf.letter.store, [new(30, title="Twins again")], DAY + timedelta(days=2))
    if path not in _STAYS:
        assert shelf.get(path, If_None_Match=etag).status == 200


def test_every_answer_is_described(shelf: Room) -> None:
    """And nothing else; that it is answered so, test_web_schemathesis.py holds."""
    described_as = told(shelf, "/api/openapi.json")
    assert described_as["openapi"].startswith("3.1")
    assert described_as["servers"] == [{"url": "https://lists.example.org"}]
    described = {
        (path, method.upper())
        for path, item in described_as["paths"].items()
        for method in item.keys() - {"parameters"}
    }
    routes = {
        (route.path.replace("{paper:path}", "{id}"), method)
        for group in GROUPS
        for route in group
        if isinstance(route, Route) and route.path.startswith("/api/")
        if not route.path.startswith("/api/admin/")  # described where there is a desk
        for method in (route.methods or set()) - {"HEAD"}
    }
    assert described == routes
    schemas = described_as["components"]["schemas"]
    item = told(shelf, "/api/daily_papers", date=DAY)[0]
    assert item.keys() <= schemas["DailyPaper"]["properties"].keys()
    assert item["paper"].keys() <= schemas["Paper"]["properties"].keys()
    (found,) = told(shelf, "/api/search", q="twins")["papers"]
    assert found.keys() == schemas["Found"]["properties"].keys()


def test_editions_are_listed_and_told_as_papers_json_does(shelf: Room) -> None:
    listed = told(shelf, "/api/editions")
    assert listed["total"] == 4
    days = told(shelf, "/api/editions", cadence="day")["editions"]
    assert [each["name"] for each in days] == ["2026-03-12", "2026-03-11"]
    assert [each["name"] for each in told(shelf, "/api/editions", limit=1, p=1)["editions"]] == [
        listed["editions"][1]["name"]
    ]
    one = told(shelf, f"/api/editions/{DAY}")
    edition = shelf.letter.edition(str(DAY))
    matcher = Matcher(shelf.letter.topics.values())
    assert one == json.loads(json.dumps(document(edition, shelf.office.site, matcher)))
    assert {name: one["edition"][name] for name in days[1]} == days[1]
    for name in ("2020-01-01", "nothing", "%00", "'"):
        assert problem(shelf.get(f"/api/editions/{name}"))[0] == 404
    for asked in ("cadence=daily", "cadence=", "limit=0", "p=x"):
        assert problem(shelf.get(f"/api/editions?{asked}"))[0] == 400


def test_topics_are_told_with_what_they_matched(room: Room) -> None:
    record(room.letter.store, [new(1, title="A robot video"), new(2, title="Robots")], DAY)
    found = told(room, "/api/topics")["topics"]
    assert [(each["name"], each["title"], each["matched"]) for each in found] == [
        ("robots", "robots", 1),
        ("video", "Video", 1),
    ]
    assert found[1]["page"] == f"{room.office.site.url}/topics/video/"
    assert found[1]["feeds"]["atom"] == f"{room.office.site.url}/feeds/topics/video.atom.xml"


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/api/search", "GET, HEAD, OPTIONS"),
        ("/api/papers/2603.00001", "GET, HEAD, OPTIONS"),
        ("/api/subscriptions", "OPTIONS, POST"),
        ("/api/subscriptions/abc", "DELETE, GET, HEAD, OPTIONS, PATCH"),
        ("/api/subscriptions/abc/pause", "DELETE, OPTIONS, POST"),
        ("/api/subscriptions/abc/data", "DELETE, GET, HEAD, OPTIONS"),
    ],
)
def test_a_method_that_is_not_taken_is_answered_with_those_that_are(
    room: Room, path: str, allowed: str
) -> None:
    for method in ("PUT", "POST", "PATCH", "DELETE", "GET", "FOO", "PROPFIND"):
        if method not in allowed:
            answer = room.get(path, method)
            assert problem(answer)[0] == 405
            assert answer.headers["allow"] == allowed.replace("OPTIONS, ", "").replace(
                ", OPTIONS", ""
            )
    asked = room.get(path, "OPTIONS")
    assert (asked.status, asked.headers["allow"]) == (204, allowed)
    assert problem(room.get(path, "TRACE"))[0] == 405


def test_what_the_api_does_not_have_is_a_problem_too(room: Room) -> None:
    for path in ("/api/", "/api/x", "/api/searches", "/api/subscriptions/a/b/c", "/api/%00"):
        for method in ("GET", "POST", "DELETE", "FOO"):
            assert problem(room.get(path, method))[0] == 404, path
    asked = room.get("/api/x", "OPTIONS")
    assert (asked.status, asked.body) == (404, b"")
    assert problem(room.get("/api/search", Host="elsewhere.example.org"))[0] == 421
    assert problem(room.get(f"/api/search?q={'x' * 20_000}"))[0] == 431
    large = room.send("/api/subscriptions", b"", "application/json", Content_Length="10000000")
    assert problem(large)[0] == 413


def test_the_page_shows_what_was_found_and_leads_on(room: Room) -> None:
    fill(room.letter.store)
    page = room.get("/search?q=attention").text
    assert "1–2 of 2 papers" in page
    assert page.index("Attention is all you need") < page.index("Speech")
    assert 'value="attention"' in page
    first = room.get("/search?q=attention&limit=1")
    assert 'href="/search?q=attention&amp;p=1&amp;limit=1"' in first.text
    assert 'rel="prev"' not in first.text
    second = room.get("/search?q=attention&p=1&limit=1").text
    assert 'rel="prev"' in second
    assert 'rel="next"' not in second
    assert "There are no more than 2" in room.get("/search?q=attention&p=9").text
    assert room.get("/search?q=attention&p=nonsense").status == 200
    assert len(PAPERS) == 6


def test_the_page_says_when_there_is_nothing(room: Room) -> None:
    assert "No paper matches" not in room.get("/search").text
    assert "No paper matches" in room.get("/search?q=nothing").text
    assert "no word in this" in room.get("/search?q=*").text


def test_what_was_typed_is_shown_and_never_active(room: Room) -> None:
    record(room.letter.store, [new(1, title="<script>alert(1)</script> needle")], DAY)
    page = room.get("/search?q=" + quote('"><script>alert(1)</script> OR needle')).text
    assert "<script" not in page
    assert "&lt;script&gt;" in page
    assert "style=" not in page
