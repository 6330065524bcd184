"""A reader's own feed: what their mails would tell, for feed readers.

    GET   /feeds/p/TOKEN.xml       Atom
    GET   /feeds/p/TOKEN.json      JSON Feed
    POST  /preferences/TOKEN/feed  another address; the old one ends

It holds the papers chosen for them from the last editions of their cadence, once these are due and
the curator lets them go out. The token tells who, and how often they took another address; whoever
has the address may read the feed. It ends (410) where its reader left, was erased, or took another.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from digest.approval import may_go_out
from digest.models import EditionRecord, Preferences, SubscriberState, phrase
from digest.pipeline.feeds import move_feed
from digest.render import feed_json, feed_xml, own_feed
from digest.render.feed_items import Feed
from digest.render.own_feed import Sent
from digest.rhythm import closes_at, due_at
from digest.subscribing.forms import Fields
from digest.web.answers import office_of, see_other, tongue_of
from digest.web.cached import cached
from digest.web.choosing import own
from digest.web.office import FEED, PREFERENCES, Office
from digest.web.readers import Reader, feed_rest, reader_of, way_of
from digest.web.shelf import Shelf

_EDITIONS = 14
_KEPT = 32
_NO_ROBOTS = "noindex, nofollow"
_ENDED, _UNKNOWN = phrase("This feed has ended."), phrase("There is no such feed.")

Due = tuple[tuple[EditionRecord, datetime], ...]
"""Editions with when they were due to a reader, the latest first."""


class Feeds:
    """The feeds of all readers, as far as they are the same for some."""

    def __init__(self, office: Office, shelf: Shelf) -> None:
        self._office = office
        self._shelf = shelf
        self._feed = lru_cache(_KEPT)(self._composed)

    def of(self, wants: Preferences) -> tuple[Feed, datetime | None]:
        """Return the feed of who wants this, and when it last had more to tell."""
        office = self._office
        with office.store.reading() as tx:
            due = due_editions(office, tx.editions(wants.cadence), wants, office.clock())
        told = tuple(each for each in due if may_go_out(each[0], office.rules))
        feed = self._feed(told, wants.topics, wants.muted, wants.cap)
        return feed, max((_changed(record, at) for record, at in due), default=None)

    def _composed(
        self, due: Due, topics: tuple[str, ...], muted: tuple[str, ...], cap: int | None
    ) -> Feed:
        wants = Preferences(topics=topics, muted=muted, cap=cap)
        office, sent, count = self._office, list[Sent](), 0
        with office.store.reading() as tx:
            for record, at in due:
                opened = self._shelf.open(tx, record)
                choice = opened.chooser.choose(wants)
                if choice is not None:
                    sent.append(Sent(edition=opened.edition, choice=choice, due=at))
                    count += len(choice.places)
                if count >= office.feeds.papers:
                    break
        return own_feed.compose(sent, office.site, office.templates, self._shelf.matcher)


def due_editions(
    office: Office, records: tuple[EditionRecord, ...], wants: Preferences, now: datetime
) -> Due:
    """Return the last editions that are due by now, as if each were mailed in its time.

    So many that may go out, and those between that the curator keeps back. What was approved later
    than it was due is mailed then.
    """
    found, count = [], 0
    for record in records:
        closed = closes_at(record.end, office.timetable.closing, office.rules.zone)
        at = due_at(closed, wants.hour, ZoneInfo(wants.zone))
        if at <= now:
            found.append((record, max(at, record.approved_at or at)))
            count += may_go_out(record, office.rules)
        if count == _EDITIONS:
            break
    return tuple(found)


def _changed(record: EditionRecord, due: datetime) -> datetime:
    """Return when an edition last came into a feed, went out of it, or changed in it."""
    return max(due, record.updated_at, record.held_at or due)


def move(request: Request, reader: Reader, _: Fields) -> Response:
    """Give a reader's feed another address; the one it had is good for nothing."""
    office = office_of(request)
    move_feed(office.store, reader.number, way_of(request, "web: feed"), office.clock())
    return see_other(request, f"/{PREFERENCES}/{reader.token}?done=moved")


def _shown(write: Callable[[Feed], bytes], kind: str) -> Callable[[Request], Response]:
    """Return what answers with the feed in one format."""

    def show(request: Request) -> Response:
        reader, office = reader_of(request, FEED), office_of(request)
        if reader is None:
            return _over(request, 404, _UNKNOWN)
        found = reader.subscriber
        is_active = found is not None and found.state is SubscriberState.ACTIVE
        if found is None or not is_active or reader.rest != feed_rest(office, reader.number):
            return _over(request, 410, _ENDED)
        feeds: Feeds = request.app.state.feeds
        feed, updated = feeds.of(found.preferences)
        origin = office.origin or str(request.base_url).rstrip("/")
        folder = f"{origin}/feeds/p/{reader.token}"
        mark = office.signer.digest(FEED, str(reader.number))
        content = write(own_feed.address(feed, office.site, folder, mark))
        more = {"cache_control": "private, no-cache", "x_robots_tag": _NO_ROBOTS}
        return cached(request, content, kind, updated, **more)

    return show


def _over(request: Request, status: int, said: str) -> Response:
    told = tongue_of(request).say(said)
    return PlainTextResponse(f"{told}\n", status, {"X-Robots-Tag": _NO_ROBOTS})


_PATH = "/feeds/p/{token}"
ROUTES = (
    Route(f"{_PATH}.xml", _shown(feed_xml.write_atom, "application/atom+xml"), methods=["GET"]),
    Route(f"{_PATH}.json", _shown(feed_json.write, "application/feed+json"), methods=["GET"]),
    Route(f"/{PREFERENCES}/{{token}}/feed", own(move), methods=["POST"]),
)
