"""The settings: where they come from, what is refused and in which words, their documentation."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from digest.errors import ConfigError
from digest.settings import Settings, load, reference, shipped_config
from digest.settings.channels import ChannelSettings
from digest.settings.topics import TopicSettings

REPOSITORY = Path(__file__).resolve().parents[1]
EXAMPLES = {
    "topics": {
        "vision": TopicSettings(
            title="Computer vision",
            words=("segmentation", "diffus*"),
            phrases=("image generation", "vision-language model*"),
            categories=("cs.CV",),
            authors=("Ada Almeida",),
            exclude=("survey",),
            formerly=("image-analysis",),
        )
    },
    "channels": {"team": ChannelSettings.model_construct(kind="slack")},
}
"""Of sections that are many by name, the one that the shipped file shows."""


def newsletter(root: Path, text: str = "", place: str = "digest.toml") -> Path:
    file = root / place
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    return root


def refusal(root: Path, text: str, environ: dict[str, str] | None = None) -> str:
    with pytest.raises(ConfigError) as caught:
        load(newsletter(root, text), environ=environ or {})
    assert "`digest config check`" in caught.value.hint
    return str(caught.value)


def in_order(settings: Settings) -> Iterator[tuple[str, str, Any]]:
    for section, values in settings.model_dump(mode="json", by_alias=True).items():
        for name, value in values.items():
            yield section, name, value


def test_an_empty_file_gives_the_defaults_with_folders_below_the_newsletter(tmp_path: Path) -> None:
    settings = load(newsletter(tmp_path), environ={})
    assert settings.site == Settings().site
    assert settings.limits == Settings().limits
    assert settings.paths.inbox == tmp_path / "inbox"
    assert settings.paths.output == tmp_path / "output"
    assert settings.store.url == f"sqlite:///{tmp_path}/digest.db"


def test_the_defaults_look_at_nothing_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SITE", '{"title": "no"}')
    monkeypatch.setenv("DIGEST_SITE__TITLE", "no")
    assert Settings().site.title == "Trending papers"


def test_settings_cannot_be_changed_once_read() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings().site.title = "other"


def test_the_file_in_the_folder_goes_before_the_one_in_its_config_folder(tmp_path: Path) -> None:
    newsletter(tmp_path, '[site]\ntitle = "second"', "config/digest.toml")
    assert load(tmp_path, environ={}).site.title == "second"
    newsletter(tmp_path, '[site]\ntitle = "first"')
    assert load(tmp_path, environ={}).site.title == "first"
    other = tmp_path / "other.toml"
    other.write_text('[site]\ntitle = "named"')
    assert load(tmp_path, other, environ={}).site.title == "named"


def test_without_a_file_the_hint_is_digest_init(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"neither digest\.toml nor config/digest\.toml") as e:
        load(tmp_path, environ={})
    assert "digest init" in e.value.hint
    assert str(tmp_path) in str(e.value)


def test_the_environment_goes_before_the_file_setting_by_setting(tmp_path: Path) -> None:
    newsletter(tmp_path, '[site]\ntitle = "file"\nauthor = "file"\n[feeds]\npapers = 7')
    environ = {
        "DIGEST_SITE__TITLE": "env",
        "DIGEST_FEEDS__EDITIONS": "12",
        "DIGEST_MAIL__FROM": "a@b.org",
    }
    settings = load(tmp_path, environ=environ)
    assert (settings.site.title, settings.site.author) == ("env", "file")
    assert (settings.feeds.papers, settings.feeds.editions) == (7, 12)
    assert settings.mail.sender == "a@b.org"


@pytest.mark.parametrize(
    ("text", "environ", "expected"),
    [
        ("", {}, ()),
        ("[feeds]\nhub = ''", {}, ()),
        ("[feeds]\nhub = 'https://a.org/push/?x=1'", {}, ("https://a.org/push/?x=1",)),
        ("[feeds]\nhub = ['https://a.org/', 'https://b.org']", {}, ("https://a.org/", "https://b.org")),
        ("[feeds]\nhub = 'https://c.org'", {"DIGEST_FEEDS__HUB": "https://a.org/, https://b.org"},
         ("https://a.org/", "https://b.org")),
    ],
)  # fmt: skip
def test_a_hub_is_one_address_or_a_list(
    tmp_path: Path, text: str, environ: dict[str, str], expected: tuple[str, ...]
) -> None:
    assert load(newsletter(tmp_path, text), environ=environ).feeds.hub == expected


def test_other_variables_are_none_of_ours(tmp_path: Path) -> None:
    environ = {"DIGEST_TEST_POSTGRES": "x", "SITE__TITLE": "x", "DIGEST_": "x", "DIGEST_SITE": "{}"}
    assert load(newsletter(tmp_path), environ=environ).site == Settings().site


def test_a_secret_is_read_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("postgresql://me:pass@db/digest\n")
    for named in (str(tmp_path / "secret"), "secret"):
        settings = load(newsletter(tmp_path), environ={"DIGEST_STORE__URL_FILE": named})
        assert settings.store.url == "postgresql://me:pass@db/digest"


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"DIGEST_STORE__URL_FILE": "/nowhere"}, "URL_FILE names a file to read: No such file"),
        ({"DIGEST_STORE__URL_FILE": "x", "DIGEST_STORE__URL": "x"}, "store.url: is set twice"),
        ({"DIGEST_SITE__TITLE_FILE": "x"}, "site.title_file: there is no such setting"),
        ({"DIGEST_SITE__TITEL": "x"}, "did you mean site.title? (in DIGEST_SITE__TITEL)"),
        ({"DIGEST_SIET__TITLE": "x"}, "did you mean [site]? (in DIGEST_SIET__TITLE)"),
        ({"DIGEST_FEEDS__PAPERS": "many"}, "number, and is 'many' (in DIGEST_FEEDS__PAPERS)"),
        ({"DIGEST_FEEDS__PAPERS": ""}, "feeds.papers: must be a whole number, and is ''"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_the_environment_is_named_by_its_variable(
    tmp_path: Path, environ: dict[str, str], expected: str
) -> None:
    assert expected in refusal(tmp_path, "", environ)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[site]\nurl = 'ftp://x'", "with http:// or https://, and is 'ftp://x' (in "),
        ("[site]\nurl = 'example.org'", "begins with http://"),
        ("[site]\nurl = 'https://'", "begins with http://"),
        ("[site]\nurl = 'https://a:b@x.org'", "must be a plain web address"),
        ("[site]\nurl = 'https://x.org/?a=b'", "must be a plain web address"),
        ("[site]\nurl = 'https://x.org/a b'", "must be a plain web address"),
        ("[site]\nurl = 'https://x.org:http'", "site.url: Port could not be cast"),
        ('[site]\nurl = "https://x.org/\\n"', "one line"),
        ("[web]\nurl = 'http://x.org'", "web.url: must be a web address that begins with https://"),
        ("[web]\nurl = 'http://localhost.x.org'", "begins with https://"),
        ("[feeds]\nhub = 'http://x.org/'", "feeds.hub: must be a plain web address that begins"),
        ("[feeds]\nhub = 'https://a:b@x.org/'", "begins with https://"),
        ("[feeds]\nhub = ['https://x.org/', 'x']", "feeds.hub: must be a plain web address"),
        ("[feeds]\nhub = ['https://x.org/a\"b']", "must be a plain web address"),
        ("[feeds]\nhub = 'https://x.org/#a'", "without a #part"),
        ("[feeds]\nhub = 'https://x.org:http/'", "feeds.hub: Port could not be cast"),
        ("[feeds]\nhub = 5", "feeds.hub: must be text, in quotes, or a list"),
        ("[site]\ntitle = '  '", "site.title: must not be empty"),
        ("[site]\ntitle = 5", "site.title: must be text, in quotes, and is 5"),
        ('[site]\ntitle = "a\\nBcc: x"', "site.title: must be one line"),
        ("[site]\nlanguage = 'english please'", "site.language: must be a language tag"),
        ("[newsletter]\ntimezone = 'Mars/Olympus'", "newsletter.timezone: must be an IANA"),
        ("[newsletter]\ntimezone = 'Europe'", "must be an IANA time zone"),
        ("[newsletter]\ntimezone = '../UTC'", "must be an IANA time zone"),
        ("[newsletter]\ntimezone = ''", "must be an IANA time zone"),
        ("[store]\nurl = 'mysql://x/y'", "store.url: must begin with sqlite:/// or postgresql://"),
        ("[store]\nurl = 'digest.db'", "must begin with sqlite:///"),
        ("[store]\nurl = 'sqlite://'", "a database in memory forgets"),
        ("[store]\nurl = 'sqlite:///:memory:'", "a database in memory forgets"),
        ("[store]\nurl = 'sqlite:///x?timeout=abc'", "store.url: its timeout must be one number"),
        ("[store]\nurl = 'sqlite:///x.db?timeout='", "its timeout must be one number"),
        ("[store]\nurl = 'sqlite:///x.db?timeout=-1'", "its timeout must be one number"),
        ("[store]\nurl = 'sqlite:///x.db?timeout=nan'", "its timeout must be one number"),
        ("[store]\nurl = 'sqlite:///x.db?timeout=1e9'", "its timeout must be one number"),
        ("[store]\nurl = 'sqlite:///x?timeout=1&timeout=2'", "its timeout must be one number"),
        ("[mail]\nfrom = 'Digest <a@b.org>'", "mail.from: must be one e-mail address"),
        ("[mail]\nlist_id = 'a b'", "mail.list_id: must be a name with a dot"),
        ("[mail]\nreturn_path = 'bounces'", "mail.return_path: must be one e-mail address"),
        (f"[mail]\nreturn_path = '{'b' * 25}@x.org'", "must have at most 24 characters before"),
        (f"[web]\nurl = 'https://x.org/{'u' * 500}'", "web.url: String should have at most 500"),
        ("[mail]\nunsubscribe = 'http://x.org/u'", "mail.unsubscribe: must be an https address"),
        ("[mail]\nunsubscribe = 'https://a@x.org/u'", "must be an https address"),
        ("[mail]\nunsubscribe = 'https://x.org/a b'", "must be an https address"),
        ("[mail]\nunsubscribe = 'https://x.org/ü'", "must be an https address"),
        ("[mail]\nunsubscribe = 'https://x.org/>,<x'", "must be an https address"),
        ("[mail]\nunsubscribe = 'https://x.org:no/u'", "mail.unsubscribe: Port could not be cast"),
        (f"[mail]\nunsubscribe = 'https://x.org/{'u' * 900}'", "must be an https address"),
        ('[mail]\nunsubscribe = "https://x.org/u\\nBcc: x"', "must be an https address"),
        ("[mail]\nunsubscribe = 'mailto:x'", "must be an https address, or mailto:"),
        ("[mail]\nunsubscribe = 'mailto:?subject=x'", "must be an https address, or mailto:"),
        ("[mail]\nunsubscribe = 'a@b.org'", "must be an https address, or mailto:"),
        ("[mail]\nunsubscribe = 'javascript:alert(1)'", "must be an https address, or mailto:"),
        ("[mail]\nmax_html_bytes = 200000", "must be less than or equal to 100000"),
        ("[paths]\ninbox = ''", "paths.inbox: must name a folder"),
        ("[paths]\ninbox = '.'", "paths.inbox: must name a folder"),
        ("[paths]\ninbox = '..'", "paths.inbox: must be a folder of its own"),
        ("[paths]\noutput = '../../'", "paths.output: must be a folder of its own"),
        ("[paths]\ninbox = 'output/in'", "paths.output: must not be, or lie in,"),
        ("[paths]\ninbox = 'x'\noutput = 'x/../x'", "paths.output: must not be"),
        ("[limits]\nmax_papers = 0", "limits.max_papers: must be greater than or"),
        ("[limits]\nmax_papers = 1.5", "limits.max_papers: must be a whole number"),
        ("[limits]\nmax_papers = true", "limits.max_papers: must not be true or false"),
        ("[inbox]\nsweep_seconds = 0", "inbox.sweep_seconds: must be greater than 0"),
        ("[inbox]\nsweep_seconds = inf", "inbox.sweep_seconds: must be"),
        ("[trending]\nhalf_life_days = nan", "trending.half_life_days: must be"),
        ("[log]\nlevel = 'loud'", "log.level: must be 'debug', 'info', 'warning' or 'error'"),
        ("[inbox]\nsettel_seconds = 1", "did you mean inbox.settle_seconds? (in "),
        ("[site]\ntimezone = 'UTC'", "did you mean newsletter.timezone?"),
        ("[sites]\ntitle = 'x'", "sites: there is no such setting; did you mean [site]?"),
        ("title = 'x'", "title: there is no such setting; it belongs in [site]"),
        ("[zzz]\nqqq = 1", "zzz: there is no such setting (in "),
        ("site = 'x'", "site: must be a table of settings, and is 'x'"),
    ],
)  # fmt: skip
def test_each_wrong_setting_is_named_with_what_it_must_be(
    tmp_path: Path, text: str, expected: str
) -> None:
    assert expected in refusal(tmp_path, text)


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    environ = {"DIGEST_LOG__LEVEL": "loud", "DIGEST_STORE__URL_FILE": "/nowhere"}
    told = refusal(tmp_path, "[site]\nurl = 'x'\ncolour = 'red'\n[feeds]\npapers = -1", environ)
    assert told.startswith("5 settings are wrong:\n")
    names = ("site.url", "site.colour", "feeds.papers", "log.level", "store.url")
    assert all(name in told for name in names)
    assert str(tmp_path / "digest.toml") in told


def test_a_wrong_secret_is_not_shown(tmp_path: Path) -> None:
    told = refusal(tmp_path, "[store]\nurl = 'mysql://me:hunter2@db/x'")
    assert "hunter2" not in told


def test_a_long_wrong_value_is_cut(tmp_path: Path) -> None:
    assert len(refusal(tmp_path, f"[log]\nlevel = '{'x' * 5000}'")) < 400


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"[site\n", "the file is not TOML: "),
        (b"[site]\ntitle = caf\n", "at line 2"),
        (b"[site]\ntitle = 'caf\xe9'\n", "the file is not UTF-8"),
        (b"\xef\xbb\xbf[site]\n", "the file is not TOML"),
    ],
)
def test_a_file_that_is_no_toml_is_told_with_its_place(
    tmp_path: Path, content: bytes, expected: str
) -> None:
    (tmp_path / "digest.toml").write_bytes(content)
    with pytest.raises(ConfigError, match=re.escape(expected)) as caught:
        load(tmp_path, environ={})
    assert str(caught.value).startswith(str(tmp_path / "digest.toml"))
    assert "UTF-8" in caught.value.hint


def test_a_file_that_cannot_be_opened_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"):
        load(tmp_path, tmp_path / "gone.toml", environ={})
    with pytest.raises(ConfigError, match="Is a directory"):
        load(tmp_path, tmp_path, environ={})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[site]\nurl = 'https://x.org/list/'", ("site", "url", "https://x.org/list")),
        ("[site]\nurl = 'http://[::1]:80/'", ("site", "url", "http://[::1]:80")),
        ("[site]\nlanguage = 'zh-Hant-TW'", ("site", "language", "zh-Hant-TW")),
        ("[newsletter]\ntimezone = 'Asia/Beirut'", ("newsletter", "timezone", "Asia/Beirut")),
        ("[store]\nurl = 'postgresql+psycopg:///x'", ("store", "url", "postgresql+psycopg:///x")),
        ("[store]\nurl = 'postgres://h/x'", ("store", "url", "postgres://h/x")),
        ("[store]\nurl = 'sqlite:////var/x.db'", ("store", "url", "sqlite:////var/x.db")),
        ("[paths]\ninbox = '/srv/in'", ("paths", "inbox", "/srv/in")),
        ("[mail]\nunsubscribe = 'https://x.org/u?a=%20'", ("mail", "unsubscribe", "https://x.org/u?a=%20")),
        ("[mail]\nunsubscribe = 'mailto:u+l@x.org'", ("mail", "unsubscribe", "mailto:u+l@x.org")),
        ("[edition]\ntrending_limit = 0", ("edition", "trending_limit", 0)),
    ],
)  # fmt: skip
def test_right_values_are_kept(
    tmp_path: Path, text: str, expected: tuple[str, str, object]
) -> None:
    section, name, value = expected
    assert load(newsletter(tmp_path, text), environ={}).shown()[section][name] == value


def test_a_relative_database_keeps_its_query(tmp_path: Path) -> None:
    newsletter(tmp_path, "[store]\nurl = 'sqlite+pysqlite:///data/x.db?timeout=5'")
    expected = f"sqlite+pysqlite:///{tmp_path}/data/x.db?timeout=5"
    assert load(tmp_path, environ={}).store.url == expected


def test_a_home_folder_is_found(tmp_path: Path) -> None:
    settings = load(newsletter(tmp_path, "[paths]\ninbox = '~/dumps'"), environ={})
    assert settings.paths.inbox == Path.home() / "dumps"
    assert "must begin with a folder" in refusal(tmp_path, "[paths]\ninbox = '~nobody-here/x'")


def test_a_relative_root_gives_absolute_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsletter(tmp_path / "letter")
    monkeypatch.chdir(tmp_path)
    settings = load(Path("letter"), environ={})
    assert settings.paths.output == tmp_path / "letter" / "output"
    assert settings.store.url == f"sqlite:///{tmp_path}/letter/digest.db"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://me:pa:s/s@w@db/x", "postgresql://me:***@db/x"),
        ("postgresql://me@db/x", "postgresql://me@db/x"),
        ("postgresql:///x?user=a&password=b&c=d", "postgresql:///x?user=a&password=***&c=d"),
        ("postgresql://db/x?sslpassword=b", "postgresql://db/x?sslpassword=***"),
        ("sqlite:////var/x.db", "sqlite:////var/x.db"),
    ],
)
def test_passwords_are_never_shown(tmp_path: Path, url: str, expected: str) -> None:
    settings = load(newsletter(tmp_path, f"[store]\nurl = '{url}'"), environ={})
    assert settings.store.url == url
    assert settings.shown()["store"]["url"] == expected
    assert url not in repr(settings)


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1", "[::1]:8000/lists"])
def test_pages_of_this_machine_may_be_tried_without_tls(tmp_path: Path, host: str) -> None:
    settings = load(newsletter(tmp_path, f"[web]\nurl = 'http://{host}'"), environ={})
    assert settings.web.url == f"http://{host}"


def test_the_reference_is_what_the_settings_say() -> None:
    written = (REPOSITORY / "docs" / "configuration.md").read_text("utf-8")
    assert written == reference(), (
        "write it again: python -c 'from digest.settings import reference; "
        'print(reference(), end="")\' > docs/configuration.md'
    )


def test_the_reference_names_every_setting_with_its_default() -> None:
    told = reference()
    sections = Settings.model_json_schema(by_alias=True)["$defs"].values()
    count = sum(len(section["properties"]) for section in sections)
    assert len(re.findall(r"^\| `", told, re.MULTILINE)) == count
    assert '| `from` | `"digest@localhost"` | text |' in told
    assert "| `max_depth` | `100` | whole number from 1 to 500 |" in told
    assert '`"text"` or `"json"`' in told


def test_the_shipped_file_names_every_setting_with_its_default() -> None:
    commented_in = re.sub(r"^#(?=[a-z_]+ = |\[)", "", shipped_config(), flags=re.MULTILINE)
    stated = [
        (section, name, value)
        for section, values in tomllib.loads(commented_in).items()
        for name, value in values.items()
    ]
    assert stated == list(in_order(Settings().model_copy(update=EXAMPLES)))


def test_the_shipped_file_describes_every_setting_in_the_same_words() -> None:
    comments = re.findall(r"^# (.*)$", shipped_config(), re.MULTILINE)
    prose = " ".join(" ".join(comments).split())
    sections = Settings.model_json_schema(by_alias=True)["$defs"].values()
    told = [setting["description"] for each in sections for setting in each["properties"].values()]
    assert [description for description in told if description not in prose] == []


def test_the_shipped_file_loads_as_it_is(tmp_path: Path) -> None:
    shipped = load(newsletter(tmp_path, shipped_config()), environ={})
    assert shipped == load(newsletter(tmp_path / "empty"), environ={}).model_copy(
        update={"paths": shipped.paths, "store": shipped.store}
    )


TELEGRAM = "[channels.team]\nkind = 'telegram'\nchat = '@team'\n"


def test_a_section_of_many_is_found_under_its_name(tmp_path: Path) -> None:
    settings = load(newsletter(tmp_path, f"{TELEGRAM}token = '123:abcdefghijkl'"), environ={})
    assert list(settings.channels) == ["team"]
    assert (settings.channels["team"].chat, settings.channels["team"].papers) == ("@team", 10)


def test_the_environment_adds_to_one_of_many_and_makes_others(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("123:abcdefghijkl\n")
    environ = {
        "DIGEST_CHANNELS__TEAM__TOKEN_FILE": "token",
        "DIGEST_CHANNELS__OTHER_ONE__KIND": "slack",
        "DIGEST_CHANNELS__OTHER_ONE__URL": "https://hooks.example.org/services/x?y=z",
    }
    channels = load(newsletter(tmp_path, TELEGRAM), environ=environ).channels
    assert channels["team"].token == "123:abcdefghijkl"
    assert channels["other_one"].url == "https://hooks.example.org/services/x?y=z"


def test_the_secrets_of_channels_are_never_shown(tmp_path: Path) -> None:
    text = "[channels.a]\nkind = 'webhook'\nurl = 'https://x.org/HUSH'\nsecret = 'HUSH'\n"
    settings = load(newsletter(tmp_path, text + TELEGRAM + "token = '1:HUSHHUSHHUSH'"), environ={})
    assert "HUSH" not in repr(settings)
    assert "HUSH" not in str(settings.shown())
    assert settings.shown()["channels"]["a"]["url"] == "***"
    assert settings.shown()["channels"]["team"]["url"] == ""


@pytest.mark.parametrize(
    ("text", "environ", "expected"),
    [
        (TELEGRAM, {}, "channels.team: is of the kind telegram, which needs token (in "),
        (TELEGRAM, {"DIGEST_CHANNELS__TEAM__URL": "https://HUSH"}, "which needs token (in DIGEST"),
        (TELEGRAM + "token = '1:HUSHHUSHHUSH'\nurl = 'https://x.org'", {}, "which has no url (in "),
        (TELEGRAM + "token = 'HUSH'", {}, "channels.team.token: must be a bot's token: digits"),
        ("[channels.x]\nkind = 'slack'\nurl = 'http://x/HUSH'", {}, "that begins with https://"),
        ("[channels.x]\nkind = 'slack'\nurl = 'https://u:HUSH@x/'", {}, "channels.x.url: must be"),
        ("[channels.x]\nkind = 'slack'\nurl = 'https://x/'\nsecret = 'HUSH'", {}, "has no secret"),
        ("[channels.x]\nurl = 'https://x.org/HUSH'", {}, "channels.x.kind: must be set (in "),
        ("[channels.x]\nkind = 'webhook'\nsecret = 'whsec_HUSH!'", {}, "must be base64 after"),
        ("[channels.x]\nkind = 'irc'", {}, "channels.x.kind: must be 'slack', 'discord'"),
        ("[channels.x]\nkind = 'slack'\nulr = 'HUSH'", {}, "did you mean channels.NAME.url?"),
        ("[channels.'My team']\nkind = 'slack'", {}, "must be a name of small letters"),
        ("[channels.a__b]\nkind = 'slack'", {}, "must be a name of small letters"),
        ("[channels]\nurl = 'HUSH'", {}, "channels.url: must be a table of settings (in "),
        ("channels = 'HUSH'", {}, "channels: must be tables of settings, each with a name"),
        ("", {"DIGEST_CHANNELS__TEAM": "HUSH", "DIGEST_CHANNELS__TEAM__KIND": "slack"},
         "channels.team: must be a table of settings (in DIGEST_CHANNELS__TEAM"),
        ("", {"DIGEST_CHANNELS__TEAM__URL_FILE": "/nowhere"}, "channels.team.url: DIGEST_CHANNELS"),
        (TELEGRAM, {"DIGEST_CHANNELS__TEAM__TOKEN": "1", "DIGEST_CHANNELS__TEAM__TOKEN_FILE": "x"},
         "channels.team.token: is set twice, by DIGEST_CHANNELS__TEAM__TOKEN_FILE"),
        (TELEGRAM, {"DIGEST_CHANNELS__TEAM__PAPERS": "all"}, "(in DIGEST_CHANNELS__TEAM__PAPERS)"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_channel_is_named_and_no_secret_told(
    tmp_path: Path, text: str, environ: dict[str, str], expected: str
) -> None:
    told = refusal(tmp_path, text, environ)
    assert expected in told
    assert "HUSH" not in told


def test_topics_are_read_by_name_and_a_text_is_a_list(tmp_path: Path) -> None:
    text = "[topics.vision-3d]\nwords = ['NeRF*', ' 3D ']\ncategories = 'cs.CV, cs.GR'\n"
    topic = load(newsletter(tmp_path, text), environ={}).topics["vision-3d"]
    assert (topic.words, topic.categories) == (("NeRF*", "3D"), ("cs.CV", "cs.GR"))


def test_a_topic_can_come_from_the_environment(tmp_path: Path) -> None:
    environ = {"DIGEST_TOPICS__VISION__WORDS": "nerf*, 3D", "DIGEST_TOPICS__VISION__TITLE": "See"}
    topic = load(newsletter(tmp_path), environ=environ).topics["vision"]
    assert (topic.title, topic.words) == ("See", ("nerf*", "3D"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[topics.Vision]\nwords = ['a']", "must be a name of at most 60 small letters"),
        ("[topics.'a/b']\nwords = ['a']", "must be a name of at most 60 small letters"),
        ("[topics.x]", "topics.x: needs words, phrases, categories or authors to match"),
        ("[topics.x]\nexclude = ['a']", "topics.x: needs words, phrases"),
        ("[topics.x]\nwords = ['*']", "topics.x.words: must hold a letter or a digit"),
        ("[topics.x]\nwords = ['a*b']", 'may have a * at its end only: "diffus*"'),
        ("[topics.x]\nwords = [3]", "topics.x.words: must be text, in quotes"),
        ("[topics.x]\nauthors = ['A*']", "must be a whole name"),
        ("[topics.x]\nwords = ['a']\nformerly = ['B']", "must be a name of at most 60 small"),
        ("[topics.x]\nwords = ['a']\nformerly = ['x']", "topics.x.formerly: x is the name of a"),
        (
            "[topics.x]\nwords = ['a']\nformerly = 'z, z'",
            "topics.x.formerly: z is the name of a topic already",
        ),
        ('[topics.x]\nwords = ["a\\u0000b"]', "must be one line without control"),
        ("[topics.x]\nword = ['a']", "did you mean topics.NAME.words?"),
        ("[topics]\nwords = ['a']", "topics.words: must be a table of settings"),
    ],
)
def test_what_is_wrong_with_a_topic_is_named(tmp_path: Path, text: str, expected: str) -> None:
    assert expected in refusal(tmp_path, text)
