"""The account of every message that may fail: sent, handled, retried, given up, brought back.

A message is known by its first place (topic, partition, offset), which its headers and its result carry wherever it
goes. All is read back from the topics themselves; times are unix seconds. What is counted twice (consumption is
at-least-once) counts once, and is told as such.
"""

from __future__ import annotations

import csv
import threading
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from math import ceil
from pathlib import Path

Place = str
"""``topic-partition-offset`` of the source."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Messages, each counted once: ``retried`` by their consumer, ``redriven`` by the operator.

    ``dead`` were given up at least once and not handled yet; ``dead_lettered`` ever; ``open`` neither handled nor dead.
    """

    produced: int
    handled: int
    retried: int
    dead_lettered: int
    dead: int
    redriven: int
    duplicates: int

    @property
    def open(self) -> int:
        return self.produced - self.handled - self.dead


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The second that ends ``second`` after the first message: what arrived and was handled in it, and how many were
    waiting for a retry and lying dead at its end (``brought_back`` so far)."""

    second: float
    arrived: int
    handled: int
    retried: int
    dead: int
    brought_back: int


class Letters:
    """Thread-safe: a reader fills it while the story asks it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sent: dict[Place, float] = {}
        self._handled: dict[Place, float] = {}
        self._dead: dict[Place, float] = {}
        self._retries: list[tuple[float, Place]] = []
        self._redriven: list[tuple[float, Place]] = []
        self._duplicates = 0

    def sent(self, place: Place, at: float) -> None:
        with self._lock:
            self._sent[place] = at

    def handled(self, place: Place, at: float) -> None:
        with self._lock:
            earlier = self._handled.get(place)
            self._duplicates += earlier is not None
            self._handled[place] = at if earlier is None else min(at, earlier)

    def retried(self, place: Place, at: float, *, by_redrive: bool) -> None:
        with self._lock:
            (self._redriven if by_redrive else self._retries).append((at, place))

    def died(self, place: Place, at: float) -> None:
        with self._lock:
            self._dead.setdefault(place, at)

    def balance(self) -> Balance:
        with self._lock:
            return Balance(
                produced=len(self._sent),
                handled=len(self._handled.keys() & self._sent.keys()),
                retried=len({place for _, place in self._retries}),
                dead_lettered=len(self._dead),
                dead=len(self._dead.keys() - self._handled.keys()),
                redriven=len({place for _, place in self._redriven}),
                duplicates=self._duplicates,
            )

    def rows(self, *, until: float) -> tuple[Row, ...]:
        """One for each second from the first message to ``until``; none without a message."""
        with self._lock:
            if not self._sent:
                return ()
            sent, handled = sorted(self._sent.values()), sorted(self._handled.values())
            retries, back = (sorted(at for at, _ in moves) for moves in (self._retries, self._redriven))
            died = sorted(self._dead.values())
            revived = sorted(at for place, at in self._handled.items() if place in self._dead)
        start = sent[0]
        rows = []
        for number in range(1, max(1, ceil(until - start)) + 1):
            now, before = start + number, start + number - 1 if number > 1 else 0.0
            rows.append(
                Row(
                    second=float(number),
                    arrived=_between(sent, before, now),
                    handled=_between(handled, before, now),
                    retried=_between(retries, before, now),
                    dead=bisect_right(died, now) - bisect_right(revived, now),
                    brought_back=bisect_right(back, now),
                )
            )
        return tuple(rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """summary.json, field by field; the tests of the project rely on the names. Messages, each counted once by what
    the topics hold; ``handled`` before the redrive, ``handled_after`` after it."""

    produced: int
    handled: int
    retried: int
    dead_lettered: int
    redriven: int
    handled_after: int
    lost: int
    duplicates: int
    operator_restarts: int


def broken_promises(summary: Summary) -> tuple[str, ...]:
    """A sentence for each part of the story that did not come true; empty when all of it did."""
    one = summary
    said = []
    if one.handled + one.dead_lettered != one.produced:
        said.append(
            f"{one.produced} messages were produced, but {one.handled} handled and {one.dead_lettered} dead-lettered"
        )
    if one.handled_after != one.produced:
        said.append(f"after the redrive {one.handled_after} of {one.produced} messages were handled")
    if one.lost:
        said.append(f"{one.lost} messages were lost")
    if one.redriven != one.dead_lettered:
        said.append(f"{one.dead_lettered} messages were dead-lettered, but {one.redriven} redriven")
    if not one.retried or not one.dead_lettered:
        said.append("no message failed: the faults that were asked for did not happen")
    if one.operator_restarts:
        said.append(f"the operator's container restarted {one.operator_restarts} times")
    return tuple(said)


def write(path: Path, rows: Sequence[Row]) -> None:
    """As CSV, with a header."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, [one.name for one in fields(Row)])
        writer.writeheader()
        writer.writerows(asdict(row) for row in rows)


def read(path: Path) -> tuple[Row, ...]:
    """What `write` wrote."""
    with path.open(newline="", encoding="utf-8") as file:
        return tuple(
            Row(second=float(row.pop("second")), **{name: int(value) for name, value in row.items()})
            for row in csv.DictReader(file)
        )


def _between(times: Sequence[float], after: float, until: float) -> int:
    return bisect_right(times, until) - bisect_right(times, after)


def place_of(found: Iterable[tuple[str, bytes | None]]) -> Place | None:
    """The first place of a message by its headers; None without them."""
    told = {name: (value or b"").decode("utf-8", "replace") for name, value in found}
    parts = [told.get(f"sluicegate.original.{part}") for part in ("topic", "partition", "offset")]
    return None if None in parts else "-".join(map(str, parts))
