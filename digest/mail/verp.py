"""The return path of each mail (VERP): bounces tell by their address whose they are, signed.

`bounces@example.org` becomes `bounces+TOKEN@example.org`. The token says subscriber and edition,
packed, since a local part has at most 64 characters (RFC 5321), and means the same in any case.
"""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache

from digest.tokens import Signer

_PURPOSE = "return"
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_WEEK = re.compile(r"(\d{4})-W(\d\d)")
_MONTH = re.compile(r"(\d{4})-(\d\d)")
_TOKEN = re.compile(r"[^@]*\+([A-Za-z0-9]+)@[^@]+")


def return_path(signer: Signer, address: str, subscriber_id: int, edition: str) -> str:
    """Return the envelope sender of an edition to a subscriber, from the address for bounces."""
    local, _, domain = address.rpartition("@")
    said = f"{_written(subscriber_id)}.{_packed(edition)}"
    return f"{local}+{signer.token(_PURPOSE, said)}@{domain}"


def read(signer: Signer, address: str) -> tuple[int, str] | None:
    """Return subscriber and edition of a return path; None where it is none of ours."""
    found = _TOKEN.fullmatch(address.strip())
    said = signer.read(_PURPOSE, found[1]) if found else None
    if said is None:
        return None
    number, _, edition = said.partition(".")
    return int(number, 36), _unpacked(edition)


@lru_cache(64)
def _packed(edition: str) -> str:
    """Write `2026-03-11`, `2026-W11` or `2026-03` in four or five letters and digits."""
    if _DAY.fullmatch(edition):
        return "d" + _written(date.fromisoformat(edition).toordinal())
    for letter, kind in (("w", _WEEK), ("m", _MONTH)):
        if found := kind.fullmatch(edition):
            return letter + _written(int(found[1]) * 100 + int(found[2]))
    return f"-{edition}"


def _unpacked(packed: str) -> str:
    kind, told = packed[:1], packed[1:]
    if kind == "-":
        return told
    number = int(told, 36)
    if kind == "d":
        return date.fromordinal(number).isoformat()
    return f"{number // 100:04}-{'W' * (kind == 'w')}{number % 100:02}"


def _written(number: int) -> str:
    """Write a number to the base of 36."""
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"
