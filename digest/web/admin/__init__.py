"""The curator's desk at `/admin`: who is signed in sees drafts, dumps, mail and subscribers.

`session` tells who is signed in, `shell` stands before each page, `signing` begins and ends
sessions; the others are the pages. Where the settings name nobody who could sign in, none of it is
there.
"""

from __future__ import annotations

from digest.web.admin import draft, draft_scripts, dumps, people, post, signing

ROUTES = (
    *signing.ROUTES,
    *draft.ROUTES,
    *draft_scripts.ROUTES,
    *dumps.ROUTES,
    *post.ROUTES,
    *people.ROUTES,
)
"""The routes of each module; a new group of pages is one more."""
