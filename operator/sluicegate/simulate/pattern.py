"""Arrivals made by a rule, so that a named scenario needs no file: steady, steps, hourly, diurnal, onoff, outage.

The same seed makes the same arrivals. Rates are messages a second; ``scalePeakTo`` may scale them afterwards.
"""

from __future__ import annotations

from enum import StrEnum

import numpy as np
import numpy.typing as npt
from pydantic import Field

from sluicegate.model.resource import Part

DAY, HOUR, MINUTE = 86_400, 3600, 60
STREAM = 2
"""Of the seed's random streams, the one that makes patterns."""
DIURNAL_POWER, DIURNAL_NOISE = 1.5, 0.08
BURST_EVERY, BURST_SHORTEST, BURST_LONGEST, BURST_LEAST = 5400.0, 120, 1500, 0.4


class PatternKind(StrEnum):
    """steady: base. steps: peak at each of `at`. hourly: peak once an hour. diurnal: base at midnight, peak at noon.
    onoff: bursts at random. outage: base, and nothing at each of `at`."""

    STEADY = "steady"
    STEPS = "steps"
    HOURLY = "hourly"
    DIURNAL = "diurnal"
    ONOFF = "onoff"
    OUTAGE = "outage"


class Pattern(Part):
    """Arrivals made by a rule."""

    kind: PatternKind
    """steady, steps, hourly, diurnal, onoff or outage."""
    seconds: int = Field(default=DAY, ge=1, le=31 * DAY)
    """How long."""
    base: float = Field(default=200.0, ge=0)
    """Messages a second when nothing special happens."""
    peak: float = Field(default=2000.0, ge=0)
    """Messages a second of steps, batches, noon and the highest bursts."""
    at: tuple[int, ...] = ()
    """Seconds at which steps or outages begin; absent: 02:00, 07:00, 12:00, 17:00 and 22:00 of every day for steps,
    12:00 for outages."""
    length_seconds: int | None = Field(default=None, ge=1, le=31 * DAY)
    """How long each lasts; absent: 900 for steps, 180 for hourly batches, 1800 for outages."""

    def rates(self, *, seed: int) -> npt.NDArray[np.float64]:
        """Messages a second, one value for each second."""
        base = np.full(self.seconds, self.base)
        match self.kind:
            case PatternKind.STEADY:
                return base
            case PatternKind.STEPS:
                at = self.at or self._daily((2, 7, 12, 17, 22))
                return _during(base, at=at, length=self.length_seconds or 900, rate=self.peak)
            case PatternKind.HOURLY:
                at = self.at or tuple(range(5 * MINUTE, self.seconds, HOUR))
                return _during(base, at=at, length=self.length_seconds or 180, rate=self.peak)
            case PatternKind.OUTAGE:
                return _during(base, at=self.at or self._daily((12,)), length=self.length_seconds or 1800, rate=0.0)
            case PatternKind.DIURNAL:
                return self._diurnal(np.random.default_rng([seed, STREAM]))
            case PatternKind.ONOFF:
                return self._bursts(base, np.random.default_rng([seed, STREAM]))

    def _daily(self, hours: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(day + hour * HOUR for day in range(0, self.seconds, DAY) for hour in hours)

    def _diurnal(self, rng: np.random.Generator) -> npt.NDArray[np.float64]:
        second = np.arange(self.seconds)
        wave = (0.5 - 0.5 * np.cos(2 * np.pi * second / DAY)) ** DIURNAL_POWER
        each_minute = rng.standard_normal(self.seconds // MINUTE + 2)
        wobble = np.interp(second / MINUTE, np.arange(len(each_minute)), each_minute)
        rates = (self.base + (self.peak - self.base) * wave) * (1 + DIURNAL_NOISE * wobble)
        return np.maximum(rates, 0.0)

    def _bursts(self, rates: npt.NDArray[np.float64], rng: np.random.Generator) -> npt.NDArray[np.float64]:
        second = 0
        while True:
            second += int(rng.exponential(BURST_EVERY))
            if second >= self.seconds:
                return rates
            upto = second + int(rng.uniform(BURST_SHORTEST, BURST_LONGEST))
            rates[second:upto] = self.peak * rng.uniform(BURST_LEAST, 1.0)
            second = upto


def _during(
    rates: npt.NDArray[np.float64], *, at: tuple[int, ...], length: int, rate: float
) -> npt.NDArray[np.float64]:
    for second in at:
        rates[second : second + length] = rate
    return rates
