"""What the selected records are, counted: which errors, from which topics, how old, in whose headers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sluicegate.model.redrive import Counted, Report
from sluicegate.redrive.dialects import Origin
from sluicegate.redrive.letter import Letter

SHOWN = 20
"""Lines of each histogram, `OTHERS` among them."""
MOST = 2_000
"""Names that are counted one by one: error classes with an id in them would fill the memory."""
OTHERS = "others"
UNKNOWN = "unknown"
AGES: tuple[tuple[float, str], ...] = (
    (3600.0, "up to 1h"),
    (6 * 3600.0, "up to 6h"),
    (24 * 3600.0, "up to 24h"),
    (72 * 3600.0, "up to 72h"),
    (168 * 3600.0, "up to 168h"),
)
OLDER = "older than 168h"
_KINDS = ("errors", "sources", "ages", "dialects")


class Tally:
    """Counts of the records seen so far; ``told`` what `memory` gave, of an earlier start."""

    def __init__(self, *, started: float, told: Mapping[str, Any] | None = None) -> None:
        self._started = started
        self._counts = {kind: Counter[str]((told or {}).get(kind, {})) for kind in _KINDS}

    def add(self, letter: Letter, origin: Origin) -> None:
        self._count("errors", origin.error_class or UNKNOWN)
        self._count("sources", origin.topic or UNKNOWN)
        self._count("ages", age_of(self._started - letter.timestamp / 1000))
        self._count("dialects", origin.dialect)

    def report(self) -> Report:
        """The most frequent of each first."""
        return Report(**{kind: _lines(self._counts[kind]) for kind in _KINDS})

    def memory(self) -> dict[str, dict[str, int]]:
        """As JSON values, as much of it as is shown."""
        return {kind: {line.name: line.records for line in _lines(self._counts[kind])} for kind in _KINDS}

    def _count(self, kind: str, name: str) -> None:
        counts = self._counts[kind]
        counts[name if name in counts or len(counts) < MOST else OTHERS] += 1


def age_of(seconds: float) -> str:
    """The line of the histogram for this age."""
    return next((name for most, name in AGES if seconds <= most), OLDER)


def _lines(counts: Counter[str]) -> tuple[Counted, ...]:
    named = sorted(((name, count) for name, count in counts.items() if name != OTHERS), key=lambda one: (-one[1], one))
    shown = named if len(named) < SHOWN or (len(named) == SHOWN and not counts[OTHERS]) else named[: SHOWN - 1]
    rest = counts[OTHERS] + sum(count for _, count in named[len(shown) :])
    lines = [Counted(name=name, records=count) for name, count in shown]
    return (*lines, *([Counted(name=OTHERS, records=rest)] if rest else []))
