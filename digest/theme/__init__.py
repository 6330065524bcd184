"""The templates: where they lie, which file wins, and what is said when one is broken.

The shipped templates stand in the checkout's `templates/`, or inside the installed package; a file
of the same name in the user's own folder wins over one of ours. Only these files are ever
templates: what a dump holds goes in as values, and no value is compiled. What is rendered, and
with which values, is the renderers' business.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import FunctionType
from typing import Any, NoReturn

import jinja2
from jinja2 import nodes
from jinja2.nodes import EvalContext
from jinja2.runtime import Context
from jinja2.utils import internalcode

from digest.errors import DigestError, TemplateError
from digest.models import ENGLISH, Tongue
from digest.theme.compiled import Compiled
from digest.theme.speaking import Sayer, speaking

_HINT = "correct the file, or remove it from your templates folder to get the shipped one back"
_OF_DICTIONARIES = frozenset(dir(dict))
_PACKAGE = Path(__file__).resolve().parent.parent


def load(
    overrides: Path | None,
    filters: Mapping[str, Callable[..., object]],
    tongue: Tongue = ENGLISH,
) -> jinja2.Environment:
    """Return the environment that renders templates, those in `overrides` before the shipped ones.

    `.html`, `.svg` and `.xml` are escaped, an unknown name is an error, the last line break of a
    file is kept. What goes wrong in a template is raised as `TemplateError` with file and line.
    What stands in `{% trans %}` and `_()` is said in `tongue`.
    """
    folders = tuple(folders_of(overrides))
    said = "" if tongue is ENGLISH else f"{tongue.language} {fingerprint(overrides)}"
    environment = _Environment(
        loader=_Loader(folders),
        autoescape=_is_markup,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
        cache_size=-1,
        extensions=("jinja2.ext.i18n",),
        bytecode_cache=Compiled(_shipped(), filters, said),
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.newstyle_gettext = True  # type: ignore[attr-defined]  # of i18n
    environment.globals.update(speaking(tongue))
    environment.tongue = tongue
    environment.filters.update(filters)
    return environment


def fingerprint(overrides: Path | None) -> str:
    """Return a hash over the names and bytes of all templates: another one, render all again."""
    digest = hashlib.sha256()
    for folder in folders_of(overrides):
        for path in sorted(path for path in folder.rglob("*") if _is_template(path)):
            for part in (path.relative_to(folder).as_posix().encode(), _bytes(path)):
                digest.update(b"%d:" % len(part) + part)
        digest.update(b"/")
    return digest.hexdigest()


def fonts(overrides: Path | None) -> tuple[tuple[str, bytes], ...]:
    """Return the fonts that pictures are drawn with, path and bytes, in order of their names.

    Those in `charts/fonts/` of the user's folder are added; one of the same name replaces ours.
    """
    found: dict[str, Path] = {}
    for folder in reversed(tuple(folders_of(overrides))):
        paths = sorted((folder / "charts" / "fonts").glob("*.[ot]tf"), key=lambda path: path.stem)
        found |= {path.name: path for path in paths if _is_template(path)}
    return tuple((str(path), _bytes(path)) for path in found.values())


def folders_of(overrides: Path | None) -> tuple[Path, ...]:
    """Return the folders of templates and catalogues, the first one's before the next one's."""
    return tuple(_folders(overrides))


def _folders(overrides: Path | None) -> Iterator[Path]:
    if overrides is not None and overrides.is_dir():
        yield overrides
    yield _shipped()


def _shipped() -> Path:
    packaged = _PACKAGE / "templates"
    shipped = packaged if packaged.is_dir() else _PACKAGE.parent / "templates"
    if not shipped.is_dir():
        raise TemplateError(
            "the shipped templates are missing", at=str(shipped), hint="install digest again"
        )
    return shipped


def _is_markup(name: str | None) -> bool:
    return name is None or name.endswith((".html", ".svg", ".xml"))


def _is_template(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(".") and not path.name.endswith("~")


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: OSError | UnicodeDecodeError) -> TemplateError:
    if isinstance(error, OSError):
        return TemplateError(
            f"this template cannot be read: {error.strerror}",
            at=str(path),
            hint="give the user who runs digest the right to read it",
        )
    line = error.object[: error.start].count(b"\n") + 1
    return TemplateError("this template is not UTF-8", at=f"{path}, line {line}", hint=_HINT)


class _Loader(jinja2.BaseLoader):
    """Finds a template in the first of its folders that has it."""

    def __init__(self, folders: tuple[Path, ...]) -> None:
        self.folders = folders

    def get_source(
        self,
        environment: jinja2.Environment,  # noqa: ARG002  jinja2's own signature
        template: str,
    ) -> tuple[str, str, Callable[[], bool]]:
        pieces = jinja2.loaders.split_template_path(template)
        for folder in self.folders:
            path = folder.joinpath(*pieces)
            if path.is_file():
                return _text(path), str(path), lambda: True
        raise jinja2.TemplateNotFound(template)

    def list_templates(self) -> list[str]:
        return sorted(
            {
                path.relative_to(folder).as_posix()
                for folder in self.folders
                for path in folder.rglob("*")
                if _is_template(path)
            }
        )


def _text(path: Path) -> str:
    try:
        return _bytes(path).decode()
    except UnicodeDecodeError as error:
        raise _unreadable(path, error) from error


class _Context(Context):
    """Calls what templates call, as jinja2 does; plain functions and macros three times quicker."""

    @internalcode
    def call(self, called: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        kind = type(called)
        if kind is FunctionType and not hasattr(called, "jinja_pass_arg"):
            kwargs.pop("_loop_vars", None)
            kwargs.pop("_block_vars", None)
            return called(*args, **kwargs)
        return super().call(called, *args, **kwargs)


class _Environment(jinja2.Environment):
    """Raises `TemplateError` for whatever goes wrong while a template is compiled or rendered.

    What stands in a dictionary is found without looking for an attribute of that name before. Texts
    that hold no values are looked up when a template is compiled, unless it turns escaping on or
    off by itself.
    """

    context_class = _Context
    tongue = ENGLISH

    def getattr(self, obj: Any, attribute: str) -> Any:
        if type(obj) is dict and attribute in obj and attribute not in _OF_DICTIONARIES:
            return obj[attribute]
        try:
            return getattr(obj, attribute)
        except AttributeError:
            return super().getattr(obj, attribute)

    def _generate(
        self,
        source: nodes.Template,
        name: str | None,
        filename: str | None,
        defer_init: bool = False,
    ) -> str:
        if source.find(nodes.ScopedEvalContextModifier) is None:
            source = Sayer(EvalContext(self, name), self.tongue).visit(source)
        return super()._generate(source, name, filename, defer_init)

    def handle_exception(self, source: str | None = None) -> NoReturn:
        cause = sys.exc_info()[1]
        if isinstance(cause, DigestError):
            raise cause
        try:
            super().handle_exception(source)
        except Exception as error:
            raise TemplateError(_what(error), at=self._place(error), hint=_HINT) from error

    def _place(self, error: Exception) -> str:
        if isinstance(error, jinja2.TemplateSyntaxError):
            return f"{error.filename or error.name or 'a template'}, line {error.lineno}"
        folders = self.loader.folders if isinstance(self.loader, _Loader) else ()
        place, trace = "a template", error.__traceback__
        while trace is not None:
            path = Path(trace.tb_frame.f_code.co_filename)
            if any(path.is_relative_to(folder) for folder in folders):
                place = f"{path}, line {trace.tb_lineno}"
            trace = trace.tb_next
        return place


def _what(error: Exception) -> str:
    if isinstance(error, jinja2.TemplateNotFound):
        return f"there is no template named {error.name!r}"
    return f"{error}" if isinstance(error, jinja2.TemplateError) else f"{error!r}"
