"""Read the settings: from the newsletter's file, the environment, and files that hold secrets.

    defaults ◀── digest.toml ◀── DIGEST_SECTION__NAME ◀── DIGEST_SECTION__NAME_FILE (secrets)

Of a section that is one of many, the variable names which: DIGEST_CHANNELS__TEAM__URL.
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
from digest.settings.topics import taken

__all__ = ["Settings", "load", "reference", "shipped_config"]

PREFIX = "DIGEST_"
PLACES = ("digest.toml", "config/digest.toml")
HINT = "Correct them, then see `digest config check`; docs/configuration.md tells of each."
Given = dict[str, Any]  # by section: dict[str, str]; by section and name where there are many

# What pydantic says, where plain words are shorter.
WORDS = {
    "int_parsing": "must be a whole number",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "bool_parsing": "must be true or false",
    "bool_type": "must be true or false",
    "float_parsing": "must be a number",
    "float_type": "must be a number",
    "string_type": "must be text, in quotes",
    "path_type": "must be text, in quotes",
    "tuple_type": "must be text, in quotes, or a list of texts",
    "model_type": "must be a table of settings",
    "dict_type": "must be tables of settings, each with a name",
    "missing": "must be set",
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
        problems = _misplaced(settings, root) + taken(settings.topics)
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
        path = _path_of(variable)
        plain = (*path[:-1], path[-1].removesuffix("_file")) if path else ()
        if not path:
            continue
        if plain == path or not _is_secret(plain):
            _put(given, path, value)
        elif variable[: -len("_FILE")] in environ:
            setting = ".".join(plain)
            problems.append(f"{setting}: is set twice, by {variable} and without _FILE")
        else:
            try:
                secret = (root / value).read_text("utf-8").strip()
            except (OSError, ValueError) as e:
                setting = ".".join(plain)
                problems.append(f"{setting}: {variable} names a file to read: {_why(e)}")
            else:
                _put(given, plain, secret)
    return given, problems


def _path_of(variable: str) -> tuple[str, ...]:
    """Return what a variable sets: section and setting, or section, name and setting."""
    if not variable.startswith(PREFIX) or "__" not in variable.removeprefix(PREFIX):
        return ()
    section, _, rest = variable.removeprefix(PREFIX).lower().partition("__")
    return (section, *(rest.split("__", 1) if _is_named(section) else (rest,)))


def _put(given: Given, path: tuple[str, ...], value: str) -> None:
    home: Any = given
    for part in path[:-1]:
        home = home.setdefault(part, {})
        if not isinstance(home, dict):
            return  # the variable that set the whole is refused
    home[path[-1]] = value


def _is_secret(path: tuple[str, ...]) -> bool:
    field = _settings_of(path[0]).get(path[-1])
    return bool(field and (field.json_schema_extra or {}).get("is_secret"))


def _is_named(section: str) -> bool:
    """Tell whether a section is one of many, each under a name."""
    field = Settings.model_fields.get(section)
    found = section_of(field.annotation) if field else None
    return bool(found and found[1])


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
    section, *rest = (str(part) for part in error["loc"] if part != "[key]")
    depth = 2 if _is_named(section) else 1
    names = rest[:depth]
    variables = _variables(given, (section, *names))
    is_part = 0 < len(names) < depth  # of a section among many: some of it may be in the file
    where = ", ".join([*variables, *([str(path)] if is_part or not variables else [])])
    setting = ".".join((section, *names))
    if error["type"] == "extra_forbidden":
        nearest = _nearest(section, names[-1] if names else "")
        return f"{setting}: there is no such setting{nearest} (in {where})"
    what = WORDS.get(error["type"]) or error["msg"]
    what = what.removeprefix("Value error, ").replace("Input should be ", "must be ")
    is_group = _is_named(section) and len(names) < depth  # its value holds secrets
    is_hidden = error["type"] == "missing" or is_group or _is_secret((section, *names))
    value = "" if is_hidden else f", and is {_short(error['input'])}"
    return f"{setting}: {what}{value} (in {where})"


def _variables(given: Given, path: tuple[str, ...]) -> list[str]:
    """Name the variables of the environment that set what is at `path`, or parts of it."""
    found: Any = given
    for part in path:
        if not isinstance(found, dict) or part not in found:
            return []
        found = found[part]
    if not isinstance(found, dict):
        return [PREFIX + "__".join(path).upper()]
    return [each for part in sorted(found) for each in _variables(given, (*path, part))]


def _nearest(section: str, name: str) -> str:
    """Return a guess at what was meant, or nothing."""
    if not name:
        homes = [
            f"[{_home(each)}]" for each in Settings.model_fields if section in _settings_of(each)
        ]
        if homes:
            return f"; it belongs in {' or '.join(homes)}"
        near = get_close_matches(section, Settings.model_fields, n=1)
        return f"; did you mean [{near[0]}]?" if near else ""
    near = get_close_matches(name, _settings_of(section), n=1)
    if near:
        return f"; did you mean {_home(section)}.{near[0]}?"
    homes = [
        f"{_home(each)}.{name}" for each in Settings.model_fields if name in _settings_of(each)
    ]
    return f"; did you mean {' or '.join(homes)}?" if homes else ""


def _home(section: str) -> str:
    return f"{section}.NAME" if _is_named(section) else section


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
