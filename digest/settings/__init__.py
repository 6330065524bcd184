"""Read the settings: from the newsletter's file, the environment, and files that hold secrets.

    defaults ◀── digest.toml ◀── DIGEST_SECTION__NAME ◀── DIGEST_SECTION__NAME_FILE (secrets)

What is wrong is told all at once, as one `ConfigError`. Importing this costs pydantic: commands do
it when they need it. What settings there are stands in `sections`, their documentation in `manual`.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import SettingsConfigDict

from digest.errors import ConfigError
from digest.settings.kinds import section_of
from digest.settings.manual import reference, shipped_config
from digest.settings.sections import Settings

__all__ = ["Settings", "load", "reference", "shipped_config"]

PREFIX = "DIGEST_"
PLACES = ("digest.toml", "config/digest.toml")
HINT = "Correct them, then see `digest config check`; docs/configuration.md tells of each."
Given = dict[str, Any]  # by section: dict[str, str]

# What pydantic says, where plain words are shorter.
WORDS = {
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "string_type": "must be text, in quotes",
    "path_type": "must be text, in quotes",
    "tuple_type": "must be text, in quotes, or a list of texts",
    "model_type": "must be a table of settings",
}


def load(root: Path, file: Path | None = None, environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings of the newsletter in `root`, relative paths in them made absolute.

    Without `file` it is `root/digest.toml`, else `root/config/digest.toml`. What `environ` says
    goes before the file. Raises `ConfigError`, which names everything that is wrong.
    """
    path = file or _found(root)
    given, problems = _from_environment(root, environ)
    loaded: Settings | None = None
    try:
        loaded = _sourced(path)(**given)
    except ValidationError as e:
        problems += [_told(error, given, path) for error in e.errors()]
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as e:
        raise _unreadable(path, e) from e
    if loaded and not problems:
        settings = _placed(loaded, root.absolute())
        problems = _misplaced(settings, root)
    if problems:
        raise ConfigError(_listed(problems), hint=HINT)
    return settings


def _found(root: Path) -> Path:
    for place in PLACES:
        if (root / place).exists():
            return root / place
    raise ConfigError(
        f"no settings here: neither {' nor '.join(PLACES)} is there",
        at=str(root.absolute()),
        hint="Make a newsletter with `digest init`, or go to the folder of one.",
    )


def _from_environment(root: Path, environ: Mapping[str, str]) -> tuple[Given, list[str]]:
    """Return what `DIGEST_SECTION__NAME` and its `_FILE` form say, and what is wrong with these."""
    given: Given = {}
    problems: list[str] = []
    for variable, value in sorted(environ.items()):
        section, separator, name = variable.removeprefix(PREFIX).lower().partition("__")
        if not variable.startswith(PREFIX) or not separator:
            continue
        plain = name.removesuffix("_file")
        if plain == name or not _is_secret(section, plain):
            given.setdefault(section, {})[name] = value
        elif variable[: -len("_FILE")] in environ:
            problems.append(f"{section}.{plain}: is set twice, by {variable} and without _FILE")
        else:
            try:
                secret = (root / value).read_text("utf-8").strip()
            except (OSError, ValueError) as e:
                problems.append(f"{section}.{plain}: {variable} names a file to read: {_why(e)}")
            else:
                given.setdefault(section, {})[plain] = secret
    return given, problems


def _is_secret(section: str, name: str) -> bool:
    field = _settings_of(section).get(name)
    return bool(field and (field.json_schema_extra or {}).get("is_secret"))


def _settings_of(section: str) -> dict[str, Any]:
    """Return the fields of a section by the names users give them; none for one unknown."""
    field = Settings.model_fields.get(section)
    found = section_of(field.annotation) if field else None
    if found is None:
        return {}
    kind, _ = found
    return {field.alias or name: field for name, field in kind.model_fields.items()}


def _sourced(path: Path) -> type[Settings]:
    """Return the settings that also look into the file at `path`."""
    if not path.is_file():
        path.open("rb").close()  # says why; pydantic-settings would take it for an empty file

    class FromFile(Settings):
        model_config = SettingsConfigDict(toml_file=path)

    return FromFile


def _unreadable(path: Path, error: Exception) -> ConfigError:
    if isinstance(error, OSError):
        return ConfigError(
            f"the settings cannot be read: {_why(error)}",
            at=str(path),
            hint="Name a file that is there and that this user may read.",
        )
    what = "is not UTF-8" if isinstance(error, UnicodeDecodeError) else f"is not TOML: {error}"
    return ConfigError(
        f"the file {what}",
        at=str(path),
        hint='Save it as UTF-8 without a byte order mark; text stands in "quotes".',
    )


def _why(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def _told(error: Any, given: Given, path: Path) -> str:
    """Put one error of pydantic's into words: the setting, what is wrong, and where it stands."""
    section, *rest = (str(part) for part in error["loc"])
    name = rest[0] if rest else ""
    is_in_environment = name in given.get(section, ()) or (not name and section in given)
    if is_in_environment:
        names = [name] if name else sorted(given[section])
        where = ", ".join(f"{PREFIX}{section}__{each}".upper() for each in names)
    else:
        where = str(path)
    setting = ".".join(filter(None, (section, name)))
    if error["type"] == "extra_forbidden":
        return f"{setting}: there is no such setting{_nearest(section, name)} (in {where})"
    what = WORDS.get(error["type"]) or error["msg"]
    what = what.removeprefix("Value error, ").replace("Input should be ", "must be ")
    value = "" if _is_secret(section, name) else f", and is {_short(error['input'])}"
    return f"{setting}: {what}{value} (in {where})"


def _nearest(section: str, name: str) -> str:
    """Return a guess at what was meant, or nothing."""
    if not name:
        homes = [f"[{home}]" for home in Settings.model_fields if section in _settings_of(home)]
        if homes:
            return f"; it belongs in {' or '.join(homes)}"
        near = get_close_matches(section, Settings.model_fields, n=1)
        return f"; did you mean [{near[0]}]?" if near else ""
    near = get_close_matches(name, _settings_of(section), n=1)
    if near:
        return f"; did you mean {section}.{near[0]}?"
    homes = [f"{home}.{name}" for home in Settings.model_fields if name in _settings_of(home)]
    return f"; did you mean {' or '.join(homes)}?" if homes else ""


def _short(value: object, most: int = 60) -> str:
    text = repr(value)
    return text if len(text) <= most else f"{text[:most]}…"


def _placed(loaded: Settings, root: Path) -> Settings:
    """Return `loaded` with folders and a SQLite file under `root` where they were relative."""
    parts: dict[str, Any] = {name: getattr(loaded, name) for name in Settings.model_fields}
    folders = {name: root / folder for name, folder in loaded.paths}
    parts["paths"] = loaded.paths.model_copy(update=folders)
    parts["store"] = loaded.store.model_copy(update={"url": _rooted(loaded.store.url, root)})
    return Settings(**parts)


def _rooted(url: str, root: Path) -> str:
    scheme, _, rest = url.partition(":///")
    if not scheme.startswith("sqlite") or rest.startswith(("/", "file:")):
        return url
    name, mark, query = rest.partition("?")
    return f"{scheme}:///{root / name}{mark}{query}"


def _misplaced(settings: Settings, root: Path) -> list[str]:
    """Tell which folders lie so that dumps would be published, or the newsletter eaten as dumps."""
    inbox, output = settings.paths.inbox.resolve(), settings.paths.output.resolve()
    home = root.resolve()
    problems = [
        f"paths.{name}: must be a folder of its own, not the newsletter's or one above it"
        for name, folder in (("inbox", inbox), ("output", output))
        if home.is_relative_to(folder)
    ]
    if inbox.is_relative_to(output) or output.is_relative_to(inbox):
        problems.append("paths.output: must not be, or lie in, or hold paths.inbox")
    return problems


def _listed(problems: list[str]) -> str:
    if len(problems) == 1:
        return f"a setting is wrong: {problems[0]}"
    return f"{len(problems)} settings are wrong:\n" + "\n".join(f"  {each}" for each in problems)
