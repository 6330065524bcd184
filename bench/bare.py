"""A bare starlette route on uvicorn, as their first pages show: what pages are measured beside.

`python -m bench.bare PORT BYTES` answers `/` with a page of that size.
"""

from __future__ import annotations

import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import Route

_PAGE = "<!DOCTYPE html><title>Bare</title>".ljust(int(sys.argv[2]))


async def home(_: Request) -> HTMLResponse:
    return HTMLResponse(_PAGE)


if __name__ == "__main__":
    app = Starlette(routes=[Route("/", home)])
    uvicorn.run(app, port=int(sys.argv[1]), log_level="warning", access_log=False)
