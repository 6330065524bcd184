"""`digest templates`: what there is, a copy of one, and what was changed in it and in ours."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import warm

from digest.theme import folders_of

OURS = folders_of(None)[0]
FONT = "charts/fonts/digest-serif.ttf"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "digest.toml").write_text("", "utf-8")
    return tmp_path


def templates(root: Path, *arguments: str, code: int = 0) -> str:
    done = warm.run("--dir", root, "templates", *arguments)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def states(root: Path) -> dict[str, str]:
    return {each["name"]: each["state"] for each in json.loads(templates(root, "list", "--json"))}


def test_a_copy_is_ours_to_the_byte_and_is_used_once_it_differs(root: Path) -> None:
    told = templates(root, "copy", "site/base.html", FONT)
    assert f"copied {root / 'templates/site/base.html'}" in told
    for name in ("site/base.html", FONT):
        assert (root / "templates" / name).read_bytes() == (OURS / name).read_bytes()
    assert states(root)["site/base.html"] == "yours, the same as ours"
    own = root / "templates/site/base.html"
    own.write_text(own.read_text("utf-8").replace("Skip to", "Jump to"), "utf-8")
    (root / "templates/site/mine.html").write_text("mine", "utf-8")
    (root / "templates/site/base.html~").write_text("an editor's", "utf-8")
    found = states(root)
    assert found["site/base.html"] == "yours"
    assert found["site/mine.html"] == "yours, and there is none of ours"
    assert found["site/index.html"] == "ours"
    assert set(found) >= {p.relative_to(OURS).as_posix() for p in OURS.glob("site/*.html")}
    assert not [name for name in found if name.endswith(("~", ".ours")) or "preview/" in name]
    patch = templates(root, "diff", "*", code=1)
    assert "--- site/base.html (ours)" in patch
    assert '+<a class="skip" href="#main">' in patch
    assert FONT not in patch, "what is the same is passed over"


def test_a_pattern_copies_all_that_it_names_and_nothing_is_overwritten(root: Path) -> None:
    templates(root, "copy", "site/style.css")
    (root / "templates/site/style.css").write_text("mine", "utf-8")
    told = templates(root, "copy", "site/*", code=2)
    assert "already there: site/style.css" in told
    assert sorted(path.name for path in (root / "templates/site").glob("[a-z]*")) == ["style.css"]
    templates(root, "copy", "markdown/*", "markdown/edition.md")
    assert (root / "templates/markdown/edition.md").is_file()


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("site/bas.html", "did you mean site/base.html"),
        ("base.html", "site/base.html"),
        ("nothing/*", "digest templates list"),
        ("../digest.toml", "digest templates list"),
    ],
)
def test_a_name_that_is_none_is_told_with_what_is_near(root: Path, name: str, hint: str) -> None:
    told = templates(root, "copy", name, code=2)
    assert f"there is no template {name!r}" in told
    assert hint in told
    assert not (root / "templates").exists()


def test_it_is_told_when_ours_has_changed_since_it_was_copied(root: Path) -> None:
    name = "site/404.html"
    templates(root, "copy", name)
    own, origin = root / "templates" / name, root / "templates/site/.404.html.ours"
    ours = (OURS / name).read_text("utf-8")
    origin.write_text(ours.replace("No such page", "What an earlier version said"), "utf-8")
    own.write_text(ours.replace("No such page", "What I say"), "utf-8")
    assert states(root)[name] == "yours, and ours has changed since it was copied"
    patch = templates(root, "diff", "--ours", name, code=1)
    assert '-{% set title = _("What an earlier version said") %}' in patch
    assert '+{% set title = _("No such page") %}' in patch
    assert "ours is as you know it" in templates(root, "diff", "--done", name)
    assert states(root)[name] == "yours"
    assert templates(root, "diff", "--ours", name) == ""
    assert own.read_text("utf-8") == ours.replace("No such page", "What I say")


def test_what_cannot_be_written_is_told(root: Path) -> None:
    (root / "templates").write_text("a file", "utf-8")
    assert "cannot be written" in templates(root, "copy", "site/base.html", code=1)


def test_comparing_what_one_does_not_have_is_refused(root: Path) -> None:
    assert "you have no template 'site/base.html'" in templates(
        root, "diff", "site/base.html", code=2
    )
