"""Which partitions there are and what arrives in each: Poisson around the given rates, skewed as the workload says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sluicegate.model.kafka import TopicPartition
from sluicegate.simulate.arrivals import Arrivals
from sluicegate.simulate.chance import Chance
from sluicegate.simulate.workload import WorkloadSpec

CHUNK = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """All partitions there will ever be, in the order in which they come to be; ``counts`` (second, how many then)."""

    keys: tuple[TopicPartition, ...]
    counts: tuple[tuple[int, int], ...]

    def at(self, second: int) -> int:
        """How many partitions there are."""
        return next(count for since, count in reversed(self.counts) if since <= second)

    def topics(self, count: int) -> tuple[tuple[int, ...], ...]:
        """The partitions of each topic by their place in ``keys``, of the first ``count``."""
        found: dict[str, list[int]] = {}
        for index, key in enumerate(self.keys[:count]):
            found.setdefault(key.topic, []).append(index)
        return tuple(tuple(indices) for indices in found.values())


def layout(workload: WorkloadSpec) -> Layout:
    """The partitions of ``workload``, grown ones last."""
    sizes = dict(workload.sizes)
    keys = [TopicPartition(topic, number) for topic, size in sizes.items() for number in range(size)]
    counts = [(0, len(keys))]
    for growth in sorted(workload.growth, key=lambda growth: growth.at):
        topic = growth.topic or workload.sizes[0][0]
        keys += [TopicPartition(topic, number) for number in range(sizes[topic], growth.partitions)]
        sizes[topic] = growth.partitions
        counts.append((growth.at, len(keys)))
    return Layout(keys=tuple(keys), counts=tuple(counts))


def messages(*, arrivals: Arrivals, layout: Layout, chance: Chance) -> npt.NDArray[np.int32]:
    """How many messages arrive, by second and partition; none in partitions that do not exist yet."""
    found = np.zeros((arrivals.seconds, len(layout.keys)), np.int32)
    bounds = [*(min(since, arrivals.seconds) for since, _ in layout.counts), arrivals.seconds]
    for (_, count), start, stop in zip(layout.counts, bounds, bounds[1:], strict=False):
        share = chance.shares[:count] / chance.shares[:count].sum()
        for at in range(start, stop, CHUNK):
            upto = min(stop, at + CHUNK)
            found[at:upto, :count] = chance.messages.poisson(np.outer(arrivals.rates[at:upto], share))
    return found
