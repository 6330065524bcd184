"""Topics as readers meet them: pages, feeds, and what papers tell of them everywhere else."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import builders
import feedparser
import pytest
import xss
from feed_rules import complaints
from flow import SITE, Letter, broken_links, make, page, times, tree
from formulas import as_text
from lxml import html as lxml_html
from test_feeds_valid import NOW, SITES, with_words
from test_feeds_valid import day as feed_day
from test_to_site import TEMPLATES, day
from warm import digest

from digest.cli import work
from digest.models import Delivery, Edition, Paper, Preferences, Rendered
from digest.pipeline.letters import Letters
from digest.pipeline.publish import publish
from digest.render import (
    names,
    to_editions,
    to_email,
    to_feeds,
    to_json,
    to_markdown,
    to_topics,
)
from digest.render.matches import Match, Matcher
from digest.render.to_letters import Mailing, Postmark
from digest.selection import Chooser
from digest.settings import load
from digest.tokens import Signer
from digest.topics import Look, Topic, TopicRule, Why, by_name

NOON = datetime(2026, 3, 12, 12, tzinfo=UTC)
VIDEO = TopicRule(name="video", title="Moving pictures", words=("video",))
ROBOTS = TopicRule(name="robots", words=("robot*",), phrases=("fold cloth",))
CONFIG = f"""
[site]
url = "{SITE}"
[feeds]
hub = ["https://hub.example.org/"]
"""
TOPICS = """
[topics.video]
title = "Moving pictures"
words = ["video"]
[topics.robots]
words = ["robot*"]
phrases = ["fold cloth"]
"""


def matcher(*rules: TopicRule) -> Matcher:
    return Matcher(by_name(rules or (VIDEO, ROBOTS)).values())


def letter(root: Path, config: str = CONFIG + TOPICS) -> Letter:
    """Open a newsletter of these settings, on which two dumps have come by then."""
    root.mkdir(exist_ok=True)
    (root / "digest.toml").write_text(config, "utf-8")
    return make(root, NOON)


def published(root: Path, config: str = CONFIG + TOPICS) -> Letter:
    made = letter(root, config)
    made.drop("2026-03-11.txt", page("Mar 11", range(20)))
    made.drop("2026-03-12.txt", page("Mar 12", range(20, 40)))
    made.run()
    return made


def of_topics(folder: Path) -> list[str]:
    return [path for path in tree(folder) if "topics" in path]


@pytest.fixture(scope="module")
def output(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    made = published(tmp_path_factory.mktemp("topics") / "letter")
    yield made.folder
    made.close()


# A newsletter of two topics -------------------------------------------------------------------


def test_each_topic_has_a_page_and_three_feeds_and_no_link_is_broken(output: Path) -> None:
    assert of_topics(output) == [
        *(f"feeds/topics/robots.{kind}" for kind in ("atom.xml", "json", "rss.xml")),
        *(f"feeds/topics/video.{kind}" for kind in ("atom.xml", "json", "rss.xml")),
        "topics/index.html",
        "topics/robots/index.html",
        "topics/video/index.html",
    ]
    assert broken_links(output) == []


@pytest.mark.parametrize("name", ["video", "robots"])
def test_the_feeds_of_a_topic_hold_its_papers_as_the_feed_of_papers_does(
    output: Path, name: str
) -> None:
    papers = json.loads((output / "feeds/feed.json").read_bytes())["items"]
    mine = json.loads((output / f"feeds/topics/{name}.json").read_bytes())
    asked = {"video": "Driftwood", "robots": "Paper Boats"}[name]
    assert mine["items"] == [item for item in papers if item["title"].startswith(asked)]
    assert len(mine["items"]) == 4
    assert mine["feed_url"] == f"{SITE}/feeds/topics/{name}.json"
    assert mine["home_page_url"] == f"{SITE}/topics/{name}/"
    assert mine["hubs"] == [{"type": "WebSub", "url": "https://hub.example.org/"}]
    ids = [item["id"] for item in mine["items"]]
    assert all(each.startswith("tag:digest.localhost,2026-01-01:paper/") for each in ids)
    for kind in ("rss", "atom"):
        feed = feedparser.parse((output / f"feeds/topics/{name}.{kind}.xml").read_bytes())
        assert not feed.bozo
        assert [entry.id for entry in feed.entries] == ids
        links = {(link.rel, link.href) for link in feed.feed.links}
        assert ("self", f"{SITE}/feeds/topics/{name}.{kind}.xml") in links
        assert ("hub", "https://hub.example.org/") in links
    title = {"video": "Moving pictures", "robots": "robots"}[name]
    assert mine["title"] == feed.feed.title == f"Trending papers: {title}"


def test_a_topic_is_a_category_in_all_feeds(output: Path) -> None:
    for path in ("feeds/feed.json", "feeds/topics/video.json"):
        for item in json.loads((output / path).read_bytes())["items"]:
            is_video = item["title"].startswith("Driftwood")
            assert ("Moving pictures" in item.get("tags", [])) is is_video
    for path in ("feeds/rss.xml", "feeds/atom.xml", "feeds/topics/video.rss.xml"):
        for entry in feedparser.parse((output / path).read_bytes()).entries:
            terms = [tag.term for tag in entry.get("tags", [])]
            assert ("Moving pictures" in terms) is entry.title.startswith("Driftwood")


def test_the_archive_of_feeds_tells_topics_as_they_are_published(tmp_path: Path) -> None:
    made = letter(tmp_path / "letter")
    for number in range(8, 13):
        drop = page(f"Mar {number}", range(number * 10, number * 10 + 3))
        made.drop(f"2026-03-{number:02}.txt", drop)
    made.run()
    for number in range(8, 12):
        file = made.folder / f"feeds/archive/2026-03-{number:02}.feed.json"
        tags = [item.get("tags") for item in json.loads(file.read_bytes())["items"]]
        assert sorted(filter(None, tags)) == [["Moving pictures"]]
    made.close()


def test_the_archive_of_feeds_tells_topics_too() -> None:
    ((item, *_),) = (
        json.loads(file.content)["items"]
        for file in to_feeds.render_archive_of_papers(
            to_feeds.ArchivePage(name="2026-03-11", days=()),
            [builders.edition(1, 0, 0)],
            builders.SITE,
            TEMPLATES,
            matcher(),
        )
        if file.path.endswith(".json")
    )
    assert item["tags"] == ["Moving pictures"]


def test_a_topics_page_says_what_it_asks_for_and_why_each_paper_is_there(output: Path) -> None:
    shown = parsed(output, "topics/robots/index.html")
    assert shown.xpath("string(//h1)") == "robots"
    assert words(shown.xpath("//main/div/p[1]")) == "4 new papers since 11 March 2026."
    rule = shown.xpath("//main//dl")[0]
    assert words([rule]) == "Words“robot*”, “fold cloth”"
    assert shown.xpath("//section/h2/a/time/@datetime") == ["2026-03-12", "2026-03-11"]
    why = [words([told]) for told in shown.xpath("//p[starts-with(., 'Matches')]")]
    assert len(why) == 4
    assert set(why) == {
        "Matches: “robots” in the title and the abstract; "
        "“fold cloth” in the title and the abstract."
    }
    feeds = [str(link) for link in shown.xpath("//link[@rel='alternate']/@href")]
    assert feeds[:3] == [
        f"../../feeds/topics/robots.{kind}" for kind in ("rss.xml", "atom.xml", "json")
    ]
    assert set(shown.xpath("//main//p/a/@href")) >= set(feeds[:3])


def test_all_topics_stand_on_a_page_of_their_own_and_are_found_from_everywhere(
    output: Path,
) -> None:
    shown = parsed(output, "topics/index.html")
    assert [words([each]) for each in shown.xpath("//h2")] == ["Moving pictures", "robots"]
    assert words(shown.xpath("//article[1]/p[1]")) == (
        "4 new papers since 11 March 2026. The latest in Thursday 12 March 2026."
    )
    for path in tree(output):
        if path.endswith("index.html") or path == "404.html":
            menu = parsed(output, path).xpath("//nav/a/@href")
            assert any(str(link).endswith("topics/index.html") for link in menu), path
    first = parsed(output, "index.html")
    assert first.xpath("//aside//a[.='Moving pictures']/@href") == ["topics/video/index.html"]


def test_a_paper_tells_its_topics_wherever_it_stands(output: Path) -> None:
    folder = output / "editions/2026-03-12"
    document = json.loads((folder / "papers.json").read_bytes())
    told = {paper["title"]: paper["topics"] for paper in document["new"]}
    assert {title.split()[0]: topics for title, topics in told.items() if topics} == {
        "Driftwood": ["video"],
        "Paper": ["robots"],
    }
    for path in ("editions/2026-03-12/index.html", "editions/2026-W11/index.html", "index.html"):
        links = parsed(output, path).xpath("//article//a[.='Moving pictures']/@href")
        assert {str(link).rpartition("../")[2] for link in links} == {"topics/video/index.html"}
    (slug, *_) = [paper["page"].split("/")[-2] for paper in document["new"] if paper["topics"]]
    row = parsed(output, f"papers/{slug}/index.html").xpath("//dt[.='Topics']/../dd/a/@href")
    assert len(row) == 1
    markdown = (folder / "digest.md").read_text("utf-8")
    assert markdown.count(f"[Moving pictures]({SITE}/topics/video/)") == 2
    assert (folder / "email.txt").read_text("utf-8").count(" · Moving pictures\n") == 2
    assert (folder / "email.html").read_text("utf-8").count(" · Moving pictures</p>") == 2


def test_the_command_shows_what_the_file_tells(output: Path) -> None:
    told = digest(output.parent, "edition", "show", "2026-03-12", "--json")
    assert json.loads(told) == json.loads((output / "editions/2026-03-12/papers.json").read_bytes())


def parsed(output: Path, path: str) -> lxml_html.HtmlElement:
    return lxml_html.document_fromstring((output / path).read_text("utf-8"))


def words(found: list[lxml_html.HtmlElement]) -> str:
    return " ".join(found[0].text_content().split())


# What changes, and what does not --------------------------------------------------------------


def test_without_topics_nothing_of_them_is_written(tmp_path: Path) -> None:
    made = published(tmp_path / "letter", CONFIG)
    assert of_topics(made.folder) == []
    of_all = {"feeds/index.html", "search/index.html", "search/titles.js"}
    assert {path for path, held in tree(made.folder).items() if b"opic" in held} <= of_all
    made.close()


def test_publishing_again_with_nothing_new_changes_no_byte(tmp_path: Path) -> None:
    made = published(tmp_path / "letter")
    before = times(made.folder)
    assert made.run().published == ()
    assert work.publish(made, everything=True) == ()
    assert times(made.folder) == before
    made.close()


def test_a_topic_that_is_added_or_changed_shows_in_all_that_was_published(tmp_path: Path) -> None:
    root = tmp_path / "letter"
    published(root, CONFIG).close()
    fresh = published(tmp_path / "fresh")
    fresh.close()
    for config in (CONFIG + TOPICS.replace("pictures", "images"), CONFIG + TOPICS):
        made = letter(root, config)
        work.publish(made, everything=False)
        made.close()
    assert shown(made) == shown(fresh)


def test_a_topic_that_ended_leaves_a_page_and_no_feed(tmp_path: Path) -> None:
    root = tmp_path / "letter"
    published(root).close()
    one = CONFIG + TOPICS.partition("[topics.robots]")[0]
    made = letter(root, one)
    changed = work.publish(made, everything=False)
    made.close()
    assert {path for path in changed if "robots" in path and "topics" in path} == {
        "topics/robots/index.html",
        *(f"feeds/topics/robots.{kind}" for kind in ("rss.xml", "atom.xml", "json")),
    }
    assert broken_links(made.folder) == []
    assert {path for path in of_topics(made.folder) if "robots" in path} == {
        "topics/robots/index.html"
    }
    left = (made.folder / "topics/robots/index.html").read_text(encoding="utf-8")
    assert "no longer followed" in left
    assert "noindex" in left
    made = letter(root, CONFIG)
    work.publish(made, everything=False)
    assert work.publish(made, everything=True) == ()
    made.close()
    there = of_topics(made.folder)
    assert "topics/index.html" in there
    assert all(path.startswith("topics/") and "no longer" in read(made, path) for path in there)
    fresh = published(tmp_path / "fresh", CONFIG)
    fresh.close()
    kept = {path: held for path, held in shown(made).items() if path not in there}
    assert kept == shown(fresh)


def read(made: Letter, path: str) -> str:
    return (made.folder / path).read_text(encoding="utf-8")


def test_a_topic_with_another_name_is_found_by_the_old_one(tmp_path: Path) -> None:
    root = tmp_path / "letter"
    published(root).close()
    renamed = TOPICS.replace("[topics.robots]", '[topics.machines]\nformerly = ["robots", "bots"]')
    made = letter(root, CONFIG + renamed)
    work.publish(made, everything=False)
    made.close()
    for old in ("robots", "bots"):
        left = read(made, f"topics/{old}/index.html")
        assert (
            '<meta http-equiv="refresh" content="0; url=../../topics/machines/index.html">' in left
        )
        assert '<link rel="canonical" href="https://papers.example.org/topics/machines/">' in left
        for kind in ("rss.xml", "atom.xml", "json"):
            assert read(made, f"feeds/topics/{old}.{kind}") == read(
                made, f"feeds/topics/machines.{kind}"
            )
    assert broken_links(made.folder) == []
    fresh = published(tmp_path / "fresh", CONFIG + renamed)
    fresh.close()
    assert shown(made) == shown(fresh)


def shown(made: Letter) -> dict[str, bytes]:
    """What an output shows, without what names its store."""
    return {path: held for path, held in tree(made.folder).items() if path != ".digest.json"}


def test_no_link_is_broken_at_any_moment_as_topics_come_and_go(tmp_path: Path) -> None:
    root = tmp_path / "letter"
    moments = 0
    for config in (CONFIG, CONFIG + TOPICS, CONFIG + TOPICS.partition("[topics.robots]")[0]):
        made = letter(root, config)
        if not moments:
            made.drop("2026-03-12.txt", page("Mar 12", range(4)))
            work.ingest(made, None)

        def watched(files: Iterable[Rendered], folder: Path = made.folder) -> Iterator[Rendered]:
            nonlocal moments
            for file in files:
                assert broken_links(folder) == []
                moments += 1
                yield file

        publish(made.store, made.output, made.press, NOON, watched, everything=False)
        assert broken_links(made.folder) == []
        made.close()
    assert moments > 100


def test_the_feeds_of_topics_that_are_no_more_are_told() -> None:
    left = ["old.rss.xml", "old.atom.xml", "old.json", "video.json"]
    feeds = {f"feeds/topics/old.{kind}" for kind in ("rss.xml", "atom.xml", "json")}
    assert set(to_topics.gone(left, matcher())) == feeds


def test_the_fingerprint_is_of_topics_where_there_are_any(tmp_path: Path) -> None:
    prints = set()
    for config in (CONFIG, CONFIG + TOPICS, CONFIG + TOPICS.replace("robot*", "robots")):
        made = letter(tmp_path / "letter", config)
        assert made.press.site.has_topics is bool(made.settings.topics)
        prints.add(made.press.fingerprint)
    assert len(prints) == 3


class Counted(Topic):
    """A topic that counts what it is asked."""

    asked = 0

    def match_look(self, seen: Look) -> Why | None:
        Counted.asked += 1
        return super().match_look(seen)


def test_each_paper_is_matched_once_a_run(tmp_path: Path) -> None:
    made = published(tmp_path / "letter")
    topics = {"video": Counted(VIDEO), "robots": Counted(ROBOTS)}
    made.press = replace(made.press, topics=topics)
    Counted.asked = 0
    work.publish(made, everything=True)
    made.close()
    assert Counted.asked == 40 * 2


# Pages and feeds by themselves ----------------------------------------------------------------


def rendered(
    editions: list[Edition], told: Matcher, site: object = builders.SITE, most: int = 100
) -> dict[str, bytes]:
    files: list[Rendered] = []
    papers = to_feeds.papers_of(editions, told)
    files += to_feeds.render_topics(papers, told.topics, site, TEMPLATES, most)
    files += to_topics.render(editions, site, TEMPLATES, told, most)
    return {file.path: file.content for file in files}


@pytest.mark.parametrize("site", SITES.values(), ids=SITES)
@pytest.mark.parametrize("papers", [0, 1, 40])
def test_there_is_nothing_to_say_of_a_feed_of_a_topic(site: object, papers: int) -> None:
    odd = TopicRule(name="odd", title="R&D <b>, 1 < 2 &amp; more", words=("a*",))
    editions = [feed_day(0, papers), feed_day(-1, papers)] if papers else []
    files = rendered(editions, matcher(VIDEO, odd), site)
    feeds = {path: held for path, held in files.items() if path.startswith("feeds/")}
    assert len(feeds) == 6
    said = {path: complaints(held, f"{site.url}/{path}", NOW) for path, held in feeds.items()}
    assert {path: told for path, told in said.items() if told} == {}


def test_a_topic_shows_no_more_than_the_feeds_of_papers_do_but_whole_days() -> None:
    everything = matcher(TopicRule(name="all", title="All", words=("a*",)))
    editions = [day(0, new=6), day(1, new=3), day(2, new=3)]
    shown = {most: rendered(editions, everything, most=most) for most in (4, 9, 11, 12)}
    items = {
        most: len(json.loads(files["feeds/topics/all.json"])["items"])
        for most, files in shown.items()
    }
    assert items == {4: 4, 9: 9, 11: 11, 12: 12}
    cards = {
        most: lxml_html.document_fromstring(files["topics/all/index.html"].decode())
        for most, files in shown.items()
    }
    assert {most: len(tree_.xpath("//article")) for most, tree_ in cards.items()} == {
        4: 6,
        9: 9,
        11: 9,
        12: 12,
    }
    assert "and 3 more in earlier editions." in " ".join(cards[9].text_content().split())
    assert " more in " not in cards[12].text_content()


def test_a_paper_leads_to_its_other_topics_from_a_topics_page() -> None:
    told = matcher(VIDEO, TopicRule(name="all", title="All", words=("a*",)))
    found = lxml_html.document_fromstring(
        rendered([day(0, new=1)], told)["topics/video/index.html"].decode()
    )
    assert found.xpath("//article/p[1]//a/@href") == ["../../topics/all/index.html"]


def test_before_there_is_an_edition_the_pages_say_so() -> None:
    for path, held in rendered([], matcher()).items():
        if path.endswith(".html"):
            assert b"There is no edition yet." in held


@pytest.mark.parametrize("hostile", xss.STRINGS + xss.URLS)
def test_hostile_text_makes_no_element_of_a_topics_pages(hostile: str) -> None:
    def pages(told: str) -> list[lxml_html.HtmlElement]:
        rules = [
            TopicRule(name=name, title=told, words=("a*", told), authors=(told, "Ada"))
            for name in ("one", "two")
        ]
        edition = with_words(told)
        paper = replace(edition.new[0].paper, summary="all of it")
        edition = replace(edition, new=(replace(edition.new[0], paper=paper),), note="")
        files = rendered([edition], matcher(*rules))
        own = to_editions.render_edition(edition, builders.SITE, TEMPLATES, matcher(*rules))
        files[own.path] = own.content
        return [
            lxml_html.document_fromstring(held.decode())
            for path, held in files.items()
            if path.endswith(".html")
        ]

    for found in pages(hostile):
        assert not found.xpath("//script | //style | //iframe | //form | //@style | //@onerror")
        for link in map(str, found.xpath("//@href | //@src")):
            assert link.partition(":")[0].lower() not in ("javascript", "data", "vbscript")
        assert as_text(found).xpath("//main")


def test_hostile_titles_are_shown_as_they_are_in_mail_and_markdown() -> None:
    odd = TopicRule(name="odd", title="<b>*R&D*</b> [x](y) | `z`", words=("a*",))
    edition = builders.edition(1, 0, 0)
    files = {f.path.rpartition("/")[2]: f.content.decode() for f in _formats(edition, matcher(odd))}
    assert "&lt;b&gt;*R&amp;D*&lt;/b&gt; [x](y) | `z`" in files["email.html"]
    assert "<b>*R&D*</b> [x](y) | `z`" in files["email.txt"]
    assert "<b>" not in files["digest.md"]
    assert "[x](y)" not in files["digest.md"]
    assert json.loads(files["papers.json"])["new"][0]["topics"] == ["odd"]


def _formats(edition: Edition, told: Matcher) -> Iterator[Rendered]:
    yield from to_json.render(edition, builders.SITE, told)
    yield from to_markdown.render(edition, builders.SITE, TEMPLATES, told)
    yield from to_email.render(edition, builders.SITE, TEMPLATES, matcher=told)


def test_where_there_are_topics_each_paper_of_the_json_has_its_own() -> None:
    with_topics = to_json.document(builders.edition(2, 1, 1), builders.SITE, matcher())
    without = to_json.document(builders.edition(2, 1, 1), builders.SITE)
    for section in ("new", "trending", "revised"):
        assert all("topics" in paper for paper in with_topics[section])
        assert not any("topics" in paper for paper in without[section])


def test_words_decide_and_votes_do_not() -> None:
    told = matcher(replace(VIDEO, exclude=("cloth",)))
    (match,) = told.of(builders.paper(1))
    assert (match.title, match.name) == ("Moving pictures", "video")
    assert match.why.startswith("“video” in the title")
    assert told.of(builders.paper(1, votes=77)) is told.of(builders.paper(1))
    assert told.of(builders.paper(1, abstract="Cloth.")) == ()
    assert told.of(builders.paper(1, title="Driftwood", abstract="")) == ()
    assert told.of(Paper(id=1, key="k", slug="k", title="A \ud800 video", abstract="")) != ()
    assert str(Match(title="Words")) == "Words"


# A reader's own mail --------------------------------------------------------------------------


def test_a_mail_tells_the_readers_own_topics_or_all_where_they_chose_none() -> None:
    rules = (VIDEO, TopicRule(name="all", title="Everything", words=("a*",)))
    topics, edition = by_name(rules), builders.edition(3, 0, 0)
    mailing = Mailing(
        edition,
        builders.SITE,
        TEMPLATES,
        budget_bytes=80_000,
        postmark=Postmark(signer=Signer(b"k" * 32)),
        matcher=Matcher(topics.values()),
    )
    chooser = Chooser(edition, topics)
    said = {}
    for asked in ((), ("video",), ("all", "video")):
        preferences = Preferences(topics=asked)
        delivery = Delivery(
            edition=edition.name,
            subscriber_id=7,
            address="reader@example.org",
            preferences=preferences,
            planned_at=NOON,
        )
        choice = chooser.choose(preferences)
        assert choice is not None
        letter_ = mailing.letter(delivery, choice)
        said[asked] = letter_.text
    assert said[()].count("Everything, Moving pictures") == 1
    assert "Your topics" not in said[()]
    assert "Everything" not in said["video",]
    assert said["video",].count("Moving pictures") == 2
    assert "Your topics: Everything, Moving pictures." in said["all", "video"]


def test_the_mail_that_is_sent_tells_the_topics_of_papers(tmp_path: Path) -> None:
    made = published(tmp_path / "letter")
    letters = Letters(made.store, made.press, Postmark(signer=Signer(b"k" * 32)), made.chooser_of)
    delivery = Delivery(
        edition="2026-03-12",
        subscriber_id=7,
        address="reader@example.org",
        preferences=Preferences(),
        planned_at=NOON,
    )
    envelope = letters.letter(delivery)
    made.close()
    assert envelope is not None
    assert envelope.content.count(b"=C2=B7 Moving pictures\r\n") == 2


def test_the_address_of_a_topic_is_made_of_its_name_alone() -> None:
    assert names.topic_url(builders.SITE, "video") == "https://papers.example.org/topics/video/"
    assert names.topic_tag_uri(builders.SITE, "video").endswith(":topic/video")
    paths = names.topic_feed_paths("video")
    assert list(paths.values()) == [
        f"feeds/topics/video.{kind}" for kind in ("rss.xml", "atom.xml", "json")
    ]


def test_settings_that_name_topics_are_taken_as_they_are(tmp_path: Path) -> None:
    made = letter(tmp_path / "letter")
    assert list(made.topics) == ["video", "robots"]
    assert load(made.root, environ={}).topics["robots"].phrases == ("fold cloth",)
