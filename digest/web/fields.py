"""A form's body read, strictly and within bounds: both encodings, text only. Pure.

What is no form, holds a file, is not UTF-8 or has control characters is refused as a whole; line
breaks are kept, as LF.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from email.message import Message
from urllib.parse import parse_qsl

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import Field, parse_form

from digest.models import phrase

MOST_FIELDS = 200
MOST_NAME_CHARS = 100
MOST_VALUE_CHARS = 8_000
HONEYPOT = "website"
"""A field that people do not see, and leave empty; programs fill it."""

_UNSAFE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_URLENCODED, _MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"


class NotAFormError(Exception):
    """A body is not read: with the status to answer, and why, in English words to be said."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status
        self.why = why


@dataclass(frozen=True, slots=True)
class Form:
    """What was sent: names and values, in their order."""

    pairs: tuple[tuple[str, str], ...] = ()

    def one(self, name: str, default: str = "") -> str:
        """Return the value of a field, without white space around it; `default` if not there."""
        return next((value.strip() for key, value in self.pairs if key == name), default)

    def all(self, name: str) -> tuple[str, ...]:
        """Return each value of a field."""
        return tuple(value.strip() for key, value in self.pairs if key == name)

    @property
    def is_trapped(self) -> bool:
        """Whether what people do not see was filled in: answer as ever, and do nothing."""
        return bool(self.one(HONEYPOT))


def read(content_type: str, body: bytes) -> Form:
    """Read a body; raises `NotAFormError`."""
    message = Message()
    message["Content-Type"] = content_type.replace("\r", " ").replace("\n", " ")
    kind = message.get_content_type()
    if not body:
        return Form()
    if kind == _URLENCODED:
        pairs = _urlencoded(body)
    elif kind == _MULTIPART:
        end = f"--{message.get_boundary('')}--".encode("utf-8", "replace")
        if end not in body:  # cut off
            raise _unread()
        pairs = _multipart(content_type, body)
    else:
        raise NotAFormError(415, phrase("This is sent by a form, or as a form is."))
    return Form(tuple((_text(name, MOST_NAME_CHARS), _text(value)) for name, value in pairs))


def _urlencoded(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError as error:  # also what is no ASCII or no UTF-8
        raise _unread() from error


def _multipart(content_type: str, body: bytes) -> list[tuple[str, str]]:
    pairs: list[tuple[str, str]] = []

    def take(field: Field) -> None:
        if len(pairs) >= MOST_FIELDS:
            raise NotAFormError(413, phrase("There is too much in this form."))
        name, value = field.field_name or b"", field.value or b""
        pairs.append((name.decode("utf-8"), value.decode("utf-8")))

    def refuse(_: object) -> None:
        raise NotAFormError(400, phrase("This form takes no files."))

    try:
        parse_form({"Content-Type": content_type.encode("latin-1")}, io.BytesIO(body), take, refuse)
    except (FormParserError, ValueError) as error:
        raise _unread() from error
    return pairs


def _text(value: str, most: int = MOST_VALUE_CHARS) -> str:
    """Return a text, line breaks as LF; one that is too long or unsafe is refused."""
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > most:
        raise NotAFormError(413, phrase("There is too much in this form."))
    if _UNSAFE.search(text):
        raise _unread()
    return text


def _unread() -> NotAFormError:
    return NotAFormError(400, phrase("What was sent could not be read as a form."))
