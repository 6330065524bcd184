"""JSON with an indent, written quicker: the same text as `json` writes, whatever is written."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.render.json_text import pretty

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
)  # fmt: skip


@given(VALUES)
def test_it_is_what_json_writes(value: object) -> None:
    assert pretty(value) == json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1)


@pytest.mark.parametrize("value", [[float("nan")], {"votes": float("inf")}, {"of": object()}])
def test_what_json_refuses_is_refused(value: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        pretty(value)
