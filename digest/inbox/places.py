"""Where files of the inbox go: free names, moves that lose nothing, and notes that say why.

Each step can be killed at any instant and repeated. Nothing here opens a file that was dropped.
"""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path

REASON = ".reason.txt"
NAME_BYTES = 255 - len(REASON)


def free_place(folder: Path, name: str) -> Path:
    """Return a place of that name in `folder`, or of `name-2.ext`, where nothing is yet."""
    ending = Path(name).suffix
    if ending.lower() == ".gz":
        ending = Path(name).with_suffix("").suffix + ending
    ending = ending if len(os.fsencode(ending)) <= 32 else ""
    stem = name.removesuffix(ending)
    for number in count(1):
        tail = ending if number == 1 else f"-{number}{ending}"
        while len(os.fsencode(stem + tail)) > NAME_BYTES:
            stem = stem[:-1]
        if not os.path.lexists(folder / (stem + tail)):
            break
    return folder / (stem + tail)


def move(path: Path, target: Path) -> None:
    """Move it, links and folders themselves; one that is gone already is left at that."""
    try:
        path.rename(target)
    except FileNotFoundError:
        if os.path.lexists(path):
            raise


def write_note(target: Path, name: str, reason: str, hint: str) -> None:
    """Say beside `target` why it is there; the note is there with all its bytes or not at all."""
    path = target.with_name(target.name + REASON)
    draft = path.with_name(f".reason-{os.getpid()}.tmp")
    try:
        with draft.open("w", encoding="utf-8") as file:
            file.write(_note(name, reason, hint))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def sync(folder: Path) -> None:
    """Have the names in a folder outlast a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def legible(text: str) -> str:
    """Show control characters and bytes that are no text as escapes; both may be hostile."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def _note(name: str, reason: str, hint: str) -> str:
    return (
        f"{legible(name)} was not read. No paper of it was recorded.\n\n"
        f"Why:        {legible(reason)}\n"
        f"What next:  {legible(hint)}\n"
    )
