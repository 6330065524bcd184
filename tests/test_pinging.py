"""Telling hubs (WebSub) of each feed that changed: once, in time, tried again, never twice."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs

import flow
import pytest
from https_server import certificate, serving, status
from test_errands import run
from typer.testing import CliRunner

from digest.cli.commands import app
from digest.cli.examine import examine
from digest.cli.findings import Finding
from digest.cli.hubs import Pinger, exchange
from digest.models import Answer, DeliveryState, Notice, Ping
from digest.pipeline.pinging import Exchange, due, ping_due
from digest.store import Store

NOON = datetime(2026, 3, 11, 12, tzinfo=UTC)
HUB = "https://hooks.example.org/hub?a=b"
OTHER = "https://other.example.org/"
TAKEN = Answer(code=204)
FEEDS = {
    f"{folder}{name}"
    for folder in ("feeds/", "feeds/editions/", "feeds/weekly/", "feeds/monthly/")
    for name in ("rss.xml", "atom.xml", "feed.json")
} | {f"feeds/trending.{name}" for name in ("rss.xml", "atom.xml", "json")}


class Hub:
    """Takes notices in memory; `answers` are given in turn, the last one for ever."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers) or [TAKEN]
        self.got: list[Notice] = []

    def send(self, notice: Notice) -> Answer:
        self.got.append(notice)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]

    @property
    def told(self) -> list[str]:
        forms = [parse_qs(notice.body.decode(), strict_parsing=True) for notice in self.got]
        assert all(form["hub.mode"] == ["publish"] for form in forms)
        return [form["hub.url"][0].removeprefix(f"{flow.SITE}/") for form in forms]


@pytest.fixture
def letter(tmp_path: Path) -> Iterator[flow.Letter]:
    flow.make(tmp_path, NOON).close()
    config = tmp_path / "digest.toml"
    config.write_text(config.read_text() + f'\n[feeds]\nhub = "{HUB}"\n')
    own = flow.make(tmp_path, NOON)
    own.run(_2026_03_11_txt=flow.page("Mar 11", (1, 2)))
    yield own
    own.close()


def place(letter: flow.Letter, hub: Hub, *hubs: str) -> Exchange:
    own = exchange(letter, hub.send)
    return replace(own, site=replace(own.site, hubs=hubs or (HUB,)))


def test_each_feed_is_told_of_once_and_again_when_it_changed(letter: flow.Letter) -> None:
    hub = Hub()
    results = ping_due(place(letter, hub))
    assert {each.state for each in results} == {DeliveryState.SENT}
    assert sorted(hub.told) == sorted(FEEDS)
    assert {notice.url for notice in hub.got} == {HUB}
    assert ping_due(place(letter, hub)) == ()
    letter.at += timedelta(days=1)
    letter.run(_2026_03_12_txt=flow.page("Mar 12", (3,)))
    hub = Hub()
    ping_due(place(letter, hub))
    assert sorted(hub.told) == sorted(
        path for path in FEEDS if not any(word in path for word in ("weekly", "monthly", "trend"))
    )


def test_a_hub_that_does_not_answer_is_left_alone_longer_each_time(letter: flow.Letter) -> None:
    hub = Hub(Answer(failure="there was no answer within 10 seconds"))
    own = place(letter, hub)
    pauses = []
    for _ in range(6):
        tried, since = len(hub.got), letter.at
        while len(hub.got) == tried:
            letter.at += timedelta(seconds=15)
            ping_due(own)
        assert len(hub.got) == tried + 1  # not one for each feed
        pauses.append(letter.at - since)
    assert pauses[1] < pauses[2] < pauses[3] < pauses[5]
    hub.answers = [TAKEN]
    letter.at += timedelta(hours=3)
    assert len(ping_due(own)) == len(FEEDS)
    assert due(own) == ()


def test_one_hub_holds_up_no_other(letter: flow.Letter) -> None:
    hub = Hub(Answer(code=503), TAKEN)
    states = [(each.hub, each.state) for each in ping_due(place(letter, hub, HUB, OTHER))]
    assert states[0] == (HUB, DeliveryState.PENDING)
    assert states[1:] == [(OTHER, DeliveryState.SENT)] * len(FEEDS)


def test_what_is_refused_for_good_is_told_again_once_it_changed(letter: flow.Letter) -> None:
    hub = Hub(Answer(code=400), TAKEN)
    first, *others = ping_due(place(letter, hub))
    assert (first.state, first.feed) == (DeliveryState.FAILED, hub.told[0])
    assert {each.state for each in others} == {DeliveryState.SENT}
    assert ping_due(place(letter, hub)) == ()
    letter.at += timedelta(days=1)
    letter.run(_2026_03_12_txt=flow.page("Mar 12", (3,)))
    assert first.feed in {each.feed for each in ping_due(place(letter, hub))}


def test_one_that_died_is_followed_by_the_next_and_only_then(letter: flow.Letter) -> None:
    def dies(notice: Notice) -> Answer:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ping_due(replace(place(letter, Hub()), send=dies))
    hub = Hub()
    letter.at += timedelta(minutes=4)
    assert ping_due(place(letter, hub)) == ()
    letter.at += timedelta(minutes=1)
    ping_due(place(letter, hub))
    assert sorted(hub.told) == sorted(FEEDS)


def test_several_at_once_tell_of_each_feed_once(letter: flow.Letter) -> None:
    hub = Hub()
    own = place(letter, hub)
    threads = [threading.Thread(target=ping_due, args=(own,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ping_due(own)
    assert sorted(hub.told) == sorted(FEEDS)


def test_it_stops_between_two(letter: flow.Letter) -> None:
    hub = Hub()
    own = place(letter, hub)
    assert len(ping_due(replace(own, is_over=lambda: len(hub.got) == 2))) == 2
    assert len(ping_due(own)) == len(FEEDS) - 2


def test_while_nothing_is_published_nothing_is_read(letter: flow.Letter) -> None:
    hub, stop = Hub(), threading.Event()
    pinger = Pinger(letter, hub.send)
    assert len(pinger(stop).lines) == 1
    (letter.folder / "feeds" / "rss.xml").unlink()
    assert pinger(stop).exit_code == 3
    letter.at += timedelta(days=1)
    letter.run(_2026_03_12_txt=flow.page("Mar 12", (3,)))
    assert pinger(stop).lines == (f"{HUB}: told of 6 feeds",)


def test_the_whole_way_to_a_real_server(letter: flow.Letter, tmp_path: Path) -> None:
    with serving(certificate(tmp_path), status(503), status(202)) as server:
        own = replace(place(letter, Hub()), send=server.poster().post)
        assert [each.state for each in ping_due(own)] == [DeliveryState.PENDING]
        letter.at += timedelta(minutes=2)
        assert len(ping_due(own)) == len(FEEDS)
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /hub?a=b HTTP/1.1\r\n")
    assert b"\r\nContent-Type: application/x-www-form-urlencoded\r\n" in head
    assert parse_qs(body.decode())["hub.url"][0].startswith(f"{flow.SITE}/feeds/")
    assert server.requests[1].partition(b"\r\n\r\n")[2] == body


def test_a_run_is_not_failed_by_a_hub(tmp_path: Path) -> None:
    flow.make(tmp_path).close()
    config = tmp_path / "digest.toml"
    config.write_text(config.read_text() + '\n[feeds]\nhub = "https://127.0.0.1/hub"\n')
    (tmp_path / "inbox" / "2026-03-11.txt").write_text(flow.page("Mar 11", (1, 2)))
    code, told, _ = run(tmp_path, "--dry-run")
    assert "pinged" not in told
    code, told, _ = run(tmp_path)
    [ping] = told["pinged"]["pings"]
    assert (code, ping["state"]) == (0, "pending")
    assert "private or of special use" in ping["said"]
    config.write_text(config.read_text() + "ping = false\n")
    assert "pinged" not in run(tmp_path)[1]
    asked = CliRunner().invoke(app, ["-C", str(tmp_path), "ping", "--dry-run"])
    assert (asked.exit_code, len(asked.stdout.splitlines())) == (0, len(FEEDS))
    waits = CliRunner().invoke(app, ["-C", str(tmp_path), "ping"])
    assert waits.exit_code == 3
    assert "left alone" in waits.stdout


def test_the_doctor_tells_what_hubs_know(letter: flow.Letter) -> None:
    busy, gone = Answer(code=503), Answer(code=404)
    assert f"to be told of {len(FEEDS)} feeds by the next run" in doctor(letter).seen
    ping_due(place(letter, Hub(busy)))
    waits = doctor(letter)
    assert not waits.is_well
    assert "feeds/atom.xml: " in waits.seen
    assert "told again later" in waits.hint
    letter.at += timedelta(minutes=2)
    ping_due(place(letter, Hub()))
    assert doctor(letter) == Finding(about="hubs", is_well=True, seen=f"{HUB}; told of all feeds")
    letter.run(_2026_03_11_b_txt=flow.page("Mar 11", (3, 4)))
    ping_due(place(letter, Hub(gone)))
    refused = doctor(letter)
    assert not refused.is_well
    assert "once the feed changes" in refused.hint


def doctor(letter: flow.Letter) -> Finding:
    return next(each for each in examine(lambda: letter) if each.about == "hubs")


def test_without_a_hub_there_is_nothing_to_ping(tmp_path: Path) -> None:
    flow.make(tmp_path).close()
    asked = CliRunner().invoke(app, ["-C", str(tmp_path), "ping"])
    assert asked.exit_code != 0
    assert "feeds.hub" in f"{asked.output}{asked.exception!r}{getattr(asked.exception, 'hint', '')}"


def test_the_store_keeps_what_a_hub_knows(store: Store) -> None:
    ping, minute = Ping(hub=HUB, feed="feeds/rss.xml", digest="a"), timedelta(minutes=1)
    with store.writing_post() as post:
        begun = post.pings.begin(ping, NOON, NOON + minute)
        assert begun == replace(ping, since=NOON)
        assert post.pings.begin(ping, NOON, NOON + minute) is None
        assert (post.pings.told(HUB), post.pings.told(OTHER)) == ({"feeds/rss.xml": ""}, {})
        post.pings.put_off(begun, "busy", NOON + 2 * minute)
    with store.writing_post() as post:
        assert post.pings.waits_until(HUB) == NOON + 2 * minute
        assert post.pings.begin(ping, NOON + minute, NOON + 3 * minute) is None
        again = post.pings.begin(ping, NOON + 2 * minute, NOON + 3 * minute)
        assert again == replace(ping, since=NOON, attempts=1)
        post.pings.settle(again)
        assert (post.pings.waits_until(HUB), post.pings.told(HUB)) == (None, {ping.feed: "a"})
        assert post.pings.begin(ping, NOON, NOON) is None
        assert post.pings.begin(replace(ping, digest="b"), NOON, NOON + minute) is not None
