"""`digest subscribers import`: a list brought in, pending unless its record of consent is too."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

from digest.cli.context import NOTHING_NEW, AsJson, DryRun, newsletter

if TYPE_CHECKING:
    from digest.pipeline.importing import Imported
    from digest.subscribing.rows import Columns, Table

List = Annotated[
    Path, typer.Argument(metavar="FILE", help="A table (CSV): one column is called address.")
]
RecordFile = Annotated[
    Path | None,
    typer.Option(
        "--with-consent-record",
        metavar="FILE",
        help="A table (CSV) of who consented: address, at, source, proof. They are active at once.",
    ),
]
Update = Annotated[
    bool, typer.Option("--update", help="Change the wishes of who is there to those of the list.")
]

_SHOWN = 20


def import_(
    file: List,
    with_consent_record: RecordFile = None,
    update: Update = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Bring in a list; who has not proven to have consented is pending, and gets no mail."""
    from digest.cli import shapes
    from digest.cli.people import registry
    from digest.pipeline.importing import Importer
    from digest.subscribing.lists import LIST, RECORD

    letter = newsletter()
    with ExitStack() as files:
        table = _table(files, file, LIST)
        record = _table(files, with_consent_record, RECORD) if with_consent_record else None
        importer = Importer(
            registry=registry(letter),
            known=letter.topics,
            source=f"digest subscribers import {file.name}",
            now=letter.now(),
            is_update=update,
            is_dry=dry_run,
        )
        told = importer.take(table, record)
    ignored = {"list": table.ignored, "record": record.ignored if record else ()}
    if as_json:
        shapes.put(_shape(told, ignored, is_dry=dry_run))
    else:
        _tell(told, ignored, is_dry=dry_run)
    if told.has_refused:
        raise typer.Exit(1)
    raise typer.Exit(0 if told.is_change else NOTHING_NEW)


def _table(files: ExitStack, path: Path, columns: Columns) -> Table:
    """Open a table; one that can be read only once (a pipe, `-`) is kept aside meanwhile."""
    import shutil
    import sys
    from tempfile import TemporaryFile

    from digest.errors import UsageError
    from digest.subscribing.rows import Table

    try:
        stream: BinaryIO = sys.stdin.buffer
        if str(path) != "-":
            stream = files.enter_context(path.open("rb"))
        if not stream.seekable():
            kept = TemporaryFile()  # noqa: SIM115 - has no name, and goes with the process
            files.callback(kept.close)
            shutil.copyfileobj(stream, kept)
            stream = kept
        return Table(stream, columns)
    except OSError as error:
        hint = "name a file of yours, saved as CSV"
        what = f"cannot be read ({error.strerror or error})"
        raise UsageError(what, at=str(path), hint=hint) from error
    except UsageError as error:
        at = f"{path}, {error.at}" if error.at else str(path)
        raise UsageError(error.what, at=at, hint=error.hint) from error


def _shape(told: Imported, ignored: dict[str, tuple[str, ...]], *, is_dry: bool) -> dict[str, Any]:
    return {
        "dry_run": is_dry,
        "changed": told.is_change,
        "rows": {"all": told.rows.total(), **told.rows},
        "suppressed": {state.value: count for state, count in told.suppressed.items()},
        "record": {"proofs": told.proofs, "refused": told.proofs_refused},
        "ignored_columns": {of: list(names) for of, names in ignored.items()},
        "problems": [
            {"of": each.of, "line": each.line, "kind": each.kind, "why": each.why}
            for each in told.problems
        ],
        "more_problems": told.more,
    }


def _tell(told: Imported, ignored: dict[str, tuple[str, ...]], *, is_dry: bool) -> None:
    from digest.cli.words import say
    from digest.subscribing.states import WHY

    for of, names in ignored.items():
        if names:
            say(f"{of}: columns not known, passed over: {', '.join(names)}")
    for each in told.problems[:_SHOWN]:
        say(f"{each.of}, line {each.line}: {each.kind}: {each.why}")
    if more := len(told.problems[_SHOWN:]) + told.more:
        say(f"… and {more} lines more; --json tells the first hundred")
    if not told.is_change:
        say("Nothing changed.")
    say(f"{told.rows.total()} rows{' (dry run: nothing is kept)' if is_dry else ''}")
    for name, words in _WORDS.items():
        if count := told.rows[name]:
            say(f"{count:>9} {words}")
    for state, count in told.suppressed.items():
        say(f"{count:>11} {WHY[state]}")
    if told.rows["pending"]:
        say("No mail goes to who is pending. Once they confirmed:")
        say("  digest subscribers confirm ADDRESS --source …")


_WORDS = {
    "pending": "new, pending",
    "active": "new, active: the record proves their consent",
    "confirmed": "were pending, and are active: the record proves their consent",
    "updated": "were there, and wish other things now",
    "opted_out": "opted out elsewhere: not to be written to",
    "unchanged": "as before",
    "suppressed": "stay out:",
    "repeated": "say again what another row says",
    "refused": "refused",
}
