"""What the parts of a transaction share, such as those over subscribers and deliveries."""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection

from digest.store.failures import readable

P = ParamSpec("P")
T = TypeVar("T")


class Part:
    """Hands over to the modules that know the tables; the database's errors become ours."""

    def __init__(self, connection: Connection, at: str) -> None:
        self._connection = connection
        self._at = at

    def _do(
        self, act: Callable[Concatenate[Connection, P], T], *args: P.args, **named: P.kwargs
    ) -> T:
        with readable(self._at):
            return act(self._connection, *args, **named)
