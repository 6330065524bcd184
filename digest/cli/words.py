"""What commands tell people: results on stdout, progress and warnings on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence, Sized
from pathlib import Path
from typing import Any, TypeVar

from digest.cli.findings import Finding, State
from digest.models import Approval, Diff, DumpRecord, DumpStatus, Edition, Entry
from digest.output import Difference
from digest.pipeline.report import DumpReport, EditionReport, RunReport

T = TypeVar("T")

_FIRST = 5
"""So many paths of a kind are named."""


def say(text: str = "") -> None:
    """Print a line on stdout, whatever the terminal's encoding."""
    encoding = sys.stdout.encoding or "utf-8"
    print(text.encode(encoding, "replace").decode(encoding))


def tell_run(report: RunReport, output: Path) -> None:
    """Tell what a run did, and which file to open."""
    for dump in report.dumps:
        say(dump_in_words(dump))
    for name in report.waiting:
        say(f"{name}: still being written, left for the next run")
    for edition in report.editions:
        say(edition_in_words(edition))
    if report.quiet:
        say(f"Nothing new: {report.quiet}.")
    if report.published:
        say(f"{len(report.published)} files written. Open {output / 'index.html'}")


def tell_published(found: Difference, output: Path, *, in_full: bool, is_dry: bool) -> None:
    """Tell what a publish wrote, or would write; of all, what differed from what was there."""
    count = len(found.paths)
    if not count:
        say(f"{output} is up to date")
        return
    say(f"{count} files {'would be ' if is_dry else ''}written to {output}")
    if not in_full:
        return
    for word in ("new", "changed", "removed"):
        paths: Sequence[str] = getattr(found, word)
        if paths:
            say(f"{len(paths)} {word}:")
        for path in paths[:_FIRST]:
            say(f"  {path}")
        if len(paths) > _FIRST:
            say(f"  and {len(paths) - _FIRST} more; --json names all")
    if found.is_repair:
        done = "would be put right" if is_dry else "was put right"
        say(f"Nothing had changed that these depend on: somebody else changed them. That {done}.")


def dump_in_words(report: DumpReport) -> str:
    """Tell what became of one file, in a line; of a rejected one also what to do."""
    name = Path(report.file).name
    if report.status is DumpStatus.REJECTED:
        hint = f"\n  → {report.hint}" if report.hint else ""
        return f"{name}: rejected: {report.reason}{hint}"
    if report.status is DumpStatus.EMPTY or report.is_known:
        return f"{name}: {report.reason}"
    parts = f"{report.listed} papers: {report.new} new, {report.seen} seen before"
    revised = f", {report.revised} revised" if report.revised else ""
    notes = "".join(f"\n  note: {note}" for note in report.notes)
    return f"{name} ({report.format}, {report.day}): {parts}{revised}{notes}"


def tracker(description: str) -> Callable[[Iterable[T]], Iterable[T]]:
    """Return a function that passes items on and shows a bar for long work on a terminal."""

    def track(items: Iterable[T]) -> Iterator[T]:
        if not sys.stderr.isatty():
            yield from items
            return
        from rich.console import Console
        from rich.progress import track as shown

        total = len(items) if isinstance(items, Sized) else None
        console = Console(stderr=True)
        yield from shown(
            items, description, total=total, console=console, transient=True, update_period=0.2
        )

    return track


def edition_in_words(report: EditionReport) -> str:
    """Tell how many papers an edition holds, in a line."""
    parts = f"{report.new} new, {report.trending} trending again, {report.revised} revised"
    sealed = ", sealed" if report.is_sealed else ""
    return f"edition {report.name}: {parts}{sealed}{_decided(report.approval)}"


def _decided(approval: Approval | None) -> str:
    words = {Approval.AWAITED: "waits for approval", None: ""}
    told = words.get(approval, str(approval))
    return f", {told}" if told else ""


def tell_diff(found: Sequence[tuple[DumpReport, Diff]]) -> None:
    """Tell what each file holds, the new papers by title."""
    for report, papers in found:
        say(dump_in_words(report))
        for new in papers.new:
            say(f"  new      {new.listed.title}")
        for revised in papers.revised:
            say(f"  revised  {revised.listed.title} (version {revised.listed.version})")


def tell_edition(edition: Edition, approval: Approval | None) -> None:
    """Tell what stands in an edition, section by section."""
    say(f"{edition.name} ({'sealed' if edition.is_sealed else 'draft'}{_decided(approval)})")
    if edition.note:
        say(f"note: {edition.note}")
    for name in ("new", "trending", "revised"):
        entries: Sequence[Entry] = getattr(edition, name)
        if entries:
            say(f"\n{name}")
        for entry in entries:
            pinned = " (pinned)" if entry.is_pinned else ""
            say(f"  {entry.paper.key}  {entry.paper.title}{pinned}")
            say(f"    {entry.reason}; score {entry.score:.2f}")


def tell_settings(shown: dict[str, Any]) -> None:
    """Tell every setting, as it would stand in the file."""
    for section, values in shown.items():
        say(f"[{section}]")
        for name, value in values.items():
            say(f"{name} = {json.dumps(value, ensure_ascii=False)}")
        say()


def tell_state(state: State) -> None:
    """Tell how a newsletter stands."""
    counts = state.counts
    say(
        f"{counts['papers']} papers, {counts['sightings']} sightings, {counts['editions']} editions"
    )
    for dump in state.read[:5]:
        say(f"read      {_when(dump)}  {dump.name}: {dump.new} of {dump.listed} new")
    for dump in state.empty[:5] + state.rejected[:5]:
        say(f"{dump.status:9} {_when(dump)}  {dump.name}: {dump.reason}")
    for name in state.ready:
        say(f"waits     {name}: whole, for the next run")
    for name in state.waiting:
        say(f"waits     {name}: still being written")
    for draft in state.drafts:
        say(f"draft     {edition_in_words(draft)}")
    for name, counts in state.deliveries.items():
        parts = ", ".join(f"{count} {word}" for word, count in counts.items())
        say(f"mailed    {name}: {parts}")
    for name, number, reason in state.held[:5]:
        say(f"held      {name} to subscriber {number}: {reason}")
    if state.held:
        say(f"          {len(state.held)} held: digest deliver --resolve resend, or sent")
    say(f"next seal {state.next_seal:%Y-%m-%d %H:%M}Z")


def tell_findings(findings: Sequence[Finding]) -> None:
    """Tell what the doctor found."""
    for each in findings:
        say(f"{'ok ' if each.is_well else 'ILL'}  {each.about}: {each.seen}")
        if each.hint:
            say(f"     → {each.hint}")


def _when(dump: DumpRecord) -> str:
    return f"{dump.arrived_at:%Y-%m-%d %H:%M}Z"
