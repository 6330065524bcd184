"""Who a paper is: arXiv ids, DOIs, folded titles, and the keys made of them.

Grammar of arXiv ids: https://info.arxiv.org/help/arxiv_identifier.html. The version is data, never
identity; the subject class of an old id (`math.GT/0309136`) is left out of it. DOIs are folded to
lower case (ISO 26324: case does not count). Titles are folded from their legible text, so that one
written in LaTeX, in Unicode, or as Hugging Face broke it is one. Nothing here decides whether two
papers are the same: see `differ`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING
from urllib.parse import unquote

from digest.text.legible import legible

if TYPE_CHECKING:
    from digest.models import ListedPaper

FOLDING = 2
"""The number of the rules by which titles are folded, those of `text.legible` among them.

A database remembers it; where it differs, the titles that it holds are folded anew. To be raised
with every change, after a release, that folds any title otherwise.
"""

_ARXIV = re.compile(
    r"""(?ix)
    (?: (?:(?:https?:)?//)?(?:[a-z0-9-]+\.)*arxiv\.org/(?:abs|pdf|html|format|src|e-print)/
      | (?:(?:https?:)?//)?(?:[a-z0-9-]+\.)*(?:huggingface\.co|hf\.co)/papers/
      | (?:file://(?:localhost)?)?/papers/
      | oai:arxiv\.org:
      | (?:(?:(?:https?:)?//)?(?:dx\.)?doi\.org/|doi:\s*)?10\.48550/arxiv\.
      | arxiv:\s*
    )?
    (?: (?P<new>(?:0[7-9]|1[0-4])(?:0[1-9]|1[0-2])\.\d{4}
          |(?:1[5-9]|[2-9]\d)(?:0[1-9]|1[0-2])\.\d{5})
      | (?P<archive>[a-z]+(?:-[a-z]+)?)(?:\.[a-z-]{2,20})?/
        (?P<number>\d{2}(?:0[1-9]|1[0-2])\d{3})
    )
    (?:v(?P<version>[1-9]\d{0,3}))?
    (?:\.pdf)?/?(?:[?\#].*)?
    """
)
_DOI = re.compile(r"(?i)(?:(?:(?:https?:)?//)?(?:dx\.)?doi\.org/|doi:\s*)?(10\.\d{4,9}/\S+)")

_NOT_PLAIN = re.compile(r"[^a-z0-9]+")
_SWITCH = re.compile(r"\{(?:em|it|bf|rm|sc|sf|sl|tt|cal) ")  # `{\em x}` without its backslash
_VARIANT = re.compile(r"var(?=epsilon|theta|phi)")
_GREEK = (
    *("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa"),
    *("lambda", "mu", "nu", "xi", "omicron", "pi", "rho", "sigma", "sigma", "tau", "upsilon"),
    *("phi", "chi", "psi", "omega"),
)
_SIGNS = str.maketrans({"ℓ": "ell", "ℏ": "hbar", "≠": "neq"})  # NFKD would make others of them
_SPELLED = str.maketrans(
    dict(
        zip(
            "αβγδεζηθικλμνξοπρσςτυφχψω",
            _GREEK,
            strict=True,
        )
    )
    | {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
    | {"×": "times", "÷": "div", "±": "pm", "∓": "mp", "∞": "infty", "→": "to", "∈": "in"}
    | {"≈": "approx", "∼": "sim", "≤": "leq", "⩽": "leq", "≥": "geq", "⩾": "geq"}
    | {"√": "sqrt", "∛": "sqrt3", "∜": "sqrt4", "∑": "sum", "∏": "prod", "∫": "int"}
    | {"∂": "partial", "∇": "nabla", "∀": "forall", "∃": "exists", "∪": "cup", "∩": "cap"}
)
"""Letters and signs as words: where a dump lost a backslash, mending was perhaps not certain."""


def parse_arxiv_id(text: str) -> tuple[str, int | None] | None:
    """Return the id without version, and the version, of an arXiv id however it is written.

    Takes the bare id, `arXiv:…`, `oai:arXiv.org:…`, the DOI `10.48550/arXiv.…`, and addresses of
    arXiv and of Hugging Face's papers. None where the text as a whole is no such thing.
    """
    found = _ARXIV.fullmatch(text.strip())
    if found is None:
        return None
    number = found["new"] or f"{found['archive'].lower()}/{found['number']}"
    return number, int(found["version"]) if found["version"] else None


def parse_doi(text: str) -> str | None:
    """Return the DOI of a bare DOI, `doi:…` or a doi.org address, in lower case; else None."""
    found = _DOI.fullmatch(text.strip())
    if found is None:
        return None
    doi = unquote(found[1]) if "//" in text else found[1]
    doi = doi.rstrip(".,;").lower()
    return doi if doi.isprintable() and " " not in doi else None


def letters(text: str) -> str:
    """Reduce a text to letters and digits: accents, case, punctuation and space gone.

    Nothing is known of LaTeX here: enough to tell how alike two long texts are.
    """
    if text.isascii():
        return _NOT_PLAIN.sub("", text.lower())
    text = unicodedata.normalize("NFKD", text.translate(_SIGNS)).casefold().translate(_SPELLED)
    return "".join(filter(str.isalnum, text))


def fold_title(title: str) -> str:
    """Reduce a title to what identifies it, however its accents and mathematics are written.

    One of punctuation alone stays as it is, so that no two are taken for one.
    """
    text = _SWITCH.sub("{", legible(title))
    return _VARIANT.sub("", letters(text)) or " ".join(title.split())


@lru_cache(maxsize=2048)
def title_key(title: str) -> str:
    """Return the key that a paper of this title answers to."""
    return f"title:{_short_hash(fold_title(title))}"


def keys_of(listed: ListedPaper) -> tuple[str, ...]:
    """Return the keys a listed paper answers to, strongest first: arXiv id, DOI, title."""
    keys = []
    if listed.arxiv_id:
        keys.append(f"arxiv:{listed.arxiv_id}")
    if listed.doi:
        keys.append(f"doi:{listed.doi}")
    keys.append(title_key(listed.title))
    return tuple(keys)


def namesake_key(listed: ListedPaper) -> str:
    """Return a key for a paper whose title is already another's: by title and abstract."""
    return f"title:{_short_hash(fold_title(listed.title) + '|' + letters(listed.abstract))}"


def slug_of(key: str, title: str) -> str:
    """Return the folder name of a paper's page: lower-case ASCII, stable, safe in any URL."""
    kind, _, value = key.partition(":")
    if kind == "arxiv":
        return value.replace("/", "-")
    words = _words(value if kind == "doi" else legible(title))
    return f"{words}-{_short_hash(key)[:8]}" if words else _short_hash(key)


def _words(text: str) -> str:
    """Return up to 60 characters of the text's ASCII words, joined by hyphens."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return _NOT_PLAIN.sub("-", plain)[:60].strip("-")


def _short_hash(text: str) -> str:
    """Return 80 bits of the text's BLAKE2b, in hex."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=10).hexdigest()
