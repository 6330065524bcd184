"""Topics: what a paper is about, told by plain words, and why it matches.

    TopicRule ─▶ Topic      Paper ─▶ Look      Topic.match ─▶ Why: “diffusion” in the title

A topic is made once, a paper is looked at once, whatever the number of topics. What counts as a
word stands in `text.wording`, as a person's name in `text.persons`; texts are matched as readers
see them. A paper matches if any of a topic's words, phrases, categories or authors is found, and
nothing that is excluded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from digest.models import ENGLISH, Paper, Tongue, phrase
from digest.text.legible import legible, legible_name
from digest.text.paragraphs import split_paragraphs
from digest.text.persons import Name, is_same, name_of
from digest.text.wording import AnyOf, Wanted, Words, all_wanted, words_of

_TEXTS = (phrase("the title"), phrase("the abstract"), phrase("the summary"))
_QUOTED, _CATEGORY, _AUTHOR = (
    phrase("“%(what)s”"),
    phrase("the category %(what)s"),
    phrase("the author %(what)s"),
)
_MOST_TOLD = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicRule:
    """A topic as its owner describes it. `name` is its address, `title` what readers call it.

    A word or phrase may end in `*`: in any way. `categories` are what a listing gives as keywords
    or categories, whole; `authors` are names; what `exclude` holds, words too, rules a paper out.
    `formerly` are the names that its address had before.
    """

    name: str
    title: str = ""
    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    formerly: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Something that was asked for, the text that says so, and where it is: `the title`."""

    what: str
    text: str = _QUOTED
    places: tuple[str, ...] = ()

    def said_what(self, tongue: Tongue = ENGLISH) -> str:
        """Say it without its places: `“diffusion”`, `the author Ada Almeida`."""
        return tongue.say(self.text, what=self.what)

    def said(self, tongue: Tongue) -> str:
        """Say it: `“diffusion” in the title`."""
        what = self.said_what(tongue)
        if not self.places:
            return what
        places = _listed([tongue.say(place) for place in self.places], tongue)
        return tongue.say("%(what)s in %(places)s", what=what, places=places)


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """Why a paper matches a topic; as a text, a sentence's worth of it in English."""

    found: tuple[Found, ...]

    def __str__(self) -> str:
        return self.said(ENGLISH)

    def said(self, tongue: Tongue) -> str:
        """Say it in a sentence's worth."""
        told = [each.said(tongue) for each in self.found[:_MOST_TOLD]]
        if more := len(self.found) - len(told):
            told.append(tongue.count("and %(n)s more", "and %(n)s more", more))
        return "; ".join(told)


@dataclass(frozen=True, slots=True)
class Look:
    """What topics look at of a paper, folded: title, abstract, summary; keywords; authors.

    `categories` are the keywords as a reader sees them, and so are the names beside the authors;
    `families` are the last words of their names.
    """

    texts: Words
    keywords: Words
    categories: tuple[str, ...]
    authors: tuple[tuple[Name, str], ...]
    families: frozenset[str]


class Topic:
    """A topic, ready to match papers."""

    def __init__(self, rule: TopicRule) -> None:
        self.rule = rule
        self.name = rule.name
        self.title = rule.title or rule.name
        self._words = _Finder(map(legible, (*rule.words, *rule.phrases)))
        self._excluded = _Finder(map(legible, rule.exclude))
        self._categories = AnyOf(rule.categories)
        self._authors: dict[str, list[Name]] = {}
        for name in filter(None, map(name_of, rule.authors)):
            self._authors.setdefault(name[-1], []).append(name)

    def match(self, paper: Paper) -> Why | None:
        """Tell why a paper matches; None where it does not."""
        return self.match_look(look(paper))

    def match_look(self, seen: Look) -> Why | None:
        """Tell why a paper matches that was looked at before; None where it does not."""
        found = (*self._in_texts(seen), *self._in_keywords(seen), *self._in_authors(seen))
        if not found or self._excluded.finds(seen.texts):
            return None
        return Why(found=found)

    @property
    def told(self) -> tuple[tuple[str, str], ...]:
        """What the topic asks for, in English words: pairs of what kind, and which."""
        return self.told_in(ENGLISH)

    def told_in(self, tongue: Tongue) -> tuple[tuple[str, str], ...]:
        """Say what the topic asks for: pairs of what kind, and which."""
        rule = self.rule
        parts = (
            (tongue.say("Words"), _quoted((*rule.words, *rule.phrases), tongue)),
            (tongue.say("Categories"), rule.categories),
            (tongue.say("Authors"), rule.authors),
            (tongue.say("Not"), _quoted(rule.exclude, tongue)),
        )
        return tuple((kind, each) for kind, said in parts if (each := ", ".join(said)))

    def _in_texts(self, seen: Look) -> Iterator[Found]:
        for words in self._words.likely(seen.texts):
            told: dict[str, list[str]] = {}
            for number, place in enumerate(_TEXTS):
                if found := words.found_in(seen.texts, number):
                    told.setdefault(found, []).append(place)
            for what, places in told.items():
                yield Found(what=what, places=tuple(places))

    def _in_keywords(self, seen: Look) -> Iterator[Found]:
        if not self._categories.may_be_in(seen.keywords):
            return
        for number, told in enumerate(seen.categories):
            if self._categories.are_all_of(seen.keywords, number):
                yield Found(what=told, text=_CATEGORY)

    def _in_authors(self, seen: Look) -> Iterator[Found]:
        if self._authors.keys().isdisjoint(seen.families):
            return
        for name, told in seen.authors:
            if any(is_same(asked, name) for asked in self._authors.get(name[-1], ())):
                yield Found(what=told, text=_AUTHOR)


class _Finder:
    """Finds which of several words are in texts, looking only at those whose first word is."""

    def __init__(self, said: Iterable[str]) -> None:
        self._asked = all_wanted(said)
        self._open: list[int] = []
        self._by_head: dict[str, list[int]] = {}
        for at, each in enumerate(self._asked):
            if not each.heads:
                self._open.append(at)
            for head in each.heads:
                self._by_head.setdefault(head, []).append(at)
        self._heads = frozenset(self._by_head)

    def likely(self, texts: Words) -> list[Wanted]:
        """Return what may be in the texts, in the order it was asked for."""
        likely = {at for at in self._open if self._asked[at].are_in(texts)}
        for head in self._heads & texts.known:
            likely.update(self._by_head[head])
        return [self._asked[at] for at in sorted(likely)] if likely else []

    def finds(self, texts: Words) -> bool:
        """Tell whether anything is in the texts."""
        return any(each.are_in(texts) for each in self.likely(texts))


@lru_cache(maxsize=256)
def look(paper: Paper) -> Look:
    """Return what topics look at of a paper."""
    paragraphs = split_paragraphs(paper.abstract, paper.paragraph_starts)
    abstract = " ".join(map(legible, paragraphs))
    named = ((name_of(told), told) for told in map(legible_name, paper.authors))
    authors = tuple((name, told) for name, told in named if name)
    categories = tuple(map(legible_name, paper.keywords))
    return Look(
        texts=words_of(legible(paper.title), abstract, legible(paper.summary or "")),
        keywords=words_of(*categories),
        categories=categories,
        authors=authors,
        families=frozenset(name[-1] for name, _ in authors),
    )


def by_name(rules: Iterable[TopicRule]) -> Mapping[str, Topic]:
    """Return topics by their names, in the order of their titles."""
    topics = sorted(map(Topic, rules), key=lambda topic: (topic.title.casefold(), topic.name))
    return {topic.name: topic for topic in topics}


def by_any_name(topics: Mapping[str, Topic]) -> Mapping[str, str]:
    """Return the names that topics have now, by these and by those they had before."""
    former = {old: name for name, topic in topics.items() for old in topic.rule.formerly}
    return {**former, **{name: name for name in topics}}


def _quoted(said: Iterable[str], tongue: Tongue) -> list[str]:
    return [tongue.say(_QUOTED, what=each) for each in said]


def _listed(parts: Sequence[str], tongue: Tongue) -> str:
    named = (part for part in (", ".join(parts[:-1]), *parts[-1:]) if part)
    return f" {tongue.say('and')} ".join(named)
