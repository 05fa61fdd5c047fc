"""How long each step took last time, so that a person who waits knows for how long."""

import json
import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Timings:
    """A small JSON file in the cache folder: step name to seconds."""

    path: Path

    def last(self, step: str) -> float | None:
        """Seconds the step took when it last did its work to the end, None when it never did here."""
        return self._read().get(step)

    def record(self, step: str, *, seconds: float) -> None:
        """Remember a duration. Steps that found their work done already are not recorded."""
        values = {**self._read(), step: round(seconds, 1)}
        self.path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.path.with_suffix(".new")
        fresh.write_text(json.dumps(values, indent=1, sort_keys=True) + "\n")
        os.replace(fresh, self.path)

    def _read(self) -> dict[str, float]:
        try:
            return {str(k): float(v) for k, v in json.loads(self.path.read_text()).items()}
        except (OSError, ValueError, AttributeError):
            return {}
