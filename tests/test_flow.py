"""The whole flow: the same bytes for the same store, work counted, bad input, reasons for quiet."""

from __future__ import annotations

import gzip
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flow import AT, Letter, api, broken_links, make, page, statuses, times, tree
from rights import of_any_user
from sqlalchemy import Engine, event

from digest.cli import work
from digest.cli.state import state_of
from digest.models import DumpStatus

TODAY = AT.date()
HERE = Path(__file__).resolve().parent

# Same store, same time: same bytes -----------------------------------------------------------

CHILD = """
import sys
from datetime import datetime
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from flow import AT, make
from digest.output import Output
from digest.cli import work
letter = make(Path(sys.argv[2]), AT)
letter.__dict__["output"] = Output(Path(sys.argv[3]))
print(len(work.publish(letter, everything=True)))
letter.close()
"""


def test_the_same_store_gives_the_same_bytes_anywhere(tmp_path: Path) -> None:
    letter = make(tmp_path / "letter")
    letter.run(_2026_03_11_json=api((1, 2, 3), votes=9), _2026_03_12_txt=page(TODAY, (2, 3, 4)))
    letter.close()
    trees = []
    for number, (zone, locale) in enumerate((("Asia/Tokyo", "C"), ("America/St_Johns", "C.UTF-8"))):
        folder = tmp_path / f"elsewhere-{number}"
        environment = {
            **os.environ,
            "TZ": zone,
            "LC_ALL": locale,
            "PYTHONHASHSEED": str(number + 1),
            "PYTHONPATH": str(HERE.parent),
        }
        command = [sys.executable, "-c", CHILD, str(HERE), str(letter.root), str(folder)]
        told = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
        assert int(told.stdout) > 20
        trees.append(tree(folder))
    assert trees[0] == trees[1] == tree(letter.folder)


def _nothing(letter: Letter) -> str:
    return "nothing arrived"


def _the_same_dump(letter: Letter) -> str:
    letter.drop("again.txt", page(TODAY, (1, 2)))
    return "1 file arrived, read before to the last byte"


def _another_encoding(letter: Letter) -> str:
    letter.drop("2026-03-12-b.txt", page(TODAY, (1, 2)).encode("utf-16"))
    return "all 2 papers listed had been seen before"


def _the_next_day(letter: Letter) -> str:
    letter.at += timedelta(days=1)
    return "nothing arrived"


def _a_refused_file(letter: Letter) -> str:
    letter.drop("notes.txt", "Remember the milk.")
    return "1 file arrived, and none could be read: see inbox/rejected/"


@pytest.mark.parametrize(
    "happen", [_nothing, _the_same_dump, _another_encoding, _the_next_day, _a_refused_file]
)
def test_what_brings_nothing_new_changes_no_byte_and_no_time(
    tmp_path: Path, happen: Callable[[Letter], str]
) -> None:
    letter = make(tmp_path)
    letter.run(_2026_03_12_txt=page(TODAY, (1, 2)))
    letter.close()
    letter = make(tmp_path)
    before, at = tree(letter.folder), times(letter.folder)
    quiet = happen(letter)
    report = letter.run()
    assert (report.quiet, report.published) == (quiet, ())
    assert tree(letter.folder) == before
    assert times(letter.folder) == at


# Work is counted -----------------------------------------------------------------------------


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """Note the statements that a block sends to the database."""
    sent: list[str] = []

    def note(_c: object, _k: object, statement: str, *_: object) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def _statements_of_a_dump(root: Path, known: int) -> list[str]:
    letter = make(root)
    letter.drop("2026-03-11.json", api(range(1, known + 1)))
    work.ingest(letter, None)
    letter.drop("2026-03-12.json", api((1, 2, 90001, 90002)))
    letter.store  # noqa: B018 - opened before it is counted
    with statements(Engine) as sent:
        report = work.ingest(letter, None)
    assert [(dump.new, dump.seen) for dump in report.dumps] == [(2, 2)]
    letter.close()
    return sent


def test_a_dump_takes_as_many_statements_however_many_papers_are_known(tmp_path: Path) -> None:
    few = _statements_of_a_dump(tmp_path / "few", 10)
    many = _statements_of_a_dump(tmp_path / "many", 3000)
    assert few == many
    assert len(few) > 10


def test_one_new_paper_writes_its_own_files_only(tmp_path: Path) -> None:
    letter = make(tmp_path)
    letter.run(_2026_02_11_txt=page(date(2026, 2, 11), (1, 2)), _2026_03_11_txt=page(TODAY, (3, 4)))
    before, at = tree(letter.folder), times(letter.folder)
    report = letter.run(_2026_03_12_json=api((5,)))
    after = tree(letter.folder)
    assert set(report.published) | {".digest.json"} == {
        path for path in after if after[path] != before.get(path)
    }
    untouched = {str(letter.folder / path) for path in before if before[path] == after[path]}
    now = times(letter.folder)
    assert {path for path in untouched if now[path] != at[path]} == set()
    kinds = {path.rpartition("/")[0] if "/" in path else path for path in report.published}
    (own,) = (kind for kind in kinds if kind.startswith("papers/"))
    assert "2603" in own
    assert kinds - {own} == {
        *(f"editions/{name}" for name in ("2026-03-12", "2026-W11", "2026-03")),
        *("editions", "feeds", "feeds/archive", "feeds/editions", "index.html"),
    }
    assert letter.run().published == ()


# Bad input -----------------------------------------------------------------------------------


def bad_files() -> dict[str, bytes]:
    """Make them when they are asked for: the bomb takes a second and 300 MiB."""
    return {
        "prose.txt": b"Remember the milk, and to call the plumber back.\n",
        "binary.bin": bytes(range(256)) * 64,
        "empty.txt": b"",
        "half.json": api((6, 7)).encode()[:-40],
        "error.json": b'{"error": "Internal Server Error"}',
        "deep.json": b"[" * 10_000 + b"]" * 10_000,
        "bomb.txt.gz": gzip.compress(bytes(300 * 1024 * 1024), 9),
        "cut.txt.gz": gzip.compress(page(TODAY, (6, 7)).encode())[:-20],
    }


def _drop_what_is_no_file(letter: Letter) -> set[str]:
    inbox = letter.settings.paths.inbox
    (letter.root / "secret.txt").write_text(page(TODAY, (8, 9)))
    (inbox / "link.txt").symlink_to(letter.root / "secret.txt")
    os.mkfifo(inbox / "pipe.txt")
    (inbox / "folder.txt").mkdir()
    (inbox / "sparse.txt").touch()
    os.truncate(inbox / "sparse.txt", 1 << 40)
    letter.drop("line.txt", b"x" * 100_000_000)
    names = {"link.txt", "pipe.txt", "folder.txt", "sparse.txt", "line.txt"}
    for name in names:
        letter.settle(inbox / name)
    return names


def test_bad_files_are_set_aside_and_stop_nothing(tmp_path: Path) -> None:
    letter = make(tmp_path)
    letter.drop("2026-03-11.txt", page(date(2026, 3, 11), (1, 2)))
    letter.drop("2026-03-12.json", api((2, 3)))
    dropped = bad_files()
    for name, content in dropped.items():
        letter.drop(name, content)
    bad = {*dropped, *_drop_what_is_no_file(letter)}
    (letter.drop("shut.txt", page(TODAY, (8, 9)))).chmod(0)
    bad.add("shut.txt")
    before_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with of_any_user():
        report = letter.run()
    grown_mib = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kib) / 1024
    told = statuses(report.dumps)
    assert {name for name, status in told.items() if status == "rejected"} == bad
    assert {name for name in told if name not in bad} == {"2026-03-11.txt", "2026-03-12.json"}
    assert len(letter.announced()) == 3
    assert broken_links(letter.folder) == []
    assert grown_mib < 400
    rejected = letter.settings.paths.inbox / "rejected"
    reasons = {name: (rejected / f"{name}.reason.txt").read_text() for name in bad}
    assert all("Why:" in reason and "What next:" in reason for reason in reasons.values())
    assert {path.name for path in rejected.iterdir()} == bad | {f"{n}.reason.txt" for n in bad}
    assert {path.name for path in (letter.settings.paths.inbox).iterdir()} == {"done", "rejected"}
    state = state_of(letter)
    assert {dump.name: dump.reason for dump in state.rejected} == {
        Path(dump.file).name: dump.reason
        for dump in report.dumps
        if dump.status is DumpStatus.REJECTED
    }
    assert all(dump.hint or dump.reason for dump in report.dumps if dump.file in bad)


@pytest.mark.parametrize(
    "content",
    [
        str([str(item) for item in json.loads(api((1, 2)))]).encode(),
        page(TODAY, (1, 2)).encode("utf-16"),
        page(TODAY, (1, 2)).replace("We present", "We pr\xe9sent").encode("latin-1"),
        page(TODAY, (1, 2)).replace("We present", "We pre\0sent\x07").encode(),
    ],
    ids=["Python-repr", "UTF-16", "Latin-1", "NULs"],
)
def test_odd_files_are_read(tmp_path: Path, content: bytes) -> None:
    letter = make(tmp_path)
    letter.drop("odd", content)
    report = letter.run()
    assert [(str(dump.status), dump.new) for dump in report.dumps] == [("read", 2)]
    pages = {name: held for name, held in tree(letter.folder).items() if not name.endswith(".png")}
    assert [name for name, held in pages.items() if b"\0" in held] == []


# Why it is quiet -----------------------------------------------------------------------------


def test_quiet_on_a_weekend(tmp_path: Path) -> None:
    letter = make(tmp_path, datetime(2026, 3, 14, 9, tzinfo=UTC))
    assert letter.run().quiet == "nothing arrived (it is a weekend: listings rest)"


def test_quiet_while_a_file_is_being_written(tmp_path: Path) -> None:
    letter = make(tmp_path)
    path = letter.drop("a.txt", page(TODAY, (1, 2))[:60])
    with path.open("ab") as writer:
        writer.write(b"more")
        writer.flush()
        letter.settle(path)
        report = letter.run()
    assert report.quiet == "1 file in the inbox still being written"
    assert (report.waiting, report.dumps) == (("a.txt",), ())


def test_quiet_where_nothing_in_it_is_readable(tmp_path: Path) -> None:
    letter = make(tmp_path)
    report = letter.run(_empty_json=b"[]", _page_txt=page(TODAY, ()))
    assert report.quiet == "what arrived was recognised, but nothing in it was readable"
    assert {str(dump.status) for dump in report.dumps} == {"empty"}


def test_quiet_where_all_is_seen_and_some_is_refused(tmp_path: Path) -> None:
    letter = make(tmp_path)
    letter.run(_2026_03_12_txt=page(TODAY, (1, 2)))
    report = letter.run(_b_json=api((1, 2)), _notes_txt="Remember the milk.")
    assert report.quiet == "all 2 papers listed had been seen before; 1 file could not be read"
