"""`digest preview` as a real process: what it serves, and what a browser sees while one works."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import warm
from judged import CHROMIUM

from digest.preview import pages
from digest.preview.board import Shown
from digest.theme import load

WAIT_SECONDS = 60  # how long a real process may take on a busy machine; no test measures time
ADDRESS = re.compile(r"the site stands at http://127\.0\.0\.1:(\d+)/")
WAVES = "We count the waves of an invented lake, and find that they come in sevens. " * 5


Answer = tuple[int, dict[str, str], str]
"""Status, head by names in small letters, body."""


class Preview:
    """A preview that runs, and what it said."""

    def __init__(self, root: Path, process: subprocess.Popen[bytes], log: Path) -> None:
        self.root = root
        self.process = process
        self._log = log
        self.port = int(self.until(ADDRESS)[1])

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def until(self, words: re.Pattern[str] | str, times: int = 1) -> re.Match[str]:
        """Wait until it has said something so many times."""
        end = time.monotonic() + WAIT_SECONDS
        while True:
            said = self._log.read_text("utf-8")
            found = list(re.finditer(words, said))
            if len(found) >= times:
                return found[-1]
            assert time.monotonic() < end, said
            assert self.process.poll() is None, said
            time.sleep(0.02)

    def get(
        self, path: str, method: str = "GET", host: str = ""
    ) -> tuple[int, dict[str, str], str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT_SECONDS)
        connection.request(method, path, headers={"Host": host or f"127.0.0.1:{self.port}"})
        answer = connection.getresponse()
        told = {name.lower(): value for name, value in answer.getheaders()}
        body = answer.read().decode("utf-8", "replace")
        connection.close()
        return answer.status, told, body

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")


def digest(root: Path, *arguments: str, code: int = 0) -> str:
    done = warm.run("--dir", root, *arguments)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def preview(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Preview]:
    """A preview of the samples; its newsletter waits for approval."""
    root = tmp_path_factory.mktemp("preview") / "letter"
    digest(root.parent, "init", "--samples", str(root))
    digest(root, "ingest")
    config = (root / "digest.toml").read_text("utf-8")
    assert "\n#approval = false" in config
    config = config.replace("\n#approval = false", "\napproval = true")
    (root / "digest.toml").write_text(config, "utf-8")
    log = root.parent / "log.txt"
    with log.open("wb") as stream, started(root, stream) as process:
        shown = Preview(root, process, log)
        shown.until(r"\d+ files in")
        yield shown


def started(root: Path, stream: Any, *options: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "digest", "--dir", str(root), "preview", "--port", "0"]
    process = subprocess.Popen([*command, *options], stdout=stream, stderr=stream)
    return Ended(process)  # type: ignore[return-value]


class Ended:
    """A process that is ended with the block."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def __enter__(self) -> subprocess.Popen[bytes]:
        return self._process

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()


# What it serves -------------------------------------------------------------------------------


def test_it_serves_the_site_as_it_would_be_published(preview: Preview) -> None:
    status, headers, page = preview.get("/")
    assert status == 200
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert "script-src 'self'" in headers["content-security-policy"]
    assert 'http-equiv="Content-Security-Policy"' not in page
    assert f'href="{preview.address}/"' in page, "feeds and mail lead to the preview"
    assert preview.get("/editions")[1]["location"] == "/editions/"
    assert preview.get("/feeds/rss.xml")[1]["content-type"] == "application/rss+xml"
    assert preview.get("/feeds/feed.json")[1]["content-type"] == "application/feed+json"
    assert preview.get("/style.css", "HEAD")[2] == ""
    assert not any((preview.root / "output").iterdir()), "nothing goes into the output"


def test_an_address_where_nothing_stands_shows_the_page_that_says_so(preview: Preview) -> None:
    for path in (
        "/nope",
        "/editions/nope/",
        "/.digest.json",
        "/../digest.toml",
        "/%2e%2e/digest.toml",
    ):
        status, _, page = preview.get(path)
        assert status == 404, path
        assert "Nothing stands at this address" in page, path


def test_it_answers_only_to_its_own_name(preview: Preview) -> None:
    assert preview.get("/", host="evil.example.org")[0] == 421
    assert preview.get("/", host=f"localhost:{preview.port}")[0] == 200


def test_drafts_are_shown_with_what_they_wait_for(preview: Preview) -> None:
    for path in ("/", "/editions/2026-03-12/", "/editions/2026-W11/"):
        assert "it waits for approval" in preview.get(path)[2], path
    assert "preview-draft" not in preview.get("/editions/")[2]
    preview.until(r"drafts: .*2026-03-12")


def test_a_build_records_nothing(preview: Preview) -> None:
    listed = json.loads(digest(preview.root, "edition", "list", "--json"))
    assert listed
    assert not any(each["sealed"] for each in listed)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (
            "default-src 'none'; style-src 'self'",
            "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'",
        ),
        (
            "script-src 'self' 'wasm-unsafe-eval'; connect-src 'none'; style-src &#39;none&#39;",
            "script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; style-src 'self'",
        ),
    ],
)
def test_a_page_keeps_its_policy_but_for_what_the_preview_needs(told: str, expected: str) -> None:
    page = f'<meta http-equiv="Content-Security-Policy" content="{told}">'.encode()
    assert pages.policy(page) == expected
    dressed = pages.dressed(page, "index.html", Shown(mark="m"), load(None, {}))
    assert dressed.startswith(
        page.replace(b'http-equiv="Content-Security-Policy"', b'name="policy"')
    )
    assert pages.policy(b"no policy") == ""


# What a browser sees --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api")
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed")
    with sync_api.sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)


@pytest.fixture
def tab(chromium: Any) -> Iterator[Any]:
    tab = chromium.new_page(viewport={"width": 320, "height": 700})
    tab.set_default_timeout(WAIT_SECONDS * 1000)
    yield tab
    tab.close()


@pytest.mark.browser
def test_a_page_is_shown_anew_when_a_template_changes_breaks_and_is_mended(
    preview: Preview, tab: Any
) -> None:
    said: list[str] = []
    tab.on("console", lambda message: said.append(message.text))
    shipped = load(None, {}).get_template("site/404.html").filename
    page = Path(shipped or "").read_text("utf-8")
    tab.goto(f"{preview.address}/nothing/here")
    preview.write("templates/site/404.html", page.replace("No such page", "Lost at sea"))
    tab.wait_for_selector("h1:has-text('Lost at sea')")
    preview.write("templates/site/404.html", page.replace("{{ title }}", "{{ nobody }}"))
    alert = tab.wait_for_selector(".preview-error")
    line = page[: page.index("{{ title }}")].count("\n") + 1
    where = f"{preview.root / 'templates/site/404.html'}, line {line}"
    for words in ("'nobody' is undefined", where):
        assert words in alert.inner_text()
        preview.until(re.escape(words))
    assert "Lost at sea" in tab.inner_text("h1"), "the last good one is still served"
    assert tab.evaluate("document.documentElement.scrollWidth") <= 320
    preview.write("templates/site/404.html", page.replace("No such page", "Found again"))
    tab.wait_for_selector("h1:has-text('Found again')")
    assert tab.query_selector(".preview-error") is None
    assert [words for words in said if "404 (Not Found)" not in words] == []


@pytest.mark.browser
def test_a_page_is_shown_anew_when_the_settings_or_the_store_change(
    preview: Preview, tab: Any
) -> None:
    tab.goto(f"{preview.address}/")
    config = (preview.root / "digest.toml").read_text("utf-8")
    preview.write("digest.toml", config.replace('title = "Trending papers"', 'title = "Lakes"'))
    tab.wait_for_selector("h1:has-text('Lakes')")
    preview.write("digest.toml", config.replace("[edition]", "[edition"))
    assert "is not TOML" in tab.wait_for_selector(".preview-error").inner_text()
    preview.write("digest.toml", config)
    tab.wait_for_selector("h1:has-text('Trending papers')")
    listing = [{"paper": {"id": "2603.90999", "title": "Sevens in Waves", "summary": WAVES}}]
    preview.write("inbox/2026-03-13.json", json.dumps(listing))
    preview.until("in the inbox: 2026-03-13.json; shown once")
    assert not tab.query_selector("text=Sevens in Waves")
    digest(preview.root, "ingest")
    tab.wait_for_selector("text=Sevens in Waves")


# How it begins and ends -----------------------------------------------------------------------


def test_ctrl_c_ends_it_in_the_midst_of_a_build_and_leaves_nothing(
    preview: Preview, tmp_path: Path
) -> None:
    log = tmp_path / "log.txt"
    environ = {**os.environ, "TMPDIR": str(tmp_path)}
    command = [sys.executable, "-m", "digest", "--dir", str(preview.root), "preview", "--port", "0"]
    with log.open("wb") as stream:
        process = subprocess.Popen(command, stdout=stream, stderr=stream, env=environ)
        with Ended(process):
            Preview(preview.root, process, log)
            process.send_signal(signal.SIGINT)
            assert process.wait(WAIT_SECONDS) == 0
    assert [path.name for path in tmp_path.iterdir()] == ["log.txt"]


def test_a_port_that_is_taken_is_told(preview: Preview) -> None:
    told = digest(preview.root, "preview", "--port", str(preview.port), code=2)
    assert "another program listens there" in told


def test_a_newsletter_without_anything_shows_that_nothing_was_published(tmp_path: Path) -> None:
    root = tmp_path / "letter"
    digest(tmp_path, "init", str(root))
    log = tmp_path / "log.txt"
    with log.open("wb") as stream, started(root, stream) as process:
        shown = Preview(root, process, log)
        shown.until(r"\d+ files in")
        assert "Nothing has been published yet" in shown.get("/")[2]
        assert not (root / "digest.db").exists()
