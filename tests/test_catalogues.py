"""Catalogues: which is asked first, what of them is refused, and that none can break a page."""

from __future__ import annotations

from pathlib import Path

import flow
import pytest
from typer.testing import CliRunner

from digest import catalogues, theme
from digest.cli import examine
from digest.cli.commands import app
from digest.errors import TemplateError
from digest.models import ENGLISH

SHIPPED = tuple(theme.folders_of(None))
HEAD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\nPlural-Forms: {}\\n"\n\n'
TWO, THREE = "nplurals=2; plural=(n != 1);", "nplurals=3; plural=(n==1 ? 0 : n<5 ? 1 : 2);"


def said(folder: Path, language: str, *pairs: tuple[str, ...], plurals: str = TWO) -> Path:
    """Write a catalogue of pairs, or of both English forms and all others, into a folder."""
    (folder / "locale").mkdir(parents=True, exist_ok=True)
    text = HEAD.format(plurals)
    for source, *rest in pairs:
        text += f'msgid "{source}"\n'
        if len(rest) == 1:
            text += f'msgstr "{rest[0]}"\n\n'
        else:
            text += f'msgid_plural "{rest[0]}"\n'
            text += "".join(f'msgstr[{n}] "{form}"\n' for n, form in enumerate(rest[1:])) + "\n"
    path = folder / "locale" / f"{language}.po"
    path.write_text(text, "utf-8")
    return path


def test_the_users_catalogue_goes_first_text_by_text(tmp_path: Path) -> None:
    said(tmp_path, "de", ("Unsubscribe", "Abbestellen"))
    tongue = catalogues.tongue("de", (tmp_path, *SHIPPED))
    assert tongue.say("Unsubscribe") == "Abbestellen"
    assert tongue.say("Untitled") == "Ohne Titel"
    assert tongue.say("of no catalogue") == "of no catalogue"


def test_a_region_comes_before_its_language_and_falls_back_to_it(tmp_path: Path) -> None:
    said(tmp_path, "de_AT", ("yesterday", "gestan"))
    tongue = catalogues.tongue("de-AT", (tmp_path, *SHIPPED))
    assert (tongue.say("yesterday"), tongue.say("Untitled")) == ("gestan", "Ohne Titel")
    assert catalogues.tongue("de", (tmp_path, *SHIPPED)).say("yesterday") == "gestern"


@pytest.mark.parametrize("language", ["fr", "en", "en-GB", "tlh", "x-private"])
def test_without_a_catalogue_it_is_english(language: str) -> None:
    assert catalogues.tongue(language, SHIPPED) is ENGLISH


def test_english_too_may_be_said_otherwise_and_keeps_its_days(tmp_path: Path) -> None:
    said(tmp_path, "en", ("Unsubscribe", "Leave"))
    tongue = catalogues.tongue("en-GB", (tmp_path, *SHIPPED))
    assert (tongue.say("Unsubscribe"), tongue.say("Untitled")) == ("Leave", "Untitled")
    assert tongue.ordinal(2) == "2nd"


def test_plural_forms_are_those_of_the_head(tmp_path: Path) -> None:
    forms = ("%(n)s vote", "%(n)s votes", "%(n)s hlas", "%(n)s hlasy", "%(n)s hlasů")
    said(tmp_path, "cs", forms, plurals=THREE)
    tongue = catalogues.tongue("cs", (tmp_path,))
    told = [tongue.count("%(n)s vote", "%(n)s votes", n) for n in (1, 3, 7)]
    assert told == ["1 hlas", "3 hlasy", "7 hlasů"]


@pytest.mark.parametrize(("language", "expected"), [("ar", True), ("fa-IR", True), ("de", False)])
def test_the_direction_is_that_of_the_words(tmp_path: Path, language: str, expected: bool) -> None:
    said(tmp_path, language.partition("-")[0], ("Untitled", "…"))
    assert catalogues.tongue(language, (tmp_path,)).is_right_to_left is expected


WRONG = [
    (("by %(who)s", "von %(wer)s"), "does not have: %(wer)s"),
    (("by %(who)s", "von niemand"), "lacks a place of the English: %(who)s"),
    (("by %(who)s", "von %(who)d"), "a percent sign stands alone"),
    (("all of it", "100 % davon"), "a percent sign stands alone"),
    (("%(n)s vote", "%(n)s votes", "%(n)s Stimme", ""), "needs 2 forms here, and has 1"),
    (("Untitled", "<script>alert(1)</script>"), "has not the same elements"),
    (("a <b>b</b>", "a b"), "has not the same elements"),
    (("a <b>b</b>", "a <b onclick='x()'>b</b>"), "has not the same elements"),
]


@pytest.mark.parametrize(("pair", "what"), WRONG)
def test_what_would_break_a_page_is_refused_with_its_line(
    tmp_path: Path, pair: tuple[str, ...], what: str
) -> None:
    path = said(tmp_path, "de", ("fine", "gut"), pair)
    with pytest.raises(TemplateError) as caught:
        catalogues.tongue("de", (tmp_path, *SHIPPED))
    assert what in caught.value.what
    assert caught.value.at == f"{path}, line 7"
    assert caught.value.hint


BROKEN = [
    (b'msgid ""\nmsgstr "Plural-Forms: nplurals=2; plural=__import__(1);\\n"\n', 1),
    (b'msgid "a"\nmsgstr "\xf6"\n', 2),
    (b'msgid "a"\nmsgstr "b\nmsgid "c"\n', 2),
    (b'msgid "a"\nmsgid "b"\n', 1),
    (b"what is this\n", 1),
    (b'msgid ""\nmsgstr "Content-Type: text/plain; charset=klingon\\n"\n', None),
    (b'msgid ""\nmsgstr "Plural-Forms: nplurals=many; plural=0;\\n"\n', 1),
]


@pytest.mark.parametrize(("content", "line"), BROKEN)
def test_what_is_no_catalogue_is_refused_with_its_line(
    tmp_path: Path, content: bytes, line: int | None
) -> None:
    path = said(tmp_path, "de")
    path.write_bytes(content)
    if line is None:  # the bytes are UTF-8 whatever the head says
        catalogues.read(path)
        return
    with pytest.raises(TemplateError) as caught:
        catalogues.read(path)
    assert caught.value.at == f"{path}, line {line}"


def test_fuzzy_and_empty_translations_are_passed_over(tmp_path: Path) -> None:
    path = said(tmp_path, "de", ("Untitled", ""), ("%(n)s vote", "%(n)s votes", "", ""))
    path.write_text(path.read_text("utf-8") + '#, fuzzy\nmsgid "yesterday"\nmsgstr "x %(y)s"\n')
    tongue = catalogues.tongue("de", (tmp_path, *SHIPPED))
    assert tongue.say("Untitled") == "Ohne Titel"
    assert tongue.say("yesterday") == "gestern"
    assert tongue.count("%(n)s vote", "%(n)s votes", 2) == "2 Stimmen"


def shown(
    tmp_path: Path, source: str, translation: str, template: str, name: str = "a.html"
) -> str:
    said(tmp_path, "de", (source.replace('"', '\\"'), translation.replace('"', '\\"')))
    (tmp_path / name).write_text(template, "utf-8")
    tongue = catalogues.tongue("de", (tmp_path, *SHIPPED))
    return theme.load(tmp_path, {}, tongue).get_template(name).render(who="<i>")


def test_a_translation_is_escaped_and_so_is_what_it_is_filled_with(tmp_path: Path) -> None:
    template = '<p title="{{ _(\'A "title"\') }}">{% trans %}A "title"{% endtrans %}</p>'
    told = shown(tmp_path, 'A "title"', 'Ein "Titel" > & onclick=', template)
    assert told.count("Ein &#34;Titel&#34; &gt; &amp; onclick=") == 2
    told = shown(
        tmp_path, "by %(who)s", "von %(who)s & mehr", "{% trans %}by {{ who }}{% endtrans %}"
    )
    assert told == "von &lt;i&gt; &amp; mehr"


def test_the_elements_of_a_text_stay_and_only_they(tmp_path: Path) -> None:
    template = "{% trans %}<b>{{ who }}</b> did it{% endtrans %}"
    told = shown(tmp_path, "<b>%(who)s</b> did it", 'es war "<b>%(who)s</b>" & co', template)
    assert told == "es war &#34;<b>&lt;i&gt;</b>&#34; &amp; co"


def test_a_text_is_not_escaped_where_nothing_is(tmp_path: Path) -> None:
    assert shown(tmp_path, "R&D", "F&E", "{{ _('R&D') }}", "a.txt") == "F&E"


def test_where_a_template_turns_escaping_off_nothing_is_escaped(tmp_path: Path) -> None:
    off = "{% autoescape false %}{{ _('R&D') }}{% endautoescape %} {{ _('R&D') }}"
    assert shown(tmp_path, "R&D", "F&E", off) == "F&E F&amp;E"


@pytest.mark.parametrize("text", ["100% of it", "%(n)s of it"])
def test_a_text_without_its_values_is_told_with_its_place(tmp_path: Path, text: str) -> None:
    with pytest.raises(TemplateError, match=r"a\.html, line 2"):
        shown(tmp_path, "R&D", "F&E", f"first\n{{{{ _('{text}') }}}}")


def test_numbers_choose_the_form_in_templates_too(tmp_path: Path) -> None:
    template = "{% trans n=who %}{{ n }} vote{% pluralize %}{{ n }} votes{% endtrans %}"
    (tmp_path / "a.html").write_text(template, "utf-8")
    page = theme.load(tmp_path, {}, catalogues.tongue("de", SHIPPED)).get_template("a.html")
    assert [page.render(who=n) for n in (1, 2)] == ["1 Stimme", "2 Stimmen"]


def test_the_fingerprint_covers_catalogues(tmp_path: Path) -> None:
    path = said(tmp_path, "de", ("Untitled", "Ohne"))
    before = theme.fingerprint(tmp_path)
    path.write_text(path.read_text("utf-8").replace("Ohne", "Namenlos"), "utf-8")
    assert theme.fingerprint(tmp_path) != before


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en-GB", "en-GB, as the templates have it"),
        ("de-AT", "de-AT, by {}"),
        ("fr", "fr has no catalogue, so readers are spoken to in English; there are: de, en"),
    ],
)
def test_doctor_and_the_check_of_settings_say_which_language_it_is(
    tmp_path: Path, language: str, expected: str
) -> None:
    (tmp_path / "digest.toml").write_text(f'[site]\nlanguage = "{language}"\n', "utf-8")
    letter = flow.make(tmp_path)
    told = expected.format(SHIPPED[0] / "locale" / "de.po")
    assert examine.language(letter) == told
    result = CliRunner().invoke(app, ["--dir", str(tmp_path), "config", "check"])
    assert result.exit_code == 0
    assert (f"site.language: {told}" in result.stderr) is (language == "fr")
