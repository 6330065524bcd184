"""Write what the settings say of themselves: docs/configuration.md, and the file for a new one.

The words are those of `sections`; tests keep docs/configuration.md and config/digest.toml to them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from digest.settings.kinds import section_of
from digest.settings.sections import Settings

INTRODUCTION = """\
# Configuration

<!-- Written by `digest.settings.reference()` from the settings themselves; a test compares. -->

Settings stand in `digest.toml` in the newsletter's folder (else in `config/digest.toml` there).
`digest init` puts one there with every setting, its default and a comment. What is not set has its
default; a name that does not exist is an error, and `digest config check` tells all errors at once.

- Relative paths are relative to the newsletter's folder.
- Each setting can also come from the environment, which goes before the file: `[site] title` is
  `DIGEST_SITE__TITLE` (two underscores between section and name). Of a section that is there many
  times, each under a name of yours, `[channels.team] url` is `DIGEST_CHANNELS__TEAM__URL`.
- A setting marked *secret* can also be read from a file, as container platforms hand them out:
  `DIGEST_STORE__URL_FILE=/run/secrets/database`. Its password is never printed.
"""


def reference() -> str:
    """Return docs/configuration.md: every setting with its default, its bounds and what it is."""
    schema = Settings.model_json_schema(by_alias=True)
    sections = []
    for name, field in Settings.model_fields.items():
        found = section_of(field.annotation)
        if found is None:
            raise TypeError(f"{name} is no section")
        kind, is_named = found
        section = schema["$defs"][kind.__name__]
        heading = f"[{name}.NAME]" if is_named else f"[{name}]"
        rows = [_row(setting, told) for setting, told in section["properties"].items()]
        sections.append("\n".join([f"\n## {heading}\n\n{section['description']}\n", *HEAD, *rows]))
    return INTRODUCTION + "\n".join(sections) + "\n"


_KINDS = {
    "integer": "whole number",
    "number": "number",
    "array": "text, or a list of texts",
    "boolean": "`true` or `false`",
}
HEAD = ("| setting | default | may be | what it is |", "|---|---|---|---|")


def _row(name: str, told: dict[str, Any]) -> str:
    default = (
        f"`{json.dumps(told['default'], ensure_ascii=False)}`" if "default" in told else "none"
    )
    secret = " *Secret.*" if told.get("is_secret") else ""
    return f"| `{name}` | {default} | {_bounds(told)} | {told['description']}{secret} |"


def _bounds(told: dict[str, Any]) -> str:
    """Say in words what a setting may be."""
    if "enum" in told:
        return " or ".join(f"`{json.dumps(each)}`" for each in told["enum"])
    kind = _KINDS.get(told["type"], "text")
    low, above, high = (told.get(key) for key in ("minimum", "exclusiveMinimum", "maximum"))
    words = [kind]
    words += [f"above {above:,.15g}"] if above is not None else []
    words += [f"from {low:,.15g}"] if low is not None else []
    words += [f"to {high:,.15g}"] if high is not None else []
    return " ".join(words)


def shipped_config() -> str:
    """Return config/digest.toml as it came with the program, for a new newsletter."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "config" / "digest.toml"
    source = package.parent / "config" / "digest.toml"
    return (installed if installed.is_file() else source).read_text("utf-8")
