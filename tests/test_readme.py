"""What a user meets first holds: the README's commands, links, the documented commands and JSON."""

from __future__ import annotations

import json
import os
import pty
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import takewhile
from pathlib import Path
from shutil import copy
from typing import Any

import pytest
import typer

from digest import errors
from digest.cli.commands import app

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "config" / "samples"
README = (ROOT / "README.md").read_text()
CLI = (ROOT / "docs" / "cli.md").read_text()
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")])
DIGEST = Path(sys.executable).parent / "digest"
HEAVY = {"sqlalchemy", "alembic", "apscheduler", "jinja2", "feedgen", "pydantic", "lxml"}
MOST_IMAGE_BYTES = 200_000
COLOUR = re.compile(r"\x1b\[(?:\d+;)*[34]\d(?:;\d+)*m")


def environment(home: Path, **changes: str) -> dict[str, str]:
    """Nothing of the caller's settings reaches the commands."""
    path = f"{DIGEST.parent}{os.pathsep}{os.environ['PATH']}"
    return {"PATH": path, "HOME": str(home), "LC_ALL": "C.UTF-8", "COLUMNS": "200"} | changes


def digest(root: Path, *arguments: object, code: int = 0) -> str:
    done = subprocess.run(
        [DIGEST, "--dir", root, *map(str, arguments)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=environment(root),
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


def on_a_terminal(home: Path, *arguments: object, **env: str) -> str:
    """Return what the command writes where stdout and stderr are a terminal."""
    ours, theirs = pty.openpty()
    settings = environment(home, TERM="xterm-256color", **env)
    with subprocess.Popen(
        [DIGEST, *map(str, arguments)], stdout=theirs, stderr=theirs, env=settings
    ):
        os.close(theirs)
        return b"".join(written(ours)).decode()


def written(terminal: int) -> Iterator[bytes]:
    """Read until the last writer has gone: Linux then tells of an I/O error."""
    with open(terminal, "rb", buffering=0) as stream:
        try:
            while piece := stream.read(4096):
                yield piece
        except OSError:
            return


def table(text: str, first_heading: str) -> dict[str, str]:
    """Return the first two columns of the table under this heading."""
    rows = text.split(f"| {first_heading} |", 1)[1].split("\n\n", 1)[0].splitlines()[2:]
    cells = [re.split(r"(?<!\\)\|", row)[1:3] for row in rows]
    return {name.strip(): told.strip() for name, told in cells}


# --- the README and the links of all documents ---


def shell_lines() -> tuple[list[str], list[str]]:
    """Return the commands, and those that are said to run in another terminal meanwhile."""
    blocks = re.findall(r"^```sh\n(.*?)^```", README, flags=re.M | re.S)
    told = [line.partition("  #") for block in blocks for line in block.splitlines()]
    with socket.create_server(("localhost", 0)) as free:  # for 1025 may be taken here
        port = str(free.getsockname()[1])
    told = [(line.replace("1025", port), _, why) for line, _, why in told]
    meant = [(line.strip(), "in another terminal" in why) for line, _, why in told]
    meant = [(line, aside) for line, aside in meant if not line.startswith(("make ", "pip "))]
    return [line for line, aside in meant if line and not aside], [
        line for line, aside in meant if aside
    ]


@contextmanager
def in_another_terminal(line: str, folder: Path) -> Iterator[None]:
    """Run a command until the block ends; it begins once the command said something."""
    with subprocess.Popen(
        ["bash", "-euc", f"exec {line}"],
        cwd=folder,
        env=environment(folder) | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline()
            yield
        finally:
            process.terminate()
            process.communicate(timeout=30)
    assert process.returncode == 0


def test_the_commands_of_the_readme_work(tmp_path: Path) -> None:
    downloads = tmp_path / "Downloads"
    downloads.mkdir()
    copy(SAMPLES / "2026-03-11.html", downloads / "daily-papers-2026-03-11.html")
    lines, aside = shell_lines()
    assert {"digest run", "cd my-digest"} <= set(lines)
    lines = [re.sub(r"^digest deliver$", r"digest deliver || [ $? = 3 ]", line) for line in lines]
    with ExitStack() as terminals:
        for line in aside:
            terminals.enter_context(in_another_terminal(line, tmp_path))
        subprocess.run(
            ["bash", "-euc", "\n".join(lines)],
            cwd=tmp_path,
            env=environment(tmp_path),
            check=True,
            timeout=120,
        )
    assert list((tmp_path / "caught").glob("*.eml"))
    assert (tmp_path / "my-digest" / "output" / "index.html").is_file()
    assert not list((tmp_path / "my-digest" / "inbox").glob("*.html"))


def test_the_targets_of_the_readme_are_in_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"^make (\w+)", README, flags=re.M):
        assert f"\n{target}:" in makefile


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_relative_link_and_image_is_there(page: Path) -> None:
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(), flags=re.S)
    links = re.findall(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"", text)
    for target in (a or b for a, b in links):
        if "://" in target:
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        assert file.is_relative_to(ROOT), target
        assert file.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", file.read_text(), flags=re.M)
            slugs = {re.sub(r"[^\w -]", "", head.lower()).replace(" ", "-") for head in headings}
            assert anchor in slugs, target


def test_the_screenshots_are_small() -> None:
    images = list((ROOT / "docs" / "images").iterdir())
    assert {image.name for image in images} >= {"mail.png", "site.png"}
    assert all(image.stat().st_size < MOST_IMAGE_BYTES for image in images)


# --- the commands ---


def leaves(command: Any, name: str = "") -> Iterator[tuple[str, set[str]]]:
    """Name each command with its options."""
    if subcommands := getattr(command, "commands", {}):
        for word, each in subcommands.items():
            yield from leaves(each, f"{name} {word}".strip())
    else:
        options = {option for each in command.params for option in each.opts}
        yield name, {option for option in options if option.startswith("--")} - {"--help"}


def documented() -> Iterator[tuple[str, set[str]]]:
    """Name each command of the table in docs/cli.md with the options told of it."""
    for cell in table(CLI, "command"):
        for span in re.findall(r"`([^`]+)`", cell.replace("\\|", "|")):
            words = list(takewhile(re.compile(r"[a-z]+([|-][a-z]+)*").fullmatch, span.split()))
            options = set(re.findall(r"--[a-z-]+", span))
            for last in words[-1].split("|"):
                yield " ".join([*words[:-1], last]), options


def test_every_command_of_the_readme_is_in_the_help_and_the_other_way_round(
    tmp_path: Path,
) -> None:
    shown = set(re.findall(r"^│ ([a-z][a-z-]*) ", digest(tmp_path, "--help"), flags=re.M))
    assert shown
    assert {name.strip("`") for name in table(README, "command")} == {
        f"digest {name}" for name in shown
    }


def test_every_command_is_documented_with_its_options() -> None:
    real = dict(leaves(typer.main.get_command(app)))
    told: dict[str, set[str]] = {}
    for name, options in documented():
        told[name] = told.get(name, set()) | options
    assert told == real


def test_the_help_of_each_command_can_be_read(tmp_path: Path) -> None:
    for name in ("", "edition", "config", "restore"):
        assert "Usage: digest" in digest(tmp_path, *name.split(), "--help")


def test_help_imports_neither_the_database_nor_the_scheduler_nor_templates(
    tmp_path: Path,
) -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", DIGEST, "--help"],
        capture_output=True,
        text=True,
        env=environment(tmp_path),
        check=True,
    )
    names = {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in done.stderr.splitlines()}
    assert "typer" in names
    assert not names & HEAVY


# --- exit codes ---


def test_the_exit_codes_are_those_of_the_program() -> None:
    def codes(kind: type[errors.DigestError]) -> set[int]:
        return {kind.exit_code}.union(*map(codes, kind.__subclasses__()))

    told = table(CLI, "code")
    assert set(map(int, told)) == codes(errors.DigestError) | {0, 3}
    assert set(table(README, "exit code")) == set(told)


def test_the_commands_leave_with_the_documented_codes(tmp_path: Path) -> None:
    digest(tmp_path, "init", "--samples", tmp_path, code=0)
    digest(tmp_path, "run", code=0)
    digest(tmp_path, "run", code=3)
    digest(tmp_path, "diff", SAMPLES / "2026-03-09.txt", code=3)
    digest(tmp_path, "sprint", code=2)
    digest(tmp_path, "edition", "hide", "2026-03-09", "title:none", code=2)
    digest(tmp_path, "edition", "show", "1999-01-01", code=2)
    (tmp_path / "templates" / "site").mkdir()
    (tmp_path / "templates" / "site" / "404.html").write_text("{{ no such thing")
    digest(tmp_path, "publish", "--all", code=78)
    digest(tmp_path, "doctor", code=1)
    (tmp_path / "digest.toml").write_text("[site]\ntitel = 'x'\n")
    digest(tmp_path, "run", code=78)


# --- the JSON ---


def example(heading: str) -> Any:
    """Return the JSON under a heading of docs/cli.md; `paper…` in it comes as "<paper>"."""
    section = CLI.split(f"### {heading}", 1)[1]
    block = re.split(r"^```(?:json)?\n", section, maxsplit=2, flags=re.M)[1]
    return json.loads(re.sub(r"\b(paper|dump|edition)…", r'"<\1>"', block))


def told_besides(sentence: str) -> set[str]:
    """Return the names that docs/cli.md tells in the sentence that begins so."""
    found = re.search(re.escape(sentence) + r"([^.]*)\.", CLI)
    assert found, sentence
    return set(re.findall(r"`(\w+)`", found[1]))


RUN = example("`digest run --json`")
PAPER = example("A paper")
SHAPES = {"<paper>": PAPER, "<dump>": RUN["dumps"][0], "<edition>": RUN["editions"][0]}


def hold(told: Any, wanted: Any, shapes: dict[str, Any], where: str = "") -> None:
    """Hold what a command told to an example: the same keys, at every depth."""
    wanted = shapes.get(wanted, wanted) if isinstance(wanted, str) else wanted
    if isinstance(wanted, dict):
        assert isinstance(told, dict), where
        if all(key[0].isdigit() for key in wanted):  # by the names of editions, whichever there are
            wanted = dict.fromkeys(told, next(iter(wanted.values())))
        assert set(told) == set(wanted), where
        for key in set(wanted) - {"links"}:  # a dump has the links it has
            hold(told[key], wanted[key], shapes, f"{where}.{key}")
    elif isinstance(wanted, list):
        assert isinstance(told, list), where
        for number, item in enumerate(told if wanted else ()):
            hold(item, wanted[0], shapes, f"{where}[{number}]")
    elif wanted is not None and told is not None:
        assert isinstance(told, type(wanted)), where


@pytest.fixture(scope="module")
def letter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A newsletter with the samples in its inbox, and a dump that holds no paper."""
    root = tmp_path_factory.mktemp("letter")
    digest(root, "init", "--samples", root)
    (root / "inbox" / "2026-03-13.json").write_text("[]")
    return root


@pytest.fixture(scope="module")
def run(letter: Path) -> Any:
    """What `digest run --json` tells of them."""
    return json.loads(digest(letter, "run", "--json"))


def test_run_tells_what_is_documented(run: Any) -> None:
    assert run["dumps"]
    assert run["editions"]
    hold(run, RUN, SHAPES)


def test_diff_tells_what_is_documented(tmp_path: Path) -> None:
    files = sorted(SAMPLES.glob("2026*"))
    told = json.loads(digest(tmp_path, "diff", "--json", *files))
    assert all(any(each[kind] for each in told) for kind in ("new", "seen", "revised"))
    hold(told, example("`digest diff --json"), SHAPES)


def test_status_tells_what_is_documented(letter: Path, run: Any) -> None:
    told = json.loads(digest(letter, "status", "--json"))
    assert all(told[kind] for kind in ("read", "empty", "rejected", "drafts"))
    without = told_besides("A dump here is as in `run`, without ")
    dump = {key: value for key, value in SHAPES["<dump>"].items() if key not in without}
    also = dict.fromkeys(told_besides("and has also "), "")
    hold(told, example("`digest status --json`"), SHAPES | {"<dump>": dump | also})


def test_an_edition_tells_what_is_documented(letter: Path, run: Any) -> None:
    told = json.loads(digest(letter, "edition", "show", "2026-03-12", "--json"))
    assert all(told[kind] for kind in ("new", "trending", "revised"))
    paper = PAPER | dict.fromkeys(told_besides("A paper here has also "))
    hold(told, example("`papers.json` of an edition"), {"<paper>": paper})
    file = letter / "output" / "editions" / "2026-03-12" / "papers.json"
    assert json.loads(file.read_text()) == told


def test_the_other_commands_tell_what_is_documented(letter: Path, run: Any) -> None:
    for told in json.loads(digest(letter, "edition", "list", "--json")):
        hold(told, "<edition>", SHAPES)
    published = example("`digest publish --json`")
    assert json.loads(digest(letter, "publish", "--json")).keys() == published.keys()
    names = re.search(r"`digest doctor --json`: a list of `\{([^}]+)\}`", CLI)
    assert names
    keys = set(re.findall(r'"(\w+)"', names[1]))
    assert all(set(each) == keys for each in json.loads(digest(letter, "doctor", "--json")))
    sections = json.loads(digest(letter, "config", "check", "--json"))
    assert {"site", "paths", "store"} <= sections.keys()


# --- the terminal ---


def test_no_color_is_honoured(tmp_path: Path) -> None:
    assert COLOUR.search(on_a_terminal(tmp_path, "--help"))
    assert not COLOUR.search(on_a_terminal(tmp_path, "--help", NO_COLOR="1"))


def test_progress_is_shown_on_a_terminal_and_not_in_a_pipe(tmp_path: Path) -> None:
    digest(tmp_path, "init", "--samples", tmp_path / "a")
    assert "\r" in on_a_terminal(tmp_path, "--dir", tmp_path / "a", "run").replace("\r\n", "\n")
    digest(tmp_path, "init", "--samples", tmp_path / "b")
    done = subprocess.run(
        [DIGEST, "--dir", tmp_path / "b", "run"],
        capture_output=True,
        text=True,
        env=environment(tmp_path),
        check=True,
    )
    assert done.stderr == ""
    assert "\x1b" not in done.stdout
    assert "\r" not in done.stdout
