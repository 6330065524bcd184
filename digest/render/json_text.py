"""JSON for people to read too, an indent of one space: the text that `json.dumps` would write.

`json` has a quick encoder in C, but not for indented text: that is written by generators, in five
times the time. Here too, strings are written by its C; only what stands between them is ours.
"""

from __future__ import annotations

import json
from json.encoder import encode_basestring as _quoted


class Written(str):
    """A value that is JSON already, as `pretty` wrote it for the depth where it goes."""

    __slots__ = ()


def pretty(value: object, depth: int = 0) -> str:
    """Return what `json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1)` returns.

    Raises what it raises. The names in a mapping are to be strings. `depth` is in how many others
    the value will stand.
    """
    return _written(value, "\n" + depth * " ")


def _written(value: object, end: str) -> str:
    """Write a value; `end` is the line's end with the indent that the value itself stands at."""
    if type(value) is Written:
        return value
    if isinstance(value, str):
        return _quoted(value)
    if value is None or type(value) is int:
        return "null" if value is None else str(value)
    if isinstance(value, dict) and value:
        inner = f"{end} "
        fields = [
            f"{_quoted(name)}: {of_it if type(of_it) is Written else _written(of_it, inner)}"
            for name, of_it in value.items()
        ]
        return f"{{{inner}{f',{inner}'.join(fields)}{end}}}"
    if isinstance(value, list | tuple) and value:
        inner = f"{end} "
        return f"[{inner}{f',{inner}'.join([_written(each, inner) for each in value])}{end}]"
    return json.dumps(value, allow_nan=False)
