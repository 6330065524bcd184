"""The dumps that came: GET /admin/dumps, and for scripts GET /api/admin/dumps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from digest.cli.shapes import record
from digest.models import DumpRecord, DumpStatus
from digest.web import asking
from digest.web.admin.shell import admin_page, for_scripts, viewing
from digest.web.answers import office_of, tongue_of
from digest.web.documents import told_alone

USUAL_LIMIT = 25


def show(request: Request) -> Response:
    """Show the dumps, newest first, a page at a time; those refused with what to do."""
    part, status = _asked(request)
    found, counts = _found(request, part, status)
    return admin_page(
        request,
        "dumps.html",
        title=tongue_of(request).say("Dumps"),
        dumps=found[: part.limit],
        counts=counts,
        statuses=tuple(DumpStatus),
        chosen=status,
        number=part.number,
        has_more=len(found) > part.limit,
    )


def tell(request: Request, _sent: Mapping[str, Any]) -> Response:
    """Tell the same as JSON."""
    part, status = _asked(request)
    found, counts = _found(request, part, status)
    return told_alone(
        request, {"counts": counts, "dumps": [record(each) for each in found[: part.limit]]}
    )


def _asked(request: Request) -> tuple[asking.Pages, DumpStatus | None]:
    asked = request.query_params
    status = asked.get("status", "")
    if status and status not in set(DumpStatus):
        raise asking.AskedWrongly(f"status is one of {', '.join(DumpStatus)}")
    return asking.pages(asked, USUAL_LIMIT), DumpStatus(status) if status else None


def _found(
    request: Request, part: asking.Pages, status: DumpStatus | None
) -> tuple[tuple[DumpRecord, ...], dict[str, int]]:
    """Return the dumps of a page, and one more where there are more; and how many there are."""
    with office_of(request).store.reading() as tx:
        found = tx.dumps(part.limit + 1, status, part.offset)
        counts = tx.counts()
    return found, {each.value: counts[f"dumps_{each}"] for each in DumpStatus}


ROUTES = (
    Route("/admin/dumps", viewing(show), methods=["GET"]),
    Route("/api/admin/dumps", for_scripts(tell), methods=["GET"]),
)
