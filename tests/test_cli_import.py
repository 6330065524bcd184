"""`digest subscribers import` as a user calls it: files, pipes, codes, JSON, there and back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import flow
import pytest
from test_cli_subscribers import TOPICS, Letter
from typer.testing import CliRunner

from digest.cli.commands import app

WHO = "reader@example.org"
YESTERDAY = (datetime.now(UTC) - timedelta(days=1)).date()


def make(root: Path) -> Letter:
    assert CliRunner().invoke(app, ["init", str(root)]).exit_code == 0
    config = root / "digest.toml"
    config.write_text(config.read_text("utf-8") + TOPICS, "utf-8")
    return Letter(root)


@pytest.fixture
def letter(tmp_path: Path) -> Letter:
    """A newsletter with two topics and no subscriber."""
    return make(tmp_path / "letter")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where lists lie."""
    folder = tmp_path / "lists"
    folder.mkdir()
    return folder


def written(path: Path, *lines: str) -> Path:
    path.write_text("\n".join([*lines, ""]), "utf-8")
    return path


def states(letter: Letter) -> dict[str, str]:
    found = letter.json("list", "--limit", 0)["subscribers"]
    return {each["address"]: each["state"] for each in found}


def test_a_list_comes_in_and_a_second_time_changes_nothing(letter: Letter, folder: Path) -> None:
    file = written(folder / "list.csv", "Email Address,First Name", f"{WHO},R", "a@example.org,A")
    dry = letter.json("import", file, "--dry-run")
    assert states(letter) == {}
    told = letter.json("import", file)
    assert told == dry | {"dry_run": False}
    assert told == {
        "dry_run": False,
        "changed": True,
        "rows": {
            **{"all": 2, "pending": 2, "active": 0, "confirmed": 0, "updated": 0, "opted_out": 0},
            **{"unchanged": 0, "suppressed": 0, "repeated": 0, "refused": 0},
        },
        "suppressed": {},
        "record": {"proofs": 0, "refused": 0},
        "ignored_columns": {"list": ["First Name"], "record": []},
        "problems": [],
        "more_problems": 0,
    }
    assert states(letter) == {WHO: "pending", "a@example.org": "pending"}
    again = letter.json("import", file, ok=3)
    assert (again["changed"], again["rows"]["unchanged"]) == (False, 2)
    (line,) = letter.json("consent", WHO)["consents"]
    assert (line["act"], line["source"]) == ("imported", "digest subscribers import list.csv")


def test_what_is_wrong_is_told_and_the_rest_comes_in(letter: Letter, folder: Path) -> None:
    bad = [f"nobody{n},,,," for n in range(30)]
    file = written(
        folder / "list.csv",
        "email,hour,topics,state,x",
        f"{WHO},25,,,",
        "a@example.org,7,vision,,",
        "A@example.org,8,,,",
        "b@example.org,,,cleaned,",
        *bad,
    )
    said = letter.call("import", file, "--dry-run", ok=1)
    assert states(letter) == {}
    assert letter.call("import", file, ok=1).replace("\n", "") in said.replace(
        " (dry run: nothing is kept)", ""
    ).replace("\n", "")
    assert states(letter) == {"a@example.org": "pending"}
    told = letter.json("import", file, ok=1)
    assert told["rows"]["refused"] == 31
    assert told["problems"][0] == {
        **{"of": "list", "line": 2, "kind": "refused"},
        "why": "there is no hour 25 (it is of the local day, 0 to 23)",
    }
    done = CliRunner().invoke(app, ["-C", str(letter.root), "subscribers", "import", str(file)])
    for words in (
        "list: columns not known, passed over: x",
        "list, line 4: repeated: the address stands on a line before",
        "… and 12 lines more; --json tells the first hundred",
        "Nothing changed.",
        "34 rows",
        "2 as before",
        "31 refused",
    ):
        assert words in done.stdout
    assert "example.org" not in done.stdout.replace("reader@example.org)", "")


def test_with_the_record_of_consent(letter: Letter, folder: Path) -> None:
    file = written(folder / "list.csv", "email", WHO, "a@example.org", "b@example.org")
    record = written(
        folder / "record.csv",
        "address,at,source,proof,notes",
        f"{WHO},2025-01-02T03:04:05Z,web form,192.0.2.7,x",
        "a@example.org,2925-01-02,web form,,x",
        "b@example.org,,web form,,x",
    )
    told = letter.json("import", file, "--with-consent-record", record, ok=1)
    assert told["record"] == {"proofs": 1, "refused": 2}
    assert told["ignored_columns"]["record"] == ["notes"]
    assert [(each["of"], each["line"]) for each in told["problems"]] == [
        ("record", 3),
        ("record", 4),
    ]
    assert states(letter) == {WHO: "active", "a@example.org": "pending", "b@example.org": "pending"}
    (line,) = letter.json("consent", WHO)["consents"]
    assert line == {
        **{"act": "imported", "at": "2025-01-02T03:04:05+00:00", "source": "web form"},
        **{"wording": "", "network": "", "proof": "192.0.2.7"},
    }


def test_there_and_back(letter: Letter, folder: Path, tmp_path: Path) -> None:
    """What one newsletter exports, another takes in, the export being the record of consent."""
    wishes = ["--cadence", "weekly", "--hour", 18, "--zone", "Asia/Tokyo", "--topic", "vision"]
    wishes += ["--topic", "robots", "--mute", "survey", "--mute", "-1 shot", "--cap", 9, "--empty"]
    letter.call("add", "=a+b@example.org", "--confirmed", "--source", '=form, "2"', *wishes)
    letter.call("add", "Ä.Reader@bücher.example.org", "--source", "'=fair", "--mute", "'=x")
    letter.call("add", "plain@example.org", "--confirmed", "--source", "form")
    letter.call("add", "gone@example.org", "--confirmed", "--source", "form")
    letter.call("remove", "gone@example.org")
    export = folder / "export.csv"
    letter.call("export", "--to", export)
    other = make(tmp_path / "other")
    told = other.json("import", export, "--with-consent-record", export)
    assert told["ignored_columns"] == {
        "list": [],
        "record": ["cadence", "hour", "zone", "topics", "muted", "cap", "empty"],
    }
    assert (told["rows"]["opted_out"], told["rows"]["refused"], told["problems"]) == (1, 0, [])
    expected = [row for row in letter.table() if row["state"] != "unsubscribed"]
    assert other.table() == expected
    held = other.json("export", "gone@example.org")
    assert held["suppression"]["reason"] == "unsubscribed"
    assert held["subscriber"] is None
    assert not other.json("import", export, "--with-consent-record", export, ok=3)["changed"]


def test_update_changes_wishes(letter: Letter, folder: Path) -> None:
    letter.call("add", WHO, "--confirmed", "--source", "form", "--hour", 8)
    file = written(folder / "list.csv", "email,hour", f"{WHO},9")
    assert letter.json("import", file, ok=3)["rows"]["unchanged"] == 1
    assert letter.table()[0]["hour"] == "8"
    assert letter.json("import", file, "--update")["rows"]["updated"] == 1
    assert (letter.table()[0]["hour"], letter.table()[0]["state"]) == ("9", "active")


def test_what_is_no_list_is_refused_plainly(letter: Letter, folder: Path) -> None:
    (folder / "list.xlsx").write_bytes(b"PK\x03\x04\x14\0")
    said = letter.call("import", folder / "list.xlsx", ok=2)
    assert "list.xlsx: it is a workbook" in said
    assert "save the sheet as CSV" in said
    assert "cannot be read" in letter.call("import", folder / "none.csv", ok=2)
    assert "cannot be read" in letter.call("import", folder, ok=2)
    assert "there is nothing in it" in letter.call("import", written(folder / "e.csv"), ok=2)
    names = written(folder / "names.csv", "name", "Reader")
    assert "names.csv, line 1: no column of addresses" in letter.call("import", names, ok=2)
    good = written(folder / "list.csv", "email", WHO)
    letter.call("import", good, "--with-consent-record", names, ok=2)
    assert states(letter) == {}
    only = written(folder / "only.csv", "email")
    assert letter.json("import", only, ok=3)["rows"]["all"] == 0


def test_a_pipe_can_be_a_list_and_no_log_names_an_address(letter: Letter, folder: Path) -> None:
    record = written(folder / "r.csv", "address,at,source", "a@example.org,2025-01-02,form")
    command = [sys.executable, "-m", "digest", "-C", str(letter.root), "subscribers", "import"]
    done = subprocess.run(
        [*command, "-", "--with-consent-record", str(record), "--json"],
        input=f"{WHO}\na@example.org\nbad@\n".encode(),
        capture_output=True,
        env={**os.environ, "DIGEST_LOG__LEVEL": "debug", "DIGEST_LOG__FORMAT": "json"},
        check=False,
    )
    assert done.returncode == 1
    assert b"@example.org" not in done.stderr
    told: Any = json.loads(done.stdout)
    assert (told["rows"]["pending"], told["rows"]["active"]) == (1, 1)
    assert WHO not in done.stdout.decode().replace(f"such as {WHO}", "")


def test_no_mail_goes_to_who_is_pending(tmp_path: Path, folder: Path) -> None:
    """Neither is anything planned for them, nor can it be asked for by name."""
    root = tmp_path / "flow"
    root.mkdir()
    with closing(flow.make(root)) as made:
        made.drop(f"{YESTERDAY}.txt", flow.page(YESTERDAY, (1, 2)))
    letter = Letter(root)
    file = written(folder / "list.csv", "email,hour,zone", f"{WHO},0,UTC", "a@example.org,0,UTC")
    record = written(folder / "r.csv", "address,at,source", "a@example.org,2025-01-02,form")
    letter.json("import", file, "--with-consent-record", record)
    run = ["-C", str(root)]
    assert CliRunner().invoke(app, [*run, "run", "--json"]).exit_code == 0

    def due(*args: str) -> int:
        eml = folder / f"eml{len(list(folder.iterdir()))}"
        deliver = [*run, "deliver", "--edition", str(YESTERDAY), *args, "--eml", str(eml)]
        done = CliRunner().invoke(app, deliver)
        found = [path.read_text() for path in eml.glob("*.eml")] if eml.exists() else []
        assert not [text for text in found if WHO in text]
        assert done.exit_code in (0, 2, 3), done.output
        return len(found)

    dry = CliRunner().invoke(app, [*run, "deliver", "--edition", str(YESTERDAY), "--dry-run"])
    assert dry.exit_code == 0, dry.exception
    assert due() == 1
    assert due("--to", WHO) == 0
