"""What a value must look like to be a setting.

Each check returns the value, or says in words what it must be. None opens a file of the user's or
asks the network.
"""

from __future__ import annotations

import re
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit
from zoneinfo import ZoneInfo

DATABASES = ("sqlite", "postgresql", "postgres")
MOST_PATIENCE = 86_400
UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
OWN_MACHINE = re.compile(r"http://(localhost|127\.0\.0\.1|\[::1\])(?=[:/]|$)")
LOCAL_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
LIST_ID = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+")
LONGEST_RETURN_PATH = 24  # what a token leaves of the 64 of RFC 5321
LONGEST_WAY_OUT = 900  # a line of a mail's head has at most 998 characters, and this is not folded
PASSWORD_HASH = re.compile(r"scrypt:1[4-7]:8:[1-8]:[A-Za-z0-9_-]{22,86}:[A-Za-z0-9_-]{43}")
KEY_HASH = re.compile(r"[0-9a-f]{64}")
HEADER_NAME = re.compile(r"[A-Za-z0-9-]+")
HOST = re.compile(r"(?:[A-Za-z0-9._-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(?::[0-9]{1,5})?")
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


def line(value: str) -> str:
    """Refuse what would break a mail header, a feed or a title: line breaks and control codes."""
    if UNSAFE.search(value):
        raise ValueError("must be one line without control characters")
    return value.strip()


def title(value: str) -> str:
    """Refuse an empty title."""
    if not value:
        raise ValueError("must not be empty")
    return value


def web_address(value: str) -> str:
    """Refuse what is no plain http(s) address; the slash at its end goes."""
    if UNSAFE.search(value):  # urlsplit would drop line breaks and tabs
        raise ValueError("must be one line without control characters")
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be a web address that begins with http:// or https://")
    if parts.query or parts.fragment or "@" in parts.netloc or re.search(r"[\s<>\"\\]", value):
        raise ValueError("must be a plain web address: no name, query, #part or space in it")
    _ = parts.port  # raises ValueError where it is no number
    return value.rstrip("/")


def secure_address(value: str) -> str:
    """Refuse what is no plain https address, http of this machine apart; nothing is allowed too."""
    if value and not value.startswith("https://") and not OWN_MACHINE.match(value):
        raise ValueError("must be a web address that begins with https://")
    return web_address(value) if value else value


def local_time(value: str) -> str:
    """Refuse what is no time of day; nothing is allowed too."""
    if value and not LOCAL_TIME.fullmatch(value):
        raise ValueError('must be a time of day, such as "16:30"')
    return value


def hub(value: str) -> str:
    """Refuse what is no https address; unlike that of the site, it may hold a query."""
    parts = urlsplit(value)
    is_plain = value.isascii() and value.isprintable() and not re.search(r'[\s<>"\\]', value)
    if not is_plain or parts.scheme != "https" or not parts.hostname or "@" in parts.netloc:
        raise ValueError("must be a plain web address that begins with https://")
    if parts.fragment:
        raise ValueError("must be a web address without a #part")
    _ = parts.port  # raises ValueError where it is no number
    return value


def listed(value: object) -> object:
    """Take a text for the list of its words, as a variable of the environment writes one."""
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value


def network(value: str) -> str:
    """Refuse what is no network of addresses; "unix" stands for a socket in the file system."""
    if value == "unix":
        return value
    try:
        return str(ip_network(value))
    except ValueError as e:
        raise ValueError('must be an address or a network, such as "10.0.0.0/8"') from e


def host(value: str) -> str:
    """Refuse what is no host's name, with or without a port."""
    if not HOST.fullmatch(value):
        raise ValueError('must be a host, such as "digest.example.org" or "10.0.0.5:8000"')
    return value.lower()


def password_hash(value: str) -> str:
    """Refuse what `digest admin password` did not print, above all a password; nothing may be."""
    if value and not PASSWORD_HASH.fullmatch(value):
        raise ValueError("must be a line that `digest admin password` prints, not a password")
    return value


def key_hash(value: str) -> str:
    """Refuse what is no SHA-256 in hexadecimal; nothing is allowed too."""
    if value and not KEY_HASH.fullmatch(value):
        raise ValueError("must be the SHA-256 that `digest admin key` prints, not the key")
    return value


def header_name(value: str) -> str:
    """Refuse what is no name of a header; nothing is allowed too."""
    if value and not HEADER_NAME.fullmatch(value):
        raise ValueError('must be the name of a header, such as "Remote-User"')
    return value


def origin(value: str) -> str:
    """Refuse what is no origin: scheme and host, without a path."""
    if urlsplit(web_address(value)).path:
        raise ValueError('must be scheme and host only, such as "https://www.example.org"')
    return value.rstrip("/").lower()


def language(value: str) -> str:
    """Refuse what is no language tag (BCP 47)."""
    if not LANGUAGE.fullmatch(value):
        raise ValueError('must be a language tag such as "en" or "pt-BR"')
    return value


def time_zone(value: str) -> str:
    """Refuse a name that is in no IANA list."""
    try:
        ZoneInfo(value)
    except (OSError, ValueError, KeyError) as e:  # unknown is a KeyError, "Europe" an OSError
        raise ValueError('must be an IANA time zone, such as "UTC" or "Europe/Berlin"') from e
    return value


def address(value: str) -> str:
    """Refuse what is not one bare e-mail address."""
    if not ADDRESS.fullmatch(value):
        raise ValueError("must be one e-mail address, such as digest@example.org")
    return value


def contact(value: str) -> str:
    """Return an address to write to as a URI; refuse what is none. Nothing is allowed too."""
    if not value or value.startswith("https://"):
        return value and hub(value)
    return f"mailto:{address(value.removeprefix('mailto:'))}"


def return_path(value: str) -> str:
    """Refuse an address whose local part leaves no room for a token: it has 64 characters."""
    if value and len(address(value).rpartition("@")[0]) > LONGEST_RETURN_PATH:
        raise ValueError(f"must have at most {LONGEST_RETURN_PATH} characters before the @")
    return value


def way_out(value: str) -> str:
    """Refuse what neither a mail's text nor its List-Unsubscribe header (RFC 2369) could hold."""
    if not value:
        return value
    is_plain = re.fullmatch(r"[!-;=?-~]+", value) and not re.search(r"[\"\\^`{|}]", value)
    parts = urlsplit(value) if is_plain and len(value) <= LONGEST_WAY_OUT else None
    if parts and parts.scheme == "https" and parts.hostname and "@" not in parts.netloc:
        _ = parts.port  # raises ValueError where it is no number
        return value
    if parts and parts.scheme == "mailto" and ADDRESS.fullmatch(unquote(parts.path)):
        return value
    raise ValueError("must be an https address, or mailto: and an e-mail address; no spaces in it")


def list_id(value: str) -> str:
    """Refuse what RFC 2919 has no room for."""
    if not LIST_ID.fullmatch(value):
        raise ValueError("must be a name with a dot in it, such as digest.example.org")
    return value


def database(value: str) -> str:
    """Refuse a database this program does not know, and one that forgets."""
    scheme, colon, rest = value.partition("://")
    if scheme.split("+")[0] not in DATABASES or not colon:
        raise ValueError("must begin with sqlite:/// or postgresql://")
    if scheme.startswith("sqlite") and rest.lstrip("/") in {"", ":memory:"}:
        raise ValueError("must name a file: a database in memory forgets every paper")
    told = parse_qs(rest.partition("?")[2], keep_blank_values=True)
    if scheme.startswith("sqlite") and not _is_patience(told.get("timeout", ["0"])):
        raise ValueError(f"its timeout must be one number of seconds, from 0 to {MOST_PATIENCE:,}")
    return value


def _is_patience(told: list[str]) -> bool:
    try:
        return len(told) == 1 and 0 <= float(told[0]) <= MOST_PATIENCE
    except ValueError:
        return False


def folder(value: Path) -> Path:
    """Refuse what names no folder; `~` becomes the user's home."""
    if "\0" in str(value) or not (value.name or value.anchor):
        raise ValueError("must name a folder")
    try:
        return value.expanduser()
    except RuntimeError as e:
        raise ValueError("must begin with a folder or with ~/") from e


def masked(url: str) -> str:
    """Return a database's URL with `***` in place of passwords."""
    without = re.sub(r"^([^:]+://[^:@/]*):.*@", r"\1:***@", url)
    return re.sub(r"(?i)([?&][a-z_]*(?:pass|secret)[a-z_]*=)[^&]*", r"\1***", without)
