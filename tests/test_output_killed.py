"""A reader crawls in a loop while publishes are killed at random: nothing is half, none is broken.

Each publish is of another generation, told in every page's title, and has the whole site to write:
it is the real one, in a process that is forked from this one and killed with SIGKILL after a time
by chance. The reader, another process, follows every link from the first page on: by path, as
browsers do, and within the folder as it was when it was opened, where all pages must be of one
generation. By path, a page can be replaced before its links are followed; only that excuses a link.
"""

from __future__ import annotations

import json
import os
import random
import re
import select
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic
from typing import NamedTuple

import pytest
from flow import Letter, api, broken_links, make
from test_output import refused

from digest.cli.words import tracker
from digest.output import Exchange, Output
from digest.output.system import exchange
from digest.pipeline.changes import Press
from digest.pipeline.publish import publish

PAUSE_SECONDS = 0.01
NEVER = 120.0
LINK = re.compile(rb'(?:href|src)="([^"#:]+)"')
MARK = re.compile(rb"<title>[^<]*Generation (\d+)")
HIDDEN = ("2026-03-12", "arxiv:2603.00013")


class Lead(NamedTuple):
    """The page on which a link was found; none led to the first page."""

    path: str = ""
    content: bytes = b""


@dataclass
class Reader:
    """Looks at the whole site again and again."""

    folder: Path
    is_swapped: bool
    looks: int = 0
    whole_looks: int = 0
    generations: set[int] = field(default_factory=set)
    wrong: list[str] = field(default_factory=list)

    def look(self) -> None:
        self.looks += 1
        for path, content in self._pages(None):
            self._judge(path, content)
        if self.is_swapped:
            self._look_within()

    def _look_within(self) -> None:
        """Look at the folder as it is when it is opened: as long as it is live, it is one site."""
        opened = os.open(self.folder, os.O_RDONLY)
        try:
            first = self._judge("index.html", self._held("index.html", opened, Lead()))
            seen = {self._judge(*each) for each in self._pages(opened)}
            last = self._judge("index.html", self._held("index.html", opened, Lead()))
            is_live = os.path.samestat(os.fstat(opened), self.folder.stat())
        finally:
            os.close(opened)
        if is_live and first == last:
            self.whole_looks += 1
            if len(seen) != 1:
                self.wrong.append(f"one look saw the generations {sorted(seen)}")
        self.generations |= seen

    def _pages(self, folder: int | None) -> Iterator[tuple[str, bytes]]:
        """Yield every page that a link leads to, from the first one on."""
        waiting, found = [("index.html", Lead())], {"index.html"}
        while waiting:
            path, lead = waiting.pop()
            content = self._held(path, folder, lead)
            if not path.endswith(".html") or path.endswith("/email.html") or not content:
                continue
            yield path, content
            for target in LINK.findall(content):
                to = os.path.normpath(f"{path}/../{target.decode()}")
                if to not in found:
                    found.add(to)
                    waiting.append((to, Lead(path, content)))

    def _held(self, path: str, folder: int | None, lead: Lead) -> bytes:
        """Return a file; it is there as long as the page that led to it is."""
        name = path if folder is not None else self.folder / path
        try:
            with os.fdopen(os.open(name, os.O_RDONLY, dir_fd=folder), "rb") as file:
                return file.read()
        except OSError as error:
            if folder is not None or not self._is_replaced(lead):
                self.wrong.append(f"a link leads to nothing: {error}")
            return b""

    def _is_replaced(self, lead: Lead) -> bool:
        """Tell whether another page lies now where a link was found: one without it, perhaps."""
        return bool(lead.path) and (self.folder / lead.path).read_bytes() != lead.content

    def _judge(self, path: str, content: bytes) -> int:
        """Return of which generation a page is; it is whole."""
        mark = MARK.search(content)
        if mark is None or not content.rstrip().endswith(b"</html>"):
            self.wrong.append(f"{path} is not whole: {content[-80:]!r}")
        return int(mark[1]) if mark else 0


@contextmanager
def reading(folder: Path, *, is_swapped: bool) -> Iterator[Reader]:
    """Read in a process of its own until the end of the block; then it is known what was read."""
    reader = Reader(folder, is_swapped)
    told, tell = os.pipe()
    ended, end = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(end)
        while not select.select([ended], [], [], PAUSE_SECONDS)[0] and not reader.wrong:
            reader.look()
        values = [reader.looks, reader.whole_looks, sorted(reader.generations), reader.wrong[:5]]
        os.write(tell, json.dumps(values).encode())
        os._exit(0)
    os.close(tell)
    try:
        yield reader
    finally:
        os.close(end)
        with os.fdopen(told, "rb") as file:
            values = json.load(file)
        os.waitpid(child, 0)
        reader.looks, reader.whole_looks, seen, reader.wrong = values
        reader.generations = set(seen)


def killed(work: Callable[[], object], after_seconds: float) -> bool:
    """Do work in a process that is killed after a time; tell whether it had not ended by then."""
    child = os.fork()
    if child == 0:
        try:
            work()
        except BaseException:
            os._exit(1)
        os._exit(0)
    watch = os.pidfd_open(child)
    if not select.select([watch], [], [], after_seconds)[0]:
        os.kill(child, signal.SIGKILL)
    os.close(watch)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, -signal.SIGKILL), "a publish failed by itself"
    return status != 0


def publish_anew(root: Path, press: Press, generation: int, way: Exchange) -> None:
    """Publish all with another title; one paper comes and goes."""
    letter = make(root)
    site = replace(press.site, title=f"Generation {generation}")
    with letter.store.writing() as tx:
        tx.curate_hide(*HIDDEN, on=generation % 2 == 0)
    publish(
        letter.store,
        Output(letter.folder, way),
        replace(press, site=site, fingerprint=str(generation)),
        letter.at,
        tracker(""),
        everything=False,
    )
    letter.close()


def begun(root: Path) -> Letter:
    letter = make(root)
    for day in (11, 12):
        letter.drop(f"2026-03-{day}.json", api((day, day + 1), votes=day))
    letter.run()
    letter.close()
    return letter


@pytest.mark.skipif(not hasattr(os, "pidfd_open"), reason="waits for a process as Linux does")
@pytest.mark.parametrize(
    ("way", "kills"), [(exchange, 200), (refused, 40)], ids=["exchanged", "one by one"]
)
def test_a_reader_sees_a_whole_site_while_publishes_are_killed(
    room: Path, way: Exchange, kills: int
) -> None:
    letter = begun(room)
    publish_anew(room, letter.press, 1, way)
    chance, generation, done, seconds = random.Random(5), 1, 0, NEVER
    with reading(letter.folder, is_swapped=way is exchange) as reader:
        while done < kills:
            generation += 1
            is_left_to_end = generation % 9 == 0 or seconds is NEVER
            begin = monotonic()
            is_killed = killed(
                lambda n=generation: publish_anew(room, letter.press, n, way),
                NEVER if is_left_to_end else chance.uniform(0, seconds),
            )
            done += is_killed
            if not is_killed:
                seconds = monotonic() - begin
    assert reader.wrong == []
    assert reader.looks > kills / 4
    publish_anew(room, letter.press, generation + 1, way)
    assert broken_links(letter.folder) == []
    last = Reader(letter.folder, is_swapped=True)
    last.look()
    assert (last.wrong, last.generations) == ([], {generation + 1})
    if way is exchange:
        assert reader.whole_looks > kills / 4
        assert len(reader.generations) > kills / 16
