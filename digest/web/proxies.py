"""Who asked, where a proxy stands between: only trusted hops are believed, from the right.

Each proxy adds, at the end, whom it was asked by; what stands further left was told by that one,
and may be invented. So the list is walked from its end, as long as who tells is trusted. One kind
of header is looked at, as the settings say: the other may be passed on as a visitor wrote it.
Nothing here reads a request: peers, headers and networks come in as values.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Headers = Iterable[tuple[bytes, bytes]]
Network = IPv4Network | IPv6Network

UNIX = "unix"
"""What stands for the other end of a socket in the file system."""

FROM_PROXY = "digest.from_proxy"
"""Where the scope of a request tells whether a trusted proxy asks: what it says is believed."""

_MOST_HOPS = 20
_HOST = re.compile(r"(?:[a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::[0-9]{1,5})?")
_PAIR = re.compile(r'\s*([a-z]+)=(?:"((?:[^"\\]|\\.)*)"|([!#-+\--:<-~]+))\s*(;|,|$)', re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """By whom, by which scheme and under which host a request was made; `client` is an address."""

    client: str
    scheme: str
    host: str


@dataclass(frozen=True, slots=True)
class Trusted:
    """The proxies that are believed."""

    networks: tuple[Network, ...] = ()
    has_unix: bool = False

    @classmethod
    def of(cls, told: Iterable[str]) -> Trusted:
        """Read what the settings say: addresses, networks, `unix`."""
        names = tuple(told)
        networks = tuple(ip_network(name) for name in names if name != UNIX)
        return cls(networks, UNIX in names)

    def has(self, client: str) -> bool:
        """Tell whether an address is one of theirs."""
        if client == UNIX:
            return self.has_unix
        address = read_address(client)
        return address is not None and any(address in network for network in self.networks)


def asked(peer: Asked, headers: Headers, trusted: Trusted, style: str) -> Asked:
    """Return who asked the first trusted proxy, as far as it can be believed.

    `peer` is who asked us; `style` is the setting `web.forwarded`.
    """
    if not trusted.has(peer.client):
        return peer
    hops = _forwarded(headers) if style == "forwarded" else _x_forwarded(headers)
    found = peer
    for hop in reversed(hops[-_MOST_HOPS:]):
        if not trusted.has(found.client):
            break
        found = replace(found, scheme=hop.scheme or found.scheme, host=hop.host or found.host)
        if not hop.client:  # hidden, or no address: the one who told is the last that is known
            break
        found = replace(found, client=hop.client)
    return found


def is_forwarded(headers: Headers) -> bool:
    """Tell whether some proxy says for whom it asks."""
    return any(name in {b"x-forwarded-for", b"forwarded"} for name, _ in headers)


def read_address(text: str) -> IPv4Address | IPv6Address | None:
    """Read an address; IPv4 written as IPv6 is IPv4. None where it is none."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address


def network_of(client: str) -> str:
    """Return the network that counts as one visitor: IPv4 /24, IPv6 /48, else `client` itself."""
    address = read_address(client)
    if address is None:
        return client if client == UNIX else ""
    return str(ip_network((address, 24 if address.version == 4 else 48), strict=False))


def _x_forwarded(headers: Headers) -> list[Asked]:
    """Read the three headers; scheme and host are what the last proxy says."""
    listed = list(headers)
    clients = _listed(listed, b"x-forwarded-for")
    schemes = _listed(listed, b"x-forwarded-proto")
    hosts = _listed(listed, b"x-forwarded-host")
    scheme, host = _scheme(schemes[-1:]), _host(hosts[-1:])
    hops = [Asked(client=_node(each), scheme="", host="") for each in clients]
    last = hops.pop() if hops else Asked(client="", scheme="", host="")
    return [*hops, replace(last, scheme=scheme, host=host)]


def _forwarded(headers: Headers) -> list[Asked]:
    """Read RFC 7239; where any of it is not in its grammar, none of it is believed."""
    text = ",".join(_values(headers, b"forwarded"))
    hops: list[Asked] = []
    pairs: dict[str, str] = {}
    at = 0
    while at < len(text):
        found = _PAIR.match(text, at)
        if found is None or (name := found[1].lower()) in pairs:
            return []
        pairs[name] = re.sub(r"\\(.)", r"\1", found[2]) if found[2] is not None else found[3]
        at = found.end()
        if found[4] != ";":
            hops.append(_hop(pairs))
            pairs = {}
    return hops


def _hop(pairs: dict[str, str]) -> Asked:
    return Asked(
        client=_node(pairs.get("for", "")),
        scheme=_scheme([pairs.get("proto", "")]),
        host=_host([pairs.get("host", "")]),
    )


def _node(text: str) -> str:
    """Return the address of a node, without its port; empty where there is none."""
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    address = None if "%" in bare else read_address(bare)
    return str(address) if address else ""


def _scheme(told: Sequence[str]) -> str:
    found = told[0].lower() if told else ""
    return found if found in {"http", "https"} else ""


def _host(told: Sequence[str]) -> str:
    found = told[0].lower() if told else ""
    return found if _HOST.fullmatch(found) else ""


def _listed(headers: Headers, name: bytes) -> list[str]:
    return [part.strip() for value in _values(headers, name) for part in value.split(",")]


def _values(headers: Headers, name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in headers if key == name]
