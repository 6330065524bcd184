"""`digest serve`: the pages that subscribe, on a port of this machine, until SIGTERM or Ctrl-C."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.context import newsletter

if TYPE_CHECKING:
    from digest.cli.newsletter import Newsletter
    from digest.web.office import Office


def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: any that is free.")] = 8000,
    host: Annotated[
        str, typer.Option(help="Where to listen: this machine only, unless told otherwise.")
    ] = "127.0.0.1",
) -> None:
    """Serve the pages where readers join, choose and leave; Ctrl-C ends it (docs/web.md)."""
    from digest.errors import ConfigError

    try:
        import uvicorn

        from digest.web.app import make_app
    except ModuleNotFoundError as error:
        hint = "pip install 'digest[web]'"
        raise ConfigError(f"the pages need the package {error.name}", hint=hint) from error
    app = make_app(office(newsletter(), threading.Event()))
    config = uvicorn.Config(
        app, host=host, port=port, log_level="warning", server_header=False, access_log=False
    )
    server = uvicorn.Server(config)
    server.run()


def office(letter: Newsletter, bell: threading.Event) -> Office:
    """Return what the pages need of this newsletter; `bell` is set when there is mail to send."""
    from digest.cli.people import registry
    from digest.cli.postroom import letters
    from digest.web.office import Office

    own = registry(letter)
    return Office(
        store=letter.store,
        registry=own,
        signer=own.signer,
        rules=letter.rules,
        site=letter.site,
        topics=letter.topics,
        templates=letter.press.templates,
        output=letter.settings.paths.output,
        letter=letters(letter, letter.store, own.signer).letter,
        clock=letter.now,
        knock=bell.set,
        web=letter.settings.web,
    )
