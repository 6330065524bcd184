"""The values that flow between the steps, and nothing else.

    bytes ─▶ Listing ─▶ ListedPaper… ─▶ Identity ─▶ Diff ─▶ Paper, Sighting ─▶ Edition ─▶ files

One type per stage: what a dump says (`ListedPaper`), what we know (`KnownPaper`, `Paper`,
`Sighting`), what we decided (`Diff`), what is published (`Edition`). All are frozen; a half-valid
one cannot exist. Nothing here reads a clock, a file or a database.
"""

from digest.models.editions import (
    Announced,
    Curation,
    Edition,
    EditionRecord,
    Entry,
    Material,
    Tally,
)
from digest.models.output import Rendered, Site
from digest.models.papers import (
    Day,
    Diff,
    DumpRecord,
    History,
    Known,
    KnownPaper,
    Links,
    ListedPaper,
    New,
    Paper,
    PaperPage,
    Sighting,
)
from digest.models.words import Cadence, DumpStatus, Section

__all__ = [
    "Announced",
    "Cadence",
    "Curation",
    "Day",
    "Diff",
    "DumpRecord",
    "DumpStatus",
    "Edition",
    "EditionRecord",
    "Entry",
    "History",
    "Known",
    "KnownPaper",
    "Links",
    "ListedPaper",
    "Material",
    "New",
    "Paper",
    "PaperPage",
    "Rendered",
    "Section",
    "Sighting",
    "Site",
    "Tally",
]
