"""What the law answers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """The law's own way down: at this moment to ``least`` replicas and no further, because of ``why``."""

    least: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """``replicas`` asked for; no step up before ``not_before``. ``down`` None: steps down are for the stabilisation
    window to decide, as for `lagPerReplica`."""

    replicas: int
    sentence: str
    not_before: float = float("-inf")
    down: Way | None = None


def figure(value: float) -> str:
    """A rate as people say it."""
    return f"{value:.0f}" if value >= 10 else f"{value:.2g}"
