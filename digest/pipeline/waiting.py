"""What a sender has taken and not begun: by domain, for one that has to wait holds up no other."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable, Iterable

from digest.models import Delivery


class Waiting:
    """Deliveries in the order they came, domain by domain in turn. For one thread at a time."""

    def __init__(self) -> None:
        self._domains: OrderedDict[str, deque[Delivery]] = OrderedDict()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, deliveries: Iterable[Delivery]) -> None:
        """Put deliveries at the end."""
        for delivery in deliveries:
            domain = delivery.address.rpartition("@")[2]
            self._domains.setdefault(domain, deque()).append(delivery)
            self._count += 1

    def take(self, ready_in: Callable[[Delivery], float]) -> Delivery | float | None:
        """Take the first that may go now, else tell in how many seconds the soonest may.

        None where nothing waits. `ready_in` counts the mail whose answer is 0: it goes.
        """
        soonest: float | None = None
        for domain in list(self._domains):
            own = self._domains[domain]
            seconds = ready_in(own[0])
            if seconds <= 0:
                self._count -= 1
                delivery = own.popleft()
                self._domains.move_to_end(domain)
                if not own:
                    del self._domains[domain]
                return delivery
            soonest = seconds if soonest is None else min(soonest, seconds)
        return soonest

    def drain(self) -> list[Delivery]:
        """Take all that is left."""
        left = [delivery for own in self._domains.values() for delivery in own]
        self._domains.clear()
        self._count = 0
        return left
