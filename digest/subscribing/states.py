"""States of subscribers, and what leads from one to another. Only `active` ones get mail.

    asked ─▶ pending ─ confirmed ─▶ active ─ left ─▶ unsubscribed      ─ complained ─▶ complained
                                      └─ bounced ─▶ bounced ─ confirmed ─▶ active

Whoever left, bounced or complained comes back by asking anew and confirming; no list brings them
back. No state is left by a weaker reason than it was entered by. `erased` is final: whoever returns
is somebody new.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from digest.errors import UsageError
from digest.models import ConsentAct, SubscriberState, phrase

_S, _A = SubscriberState, ConsentAct

GONE = frozenset({_S.UNSUBSCRIBED, _S.BOUNCED, _S.COMPLAINED})
"""States in which an address is not to be written to, and is kept from coming back by a list."""

WHY = MappingProxyType(
    {
        _S.UNSUBSCRIBED: phrase("they unsubscribed"),
        _S.BOUNCED: phrase("mail to this address came back"),
        _S.COMPLAINED: phrase("they marked mail as spam"),
        _S.ERASED: phrase("they had everything about them erased"),
    }
)
"""Why an address is suppressed, in words."""

_NEXT: Mapping[tuple[SubscriberState | None, ConsentAct], SubscriberState] = {
    (None, _A.ASKED): _S.PENDING,
    (_S.PENDING, _A.ASKED): _S.PENDING,
    (_S.PENDING, _A.CONFIRMED): _S.ACTIVE,
    (_S.PENDING, _A.LEFT): _S.UNSUBSCRIBED,
    (_S.PENDING, _A.BOUNCED): _S.BOUNCED,
    (_S.PENDING, _A.COMPLAINED): _S.COMPLAINED,
    (_S.ACTIVE, _A.ASKED): _S.ACTIVE,
    (_S.ACTIVE, _A.CONFIRMED): _S.ACTIVE,
    (_S.ACTIVE, _A.IMPORTED): _S.ACTIVE,
    (_S.ACTIVE, _A.LEFT): _S.UNSUBSCRIBED,
    (_S.ACTIVE, _A.BOUNCED): _S.BOUNCED,
    (_S.ACTIVE, _A.COMPLAINED): _S.COMPLAINED,
    (_S.ACTIVE, _A.MOVED_FEED): _S.ACTIVE,
    (_S.UNSUBSCRIBED, _A.ASKED): _S.PENDING,
    (_S.UNSUBSCRIBED, _A.LEFT): _S.UNSUBSCRIBED,
    (_S.UNSUBSCRIBED, _A.BOUNCED): _S.UNSUBSCRIBED,
    (_S.UNSUBSCRIBED, _A.COMPLAINED): _S.COMPLAINED,
    (_S.BOUNCED, _A.ASKED): _S.PENDING,
    (_S.BOUNCED, _A.CONFIRMED): _S.ACTIVE,
    (_S.BOUNCED, _A.LEFT): _S.UNSUBSCRIBED,
    (_S.BOUNCED, _A.BOUNCED): _S.BOUNCED,
    (_S.BOUNCED, _A.COMPLAINED): _S.COMPLAINED,
    (_S.COMPLAINED, _A.ASKED): _S.PENDING,
    (_S.COMPLAINED, _A.LEFT): _S.COMPLAINED,
    (_S.COMPLAINED, _A.BOUNCED): _S.COMPLAINED,
    (_S.COMPLAINED, _A.COMPLAINED): _S.COMPLAINED,
}


def after(
    state: SubscriberState | None, act: ConsentAct, *, has_proof: bool = False
) -> SubscriberState:
    """Return the state that an act leads to; `state` is None where there is no subscriber yet.

    `has_proof` is of imports: the list brought a record of consent. Raises `UsageError` where the
    act may not be.
    """
    if act is _A.IMPORTED and state in (None, _S.PENDING):
        return _S.ACTIVE if has_proof else _S.PENDING
    found = _NEXT.get((state, act))
    if found is None:
        raise refusal(state)
    return found


def is_left_by(state: SubscriberState, act: ConsentAct) -> bool:
    """Tell whether an act, if it may be at all, leads from a state to another."""
    return _NEXT.get((state, act), state) is not state


def refusal(state: SubscriberState | None) -> UsageError:
    """Return why a subscriber in this state may not be given mail, and what would change that."""
    why = WHY.get(state) if state else None
    if why is None:
        return UsageError("there is no such subscriber", hint="see `digest subscribers list`")
    hint = "if they asked anew themselves: `digest subscribers add ADDRESS --confirmed --source …`"
    if state is _S.BOUNCED:
        hint = "if it works again: `digest subscribers confirm ADDRESS --source …`"
    return UsageError(f"not subscribed: {why}", hint=hint)
