"""Makes an index of whole texts with pagefind, where it is installed (`digest[search]`).

The only module that knows pagefind. It runs as a process that is told all papers of a bundle at
once and gives back the files of its index; nothing is written to the disk. (The package's own
Python interface waits a tenth of a second for each answer, one for each paper.) What goes into a
bundle, and where its files are published, is the pipeline's business.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of
from itertools import islice
from typing import Any

from digest.errors import DigestError
from digest.models.searching import Findable

_PACKAGE = "pagefind_bin"
_SIGNS = "+#."  # C++, C#, .NET
_AT_ONCE = 1 << 20
_UNUSED = re.compile(r"-(ui|highlight)\.")  # pagefind's own looks
_NOBODYS = Findable(slug="", title="", text="nobody")
_HINT = "install it again: pip install --force-reinstall 'digest[search]'; or set search.engine"


@cache
def version() -> str | None:
    """Return which pagefind is installed, program and all; None where it is not."""
    try:
        return version_of(_PACKAGE) if _program() else None
    except (ImportError, OSError, PackageNotFoundError):
        return None


@dataclass(frozen=True, slots=True)
class Indexer:
    """Makes indexes of texts in one language. `name` tells its files from those of another."""

    name: str
    language: str

    @property
    def maker(self) -> str:
        """What a bundle depends on besides its papers."""
        return f"{self.name} {self.language}"

    def bundle(self, papers: Sequence[Findable]) -> dict[str, bytes]:
        """Return the files of an index of papers, by their paths within its folder.

        Names and bytes differ from one time to the next: pagefind writes filters in any order.
        Raises DigestError where pagefind does not do it.
        """
        files = _made([_record(paper, self.language) for paper in papers]) if papers else {}
        return {path: content for path, content in files.items() if _is_index(path)}

    def program(self) -> dict[str, bytes]:
        """Return what searches in a browser, and an index of nothing that bundles are merged with.

        Pagefind takes its program from the folder of its first index, and wants a paper in it.
        """
        files = _made([_record(_NOBODYS, self.language)])
        return {path: content for path, content in files.items() if not _UNUSED.search(path)}


def installed(language: str) -> Indexer | None:
    """Return what makes indexes; None where pagefind is not installed."""
    told = version()
    return Indexer(f"pagefind-{told}", language.lower()) if told else None


def _made(records: Iterable[Mapping[str, object]]) -> dict[str, bytes]:
    """Return all files that pagefind makes of records."""
    config = {"include_characters": _SIGNS}
    asked = [{"type": "NewIndex", "config": config}, *records, {"type": "GetFiles", "index_id": 0}]
    files: dict[str, bytes] = {}
    answers = 0
    for answer in _answers(asked):
        answers += 1
        if answer["type"] == "Error":
            raise _failed(str(answer.get("message")))
        for file in answer.get("files", ()):
            files[file["path"]] = b64decode(file["content"])
    if answers < len(asked):
        raise _failed("it left before it had answered")
    return files


def _is_index(path: str) -> bool:
    return "/" in path or path.endswith((".pf_meta", "entry.json"))


def _record(paper: Findable, language: str) -> dict[str, object]:
    filters = {"topic": paper.topics, "year": (paper.published[:4],), "edition": paper.editions}
    meta = {
        "title": paper.title,
        "authors": "\n".join(paper.authors),
        "published": paper.published,
        "edition": paper.day,
    }
    return {
        "type": "AddRecord",
        "index_id": 0,
        "url": paper.slug,
        "content": paper.text or paper.title,  # without content there is no record
        "language": language,
        "meta": {name: told for name, told in meta.items() if told},
        "filters": {name: list(filter(None, told)) for name, told in filters.items()},
        "sort": {"day": paper.day or paper.published},
    }


def _program() -> str:
    return str(import_module(_PACKAGE).get_executable())


def _answers(asked: Sequence[Mapping[str, object]]) -> Iterator[dict[str, Any]]:
    """Tell pagefind all of it, and yield what it answers to each, in their order."""
    try:
        with (
            subprocess.Popen(  # noqa: S603 - the program that the package brings
                [_program(), "--service"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            ) as process,
            ThreadPoolExecutor(1) as pool,
        ):
            try:
                told = pool.submit(_tell, process, asked)
                yield from islice(_read(process), len(asked))
                told.result()
            finally:
                process.kill()
    except OSError as error:
        raise _failed(str(error)) from error


def _tell(process: subprocess.Popen[bytes], asked: Iterable[Mapping[str, object]]) -> None:
    """Write all that is asked; the end of it would make pagefind leave before it has answered."""
    if process.stdin is None:
        return
    for number, payload in enumerate(asked, 1):
        message = {"message_id": number, "payload": payload}
        process.stdin.write(b64encode(json.dumps(message).encode()) + b",")
    process.stdin.flush()


def _read(process: subprocess.Popen[bytes]) -> Iterator[dict[str, Any]]:
    """Yield what pagefind answers; each answer ends in a comma."""
    answer = bytearray()
    while process.stdout and (read := os.read(process.stdout.fileno(), _AT_ONCE)):
        *ends, rest = read.split(b",")
        for end in ends:
            answer += end
            yield json.loads(b64decode(answer))["payload"]
            answer.clear()
        answer += rest


def _failed(why: str) -> DigestError:
    return DigestError(f"pagefind makes no index: {why}", at="search", hint=_HINT)
