"""A Kafka consumer that follows good practice, small enough to copy.

At-least-once: an offset is committed only after the work for it is done and its results are safe in the broker. A
crash or a rebalance can therefore hand the same message out twice, never lose one; the work must bear that. Here each
result carries the key ``topic-partition-offset``, so whoever reads results can drop the second one. In your service:
an upsert under a business key, or a table of keys already handled, written in the transaction of the work itself.
With DATABASE_URL set it writes each message into a PostgreSQL in that way (database.py).

With RETRY_TOPICS and DEAD_LETTER_TOPIC (the ConfigMap of spec.clientConfig has both) a message that cannot be handled
now waits in a retry topic and one that never can goes to the dead letters, each acknowledged there before its offset
is committed here (handover.py, headers.py). What is not due yet holds up nobody (waiting.py), and while what the work
needs is away nothing is taken at all (breaker.py).

One thread, one consumer: to do more at once, run more replicas (up to the number of partitions), not more threads.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from typing import TYPE_CHECKING, Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Message

from examples.consumer import headers
from examples.consumer.breaker import Breaker
from examples.consumer.faults import Unavailable
from examples.consumer.handover import Handover
from examples.consumer.headers import Story
from examples.consumer.probe import serve
from examples.consumer.settings import Settings
from examples.consumer.waiting import Waiting

if TYPE_CHECKING:
    from examples.consumer.database import Database

LOOK_S = 0.2  # how long one poll waits: bounds how late a SIGTERM or a due commit is noticed
FAILURES_IN_A_ROW, REST_S = 20, 5.0  # of what the work needs, until it is left alone, and for how long
RETRIABLE = (Unavailable, ConnectionError, TimeoutError)  # your list: what another try may help; all else is fatal


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
        self._routes = settings.routes
        self._out = self._made_handover() if settings.results_topic or self._routes.dead_letters else None
        self._breaker = Breaker(failures=FAILURES_IN_A_ROW, rest=REST_S)
        self._database = self._made_database() if settings.database_url else None
        self._consumer = Consumer(settings.consumer() | {"error_cb": lambda error: log("kafka", error=error.str())})
        self._waiting = Waiting(self._consumer)

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
                [*self.settings.topics, *self._routes.topics],
                on_assign=self._assigned,
                on_revoke=self._revoked,
                on_lost=self._lost,
            )
            while not self._stopping:
                self._waiting.resume(time.time())
                self._rest()
                message = consumer.poll(LOOK_S)
                self.turned = time.monotonic()
                if message is not None and self._usable(message) and self._due(message) and self._work(message):
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

    def _rest(self) -> None:
        """While what the work needs is away: stay a member, take nothing."""
        wait = self._breaker.wait(time.monotonic())
        if wait <= 0:
            return
        mine = [one for one in self._consumer.assignment() if not self._waiting.holds(one)]
        self._consumer.pause(mine)
        while self._breaker.wait(time.monotonic()) > 0 and not self._stopping:
            # Partitions that came meanwhile are not paused: what they bring is put back, not dropped.
            message = self._consumer.poll(min(LOOK_S, wait))
            if message is not None and self._usable(message):
                self._put_back(message, until=time.time() + wait)
            self.turned = time.monotonic()
        self._consumer.resume(mine)

    def _due(self, message: Message) -> bool:
        """Whether a message of a retry topic may be handled now; one that may not is put back until it may."""
        delay = self._routes.delay_of(message.topic() or "")
        if delay <= 0:
            return True
        told = _story(message).not_before
        until = told / 1000 if told is not None else message.timestamp()[1] / 1000 + delay
        if until <= time.time():
            return True
        self._put_back(message, until=until)
        return False

    def _put_back(self, message: Message, *, until: float) -> None:
        topic, partition, offset = message.topic() or "", message.partition() or 0, message.offset() or 0
        self._waiting.put_back(topic=topic, partition=partition, offset=offset, until=until)

    def _work(self, message: Message) -> bool:
        """Handle a message, or hand it over. False: told to end before either was done, and whoever gets the partition
        does it again."""
        story = _story(message)
        try:
            if not self._handle(message, story):
                return False
        except Exception as error:
            if not self._routes.dead_letters or self._out is None:
                raise
            retriable = isinstance(error, RETRIABLE)
            topic = self._out.pass_on(message, story, error, retriable=retriable)
            log("handed over", to=topic, error=type(error).__name__, attempt=story.attempt, **_stitches(story))
            if retriable and self._breaker.failed(time.monotonic()):
                log("breaker open", seconds=REST_S)
            return True
        self._breaker.succeeded()
        self.handled += 1
        if story.attempt > 1:
            log("handled at last", attempt=story.attempt, **_stitches(story))
        if self._out is not None:
            self._out.report(message, story)
        return True

    def _handle(self, message: Message, story: Story) -> bool:
        """Stands for your work: a call downstream that takes ``work_s`` on average (lost pauses are made up for)."""
        now = time.monotonic()
        self._free_at = max(self._free_at, now - 0.25) + self.settings.work_s
        time.sleep(max(0.0, self._free_at - now))
        self.settings.faults.check((message.key() or b"").decode("utf-8", "replace"), attempt=story.attempt)
        return self._database is None or self._write(story, self._database)

    def _write(self, story: Story, database: Database) -> bool:
        """Under the place where the message was first: however often it comes, it is written once."""
        return database.write(topic=story.topic, partition=story.partition, offset=story.offset)

    def _made_handover(self) -> Handover:
        settings = self.settings
        return Handover(
            settings.producer(),
            group=settings.group,
            me=self._me,
            results_topic=settings.results_topic,
            routes=settings.routes,
        )

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

    def _commit_due(self) -> bool:
        return time.monotonic() - self._committed_at >= self.settings.commit_s

    def _commit(self, why: str) -> None:
        """Results first, offsets second. What a rebalance refused is tried again: who keeps the partition owes it."""
        self._committed_at = time.monotonic()
        if self._out is not None and (waiting := self._out.flush(5.0)):
            log("commit put off", why=why, results_waiting=waiting)
            return
        if self._out is not None and self._out.failed:  # on the way out: leaving the group asks for a commit, too
            log("commit withheld", why=why)
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
        self._waiting.forget(partitions)
        if self._uncommitted:
            self._commit("revoke")
        log("revoked", partitions=[p.partition for p in partitions])

    def _lost(self, _: Consumer, partitions: list[Any]) -> None:
        # Somebody else owns them already: committing now would be refused, and would be wrong.
        self._waiting.forget(partitions)
        self._uncommitted = 0
        log("lost", partitions=[p.partition for p in partitions])


def _story(message: Message) -> Story:
    return headers.read(
        message.headers(),
        topic=message.topic() or "",
        partition=message.partition() or 0,
        offset=message.offset() or 0,
        timestamp=message.timestamp()[1],
    )


def _stitches(story: Story) -> dict[str, str]:
    """What joins the lines about one message, in whichever pod and topic they were written."""
    return {"trace": story.trace_id, "message": story.place}


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
