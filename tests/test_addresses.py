"""Addresses: what is one, what two spellings of one mailbox share, what is said of others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.addresses import folded, parse
from digest.errors import UsageError


@pytest.mark.parametrize(
    ("text", "address", "key", "domain"),
    [
        (" reader@example.org\n", "reader@example.org", "reader@example.org", "example.org"),
        ("Re.Ader+x@Example.ORG", "Re.Ader+x@example.org", "re.ader+x@example.org", "example.org"),
        ("a@xn--bcher-kva.example.org", "a@bücher.example.org", None, "xn--bcher-kva.example.org"),
        ("a@BÜCHER.example.org", "a@bücher.example.org", None, "xn--bcher-kva.example.org"),
        ("a@bu\u0308cher.example.org", "a@bücher.example.org", None, "xn--bcher-kva.example.org"),
        ("a@straße.example.org", "a@straße.example.org", None, "xn--strae-oqa.example.org"),
        ("用户@例子.example.org", "用户@例子.example.org", None, "xn--fsqu00a.example.org"),
        ("e\u0301@example.org", "é@example.org", None, "example.org"),
        ("a@example。org", "a@example.org", None, "example.org"),
        ("a@EXAMPLE．org", "a@example.org", None, "example.org"),
        ("o'hara!#$%&*/=?^_`{|}~-@example.org", None, None, "example.org"),
    ],
)
def test_an_address_is_read(text: str, address: str | None, key: str | None, domain: str) -> None:
    found = parse(text)
    assert found.address == (address or text.strip())
    assert found.key == (key or found.address)
    assert found.domain_ascii == domain


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("Reader@Example.org", "reader@example.org", True),
        ("ÄRA@example.org", "a\u0308ra@example.org", True),
        ("a@bücher.example.org", "A@XN--BCHER-KVA.EXAMPLE.ORG", True),
        ("a.b@example.org", "ab@example.org", False),
        ("a+b@example.org", "a@example.org", False),
        ("strauß@example.org", "strauss@example.org", False),
        ("a@straße.example.org", "a@strasse.example.org", False),
    ],
)
def test_the_key_is_what_spellings_of_one_mailbox_share(
    one: str, other: str, is_same: bool
) -> None:
    assert (parse(one).key == parse(other).key) is is_same


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "must have an @-sign"),
        ("reader", "must have an @-sign"),
        ("@example.org", "something before the @-sign"),
        ("reader@", "something after the @-sign"),
        ("reader@localhost", "should have a period"),
        ("reader@[192.0.2.1]", "bracketed IP address"),
        ("reader@[IPv6:::1]", "bracketed IP address"),
        ("reader@192.0.2.1", "top-level domain"),
        ("reader@example.org.", "end with a period"),
        ("reader\uff20example.org", "full-width"),
        ("\ufeffreader@example.org", "ZERO WIDTH"),
        ("reader@example.org\u200b", "ZERO WIDTH"),
        ("rea\u00a0der@example.org", "NO-BREAK SPACE"),
        ("mailto:reader@example.org", "':'"),
        ("reader@exa_mple.org", "'_'"),
        ("a@" + "b." * 130 + "org", "too long"),
        ("A Reader <reader@example.org>", "display name"),
        ('"a b"@example.org', "quoting"),
        ("a b@example.org", "SPACE"),
        ("a@example.org, b@example.org", "invalid characters"),
        ("a@example.org\r\nBcc: b@example.org", "U+000A"),
        ("a@ex\u00adample.org", "SOFT HYPHEN"),
        ("a\u202eb@example.org", "unsafe characters"),
        ("a..b@example.org", "two periods"),
        ("a@-example.org", "hyphen"),
        ("a" * 65 + "@example.org", "too long"),
        ("a" * 400 + "@example.org", "too long"),
        ("a@" + "b" * 64 + ".example.org", "1 character too many"),
        ("a\0b@example.org", "U+0000"),
        ("\ud800@example.org", "is no e-mail address"),
    ],
)
def test_what_is_no_address_is_refused_in_plain_words(text: str, said: str) -> None:
    with pytest.raises(UsageError) as told:
        parse(text)
    assert said in str(told.value)
    assert "reader@example.org" in told.value.hint


def test_a_name_around_an_address_is_to_go() -> None:
    with pytest.raises(UsageError) as told:
        parse("A Reader <reader@example.org>")
    assert "only what stands between < and >" in told.value.hint


@pytest.mark.parametrize(
    ("part", "key"),
    [
        ("A@XN--BCHER-KVA.example.org", "a@bücher.example.org"),
        (" BÜCHER", "bücher"),
        ("Bu\u0308cher", "bücher"),
        ("", ""),
    ],
)
def test_a_part_is_looked_for_folded(part: str, key: str) -> None:
    assert folded(part) == key


@given(st.text(max_size=30), st.text(max_size=30))
def test_whatever_is_given_comes_back_as_an_address_or_a_refusal(local: str, domain: str) -> None:
    """An address read again is the same; its key, read as an address, has the same key."""
    try:
        found = parse(f"{local}@{domain}")
    except UsageError:
        return
    assert parse(found.address) == found
    assert parse(found.key).key == found.key
    assert found.domain_ascii.isascii()
    assert not set(found.address) & set("\r\n\0 ,<>")
