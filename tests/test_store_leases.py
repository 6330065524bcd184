"""A lease is held by one, renewed by its holder, and free when it is over or given up."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import pytest
from store_values import NOON

from digest.store import Store

MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(
    ("holder", "after", "expected"),
    [
        ("a", 0, True),
        ("a", 59, True),
        ("b", 0, False),
        ("b", 59, False),
        ("b", 60, True),
        ("a", 61, True),
    ],
)
def test_the_holder_renews_and_others_wait_until_it_is_over(
    store: Store, holder: str, after: int, expected: bool
) -> None:
    assert store.lease("watch", "a", 60, NOON)
    assert store.lease("watch", holder, 60, NOON + timedelta(seconds=after)) is expected
    assert store.lease("other", "b", 60, NOON)


def test_a_renewed_lease_lasts_from_its_renewal(store: Store) -> None:
    assert store.lease("watch", "a", 60, NOON)
    assert store.lease("watch", "a", 60, NOON + MINUTE / 2)
    assert not store.lease("watch", "b", 60, NOON + MINUTE)


def test_only_the_holder_gives_it_up(store: Store) -> None:
    assert store.lease("watch", "a", 60, NOON)
    store.release("watch", "b")
    assert not store.lease("watch", "b", 60, NOON)
    store.release("watch", "a")
    assert store.lease("watch", "b", 60, NOON)


def test_a_lease_is_no_change_of_what_is_published(store: Store) -> None:
    store.lease("watch", "a", 60, NOON)
    assert store.change == 0


def test_of_eight_processes_one_gets_it(store: Store, store_url: str) -> None:
    code = (
        "import sys; from datetime import UTC, datetime; from digest.store import open_store;"
        f"s = open_store({store_url!r}); sys.stdin.readline();"
        "print(s.lease('watch', sys.argv[1], 60, datetime(2026, 3, 11, tzinfo=UTC)))"
    )
    pipe = subprocess.PIPE
    runs = [
        subprocess.Popen([sys.executable, "-c", code, str(n)], stdin=pipe, stdout=pipe, text=True)
        for n in range(8)
    ]
    for run in runs:
        assert run.stdin
        run.stdin.write("go\n")
        run.stdin.flush()
    assert sorted(run.communicate()[0].strip() for run in runs) == ["False"] * 7 + ["True"]
