"""How fast mail may go: in all, and to the addresses of each domain.

Each mail takes its place in time: the next may come one interval later. What was not used is not
saved up, so that no burst follows a pause. Times are seconds of a clock that never goes back.
"""

from __future__ import annotations

_FORGOTTEN_FROM = 10_000


class Pace:
    """Keeps to `rate_per_second` and `domain_per_minute`; 0 sets no limit. For one thread."""

    def __init__(self, rate_per_second: float, domain_per_minute: float) -> None:
        self._interval = 1 / rate_per_second if rate_per_second else 0.0
        self._domain_interval = 60 / domain_per_minute if domain_per_minute else 0.0
        self._next = 0.0
        self._next_of: dict[str, float] = {}
        self._most = _FORGOTTEN_FROM

    def ready_at(self, domain: str, now: float) -> float:
        """Return when a mail to this domain may go: now, or later."""
        return max(now, self._next, self._next_of.get(domain, 0.0))

    def take(self, domain: str, now: float) -> None:
        """Count a mail that goes now."""
        if self._interval:
            self._next = max(now, self._next) + self._interval
        if self._domain_interval:
            self._forget(now)
            self._next_of[domain] = max(now, self._next_of.get(domain, 0.0)) + self._domain_interval

    def _forget(self, now: float) -> None:
        """Let go of the domains that need not wait any more, when they have become twice as many.

        So each mail costs the same however many wait; none waits twice for it.
        """
        if len(self._next_of) >= self._most:
            self._next_of = {name: at for name, at in self._next_of.items() if at > now}
            self._most = max(_FORGOTTEN_FROM, 2 * len(self._next_of))
