"""The search of the site: what its lists and bundles hold, and that few are made anew."""

from __future__ import annotations

import json
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import xss
from flow import Letter, api, make, tree
from hypothesis import given
from hypothesis import strategies as st

from digest import pagefind
from digest.cli import work
from digest.cli.examine import examine
from digest.errors import ConfigError, DigestError
from digest.models.searching import Findable
from digest.render import bundles, to_search

SEARCH = "search/"
CONFIG = '[site]\nurl = "https://papers.example.org"\n\n[search]\nengine = "{}"\n'


@pytest.fixture
def letter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Letter:
    """Three to a list, so that a few papers fill several."""
    monkeypatch.setattr(to_search, "PER_LIST", 3)
    return opened(tmp_path / "letter", "builtin")


def opened(root: Path, engine: str, more: str = "") -> Letter:
    root.mkdir(exist_ok=True)
    (root / "digest.toml").write_text(CONFIG.format(engine) + more)
    return make(root)


def lists(letter: Letter) -> list[list[list[Any]]]:
    """What the lists hold, those first that are looked through first."""
    folder = letter.folder / "search" / "papers"
    told = json.loads((folder / "index.json").read_text("utf-8"))["lists"]
    return [json.loads((folder / f"{row[0]}.json").read_text("utf-8"))["papers"] for row in told]


def slugs(letter: Letter) -> list[list[str]]:
    return [[paper[0] for paper in papers] for papers in lists(letter)]


def numbers(letter: Letter) -> list[list[int]]:
    return [[int(slug[-2:]) for slug in part] for part in slugs(letter)]


# The lists ------------------------------------------------------------------------------------


def test_lists_hold_every_paper_the_latest_first(letter: Letter) -> None:
    letter.run(_2026_03_11_json=api((1, 2, 3, 4)), _2026_03_12_json=api((5,)))
    assert numbers(letter) == [[5, 4], [3, 2, 1]]
    paper = lists(letter)[0][0]
    assert paper[1:] == [
        "Tidepool 5: Sparse attention over a million tokens",
        ["Ada Almeida"],
        "2026-03-09",
        "2026-03-12 2026-W11 2026-03",
        "",
    ]
    folder = letter.folder / "search" / "papers"
    told = json.loads((folder / "index.json").read_text("utf-8"))["lists"]
    assert [row[2:] for row in told] == [["2026-03-11", "2026-03-12"], ["2026-03-11"] * 2]


def test_only_lists_that_say_something_else_are_written(letter: Letter) -> None:
    letter.run(_2026_03_10_json=api((1, 2, 3)), _2026_03_11_json=api((4, 5, 6)))
    before = tree(letter.folder / "search/papers")
    letter.run(_2026_03_12_json=api((2, 5, 7), votes=99))  # seen again, and a new one
    after = tree(letter.folder / "search/papers")
    assert {name for name in after if after[name] != before.get(name)} == {"2.json", "index.json"}
    letter.at += timedelta(days=1)
    letter.run(_2026_03_13_json=api((1,), version="v2"))  # revised: it stands in an edition more
    assert "2026-03-13" in lists(letter)[-1][-1][4]
    assert tree(letter.folder / "search/papers")["1.json"] == before["1.json"]


def test_a_hidden_paper_leaves_and_comes_back(letter: Letter) -> None:
    letter.run(_2026_03_11_json=api((1, 2)), _2026_03_12_json=api((3, 4)))
    for is_hidden in (True, False):
        with letter.store.writing() as tx:
            tx.curate_hide("2026-03-12", "arxiv:2603.00003", is_hidden)
        work.publish(letter, everything=False)
        assert ([3] in [part[:1] for part in numbers(letter)]) is not is_hidden
        assert numbers(letter)[0] == [4]


def test_building_day_by_day_gives_what_building_all_gives(letter: Letter) -> None:
    letter.run(_2026_03_10_json=api((1, 2, 3, 4)))
    letter.run(_2026_03_11_json=api((5, 2), version="v2"))
    letter.run(_2026_03_12_json=api((6, 7, 3)))
    with letter.store.writing() as tx:
        tx.curate_hide("2026-03-12", "arxiv:2603.00006", True)
    work.publish(letter, everything=False)
    before = {path: content for path, content in tree(letter.folder).items() if SEARCH in path}
    assert not [path for path in work.publish(letter, everything=True) if path.startswith(SEARCH)]
    assert before == {p: content for p, content in tree(letter.folder).items() if SEARCH in p}
    assert numbers(letter) == [[7], [5, 4], [3, 2, 1]]


def test_without_a_search_none_of_it_is_left(letter: Letter, tmp_path: Path) -> None:
    letter.run(_2026_03_11_json=api((1, 2)))
    assert b"search/index.html" in (letter.folder / "index.html").read_bytes()
    letter.close()
    letter = opened(letter.root, "none")
    work.publish(letter, everything=False)
    assert not (letter.folder / "search").exists()
    assert b"search/index.html" not in (letter.folder / "index.html").read_bytes()
    letter.close()


def test_hostile_text_stays_json(letter: Letter) -> None:
    told = json.loads(api(range(1, len(xss.STRINGS) + 1)))
    for item, words in zip(told, xss.STRINGS, strict=True):
        item["paper"]["title"] = words.encode("utf-8", "replace").decode() or "x"
        item["paper"]["authors"] = [{"name": words.encode("utf-8", "replace").decode()}]
    letter.run(_2026_03_11_json=json.dumps(told))
    assert sum(map(len, lists(letter))) == len(told)
    assert b"\0" not in b"".join(tree(letter.folder / "search").values())


# How whole texts are cut ----------------------------------------------------------------------


@given(st.integers(1, 200_000))
def test_bundles_hold_every_paper_once_and_are_few(last: int) -> None:
    found = bundles.cut(last)
    assert found[0].first == 1
    assert found[-1].last >= last >= found[-1].first
    assert all(one.last + 1 == other.first for one, other in pairwise(found))
    assert len(found) <= 16 + 3 * 6 + 1
    assert found[-1].last - last < 250
    sizes = [each.last - each.first + 1 for each in found]
    assert sizes == sorted(sizes, reverse=True)


def test_nothing_is_cut_into_no_bundles() -> None:
    assert bundles.cut(0) == ()
    assert [each.name for each in bundles.cut(2300)] == [
        *("1-1000", "1001-2000"),
        *("2001-2250", "2251-2500"),
    ]


# The index of whole texts ---------------------------------------------------------------------


@pytest.fixture
def full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Letter:
    """Three to a bundle."""
    if pagefind.version() is None:
        pytest.skip("pagefind is not installed")
    monkeypatch.setattr(bundles, "_SMALLEST", 3)
    monkeypatch.setattr(bundles, "_STEP", 2)
    return opened(tmp_path / "letter", "pagefind")


def made(letter: Letter) -> dict[str, dict[str, bytes]]:
    """The files of each bundle, by its name."""
    folder = letter.folder / "search" / "full"
    return {path.name: tree(path) for path in sorted(folder.iterdir()) if path.is_dir()}


def test_only_bundles_of_which_something_changed_are_made_anew(full: Letter) -> None:
    full.run(_2026_03_10_json=api((1, 2, 3)), _2026_03_11_json=api((4, 5)))
    before = made(full)
    assert list(before) == ["1-3", "4-6", f"pagefind-{pagefind.version()}"]
    full.run(_2026_03_12_json=api((2, 6), votes=99))
    after = made(full)
    assert list(after) == ["1-6", f"pagefind-{pagefind.version()}"]  # and what was merged is gone
    assert len([path for path in after["1-6"] if path.startswith("fragment/")]) == 6
    letter_before = made(full)
    assert not [path for path in work.publish(full, everything=True) if "/full/" in path]
    assert made(full) == letter_before  # though pagefind writes other bytes each time
    full.at += timedelta(days=1)
    full.run(_2026_03_13_json=api((7, 1)))
    assert made(full)["1-6"] == after["1-6"]
    told = json.loads((full.folder / "search/full/index.json").read_text("utf-8"))
    assert [name for name, _ in told["bundles"]] == ["7-9", "1-6"]
    full.close()


def test_a_hidden_paper_leaves_the_bundle_and_its_old_files_go(full: Letter) -> None:
    full.run(_2026_03_11_json=api((1, 2)), _2026_03_12_json=api((3, 4)))
    before = made(full)
    with full.store.writing() as tx:
        tx.curate_hide("2026-03-12", "arxiv:2603.00003", True)
    work.publish(full, everything=False)
    after = made(full)
    assert after["4-6"] == before["4-6"]
    assert b"2603.00003" not in after["1-3"]["papers.txt"]
    assert len([path for path in after["1-3"] if path.startswith("fragment/")]) == 2
    assert len([path for path in after["1-3"] if path.endswith(".pf_meta")]) == 1
    full.close()
    letter = opened(full.root, "builtin")
    work.publish(letter, everything=False)
    assert not (letter.folder / "search/full").exists()
    assert (letter.folder / "search/papers/0.json").exists()
    letter.close()


def test_a_paper_without_a_text_is_found_by_its_title() -> None:
    if pagefind.version() is None:
        pytest.skip("pagefind is not installed")
    maker = pagefind.Indexer("pagefind", "en")
    bare, lone = (
        Findable(slug="a", title="T", text=""),
        Findable(slug="b", title="\ud800", text="x"),
    )
    files = maker.bundle((bare,))
    assert len([path for path in files if path.startswith("fragment/")]) == 1
    assert maker.bundle(()) == {}
    with pytest.raises(DigestError, match="pagefind makes no index"):
        maker.bundle((lone,))


# Settings -------------------------------------------------------------------------------------


def test_pagefind_asked_for_and_missing_is_an_error_that_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pagefind, "_PACKAGE", "pagefind_bin_that_nobody_has")
    pagefind.version.cache_clear()
    try:
        letter = opened(tmp_path / "letter", "pagefind")
        with pytest.raises(ConfigError, match="not installed") as told:
            letter.run(_2026_03_11_json=api((1,)))
        assert "digest[search]" in told.value.hint
        found = {each.about: each for each in examine(lambda: letter)}
        assert not found["search"].is_well
        assert "digest[search]" in found["search"].hint
        letter.close()
        letter = opened(tmp_path / "letter", "auto")
        assert letter.site.search == "titles"
        letter.close()
    finally:
        pagefind.version.cache_clear()


@pytest.mark.parametrize(
    ("engine", "seen"), [("builtin", "titles and authors"), ("none", "none on the site")]
)
def test_doctor_tells_what_searches(tmp_path: Path, engine: str, seen: str) -> None:
    letter = opened(tmp_path / "letter", engine)
    found = {each.about: each for each in examine(lambda: letter)}
    assert found["search"].is_well
    assert seen in found["search"].seen
    letter.close()
