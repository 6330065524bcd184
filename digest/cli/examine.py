"""What `digest doctor` looks at, one finding each. It changes nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from digest import catalogues
from digest.cli import examine_hubs, examine_mail
from digest.cli.findings import Finding
from digest.cli.newsletter import Newsletter
from digest.cli.stay import warm_up
from digest.errors import DigestError
from digest.render import pictures
from digest.theme import folders_of

FREE_BYTES = 200 * 1024 * 1024
INOTIFY = Path("/proc/sys/fs/inotify/max_user_watches")


def examine(open_newsletter: Callable[[], Newsletter]) -> Iterator[Finding]:
    """Yield a finding for each thing examined; without settings there is nothing else to see."""
    try:
        letter = open_newsletter()
    except DigestError as error:
        yield _ill("settings", error)
        return
    yield Finding(about="settings", is_well=True, seen=f"read, for {letter.root.absolute()}")
    checks: tuple[tuple[str, Callable[[Newsletter], str]], ...] = (
        ("time zone", _zone),
        ("inbox", _inbox),
        ("output", _output),
        ("templates", _templates),
        ("language", language),
        ("pictures", _pictures),
        ("search", _search),
        ("store", _store),
        ("hubs", examine_hubs.hubs),
        ("disk", _disk),
        ("folder news", _inotify),
        ("mail server", examine_mail.mail_server),
        ("mail", examine_mail.sender),
    )
    for about, check in checks:
        try:
            yield Finding(about=about, is_well=True, seen=check(letter))
        except DigestError as error:
            yield _ill(about, error)


def _ill(about: str, error: DigestError) -> Finding:
    return Finding(about=about, is_well=False, seen=str(error), hint=error.hint)


def _zone(letter: Newsletter) -> str:
    zone = ZoneInfo(letter.settings.newsletter.timezone)
    return f"{zone.key}, where it is {letter.now().astimezone(zone):%Y-%m-%d %H:%M}"


def _inbox(letter: Newsletter) -> str:
    arrived = letter.inbox.look(letter.now())
    _insist_writable(letter.settings.paths.inbox)
    waiting = len(arrived.whole) + len(arrived.unfinished) + len(arrived.refused)
    return f"{letter.settings.paths.inbox}, {waiting} files waiting"


def _output(letter: Newsletter) -> str:
    folder = letter.settings.paths.output
    if not folder.exists():
        return f"{folder}, made by the first run"
    _insist_writable(folder)
    if not letter.output.exists:
        return f"{folder}, nothing published yet"
    if letter.output.manifest() is None:
        raise DigestError(
            "its manifest is missing or damaged", at=str(folder), hint="run: digest publish --all"
        )
    obstacle = letter.output.obstacle
    how = f"file by file: {obstacle} (docs/hosting.md)" if obstacle else "all at one instant"
    return f"{folder}, published {how}"


def _insist_writable(folder: Path) -> None:
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise DigestError(
            "this user may not write there", at=str(folder), hint="give it the right to"
        )


def _templates(letter: Newsletter) -> str:
    warm_up(letter)
    own = letter.settings.paths.templates
    count = sum(path.is_file() for path in own.rglob("*")) if own.is_dir() else 0
    return f"all of them compile; {count} of your own in {own}"


def language(letter: Newsletter) -> str:
    """Tell in which language readers are spoken to, and by which catalogues."""
    told, folders = (
        letter.settings.site.language,
        tuple(folders_of(letter.settings.paths.templates)),
    )
    paths = [str(path) for path in catalogues.paths_of(told, folders)]
    if letter.speaks_its_language:
        return f"{told}, by {', '.join(paths)}" if paths else f"{told}, as the templates have it"
    known = ", ".join(catalogues.languages(folders))
    return f"{told} has no catalogue, so readers are spoken to in English; there are: {known}"


def _pictures(_: Newsletter) -> str:
    painter = pictures.version()
    if painter is None:
        return "in pages only, none in mail; for those: pip install 'digest[charts]'"
    return f"in pages and in mail, painted by {painter}"


def _search(letter: Newsletter) -> str:
    told = {
        "": "none on the site, as set",
        "titles": "on the site in titles and authors; in whole texts: pip install 'digest[search]'",
        "full": "on the site in whole texts",
    }[letter.site.search]
    return f"{told}, indexed by {letter.indexer.name}" if letter.indexer else told


def _store(letter: Newsletter) -> str:
    if not letter.has_store:
        return "none yet, made by the first run"
    problems = letter.store.check()
    if problems:
        raise DigestError("; ".join(problems), hint="bring back a backup: digest restore FILE")
    with letter.store.reading() as tx:
        counts = tx.counts()
    return f"sound, {counts['papers']} papers, {counts['editions']} editions"


def _disk(letter: Newsletter) -> str:
    folder = letter.root if letter.root.exists() else Path()
    free = shutil.disk_usage(folder).free
    if free < FREE_BYTES:
        raise DigestError(
            f"only {free // 2**20} MiB free", at=str(folder.absolute()), hint="make room"
        )
    return f"{free // 2**20:,} MiB free"


def _inotify(_: Newsletter) -> str:
    if not INOTIFY.exists():
        return "not by inotify here; the sweep finds what is dropped"
    return f"inotify, {INOTIFY.read_text(encoding='ascii').strip()} watches allowed"
