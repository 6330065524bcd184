"""Hold DESIGN.md's table of layers, by walking the source of every module; nothing is imported."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# The table of DESIGN.md. A name stands for the module or the whole package; the longest name wins.
LAYERS = {
    "values": ("digest", "digest.models", "digest.errors"),
    "pure": (
        "digest.dumps",
        "digest.text",
        "digest.approval",
        "digest.identity",
        "digest.indexing",
        "digest.query",
        "digest.related",
        "digest.differ",
        "digest.trending",
        "digest.ranking",
        "digest.edition",
        "digest.frozen",
        "digest.passwords",
        "digest.tokens",
        "digest.rhythm",
        "digest.addresses",
        "digest.selection",
        "digest.topics",
        "digest.subscribing",
        "digest.render",
        "digest.mail",
    ),
    "edges": (
        "digest.catalogues",
        "digest.channels",
        "digest.store",
        "digest.inbox",
        "digest.mailbox",
        "digest.output",
        "digest.pagefind",
        "digest.settings",
        "digest.smtp",
        "digest.theme",
    ),
    "pipeline": ("digest.pipeline",),
    "outside": (
        "digest.cli",
        "digest.scheduler",
        "digest.preview",
        "digest.web",
        "digest.clock",
        "digest.__main__",
    ),
}
LAYER_OF = {name: layer for layer, names in LAYERS.items() for name in names}

MAY_IMPORT = {
    "values": {"values"},
    "pure": {"values", "pure"},
    "edges": {"values"},  # and the modules of the same package
    "pipeline": {"values", "pure", "edges", "pipeline"},
    "outside": set(LAYERS),
}

# What reads a clock, a file, the network or chance, or logs, has no place in a pure module.
IMPURE_MODULES = {
    *("os", "io.open", "pathlib", "shutil", "tempfile", "glob", "fcntl"),
    *("time", "sched", "signal", "threading", "asyncio", "subprocess", "multiprocessing"),
    *("socket", "ssl", "smtplib", "http", "urllib.request", "sqlite3", "sqlalchemy"),
    *("random", "secrets", "uuid", "logging", "warnings", "rich", "getpass", "platform"),
}
IMPURE_CALLS = {
    *("open", "print", "input"),
    *("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"),
    *("make_msgid", "localtime", "formatdate"),  # email.utils: each looks at the clock
}

# Python that may name HTML tags, and why. What a subscriber sees stands in templates/.
TAGS_ALLOWED = {"digest/dumps/page_html.py": "it recognises and reads pages that browsers saved"}
HTML_TAG = re.compile(
    r"(?<!\(\?P)</?(?:!doctype|html|head|body|meta|link|style|script|title|base|main|nav|header|footer|article"
    r"|section|aside|div|span|p|br|hr|a|b|i|u|em|strong|small|sub|sup|code|pre|q|blockquote|h[1-6]"
    r"|ul|ol|li|dl|dt|dd|table|thead|tbody|tr|td|th|img|svg|figure|form|input|button|time)[\s/>]",
    re.IGNORECASE,
)


def name_of(path: Path) -> str:
    """Return the dotted name of the module at `path`."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


PATHS = {name_of(path): path for path in sorted((ROOT / "digest").rglob("*.py"))}
TREES = {name: ast.parse(path.read_bytes()) for name, path in PATHS.items()}


def layer_of(module: str) -> str | None:
    """Return the layer whose table names `module` or the nearest package above it."""
    name = module
    while name != "digest" and name not in LAYER_OF:
        name = name.rpartition(".")[0]
    is_below_root = name == "digest" and module != "digest"
    return None if is_below_root else LAYER_OF[name]


def package_of(module: str) -> str:
    """Return the part of `module` below `digest`: what counts as one edge."""
    return module.split(".")[1] if "." in module else module


def imports_of(module: str, tree: ast.AST, is_package: bool = False) -> Iterator[tuple[str, int]]:
    """Yield every name `tree` imports, wherever it stands, made absolute, and its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            levels = node.level - is_package
            above = module.split(".")[: -levels or None] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            yield from ((f"{base}.{alias.name}", node.lineno) for alias in node.names)


def ours(module: str) -> Iterator[tuple[str, int]]:
    """Yield each module of ours that `module` imports, and the line."""
    is_package = PATHS[module].name == "__init__.py"
    for name, line in imports_of(module, TREES[module], is_package):
        if name.split(".")[0] == "digest":
            yield (name if name in PATHS else name.rpartition(".")[0] or name), line


def is_or_in(name: str, names: set[str]) -> bool:
    """Tell whether `name` or a package above it stands in `names`."""
    parts = name.split(".")
    return any(".".join(parts[:end]) in names for end in range(1, len(parts) + 1))


def is_allowed(module: str, imported: str) -> bool:
    """Tell whether the table lets `module` import `imported`."""
    layer = layer_of(module)
    is_own_package = layer == "edges" and package_of(module) == package_of(imported)
    return is_own_package or layer_of(imported) in MAY_IMPORT[layer or "values"]


def in_module(layer: str | None = None) -> pytest.MarkDecorator:
    """Run a test once for each module of `layer`, or of all."""
    names = [name for name in PATHS if layer is None or layer_of(name) == layer]
    return pytest.mark.parametrize("module", names)


@in_module()
def test_every_module_stands_in_the_table(module: str) -> None:
    is_empty_package = not TREES[module].body[1:] and PATHS[module].name == "__init__.py"
    assert layer_of(module) or is_empty_package, f"give {module} a layer in DESIGN.md and here"


@in_module()
def test_imports_go_down_the_layers_only(module: str) -> None:
    wrong = [f"{name}, line {line}" for name, line in ours(module) if not is_allowed(module, name)]
    assert not wrong, f"{module} ({layer_of(module)}) may not import {wrong}"


def test_no_module_is_imported_in_a_cycle() -> None:
    assert not cyclic({module: {name for name, _ in ours(module)} - {module} for module in PATHS})


def cyclic(imports: dict[str, set[str]]) -> dict[str, set[str]]:
    """Return what is left when all that imports or is imported by nothing is taken away."""
    left = {module: imported & imports.keys() for module, imported in imports.items()}
    while True:
        used = set[str]().union(*left.values())
        kept = {module: left[module] & used for module in left if left[module] and module in used}
        kept = {module: imported & kept.keys() for module, imported in kept.items()}
        if kept == left:
            return left
        left = kept


@in_module("pure")
def test_pure_modules_import_no_clock_file_network_or_log(module: str) -> None:
    found = [
        f"{name}, line {line}"
        for name, line in imports_of(module, TREES[module])
        if is_or_in(name, IMPURE_MODULES)
    ]
    assert not found, f"{module} is pure: pass in what it needs as an argument"


@in_module("pure")
def test_pure_modules_call_no_clock_and_open_no_file(module: str) -> None:
    calls = [node for node in ast.walk(TREES[module]) if isinstance(node, ast.Call)]
    found = [
        f"{ast.unparse(call.func)}, line {call.lineno}"
        for call in calls
        if is_impure_call(ast.unparse(call.func))
    ]
    assert not found, f"{module} is pure: pass in what it needs as an argument"


def is_impure_call(function: str) -> bool:
    """Tell whether calling `function` (`datetime.now`, `dt.datetime.now`) is impure."""
    return function in IMPURE_CALLS or ".".join(function.split(".")[-2:]) in IMPURE_CALLS


@in_module()
def test_no_html_stands_in_python(module: str) -> None:
    path = PATHS[module].relative_to(ROOT).as_posix()
    found = [] if path in TAGS_ALLOWED else list(tags_in(TREES[module]))
    assert not found, f"{path}: what a subscriber sees stands in templates/"


def tags_in(tree: ast.AST) -> Iterator[str]:
    """Yield each string literal that holds an HTML tag, docstrings apart, and its line."""
    nodes = list(ast.walk(tree))
    prose = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
    for node in nodes:
        if isinstance(node, ast.Constant) and id(node) not in prose:
            text = node.value.decode("latin-1") if isinstance(node.value, bytes) else node.value
            if isinstance(text, str) and HTML_TAG.search(text):
                yield f"{text!r}, line {node.lineno}"


def test_each_allowance_for_tags_is_needed() -> None:
    unneeded = [path for path in TAGS_ALLOWED if not any(tags_in(TREES[name_of(ROOT / path)]))]
    assert not unneeded


@in_module()
def test_modules_have_at_most_300_lines(module: str) -> None:
    length = len(PATHS[module].read_text("utf-8").splitlines())
    assert length <= 300, f"split {module}"


@in_module()
def test_functions_have_at_most_50_lines(module: str) -> None:
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    found = [node for node in ast.walk(TREES[module]) if isinstance(node, functions)]
    lengths = {node.name: (node.end_lineno or node.lineno) - node.lineno + 1 for node in found}
    assert not {name: length for name, length in lengths.items() if length > 50}


@in_module()
def test_every_module_says_what_it_does(module: str) -> None:
    assert ast.get_docstring(TREES[module])


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("import os", ["os"]),
        ("from digest import models", ["digest.models"]),
        ("def f():\n    from digest.store import Store", ["digest.store.Store"]),
        ("from . import lines", ["digest.dumps.lines"]),
        ("from .. import errors", ["digest.errors"]),
        ("from ..text.hygiene import clean", ["digest.text.hygiene.clean"]),
    ],
)
def test_the_walk_finds_imports_wherever_they_stand(source: str, expected: list[str]) -> None:
    found = [name for name, _ in imports_of("digest.dumps.pages", ast.parse(source))]
    assert found == expected


@pytest.mark.parametrize(
    ("module", "imported", "expected"),
    [
        ("digest.models", "digest.errors", True),
        ("digest.models", "digest.identity", False),
        ("digest.dumps.pages", "digest.text.hygiene", True),
        ("digest.dumps.pages", "digest.settings", False),
        ("digest.store.tables", "digest.store.types", True),
        ("digest.store.tables", "digest.output", False),
        ("digest.inbox", "digest.dumps", False),
        ("digest.pipeline", "digest.store", True),
        ("digest.pipeline", "digest.cli", False),
        ("digest.cli", "digest.scheduler", True),
        ("digest.mail.message", "digest.render", True),
    ],
)
def test_the_table_tells_who_may_import_whom(module: str, imported: str, expected: bool) -> None:
    assert is_allowed(module, imported) is expected


def test_a_cycle_is_found_and_what_leads_to_it_is_not_blamed() -> None:
    imports = {"a": {"b"}, "b": {"c"}, "c": {"d", "e"}, "d": {"b"}, "e": {"f"}, "f": set[str]()}
    assert cyclic(imports) == {"b": {"c"}, "c": {"d"}, "d": {"b"}}


@pytest.mark.parametrize(
    ("source", "is_found"),
    [
        ('x = "<p>hello</p>"', True),
        ("x = f'<a href={y}>'", True),
        ('x = b"<!doctype html>"', True),
        ('"""A docstring with <b>."""', False),
        ('x = "a < b and c > d"', False),
        ('x = "<hash>"', False),
        ('x = r"(?P<title>.+)"', False),
    ],
)
def test_the_walk_finds_tags_in_strings_but_not_in_prose(source: str, is_found: bool) -> None:
    assert bool(list(tags_in(ast.parse(source)))) is is_found


@pytest.mark.parametrize("call", ["open", "datetime.now", "dt.datetime.now", "date.today"])
def test_calls_of_the_clock_and_of_files_are_impure(call: str) -> None:
    assert is_impure_call(call)
