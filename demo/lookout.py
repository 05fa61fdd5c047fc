"""Looking at both consumers and their database once a second while the act goes on, and saying what is seen.

An act waits by `Lookout.until`; each look is kept for the table from which the picture is drawn.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from confluent_kafka import KafkaException
from kubernetes.client.exceptions import ApiException
from rich.console import Console

from demo.broker import Broker
from demo.cluster import Cluster
from demo.connections import Witness
from demo.contention import Look, Side
from demo.errors import DemoError
from demo.tenants import Tenant

SHOWN_EVERY_S = 5.0
UNANSWERED_LIMIT = 15
"""So many looks in a row without an answer end the demo."""


class Lookout:
    """``refused`` tells how many clients the database has turned away so far; ``limit`` is its max_connections."""

    def __init__(
        self,
        *,
        cluster: Cluster,
        brokers: tuple[Broker, Broker],
        tenants: tuple[Tenant, Tenant],
        witness: Witness,
        refused: Callable[[], int],
        limit: int,
        console: Console,
    ) -> None:
        self.looks: list[Look] = []
        self._cluster = cluster
        self._seats = tuple(zip(tenants, brokers, strict=True))
        self._witness = witness
        self._refused = refused
        self._limit = limit
        self._console = console
        self._unanswered = 0
        self._shown_at = 0.0

    def until(self, done: Callable[[Look], bool], *, limit: float, why: str = "") -> bool:
        """Look until ``done``. After ``limit`` seconds: DemoError with ``why``, or False where there is none."""
        ends = time.monotonic() + limit
        while time.monotonic() < ends:
            begun = time.monotonic()
            look = self._look()
            if look is not None and done(look):
                return True
            time.sleep(max(0.05, 1.0 - (time.monotonic() - begun)))
        if why:
            raise DemoError(f"{why} within {limit:.0f} s")
        return False

    def _look(self) -> Look | None:
        """None: a moment without an answer is a moment without a look."""
        try:
            with ThreadPoolExecutor(2) as both:
                a, b = both.map(lambda seat: self._side(*seat), self._seats)
        except (KafkaException, ApiException) as failure:
            self._unanswered += 1
            if self._unanswered >= UNANSWERED_LIMIT:
                raise DemoError(f"cluster and broker stopped answering: {failure}") from failure
            return None
        self._unanswered = 0
        look = Look(at=time.time(), a=a, b=b, refused=self._refused())
        self.looks.append(look)
        if look.at - self._shown_at >= SHOWN_EVERY_S:
            self._shown_at = look.at
            self._console.print(self._plain(look), highlight=False)
        return look

    def _side(self, tenant: Tenant, broker: Broker) -> Side:
        view = self._cluster.app(tenant.name)
        lag, sent = broker.lag(tenant.topic), sum(broker.ends(tenant.topic).values())
        return Side(replicas=view.replicas, ready=view.ready, wanted=view.wanted, lag=lag, sent=sent)

    def _plain(self, look: Look) -> str:
        minutes, seconds = divmod(round(look.at - self.looks[0].at), 60)
        held = self._witness.counts[-1].total if self._witness.counts else 0
        sides = "  ".join(
            f"{tenant.name} {side.ready}/{side.replicas} lag {side.lag:,}"
            for (tenant, _), side in zip(self._seats, (look.a, look.b), strict=True)
        )
        return f"{minutes}:{seconds:02d}  connections {held} of {self._limit}  refused {look.refused}  {sides}"
