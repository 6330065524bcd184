"""A sealed edition as text, and back: what the store keeps so that it never changes.

The text is JSON of the values' own fields. Fields that a later version adds read back as their
defaults, so old editions stay readable; a field may not be renamed without a migration.
"""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

from digest.models import Cadence, Day, Edition, Entry, History, Paper, Section, Tally


def freeze(edition: Edition) -> str:
    """Return the edition as JSON; `thaw` gives back an equal one, sealed."""
    return json.dumps(asdict(edition), ensure_ascii=False, default=_plain, separators=(",", ":"))


def thaw(text: str) -> Edition:
    """Return the edition that was frozen."""
    told = json.loads(text)
    edition = Edition(
        **{
            **told,
            "cadence": Cadence(told["cadence"]),
            "start": date.fromisoformat(told["start"]),
            "end": date.fromisoformat(told["end"]),
            "updated": datetime.fromisoformat(told["updated"]),
            "new": tuple(map(_entry, told["new"])),
            "trending": tuple(map(_entry, told["trending"])),
            "revised": tuple(map(_entry, told["revised"])),
            "tallies": tuple(Tally(**_dated(tally, "day")) for tally in told.get("tallies", ())),
        }
    )
    return replace(edition, is_sealed=True)


def tally(text: str) -> Tally:
    """Count what stands in the daily edition that was frozen, without thawing all of it."""
    told = json.loads(text)
    return Tally(
        day=date.fromisoformat(told["end"]),
        new=len(told["new"]),
        trending=len(told["trending"]),
        revised=len(told["revised"]),
    )


def _plain(value: object) -> str:
    """Write a date or a moment as ISO 8601."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} cannot be frozen")


def _entry(told: dict[str, Any]) -> Entry:
    return Entry(
        **{
            **told,
            "paper": _paper(told["paper"]),
            "section": Section(told["section"]),
            "announced": datetime.fromisoformat(told["announced"]),
            "history": _history(told.get("history")),
        }
    )


def _history(told: dict[str, Any] | None) -> History | None:
    if told is None:
        return None
    days = tuple(Day(**_dated(day, "day")) for day in told["days"])
    return History(**(_dated(told, "start", "end") | {"days": days}))


def _dated(told: dict[str, Any], *names: str) -> dict[str, Any]:
    return told | {name: date.fromisoformat(told[name]) for name in names}


def _paper(told: dict[str, Any]) -> Paper:
    return Paper(
        **{
            **told,
            "paragraph_starts": tuple(told.get("paragraph_starts", ())),
            "authors": tuple(told["authors"]),
            "keywords": tuple(told["keywords"]),
            "links": tuple((word, address) for word, address in told["links"]),
        }
    )
