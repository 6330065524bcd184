"""What is derived of papers: kept up as they come, the same however it is done and ended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from store_values import DAY, NOON, add_dump, known, new, noon_of, one
from test_delivery_growth import told
from test_related import planted

from digest.models import Diff, ListedPaper, PaperPage
from digest.pipeline.deriving import RULES, DerivingRules, derive, derived
from digest.store import Store, backup, deriving, open_store, restore, shelving
from digest.store.relating import MOST_LISTS, MOST_RELATED

Told = dict[str, Any]


class _KilledError(BaseException):
    """What ends a process in the middle of its work."""


def listed(store: Store, told: Iterable[Told], day: date = DAY, first: int = 1) -> None:
    """Record a dump that lists these papers, all new, numbered from `first`."""
    papers = tuple(
        new(n, **{"abstract": ""} | each, position=n - first + 1)
        for n, each in enumerate(told, first)
    )
    with store.writing() as tx:
        tx.record(add_dump(tx, f"{day}-{first}", day), Diff(new=papers), len(papers), noon_of(day))


def by(*names: str, **changes: Any) -> Told:
    return {"authors": names} | changes


def pages(store: Store, since: int = 0) -> dict[int, PaperPage]:
    with store.reading() as tx:
        return {page.paper.id: page for page in tx.papers_changed(since)}


def related(store: Store) -> dict[int, list[str]]:
    return {n: [other.slug for other in page.related] for n, page in pages(store).items()}


def wrote(store: Store) -> dict[str, list[str]]:
    with store.reading() as tx:
        return {
            page.author.slug: [told.slug for told in page.papers] for page in tx.authors_changed(0)
        }


def groups(count: int = 120) -> list[Told]:
    return [{"title": p.title, "abstract": p.abstract} for _, p in planted(count)]


def kept(store: Store) -> dict[str, list[Any]]:
    """All that is derived, but for change numbers."""
    tables = {
        "authors": "id, key, slug, name, place, shelf",
        "shelves": "number, place",
        "paper_authors": "paper_id, place, author_id",
        "paper_traits": "paper_id, mark, terms, vector",
        "paper_terms": "term, paper_id, weight",
        "terms": "term, papers",
        "related": "paper_id, other_id, closeness",
    }
    with store.reading() as tx:
        return {
            name: tx._connection.execute(
                text(f"SELECT {columns} FROM {name} ORDER BY {columns}")
            ).all()
            for name, columns in tables.items()
        }


def test_an_author_of_two_papers_has_a_page_that_stays(store: Store) -> None:
    listed(store, [by("Ada Almeida", "Björn Brandt"), by("Chiara Castro")])
    derive(store)
    assert wrote(store) == {}
    before = store.change
    listed(store, [by("ALMEIDA, Ada", "Chiara X. Castro")], DAY + timedelta(days=1), first=3)
    derive(store)
    assert wrote(store) == {"ada-almeida": ["t-3", "t-1"]}
    assert pages(store)[1].author_slugs == {0: "ada-almeida"}
    assert set(pages(store, before)) == {1, 3}  # whose pages link to a new one
    hide(store, 1)
    derive(store)
    assert wrote(store) == {"ada-almeida": ["t-3"]}
    assert store.check() == []


@pytest.mark.parametrize(
    ("names", "slugs"),
    [
        (("Eun-ji Kim", "Eunji Kim", "Kim, Eun Ji"), ["eun-ji-kim"]),
        (("Ada Almeida", "A. Almeida", "Ada M. Almeida", "Anna Almeida"), []),
        (("Øystein Łukasz", "Oystein Lukasz"), ["oystein-lukasz"]),
        (("李明", "李明"), ["name-0112f70946"]),
        (("et al.", "et al", "Anonymous", "anonymous", "…", "…"), []),
        (("<script>alert(1)</script>",) * 2, ["script-alert-1-script"]),
        (("x" * 3000,) * 2, []),
        (("../../etc/passwd",) * 2, ["etc-passwd"]),
        (("A\x00\ud800 B", "A B"), ["a-b"]),
    ],
)
def test_who_counts_as_the_same_and_their_address(
    store: Store, names: tuple[str, ...], slugs: list[str]
) -> None:
    listed(store, [by(name) for name in names])
    derive(store)
    found = [*wrote(store)]
    assert found == slugs


def test_two_of_one_folder_are_told_apart_by_arrival(store: Store) -> None:
    listed(store, [by("Ada Алмейда"), by("Ada Алмейда", "Ada Brandt Б"), by("Ada Брандт")])
    listed(store, [by("Ada"), by("Ada Брандт"), by("Ada")], DAY + timedelta(days=1), first=4)
    derive(store)
    assert [*wrote(store)] == ["ada", "ada-2", "ada-3"]
    listed(store, [by("Ada Алмейда")], DAY + timedelta(days=2), first=7)
    derive(store)
    assert wrote(store)["ada"] == ["t-7", "t-1", "t-2"]


def test_papers_of_a_group_are_related_and_older_ones_name_newer_ones(store: Store) -> None:
    names = [name for name, _ in planted(120)]
    listed(store, groups())
    derive(store)
    lists = related(store)
    right = [names[int(slug[2:]) - 1] == names[n - 1] for n in lists for slug in lists[n]]
    assert sum(right) / len(right) > 0.9
    assert sum(len(each) >= 3 for each in lists.values()) > 100
    assert all(len(each) <= MOST_RELATED and f"t-{n}" not in each for n, each in lists.items())
    assert any(int(slug[2:]) > n for n, each in lists.items() for slug in each)


def test_a_new_paper_changes_few_older_pages_however_many_there_are(store: Store) -> None:
    told = groups(160)
    listed(store, told[:150])
    derive(store)
    before = store.change
    listed(store, told[150:], DAY + timedelta(days=1), first=151)
    derive(store)
    older = {n for n in pages(store, before) if n <= 150}
    assert 0 < len(older) <= 10 * MOST_LISTS


def test_it_is_the_same_however_many_are_done_at_once(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [by(f"Ada {chr(65 + n % 7)}almeida", f"{chr(65 + n % 11)} Brandt") for n in range(60)]
    told = [each | who for each, who in zip(groups(60), names, strict=True)]
    monkeypatch.setattr(shelving, "MOST_ON_SHELF", 4)
    listed(store, told)
    derive(store)
    other = open_store(f"sqlite:///{tmp_path / 'other.db'}")
    monkeypatch.setattr(deriving, "BATCH_PAPERS", 7)
    listed(other, told)
    derive(other)
    assert kept(other) == kept(store)
    third = open_store(f"sqlite:///{tmp_path / 'third.db'}")
    for n in range(0, 60, 20):
        listed(third, told[n : n + 20], DAY, first=n + 1)
        derive(third)
    assert kept(third)["related"] == kept(store)["related"]
    other.close()
    third.close()


def test_again_it_changes_nothing(store: Store) -> None:
    listed(store, groups(30))
    derive(store)
    before, change = kept(store), store.change
    derive(store)
    assert (kept(store), store.change) == (before, change)
    with store.writing() as tx:  # seen again: other votes, the same words
        seen = tuple(known(one(tx, n), n, title=g["title"]) for n, g in enumerate(groups(30), 1))
        tx.record(add_dump(tx, "again"), Diff(seen=seen), 30, NOON)
    change = store.change
    derive(store)
    assert (kept(store), store.change) == (before, change)


class _Killing(DerivingRules):
    """Rules that are killed at one of the papers."""

    def __init__(self, at: int) -> None:
        self.left = at

    def terms_of(self, paper: ListedPaper) -> Mapping[int, int]:
        self.left -= 1
        if self.left < 0:
            raise _KilledError
        return super().terms_of(paper)


@pytest.mark.parametrize("at", [0, 10, 11])
def test_killed_at_a_paper_it_goes_on_to_the_same(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    monkeypatch.setattr(deriving, "BATCH_PAPERS", 10)
    whole = open_store(f"sqlite:///{tmp_path / 'whole.db'}")
    for each in (store, whole):
        listed(each, groups(25))
    derive(whole)
    with pytest.raises(_KilledError):
        store.derive(_Killing(at))
    derive(store)
    assert kept(store) == kept(whole)
    whole.close()


def test_a_hidden_paper_is_nobodys_and_close_to_none_until_it_is_shown(store: Store) -> None:
    listed(store, [each | by("Ada Almeida") for each in groups(40)])
    derive(store)
    before = kept(store)
    named = next(n for n, each in related(store).items() if "t-1" in each)
    change = store.change
    hide(store, 1)
    assert "t-1" not in related(store)[named]  # at once, whoever looks before it is derived
    derive(store)
    assert not [n for n, each in related(store).items() if "t-1" in each]
    assert named in pages(store, change)
    assert "t-1" not in wrote(store)["ada-almeida"]
    hide(store, 1, on=False)
    derive(store)
    assert "t-1" in wrote(store)["ada-almeida"]
    assert kept(store)["terms"] == before["terms"]
    assert related(store)[1]


def hide(store: Store, n: int, *, on: bool = True) -> None:
    with store.writing() as tx:
        tx.curate_hide(DAY.isoformat(), f"title:{n:04}", on)


def test_a_paper_that_moved_leaves_what_it_was_in_to_the_other(store: Store) -> None:
    listed(store, [each | by("Ada Almeida") for each in groups(20)])
    derive(store)
    with store.writing() as tx:
        same = known(one(tx, 2), 2, absorbs=(one(tx, 3),))
        tx.record(add_dump(tx, "later"), Diff(seen=(same,)), 1, NOON)
    derive(store)
    assert "t-3" not in wrote(store)["ada-almeida"]
    assert not [n for n, each in related(store).items() if "t-3" in each]
    assert store.check() == []


def test_a_new_version_is_related_anew_and_its_title_told_where_it_is_named(store: Store) -> None:
    told = groups(40)
    listed(store, told)
    derive(store)
    naming = {n for n, each in related(store).items() if "t-1" in each}
    assert naming
    change = store.change
    with store.writing() as tx:
        words = {"title": "Knots in ropes", "abstract": "Knots of hemp rope.", "version": 2}
        diff = Diff(revised=(known(one(tx, 1), 1, **words),))
        tx.record(add_dump(tx, "later"), diff, 1, NOON)
    derive(store)
    assert related(store)[1] == []
    assert naming <= set(pages(store, change))
    named = [other for n in naming for other in pages(store)[n].related if other.slug == "t-1"]
    assert {other.title for other in named} == {"Knots in ropes"}


class _Later(DerivingRules):
    number = RULES.number + 1

    def terms_of(self, paper: ListedPaper) -> Mapping[int, int]:
        return {1: 1, 2: 1}


def test_other_rules_derive_all_anew_and_addresses_stay(store: Store) -> None:
    listed(store, [by("Ada Almeida", title=f"Knot {n}") for n in range(3)])
    derive(store)
    change = store.change
    store.derive(_Later())
    assert set(pages(store, change)) == {1, 2, 3}
    assert [*wrote(store)] == ["ada-almeida"]
    assert [row.papers for row in kept(store)["terms"]] == [3, 3]
    before = kept(store)
    derive(store)  # an earlier program leaves it to the later one
    assert kept(store) == before


def test_restored_it_goes_on_where_the_backup_was(
    store: Store, store_url: str, tmp_path: Path
) -> None:
    origin = f"sqlite:///{tmp_path / 'one.db'}"
    first = open_store(origin)
    listed(first, groups(30))
    derive(first)
    before = kept(first)
    first.close()
    backup(origin, tmp_path / "copy.db")
    store.close()
    restore(store_url, tmp_path / "copy.db", force=True)
    again = open_store(store_url)
    derive(again)
    assert kept(again) == before
    again.close()


def test_what_would_be_is_told_and_not_kept(store: Store) -> None:
    listed(store, [by("Ada Almeida"), by("Ada Almeida")])
    change = store.change
    with derived(store) as tx:
        assert [page.author.slug for page in tx.authors_changed(0)] == ["ada-almeida"]
    assert wrote(store) == {}
    assert store.change == change


def test_all_authors_stand_on_shelves_of_bounded_size_in_order(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelving, "MOST_ON_SHELF", 5)
    names = [f"{chr(97 + n * 7 % 26)}{n:02} {chr(97 + n * 11 % 26)}{n:02}" for n in range(40)]
    for round_ in range(4):
        told = [by(name) for name in names[round_ * 10 : round_ * 10 + 10] for _ in range(2)]
        change = store.change
        listed(store, told, DAY + timedelta(days=round_), first=round_ * 20 + 1)
        derive(store)
    with store.reading() as tx:
        shelves = tx.shelves()
        on_them = [tx.on_shelf(shelf.number) for shelf in shelves]
        changed = tx.shelves_changed(change)
    assert sorted(shelf.number for shelf in shelves) == [*range(1, len(shelves) + 1)]
    assert all(1 <= len(each) <= 5 for each in on_them)
    assert changed <= {shelf.number for shelf in shelves}
    by_family = sorted(names, key=lambda name: name.split()[::-1])
    assert [author.name for each in on_them for author in each] == by_family
    for shelf, each in zip(shelves, on_them, strict=True):
        assert (shelf.first, shelf.last) == (each[0], each[-1])


def test_a_shelf_that_is_not_there_is_told(store: Store) -> None:
    listed(store, [by("Ada Almeida")] * 2)
    derive(store)
    assert store.check() == []
    with store.writing() as tx:
        tx._connection.execute(text("DELETE FROM shelves"))
    assert store.check() == ["1 authors stand on a shelf that is not there"]


def test_who_wrote_most_of_late(store: Store) -> None:
    listed(store, [by("Ada Almeida")] * 3, DAY - timedelta(days=40))
    listed(store, [by("Ada Almeida", "Björn Brandt"), by("Björn Brandt")], DAY, first=4)
    derive(store)
    with store.reading() as tx:
        late = [(author.name, author.papers) for author in tx.authors_of_late()]
    assert late == [("Björn Brandt", 2), ("Ada Almeida", 1)]


def test_pages_of_some_papers_do_not_look_at_all(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'digest.db'}")
    listed(store, [{"title": each.title, "abstract": each.abstract} for _, each in planted(40)])
    derive(store)
    with told() as seen, store.reading() as tx:
        assert any(page.related for page in tx.papers_numbered(1, 10))
    with store._engine.connect() as connection:
        cursor = connection.connection.cursor()
        for what, values in seen:
            if " IN (" in what:  # those of some papers
                cursor.execute(f"EXPLAIN QUERY PLAN {what}", values or ())
                plan = [row[3] for row in cursor.fetchall()]
                assert not [step for step in plan if "SCAN" in step or "moved_to" in step], plan
        cursor.close()
    store.close()
