"""The draft: what stands in an edition, the curator's acts on it, proofs, and a trial mail.

GET  /admin/                        the latest draft
GET  /admin/editions/NAME           any edition
GET  /admin/editions/NAME/note      a note in Markdown, of a paper or of the edition
GET  /admin/editions/NAME/mail      its mail as it will look
GET  /admin/editions/NAME/page      its page as it will look
POST /admin/editions/NAME/ACT       an act; then the edition again, by GET
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from digest.edition import period
from digest.errors import DigestError, EditionError
from digest.models import Entry, Site, phrase
from digest.pipeline.curating import Curator, Done
from digest.pipeline.drafting import Draft, draft_of, latest, recent
from digest.render import names
from digest.render.cards import Card, groups, paper_title
from digest.subscribing.forms import Fields, first
from digest.web.admin.shell import admin_page, curating, viewing
from digest.web.answers import missing, office_of, see_other, tongue_of
from digest.web.viewing import mail_page

_EDITIONS = 40
_CONFLICT = 409

Act = Callable[[Curator, str, Fields], Done]


def _paper(fields: Fields) -> str:
    return first(fields, "paper")


def _seen(fields: Fields) -> int:
    """Return the change number that the page showed; one that no edition has, if there is none."""
    told = first(fields, "change")
    return int(told) if told.isascii() and told.isdecimal() else -1


_ACTS: Mapping[str, Act] = {
    "pin": lambda own, name, sent: own.pin(name, _paper(sent)),
    "first": lambda own, name, sent: own.pin(name, _paper(sent), place=1),
    "unpin": lambda own, name, sent: own.unpin(name, _paper(sent)),
    "up": lambda own, name, sent: own.move(name, _paper(sent), up=True),
    "down": lambda own, name, sent: own.move(name, _paper(sent), up=False),
    "hide": lambda own, name, sent: own.hide(name, _paper(sent)),
    "unhide": lambda own, name, sent: own.unhide(name, _paper(sent)),
    "note": lambda own, name, sent: own.note(name, _paper(sent) or None, first(sent, "text")),
    "approve": lambda own, name, sent: own.approve(name, _seen(sent)),
    "hold": lambda own, name, _: own.hold(name),
}
_DONE = {
    "pin": phrase("The paper is pinned."),
    "first": phrase("The paper is pinned, first of all."),
    "unpin": phrase("The paper stands where its score puts it."),
    "up": phrase("The paper stands higher."),
    "down": phrase("The paper stands lower."),
    "hide": phrase("The paper is left out."),
    "unhide": phrase("The paper is shown again."),
    "note": phrase("The note is kept."),
    "approve": phrase("The edition is approved."),
    "hold": phrase("The edition is held: nothing more of it goes out."),
    "test": phrase("The mail server took the trial mail."),
}


def named(request: Request) -> str | None:
    """Return the edition that the address names; None where that is no edition's name."""
    name = str(request.path_params["name"])
    try:
        period(name)
    except EditionError:
        return None
    return name


def home(request: Request) -> Response:
    """Show the latest draft."""
    name = latest(office_of(request).store)
    if name is None:
        return admin_page(
            request, "draft-none.html", title=tongue_of(request).say("There is no edition yet")
        )
    return _shown(request, name)


def show(request: Request) -> Response:
    """Show an edition."""
    name = named(request)
    done = _DONE.get(request.query_params.get("done", ""), "")
    said = tongue_of(request).say(done) if done else ""
    return missing(request) if name is None else _shown(request, name, done=said)


def show_note(request: Request) -> Response:
    """Show the note of a paper or of the edition, to be changed."""
    return _noting(request, request.query_params.get("paper", ""), None)


def preview_note(request: Request, sent: Fields) -> Response:
    """Show a note as it will look; nothing is kept."""
    return _noting(request, _paper(sent), first(sent, "text"))


def mail(request: Request) -> Response:
    """Show the mail of an edition as it will look."""
    name, office = named(request), office_of(request)
    try:
        return mail_page(office, office.proofs.mail(name)) if name else missing(request)
    except EditionError:
        return missing(request)


def page(request: Request) -> Response:
    """Show the page of an edition as it will look."""
    name, office = named(request), office_of(request)
    if name is None:
        return missing(request)
    try:
        made = office.proofs.page(name, f"{request.scope.get('root_path', '')}/assets")
    except EditionError:
        return missing(request)
    headers = {
        "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "sandbox allow-same-origin allow-popups",
        "Cache-Control": "no-store",
    }
    return HTMLResponse(made, headers=headers)


def try_mail(request: Request, sent: Fields) -> Response:
    """Mail the edition to one address, on trial."""
    name, address = named(request), first(sent, "address")
    if name is None:
        return missing(request)
    try:
        office_of(request).proofs.send(name, address)
    except DigestError as error:
        return _shown(request, name, wrong=error, address=address)
    return see_other(request, f"/admin/editions/{name}?done=test")


def _acting(word: str) -> Callable[[Request, Fields], Response]:
    def act(request: Request, sent: Fields) -> Response:
        name, office = named(request), office_of(request)
        if name is None:
            return missing(request)
        own = Curator(office.store, office.rules, office.clock(), "desk")
        try:
            _ACTS[word](own, name, sent)
        except EditionError as error:
            return _shown(request, name, wrong=error)
        if word == "approve":
            office.knock()
        return see_other(request, f"/admin/editions/{name}?done={word}")

    return act


def _shown(
    request: Request,
    name: str,
    *,
    done: str = "",
    wrong: DigestError | None = None,
    address: str = "",
) -> Response:
    office, tongue = office_of(request), tongue_of(request)
    draft = draft_of(office.store, office.rules, name)
    if draft is None:
        return missing(request)
    return admin_page(
        request,
        "draft.html",
        _CONFLICT if wrong else 200,
        title=names.edition_title(draft.edition, tongue),
        draft=draft,
        sections=_sections(draft, office.site),
        hidden=[(paper.key, paper_title(paper, tongue)) for paper in draft.hidden],
        others=[
            (each.name, names.edition_title(each, tongue))
            for each in recent(office.store, _EDITIONS)
        ],
        asks=office.rules.approval,
        done=done,
        wrong=wrong,
        address=address,
    )


def _sections(draft: Draft, site: Site) -> list[dict[str, object]]:
    """Lay out the sections that hold papers: each card with its entry, and where it may move."""
    entries = (draft.edition.new, draft.edition.trending, draft.edition.revised)
    laid_out = zip(groups(draft.edition, site), entries, strict=True)
    return [
        {"name": group.name, "heading": group.heading, "rows": _rows(group.cards, own)}
        for group, own in laid_out
        if own
    ]


def _rows(cards: Sequence[Card], entries: Sequence[Entry]) -> list[dict[str, object]]:
    pinned = [entry.paper.key for entry in entries if entry.is_pinned]
    return [
        {
            "card": card,
            "entry": entry,
            "may_up": entry.paper.key in pinned[1:],
            "may_down": entry.paper.key in pinned[:-1],
        }
        for card, entry in zip(cards, entries, strict=True)
    ]


def _noting(request: Request, paper: str, typed: str | None) -> Response:
    """Show the form of a note: with what was typed, or what is kept."""
    name, office = named(request), office_of(request)
    draft = draft_of(office.store, office.rules, name) if name else None
    entries = draft.edition.entries if draft else ()
    entry = next((each for each in entries if each.paper.key == paper), None)
    if draft is None or draft.is_sealed or (paper and entry is None):
        return missing(request)
    tongue = tongue_of(request)
    kept = (entry.note if entry else draft.edition.note) if typed is None else typed
    return admin_page(
        request,
        "draft-note.html",
        title=tongue.say("A note on a paper") if entry else tongue.say("A note on the edition"),
        of=paper_title(entry.paper, tongue)
        if entry
        else names.edition_title(draft.edition, tongue),
        name=name,
        paper=paper,
        text=kept,
    )


_PATH = "/admin/editions/{name}"
ROUTES = (
    Route("/admin/", viewing(home), methods=["GET"]),
    Route(_PATH, viewing(show), methods=["GET"]),
    Route(f"{_PATH}/note", viewing(show_note), methods=["GET"]),
    Route(f"{_PATH}/mail", viewing(mail), methods=["GET"]),
    Route(f"{_PATH}/page", viewing(page), methods=["GET"]),
    Route(f"{_PATH}/preview", curating(preview_note), methods=["POST"]),
    Route(f"{_PATH}/test", curating(try_mail), methods=["POST"]),
    *(Route(f"{_PATH}/{word}", curating(_acting(word)), methods=["POST"]) for word in _ACTS),
)
