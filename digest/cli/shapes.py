"""The JSON that commands print with `--json`. docs/cli.md documents it; it is kept stable."""

from __future__ import annotations

import json
import sys
from typing import Any

from digest.cli.findings import Finding, State
from digest.models import Diff, DumpRecord
from digest.output import Difference
from digest.pipeline.report import DumpReport, EditionReport, RunReport
from digest.render.to_json import paper_json

Json = dict[str, Any]


def put(value: object) -> None:
    """Print a value as JSON on stdout, whatever the terminal's encoding."""
    text = json.dumps(value, ensure_ascii=False, indent=1)
    sys.stdout.buffer.write(text.encode("utf-8", "replace") + b"\n")
    sys.stdout.buffer.flush()


def run(report: RunReport) -> Json:
    """Return what `digest run` tells."""
    return {
        "dumps": [dump(each) for each in report.dumps],
        "waiting": list(report.waiting),
        "editions": [edition(each) for each in report.editions],
        "published": list(report.published),
        "quiet": report.quiet,
    }


def published(found: Difference) -> Json:
    """Return what `digest publish` tells."""
    return {
        "published": list(found.paths),
        "new": list(found.new),
        "changed": list(found.changed),
        "removed": list(found.removed),
        "repair": found.is_repair,
    }


def dump(report: DumpReport) -> Json:
    """Return what became of one file."""
    return {
        "file": report.file,
        "format": report.format,
        "date": report.day.isoformat() if report.day else None,
        "status": str(report.status),
        "reason": report.reason,
        "hint": report.hint,
        "notes": list(report.notes),
        "listed": report.listed,
        "new": report.new,
        "seen": report.seen,
        "revised": report.revised,
        "edition": report.edition,
    }


def edition(report: EditionReport) -> Json:
    """Return how many papers an edition holds; of one that the curator decides on, what."""
    told: Json = {
        "name": report.name,
        "sealed": report.is_sealed,
        "new": report.new,
        "trending": report.trending,
        "revised": report.revised,
    }
    return told | ({"approval": report.approval} if report.approval else {})


def diff(report: DumpReport, found: Diff) -> Json:
    """Return what one file holds, paper by paper, as `digest diff` tells it."""
    told = dump(report)
    counts = ("listed", "edition", "hint")
    return {
        **{name: value for name, value in told.items() if name not in counts},
        "new": [paper_json(each.listed, each.key, each.listed.position) for each in found.new],
        "seen": [
            paper_json(each.listed, each.paper.key, each.listed.position) for each in found.seen
        ],
        "revised": [
            paper_json(each.listed, each.paper.key, each.listed.position) for each in found.revised
        ],
    }


def record(known: DumpRecord) -> Json:
    """Return what the store remembers of a dump."""
    return {
        "file": known.name,
        "format": known.format or None,
        "date": known.day.isoformat() if known.day else None,
        "status": str(known.status),
        "reason": known.reason,
        "listed": known.listed,
        "new": known.new,
        "seen": known.seen,
        "revised": known.revised,
        "edition": known.edition,
        "arrived": known.arrived_at.isoformat(),
    }


def state(told: State) -> Json:
    """Return what `digest status` tells."""
    return {
        "at": told.at.isoformat(),
        "counts": told.counts,
        "read": [record(each) for each in told.read],
        "empty": [record(each) for each in told.empty],
        "rejected": [record(each) for each in told.rejected],
        "ready": list(told.ready),
        "waiting": list(told.waiting),
        "drafts": [edition(each) for each in told.drafts],
        "due": {"now": list(told.due_now), "next": told.next_seal.isoformat()},
        "deliveries": told.deliveries,
        "held": [
            {"edition": edition, "subscriber": number, "reason": reason}
            for edition, number, reason in told.held
        ],
        "next_attempt": told.next_attempt.isoformat() if told.next_attempt else None,
    }


def finding(found: Finding) -> Json:
    """Return one thing that `digest doctor` looked at."""
    return {
        "about": found.about,
        "well": found.is_well,
        "seen": found.seen,
        "hint": found.hint,
    }
