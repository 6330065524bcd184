"""What may be wished, whatever is given: preferences or a refusal in words; cells read back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import UsageError
from digest.models import Cadence, Consent, ConsentAct, Preferences, Subscriber, SubscriberState
from digest.subscribing.cells import guard, unguard
from digest.subscribing.table import HEADER, cells, consent_of
from digest.subscribing.wishes import CADENCES, JOINS, WORDS, read

NOW = datetime(2026, 3, 12, 7, tzinfo=UTC)
LATER = datetime(2026, 3, 13, 7, tzinfo=UTC)
KNOWN = ("robots", "vision")


def test_what_is_not_named_is_not_wished() -> None:
    assert read(known=KNOWN) == {}
    assert read(known=KNOWN, topics=[""], muted=[" "], cap=0) == {
        "topics": (),
        "muted": (),
        "cap": None,
    }
    assert read(known=KNOWN, topics=["vision", "vision"], cadence="weekly") == {
        "topics": ("vision",),
        "cadence": Cadence.WEEK,
    }


def test_each_cadence_has_one_word() -> None:
    assert set(WORDS) == set(Cadence)
    assert {WORDS[cadence]: cadence for cadence in Cadence} == dict(CADENCES)


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"cadence": "hourly"}, "no cadence 'hourly'"),
        ({"hour": 24}, "no hour 24"),
        ({"hour": -1}, "no hour -1"),
        ({"zone": "a\0b"}, "no time zone"),
        ({"zone": ""}, "no time zone"),
        ({"cap": -1}, "too few"),
        ({"muted": ["x" * 101]}, "cannot be muted"),
        ({"muted": ["a,b"]}, "parts words"),
        ({"muted": [f"word{n}" for n in range(101)]}, "101 words are too many"),
    ],
)
def test_what_cannot_be_is_refused(wish: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=said) as told:
        read(known=KNOWN, **wish)  # type: ignore[arg-type]
    assert told.value.hint


@given(st.text(max_size=20), st.lists(st.text(max_size=12), max_size=4))
def test_whatever_is_given_is_kept_as_one_line_or_refused(zone: str, muted: list[str]) -> None:
    for wish in ({"zone": zone}, {"muted": muted}):
        try:
            found = read(known=KNOWN, **wish)  # type: ignore[arg-type]
        except UsageError:
            continue
        wants = replace(Preferences(), **found)
        assert all(word.isprintable() and JOINS not in word for word in wants.muted)
        assert JOINS.join(wants.muted).split(JOINS) == list(wants.muted) or not wants.muted
        assert read(known=KNOWN, muted=wants.muted) == {"muted": wants.muted}


@given(st.text(alphabet=st.sampled_from("'=+-@\t\r\n＝ ab"), max_size=6))
def test_a_cell_is_read_back_as_it_was_and_is_no_formula(cell: str) -> None:
    assert unguard(guard(cell)) == cell
    assert not guard(cell).startswith(tuple("=+-@\t\r\n＝"))


LINES = {
    act: Consent(act=act, at=NOW, source=act.value)
    for act in (ConsentAct.ASKED, ConsentAct.CONFIRMED, ConsentAct.IMPORTED, ConsentAct.LEFT)
}


@pytest.mark.parametrize(
    ("state", "was_active", "acts", "source"),
    [
        ("pending", False, "asked", None),
        ("pending", False, "imported", None),
        ("active", True, "asked confirmed", "confirmed"),
        ("active", True, "imported", "imported"),
        ("unsubscribed", True, "asked confirmed left", "confirmed"),
        ("unsubscribed", False, "imported left", None),
        ("pending", True, "asked confirmed left asked", None),
    ],
)
def test_consent_is_the_line_by_which_mail_may_go(
    state: str, was_active: bool, acts: str, source: str | None
) -> None:
    who = Subscriber(
        address="reader@example.org",
        state=SubscriberState(state),
        created_at=NOW,
        since=NOW,
        active_since=NOW if was_active else None,
    )
    record = [LINES[ConsentAct(act)] for act in acts.split()]
    found = consent_of(who, record)
    assert (found.source if found else None) == source
    told = dict(zip(HEADER, cells(who, record), strict=True))
    assert told["source"] == (source or acts.rsplit(maxsplit=1)[-1])
    assert bool(told["consented_at"]) is bool(source)
