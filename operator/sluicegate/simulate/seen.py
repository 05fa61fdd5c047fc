"""What a law is shown of the world at one poll, and what every law looks like: the seam between world and laws."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt

from sluicegate.model.observation import Observation


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One poll of the simulated world. Arrays by partition, in messages, in the order of the workload's topics."""

    at: float
    """Seconds since the start."""
    known: bool
    """False: the lag could not be read, and the arrays hold what was known last."""
    desired: int
    """Replicas written."""
    ready: int
    """Replicas whose members are in the group."""
    lag: npt.NDArray[np.int64]
    """End minus committed offset, never below 0."""
    end: npt.NDArray[np.int64]
    """Messages that ever arrived."""
    committed: npt.NDArray[np.int64]
    """Messages whose handling is committed."""
    partitions: int
    """Of all topics together."""
    observation: Callable[[], Observation]
    """The same moment as the operator observes it; built when called."""
    used: Mapping[str, float] = field(default_factory=dict)
    """Units in use, by everybody, of each dependency that counts any."""


class Law(Protocol):
    """A rule that chooses replicas. It may remember; one law serves one run."""

    @property
    def period(self) -> float:
        """Seconds between two calls."""

    def __call__(self, seen: Seen) -> int | None:
        """Replicas to run from now on; None: no change."""
