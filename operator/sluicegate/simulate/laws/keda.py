"""KEDA with its Kafka scaler, as it is and as an expert would tune it.

KEDA turns the lag into one metric, the HorizontalPodAutoscaler (`hpa.py`) turns that into replicas; KEDA itself only
moves between zero and one. The scaler's rules are those of https://keda.sh/docs/latest/scalers/apache-kafka/ and, where
that is silent, of getTotalLag in https://github.com/kedacore/keda/blob/main/pkg/scalers/kafka_scaler.go; polling,
activation and cooldown are those of https://keda.sh/docs/latest/reference/scaledobject-spec/.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sluicegate.simulate.laws.context import Context
from sluicegate.simulate.laws.hpa import DEFAULT_DOWN, SYNC, TOLERANCE, Hpa, Policy, Rules, Unit
from sluicegate.simulate.laws.options import Options
from sluicegate.simulate.seen import Seen


def total_lag(
    lag: npt.NDArray[np.int64],
    *,
    threshold: int,
    even: bool = False,
    limit_to_lagging: bool = False,
    allow_idle: bool = False,
) -> int:
    """The scaler's metric in messages, from the ``lag`` of each partition.

    ``even`` (ensureEvenDistributionOfPartitions) raises it to the next divisor of the partitions times ``threshold``;
    ``limit_to_lagging`` (limitToPartitionsWithLag) caps it at the partitions that have lag; else, unless ``allow_idle``
    (allowIdleConsumers), at all partitions. The caps compare whole multiples of the threshold, so that a rest below one
    threshold slips through: one replica more than there are partitions.
    """
    total, partitions = int(lag.sum()), len(lag)
    if allow_idle and not limit_to_lagging and not even:
        return total
    if even:
        divisors = (count for count in range(1, partitions + 1) if partitions % count == 0)
        total = threshold * next((count for count in divisors if count * threshold >= total), partitions)
    cap = int(np.count_nonzero(lag > 0)) if limit_to_lagging else partitions
    return cap * threshold if total // threshold > cap else total


class Keda:
    """The law: the metric at KEDA's polls, the autoscaler at its own pace between them."""

    period = SYNC

    def __init__(self, options: Options, *, context: Context, tuned: bool) -> None:
        """``tuned`` changes defaults only; every option can be given with both names."""
        scaling = context.app.scaling
        worth = 5.0 if tuned else 10.0
        self._threshold = options.count("lagThreshold", max(1, round(worth * context.capacity)))
        self._poll = options.seconds("poll", SYNC if tuned else 30.0)
        self._even = options.flag("even", default=tuned)
        self._limit_to_lagging = options.flag("limitToPartitionsWithLag", default=False)
        self._allow_idle = options.flag("allowIdleConsumers", default=False)
        self._activation = options.count("activationLagThreshold", 0, least=0)
        self._cooldown = options.seconds("cooldown", 300.0)
        least = options.count("min", scaling.min_replicas, least=0)
        self._to_zero = least == 0
        window = options.seconds("down", 900.0 if tuned else DEFAULT_DOWN.window)
        pods = options.count("downPodsPerMinute", 2 if tuned else 0, least=0)
        gently = (Policy(unit=Unit.PODS, value=pods, period=60),)
        self._hpa = Hpa(
            target=self._threshold,
            least=max(1, least),
            most=scaling.max_replicas,
            tolerance=options.number("tolerance", 0.0 if tuned else TOLERANCE),
            down=Rules(window=window, policies=gently if pods else DEFAULT_DOWN.policies),
        )
        self._polled: float | None = None
        self._metric: int | None = None
        self._active_at = 0.0

    def __call__(self, seen: Seen) -> int | None:
        """One look of the autoscaler; without a metric it leaves things as they are."""
        if self._polled is None or seen.at >= self._polled + self._poll:
            self._polled = seen.at
            self._metric = self._read(seen)
            if self._to_zero and self._metric is not None and (moved := self._awaken(seen)) is not None:
                return moved
        if self._metric is None or seen.desired == 0:
            return None
        return self._hpa.replicas(at=seen.at, current=seen.desired, value=self._metric)

    def _read(self, seen: Seen) -> int | None:
        if not seen.known:
            return None
        return total_lag(
            seen.lag,
            threshold=self._threshold,
            even=self._even,
            limit_to_lagging=self._limit_to_lagging,
            allow_idle=self._allow_idle,
        )

    def _awaken(self, seen: Seen) -> int | None:
        """KEDA's own part: one replica when there is lag, none when there has been none for the cooldown."""
        if int(seen.lag.sum()) > self._activation:
            self._active_at = seen.at
            return 1 if seen.desired == 0 else None
        return 0 if seen.desired > 0 and seen.at - self._active_at > self._cooldown else None


def keda(options: Options, *, context: Context) -> Keda:
    """As it comes: threshold 10 s of the true capacity, tolerance 0.1, 300 s window, a poll every 30 s."""
    return Keda(options, context=context, tuned=False)


def keda_tuned(options: Options, *, context: Context) -> Keda:
    """By an expert who knows the capacity: 5 s of it, no tolerance, even, 15 min, two pods a minute, every 15 s."""
    return Keda(options, context=context, tuned=True)
