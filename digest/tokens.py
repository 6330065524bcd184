"""Tokens: who is meant, for which purpose, signed so that nobody else can make one.

A token is written in lower-case letters and digits (RFC 4648, base 32), for it stands in web
addresses and in the local part of mail addresses, and mail servers may change the case of these.
HMAC-SHA-256, cut to 80 bits as RFC 2104 allows, over newsletter, purpose and value: a token of one
purpose is worth nothing for another.
"""

from __future__ import annotations

import hmac
from base64 import b32decode, b32encode
from binascii import Error as NotBase32

_SEAL_BYTES = 10


class Signer:
    """Makes and reads the tokens of one newsletter. The first key signs, all are believed.

    The last is the eldest: by it digests are made, for they are compared with those of years ago.
    """

    def __init__(self, *keys: bytes) -> None:
        self._keys = keys

    def token(self, purpose: str, value: str) -> str:
        """Return a token for `value`, in letters and digits: 16 of them, and 8 for each 5 bytes."""
        said = value.encode()
        return _letters(self._seal(self._keys[0], purpose, said) + said)

    def read(self, purpose: str, token: str) -> str | None:
        """Return what a token of this purpose was made for; None where it is none of ours."""
        try:
            told = b32decode(token.upper() + "=" * (-len(token) % 8))
            if _letters(told) != token.lower():  # bits that count for nothing are set in the last
                return None
            seal, said = told[:_SEAL_BYTES], told[_SEAL_BYTES:]
            is_ours = any(
                hmac.compare_digest(seal, self._seal(key, purpose, said)) for key in self._keys
            )
            is_whole = _letters(told) == token.lower()  # no bits beyond the last byte
            return said.decode() if is_ours and is_whole else None
        except (NotBase32, ValueError):  # no ASCII, no base 32, no UTF-8
            return None

    def digest(self, purpose: str, value: str) -> str:
        """Return what stands for `value` where it may not be told: 26 letters and digits."""
        return _letters(self._mac(self._keys[-1], purpose, value.encode())[:16])

    def _seal(self, key: bytes, purpose: str, said: bytes) -> bytes:
        return self._mac(key, purpose, said)[:_SEAL_BYTES]

    @staticmethod
    def _mac(key: bytes, purpose: str, said: bytes) -> bytes:
        return hmac.digest(key, purpose.encode() + b"\0" + said, "sha256")


def _letters(told: bytes) -> str:
    return b32encode(told).decode().rstrip("=").lower()
