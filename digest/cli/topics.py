"""`digest topics …`: what topics ask for, what of the archive they match, and why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from digest.cli.context import AsJson, newsletter

if TYPE_CHECKING:
    from datetime import date

    from digest.cli.newsletter import Newsletter
    from digest.pipeline.survey import Archive, Hit, Survey
    from digest.topics import Topic

app = typer.Typer(
    help="Topics of the settings: list them, try them over the archive.", no_args_is_help=True
)

TopicName = Annotated[str, typer.Argument(help="A topic of the settings: [topics.NAME].")]

_NONE = """\
There is no topic. One more section in digest.toml makes one (docs/topics.md):

  [topics.robots]
  title = "Robots"
  words = ["robot*", "gripper"]

Then: digest topics test robots"""


@app.command("list")
def list_(as_json: AsJson = False) -> None:
    """List the topics: what each asks for, and how many papers of the archive match."""
    from digest.cli import shapes
    from digest.cli.words import say

    letter = newsletter()
    topics = letter.topics
    archive = _archive(letter, topics.values()) if topics else None
    if as_json:
        surveys = archive.surveys if archive else {}
        shapes.put([_shape(topics[name], told) for name, told in surveys.items()])
    elif archive is None:
        say(_NONE)
    else:
        for name, told in archive.surveys.items():
            say(_line(topics[name], told))
            for kind, words in topics[name].told:
                say(f"  {kind}: {words}")
        say(f"{_counted(archive.papers)} in the archive, {archive.recent} new in the last 7 days")


@app.command("test")
def try_(
    name: TopicName,
    limit: Annotated[
        int, typer.Option("--limit", "-n", min=0, help="How many of the papers to show.")
    ] = 10,
    as_json: AsJson = False,
) -> None:
    """Show which papers of the archive a topic matches, the latest first, and why."""
    from digest.cli import shapes

    letter = newsletter()
    topic = _named(name, letter)
    archive = _archive(letter, (topic,), limit)
    if as_json:
        shapes.put(_shape_of_test(topic, archive, _since(letter)))
    else:
        _tell_test(topic, archive)


def _named(name: str, letter: Newsletter) -> Topic:
    from digest.subscribing.wishes import topic_named

    titles = {topic.title.casefold(): each for each, topic in letter.topics.items()}
    return letter.topics[topic_named(name, letter.topics, titles)]


def _archive(letter: Newsletter, topics: Iterable[Topic], most: int = 0) -> Archive:
    from digest.pipeline.survey import survey

    with letter.store.reading() as tx:
        return survey(tx.papers_changed(0), topics, since=_since(letter), most=most)


def _since(letter: Newsletter) -> date:
    """Return the first of the last seven days, today's among them, in the newsletter's zone."""
    from datetime import timedelta

    from digest.pipeline.survey import DAYS

    return letter.now().astimezone(letter.rules.zone).date() - timedelta(days=DAYS - 1)


def _tell_test(topic: Topic, archive: Archive) -> None:
    from digest.cli.words import say

    told = archive.surveys[topic.name]
    say(f"{_line(topic, told)}; the archive has {_counted(archive.papers)}")
    for kind, words in topic.told:
        say(f"  {kind}: {words}")
    for hit in told.latest:
        say(f"{hit.day}  {_title(hit)}  ({hit.paper.key})")
        say(f"            {_why(hit)}")
    if not archive.papers:
        say("Nothing can match yet: drop a dump into the inbox, and digest run.")
    elif left := told.papers - len(told.latest):
        say(f"and {left} more: --limit {told.papers} shows all")


def _line(topic: Topic, told: Survey) -> str:
    from digest.render.matches import title_of

    title = f" ({title_of(topic)})" * (title_of(topic) != topic.name)
    matches = "matches" if told.papers == 1 else "match"
    return (
        f"{topic.name}{title}: {_counted(told.papers)} {matches}, {told.recent} of the last 7 days"
    )


def _counted(papers: int) -> str:
    return f"{papers} paper" if papers == 1 else f"{papers} papers"


def _title(hit: Hit) -> str:
    from digest.render.text import one_line
    from digest.text.legible import legible

    return one_line(legible(hit.paper.title))


def _why(hit: Hit) -> str:
    from digest.render.text import one_line

    return one_line(str(hit.why))


def _shape(topic: Topic, told: Survey) -> dict[str, Any]:
    rule = topic.rule
    asked = ("words", "phrases", "categories", "authors", "exclude")
    return {
        "name": topic.name,
        "title": topic.title,
        **{kind: list(getattr(rule, kind)) for kind in asked},
        "papers": told.papers,
        "recent": told.recent,
    }


def _shape_of_test(topic: Topic, archive: Archive, since: date) -> dict[str, Any]:
    from digest.render.to_json import paper_json

    told = archive.surveys[topic.name]
    matches = [
        {
            **paper_json(hit.paper, hit.paper.key, number),
            "day": hit.day.isoformat(),
            "why": [
                {"what": each.said_what(), "places": list(each.places)} for each in hit.why.found
            ],
        }
        for number, hit in enumerate(told.latest, 1)
    ]
    return {
        **_shape(topic, told),
        "archive": archive.papers,
        "since": since.isoformat(),
        "matches": matches,
    }
