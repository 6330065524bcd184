"""One invented page through many invented extractors, crossed: always the same papers."""

import io
import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented_pages import (
    FEET,
    HEADS,
    PAPERS,
    ROWS,
    SUBMITTERS,
    TITLES,
    WITH_IDS,
    WRAPS,
    check,
    page,
)

from digest.dumps import Limits, read


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("foot", FEET)
def test_heads_rows_and_feet_never_become_papers(head, rows, foot):
    papers = check(page(head=head, rows=rows, foot=foot))
    days = [paper.day for paper in PAPERS]
    assert [paper.published for paper in papers] == (days if rows != "no rows" else [None] * 6)


@pytest.mark.parametrize("head", HEADS)
def test_the_day_is_read_from_any_head(head):
    day = read(io.BytesIO(page(head=head).encode()), Limits()).day
    assert day is not None
    assert (day.month, day.day, day.year) == (5, 8, None)


@pytest.mark.parametrize(
    ("title", "submitter", "wrap"), list(itertools.product(TITLES, SUBMITTERS, WRAPS))
)
def test_titles_submitters_and_wraps_cross(title, submitter, wrap):
    papers = check(page(title=title, submitter=submitter, wrap=wrap, rows="bullets"))
    if title in WITH_IDS:
        ids = [paper.id.removesuffix("v2") for paper in PAPERS]
        assert [paper.arxiv_id for paper in papers] == ids
        assert [paper.version for paper in papers] == [None, 2, None, None, None, None]
    if submitter != "no submitter":
        assert [paper.votes for paper in papers] == [paper.votes for paper in PAPERS]


@settings(max_examples=120, deadline=None)
@given(
    st.sampled_from(list(HEADS)),
    st.sampled_from(list(ROWS)),
    st.sampled_from(list(SUBMITTERS)),
    st.sampled_from(list(TITLES)),
    st.sampled_from(list(WRAPS)),
    st.sampled_from(list(FEET)),
    st.booleans(),
    st.booleans(),
)
def test_any_mixture_gives_the_same_papers(
    head, rows, submitter, title, wrap, foot, twice, banner_after_first
):
    check(
        page(
            head,
            rows,
            submitter,
            title,
            wrap,
            foot,
            twice=twice,
            banner_after_first=banner_after_first,
        )
    )
