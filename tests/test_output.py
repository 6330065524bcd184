"""The output folder: a publish seen whole or not at all, nothing of others lost, nothing outside.

A child process is killed, or its call refused, at each opening, linking, renaming and exchanging in
turn: Python's own audit events tell of each of them, nothing is patched. Where two folders cannot
be exchanged, the real causes are made: a folder that may not be written, a mount, a repository.
"""

from __future__ import annotations

import errno
import os
import resource
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import pytest

from digest.errors import OutputError
from digest.models import Rendered
from digest.output import Difference, Manifest, Output
from digest.output.system import exchange

ENDED = 9
"""Exit code of a child that made fewer calls than were waited for."""

NOBODY = 65534
FILE_CALLS = ("rename", "mkdir", "remove", "rmdir", "link", "chmod", "utime")
CALLS = {"open", "digest.exchange", "digest.flush", *(f"os.{name}" for name in FILE_CALLS)}
MANIFEST = Manifest(store_id="s", change=3, fingerprint="f")


def refused(one: Path, other: Path) -> None:
    """Exchange nothing, as a mount point does."""
    raise OSError(errno.EBUSY, os.strerror(errno.EBUSY), str(one), None, str(other))


WAYS = pytest.mark.parametrize("way", [exchange, refused], ids=["exchanged", "one by one"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An output that is not there yet, and whose neighbours are its own."""
    return tmp_path / "out"


def page(path: str, text: str = "x") -> Rendered:
    return Rendered(path=path, content=text.encode())


def site(generation: str, papers: int = 3) -> list[Rendered]:
    """A little site; each page names those it points to, one a line."""
    slugs = [f"papers/{generation}{n}/index.html" for n in range(papers)]
    edition = page(f"editions/{generation}/index.html", "\n".join(slugs))
    leaves = [page(slug, "") for slug in slugs]
    return [
        page("index.html", edition.path),
        page("editions/index.html", edition.path),
        edition,
        *leaves,
    ]


def publish(output: Output, files: list[Rendered], *gone: str) -> Difference:
    with output.publishing() as publication:
        publication.stage.add(files)
        publication.stage.remove(gone)
        return publication.finish(MANIFEST)


def files(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in folder.rglob("*")
        if path.is_file()
    }


def in_child(work: Callable[[], object], *, at: int, then: Callable[[], object]) -> int:
    """Run `work` in a child that does `then` at its `at`-th call; return its wait status."""
    child = os.fork()
    if child == 0:
        calls = 0

        def count(event: str, _: object) -> None:
            nonlocal calls
            if event in CALLS:
                calls += 1
                if calls == at:
                    then()

        sys.addaudithook(count)
        try:
            work()
        except OutputError:
            os._exit(1)
        except BaseException:
            os._exit(2)
        os._exit(ENDED if calls < at else 0)
    return os.waitpid(child, 0)[1]


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def refuse(number: int = errno.EIO) -> None:
    raise OSError(number, os.strerror(number))


def not_here() -> None:
    """Refuse a call as a file system does that has no such call, or a mount in the way."""
    refuse(errno.EXDEV)


def test_files_are_written_and_only_changes_are_told(tmp_path: Path) -> None:
    output = Output(tmp_path / "out")
    assert output.write([page("a/b/c.html"), page("index.html")]) == ["a/b/c.html", "index.html"]
    assert output.write([page("a/b/c.html", "y"), page("index.html")]) == ["a/b/c.html"]
    assert files(output.folder) == {"a/b/c.html": "y", "index.html": "x"}


def test_unchanged_bytes_are_not_touched(folder: Path) -> None:
    output = Output(folder)
    output.write([page("a.html")])
    before = (folder / "a.html").stat()
    assert output.write([page("a.html")]) == []
    after = (folder / "a.html").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_a_web_server_may_read_what_is_written(tmp_path: Path) -> None:
    umask = os.umask(0o022)
    try:
        Output(tmp_path / "out").write([page("d/a.html")])
    finally:
        os.umask(umask)
    assert stat.S_IMODE((tmp_path / "out/d/a.html").stat().st_mode) == 0o644
    assert stat.S_IMODE((tmp_path / "out/d").stat().st_mode) == 0o755


def test_a_path_given_twice_ends_as_the_last(folder: Path) -> None:
    output = Output(folder)
    output.write([page("a.html", "old")])
    output.write([page("a.html", "new"), page("a.html", "old")])
    assert files(folder) == {"a.html": "old"}


def test_more_files_than_a_batch(folder: Path) -> None:
    paths = [f"p/{n}.html" for n in range(600)]
    assert Output(folder).write(page(path) for path in paths) == paths
    assert len(files(folder)) == 600


@pytest.mark.parametrize(
    "path",
    ["../a", "/etc/a", "a/../b", "a//b", "./a", "", "a/", "a\\b", "a\0b", "a\nb", "a/\udc80"],
)
def test_a_path_that_leads_elsewhere_is_refused(tmp_path: Path, path: str) -> None:
    folder = tmp_path / "out"
    with pytest.raises(OutputError, match="no path"):
        Output(folder).write([page(path)])
    assert files(tmp_path) == {}


def test_a_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out/papers").symlink_to(tmp_path / "elsewhere")
    for files_, gone in (([page("papers/x/index.html")], []), ([], ["papers/x"])):
        with pytest.raises(OutputError, match="leads out") as caught:
            Output(tmp_path / "out").write(files_, gone)
        assert caught.value.at.endswith("out/papers")
    assert files(tmp_path / "elsewhere") == {}


def test_a_neighbour_of_the_same_beginning_is_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "out-2").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out/a").symlink_to(tmp_path / "out-2")
    with pytest.raises(OutputError, match="leads out"):
        Output(tmp_path / "out").write([page("a/x.html")])


def test_the_folder_itself_may_be_a_link_and_so_may_one_inside(tmp_path: Path) -> None:
    (tmp_path / "www").mkdir()
    (tmp_path / "out").symlink_to(tmp_path / "www")
    output = Output(tmp_path / "out")
    output.write([page("real/a.html")])
    (tmp_path / "www/also").symlink_to("real")
    output.write([page("also/b.html")])
    assert set(files(tmp_path / "www")) >= {"real/a.html", "real/b.html"}


def test_a_link_in_the_place_of_a_page_is_replaced_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("x", encoding="utf-8")
    output = Output(tmp_path / "out")
    output.folder.mkdir()
    (output.folder / "a.html").symlink_to(tmp_path / "secret")
    assert output.write([page("a.html", "x")]) == ["a.html"]
    assert not (output.folder / "a.html").is_symlink()
    assert (tmp_path / "secret").read_text(encoding="utf-8") == "x"


def test_a_pipe_in_the_place_of_a_page_is_replaced_not_read(folder: Path) -> None:
    folder.mkdir()
    os.mkfifo(folder / "a.html")
    Output(folder).write([page("a.html", "")])
    assert (folder / "a.html").is_file()


def test_the_manifest_is_read_back(tmp_path: Path) -> None:
    output = Output(tmp_path / "out")
    assert output.manifest() is None
    assert not Output(tmp_path / "out").exists
    publish(output, [])
    assert output.manifest() == MANIFEST
    assert Output(tmp_path / "out").exists
    assert set(files(output.folder)) == {".digest.json"}


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b"{}",
        b'{"store_id": "s", "change": "3", "fingerprint": "f"}',
        b'{"store_id": "s", "change": true, "fingerprint": "f"}',
        b'{"store_id": 1, "change": 3, "fingerprint": "f"}',
        b'{"store_id": "s", "change": 3, "fingerprint": null}',
        b'{"store_id": "s", "change": 3, "fingerprint": "f", "more": 1}',
    ],
)
def test_a_damaged_manifest_is_none_but_output_is_there(folder: Path, content: bytes) -> None:
    folder.mkdir()
    (folder / ".digest.json").write_bytes(content)
    assert Output(folder).manifest() is None
    assert Output(folder).exists


def test_a_manifest_that_leads_nowhere_still_counts_as_output(folder: Path) -> None:
    folder.mkdir()
    (folder / ".digest.json").symlink_to("nowhere")
    assert Output(folder).manifest() is None
    assert Output(folder).exists


def test_a_first_publish_that_never_finished_counts_as_output(folder: Path) -> None:
    Output(folder).write([page("editions/2026-03-11/index.html")])
    assert Output(folder).exists


def test_a_users_own_file_is_no_output(folder: Path) -> None:
    folder.mkdir()
    (folder / "CNAME").write_text("papers.example", encoding="utf-8")
    assert not Output(folder).exists


def test_a_full_disk_is_reported_with_the_file_and_leaves_the_old_one(folder: Path) -> None:
    output = Output(folder)
    output.write([page("d/a.html", "old")])
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(OutputError, match="too large") as caught:
            output.write([page("d/a.html", "x" * 2000)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert caught.value.at == str(folder / "d/a.html")
    assert caught.value.hint
    assert files(folder) == {"d/a.html": "old"}
    assert output.write([page("d/a.html", "x" * 2000)]) == ["d/a.html"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT])
def test_the_hint_fits_what_the_system_said(folder: Path, number: int) -> None:
    def failing(_: str) -> Rendered:
        raise OSError(number, os.strerror(number), str(folder / "a.html"))

    with pytest.raises(OutputError) as caught:
        Output(folder).write(map(failing, ["a.html"]))
    assert os.strerror(number) in caught.value.what
    assert "run again: each file" not in caught.value.hint


def test_a_folder_where_a_page_goes_is_reported(folder: Path) -> None:
    folder.mkdir()
    (folder / "a.html").mkdir()
    with pytest.raises(OutputError) as caught:
        Output(folder).write([page("a.html")])
    assert caught.value.at == str(folder / "a.html")
    assert "move it away" in caught.value.hint


def test_a_page_where_a_folder_goes_is_reported(folder: Path) -> None:
    folder.mkdir()
    (folder / "a").write_text("", encoding="utf-8")
    with pytest.raises(OutputError) as caught:
        Output(folder).write([page("a/b/c.html")])
    assert caught.value.at == str(folder / "a")
    assert "move it away" in caught.value.hint


def test_a_folder_that_cannot_be_made_is_reported() -> None:
    with pytest.raises(OutputError) as caught:
        Output(Path("/proc/digest")).write([page("a.html")])
    assert caught.value.at == "/proc/digest"


def reached(folder: Path) -> set[str]:
    """The pages that lead from the first one to the last; each link leads to a file."""
    found, waiting = set[str](), ["index.html"]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += (folder / path).read_text(encoding="utf-8").split()
    return found


def shown(folder: Path) -> dict[str, str]:
    return {path: text for path, text in files(folder).items() if "/" in path or path[0] != "."}


def test_a_publish_is_seen_whole_or_not_at_all_whenever_it_is_killed(room: Path) -> None:
    old, new = site("a"), site("b")
    wanted = {file.path: file.content.decode() for file in new}
    was = {file.path: file.content.decode() for file in old}
    is_seen = set()
    for at in range(1, 400):
        output = Output(room / str(at) / "out")
        publish(output, old)
        publish(output, [page("index.html", "editions/a/index.html "), *old[1:]])
        publish(output, old)
        gone = [file.path for file in old if file.path not in wanted]
        work = partial(publish, output, new, *gone)
        code = os.waitstatus_to_exitcode(in_child(work, at=at, then=die))
        assert code in (-signal.SIGKILL, ENDED)
        assert shown(output.folder) in (was, wanted), at
        is_seen.add(shown(output.folder) == wanted)
        publish(output, new, *gone)
        assert shown(output.folder) == wanted, at
        assert output.manifest() == MANIFEST
        publish(output, old, *(file.path for file in new if file.path not in was))
        assert shown(output.folder) == was, at
        if code == ENDED:
            break
    assert is_seen == {True, False}
    assert 40 < at < 399


def test_one_by_one_no_page_leads_to_nothing_whenever_it_is_killed(room: Path) -> None:
    old, new = site("a"), site("b")
    whole = {(file.path, file.content.decode()) for file in old + new}
    wanted = {file.path: file.content.decode() for file in new}
    sure = 0
    for at in range(1, 400):
        output = Output(room / str(at) / "out", refused)
        publish(output, old)
        gone = [file.path for file in old if file not in new and file.path[-7:] != "ex.html"]
        work = partial(publish, output, new, *gone)
        code = os.waitstatus_to_exitcode(in_child(work, at=at, then=die))
        assert code in (-signal.SIGKILL, ENDED)
        reached(output.folder)
        told = shown(output.folder)
        assert {(path, text) for path, text in told.items() if ".digest" not in path} <= whole
        manifest = output.manifest()
        if manifest == MANIFEST:
            sure += 1
            is_old = told.items() <= {file.path: file.content.decode() for file in old}.items()
            assert is_old or told.items() >= wanted.items(), at
        else:
            assert manifest == MANIFEST.unsure()
        publish(output, new, *gone)
        assert output.manifest() == MANIFEST
        assert shown(output.folder).items() >= wanted.items()
        if code == ENDED:
            break
    assert 10 < sure < at - 10
    assert 40 < at < 399


@WAYS
def test_refused_at_any_call_it_is_reported_and_the_next_run_mends_it(
    room: Path, way: Callable[[Path, Path], None]
) -> None:
    old, new = site("a"), site("b")
    for at in range(1, 400):
        output = Output(room / str(at) / "out", way)
        publish(output, old)
        was = shown(output.folder)
        code = os.waitstatus_to_exitcode(
            in_child(partial(publish, output, new), at=at, then=refuse)
        )
        assert code in (0, 1, ENDED), at
        reached(output.folder)
        now = shown(output.folder)
        if way is exchange:
            assert now == was or now.keys() == {f.path for f in old + new}, at
        assert not any("stage" in path or path.endswith(".tmp") for path in now), at
        publish(output, new)
        assert shown(output.folder).keys() == {file.path for file in old + new}
        if code == ENDED:
            break
    assert 30 < at < 399


def test_what_cannot_be_done_here_is_done_in_another_way_whichever_call_it_is(room: Path) -> None:
    old, new = site("a"), site("b")
    wanted = {file.path: file.content.decode() for file in new}
    gone = [file.path for file in old if file.path not in wanted]
    done = 0
    for at in range(1, 400):
        output = Output(room / str(at) / "out")
        publish(output, old)
        publish(output, [page("index.html", "editions/a/index.html "), *old[1:]])
        was = shown(output.folder)
        work = partial(publish, output, new, *gone)
        code = os.waitstatus_to_exitcode(in_child(work, at=at, then=not_here))
        assert code in (0, 1, ENDED), at
        assert shown(output.folder) == (was if code == 1 else wanted), at
        done += code == 0
        publish(output, new, *gone)
        for turn in range(3):
            publish(output, [page("papers/b0/index.html", f"{turn}")])
            assert shown(output.folder) == wanted | {"papers/b0/index.html": f"{turn}"}, at
        assert not list(output.folder.rglob("*.tmp"))
        if code == ENDED:
            break
    assert done > 20
    assert 40 < at < 399


@pytest.mark.parametrize("then", [die, refuse, not_here])
def test_what_fails_while_much_is_repeated_is_made_good_by_the_next(
    room: Path, then: Callable[[], None]
) -> None:
    old, new = [[page(f"{n % 3}/{n}", text) for n in range(1100)] for text in "ab"]
    ends = []
    for at in range(3_400, 8_000, 1_100):
        output = Output(room / str(at) / "out")
        output.write([*old, page("gone/x")])
        ends.append(in_child(partial(output.write, new, ["gone/x"]), at=at, then=then))
        assert set(files(output.folder).values()) == {"b"}, at
        for turn in range(3):
            output.write([page("index.html", str(turn))])
            told = files(output.folder)
            assert told.pop("index.html") == str(turn)
            assert set(told.values()) == {"b"}, at
            assert told.keys() == {file.path for file in new}
        if ends[-1] == ENDED << 8:
            break
    assert len(ends) > 3
    assert len(set(ends)) == 2


@WAYS
def test_what_others_do_in_the_folder_stays_done(
    folder: Path, way: Callable[[Path, Path], None]
) -> None:
    output = Output(folder, way)
    output.write(site("a"))
    output.write([page("index.html", "papers/a0/index.html")])
    (folder / "CNAME").write_text("papers.example.org", encoding="utf-8")
    (folder / "papers/a1/mine.txt").write_text("mine", encoding="utf-8")
    (folder / "own/deep").mkdir(parents=True)
    (folder / "own/deep/file").write_text("deep", encoding="utf-8")
    (folder / "link").symlink_to("papers")
    (folder / "papers/a2/index.html").unlink()
    (tmp := folder / "editions/new").write_text("edited", encoding="utf-8")
    tmp.replace(folder / "editions/index.html")
    wanted = shown(folder)
    for turn in range(3):
        output.write([page("index.html", f"papers/a{turn % 2}/index.html")])
        told = shown(folder)
        assert told.pop("index.html") == f"papers/a{turn % 2}/index.html"
        assert told == {path: text for path, text in wanted.items() if path != "index.html"}
        assert (folder / "link").readlink() == Path("papers")
    moved = folder.with_name("elsewhere")
    (moved / "x/y").mkdir(parents=True)
    (moved / "x/y/old").write_text("of long ago", encoding="utf-8")
    moved.rename(folder / "brought")
    (folder / "CNAME").unlink()
    for turn in range(3):
        output.write([page("index.html", str(turn))])
        assert files(folder)["brought/x/y/old"] == "of long ago"
        assert not (folder / "CNAME").exists()


def test_without_its_twin_or_with_another_one_all_is_as_it_was(folder: Path) -> None:
    output = Output(folder)
    output.write(site("a"))
    twin = folder.with_name(".out.next")
    shutil.rmtree(twin)
    output.write([page("index.html", "1")])
    copied = folder.with_name("copied")
    shutil.copytree(folder, copied)
    (copied / "kept").write_text("kept", encoding="utf-8")
    (copied / "papers/a0/index.html").unlink()
    shutil.rmtree(folder)
    copied.rename(folder)
    wanted = shown(folder)
    for turn in range(3):
        output.write([page("index.html", f"{turn}")])
        assert shown(folder) == wanted | {"index.html": f"{turn}"}
    shutil.rmtree(folder)
    output.write([page("index.html")])
    assert shown(folder) == {"index.html": "x"}


def test_a_reader_who_opened_the_folder_goes_on_reading_what_it_was(folder: Path) -> None:
    output = Output(folder)
    output.write([page("index.html", "1"), page("papers/a.html", "1")])
    reader = os.open(folder, os.O_RDONLY)
    output.write([page("index.html", "2"), page("papers/a.html", "2"), page("b.html", "2")])
    for path in ("index.html", "papers/a.html"):
        with os.fdopen(os.open(path, os.O_RDONLY, dir_fd=reader)) as held:
            assert held.read() == "1"
    os.close(reader)
    assert set(shown(folder).values()) == {"2"}


def test_the_folders_keep_their_rights(folder: Path) -> None:
    output = Output(folder)
    output.write(site("a"))
    folder.chmod(0o2750)
    (folder / "papers").chmod(0o711)
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
    for turn in range(3):
        output.write([page("index.html", str(turn)), page(f"papers/{turn}.html")])
        told = folder.stat()
        assert stat.S_IMODE(told.st_mode) == 0o2750
        assert stat.S_IMODE((folder / "papers").stat().st_mode) == 0o711
        if os.geteuid() == 0:
            assert (told.st_uid, told.st_gid) == (NOBODY, NOBODY)
            assert (folder / "index.html").stat().st_gid == NOBODY


def in_a_folder_that_may_not_be_written(folder: Path) -> None:
    """Publish as somebody who may write the output, and nothing beside it."""
    if os.geteuid() == 0:
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    assert not os.access(folder.parent, os.W_OK)
    assert Output(folder).obstacle == f"this user may not write in {folder.parent}"
    Output(folder).write([page("index.html", "2"), page("b/new.html", "2")])


def test_where_its_parent_may_not_be_written_files_are_put_one_by_one(folder: Path) -> None:
    folder.mkdir()
    (folder / "index.html").write_text("1", encoding="utf-8")
    for above in (folder, *folder.parents):
        if above.stat().st_uid == os.geteuid() and above != Path("/"):
            above.chmod(0o755)
    if os.geteuid() == 0:
        os.chown(folder, NOBODY, NOBODY)
    folder.parent.chmod(0o555)
    before = folder.stat().st_ino
    try:
        code = in_child(lambda: in_a_folder_that_may_not_be_written(folder), at=0, then=die)
    finally:
        folder.parent.chmod(0o755)
    assert os.waitstatus_to_exitcode(code) == 0
    assert files(folder) == {"index.html": "2", "b/new.html": "2"}
    assert folder.stat().st_ino == before
    assert [path.name for path in folder.parent.iterdir()] == ["out"]


@contextmanager
def mounted(*words: str) -> Iterator[None]:
    done = subprocess.run(["mount", *words], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("nothing may be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", words[-1]], check=True)


@pytest.mark.parametrize("kind", ["device", "bind"])
def test_where_the_folder_is_a_mount_files_are_put_one_by_one(tmp_path: Path, kind: str) -> None:
    folder, elsewhere = tmp_path / "out here", tmp_path / "elsewhere"
    folder.mkdir()
    elsewhere.mkdir()
    words = ["-t", "tmpfs", "none"] if kind == "device" else ["--bind", str(elsewhere)]
    with mounted(*words, str(folder)):
        output = Output(folder)
        assert output.obstacle == "it is a mount point"
        for turn in range(3):
            written = output.write([page("index.html", str(turn)), page(f"new/{turn}.html")])
            assert written == [f"new/{turn}.html", "index.html"] or turn == 0
            assert len(files(folder)) == turn + 2
            assert files(folder)["index.html"] == str(turn)


def test_a_repository_stays_where_it_is(folder: Path) -> None:
    output = Output(folder)
    output.write([page("index.html")])
    output.write([page("index.html", "y")])
    assert output.obstacle == ""
    (folder / ".git").mkdir()
    assert output.obstacle == "it is a repository"
    before = folder.stat().st_ino
    for turn in range(3):
        output.write([page("index.html", str(turn))])
        assert folder.stat().st_ino == before
    (folder / ".git").rmdir()
    (folder / "CNAME").write_text("here", encoding="utf-8")
    output.write([page("index.html", "end")])
    assert folder.stat().st_ino != before
    assert files(folder) == {"index.html": "end", "CNAME": "here"}


@WAYS
def test_those_who_publish_at_once_do_so_one_after_the_other(
    folder: Path, way: Callable[[Path, Path], None]
) -> None:
    def work(name: str) -> None:
        for turn in range(15):
            mark = f"{name}{turn}"
            publish(Output(folder, way), [page(f"p/{n}.html", mark) for n in range(9)])

    children = []
    for name in "abc":
        child = os.fork()
        if child == 0:
            with suppress(BaseException):
                work(name)
                os._exit(0)
            os._exit(1)
        children.append(child)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0]
    assert len(set(shown(folder).values())) == 1
    assert len(shown(folder)) == 9


def test_it_tells_what_is_new_changed_and_removed(folder: Path) -> None:
    output = Output(folder)
    output.write([page("old/a.html"), page("index.html"), page("same.html")])
    told = publish(
        output,
        [page("index.html", "y"), page("b.html"), page("same.html")],
        "old/a.html",
        "old/none.html",
        "same.html/below",
    )
    assert told == Difference(new=("b.html",), changed=("index.html",), removed=("old/a.html",))
    assert not (folder / "old").exists()
    stage = output.rehearsal()
    stage.add([page("index.html", "z"), page("c.html")])
    stage.remove(["b.html"])
    assert stage.difference == Difference(
        new=("c.html",), changed=("index.html",), removed=("b.html",)
    )
    assert set(files(folder)) == {"index.html", "b.html", "same.html", ".digest.json"}


def test_nothing_is_left_of_a_publish_that_was_given_up(folder: Path) -> None:
    output = Output(folder)
    output.write([page("index.html")])

    def failing() -> Iterator[Rendered]:
        yield page("index.html", "half")
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        output.write(failing())
    assert files(folder) == {"index.html": "x"}
    assert not list(folder.with_name(".out.next").glob("stage*"))
