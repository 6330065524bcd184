"""Gather the texts that readers are told into `templates/locale/`: `make words`.

    templates, Python ─▶ messages.pot ─▶ each LANGUAGE.po, with what is new still untranslated

In templates they are marked as jinja2's i18n has it, in Python by the names of `KEYWORDS`. What the
operator is told (commands, logs) is English, and is not gathered: its `say` prints.
"""

from __future__ import annotations

import ast
import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from digest.catalogues import said_of

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "templates" / "locale"
TEMPLATE = FOLDER / "messages.pot"
KEYWORDS = {"say": 1, "phrase": 1, "count": 2}
"""Names that say a text in Python, and how many texts they take."""

JINJA_METHOD = "jinja2.ext:babel_extract"
JINJA = {"_": None, "gettext": None, "ngettext": (1, 2)}
JINJA_OPTIONS = {"trimmed": "true", "silent": "false", "encoding": "utf-8"}
OURS = (
    *("edition.py", "models", "render", "subscribing", "text", "topics.py", "trending.py"),
    "web",
)
"""Modules that say something to readers."""

PASSED_OVER = tuple(
    b'"' + name
    for name in (
        *(b"POT-Creation-Date", b"PO-Revision-Date", b"Generated-By"),  # would differ each time
        *(b"Report-Msgid-Bugs-To", b"Last-Translator", b"Language-Team"),  # would name nobody
    )
)
"""How lines of a head begin that are left out."""


def gathered() -> Catalog:
    """Return all texts, each with the files it stands in."""
    catalogue = Catalog(project="digest", version="", charset="utf-8", fuzzy=False)
    for path, message in found():
        catalogue.add(message, locations=[(path.relative_to(ROOT).as_posix(), 1)])
    return catalogue


def found() -> Iterator[tuple[Path, str | tuple[str, ...]]]:
    """Yield each text with the file it stands in."""
    for path in sources():
        told = of_python(path) if path.suffix == ".py" else of_template(path)
        yield from ((path, message) for message in told)


def of_python(path: Path) -> Iterator[str | tuple[str, ...]]:
    """Yield what stands in calls of `KEYWORDS`. Babel's own reader fails on `.count(b"…")`."""
    for node in ast.walk(ast.parse(path.read_bytes())):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        told = [each.value for each in node.args if isinstance(each, ast.Constant)]
        texts = tuple(each for each in told[: KEYWORDS.get(name, 0)] if isinstance(each, str))
        if texts and len(texts) == KEYWORDS[name]:
            yield texts if len(texts) > 1 else texts[0]


def of_template(path: Path) -> Iterator[str | tuple[str, ...]]:
    with path.open("rb") as file:
        for _, message, _, _ in extract(JINJA_METHOD, file, JINJA, options=JINJA_OPTIONS):
            yield message


def sources() -> Iterator[Path]:
    """Yield the files that readers are told from."""
    for name in OURS:
        path = ROOT / "digest" / name
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]
    for ending in ("html", "md", "svg", "txt", "xml"):
        yield from sorted((ROOT / "templates").rglob(f"*.{ending}"))


def written(catalogue: Catalog) -> bytes:
    """Return a catalogue as its file: the same texts, the same bytes."""
    file = io.BytesIO()
    write_po(file, catalogue, width=96, sort_output=True, include_lineno=False)
    lines = file.getvalue().splitlines(keepends=True)
    return b"".join(line for line in lines if not line.startswith(PASSED_OVER)).lstrip()


def updated(path: Path, template: Catalog) -> bytes:
    """Return the catalogue at `path` with the texts there are now; what is gone is left out."""
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.stem.replace("-", "_"), ignore_obsolete=True)
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    return written(catalogue)


def untranslated(path: Path) -> list[str]:
    """Return the texts that a catalogue does not say, or not for sure."""
    with path.open("rb") as file:
        messages = [message for message in read_po(file) if message.id]
    return [
        str(message.id)
        for message in messages
        if message.fuzzy or not all(said_of(message) or [""])
    ]


def main() -> None:
    """Write the template and all catalogues; tell what is still to translate."""
    template = gathered()
    FOLDER.mkdir(exist_ok=True)
    TEMPLATE.write_bytes(written(template))
    print(f"{TEMPLATE.relative_to(ROOT)}: {len(template)} texts")
    for path in sorted(FOLDER.glob("*.po")):
        path.write_bytes(updated(path, template))
        print(f"{path.relative_to(ROOT)}: {len(untranslated(path))} to translate")


if __name__ == "__main__":
    main()
