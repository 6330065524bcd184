"""Lists brought into a newsletter, on both databases: who comes in, who stays out, what stays."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

import pytest

from digest.addresses import Address, parse
from digest.models import (
    Cadence,
    Consent,
    ConsentAct,
    Preferences,
    Subscriber,
    SubscriberState,
    Suppression,
)
from digest.pipeline.importing import OUTCOMES, Imported, Importer
from digest.pipeline.subscribing import Registry
from digest.store import Store
from digest.subscribing.acts import Way
from digest.subscribing.lists import LIST, RECORD
from digest.subscribing.rows import Complaint, Row, Table
from digest.tokens import Signer

NOW = datetime(2026, 3, 12, 7, tzinfo=UTC)
BEFORE = NOW - timedelta(days=9)
DESK = Way(source="paper form")
ACT, STATE = ConsentAct, SubscriberState
A, B, C = (parse(f"{name}@example.org") for name in "abc")
HEAD = "address,at,source,proof\n"
PROOF = f"{HEAD}a@example.org,2025-01-02,web form,form 7\n"


@pytest.fixture
def registry(store: Store) -> Registry:
    return Registry(
        store=store, signer=Signer(store.key), defaults=Preferences(zone="Europe/Berlin")
    )


def take(
    registry: Registry,
    text: str,
    record: str | None = None,
    *,
    is_update: bool = False,
    now: datetime = NOW,
) -> Imported:
    """Bring in a list, after a dry run that tells the same and changes nothing."""

    def run(*, is_dry: bool) -> Imported:
        importer = Importer(
            registry=registry,
            known=("vision",),
            source="list.csv",
            now=now,
            is_update=is_update,
            is_dry=is_dry,
        )
        proofs = Table(io.BytesIO(record.encode()), RECORD) if record else None
        return importer.take(Table(io.BytesIO(text.encode()), LIST), proofs)

    before = dump(registry)
    dry = run(is_dry=True)
    assert dump(registry) == before
    told = run(is_dry=False)
    assert told == dry
    assert told.is_change == (dump(registry) != before)
    return told


def dump(registry: Registry) -> object:
    """Return all subscribers, and what is known of those the tests name."""
    with registry.store.reading_post() as post:
        everybody = post.register.listed(limit=10_000)
        consents = post.register.consents_of_many([each.id for each in everybody])
        held = post.register.suppressed([registry.hash_of(who) for who in (A, B, C)])
    return everybody, dict(consents), held


def outcomes(told: Imported) -> dict[str, int]:
    """Return the outcomes that there were."""
    assert tuple(told.rows) == OUTCOMES
    return {name: count for name, count in told.rows.items() if count}


def there(registry: Registry, who: Address) -> Subscriber:
    found = registry.find(who)
    assert found is not None
    return found


def record_of(registry: Registry, who: Address) -> tuple[Consent, ...]:
    return registry.tell_all(who).consents


def test_who_is_listed_is_pending(registry: Registry) -> None:
    told = take(
        registry,
        "email,cadence,topics,source\na@example.org,weekly,vision,fair 2025\nb@example.org\n",
    )
    assert outcomes(told) == {"pending": 2}
    found = there(registry, A)
    assert (found.state, found.created_at, found.since) == (STATE.PENDING, NOW, NOW)
    assert found.active_since is None
    assert found.preferences == Preferences(
        cadence=Cadence.WEEK, topics=("vision",), zone="Europe/Berlin"
    )
    assert record_of(registry, A) == (Consent(act=ACT.IMPORTED, at=NOW, source="fair 2025"),)
    assert record_of(registry, B) == (Consent(act=ACT.IMPORTED, at=NOW, source="list.csv"),)


def test_what_a_list_claims_proves_nothing(registry: Registry) -> None:
    take(registry, "email,state,consented_at\na@example.org,active,2025-01-02\n")
    assert there(registry, A).state is STATE.PENDING
    (line,) = record_of(registry, A)
    assert line.at == NOW
    assert line.proof.startswith("not proven: the list says they consented at 2025-01-02")


def test_who_stands_in_the_record_is_active(registry: Registry) -> None:
    told = take(registry, "email\nA@Example.org\nb@example.org\n", PROOF)
    assert outcomes(told) == {"pending": 1, "active": 1}
    assert told.proofs == 1
    found = there(registry, A)
    assert (found.state, found.active_since) == (STATE.ACTIVE, NOW)
    proven = Consent(
        act=ACT.IMPORTED, at=datetime(2025, 1, 2, tzinfo=UTC), source="web form", proof="form 7"
    )
    assert record_of(registry, A) == (proven,)
    assert there(registry, B).state is STATE.PENDING


def test_a_record_comes_later(registry: Registry) -> None:
    take(registry, "email\na@example.org\n")
    told = take(registry, "email,hour\na@example.org,9\n", PROOF, now=NOW + timedelta(days=1))
    assert outcomes(told) == {"confirmed": 1}
    found = there(registry, A)
    assert (found.state, found.active_since) == (STATE.ACTIVE, NOW + timedelta(days=1))
    assert found.preferences.hour == 7
    assert len(record_of(registry, A)) == 2


def test_a_second_time_changes_nothing(registry: Registry) -> None:
    text = (
        "email,state,hour\na@example.org,,9\nb@example.org,unsubscribed,\nc@example.org,,\n"
        "A@example.org,,\nbad,,\n"
    )
    first = take(registry, text, PROOF)
    assert outcomes(first) == {
        "pending": 1,
        "active": 1,
        "opted_out": 1,
        "repeated": 1,
        "refused": 1,
    }
    before = dump(registry)
    for is_update in (False, True):
        again = take(registry, text, PROOF, is_update=is_update, now=NOW + timedelta(days=1))
        assert outcomes(again) == {"unchanged": 3, "repeated": 1, "refused": 1}
        assert not again.is_change
    assert dump(registry) == before


@pytest.mark.parametrize("state", [STATE.PENDING, STATE.ACTIVE])
def test_who_is_there_stays_as_they_are_unless_asked(
    registry: Registry, state: SubscriberState
) -> None:
    act = registry.propose if state is STATE.PENDING else registry.enrol
    act(A, {"hour": 8, "muted": ("survey",)}, DESK, BEFORE)
    text = "email,hour,state\na@example.org,10,pending\n"
    assert outcomes(take(registry, text)) == {"unchanged": 1}
    assert there(registry, A).preferences.hour == 8
    assert outcomes(take(registry, text, is_update=True)) == {"updated": 1}
    found = there(registry, A)
    assert (found.state, found.preferences.hour, found.preferences.muted) == (
        state,
        10,
        ("survey",),
    )


@pytest.mark.parametrize("gone", [STATE.UNSUBSCRIBED, STATE.BOUNCED, STATE.COMPLAINED])
def test_nobody_who_is_gone_comes_back(registry: Registry, gone: SubscriberState) -> None:
    registry.enrol(A, {}, DESK, BEFORE)
    acts = {STATE.BOUNCED: ACT.BOUNCED, STATE.COMPLAINED: ACT.COMPLAINED}
    with registry.store.writing_post() as post:
        line = DESK.line(acts.get(gone, ACT.LEFT), BEFORE)
        post.register.change_state(1, gone, BEFORE, line)
    told = take(registry, "email,hour\na@example.org,9\n", PROOF, is_update=True)
    assert outcomes(told) == {"suppressed": 1}
    assert told.suppressed == {gone: 1}
    registry.ask(A, {}, DESK, NOW)
    told = take(registry, "email,hour\na@example.org,9\n", PROOF, is_update=True)
    assert outcomes(told) == {"suppressed": 1}
    assert there(registry, A).state is STATE.PENDING


def test_nobody_who_was_erased_comes_back(registry: Registry) -> None:
    registry.enrol(A, {}, DESK, BEFORE)
    registry.erase(A, BEFORE)
    told = take(registry, "email\na@example.org\n", PROOF)
    assert told.suppressed == {STATE.ERASED: 1}
    assert registry.find(A) is None
    told = take(registry, "email,state\na@example.org,unsubscribed\n")
    assert outcomes(told) == {"unchanged": 1}
    held = registry.tell_all(A).suppression
    assert held is not None
    assert held.reason is STATE.ERASED


@pytest.mark.parametrize(
    ("word", "reason"),
    [
        ("unsubscribed", STATE.UNSUBSCRIBED),
        ("cleaned", STATE.BOUNCED),
        ("complained", STATE.COMPLAINED),
    ],
)
def test_who_opted_out_elsewhere_is_not_written_to(
    registry: Registry, word: str, reason: SubscriberState
) -> None:
    told = take(registry, f"email,state\na@example.org,{word}\n", PROOF)
    assert outcomes(told) == {"opted_out": 1}
    assert registry.find(A) is None
    assert registry.tell_all(A).suppression == Suppression(
        hash=registry.hash_of(A), reason=reason, at=NOW
    )
    told = take(registry, "email\na@example.org\n", PROOF)
    assert told.suppressed == {reason: 1}
    assert registry.enrol(A, {}, DESK, NOW).subscriber.state is STATE.ACTIVE


@pytest.mark.parametrize("order", [1, -1])
def test_opting_out_goes_before_all_other_lines(registry: Registry, order: int) -> None:
    rows = ["a@example.org,active", "A@example.org,unsubscribed"][::order]
    told = take(registry, "\n".join(["email,state", *rows, ""]), PROOF)
    assert outcomes(told) == {"opted_out": 1, "repeated": 1}
    assert registry.find(A) is None
    assert [each.why for each in told.problems] == ["the address opted out on another line"]


def test_opting_out_elsewhere_ends_what_a_list_began(registry: Registry) -> None:
    take(registry, "email\na@example.org\n", PROOF)
    told = take(registry, "email,state\na@example.org,complained\n", PROOF)
    assert outcomes(told) == {"opted_out": 1}
    assert there(registry, A).state is STATE.COMPLAINED
    told = take(registry, "email,state\na@example.org,unsubscribed\n", PROOF)
    assert outcomes(told) == {"unchanged": 1}
    assert there(registry, A).state is STATE.COMPLAINED


def test_opting_out_elsewhere_bars_who_is_pending_until_they_confirm(registry: Registry) -> None:
    registry.ask(A, {}, DESK, BEFORE)
    out = "email,state\na@example.org,unsubscribed\n"
    assert outcomes(take(registry, out)) == {"opted_out": 1}
    assert there(registry, A).state is STATE.PENDING
    assert outcomes(take(registry, "email\na@example.org\n", PROOF)) == {"suppressed": 1}
    assert outcomes(take(registry, out)) == {"unchanged": 1}
    registry.confirm(A, DESK, NOW)
    told = take(registry, out)
    assert outcomes(told) == {"unchanged": 1}
    assert there(registry, A).state is STATE.ACTIVE
    assert [(each.kind, each.line) for each in told.problems] == [("kept", 2)]


def test_a_line_of_the_record_that_proves_nothing_lets_nobody_in(registry: Registry) -> None:
    lines = (
        "a@example.org,,form,",
        "b@example.org,2025-01-02,form,",
        "B@example.org,2025-01-03,x,",
    )
    record = HEAD + "".join(f"{line}\n" for line in lines)
    told = take(registry, "email\na@example.org\nb@example.org\n", record)
    assert outcomes(told) == {"pending": 1, "active": 1}
    assert (told.proofs, told.proofs_refused, told.has_refused) == (1, 1, True)
    assert [(each.of, each.line, each.kind) for each in told.problems] == [
        ("record", 2, "refused"),
        ("record", 4, "repeated"),
    ]
    assert record_of(registry, B)[0].at == datetime(2025, 1, 2, tzinfo=UTC)


def test_problems_are_counted_beyond_the_first_hundred(registry: Registry) -> None:
    told = take(registry, "email,x\n" + "nobody,x\n" * 250)
    assert outcomes(told) == {"refused": 250}
    assert (len(told.problems), told.more) == (100, 150)
    assert [each.line for each in told.problems[:2]] == [2, 3]


class StopError(Exception):
    """Ends an import as a kill would, between two rows."""


class Cut(Table):
    """A table that ends the import in its middle."""

    def rows(self) -> Iterator[Row | Complaint]:
        yield from islice(super().rows(), 2500)
        raise StopError


def test_cut_short_and_done_again(registry: Registry) -> None:
    """Batches are whole transactions: what came stays, and the second time brings the rest."""
    text = "\n".join(["email", *(f"r{n}@example.org" for n in range(3000)), ""])
    importer = Importer(registry=registry, known=(), source="x", now=NOW)
    with pytest.raises(StopError):
        importer.take(Cut(io.BytesIO(text.encode()), LIST))
    with registry.store.reading_post() as post:
        assert len(post.register.listed(limit=9999)) == 2000
    assert outcomes(take(registry, text)) == {"pending": 1000, "unchanged": 2000}


def test_more_than_a_batch(registry: Registry) -> None:
    """Repeated in a later batch, and in another spelling."""
    rows = [f"r{n}@bücher.example.org" for n in range(2500)]
    text = "\n".join(["email", *rows, "R1@XN--BCHER-KVA.example.org", ""])
    told = take(registry, text)
    assert outcomes(told) == {"pending": 2500, "repeated": 1}
    assert [(each.line, each.kind) for each in told.problems] == [(2502, "repeated")]
