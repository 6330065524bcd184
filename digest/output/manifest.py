"""The manifest: which state of which store an output folder shows. It lies among its files."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace

from digest.models import Rendered

PATH = ".digest.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What an output folder shows: which store, up to which change, by which templates."""

    store_id: str
    change: int
    fingerprint: str

    def rendered(self) -> Rendered:
        """Return it as the file that it is."""
        content = json.dumps(asdict(self), sort_keys=True).encode() + b"\n"
        return Rendered(path=PATH, content=content)

    def unsure(self) -> Manifest:
        """Return what it says while files change one by one: all is to be made anew."""
        return replace(self, change=0, fingerprint="")


def read(content: bytes) -> Manifest | None:
    """Read a manifest; None where it is damaged, or none."""
    try:
        manifest = Manifest(**json.loads(content))
    except (ValueError, TypeError, RecursionError):
        return None
    told = (manifest.store_id, manifest.change, manifest.fingerprint)
    return manifest if [type(value) for value in told] == [str, int, str] else None
