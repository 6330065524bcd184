"""What a channel's answer means for a posting: taken, to be tried again, or refused for good.

Nothing that was sent or answered is logged; what is kept of an answer is short, and without the
secrets of the channel.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from digest.mail.retry import own_number
from digest.models import Answer, DeliveryState, Posting, PostResult
from digest.render.text import cut, one_line

FIRST = timedelta(minutes=1)
LONGEST = timedelta(hours=2)
GIVEN_UP_AFTER = timedelta(days=2)

_SPREAD = 0.25
_SAID_CHARS = 150
_LONGEST_WAIT_SECONDS = 30 * 86_400
_LATER = {408, 425, 429}
_ADVICE = {
    400: "it does not understand the post",
    401: "it does not let us post: is the token or the address still right?",
    403: "it does not let us post: is the token or the address still right?",
    404: "there is no such channel any more: is its address still right?",
    405: "it takes no posts: is its address right?",
    410: "there is no such channel any more: is its address still right?",
    413: "the post is too long for it: list fewer papers",
}


def judge(posting: Posting, answer: Answer, secrets: Sequence[str], now: datetime) -> PostResult:
    """Tell what becomes of a posting after an attempt; `now` is when the answer came."""
    code = answer.code
    if code is not None and 200 <= code < 300:
        return _result(posting, DeliveryState.SENT, code, "")
    said = _masked(_in_words(answer), secrets)
    if code is None or code in _LATER or code >= 500:
        return later(posting, said, now, code=code, wait=_wait(answer, now))
    return _result(posting, DeliveryState.FAILED, code, said)


def later(
    posting: Posting,
    said: str,
    now: datetime,
    *,
    code: int | None = None,
    wait: timedelta = timedelta(),
) -> PostResult:
    """Try again, later each time and not before `wait`; after two days give it up."""
    delay = min(FIRST * 2 ** min(posting.attempts, 16), LONGEST)
    delay *= 1 + _SPREAD * (2 * own_number(posting.edition, posting.channel, posting.attempts) - 1)
    due = now + max(delay, wait)
    if due - posting.planned_at > GIVEN_UP_AFTER:
        said = f"given up after {posting.attempts + 1} attempts: {said}"
        return _result(posting, DeliveryState.FAILED, code, said)
    return _result(posting, DeliveryState.PENDING, code, said, due)


def skipped(posting: Posting, why: str) -> PostResult:
    """Say that there is nothing to post."""
    return _result(posting, DeliveryState.SKIPPED, None, why)


def in_words(answer: Answer, secrets: Sequence[str]) -> str:
    """Say what came of posting, in a line without secrets; nothing where it was taken."""
    is_taken = answer.code is not None and 200 <= answer.code < 300
    return "" if is_taken else _masked(_in_words(answer), secrets)


def _in_words(answer: Answer) -> str:
    if answer.code is None:
        return answer.failure
    if 300 <= answer.code < 400:
        told = "it leads elsewhere, which is not followed: set the address that it leads to"
    else:
        told = _ADVICE.get(answer.code, "")
    words = cut(one_line(_words(answer.body)), _SAID_CHARS)
    return ": ".join(filter(None, (f"HTTP {answer.code}", told, words)))


def _words(body: bytes) -> str:
    """Return what the answer says for people: Telegram's, Discord's, or a line of plain text."""
    told = _json(body)
    if told:
        found = (told.get(key) for key in ("description", "message", "error"))
        return next((each for each in found if isinstance(each, str)), "")
    text = body[:1000].decode("utf-8", "replace").strip()
    return "" if text.startswith(("<", "{", "[")) else text


def _json(body: bytes) -> dict[str, Any]:
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def _wait(answer: Answer, now: datetime) -> timedelta:
    """Return how long the service asks us to wait: by its header, or in its JSON (429)."""
    asked = [seconds for seconds in _seconds(answer, now) if math.isfinite(seconds)]
    return timedelta(seconds=min(max([0.0, *asked]), _LONGEST_WAIT_SECONDS))


def _seconds(answer: Answer, now: datetime) -> Iterator[float]:
    """Yield the times asked for: RFC 9110, 10.2.3, as seconds or a date; Discord; Telegram."""
    header = answer.retry_after.strip()
    try:
        yield float(header)
    except ValueError:
        yield from _until(header, now)
    told = _json(answer.body)
    parameters = told.get("parameters")
    for home in (told, parameters if isinstance(parameters, dict) else {}):
        asked = home.get("retry_after")
        if isinstance(asked, int | float) and not isinstance(asked, bool):
            yield min(float(min(asked, _LONGEST_WAIT_SECONDS)), _LONGEST_WAIT_SECONDS)


def _until(date: str, now: datetime) -> Iterator[float]:
    try:
        at = parsedate_to_datetime(date)
    except (ValueError, TypeError, LookupError, ArithmeticError):
        return
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    yield (at - now).total_seconds()


def _masked(said: str, secrets: Sequence[str]) -> str:
    for secret in secrets:
        said = said.replace(secret, "***")
    return said


def _result(
    posting: Posting,
    state: DeliveryState,
    code: int | None,
    said: str,
    due: datetime | None = None,
) -> PostResult:
    return PostResult(
        edition=posting.edition,
        channel=posting.channel,
        state=state,
        due_at=due,
        code=code,
        said=said,
    )
