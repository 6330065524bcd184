"""New days of papers, each taken in and published, by one process, as `digest watch` does.

`python -m bench.newday ROOT SIZE DAYS` prints, as JSON, how many seconds publishing took each day,
and how many files changed. The process has done nothing else before the first day, which is what a
command pays that is called anew each time, but for its start.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import timedelta
from pathlib import Path

from bench import archives
from digest.pipeline.publish import publish

PAPERS = 50


def main() -> None:
    root, size, days = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    letter = archives.newsletter(root)
    store, output, press = letter.store, letter.output, letter.press
    seconds, files = [], 0
    for past in range(days):
        day = archives.LAST_DAY + timedelta(days=past + 1)
        archives.fill(letter, [archives.day_of(size, size + past * PAPERS, PAPERS, day)])
        start = time.perf_counter()
        difference = publish(store, output, press, letter.now(), iter, everything=False)
        seconds.append(time.perf_counter() - start)
        files = len(difference.paths)
    print(json.dumps({"seconds": seconds, "files": files}))


if __name__ == "__main__":
    main()
