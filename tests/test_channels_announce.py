"""Announcing: each edition once a channel when it is due, tried again for two days, never twice."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

import flow
import pytest
from https_server import certificate, serving, status

from digest.cli.noticeboard import board as board_of
from digest.models import (
    Answer,
    Cadence,
    Channel,
    ChannelKind,
    DeliveryState,
    Notice,
    Posting,
    PostRecord,
    PostResult,
)
from digest.pipeline.announce import Board, plan, post_due
from digest.pipeline.answers import judge, later

NOON = datetime(2026, 3, 11, 12, tzinfo=UTC)
MIDNIGHT = datetime(2026, 3, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TEAM = Channel(
    name="team", kind=ChannelKind.SLACK, url="https://hooks.example.org/services/SECRETS"
)
TAKEN = Answer(code=200)
POSTING = Posting(edition="2026-03-11", channel="team", planned_at=MIDNIGHT)


@pytest.fixture
def letter(tmp_path: Path) -> Iterator[flow.Letter]:
    """A newsletter that read a dump at noon of 11 March; it is midnight after that."""
    own = flow.make(tmp_path, NOON)
    own.drop("2026-03-11.txt", flow.page("Mar 11", (1, 2)))
    own.run()
    own.at = MIDNIGHT
    yield own
    own.close()


class Service:
    """Takes notices in memory; `answers` are given in turn, the last one for ever."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers) or [TAKEN]
        self.got: list[Notice] = []

    def send(self, notice: Notice) -> Answer:
        self.got.append(notice)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def board(letter: flow.Letter, send: Callable[[Notice], Answer], *channels: Channel) -> Board:
    return replace(board_of(letter, send=send), channels=channels or (TEAM,))


def record(letter: flow.Letter, channel: str = "team") -> PostRecord:
    with letter.store.reading_post() as post:
        found = post.channels.latest_of(channel)
    assert found is not None
    return found


def states(results: tuple[PostResult, ...]) -> list[tuple[str, str, str]]:
    return [(each.edition, each.channel, each.state.value) for each in results]


def test_a_day_is_posted_once_when_it_is_over(letter: flow.Letter) -> None:
    service = Service()
    own = board(letter, service.send)
    letter.at = MIDNIGHT - timedelta(seconds=1)
    assert plan(own) == {}
    letter.at = MIDNIGHT
    assert plan(own) == {"2026-03-11": 1}
    assert states(post_due(own)) == [("2026-03-11", "team", "sent")]
    letter.at += HOUR
    assert plan(own) == {}
    assert post_due(own) == ()
    assert len(service.got) == 1
    assert b"2 new" in service.got[0].body
    assert record(letter).attempts == 1
    with letter.store.reading() as tx:
        sealed = tx.edition("2026-03-11")
    assert sealed is not None
    assert sealed.sealed_at is not None


def test_it_closes_when_mail_does_and_not_for_too_long(letter: flow.Letter) -> None:
    own = board(letter, Service().send)
    early = replace(own, timetable=replace(own.timetable, closing=time(16, 30)))
    letter.at = NOON + 4 * HOUR
    assert plan(early) == {}
    letter.at = NOON + 5 * HOUR
    assert plan(early) == {"2026-03-11": 1}
    letter.at = MIDNIGHT + 2 * DAY + timedelta(seconds=1)
    other = board(letter, Service().send, replace(TEAM, name="other"))
    assert plan(other) == {}
    letter.at = MIDNIGHT + 2 * DAY
    assert plan(other) == {"2026-03-11": 1}


def test_each_channel_gets_the_editions_of_its_cadence(letter: flow.Letter) -> None:
    service = Service()
    weekly = replace(TEAM, name="weekly", cadence=Cadence.WEEK)
    monthly = replace(TEAM, name="monthly", cadence=Cadence.MONTH)
    own = board(letter, service.send, TEAM, weekly, monthly)
    assert plan(own) == {"2026-03-11": 1}
    letter.at = datetime(2026, 3, 16, tzinfo=UTC)
    assert plan(own) == {"2026-W11": 1}
    letter.at = datetime(2026, 4, 1, tzinfo=UTC)
    assert plan(own) == {"2026-03": 1}


def test_without_channels_nothing_is_sealed(letter: flow.Letter) -> None:
    own = replace(board(letter, Service().send), channels=())
    assert plan(own) == {}
    with letter.store.reading() as tx:
        assert [r.name for r in tx.editions(unsealed_only=True)]


def test_what_is_refused_for_now_is_posted_later_and_only_then(letter: flow.Letter) -> None:
    service = Service(Answer(code=503, body=b"busy"), Answer(failure="no answer"), TAKEN)
    own = board(letter, service.send)
    plan(own)
    assert states(post_due(own)) == [("2026-03-11", "team", "pending")]
    assert record(letter).said == "HTTP 503: busy"
    assert post_due(own) == ()
    letter.at = record(letter).due_at
    assert states(post_due(own)) == [("2026-03-11", "team", "pending")]
    letter.at = record(letter).due_at
    assert states(post_due(own)) == [("2026-03-11", "team", "sent")]
    assert record(letter).attempts == 3
    assert len({notice.body for notice in service.got}) == 1


def test_one_bad_channel_holds_up_no_other(letter: flow.Letter) -> None:
    bad, gone = replace(TEAM, name="bad"), replace(TEAM, name="gone")

    service = Service(Answer(failure="there was no answer"), Answer(code=404), TAKEN)
    own = board(letter, service.send, bad, gone, TEAM)
    plan(own)
    assert [state for _, _, state in states(post_due(own))] == ["pending", "failed", "sent"]


def test_a_channel_that_is_gone_from_the_settings_is_skipped(letter: flow.Letter) -> None:
    service = Service(Answer(code=500))
    plan(board(letter, service.send))
    other = board(letter, service.send, replace(TEAM, name="other"))
    assert states(post_due(other)) == [("2026-03-11", "team", "skipped")]
    assert service.got == []


def test_an_edition_without_papers_is_not_posted(letter: flow.Letter) -> None:
    service = Service()
    for paper in letter.edition("2026-03-11").new:
        with letter.store.writing() as tx:
            tx.curate_hide("2026-03-11", paper.paper.key, True)
    own = board(letter, service.send)
    plan(own)
    assert states(post_due(own)) == [("2026-03-11", "team", "skipped")]
    assert service.got == []


def test_a_broken_template_of_the_users_is_told_and_tried_again(letter: flow.Letter) -> None:
    folder = letter.settings.paths.templates / "channels"
    folder.mkdir(parents=True)
    (folder / "slack.md").write_text("{{ no_such_name }}")
    del letter.__dict__["press"]  # which found no folder when it was made
    service = Service()
    own = board(letter, service.send)
    plan(own)
    assert states(post_due(own)) == [("2026-03-11", "team", "pending")]
    assert "no_such_name" in record(letter).said
    assert service.got == []


def test_one_that_died_while_posting_is_followed_by_the_next(letter: flow.Letter) -> None:
    def dies(notice: Notice) -> Answer:
        raise KeyboardInterrupt

    own = board(letter, dies)
    plan(own)
    with pytest.raises(KeyboardInterrupt):
        post_due(own)
    service = Service()
    other = replace(own, send=service.send, holder="other")
    letter.at += timedelta(minutes=1)
    assert post_due(other) == ()
    letter.at += timedelta(minutes=5)
    assert states(post_due(other)) == [("2026-03-11", "team", "sent")]
    assert record(letter).attempts == 2


def test_several_at_once_post_each_once(letter: flow.Letter) -> None:
    channels = tuple(replace(TEAM, name=f"c{n}", kind=ChannelKind.WEBHOOK) for n in range(12))
    service = Service()
    first = board(letter, service.send, *channels)
    plan(first)
    boards = [replace(first, holder=f"h{n}") for n in range(4)]
    threads = [threading.Thread(target=post_due, args=(each,)) for each in boards]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = [dict(notice.headers)["webhook-id"] for notice in service.got]
    assert sorted(ids) == sorted(f"2026-03-11.c{n}" for n in range(12))


def test_it_stops_between_two_posts(letter: flow.Letter) -> None:
    service = Service()
    own = board(letter, service.send, TEAM, replace(TEAM, name="other"))
    plan(own)
    stopping = replace(own, is_over=lambda: bool(service.got))
    assert len(post_due(stopping)) == 1
    assert len(post_due(own)) == 1


def test_nothing_is_written_where_nothing_is_due(letter: flow.Letter) -> None:
    own = board(letter, Service().send)
    plan(own)
    post_due(own)
    with letter.store.writing():  # held: a second writer would have to wait, and be refused
        assert post_due(own) == ()


def test_the_whole_way_to_a_real_server(letter: flow.Letter, tmp_path: Path) -> None:
    pair = certificate(tmp_path)
    hook = Channel(
        name="hook", kind=ChannelKind.WEBHOOK, url="https://hooks.example.org/in", secret="hush"
    )
    with serving(pair, status(429, b"", "Retry-After: 600"), status(204)) as server:
        own = board(letter, server.poster().post, hook)
        plan(own)
        post_due(own)
        assert record(letter, "hook").due_at == MIDNIGHT + timedelta(minutes=10)
        letter.at = MIDNIGHT + timedelta(minutes=10)
        post_due(own)
    assert record(letter, "hook").state is DeliveryState.SENT
    first, second = (request.partition(b"\r\n\r\n") for request in server.requests)
    assert json.loads(second[2])["edition"]["name"] == "2026-03-11"
    assert first[2] == second[2]
    assert b"webhook-id: 2026-03-11.hook\r\n" in first[0]
    assert b"webhook-id: 2026-03-11.hook\r\n" in second[0]
    assert b"webhook-signature: v1," in second[0]


@pytest.mark.parametrize("code", [200, 201, 204, 299])
def test_2xx_is_taken(code: int) -> None:
    told = judge(POSTING, Answer(code=code), (), MIDNIGHT)
    assert (told.state, told.said, told.due_at) == (DeliveryState.SENT, "", None)


@pytest.mark.parametrize("code", [None, 408, 425, 429, 500, 502, 503, 504, 599])
def test_what_may_pass_is_tried_again(code: int | None) -> None:
    told = judge(POSTING, Answer(code=code, failure="no"), (), MIDNIGHT)
    assert told.state is DeliveryState.PENDING
    assert told.due_at is not None
    assert timedelta(seconds=40) < told.due_at - MIDNIGHT < timedelta(seconds=80)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (301, "HTTP 301: it leads elsewhere, which is not followed"),
        (307, "HTTP 307: it leads elsewhere"),
        (400, "HTTP 400: it does not understand the post"),
        (401, "is the token or the address still right?"),
        (403, "is the token or the address still right?"),
        (404, "there is no such channel any more"),
        (410, "there is no such channel any more"),
        (413, "list fewer papers"),
        (418, "HTTP 418"),
        (101, "HTTP 101"),
    ],
)
def test_what_will_not_pass_is_final_and_says_what_to_do(code: int, expected: str) -> None:
    told = judge(POSTING, Answer(code=code), (), MIDNIGHT)
    assert told.state is DeliveryState.FAILED
    assert expected in told.said


@pytest.mark.parametrize(
    ("header", "body", "seconds"),
    [
        ("120", b"", 120),
        ("120.5", b"", 120.5),
        (" 7200 ", b"", 7200),
        ("Thu, 12 Mar 2026 03:00:00 GMT", b"", 3 * 3600),
        ("", b'{"message": "slow down", "retry_after": 300.25, "global": false}', 300.25),
        ("", b'{"ok": false, "parameters": {"retry_after": 400}}', 400),
        ("100", b'{"retry_after": 300}', 300),
    ],
)
def test_a_service_that_asks_to_wait_is_left_alone_so_long(
    header: str, body: bytes, seconds: float
) -> None:
    told = judge(POSTING, Answer(code=429, retry_after=header, body=body), (), MIDNIGHT)
    assert told.due_at == MIDNIGHT + timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("header", "body"),
    [
        ("soon", b""),
        ("-5", b""),
        ("nan", b"{"),
        ("inf", b"[]"),
        ("Thu, 12 Mar 1980 03:00:00 GMT", b""),
        ("Mon, 99 Foo 99999999999 99:99:99 GMT", b""),
        ("", b'{"retry_after": "9"}'),
        ("", b'{"retry_after": NaN}'),
        ("", b'{"retry_after": true, "parameters": 5}'),
        ("", b"[" * 100_000),
        ("", b"\xff\xfe"),
    ],
)
def test_what_is_no_time_to_wait_is_passed_over(header: str, body: bytes) -> None:
    told = judge(POSTING, Answer(code=429, retry_after=header, body=body), (), MIDNIGHT)
    assert told.due_at is not None
    assert told.due_at - MIDNIGHT < timedelta(seconds=80)


@pytest.mark.parametrize("asked", ["999999999999999999999", "1e308", "200000"])
def test_who_asks_for_more_than_two_days_is_given_up(asked: str) -> None:
    told = judge(POSTING, Answer(code=429, retry_after=asked), (), MIDNIGHT)
    assert told.state is DeliveryState.FAILED
    assert told.said.startswith("given up after 1 attempts: HTTP 429")


def test_delays_grow_to_hours_and_end_after_two_days() -> None:
    posting, now, delays = POSTING, MIDNIGHT, []
    while (told := later(posting, "no", now)).due_at is not None:
        delays.append(told.due_at - now)
        posting, now = replace(posting, attempts=posting.attempts + 1), told.due_at
    assert delays[0] < timedelta(minutes=2)
    assert all(a < b for a, b in pairwise(delays[:7]))
    assert max(delays) <= 2.5 * HOUR
    assert timedelta(hours=44) < now - MIDNIGHT <= 2 * DAY
    assert told.state is DeliveryState.FAILED
    assert 25 < posting.attempts < 50


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"no_service", "HTTP 500: no_service"),
        (b'{"ok": false, "description": "Bad Request: chat not found"}', "chat not found"),
        (b'{"message": "Unknown Webhook", "code": 10015}', "HTTP 500: Unknown Webhook"),
        (b"<html><body>Bad gateway</body></html>", "HTTP 500"),
        (b'{"message": 5}', "HTTP 500"),
        (b"a\x00\x1b[31mred\r\nInjected: x\xe2\x80\xae", "HTTP 500: a[31mred Injected: x"),
        (b"see https://hooks.example.org/services/SECRETS or SECRETS", "HTTP 500: see *** or ***"),
    ],
)
def test_what_is_kept_of_an_answer_is_short_and_without_secrets(body: bytes, expected: str) -> None:
    secrets = ("https://hooks.example.org/services/SECRETS", "SECRETS")
    said = judge(POSTING, Answer(code=500, body=body), secrets, MIDNIGHT).said
    assert said.endswith(expected)
    long = judge(POSTING, Answer(code=500, body=b"word " * 9000), secrets, MIDNIGHT).said
    assert len(long) < 200
