"""What machines look for at the root of the site, and the icons."""

from __future__ import annotations

from collections.abc import Iterator

from digest.models import Rendered
from digest.pipeline.changes import Changes
from digest.render import to_wellknown


def files(changes: Changes) -> Iterator[Rendered]:
    """Render them; icons where there is something that paints."""
    press = changes.press
    yield from to_wellknown.render(press.site, press.templates, changes.latest_day)
    if press.painter:
        for sketch in to_wellknown.icons(press.templates):
            yield sketch.paint(press.painter, changes.output.held(sketch.path))


def gone(changes: Changes) -> Iterator[str]:
    """Name what the settings, or what is installed, do not ask for any more."""
    press = changes.press
    if not to_wellknown.has_security(press.site, changes.latest_day):
        yield to_wellknown.SECURITY
    if not press.painter:
        yield from map(to_wellknown.icon_path, to_wellknown.ICON_SIZES)
