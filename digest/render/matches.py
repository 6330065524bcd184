"""Which topics a paper matches, for all outputs of a run: each paper is matched once.

What matches, and why, is decided by `topics`; where it is shown, by each renderer.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from digest.models import ENGLISH, Paper, Tongue
from digest.render import KEPT
from digest.render.text import one_line
from digest.topics import Topic, look


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A topic that a paper matches: what readers call it, its name, why it matches, in words.

    As a text it is its title. Without a `name` it has no page to lead to.
    """

    title: str
    name: str = ""
    why: str = ""

    def __str__(self) -> str:
        return self.title


class Matcher:
    """Tells which topics papers match, in the order of the topics. Keeps what it told."""

    def __init__(self, topics: Iterable[Topic] = (), tongue: Tongue = ENGLISH) -> None:
        self.topics = tuple(topics)
        self.tongue = tongue
        self._told: dict[bytes, tuple[Match, ...]] = {}
        self._lately = lru_cache(KEPT)(self._of)

    def of(self, paper: Paper) -> tuple[Match, ...]:
        """Return the topics that a paper matches; none, at no cost, where there are no topics."""
        return self._lately(paper) if self.topics else ()

    def _of(self, paper: Paper) -> tuple[Match, ...]:
        key = _key(paper)
        if (told := self._told.get(key)) is None:
            told = self._told[key] = tuple(self._matched(paper))
        return told

    def _matched(self, paper: Paper) -> Iterable[Match]:
        seen = look(paper)
        for topic in self.topics:
            if why := topic.match_look(seen):
                yield Match(
                    title=title_of(topic), name=topic.name, why=one_line(why.said(self.tongue))
                )


NO_TOPICS = Matcher()


def title_of(topic: Topic) -> str:
    """Return what readers call a topic, safe to show."""
    return one_line(topic.title) or topic.name


def _key(paper: Paper) -> bytes:
    """Name what topics look at of a paper: its votes may differ between editions, its words not.

    No longer than a hash, for those of a whole archive are kept.
    """
    looked_at = (
        paper.title,
        paper.abstract,
        ",".join(map(str, paper.paragraph_starts)),
        paper.summary or "",
        "\1".join(paper.keywords),
        "\1".join(paper.authors),
    )
    told = "\0".join(looked_at)  # neither sign stands in a text: see `text.hygiene`
    return hashlib.blake2b(told.encode("utf-8", "replace"), digest_size=16).digest()
