"""Lists of subscribers, and records of their consent: what the rows of a table mean.

    row ─▶ Listed (who, what they wish, whether they opted out)     Proof (who, when, by which way)

A row that means nothing is a complaint. Column names and words for states are those of the exports
of Mailchimp, Mailman, Substack, Buttondown, Ghost and listmonk, and our own (`table`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Final, TypeVar

from digest.addresses import Address
from digest.errors import UsageError
from digest.models import SubscriberState
from digest.subscribing import wishes
from digest.subscribing.mailboxes import mailbox
from digest.subscribing.rows import Columns, Complaint, Row, Table
from digest.subscribing.wishes import Wishes

T = TypeVar("T")

_S = SubscriberState
_ADDRESS = ("email address", "e mail address", "email", "e mail", "mail", "address")

LIST: Final[Columns] = MappingProxyType(
    {
        "address": _ADDRESS,
        "state": ("subscription status", "subscriber status", "status", "state"),
        "type": ("subscriber type", "type"),
        "left": ("unsub time", "unsubscribed at", "unsubscribe date", "unsubscribed on"),
        "bounced": ("clean time", "cleaned at", "bounced at"),
        "cadence": ("cadence", "frequency"),
        "hour": ("hour",),
        "zone": ("zone", "time zone", "timezone", "tz"),
        "topics": ("topics", "topic"),
        "muted": ("muted", "muted words", "mute"),
        "cap": ("cap",),
        "empty": ("empty",),
        "consented_at": ("consented at",),
        "source": ("source",),
    }
)
"""The columns of a list, and what each may be called."""

RECORD: Final[Columns] = MappingProxyType(
    {
        "address": _ADDRESS,
        "state": LIST["state"],
        "at": ("at", "consented at", "consent at", "date", "time"),
        "source": ("source",),
        "proof": ("proof",),
    }
)
"""The columns of a record of consent."""

_TAKEN = frozenset(
    ("active", "subscribed", "pending", "enabled", "confirmed", "unconfirmed", "unactivated")
)
_OUT = MappingProxyType(
    dict.fromkeys(("unsubscribed", "opted out", "optout", "left", "removed"), _S.UNSUBSCRIBED)
    | dict.fromkeys(("cleaned", "bounced", "hard bounced", "undeliverable"), _S.BOUNCED)
    | dict.fromkeys(("complained", "complaint", "spam", "abuse", "spammy"), _S.COMPLAINED)
    | dict.fromkeys(("blocklisted", "blacklisted", "blocked", "banned"), _S.COMPLAINED)
    | {"erased": _S.ERASED}
)
_CADENCES = MappingProxyType({"day": "daily", "week": "weekly", "month": "monthly"})
_YES = frozenset(("yes", "y", "true", "1", "on"))
_NO = frozenset(("no", "n", "false", "0", "off"))
_WISHED = ("cadence", "hour", "zone", "topics", "muted", "cap", "empty")
_PARTS = re.compile("[;,|]")
_LONGEST_SOURCE = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A row of a list. `out` is why they are not to be written to, where they are not.

    `consented_at` and `source` are what the list claims of how they came, and prove nothing.
    """

    line: int
    who: Address
    wishes: Wishes
    out: SubscriberState | None = None
    consented_at: datetime | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A line of a record of consent: when they consented (aware UTC), by which way, what shows."""

    line: int
    who: Address
    at: datetime
    source: str
    proof: str = field(default="", repr=False)


def listed(table: Table, known: Collection[str], now: datetime) -> Iterator[Listed | Complaint]:
    """Yield what the rows of a list mean; `known` are the topics there are."""

    @lru_cache(maxsize=1024)
    def wished(*cells: str) -> Wishes:
        return _wishes(dict(zip(_WISHED, cells, strict=True)), known)

    def read(row: Row) -> Listed:
        cells = row.cells
        who = mailbox(cells.get("address", ""))
        if out := _out(row):
            return Listed(line=row.line, who=who, wishes={}, out=out)
        return Listed(
            line=row.line,
            who=who,
            wishes=wished(*(cells.get(name, "") for name in _WISHED)),
            consented_at=_time(cells["consented_at"], now) if "consented_at" in cells else None,
            source=_source(cells.get("source", "")),
        )

    return _each(table, read)


def opted_out(table: Table) -> Iterator[Address]:
    """Yield who is not to be written to, by a list."""
    if not any(column in table for column in ("state", "type", "left", "bounced")):
        return
    for row in table.rows():
        try:
            if isinstance(row, Row) and _out(row):
                yield mailbox(row.cells.get("address", ""))
        except UsageError:
            continue  # is complained of where the list is read


def proofs(table: Table, now: datetime) -> Iterator[Proof | Complaint]:
    """Yield what the lines of a record of consent prove; those of who is not active are left out.

    An export is such a record: its rows of who is pending, or left, prove nothing.
    """

    def read(row: Row) -> Proof | None:
        cells = row.cells
        if _word(cells.get("state", "active")) not in ("active", "subscribed", "confirmed"):
            return None
        who = mailbox(cells.get("address", ""))
        if "at" not in cells:
            raise UsageError("it does not say when they consented")
        at = _time(cells["at"], now)
        if not (source := _source(cells.get("source", ""))):
            raise UsageError("it does not say by which way they consented (source)")
        return Proof(line=row.line, who=who, at=at, source=source, proof=cells.get("proof", ""))

    return _each(table, read)


def _each(table: Table, read: Callable[[Row], T | None]) -> Iterator[T | Complaint]:
    for row in table.rows():
        if isinstance(row, Complaint):
            yield row
            continue
        try:
            found = read(row)
        except UsageError as error:
            why = f"{error.what} ({error.hint})" if error.hint else error.what
            yield Complaint(line=row.line, why=why)
            continue
        if found is not None:
            yield found


def _out(row: Row) -> SubscriberState | None:
    """Return why somebody is not to be written to. `UsageError` where the state is not known."""
    cells = row.cells
    if state := _word(cells.get("state", "")):
        if state in _OUT:
            return _OUT[state]
        if state not in _TAKEN:
            hint = "it is active, pending, unsubscribed, bounced or complained"
            raise UsageError(f"there is no state {cells['state'][:40]!r}", hint=hint)
    if kind := _OUT.get(_word(cells.get("type", ""))):
        return kind
    if "bounced" in cells:
        return _S.BOUNCED
    return _S.UNSUBSCRIBED if "left" in cells else None


def _word(cell: str) -> str:
    return " ".join(re.split(r"[\s_-]+", cell.strip().casefold()))


def _wishes(cells: dict[str, str], known: Collection[str]) -> Wishes:
    cadence = _word(cells["cadence"])
    return wishes.read(
        known=known,
        cadence=_CADENCES.get(cadence, cadence) or None,
        hour=_hour(cells["hour"]) if cells["hour"] else None,
        zone=cells["zone"] or None,
        topics=_PARTS.split(cells["topics"]) if cells["topics"] else None,
        muted=_PARTS.split(cells["muted"]) if cells["muted"] else None,
        cap=_count(cells["cap"]) if cells["cap"] else None,
        wants_empty=_is_yes(cells["empty"]) if cells["empty"] else None,
    )


def _hour(cell: str) -> int:
    told = re.fullmatch(r"([0-9]{1,2})(?:[:.]00(?:[:.]00)?)?", cell)
    if told is None:
        raise UsageError(f"there is no hour {cell[:40]!r}", hint="it is full: 7, or 07:00")
    return int(told[1])


def _count(cell: str) -> int:
    if not re.fullmatch(r"[0-9]{1,6}", cell):
        raise UsageError(f"{cell[:40]!r} is no number of papers", hint="0 sets no limit")
    return int(cell)


def _is_yes(cell: str) -> bool:
    if (said := cell.casefold()) in _YES | _NO:
        return said in _YES
    raise UsageError(f"{cell[:40]!r} is neither yes nor no", hint="of the column 'empty'")


def _source(cell: str) -> str:
    source = " ".join(cell.split())
    if len(source) > _LONGEST_SOURCE or not source.isprintable():
        hint = f"write one line of at most {_LONGEST_SOURCE} characters"
        raise UsageError("its source cannot be kept", hint=hint)
    return source


def _time(cell: str, now: datetime) -> datetime:
    """Return a moment; a time without a zone is in UTC, a date alone its first moment."""
    try:
        told = datetime.fromisoformat(cell)
        at = told.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        hint = "write ISO 8601: 2026-03-11, or 2026-03-11T07:00:00Z"
        raise UsageError(f"{cell[:40]!r} is no date", hint=hint) from error
    if at > now:
        raise UsageError("they consented in the future, by its date")
    return at
