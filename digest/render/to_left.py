"""Renders what is left at an address whose page is no more, so that no old link is broken.

A topic that has another name now leads on to it, and its feeds go on at the old addresses too. A
topic that ended and a paper that was taken out leave a page that says so, for readers alone: search
engines are asked to forget it. Of the paper nothing stands there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import jinja2

from digest.models import Rendered, Site
from digest.render import names, to_site
from digest.render.matches import Matcher, title_of
from digest.topics import Topic

_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def render_hidden(slug: str, site: Site, templates: jinja2.Environment) -> Rendered:
    """Render what is left of the page of a paper that the curator took out."""
    return to_site.lay_out("hidden.html", to_site.paper_path(slug), site, templates, {})


def render_ended(
    there: Iterable[str], matcher: Matcher, site: Site, templates: jinja2.Environment
) -> Iterator[Rendered]:
    """Render what is left of topics that are no more; `there` is named what lies in their folder.

    Of each only its name is known by then.
    """
    known = {name for topic in matcher.topics for name in (topic.name, *topic.rule.formerly)}
    ended = [name for name in sorted(set(there) - known) if _NAME.fullmatch(name)]
    paths = {to_site.topic_path(name): name for name in ended}
    if "index.html" in there and not matcher.topics:
        paths[to_site.TOPICS] = ""
    for path, name in paths.items():
        yield to_site.lay_out("ended.html", path, site, templates, {"name": name})


def render_renamed(topic: Topic, site: Site, templates: jinja2.Environment) -> Iterator[Rendered]:
    """Render the pages that lead on to a topic from where it was before."""
    moved_to = {"title": title_of(topic), "path": to_site.topic_path(topic.name)}
    values = {
        "title": moved_to["title"],
        "moved_to": moved_to,
        "canonical": names.topic_url(site, topic.name),
    }
    for old in topic.rule.formerly:
        yield to_site.lay_out("moved.html", to_site.topic_path(old), site, templates, values)


def with_former_feeds(feeds: Iterable[Rendered], matcher: Matcher) -> Iterator[Rendered]:
    """Yield the feeds of topics, each also where it was before; they say where they are now."""
    former: dict[str, list[str]] = {}
    for topic in matcher.topics:
        now = names.topic_feed_paths(topic.name)
        for old in map(names.topic_feed_paths, topic.rule.formerly):
            for word, path in now.items():
                former.setdefault(path, []).append(old[word])
    for feed in feeds:
        yield feed
        for path in former.get(feed.path, ()):
            yield Rendered(path=path, content=feed.content)
