"""DKIM: dkimpy, which did not sign, verifies; and whatever is changed, it no longer does."""

from __future__ import annotations

import re
import sys
from base64 import b64encode
from functools import cache
from typing import Any

import builders
import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from dkim.canonicalization import Relaxed
from hypothesis import given
from hypothesis import strategies as st
from test_letters import SITES, chosen, delivery, mailing

from digest.errors import ConfigError
from digest.mail.dkim import SIGNED, Sealer, relaxed_body


@cache
def key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


def pem(private: Any) -> str:
    return private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def sealer() -> Sealer:
    return Sealer("papers.example.org", "s1", pem(key()))


def resolver(name: bytes, timeout: int = 5) -> bytes:
    assert name == b"s1._domainkey.papers.example.org."
    public = (
        key()
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return b"v=DKIM1; k=rsa; p=" + b64encode(public)


def verifies(message: bytes) -> bool:
    return bool(dkim.verify(message, dnsfunc=resolver))


@cache
def letter(site: int = 1) -> bytes:
    edition = builders.edition(5, 1, 1)
    return mailing(edition, SITES[site]).envelope(delivery(), chosen(7, 3, more=1)).content


@pytest.mark.parametrize("site", range(len(SITES)))
def test_a_reader_s_mail_verifies_and_is_sealed_alike_each_time(site: int) -> None:
    sealed = sealer().seal(letter(site))
    assert sealed.endswith(letter(site))
    assert verifies(sealed)
    assert sealer().seal(letter(site)) == sealed
    head = sealed.removesuffix(letter(site))
    assert max(map(len, head.split(b"\r\n"))) <= 78
    assert head.isascii()


def test_everything_is_signed_that_tells_who_what_and_how_to_leave() -> None:
    sealed = sealer().seal(letter())
    listed = re.search(rb"\bh=([^;]+);", sealed)
    assert listed
    names = re.sub(rb"\s", b"", listed[1]).decode().split(":")
    assert names == list(SIGNED)
    there = {line.partition(b":")[0].lower().decode() for line in headers(letter())}
    assert there == set(names)
    assert {"list-unsubscribe", "list-unsubscribe-post"} < set(names)
    assert names.count("from") == 2


def headers(message: bytes) -> list[bytes]:
    return re.split(rb"\r\n(?![ \t])", message.partition(b"\r\n\r\n")[0])


def test_a_change_of_any_header_breaks_it() -> None:
    signature, *fields = headers(sealer().seal(letter()))
    _, _, body = letter().partition(b"\r\n\r\n")
    whole = [signature, *fields]
    assert verifies(b"\r\n".join(whole) + b"\r\n\r\n" + body)
    for at, field in enumerate(fields, 1):
        for changed in ([field + b"x"], []):
            message = [*whole[:at], *changed, *whole[at + 1 :]]
            assert not verifies(b"\r\n".join(message) + b"\r\n\r\n" + body), field
    added = [signature, b"From: <other@example.net>", *fields]
    assert not verifies(b"\r\n".join(added) + b"\r\n\r\n" + body)


def test_a_change_of_the_body_breaks_it() -> None:
    sealed = sealer().seal(letter())
    start = sealed.index(b"\r\n\r\n") + 4
    for at in range(start, len(sealed), 997):
        if sealed[at : at + 1].isalnum():
            assert not verifies(sealed[:at] + b"!" + sealed[at + 1 :])
    assert not verifies(sealed + b"more\r\n")
    assert verifies(sealed + b"\r\n\r\n")  # empty lines at the end do not count


@given(st.lists(st.sampled_from([b" ", b"\t", b"\r\n", b"a", b"b c", b"=20"])).map(b"".join))
def test_the_body_is_read_as_dkimpy_reads_it(body: bytes) -> None:
    ended = body if not body or body.endswith(b"\r\n") else body + b"\r\n"
    assert relaxed_body(ended) == Relaxed.canonicalize_body(ended)


def test_without_the_extra_it_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.exceptions", None)
    with pytest.raises(ConfigError) as caught:
        Sealer("example.org", "s1", "x")
    assert "digest[dkim]" in caught.value.hint
    assert caught.value.at == "dkim.selector"


@pytest.mark.parametrize(
    ("domain", "selector", "given", "at"),
    [
        ("example.org", "s1", "", "dkim.key"),
        ("example.org", "s1", "no key", "dkim.key"),
        ("example.org", "s1", pem(ed25519.Ed25519PrivateKey.generate()), "dkim.key"),
        ("example.org\r\nBcc: x", "s1", "", "dkim.domain"),
        ("", "s1", "", "dkim.domain"),
        ("example.org", "s 1", "", "dkim.selector"),
    ],
)
def test_what_cannot_sign_is_refused_with_its_setting(
    domain: str, selector: str, given: str, at: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        Sealer(domain, selector, given)
    assert caught.value.at == at
    assert "PRIVATE" not in str(caught.value)
