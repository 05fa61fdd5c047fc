"""A Kafka consumer that follows good practice, small enough to copy.

At-least-once: an offset is committed only after the work for it is done and its results are safe in the broker. A
crash or a rebalance can therefore hand the same message out twice, never lose one; the work must bear that. Here each
result carries the key ``topic-partition-offset``, so whoever reads results can drop the second one. In your service:
an upsert under a business key, or a table of keys already handled, written in the transaction of the work itself.
With DATABASE_URL set it writes each message into a PostgreSQL in that way (database.py).

One thread, one consumer: to do more at once, run more replicas (up to the number of partitions), not more threads.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer

from examples.consumer.probe import serve

if TYPE_CHECKING:
    from examples.consumer.database import Database

LOOK_S = 0.2  # how long one poll waits: bounds how late a SIGTERM or a due commit is noticed


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


class Worker:
    """Polls, works, commits; knows what a probe and a metrics scraper may ask."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.handled = 0
        self.joined = False
        self.turned = time.monotonic()
        self._me = settings.client_id
        self._stopping = False
        self._uncommitted = 0
        self._committed_at = time.monotonic()
        self._free_at = 0.0
        self._results = Producer(settings.producer()) if settings.results_topic else None
        self._database = self._made_database() if settings.database_url else None
        self._consumer = Consumer(settings.consumer() | {"error_cb": lambda error: log("kafka", error=error.str())})

    def stop(self) -> None:
        """Finish the message in hand, then leave the group."""
        self._stopping = True

    def run(self) -> None:
        """Until `stop`. A fatal client error ends the process by an exception: Kubernetes starts a fresh one."""
        consumer = self._consumer
        try:
            # Before joining: a member that cannot write would hold partitions which others could work on.
            if self._database is not None and not self._database.open():
                return
            consumer.subscribe(
                list(self.settings.topics), on_assign=self._assigned, on_revoke=self._revoked, on_lost=self._lost
            )
            while not self._stopping:
                message = consumer.poll(LOOK_S)
                self.turned = time.monotonic()
                if message is not None and self._usable(message) and self._work(message):
                    consumer.store_offsets(message)
                    self._uncommitted += 1
                # After an idle poll too: a group that rests must rest at lag 0, not at its last unfinished batch.
                if self._uncommitted and (message is None or self._commit_due()):
                    self._commit("rhythm")
        finally:
            if self._database is not None:
                self._database.close()  # first: others may be waiting for the connections
            # Whatever happened, close: a consumer that is only dropped can hang the interpreter at exit, and the pod
            # stays Running and Ready without being a member. Closing also hands the partitions over at once.
            consumer.close()
            log("left", handled=self.handled)

    def _usable(self, message: Message) -> bool:
        error = message.error()
        if error is None:
            return True
        if error.fatal():
            raise KafkaException(error)
        log("poll", error=error.str())
        return False

    def _work(self, message: Message) -> bool:
        """Stands for your work: a call downstream that takes ``work_s`` on average (lost pauses are made up for).

        False: told to end before it was done, and whoever gets the partition does it again.
        """
        now = time.monotonic()
        self._free_at = max(self._free_at, now - 0.25) + self.settings.work_s
        time.sleep(max(0.0, self._free_at - now))
        if self._database is not None and not self._write(message, self._database):
            return False
        self.handled += 1
        if self._results is not None:
            self._report(message, self._results)
        return True

    def _write(self, message: Message, database: Database) -> bool:
        partition, offset = message.partition(), message.offset()
        return database.write(topic=message.topic() or "", partition=partition or 0, offset=offset or 0)

    def _made_database(self) -> Database:
        from examples.consumer.database import Database  # only who has a database needs its client

        size, me = self.settings.connections, self._me
        return Database(self.settings.database_url, connections=size, name=me, go_on=self._go_on, log=log)

    def _go_on(self) -> bool:
        """Asked by whoever waits in the loop's place: it turns still."""
        self.turned = time.monotonic()
        return not self._stopping

    @property
    def ready(self) -> bool:
        """A member of the group, and what its work needs is at hand."""
        return self.joined and (self._database is None or self._database.ready)

    @property
    def refused(self) -> int:
        """How often the database had no room for a connection."""
        return self._database.refused if self._database is not None else 0

    def _report(self, message: Message, results: Producer) -> None:
        sent_ms = message.timestamp()[1]
        partition, offset = message.partition(), message.offset()
        fact = {"p": partition, "o": offset, "sent": sent_ms, "handled": time.time_ns() // 1_000_000, "by": self._me}
        key = f"{message.topic()}-{partition}-{offset}"
        while True:
            try:
                results.produce(
                    self.settings.results_topic, key=key, value=json.dumps(fact), on_delivery=self._delivered
                )
                results.poll(0)
                return
            except BufferError:  # the buffer is full: wait, do not drop
                results.poll(0.1)

    def _delivered(self, error: KafkaError | None, _: Message) -> None:
        # librdkafka has retried already. Without its result the message must not be committed: end, start afresh.
        if error is not None:
            raise KafkaException(error)

    def _commit_due(self) -> bool:
        return time.monotonic() - self._committed_at >= self.settings.commit_s

    def _commit(self, why: str) -> None:
        """Results first, offsets second. What a rebalance refused is tried again: who keeps the partition owes it."""
        self._committed_at = time.monotonic()
        if self._results is not None and (waiting := self._results.flush(5.0)):
            log("commit put off", why=why, results_waiting=waiting)
            return
        try:
            self._consumer.commit(asynchronous=False)
        except KafkaException as failure:
            error = failure.args[0]
            if error.code() != KafkaError._NO_OFFSET:
                log("commit refused", why=why, error=error.str())
                return
        self._uncommitted = 0

    def _assigned(self, _: Consumer, partitions: list[Any]) -> None:
        self.joined = True
        log("assigned", partitions=[p.partition for p in partitions])

    def _revoked(self, _: Consumer, partitions: list[Any]) -> None:
        if self._uncommitted:
            self._commit("revoke")
        log("revoked", partitions=[p.partition for p in partitions])

    def _lost(self, _: Consumer, partitions: list[Any]) -> None:
        # Somebody else owns them already: committing now would be refused, and would be wrong.
        self._uncommitted = 0
        log("lost", partitions=[p.partition for p in partitions])


def log(event: str, **facts: Any) -> None:
    """One JSON object a line."""
    print(json.dumps({"at": round(time.time(), 3), "event": event, **facts}), flush=True)


def main() -> int:
    settings = Settings.read(dict(os.environ))
    worker = Worker(settings)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    serve(worker, settings.port)
    log("started", group=settings.group, topics=settings.topics, capacity=round(1 / settings.work_s, 1))
    worker.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
