"""The curator's desk at `/admin`: who is signed in sees drafts, dumps, mail and subscribers.

`session` tells who is signed in, `shell` stands before each page, `signing` begins and ends
sessions; the others are the pages. Where the settings name nobody who could sign in, none of it is
there.
"""

from __future__ import annotations

from starlette.routing import Route

from digest.web.admin import dumps, people, post, signing

ROUTES = (
    *signing.ROUTES,
    *dumps.ROUTES,
    *post.ROUTES,
    *people.ROUTES,
    Route("/admin/", dumps.first, methods=["GET"]),  # until the draft stands there
)
"""The routes of each module; a new group of pages is one more."""
