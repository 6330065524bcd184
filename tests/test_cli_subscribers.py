"""`digest subscribers` as a user calls it: adding, listing, exporting, erasing; codes, JSON."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import warm
from store_values import day_edition
from typer.testing import CliRunner

from digest.cli.commands import app
from digest.errors import DigestError
from digest.models import (
    Consent,
    ConsentAct,
    DeliveryState,
    Result,
    Subscriber,
    SubscriberState,
    Suppression,
)
from digest.store import Store, open_store
from digest.subscribing.cells import guard, unguard
from digest.subscribing.table import HEADER
from digest.tokens import Signer

WHO = "reader@example.org"
PENDING = SubscriberState.PENDING
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
TOPICS = """
[topics.vision]
words = ["segmentation"]
[topics.robots]
words = ["robot*"]
"""


class Letter:
    """A newsletter in a folder, and the command called on it in this process."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.database = root / "digest.db"

    def call(self, *args: object, ok: int = 0) -> str:
        """Run the command; insist on its exit code, and return what it or its error said."""
        words = ["-C", str(self.root), "subscribers", *map(str, args)]
        done = CliRunner().invoke(app, words, catch_exceptions=True)
        error = done.exception
        if isinstance(error, DigestError):
            assert error.exit_code == ok, str(error)
            return f"{error}\n{error.hint}"
        assert error is None or isinstance(error, SystemExit), error
        assert done.exit_code == ok, done.output
        return done.stdout if not ok else done.output

    def json(self, *args: object, ok: int = 0) -> Any:
        return json.loads(self.call(*args, "--json", ok=ok))

    def table(self) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.call("export"))))

    def store(self) -> Store:
        return open_store(f"sqlite:///{self.database}")

    def bytes(self) -> bytes:
        """Return all that the folder's files hold."""
        files = [path for path in sorted(self.root.rglob("*")) if path.is_file()]
        return b"".join(path.read_bytes() for path in files)


@pytest.fixture
def letter(tmp_path: Path) -> Iterator[Letter]:
    """A newsletter with two topics and no subscriber."""
    root = tmp_path / "letter"
    done = CliRunner().invoke(app, ["init", str(root)])
    assert done.exit_code == 0
    config = root / "digest.toml"
    text = config.read_text("utf-8").replace('timezone = "UTC"', 'timezone = "Europe/Berlin"')
    config.write_text(text + TOPICS, "utf-8")
    return Letter(root)


# --- adding ---


def test_an_address_is_pending_until_it_is_confirmed(letter: Letter) -> None:
    said = letter.call("add", "Reader@BÜCHER.example.org")
    assert "Reader@bücher.example.org is pending: daily at 7:00 Europe/Berlin" in said
    assert "digest subscribers confirm Reader@bücher.example.org --source" in said
    told = letter.json("confirm", "reader@xn--bcher-kva.example.org", "--source", "her letter")
    assert (told["before"], told["changed"]) == ("pending", True)
    assert told["subscriber"]["state"] == "active"
    again = letter.json("confirm", "reader@bücher.example.org", "--source", "her letter")
    assert (again["before"], again["changed"]) == ("active", False)
    lines = letter.json("consent", "reader@bücher.example.org")
    assert lines["state"] == "active"
    assert [(each["act"], each["source"]) for each in lines["consents"]] == [
        ("asked", "digest subscribers add"),
        ("confirmed", "her letter"),
    ]
    words = letter.call("consent", "reader@bücher.example.org")
    assert "confirmed (source: her letter)" in words


def test_all_wishes_are_kept_and_changed_one_by_one(letter: Letter) -> None:
    wishes = ["--cadence", "weekly", "--hour", 18, "--zone", "Asia/Tokyo", "--topic", "vision"]
    wishes += ["--topic", "robots", "--mute", "survey", "--mute", "  a   phrase ", "--cap", 9]
    told = letter.json("add", WHO, "--confirmed", "--source", "form", "--empty", *wishes)
    assert told["before"] is None
    wanted = {
        "cadence": "weekly",
        "hour": 18,
        "zone": "Asia/Tokyo",
        "topics": ["vision", "robots"],
        "muted": ["survey", "a phrase"],
        "cap": 9,
        "empty": True,
        "state": "active",
    }
    assert told["subscriber"].items() >= wanted.items()
    told = letter.json("add", WHO, "--update", "--hour", 0, "--topic", "", "--cap", 0, "--no-empty")
    changed = {"hour": 0, "topics": [], "cap": None, "empty": False}
    assert told["subscriber"].items() >= (wanted | changed).items()
    assert not letter.json("add", WHO, "--update", "--hour", 0)["changed"]


def test_who_is_there_is_added_no_second_time(letter: Letter) -> None:
    letter.call("add", WHO)
    assert "there already: pending\n`digest subscribers confirm" in letter.call("add", WHO, ok=2)
    letter.call("add", WHO, "--update", "--confirmed", "--source", "form")
    said = letter.call("add", "READER@example.org", "--confirmed", "--source", "form", ok=2)
    assert "there already: active\n--update changes" in said
    assert letter.json("list")["counts"]["active"] == 1


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--topic", "visoin"), "there is no topic 'visoin'\ndid you mean vision?"),
        (("--topic", "cooking"), "there are: robots, vision"),
        (("--zone", "Berlin"), "no time zone 'Berlin'\nwrite an IANA name"),
        (("--zone", "Europe"), "no time zone"),
        (("--zone", "../../etc/passwd"), "no time zone"),
        (("--mute", "*"), "cannot be muted"),
        (("--mute", "one;two"), "--mute one --mute other"),
        (("--mute", "a\x1bb"), "cannot be muted"),
        (("--confirmed",), "--source must say how they consented"),
        (("--confirmed", "--source", " "), "--source must say"),
        (("--confirmed", "--source", "a\nb"), "one line"),
    ],
)
def test_wrong_wishes_are_refused_and_nothing_is_kept(
    letter: Letter, args: tuple[str, ...], said: str
) -> None:
    assert said in letter.call("add", WHO, *args, ok=2)
    assert letter.json("list")["subscribers"] == []


@pytest.mark.parametrize("args", [("--hour", 24), ("--cadence", "hourly"), ("--cap", -1), ("--x",)])
def test_what_the_command_line_does_not_know_is_refused(
    letter: Letter, args: tuple[object, ...]
) -> None:
    letter.call("add", WHO, *args, ok=2)


def test_no_address_is_refused_in_plain_words(letter: Letter) -> None:
    said = letter.call("add", "A Reader <reader@example.org>", ok=2)
    assert "is no e-mail address" in said
    assert "write one bare address" in said


def test_a_dry_run_keeps_nothing(letter: Letter) -> None:
    assert "would be pending" in letter.call("add", WHO, "--dry-run")
    letter.call("add", WHO, "--confirmed", "--source", "form", "--dry-run")
    assert letter.json("list")["subscribers"] == []
    letter.call("add", WHO)
    before = letter.json("export", WHO)
    letter.call("confirm", WHO, "--source", "form", "--dry-run")
    letter.call("remove", WHO, "--dry-run")
    letter.call("add", WHO, "--update", "--hour", 3, "--dry-run")
    assert "would erase" in letter.call("erase", WHO, "--dry-run")
    assert letter.json("export", WHO) == before


# --- leaving, and coming back ---


def test_who_left_comes_back_only_with_new_consent(letter: Letter) -> None:
    letter.call("add", WHO, "--confirmed", "--source", "form")
    told = letter.json("remove", WHO)
    assert (told["before"], told["subscriber"]["state"]) == ("active", "unsubscribed")
    assert not letter.json("remove", WHO)["changed"]
    for update in ([], ["--update"]):
        said = letter.call("add", WHO, *update, ok=2)
        assert "not subscribed: they unsubscribed" in said
        assert "add ADDRESS --confirmed --source" in said
    assert "they unsubscribed" in letter.call("confirm", WHO, "--source", "form", ok=2)
    letter.call("add", WHO, "--confirmed", "--source", "asked me by letter")
    assert [each["act"] for each in letter.json("consent", WHO)["consents"]] == [
        "asked",
        "confirmed",
        "left",
        "asked",
        "confirmed",
    ]


@pytest.mark.parametrize("reason", ["bounced", "complained", "erased"])
def test_a_suppressed_address_says_why(letter: Letter, reason: str) -> None:
    store = letter.store()
    hashed = Signer(store.key).digest("address", WHO)
    with store.writing_post() as post:
        at = day_edition().opened_at
        told = Suppression(hash=hashed, reason=SubscriberState(reason), at=at)
        post.register.suppress(told)
    store.close()
    assert "not subscribed: " in letter.call("add", WHO, ok=2)
    assert "not to be written to: " in letter.call("remove", WHO, ok=2)
    assert letter.json("export", WHO)["suppression"]["reason"] == reason
    letter.call("add", WHO, "--confirmed", "--source", "form")
    assert letter.json("export", WHO)["suppression"] is None


@pytest.mark.parametrize(
    "command", [("confirm", "--source", "x"), ("remove",), ("erase", "--yes"), ("consent",)]
)
def test_nobody_is_said_to_be_nobody(letter: Letter, command: tuple[str, ...]) -> None:
    said = letter.call(command[0], "nobody@example.org", *command[1:], ok=2)
    assert said == "there is no such subscriber\nsee `digest subscribers list`"


# --- lists ---


def test_they_are_listed_and_counted(letter: Letter) -> None:
    letter.call("add", "a@example.org", "--topic", "vision")
    letter.call("add", "b@bücher.example.org", "--confirmed", "--source", "form")
    letter.call("add", "c@example.org", "--cadence", "monthly", "--mute", "word")

    def found(*args: object) -> list[str]:
        return [each["address"][0] for each in letter.json("list", *args)["subscribers"]]

    assert found() == ["a", "b", "c"]
    assert found("--state", "pending") == ["a", "c"]
    assert found("--cadence", "monthly") == ["c"]
    assert found("--topic", "vision") == ["a"]
    assert found("--address", "BÜCHER") == ["b"]
    assert found("--address", "B@xn--bcher-kva.example.org") == ["b"]
    assert found("--limit", 2) == ["a", "b"]
    assert letter.json("list", "--limit", 2)["more"] is True
    assert letter.json("list", "--limit", 3)["more"] is False
    assert letter.json("list", "--limit", 0)["counts"]["pending"] == 2
    words = letter.call("list", "--limit", 2)
    assert "a@example.org  pending  daily at 7:00 Europe/Berlin; topics: vision" in words
    assert "and more: --limit 4" in words
    assert "2 pending, 1 active" in words
    letter.call("erase", "a@example.org", "--yes")
    assert found() == ["b", "c"]
    assert "subscriber 1  erased 20" in letter.call("list", "--state", "erased")


def test_an_empty_list_says_so(letter: Letter) -> None:
    assert "no subscribers yet" in letter.call("list")
    assert letter.table() == []


# --- exporting ---


def test_the_table_holds_everybody_and_no_formula(letter: Letter) -> None:
    letter.call("add", "=sum@example.org", "--confirmed", "--source", "=form, 'a'", "--cap", 3)
    letter.call("add", "'@example.org", "--topic", "vision", "--topic", "robots", "--empty")
    letter.call("add", "c@example.org", "--mute", "-x", "--mute", 'a "word"')
    letter.call("remove", "c@example.org")
    text = letter.call("export")
    assert text.splitlines()[0] == ",".join(HEADER)
    assert not [
        cell for row in csv.reader(io.StringIO(text)) for cell in row if cell[:1] in "=+-@" and cell
    ]
    one, two, three = [
        {name: unguard(cell) for name, cell in row.items()} for row in letter.table()
    ]
    assert (one["address"], one["source"], one["cap"]) == ("=sum@example.org", "=form, 'a'", "3")
    assert one["consented_at"].startswith("20")
    assert one["consented_at"].endswith("+00:00")
    assert (two["address"], two["topics"], two["empty"]) == (
        "'@example.org",
        "vision;robots",
        "yes",
    )
    assert (two["state"], two["consented_at"], two["zone"]) == ("pending", "", "Europe/Berlin")
    assert (three["state"], three["muted"]) == ("unsubscribed", '-x;a "word"')


def test_a_file_is_for_its_owner_alone(letter: Letter, tmp_path: Path) -> None:
    letter.call("add", WHO)
    file = tmp_path / "list.csv"
    file.write_text("before")
    file.chmod(0o644)
    assert str(file) in letter.call("export", "--to", file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_bytes().decode() == letter.call("export").replace("\n", "\r\n")
    letter.call("export", WHO, "--to", file)
    assert json.loads(file.read_text("utf-8"))["subscriber"]["address"] == WHO
    assert "something else than a file" in letter.call("export", "--to", tmp_path, ok=2)
    said = letter.call("export", "--to", tmp_path / "no" / "list.csv", ok=1)
    assert "cannot be written" in said
    assert not list(tmp_path.glob(".digest-*"))


def test_the_json_of_all_holds_their_consent(letter: Letter) -> None:
    letter.call("add", WHO, "--confirmed", "--source", "form")
    (told,) = json.loads(letter.call("export", "--json"))
    assert told["address"] == WHO
    assert [each["act"] for each in told["consents"]] == ["asked", "confirmed"]


def test_all_that_is_held_on_one_is_told(letter: Letter) -> None:
    letter.call("add", WHO, "--confirmed", "--source", "form")
    deliver_to_first(letter.store())
    told = json.loads(letter.call("export", "READER@example.org"))
    assert set(told) == {
        *("subscriber", "consents", "deliveries", "returns", "soft_bounces", "suppression"),
        "invitation",
    }
    (delivery,) = told["deliveries"]
    assert delivery["state"] == "failed"
    assert delivery["said"] == f"550 <{WHO.upper()}> is full"
    nobody = json.loads(letter.call("export", "nobody@example.org"))
    assert (nobody["subscriber"], nobody["deliveries"]) == (None, [])


def deliver_to_first(store: Store) -> None:
    """Let an edition to subscriber 1 fail, with their address in the server's answer."""
    with store.writing() as tx:
        tx.open_edition(day_edition())
    at = day_edition().opened_at
    with store.writing_post() as post:
        post.outbox.plan_for("2026-03-11", None, [1], at)
        post.outbox.lease("a", at, at, 1)
        said = f"550 <{WHO.upper()}> is full"
        result = Result(
            edition="2026-03-11", subscriber_id=1, state=DeliveryState.FAILED, said=said
        )
        post.outbox.record("a", [result], at)
    store.close()


def test_a_stdout_that_is_full_or_gone_is_no_crash(letter: Letter) -> None:
    store = letter.store()
    with store.writing_post() as post:
        for n in range(2000):
            told = Subscriber(
                address=f"r{n}@example.org", state=PENDING, created_at=LONG_AGO, since=LONG_AGO
            )
            post.register.add(told, told.address, Consent(act=ConsentAct.ASKED, at=LONG_AGO))
    store.close()
    command = [sys.executable, "-m", "digest", "-C", str(letter.root), "subscribers", "export"]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(b"error: standard output: cannot be written (No space left")
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline().startswith(b"address,")
        process.stdout.close()
        said = process.stderr.read()
    assert process.returncode in {1, 141}
    assert b"Traceback" not in said


@pytest.mark.parametrize(
    "cell", ["", "a", "'", "''", "=a", "'=a", "''=a", "-", "\t=", "a=b", "＝a", "'@", "' =", "\r"]
)
def test_every_cell_is_read_back_as_it_was(cell: str) -> None:
    assert unguard(guard(cell)) == cell
    assert guard(cell)[:1] not in {*"=+-@\t\r＝＋－＠"} or not cell


# --- erasing ---


def test_nothing_of_an_erased_reader_is_left_in_any_byte(letter: Letter) -> None:
    """Of the database, its journal, the newsletter's folder, and a backup made afterwards."""
    crowd = [f"other{n}@example.org" for n in range(400)]
    store = letter.store()
    at = day_edition().opened_at
    with store.writing_post() as post:
        for address in crowd:
            told = Subscriber(
                address=address, state=SubscriberState.ACTIVE, created_at=at, since=at
            )
            post.register.add(told, address, Consent(act=ConsentAct.ASKED, at=at))
    store.close()
    canary = "Canary.Bird@Kanarienvögel.example.org"
    letter.call("add", canary, "--mute", "canaryword", "--mute", "zwitschern")
    letter.call("add", canary, "--update", "--mute", "canarysong", "--topic", "robots")
    letter.call("confirm", canary, "--source", "canary form")
    marks = (b"canary", b"Canary", b"CANARY", b"kanarienv", b"zwitschern")
    assert marks[0] in letter.bytes()
    said = letter.call("erase", canary, "--yes")
    assert "only this number is left" in said
    backup = letter.root / "backup.db"
    done = CliRunner().invoke(app, ["-C", str(letter.root), "backup", str(backup)])
    assert done.exit_code == 0
    assert backup.stat().st_size
    left = letter.bytes()
    assert not [mark for mark in marks if mark in left]
    assert (
        letter.json("list")["counts"] | {"active": 400, "erased": 1}
        == (letter.json("list")["counts"])
    )
    assert letter.json("erase", canary, "--yes", ok=3) == {"erased": False, "files_clean": True}


def test_servers_answers_go_with_who_is_erased(letter: Letter) -> None:
    letter.call("add", WHO, "--confirmed", "--source", "form")
    deliver_to_first(letter.store())
    assert WHO.upper().encode() in letter.bytes()
    assert letter.json("erase", WHO, "--yes") == {"erased": True, "files_clean": True}
    assert WHO.upper().encode() not in letter.bytes()


def test_erasing_asks_on_a_terminal_and_needs_yes_elsewhere(letter: Letter) -> None:
    letter.call("add", WHO)
    assert "add --yes" in letter.call("erase", WHO, ok=2)
    for answer, code in ((b"n\n", 1), (b"y\n", 0)):
        leader, follower = pty.openpty()
        command = [sys.executable, "-m", "digest", "-C", str(letter.root), "subscribers"]
        with subprocess.Popen(
            [*command, "erase", WHO],
            stdin=follower,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        ) as process:
            os.write(leader, answer)
            said = b"".join(process.communicate(timeout=30)).decode()
        os.close(leader)
        os.close(follower)
        assert process.returncode == code, said
        assert "for good? [y/N]" in said
    assert letter.json("list")["counts"]["erased"] == 1


def test_a_reader_in_the_way_is_told_and_the_next_erasing_finishes(letter: Letter) -> None:
    letter.call("add", WHO, "--mute", "canaryword")
    config = letter.root / "digest.toml"
    url = f'[store]\nurl = "sqlite:///{letter.database}?timeout=0.05"'
    config.write_text(config.read_text("utf-8").replace("[store]", url), "utf-8")
    store = letter.store()
    with store.reading_post() as post:
        assert post.register.counts()
        said = letter.call("erase", WHO, "--yes", ok=75)
        assert "another process keeps traces" in said
    store.close()
    assert "only a keyed hash" in letter.call("erase", WHO, "--yes", ok=3)
    assert b"canaryword" not in letter.bytes()
    assert WHO.encode() not in letter.bytes()


def test_delivering_erases_what_was_kept_for_its_time(letter: Letter) -> None:
    """Though nothing is due, and before any mail server is asked."""
    letter.call("add", WHO)
    store = letter.store()
    with store.writing_post() as post:
        old = Subscriber(
            address="old@example.org", state=PENDING, created_at=LONG_AGO, since=LONG_AGO
        )
        post.register.add(old, old.address, Consent(act=ConsentAct.ASKED, at=LONG_AGO))
    store.close()
    config = letter.root / "digest.toml"
    config.write_text(config.read_text("utf-8").replace("[smtp]", '[smtp]\nhost = "127.0.0.1"'))
    done = CliRunner().invoke(app, ["-C", str(letter.root), "deliver"])
    assert done.exit_code == 3, done.exception
    assert [each["address"] for each in letter.json("list")["subscribers"]] == [WHO]
    assert b"old@example.org" not in letter.bytes()


# --- logs ---


def test_no_log_names_an_address(letter: Letter) -> None:
    """On stderr, with everything logged, whatever becomes of a command."""
    environment = {**os.environ, "DIGEST_LOG__LEVEL": "debug", "DIGEST_LOG__FORMAT": "json"}
    for args in (["add", WHO], ["add", WHO], ["erase", WHO, "--yes"], ["add", WHO]):
        done = warm.run("-C", letter.root, "subscribers", *args, env=environment)
        assert WHO not in done.stderr
        assert "Traceback" not in done.stderr
