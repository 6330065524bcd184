"""What a stay is asked to do, and at what pace.

Values alone: nothing here acts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Duties:
    """What is asked of whoever stays, by the one who knows.

    `work` runs in one thread of its own, `lease` in others; both may raise. `work` returns after
    how many seconds to look again (a file was unfinished), or None. `lease` takes or renews the
    lease and tells whether we hold it. `next_due` is when, after an instant, a day ends. `say` is
    told what an operator should know, `report` what went wrong.
    """

    work: Callable[[str], float | None]
    lease: Callable[[], bool]
    release: Callable[[], None]
    next_due: Callable[[datetime], datetime | None]
    clock: Callable[[], datetime]
    say: Callable[[str], None]
    report: Callable[[Exception], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often to look through the inbox, and how long a lease lasts."""

    sweep_seconds: float
    lease_seconds: float
