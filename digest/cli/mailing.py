"""What `digest deliver` does: the newsletter's post room put together, and its ways of sending."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from digest import addresses
from digest.cli import shapes
from digest.cli.context import NOTHING_NEW
from digest.cli.findings import Told
from digest.cli.newsletter import Newsletter
from digest.cli.people import prune_due
from digest.cli.postroom import letters, postroom, server, usher
from digest.cli.words import say
from digest.errors import ConfigError, UsageError
from digest.models import DeliveryState, Envelope, Outcome, Phase, Verdict
from digest.pipeline.deliver import DeliverReport, Wishes, deliver
from digest.pipeline.held import resolve_held
from digest.pipeline.proofing import Proofs
from digest.pipeline.sending import Connection
from digest.smtp.connection import Connection as SmtpConnection
from digest.store import Store, backup, open_store
from digest.tokens import Signer


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What was asked for on the command line."""

    edition: str | None = None
    to: tuple[str, ...] = ()
    include_stale: bool = False


def send(letter: Newsletter, ask: Ask) -> Told:
    """Send what is due, until nothing is."""
    room = postroom(letter, _connector(letter), threading.Event())
    prune_due(letter)
    return _report(deliver(room, _wishes(room.store, ask)), "")


def deliver_due(letter: Newsletter, stop: threading.Event) -> Told:
    """Send what is due, or until `stop` is set; no lines are told where nothing was."""
    room = postroom(letter, _connector(letter), stop)
    prune_due(letter)
    report = deliver(room, Wishes())
    told = _report(report, "")
    is_idle = not (report.counts or report.planned or report.resent or report.held)
    return replace(told, lines=()) if is_idle else told


def invite_due(letter: Newsletter, stop: threading.Event) -> Told:
    """Send the mails that ask to confirm; no lines are told where there were none."""
    prune_due(letter)
    counts = usher(letter, _connector(letter), stop).invite_due()
    told = {state.value: count for state, count in sorted(counts.items())}
    lines = [f"confirmation mails: {count} {state}" for state, count in told.items()]
    return Told(lines=tuple(lines), json=dict(told), exit_code=0 if told else NOTHING_NEW)


def rehearse(letter: Newsletter, ask: Ask, folder: Path | None) -> Told:
    """Do all of it on a copy of the store, writing mails to a folder or nowhere."""
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    sink = _Sink(folder)
    with TemporaryDirectory() as place:
        copy = Path(place) / "copy.db"
        _ = letter.store.id  # refused, as everywhere, where it is missing or damaged
        backup(letter.settings.store.url, copy)
        store = open_store(f"sqlite:///{copy}")
        try:
            room = postroom(letter, lambda: sink, threading.Event(), store=store)
            room = replace(room, means=replace(room.means, ready_in=lambda _: 0.0, connections=1))
            return _report(deliver(room, _wishes(store, ask)), "would be ")
        finally:
            store.close()


def test(letter: Newsletter, ask: Ask, to: str) -> Told:
    """Send one copy of an edition, the latest unless one is named, to any address."""
    name = ask.edition or _latest(letter)
    proofs(letter).send(name, to)
    said = f"{name} was taken by {letter.settings.smtp.host} for {to}"
    return Told(lines=(said,), json={"edition": name, "sent": 1})


def proofs(letter: Newsletter) -> Proofs:
    """Return what makes proofs of drafts, and mails them on trial."""
    store = letter.store

    def connect() -> Connection:
        return _connector(letter)()  # it is refused only then that no mail server is set

    return Proofs(
        store=store,
        press=letter.press,
        letters=lambda: letters(letter, store, Signer(*store.keys)).letter,
        connect=connect,
        clock=letter.now,
    )


def resolve(letter: Newsletter, ask: Ask, *, resend: bool) -> Told:
    """Decide on what is held: all of it, or of one edition, or for some subscribers."""
    wishes = _wishes(letter.store, ask)
    only = (ask.edition, wishes.subscribers)
    count = resolve_held(letter.store, letter.now(), *only, resend=resend)
    word = "will be sent (again) by the next `digest deliver`" if resend else "count as sent"
    said = f"{count} held deliveries {word}" if count else "nothing is held"
    exit_code = 0 if count else NOTHING_NEW
    return Told(lines=(said,), json={"resolved": count, "resend": resend}, exit_code=exit_code)


def tell(told: Told, *, as_json: bool) -> None:
    """Print it."""
    if as_json:
        shapes.put(told.json)
        return
    for line in told.lines:
        say(line)


class _Sink:
    """Takes every mail, into a folder or nowhere."""

    is_open = True

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._count = 0

    def open(self) -> Outcome | None:
        return None

    def send(self, envelope: Envelope) -> Outcome:
        self._count += 1
        if self._folder is not None:
            (self._folder / f"{self._count:06}.eml").write_bytes(envelope.content)
        return Outcome(verdict=Verdict.TAKEN, phase=Phase.END, code=250)

    def close(self) -> None:
        pass


def _connector(letter: Newsletter) -> Callable[[], Connection]:
    if not letter.settings.smtp.host:
        raise ConfigError(
            "no mail server is set",
            at="smtp.host",
            hint="set it, or try it with `digest dev-smtp`: docs/smtp.md",
        )
    where = server(letter)
    return lambda: SmtpConnection(where)


def _wishes(store: Store, ask: Ask) -> Wishes:
    numbers = None
    if ask.to:
        if ask.edition is None:
            raise UsageError("--to needs --edition: which one are they to get?")
        numbers = tuple(_number(store, address) for address in ask.to)
    return Wishes(edition=ask.edition, subscribers=numbers, include_stale=ask.include_stale)


def _number(store: Store, address: str) -> int:
    with store.reading_post() as post:
        found = post.register.by_key(addresses.parse(address).key)
    if found is None:
        hint = "see `digest subscribers list`; `digest deliver --test` sends to any address"
        raise UsageError(f"{address} is no subscriber", hint=hint)
    return found.id


def _latest(letter: Newsletter) -> str:
    with letter.store.reading() as tx:
        records = tx.editions()
    if not records:
        raise UsageError("there is no edition yet", hint="drop a dump into the inbox: `digest run`")
    return records[0].name


def _report(report: DeliverReport, would: str) -> Told:
    counts = {state.value: count for state, count in sorted(report.counts.items())}
    lines = [f"{name}: {count} planned" for name, count in report.planned.items()]
    words = {DeliveryState.PENDING: "waiting for another attempt"}
    lines += [
        f"{count} {would}{words.get(state, state.value)}"
        for state, count in sorted(report.counts.items())
    ]
    if report.resent:
        lines.append(f"{report.resent} were in doubt and {would}sent again, under the same ids")
    if report.held:
        lines.append(f"{report.held} are in doubt: see `digest status`, then --resolve")
    for name in report.stale:
        lines.append(f"{name} is older than deliver.max_age_hours: --include-stale mails it")
    for name in report.unapproved:
        lines.append(f"{name} waits for approval: digest edition approve {name}")
    if not report.counts and not report.planned:
        lines.append("Nothing is due.")
    told: dict[str, object] = {
        "planned": report.planned,
        "counts": counts,
        "resent": report.resent,
        "held": report.held,
        "stale": list(report.stale),
        "unapproved": list(report.unapproved),
    }
    return Told(lines=tuple(lines), json=told, exit_code=0 if report.counts else NOTHING_NEW)
