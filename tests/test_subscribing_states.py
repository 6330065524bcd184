"""Every state with every act: where it leads, or that it may not be."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.errors import UsageError
from digest.mail import verdicts
from digest.models import ConsentAct, SubscriberState
from digest.models.returns import ReturnEffect, ReturnKind
from digest.subscribing.states import GONE, WHY, after, refusal

STATES = (None, *SubscriberState)

# Rows: states; columns: acts. "-" may not be.
TABLE = """
              asked    confirmed imported  left          bounced       complained  moved
None          pending  -         pending   -             -             -           -
pending       pending  active    pending   unsubscribed  bounced       complained  -
active        active   active    active    unsubscribed  bounced       complained  active
unsubscribed  pending  -         -         unsubscribed  unsubscribed  complained  -
bounced       pending  active    -         unsubscribed  bounced       complained  -
complained    pending  -         -         complained    complained    complained  -
erased        -        -         -         -             -             -           -
"""
ACTS, *ROWS = [line.split() for line in TABLE.strip().splitlines()]
WANTED = {(state, act): led for state, *leads in ROWS for act, led in zip(ACTS, leads, strict=True)}


def led(state: SubscriberState | None, act: ConsentAct, *, has_proof: bool = False) -> str:
    try:
        return after(state, act, has_proof=has_proof).value
    except UsageError:
        return "-"


def test_the_table_is_whole() -> None:
    assert set(WANTED) == {(str(state), act.value) for state, act in product(STATES, ConsentAct)}


@pytest.mark.parametrize(("state", "act"), list(product(STATES, ConsentAct)))
def test_each_act_leads_where_the_table_says(
    state: SubscriberState | None, act: ConsentAct
) -> None:
    wanted = WANTED[str(state), act.value]
    assert led(state, act) == wanted
    is_import = act is ConsentAct.IMPORTED and wanted == "pending"
    assert led(state, act, has_proof=True) == ("active" if is_import else wanted)


@given(st.lists(st.sampled_from(ConsentAct)))
def test_nobody_is_active_who_did_not_ask_and_confirm(acts: list[ConsentAct]) -> None:
    """Without the proof of an import, only a confirmation makes active, and only of who asked."""
    state: SubscriberState | None = None
    done: list[ConsentAct] = []
    for act in acts:
        try:
            state = after(state, act)
        except UsageError:
            continue
        done.append(act)
    if state is SubscriberState.ACTIVE:
        assert ConsentAct.CONFIRMED in done
        last = max(i for i, act in enumerate(done) if act is ConsentAct.CONFIRMED)
        gone = {ConsentAct.LEFT, ConsentAct.COMPLAINED, ConsentAct.BOUNCED}
        assert not gone & set(done[last:])
        left = [i for i, act in enumerate(done) if act in gone - {ConsentAct.BOUNCED}]
        assert not left or ConsentAct.ASKED in done[max(left) : last]
        assert done[0] in {ConsentAct.ASKED, ConsentAct.IMPORTED}


@pytest.mark.parametrize(
    ("kind", "act"),
    [
        (ReturnKind.HARD, ConsentAct.BOUNCED),
        (ReturnKind.COMPLAINT, ConsentAct.COMPLAINED),
        (ReturnKind.LEAVE, ConsentAct.LEFT),
    ],
)
@pytest.mark.parametrize("state", [each for each in SubscriberState if each.value != "erased"])
def test_mail_that_comes_back_leads_to_the_same_states(
    state: SubscriberState, kind: ReturnKind, act: ConsentAct
) -> None:
    """What `mail/verdicts` says of one mail is the state's name, or that nothing changed."""
    effect = verdicts.effect_of(kind, state)
    is_same = effect is ReturnEffect.UNCHANGED
    assert (state if is_same else SubscriberState(effect.value)) is after(state, act)


def test_a_refusal_says_why_and_what_would_help() -> None:
    for state in (*GONE, SubscriberState.ERASED):
        error = refusal(state)
        assert WHY[state] in str(error)
        assert "digest subscribers" in error.hint
    assert "no such subscriber" in str(refusal(None))
