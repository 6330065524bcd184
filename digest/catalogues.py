"""Catalogues: the texts of a language, read from `locale/<language>.po` beside the templates.

    de-AT ─▶ yours de-AT.po ─▶ ours de-AT.po ─▶ yours de.po ─▶ ours de.po ─▶ English

Each text is looked up in that order, and the first catalogue that has it says it. What is wrong
with a catalogue is raised as `TemplateError` with file and line: a place that the text does not
have, a plural form too few, an element that stands in one and not in the other.
"""

from __future__ import annotations

import gettext
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from digest.errors import TemplateError
from digest.models import ENGLISH, Tongue

if TYPE_CHECKING:
    from babel.messages import Catalog, Message

FOLDER = "locale"

_HINT = "correct it; docs/translating.md tells how, and what places are"
_PLACE = re.compile(r"%(?:\((\w+)\)s|(%)|.?)", re.DOTALL)
_LINE = re.compile(r'(?:msg(?:ctxt|id|id_plural|str(?:\[\d+\])?)\s*)?"(?:[^"\\]|\\.)*"|#.*|')
_MARKUP = re.compile(r"<[^<>]*>|&#?\w+;|\{\w+\}")
"""What a translation has as its source has it: elements, characters by name, places of scripts."""

Texts = Mapping[str, str | tuple[str, ...]]


def tongue(language: str, folders: Sequence[Path]) -> Tongue:
    """Return the tongue of a language tag, from catalogues of these folders, the first going first.

    English where there is no catalogue, neither for the tag nor for what it begins with.
    """
    paths = list(paths_of(language, folders))
    if not paths:
        return ENGLISH
    first, *others = map(read, paths)
    for other in others:
        first.add_fallback(other)
    forms = _forms(language)
    return Tongue(language, first, forms=forms, is_right_to_left=_is_right_to_left(forms))


def paths_of(language: str, folders: Iterable[Path]) -> Iterator[Path]:
    """Yield the catalogues that speak a language, in the order in which they are asked."""
    folders, parts = tuple(folders), language.replace("_", "-").lower().split("-")
    for length in range(len(parts), 0, -1):
        wanted = "-".join(parts[:length])
        for folder in folders:
            for path in sorted((folder / FOLDER).glob("*.po")):
                if path.stem.replace("_", "-").lower() == wanted:
                    yield path


def languages(folders: Iterable[Path]) -> list[str]:
    """Name the languages that have a catalogue, and English."""
    found = (path.stem for folder in folders for path in (folder / FOLDER).glob("*.po"))
    return sorted({"en", *found})


def read(path: Path) -> Translations:
    """Read one catalogue; `TemplateError` where it is none, or where a page could break on it."""
    catalogue = _parsed(path)
    try:
        plural = gettext.c2py(catalogue.plural_expr)
    except ValueError as error:
        raise _wrong(path, 1, f"its Plural-Forms cannot be read: {error}") from error
    texts: dict[str, str | tuple[str, ...]] = {}
    for message in catalogue:
        said = said_of(message)
        if not message.id or message.fuzzy or not any(said):
            continue
        if problem := problem_of(message, catalogue.num_plurals):
            raise _wrong(path, message.lineno or 1, problem)
        source = message.id if isinstance(message.id, str) else message.id[0]
        texts[source] = said[0] if isinstance(message.id, str) else said
    return Translations(texts, plural)


class Translations(gettext.NullTranslations):
    """The texts of one catalogue; what it lacks, its fallback says."""

    def __init__(self, texts: Texts, plural: Callable[[int], int]) -> None:
        super().__init__()
        self._texts = texts
        self._plural = plural

    def gettext(self, message: str) -> str:
        """Return the translation of a text."""
        found = self._texts.get(message)
        if found is None:
            return super().gettext(message)
        return found if isinstance(found, str) else found[self._plural(1)]

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the translation of a text that tells a number."""
        found = self._texts.get(msgid1)
        if found is None:
            return super().ngettext(msgid1, msgid2, n)
        return found if isinstance(found, str) else found[self._plural(n)]


def problem_of(message: Message, plurals: int) -> str:
    """Say what is wrong with a translation; empty where nothing is."""
    sources = [message.id] if isinstance(message.id, str) else list(message.id)
    said = said_of(message)
    if len(sources) > 1 and (len(said) != plurals or not all(said)):
        given = sum(map(bool, said))
        return f"a text that tells a number needs {plurals} forms here, and has {given}"
    asked, known = places_in(sources[-1]) or set(), set[str]().union(*map(_places, sources))
    for text in said:
        found = places_in(text)
        if found is None:
            return f"a percent sign stands alone in {text!r}: write %%, or a place as %(name)s"
        if unknown := sorted(found - known):
            return f"{text!r} has a place that the English does not have: {_listed(unknown)}"
        if len(sources) == 1 and (missing := sorted(asked - found)):
            return f"{text!r} lacks a place of the English: {_listed(missing)}"
        if Counter(_MARKUP.findall(text)) not in map(Counter, map(_MARKUP.findall, sources)):
            return f"{text!r} has not the same elements as the English"
    return ""


def said_of(message: Message) -> tuple[str, ...]:
    """Return the forms of a translation, of most texts the only one; empty where there is none."""
    said = message.string or ""
    return (said,) if isinstance(said, str) else tuple(said)


def places_in(text: str) -> set[str] | None:
    """Return the names of the places in a text; None where a percent sign is none and not two."""
    found = [(match[1], match[2]) for match in _PLACE.finditer(text)]
    if any(not name and not doubled for name, doubled in found):
        return None
    return {name for name, _ in found if name}


def _places(text: str) -> set[str]:
    return places_in(text) or set()


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"%({name})s" for name in names)


def _parsed(path: Path) -> Catalog:
    from babel.messages.pofile import PoFileError, read_po

    try:
        lines = path.read_bytes().decode().split("\n")
        for at, text in enumerate(lines, 1):  # what it cannot read, the library passes over
            if not _LINE.fullmatch(text.strip()):
                raise _wrong(path, at, "this is no line of a catalogue")
        return read_po((f"{line}\n" for line in lines), abort_invalid=True)
    except OSError as error:
        raise TemplateError(
            f"this catalogue cannot be read: {error.strerror}",
            at=str(path),
            hint="give the user who runs digest the right to read it",
        ) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise _wrong(path, line, "this catalogue is not UTF-8") from error
    except PoFileError as error:
        raise _wrong(path, error.lineno + 1, f"this is no catalogue: {error}") from error
    except (ValueError, LookupError, TypeError) as error:  # a header that says what cannot be
        raise _wrong(path, 1, f"this is no catalogue: {error}") from error


def _wrong(path: Path, line: int, what: str) -> TemplateError:
    return TemplateError(what, at=f"{path}, line {line}", hint=_HINT)


def _forms(language: str) -> str:
    """Return the CLDR's name of a locale; empty for English, and for what it does not know."""
    from babel import Locale, UnknownLocaleError

    parts = language.replace("_", "-").split("-")
    for tag in (parts, parts[:1]):
        try:
            found = str(Locale.parse("-".join(tag), sep="-"))
        except (UnknownLocaleError, ValueError):
            continue
        return "" if found.partition("_")[0] == "en" else found
    return ""


def _is_right_to_left(forms: str) -> bool:
    from babel import Locale

    return bool(forms) and Locale.parse(forms).text_direction == "rtl"
