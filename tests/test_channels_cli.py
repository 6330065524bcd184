"""`digest channels` as a user calls it: listed, shown, tried, and no secret in what is printed."""

from __future__ import annotations

import json
import os
import re
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import flow
import pytest
import warm
from https_server import certificate, serving, status

from digest.cli.noticeboard import board
from digest.models import Answer
from digest.pipeline.announce import edition_named, plan, post_due
from digest.render import to_channels
from digest.settings import load

DOCS = Path(__file__).resolve().parents[1] / "docs" / "channels.md"
SETTINGS = """
[channels.team]
kind = "slack"
url = "https://127.0.0.1:{port}/services/HUSHHUSH"

[channels.own]
kind = "webhook"
url = "https://hooks.example.org/HUSHHUSH"
secret = "HUSHHUSH"
cadence = "weekly"
papers = 1
network = "private"
"""


@pytest.fixture
def port() -> Iterator[int]:
    """Where something listens that is never to be talked to."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()


@pytest.fixture
def letter(tmp_path: Path, port: int) -> Iterator[flow.Letter]:
    """A newsletter with channels that read a dump yesterday."""
    flow.make(tmp_path).close()
    config = tmp_path / "digest.toml"
    config.write_text(config.read_text() + SETTINGS.format(port=port))
    now = datetime.now(UTC)
    own = flow.Letter(tmp_path, load(tmp_path, environ={}))
    own.at = now - timedelta(days=1)
    own.drop(f"{own.at.date()}.txt", flow.page(own.at.date(), (1, 2)))
    own.run()
    own.at = now
    yield own
    own.close()


def channels(root: Path, *args: str, ok: int = 0, **env: str) -> str:
    settings = {**os.environ, "NO_COLOR": "1", "COLUMNS": "200", **env}
    done = warm.run("-C", root, *args, env=settings)
    told = done.stdout + done.stderr
    assert done.returncode == ok, told
    assert "Traceback" not in told
    assert "HUSHHUSH" not in told
    return told


def test_channels_are_listed_with_what_became_of_the_last_post(letter: flow.Letter) -> None:
    told = channels(letter.root, "channels", "list")
    assert "team: slack, daily, 10 papers; nothing was posted yet" in told
    assert "own: webhook, weekly, 1 papers, also in a private network; nothing" in told
    place = board(letter, send=lambda notice: Answer(code=503, body=b"busy"))
    plan(place)
    post_due(place)
    letter.close()
    told = channels(letter.root, "channels", "list")
    assert re.search(
        r"team: slack.*; last \S+: pending, again at \S+ \S+ UTC: HTTP 503: busy", told
    )
    own, team = json.loads(channels(letter.root, "channels", "list", "--json"))
    assert (own["name"], own["cadence"], own["network"], own["last"]) == (
        "own",
        "week",
        "private",
        None,
    )
    assert team["counts"] == {"pending": 1}
    assert team["last"]["state"] == "pending"
    assert (team["last"]["code"], team["last"]["said"]) == (503, "HTTP 503: busy")


def test_a_dry_run_shows_what_would_be_posted(letter: flow.Letter) -> None:
    body = json.loads(channels(letter.root, "channels", "test", "team", "--dry-run"))
    assert "2 new" in body["blocks"][0]["text"]["text"]
    told = json.loads(channels(letter.root, "channels", "test", "own", "--dry-run", "--json"))
    assert len(told["body"]["new"]) == 1
    assert told["body"]["more"] == 1
    assert told["bytes"] > 500


def test_a_post_to_this_machine_is_refused_and_nothing_talks_to_it(letter: flow.Letter) -> None:
    told = channels(letter.root, "channels", "test", "team", ok=1)
    assert "was not posted: its name leads to an address that is private" in told
    told = channels(letter.root, "channels", "test", "team", "--json", ok=1)
    answer = json.loads(told)
    assert (answer["posted"], answer["code"]) == (False, None)


def test_wrong_names_are_told(letter: flow.Letter) -> None:
    told = channels(letter.root, "channels", "test", "taem", ok=2)
    assert "the settings name no channel taem" in told
    assert "they name: own, team" in told
    told = channels(letter.root, "channels", "test", "team", "--edition", "2020-01-01", ok=2)
    assert "there is no edition 2020-01-01" in told


def test_without_channels_or_editions_it_says_what_to_do(tmp_path: Path) -> None:
    flow.make(tmp_path).close()
    assert "docs/channels.md" in channels(tmp_path, "channels", "list")
    told = channels(
        tmp_path,
        *("channels", "test", "x"),
        ok=2,
        DIGEST_CHANNELS__X__KIND="slack",
        DIGEST_CHANNELS__X__URL="https://x.example.org/HUSHHUSH",
    )
    assert "there is no edition with papers" in told


def test_secrets_are_masked_where_settings_are_shown(letter: flow.Letter) -> None:
    told = json.loads(channels(letter.root, "config", "check", "--json"))
    assert told["channels"]["own"]["secret"] == "***"
    assert "***" in channels(letter.root, "config", "check")


def test_the_check_in_the_documentation_is_right(letter: flow.Letter, tmp_path: Path) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    names: dict[str, object] = {}
    exec(example, names)  # the documentation's own words
    is_genuine = names["is_genuine"]
    assert callable(is_genuine)
    with serving(certificate(tmp_path), status(200)) as server:
        place = board(letter, send=server.poster().post)
        (own,) = [each for each in place.channels if each.name == "own"]
        notice = to_channels.render(
            edition_named(place), place.site, place.templates, own, letter.at, is_trial=True
        )
        assert place.send(notice).code == 200
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    assert is_genuine(headers, body, "HUSHHUSH")
    assert not is_genuine(headers, body + b" ", "HUSHHUSH")
    assert not is_genuine(headers, body, "other")
    assert ".own.trial." in headers["webhook-id"]
