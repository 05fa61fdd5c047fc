"""Which connections are suspected of bringing their process down, and how long they wait. Pure bookkeeping.

Only connections under way when a process ends are suspects. Two such ends within ten minutes: the connection is
swept alone, in the quarantine process. There a crash is surely its own and doubles its wait; one good sweep
acquits it, so neighbours of a culprit are back after one poll.
"""

from __future__ import annotations

from dataclasses import dataclass

from sluicegate.model.kafka import ClientConfig

WITHIN = 600.0
"""Seconds within which two ends make a suspect."""
ENDS = 2
FIRST_WAIT = 0.2
LONGEST_WAIT = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Confinement:
    """``crashes`` in quarantine, ``until`` when (unix seconds) it may be swept again."""

    crashes: int
    until: float


class Suspects:
    """Times are those of the operator's clock."""

    def __init__(self) -> None:
        self._ends: dict[ClientConfig, tuple[float, ...]] = {}
        self._confined: dict[ClientConfig, Confinement] = {}

    def ended(self, config: ClientConfig, *, now: float) -> None:
        """A shared process ended while this connection was under way."""
        recent = (*(at for at in self._ends.get(config, ()) if now - at < WITHIN), now)
        self._ends = {one: times for one, times in self._ends.items() if now - times[-1] < WITHIN}
        self._ends[config] = recent
        if len(recent) >= ENDS:
            self._confined[config] = Confinement(crashes=0, until=now)

    def crashed_alone(self, config: ClientConfig, *, now: float) -> None:
        """The quarantine process ended with this connection, the only one in it."""
        before = self._confined.get(config)
        crashes = before.crashes + 1 if before else 1
        self._confined[config] = Confinement(crashes=crashes, until=now + wait(crashes))

    def acquitted(self, config: ClientConfig) -> None:
        """A sweep in quarantine ended well."""
        self._confined.pop(config, None)
        self._ends.pop(config, None)

    def is_confined(self, config: ClientConfig) -> bool:
        return config in self._confined

    def must_wait(self, config: ClientConfig, *, now: float) -> float:
        """Seconds until a confined connection may be swept."""
        confined = self._confined.get(config)
        return max(0.0, confined.until - now) if confined else 0.0


def wait(failures: int) -> float:
    """Seconds to wait after so many failures in a row: 0.2 s, doubling up to 30 s."""
    return min(LONGEST_WAIT, FIRST_WAIT * 2.0 ** min(failures - 1, 16)) if failures > 0 else 0.0
