"""One new day of papers taken in and published, by a process that has done nothing else yet.

`python -m bench.newday ROOT SIZE DAY` prints, as JSON, how many seconds publishing took, and of how
many files. What is measured is `publish` itself, as `digest watch` calls it after each dump.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import date
from pathlib import Path

from bench import archives
from digest.pipeline.publish import publish

PAPERS = 50


def main() -> None:
    root, size, day = Path(sys.argv[1]), int(sys.argv[2]), date.fromisoformat(sys.argv[3])
    letter = archives.newsletter(root)
    past = (day - archives.LAST_DAY).days
    works = archives.day_of(size, size + past * PAPERS, PAPERS, day)
    archives.fill(letter, [works])
    store, output, press = letter.store, letter.output, letter.press
    start = time.perf_counter()
    difference = publish(store, output, press, letter.now(), iter, everything=False)
    print(json.dumps({"seconds": time.perf_counter() - start, "files": len(difference.paths)}))


if __name__ == "__main__":
    main()
