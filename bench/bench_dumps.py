"""Reading dumps, beside what one would write oneself.

Page text beside `re.split` on blank lines and a fold of white space, the API's JSON beside
`json.loads`, both over the same bytes in the same run; and the memory that reading takes.
`python -m bench.bench_dumps [scale]` prints the rows.
"""

import io
import json
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from digest.dumps import Limits, read

_PAGE_BYTES = 200_000_000
_API_RECORDS = 4000
_RUNS = 3
_LIMITS = Limits(max_bytes=10**10, max_papers=10**8)
_TEXT = (
    "we propose a slow observer of tidal gardens that weighs every guess against the water of the "
    "following week and existing methods need more pictures than our network on three datasets of "
    "invented harbours while results show small errors near the sluices and the naïve model fails"
)
_WORDS = _TEXT.split()
_HEAD = (
    "new\n\nGet trending papers in your email inbox!\n\nSubscribe\n\nDaily Papers\n\n"
    "byAK and the research community\n\nMay 8\n\n"
)


def rows(scale: float = 1.0) -> Iterator[dict]:
    """Yield one row a job; `scale` makes the data smaller or larger."""
    with tempfile.TemporaryDirectory() as folder:
        page = Path(folder) / "page.txt"
        _write_page(page, int(_PAGE_BYTES * scale))
        yield _page_row(page.read_bytes())
        yield _memory_row(page, scale)
    yield _api_row(_api(max(1, int(_API_RECORDS * scale))))


def _page_row(raw: bytes) -> dict:
    ours, theirs = _times(lambda: _read(raw), lambda: _split(raw))
    return _row(
        f"page text, {len(raw) / 1e6:.0f} MB",
        ours,
        "re.split and a fold of white space",
        theirs,
        goal="at most 2 times",
    )


def _api_row(raw: bytes) -> dict:
    ours, theirs = _times(lambda: _read(raw), lambda: json.loads(raw))
    row = _row(
        f"API JSON, {len(raw) / 1e6:.1f} MB", ours, "json.loads", theirs, goal="at most 2 times"
    )
    if row["ratio"] > 2:
        row["note"] += "; missed: records are decoded one by one, so that memory stays small, and"
        row["note"] += " each text is cleaned, which takes as long as json.loads itself"
    return row


def _memory_row(page: Path, scale: float) -> dict:
    """Tell the memory that reading the page adds to that of reading a tenth of it."""
    tenth = page.with_name("tenth.txt")
    _write_page(tenth, int(_PAGE_BYTES * scale / 10))
    small, large = _peak_mib(tenth), _peak_mib(page)
    return {
        "job": f"page text, {page.stat().st_size / 1e6:.0f} MB: peak memory in MiB",
        "ours_ms": None,
        "theirs": "a tenth of the page",
        "theirs_ms": None,
        "ratio": round(large / small, 2),
        "goal": "flat: at most 1.2 times",
        "note": f"{large:.0f} MiB beside {small:.0f} MiB",
    }


def _row(job: str, ours: float, theirs_name: str, theirs: float, *, goal: str) -> dict:
    return {
        "job": job,
        "ours_ms": round(ours * 1000, 1),
        "theirs": theirs_name,
        "theirs_ms": round(theirs * 1000, 1),
        "ratio": round(ours / theirs, 2),
        "goal": goal,
        "note": f"medians of {_RUNS}, in turns",
    }


def _times(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float]:
    """Return the medians of both, run in turns."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(_RUNS):
        for job, spent in zip((ours, theirs), times, strict=True):
            start = time.perf_counter()
            job()
            spent.append(time.perf_counter() - start)
    return statistics.median(times[0]), statistics.median(times[1])


def _read(raw: bytes) -> int:
    return sum(1 for _ in read(io.BytesIO(raw), _LIMITS).papers)


def _split(raw: bytes) -> list[str]:
    return [" ".join(block.split()) for block in re.split(r"\n\s*\n", raw.decode())]


def _peak_mib(page: Path) -> float:
    code = (
        "import sys\n"
        "from digest.dumps import Limits, read\n"
        "with open(sys.argv[1], 'rb') as stream:\n"
        "    listing = read(stream, Limits(max_bytes=10**10, max_papers=10**8))\n"
        "    sum(1 for _ in listing.papers)\n"
        "status = open('/proc/self/status').read()\n"  # ru_maxrss would be the parent's, too
        "print(int(status.split('VmHWM:')[1].split()[0]) / 1024)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(page)], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def _write_page(path: Path, size: int) -> None:
    """Write a page of about `size` bytes: the same abstracts again under ever new titles."""
    chance = random.Random(7)
    abstracts = [_abstract(chance) for _ in range(300)]
    written = count = 0
    with path.open("w", encoding="utf-8") as file:
        written += file.write(_HEAD)
        while written < size:
            title = f"{_title(chance)} {count}"
            count += 1
            written += file.write(f"{title}\n\n{chance.choice(abstracts)} {count}.\n\n")


def _abstract(chance: random.Random) -> str:
    sentences = (
        " ".join(chance.choices(_WORDS, k=chance.randint(14, 30))).capitalize() + "."
        for _ in range(10)
    )
    return " ".join(sentences)


def _title(chance: random.Random) -> str:
    return " ".join(word.capitalize() for word in chance.choices(_WORDS, k=chance.randint(4, 12)))


def _api(records: int) -> bytes:
    chance = random.Random(7)
    return json.dumps([_item(chance, n) for n in range(records)], ensure_ascii=False).encode()


def _item(chance: random.Random, number: int) -> dict:
    summary = _abstract(chance)
    authors = [_author(chance, n) for n in range(chance.randint(2, 16))]
    return {
        "paper": {
            "id": f"{30 + number // 90_000:02}05.{number % 90_000 + 10_000:05}",
            "authors": authors,
            "publishedAt": "2031-05-06T17:27:20.000Z",
            "submittedOnDailyAt": "2031-05-07T01:02:03.000Z",
            "title": _title(chance),
            "summary": summary,
            "upvotes": number % 300,
            "discussionId": f"{chance.getrandbits(96):024x}",
            "ai_summary": summary[:200],
            "ai_keywords": chance.choices(_WORDS, k=6),
            "githubRepo": "https://example.org/tidal/gardens",
            "githubStars": number,
            "submittedOnDailyBy": _user("curator"),
        },
        "publishedAt": "2031-05-06T13:27:20.000Z",
        "title": _title(chance),
        "summary": summary,
        "thumbnail": f"https://example.org/{number}.png",
        "numComments": number % 9,
        "submittedBy": _user("curator"),
    }


def _author(chance: random.Random, number: int) -> dict:
    """Return an author as the API tells of one: every third has an account."""
    identity = f"{chance.getrandbits(96):024x}"
    author = {"_id": identity, "name": f"Ada{number} Quill", "hidden": number % 11 == 10}
    if number % 3 == 0:
        author["user"] = _user(f"ada{number}")
        author["status"] = "claimed_verified"
        author["statusLastChangedAt"] = "2031-05-06T19:27:20.000Z"
    return author


def _user(name: str) -> dict:
    return {
        "_id": "0123456789abcdef01234567",
        "avatarUrl": f"https://example.org/avatars/{name}.png",
        "isPro": False,
        "fullname": name.title(),
        "user": name,
        "type": "user",
        "name": name,
    }


if __name__ == "__main__":
    for row in rows(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0):
        print(row)
