"""The whole output as a publish would write it now, for looking at: nothing is sealed or recorded.

Pages come first, the pictures that take long to paint after them. Where they go, and who looks at
them, is not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain

from digest.approval import approval_of
from digest.models import Approval, Cadence, Rendered
from digest.output import Output
from digest.pipeline import parts
from digest.pipeline.changes import Changes, Press
from digest.pipeline.easel import Easel
from digest.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Galley:
    """What a publish would write. `drafts` are the open editions and what their curator decided,
    None where nobody is asked; `latest` is the day that the first page shows.

    `pages` and `pictures` are rendered as they are taken, each once, in this order.
    """

    drafts: Mapping[str, Approval | None]
    latest: str | None
    pages: Iterable[Rendered]
    pictures: Iterable[Rendered]


@contextmanager
def galley(
    store: Store, press: Press, output: Output, held: Callable[[str], bytes | None]
) -> Iterator[Galley]:
    """Give what a publish into an empty `output` would write; `held` tells of pictures painted."""
    with (
        store.reading() as tx,
        Easel(press.painter, press.site, press.templates, held) as easel,
    ):
        changes = Changes(tx, press, 0, output, easel)
        days = tx.editions(Cadence.DAY)
        drafts = {
            record.name: approval_of(record, press.rules)
            for record in tx.editions(unsealed_only=True)
        }
        asked = parts.OF_THE_DAY + parts.ROLLUPS
        yield Galley(
            drafts=drafts,
            latest=days[0].name if days else None,
            pages=chain.from_iterable(part(changes) for part in asked),
            pictures=easel.painted(),
        )
