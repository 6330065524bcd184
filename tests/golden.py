"""Compare what a renderer gave with files kept under `tests/golden/`.

`DIGEST_UPDATE_GOLDEN=1 pytest` writes them anew; then read the difference before you commit it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from digest.models import Rendered

FOLDER = Path(__file__).parent / "golden"
IS_UPDATE = os.environ.get("DIGEST_UPDATE_GOLDEN") == "1"


def check(name: str, files: Iterable[Rendered]) -> None:
    """Hold each file to the one of its name in `tests/golden/<name>/`."""
    for file in files:
        path = FOLDER / name / Path(file.path).name
        if IS_UPDATE:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.content)
        assert path.is_file(), f"{path} is missing: run with DIGEST_UPDATE_GOLDEN=1"
        assert file.content == path.read_bytes(), f"{file.path} is not as in {path}"
