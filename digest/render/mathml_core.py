"""Makes MathML Core of a library's MathML, or refuses.

Browsers show the elements and attributes of the Core alone (https://w3c.github.io/mathml-core/).
What it says otherwise is rewritten: letters of an alphabet are characters of their own, a name is
one identifier, a space has a width. What only decorates is dropped. All else is `Refused`: unknown
elements and attributes, elements without their arguments, and text in which LaTeX is left over,
which is how the library says that it does not know a command. Nothing here calls itself: a tree is
as deep as it is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from typing import Final
from xml.etree.ElementTree import Element

from digest.text.hygiene import has_unsafe

_TOKENS: Final = {"mi", "mn", "mo", "mtext"}
_ROWS: Final = {"math", "mrow", "msqrt", "mstyle", "mtd"}
_PARTS: Final = {
    **dict.fromkeys(("mfrac", "mroot", "msub", "msup", "mover", "munder"), 2),
    **dict.fromkeys(("msubsup", "munderover"), 3),
}
_SCRIPTS: Final = _PARTS.keys() - {"mfrac", "mroot"}
_TABLES: Final = {"mtable": "mtr", "mtr": "mtd"}
_KNOWN: Final = _TOKENS | _ROWS | _PARTS.keys() | _TABLES.keys() | {"mspace"}

_FLAG: Final = re.compile("true|false")
_WIDTH: Final = re.compile(r"[+-]?(?:[01](?:\.\d+)?|\.\d+)em|2(?:\.\d+)?em")  # none fills a page
_KEPT: Final = {
    **dict.fromkeys((("mo", name) for name in ("stretchy", "largeop", "separator")), _FLAG),
    **dict.fromkeys((("mo", f"{end}size") for end in ("min", "max")), _WIDTH),
    **dict.fromkeys((("mo", f"{side}space") for side in "lr"), _WIDTH),
    ("mo", "form"): re.compile("prefix|infix|postfix"),
    ("mspace", "width"): _WIDTH,
    ("mfrac", "linethickness"): re.compile("0"),
    ("mstyle", "displaystyle"): _FLAG,
    ("mstyle", "scriptlevel"): re.compile("[0-2]"),
    ("mover", "accent"): _FLAG,
}
_DROPPED: Final = {
    *("xmlns", "display", "fence", "accent", "movablelimits", "mathcolor", "mathsize"),
    *("columnalign", "columnlines", "columnspacing", "rowlines", "rowspacing", "displaystyle"),
    *("linebreak", "linethickness", "width", "height", "depth", "lspace", "voffset"),
}
_SPACES: Final = {
    "thinmathspace": "0.167em",
    "thickmathspace": "0.278em",
    "negativethinmathspace": "-0.167em",
    "negativemediummathspace": "-0.222em",
    "negativethickmathspace": "-0.278em",
}
_THIN: Final = _SPACES["thinmathspace"]

_NUMBERED: Final = re.compile("&#x([0-9A-Fa-f]{1,6});")  # how the library writes a sign
_ESCAPED: Final = re.compile(r"\\([%&_#$ ])")
_NUMBER: Final = re.compile(r"\d[\d,]*")
_LEFT_OVER: Final = re.compile(r"[\\${}\u29f8]")  # the last is a stroke that it lays over signs
_MEANT: Final = {"~": "∼", "―": "\u203e", "\\": "∖", "⧵": "∖"}
_IDENTIFIERS: Final = set("∞∅⊤")  # operators have space beside them, and it says that these are
_OPERATORS: Final = set(":†‡")  # such, and that these are not, nor most signs of mathematics
_BARS: Final = set("|‖")  # of which it is not known whether they open or close
_ACCENTS: Final = set("´¯˘ˇ˙¨\u20db\u20dc`^˚→˜\u203e")
_UNBREAKABLE: Final = set("|¬∀∃∂∇∑∏∫√")  # signs that belong to what comes after, or before
_FENCES: Final = {"Ps", "Pe"}


class Refused(Exception):
    """It cannot be said in MathML Core, or it is not what was meant."""


def rewrite(math: Element) -> None:
    """Turn what the library made into MathML Core, in place; raise `Refused` where that fails."""
    names: set[Element] = set()
    for element in reversed(list(math.iter())):  # what is inside comes before what is around it
        if element.tag == "mpadded" or (element.tag in _TOKENS and len(element)):
            element.tag = "mrow"
        font = element.attrib.pop("mathvariant", None)
        _keep_known(element)
        if element.tag in _TOKENS:
            _write_token(element, font, names)
        else:
            _write_row(element, names)


def pieces(math: Element, columns: int) -> Iterator[Element]:
    """Part a rewritten formula where a line may end; none takes more than so many columns.

    A line may end before a sign that stands between two things, and after a comma. `Refused` where
    there are not enough such places.
    """
    widths = _widths(math)
    if widths[math] <= columns:
        yield math
        return
    piece, used = Element("math"), 0.0
    for part in _unbroken(math):
        width = sum(widths[element] for element in part)
        if width > columns:
            raise Refused("too wide")
        if used + width > columns:
            yield piece
            piece, used = Element("math"), 0.0
            if part[0].tag == "mo":
                part[0].set("form", "infix")  # first in its piece, it would count as a prefix
        piece.extend(part)
        used += width
    yield piece


def _keep_known(element: Element) -> None:
    if element.tag not in _KNOWN:
        raise Refused(element.tag)
    for name, value in list(element.attrib.items()):
        rule = _KEPT.get((element.tag, name))
        told = _SPACES.get(value, value)
        if rule and rule.fullmatch(told):
            element.set(name, told)
        elif rule or name in _DROPPED:
            del element.attrib[name]
        else:
            raise Refused(name)


def _write_token(element: Element, font: str | None, names: set[Element]) -> None:
    """Write what a token says as characters, and call it what it is."""
    text = element.text or ""
    if element.tag == "mtext":
        text = _ESCAPED.sub(r"\1", text)
    if _LEFT_OVER.search(text) or (element.tag != "mtext" and text in ("&", "#")):
        raise Refused(text)
    text = _NUMBERED.sub(lambda match: chr(int(match[1], 16)), text)
    if has_unsafe(text):
        raise Refused(text)
    element.text = text = _MEANT.get(text, text)
    if element.tag == "mtext" and _NUMBER.fullmatch(text):
        element.tag = "mn"
    elif len(text) == 1:
        _write_sign(element, text, font)
    elif element.tag in ("mi", "mo") and text[:1].isalpha() and text != "mod":
        element.tag = "mi"
        names.add(element)
    if element.tag != "mtext" and font not in (None, "normal", "italic"):
        element.text = "".join(_in_alphabet(sign, font) for sign in text)


def _write_sign(element: Element, sign: str, font: str | None) -> None:
    kind = unicodedata.category(sign)
    if sign in _IDENTIFIERS or (sign in _BARS and "form" not in element.attrib):
        element.tag = "mi"
        element.attrib.clear()
    elif element.tag == "mi" and (sign in _OPERATORS or kind == "Sm" or kind in _FENCES):
        element.tag = "mo"
        if kind in _FENCES:
            element.set("stretchy", "false")
    elif element.tag == "mi" and (font == "normal" or (font is None and "Α" <= sign <= "Ω")):
        element.set("mathvariant", "normal")  # a letter by itself is otherwise set in italics


def _in_alphabet(sign: str, font: str) -> str:
    """Return a letter or digit as it is written in bold, script, fraktur and so on."""
    name = unicodedata.name(sign, "").replace("LETTER ", "")
    alphabet = font.upper().replace("-ITALIC", " ITALIC")
    for script in ("LATIN ", "GREEK "):
        name = name.replace(script, "")
    for known in (f"MATHEMATICAL {alphabet} {name}", f"{alphabet} {name}", f"BLACK-LETTER {name}"):
        try:
            return unicodedata.lookup(known)
        except KeyError:
            continue
    return sign


def _write_row(element: Element, names: set[Element]) -> None:
    """Check what stands in an element that is no token, and take out rows that hold one thing."""
    if (element.text or "").strip() or any((child.tail or "").strip() for child in element):
        raise Refused(element.tag)
    element[:] = [child[0] if _is_needless(child) else child for child in element]
    if element.tag in _ROWS:
        if len(element) == 1 and element[0].tag == "mrow":
            element[:] = list(element[0])
        element[:] = _spaced(_joined(element), names)
        _let_stretch(element)
        return
    parts = 0 if element.tag == "mspace" else _PARTS.get(element.tag, len(element))
    if len(element) != parts or any(
        child.tag != _TABLES.get(element.tag, child.tag) for child in element
    ):
        raise Refused(element.tag)
    if element.tag in _SCRIPTS:
        _write_scripts(element, names)


def _is_needless(element: Element) -> bool:
    return element.tag in ("mrow", "mstyle") and not element.attrib and len(element) == 1


def _write_scripts(element: Element, names: set[Element]) -> None:
    base, mark = element[0], element[1]
    if base in names:
        names.add(element)
    if element.tag == "mover" and mark.tag == "mo":
        mark.text = "˜" if mark.text == "∼" else mark.text
        if mark.text in _ACCENTS:
            element.set("accent", "true")


def _joined(row: Element) -> list[Element]:
    """Make one name of upright letters that stand together: `\\mathrm{eff}` comes as three."""
    joined: list[Element] = []
    for element in row:
        before = joined[-1] if joined else None
        if before is not None and _is_upright(before) and _is_upright(element):
            before.text = f"{before.text}{element.text}"
        else:
            joined.append(element)
    for element in joined:
        if _is_upright(element) and len(element.text or "") > 1:
            del element.attrib["mathvariant"]
    return joined


def _is_upright(element: Element) -> bool:
    return element.get("mathvariant") == "normal"


def _spaced(row: Sequence[Element], names: set[Element]) -> list[Element]:
    """Put a thin space between the name of a function and what it is a function of."""
    spaced: list[Element] = []
    for element in row:
        before = spaced[-1] if spaced else None
        if before is not None and _need_space(before, element, names):
            spaced.append(Element("mspace", width=_THIN))
        spaced.append(element)
    return spaced


def _need_space(before: Element, element: Element, names: set[Element]) -> bool:
    has_own = {before.tag, element.tag} & {"mo", "mspace", "mtext"}
    return not has_own and (before in names or element in names)


def _let_stretch(row: Element) -> None:
    """Let the brackets of a binomial be as high as it is; they come for a line of its own."""
    for before, element, after in zip(row, row[1:], row[2:], strict=False):
        if element.get("linethickness") == "0" and before.tag == after.tag == "mo":
            before.attrib.clear()
            after.attrib.clear()


def _unbroken(math: Element) -> Iterator[list[Element]]:
    """Yield what has to stay on one line, in order."""
    part: list[Element] = []
    for element in math:
        if part and (_is_comma(part[-1]) or (_is_operand(part[-1]) and _is_sign(element))):
            yield part
            part = []
        part.append(element)
    yield part


def _is_comma(element: Element) -> bool:
    return element.tag == "mo" and element.text in (",", ";")


def _is_operand(element: Element) -> bool:
    """Tell whether a sign after it stands between two things; what a bracket closes is one."""
    text = element.text or ""
    return element.tag != "mo" or (len(text) == 1 and unicodedata.category(text) == "Pe")


def _is_sign(element: Element) -> bool:
    """Tell whether it is a relation or an operation, which has something on either side."""
    text = element.text or ""
    is_sign = element.tag == "mo" and len(text) == 1 and unicodedata.category(text) == "Sm"
    return is_sign and text not in _UNBREAKABLE


def _widths(math: Element) -> dict[Element, float]:
    """Estimate the columns that each element takes, a column being a letter of the text."""
    widths: dict[Element, float] = {}
    for element in reversed(list(math.iter())):
        inside = [widths[child] for child in element]
        if element.tag in _SCRIPTS:
            widths[element] = inside[0] + 0.7 * max(inside[1:])
        elif element.tag == "mfrac":
            widths[element] = max(inside)
        else:
            widths[element] = sum(inside) + len(element.text or "") + 1.5 * _is_sign(element)
    return widths
