"""Addresses in the cells of tables, by the hundred thousand: domains are looked into once each.

What `addresses.parse` says of an address, this says too. A cell may hold a name around the address
(`Reader <reader@example.org>`): lists name people so, and the name is left out.
"""

from __future__ import annotations

import re
from array import array
from functools import lru_cache

from digest.addresses import Address, parse
from digest.errors import UsageError

_NAMED = re.compile(r'(?:"[^"]*"\s*|[^<>"@]*)<([^<>]*)>')
_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_PLAIN = re.compile(rf"({_ATEXT}(?:\.{_ATEXT})*)@([^\s@<>]+)")
_LONGEST_LOCAL = 64
_LONGEST = 254
_MASK = (1 << 64) - 1


def mailbox(cell: str) -> Address:
    """Read the address of a cell; `UsageError` says what is wrong with it."""
    bare = cell.strip()
    if named := _NAMED.fullmatch(bare):
        bare = named[1].strip()
    plain = _PLAIN.fullmatch(bare)
    if plain is None or len(plain[1]) > _LONGEST_LOCAL:
        return parse(bare)
    local, domain = plain.groups()
    known = _domain(domain)
    if known is None or len(local) + known[2] >= _LONGEST:  # what is wrong is said of the whole
        return parse(bare)
    name, name_ascii, _ = known
    return Address(
        address=f"{local}@{name}", key=f"{local.lower()}@{name}", domain_ascii=name_ascii
    )


def is_mailbox(cell: str) -> bool:
    """Tell whether a cell holds one address."""
    try:
        return bool(mailbox(cell))
    except UsageError:
        return False


@lru_cache(maxsize=8192)
def _domain(written: str) -> tuple[str, str, int] | None:
    """Return a domain in Unicode, in ASCII, and the longer one's bytes; None where it is none."""
    try:
        found = parse(f"a@{written}")
    except UsageError:
        return None
    name = found.address.partition("@")[2]
    return name, found.domain_ascii, max(len(name.encode()), len(found.domain_ascii))


class Keys:
    """Which keys were put in, in 16 to 32 bytes for each, whatever their length.

    By 64 bits of each: that two of a million are taken for one has a chance of 1 in 30 million.
    """

    def __init__(self) -> None:
        self._slots = array("Q", bytes(8 * 1024))
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __contains__(self, key: str) -> bool:
        mark = _mark(key)
        return self._slots[_slot(self._slots, mark)] == mark

    def add(self, key: str) -> bool:
        """Put a key in; false where it is in already."""
        mark = _mark(key)
        slot = _slot(self._slots, mark)
        if self._slots[slot]:
            return False
        self._slots[slot] = mark
        self._count += 1
        if 2 * self._count > len(self._slots):
            self._grow()
        return True

    def _grow(self) -> None:
        wider = array("Q", bytes(16 * len(self._slots)))
        for mark in self._slots:
            if mark:
                wider[_slot(wider, mark)] = mark
        self._slots = wider


def _mark(key: str) -> int:
    return (hash(key) & _MASK) or 1


def _slot(slots: array[int], mark: int) -> int:
    """Return where a mark stands, or is to stand."""
    last = len(slots) - 1
    slot = mark & last
    while slots[slot] not in (0, mark):
        slot = (slot + 1) & last
    return slot
