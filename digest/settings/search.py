"""The settings of the search on the site, which needs no server."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from digest.settings.kinds import Section


class SearchSettings(Section):
    """The search on the site itself, without a server; see docs/site-search.md."""

    engine: Literal["auto", "builtin", "pagefind", "none"] = Field(
        default="auto",
        description="What finds: builtin (titles and authors), pagefind (whole texts; needs "
        "digest[search]), auto (pagefind where it is installed, else builtin), or none.",
    )
