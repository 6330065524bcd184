"""Names of what is published: addresses, ids for ever, titles of editions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import builders
import pytest

from digest.models import Cadence
from digest.render import names

SITE = builders.SITE


@pytest.mark.parametrize(
    ("cadence", "start", "end", "expected"),
    [
        (Cadence.DAY, date(2026, 3, 11), date(2026, 3, 11), "Wednesday 11 March 2026"),
        (Cadence.DAY, date(2024, 2, 29), date(2024, 2, 29), "Thursday 29 February 2024"),
        (Cadence.WEEK, date(2026, 3, 9), date(2026, 3, 15), "Week 11 of 2026 (9–15 March)"),
        (
            Cadence.WEEK,
            date(2026, 3, 30),
            date(2026, 4, 5),
            "Week 14 of 2026 (30 March – 5 April)",
        ),
        (
            Cadence.WEEK,
            date(2024, 12, 30),
            date(2025, 1, 5),
            "Week 1 of 2025 (30 December 2024 – 5 January 2025)",
        ),
        (Cadence.MONTH, date(2026, 3, 1), date(2026, 3, 31), "March 2026"),
    ],
)
def test_an_edition_is_called_by_its_period(
    cadence: Cadence, start: date, end: date, expected: str
) -> None:
    edition = builders.edition(cadence=cadence, start=start, end=end)
    assert names.edition_title(edition) == expected


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("arxiv:2407.21783", "tag:digest.papers.example.org,2026-01-01:paper/arxiv:2407.21783"),
        (
            "doi:10.1000/a<b> é",
            "tag:digest.papers.example.org,2026-01-01:paper/doi:10.1000/a%3Cb%3E%20%C3%A9",
        ),
    ],
)
def test_a_paper_has_one_id_for_ever(key: str, expected: str) -> None:
    assert names.tag_uri(SITE, key) == expected


def test_an_id_names_the_list_as_dns_would() -> None:
    site = replace(SITE, list_id="My_Digest.Example.ORG")
    assert names.tag_uri(site, "x") == "tag:my-digest.example.org,2026-01-01:paper/x"


@pytest.mark.parametrize("url", ["http://localhost:8000", "https://moved.example/sub"])
def test_an_id_does_not_change_when_the_site_moves(url: str) -> None:
    tag = "tag:digest.papers.example.org,2026-01-01:edition/2026-W11"
    assert names.edition_tag_uri(replace(SITE, url=url), "2026-W11") == tag


def test_addresses_are_absolute_and_folders_end_with_a_slash() -> None:
    assert names.edition_url(SITE, "2026-03-11") == f"{SITE.url}/editions/2026-03-11/"
    assert names.paper_url(SITE, "a b") == f"{SITE.url}/papers/a%20b/"
    assert names.url(SITE, "feeds/rss.xml") == f"{SITE.url}/feeds/rss.xml"
