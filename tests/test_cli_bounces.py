"""`digest bounces` as a user and a mail server call it: mailboxes, pipes, exit codes, JSON."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import returned_mails as mails
import warm

from digest.mail import verp
from digest.models import Consent, ConsentAct, Subscriber, SubscriberState
from digest.store import Store, open_store
from digest.tokens import Signer

NOW = datetime(2026, 3, 12, 7, tzinfo=UTC)
ADDRESS = "reader@example.org"


class Letter:
    """A newsletter in a folder with one reader."""

    def __init__(self, root: Path, store: Store) -> None:
        self.root = root
        self.store = store
        told = Subscriber(address=ADDRESS, state=SubscriberState.ACTIVE, created_at=NOW, since=NOW)
        with store.writing_post() as post:
            post.register.add(told, ADDRESS, Consent(act=ConsentAct.CONFIRMED, at=NOW))

    def token(self, edition: str = "2026-03-11") -> str:
        path = verp.return_path(Signer(self.store.key), "b@lists.example.org", 1, edition)
        return path.removeprefix("b+").partition("@")[0]

    def call(self, *args: object, given: bytes = b"", ok: int = 0, **env: str) -> str:
        """Run the command; insist on its exit code, and return what it printed."""
        words = ["-C", self.root, "bounces", *args]
        done = warm.run(*words, given=given, env={**os.environ, "NO_COLOR": "1", **env})
        told = done.stdout + done.stderr
        assert done.returncode == ok, told
        assert "Traceback" not in told
        assert ADDRESS not in told
        return told

    def json(self, *args: object, given: bytes = b"") -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.call(*args, "--json", given=given))
        return told

    @property
    def state(self) -> SubscriberState:
        with self.store.reading_post() as post:
            reader = post.register.by_id(1)
        assert reader is not None
        return reader.state


@pytest.fixture
def letter(tmp_path: Path) -> Iterator[Letter]:
    """A newsletter with one active reader."""
    root = tmp_path / "letter"
    warm.run("init", root).check_returncode()
    store = open_store(f"sqlite:///{root / 'digest.db'}")
    yield Letter(root, store)
    store.close()


def test_a_pipe_of_the_mail_server(letter: Letter) -> None:
    given = b"From MAILER-DAEMON Thu Mar 12 07:00:00 2026\n" + mails.report(letter.token())
    told = letter.json("-", given=given)
    assert told == {
        "read": 1,
        "kinds": {"hard": 1},
        "effects": {"bounced": 1},
        "mails": [
            {
                "name": "-",
                "kind": "hard",
                "status": "5.1.1",
                "subscriber": 1,
                "edition": "2026-03-11",
                "effect": "bounced",
                "row": 0,
                "fault": "",
            }
        ],
    }
    assert letter.state is SubscriberState.BOUNCED


def test_the_envelope_told_by_postfix_goes_before_what_is_written(letter: Letter) -> None:
    to = mails.PLACE.format(token=letter.token())
    letter.call("-", given=mails.exim(), ORIGINAL_RECIPIENT=to)
    assert letter.state is SubscriberState.BOUNCED


def test_a_folder_a_maildir_and_an_mbox_together(letter: Letter, tmp_path: Path) -> None:
    soft = {"status": "4.2.2", "said": "mailbox full"}
    places = [tmp_path / name for name in ("mails", "Maildir", "mbox")]
    for path in (places[0], *(places[1] / name for name in ("new", "cur", "tmp"))):
        path.mkdir(parents=True)
    (places[0] / "a.eml").write_bytes(mails.report(letter.token("2026-03-09"), **soft))
    (places[1] / "new" / "1.a.mx").write_bytes(mails.report(letter.token("2026-03-10"), **soft))
    places[2].write_bytes(b"From x\n" + mails.report(letter.token("2026-03-11"), **soft))
    dry = letter.json("--dry-run", *places)
    assert [each["effect"] for each in dry["mails"]] == ["counted"] * 3
    told = letter.call(*places)
    assert "a.eml: subscriber 1: counted (soft 4.2.2 2026-03-09, 1 in a row)" in told
    assert "3 read: 3 soft; 0 without a token of ours" in told
    again = letter.json(*places)
    assert again["effects"] == {"again": 2}
    assert letter.json("--all", *places)["effects"] == {"again": 3}
    assert letter.state is SubscriberState.ACTIVE


def test_what_is_not_signed_is_counted_and_changes_nobody(letter: Letter) -> None:
    told = letter.call("-", given=mails.report("a" * 30))
    assert "1 read: 1 hard; 1 without a token of ours" in told
    assert letter.json("-", given=b"")["effects"] == {"unsigned": 1}
    assert letter.state is SubscriberState.ACTIVE


def test_how_many_soft_failures_end_a_subscription_is_a_setting(letter: Letter) -> None:
    soft = mails.report(letter.token(), status="4.2.2", said="mailbox full")
    letter.call("-", given=soft, DIGEST_DELIVER__SOFT_BOUNCES="1")
    assert letter.state is SubscriberState.BOUNCED


def test_a_pipe_is_tried_again_whatever_is_wrong_here(letter: Letter) -> None:
    given = mails.report(letter.token())
    letter.call("-", given=given, ok=75, DIGEST_DELIVER__SOFT_BOUNCES="none")
    letter.call("-", given=given, ok=75, DIGEST_STORE__URL="sqlite:///other.db")
    assert not (letter.root / "other.db").exists()
    busy = sqlite3.connect(letter.root / "digest.db", isolation_level=None)
    busy.execute("BEGIN IMMEDIATE")
    url = f"sqlite:///{letter.root / 'digest.db'}?timeout=0.1"
    assert "in use" in letter.call("-", given=given, ok=75, DIGEST_STORE__URL=url)
    busy.close()
    assert letter.state is SubscriberState.ACTIVE
    letter.call("-", given=given)
    assert letter.state is SubscriberState.BOUNCED


def test_a_mailbox_that_is_not_there_is_told(letter: Letter, tmp_path: Path) -> None:
    assert "No such file" in letter.call(tmp_path / "gone", ok=2)
    letter.call(ok=2)


def test_a_mail_that_cannot_be_read_stops_no_other(letter: Letter, tmp_path: Path) -> None:
    (tmp_path / "mails").mkdir()
    (tmp_path / "mails" / "a.eml").symlink_to("nowhere")
    (tmp_path / "mails" / "b.eml").write_bytes(mails.report(letter.token()))
    told = letter.call(tmp_path / "mails", ok=1)
    assert "a.eml: it cannot be read" in told
    assert letter.state is SubscriberState.BOUNCED
