"""The consumer's settings, from its environment: each line of the clients' configuration that differs says why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from examples.consumer import faults, routes
from examples.consumer.faults import Faults
from examples.consumer.routes import Routes


@dataclass(frozen=True, kw_only=True)
class Settings:
    """From the environment. ``work_s`` seconds of work a message: one replica handles 1 / work_s messages a second."""

    bootstrap: str
    group: str
    topics: tuple[str, ...]
    work_s: float
    commit_s: float
    results_topic: str
    client_id: str
    session_ms: int
    port: int
    database_url: str
    connections: int
    routes: Routes
    faults: Faults

    @classmethod
    def read(cls, env: dict[str, str]) -> Settings:
        missing = [name for name in ("BOOTSTRAP", "GROUP", "TOPICS") if not env.get(name)]
        if missing:
            raise SystemExit(f"set {', '.join(missing)} in the container's environment")
        return cls(
            bootstrap=env["BOOTSTRAP"],
            group=env["GROUP"],
            topics=tuple(topic.strip() for topic in env["TOPICS"].split(",") if topic.strip()),
            work_s=float(env.get("WORK_MS", "20")) / 1000,
            commit_s=float(env.get("COMMIT_MS", "1000")) / 1000,
            results_topic=env.get("RESULTS_TOPIC", ""),
            client_id=env.get("HOSTNAME", "consumer"),
            session_ms=int(env.get("SESSION_TIMEOUT_MS", "10000")),
            port=int(env.get("HTTP_PORT", "8080")),
            database_url=env.get("DATABASE_URL", ""),
            connections=int(env.get("CONNECTIONS_PER_REPLICA", "1")),
            routes=_told(routes.parse, env.get("RETRY_TOPICS", ""), env.get("DEAD_LETTER_TOPIC", "")),
            faults=_told(faults.parse, env.get("FAULTS", ""), fixed=env.get("FIXED", "") == "true"),
        )

    def consumer(self) -> dict[str, Any]:
        """The consumer's configuration; every line that differs from the default says why."""
        return {
            "bootstrap.servers": self.bootstrap,
            "group.id": self.group,
            "client.id": self.client_id,  # the pod's name: maps members of the group to pods
            "enable.auto.commit": False,  # a timer would commit messages whose work is not done yet
            "enable.auto.offset.store": False,  # what is committed is what `done` stored, nothing else
            "auto.offset.reset": "earliest",  # a new group starts with what is there, so nothing is skipped
            "partition.assignment.strategy": "cooperative-sticky",  # a rebalance stops only what moves
            "session.timeout.ms": self.session_ms,  # a killed pod's partitions move on after so long
            "max.poll.interval.ms": 300_000,  # must exceed the longest work for one message
        }

    def producer(self) -> dict[str, Any]:
        return {
            "bootstrap.servers": self.bootstrap,
            "client.id": self.client_id,
            "acks": "all",
            "enable.idempotence": True,
            "linger.ms": 5,
        }


def _told(parse: Any, *texts: str, **more: Any) -> Any:
    """A setting that cannot be read ends the process with its sentence."""
    try:
        return parse(*texts, **more)
    except ValueError as wrong:
        raise SystemExit(str(wrong)) from None
