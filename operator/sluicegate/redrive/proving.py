"""A canary's wait: opens the look behind the ends once all it sent has arrived, and closes it with the verdict."""

from __future__ import annotations

from collections.abc import Callable

from sluicegate.redrive.canary import Stage, Trial
from sluicegate.redrive.watch import Watch


class Proving:
    """``trial`` what is to be proved, ``watch`` opens the look at what comes back."""

    def __init__(self, trial: Trial, *, watch: Callable[[], Watch]) -> None:
        self.trial = trial
        self._open = watch
        self._watch: Watch | None = None

    def look(self, *, now: float, within: float) -> bool:
        """Look for so many seconds; whether it passed just now. Only when nothing is on its way. Refusal when too many
        came back."""
        if self.trial.stage is Stage.SENDING:
            self.trial.soak(now=now)
            if self.trial.passed:
                return False
            self._watch = self._open()
        if self._watch is None:
            return False
        for origin in self._watch.back(within=within):
            self.trial.came_back(origin)
        self.trial.judge(now=now, caught_up=self._watch.caught_up)
        if not self.trial.passed:
            return False
        self.close()
        return True

    def close(self) -> None:
        if self._watch is not None:
            self._watch.close()
            self._watch = None
