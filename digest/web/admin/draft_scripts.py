"""The draft for scripts: an edition and what was decided of it, and the curator's acts, as JSON.

GET  /api/admin/editions/NAME
POST /api/admin/editions/NAME/{pin,unpin,hide,unhide,note,order,approve,hold}
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from digest.errors import EditionError, UsageError
from digest.pipeline.curating import Curator, Done
from digest.pipeline.drafting import Draft, draft_of
from digest.render.matches import Matcher
from digest.render.to_json import document
from digest.text.hygiene import remove_unsafe
from digest.web.admin.draft import named
from digest.web.admin.shell import for_scripts
from digest.web.answers import office_of
from digest.web.documents import problem, told_alone

_MOST_CHARS = 8_000
_MOST_PAPERS = 1_000
_MOST_NUMBER = 2**53

Given = Mapping[str, Any]
Act = Callable[[Curator, str, Given], Done]


def show(request: Request, _: Given) -> Response:
    """Answer with an edition, as `papers.json` tells of it, and what was decided of it."""
    name, office = named(request), office_of(request)
    draft = draft_of(office.store, office.rules, name) if name else None
    if draft is None:
        return _missing()
    papers = document(
        draft.edition, office.site, Matcher(office.topics.values(), office.site.tongue)
    )
    return told_alone(request, papers | {"draft": _state(draft)})


def _state(draft: Draft) -> dict[str, object]:
    record = draft.record
    decided = record.approved_at or record.held_at
    return {
        "sealed": draft.is_sealed,
        "change": record.change,
        "approval": draft.approval,
        "decided": decided.isoformat() if decided else None,
        "decided_by": record.decided_by or None,
        "pinned": list(draft.curation.pinned),
        "hidden": [paper.key for paper in draft.hidden],
        "deliveries": dict(draft.deliveries),
    }


def _text(given: Given, name: str, default: str | None = None) -> str:
    return _clean(given.get(name, default), name)


def _clean(value: object, name: str) -> str:
    if not isinstance(value, str) or len(value) > _MOST_CHARS:
        raise UsageError(f"{name} must be a text of at most {_MOST_CHARS} characters")
    if value != remove_unsafe(value):
        raise UsageError(f"{name} holds characters that no text may hold")
    return value


def _number(given: Given, name: str) -> int | None:
    value = given.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MOST_NUMBER:
        raise UsageError(f"{name} must be a whole number, from 0")
    return value


def _papers(given: Given) -> list[str]:
    value = given.get("papers")
    if not isinstance(value, list) or not 0 < len(value) <= _MOST_PAPERS:
        raise UsageError(f"papers must be a list of 1 to {_MOST_PAPERS} papers")
    return [_clean(each, "a paper") for each in value]


def _noted(given: Given) -> str | None:
    return None if given.get("paper") is None else _text(given, "paper")


_ACTS: Mapping[str, Act] = {
    "pin": lambda own, name, given: own.pin(name, _text(given, "paper"), _number(given, "place")),
    "unpin": lambda own, name, given: own.unpin(name, _text(given, "paper")),
    "hide": lambda own, name, given: own.hide(name, _text(given, "paper")),
    "unhide": lambda own, name, given: own.unhide(name, _text(given, "paper")),
    "note": lambda own, name, given: own.note(name, _noted(given), _text(given, "text")),
    "order": lambda own, name, given: own.order(name, _papers(given)),
    "approve": lambda own, name, given: own.approve(name, _number(given, "change")),
    "hold": lambda own, name, _: own.hold(name),
}


def _acting(word: str) -> Callable[[Request, Given], Response]:
    def act(request: Request, given: Given) -> Response:
        name, office = named(request), office_of(request)
        with office.store.reading() as tx:
            if name is None or tx.edition(name) is None:
                return _missing()
        own = Curator(office.store, office.rules, office.clock(), "api")
        try:
            did = _ACTS[word](own, name, given)
        except EditionError as error:
            return problem(409, f"That cannot be done to this edition: {error}.")
        if word == "approve":
            office.knock()
        return told_alone(
            request,
            {
                "edition": did.edition,
                "paper": did.paper,
                "done": did.done,
                "withdrew": did.withdrew,
            },
        )

    return act


def _missing() -> Response:
    return problem(404, "There is no such edition.")


_PATH = "/api/admin/editions/{name}"
ROUTES = (
    Route(_PATH, for_scripts(show), methods=["GET"]),
    *(Route(f"{_PATH}/{word}", for_scripts(_acting(word)), methods=["POST"]) for word in _ACTS),
)
