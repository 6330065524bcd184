"""The addresses and the names of what is published: folders, URLs, ids, titles of editions.

Every renderer takes them from here, so that links between outputs agree. Nothing here renders
or checks an address that came from a dump: see `render.text.web_address`.
"""

from __future__ import annotations

from urllib.parse import quote, unquote

from digest.models import ENGLISH, Cadence, Edition, EditionRecord, Period, Site, Tongue

EDITION_FEEDS = {
    Cadence.DAY: "feeds/editions",
    Cadence.WEEK: "feeds/weekly",
    Cadence.MONTH: "feeds/monthly",
}
"""The folders of the feeds of editions."""

SEARCH = "search"
_PCHAR = "/:@!$&'()*+,;="  # what RFC 3986 allows in a path beside letters, digits and "-._~"


def edition_folder(name: str) -> str:
    """Name the folder of an edition, relative to the output."""
    return f"editions/{name}"


def paper_folder(slug: str) -> str:
    """Name the folder of a paper's own page, relative to the output."""
    return f"papers/{slug}"


def topic_folder(name: str) -> str:
    """Name the folder of a topic's page, relative to the output."""
    return f"topics/{name}"


def topic_feed_paths(name: str) -> dict[str, str]:
    """Name the feeds of a topic by format, relative to the output."""
    return {
        word: f"feeds/topics/{name}.{ending}"
        for word, ending in (("rss", "rss.xml"), ("atom", "atom.xml"), ("json", "json"))
    }


def cite_paths(slug: str) -> dict[str, str]:
    """Name the files that cite a paper by format, relative to the output."""
    return {word: f"{paper_folder(slug)}/cite.{word}" for word in ("bib", "ris")}


def author_folder(slug: str) -> str:
    """Name the folder of an author's page, relative to the output."""
    return f"authors/{slug}"


def author_feed_paths(slug: str) -> dict[str, str]:
    """Name the feeds of an author by format, relative to the output."""
    return {
        word: f"feeds/authors/{slug}.{ending}"
        for word, ending in (("rss", "rss.xml"), ("atom", "atom.xml"), ("json", "json"))
    }


def trending_folder(period: Period) -> str:
    """Name the folder of what is trending now, this week or this month."""
    return "trending" if period is Period.NOW else f"trending/{period}"


def year_folder(year: int) -> str:
    """Name the folder of a year's calendar; no edition has such a name."""
    return f"editions/{year:04}"


def edition_feed_paths(cadence: Cadence) -> dict[str, str]:
    """Name the feeds of the editions of a cadence by format, relative to the output."""
    return _in_folder(EDITION_FEEDS[cadence])


def paper_feed_paths() -> dict[str, str]:
    """Name the feeds of all new papers by format, relative to the output."""
    return _in_folder("feeds")


def trending_feed_paths() -> dict[str, str]:
    """Name the feeds of the papers that trend again by format, relative to the output."""
    endings = (("rss", "rss.xml"), ("atom", "atom.xml"), ("json", "json"))
    return {word: f"feeds/trending.{ending}" for word, ending in endings}


def search_path(file: str) -> str:
    """Name a file of the search: its page, its scripts, the lists it looks through."""
    return f"{SEARCH}/{file}"


def card_path(name: str) -> str:
    """Name the picture that is shown where an edition is shared."""
    return f"{edition_folder(name)}/card.png"


def spark_path(name: str, slug: str) -> str:
    """Name the sparkline that an edition's mail shows of a paper."""
    return f"{edition_folder(name)}/spark-{slug}.png"


def url(site: Site, path: str) -> str:
    """Make a path of the output absolute. A folder keeps its closing slash."""
    return f"{site.url}/{quote(path, safe=_PCHAR)}"


def edition_url(site: Site, name: str) -> str:
    """Address the page of an edition."""
    return url(site, f"{edition_folder(name)}/")


def paper_url(site: Site, slug: str) -> str:
    """Address the page of a paper."""
    return url(site, f"{paper_folder(slug)}/")


def topic_url(site: Site, name: str) -> str:
    """Address the page of a topic."""
    return url(site, f"{topic_folder(name)}/")


def author_url(site: Site, slug: str) -> str:
    """Address the page of an author."""
    return url(site, f"{author_folder(slug)}/")


def feed_urls(site: Site) -> dict[str, str]:
    """Address the feeds of papers, by format."""
    return {name: url(site, path) for name, path in paper_feed_paths().items()}


def unsubscribe_url(site: Site) -> str:
    """Address what takes a reader off the list: as set, else a mail to where the mail is from."""
    return site.unsubscribe or f"mailto:{_quoted_mailbox(site.mail_from)}?subject=unsubscribe"


def ways_out(site: Site, token: str) -> tuple[str, ...]:
    """Address what takes the reader of a token off the list, the best for a mail's head first.

    Only of an https address of `web_url` can one click be promised (RFC 8058).
    """
    to, is_mail = site.mail_from, site.unsubscribe.startswith("mailto:")
    if is_mail:
        to = unquote(site.unsubscribe.removeprefix("mailto:").partition("?")[0])
    mail = f"mailto:{_quoted_mailbox(to)}?subject=unsubscribe%20{token}"
    if site.web_url:
        return reader_url(site, "unsubscribe", token), mail
    return (mail,) if is_mail or not site.unsubscribe else (mail, site.unsubscribe)


def reader_url(site: Site, page: str, token: str) -> str:
    """Address a page that only the reader of a token has; empty where there are no such pages."""
    return f"{site.web_url}/{page}/{token}" if site.web_url else ""


def tag_uri(site: Site, key: str) -> str:
    """Name a paper for ever (RFC 4151), wherever its page moves."""
    return _tag(site, f"paper/{key}")


def edition_tag_uri(site: Site, name: str) -> str:
    """Name an edition for ever (RFC 4151)."""
    return _tag(site, f"edition/{name}")


def topic_tag_uri(site: Site, name: str) -> str:
    """Name the feed of a topic for ever (RFC 4151)."""
    return _tag(site, f"topic/{name}")


def author_tag_uri(site: Site, slug: str) -> str:
    """Name the feed of an author for ever (RFC 4151)."""
    return _tag(site, f"author/{slug}")


def feed_tag_uri(site: Site, name: str) -> str:
    """Name a feed for ever (RFC 4151) that is of no topic and no reader: `weekly`, `trending`."""
    return _tag(site, f"feed/{name}")


def trending_tag_uri(site: Site, week: str, key: str) -> str:
    """Name a paper's trending again in a week for ever (RFC 4151)."""
    return _tag(site, f"trending/{week}/{key}")


def reader_tag_uri(site: Site, mark: str) -> str:
    """Name the feed of one reader for ever (RFC 4151), by what tells nobody who they are."""
    return _tag(site, f"reader/{mark}")


def edition_title(edition: Edition | EditionRecord, tongue: Tongue = ENGLISH) -> str:
    """Say which period: `Wednesday 11 March 2026`, `Week 11 of 2026 (9–15 March)`, `March 2026`."""
    start = edition.start
    match edition.cadence:
        case Cadence.DAY:
            return tongue.weekday_date(start)
        case Cadence.WEEK:
            week = start.isocalendar()
            return tongue.say(
                "Week %(week)s of %(year)s (%(days)s)",
                week=week.week,
                year=week.year,
                days=tongue.span(start, edition.end),
            )
        case Cadence.MONTH:
            return tongue.month_year(start)


def _in_folder(folder: str) -> dict[str, str]:
    files = {"rss": "rss.xml", "atom": "atom.xml", "json": "feed.json"}
    return {name: f"{folder}/{file}" for name, file in files.items()}


def _quoted_mailbox(address: str) -> str:
    return quote(address, safe="@!$'*+")


def _tag(site: Site, specific: str) -> str:
    """Make a tag of the list's lasting name: the site's address may move, an id may not.

    RFC 4151 takes a name as DNS writes it: with no underscore, and best in small letters.
    """
    authority = site.list_id.lower().replace("_", "-")
    return f"tag:{authority},{site.tag_date}:{quote(specific, safe=_PCHAR)}"
