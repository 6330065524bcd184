"""What the curator's word means for an edition: may it go out, and does it stay a draft?

Pure. What was decided stands in the edition's record; whether anybody is asked, in the rules.
"""

from __future__ import annotations

from datetime import timedelta

from digest.models import Approval, EditionRecord
from digest.trending import Rules

BACKFILL = timedelta(days=7)
"""What is opened longer after its period is of the archive: it waits for nobody's approval."""


def approval_of(record: EditionRecord, rules: Rules) -> Approval | None:
    """Tell what the curator decided, or is to decide of a draft; None where nobody asks."""
    if record.held_at is not None:
        return Approval.HELD
    if record.approved_at is not None:
        return Approval.APPROVED
    return Approval.AWAITED if rules.approval and record.sealed_at is None else None


def may_go_out(record: EditionRecord, rules: Rules) -> bool:
    """Tell whether an edition may be mailed and posted, as far as the curator goes."""
    if record.held_at is not None:
        return False
    return record.approved_at is not None or not rules.approval


def is_curated_on(record: EditionRecord, rules: Rules) -> bool:
    """Tell whether a draft stays one although its time is over: while it waits for approval.

    A backfill of older days is sealed as ever, unless it is held: nobody is to approve an archive.
    """
    if may_go_out(record, rules):
        return False
    age = record.opened_at.astimezone(rules.zone).date() - record.end
    return record.held_at is not None or age <= BACKFILL
