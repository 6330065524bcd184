"""BibTeX: read back by a strict parser, balanced, and without a command of the dump's."""

from __future__ import annotations

import re
from typing import Any

import builders
import golden
import pytest
import xss

from digest.models import Edition
from digest.render import to_bibtex

Records = dict[str, dict[str, str]]


def rendered(edition: Edition) -> str:
    (file,) = to_bibtex.render(edition, builders.SITE)
    assert file.path == f"editions/{edition.name}/papers.bib"
    return file.content.decode()


def of(**changes: Any) -> dict[str, str]:
    """The fields of one paper, read back."""
    entry = builders.entry(1, paper=builders.paper(1, **changes))
    (fields,) = parsed(rendered(builders.edition((entry,), 0, 0))).values()
    return fields


def parsed(source: str) -> Records:
    """Read BibTeX as BibTeX does: braces count whatever stands before them; nothing is skipped."""
    records: Records = {}
    at = 0
    while at < len(source):
        head = re.compile(r"@misc\{([a-z0-9-]+),\n").match(source, at)
        assert head, source[at : at + 60]
        assert head[1] not in records
        fields: dict[str, str] = {}
        at = head.end()
        while name := re.compile(r"  ([A-Za-z]+) = ").match(source, at):
            value, at = value_at(source, name.end())
            assert name[1] not in fields
            fields[name[1]] = value
            assert source[at : at + 2] == ",\n"
            at += 2
        assert source[at : at + 2] == "}\n"
        at += 2
        at += source[at : at + 1] == "\n"
        records[head[1]] = fields
    return records


def value_at(source: str, at: int) -> tuple[str, int]:
    if word := re.compile("[a-z]{3}").match(source, at):
        return word[0], word.end()
    assert source[at] == "{"
    depth = 0
    for end in range(at, len(source)):
        depth += {"{": 1, "}": -1}.get(source[end], 0)
        if depth == 0:
            return source[at + 1 : end], end + 1
    raise AssertionError(source[at:])


def test_a_paper_has_its_fields() -> None:
    assert of(doi="10.1000/a_b(c)<d>", abstract="Short.") == {
        "title": "{Driftwood 1: Video generation which keeps its objects over an hour}",
        "author": "Björn Dubois and Chiara Eriksen",
        "eprint": "2603.00001",
        "archivePrefix": "arXiv",
        "doi": "10.1000/a_b(c)<d>",
        "url": "https://arxiv.org/abs/2603.00001",
        "year": "2026",
        "month": "mar",
        "abstract": "Short.",
    }


def test_what_is_not_known_is_left_out() -> None:
    bare = dict.fromkeys(("arxiv_id", "url", "published"))
    assert of(**bare, authors=(), abstract="", title="T") == {
        "title": "{T}",
        "url": "https://papers.example.org/papers/2603-00001/",
    }


@pytest.mark.parametrize(
    ("published", "expected"),
    [
        ("2024-09-12", ("2024", "sep")),
        ("2024-05-28T17:27:20Z", ("2024", "may")),
        ("2024-13-01", (None, None)),
        ("soon", (None, None)),
        (None, (None, None)),
    ],
)
def test_year_and_month_come_from_the_date(published: str | None, expected: object) -> None:
    fields = of(published=published)
    assert (fields.get("year"), fields.get("month")) == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("R&D: 100% of $5, #1 a_b", r"R\&D: 100\% of \$5, \#1 a\_b"),
        (
            "x^2 ~ y <a|b>",
            r"x{\textasciicircum}2 {\textasciitilde} y {\textless}a{\textbar}b{\textgreater}",
        ),
        ("$O(n^{2} \\log n)$ time", "$O(n^{2} \\log n)$ time"),
        ("$5 and $6", r"\$5 and \$6"),
        ("costs $5-$10 a day", r"costs \$5-\$10 a day"),
        ("\\emph{good} {BERT}", "\\emph{good} {BERT}"),
        ("G\\\"odel, \\'{e}, \\c{c}, \\o", "G\\\"odel, \\'{e}, \\c{c}, \\o"),
        ("50\\% \\& more", "50\\% \\& more"),
        ("C:\\new", r"C:{\textbackslash}new"),
        ("a { b", r"a {\textbraceleft} b"),
        ("} {", r"{\textbraceright} {\textbraceleft}"),
        ("{$a}$b", r"{\textbraceleft}\$a{\textbraceright}\$b"),
        ("\\emph{a", r"{\textbackslash}emph{\textbraceleft}a"),
        ("\\input{x}", r"{\textbackslash}input{x}"),
        ("$\\input{x}$", r"\${\textbackslash}input{\textbraceleft}x{\textbraceright}\$"),
        ("$a^^5cb$", r"\$a{\textasciicircum}{\textasciicircum}5cb\$"),
        ("$a % b$", r"\$a \% b\$"),
        ("", ""),
    ],
)
def test_text_becomes_latex_and_latex_stays(given: str, expected: str) -> None:
    assert to_bibtex.latex(given) == expected


COMMANDS = re.compile(r"\\([A-Za-z]+)")


@pytest.mark.parametrize("hostile", xss.STRINGS)
def test_nothing_of_a_dump_ends_its_field_or_is_executed(hostile: str) -> None:
    fields = of(title=hostile, abstract=hostile, authors=(hostile, "Ada"), doi=hostile)
    assert list(fields) == [
        *("title", "author", "eprint", "archivePrefix", "doi", "url", "year", "month", "abstract")
    ]
    assert fields["title"] == f"{{{fields['abstract']}}}"
    for command in COMMANDS.findall(fields["abstract"]):
        assert command.startswith("text") or command in ("alpha", "emph")
    assert "^^" not in fields["abstract"]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("Ada Almeida", "B. Brandt"), "Ada Almeida and B. Brandt"),
        (("Research and Development",), "{Research and Development}"),
        (("Almeida, Ada", "others"), "{Almeida, Ada} and {others}"),
        (("Team {", " "), "Team {\\textbraceleft}"),
        (("AND", "Sandy Andrews"), "{AND} and Sandy Andrews"),
    ],
)
def test_a_name_stays_one_name(names: tuple[str, ...], expected: str) -> None:
    assert of(authors=names)["author"] == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "dubois2026driftwood"),
        ({"authors": ("João García",), "title": "On the Émigré"}, "garcia2026emigre"),
        ({"authors": (), "published": None, "title": "漢字"}, "paper"),
        ({"authors": ("",), "title": "{x}, @y"}, "2026x"),
        ({"title": "x" * 99}, f"dubois2026{'x' * 50}"),
    ],
)
def test_a_citation_key_can_be_typed(changes: dict[str, Any], expected: str) -> None:
    assert to_bibtex.citation_key(builders.paper(1, **changes)) == expected


def test_citation_keys_are_unique_and_a_paper_stands_once() -> None:
    same = tuple(
        builders.entry(n, paper=builders.paper(n, title="Same", authors=("Ada",)))
        for n in (1, 2, 3, 2)
    )
    records = parsed(rendered(builders.edition(same, 0, 0)))
    assert list(records) == ["ada2026same", "ada2026same-2", "ada2026same-3"]


def test_an_empty_edition_is_an_empty_file() -> None:
    assert rendered(builders.edition(0, 0, 0)) == ""


def test_golden() -> None:
    golden.check("day", to_bibtex.render(builders.edition(2, 1, 0), builders.SITE))
