"""Behind proxies: who asked, told by those that are trusted, and by nobody else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.web.proxies import Asked, Trusted, asked, is_forwarded, network_of

PEER = Asked(client="10.0.0.1", scheme="http", host="inner:8000")
OURS = Trusted.of(["10.0.0.0/8", "fd00::/8"])
XFF, PROTO, HOST = b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host"


def client(*values: str, trusted: Trusted = OURS, peer: Asked = PEER) -> str:
    headers = [(XFF, value.encode("latin-1")) for value in values]
    return asked(peer, headers, trusted, "x-forwarded").client


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], "10.0.0.1"),
        (["203.0.113.9"], "203.0.113.9"),
        (["6.6.6.6, 203.0.113.9"], "203.0.113.9"),
        (["6.6.6.6", "203.0.113.9"], "203.0.113.9"),
        (["6.6.6.6, 203.0.113.9, 10.2.3.4"], "203.0.113.9"),
        (["10.9.9.9, 203.0.113.9, 10.2.3.4"], "203.0.113.9"),
        (["203.0.113.9, 10.2.3.4, 10.2.3.5"], "203.0.113.9"),
        (["10.2.3.4"], "10.2.3.4"),
        (["203.0.113.9:4711"], "203.0.113.9"),
        (["[2001:db8::7]:443"], "2001:db8::7"),
        (["2001:db8::7"], "2001:db8::7"),
        (["::ffff:203.0.113.9"], "203.0.113.9"),
        (["203.0.113.9, unknown"], "10.0.0.1"),
        (["203.0.113.9, "], "10.0.0.1"),
        (["localhost"], "10.0.0.1"),
        (["203.0.113.09"], "10.0.0.1"),
        (["2130706433"], "10.0.0.1"),
        (["fe80::1%eth0"], "10.0.0.1"),
        (["203.0.113.9\xa0"], "203.0.113.9"),
        ([", ".join(["203.0.113.9"] + ["10.1.1.1"] * 60)], "10.1.1.1"),
    ],
)
def test_the_list_is_walked_from_its_end_while_who_tells_is_trusted(
    values: list[str], expected: str
) -> None:
    assert client(*values) == expected


@pytest.mark.parametrize("peer", ["203.0.113.1", "unix", "", "11.0.0.1"])
def test_who_is_not_trusted_tells_nothing(peer: str) -> None:
    own = Asked(client=peer, scheme="http", host="inner")
    headers = [(XFF, b"1.2.3.4"), (PROTO, b"https"), (HOST, b"evil.example")]
    assert asked(own, headers, OURS, "x-forwarded") == own
    assert asked(own, [(b"forwarded", b"for=1.2.3.4;proto=https")], OURS, "forwarded") == own


def test_a_socket_in_the_file_system_may_be_trusted() -> None:
    own = Asked(client="unix", scheme="http", host="inner")
    assert client("1.2.3.4", trusted=Trusted.of(["unix"]), peer=own) == "1.2.3.4"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        (PROTO, b"https", ("https", "inner:8000")),
        (PROTO, b"http, https", ("https", "inner:8000")),
        (PROTO, b"javascript", ("http", "inner:8000")),
        (HOST, b"Letters.Example:8443", ("http", "letters.example:8443")),
        (HOST, b"evil.example, letters.example", ("http", "letters.example")),
        (HOST, b"a b", ("http", "inner:8000")),
        (HOST, b"user@host", ("http", "inner:8000")),
        (HOST, b"host/path", ("http", "inner:8000")),
        (HOST, b"[2001:db8::1]:80", ("http", "[2001:db8::1]:80")),
        (HOST, b"", ("http", "inner:8000")),
    ],
)
def test_scheme_and_host_are_what_the_last_proxy_says(
    name: bytes, value: bytes, expected: tuple[str, str]
) -> None:
    found = asked(PEER, [(XFF, b"203.0.113.9"), (name, value)], OURS, "x-forwarded")
    assert (found.scheme, found.host) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("for=203.0.113.9", "203.0.113.9"),
        ('For="[2001:db8:cafe::17]:4711"', "2001:db8:cafe::17"),
        ("for=6.6.6.6, for=203.0.113.9;proto=https;by=10.0.0.1", "203.0.113.9"),
        ("for=203.0.113.9,for=10.0.0.7", "203.0.113.9"),
        ('for="203.0.113.9:80"', "203.0.113.9"),
        ("for=_hidden", "10.0.0.1"),
        ("for=unknown", "10.0.0.1"),
        ("for=203.0.113.9;for=6.6.6.6", "10.0.0.1"),
        ('for="203.0.113.9', "10.0.0.1"),
        ("for=203.0.113.9 6.6.6.6", "10.0.0.1"),
        ("203.0.113.9", "10.0.0.1"),
        ("", "10.0.0.1"),
    ],
)
def test_rfc_7239_is_read_by_its_grammar_or_not_at_all(value: str, expected: str) -> None:
    assert asked(PEER, [(b"forwarded", value.encode())], OURS, "forwarded").client == expected


def test_only_the_header_of_the_settings_is_looked_at() -> None:
    both = [(XFF, b"203.0.113.9"), (b"forwarded", b"for=198.51.100.2;proto=https;host=x.example")]
    assert asked(PEER, both, OURS, "x-forwarded").client == "203.0.113.9"
    found = asked(PEER, both, OURS, "forwarded")
    assert found == Asked(client="198.51.100.2", scheme="https", host="x.example")
    assert is_forwarded(both)
    assert not is_forwarded([(b"host", b"x")])


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("203.0.113.9", "203.0.113.0/24"),
        ("::ffff:203.0.113.9", "203.0.113.0/24"),
        ("2001:db8:1:2::9", "2001:db8:1::/48"),
        ("unix", "unix"),
        ("testclient", ""),
        ("", ""),
    ],
)
def test_a_network_counts_as_one(address: str, expected: str) -> None:
    assert network_of(address) == expected


@given(st.binary(max_size=80))
def test_whatever_is_written_there_the_answer_is_an_address(value: bytes) -> None:
    for name, style in ((XFF, "x-forwarded"), (b"forwarded", "forwarded")):
        found = asked(PEER, [(name, value)], OURS, style)
        assert network_of(found.client)
        assert found.scheme in {"http", "https"}
