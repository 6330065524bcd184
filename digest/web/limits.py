"""How often one network, and all together, may do what costs: in the store, and in memory.

What is counted in the store survives a restart: asking to subscribe, trying the desk's password,
and other forms, each by a keyed hash of purpose and network, so that no address of a visitor stands
there. Leaving is never limited. Once a quota is used up nothing more is written until it is free
again. Reading is counted in memory, for GET writes nothing.
"""

from __future__ import annotations

import math
import threading
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from digest.store.visiting import Quota
from digest.web.answers import refusal, tongue_of
from digest.web.office import Office
from digest.web.proxies import network_of

ASK, FORM, SIGN_IN = "ask", "form", "sign-in"
"""What quotas there are: to ask for mail, to send any other form, to try the desk's password."""

_ALL = "all"
_HOUR = timedelta(hours=1)
_MOST_REMEMBERED = 10_000


class Limits:
    """The quotas of one newsletter. Threads share it."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._used_up: dict[str, datetime] = {}
        self._pace = Pace(office.web.requests_per_minute)

    def wait(self, purpose: str, client: str) -> timedelta | None:
        """Count a visit; where a quota is used up, return how long it will be so."""
        now = self._office.clock()
        quotas = self._quotas(purpose, network_of(client))
        free_at = self._remembered(quotas, now)
        if free_at is None and quotas:
            free_at = self._office.store.visit(quotas, now)
            if free_at is not None:
                self._remember(quotas, free_at)
        return free_at - now if free_at is not None else None

    def is_hurried(self, client: str) -> bool:
        """Count a request; tell whether its network made too many within this minute."""
        return self._pace.is_passed(network_of(client), self._office.clock())

    def _quotas(self, purpose: str, network: str) -> tuple[Quota, ...]:
        web, admin = self._office.web, self._office.admin
        most = {
            ASK: {network: web.asks_per_hour, _ALL: web.asks_per_hour_in_all},
            FORM: {network: web.forms_per_hour},
            SIGN_IN: {network: admin.tries_per_hour, _ALL: admin.tries_per_hour_in_all},
        }[purpose]
        digest = self._office.signer.digest
        return tuple(
            Quota(mark=digest("visit", f"{purpose} {whose}"), most=count, window=_HOUR)
            for whose, count in most.items()
            if count
        )

    def _remembered(self, quotas: tuple[Quota, ...], now: datetime) -> datetime | None:
        found = [self._used_up.get(quota.mark, now) for quota in quotas]
        free_at = max(found, default=now)
        return free_at if now < free_at <= now + _HOUR else None

    def _remember(self, quotas: tuple[Quota, ...], free_at: datetime) -> None:
        """Keep in mind that the first of these, a network's, need not be looked up until then."""
        if len(self._used_up) >= _MOST_REMEMBERED:
            self._used_up.clear()
        self._used_up[quotas[0].mark] = free_at


class Pace:
    """Counts requests of a minute by network, in memory."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._minute = -1
        self._counts: dict[str, int] = {}
        self._lock = threading.Lock()

    def is_passed(self, network: str, now: datetime) -> bool:
        """Count one; tell whether there were too many."""
        if not self._most:
            return False
        minute = int(now.timestamp() // 60)
        with self._lock:
            if minute != self._minute:
                self._minute, self._counts = minute, {}
            count = self._counts.get(network, 0) + 1
            if count > 1 or len(self._counts) < _MOST_REMEMBERED:
                self._counts[network] = count
            return count > self._most


def client_of(request: Request) -> str:
    """Return the address of who asked, as `guard` found it: for limits, never for a log."""
    return request.client.host if request.client else ""


def refused(request: Request, purpose: str) -> Response | None:
    """Count this request; return what is answered where there were too many, else nothing."""
    limits: Limits = request.app.state.limits
    wait = limits.wait(purpose, client_of(request))
    return None if wait is None else too_many(request, wait)


def too_many(request: Request, wait: timedelta) -> Response:
    """Say that there were too many requests, and when to try again."""
    seconds = max(1, math.ceil(wait.total_seconds()))
    minutes = math.ceil(seconds / 60)
    tongue = tongue_of(request)
    more = (
        tongue.say("Too many came from your network, or from all together."),
        tongue.count(
            "Please try again in %(n)s minute.", "Please try again in %(n)s minutes.", minutes
        ),
    )
    answer = refusal(request, 429, tongue.say("Too many requests"), " ".join(more))
    answer.headers["Retry-After"] = str(seconds)
    return answer
