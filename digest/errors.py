"""Everything that can go wrong, as one tree.

    DigestError                 what, where (`at`), what to do next (`hint`), exit code
    ├── ConfigError             78  a setting is missing, unknown or wrong
    ├── UsageError               2  the command cannot be carried out as it was called
    ├── DumpError                1  a dump cannot be read; it is set aside, the others go on
    │   ├── NotADump                its content is of no known format
    │   ├── Damaged                 a known format, but broken (`is_cut`: its end is missing)
    │   └── TooBig                  over a limit of the settings
    ├── StoreError               1  the database refused
    │   ├── StoreMissing        78  no database beside an existing output
    │   ├── StoreCorrupt        78  the database is damaged, or is none
    │   ├── StoreTooNew         78  written by a later version of this program
    │   └── StoreBusy           75  another process holds it; try later
    ├── EditionError             2  no such edition or paper, or the edition is sealed
    ├── MailboxError             1  a mailbox cannot be read
    │   └── MailboxBusy         75  another program holds it; try later
    ├── TemplateError           78  a template, often the user's own, cannot be rendered
    └── OutputError              1  the output folder cannot be written

Third-party exceptions are wrapped at the edge where they arise (`raise … from e`).
"""

from __future__ import annotations


class DigestError(Exception):
    """Base of all errors: a sentence in plain words, where it happened, what to do next."""

    exit_code = 1

    def __init__(self, what: str, *, at: str = "", hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.at = at
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.at}: {self.what}" if self.at else self.what


class ConfigError(DigestError):
    """A setting is missing, unknown or wrong."""

    exit_code = 78


class UsageError(DigestError):
    """The command cannot be carried out as it was called."""

    exit_code = 2


class DumpError(DigestError):
    """A dump cannot be read. `at` is the place inside it: a line, a byte, a path of keys."""


class NotADump(DumpError):
    """The content is of no known format."""


class Damaged(DumpError):
    """A known format, but broken. `is_cut` claims that only its end is missing."""

    def __init__(self, what: str, *, at: str = "", hint: str = "", is_cut: bool = False) -> None:
        super().__init__(what, at=at, hint=hint)
        self.is_cut = is_cut


class TooBig(DumpError):
    """A limit of the settings (`[limits]`) is passed."""


class StoreError(DigestError):
    """The database refused what was asked."""


class StoreMissing(StoreError):
    """There is published output but no database that made it."""

    exit_code = 78


class StoreCorrupt(StoreError):
    """The database file is damaged, or is no database of ours."""

    exit_code = 78


class StoreTooNew(StoreError):
    """The database was written by a later version of this program."""

    exit_code = 78


class StoreBusy(StoreError):
    """Another process holds the database; try later."""

    exit_code = 75


class EditionError(DigestError):
    """No such edition or paper, or the edition is sealed."""

    exit_code = 2


class MailboxError(DigestError):
    """A mailbox cannot be read, or what was read not moved on."""


class MailboxBusy(MailboxError):
    """Another program holds the mailbox; try later."""

    exit_code = 75


class TemplateError(DigestError):
    """A template cannot be rendered; often one of the user's own."""

    exit_code = 78


class OutputError(DigestError):
    """The output folder cannot be written."""


class DeliverError(DigestError):
    """No mail can go out now; what waits, waits."""

    exit_code = 75
