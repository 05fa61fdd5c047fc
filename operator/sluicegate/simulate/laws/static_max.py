"""As many replicas as can have work, always: what careful teams run without an autoscaler, and the price of it."""

from __future__ import annotations

from sluicegate.simulate.laws.context import Context
from sluicegate.simulate.laws.options import Options
from sluicegate.simulate.seen import Seen


class StaticMax:
    """The law. It looks once a minute, since partitions may be added."""

    period = 60.0

    def __init__(self, options: Options, *, context: Context) -> None:
        self._most = options.count("replicas", context.app.scaling.max_replicas)
        self._usable = context.usable

    def __call__(self, seen: Seen) -> int | None:
        return min(self._most, self._usable(seen.at))
