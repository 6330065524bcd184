"""The site that Pelican makes of the papers: see bench/bench_site.py."""

from __future__ import annotations

import json
from typing import Any

from pelican import signals

SITENAME = "Trending papers"
SITESUBTITLE = "The papers never seen before, ranked by what is trending."
SITEURL = "https://papers.example.org"
TIMEZONE = "UTC"
DEFAULT_LANG = "en"
PATH = "content"
THEME = "theme"
THEME_STATIC_DIR = "."
ARTICLE_PATHS = ["papers"]
PAGE_PATHS = ["editions"]
PAGE_ORDER_BY = "reversed-slug"
ARTICLE_URL, ARTICLE_SAVE_AS = "papers/{slug}/", "papers/{slug}/index.html"
PAGE_URL, PAGE_SAVE_AS = "editions/{slug}/", "editions/{slug}/index.html"
AUTHOR_URL, AUTHOR_SAVE_AS = "authors/{slug}/", "authors/{slug}/index.html"
TAG_URL, TAG_SAVE_AS = "topics/{slug}/", "topics/{slug}/index.html"
ARCHIVES_SAVE_AS = "editions/index.html"
AUTHORS_SAVE_AS = "authors/index.html"
TAGS_SAVE_AS = "topics/index.html"
CATEGORY_SAVE_AS = CATEGORIES_SAVE_AS = ""
DIRECT_TEMPLATES = ["index", "archives", "authors", "tags", "404"]
DEFAULT_PAGINATION = False
FEED_DOMAIN = SITEURL
FEED_MAX_ITEMS = 100
FEED_ALL_ATOM, FEED_ALL_RSS = "feeds/atom.xml", "feeds/rss.xml"
CATEGORY_FEED_ATOM = TRANSLATION_FEED_ATOM = None
AUTHOR_FEED_ATOM, AUTHOR_FEED_RSS = (
    "feeds/authors/{slug}.atom.xml",
    "feeds/authors/{slug}.rss.xml",
)
TAG_FEED_ATOM, TAG_FEED_RSS = "feeds/topics/{slug}.atom.xml", "feeds/topics/{slug}.rss.xml"
RSS_FEED_SUMMARY_ONLY = False


class Lists:
    """A plugin: what stands in a file's head as JSON, as lists; and the papers by their slugs."""

    __name__ = "lists"

    @staticmethod
    def register() -> None:
        signals.content_object_init.connect(_read)
        signals.article_generator_finalized.connect(_index)


def _read(content: Any) -> None:
    for name in ("people", "seen", "stood", "listed"):
        if isinstance(told := getattr(content, name, None), str):
            setattr(content, name, json.loads(told))


def _index(generator: Any) -> None:
    generator.context["by_slug"] = {article.slug: article for article in generator.articles}


PLUGINS = [Lists]
