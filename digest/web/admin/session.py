"""Who is signed in at the desk: a signed cookie that lasts some hours, or a trusted proxy's word.

The cookie holds when it ends and a random id; its signature is over the password's hash too, so
another password ends all sessions. Nothing of them is stored. What changes something must carry the
stamp of its session besides: see `is_ours`.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from digest.web.answers import office_of
from digest.web.headers import LOOPBACK, Origins
from digest.web.office import Office
from digest.web.proxies import FROM_PROXY
from digest.web.stamps import is_stamped, stamp

_LONGEST_NAME = 200
_LOCAL = frozenset(name.strip("[]") for name in LOOPBACK)


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Somebody signed in. `id` tells sessions apart; `name` is what a proxy calls them, or empty.

    `has_password` where they gave it here, and so can sign out here.
    """

    id: str
    name: str = ""
    has_password: bool = False


def session_of(request: Request) -> Session | None:
    """Return who is signed in; None where nobody is."""
    return _by_proxy(request) or _by_cookie(request)


def begin(request: Request, answer: Response) -> None:
    """Let the answer begin a session."""
    office = office_of(request)
    lasts = timedelta(hours=office.admin.session_hours)
    ends = int((office.clock() + lasts).timestamp())
    value = office.signer.token(_purpose(office), f"{ends} {secrets.token_hex(16)}")
    _set_cookie(request, answer, value, int(lasts.total_seconds()))


def end(request: Request, answer: Response) -> None:
    """Let the answer end the session of this browser."""
    _set_cookie(request, answer, "", 0)


def is_safe(request: Request) -> bool:
    """Tell whether a password may be asked for: over https, or on this machine."""
    return request.url.scheme == "https" or (request.url.hostname or "") in _LOCAL


def stamp_of(request: Request, session: Session) -> str:
    """Return what each form of this session carries."""
    return stamp(office_of(request), f"desk {session.id}")


def is_ours(request: Request, session: Session, told: str) -> bool:
    """Tell whether a form carries its session's stamp, and no browser says it is another site's."""
    office = office_of(request)
    own = f"{request.url.scheme}://{request.headers.get('host', '')}".lower()
    is_elsewhere = Origins((office.origin,)).judge(request.headers, own) is False
    return is_stamped(office, f"desk {session.id}", told) and not is_elsewhere


def _by_proxy(request: Request) -> Session | None:
    """Believe the header only from a trusted proxy, and only where it stands there once."""
    name = office_of(request).admin.proxy_header
    if not name or not request.scope.get(FROM_PROXY):
        return None
    told = [value.strip() for value in request.headers.getlist(name)]
    if len(told) != 1 or not 0 < len(told[0]) <= _LONGEST_NAME or not told[0].isprintable():
        return None
    return Session(id=f"proxy {told[0]}", name=told[0])


def _by_cookie(request: Request) -> Session | None:
    office = office_of(request)
    if not office.admin.password_hash:
        return None
    said = office.signer.read(_purpose(office), request.cookies.get(_cookie_name(request), ""))
    ends, _, number = (said or "").partition(" ")
    if not ends.isdecimal() or not _is_now(office, int(ends)):
        return None
    return Session(id=number, has_password=True)


def _is_now(office: Office, ends: int) -> bool:
    """Tell whether a session has not ended; where the setting became shorter, so do sessions."""
    left = datetime.fromtimestamp(ends, tz=office.clock().tzinfo) - office.clock()
    return timedelta() < left <= timedelta(hours=office.admin.session_hours)


def _purpose(office: Office) -> str:
    return f"desk {office.admin.password_hash}"


def _cookie_name(request: Request) -> str:
    """Name it so that, over https, no other host or plain page could have set it (RFC 6265bis)."""
    return "__Host-desk" if request.url.scheme == "https" else "desk"


def _set_cookie(request: Request, answer: Response, value: str, seconds: int) -> None:
    answer.set_cookie(
        _cookie_name(request),
        value,
        max_age=seconds,
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )
