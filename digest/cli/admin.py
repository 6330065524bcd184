"""`digest admin …`: what the settings keep of the desk's password, and of the key of scripts."""

from __future__ import annotations

import sys

import typer

from digest.cli.context import AsJson

app = typer.Typer(help="Who may sign in at the curator's desk.", no_args_is_help=True)

LEAST_CHARS = 12
MOST_CHARS = 1000
_SETTING, _KEY_SETTING = "password_hash", "key_hash"


@app.command()
def password(as_json: AsJson = False) -> None:
    """Ask for a password twice, or read a line, and print what the settings keep of it."""
    import secrets

    from digest.cli import shapes
    from digest.cli.words import say
    from digest.passwords import SALT_BYTES, hashed

    kept = hashed(_insisted(_typed()), secrets.token_bytes(SALT_BYTES))
    if as_json:
        shapes.put({_SETTING: kept})
        return
    say("[admin]")
    say(f'{_SETTING} = "{kept}"')
    _tell_next(_SETTING)


@app.command()
def key(as_json: AsJson = False) -> None:
    """Make a key for scripts, print it once, and what the settings keep of it."""
    import secrets
    from hashlib import sha256

    from digest.cli import shapes
    from digest.cli.words import say

    made = secrets.token_urlsafe(32)
    kept = sha256(made.encode()).hexdigest()
    if as_json:
        shapes.put({"key": made, _KEY_SETTING: kept})
        return
    say(f"# The key, told this once: {made}")
    say("[admin]")
    say(f'{_KEY_SETTING} = "{kept}"')
    _tell_next(_KEY_SETTING)


def _typed() -> str:
    """Return what was typed, unseen, twice the same; or a line, where nobody sits there."""
    from digest.errors import UsageError

    if not sys.stdin.isatty():
        return sys.stdin.readline(MOST_CHARS + 2).removesuffix("\n").removesuffix("\r")
    first = str(typer.prompt("Password", hide_input=True, err=True))
    if str(typer.prompt("Again", hide_input=True, err=True)) != first:
        raise UsageError("these are two different passwords", hint="run it again")
    return first


def _insisted(typed: str) -> str:
    from digest.errors import UsageError

    if not LEAST_CHARS <= len(typed) <= MOST_CHARS:
        what = f"a password has {LEAST_CHARS} to {MOST_CHARS:,} characters"
        raise UsageError(what, hint="several words do well")
    if not typed.isprintable():
        raise UsageError("a password has no control characters", hint="type another")
    return typed


def _tell_next(setting: str) -> None:
    variable = f"DIGEST_ADMIN__{setting.upper()}"
    typer.echo(
        f"Put it into digest.toml, or into {variable}; then start `digest serve` anew.", err=True
    )
