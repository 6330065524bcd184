"""`digest templates …`: which templates there are, a copy of one to change, and what was changed.

Beside a copy lies what ours was when it was copied, under a hidden name (`.base.html.ours`), so
that it can be told when a later version of this program ships another one. Files are bytes here:
fonts and pictures are copied like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from difflib import get_close_matches, unified_diff
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.context import AsJson, newsletter

if TYPE_CHECKING:
    from digest.errors import DigestError

app = typer.Typer(
    help="Templates: list them, copy one to change it, see what was changed.",
    no_args_is_help=True,
)
HIDDEN = "preview/"
"""What is no template of the newsletter: no file of the user's is asked for it."""

Names = Annotated[
    list[str], typer.Argument(help="Names as `digest templates list` shows them, or site/*.")
]


@dataclass(frozen=True, slots=True)
class Template:
    """A template by its name, and how the user's own of that name is to ours."""

    name: str
    state: str


OURS = "ours"
YOURS = "yours"
OUTDATED = "yours, and ours has changed since it was copied"
ALIKE = "yours, the same as ours"
ALONE = "yours, and there is none of ours"


class Shelf:
    """Our templates and the user's."""

    def __init__(self, shipped: Path, own: Path) -> None:
        self.shipped = shipped
        self.own = own

    def names(self) -> list[str]:
        """Name all templates, ours and the user's."""
        return sorted({*_names(self.shipped), *_names(self.own)})

    def ours(self) -> list[str]:
        """Name those that can be copied."""
        return _names(self.shipped)

    def state(self, name: str) -> str:
        """Tell whose template of a name is used."""
        own, shipped = self.own / name, self.shipped / name
        if not own.is_file():
            return OURS
        if not shipped.is_file():
            return ALONE
        if own.read_bytes() == shipped.read_bytes():
            return ALIKE
        origin = self.origin(name)
        is_outdated = origin.is_file() and origin.read_bytes() != shipped.read_bytes()
        return OUTDATED if is_outdated else YOURS

    def origin(self, name: str) -> Path:
        """Name the file that keeps what ours was when it was copied."""
        own = self.own / name
        return own.with_name(f".{own.name}.ours")

    def copy(self, name: str) -> None:
        """Copy one of ours, and keep what it was."""
        content = (self.shipped / name).read_bytes()
        (self.own / name).parent.mkdir(parents=True, exist_ok=True)
        self.origin(name).write_bytes(content)
        with (self.own / name).open("xb") as file:
            file.write(content)


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List all templates, and which of them are your own."""
    from digest.cli import shapes
    from digest.cli.words import say

    shelf = _shelf()
    found = [Template(name, shelf.state(name)) for name in shelf.names()]
    if as_json:
        shapes.put([asdict(each) for each in found])
        return
    width = max(len(each.name) for each in found)
    for each in found:
        say(f"{each.name:{width}}  {each.state}")


@app.command()
def copy(names: Names, as_json: AsJson = False) -> None:
    """Copy templates into your own folder, where they may be changed; none is overwritten."""
    from digest.cli import shapes
    from digest.cli.words import say
    from digest.errors import UsageError

    shelf = _shelf()
    wanted = _matching(names, shelf.ours())
    there = [name for name in wanted if (shelf.own / name).exists()]
    if there:
        raise UsageError(
            f"already there: {', '.join(there)}",
            at=str(shelf.own),
            hint="nothing was copied. Remove it first, or see `digest templates diff NAME`",
        )
    for name in wanted:
        try:
            shelf.copy(name)
        except OSError as error:
            raise _unwritable(shelf.own / name, error) from error
    if as_json:
        shapes.put({"copied": [str(shelf.own / name) for name in wanted]})
        return
    for name in wanted:
        say(f"copied {shelf.own / name}")


@app.command()
def diff(
    names: Names,
    ours: Annotated[
        bool, typer.Option("--ours", help="What changed in ours since it was copied.")
    ] = False,
    done: Annotated[
        bool, typer.Option("--done", help="Remember that yours now has what changed in ours.")
    ] = False,
) -> None:
    """Show how your templates differ from ours, as a patch (1: they do)."""
    from digest.cli.words import say

    shelf = _shelf()
    own = [name for name in shelf.ours() if (shelf.own / name).is_file()]
    wanted = _matching(names, own, "you have no template")
    if done:
        for name in wanted:
            shelf.origin(name).write_bytes((shelf.shipped / name).read_bytes())
            say(f"{name}: ours is as you know it")
        return
    lines = [line for name in wanted for line in _difference(shelf, name, is_of_ours=ours)]
    for line in lines:
        typer.echo(line)
    raise typer.Exit(1 if lines else 0)


def _shelf() -> Shelf:
    from digest.theme import folders_of

    return Shelf(folders_of(None)[0], newsletter().settings.paths.templates)


def _names(folder: Path) -> list[str]:
    if not folder.is_dir():
        return []
    found = (path for path in folder.rglob("*") if path.is_file())
    names = [path.relative_to(folder).as_posix() for path in found if not _is_leaving(path.name)]
    return sorted(name for name in names if not name.startswith(HIDDEN))


def _is_leaving(name: str) -> bool:
    return name.startswith(".") or name.endswith("~")


def _matching(
    asked: Iterable[str], names: Sequence[str], missing: str = "there is no template"
) -> list[str]:
    """Return the names that are asked for, each once; an error where one asks for none."""
    wanted: dict[str, None] = {}
    for pattern in asked:
        found = [name for name in names if fnmatchcase(name, pattern)]
        if not found:
            raise _unknown(pattern, names, missing)
        wanted.update(dict.fromkeys(found))
    return list(wanted)


def _unknown(pattern: str, names: Sequence[str], missing: str) -> DigestError:
    from digest.errors import UsageError

    near = get_close_matches(pattern, names, n=3)
    near += [name for name in names if name.endswith(f"/{pattern}") and name not in near]
    hint = f"did you mean {' or '.join(near)}?" if near else "see `digest templates list`"
    return UsageError(f"{missing} {pattern!r}", hint=hint)


def _unwritable(path: Path, error: OSError) -> DigestError:
    from digest.errors import OutputError

    what = f"this cannot be written: {error.strerror}"
    return OutputError(what, at=str(path), hint="give the user who runs digest the right to")


def _difference(shelf: Shelf, name: str, *, is_of_ours: bool) -> list[str]:
    """Return a patch from ours to the user's, or from ours as it was copied to ours now."""
    shipped = shelf.shipped / name
    before, after = (shelf.origin(name), shipped) if is_of_ours else (shipped, shelf.own / name)
    if not before.is_file():
        return []
    old, new = before.read_bytes(), after.read_bytes()
    if b"\0" in old + new:
        return [f"{name}: differs, and is no text"] if old != new else []
    words = ("ours as copied", "ours now") if is_of_ours else ("ours", "yours")
    one, other = (f"{name} ({word})" for word in words)
    return list(unified_diff(_lines(old), _lines(new), one, other, lineterm=""))


def _lines(content: bytes) -> list[str]:
    return content.decode("utf-8", "replace").splitlines()
