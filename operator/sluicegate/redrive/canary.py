"""Some records first, then a look at the dead-letter topic whether they come back: the fix may be none."""

from __future__ import annotations

from collections import Counter
from enum import Enum

from sluicegate.model.duration import show
from sluicegate.model.redrive import Canary
from sluicegate.redrive.dialects import Origin
from sluicegate.redrive.histogram import UNKNOWN
from sluicegate.redrive.refusal import Refusal


class Stage(Enum):
    SENDING = "Sending"
    SOAKING = "Soaking"
    PASSED = "Passed"


class Trial:
    """A canary from its first record to its verdict. ``clock`` values are seconds that only go on. ``proved``: a former
    process saw it pass; ``sent`` how many went before."""

    def __init__(self, canary: Canary | None, *, proved: bool = False, sent: int = 0) -> None:
        self._canary = canary
        self._sent = sent
        self._until = 0.0
        self._back: Counter[str] = Counter()
        self.stage = Stage.PASSED if canary is None or proved else Stage.SENDING

    @property
    def passed(self) -> bool:
        return self.stage is Stage.PASSED

    @property
    def full(self) -> bool:
        """Whether nothing more may be sent for now."""
        return self._canary is not None and not self.passed and self._sent >= self._canary.records

    def sends(self) -> None:
        """One more is on its way."""
        self._sent += 1

    def soak(self, *, now: float) -> None:
        """All that were sent have arrived; the time to come back begins."""
        if self._canary is None or not self._sent:
            self.stage = Stage.PASSED
            return
        self.stage = Stage.SOAKING
        self._until = now + self._canary.soak

    def came_back(self, origin: Origin) -> None:
        self._back[origin.error_class or UNKNOWN] += 1

    def judge(self, *, now: float, caught_up: bool) -> None:
        """Refusal when too many came back, as soon as that is certain. It passes when the time is over and what came
        meanwhile was seen (``caught_up``)."""
        if self.stage is not Stage.SOAKING or self._canary is None:
            return
        back = self._back.total()
        percent = 100 * back / self._sent
        if percent > self._canary.max_return_percent:
            often = self._back.most_common(1)[0][0]
            raise Refusal(
                f"canary: {back} of {self._sent} records came back ({percent:.1f} %, allowed are "
                f"{self._canary.max_return_percent:g} %), most of them with {often}: correct what fails, then start "
                "another redrive"
            )
        if now >= self._until and caught_up:
            self.stage = Stage.PASSED

    def words(self, *, now: float) -> str:
        """What it waits for; empty unless it does."""
        if self.stage is not Stage.SOAKING:
            return ""
        left = show(float(max(1, round(self._until - now))))
        return f"canary: {self._sent} records were written, {self._back.total()} came back so far; goes on in {left}"
