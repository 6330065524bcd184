"""What keeps an output folder from being exchanged for its twin, as far as looking at it tells.

Nothing is tried: whether a file system can do it at all, only a publish finds out.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from pathlib import Path

from digest.output.system import has_exchange

_MOUNTS = Path("/proc/self/mountinfo")
_ESCAPED = re.compile(r"\\([0-7]{3})")


def obstacle(live: Path, home: Path) -> str:
    """Say what is in the way, nothing if nothing is seen; `home` is where the twin lies."""
    if not has_exchange():
        return "this system cannot exchange two folders"
    if os.path.lexists(live / ".git"):
        return "it is a repository"
    if _is_mount(live):
        return "it is a mount point"
    for folder in (live.parent, home):
        if folder.exists() and not os.access(folder, os.W_OK | os.X_OK):
            return f"this user may not write in {folder}"
    return ""


def _is_mount(folder: Path) -> bool:
    """Tell whether something is mounted there, also a folder of the same device."""
    with suppress(OSError):
        lines = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
        places = (line.split(" ")[4] for line in lines)
        return str(folder) in {_ESCAPED.sub(_unescaped, place) for place in places}
    return folder.is_mount()


def _unescaped(found: re.Match[str]) -> str:
    return chr(int(found[1], 8))
