"""The `digest` command: reads the clock and the environment, prints, and decides exit codes.

Commands stand in `commands` and `curate`; what they print in `words` and `shapes`; how a newsletter
is put together from its settings in `newsletter`. Importing this package imports nothing heavy.
"""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command line; leave with the exit code of what went wrong, told on stderr."""
    from digest.cli.commands import app
    from digest.errors import DigestError

    try:
        app()
    except DigestError as error:
        print(f"error: {error}", file=sys.stderr)
        if error.hint:
            print(f"  → {error.hint}", file=sys.stderr)
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(141)
