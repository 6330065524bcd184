"""The whole output as a publish would write it now, for looking at: nothing is sealed or recorded.

Pages come first, what takes long after them. Where they go, and who looks, is not known here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain

from digest.approval import approval_of
from digest.models import Approval, Rendered
from digest.output import Output
from digest.pipeline import parts
from digest.pipeline.changes import Changes, Press
from digest.pipeline.deriving import derive, derived
from digest.pipeline.easel import Easel
from digest.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Galley:
    """What a publish would write. `drafts` are the open editions and what their curator decided,
    None where nobody is asked; `latest` is the day that the first page shows.

    `pages` and what can come `later`, pictures and the index of whole texts, are rendered as they
    are taken, each once, in this order.
    """

    drafts: Mapping[str, Approval | None]
    latest: str | None
    pages: Iterable[Rendered]
    later: Iterable[Rendered]


@contextmanager
def galley(store: Store, press: Press, output: Output) -> Iterator[Galley]:
    """Give all that a publish would write; what takes long is taken from `output` if it is there.

    What is derived of papers is brought up to date first, as before a publish.
    """
    derive(store)
    easel = Easel(press.painter, press.site, press.templates, output.held)
    with derived(store) as tx, easel:
        changes = Changes(tx, press, 0, output, easel)
        drafts = {
            record.name: approval_of(record, press.rules)
            for record in tx.editions(unsealed_only=True)
        }
        pages = chain.from_iterable(part(changes) for part in parts.PAGES)
        later = chain.from_iterable(part(changes) for part in parts.LATER)
        yield Galley(
            drafts=drafts,
            latest=changes.days[0].name if changes.days else None,
            pages=pages,
            later=chain(easel.painted(), later),
        )
