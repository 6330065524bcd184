"""Headers of requests and answers: which hosts are ours, who may send a form, what a page may do.

Pure: values in, values out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from urllib.parse import urlsplit

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; manifest-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""What a page may load and do: no script, no style but that of its file, in no frame."""

SCRIPTED = f"{POLICY}; script-src 'self'"
"""The same for a page that has a script, in a file of ours."""

SEARCHING = f"{POLICY}; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"
"""The same for the published search: it fetches what it looks through; pagefind is WebAssembly."""

ALWAYS: Mapping[str, str] = {
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-permitted-cross-domain-policies": "none",
}
UNLESS_SAID: Mapping[str, str] = {"content-security-policy": POLICY, "cache-control": "no-store"}
MOST_HEAD_BYTES = 16 * 1024
STRICT_TRANSPORT = "max-age=31536000"


def is_too_long(headers: Iterable[tuple[bytes, bytes]], target: bytes) -> bool:
    """Tell whether the head of a request is larger than any browser's."""
    return len(target) + sum(len(name) + len(value) + 4 for name, value in headers) > (
        MOST_HEAD_BYTES
    )


class Hosts:
    """The names under which the pages may be asked for."""

    def __init__(self, addresses: Iterable[str], names: Iterable[str]) -> None:
        found = [urlsplit(address).hostname or "" for address in addresses if address]
        bare = [f"[{name}]" if ":" in name else name for name in found]
        self._names = frozenset((*LOOPBACK, *bare, *names))

    def has(self, host: str) -> bool:
        """Tell whether a Host header names one of them; a port counts where the setting has one."""
        whole = host.lower()
        name = whole if whole.endswith("]") else whole.rpartition(":")[0] or whole
        is_port = whole == name or whole[len(name) + 1 :].isdecimal()
        return is_port and (whole in self._names or name in self._names)


class Origins:
    """The sites whose pages may send a form here."""

    def __init__(self, addresses: Iterable[str]) -> None:
        self._origins = frozenset(origin_of(address) for address in addresses if address)

    def judge(self, headers: Mapping[str, str], own: str) -> bool | None:
        """Tell whether a form comes from a page of theirs, or of `own`, the origin asked for.

        None where the browser hides it: `Referrer-Policy: no-referrer` makes it write `null`. What
        is no browser sends none of these headers, and may send what it likes.
        """
        site, origin = headers.get("sec-fetch-site", ""), headers.get("origin", "").lower()
        if site in {"same-origin", "none"} or (origin and origin in {own, *self._origins}):
            return True
        if not site and origin == "null":
            return None
        return not site and not origin


def origin_of(address: str) -> str:
    """Return scheme and host of an address, as browsers write them."""
    parts = urlsplit(address)
    port = f":{parts.port}" if parts.port not in {None, 80, 443} else ""
    name = parts.hostname or ""
    return f"{parts.scheme}://{f'[{name}]' if ':' in name else name}{port}"
