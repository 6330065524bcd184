"""Whether a form comes from a page of ours; readers have no cookie to abuse.

Whoever may change something has its token in the address, so another site cannot know where to send
a form to; and asking to subscribe only makes a mail be sent. Still, a form counts only where the
browser says that it comes from here (`Sec-Fetch-Site`, `Origin`) or, for what may be embedded, from
the sites of the settings. For `Referrer-Policy: no-referrer` older browsers, and all of them over
plain http, hide it (`Origin: null`): then the page's signed stamp must be in the form. It is good
for two days, for pages of the same reader. What comes from no browser sends none of this, and
is taken. The desk has a cookie, and is stricter: see `admin.session`.
"""

from __future__ import annotations

from datetime import timedelta

from starlette.requests import Request

from digest.web.fields import Form
from digest.web.headers import Origins
from digest.web.office import Office

STAMP = "stamp"
"""The hidden field that holds the stamp of its page, as templates are given it."""

LASTS = timedelta(days=2)


def about(request: Request) -> str:
    """Return whose page it is: the token in the address, empty on pages for all."""
    return str(request.path_params.get("token", ""))


def stamp(office: Office, whose: str) -> str:
    """Return what a form carries to show that its page is ours, and `whose`: see `about`."""
    hour = int(office.clock().timestamp() // 3600)
    return office.signer.token("form", f"{hour} {whose}")


def is_stamped(office: Office, whose: str, told: str) -> bool:
    """Tell whether a stamp is ours, for whose pages it should be, and not too old."""
    said = office.signer.read("form", told) or ""
    hour, _, found = said.partition(" ")
    age = office.clock().timestamp() - int(hour) * 3600 if hour.isdecimal() else -1
    return bool(said) and found == whose and 0 <= age <= LASTS.total_seconds()


def is_ours(office: Office, request: Request, form: Form, *, is_embedded: bool) -> bool:
    """Tell whether a form may be taken; `is_embedded` where other sites of the settings may."""
    more = (office.site.url, *office.web.embedded_on) if is_embedded else ()
    own = f"{request.url.scheme}://{request.headers.get('host', '')}".lower()
    judged = Origins((office.origin, *more)).judge(request.headers, own)
    return is_stamped(office, about(request), form.one(STAMP)) if judged is None else judged
