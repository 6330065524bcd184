"""The published folder as a server sees it: which file an address names, and what that file is.

Needs no extra: `digest preview` asks the same. What is answered is not known here.
"""

from __future__ import annotations

from pathlib import Path

_KINDS = {
    "atom.xml": "application/atom+xml",
    "rss.xml": "application/rss+xml",
    "feed.json": "application/feed+json",
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "bib": "application/x-bibtex; charset=utf-8",
    "ris": "application/x-research-info-systems; charset=utf-8",
    "webmanifest": "application/manifest+json",
    "json": "application/json",
    "opml": "text/x-opml; charset=utf-8",
    "xml": "application/xml",
    "svg": "image/svg+xml",
    "png": "image/png",
    "ico": "image/vnd.microsoft.icon",
    "woff2": "font/woff2",
    "wasm": "application/wasm",
    "eml": "message/rfc822",
}


def find(folder: Path, path: str) -> Path | bool:
    """Return the file that an address names; true where it names a folder without its slash."""
    parts = path.split("/")
    is_folder = parts[-1] == ""
    names = parts[:-1] if is_folder else parts
    if any(_is_hidden(name) or _is_odd(name) for name in names):
        return False
    try:
        home = folder.resolve(strict=True)
        target = home.joinpath(*names).resolve(strict=True)
        if not target.is_relative_to(home):
            return False
        if target.is_dir():
            page = target / "index.html"
            return (page if is_folder else True) if page.is_file() else False
        return target if target.is_file() and not is_folder else False
    except (OSError, ValueError, RuntimeError):
        return False


def kind_of(path: str) -> str:
    """Return the media type of a file, by its name; feeds have their own."""
    name = path.rpartition("/")[2]
    if name.endswith(".json") and "/feeds/" in f"/{path}":
        return _KINDS["feed.json"]
    for ending, kind in _KINDS.items():
        if name == ending or name.endswith(f".{ending}"):
            return kind
    return "application/octet-stream"


def _is_odd(name: str) -> bool:
    return "\\" in name or not name.isprintable() or len(name.encode("utf-8", "replace")) > 255


def _is_hidden(name: str) -> bool:
    """Whether a name is none, or not for readers; `.well-known` is a place by RFC 8615."""
    return not name or (name.startswith(".") and name != ".well-known")
