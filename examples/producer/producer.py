"""A Kafka producer that follows good practice, small enough to copy.

No message is lost or doubled on the way: ``acks=all`` (every in-sync replica has it) and idempotence (a retry that the
broker has already seen is dropped). ``linger.ms`` lets a batch fill for a moment, which costs milliseconds and saves
most of the requests. No custom partitioner: keys spread evenly, and the partition of a key stays what others compute.

It sends as many messages as SCHEDULE says: ``80`` is 80 a second for ever; ``80x60s,800x90s,80`` is 80 a second for a
minute, then 800 for 90 seconds, then 80 for ever. After a schedule that ends, it ends.
"""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Message, Producer

TURN_S = 0.05  # messages are handed over in small groups, this far apart
_PHASE = re.compile(r"^(\d+(?:\.\d+)?)(?:x(\d+(?:\.\d+)?)s)?$")


@dataclass(frozen=True, kw_only=True)
class Phase:
    """``rate`` messages a second for ``seconds`` (None: for ever)."""

    rate: float
    seconds: float | None


def parse(schedule: str) -> tuple[Phase, ...]:
    """ValueError says what to write instead."""
    phases: list[Phase] = []
    for text in (part.strip() for part in schedule.split(",")):
        match = _PHASE.match(text)
        if match is None:
            raise ValueError(f"SCHEDULE: {text!r} is not a phase: write 80x60s (80 a second for 60 s), or 80 for ever")
        if phases and phases[-1].seconds is None:
            raise ValueError(f"SCHEDULE: {text!r} comes after a phase without end: give that one a length, as 80x60s")
        phases.append(Phase(rate=float(match[1]), seconds=None if match[2] is None else float(match[2])))
    return tuple(phases)


def due(schedule: tuple[Phase, ...], elapsed: float) -> tuple[int, bool]:
    """How many messages should have been sent ``elapsed`` seconds after the start, and whether that was all."""
    total, begins = 0.0, 0.0
    for phase in schedule:
        ends = float("inf") if phase.seconds is None else begins + phase.seconds
        total += phase.rate * max(0.0, min(elapsed, ends) - begins)
        if elapsed < ends:
            return int(total), False
        begins = ends
    return round(total), True


class Sender:
    """Hands messages to librdkafka and counts what the broker acknowledged."""

    def __init__(self, *, bootstrap: str, topic: str, client_id: str, source: str, size: int) -> None:
        self.acknowledged = 0
        self.failed: str | None = None
        self._topic = topic
        self._source = source
        self._padding = "." * size
        self._producer = Producer(
            {
                "bootstrap.servers": bootstrap,
                "client.id": client_id,
                "acks": "all",
                "enable.idempotence": True,
                "linger.ms": 20,
                "compression.type": "lz4",
            }
        )

    def send(self, number: int) -> None:
        """Waits while the buffer is full (BufferError): back-pressure, not loss."""
        value = json.dumps({"source": self._source, "number": number, "padding": self._padding})
        while self.failed is None:
            try:
                self._producer.produce(
                    self._topic, key=f"{self._source}-{number}", value=value, on_delivery=self._delivered
                )
                return
            except BufferError:
                self._producer.poll(0.1)

    def serve(self, seconds: float) -> None:
        """Runs delivery reports for so long; without this they pile up and the buffer never empties."""
        self._producer.poll(seconds)

    def finish(self) -> int:
        """Waits for what is under way; how many messages were left over after 30 s."""
        return int(self._producer.flush(30))

    def _delivered(self, error: KafkaError | None, _: Message) -> None:
        if error is None:
            self.acknowledged += 1
        else:
            # librdkafka has retried already (delivery.timeout.ms): the message is lost unless the caller acts.
            self.failed = error.str()


def numbers(schedule: tuple[Phase, ...], *, stopped: dict[str, bool], sender: Sender) -> Iterator[int]:
    """Message numbers at the time each is due; one that is late is sent at once, so the total holds."""
    started, number, over = time.monotonic(), 0, False
    while not over and not stopped["now"]:
        target, over = due(schedule, time.monotonic() - started)
        while number < target:
            yield number
            number += 1
        sender.serve(0 if over else TURN_S)


def log(event: str, **facts: Any) -> None:
    """One JSON object a line."""
    print(json.dumps({"at": round(time.time(), 3), "event": event, **facts}), flush=True)


def main() -> int:
    env = os.environ
    missing = [name for name in ("BOOTSTRAP", "TOPIC", "SCHEDULE") if not env.get(name)]
    if missing:
        raise SystemExit(f"set {', '.join(missing)} in the container's environment")
    try:
        schedule = parse(env["SCHEDULE"])
    except ValueError as wrong:
        raise SystemExit(str(wrong)) from None
    me = env.get("HOSTNAME", "producer")
    sender = Sender(
        bootstrap=env["BOOTSTRAP"],
        topic=env["TOPIC"],
        client_id=me,
        source=env.get("SOURCE", me),
        size=int(env.get("PADDING", "0")),
    )
    stopped = {"now": False}
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, lambda *_: stopped.update(now=True))
    log("started", topic=env["TOPIC"], schedule=env["SCHEDULE"])
    handed = 0
    for number in numbers(schedule, stopped=stopped, sender=sender):
        sender.send(number)
        handed += 1
        if sender.failed is not None:
            break
    left = sender.finish()
    log("finished", handed=handed, acknowledged=sender.acknowledged, left=left, failed=sender.failed)
    if sender.failed is not None:
        raise KafkaException(KafkaError(KafkaError._FAIL, sender.failed))
    return 0 if left == 0 else 1


if __name__ == "__main__":
    sys.exit(main())
