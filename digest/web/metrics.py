"""`/metrics`: what Prometheus reads, for those of the settings. Only counts: nobody is named.

Requests are counted by route (`/unsubscribe/{token}`, never the address asked for), method and
status. What the store holds is counted when it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Scope

from digest.errors import DigestError
from digest.web.answers import missing, office_of
from digest.web.office import Office
from digest.web.proxies import Trusted

_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST"})


class Metrics:
    """The counts of one process."""

    def __init__(self, office: Office) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "digest_requests",
            "Requests, by what answered them.",
            ("route", "method", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "digest_request_seconds",
            "How long answers took.",
            ("route",),
            registry=self.registry,
        )
        self.registry.register(StoreCounts(office))

    def count(self, scope: Scope, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        route = getattr(scope.get("route"), "path", "none")
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._requests.labels(route, method, str(status or 499)).inc()
        self._seconds.labels(route).observe(seconds)


class StoreCounts(Collector):
    """What the store holds, by state."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield each kind of count; where the store does not answer, only that."""
        up = GaugeMetricFamily("digest_store_up", "Whether the database answers.")
        try:
            families = tuple(self._families())
        except DigestError:
            families = ()
        up.add_metric((), 1.0 if families else 0.0)
        yield up
        yield from families

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Say nothing beforehand: the database is asked only when somebody reads."""
        yield from ()

    def _families(self) -> Iterator[GaugeMetricFamily]:
        with self._office.store.reading_post() as post:
            subscribers = {state.value: count for state, count in post.register.counts().items()}
            editions = post.outbox.counts()
        with self._office.store.reading() as tx:
            counts = tx.counts()
            latest = tx.editions()[:1]
        deliveries: dict[str, int] = {}
        for states in editions.values():
            for state, count in states.items():
                deliveries[state] = deliveries.get(state, 0) + count
        dumps = {
            name.removeprefix("dumps_"): count
            for name, count in counts.items()
            if name.startswith("dumps_")
        }
        yield _by("digest_subscribers", "Subscribers, by state.", "state", subscribers)
        yield _by("digest_deliveries", "Deliveries, by state.", "state", deliveries)
        yield _by("digest_dumps", "Dumps, by what became of them.", "status", dumps)
        yield _one("digest_papers", "Papers known.", counts["papers"])
        at = latest[0].updated_at.timestamp() if latest else 0
        yield _one("digest_last_edition_timestamp_seconds", "When the last edition changed.", at)
        manifest = self._office.output / ".digest.json"
        written = manifest.stat().st_mtime if manifest.is_file() else 0
        yield _one("digest_last_publish_timestamp_seconds", "When files last changed.", written)


def tell(request: Request) -> Response:
    """Answer `/metrics`; to others it is not there."""
    client = request.client.host if request.client else ""
    if not Trusted.of(office_of(request).web.metrics_for).has(client):
        return missing(request)
    metrics: Metrics = request.app.state.metrics
    return Response(generate_latest(metrics.registry), media_type=CONTENT_TYPE_LATEST)


def _by(name: str, about: str, label: str, counts: dict[str, int]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, about, labels=(label,))
    for value, count in sorted(counts.items()):
        family.add_metric((value,), count)
    return family


def _one(name: str, about: str, value: float) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, about)
    family.add_metric((), value)
    return family


ROUTES = (Route("/metrics", tell),)
