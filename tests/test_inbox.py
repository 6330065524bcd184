"""The inbox over real files and processes: which are whole, what is refused, where things go."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from rights import of_any_user

from digest.errors import ConfigError, DigestError, DumpError, NotADump
from digest.inbox import Arrivals, Inbox, digest_of, is_ignored
from digest.inbox.files import _tells_writers

NOW = datetime(2026, 3, 11, 12, tzinfo=UTC)
LONG_AGO = (NOW - timedelta(hours=1)).timestamp()
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="leases are a thing of Linux")

SLOW_WRITER = """
import sys
with open(sys.argv[1], "wb", buffering=0) as file:
    print("open", flush=True)
    for piece in sys.stdin:
        file.write(piece.encode())
        print("written", flush=True)
print("closed", flush=True)
"""


@pytest.fixture
def inbox(tmp_path: Path) -> Inbox:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return Inbox(folder, settle_seconds=0.25)


def drop(inbox: Inbox, name: str, content: bytes = b"A title\n", at: float = LONG_AGO) -> Path:
    path = inbox.folder / name
    path.write_bytes(content)
    os.utime(path, (at, at))
    return path


def names(paths: tuple[Path, ...]) -> list[str]:
    return [path.name for path in paths]


def listed(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class Writer:
    """A process that writes a file piece by piece, as it is told to."""

    def __init__(self, path: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SLOW_WRITER, str(path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._told("open")

    def write(self, piece: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(piece + "\n")
        self.process.stdin.flush()
        self._told("written")

    def close(self) -> None:
        assert self.process.stdin
        self.process.stdin.close()
        self._told("closed")

    def _told(self, word: str) -> None:
        assert self.process.stdout
        assert self.process.stdout.readline().strip() == word


@contextmanager
def writer(path: Path) -> Iterator[Writer]:
    slow = Writer(path)
    try:
        yield slow
    finally:
        with slow.process:
            slow.process.kill()


def test_a_file_that_lay_unchanged_long_enough_is_whole_at_once(inbox: Inbox) -> None:
    drop(inbox, "b.txt")
    drop(inbox, "a.json.gz", b"")
    assert names(inbox.look(NOW).whole) == ["a.json.gz", "b.txt"]


def test_a_file_just_changed_waits_until_it_has_settled(inbox: Inbox) -> None:
    path = drop(inbox, "a.txt", at=NOW.timestamp() - 0.1)
    assert inbox.look(NOW) == Arrivals(unfinished=(path,))
    assert inbox.look(NOW + timedelta(seconds=0.1)) == Arrivals(unfinished=(path,))
    assert inbox.look(NOW + timedelta(seconds=0.16)) == Arrivals(whole=(path,))


def test_every_change_makes_a_file_wait_anew(inbox: Inbox) -> None:
    changes = (b"1", b"12", b"123")
    for step, content in enumerate(changes):
        now = NOW + timedelta(seconds=step * 0.2)
        path = drop(inbox, "a.txt", content, at=now.timestamp())
        assert inbox.look(now) == Arrivals(unfinished=(path,))
    assert inbox.look(now + timedelta(seconds=0.25)).whole == (path,)


@pytest.mark.parametrize("ahead_hours", [0.01, 24, 24 * 3650])
def test_a_file_from_the_future_is_whole_once_seen_unchanged(
    inbox: Inbox, ahead_hours: float
) -> None:
    path = drop(inbox, "a.txt", at=(NOW + timedelta(hours=ahead_hours)).timestamp())
    assert inbox.look(NOW).unfinished == (path,)
    assert inbox.look(NOW + timedelta(seconds=0.25)).whole == (path,)


def test_a_clock_set_back_delays_a_file_by_no_more_than_its_settling(inbox: Inbox) -> None:
    path = drop(inbox, "a.txt", at=NOW.timestamp())
    inbox.look(NOW)
    earlier = NOW - timedelta(days=1)
    assert inbox.look(earlier).unfinished == (path,)
    assert inbox.look(earlier + timedelta(seconds=0.25)).whole == (path,)


def test_a_file_replaced_by_another_of_its_size_and_time_waits_anew(inbox: Inbox) -> None:
    future = (NOW + timedelta(days=1)).timestamp()
    path = drop(inbox, "a.txt", b"1", at=future)
    inbox.look(NOW)
    drop(inbox, ".other", b"2", at=future).rename(path)
    assert inbox.look(NOW + timedelta(seconds=0.25)).unfinished == (path,)


@on_linux
def test_a_file_some_process_is_writing_is_never_whole_however_quiet(inbox: Inbox) -> None:
    path = inbox.folder / "slow.txt"
    with writer(path) as slow:
        for piece in ("A title", "", "its abstract"):
            slow.write(piece)
            os.utime(path, (LONG_AGO, LONG_AGO))
            assert inbox.look(NOW) == Arrivals(unfinished=(path,))
        slow.close()
        os.utime(path, (LONG_AGO, LONG_AGO))
        assert inbox.look(NOW) == Arrivals(whole=(path,))


@on_linux
def test_a_writer_that_comes_later_makes_a_whole_file_unfinished_again(inbox: Inbox) -> None:
    path = drop(inbox, "a.txt")
    assert inbox.look(NOW).whole == (path,)
    with path.open("ab"):
        assert inbox.look(NOW).unfinished == (path,)
    assert inbox.look(NOW).whole == (path,)


@on_linux
def test_a_writer_that_dies_leaves_a_file_that_is_read(inbox: Inbox) -> None:
    path = inbox.folder / "slow.txt"
    with writer(path) as slow:
        slow.write("A tit")
    os.utime(path, (LONG_AGO, LONG_AGO))
    assert inbox.look(NOW).whole == (path,)


@on_linux
def test_a_reader_keeps_nobody_waiting(inbox: Inbox) -> None:
    path = drop(inbox, "a.txt")
    with path.open("rb"):
        assert inbox.look(NOW).whole == (path,)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs a file system without leases")
def test_where_leases_tell_nothing_quiet_time_decides(tmp_path: Path) -> None:
    assert _tells_writers(tmp_path)
    assert not _tells_writers(Path("/proc"))


def test_a_file_renamed_into_place_is_whole_under_its_last_name_only(inbox: Inbox) -> None:
    drop(inbox, "a.txt.part")
    assert inbox.look(NOW) == Arrivals()
    (inbox.folder / "a.txt.part").rename(inbox.folder / "a.txt")
    assert names(inbox.look(NOW).whole) == ["a.txt"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *((name, True) for name in (".a.txt", ".a.txt.Xy12", "a.part", "a.txt.PART", "a.tmp")),
        *((name, True) for name in ("a.crdownload", "a.download", "a.txt~", "a.txt.reason.txt")),
        *((name, True) for name in ("done", "rejected", "lost+found", "a.filepart", "a.partial")),
        *((name, False) for name in ("a.txt", "party", "a.tmp.txt", "Done", "reason.txt", "a~b")),
    ],
)
def test_some_names_are_nobody_s_business(inbox: Inbox, name: str, expected: bool) -> None:
    drop(inbox, name)
    assert is_ignored(name) is expected
    assert (names(inbox.look(NOW).whole) == []) is expected


def test_what_is_no_file_is_refused_at_once_and_never_opened(inbox: Inbox, tmp_path: Path) -> None:
    (tmp_path / "elsewhere.txt").write_text("A title")
    os.mkfifo(inbox.folder / "a-pipe")
    (inbox.folder / "b-folder").mkdir()
    (inbox.folder / "c-link").symlink_to(tmp_path / "elsewhere.txt")
    (inbox.folder / "d-dangling").symlink_to("nowhere")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(inbox.folder / "e-socket"))
        refused = inbox.look(NOW).refused
    assert [path.name for path, _ in refused] == [
        *("a-pipe", "b-folder", "c-link", "d-dangling", "e-socket"),
    ]
    said = [reason for _, reason in refused]
    for word, reason in zip(("pipe", "folder", "link", "link", "socket"), said, strict=True):
        assert word in reason


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a device")
def test_a_device_is_refused(inbox: Inbox) -> None:
    try:
        os.mknod(inbox.folder / "zero", 0o600 | 0o020000, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("this container makes no devices")
    assert "device" in inbox.look(NOW).refused[0][1]


def test_a_file_that_may_not_be_read_is_refused(inbox: Inbox) -> None:
    path = drop(inbox, "a.txt")
    path.chmod(0)
    with of_any_user():
        assert inbox.look(NOW).refused == ((path, "it cannot be opened: Permission denied"),)


def test_what_is_taken_away_is_forgotten(inbox: Inbox) -> None:
    future = (NOW + timedelta(days=1)).timestamp()
    path = drop(inbox, "a.txt", at=future)
    inbox.look(NOW)
    path.unlink()
    assert inbox.look(NOW + timedelta(seconds=1)) == Arrivals()
    drop(inbox, "a.txt", at=future)
    assert inbox.look(NOW + timedelta(seconds=2)).unfinished == (path,)


def test_twelve_thousand_files_are_found_in_order(inbox: Inbox) -> None:
    for number in range(12_000):
        (inbox.folder / f"{number * 7919 % 12_000:05}.txt").touch()
    arrivals = inbox.look(datetime.now(UTC) + timedelta(seconds=1))
    assert names(arrivals.whole) == [f"{number:05}.txt" for number in range(12_000)]


@pytest.mark.parametrize("is_file", [False, True])
def test_a_missing_inbox_is_told_with_what_to_do(tmp_path: Path, is_file: bool) -> None:
    folder = tmp_path / "inbox"
    if is_file:
        folder.touch()
    inbox = Inbox(folder, 0.25)
    for act in (lambda: inbox.look(NOW), lambda: inbox.accept(folder / "a.txt")):
        with pytest.raises(ConfigError, match="the inbox cannot be used") as caught:
            act()
        assert caught.value.at == str(folder)
        assert "paths.inbox" in caught.value.hint


def test_an_inbox_that_may_not_be_written_is_told(inbox: Inbox) -> None:
    path = drop(inbox, "a.txt")
    inbox.folder.chmod(0o500)
    try:
        with (
            of_any_user(),
            pytest.raises(DigestError, match="cannot be moved there: Permission denied"),
        ):
            inbox.accept(path)
    finally:
        inbox.folder.chmod(0o700)


def test_a_file_where_done_should_be_is_told_and_the_dump_stays(inbox: Inbox) -> None:
    path = drop(inbox, "a.txt")
    (inbox.folder / "done").touch()
    with pytest.raises(DigestError, match=r"a\.txt cannot be moved there") as caught:
        inbox.accept(path)
    assert caught.value.at.endswith("done")
    assert path.exists()


def test_a_dump_is_read_whole_and_known_by_its_bytes(inbox: Inbox) -> None:
    content = b"A title\r\n\0\xff" * 10_000
    path = drop(inbox, "a.txt", content)
    with inbox.read(path) as opened:
        assert opened.size == len(content)
        opened.file.read(100)
        assert digest_of(opened.file) == sha256(content).hexdigest()
        assert opened.file.read() == content
        assert opened.unchanged()


def written_to(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"more")


def replaced(path: Path) -> None:
    other = path.with_name(".other")
    other.write_bytes(path.read_bytes())
    os.utime(other, (LONG_AGO, LONG_AGO))
    other.rename(path)


@pytest.mark.parametrize("change", [written_to, replaced, Path.unlink])
def test_a_dump_that_changes_while_it_is_read_is_noticed(
    inbox: Inbox, change: Callable[[Path], None]
) -> None:
    path = drop(inbox, "a.txt")
    with inbox.read(path) as opened:
        change(path)
        assert not opened.unchanged()


def test_only_regular_files_are_read(inbox: Inbox, tmp_path: Path) -> None:
    os.mkfifo(inbox.folder / "pipe")
    (inbox.folder / "link").symlink_to(drop(inbox, "a.txt"))
    for name in ("pipe", "link"):
        with pytest.raises(NotADump, match=name), inbox.read(inbox.folder / name):
            pass
    with pytest.raises(DumpError, match="No such file"), inbox.read(inbox.folder / "gone"):
        pass


def test_accepted_dumps_go_to_done_and_none_covers_another(inbox: Inbox) -> None:
    contents = [b"1", b"2", b"3"]
    places = [inbox.accept(drop(inbox, "2026-03-11.json.gz", each)) for each in contents]
    assert [place.relative_to(inbox.folder).as_posix() for place in places] == [
        "done/2026-03-11.json.gz",
        "done/2026-03-11-2.json.gz",
        "done/2026-03-11-3.json.gz",
    ]
    assert [place.read_bytes() for place in places] == contents
    assert inbox.look(NOW) == Arrivals()


def test_a_rejected_dump_has_its_reason_beside_it(inbox: Inbox) -> None:
    path = drop(inbox, "a.txt")
    place = inbox.reject(path, "line 3: not a dump", hint="Save the page as text.")
    assert place == inbox.folder / "rejected" / "a.txt"
    assert place.read_bytes() == b"A title\n"
    note = (inbox.folder / "rejected" / "a.txt.reason.txt").read_text("utf-8")
    assert note.startswith("a.txt was not read.")
    assert "line 3: not a dump" in note
    assert "Save the page as text." in note
    assert listed(inbox.folder / "rejected") == ["a.txt", "a.txt.reason.txt"]


def test_each_rejected_dump_of_one_name_keeps_its_own_reason(inbox: Inbox) -> None:
    for number in (1, 2):
        inbox.reject(drop(inbox, "a.txt", b"%d" % number), f"reason {number}")
    folder = inbox.folder / "rejected"
    assert (folder / "a.txt").read_bytes() == b"1"
    assert "reason 1" in (folder / "a.txt.reason.txt").read_text()
    assert (folder / "a-2.txt").read_bytes() == b"2"
    assert "reason 2" in (folder / "a-2.txt.reason.txt").read_text()


def test_links_pipes_and_folders_are_rejected_as_they_are(inbox: Inbox, tmp_path: Path) -> None:
    target = tmp_path / "elsewhere.txt"
    target.write_text("mine")
    os.mkfifo(inbox.folder / "pipe")
    (inbox.folder / "folder").mkdir()
    (inbox.folder / "folder" / "a.txt").touch()
    (inbox.folder / "link").symlink_to(target)
    for path, reason in inbox.look(NOW).refused:
        inbox.reject(path, reason)
    rejected = inbox.folder / "rejected"
    assert rejected.joinpath("pipe").is_fifo()
    assert rejected.joinpath("link").is_symlink()
    assert rejected.joinpath("folder", "a.txt").exists()
    assert target.read_text() == "mine"
    assert inbox.look(NOW) == Arrivals()


def test_a_rejection_cut_short_after_its_note_is_simply_repeated(inbox: Inbox) -> None:
    path = drop(inbox, "a.txt")
    rejected = inbox.folder / "rejected"
    rejected.mkdir()
    (rejected / "a.txt.reason.txt").write_text("half of the first att")
    (rejected / ".reason-1.tmp").write_text("half")
    assert inbox.reject(path, "the second attempt") == rejected / "a.txt"
    assert "the second attempt" in (rejected / "a.txt.reason.txt").read_text()


def test_a_dump_taken_away_meanwhile_is_no_error_and_leaves_no_note(inbox: Inbox) -> None:
    gone = inbox.folder / "a.txt"
    inbox.accept(gone)
    inbox.reject(gone, "not a dump")
    assert listed(inbox.folder / "done") == listed(inbox.folder / "rejected") == []


@pytest.mark.parametrize(
    "name",
    [
        "x" * 251 + ".txt",
        "é" * 125 + ".txt",
        "no-ending" * 28,
        "x." + "y" * 250,
        "arXiv.2403.01234.json.gz",
        "two\nlines\x1b[31m.txt",
        os.fsdecode(b"caf\xe9.txt"),
        " ",
        "-rf",
        "a.txt.",
    ],
)
def test_any_name_can_be_rejected_and_accepted_twice(inbox: Inbox, name: str) -> None:
    for reason in ("once", "twice"):
        place = inbox.reject(drop(inbox, name), reason)
        note = place.with_name(place.name + ".reason.txt").read_text("utf-8")
        assert reason in note
        assert "\x1b" not in note
        assert "\nlines" not in note
    assert len({inbox.accept(drop(inbox, name)) for _ in range(2)}) == 2
    assert sum(1 for _ in (inbox.folder / "done").iterdir()) == 2


def test_a_hostile_reason_stays_one_line_of_text(inbox: Inbox) -> None:
    inbox.reject(drop(inbox, "a.txt"), "found '\x1b]0;x\x07\nWhat next: run this\udc80'")
    note = (inbox.folder / "rejected" / "a.txt.reason.txt").read_text("utf-8")
    assert "\\x1b]0;x\\x07\\nWhat next: run this\\udc80" in note
