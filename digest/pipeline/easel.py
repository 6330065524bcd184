"""Where an edition's pictures are painted: in the background, while pages are rendered and written.

resvg holds no lock of Python's, so that painting costs no time where there is a second core. What a
picture shows and where it goes is `render.to_pictures`'s business.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType

import jinja2

from digest.models import Edition, Rendered, Site
from digest.render import names, to_pictures
from digest.render.pictures import Painter


class Easel:
    """The pictures of one publish. `held` tells what lies at a path; no painter, no pictures."""

    def __init__(
        self,
        painter: Painter | None,
        site: Site,
        templates: jinja2.Environment,
        held: Callable[[str], bytes | None],
    ) -> None:
        self._painter = painter
        self._site = site
        self._templates = templates
        self._held = held
        self._pool = ThreadPoolExecutor(1)
        self._begun: deque[Future[Rendered]] = deque()
        self._paths: dict[str, set[str]] = {}

    def __enter__(self) -> Easel:
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def begin(self, edition: Edition) -> None:
        """Begin to paint an edition's pictures."""
        sketches: list[to_pictures.Sketch] = []
        if self._painter:
            sketches += to_pictures.sparklines(edition, self._templates, self._site.tongue)
            sketches.append(to_pictures.card(edition, self._site, self._templates, self._painter))
            for sketch in sketches:
                held = self._held(sketch.path)
                self._begun.append(self._pool.submit(sketch.paint, self._painter, held))
        folder = names.edition_folder(edition.name)
        self._paths[folder] = {sketch.path for sketch in sketches}

    def painted(self) -> Iterator[Rendered]:
        """Yield the pictures begun, each once."""
        while self._begun:
            yield self._begun.popleft().result()

    def outdated(self, there: Callable[[str], Iterable[str]]) -> Iterator[str]:
        """Name the pictures that these editions had and have no more; `there` lists a folder."""
        for folder, kept in self._paths.items():
            paths = (f"{folder}/{name}" for name in sorted(there(folder)))
            yield from (p for p in paths if to_pictures.is_picture(p) and p not in kept)
