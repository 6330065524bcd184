"""The values that flow between the steps, and nothing else.

    bytes ─▶ Listing ─▶ ListedPaper… ─▶ Identity ─▶ Diff ─▶ Paper, Sighting ─▶ Edition ─▶ files

One type per stage: what a dump says (`ListedPaper`), what we know (`KnownPaper`, `Paper`,
`Sighting`), what we decided (`Diff`), what is published (`Edition`), and what is sent to whom
(`Subscriber`, `Delivery`, `Outcome`). All are frozen; a half-valid
one cannot exist. Nothing here reads a clock, a file or a database.
"""

from digest.models.channels import (
    Answer,
    Channel,
    ChannelKind,
    Notice,
    Ping,
    Posting,
    PostRecord,
    PostResult,
)
from digest.models.deliveries import (
    CameBack,
    Choice,
    Delivery,
    DeliveryRecord,
    DeliveryState,
    Envelope,
    FailingDomain,
    Outcome,
    Phase,
    Result,
    Verdict,
)
from digest.models.derived import Author, Authored, AuthorName, AuthorPage, Shelf
from digest.models.editions import (
    Announced,
    Curation,
    Edition,
    EditionRecord,
    Entry,
    Material,
    Tally,
)
from digest.models.output import Rendered, Site
from digest.models.papers import (
    Day,
    Diff,
    DumpRecord,
    History,
    Known,
    KnownPaper,
    Links,
    ListedPaper,
    New,
    Paper,
    PaperPage,
    Related,
    Sighting,
)
from digest.models.subscribers import (
    Consent,
    ConsentAct,
    Invitation,
    Preferences,
    Subscriber,
    SubscriberState,
    Suppression,
)
from digest.models.tongue import ENGLISH, Tongue, phrase
from digest.models.trends import Counted, Heard, Ranked, Ranking
from digest.models.words import Approval, Cadence, DumpStatus, Period, Section

__all__ = [
    "ENGLISH",
    "Announced",
    "Answer",
    "Approval",
    "Author",
    "AuthorName",
    "AuthorPage",
    "Authored",
    "Cadence",
    "CameBack",
    "Channel",
    "ChannelKind",
    "Choice",
    "Consent",
    "ConsentAct",
    "Counted",
    "Curation",
    "Day",
    "Delivery",
    "DeliveryRecord",
    "DeliveryState",
    "Diff",
    "DumpRecord",
    "DumpStatus",
    "Edition",
    "EditionRecord",
    "Entry",
    "Envelope",
    "FailingDomain",
    "Heard",
    "History",
    "Invitation",
    "Known",
    "KnownPaper",
    "Links",
    "ListedPaper",
    "Material",
    "New",
    "Notice",
    "Outcome",
    "Paper",
    "PaperPage",
    "Period",
    "Phase",
    "Ping",
    "PostRecord",
    "PostResult",
    "Posting",
    "Preferences",
    "Ranked",
    "Ranking",
    "Related",
    "Rendered",
    "Result",
    "Section",
    "Shelf",
    "Sighting",
    "Site",
    "Subscriber",
    "SubscriberState",
    "Suppression",
    "Tally",
    "Tongue",
    "Verdict",
    "phrase",
]
