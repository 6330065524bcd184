"""Which addresses may be connected to: public ones, where asked also those of private networks.

Whoever sets a name in DNS chooses what it leads to; so what a name led to is what is judged here,
and what is connected to. The networks are those of IANA's special-purpose registries (RFC 6890 and
its successors) and what clouds answer metadata at.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_IP = IPv4Address | IPv6Address

_PRIVATE = tuple(
    map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"))
)
_METADATA = frozenset(
    map(
        ip_address,
        ("169.254.169.254", "168.63.129.16", "100.100.100.200", "192.0.0.192", "fd00:ec2::254"),
    )
)
_SPECIAL = tuple(
    map(
        ip_network,
        (
            *("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "192.0.0.0/24", "192.0.2.0/24"),
            *("192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.175.48.0/24"),
            *("198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
            *("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"),
        ),
    )
)
_GLOBAL_UNICAST = ip_network("2000::/3")
_TRANSLATED = ip_network("64:ff9b::/96")  # NAT64 (RFC 6052): an IPv4 address in the last 32 bits


def is_allowed(address: str, *, may_be_private: bool) -> bool:
    """Tell whether an IP address may be connected to; what is no IP address may not."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    if isinstance(ip, IPv6Address):
        if ip.scope_id is not None:
            return False
        ip = _within(ip)
    if ip in _METADATA:
        return False
    if any(ip in network for network in _PRIVATE):
        return may_be_private
    return _is_public(ip)


def _within(ip: IPv6Address) -> _IP:
    """Return the IPv4 address that a mapped or translated one stands for, else itself."""
    if ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    return IPv4Address(int(ip) & 0xFFFFFFFF) if ip in _TRANSLATED else ip


def _is_public(ip: _IP) -> bool:
    is_special = any(ip in network for network in _SPECIAL)
    return not is_special and (ip.version == 4 or ip in _GLOBAL_UNICAST)
