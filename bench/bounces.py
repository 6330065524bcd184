"""Read flufl.bounce's own sample bounces, and print how many are told rightly: `make bounces`.

The samples are mails of real servers and people, so they are not kept here: they come with the
library's source distribution, whose tests tell of each what stands in it. `DIGEST_FLUFL_SAMPLES`
names an unpacked one; else it is downloaded.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from digest.mail.bounces import read
from digest.models.returns import ReturnKind

PERMANENT, TEMPORARY, NOTHING = "a permanent failure", "a temporary failure", "nothing"
TOLD = {
    ReturnKind.HARD: PERMANENT,
    ReturnKind.SOFT: PERMANENT,  # why is told apart: a full mailbox is permanent, and soft
    ReturnKind.DELAYED: TEMPORARY,
}

Expected = dict[str, tuple[str, frozenset[str]]]


def main() -> None:
    """Print the figures, and each sample that is told otherwise than its test says."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(os.environ.get("DIGEST_FLUFL_SAMPLES") or fetched(Path(folder)))
        expected = expected_in(root / "tests" / "test_detectors.py")
        samples = sorted((root / "tests" / "data").glob("*.txt"))
        figures: Counter[tuple[str, str]] = Counter()
        for sample in samples:
            row, wrong = judged(sample, *expected.get(sample.name, (NOTHING, frozenset())))
            figures[row] += 1
            if wrong:
                print(f"{sample.name}: {wrong}")
    print(f"\n{len(samples)} samples of flufl.bounce {version('flufl.bounce')}\n")
    for (said, result), count in sorted(figures.items()):
        print(f"{count:4}  {said}: {result}")


def judged(sample: Path, said: str, named: frozenset[str]) -> tuple[tuple[str, str], str]:
    """Compare what we read in a sample with what its test says of it."""
    returned = read(sample.read_bytes())
    told = TOLD.get(returned.kind, NOTHING)
    if told != said:
        result = "unknown" if told is NOTHING else "wrong"
        return (said, result), f"{said} is told as {returned.kind}"
    if frozenset(returned.recipients) != named:
        return (said, "another address"), f"it names {len(named)} others"
    return (said, f"right, {returned.kind}"), ""


def expected_in(tests: Path) -> Expected:
    """Return by file what the library's tests expect: a table of detector, file, addresses, kind.

    A file that stands there for several detectors counts as the one that finds something in it.
    """
    found: Expected = {}
    for _, name, addresses, is_temporary in rows_of(tests):
        if addresses:
            named = frozenset(address.decode() for address in addresses)
            found[name] = (TEMPORARY if is_temporary else PERMANENT, named)
    return found


def rows_of(tests: Path) -> Iterator[tuple[str, str, list[bytes], bool]]:
    for node in ast.parse(tests.read_text("utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "DETECTORS":
            yield from ast.literal_eval(node.value)


def fetched(folder: Path) -> Path:
    """Download the source of the installed version, and unpack it."""
    wanted = ["--no-binary", ":all:", "--no-deps", f"flufl.bounce=={version('flufl.bounce')}"]
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--dest", str(folder)]
    subprocess.run([*command, *wanted], check=True)
    with tarfile.open(next(folder.glob("*.tar.gz"))) as archive:
        archive.extractall(folder, filter="data")
    return next(path for path in folder.iterdir() if path.is_dir())


if __name__ == "__main__":
    main()
