"""Dumps: a file as somebody saved it becomes a `Listing` of papers.

Pure: the stream and the limits come in as arguments. Formats stand in `formats.FORMATS`; what a
listed paper has to do with those known already is decided elsewhere.
"""

from digest.dumps.formats import ENTRY_POINTS, FORMATS, Format, read
from digest.dumps.listing import HeaderDay, Limits, Listing
from digest.dumps.source import Source

__all__ = [
    "ENTRY_POINTS",
    "FORMATS",
    "Format",
    "HeaderDay",
    "Limits",
    "Listing",
    "Source",
    "read",
]
