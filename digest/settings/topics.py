"""The settings of one topic: what readers call it, and what papers of it say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from digest.settings import checks
from digest.settings.kinds import Line, Section

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_LONGEST_NAME = 60
_LONGEST = 200
_NEEDED = ("words", "phrases", "categories", "authors")


def _name(value: str) -> str:
    """Refuse a name that could not stand in an address."""
    if not _NAME.fullmatch(value) or len(value) > _LONGEST_NAME:
        raise ValueError(
            f"must be a name of at most {_LONGEST_NAME} small letters, digits and single hyphens"
        )
    return value


def _listed(value: object) -> object:
    """Take a text for the list of what stands between its commas."""
    return (
        tuple(filter(None, map(str.strip, value.split(",")))) if isinstance(value, str) else value
    )


def _said(value: str) -> str:
    """Refuse what no paper could say: nothing but signs, or what is far too long."""
    line = " ".join(checks.line(value).split())
    if not any(map(str.isalnum, line)) or len(line) > _LONGEST:
        raise ValueError(f"must hold a letter or a digit, and at most {_LONGEST} characters")
    return line


def _word(value: str) -> str:
    """Refuse a star that is not at the end."""
    if "*" in value[:-1]:
        raise ValueError('may have a * at its end only: "diffus*"')
    return value


def _author(value: str) -> str:
    """Refuse a star: names are whole."""
    if "*" in value:
        raise ValueError('must be a whole name, such as "Ada Almeida" or "A. Almeida"')
    return value


Words = Annotated[
    tuple[Annotated[str, AfterValidator(_said), AfterValidator(_word)], ...],
    BeforeValidator(_listed),
]
Authors = Annotated[
    tuple[Annotated[str, AfterValidator(_said), AfterValidator(_author)], ...],
    BeforeValidator(_listed),
]
TopicName = Annotated[str, AfterValidator(_name)]
Names = Annotated[tuple[TopicName, ...], BeforeValidator(_listed)]


def taken(topics: Mapping[str, TopicSettings]) -> list[str]:
    """Tell which former names are those of another topic, or are given twice."""
    names, problems = set(topics), []
    for name, topic in topics.items():
        for old in topic.formerly:
            if old in names:
                problems.append(f"topics.{name}.formerly: {old} is the name of a topic already")
            names.add(old)
    return problems


class TopicSettings(Section):
    """A topic that readers may choose, with a page and feeds, under a name; see docs/topics.md."""

    title: Line = Field(default="", description="What readers call it. If empty, its name.")
    words: Words = Field(
        default=(),
        description="Words that its papers say in title, abstract or summary, whole, whatever "
        'their case and accents; one may end in * for all its forms: "robot*".',
    )
    phrases: Words = Field(
        default=(), description='Words that its papers say in a row: "language model*".'
    )
    categories: Words = Field(
        default=(),
        description='Keywords or categories that a listing gives them, whole: "cs.CV"; or as they '
        'begin: "cs.*".',
    )
    authors: Authors = Field(
        default=(),
        description='Names of their authors: "Ada Almeida". Of given names, initials will do.',
    )
    exclude: Words = Field(
        default=(), description="Words or phrases that rule a paper out, whatever else it says."
    )

    formerly: Names = Field(
        default=(), description="Names it had before. Their addresses lead to it."
    )

    @model_validator(mode="after")
    def _asks_for_something(self) -> TopicSettings:
        if not any(getattr(self, name) for name in _NEEDED):
            raise ValueError(f"needs {', '.join(_NEEDED[:-1])} or {_NEEDED[-1]} to match")
        return self
