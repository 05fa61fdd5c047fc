"""What surrounds the numbers of a run (run.json): settings and moments that the picture and a later reader need."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One scale write of the operator, ``second`` seconds after the beginning."""

    second: float
    before: int | None
    after: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Seconds count from ``started`` (unix seconds); rates are messages a second.

    ``burst_from`` and ``burst_until`` are the timestamps of the burst's first and last message, ``ended`` is when the
    steady traffic was ended. ``witness`` says where the scale writes were read from; ``duplicates`` counts messages
    that were handled a second time.
    """

    act: str
    started: float
    burst_from: float
    burst_until: float
    ended: float
    partitions: int
    max_replicas: int
    objective_s: float
    poll_s: float
    steady_rate: float
    burst_rate: float
    capacity_per_replica: float
    steady_replicas: int
    longest_delay_s: float
    duplicates: int
    witness: str
    steps: tuple[Step, ...]

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Run:
        data = json.loads(path.read_text(encoding="utf-8"))
        return cls(**data | {"steps": tuple(Step(**step) for step in data["steps"])})
