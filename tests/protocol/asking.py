"""Short words for what protocol tests ask of a pool."""

from __future__ import annotations

from sluicegate.model.kafka import ClientConfig, GroupAnswer, GroupQuestion, Partition, Sweep
from sluicegate.observe.kafka import config
from sluicegate.observe.kafka.pool import SweepPool


class Asker:
    """A pool and the connection that a test reads."""

    def __init__(self, pool: SweepPool, bootstrap: str, *, limit: float = 20.0) -> None:
        self.pool = pool
        self.config: ClientConfig = config.plaintext(bootstrap)
        self.limit = limit

    async def sweep(self, *questions: GroupQuestion) -> Sweep:
        return await self.pool.sweep(self.config, questions, timeout=self.limit)

    async def answer(
        self, group: str, *topics: str, describe: bool = False, urgent: bool = False, history: bool = False
    ) -> GroupAnswer:
        """The answer about one group, which the sweep as a whole did not keep from being given."""
        asked = GroupQuestion(group=group, topics=topics or None, describe=describe, urgent=urgent, history=history)
        sweep = await self.sweep(asked)
        assert sweep.fault is None, sweep.fault
        (answer,) = sweep.answers
        return answer


def by_number(answer: GroupAnswer) -> dict[int, Partition]:
    """The partitions of a question about one topic."""
    return {partition.partition: partition for partition in answer.partitions}
