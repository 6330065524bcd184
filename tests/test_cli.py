"""The commands as a user calls them: real processes, exit codes, what is printed where.

Those that are `started` start Python too, as those of test_readme do.
"""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from warm import digest

DIGEST = [sys.executable, "-m", "digest"]
TODAY = datetime.now(UTC).date()
SEA = "We chart the floor of an invented ocean with nine buoys and one patient whale, twice. " * 5
SKY = "A kite that listens to thunder tells rain from hail a minute ahead of the barometer. " * 5


def started(root, *args, ok=0, **env):
    """As `digest`, but Python is started too."""
    done = subprocess.run(
        [*DIGEST, "--dir", str(root), *map(str, args)],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "120", **env},
        check=False,
    )
    assert done.returncode == ok, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr if ok not in (0, 3) else done.stdout


def listing(*papers):
    """Return an API answer that lists papers, each `(id, title, abstract)`."""
    told = [{"paper": {"id": i, "title": t, "summary": a, "upvotes": 3}} for i, t, a in papers]
    return json.dumps(told)


@pytest.fixture
def root(tmp_path):
    """A new newsletter with today's dump of two papers in its inbox."""
    root = tmp_path / "letter"
    digest(tmp_path, "init", root)
    (root / "inbox" / f"{TODAY}.json").write_text(
        listing(("2603.90001", "Maps of the Sea", SEA), ("2603.90002", "Kites", SKY))
    )
    return root


def test_init_makes_a_newsletter_once(tmp_path):
    started(tmp_path, "init", tmp_path / "new")
    assert (tmp_path / "new" / "inbox").is_dir()
    assert "# " in (tmp_path / "new" / "digest.toml").read_text()
    assert "newsletter already" in started(tmp_path, "init", tmp_path / "new", ok=2)


def test_run_publishes_and_a_second_run_has_nothing_new(root):
    told = json.loads(started(root, "run", "--json"))
    assert [(d["status"], d["listed"], d["new"]) for d in told["dumps"]] == [("read", 2, 2)]
    assert told["editions"] == [
        {"name": str(TODAY), "sealed": False, "new": 2, "trending": 0, "revised": 0}
    ]
    assert told["quiet"] is None
    assert {"index.html", "feeds/atom.xml"} <= set(told["published"])
    assert all((root / "output" / path).is_file() for path in told["published"])
    again = json.loads(started(root, "run", "--json", ok=3))
    assert (again["dumps"], again["published"]) == ([], [])
    assert again["quiet"].startswith("nothing arrived")


def test_a_dry_run_changes_nothing(root):
    before = sorted(root.rglob("*"))
    told = json.loads(digest(root, "run", "--dry-run", "--json"))
    assert told["dumps"][0]["new"] == 2
    assert [
        path for path in sorted(root.rglob("*")) if not path.name.startswith("digest.db")
    ] == before
    assert json.loads(digest(root, "run", "--json"))["dumps"][0]["new"] == 2


def test_diff_records_nothing_and_keeps_the_order_of_its_files(root, tmp_path):
    early, late = tmp_path / "b 2026-03-10.json", tmp_path / "a 2026-03-11.json"
    early.write_text(listing(("2603.90001", "Maps of the Sea", SEA)))
    late.write_text(listing(("2603.90001", "Maps of the Sea", SEA), ("2603.90003", "Owls", "")))
    for folder in (root, tmp_path):
        told = json.loads(digest(folder, "diff", "--json", late, early))
        assert [each["file"] for each in told] == [str(late), str(early)]
        assert [p["arxiv_id"] for p in told[0]["new"]] == ["2603.90003"]
        assert [p["key"] for p in told[0]["seen"]] == ["arxiv:2603.90001"]
        assert [p["title"] for p in told[1]["new"]] == ["Maps of the Sea"]
        assert told[1]["new"][0]["abstract"] == " ".join(SEA.split())
    assert json.loads(digest(root, "run", "--json"))["dumps"][0]["new"] == 2


def test_diff_outside_a_newsletter_minds_no_output_that_lies_there(tmp_path):
    (tmp_path / "output" / "editions" / "2026-03-11").mkdir(parents=True)
    (tmp_path / "a.json").write_text(listing(("2603.90001", "Maps of the Sea", SEA)))
    done = subprocess.run(
        [*DIGEST, "diff", "--json", "a.json"],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert len(json.loads(done.stdout)[0]["new"]) == 1


def test_diff_tells_what_cannot_be_read(tmp_path):
    (tmp_path / "a.json").write_text('{"error": "too many requests"}')
    (tmp_path / "b.json").write_text("[]")
    told = json.loads(digest(tmp_path, "diff", "--json", tmp_path / "a.json", tmp_path / "b.json",
                             tmp_path / "none", ok=3))  # fmt: skip
    assert [each["status"] for each in told] == ["rejected", "empty", "rejected"]
    assert told[1]["reason"] == "recognised, nothing readable"
    assert all(each["reason"] for each in told)


def test_the_curator_works_on_a_draft(root):
    name = str(TODAY)
    digest(root, "run")
    digest(root, "edition", "pin", name, "https://arxiv.org/abs/2603.90002")
    digest(root, "edition", "hide", name, "2603.90001")
    digest(root, "edition", "note", name, "--text", "A *quiet* day.")
    digest(root, "publish")
    shown = json.loads(digest(root, "edition", "show", name, "--json"))
    assert [p["key"] for p in shown["new"]] == ["arxiv:2603.90002"]
    assert shown["edition"]["note"] == "A *quiet* day."
    page = (root / "output" / "editions" / name / "index.html").read_text()
    assert "<em>quiet</em>" in page
    assert "Maps of the Sea" not in page
    left = (root / "output" / "papers" / "2603.90001" / "index.html").read_text()
    assert "Maps of the Sea" not in left
    digest(root, "edition", "unhide", name, "2603.90001")
    digest(root, "publish")
    back = (root / "output" / "papers" / "2603.90001" / "index.html").read_text()
    assert "Maps of the Sea" in back
    assert "no paper is known" in digest(root, "edition", "pin", name, "2603.99999", ok=2)
    assert "no edition" in digest(root, "edition", "show", "yesterday", ok=2)


def test_a_dry_run_of_the_curator_and_of_publishing_changes_nothing(root):
    name = str(TODAY)
    digest(root, "run")
    before = {path: path.read_bytes() for path in (root / "output").rglob("*") if path.is_file()}
    pin = ("edition", "pin", name, "2603.90002")
    told = json.loads(digest(root, *pin, "--dry-run", "--json"))
    assert told == {"edition": name, "paper": "arxiv:2603.90002", "done": "pinned"}
    assert json.loads(digest(root, "publish", "--dry-run", "--json"))["published"] == []
    digest(root, *pin)
    paths = json.loads(digest(root, "publish", "--dry-run", "--json"))["published"]
    assert f"editions/{name}/index.html" in paths
    after = {path: path.read_bytes() for path in (root / "output").rglob("*") if path.is_file()}
    assert after == before
    assert set(paths) <= set(json.loads(digest(root, "publish", "--json"))["published"])


def test_a_dry_run_of_init_makes_nothing(tmp_path):
    told = json.loads(digest(tmp_path, "init", tmp_path / "new", "--dry-run", "--json"))
    assert str(tmp_path / "new" / "digest.toml") in told["made"]
    assert not (tmp_path / "new").exists()


def test_a_backup_brings_everything_back(root, tmp_path):
    digest(root, "run")
    started(root, "backup", tmp_path / "kept.db")
    before = {p: p.read_bytes() for p in (root / "output").rglob("*.html")}
    for file in root.glob("digest.db*"):
        file.unlink()
    told = digest(root, "run", ok=78)
    assert "digest restore" in told
    digest(root, "restore", tmp_path / "kept.db")
    digest(root, "publish", "--all")
    assert {p: p.read_bytes() for p in (root / "output").rglob("*.html")} == before
    digest(root, "run", ok=3)


@pytest.mark.parametrize("damage", [b"", b"not a database" * 100, b"\0" * 8192])
def test_a_damaged_database_is_refused_with_a_hint(root, damage):
    digest(root, "run")
    for file in root.glob("digest.db*"):
        file.unlink()
    (root / "digest.db").write_bytes(damage)
    assert "restore" in digest(root, "run", ok=78)
    findings = json.loads(digest_any(root, "doctor", "--json"))
    assert [each["about"] for each in findings if not each["well"]] == ["store"]


def test_the_doctor_tells_whether_all_is_seen_at_one_instant(root):
    digest(root, "run")
    assert "published all at one instant" in digest(root, "doctor")
    (root / "output" / ".git").mkdir()
    assert "published file by file: it is a repository" in digest(root, "doctor")


def digest_any(root, *args):
    return subprocess.run(
        [*DIGEST, "--dir", str(root), *args], capture_output=True, text=True, check=False
    ).stdout


def test_a_database_of_a_later_version_is_refused(root):
    started(root, "run")
    with sqlite3.connect(root / "digest.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    assert "later version" in started(root, "run", ok=78)


def test_wrong_settings_are_told_all_at_once(root):
    (root / "digest.toml").write_text('[site]\nurll = "x"\n[trending]\nhalf_life_days = -1\n')
    told = digest(root, "config", "check", ok=78)
    assert "site.urll" in told
    assert "site.url" in told
    assert "trending.half_life_days" in told


def test_without_a_newsletter_commands_say_what_to_do(tmp_path):
    assert "digest init" in started(tmp_path, "run", ok=78)


def test_secrets_are_masked(root):
    url = "postgresql://me:hunter2@127.0.0.1:1/none"
    shown = digest(root, "config", "check", "--json", DIGEST_STORE__URL=url)
    assert "hunter2" not in shown
    told = digest(root, "status", ok=1, DIGEST_STORE__URL=url)
    assert "hunter2" not in told


def test_status_tells_what_was_read_what_waits_and_what_was_rejected(root):
    digest(root, "run")
    (root / "inbox" / "shopping.txt").write_text("eggs, milk, and a lamp")
    digest(root, "run", ok=3)
    (root / "inbox" / "later.json").write_text(listing(("2603.90009", "Owls", SKY)))
    told = json.loads(digest(root, "status", "--json"))
    assert [d["new"] for d in told["read"]] == [2]
    assert [d["file"] for d in told["rejected"]] == ["shopping.txt"]
    assert told["rejected"][0]["reason"]
    assert told["ready"] + told["waiting"] == ["later.json"]
    assert told["due"]["next"] > told["at"]


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="Linux has a file that fails")
def test_a_file_that_the_disk_cannot_give_is_told_and_stops_no_other(root):
    told = json.loads(started(root, "diff", "--json", "/proc/self/mem", ok=3))
    assert told[0]["status"] == "rejected"
    assert told[0]["reason"] == "it cannot be read: Input/output error"
    good = next((root / "inbox").glob("*.json"))
    told = json.loads(started(root, "run", "--json", "/proc/self/mem", good))
    assert sorted(dump["status"] for dump in told["dumps"]) == ["read", "rejected"]


def test_a_format_of_another_package_is_read(root, tmp_path):
    package = tmp_path / "site"
    (package / "owl_format-1.0.dist-info").mkdir(parents=True)
    (package / "owl_format-1.0.dist-info" / "METADATA").write_text(
        "Name: owl-format\nVersion: 1.0\n"
    )
    (package / "owl_format-1.0.dist-info" / "entry_points.txt").write_text(
        "[digest.dumps]\nowl = owl_format:FORMAT\n"
    )
    (package / "owl_format.py").write_text(
        "from digest.dumps import Format, Listing\n"
        "from digest.models import ListedPaper\n"
        "def read(source):\n"
        "    titles = source.whole().split('\\n')[1:]\n"
        "    papers = (ListedPaper(title=t, position=n) for n, t in enumerate(titles, 1) if t)\n"
        "    return Listing(format='owl', day=None, papers=papers)\n"
        "FORMAT = Format(name='owl', matches=lambda s: s.head.startswith('OWLS'), read=read)\n"
    )
    dump = tmp_path / "owls.txt"
    dump.write_text("OWLS\nOn Owls\nOn More Owls\n")
    told = json.loads(started(root, "diff", "--json", dump, PYTHONPATH=str(package)))
    assert told[0]["format"] == "owl"
    assert [p["title"] for p in told[0]["new"]] == ["On Owls", "On More Owls"]
    (package / "owl_format.py").write_text("raise RuntimeError('gone')")
    assert "uninstall owl-format" in started(
        root, "diff", "--json", dump, ok=78, PYTHONPATH=str(package)
    )


def test_a_template_of_ones_own_wins_and_a_broken_one_is_named(root):
    own = root / "templates" / "markdown"
    own.mkdir()
    (own / "edition.md").write_text("My own words\n")
    digest(root, "run")
    assert "My own words" in (root / "output" / "editions" / str(TODAY) / "digest.md").read_text()
    (own / "edition.md").write_text("{% if %}")
    assert "edition.md" in digest(root, "publish", ok=78)


def test_publishing_all_tells_what_somebody_else_changed_and_puts_it_right(root):
    digest(root, "run")
    output = root / "output"
    before = (output / "about" / "index.html").read_bytes()
    (output / "about" / "index.html").write_text("changed")
    (output / "404.html").unlink()
    dry = json.loads(digest(root, "publish", "--all", "--dry-run", "--json"))
    told = json.loads(digest(root, "publish", "--all", "--json"))
    assert (told["new"], told["changed"]) == (["404.html"], ["about/index.html"])
    assert (told["removed"], told["repair"]) == ([], True)
    assert dry == told
    assert (output / "about" / "index.html").read_bytes() == before
    (output / "404.html").unlink()
    said = digest(root, "publish", "--all")
    assert "404.html" in said
    assert "somebody" in said


def test_a_newsletter_without_papers_can_be_published_and_says_so(tmp_path):
    digest(tmp_path, "init", tmp_path / "new")
    assert digest(tmp_path / "new", "publish", "--all").startswith("51 files written")
    first = (tmp_path / "new" / "output" / "index.html").read_text()
    assert "There is no edition yet" in first
    assert "up to date" in digest(tmp_path / "new", "publish")
