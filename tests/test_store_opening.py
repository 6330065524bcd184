"""What is opened, made, brought up to date or refused; nothing but a `StoreError` ever escapes."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from store_values import record_new

from digest.errors import StoreBusy, StoreCorrupt, StoreError, StoreMissing, StoreTooNew
from digest.store import Store, open_store
from digest.store.engine import make_engine, parse_url, writing
from digest.store.schema import HEAD, STEPS
from digest.store.tables import metadata


def execute(url: str, *statements: str) -> None:
    engine = create_engine(parse_url(url))
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))
    engine.dispose()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A closed SQLite store with 50 papers."""
    path = tmp_path / "digest.db"
    own = open_store(f"sqlite:///{path}")
    record_new(own, range(1, 51))
    own.close()
    assert [name.name for name in tmp_path.iterdir()] == ["digest.db"]
    return path


def test_a_store_keeps_its_id_and_what_was_recorded(store_url: str) -> None:
    first = open_store(store_url)
    record_new(first, [1])
    first.close()
    again = open_store(store_url, create=False, output_store_id=first.id)
    assert (again.id, again.change, len(again.id)) == (first.id, 1, 32)
    with again.reading() as tx:
        assert tx.counts()["papers"] == 1
    assert again.check() == []
    again.close()


@pytest.mark.parametrize("options", [{"create": False}, {"output_store_id": "0" * 32}])
def test_a_missing_database_is_not_made_where_it_should_be_there(
    store_url: str, options: dict[str, object]
) -> None:
    with pytest.raises(StoreMissing) as refused:
        open_store(store_url, **options)  # type: ignore[arg-type]
    assert "digest restore" in refused.value.hint
    open_store(store_url).close()


def test_a_database_that_did_not_make_the_output_is_refused(store_url: str) -> None:
    open_store(store_url).close()
    with pytest.raises(StoreMissing, match="not the database") as refused:
        open_store(store_url, output_store_id="0" * 32)
    assert "digest restore" in refused.value.hint


def test_folders_on_the_way_are_made(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path}/a/b/digest.db").close()
    assert (tmp_path / "a/b/digest.db").is_file()


def test_a_journal_without_its_database_is_refused(file: Path) -> None:
    file.rename(file.with_name("digest.db-wal"))
    with pytest.raises(StoreMissing, match="journal"):
        open_store(f"sqlite:///{file}")
    assert not file.exists()


def half(whole: bytes) -> bytes:
    return whole[: len(whole) // 2]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda whole: b"",
        lambda whole: bytes(len(whole)),
        lambda whole: b"Not a database at all.\n" * 500,
        lambda whole: b"SQLite format 3\0",
        half,
        lambda whole: whole[:-1],
        lambda whole: whole[:4096] + bytes(len(whole) - 4096),
        lambda whole: whole[:8192] + bytes(4096) + whole[12288:],
        lambda whole: bytes(100) + whole[100:],
        lambda whole: whole[:40000] + os.urandom(20000) + whole[60000:],
    ],
    ids=["empty", "zeroed", "text", "header", "half", "byte", "pages", "page", "head", "random"],
)
def test_a_damaged_file_is_refused_with_a_hint_and_left_as_it_is(
    file: Path, spoil: Callable[[bytes], bytes]
) -> None:
    spoilt = spoil(file.read_bytes())
    file.write_bytes(spoilt)
    with pytest.raises(StoreCorrupt) as refused:
        open_store(f"sqlite:///{file}")
    assert refused.value.at == str(file)
    assert "digest restore" in refused.value.hint
    assert file.read_bytes() == spoilt


def test_flipped_bytes_are_refused_or_harmless_but_nothing_else_escapes(file: Path) -> None:
    whole = file.read_bytes()
    chance = random.Random(7)
    refused = 0
    for place in [*range(16, 100, 2), *chance.sample(range(100, len(whole)), 60)]:
        spoilt = bytearray(whole)
        spoilt[place] ^= 0xFF
        file.write_bytes(bytes(spoilt))
        for journal in file.parent.glob("digest.db-*"):
            journal.unlink()
        try:
            own = open_store(f"sqlite:///{file}")
            with own.reading() as tx:
                list(tx.papers_changed(0))
            own.close()
        except StoreError:
            refused += 1
    assert refused >= 10


def test_a_large_file_that_was_cut_is_refused_too(file: Path) -> None:
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE large AS SELECT zeroblob(40000000) AS bytes").close()
    file.write_bytes(file.read_bytes()[:-4096])
    with pytest.raises(StoreCorrupt, match="end"):
        open_store(f"sqlite:///{file}")


def test_a_database_of_somebody_else_is_refused(store_url: str) -> None:
    own = parse_url(store_url)
    engine = create_engine(own)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE recipes (name TEXT)"))
    engine.dispose()
    with pytest.raises(StoreCorrupt, match="not one of ours"):
        open_store(store_url)


def test_a_newer_database_is_refused_and_not_touched(store_url: str) -> None:
    open_store(store_url).close()
    execute(store_url, "UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreTooNew, match="9999") as refused:
        open_store(store_url)
    assert refused.value.hint


def test_an_older_database_is_brought_up_to_date(store_url: str) -> None:
    at_first_step(store_url)
    own = open_store(store_url)
    record_new(own, [1])
    assert own.id == "feed"
    assert own.check() == []
    own.close()


def test_of_older_papers_nobody_knows_the_paragraphs(store_url: str) -> None:
    at_first_step(store_url)
    execute(
        store_url,
        "INSERT INTO papers (id, key, slug, change, title, abstract, authors, keywords, links)"
        " VALUES (1, 'title:1', 't-1', 1, 'T', 'A. B.', '[]', '[]', '[]')",
    )
    own = open_store(store_url)
    with own.reading() as tx:
        paper = tx.paper_by_key("title:1")
    own.close()
    assert paper is not None
    assert (paper.abstract, paper.paragraph_starts) == ("A. B.", ())


def test_a_step_that_fails_leaves_the_older_database_as_it_was(store_url: str) -> None:
    at_first_step(store_url)
    execute(store_url, "CREATE TABLE leases (name TEXT)")
    with pytest.raises(StoreError):
        open_store(store_url)
    execute(store_url, "DROP TABLE leases")
    open_store(store_url).close()


def at_first_step(url: str) -> None:
    """Make a database as the first version of the program did."""
    engine = make_engine(parse_url(url))
    config = Config()
    config.set_main_option("script_location", str(STEPS))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.execute(text("INSERT INTO meta VALUES ('store', 'feed'), ('change', '4')"))
    engine.dispose()


def is_of_the_search(difference: Any) -> bool:
    """Tell whether it is what a database keeps itself: the index of words."""
    act, *_, thing = difference
    made = {"paper_search", "ix_paper_words_found", "found"}
    made |= {f"paper_search_{part}" for part in ("data", "idx", "config", "docsize")}
    return act.startswith("remove_") and thing.name in made


def test_the_steps_make_the_tables_that_the_program_uses(store_url: str) -> None:
    open_store(store_url).close()
    engine = make_engine(parse_url(store_url))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        differing = compare_metadata(context, metadata)
        assert [each for each in differing if not is_of_the_search(each)] == []
    engine.dispose()
    config = Config()
    config.set_main_option("script_location", str(STEPS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


@pytest.mark.parametrize(
    "url",
    ["mysql://host/db", "sqlite://", "sqlite:///:memory:", "digest.db", "", "postgresql://h:x/db"],
)
def test_an_address_that_cannot_be_used_is_refused_with_a_hint(url: str) -> None:
    with pytest.raises(StoreError) as refused:
        open_store(url)
    assert "store.url" in refused.value.hint


def test_a_server_that_is_not_there_is_refused_without_telling_the_password() -> None:
    with pytest.raises(StoreError, match="cannot be reached") as refused:
        open_store("postgresql://somebody:secret@127.0.0.1:1/none")
    told = f"{refused.value} {refused.value.hint}"
    assert "127.0.0.1:1" in told
    assert "secret" not in told


@pytest.mark.parametrize("kind", ["folder", "file-as-folder"])
def test_a_place_where_no_file_can_be_is_refused(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "digest.db"
    if kind == "folder":
        path.mkdir()
    else:
        path.write_text("x")
        path = path / "digest.db"
    with pytest.raises(StoreError) as refused:
        open_store(f"sqlite:///{path}")
    assert refused.value.hint


def test_a_second_writer_waits_and_is_then_told_to_try_later(store: Store, store_url: str) -> None:
    patience = "?timeout=0.1" if store_url.startswith("sqlite") else "%20-clock_timeout%3D100"
    with store.writing() as tx:
        assert tx.counts()["papers"] == 0
        other = open_store(store_url + patience)
        with pytest.raises(StoreBusy) as refused, other.writing():
            pass
        other.close()
    assert refused.value.exit_code == 75
    assert refused.value.hint


def test_opening_an_up_to_date_store_does_not_load_alembic(file: Path) -> None:
    code = (
        "import sys; from digest.store import open_store;"
        f"open_store('sqlite:///{file}').close();"
        "assert 'alembic' not in sys.modules and 'psycopg' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_many_processes_that_make_the_store_at_once_make_one(store_url: str) -> None:
    code = (
        f"from digest.store import open_store;s = open_store({store_url!r}); print(s.id); s.close()"
    )
    runs = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    ids = {run.communicate()[0] for run in runs}
    assert [run.returncode for run in runs] == [0, 0, 0]
    assert len(ids) == 1
