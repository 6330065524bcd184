"""Mailboxes of every kind: mbox, Maildir, a folder of files, a pipe; held, hostile, or gone."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from digest.errors import MailboxBusy, MailboxError, UsageError
from digest.mailbox import Mail, mail_in, mails_in, put_away

MBOX = b"""From MAILER-DAEMON Thu Mar 12 07:00:00 2026
Subject: one

>From the sea
>>From below
From here on it is told

From MAILER-DAEMON Thu Mar 12 07:00:01 2026
Subject: two

Text.
"""


def contents(path: Path, most: int = 10_000, *, seen_too: bool = False) -> list[bytes]:
    mails = mails_in(path, most, seen_too=seen_too, patience_seconds=0.1)
    return [mail.content for mail in mails]


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    """A Maildir with two new mails, one in `cur` that nobody opened, and one that was."""
    path = tmp_path / "Maildir"
    for name in ("cur", "new", "tmp"):
        (path / name).mkdir(parents=True)
    for name in ("new/1.a.mx", "new/2.b.mx", "cur/0.c.mx:2,F", "cur/0.d.mx:2,RS", "tmp/3.e.mx"):
        (path / name).write_bytes(name.encode())
    return path


def test_an_mbox_is_parted_and_its_quoted_lines_restored(tmp_path: Path) -> None:
    path = tmp_path / "mbox"
    path.write_bytes(MBOX)
    one, two = mails_in(path, 10_000)
    assert (one.name, two.name) == ("mbox#1", "mbox#2")
    expected = b"Subject: one\n\nFrom the sea\n>From below\nFrom here on it is told\n\n"
    assert one.content == expected
    assert two.content == b"Subject: two\n\nText.\n"
    assert path.read_bytes() == MBOX
    assert (one.file, two.file) == (None, None)


def test_of_each_mail_only_the_start_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "mbox"
    long = b"From x\n" + b"a" * 300_000 + b"\n" + b"From in a line\n" * 9 + b"\nFrom y\nlast\n"
    path.write_bytes(long)
    assert [len(each) for each in contents(path, 100)] == [100, 5]
    assert contents(path, 100)[1] == b"last\n"


@pytest.mark.parametrize("ending", [b"\n", b"\r\n", b""])
def test_how_an_mbox_ends_does_not_matter(tmp_path: Path, ending: bytes) -> None:
    path = tmp_path / "mbox"
    path.write_bytes(b"From x\nA: b\n\ntext" + ending)
    assert contents(path) == [b"A: b\n\ntext" + ending]


def test_a_mail_of_its_own_is_one(tmp_path: Path) -> None:
    path = tmp_path / "one.txt"
    path.write_bytes(b"Subject: one\n\nFrom here\n")
    assert list(mails_in(path, 10)) == [Mail(name="one.txt", content=b"Subject: o")]
    path.write_bytes(b"")
    assert contents(path) == [b""]


def hold(path: Path) -> subprocess.Popen[str]:
    """Lock a file in another process, as a mail server does."""
    code = f"import fcntl; f = open({str(path)!r}, 'r+b'); fcntl.lockf(f, fcntl.LOCK_EX)"
    command = [sys.executable, "-c", f"{code}; print('held', flush=True); input()"]
    holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_an_mbox_that_is_held_is_read_later(tmp_path: Path) -> None:
    path = tmp_path / "mbox"
    path.write_bytes(MBOX)
    with hold(path) as holder:
        with pytest.raises(MailboxBusy) as caught:
            contents(path)
        holder.communicate("\n")
    assert caught.value.exit_code == 75
    assert len(contents(path)) == 2


def test_an_mbox_with_a_lock_file_is_read_later(tmp_path: Path) -> None:
    path, lock = tmp_path / "mbox", tmp_path / "mbox.lock"
    path.write_bytes(MBOX)
    lock.touch()
    with pytest.raises(MailboxBusy):
        contents(path)
    lock.unlink()
    assert len(contents(path)) == 2


def test_an_mbox_is_let_go_before_its_mails_are_dealt_with(tmp_path: Path) -> None:
    path = tmp_path / "mbox"
    path.write_bytes(MBOX)
    mails = mails_in(path, 1000)
    assert next(mails).content
    with hold(path) as holder:
        holder.communicate("\n")
    assert next(mails).content


def test_of_a_maildir_what_nobody_saw_is_read_and_then_seen(maildir: Path) -> None:
    mails = list(mails_in(maildir, 100))
    assert [mail.content for mail in mails] == [b"new/1.a.mx", b"new/2.b.mx", b"cur/0.c.mx:2,F"]
    put_away(mails)
    assert contents(maildir) == []
    names = sorted(file.name for file in (maildir / "cur").iterdir())
    assert names == ["0.c.mx:2,FS", "0.d.mx:2,RS", "1.a.mx:2,S", "2.b.mx:2,S"]
    assert list((maildir / "new").iterdir()) == []
    assert len(contents(maildir, seen_too=True)) == 4


def test_a_mail_that_another_program_took_is_left_to_it(maildir: Path) -> None:
    mails = list(mails_in(maildir, 100))
    (maildir / "new/1.a.mx").rename(maildir / "cur/1.a.mx:2,")
    put_away(mails)
    assert contents(maildir) == [b"new/1.a.mx"]


def test_a_maildir_that_may_not_be_changed_is_told(maildir: Path) -> None:
    mails = list(mails_in(maildir, 100))
    (maildir / "cur").rename(maildir / "was")
    (maildir / "cur").write_text("no folder")
    with pytest.raises(MailboxError, match="cannot be marked as seen") as caught:
        put_away(mails)
    assert "right" in caught.value.hint


def test_of_a_folder_files_of_mail_are_read_and_nothing_moves(tmp_path: Path) -> None:
    for name in ("b.eml", "a.eml", ".c.eml", "d.txt", "new.eml.part"):
        (tmp_path / name).write_bytes(name.encode())
    mails = list(mails_in(tmp_path, 100))
    assert [mail.content for mail in mails] == [b"a.eml", b"b.eml"]
    put_away(mails)
    assert contents(tmp_path) == [b"a.eml", b"b.eml"]


def test_what_is_no_file_in_a_folder_stops_no_other(tmp_path: Path) -> None:
    (tmp_path / "e.eml").write_bytes(b"mail")
    (tmp_path / "a.eml").mkdir()
    (tmp_path / "b.eml").symlink_to(tmp_path / "e.eml")
    os.mkfifo(tmp_path / "c.eml")
    told = [(mail.name, mail.content, bool(mail.fault)) for mail in mails_in(tmp_path, 100)]
    assert told == [
        ("a.eml", b"", True),
        ("b.eml", b"", True),
        ("c.eml", b"", True),
        ("e.eml", b"mail", False),
    ]


def test_what_is_not_there_or_no_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file") as caught:
        contents(tmp_path / "gone")
    assert "Maildir" in caught.value.hint
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="neither a file nor a folder"):
        contents(tmp_path / "pipe")


def test_a_pipe_is_read_to_its_end_and_kept_in_part() -> None:
    pipe = io.BytesIO(b"a" * 1_000_000)
    assert mail_in(pipe, 10) == Mail(name="-", content=b"a" * 10)
    assert pipe.read() == b""
