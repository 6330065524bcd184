"""Abuse: ten thousand posts for one victim; who is known, told by bytes or by time; canaries.

How long an answer takes is compared as ranks: were the known told from the unknown by time, one
of a known would be the slower of two drawn by chance nearly always, or never.
"""

from __future__ import annotations

import asyncio
import logging
import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import webroom
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from webroom import Room, flow

from digest.addresses import parse
from digest.cli.mailing import deliver_due
from digest.models import ConsentAct, SubscriberState, Suppression
from digest.subscribing.acts import Way
from digest.web.inviting import STEP_SECONDS
from digest.web.joining import ask
from digest.web.limits import ASK
from digest.web.posting import taking

WAY = Way(source="test")
NETWORKS = tuple(f"203.0.{number}.7" for number in range(8))
POSTS, CALLERS = 10_000, 32
ASKS, TIMERS, TIMED = 416, 8, ("unknown", "active", "pending", "gone")
ROUNDS = 3
CANARY, SECRET = "canary-6f1d9b", "hushhush-77aa"
VICTIM = "victim@example.org"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    told = {"trusted_proxies": ["127.0.0.1"], **webroom.UNLIMITED}
    with webroom.opened(tmp_path, **told) as found:
        yield found


def test_ten_thousand_posts_from_eight_networks_are_one_mail(room: Room) -> None:
    over = threading.Event()

    def mailing() -> None:
        while not over.wait(0.2):
            room.mails()

    def post(first: int) -> set[tuple[int, str]]:
        with room.line() as line:
            answers = [
                line.post("/subscribe", {"address": VICTIM}, X_Forwarded_For=NETWORKS[number % 8])
                for number in range(first, POSTS, CALLERS)
            ]
        return {(answer.status, answer.headers.get("location")) for answer in answers}

    with ThreadPoolExecutor(CALLERS + 1) as callers:
        mail = callers.submit(mailing)
        try:
            told = set().union(*callers.map(post, range(CALLERS)))
        finally:
            over.set()
        mail.result()
    assert told == {(303, "/check")}
    assert len(room.mails()) == 1
    held = room.office.registry.tell_all(parse(VICTIM))
    assert held.invitation is not None
    assert held.invitation.asks == POSTS
    assert len(held.consents) == 1


def test_eight_networks_within_their_limits_are_one_mail(tmp_path: Path) -> None:
    with webroom.opened(tmp_path, trusted_proxies=["127.0.0.1"]) as room:
        for number in range(240):
            network = NETWORKS[number % 8]
            answer = room.post("/subscribe", {"address": VICTIM}, X_Forwarded_For=network)
            assert answer.status in {303, 429}
            if number % 24 == 0:
                room.mails()
        assert answer.status == 429
        assert len(room.mails()) == 1


KINDS = ("unknown", "active", "pending", "gone", "erased", "bounced", "complained")


def put(room: Room, kind: str, number: int = 0) -> str:
    """Let there be a reader of a kind, since weeks; return the address."""
    registry, before = room.office.registry, room.letter.at - timedelta(days=20)
    who = parse(f"{kind:-<10}{number:04}@example.org")
    if kind == "pending":
        registry.ask(who, {}, WAY, before)
    elif kind != "unknown":
        found = registry.enrol(who, {}, WAY, before).subscriber
        if kind == "gone":
            registry.leave(who, WAY, before)
        elif kind == "erased":
            registry.erase(who, before)
        elif kind in {"bounced", "complained"}:
            line = WAY.line(ConsentAct(kind), before)
            with room.office.store.writing_post() as post:
                post.register.change_state(found.id, SubscriberState(kind), before, line)
                gone = Suppression(hash=registry.hash_of(who), reason=line.act, at=before)
                post.register.suppress(gone)
    return who.address


def test_whoever_is_meant_the_answer_is_the_same_to_the_byte(room: Room) -> None:
    told = set()
    for address in [put(room, kind) for kind in KINDS] * 2:
        for more in ({"choices": "1"}, {"zone": "nowhere"}):
            answer = room.post("/subscribe", {"address": address, **more})
            headers = tuple(pair for pair in answer.headers.items() if pair[0] != "date")
            body = answer.body.replace(address.encode(), b"")  # of one length, shown again
            told.add((answer.status, body, headers))
    assert sorted(status for status, *_ in told) == [303, 422]


def test_the_time_it_takes_does_not_tell_who_is_known(room: Room) -> None:
    # A busy machine may be slower for some by chance, but not for the same ones again and again.
    suspected = set(TIMED[1:])
    for turn in range(ROUNDS):
        times = timed(room, "/subscribe", TIMED, range(turn * ASKS, (turn + 1) * ASKS))
        suspected &= {kind for kind in TIMED[1:] if is_told(times[kind], times["unknown"])}
        assert all(len(those) == ASKS for those in times.values())
        # The work differs by little, lost among so many callers: it has to be hidden, too.
        assert min(each for those in times.values() for each in those) >= 0.9 * STEP_SECONDS
        if not suspected:
            break
    assert not suspected


def is_told(some: list[float], others: list[float]) -> bool:
    return not 0.4 <= slower(some, others) <= 0.6


async def slow(request: Request) -> Response:
    """Take longer for the known, as `/subscribe` must not."""
    answer = await taking(ask, ASK)(request)
    if b"active" in await request.body():
        await asyncio.sleep(0.1)
    return answer


def test_what_took_longer_for_the_known_would_be_told(tmp_path: Path) -> None:
    routes = [Route("/slow", slow, methods=["POST"])]
    with webroom.opened(tmp_path, routes=routes, **webroom.UNLIMITED) as room:
        times = timed(room, "/slow", ("unknown", "active"), range(ASKS // 8))
    assert slower(times["active"], times["unknown"]) > 0.6


def timed(room: Room, path: str, kinds: tuple[str, ...], asks: range) -> dict[str, list[float]]:
    """Ask in disorder for readers of each kind, several callers at once; return the seconds."""
    asked = [(kind, put(room, kind, at)) for kind in kinds for at in asks]
    random.Random(7).shuffle(asked)

    def time_them(part: list[tuple[str, str]]) -> list[tuple[str, float]]:
        found = []
        with room.line() as line:
            for kind, address in part:
                began = time.perf_counter()
                line.post(path, {"address": address})
                found.append((kind, time.perf_counter() - began))
        return found

    with ThreadPoolExecutor(TIMERS) as timers:
        parts = timers.map(time_them, [asked[first::TIMERS] for first in range(TIMERS)])
        times = [pair for part in parts for pair in part]
    return {kind: [seconds for each, seconds in times if each == kind] for kind in kinds}


def slower(some: list[float], others: list[float]) -> float:
    """How likely one of some is above one of others (Mann and Whitney's U, over all pairs)."""
    ranked = sorted([(each, 0) for each in others] + [(each, 1) for each in some])
    below, pairs = 0, 0
    for _, is_some in ranked:
        pairs += below * is_some
        below += 1 - is_some
    return pairs / (len(some) * len(others))


def test_what_tells_times_apart_would_tell() -> None:
    assert slower([1.0, 2.0], [3.0, 4.0]) == 0
    assert slower([3.0, 4.0], [1.0, 2.0]) == 1
    assert slower([1.0, 4.0], [2.0, 3.0]) == 0.5


def test_no_canary_is_found_after_all_was_done(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    login = {"password": SECRET}
    with webroom.opened(tmp_path, smtp=login, **webroom.UNLIMITED) as room:
        keys = [key.hex() for key in room.office.store.keys]
        secrets = [CANARY, SECRET, *keys, *live_a_life(room)]
        mine = {"digest.toml": [SECRET], "digest.db": keys, "digest.db-wal": keys}
        for path in (each for each in tmp_path.rglob("*") if each.is_file()):
            content = path.read_bytes().lower()
            there = {each for each in secrets if each.encode() in content}
            assert there <= set(mine.get(path.name, ())), path
    told = caplog.text.lower() + "".join(capfd.readouterr()).lower()
    assert "started server" in told
    assert [each for each in secrets if each in told] == []


def live_a_life(room: Room) -> list[str]:
    """Do all that a reader can, as the canary, to the end; return the tokens that were used."""
    address = f"{CANARY}@example.org"
    room.post("/subscribe", {"address": address, "choices": "1", "cadence": "daily"})
    room.post("/subscribe", {"address": address, "zone": CANARY})
    paths = [room.path_in(room.mails()[0], "confirm")]
    room.post(paths[0])
    room.letter.at += timedelta(days=1)
    room.letter.run(_2026_03_12_txt=flow.page("Mar 12", range(1, 9)))
    room.letter.at += timedelta(days=1)
    deliver_due(room.letter, threading.Event())
    mail = room.seen.mails[-1]
    paths += [room.path_in(mail, each) for each in ("preferences", "unsubscribe", "view")]
    _, own, out, view = paths
    assert room.get(view).status == 200
    room.post(own, {"cadence": "weekly", "choices": "1", "muted": CANARY})
    assert CANARY in room.get(own).text
    for path in (f"{own}/pause", f"{own}/data", out):
        assert room.post(path).status in {200, 303}
    assert room.post(out, {"undo": "1"}).status == 200
    for wrong in (own.upper(), f"{own}x", f"/nothing/{CANARY}", f"/search?q={CANARY}"):
        room.get(wrong)
    room.post(own, {"muted": f"{CANARY};", "cap": CANARY})
    room.post("/subscribe", {"address": f"{CANARY}@example.org", "website": CANARY})
    assert room.post(f"{own}/erase").status == 200
    assert room.get(own).status == 404
    assert room.office.registry.find(parse(address)) is None
    return [path.rsplit("/", 1)[1] for path in paths]
