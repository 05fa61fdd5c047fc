"""What a breaker must not forget over a restart, as JSON in a status, and back from whatever is found there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, TypeVar

from sluicegate.decide.downstream.breaker_words import BreakerMemory, Row
from sluicegate.decide.fields import Fields
from sluicegate.model.dependency import BreakerMode
from sluicegate.model.downstream import BreakerState

VERSION = 1
MOST_ROWS = 8
"""As many as a spec may have checks."""
MOST_COUNTED = 1_000_000
Word = TypeVar("Word", bound=StrEnum)


def persist(memory: BreakerMemory) -> dict[str, Any]:
    """As JSON values. Times stay exact, or a breaker would act at another moment after a restart."""
    found: dict[str, Any] = {
        "v": VERSION,
        "mode": memory.mode.value,
        "state": memory.state.value,
        "since": memory.since,
        "timedFrom": memory.timed_from or None,
        "trips": memory.trips or None,
        "base": memory.base,
        "recoveredAt": memory.recovered_at,
        "why": memory.why or None,
        "rows": {row.check: [row.failures, row.successes, row.at] for row in memory.rows} or None,
    }
    return {name: value for name, value in found.items() if value is not None}


def restore(data: Mapping[str, Any] | None, *, now: float) -> BreakerMemory:
    """Memory from what `persist` gave, at ``now`` (unix seconds); an empty one from anything else."""
    if not isinstance(data, Mapping) or data.get("v") != VERSION:
        return BreakerMemory()
    read = Fields(data, now=now)
    state = _word(BreakerState, data.get("state"))
    since = read.time("since")
    if state is None or since is None:
        return BreakerMemory()
    closed = state is BreakerState.CLOSED
    return BreakerMemory(
        mode=_word(BreakerMode, data.get("mode")) or BreakerMode.AUTO,
        state=state,
        since=since,
        timed_from=read.time("timedFrom") or 0.0,
        trips=min(read.count("trips") or 0, MOST_COUNTED),
        base=read.count("base") if closed else None,
        recovered_at=read.time("recoveredAt") if closed else None,
        why=read.text("why"),
        rows=tuple(_rows(read.mapping("rows"))),
    )


def _rows(found: Mapping[str, Any]) -> Iterator[Row]:
    for check, counts in list(found.items())[:MOST_ROWS]:
        if not isinstance(check, str) or not isinstance(counts, list) or len(counts) != 3:
            continue
        read = Fields({"failures": counts[0], "successes": counts[1], "at": counts[2]}, now=0.0)
        failures, successes, at = read.count("failures"), read.count("successes"), read.number("at")
        if failures is not None and successes is not None and at is not None:
            yield Row(check=check, failures=min(failures, MOST_COUNTED), successes=min(successes, MOST_COUNTED), at=at)


def _word(words: type[Word], value: object) -> Word | None:
    return words(value) if isinstance(value, str) and value in set(words) else None
