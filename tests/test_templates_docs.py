"""docs/templates.md lists every variable that each template gets, and none that it does not.

What they get is recorded while a whole newsletter is published and read: its pages, feeds, mail for
readers, posts to channels, and the pages that readers answer.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import jinja2
import judged
import pytest
from jinja2 import meta, nodes

from digest import theme
from digest.render.text import FILTERS

DOCS = (Path(__file__).resolve().parents[1] / "docs" / "templates.md").read_text("utf-8")
SHIPPED = theme.folders_of(None)[0]
Recorded = dict[str, set[str]]


def recording(environment: jinja2.Environment, into: Recorded) -> jinja2.Environment:
    """Let an environment note with which names each of its templates is rendered."""

    class Recorder(jinja2.Template):
        def new_context(
            self,
            vars: dict[str, Any] | None = None,  # noqa: A002  jinja2's own name
            shared: bool = False,
            locals: Any = None,  # noqa: A002
        ) -> jinja2.runtime.Context:
            given = set(vars or {}) | {name.removeprefix("l_1_") for name in locals or {}}
            into.setdefault(self.name or "", set()).update(given - set(environment.globals))
            return super().new_context(vars, shared, locals)

    environment.template_class = Recorder
    return environment


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    found: Recorded = {}
    root = tmp_path_factory.mktemp("templates") / "letter"
    with pytest.MonkeyPatch.context() as patch:
        load = theme.load
        patch.setattr(
            "digest.cli.newsletter.load",
            lambda *given, **more: recording(load(*given, **more), found),
        )
        judged.publish_samples(root, judged.CONFIG)
    return found


def used(name: str) -> set[str]:
    """What a template asks for, itself and in what it extends; of templates nobody recorded."""
    environment = theme.load(None, FILTERS)
    assert environment.loader
    source, _, _ = environment.loader.get_source(environment, name)
    tree = environment.parse(source)
    names = meta.find_undeclared_variables(tree) - set(environment.globals)
    for node in tree.find_all(nodes.Extends):
        if isinstance(node.template, nodes.Const):
            names |= used(str(node.template.value))
    return names


GROUPS = {
    "site/*": {"site/404.html"},
    "web/*": {"web/base.html"},
    "web/admin/*": {"web/admin/base.html"},
}
"""What all templates of a folder get is what these do: they say nothing of their own."""
WHOLE = (".html", ".txt", ".md", ".svg", ".webmanifest", "robots.txt")
APART = {"web/consent.html", "web/embedded.html", "site/parts.html"}
"""Parts of pages: what they are given is told where they are called."""


def gets(recorded: Recorded) -> dict[str, set[str]]:
    """What each template gets: as recorded; what it uses where it is a part, or was not met."""
    parts = {name for name in recorded if name.startswith("charts/") and name != "charts/card.svg"}
    environment = theme.load(None, FILTERS)
    found: dict[str, set[str]] = {}
    for name in environment.list_templates():
        if name.endswith(WHOLE) and not name.startswith("preview/"):
            is_met = name in recorded and name not in parts
            found[name] = recorded[name] if is_met else used(name)
    for pattern, sources in GROUPS.items():
        found[pattern] = set().union(*(found[name] for name in sources))
    found["site/base.html"] = found["site/*"]
    return {name: names - INNER for name, names in found.items() if names}


INNER = {"_trans", "parts"}
"""Made by a template itself."""


def documented() -> dict[str, set[str]]:
    """The table of docs/templates.md: what each template gets, by its name or a pattern."""
    _, _, table = DOCS.partition("| template | gets |\n|---|---|\n")
    rows = (line.split("|")[1:3] for line in table.partition("\n\n")[0].splitlines())
    return {
        name: set(re.findall(r"`([^`]+)`", told))
        for names, told in rows
        for name in re.findall(r"`([^`]+)`", names)
    }


def test_every_template_is_documented_with_exactly_what_it_gets(recorded: Recorded) -> None:
    told, found = documented(), gets(recorded)
    of_groups = {n: set().union(*(told.get(g, set()) for g in groups_of(n))) for n in found}
    wrong = [
        f"| `{name}` | {', '.join(f'`{each}`' for each in sorted(names - of_groups[name]))} |"
        for name, names in found.items()
        if not told.get(name, set()) <= names <= told.get(name, set()) | of_groups[name]
        and name not in APART
    ]
    assert not wrong, "the rows should be:\n" + "\n".join(wrong)
    assert not told.keys() - found.keys(), "there is no such template"


def groups_of(name: str) -> list[str]:
    return [each for each in GROUPS if each != name and fnmatchcase(name, each)]


def test_each_name_is_explained() -> None:
    table = DOCS.index("| template | gets |")
    others = DOCS[:table] + DOCS[table:].partition("\n\n")[2]
    names = set().union(*documented().values())
    unexplained = {name for name in names if not re.search(rf"`{name}[`(.]", others)}
    assert unexplained == set()
