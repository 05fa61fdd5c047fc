"""What the signals of one dependency told last."""

from __future__ import annotations

from dataclasses import dataclass, field

from sluicegate.decide.downstream.breaker import Result
from sluicegate.observe.dependencies.signal import Answer


@dataclass(slots=True, kw_only=True)
class Readings:
    """The newest answer of each signal; None until the first. ``fresh``: an answer came since it was last used."""

    capacity: Answer | None = None
    usage: Answer | None = None
    results: dict[str, Result] = field(default_factory=dict)
    fresh: bool = False

    def take_capacity(self, answer: Answer) -> None:
        self.capacity, self.fresh = answer, True

    def take_usage(self, answer: Answer) -> None:
        self.usage, self.fresh = answer, True

    def take_result(self, result: Result) -> None:
        self.results[result.check] = result
