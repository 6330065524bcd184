"""The files of docs/hosting/: the Action's steps run from a clean folder, servers are asked."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hosts
import pytest

yaml = pytest.importorskip("yaml")

ROOT = Path(__file__).resolve().parents[1]
HOSTING = ROOT / "docs" / "hosting"
WORKFLOW = (HOSTING / "github-pages.yml").read_text("utf-8")
SAMPLES = ROOT / "config" / "samples"
BIN = Path(sys.executable).parent


def workflow() -> dict[str, Any]:
    told: dict[str, Any] = yaml.load(WORKFLOW, Loader=yaml.BaseLoader)
    return told


def steps() -> dict[str, str]:
    """The shell of each step that has some, by its name."""
    return {
        step["name"]: step["run"] for step in workflow()["jobs"]["make"]["steps"] if "run" in step
    }


class Runner:
    """A machine of the Action's: a clone of the repository that is thrown away after a run."""

    def __init__(self, tmp_path: Path) -> None:
        self.origin = tmp_path / "origin.git"
        self.home = tmp_path
        self._runs = 0
        git(tmp_path, "init", "--quiet", "--bare", "--initial-branch=main", str(self.origin))

    def commit(self, **files: bytes) -> None:
        """Commit dumps as their editor does."""
        work = self.home / "desk"
        if not work.exists():
            git(self.home, "clone", "--quiet", str(self.origin), str(work))
            (work / "digest.toml").write_text(
                '[site]\nurl = "https://someone.example.org/papers"\n'
                'security_contact = "someone@example.org"\n'
            )
            (work / "inbox").mkdir()
        for name, content in files.items():
            (work / "inbox" / f"{name.strip('_').replace('_', '-')}.txt").write_bytes(content)
        git(work, "add", "--all")
        git(work, "commit", "--quiet", "--message=Dumps")
        git(work, "push", "--quiet", "origin", "HEAD:main")

    def run(self, *names: str, **env: str) -> tuple[Path, str, str]:
        """Run the steps of these names, or all; return where, what was said, which one failed."""
        self._runs += 1
        place = self.home / f"run{self._runs}"
        (place / "temp").mkdir(parents=True)
        git(place, "clone", "--quiet", "--depth=1", f"file://{self.origin}", "work")
        said = ""
        for name, shell in steps().items():
            if name == INSTALL or (names and name not in names):
                continue
            done = subprocess.run(
                ["bash", "-e", "-c", shell],
                cwd=place / "work",
                env=environment(place, **{**UNSET, **env}),
                capture_output=True,
                text=True,
                check=False,
            )
            said += done.stdout + done.stderr
            if done.returncode:
                return place, said, name
        return place, said, ""

    def state(self) -> tuple[str, int]:
        """Name the file that the branch holds, and count the commits that lead to it."""
        names = git(self.origin, "ls-tree", "--name-only", "state").split()
        return " ".join(names), int(git(self.origin, "rev-list", "--count", "state"))


def environment(place: Path, **more: str) -> dict[str, str]:
    given = {**IDENTITY, "RUNNER_TEMP": str(place / "temp"), "GITHUB_RUN_ID": "7", **more}
    return {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", "HOME": str(place), **given}


INSTALL, TAKE, KEEP = (
    "Install digest",
    "Take the state from its branch",
    "Keep the state on its branch",
)
UNSET = {"IS_FIRST": "false", "IS_PRIVATE": "false", "STATE_KEY": ""}
IDENTITY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Editor"), ("EMAIL", "editor@example.org"))
}


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments],
        cwd=folder,
        env={**os.environ, **IDENTITY},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture
def runner(tmp_path: Path) -> Iterator[Runner]:
    runner = Runner(tmp_path)
    runner.commit(_2026_03_10=(SAMPLES / "2026-03-10.txt").read_bytes())
    yield runner
    for agent in (tmp_path / f"run{n}" for n in range(9)):
        if agent.exists() and shutil.which("gpgconf"):
            home = {**os.environ, "HOME": str(agent)}
            subprocess.run(["gpgconf", "--kill", "all"], env=home, check=False)


def test_runs_of_the_action_remember_what_was_new_and_forget_nothing(runner: Runner) -> None:
    _, said, failed = runner.run()
    assert failed == TAKE, said
    assert "with 'first' ticked" in said
    place, said, failed = runner.run(IS_FIRST="true")
    assert not failed, said
    first = unpacked(place)
    assert {"index.html", "404.html", ".well-known/security.txt"} <= first.keys()
    assert not [name for name in first if ".digest" in name]
    assert runner.state() == ("digest.db.gz", 1)
    runner.commit(_2026_03_11=(SAMPLES / "2026-03-12.txt").read_bytes())
    place, said, failed = runner.run()
    assert not failed, said
    assert "2026-03-10.txt: the same file was read on" in said
    second = unpacked(place)
    assert "editions/2026-03-11/index.html" in second
    day = json.loads(second["editions/2026-03-10/papers.json"])
    assert day["new"] == json.loads(first["editions/2026-03-10/papers.json"])["new"]
    again = json.loads(second["editions/2026-03-11/papers.json"])
    keys = {paper["key"] for paper in day["new"]}
    assert not keys & {paper["key"] for paper in again["new"]}, "new twice"
    assert runner.state() == ("digest.db.gz", 1)


def unpacked(place: Path) -> dict[str, bytes]:
    with tarfile.open(place / "temp" / "artifact.tar") as tar:
        files = ((each.name.removeprefix("./"), tar.extractfile(each)) for each in tar)
        return {name: file.read() for name, file in files if file is not None}


def test_a_state_with_a_key_is_encrypted_and_told_to_nobody(runner: Runner) -> None:
    key = "a key of thirty letters or more"
    _, said, failed = runner.run(TAKE, KEEP, IS_FIRST="true", STATE_KEY=key)
    assert not failed, said
    assert runner.state() == ("digest.db.gz.gpg", 1)
    kept = subprocess.run(
        ["git", "cat-file", "blob", "state:digest.db.gz.gpg"],
        cwd=runner.origin,
        capture_output=True,
        check=True,
    ).stdout
    assert not kept.startswith(b"\x1f\x8b")
    assert key not in said
    _, said, failed = runner.run(TAKE, STATE_KEY=key)
    assert not failed, said
    _, said, failed = runner.run(TAKE, STATE_KEY="another")
    assert failed == TAKE


def test_subscribers_are_not_pushed_where_everybody_reads_them(runner: Runner) -> None:
    place, said, failed = runner.run(TAKE, KEEP, IS_FIRST="true")
    assert not failed, said
    work = place / "work"
    digest = [BIN / "digest", "--dir", work]
    add = ["subscribers", "add", "ada@example.org", "--confirmed", "--source", "paper form"]
    subprocess.run([*digest, *add], check=True, capture_output=True)
    shell = steps()[KEEP]
    for is_private, expected in (("false", 1), ("true", 0)):
        env = environment(place, IS_PRIVATE=is_private, STATE_KEY="")
        (place / "temp" / "state.ref").write_text(git(runner.origin, "rev-parse", "state"))
        done = subprocess.run(["bash", "-e", "-c", shell], cwd=work, env=env, check=False)
        assert done.returncode == expected


def test_each_job_has_no_more_rights_than_it_needs() -> None:
    told = workflow()
    assert told["permissions"] == {}
    assert told["jobs"]["make"]["permissions"] == {"contents": "write"}
    assert told["jobs"]["deploy"]["permissions"] == {"pages": "write", "id-token": "write"}
    assert told["concurrency"] == {"group": "newsletter", "cancel-in-progress": "false"}
    assert told["jobs"]["deploy"]["needs"] == "make"
    for shell in steps().values():
        assert "${{" not in shell, "what others write must not become shell"
        assert "set -x" not in shell


def test_rsync_copies_all_that_is_published_and_removes_what_is_gone(tmp_path: Path) -> None:
    if shutil.which("rsync") is None:
        pytest.skip("rsync is not installed")
    for name in ("index.html", ".well-known/security.txt", ".digest.json", "papers/a/index.html"):
        path = tmp_path / "output" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "gone.html").write_text("gone")
    shell = [HOSTING / "rsync.sh", tmp_path / "output", f"{tmp_path / 'copy'}/"]
    for text in ("index.html", "index.HTML"):  # the second has the same size and time
        when = (tmp_path / "output" / "index.html").stat().st_mtime
        (tmp_path / "output" / "index.html").write_text(text)
        os.utime(tmp_path / "output" / "index.html", (when, when))
        subprocess.run(shell, check=True, capture_output=True)
        files = (path for path in (tmp_path / "copy").rglob("*") if path.is_file())
        copied = {path.relative_to(tmp_path / "copy").as_posix(): path for path in files}
        assert copied.keys() == {"index.html", ".well-known/security.txt", "papers/a/index.html"}
        assert copied["index.html"].read_text() == text


@pytest.mark.parametrize("name", ["nginx", "apache2"])
def test_a_web_server_with_our_file_answers_as_hosts_should(name: str, tmp_path: Path) -> None:
    program = hosts.find(name)
    if program is None:
        pytest.skip(f"{name} is not installed")
    hosts.fill(tmp_path / "site")
    with hosts.serving(name, program, tmp_path) as port:
        assert hosts.judge(port) == []
