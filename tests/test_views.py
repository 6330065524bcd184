"""The views of a whole newsletter: what each leads to, and what a new day touches of them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import flow
import pytest
import webroom
from flow import SITE, Letter, api, broken_links, make, page
from lxml import html as lxml_html

from digest.cli import work
from digest.errors import ConfigError
from digest.models import SubscriberState
from digest.settings import load

FIRST = date(2025, 12, 29)
TOPICS = '[topics.video]\ntitle = "Moving pictures"\nwords = ["video"]\n'


def letter(root: Path, config: str = TOPICS, at: datetime = flow.AT) -> Letter:
    root.mkdir(exist_ok=True)
    (root / "digest.toml").write_text(f'[site]\nurl = "{SITE}"\n{config}', "utf-8")
    return make(root, at)


def run(made: Letter, day: date, numbers: range) -> set[str]:
    """Let a day's listing come, and publish; return what that touched."""
    made.at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    made.drop(f"{day}.txt", page(day, numbers))
    return set(made.run().published)


def parsed(made: Letter, path: str) -> lxml_html.HtmlElement:
    return lxml_html.document_fromstring((made.folder / path).read_text("utf-8"))


def words(found: lxml_html.HtmlElement) -> str:
    return " ".join(found.text_content().split())


@pytest.fixture(scope="module")
def weeks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Letter, list[set[str]]]]:
    """Six days over the turn of a year, each published when it came; and what each touched."""
    made = letter(tmp_path_factory.mktemp("views") / "letter")
    days = [FIRST + timedelta(days=n) for n in (0, 1, 2, 4, 8, 9)]
    touched = [run(made, day, range(n * 4, n * 4 + 6)) for n, day in enumerate(days)]
    yield made, touched
    made.close()


def test_publishing_day_by_day_is_as_publishing_all_at_once(
    weeks: tuple[Letter, list[set[str]]],
) -> None:
    made, _ = weeks
    assert broken_links(made.folder) == []
    assert work.publish(made, everything=True) == ()


def test_a_new_day_touches_the_day_before_and_its_own_week_month_and_year(
    weeks: tuple[Letter, list[set[str]]],
) -> None:
    last = {path for path in weeks[1][-1] if path.startswith("editions/")}
    pages = {path for path in last if path.endswith("index.html")}
    assert pages == {
        "editions/index.html",
        "editions/2026/index.html",
        "editions/2026-01/index.html",
        "editions/2026-W02/index.html",
        "editions/2026-01-06/index.html",
        "editions/2026-01-07/index.html",
    }
    of_the_day_before = {path for path in last if "/2026-01-06/" in path}
    assert of_the_day_before == {"editions/2026-01-06/index.html"}


def test_a_new_year_touches_the_calendar_of_the_one_before(
    weeks: tuple[Letter, list[set[str]]],
) -> None:
    made, touched = weeks
    assert "editions/2025/index.html" in touched[3]
    assert not any("editions/2025/index.html" in each for each in touched[4:])
    (link,) = parsed(made, "editions/2025/index.html").xpath("//nav[@class='around']/a")
    assert (link.get("rel"), words(link)) == ("next", "After 2026")
    years = parsed(made, "editions/index.html").xpath("//nav[@class='crumbs']/a/@href")
    assert years == ["../editions/2026/index.html", "../editions/2025/index.html"]


def test_editions_lead_to_those_beside_them_over_gaps_and_years(
    weeks: tuple[Letter, list[set[str]]],
) -> None:
    made, _ = weeks
    shown = parsed(made, "editions/2026-01-02/index.html")
    assert [words(each) for each in shown.xpath("//nav[@class='around']/a")] == [
        "Before Wednesday 31 December 2025",
        "After Tuesday 6 January 2026",
    ]
    assert [words(each) for each in shown.xpath("//nav[@class='crumbs']/a")] == [
        "Editions",
        "2026",
        "January 2026",
        "Week 1 of 2026 (29 December 2025 – 4 January 2026)",
    ]
    week = parsed(made, "editions/2026-W01/index.html")
    assert [words(each) for each in week.xpath("//nav[@class='its-days']/a")] == [
        *("29", "30", "31", "2")
    ]


def test_the_curve_of_a_topic_tells_of_its_weeks_in_words_and_in_a_table(
    weeks: tuple[Letter, list[set[str]]],
) -> None:
    made, _ = weeks
    shown = parsed(made, "topics/video/index.html")
    rows = {words(each.find("th")): words(each.find("td")) for each in shown.xpath("//tbody/tr")}
    days = {
        day: told["topics"]["video"]
        for year in (2025, 2026)
        for day, told in json.loads((made.folder / f"editions/{year}/days.json").read_bytes())[
            "days"
        ].items()
    }
    assert sum(days.values()) == sum(map(int, rows.values())) > 1
    first = sum(count for day, count in days.items() if day <= "2026-01-04")
    assert rows == {
        "5 January 2026": str(sum(days.values()) - first),
        "29 December 2025": str(first),
    }
    (curve,) = shown.xpath("//figure/*[local-name()='svg']/@aria-label")
    assert curve.startswith("New papers a week, from 29 December 2025 to 5 January 2026: ")


def test_what_the_output_tells_of_days_is_believed_as_far_as_it_can_be_read(
    tmp_path: Path,
) -> None:
    made = letter(tmp_path / "letter")
    run(made, date(2026, 1, 5), range(6))
    figures = made.folder / "editions/2026/days.json"
    broken = (b"[]", b'{"days": {"2026-01-05": {"new": "many"}, "2026-01-06": 3}}')
    for n, content in enumerate(broken, 1):
        figures.write_bytes(content)
        run(made, date(2026, 1, 5 + n), range(n * 4, n * 4 + 6))
        assert work.publish(made, everything=True) == ()
    made.close()


def test_what_trends_is_told_with_how_it_moved(tmp_path: Path) -> None:
    made = letter(tmp_path / "letter", "")
    made.drop("2026-03-11.json", api(range(3), votes=5))
    made.drop("2026-03-12.json", api((2, 9), votes=80))
    made.run()
    shown = parsed(made, "trending/index.html")
    moves = [words(each) for each in shown.xpath("//p[@class='rank']")]
    assert moves == ["1 ▲ 2up 2 places", "2 new", "3 ▼ 2down 2 places", "4 ▼ 2down 2 places"]
    assert len(shown.xpath("//ol[@class='ranks']//*[local-name()='svg']/@aria-label")) == 4
    tabs = shown.xpath("//nav[@class='tabs']/a")
    assert [(words(each), each.get("aria-current")) for each in tabs] == [
        ("Now", "page"),
        ("This week", None),
        ("This month", None),
    ]
    first = parsed(made, "index.html").xpath("//aside/section[1]//li")
    assert words(first[0]).endswith(" ▲ 2up 2 places")
    week = parsed(made, "trending/week/index.html")
    assert not week.xpath("//span[starts-with(@class, 'move')]")
    made.close()


def test_a_day_on_which_all_was_known_is_told_on_the_first_page(tmp_path: Path) -> None:
    made = letter(tmp_path / "letter", "")
    run(made, date(2026, 3, 11), range(8))
    touched = run(made, date(2026, 3, 12), range(8))
    (told,) = parsed(made, "index.html").xpath("//ul[@class='heard']/li")
    assert words(told) == "All 8 papers listed had been seen before."
    assert "index.html" in touched
    made.close()


# What the newsletter says of itself -----------------------------------------------------------


def test_the_page_about_it_begins_with_a_file_of_ones_own(tmp_path: Path) -> None:
    config = 'about = "about.md"\ncontact = "mailto:us@example.org?subject=A%20paper"\n'
    made = letter(tmp_path / "letter", config)
    (tmp_path / "letter/about.md").write_text("Run by *two* people.\n\n- one\n", "utf-8")
    run(made, date(2026, 3, 11), range(3))
    shown = parsed(made, "about/index.html")
    assert shown.xpath("string(//div[@class='own']/p/em)") == "two"
    assert len(shown.xpath("//a[@href='mailto:us@example.org?subject=A%20paper']")) == 2
    before = made.press.fingerprint
    made.close()
    (tmp_path / "letter/about.md").write_text("Run by nobody.\n", "utf-8")
    made = Letter(tmp_path / "letter", load(tmp_path / "letter", environ={}))
    assert made.press.fingerprint != before
    made.close()
    (tmp_path / "letter/about.md").unlink()
    with pytest.raises(ConfigError, match=r"site\.about cannot be read: No such file"):
        _ = letter(tmp_path / "letter", config).site


@pytest.mark.parametrize(
    ("config", "href"),
    [
        (
            'subscribe = "https://lists.example.org/join?l=1"\n',
            "https://lists.example.org/join?l=1",
        ),
        ('subscribe = "mailto:join@example.org"\n', "mailto:join@example.org"),
        ("", None),
    ],
)
def test_without_a_form_the_page_to_subscribe_leads_elsewhere_or_to_feeds(
    tmp_path: Path, config: str, href: str | None
) -> None:
    made = letter(tmp_path / "letter", config)
    run(made, date(2026, 3, 11), range(3))
    shown = parsed(made, "subscribe/index.html")
    assert shown.xpath("//a[@class='button']/@href") == ([href] if href else [])
    assert not shown.xpath("//form")
    assert "../feeds/atom.xml" in shown.xpath("//main//a/@href")
    assert "form-action 'none'" in shown.xpath("string(//meta[@http-equiv]/@content)")
    made.close()


def test_the_form_of_the_page_to_subscribe_is_taken(tmp_path: Path) -> None:
    """From the site's own address, as a browser sends it: with its origin, to another host."""
    with webroom.opened(tmp_path) as room:
        room.letter.drop("2026-03-12.txt", page("Mar 12", range(3)))
        room.letter.run()
        shown = parsed(room.letter, "subscribe/index.html")
        policy = str(shown.xpath("string(//meta[@http-equiv]/@content)"))
        (form,) = shown.forms
        assert f"form-action {webroom.WEB};" in f"{policy};"
        assert (form.method, form.action) == ("POST", f"{webroom.WEB}/subscribe")
        form.fields["address"] = "reader@example.org"
        form.fields["cadence"] = "weekly"
        assert shown.xpath("//*[@name='website']/ancestor::p/@hidden") == [""]
        headers = {"Origin": SITE, "Sec-Fetch-Site": "cross-site"}
        answer = room.post("/subscribe", form.form_values(), **headers)
        assert (answer.status, answer.headers["location"]) == (303, "/check")
        (mail,) = room.mails()
        assert room.post(room.path_in(mail, "confirm")).status == 200
        from digest.addresses import parse

        found = room.office.registry.find(parse("reader@example.org"))
        assert found is not None
        assert (found.state, found.preferences.cadence) == (SubscriberState.ACTIVE, "week")
