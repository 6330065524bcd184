"""Asking for mail, whichever way somebody asks: by a form, or by the API.

Whoever is meant, the same is done and the same comes back: a mail tells the owner of the address,
and nobody else, what came of it.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request

from digest import addresses
from digest.errors import UsageError
from digest.models import ENGLISH, Tongue
from digest.subscribing.wishes import Wishes
from digest.web.answers import office_of
from digest.web.office import Office
from digest.web.readers import way_of

STEP_SECONDS = 0.05
"""Answers to who asks come after a multiple of it: longer than the work takes."""


def invite(
    request: Request,
    said: str,
    wishes: Wishes,
    wrong: Mapping[str, str],
    source: str,
    tongue: Tongue = ENGLISH,
) -> dict[str, str]:
    """Put down that somebody asked, unless something is wrong: return what, by field."""
    office = office_of(request)
    try:
        who = addresses.parse(said)
    except UsageError as error:
        return {"address": _words(said, error, tongue)} | dict(wrong)
    if not wrong:
        way = way_of(request, source, wording(office))
        office.registry.invite(who, wishes, way, office.clock())
        office.knock()
    return dict(wrong)


def wording(office: Office) -> str:
    """Return the version of the words that one consents to, which stands beside them.

    Words in another language than English are others: the version names it.
    """
    module = office.templates.get_template("web/consent.html").make_module({"site": office.site})
    version, tongue = str(getattr(module, "version", "")), office.site.tongue
    return version if tongue.is_english else f"{version} {tongue.language}"


def _words(said: str, error: UsageError, tongue: Tongue) -> str:
    if not said:
        return tongue.say("Write the address that the mail is to go to.")
    if not tongue.is_english:  # what the library says is
        return tongue.say("This is no e-mail address. One looks like reader@example.org.")
    return (
        f"{str(error)[:1].upper()}{str(error)[1:]}. {str(error.hint)[:1].upper()}{error.hint[1:]}."
    )
