"""Makes text from a dump fit where it stands: safe, short, wrapped, escaped for Markdown.

`FILTERS` are the same functions for templates. HTML needs only `note_html` and `math_html`, since
templates escape it. Nothing here decides what is shown, and but for `math_html` and
`legible_paragraphs` no text is made legible: LaTeX stays LaTeX.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from urllib.parse import quote, urlsplit, urlunsplit

from markupsafe import Markup

from digest.models import ListedPaper, Paper
from digest.render import chat, cuts, mathml, notes
from digest.text.hygiene import clean, remove_unsafe
from digest.text.legible import legible
from digest.text.paragraphs import split_paragraphs

_LINE_END = re.compile("\r\n?|[\x0b\x0c\x1c-\x1f\x85\u2028\u2029]")
_PLAIN_ADDRESS = re.compile(r"https?://[a-z0-9][a-z0-9.-]*[a-z0-9](/[A-Za-z0-9._~/-]*)?")
_HOST = re.compile(r"[a-z0-9_]([a-z0-9._-]*[a-z0-9_.])?|\[[0-9a-f:.]+\]")
_STRAY_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_URL_SAFE = "/%:@!$&'*+,;=~"  # not the parentheses, which end a link in Markdown
_MARKDOWN = str.maketrans(
    {character: f"\\{character}" for character in "\\`*_{}[]>#"}
    | {character: f"&#{ord(character)};" for character in "~|@$"}
    | {"<": "&lt;"}
)
_ENTITY = re.compile("&(?=[#A-Za-z])")
_DOMAIN_DOT = re.compile(r"\.(?:(?<=[A-Za-z0-9-]\.)(?=[A-Za-z]{2})|(?<=[Ww]{3}\.))")
_MEANT_COLON = re.compile(r":(?:(?<=\]:)|(?=[a-z0-9_+\\-]{1,40}:))")  # a reference, a drawn face
_BLOCK_START = re.compile(r"(?:[-+](?=[\s-]|$)|[=:])")
_NUMBERED = re.compile(r"(\d{1,9})([.)])(?=\s|$)")
_ODD_WIDTH = re.compile("[^\x00-\u02ff\u2010-\u2027]")  # beyond: marks, and wide characters
_ADDRESSES = ("http://", "https://")

cut = cuts.cut


def one_line(text: str) -> str:
    """Return `text.hygiene.clean` of the text, quickly where nothing is to do."""
    return " ".join(text.split()) if text.isprintable() else clean(text)


def lines(text: str) -> str:
    """Drop what `one_line` drops, but keep the line breaks: for notes, which are Markdown."""
    return remove_unsafe(_LINE_END.sub("\n", text)).strip("\n")


def paragraphs(paper: Paper | ListedPaper) -> tuple[str, ...]:
    """Return the paragraphs of the abstract as the dump had them, none of them empty."""
    return split_paragraphs(paper.abstract, paper.paragraph_starts)


def legible_paragraphs(paper: Paper | ListedPaper) -> tuple[str, ...]:
    """Return the paragraphs of the abstract as a reader should see them, each one line."""
    return tuple(filter(None, map(legible, paragraphs(paper))))


def web_address(address: str | None) -> str | None:
    """Return the address in plain ASCII if it is a sound http, https or mailto one, else None."""
    if address is None or _PLAIN_ADDRESS.fullmatch(address):
        return address
    stripped = address.strip()
    if not stripped.isprintable():
        return None
    try:
        parts = urlsplit(stripped)
        netloc = _netloc(parts.hostname, parts.port)
    except ValueError:
        return None
    is_web = parts.scheme in ("http", "https") and netloc and "@" not in parts.netloc
    is_mail = parts.scheme == "mailto" and not parts.netloc and "@" in parts.path
    if not (is_web or is_mail):
        return None
    path, query, fragment = (_percent(part) for part in (parts.path, parts.query, parts.fragment))
    return urlunsplit((parts.scheme, netloc, path, query, fragment))


def wrap(text: str, width: int = 72, indent: str = "") -> str:
    """Break `text` into lines of at most `width` columns. An address is never broken."""
    words, room = text.split(), width - len(indent)
    wrapped: Iterable[str]
    if text.isascii() or not _ODD_WIDTH.search(text):
        wrapped = _quickly_wrapped(" ".join(words), room) or _wrapped(words, room, len)
    else:
        wrapped = _wrapped(words, room, _columns)
    return "\n".join(indent + line for line in wrapped)


def wrap_lines(text: str, width: int = 72, indent: str = "") -> str:
    """Break each line of `text` that is too wide, and keep all others as they are."""
    parts = (
        wrap(line, width, indent) if _columns(line) > width - len(indent) else indent + line
        for line in text.split("\n")
    )
    return "\n".join(part.rstrip() for part in parts)


@lru_cache(maxsize=8192)
def markdown_escape(text: str) -> str:
    """Write one line of text so that every Markdown renderer shows just that text.

    A backslash where the first Markdown already knew it, an entity elsewhere, and both only where
    a character could mean something. `$` is money: mathematics has been made Unicode.
    """
    text = _ENTITY.sub("&amp;", one_line(text)).translate(_MARKDOWN)
    text = _DOMAIN_DOT.sub(r"\.", text).replace("//", "/&#47;")  # some make links of them
    text = _MEANT_COLON.sub("&#58;", text)
    text = _NUMBERED.sub(r"\1\\\2", text, count=1) if _NUMBERED.match(text) else text
    if _BLOCK_START.match(text):
        return (f"\\{text[0]}" if text[0] in "-+" else f"&#{ord(text[0])};") + text[1:]
    return text


def markdown_target(address: str) -> str:
    """Write an address from `web_address` as the target of a Markdown link."""
    return address.replace("&", "&amp;")


def quoted(text: str) -> str:
    """Write Markdown as a Markdown quotation, out of which no open fence or tag reaches."""
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def note_html(note: str) -> Markup:
    """Render an editor's note as HTML without anything active."""
    return Markup(lines(notes.to_html(lines(note))))  # noqa: S704  as safe as it was before


FILTERS: Mapping[str, Callable[..., object]] = {
    "cut": cut,
    "wrap": wrap,
    "wrap_lines": wrap_lines,
    "markdown_escape": markdown_escape,
    "markdown_target": markdown_target,
    "quoted": quoted,
    "note_html": note_html,
    "math_html": mathml.to_html,
    **chat.FILTERS,
}


def _netloc(host: str | None, port: int | None) -> str:
    if not host:
        return ""
    ascii_host = f"[{host}]" if ":" in host else host.encode("idna").decode("ascii")
    if not _HOST.fullmatch(ascii_host):
        raise ValueError(host)
    return ascii_host if port is None else f"{ascii_host}:{port}"


def _percent(part: str) -> str:
    return quote(_STRAY_PERCENT.sub("%25", part), safe=_URL_SAFE + "?")


def _quickly_wrapped(line: str, width: int) -> list[str]:
    """Break a line where each character takes a column; nothing where a word takes more than all.

    That is as `_wrapped` breaks it, a line at a time rather than a word.
    """
    lines = _lines_of(width).findall(line) if width > 0 else []
    return lines if " ".join(lines) == line else []


@lru_cache(maxsize=64)
def _lines_of(width: int) -> re.Pattern[str]:
    return re.compile(rf"(?:^| )(.{{1,{width}}})(?= |$)")


def _wrapped(words: list[str], width: int, columns_of: Callable[[str], int]) -> Iterator[str]:
    line, used = "", width  # as if full, so that the first word opens a line
    for word in words:
        columns = columns_of(word)
        if used + 1 + columns <= width:
            line += f" {word}"
            used += 1 + columns
            continue
        if line:
            yield line
        *full, line = _pieces(word, width) if columns > width else (word,)
        yield from full
        used = columns_of(line)
    if line:
        yield line


def _pieces(word: str, width: int) -> Iterator[str]:
    """Part a word that is wider than a line, unless it is an address."""
    start, used = 0, 0
    for at, character in enumerate(word if not word.startswith(_ADDRESSES) else ""):
        columns = _columns(character)
        if used + columns > width and at > start and not cuts.is_inside(word, at):
            yield word[start:at]
            start, used = at, 0
        used += columns
    yield word[start:]


def _columns(text: str) -> int:
    """Count the columns a terminal gives to `text`: two for a wide character, none for a mark."""
    if text.isascii():
        return len(text)
    marks = sum(unicodedata.category(character)[0] == "M" for character in text)
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) - marks + wide
