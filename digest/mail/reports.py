"""Reads the reports that have a standard: of delivery (RFC 3464, 6533), of complaints (RFC 5965).

Which subscriber they are about is not said here: nothing in them is proof of it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from email.message import Message

from digest.mail.parts import fields_of, own_parts, value
from digest.mail.severity import STATUS, severity
from digest.models.returns import ReturnKind

_FAILED = ("fail", "error")  # OpenSMTPD says "error", against the standard
_COMPLAINTS = {"abuse", "fraud", "virus", "opt-out", "miscategorized"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a report says: the worst of what it tells of, the status of that, and of whom."""

    kind: ReturnKind
    status: str = ""
    recipients: tuple[str, ...] = field(default=(), repr=False)


def delivery_report(message: Message) -> Report | None:
    """Read a report of delivery; None where there is none, or it tells of nobody.

    Several recipients may be told of where an address stands for others. One that failed counts
    before one that is delayed, and both before those that were reached: these are `AUTOMATIC`.
    """
    found = [
        _recipient(group)
        for part in own_parts(message)
        if part.get_content_type() == "message/delivery-status"
        for group in fields_of(part)[:100]
        if value(group, "Action")
    ]
    for kind in (ReturnKind.HARD, ReturnKind.SOFT, ReturnKind.DELAYED, ReturnKind.AUTOMATIC):
        same = [report for report in found if report.kind is kind]
        if same:
            named = {address: None for report in same for address in report.recipients}
            return Report(kind=kind, status=same[0].status, recipients=tuple(named))
    return None


def complaint_report(message: Message) -> Report | None:
    """Read a report of abuse; None where there is none.

    Only what a reader did counts: a report that somebody's signature failed (RFC 6591), or that a
    mail was no spam after all, is `OTHER`.
    """
    for part in own_parts(message):
        if part.get_content_type() != "message/feedback-report":
            continue
        group = next(iter(fields_of(part)), Message())
        what = value(group, "Feedback-Type").lower().split(";")[0].strip()
        named = _address(value(group, "Original-Rcpt-To"))
        return Report(
            kind=ReturnKind.COMPLAINT if what in _COMPLAINTS else ReturnKind.OTHER,
            recipients=(named,) if named else (),
        )
    return None


def _recipient(group: Message) -> Report:
    action = value(group, "Action").lower()
    stated, diagnosis = value(group, "Status"), value(group, "Diagnostic-Code")
    told = STATUS.search(stated)
    status, said = told[1] if told else "", f"{stated} {diagnosis}"
    if action.startswith("delayed"):
        kind = ReturnKind.DELAYED
    elif action.startswith(_FAILED):
        kind = severity(status, said)
    else:
        kind = ReturnKind.AUTOMATIC
    named = _address(value(group, "Original-Recipient") or value(group, "Final-Recipient"))
    return Report(kind=kind, status=status, recipients=(named,) if named else ())


def _address(told: str) -> str:
    """Return the address of `rfc822; name@example.org`, or of what stands there instead."""
    return told.rpartition(";")[2].strip().strip("<>")
