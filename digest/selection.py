"""What of an edition a reader is sent: what matches their topics, without what they muted, capped.

Entries keep their order. A reader of no topics gets all of them; so does one whose topics are all
gone from the settings, for silence would look like a fault. What is matched is matched once for an
edition, and readers of equal preferences are told the same choice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import Protocol

from digest.models import Choice, Edition, Paper, Preferences
from digest.text.legible import legible

_KEPT = 8192
_GAPS = re.compile(r"[\W_]+")


class Topic(Protocol):
    """A topic, as far as choosing needs it."""

    @property
    def title(self) -> str:
        """What readers call it."""

    def match(self, paper: Paper) -> object | None:
        """Tell why a paper matches, or None."""


class Chooser:
    """Chooses from one edition."""

    def __init__(self, edition: Edition, topics: Mapping[str, Topic]) -> None:
        self._edition = edition
        self._topics = topics
        self._chosen = lru_cache(_KEPT)(self._choose)
        self._matches = lru_cache(None)(self._match)

    def choose(self, preferences: Preferences) -> Choice | None:
        """Return what a reader of these preferences gets; None where nothing is to be sent."""
        wanted = tuple(name for name in preferences.topics if name in self._topics)
        choice = self._chosen(wanted, preferences.muted, preferences.cap)
        return choice if choice.places or preferences.wants_empty else None

    def _choose(self, topics: tuple[str, ...], muted: tuple[str, ...], cap: int | None) -> Choice:
        words = [f" {words} " for word in muted if (words := _folded(word))]
        found = [
            (place, self._names(place, topics))
            for place in range(len(self._edition.entries))
            if not any(word in self._texts[place] for word in words)
        ]
        if topics:
            found = [(place, names) for place, names in found if names]
        kept = found if cap is None else found[:cap]
        return Choice(
            places=tuple(place for place, _ in kept),
            topics=tuple(names for _, names in kept),
            more=len(found) - len(kept),
        )

    def _names(self, place: int, topics: tuple[str, ...]) -> tuple[str, ...]:
        matching = self._matches
        return tuple(self._topics[name].title for name in topics if place in matching(name))

    def _match(self, topic: str) -> frozenset[int]:
        """Return the places that a topic matches."""
        entries = enumerate(self._edition.entries)
        match = self._topics[topic].match
        return frozenset(place for place, entry in entries if match(entry.paper) is not None)

    @cached_property
    def _texts(self) -> tuple[str, ...]:
        """Return the words of each entry, folded, with a blank before and after each."""
        papers = (entry.paper for entry in self._edition.entries)
        return tuple(f" {_folded(f'{paper.title} {paper.abstract}')} " for paper in papers)


def _folded(text: str) -> str:
    return _GAPS.sub(" ", legible(text).casefold()).strip()
