"""Passwords: what is kept of one, so that it can be told right from wrong but not read. Pure.

scrypt (RFC 7914) with a salt; of its costs the logarithm, block size and parallelism are written
along, for they may rise. The hash is one word without `$`, which shells and Compose files expand:
`scrypt:15:8:3:SALT:HASH`, the last two in base 64 as web addresses write it.
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from base64 import urlsafe_b64decode, urlsafe_b64encode

SALT_BYTES = 16
_COSTS = (15, 8, 3)  # 32 MiB, as OWASP recommends
_HASH_BYTES = 32
_MEMORY_BYTES = 256 * 1024 * 1024


def hashed(password: str, salt: bytes) -> str:
    """Return what to keep of a password; `salt` are random bytes."""
    said = _scrypt(password, salt, *_COSTS)
    return ":".join(("scrypt", *map(str, _COSTS), _written(salt), _written(said)))


def is_right(password: str, kept: str) -> bool:
    """Tell whether this is the password of which `kept` was made; takes a third of a second."""
    _, logarithm, block, parallel, salt, expected = kept.split(":")
    said = _scrypt(password, _read(salt), int(logarithm), int(block), int(parallel))
    return hmac.compare_digest(said, _read(expected))


def _scrypt(password: str, salt: bytes, logarithm: int, block: int, parallel: int) -> bytes:
    typed = unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")
    return hashlib.scrypt(
        typed,
        salt=salt,
        n=1 << logarithm,
        r=block,
        p=parallel,
        maxmem=_MEMORY_BYTES,
        dklen=_HASH_BYTES,
    )


def _written(said: bytes) -> str:
    return urlsafe_b64encode(said).decode().rstrip("=")


def _read(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
