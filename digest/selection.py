"""What of an edition a reader is sent: what matches their topics, without what they muted, capped.

Entries keep their order: the new ones first, then the trending, then the revised. A reader of no
topics gets all of them, with no word of topics: what these match, their mail tells by itself, and
stays the same for all such readers. So does one whose topics are all gone from the settings, for
silence would look like a fault. What is matched is matched once for an edition, and readers of
equal preferences are told the same choice, in whatever order they chose.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property, lru_cache

from digest.models import Choice, Edition, Preferences
from digest.text.legible import legible
from digest.text.wording import Words, wanted
from digest.topics import Topic, by_any_name, look

_KEPT = 8192


class Chooser:
    """Chooses from one edition, for any number of readers. Several threads may ask."""

    def __init__(self, edition: Edition, topics: Mapping[str, Topic]) -> None:
        self._edition = edition
        self._topics = topics
        self._names = by_any_name(topics)
        self._chosen = lru_cache(_KEPT)(self._choose)
        self._muted = lru_cache(_KEPT)(self._mute)

    def choose(self, preferences: Preferences) -> Choice | None:
        """Return what a reader of these preferences gets; None where nothing is to be sent."""
        choice = self._chosen(preferences.topics, preferences.muted, preferences.cap)
        return choice if choice.places or preferences.wants_empty else None

    def _choose(self, topics: tuple[str, ...], muted: tuple[str, ...], cap: int | None) -> Choice:
        chosen = {self._names.get(name) for name in topics}
        asked = [name for name in self._topics if name in chosen]
        silent = frozenset[int]().union(*map(self._muted, muted))
        matches = self._matches if asked else {}
        found = []
        for place in range(len(self._edition.entries)):
            names = tuple(self._topics[name].title for name in asked if place in matches[name])
            if place not in silent and (names or not asked):
                found.append((place, names))
        kept = found if cap is None else found[: max(0, cap)]
        return Choice(
            places=tuple(place for place, _ in kept),
            topics=tuple(names for _, names in kept),
            more=len(found) - len(kept),
        )

    def _mute(self, words: str) -> frozenset[int]:
        """Return the places where muted words stand: whole ones, folded as those of topics are."""
        muted = wanted(legible(words))
        if muted is None:
            return frozenset()
        return frozenset(place for place, seen in enumerate(self._words) if muted.are_in(seen))

    @cached_property
    def _matches(self) -> Mapping[str, frozenset[int]]:
        """The places that each topic matches; of a paper no more is kept than is looked at."""
        matches: dict[str, set[int]] = {name: set() for name in self._topics}
        for place, entry in enumerate(self._edition.entries):
            seen = look(entry.paper)
            for name, topic in self._topics.items():
                if topic.match_look(seen) is not None:
                    matches[name].add(place)
        return {name: frozenset(places) for name, places in matches.items()}

    @cached_property
    def _words(self) -> tuple[Words, ...]:
        return tuple(look(entry.paper).texts for entry in self._edition.entries)
