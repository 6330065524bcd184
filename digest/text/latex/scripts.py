"""What TeX sets above, below or beside, written on one line: scripts, fractions, roots, hats.

Scripts are raised or lowered where Unicode has every letter of them; else they stand after `^` or
`_`, in brackets if they are more than a word or a number: x², aᵢⱼ, x^GPU, ℝ^(n×m).
"""

from __future__ import annotations

import re

from digest.text.latex.symbols import EVERY_LETTER, SUBSCRIPTS, SUPERSCRIPTS

_LONGEST_WORD = 3  # a longer one in tiny letters is a strain
_CAPITALS = re.compile("[A-Z]{2,}")
_WORD = re.compile(r"[A-Za-z]+|\d+(?:\.\d+)?|\.\d+")
_BRACKETED = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_SCRIPTS = "".join((*SUPERSCRIPTS.values(), *SUBSCRIPTS.values())).replace("-", "")
_AFTER = rf"(?:[′″‴!*\u0300-\u036f\u20d0-\u20ff{re.escape(_SCRIPTS)}]|[_^](?:\([^()]*\)|\w++))*+"
_LETTER = rf"[^\W\d_]{_AFTER}"
_NUMBER = r"\d+(?:[.,]\d+)*"
_CALL = rf"(?:[A-Za-z]{{2,}}|{_LETTER})?{_AFTER}\([^()]*\){_AFTER}"
_FENCED = r"\|[^|]*\||‖[^‖]*‖|⌈[^⌈⌉]*⌉|⌊[^⌊⌋]*⌋|(?:[a-z]{3,4})?\{[^{}]*\}"
_ONE = re.compile(
    rf"{_LETTER}|[∞∂…]|{_NUMBER}{_AFTER}|√(?:{_LETTER}|{_NUMBER})|{_CALL}|{_FENCED}|[A-Za-z]{{4,}}"
)
_FACTORS = re.compile(rf"(?:{_NUMBER}{_AFTER})?(?:[√∂]*{_LETTER})*+|{_ONE.pattern}")


def scripted(sign: str, script: str) -> str:
    """Raise (`^`) or lower (`_`) a script, as far as Unicode has letters for it."""
    script = script.replace(" ", "")
    if not script:
        return ""
    table = SUPERSCRIPTS if sign == "^" else SUBSCRIPTS
    is_long = script.isalpha() and (len(script) > _LONGEST_WORD or _CAPITALS.fullmatch(script))
    if not is_long and all(character in table for character in script):
        return "".join(table[character] for character in script)
    is_plain = len(script) == 1 or _WORD.fullmatch(script) or _BRACKETED.fullmatch(script)
    return f"{sign}{script}" if is_plain else f"{sign}({script})"


def fraction(over: str, under: str) -> str:
    """Write a fraction on one line."""
    return f"{in_brackets(over, _FACTORS)}/{in_brackets(under, _ONE)}"


def root(order: str, text: str) -> str:
    """Write a root: √n, √(k + 1), ∛x."""
    sign = {"": "√", "2": "√", "3": "∛", "4": "∜"}.get(order) or f"{scripted('^', order)}√"
    return sign + in_brackets(text, _ONE)


def in_brackets(text: str, known: re.Pattern[str]) -> str:
    """Put brackets around what would fall apart without them."""
    return text if known.fullmatch(text) else f"({text})"


def hatted(text: str, mark: str) -> str:
    """Set a mark on a letter; on several, on the last, unless it is a line over all of them."""
    if mark in EVERY_LETTER:
        return "".join(c + mark if c.isalnum() else c for c in text)
    return text + mark if text else ""
