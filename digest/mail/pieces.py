"""A text encoded once and cut where readers differ: joined, it is what encoding it whole gives.

Quoted-printable (RFC 2045, 6.7) works line by line, so a line with a hole is kept as it is and
encoded when the hole is filled; all other lines are bytes already. A hole is a word of letters and
digits that no text can hold by chance or malice, since whoever cuts makes it from a secret: it
passes through templates, escaping and inlining as it is.
"""

from __future__ import annotations

import re
from binascii import b2a_qp
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

_TOO_LONG = re.compile(rb"^(.{74,75})(=20|=09)$", re.MULTILINE)  # as b2a_qp ends a line in a blank

_BETWEEN = 20  # letters of the secret that part lines; the less, the quicker


def quoted_printable(text: str) -> bytes:
    """Encode a body; every kind of line end becomes CRLF, half a character a question mark."""
    encoded = b2a_qp(unix(text).encode("utf-8", "replace"), istext=True)
    if _has_blank_ends(encoded):
        encoded = _TOO_LONG.sub(rb"\1=\n\2", encoded)
    return encoded.replace(b"\n", b"\r\n")


def _has_blank_ends(encoded: bytes) -> bool:
    return b"=20\n" in encoded or b"=09\n" in encoded or encoded.endswith((b"=20", b"=09"))


def unix(text: str) -> str:
    """Return the text with line feeds for line ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


class Open(str):
    """A line that has holes, not encoded yet; or some that follow each other."""

    __slots__ = ()


Part = bytes | Open


class Holes:
    """The holes of one text. `secret` is made of small letters and digits, and stands nowhere."""

    def __init__(self, secret: str) -> None:
        self._secret = secret
        self._between = f"{secret[:_BETWEEN]}\n"
        self._holes = re.compile(f"{secret}x([a-wyz]+)x")

    def hole(self, name: str) -> str:
        """Return what holds the place of `name`: a word in small letters without an x."""
        return f"{self._secret}x{name}x"

    def cut(self, text: str) -> Iterator[Part]:
        """Yield a body whose lines end in line feeds, encoded but for the lines with holes.

        It is to begin where a line does.
        """
        at = 0
        while (hole := text.find(self._secret, at)) >= 0:
            start = text.rfind("\n", 0, hole) + 1
            end = text.find("\n", hole) + 1 or len(text)
            yield quoted_printable(text[at:start])
            yield Open(text[start:end])
            at = end
        yield quoted_printable(text[at:])

    def form(self, head: bytes, body: Iterable[Part]) -> Form:
        """Return what is to be filled: a head, of which nothing is encoded, and a body.

        What follows a hole in a line without an end begins with CRLF.
        """
        is_ended = True
        fixed: list[list[bytes]] = [[]]
        lines: list[str] = []
        for part in body:
            if isinstance(part, Open):
                lines.append(part if part.endswith("\n") else f"{part}\n")
                fixed.append([])
                is_ended = part.endswith("\n")
            elif part:
                fixed[-1].append(part if is_ended else part.removeprefix(b"\r\n"))
                is_ended = True
        return Form(
            head=self._pattern(head.decode()),
            lines=self._pattern(self._between.join(lines)),
            between=quoted_printable(self._between),
            fixed=tuple(map(b"".join, fixed)),
            names=frozenset(self._holes.findall("".join((head.decode(), *lines)))),
        )

    def _pattern(self, text: str) -> str:
        return self._holes.sub(r"%(\1)s", text.replace("%", "%%"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """A head, and the lines of a body that have holes, among `fixed` parts that have none.

    All lines are encoded at once, each followed by one that says `between`.
    """

    head: str
    lines: str
    between: bytes
    fixed: tuple[bytes, ...]
    names: frozenset[str]

    def fill(self, values: Mapping[str, str]) -> bytes:
        """Return the whole with the holes filled; `values` has all of `names`."""
        lines = quoted_printable(self.lines % values).split(self.between)
        parts = [b""] * (2 * len(self.fixed))
        parts[0] = (self.head % values).encode()
        parts[1::2] = self.fixed
        parts[2::2] = lines[: len(self.fixed) - 1]
        return b"".join(parts)
