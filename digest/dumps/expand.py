"""The bytes of a dump, unpacked where they are gzip, within the limits. No text here."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

from digest.dumps.listing import MIB, Limits
from digest.errors import Damaged, TooBig

_GZIP = b"\x1f\x8b"
_RATIO_COUNTS_FROM = 10 * MIB


def read_bytes(stream: BinaryIO, limits: Limits, chunk_bytes: int) -> Iterator[bytes]:
    """Yield the content of `stream` in pieces of at most `chunk_bytes`, unpacked."""
    raw = _counted(stream, limits, chunk_bytes)
    first = b""
    while len(first) < len(_GZIP) and (chunk := next(raw, b"")):
        first += chunk
    chunks = chain((first,), raw)
    return _gunzip(chunks, limits, chunk_bytes) if first.startswith(_GZIP) else chunks


def _counted(stream: BinaryIO, limits: Limits, chunk_bytes: int) -> Iterator[bytes]:
    total = 0
    while chunk := stream.read(chunk_bytes):
        total += len(chunk)
        if total > limits.max_bytes:
            raise TooBig(
                f"the file is larger than {limits.max_bytes} bytes",
                hint="raise limits.max_bytes if it is really a dump",
            )
        yield chunk


def _gunzip(chunks: Iterator[bytes], limits: Limits, chunk_bytes: int) -> Iterator[bytes]:
    """Yield the content of one or more gzip members."""
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    packed = expanded = 0
    for chunk in chunks:
        packed += len(chunk)
        data = chunk
        while data:
            if unpacker.eof:
                data = data.lstrip(b"\0")
                unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16) if data else unpacker
                continue
            piece = _unpack(unpacker, data, max(chunk_bytes, 1024), packed - len(data))
            data = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail
            expanded += len(piece)
            _check_size(expanded, packed - len(data), limits)
            if piece:
                yield piece
    if not unpacker.eof:
        raise Damaged(
            "the gzip file ends before its content does",
            at=f"byte {packed}",
            hint="copy or download it again",
            is_cut=True,
        )


def _unpack(unpacker: zlib._Decompress, data: bytes, size: int, offset: int) -> bytes:
    try:
        return unpacker.decompress(data, size)
    except zlib.error as error:
        raise Damaged(
            "the gzip file is damaged", at=f"byte {offset}", hint="copy or download it again"
        ) from error


def _check_size(expanded: int, packed: int, limits: Limits) -> None:
    if expanded > limits.max_expanded_bytes:
        raise TooBig(
            f"the gzip file expands to more than {limits.max_expanded_bytes} bytes",
            hint="raise limits.max_expanded_bytes if it is really a dump",
        )
    if expanded > _RATIO_COUNTS_FROM and expanded > limits.max_ratio * max(packed, 1):
        raise TooBig(
            f"the gzip file expands to more than {limits.max_ratio} times its size",
            hint="raise limits.max_ratio if it is really a dump",
        )
