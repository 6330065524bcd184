"""The output folder: whole files at every instant, in order, and nothing outside of it.

A child process is killed, or its call refused, at each opening, renaming and making of a folder in
turn: Python's own audit events tell of each of them, nothing is patched.
"""

from __future__ import annotations

import errno
import os
import re
import resource
import signal
import stat
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from digest.errors import OutputError
from digest.models import Rendered
from digest.output import Manifest, Output

ENDED = 9
"""Exit code of a child that made fewer calls than were waited for."""

MANIFEST = Manifest(store_id="s", change=3, fingerprint="f")


def page(path: str, text: str = "x") -> Rendered:
    return Rendered(path=path, content=text.encode())


def site(generation: str, papers: int = 3) -> list[Rendered]:
    """A little site, leaves first; each page names those it points to, one a line."""
    slugs = [f"papers/{generation}{n}/index.html" for n in range(papers)]
    edition = page(f"editions/{generation}/index.html", "\n".join(slugs))
    leaves = [page(slug, "") for slug in slugs]
    return [
        *leaves,
        edition,
        page("editions/index.html", edition.path),
        page("index.html", edition.path),
    ]


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
            if event in ("open", "os.rename", "os.mkdir", "os.remove", "os.rmdir"):
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


def refuse() -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


def test_files_are_written_and_only_changes_are_told(tmp_path: Path) -> None:
    output = Output(tmp_path / "out")
    assert output.write([page("a/b/c.html"), page("index.html")]) == ["a/b/c.html", "index.html"]
    assert output.write([page("a/b/c.html", "y"), page("index.html")]) == ["a/b/c.html"]
    assert files(output.folder) == {"a/b/c.html": "y", "index.html": "x"}


def test_unchanged_bytes_are_not_touched(tmp_path: Path) -> None:
    output = Output(tmp_path)
    output.write([page("a.html")])
    before = (tmp_path / "a.html").stat()
    assert output.write([page("a.html")]) == []
    after = (tmp_path / "a.html").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


def test_a_web_server_may_read_what_is_written(tmp_path: Path) -> None:
    umask = os.umask(0o022)
    try:
        Output(tmp_path / "out").write([page("d/a.html")])
    finally:
        os.umask(umask)
    assert stat.S_IMODE((tmp_path / "out/d/a.html").stat().st_mode) == 0o644
    assert stat.S_IMODE((tmp_path / "out/d").stat().st_mode) == 0o755


def test_a_path_given_twice_ends_as_the_last(tmp_path: Path) -> None:
    output = Output(tmp_path)
    output.write([page("a.html", "old")])
    output.write([page("a.html", "new"), page("a.html", "old")])
    assert files(tmp_path) == {"a.html": "old"}


def test_create_leaves_what_is_there(tmp_path: Path) -> None:
    output = Output(tmp_path)
    output.write([page("a.html", "real")])
    assert output.create([page("a.html", "stub"), page("b.html", "stub")]) == ["b.html"]
    assert files(tmp_path) == {"a.html": "real", "b.html": "stub"}


def test_more_files_than_a_batch(tmp_path: Path) -> None:
    paths = [f"p/{n}.html" for n in range(600)]
    assert Output(tmp_path).write(page(path) for path in paths) == paths
    assert len(files(tmp_path)) == 600


def test_files_become_visible_in_the_order_given(tmp_path: Path) -> None:
    renamed: list[str] = []

    def note(event: str, args: tuple[object, ...]) -> None:
        if event == "os.rename" and str(tmp_path) in str(args[1]):
            renamed.append(Path(str(args[1])).relative_to(tmp_path).as_posix())

    sys.addaudithook(note)
    wanted = site("a", papers=20)
    Output(tmp_path).write(wanted)
    assert renamed == [file.path for file in wanted]


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
    for act in (Output(tmp_path / "out").write, Output(tmp_path / "out").create):
        with pytest.raises(OutputError, match="leads out") as caught:
            act([page("papers/x/index.html")])
        assert caught.value.at.endswith("papers/x")
    with pytest.raises(OutputError, match="leads out"):
        Output(tmp_path / "out").remove(["papers/x"])
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


def test_a_pipe_in_the_place_of_a_page_is_replaced_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.html")
    Output(tmp_path).write([page("a.html", "")])
    assert (tmp_path / "a.html").is_file()


def test_removing_takes_the_empty_folders_along(tmp_path: Path) -> None:
    output = Output(tmp_path)
    output.write([page("papers/a/index.html"), page("papers/b/index.html")])
    assert output.remove(["papers/a/index.html", "papers/c/index.html"]) == ["papers/a/index.html"]
    assert [path.name for path in (tmp_path / "papers").iterdir()] == ["b"]
    output.remove(["papers/b/index.html"])
    assert list(tmp_path.iterdir()) == []


def test_the_manifest_is_read_back(tmp_path: Path) -> None:
    output = Output(tmp_path / "out")
    assert output.manifest() is None
    assert not Output(tmp_path / "out").exists
    output.finish(MANIFEST)
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
def test_a_damaged_manifest_is_none_but_output_is_there(tmp_path: Path, content: bytes) -> None:
    (tmp_path / ".digest.json").write_bytes(content)
    assert Output(tmp_path).manifest() is None
    assert Output(tmp_path).exists


def test_a_manifest_that_leads_nowhere_still_counts_as_output(tmp_path: Path) -> None:
    (tmp_path / ".digest.json").symlink_to("nowhere")
    assert Output(tmp_path).manifest() is None
    assert Output(tmp_path).exists


def test_a_first_publish_that_never_finished_counts_as_output(tmp_path: Path) -> None:
    Output(tmp_path).write([page("editions/2026-03-11/index.html")])
    assert Output(tmp_path).exists


def test_a_users_own_file_is_no_output(tmp_path: Path) -> None:
    (tmp_path / "CNAME").write_text("papers.example", encoding="utf-8")
    assert not Output(tmp_path).exists


def test_what_a_killed_run_left_is_swept_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers/.digest-0123456789abcdef.tmp").write_text("half", encoding="utf-8")
    (tmp_path / "papers/.digest-mine.tmp").write_text("a user's", encoding="utf-8")
    Output(tmp_path).write([page("papers/a.html")])
    assert set(files(tmp_path)) == {"papers/.digest-mine.tmp", "papers/a.html"}


def check(folder: Path, old: list[Rendered], new: list[Rendered]) -> None:
    """Each file is the old or the new one, and points at nothing that is not there."""
    whole = {(file.path, file.content.decode()) for file in old + new}
    for path, text in files(folder).items():
        if not re.search(r"\.digest-\w{16}\.tmp$", path) and path != ".digest.json":
            assert (path, text) in whole
            assert all((folder / target).is_file() for target in text.split())


def test_killed_at_any_call_each_file_is_old_or_new_and_the_next_run_mends_it(
    tmp_path: Path,
) -> None:
    old, new = site("a"), site("b")
    for at in range(1, 200):
        output = Output(tmp_path / str(at))
        output.write(old)

        def publish(folder: Path = output.folder) -> None:
            Output(folder).write(new)
            Output(folder).finish(MANIFEST)

        code = os.waitstatus_to_exitcode(in_child(publish, at=at, then=die))
        assert code in (-signal.SIGKILL, ENDED)
        check(output.folder, old, new)
        publish()
        assert output.manifest() == MANIFEST
        assert set(files(output.folder)) == {file.path for file in old + new} | {".digest.json"}
        if code == ENDED:
            break
    assert 30 < at < 199


def test_refused_at_any_call_it_is_reported_and_nothing_is_left_lying(tmp_path: Path) -> None:
    old, new = site("a"), site("b")
    for at in range(1, 200):
        output = Output(tmp_path / str(at))
        output.write(old)
        code = os.waitstatus_to_exitcode(in_child(partial(output.write, new), at=at, then=refuse))
        assert code in (0, 1, ENDED)
        check(output.folder, old, new)
        if code == 1:
            assert not [path for path in files(output.folder) if path.endswith(".tmp")]
            output.write(new)
        assert set(files(output.folder)) == {file.path for file in old + new}
        if code == ENDED:
            break
    assert 20 < at < 199


def test_a_full_disk_is_reported_with_the_file_and_leaves_the_old_one(tmp_path: Path) -> None:
    output = Output(tmp_path)
    output.write([page("d/a.html", "old")])
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(OutputError, match="too large") as caught:
            output.write([page("d/a.html", "x" * 2000)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert caught.value.at == str(tmp_path / "d/a.html")
    assert caught.value.hint
    assert files(tmp_path) == {"d/a.html": "old"}
    assert output.write([page("d/a.html", "x" * 2000)]) == ["d/a.html"]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT])
def test_the_hint_fits_what_the_system_said(tmp_path: Path, number: int) -> None:
    def failing(_: str) -> Rendered:
        raise OSError(number, os.strerror(number), str(tmp_path / "a.html"))

    with pytest.raises(OutputError) as caught:
        Output(tmp_path).write(map(failing, ["a.html"]))
    assert os.strerror(number) in caught.value.what
    assert "run again: each file" not in caught.value.hint


def test_a_folder_where_a_page_goes_is_reported(tmp_path: Path) -> None:
    (tmp_path / "a.html").mkdir()
    with pytest.raises(OutputError) as caught:
        Output(tmp_path).write([page("a.html")])
    assert caught.value.at == str(tmp_path / "a.html")
    assert "move it away" in caught.value.hint


def test_a_page_where_a_folder_goes_is_reported(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("", encoding="utf-8")
    with pytest.raises(OutputError) as caught:
        Output(tmp_path).write([page("a/b/c.html")])
    assert caught.value.at == str(tmp_path / "a")
    assert "move it away" in caught.value.hint


def test_a_folder_that_cannot_be_made_is_reported() -> None:
    with pytest.raises(OutputError) as caught:
        Output(Path("/proc/digest")).write([page("a.html")])
    assert caught.value.at == "/proc/digest"
