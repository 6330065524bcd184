"""What there is to know of a newsletter at a moment; `words` and `shapes` tell it."""

from __future__ import annotations

from itertools import islice

from digest.approval import is_curated_on
from digest.cli.findings import State
from digest.cli.newsletter import Newsletter
from digest.clock import next_local_midnight
from digest.edition import is_due
from digest.models import Cadence, DumpStatus
from digest.pipeline.run import count

LATEST_DUMPS = 20
LATEST_EDITIONS = 10


def state_of(letter: Newsletter) -> State:
    """Gather how a newsletter stands; nothing is changed."""
    now = letter.now()
    zone = letter.rules.zone
    arrived = letter.inbox.look(now)
    with letter.store.reading() as tx:
        records = tx.editions(unsealed_only=True)
        dumps = {status: tx.dumps(LATEST_DUMPS, status) for status in DumpStatus}
        counts = tx.counts()
    with letter.store.reading_post() as post:
        deliveries, held = post.outbox.counts(), post.outbox.held()
        next_attempt = post.outbox.next_due()
    today = now.astimezone(zone).date()
    days = [record for record in records if record.cadence is Cadence.DAY]
    return State(
        at=now,
        counts=counts,
        read=dumps[DumpStatus.READ],
        empty=dumps[DumpStatus.EMPTY],
        rejected=dumps[DumpStatus.REJECTED],
        ready=tuple(path.name for path in arrived.whole),
        waiting=tuple(path.name for path in arrived.unfinished),
        drafts=count(letter.store, [record.name for record in records], letter.rules),
        due_now=tuple(
            day.name
            for day in days
            if is_due(day, today, zone, publishing=True) and not is_curated_on(day, letter.rules)
        ),
        next_seal=next_local_midnight(now, zone),
        deliveries=dict(islice(deliveries.items(), LATEST_EDITIONS)),
        held=held,
        next_attempt=next_attempt,
    )
