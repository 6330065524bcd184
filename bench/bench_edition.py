"""A whole edition with its feeds, beside what a script makes with feedgen and jinja2 alone.

The script writes a page, a mail, its text, Markdown and JSON from templates of a few lines, and
the feeds as feedgen's README shows. It shows LaTeX as it came, inlines no style, keeps to no budget
and escapes no Markdown: it is the least that has the same papers in the same files. All text is
invented.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import jinja2

from bench.bench_render import (
    MORNING,
    SITE,
    all_formats,
    as_in_the_readme,
    edition,
    feed_of,
    in_turns,
    row,
)
from digest import theme
from digest.models import Edition
from digest.render import text, to_feeds
from digest.render.feed_items import Feed
from digest.text.legible import forget

LATEX = r"It needs $\mathcal{O}(n^2)$ steps on $\mathbb{R}^{d}$, 1.45\times fewer than Bj\"orn's."
PAGE = """<!DOCTYPE html><html lang="en"><head><title>{{ title }}</title></head><body>
<h1>{{ title }}</h1>{% for paper in papers %}
<h2><a href="{{ paper.url }}">{{ paper.title }}</a></h2><p>{{ paper.authors | join(", ") }}</p>
<p>{{ paper.abstract }}</p>{% endfor %}</body></html>"""
MAIL = """<html><body><table width="600"><tr><td><h1>{{ title }}</h1>{% for paper in papers %}
<h2><a href="{{ paper.url }}">{{ paper.title }}</a></h2><p>{{ paper.abstract }}</p>{% endfor %}
</td></tr></table></body></html>"""
TEXT = """{{ title }}
{% for paper in papers %}
{{ paper.title }}
{{ paper.authors | join(", ") }}
{{ paper.abstract | wordwrap(72) }}
{{ paper.url }}
{% endfor %}"""
MARKDOWN = """# {{ title }}
{% for paper in papers %}
## [{{ paper.title }}]({{ paper.url }})

{{ paper.abstract }}
{% endfor %}"""


def rows(scale: float = 1.0) -> Iterator[dict[str, Any]]:
    """Yield the rows of the table; `scale` is that of the number of papers."""
    papers = max(10, int(50 * scale))
    templates, feed = theme.load(None, text.FILTERS), feed_of(papers)
    for name, said in (("", ""), (", one in five with LaTeX", LATEX)):
        day = with_latex(edition(papers), said)

        def ours(day: Edition = day) -> int:
            forget()
            return whole(day, templates)

        ours_ms, theirs_ms = in_turns(ours, lambda day=day: plainly(day, feed))
        yield row(
            f"an edition of {papers} papers and its feeds{name}",
            ours_ms,
            theirs="jinja2 and feedgen used plainly",
            theirs_ms=theirs_ms,
            note="theirs: no legible LaTeX, no inlined CSS, no budget, no escaping of Markdown",
        )


def whole(day: Edition, templates: jinja2.Environment) -> int:
    """Make all files of an edition and the feeds of its papers; return their bytes."""
    papers = [
        to_feeds.FeedPaper(paper=e.paper, announced=MORNING, edition=day.name, reason=e.reason)
        for e in day.new
    ]
    files = [*all_formats(day, templates), *to_feeds.render(papers, (day,), SITE, templates)]
    return sum(len(file.content) for file in files)


def plainly(day: Edition, feed: Feed) -> int:
    """Make the same files as a script would, its templates compiled once in each run."""
    environment = jinja2.Environment(autoescape=True)
    plain = jinja2.Environment()
    papers = [entry.paper for entry in day.new]
    values = {"title": day.name, "papers": papers}
    pages = [environment.from_string(source).render(values) for source in (PAGE, MAIL)]
    texts = [plain.from_string(source).render(values) for source in (TEXT, MARKDOWN)]
    told = [{"title": p.title, "abstract": p.abstract, "url": p.url} for p in papers]
    return sum(map(len, (*pages, *texts, json.dumps(told), *as_in_the_readme(feed))))


def with_latex(day: Edition, said: str) -> Edition:
    """Let every fifth paper of an edition say something more."""
    new = tuple(
        replace(entry, paper=replace(entry.paper, abstract=f"{entry.paper.abstract} {said}"))
        if n % 5 == 0 and said
        else entry
        for n, entry in enumerate(day.new)
    )
    return replace(day, new=new)
