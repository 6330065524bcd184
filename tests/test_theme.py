"""The templates: shipped or overridden, escaped by their name, and errors that say where."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NoReturn

import jinja2
import pytest

from digest import theme
from digest.errors import TemplateError
from digest.theme.compiled import Compiled


def overriding(tmp_path: Path, **files: str) -> Path:
    for name, text in files.items():
        path = tmp_path / "mine" / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path / "mine"


def test_the_shipped_templates_are_found() -> None:
    assert "site/style.css" in theme.load(None, {}).list_templates()


def test_a_users_file_wins_and_the_others_stay_ours(tmp_path: Path) -> None:
    templates = theme.load(overriding(tmp_path, site__base_html="mine"), {})
    assert templates.get_template("site/base.html").render() == "mine"
    assert "site/edition.html" in templates.list_templates()


def test_a_missing_overrides_folder_changes_nothing(tmp_path: Path) -> None:
    nowhere = tmp_path / "nowhere"
    assert theme.load(nowhere, {}).list_templates() == theme.load(None, {}).list_templates()
    assert theme.fingerprint(nowhere) == theme.fingerprint(None)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a_html", "&lt;b&gt;\n"),
        ("a_xml", "&lt;b&gt;\n"),
        ("a_svg", "&lt;b&gt;\n"),
        ("a_txt", "<b>\n"),
        ("a_md", "<b>\n"),
    ],
)
def test_html_and_xml_are_escaped_and_text_is_not(tmp_path: Path, name: str, expected: str) -> None:
    templates = theme.load(overriding(tmp_path, **{name: "{{ value }}\n"}), {})
    assert templates.get_template(name.replace("_", ".")).render(value="<b>") == expected


def test_fonts_of_the_user_are_added_and_replace_those_of_the_same_name(tmp_path: Path) -> None:
    shipped = [Path(path).name for path, _ in theme.fonts(None)]
    assert shipped == ["digest-serif.ttf", "digest-serif-semibold.ttf", "digest-signs.ttf"]
    assert theme.fonts(tmp_path) == theme.fonts(None)
    folder = tmp_path / "charts" / "fonts"
    folder.mkdir(parents=True)
    for name in ("digest-signs.ttf", "a-kanji.otf", ".hidden.ttf", "notes.txt"):
        (folder / name).write_bytes(b"mine")
    fonts = theme.fonts(tmp_path)
    assert [Path(path).name for path, _ in fonts] == [*shipped, "a-kanji.otf"]
    assert [content == b"mine" for _, content in fonts] == [False, False, True, True]


def test_a_value_is_never_a_template(tmp_path: Path) -> None:
    templates = theme.load(overriding(tmp_path, a_html="{{ value }}"), {})
    assert templates.get_template("a.html").render(value="{{ 7 * 7 }}{% if") == "{{ 7 * 7 }}{% if"


def test_block_lines_leave_no_trace(tmp_path: Path) -> None:
    text = "a\n  {% if true %}\nb\n  {% endif %}\nc\n"
    templates = theme.load(overriding(tmp_path, a_txt=text), {})
    assert templates.get_template("a.txt").render() == "a\nb\nc\n"


def test_the_given_filters_are_there(tmp_path: Path) -> None:
    templates = theme.load(
        overriding(tmp_path, a_txt="{{ 'x' | twice }}"), {"twice": lambda s: s * 2}
    )
    assert templates.get_template("a.txt").render() == "xx"


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("one\n{{ nobody }}\n", 2, "'nobody' is undefined"),
        ("one\n\n{% if %}\n", 3, "Expected an expression"),
        ("{{ 1 + 'a' }}", 1, "TypeError"),
        ("{{ 1 | nofilter }}", 1, "No filter named 'nofilter'"),
        ("{% trans a='x', n=2 %}{{ n }}{% pluralize %}{{ n }}s{% endtrans %}", 1, "not 'x'"),
        ("\n{% include 'not_there.html' %}", 2, "no template named 'not_there.html'"),
    ],
)
def test_an_error_names_its_file_and_line(tmp_path: Path, text: str, line: int, what: str) -> None:
    folder = overriding(tmp_path, a_html=text)
    templates = theme.load(folder, {})
    with pytest.raises(TemplateError, match=what) as caught:
        templates.get_template("a.html").render()
    assert caught.value.at == f"{folder / 'a.html'}, line {line}"
    assert caught.value.hint


def test_an_error_in_an_included_file_names_that_file(tmp_path: Path) -> None:
    folder = overriding(tmp_path, a_html="{% include 'b.html' %}", b_html="\n\n{{ nobody }}")
    with pytest.raises(TemplateError) as caught:
        theme.load(folder, {}).get_template("a.html").render()
    assert caught.value.at == f"{folder / 'b.html'}, line 3"


def test_a_template_that_is_not_utf8_says_so(tmp_path: Path) -> None:
    folder = overriding(tmp_path, a_html="")
    (folder / "a.html").write_bytes(b"one\ntw\xf6\n")
    with pytest.raises(TemplateError, match="not UTF-8") as caught:
        theme.load(folder, {}).get_template("a.html")
    assert caught.value.at.endswith("a.html, line 2")


def test_a_name_that_leaves_the_folder_is_not_found(tmp_path: Path) -> None:
    (tmp_path / "secret.html").write_text("secret", encoding="utf-8")
    templates = theme.load(overriding(tmp_path, a_html=""), {})
    with pytest.raises(jinja2.TemplateNotFound):
        templates.get_template("../secret.html")


class Uncompiling(jinja2.Environment):
    """Renders only what is compiled already."""

    def compile(self, *_: object, **__: object) -> NoReturn:
        raise AssertionError("compiled again")


def rendered(kind: type[jinja2.Environment], folder: Path, ours: Path, said: str = "") -> str:
    kept = Compiled(ours, {}, said, folder / "kept")
    (folder / "kept").mkdir(exist_ok=True)
    loader = jinja2.FileSystemLoader(folder)
    return kind(loader=loader, bytecode_cache=kept).get_template("a.html").render()


@pytest.fixture
def _writing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


@pytest.mark.usefixtures("_writing")
def test_our_templates_stay_compiled_and_a_users_do_not(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("one")
    assert rendered(jinja2.Environment, tmp_path, tmp_path / "elsewhere") == "one"
    assert list((tmp_path / "kept").iterdir()) == []
    assert rendered(jinja2.Environment, tmp_path, tmp_path) == "one"
    assert rendered(Uncompiling, tmp_path, tmp_path) == "one"


@pytest.mark.usefixtures("_writing")
def test_what_is_kept_is_not_used_for_another_text_or_tongue(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("one")
    rendered(jinja2.Environment, tmp_path, tmp_path)
    with pytest.raises(AssertionError):
        rendered(Uncompiling, tmp_path, tmp_path, "de")
    (tmp_path / "a.html").write_text("two")
    assert rendered(jinja2.Environment, tmp_path, tmp_path) == "two"


@pytest.mark.usefixtures("_writing")
def test_what_is_kept_may_be_damaged(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("one")
    rendered(jinja2.Environment, tmp_path, tmp_path)
    [kept] = (tmp_path / "kept").iterdir()
    whole = kept.read_bytes()
    for length in (*range(len(whole)), len(whole)):
        kept.write_bytes(whole[:length])
        assert rendered(jinja2.Environment, tmp_path, tmp_path) == "one"


def test_where_python_writes_no_bytecode_nothing_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    (tmp_path / "a.html").write_text("one")
    assert rendered(jinja2.Environment, tmp_path, tmp_path) == "one"
    assert list((tmp_path / "kept").iterdir()) == []


def test_the_fingerprint_follows_names_and_bytes(tmp_path: Path) -> None:
    folder = overriding(tmp_path, a_html="x")
    first = theme.fingerprint(folder)
    assert first == theme.fingerprint(folder) != theme.fingerprint(None)
    (folder / "a.html").write_text("y", encoding="utf-8")
    second = theme.fingerprint(folder)
    (folder / "a.html").rename(folder / "b.html")
    assert len({first, second, theme.fingerprint(folder)}) == 3


def test_an_editors_leavings_do_not_count(tmp_path: Path) -> None:
    folder = overriding(tmp_path, a_html="x")
    before = theme.fingerprint(folder)
    (folder / ".a.html.swp").write_text("z", encoding="utf-8")
    (folder / "a.html~").write_text("z", encoding="utf-8")
    assert theme.fingerprint(folder) == before
