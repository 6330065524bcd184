"""Keys that sign links: a new one for those to come, while those that went out stay good."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import flow
import mailroom
import pytest
import warm

from digest.store import Store, backup, open_store
from digest.tokens import Signer


def test_a_new_key_signs_and_all_before_it_are_believed(store: Store) -> None:
    signers = [Signer(*store.keys)]
    for count in (2, 3):
        assert store.add_key() == count
        signers.append(Signer(*store.keys))
    assert len(set(store.keys)) == 3
    assert store.keys[-1] == store.key
    newest = signers[-1]
    tokens = [each.token("unsubscribe", "7") for each in signers]
    assert len(set(tokens)) == 3
    assert [newest.read("unsubscribe", token) for token in tokens] == ["7"] * 3
    assert signers[0].read("unsubscribe", tokens[2]) is None


def test_what_stands_for_an_address_stays(store: Store) -> None:
    before = Signer(*store.keys).digest("address", "a@example.org")
    store.add_key()
    assert Signer(*store.keys).digest("address", "a@example.org") == before


def test_a_backup_has_all_keys(store: Store, store_url: str, tmp_path: Path) -> None:
    store.add_key()
    backup(store_url, tmp_path / "kept.db")
    kept = open_store(f"sqlite:///{tmp_path / 'kept.db'}")
    assert kept.keys == store.keys
    kept.close()


def rotate(root: Path, *args: str) -> tuple[int, str]:
    done = warm.run("-C", root, "keys", "rotate", *args)
    return done.returncode, done.stdout + done.stderr


def test_the_command_tells_what_it_did_and_what_is_to_do(tmp_path: Path) -> None:
    with_letter = flow.make(tmp_path)
    before = with_letter.store.keys
    code, told = rotate(tmp_path, "--dry-run", "--json")
    assert (code, json.loads(told)) == (0, {"keys": 2})
    assert with_letter.store.keys == before
    code, told = rotate(tmp_path)
    assert code == 0
    assert "1 before it is still believed" in told
    assert "digest serve" in told
    assert with_letter.store.keys[1:] == before
    assert not any(key.hex() in told for key in with_letter.store.keys)
    with_letter.close()


@pytest.mark.parametrize("held", [True, False])
def test_no_key_is_changed_under_a_mail_that_may_be_repeated(tmp_path: Path, held: bool) -> None:
    letter = flow.make(tmp_path)
    mailroom.fill(letter.store, 1)
    now = datetime.now(UTC)
    if held:
        with letter.store.writing_post() as post:
            post.outbox.plan_for(mailroom.DAY, None, [1], now)
            assert post.outbox.lease("somebody", now, now, 5)
    code, told = rotate(tmp_path)
    assert code == (2 if held else 0), told
    assert ("on their way" in told) is held
    letter.close()
