"""What templates say in a tongue: the functions of jinja2's i18n, and texts said beforehand."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress

import jinja2
from jinja2 import nodes
from jinja2.nodes import EvalContext
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from digest.models import Tongue

_MARKUP = re.compile(r"(<[^<>]*>|&#?\w+;)")


def speaking(tongue: Tongue) -> dict[str, Callable[..., str]]:
    """Return what jinja2's i18n calls, by the names it calls it.

    A translation holds no markup but that of its source: everything else in it is escaped, as the
    values are that it is filled with. English stands in templates, and is left as it stands there.
    """

    @jinja2.pass_eval_context
    def gettext(place: EvalContext, text: str, /, **values: object) -> str:
        return _laid_out(place, text, tongue.find(text)) % values

    @jinja2.pass_eval_context
    def ngettext(place: EvalContext, one: str, many: str, num: int, /, **values: object) -> str:
        if not isinstance(num, int):
            raise TypeError(f"a number chooses the form, not {num!r}: name it after `pluralize`")
        said = _laid_out(place, one if num == 1 else many, tongue.find_count(one, many, num))
        return said % {"num": num, **values}

    return {"gettext": gettext, "ngettext": ngettext}


def _laid_out(place: EvalContext, text: str, said: str) -> str:
    if not place.autoescape:
        return said
    if said != text:
        has_markup = _MARKUP.search(text) is not None
        parts = _MARKUP.split(said) if has_markup else (said,)
        said = "".join(part if at % 2 else escape(part) for at, part in enumerate(parts))
    return Markup(said)  # noqa: S704  a template's own text, or escaped


class Sayer(NodeTransformer):
    """Puts what a text without values is in a tongue in the place of the call that looks it up."""

    def __init__(self, place: EvalContext, tongue: Tongue) -> None:
        self._place = place
        self._tongue = tongue

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802  jinja2's own spelling
        """Return what is said in place of the call, if all of it is known."""
        match node:
            case nodes.Call(
                node=nodes.Name(name="gettext" | "_"),
                args=[nodes.Const(value=str(text))],
                kwargs=[],
                dyn_args=None,
                dyn_kwargs=None,
            ):
                with suppress(ValueError, TypeError, KeyError):  # told when rendered
                    said = _laid_out(self._place, text, self._tongue.find(text)) % {}
                    return nodes.MarkSafeIfAutoescape(nodes.Const(str(said)), lineno=node.lineno)
        return self.generic_visit(node)
